//! Axes of a sweep.

use std::ops::RangeInclusive;

use ratelaw_network::units::{IntoQuantity, Quantity, Unit};
use serde::{Deserialize, Serialize};

use super::exact::Exact;
use crate::error::{Result, SolveError};
use crate::problem::Problem;
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
        let Laid { setting, spacing, symbol, unit } = self.lay(problem)?;
        let values = (0..spacing.points()).map(|i| spacing.value(i)).collect();
        Ok(Resolved { setting, name: self.name.clone(), values, symbol, unit })
    }

    /// Looks the setting up, and brings the values to SI without listing them.
    pub(super) fn lay(&self, problem: &Problem) -> Result<Laid> {
        let network = problem.network();
        let setting = Setting::parse(network, &self.name)?;
        problem.settable(setting)?;
        let dimension = setting.dimension(network);
        let what = format!("the axis `{}`", self.name);
        let refuse = |found: String, expected: &str| {
            Err(SolveError::OutOfRange { what: what.clone(), found, expected: expected.to_owned() })
        };
        let si = |q: &Quantity| q.si_as(dimension, &what);
        let (spacing, shown) = match &self.values {
            Values::List(list) => {
                (Spacing::List(list.iter().map(|q| si(q).map(Exact)).collect::<Result<_, _>>()?), list.first())
            }
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
                let spacing =
                    Spacing::Range { low: Exact(a), high: Exact(b), points: *points, logarithmic: *logarithmic };
                (spacing, Some(high))
            }
        };
        if spacing.points() == 0 {
            return refuse("empty".into(), "at least one value");
        }
        // Shown in the user's own unit.
        let unit =
            shown.filter(|q| !q.symbol().is_empty()).and_then(|q| Some((q.symbol(), Unit::parse(q.symbol()).ok()?)));
        let (symbol, unit) = match unit {
            Some((symbol, unit)) => (symbol.to_owned(), unit),
            None => (dimension.to_string(), Unit::ONE),
        };
        Ok(Laid { setting, spacing, symbol, unit })
    }

    /// Whether it is spaced equally in the logarithm.
    pub fn is_log(&self) -> bool {
        matches!(self.values, Values::Range { logarithmic: true, .. })
    }
}

/// Values of an axis, SI, as plain data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Spacing {
    List(Vec<Exact>),
    Range { low: Exact, high: Exact, points: usize, logarithmic: bool },
}

impl Spacing {
    pub(super) fn points(&self) -> usize {
        match self {
            Self::List(values) => values.len(),
            Self::Range { points, .. } => *points,
        }
    }

    /// The value at an index below the number of points.
    pub(super) fn value(&self, i: usize) -> f64 {
        match self {
            Self::List(values) => values[i].0,
            Self::Range { low, .. } if i == 0 => low.0,
            Self::Range { high, points, .. } if i == points - 1 => high.0,
            Self::Range { low: Exact(a), high: Exact(b), points, logarithmic } => {
                let last = points - 1;
                if *logarithmic {
                    let f = i as f64 / last as f64;
                    (a.ln() * (1.0 - f) + b.ln() * f).exp()
                } else {
                    // Divided last, so that round grids keep round values.
                    (a * (last - i) as f64 + b * i as f64) / last as f64
                }
            }
        }
    }
}

/// An axis of a given network, its values not listed.
pub(super) struct Laid {
    pub(super) setting: Setting,
    pub(super) spacing: Spacing,
    pub(super) symbol: String,
    pub(super) unit: Unit,
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

/// Refuses a setting that two axes vary.
pub(super) fn distinct(axes: &[Resolved]) -> Result<()> {
    for (i, axis) in axes.iter().enumerate() {
        if axes[..i].iter().any(|a| a.setting == axis.setting) {
            return Err(SolveError::OutOfRange {
                what: format!("the axis `{}`", axis.name),
                found: "given twice".into(),
                expected: "each axis once".into(),
            });
        }
    }
    Ok(())
}
