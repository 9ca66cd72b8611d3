//! Gaussian priors of free parameters.

use ratelaw_network::units::{Dimension, Quantity};

use crate::error::{FitError, Result};

/// What is known of a parameter before the fit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Prior {
    /// Mean and standard deviation.
    Normal(Quantity, Quantity),
    /// Median, and the factor that one standard deviation of the logarithm is.
    LogNormal(Quantity, f64),
}

/// The same in SI.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PriorSi {
    Normal { mean: f64, sd: f64 },
    LogNormal { ln_median: f64, ln_factor: f64 },
}

impl Prior {
    pub(crate) fn resolve(&self, name: &str, dimension: Dimension) -> Result<PriorSi> {
        let what = format!("the prior of `{name}`");
        let refuse = |found: String, expected: &str| {
            Err(FitError::OutOfRange { what: what.clone(), found, expected: expected.into() })
        };
        match self {
            Self::Normal(mean, sd) => {
                let (mean, sd) = (mean.si_as(dimension, &what)?, sd.si_as(dimension, &what)?);
                if !(mean.is_finite() && sd.is_finite() && sd > 0.0) {
                    return refuse(format!("{mean} with {sd}"), "a finite mean and a standard deviation above zero");
                }
                Ok(PriorSi::Normal { mean, sd })
            }
            Self::LogNormal(median, factor) => {
                let median = median.si_as(dimension, &what)?;
                if !(median.is_finite() && median > 0.0 && factor.is_finite() && *factor > 1.0) {
                    let found = format!("{median} with a factor of {factor}");
                    return refuse(found, "a median above zero and a factor above one");
                }
                Ok(PriorSi::LogNormal { ln_median: median.ln(), ln_factor: factor.ln() })
            }
        }
    }
}

impl PriorSi {
    /// How many standard deviations a value is away, and the derivative of that.
    pub(crate) fn residual(self, value: f64) -> (f64, f64) {
        match self {
            Self::Normal { mean, sd } => ((value - mean) / sd, 1.0 / sd),
            Self::LogNormal { ln_median, ln_factor } => {
                ((value.ln() - ln_median) / ln_factor, 1.0 / (value * ln_factor))
            }
        }
    }
}
