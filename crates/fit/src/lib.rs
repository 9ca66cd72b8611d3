//! Rate constants from measured data: exact sensitivities, bounded Levenberg-Marquardt from many starts,
//! standard errors, and a plain verdict for each parameter.

mod cause;
mod covariance;
mod criteria;
mod dataset;
mod difference;
mod error;
mod estimate;
mod experiment;
mod export;
mod fitting;
mod identifiability;
mod judge;
mod least_squares;
mod linear;
mod loss;
mod minimiser;
mod multistart;
mod noise;
mod options;
mod parameter;
mod prior;
mod profile;
mod remarks;
mod report;
mod residual;
mod search;
mod target;

pub use criteria::{Candidate, Likelihood, ModelComparison, compare};
pub use dataset::{Dataset, Measurement, Series};
pub use error::{FitError, Result};
pub use estimate::fit;
pub use experiment::Experiment;
pub use identifiability::{Cause, Exchange, OtherMinimum, Verdict};
pub use least_squares::{Evaluation, LeastSquares, LeastSquaresOptions, least_squares};
pub use loss::Loss;
pub use minimiser::Ending;
pub use noise::{Noise, NoiseLevel};
pub use options::FitOptions;
pub use parameter::Free;
pub use report::{Estimate, FitReport, Obstacle, Start};
pub use residual::Comparison;
pub use target::Role;
