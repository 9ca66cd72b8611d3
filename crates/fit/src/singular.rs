//! Singular values.

use nalgebra::{DMatrix, DVector};

/// Columns whose cosine is below this stand at right angles, as far as rounding knows.
const RIGHT: f64 = 1e-15;
/// Most sweeps over all pairs of columns; ten are many.
const SWEEPS: usize = 40;

/// A matrix as `U diag(values) V'`, the values largest first; one for each column, also where there are fewer rows.
#[derive(Debug, Clone)]
pub(crate) struct Singular {
    pub(crate) values: DVector<f64>,
    pub(crate) v: DMatrix<f64>,
    /// `U diag(values)`.
    turned: DMatrix<f64>,
}

impl Singular {
    pub(crate) fn of(matrix: DMatrix<f64>) -> Self {
        let (turned, v) = right_angles(matrix);
        let norms: Vec<f64> = turned.column_iter().map(|c| c.norm()).collect();
        let mut order: Vec<usize> = (0..norms.len()).collect();
        order.sort_by(|a, b| norms[*b].total_cmp(&norms[*a]));
        let values = DVector::from_iterator(order.len(), order.iter().map(|k| norms[*k]));
        Self { values, v: v.select_columns(&order), turned: turned.select_columns(&order) }
    }

    /// `U' b`; zero along vectors whose value is zero.
    pub(crate) fn project(&self, b: &DVector<f64>) -> DVector<f64> {
        self.turned.tr_mul(b).zip_map(&self.values, |c, s| if s > 0.0 { c / s } else { 0.0 })
    }

    /// The shortest `x` with least `|A x - b|`, where values up to `least` count as zero.
    pub(crate) fn solve(&self, b: &DVector<f64>, least: f64) -> DVector<f64> {
        &self.v * self.project(b).zip_map(&self.values, |c, s| if s > least { c / s } else { 0.0 })
    }

    /// An element of `U`.
    pub(crate) fn u(&self, row: usize, k: usize) -> f64 {
        self.turned[(row, k)] / self.values[k]
    }
}

/// The columns turned in pairs until all stand at right angles, `A V`, and `V`: their norms are the singular values (the
/// one-sided method of Jacobi and Hestenes, J. SIAM 6 (1958) 51). Small ones come out accurate, and a matrix without full
/// rank, of which nalgebra's decomposition can be wrong in the first digit, is nothing special.
fn right_angles(mut a: DMatrix<f64>) -> (DMatrix<f64>, DMatrix<f64>) {
    let count = a.ncols();
    let mut v = DMatrix::identity(count, count);
    for _ in 0..SWEEPS {
        let mut all_right = true;
        for p in 0..count {
            for q in p + 1..count {
                let (first, second) = (a.column(p).norm_squared(), a.column(q).norm_squared());
                let product = a.column(p).dot(&a.column(q));
                if product.abs() <= RIGHT * (first * second).sqrt() {
                    continue;
                }
                all_right = false;
                let zeta = (second - first) / (2.0 * product);
                let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
                let cosine = 1.0 / tangent.hypot(1.0);
                turn(&mut a, (p, q), (cosine, cosine * tangent));
                turn(&mut v, (p, q), (cosine, cosine * tangent));
            }
        }
        if all_right {
            break;
        }
    }
    (a, v)
}

/// Turns two columns by an angle, given by its cosine and sine.
fn turn(matrix: &mut DMatrix<f64>, (p, q): (usize, usize), (cosine, sine): (f64, f64)) {
    for row in 0..matrix.nrows() {
        let (first, second) = (matrix[(row, p)], matrix[(row, q)]);
        matrix[(row, p)] = cosine * first - sine * second;
        matrix[(row, q)] = sine * first + cosine * second;
    }
}
