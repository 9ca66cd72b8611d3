//! Butler-Volmer law: both directions of an electrode step.

use super::tafel::{limited_exp, reduced_overpotential};
use super::{Environment, Real, Tafel};
use crate::network::ParameterId;

/// The forward direction is a [`Tafel`] law; the reverse has its own transfer coefficient or, where none is
/// given, the rest `n - alpha`, so that both directions balance at `E0` under standard concentrations (Bard and
/// Faulkner, Electrochemical Methods, 2nd ed., section 3.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ButlerVolmer {
    /// Forward direction.
    pub forward: Tafel,
    /// Transfer coefficient of the reverse direction, where it is not `n - alpha`.
    pub alpha_reverse: Option<ParameterId>,
    /// Electrons of the step.
    pub electrons: f64,
    /// Standard (or reference) amounts of the forward direction over those of the reverse, SI.
    pub standard: f64,
}

impl ButlerVolmer {
    /// Both rate constants; the reverse one is `k0 exp(-+(n - alpha) F (E - E0) / RT)`.
    pub fn both<N: Real>(&self, at: &Environment<'_, N>) -> (N, N) {
        let law = &self.forward;
        let alpha = match self.alpha_reverse {
            Some(own) => at.parameter(own),
            None => N::constant(self.electrons) - at.parameter(law.alpha),
        };
        let eta = reduced_overpotential(at, law.e0);
        let reverse = at.parameter(law.k0) * (self.standard * law.factor) * limited_exp(alpha * -law.sign * eta);
        (law.at_overpotential(eta, at), reverse)
    }
}
