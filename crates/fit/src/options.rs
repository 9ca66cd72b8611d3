//! How to fit.

use std::fmt;
use std::sync::Arc;

use ratelaw_solver::{SolveOptions, StopFlag};

use crate::error::{FitError, Result};
use crate::loss::Loss;
use crate::noise::Noise;

/// Options of a fit.
#[derive(Clone)]
pub struct FitOptions {
    /// How each trial is integrated.
    pub solve: SolveOptions,
    /// Number of starts: the user's own and the rest of a Latin hypercube over the bounds.
    pub starts: usize,
    /// Seed of the hypercube.
    pub seed: u64,
    /// What is summed over the residuals.
    pub loss: Loss,
    /// Where the size of the noise comes from.
    pub noise: Noise,
    /// Most iterations of one minimisation.
    pub max_iterations: usize,
    /// Called after each part of the work, with parts done and parts in all.
    pub progress: Option<Arc<dyn Fn(usize, usize) + Send + Sync>>,
    /// Ends the work soon when it is set: the report is then of what is finished, and [`FitReport::stopped`] says so. It is
    /// looked at between iterations, also by [`bootstrap`](crate::bootstrap()) of the report.
    ///
    /// [`FitReport::stopped`]: crate::FitReport::stopped
    pub stop: Option<StopFlag>,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            solve: SolveOptions { rtol: 1e-8, ..SolveOptions::default() },
            starts: 12,
            seed: 1,
            loss: Loss::default(),
            noise: Noise::default(),
            max_iterations: 200,
            progress: None,
            stop: None,
        }
    }
}

impl fmt::Debug for FitOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FitOptions")
            .field("solve", &self.solve)
            .field("starts", &self.starts)
            .field("seed", &self.seed)
            .field("loss", &self.loss)
            .field("noise", &self.noise)
            .field("max_iterations", &self.max_iterations)
            .finish_non_exhaustive()
    }
}

impl FitOptions {
    /// Whether the user has asked to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(StopFlag::is_set)
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.loss.check()?;
        for (what, found, most) in [
            ("the number of starts", self.starts, 1_000_000),
            ("the limit of iterations", self.max_iterations, 1_000_000),
        ] {
            if !(1..=most).contains(&found) {
                let expected = format!("1 to {most}");
                return Err(FitError::OutOfRange { what: what.into(), found: found.to_string(), expected });
            }
        }
        Ok(())
    }
}
