//! Marcus theory of electron transfer.

use super::tafel::{limited_exp, reduced_overpotential};
use super::{Environment, Real};
use crate::conditions::GAS_CONSTANT;
use crate::network::ParameterId;

/// `k = k0 exp(-((lambda - x)^2 - lambda^2) / (4 lambda RT))` with `x = +-F (E - E0)` the driving force of the
/// direction, for one electron from a single level (Marcus, J. Chem. Phys. 24 (1956) 966; Bard and Faulkner, 2nd
/// ed., section 3.6). For a small driving force it is Butler-Volmer with a transfer coefficient of 1/2; beyond
/// `x = lambda` lies the inverted region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marcus {
    /// Rate constant at `E0`.
    pub k0: ParameterId,
    /// Formal potential, V against the model's reference.
    pub e0: ParameterId,
    /// Reorganisation energy, J/mol.
    pub lambda: ParameterId,
    /// +1 for an oxidation, -1 for a reduction.
    pub sign: f64,
    /// Standard amounts of the forward direction over those of the reverse, SI.
    pub standard: f64,
}

impl Marcus {
    /// Rate constants of both directions.
    pub fn both<N: Real>(&self, at: &Environment<'_, N>) -> (N, N) {
        let lambda = at.parameter(self.lambda) / (N::constant(GAS_CONSTANT) * at.temperature);
        let x = N::constant(self.sign) * reduced_overpotential(at, self.e0);
        let quarter = x * x / (N::constant(4.0) * lambda);
        let half = x / N::constant(2.0);
        let k0 = at.parameter(self.k0);
        let reverse = N::constant(self.standard) * k0 * limited_exp(-half - quarter);
        (k0 * limited_exp(half - quarter), reverse)
    }
}
