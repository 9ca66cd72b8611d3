//! A rate constant relative to that of another step.

use super::{Environment, RateLaw, Real, Reverse};
use crate::conditions::GAS_CONSTANT;
use crate::network::ParameterId;

/// `k = k_other exp(-ddG / RT)`: transition-state theory where only the difference of two barriers is known, as
/// from a calculation whose errors cancel between similar steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Relative {
    /// The law of the other step.
    pub other: Box<RateLaw>,
    /// Barrier of this step less that of the other, J/mol.
    pub difference: ParameterId,
}

impl Relative {
    /// The rate constant.
    pub fn forward<N: Real>(&self, at: &Environment<'_, N>) -> N {
        let rt = N::constant(GAS_CONSTANT) * at.temperature;
        self.other.constants(Reverse::None, at).0 * (-at.parameter(self.difference) / rt).exp()
    }
}
