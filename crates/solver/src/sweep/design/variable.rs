//! A setting that a sweep varies.

use ratelaw_network::Network;
use ratelaw_network::expression::Variable as Leaf;
use ratelaw_network::units::{Dimension, Quantity, Unit};

use crate::error::{Result, SolveError};
use crate::problem::Problem;
use crate::schedule::has_conditions;
use crate::setting::Setting;

/// A setting that a sweep varies, with the unit that its values are shown in.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// What is set.
    pub setting: Setting,
    /// Its name, as the user wrote it.
    pub name: String,
    /// The unit that its values are shown in.
    pub symbol: String,
    unit: Unit,
}

impl Variable {
    /// Looks a setting up; its values are shown in the unit of `shown`, where that has one.
    pub(crate) fn look_up(problem: &Problem, name: &str, shown: Option<&Quantity>) -> Result<Self> {
        let network = problem.network();
        let setting = Setting::parse(network, name)?;
        problem.settable(setting)?;
        if !is_read(network, setting) {
            return Err(SolveError::NoEffect { name: setting.name(network) });
        }
        let own = shown.filter(|q| !q.symbol().is_empty());
        let (symbol, unit) = match own.and_then(|q| Some((q.symbol(), Unit::parse(q.symbol()).ok()?))) {
            Some((symbol, unit)) => (symbol.to_owned(), unit),
            None => (setting.dimension(network).to_string(), Unit::ONE),
        };
        Ok(Self { setting, name: name.trim().to_owned(), symbol, unit })
    }

    /// The unit that its values are shown in.
    pub(crate) fn unit(&self) -> Unit {
        self.unit
    }

    /// A value, SI, in the unit that it is shown in.
    pub fn shown(&self, si: f64) -> f64 {
        (si - self.unit.offset) / self.unit.factor
    }

    /// What it measures.
    pub(super) fn dimension(&self, problem: &Problem) -> Dimension {
        self.setting.dimension(problem.network())
    }

    /// Zero, if the setting cannot be negative: an amount, the temperature, a rate or equilibrium constant and other
    /// parameters that are sizes. Energies, potentials, pure numbers and parameters that no step uses have no such end.
    pub(super) fn floor(&self, problem: &Problem) -> Option<f64> {
        let has_floor = match self.setting {
            Setting::Initial(_) | Setting::Temperature => true,
            Setting::Potential | Setting::Step(_) => false,
            Setting::Parameter(id) => {
                problem.network().parameters()[id.0].measures.is_some_and(|m| m.is_magnitude() || m.is_divisor())
            }
        };
        has_floor.then_some(0.0)
    }

    /// Refuses a setting that is varied twice.
    pub(crate) fn once(variables: &[Self]) -> Result<()> {
        for (i, variable) in variables.iter().enumerate() {
            if variables[..i].iter().any(|v| v.setting == variable.setting) {
                return Err(SolveError::OutOfRange {
                    what: format!("the setting `{}`", variable.name),
                    found: "varied twice".into(),
                    expected: "each setting once".into(),
                });
            }
        }
        Ok(())
    }
}

/// Whether anything reads a condition: a rate, an observable of the model, a condition that ends a stage. Other settings are
/// not looked at.
fn is_read(network: &Network, setting: Setting) -> bool {
    let (by_steps, read) = match setting {
        Setting::Potential => (network.steps().iter().any(|s| s.law.reads_potential()), Leaf::Potential),
        Setting::Temperature => (network.steps().iter().any(|s| s.law.reads_temperature(s.reverse)), Leaf::Temperature),
        Setting::Parameter(_) | Setting::Initial(_) | Setting::Step(_) => return true,
    };
    let observed = || network.observables().iter().any(|o| o.tape.variables().any(|v| v == read));
    by_steps || observed() || has_conditions(network.stages())
}
