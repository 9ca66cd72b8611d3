//! Mass action (Guldberg and Waage 1864).

use super::{Environment, Real};
use crate::network::ParameterId;

/// A constant that depends on nothing: `r = k prod c_i^order_i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MassAction {
    /// Rate constant; its unit follows from the step's phase and orders.
    pub k: ParameterId,
}

impl MassAction {
    /// The rate constant.
    pub fn forward<N: Real>(&self, at: &Environment<'_, N>) -> N {
        at.parameter(self.k)
    }
}
