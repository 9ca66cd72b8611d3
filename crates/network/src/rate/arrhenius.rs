//! Modified Arrhenius law.

use super::{Environment, Real};
use crate::conditions::{GAS_CONSTANT, ROOM_TEMPERATURE};
use crate::network::ParameterId;

/// `k = A (T / 298.15 K)^b exp(-Ea / RT)`; the form with a reference temperature keeps `b` a pure number
/// (IUPAC Gold Book, "modified Arrhenius equation").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrhenius {
    /// Pre-exponential factor, in the unit of the rate constant.
    pub a: ParameterId,
    /// Activation energy, J/mol.
    pub ea: ParameterId,
    /// Exponent of the temperature, a pure number; 0 if absent.
    pub b: Option<ParameterId>,
}

impl Arrhenius {
    /// The rate constant.
    pub fn forward<N: Real>(&self, at: &Environment<'_, N>) -> N {
        let rt = N::constant(GAS_CONSTANT) * at.temperature;
        let k = at.parameter(self.a) * (-at.parameter(self.ea) / rt).exp();
        match self.b {
            Some(b) => k * (at.parameter(b) * (at.temperature / N::constant(ROOM_TEMPERATURE)).ln()).exp(),
            None => k,
        }
    }
}
