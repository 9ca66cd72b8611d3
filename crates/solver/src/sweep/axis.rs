//! Axes of a sweep.

use std::ops::RangeInclusive;

use ratelaw_network::units::{IntoQuantity, Quantity};
use serde::{Deserialize, Serialize};

use crate::error::{Result, SolveError};
use crate::problem::Problem;
use crate::sweep::design::Variable;

/// One varied number: a parameter, an initial amount, the potential or the temperature.
///
/// In text form, and where it is stored: `potential=1.2V..2.2V:11`, `k2=5..80 1/s:20:log`, `k2=5,10,20 1/s`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
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

    /// Equally spaced values of a setting by name, see [`Setting::parse`](crate::Setting::parse).
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

    /// The bounds of a range.
    pub(super) fn bounds(&self) -> Option<(&Quantity, &Quantity)> {
        match &self.values {
            Values::List(_) => None,
            Values::Range { low, high, .. } => Some((low, high)),
        }
    }

    /// The values of a list; none of a range.
    pub(super) fn listed(&self) -> &[Quantity] {
        match &self.values {
            Values::List(list) => list,
            Values::Range { .. } => &[],
        }
    }

    /// Looks the setting up and checks the values.
    pub(super) fn progression(&self, problem: &Problem) -> Result<(Variable, Progression)> {
        let shown = self.bounds().map(|(_, high)| high).or(self.listed().first());
        let variable = Variable::look_up(problem, &self.name, shown)?;
        let dimension = variable.setting.dimension(problem.network());
        let what = format!("the axis `{}`", self.name);
        let refuse = |found: String, expected: &str| {
            Err(SolveError::OutOfRange { what: what.clone(), found, expected: expected.to_owned() })
        };
        let si = |q: &Quantity| q.si_as(dimension, &what);
        let progression = match &self.values {
            Values::List(list) => {
                let values = list.iter().map(si).collect::<Result<Vec<f64>, _>>()?;
                if values.is_empty() {
                    return refuse("empty".into(), "at least one value");
                }
                if let Some(wrong) = list.iter().zip(&values).find(|(_, v)| !v.is_finite()) {
                    return refuse(format!("given the value {}", wrong.0), "finite values");
                }
                Progression::List(values)
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
                Progression::Range { low: a, high: b, points: *points, logarithmic: *logarithmic }
            }
        };
        Ok((variable, progression))
    }

    /// Whether it is spaced equally in the logarithm.
    pub fn is_log(&self) -> bool {
        matches!(self.values, Values::Range { logarithmic: true, .. })
    }
}

/// The values of an axis, SI, each by its index.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Progression {
    List(Vec<f64>),
    Range { low: f64, high: f64, points: usize, logarithmic: bool },
}

impl Progression {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::List(values) => values.len(),
            Self::Range { points, .. } => *points,
        }
    }

    /// The value at an index below the length.
    pub(super) fn at(&self, i: usize) -> f64 {
        let (low, high, last, logarithmic) = match self {
            Self::List(values) => return values[i],
            Self::Range { low, high, points, logarithmic } => (*low, *high, points - 1, *logarithmic),
        };
        match i {
            0 => low,
            i if i == last => high,
            i if logarithmic => {
                let f = i as f64 / last as f64;
                // Those of `libm`, which have the same bits on every machine.
                libm::exp(libm::log(low) * (1.0 - f) + libm::log(high) * f)
            }
            // Divided last, so that round grids keep round values.
            i => (low * (last - i) as f64 + high * i as f64) / last as f64,
        }
    }
}
