//! The linear model of the residuals at a point, and its damped steps.

use nalgebra::{DMatrix, DVector};

use crate::residual::Residuals;

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
        let svd = triangle.try_svd(true, true, f64::EPSILON, 10_000)?;
        let projected = svd.u?.transpose() * rotated;
        Some(Self { moving, scale, singular: svd.singular_values, v: svd.v_t?.transpose(), projected })
    }

    /// How much the undamped step lowers the sum of squares, as the linear model has it. It vanishes where the
    /// residuals stand at right angles to everything that the parameters can do (Bates and Watts, Technometrics 23
    /// (1981) 179), and only there: damping does not make it small.
    pub(crate) fn newton_gain(&self) -> f64 {
        let flat = RANK * self.singular.max();
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
