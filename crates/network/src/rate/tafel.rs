//! Tafel law: one direction of an electrode step.

use super::{Environment, Real};
use crate::conditions::{FARADAY, GAS_CONSTANT};
use crate::network::ParameterId;

/// `k = k0 exp(+-alpha F (E - E0) / RT)`, `+` for an oxidation (electrons among the products), `-` for a
/// reduction. `alpha` is the apparent transfer coefficient `(RT/F) |d ln j / dE|` (Guidelli et al., Pure
/// Appl. Chem. 86 (2014) 245), so it holds the kinetic electron number already, apart from the electrons of
/// the charge balance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tafel {
    /// Rate constant at `E0`.
    pub k0: ParameterId,
    /// Potential at which `k0` holds, V against the model's reference.
    pub e0: ParameterId,
    /// Apparent transfer coefficient, a pure number.
    pub alpha: ParameterId,
    /// +1 for an oxidation, -1 for a reduction.
    pub sign: f64,
}

impl Tafel {
    /// The rate constant.
    pub fn forward<N: Real>(&self, at: &Environment<'_, N>) -> N {
        let f = N::constant(self.sign * FARADAY) / (N::constant(GAS_CONSTANT) * at.temperature);
        at.parameter(self.k0) * (at.parameter(self.alpha) * f * (at.potential - at.parameter(self.e0))).exp()
    }
}
