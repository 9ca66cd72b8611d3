//! Butler-Volmer law: both directions of an electrode step.

use super::{Environment, Real, Tafel};
use crate::conditions::{FARADAY, GAS_CONSTANT};

/// The forward direction is a [`Tafel`] law; the reverse has the rest of the transfer coefficient,
/// `n - alpha`, so that both directions balance at `E0` under standard concentrations (Bard and Faulkner,
/// Electrochemical Methods, 2nd ed., section 3.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ButlerVolmer {
    /// Forward direction.
    pub forward: Tafel,
    /// Electrons of the step.
    pub electrons: f64,
    /// Standard concentrations of the forward direction over those of the reverse, SI.
    pub standard: f64,
}

impl ButlerVolmer {
    /// The reverse rate constant, `k0 exp(-+(n - alpha) F (E - E0) / RT)`.
    pub fn reverse<N: Real>(&self, at: &Environment<'_, N>) -> N {
        let law = &self.forward;
        let f = N::constant(-law.sign * FARADAY) / (N::constant(GAS_CONSTANT) * at.temperature);
        let alpha = N::constant(self.electrons) - at.parameter(law.alpha);
        N::constant(self.standard) * at.parameter(law.k0) * (alpha * f * (at.potential - at.parameter(law.e0))).exp()
    }
}
