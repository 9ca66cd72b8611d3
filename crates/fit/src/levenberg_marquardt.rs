//! Levenberg-Marquardt with bounds.

use nalgebra::{DMatrix, DVector};

use crate::error::Result;
use crate::residual::Residuals;

/// Where a minimisation ended.
#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    pub(crate) x: DVector<f64>,
    pub(crate) residuals: Residuals,
    pub(crate) converged: bool,
    pub(crate) iterations: usize,
    /// Trial points whose integration failed; they are rejected, never given a number.
    pub(crate) failed_trials: usize,
}

/// A least-squares problem in coordinates with bounds; some coordinates may be held.
pub(crate) struct Search<'a> {
    pub(crate) evaluate: &'a (dyn Fn(&DVector<f64>) -> Result<Residuals> + Sync),
    pub(crate) low: &'a [f64],
    pub(crate) high: &'a [f64],
    pub(crate) held: &'a [bool],
    pub(crate) max_iterations: usize,
    /// Converged when the promised gain is below this fraction of the sum of squares.
    pub(crate) gain: f64,
}

/// Converged when the linear model promises to lower the sum of squares by less than this fraction of it: the
/// step left is then about 1e-9 standard errors.
pub(crate) const SMALLEST_GAIN: f64 = 1e-19;
/// Below this promised gain, rounding hides progress in the sum of squares, and the gradient tells it.
const HIDDEN_GAIN: f64 = 1e-11;
/// Converged when a step changes every coordinate by less than this.
const SMALLEST_STEP: f64 = 1e-12;
const LARGEST_DAMPING: f64 = 1e12;

impl Search<'_> {
    /// Minimises the sum of squares from a start: the damped steps of Levenberg and Marquardt (by QR) with
    /// the scaling of Moré (1978) and the damping rule of Nielsen (IMM-REP-1999-05). Coordinates at a bound
    /// whose gradient points outwards are held for the step.
    pub(crate) fn minimise(&self, start: DVector<f64>) -> Result<Minimum> {
        let mut x = self.project(start);
        let mut residuals = (self.evaluate)(&x)?;
        let (mut damping, mut growth) = (1e-3, 2.0);
        let mut scale = DVector::zeros(x.len());
        let (mut iterations, mut failed_trials, mut converged) = (0, 0, false);
        while iterations < self.max_iterations {
            iterations += 1;
            let sse = residuals.sse();
            let gradient = residuals.jacobian.transpose() * &residuals.values;
            let moving: Vec<usize> = (0..x.len()).filter(|i| self.may_move(*i, &x, &gradient)).collect();
            for i in 0..x.len() {
                scale[i] = f64::max(scale[i], residuals.jacobian.column(i).norm());
            }
            if moving.is_empty() {
                converged = true;
                break;
            }
            let Some((step, predicted)) = damped_step(&residuals, &scale, damping, &moving) else { break };
            let trial = self.project(&x + &step);
            let change = (&trial - &x).amax();
            if predicted <= self.gain * sse || change <= SMALLEST_STEP {
                converged = true;
                break;
            }
            let hidden = predicted <= HIDDEN_GAIN * sse;
            let slope = |r: &Residuals| {
                let g = r.jacobian.transpose() * &r.values;
                moving.iter().map(|i| (g[*i] / scale[*i]).powi(2)).sum::<f64>()
            };
            let outcome = (self.evaluate)(&trial);
            match outcome {
                Ok(next) if next.sse() < sse && !hidden => {
                    let ratio = (sse - next.sse()) / predicted;
                    damping = (damping * f64::max(1.0 / 3.0, 1.0 - (2.0 * ratio - 1.0).powi(3))).max(1e-15);
                    growth = 2.0;
                    x = trial;
                    residuals = next;
                }
                Ok(next) if hidden && slope(&next) < 0.5 * slope(&residuals) => {
                    damping *= 0.1;
                    x = trial;
                    residuals = next;
                }
                Ok(_) if hidden => {
                    // Neither the sum of squares nor its gradient can be lowered: the integration's accuracy.
                    converged = true;
                    break;
                }
                outcome => {
                    failed_trials += usize::from(outcome.is_err());
                    damping *= growth;
                    growth *= 2.0;
                    if damping > LARGEST_DAMPING {
                        // No descent even along the gradient.
                        converged = outcome.is_ok();
                        break;
                    }
                }
            }
        }
        Ok(Minimum { x, residuals, converged, iterations, failed_trials })
    }

    fn project(&self, mut x: DVector<f64>) -> DVector<f64> {
        for i in 0..x.len() {
            if !self.held[i] {
                x[i] = x[i].clamp(self.low[i], self.high[i]);
            }
        }
        x
    }

    fn may_move(&self, i: usize, x: &DVector<f64>, gradient: &DVector<f64>) -> bool {
        let stuck = (x[i] <= self.low[i] && gradient[i] > 0.0) || (x[i] >= self.high[i] && gradient[i] < 0.0);
        !self.held[i] && !stuck && gradient[i] != 0.0
    }
}

/// The step that solves `min |J s + r|^2 + damping |D s|^2` over the moving coordinates, by QR, and the
/// decrease of the sum of squares that the linear model promises.
fn damped_step(
    residuals: &Residuals,
    scale: &DVector<f64>,
    damping: f64,
    moving: &[usize],
) -> Option<(DVector<f64>, f64)> {
    let (m, p) = (residuals.values.len(), moving.len());
    let mut matrix = DMatrix::zeros(m + p, p);
    let mut right = DVector::zeros(m + p);
    right.rows_mut(0, m).copy_from(&(-&residuals.values));
    for (column, &i) in moving.iter().enumerate() {
        matrix.view_mut((0, column), (m, 1)).copy_from(&residuals.jacobian.column(i));
        matrix[(m + column, column)] = (damping.sqrt() * scale[i]).max(f64::MIN_POSITIVE);
    }
    let qr = matrix.qr();
    let rotated = qr.q().transpose() * right;
    let solution = qr.r().solve_upper_triangular(&rotated)?;
    let mut step = DVector::zeros(scale.len());
    for (column, &i) in moving.iter().enumerate() {
        step[i] = solution[column];
    }
    if step.iter().any(|s| !s.is_finite()) {
        return None;
    }
    // |r|^2 - |r + J s|^2, with the normal equations put in, so that nothing cancels.
    let damped: f64 = moving.iter().map(|i| damping * (scale[*i] * step[*i]).powi(2)).sum();
    let predicted = (&residuals.jacobian * &step).norm_squared() + 2.0 * damped;
    Some((step, predicted))
}
