//! Transfer between a liquid and a gas.

use super::{Environment, Real};
use crate::conditions::GAS_CONSTANT;
use crate::network::ParameterId;

/// `r = kLa (c_liquid - H c_gas)` per volume of liquid, with the film's resistance on the liquid side (Lewis and
/// Whitman, Ind. Eng. Chem. 16 (1924) 1215). The Henry constant is the dimensionless `H_cc = c_liquid / c_gas`, or
/// `H_cp = c_liquid / p` in mol/(m3 Pa), which RT turns into the other (Sander, Atmos. Chem. Phys. 15 (2015) 4399).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GasLiquid {
    /// Transfer coefficient times interface per volume of liquid, 1/s.
    pub kla: ParameterId,
    /// Henry constant.
    pub henry: ParameterId,
    /// Whether it is by pressure, mol/(m3 Pa).
    pub by_pressure: bool,
    /// Whether the forward direction leaves the liquid.
    pub stripping: bool,
}

impl GasLiquid {
    /// Rate constants of both directions.
    pub fn both<N: Real>(&self, at: &Environment<'_, N>) -> (N, N) {
        let out = at.parameter(self.kla);
        let henry = at.parameter(self.henry);
        let ratio = if self.by_pressure { henry * N::constant(GAS_CONSTANT) * at.temperature } else { henry };
        if self.stripping { (out, out * ratio) } else { (out * ratio, out) }
    }
}
