//! Standard errors and correlation.

use nalgebra::DMatrix;

use crate::singular::Singular;

/// Covariance of the free parameters in the fit's coordinates, from the Jacobian at the minimum:
/// `s2 (J' J)^-1`. Parameters that are held (at a bound) have none, nor do any if the data leave a direction
/// open.
pub(crate) fn covariance(jacobian: &DMatrix<f64>, moving: &[usize], variance: f64) -> Option<DMatrix<f64>> {
    if moving.is_empty() {
        return None;
    }
    let jacobian = jacobian.select_columns(moving);
    // Columns of very different size are scaled first, so that the rank is that of directions, not of units.
    let norms: Vec<f64> = jacobian.column_iter().map(|c| c.norm()).collect();
    if norms.iter().any(|n| !(*n > 0.0 && n.is_finite())) {
        return None;
    }
    let scaled = DMatrix::from_fn(jacobian.nrows(), norms.len(), |i, j| jacobian[(i, j)] / norms[j]);
    let Singular { values, v, .. } = Singular::of(scaled);
    let (largest, smallest) = (values.max(), values.min());
    if smallest <= 1e-10 * largest {
        return None;
    }
    let n = norms.len();
    Some(DMatrix::from_fn(n, n, |i, j| {
        let sum: f64 = (0..n).map(|k| v[(i, k)] * v[(j, k)] / values[k].powi(2)).sum();
        variance * sum / (norms[i] * norms[j])
    }))
}

/// Leverage of each row: how much of a datum's own noise its fitted value follows. They sum to the rank.
pub(crate) fn leverages(jacobian: &DMatrix<f64>) -> Vec<f64> {
    let norms: Vec<f64> = jacobian.column_iter().map(|c| c.norm()).collect();
    let felt: Vec<usize> = (0..norms.len()).filter(|i| norms[*i] > 0.0 && norms[*i].is_finite()).collect();
    if felt.is_empty() {
        return vec![0.0; jacobian.nrows()];
    }
    let scaled = DMatrix::from_fn(jacobian.nrows(), felt.len(), |i, k| jacobian[(i, felt[k])] / norms[felt[k]]);
    let parts = Singular::of(scaled);
    let sound: Vec<usize> = (0..felt.len()).filter(|k| parts.values[*k] > 1e-10 * parts.values[0]).collect();
    (0..jacobian.nrows()).map(|row| sound.iter().map(|k| parts.u(row, *k).powi(2)).sum()).collect()
}
