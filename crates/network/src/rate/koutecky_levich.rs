//! Mass transfer through a film beside the kinetics of an electrode step.

use super::{Environment, Real};
use crate::network::ParameterId;

/// Kinetics and transfer in series: `1/r = 1/r_kinetic + 1/r_limiting` (Koutecky and Levich 1956; Bard and Faulkner,
/// 2nd ed., section 9.3.4). For a step of first order in one dissolved species on each side and a film at
/// steady state, `r = (k_f c - k_b c') / (1 + k_f/k_m + k_b/k_m')`, so both rate constants are divided by the same
/// sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KouteckyLevich {
    /// Mass-transfer coefficient of the reactant, m/s.
    pub forward: ParameterId,
    /// Mass-transfer coefficient of the product, m/s; that of the reactant where none is given.
    pub reverse: Option<ParameterId>,
}

impl KouteckyLevich {
    /// Rate constants with transfer, from those of the kinetics.
    pub fn both<N: Real>(&self, (forward, reverse): (N, N), at: &Environment<'_, N>) -> (N, N) {
        let transfer = at.parameter(self.forward);
        let transfer_back = self.reverse.map_or(transfer, |k| at.parameter(k));
        let resistance = N::constant(1.0) + forward / transfer + reverse / transfer_back;
        (forward / resistance, reverse / resistance)
    }
}
