//! Work counters.

use serde::Serialize;

/// What a run cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Stats {
    /// Steps accepted.
    pub accepted: usize,
    /// Steps rejected.
    pub rejected: usize,
    /// Evaluations of the right-hand side.
    pub evaluations: usize,
    /// Evaluations of the Jacobian.
    pub jacobians: usize,
    /// LU factorisations.
    pub factorisations: usize,
    /// Factorisations done again with pivoting.
    pub pivoted: usize,
    /// Linear solves, those of sensitivities included.
    pub solves: usize,
}
