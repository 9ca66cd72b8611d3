//! Coefficients of Rosenbrock methods.

/// Most stages of a method.
pub(crate) const STAGES: usize = 8;
/// Most terms of dense output.
const DENSE: usize = 3;

/// A Rosenbrock method in the transformed form of Hairer and Wanner (Solving ODEs II, section IV.7, eq.
/// 7.25), which needs no product with the Jacobian:
///
/// `(I/(h gamma) - J) u_i = f(y_0 + sum a_ij u_j) + sum c_ij/h u_j`, `y_1 = y_0 + sum m_j u_j`.
///
/// The methods here are stiffly accurate: the last stage is evaluated at the embedded solution, so `m` is the
/// last row of `a` followed by 1, and the last `u` is the error estimate. Rows and columns beyond the last stage are zero.
#[derive(Debug)]
pub(crate) struct Tableau {
    pub(crate) stages: usize,
    pub(crate) gamma: f64,
    pub(crate) a: [[f64; STAGES]; STAGES],
    pub(crate) c: [[f64; STAGES]; STAGES],
    /// Dense output: `y(theta) = y_0 (1 - theta) + theta (y_1 + (1 - theta) (K_1 + theta (K_2 + ...)))` with
    /// `K_m = sum_j dense_mj u_j`.
    pub(crate) dense: [[f64; STAGES]; DENSE],
    /// From this stage on the point of a stage is that of the stage before, and that stage.
    pub(crate) goes_on: usize,
    /// Order of the embedded solution plus one: the local error goes with this power of `h`.
    pub(crate) error_order: f64,
}

impl Tableau {
    /// Weights of the slopes in the untransformed form, `y_1 = y_0 + sum b_i k_i`: `b = m Gamma` with
    /// `Gamma^-1 = I/gamma - C` (eq. 7.26), by substitution from the last stage back.
    pub(crate) fn weights(&self) -> [f64; STAGES] {
        let last = self.stages - 1;
        let mut b = self.a[last];
        b[last] = 1.0;
        for i in (0..self.stages).rev() {
            for j in i + 1..self.stages {
                b[i] += b[j] * self.c[j][i];
            }
            b[i] *= self.gamma;
        }
        b
    }
}

const A6: [f64; 5] =
    [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946];

/// Rodas5P, order 5(4), 8 stages, dense output of order 4: G. Steinebach, BIT Numerical Mathematics 63:27
/// (2023), doi 10.1007/s10543-023-00967-x, in the transformed form of its reference implementation.
pub(crate) static RODAS5P: Tableau = Tableau {
    stages: 8,
    gamma: 0.21193756319429014,
    a: [
        [0.0; 8],
        [3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [2.849394379747939, 0.45842242204463923, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-6.954028509809101, 2.489845061869568, -10.358996098473584, 0.0, 0.0, 0.0, 0.0, 0.0],
        [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641, 0.0, 0.0, 0.0, 0.0],
        [A6[0], A6[1], A6[2], A6[3], A6[4], 0.0, 0.0, 0.0],
        [A6[0], A6[1], A6[2], A6[3], A6[4], 1.0, 0.0, 0.0],
        [A6[0], A6[1], A6[2], A6[3], A6[4], 1.0, 1.0, 0.0],
    ],
    c: [
        [0.0; 8],
        [-14.155112264123755, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-17.97296035885952, -2.859693295451294, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [147.12150275711716, -1.41221402718213, 71.68940251302358, 0.0, 0.0, 0.0, 0.0, 0.0],
        [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306, 0.0, 0.0, 0.0, 0.0],
        [
            24.854864614690072,
            -3.0009227002832186,
            47.4931110020768,
            5.5814197821558125,
            -0.6610691825249471,
            0.0,
            0.0,
            0.0,
        ],
        [
            30.91273214028599,
            -3.1208243349937974,
            77.79954646070892,
            34.28646028294783,
            -19.097331116725623,
            -28.087943162872662,
            0.0,
            0.0,
        ],
        [
            37.80277123390563,
            -3.2571969029072276,
            112.26918849496327,
            66.9347231244047,
            -40.06618937091002,
            -54.66780262877968,
            -9.48861652309627,
            0.0,
        ],
    ],
    dense: [
        [
            25.948786856663858,
            -2.5579724845846235,
            10.433815404888879,
            -2.3679251022685204,
            0.524948541321073,
            1.1241088310450404,
            0.4272876194431874,
            -0.17202221070155493,
        ],
        [
            -9.91568850695171,
            -0.9689944594115154,
            3.0438037242978453,
            -24.495224566215796,
            20.176138334709044,
            15.98066361424651,
            -6.789040303419874,
            -6.710236069923372,
        ],
        [
            11.419903575922262,
            2.8879645146136994,
            72.92137995996029,
            80.12511834622643,
            -52.072871366152654,
            -59.78993625266729,
            -0.15582684282751913,
            4.883087185713722,
        ],
    ],
    goes_on: 6,
    error_order: 5.0,
};

const A5: [f64; 4] = [-7.170454962423024, -4.741636671481785, -16.31002631330971, -1.062004044111401];

/// Rodas4P, order 4(3), 6 stages, dense output of order 3: G. Steinebach, Order-reduction of ROW-methods for DAEs and
/// method of lines applications, Preprint 1741, TH Darmstadt (1995), in the transformed form of the code RODAS of Hairer and
/// Wanner.
pub(crate) static RODAS4P: Tableau = Tableau {
    stages: 6,
    gamma: 0.25,
    a: [
        [0.0; 8],
        [3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1.831036793486759, 0.4955183967433795, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [2.304376582692669, -0.05249275245743001, -1.176798761832782, 0.0, 0.0, 0.0, 0.0, 0.0],
        [A5[0], A5[1], A5[2], A5[3], 0.0, 0.0, 0.0, 0.0],
        [A5[0], A5[1], A5[2], A5[3], 1.0, 0.0, 0.0, 0.0],
        [0.0; 8],
        [0.0; 8],
    ],
    c: [
        [0.0; 8],
        [-12.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-8.791795173947035, -2.207865586973518, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [10.81793056857153, 6.780270611428266, 19.53485944642410, 0.0, 0.0, 0.0, 0.0, 0.0],
        [34.19095006749676, 15.49671153725963, 54.74760875964130, 14.16005392148534, 0.0, 0.0, 0.0, 0.0],
        [34.62605830930532, 15.30084976114473, 56.99955578662667, 18.40807009793095, -5.714285714285717, 0.0, 0.0, 0.0],
        [0.0; 8],
        [0.0; 8],
    ],
    dense: [
        [25.09876703708589, 11.62013104361867, 28.49148307714626, -5.664021568594133, 0.0, 0.0, 0.0, 0.0],
        [
            1.638054557396973,
            -0.7373619806678748,
            8.477918219238990,
            15.99253148779520,
            -1.882352941176471,
            0.0,
            0.0,
            0.0,
        ],
        [0.0; 8],
    ],
    goes_on: 5,
    error_order: 4.0,
};

#[cfg(test)]
mod tests {
    use nalgebra::{SMatrix, SVector};

    use super::*;

    /// The points that are not summed again are those that the rows give.
    #[test]
    fn last_points_go_on_from_those_before() {
        for method in [&RODAS5P, &RODAS4P] {
            for i in 1..method.stages {
                let mut before = method.a[i - 1];
                before[i - 1] += 1.0;
                assert_eq!(before == method.a[i], i >= method.goes_on, "stage {i} of {}", method.stages);
            }
        }
    }

    type M = SMatrix<f64, 8, 8>;
    type V = SVector<f64, 8>;

    fn matrix(rows: &[[f64; 8]; 8]) -> M {
        M::from_fn(|i, j| rows[i][j])
    }

    /// Back to the untransformed form: `Gamma^-1 = I/gamma - C`, `alpha = A Gamma`, `b = m Gamma` (Hairer and
    /// Wanner II, eq. 7.26), with `b^ = m^ Gamma` for the embedded solution.
    fn untransformed(method: &Tableau) -> (M, M, V, V) {
        let inverse = M::identity() / method.gamma - matrix(&method.c);
        let gamma = inverse.try_inverse().unwrap();
        let alpha = matrix(&method.a) * gamma;
        let mut embedded = V::from_fn(|j, _| method.a[method.stages - 1][j]);
        let hat = gamma.transpose() * embedded;
        embedded[method.stages - 1] = 1.0;
        (alpha, alpha + gamma, gamma.transpose() * embedded, hat)
    }

    /// The order conditions of Hairer and Wanner II, table 7.1 (to order 5), with `alpha_i = sum_j alpha_ij`
    /// and `beta = alpha + Gamma`.
    fn conditions(alpha: &M, beta: &M, b: &V) -> Vec<(usize, f64)> {
        let one = V::repeat(1.0);
        let (a, bt) = (alpha * one, beta * one);
        let sq = |v: &V| v.component_mul(v);
        let (a2, a3, a4) = (sq(&a), sq(&a).component_mul(&a), sq(&sq(&a)));
        let inner = |v: V, exact: f64| b.dot(&v) - exact;
        let mut list = vec![
            (1, inner(one, 1.0)),
            (2, inner(bt, 1.0 / 2.0)),
            (3, inner(a2, 1.0 / 3.0)),
            (3, inner(beta * bt, 1.0 / 6.0)),
            (4, inner(a3, 1.0 / 4.0)),
            (4, inner(a.component_mul(&(alpha * bt)), 1.0 / 8.0)),
            (4, inner(beta * a2, 1.0 / 12.0)),
            (4, inner(beta * (beta * bt), 1.0 / 24.0)),
        ];
        list.extend([
            (5, inner(a4, 1.0 / 5.0)),
            (5, inner(a2.component_mul(&(alpha * bt)), 1.0 / 10.0)),
            (5, inner(sq(&(alpha * bt)), 1.0 / 20.0)),
            (5, inner(a.component_mul(&(alpha * a2)), 1.0 / 15.0)),
            (5, inner(a.component_mul(&(alpha * (beta * bt))), 1.0 / 30.0)),
            (5, inner(beta * a3, 1.0 / 20.0)),
            (5, inner(beta * a.component_mul(&(alpha * bt)), 1.0 / 40.0)),
            (5, inner(beta * (beta * a2), 1.0 / 60.0)),
            (5, inner(beta * (beta * (beta * bt)), 1.0 / 120.0)),
        ]);
        list
    }

    /// The printed coefficients have 16 digits and the sums terms up to 100.
    const ROUNDING: f64 = 1e-13;

    #[test]
    fn order_conditions() {
        for (name, method, own) in [("Rodas5P", &RODAS5P, 5), ("Rodas4P", &RODAS4P, 4)] {
            let (alpha, beta, b, hat) = untransformed(method);
            for (order, defect) in conditions(&alpha, &beta, &b).into_iter().filter(|(order, _)| *order <= own) {
                assert!(defect.abs() < ROUNDING, "{name}, order {order}: defect {defect:e}");
            }
            let embedded = conditions(&alpha, &beta, &hat);
            for (order, defect) in embedded.iter().filter(|(order, _)| *order < own) {
                assert!(defect.abs() < ROUNDING, "{name}, embedded, order {order}: defect {defect:e}");
            }
            // The embedded solution must differ, else it would estimate nothing.
            assert!(embedded.iter().any(|(order, defect)| *order == own && defect.abs() > 1e-6));
        }
    }

    #[test]
    fn weights_by_substitution_are_those_of_the_inverse() {
        for method in [&RODAS5P, &RODAS4P] {
            let (.., b, _) = untransformed(method);
            for (own, b) in method.weights().iter().take(method.stages).zip(&b) {
                assert!((own - b).abs() < ROUNDING * 10.0, "{own} {b}");
            }
        }
    }
}
