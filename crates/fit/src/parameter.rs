//! Free parameters of a fit.

use std::ops::RangeInclusive;

use ratelaw_network::units::{Dimension, Quantity};
use ratelaw_solver::{Problem, Setting};

use crate::error::{FitError, Result};

/// A number that the fit may change: a parameter, an initial amount, or a condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Free {
    name: String,
    bounds: Bounds,
}

#[derive(Debug, Clone, PartialEq)]
enum Bounds {
    /// The model's own, else four decades to either side of its value.
    Model,
    Si(f64, f64),
    Quantities(Quantity, Quantity),
}

/// How a free parameter is varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Its logarithm.
    Log,
    /// Itself, where zero or negative values are allowed.
    Linear,
}

/// Decades to either side, where nothing else is said.
const DECADES: f64 = 4.0;

impl Free {
    /// A setting by name within the model's bounds, or four decades to either side of its value.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), bounds: Bounds::Model }
    }

    /// A setting by name within bounds in SI units, varied on a logarithmic scale if both are positive.
    pub fn log10(name: &str, bounds: RangeInclusive<f64>) -> Self {
        let (low, high) = bounds.into_inner();
        Self { name: name.to_owned(), bounds: Bounds::Si(low, high) }
    }

    /// A setting by name within bounds with units.
    pub fn between(name: &str, low: Quantity, high: Quantity) -> Self {
        Self { name: name.to_owned(), bounds: Bounds::Quantities(low, high) }
    }

    /// Looks the name up and checks the bounds.
    pub(crate) fn resolve(&self, problem: &Problem) -> Result<Resolved> {
        let network = problem.network();
        let setting = Setting::parse(network, &self.name)?;
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
                let factor = 10.0_f64.powf(DECADES);
                match own {
                    Some(bounds) => bounds,
                    None if value > 0.0 => (value / factor, value * factor),
                    None => {
                        return Err(FitError::OutOfRange {
                            what: format!("the range of `{}`", self.name),
                            found: format!("not given, and the model's value is {value}"),
                            expected: format!("bounds: `{}=LOW..HIGH`", self.name),
                        });
                    }
                }
            }
        };
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(FitError::OutOfRange {
                what: format!("the range of `{}`", self.name),
                found: format!("{low} to {high}"),
                expected: "a lower and a higher finite bound".into(),
            });
        }
        let scale = if low > 0.0 { Scale::Log } else { Scale::Linear };
        let start = value.clamp(low, high);
        // Shown in the unit that the model states the parameter in.
        let own = match setting {
            Setting::Parameter(id) => {
                let name = &network.parameters()[id.0].name;
                network.definition().parameters.iter().find(|p| p.name == *name).map(|p| &p.value)
            }
            _ => None,
        };
        let stated = own.filter(|q| !q.symbol().is_empty());
        let (unit, factor) = match stated.map(|q| (q.symbol(), Quantity::new(1.0, q.symbol()))) {
            Some((symbol, Ok(one))) => (symbol.to_owned(), one.si()),
            _ => (dimension.to_string(), 1.0),
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

    /// The value at a coordinate; exactly the bound where rounding would pass it.
    pub(crate) fn to_value(&self, x: f64) -> f64 {
        match self.scale {
            Scale::Log => x.exp().clamp(self.low, self.high),
            Scale::Linear => x.clamp(self.low, self.high),
        }
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
