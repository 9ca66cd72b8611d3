//! Axes of a sweep.

use std::ops::RangeInclusive;

use crate::problem::Problem;
use ratelaw_network::units::{IntoQuantity, Quantity, Unit};

use crate::error::{Result, SolveError};
use crate::setting::Setting;

/// One varied number: a parameter, an initial amount, the potential or the temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    name: String,
    values: Values,
}

#[derive(Debug, Clone, PartialEq)]
enum Values {
    List(Vec<Quantity>),
    Range { low: Quantity, high: Quantity, points: usize, logarithmic: bool },
}

/// Most points of one axis.
const MOST: usize = 100_000_000;

impl Axis {
    /// Equally spaced potentials, V against the model's reference.
    pub fn potential(range: RangeInclusive<f64>, points: usize) -> Self {
        let volts = |v| Quantity::new(v, "V").unwrap_or_else(|_| Quantity::number(v));
        let (low, high) = range.into_inner();
        Self {
            name: "potential".into(),
            values: Values::Range { low: volts(low), high: volts(high), points, logarithmic: false },
        }
    }

    /// Equally spaced values of a setting by name, see [`Setting::parse`].
    ///
    /// # Errors
    /// A bound that is not a number with a known unit.
    pub fn range(name: &str, low: impl IntoQuantity, high: impl IntoQuantity, points: usize) -> Result<Self> {
        let (low, high) = (low.into_quantity()?, high.into_quantity()?);
        Ok(Self { name: name.to_owned(), values: Values::Range { low, high, points, logarithmic: false } })
    }

    /// Given values of a setting.
    pub fn list(name: &str, values: Vec<Quantity>) -> Self {
        Self { name: name.to_owned(), values: Values::List(values) }
    }

    /// Spaces a range equally in the logarithm.
    #[must_use]
    pub fn log(mut self) -> Self {
        if let Values::Range { logarithmic, .. } = &mut self.values {
            *logarithmic = true;
        }
        self
    }

    /// Number of its values.
    pub fn points(&self) -> usize {
        match &self.values {
            Values::List(list) => list.len(),
            Values::Range { points, .. } => *points,
        }
    }

    /// Name of the setting.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Looks the setting up and lists its values, SI, with the unit they are shown in.
    pub(super) fn resolve(&self, problem: &Problem) -> Result<Resolved> {
        let network = problem.network();
        let setting = Setting::parse(network, &self.name)?;
        problem.settable(setting)?;
        let dimension = setting.dimension(network);
        let what = format!("the axis `{}`", self.name);
        let refuse = |found: String, expected: &str| {
            Err(SolveError::OutOfRange { what: what.clone(), found, expected: expected.to_owned() })
        };
        let si = |q: &Quantity| q.si_as(dimension, &what);
        let (values, shown) = match &self.values {
            Values::List(list) => (list.iter().map(si).collect::<Result<Vec<f64>, _>>()?, list.first()),
            Values::Range { low, high, points, logarithmic } => {
                let (a, b) = (si(low)?, si(high)?);
                if !(1..=MOST).contains(points) {
                    return refuse(format!("{points} points"), "1 to 100000000 points");
                }
                if !(a.is_finite() && b.is_finite()) {
                    return refuse(format!("from {low} to {high}"), "finite bounds");
                }
                if *logarithmic && !(a > 0.0 && b > 0.0) {
                    return refuse(format!("from {low} to {high}"), "bounds above zero for logarithmic spacing");
                }
                (spaced(a, b, *points, *logarithmic), Some(high))
            }
        };
        if values.is_empty() {
            return refuse("empty".into(), "at least one value");
        }
        // Shown in the user's own unit.
        let unit =
            shown.filter(|q| !q.symbol().is_empty()).and_then(|q| Some((q.symbol(), Unit::parse(q.symbol()).ok()?)));
        let (symbol, unit) = match unit {
            Some((symbol, unit)) => (symbol.to_owned(), unit),
            None => (dimension.to_string(), Unit::ONE),
        };
        Ok(Resolved { setting, name: self.name.clone(), values, symbol, unit })
    }

    /// Whether it is spaced equally in the logarithm.
    pub fn is_log(&self) -> bool {
        matches!(self.values, Values::Range { logarithmic: true, .. })
    }
}

fn spaced(a: f64, b: f64, points: usize, logarithmic: bool) -> Vec<f64> {
    let last = points - 1;
    (0..points)
        .map(|i| match i {
            0 => a,
            i if i == last => b,
            i if logarithmic => {
                let f = i as f64 / last as f64;
                (a.ln() * (1.0 - f) + b.ln() * f).exp()
            }
            // Divided last, so that round grids keep round values.
            i => (a * (last - i) as f64 + b * i as f64) / last as f64,
        })
        .collect()
}

/// An axis of a given network.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) setting: Setting,
    pub(super) name: String,
    pub(super) values: Vec<f64>,
    pub(super) symbol: String,
    pub(super) unit: Unit,
}

impl Resolved {
    /// A value, SI, in the unit that the axis is shown in.
    pub(super) fn shown(&self, si: f64) -> f64 {
        (si - self.unit.offset) / self.unit.factor
    }
}
