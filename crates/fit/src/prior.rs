//! Gaussian priors of free parameters.

use ratelaw_network::units::{Dimension, Quantity};
use serde_json::{Value, json};

use crate::error::{FitError, Result};

/// A prior as it is given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum GivenPrior {
    /// Mean and standard deviation.
    Normal(Quantity, Quantity),
    /// Median, and the factor that one standard deviation of the logarithm is.
    LogNormal(Quantity, f64),
}

/// What is known of a parameter before the fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Prior {
    /// A normal distribution.
    Normal {
        /// Mean, SI.
        mean: f64,
        /// Standard deviation, SI.
        sd: f64,
    },
    /// A normal distribution of the logarithm.
    LogNormal {
        /// Median, SI.
        median: f64,
        /// The factor that one standard deviation of the logarithm is.
        factor: f64,
    },
}

impl GivenPrior {
    pub(crate) fn resolve(&self, name: &str, dimension: Dimension) -> Result<Prior> {
        let what = format!("the prior of `{name}`");
        let refuse = |found: String, expected: &str| {
            Err(FitError::OutOfRange { what: what.clone(), found, expected: expected.into() })
        };
        match self {
            Self::Normal(mean, sd) => {
                let given = format!("normal({mean}, {sd})");
                let (mean, sd) = (mean.si_as(dimension, &what)?, sd.si_as(dimension, &what)?);
                if !(mean.is_finite() && sd.is_finite() && sd > 0.0) {
                    return refuse(given, "a finite mean and a standard deviation above zero");
                }
                Ok(Prior::Normal { mean, sd })
            }
            Self::LogNormal(median, factor) => {
                let given = format!("lognormal({median}, {factor})");
                let median = median.si_as(dimension, &what)?;
                if !(median.is_finite() && median > 0.0 && factor.is_finite() && *factor > 1.0) {
                    return refuse(given, "a median above zero and a factor above one");
                }
                Ok(Prior::LogNormal { median, factor: *factor })
            }
        }
    }
}

impl Prior {
    /// How many standard deviations a value is away, and the derivative of that.
    pub(crate) fn residual(self, value: f64) -> (f64, f64) {
        match self {
            Self::Normal { mean, sd } => ((value - mean) / sd, 1.0 / sd),
            Self::LogNormal { median, factor } => {
                let ln_factor = factor.ln();
                ((value.ln() - median.ln()) / ln_factor, 1.0 / (value * ln_factor))
            }
        }
    }

    /// In words, in a unit of which one is `unit_si`.
    pub(crate) fn words(self, unit: &str, unit_si: f64) -> String {
        let shown =
            |v: f64| format!("{:.4e}{}", v / unit_si, if unit == "1" { String::new() } else { format!(" {unit}") });
        match self {
            Self::Normal { mean, sd } => format!("normal, mean {} and standard deviation {}", shown(mean), shown(sd)),
            Self::LogNormal { median, factor } => {
                format!("lognormal, median {} within a factor of {factor}", shown(median))
            }
        }
    }

    /// As JSON, in a unit of which one is `unit_si`.
    pub(crate) fn to_json(self, unit_si: f64) -> Value {
        match self {
            Self::Normal { mean, sd } => json!({ "kind": "normal", "mean": mean / unit_si, "sd": sd / unit_si }),
            Self::LogNormal { median, factor } => {
                json!({ "kind": "lognormal", "median": median / unit_si, "factor": factor })
            }
        }
    }
}
