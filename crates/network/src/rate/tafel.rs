//! Tafel law: one direction of an electrode step.

use super::{Environment, Part, Real};
use crate::conditions::{FARADAY, GAS_CONSTANT};
use crate::network::ParameterId;

/// `k = k0 exp(+-alpha F (E - E0) / RT)`, `+` for an oxidation (electrons among the products), `-` for a
/// reduction. `alpha` is the apparent transfer coefficient `(RT/F) |d ln j / dE|` (Guidelli et al., Pure
/// Appl. Chem. 86 (2014) 245), so it holds the kinetic electron number already, apart from the electrons of
/// the charge balance.
///
/// With an exchange current density, `k0 = i0 / (n F prod c_ref^order)` and `E0 = E_eq`, so that the current density
/// is `i0 exp(+-alpha F eta / RT)` where all reactants have their reference amounts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tafel {
    /// Rate constant at `E0`, or the exchange current density at `E_eq`.
    pub k0: ParameterId,
    /// What turns `k0` into a rate constant: 1, or `1 / (n F prod c_ref^order)` for an exchange current density.
    pub factor: f64,
    /// Potential at which `k0` holds, V against the model's reference.
    pub e0: ParameterId,
    /// Apparent transfer coefficient, a pure number.
    pub alpha: ParameterId,
    /// +1 for an oxidation, -1 for a reduction.
    pub sign: f64,
}

/// Largest exponent of an electrode law; beyond it the exponent stands still. At a transfer coefficient of 1 that is
/// 7.7 V from `E0`, where no rate has a meaning, but squares and quotients of constants stay finite.
const STEEPEST: f64 = 300.0;

/// `exp(x)`, held at [`STEEPEST`].
pub(super) fn limited_exp<N: Real>(x: N) -> N {
    let v = x.value();
    let held = N::new(v.map(|v| STEEPEST.copysign(v)), N::Part::splat(0.0));
    N::select((v, v), |v, _| v.abs() > STEEPEST, held, x).exp()
}

/// `F (E - E0) / RT`, a pure number.
pub(super) fn reduced_overpotential<N: Real>(at: &Environment<'_, N>, e0: ParameterId) -> N {
    (at.potential - at.parameter(e0)) * FARADAY / (at.temperature * GAS_CONSTANT)
}

impl Tafel {
    /// The rate constant.
    pub fn forward<N: Real>(&self, at: &Environment<'_, N>) -> N {
        self.at_overpotential(reduced_overpotential(at, self.e0), at)
    }

    /// The rate constant at a reduced overpotential.
    pub(super) fn at_overpotential<N: Real>(&self, eta: N, at: &Environment<'_, N>) -> N {
        at.parameter(self.k0) * self.factor * limited_exp(at.parameter(self.alpha) * self.sign * eta)
    }
}

/// The rate constant (SI) at `E0` that gives an exchange current density `i0` (A/m2) with `electrons` for one
/// turnover, where `amounts` is the product of the reactants' amounts to their orders (SI).
///
/// ```
/// use ratelaw_network::rate::{exchange_current_density, rate_constant};
///
/// // 1 A/m2 at 1 mM (1 mol/m3), one electron: k0 = i0 / F c = 1.04e-5 m/s.
/// let k0 = rate_constant(1.0, 1.0, 1.0);
/// assert!((k0 - 1.0364e-5).abs() < 1e-9);
/// assert_eq!(exchange_current_density(k0, 1.0, 1.0), 1.0);
/// ```
pub fn rate_constant(i0: f64, electrons: f64, amounts: f64) -> f64 {
    i0 / (electrons.abs() * FARADAY * amounts)
}

/// The exchange current density (A/m2) of a rate constant at `E0`; the inverse of [`rate_constant`].
pub fn exchange_current_density(k0: f64, electrons: f64, amounts: f64) -> f64 {
    k0 * electrons.abs() * FARADAY * amounts
}
