//! Free parameters of a fit.

use std::ops::RangeInclusive;

use ratelaw_network::rate::Measures;
use ratelaw_network::units::{Dimension, IntoQuantity, Quantity};
use ratelaw_network::{Network, Scale};
use ratelaw_solver::{DisplayUnit, Problem, Setting};

use crate::error::{FitError, Result};

/// A number that the fit may change: a parameter, an initial amount, or a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Free {
    name: String,
    bounds: Bounds,
}

#[derive(Debug, Clone, PartialEq)]
enum Bounds {
    /// The model's own, else one that suits what the number is.
    Model,
    Si(f64, f64),
    Quantities(Quantity, Quantity),
}

/// What kind of number it is: one whose decades count, or one on a scale without a natural size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A rate or equilibrium constant, an amount.
    Size,
    /// An energy or entropy of activation.
    Energy,
    /// A potential.
    Potential,
    /// A temperature.
    Temperature,
    /// A transfer coefficient or an exponent.
    Number,
}

fn kind(network: &Network, setting: Setting) -> Kind {
    match setting {
        Setting::Initial(_) | Setting::Step(_) => Kind::Size,
        Setting::Potential => Kind::Potential,
        Setting::Temperature => Kind::Temperature,
        Setting::Parameter(id) => match network.parameters()[id.0].measures {
            Some(Measures::MolarEnergy | Measures::MolarEntropy) => Kind::Energy,
            Some(Measures::Potential) => Kind::Potential,
            Some(Measures::Number) => Kind::Number,
            _ => Kind::Size,
        },
    }
}

/// Where nothing else is said: four decades to either side of a size, half of an energy to either side, half a
/// volt, 50 K, a factor of four of a number.
fn default_range(network: &Network, setting: Setting, value: f64) -> Option<(f64, f64)> {
    let around = |half: f64| (half > 0.0).then_some((value - half, value + half));
    match kind(network, setting) {
        Kind::Size => (value > 0.0).then_some((value * 1e-4, value * 1e4)),
        Kind::Energy => around(0.5 * value.abs()),
        Kind::Potential => around(0.5),
        Kind::Temperature => around(f64::min(50.0, 0.5 * value)),
        Kind::Number => (value > 0.0).then_some((0.25 * value, 4.0 * value)),
    }
}

impl Free {
    /// A setting by name within the model's bounds; without those, four decades to either side of a rate
    /// constant or an amount, half of an energy, half a volt, 50 K, or a factor of four of a pure number.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), bounds: Bounds::Model }
    }

    /// A setting by name within bounds in SI units; constants and amounts are varied on a logarithmic scale if
    /// both bounds are positive, energies, potentials, temperatures and pure numbers on a linear one.
    pub fn log10(name: &str, bounds: RangeInclusive<f64>) -> Self {
        let (low, high) = bounds.into_inner();
        Self { name: name.to_owned(), bounds: Bounds::Si(low, high) }
    }

    /// A setting by name within bounds with units, `"50 mM"` or a [`Quantity`].
    ///
    /// # Errors
    /// A bound that is not a number with a known unit.
    pub fn between(name: &str, low: impl IntoQuantity, high: impl IntoQuantity) -> Result<Self> {
        let bounds = Bounds::Quantities(low.into_quantity()?, high.into_quantity()?);
        Ok(Self { name: name.to_owned(), bounds })
    }

    /// Name of the setting.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Looks the name up and checks the bounds.
    pub(crate) fn resolve(&self, problem: &Problem) -> Result<Resolved> {
        let network = problem.network();
        let setting = Setting::parse(network, &self.name)?;
        problem.settable(setting)?;
        let dimension = setting.dimension(network);
        let value = problem.get(setting);
        let what = format!("the bound of `{}`", self.name);
        let (low, high) = match &self.bounds {
            Bounds::Si(low, high) => (*low, *high),
            Bounds::Quantities(low, high) => (low.si_as(dimension, &what)?, high.si_as(dimension, &what)?),
            Bounds::Model => {
                let own = match setting {
                    Setting::Parameter(id) => network.parameters()[id.0].bounds,
                    _ => None,
                };
                let none = || FitError::OutOfRange {
                    what: format!("the range of `{}`", self.name),
                    found: format!("not given, and the model's value is {value}"),
                    expected: format!("bounds: `{}=LOW..HIGH`", self.name),
                };
                own.or_else(|| default_range(network, setting, value)).ok_or_else(none)?
            }
        };
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(FitError::OutOfRange {
                what: format!("the range of `{}`", self.name),
                found: format!("{low} to {high}"),
                expected: "a lower and a higher finite bound".into(),
            });
        }
        let stated = match setting {
            Setting::Parameter(id) => network.parameters()[id.0].scale,
            _ => None,
        };
        let scale = match stated {
            Some(Scale::Log) if low > 0.0 => Scale::Log,
            None if low > 0.0 && kind(network, setting) == Kind::Size => Scale::Log,
            _ => Scale::Linear,
        };
        let start = value.clamp(low, high);
        // Shown in the unit that the model states the parameter in.
        let own = match setting {
            Setting::Parameter(id) => {
                let name = &network.parameters()[id.0].name;
                network.definition().parameters.iter().find(|p| p.name == *name).and_then(|p| p.value.quantity())
            }
            _ => None,
        };
        let stated = own.filter(|q| !q.symbol().is_empty());
        let (unit, factor) = match stated.map(|q| (q.symbol(), Quantity::new(1.0, q.symbol()))) {
            Some((symbol, Ok(one))) => (symbol.to_owned(), one.si()),
            _ => match setting {
                // mM is mol/m3 by the name that a chemist reads.
                Setting::Initial(id) => (DisplayUnit::of_amount(network, id).symbol, 1.0),
                _ => (dimension.to_string(), 1.0),
            },
        };
        Ok(Resolved { name: setting.name(network), setting, scale, low, high, start, dimension, unit, factor })
    }
}

/// A free parameter of a given problem; values are SI.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    pub(crate) name: String,
    pub(crate) setting: Setting,
    pub(crate) scale: Scale,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) start: f64,
    pub(crate) dimension: Dimension,
    /// Unit it is shown in, and one of it in SI.
    pub(crate) unit: String,
    pub(crate) factor: f64,
}

impl Resolved {
    /// The coordinate that the fit works in.
    pub(crate) fn to_coordinate(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Log => value.ln(),
            Scale::Linear => value,
        }
    }

    /// The value at a coordinate, also outside the range.
    pub(crate) fn to_value(&self, x: f64) -> f64 {
        match self.scale {
            Scale::Log => x.exp(),
            Scale::Linear => x,
        }
    }

    /// The value at a coordinate of the range; exactly the bound where rounding would pass it.
    pub(crate) fn within(&self, x: f64) -> f64 {
        self.to_value(x).clamp(self.low, self.high)
    }

    /// `d value / d coordinate`.
    pub(crate) fn slope(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Log => value,
            Scale::Linear => 1.0,
        }
    }

    /// Bounds of the coordinate.
    pub(crate) fn range(&self) -> (f64, f64) {
        (self.to_coordinate(self.low), self.to_coordinate(self.high))
    }
}
