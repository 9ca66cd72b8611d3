//! Transition-state theory (Eyring 1935).

use super::{Environment, Real};
use crate::conditions::{BOLTZMANN_OVER_PLANCK, GAS_CONSTANT};
use crate::network::ParameterId;

/// `k = (k_B T / h) exp(-dG / RT) c0`, with a transmission coefficient of 1 and `c0` the product of
/// standard concentrations (1 M in solution, the full site density on a surface) that gives the constant
/// its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Eyring {
    /// Barrier.
    pub barrier: Barrier,
    /// Product of standard concentrations, SI.
    pub standard: f64,
}

/// A free energy of activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// Given as it is, J/mol.
    Gibbs(ParameterId),
    /// Given by enthalpy, J/mol, and entropy, J/(mol K).
    EnthalpyEntropy(ParameterId, ParameterId),
}

impl Eyring {
    /// The rate constant.
    pub fn forward<N: Real>(&self, at: &Environment<'_, N>) -> N {
        let t = at.temperature;
        let dg = match self.barrier {
            Barrier::Gibbs(dg) => at.parameter(dg),
            Barrier::EnthalpyEntropy(dh, ds) => at.parameter(dh) - t * at.parameter(ds),
        };
        let attempts = N::constant(BOLTZMANN_OVER_PLANCK * self.standard) * t;
        attempts * (-dg / (N::constant(GAS_CONSTANT) * t)).exp()
    }
}
