//! What can go wrong in a fit.

use std::path::PathBuf;

use ratelaw_network::{NetworkError, QuantityError};
use ratelaw_solver::SolveError;
use thiserror::Error;

/// Result of this crate.
pub type Result<T, E = FitError> = std::result::Result<T, E>;

/// Everything this crate refuses or fails at.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum FitError {
    /// The problem, or a name in the data, is wrong; or the first evaluation failed.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// A data file could not be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A data file has a mistake.
    #[error("{file}:{line}: {what}\n  = found: {found}\n  = expected: {expected}")]
    Data {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong, with the column.
        what: String,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// A request that has no meaning.
    #[error("{what} is {found}, expected {expected}")]
    OutOfRange {
        /// What was refused.
        what: String,
        /// As given.
        found: String,
        /// What would have been right.
        expected: String,
    },
    /// Fewer data than free parameters.
    #[error("{} cannot determine {}", counted(*data, "datum", "data"), counted(*free, "parameter", "parameters"))]
    TooFewData {
        /// Number of data.
        data: usize,
        /// Number of free parameters.
        free: usize,
    },
    /// An observable has no value where it was measured.
    #[error(
        "{file}:{line}: `{observable}` is not defined at t = {time} s, where the data have a value\n  = found: a value\n  \
         = expected: nothing there, since the model gives none"
    )]
    Undefined {
        /// The file.
        file: String,
        /// Line, 0 for data from no file.
        line: usize,
        /// The observable.
        observable: String,
        /// Time, s.
        time: f64,
    },
    /// A residual or derivative is infinite or not a number.
    #[error("a residual or a derivative of one is not a finite number")]
    NotFinite,
    /// A minimisation that was never told anything.
    #[error("no point was evaluated")]
    NotEvaluated,
    /// Every start failed.
    #[error("no start could be evaluated; the first failed so: {first}")]
    NoStart {
        /// The failure of the first start.
        first: Box<FitError>,
    },
}

/// A number of things in words.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

impl From<NetworkError> for FitError {
    fn from(error: NetworkError) -> Self {
        Self::Solve(error.into())
    }
}

impl From<QuantityError> for FitError {
    fn from(error: QuantityError) -> Self {
        Self::Solve(error.into())
    }
}
