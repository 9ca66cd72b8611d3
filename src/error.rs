//! One error for programs that use all parts.

use thiserror::Error;

/// Result of the facade.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whatever the parts refuse or fail at.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A network is wrong.
    #[error(transparent)]
    Network(#[from] ratelaw_network::NetworkError),
    /// A quantity cannot be read.
    #[error(transparent)]
    Quantity(#[from] ratelaw_network::QuantityError),
    /// A run failed.
    #[error(transparent)]
    Solve(#[from] ratelaw_solver::SolveError),
    /// A chain is wrong or failed.
    #[error(transparent)]
    Chain(#[from] ratelaw_solver::ChainError),
    /// A fit failed.
    #[error(transparent)]
    Fit(#[from] ratelaw_fit::FitError),
}
