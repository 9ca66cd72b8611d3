//! Coefficients of the Radau IIA method of order 5.

/// Square root of 6.
const S6: f64 = 2.449489742783178098197284074705891391966;

/// Stages.
pub(crate) const STAGES: usize = 3;

/// A square matrix of the stages.
pub(crate) type Square = [[f64; STAGES]; STAGES];

/// Places of the stages in a step; the last is its end, so the method is stiffly accurate (Hairer and Wanner II,
/// section IV.5, table 5.6).
pub(crate) const C: [f64; STAGES] = [(4.0 - S6) / 10.0, (4.0 + S6) / 10.0, 1.0];

/// Runge-Kutta matrix of the collocation at [`C`] (the same table); its last row are the weights.
pub(crate) const A: Square = [
    [(88.0 - 7.0 * S6) / 360.0, (296.0 - 169.0 * S6) / 1800.0, (-2.0 + 3.0 * S6) / 225.0],
    [(296.0 + 169.0 * S6) / 1800.0, (88.0 + 7.0 * S6) / 360.0, (-2.0 - 3.0 * S6) / 225.0],
    [(16.0 - S6) / 36.0, (16.0 + S6) / 36.0, 1.0 / 9.0],
];

/// The real eigenvalue of the inverse of [`A`].
pub(crate) const GAMMA: f64 = 3.637834252744495732208418513577775797945996;

/// The complex pair of eigenvalues of the inverse of [`A`], `ALPHA` + i `BETA` and its conjugate.
pub(crate) const ALPHA: f64 = 2.681082873627752133895790743211112101027;
/// See [`ALPHA`].
pub(crate) const BETA: f64 = 3.050430199247410569426377624787567904440;

/// Eigenvectors of the inverse of [`A`]: `T^-1 A^-1 T` is [`GAMMA`] beside the block `ALPHA, -BETA; BETA, ALPHA`
/// (section IV.8, eq. 8.12). Worked out to 40 digits.
pub(crate) const T: Square = [
    [0.091232394870892942791, -0.14125529502095420843, -0.030029194105147424492],
    [0.24171793270710701896, 0.204129352293799932, 0.3829421127572619378],
    [0.96604818261509293619, 1.0, 0.0],
];

/// The inverse of [`T`].
pub(crate) const T_INVERSE: Square = [
    [4.325579890063155351, 0.33919925181580986954, 0.54177053993587487119],
    [-4.1787185915519047273, -0.32768282076106238708, 0.47662355450055045196],
    [-0.50287263494578687595, 2.5719269498556054292, -0.59603920482822492497],
];

/// Weights of the increments in the error estimate, divided by the coefficient of the slope at the start, `1 / GAMMA`
/// (section IV.8, eq. 8.19): with them `y_0 + (f(y_0)/GAMMA + ...) h` is a solution of order 3.
pub(crate) const ERROR: [f64; STAGES] = [-(13.0 + 7.0 * S6) / 3.0, (-13.0 + 7.0 * S6) / 3.0, -1.0 / 3.0];

/// Order of the embedded solution plus one: the local error goes with this power of the step.
pub(crate) const ERROR_ORDER: f64 = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    const ROUNDING: f64 = 1e-14;

    fn power(x: f64, k: i32) -> f64 {
        x.powi(k)
    }

    /// B(5): the weights integrate powers to the fourth; C(3): each stage integrates those to the second.
    #[test]
    fn order_conditions() {
        for k in 1..=5 {
            let sum: f64 = (0..STAGES).map(|j| A[2][j] * power(C[j], k - 1)).sum();
            assert!((sum - 1.0 / f64::from(k)).abs() < ROUNDING, "B({k}): {sum}");
        }
        let sixth: f64 = (0..STAGES).map(|j| A[2][j] * power(C[j], 5)).sum();
        assert!((sixth - 1.0 / 6.0).abs() > 1e-4, "the order is 5");
        for k in 1..=3 {
            for i in 0..STAGES {
                let sum: f64 = (0..STAGES).map(|j| A[i][j] * power(C[j], k - 1)).sum();
                assert!((sum - power(C[i], k) / f64::from(k)).abs() < ROUNDING, "C({k}), stage {i}: {sum}");
            }
        }
    }

    fn product(a: &Square, b: &Square) -> Square {
        std::array::from_fn(|i| std::array::from_fn(|j| (0..STAGES).map(|k| a[i][k] * b[k][j]).sum()))
    }

    fn same(a: &Square, b: &Square) {
        for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
            assert!((a - b).abs() < ROUNDING, "{a} {b}");
        }
    }

    /// The transformation and its inverse, and `A T L = T` for the blocks `L` of the inverse of `A`.
    #[test]
    fn transformation_splits_the_inverse() {
        let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        same(&product(&T, &T_INVERSE), &identity);
        let blocks = [[GAMMA, 0.0, 0.0], [0.0, ALPHA, -BETA], [0.0, BETA, ALPHA]];
        same(&product(&A, &product(&T, &blocks)), &T);
    }

    /// The estimate vanishes for solutions up to the third power of the time: with `y = t^k` the increments are `c^k`,
    /// and the slope at the start is 1 for the first power alone.
    #[test]
    fn error_estimate_is_of_order_three() {
        for k in 1..=3 {
            let slope = if k == 1 { 1.0 } else { 0.0 };
            let sum: f64 = slope + (0..STAGES).map(|j| ERROR[j] * power(C[j], k)).sum::<f64>();
            assert!(sum.abs() < ROUNDING, "power {k}: {sum}");
        }
        let fourth: f64 = (0..STAGES).map(|j| ERROR[j] * power(C[j], 4)).sum();
        assert!(fourth.abs() > 1e-2);
    }
}
