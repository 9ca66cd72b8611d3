//! The linear model of the residuals at a point, and its damped steps.

use nalgebra::{DMatrix, DVector};

use crate::residual::Residuals;
use crate::singular::Singular;

/// Directions whose singular value is below this fraction of the largest are taken as flat.
const RANK: f64 = 1e-13;

/// `r + J s` over the coordinates that may move, with the columns of `J` scaled: one decomposition gives the step for
/// every damping.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    moving: Vec<usize>,
    /// Size of each moving coordinate's column.
    scale: Vec<f64>,
    singular: DVector<f64>,
    /// Right singular vectors, in columns.
    v: DMatrix<f64>,
    /// `U' r`.
    projected: DVector<f64>,
}

impl Linear {
    /// Decomposes the model over some coordinates; `scale` has a positive number for every coordinate. None if the
    /// numbers have no decomposition.
    pub(crate) fn new(residuals: &Residuals, moving: Vec<usize>, scale: &[f64]) -> Option<Self> {
        let scale: Vec<f64> = moving.iter().map(|i| scale[*i]).collect();
        let scaled = DMatrix::from_fn(residuals.values.len(), moving.len(), |row, k| {
            residuals.jacobian[(row, moving[k])] / scale[k]
        });
        if scaled.iter().any(|j| !j.is_finite()) {
            return None;
        }
        // QR first: the small triangle is all that is decomposed, and the residuals are rotated with it.
        let (triangle, rotated) = if scaled.nrows() > scaled.ncols() {
            let qr = scaled.qr();
            let mut rotated = residuals.values.clone();
            qr.q_tr_mul(&mut rotated);
            (qr.r(), rotated.rows(0, moving.len()).into_owned())
        } else {
            (scaled, residuals.values.clone())
        };
        let parts = Singular::of(triangle);
        let projected = parts.project(&rotated);
        Some(Self { moving, scale, singular: parts.values, v: parts.v, projected })
    }

    /// How much the undamped step lowers the sum of squares, as the linear model has it. It vanishes where the
    /// residuals stand at right angles to everything that the parameters can do (Bates and Watts, Technometrics 23
    /// (1981) 179), and only there: damping does not make it small.
    pub(crate) fn newton_gain(&self) -> f64 {
        self.gain_above(RANK)
    }

    /// The same over the directions whose singular value is above a fraction of the largest.
    pub(crate) fn gain_above(&self, fraction: f64) -> f64 {
        let flat = fraction.max(RANK) * self.singular.max();
        self.singular.iter().zip(self.projected.iter()).filter(|(s, _)| **s > flat).map(|(_, c)| c * c).sum()
    }

    /// The step that solves `min |J s + r|^2 + damping |D s|^2`, over all coordinates.
    pub(crate) fn step(&self, damping: f64, coordinates: usize) -> DVector<f64> {
        let flat = RANK * self.singular.max();
        let filtered =
            self.singular.zip_map(&self.projected, |s, c| if s > flat { -s * c / (s * s + damping) } else { 0.0 });
        let moved = &self.v * filtered;
        let mut step = DVector::zeros(coordinates);
        for (k, i) in self.moving.iter().enumerate() {
            step[*i] = moved[k] / self.scale[k];
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two parameters with the same derivatives, and residuals at right angles to them: nothing is left to gain. Rounding
    /// leaves about 1e-32 of the sum of squares.
    #[test]
    fn equal_columns_promise_nothing_at_a_minimum() {
        for seed in 1..200 {
            let slope = |i: usize| (0.37 * f64::from(seed) * i as f64).sin() + 1.1;
            let column = DVector::from_fn(20, |i, _| slope(i));
            let noise = DVector::from_fn(20, |i, _| (1.7 * i as f64 + f64::from(seed)).cos());
            let values = &noise - &column * (column.dot(&noise) / column.norm_squared());
            let sum = values.norm_squared();
            let jacobian = DMatrix::from_columns(&[column.clone(), &column * (1.0 + 1e-16)]);
            let scale = [1.3 * column.norm(), column.norm()];
            let linear = Linear::new(&Residuals { values, jacobian }, vec![0, 1], &scale).unwrap();
            assert!(linear.newton_gain() <= 1e-28 * sum, "{seed}: {}", linear.newton_gain());
        }
    }
}
