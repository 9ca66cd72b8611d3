//! Rate constants from measured data: exact sensitivities, bounded Levenberg-Marquardt from many starts,
//! standard errors, and a plain verdict for each parameter.

mod covariance;
mod dataset;
mod difference;
mod error;
mod estimate;
mod experiment;
mod export;
mod identifiability;
mod least_squares;
mod linear;
mod loss;
mod minimiser;
mod multistart;
mod options;
mod parameter;
mod profile;
mod report;
mod residual;
mod search;

pub use dataset::{Dataset, Measurement, Series};
pub use error::{FitError, Result};
pub use estimate::fit;
pub use experiment::Experiment;
pub use identifiability::{Exchange, Verdict};
pub use least_squares::{Evaluation, LeastSquares, LeastSquaresOptions, least_squares};
pub use loss::Loss;
pub use minimiser::Ending;
pub use options::FitOptions;
pub use parameter::Free;
pub use report::{Estimate, FitReport, Obstacle, Start};
pub use residual::Comparison;
