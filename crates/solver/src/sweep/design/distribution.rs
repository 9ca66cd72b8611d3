//! Distributions that settings are sampled from.

use ratelaw_network::units::{Dimension, Quantity, Unit};

use super::normal;
use super::variable::Variable;
use crate::error::{Result, SolveError};
use crate::problem::Problem;

/// How likely the values of a setting are.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// All values between two bounds alike: `uniform(LOW, HIGH)`.
    Uniform {
        /// Lower bound.
        low: Quantity,
        /// Upper bound.
        high: Quantity,
    },
    /// All logarithms between those of two bounds alike: `loguniform(LOW, HIGH)`, both above zero.
    LogUniform {
        /// Lower bound.
        low: Quantity,
        /// Upper bound.
        high: Quantity,
    },
    /// Normal: `normal(MEAN, DEVIATION)`. For a setting that cannot be negative it is cut off at zero, see [`Sampled`](super::Sampled).
    Normal {
        /// Mean (of the whole, before anything is cut off).
        mean: Quantity,
        /// Standard deviation; for a temperature in degC a difference.
        deviation: Quantity,
    },
    /// The logarithm is normal: `lognormal(MEDIAN, FACTOR)`.
    LogNormal {
        /// Median, above zero.
        median: Quantity,
        /// Geometric standard deviation, a pure number above 1: two thirds lie within this factor of the median.
        factor: Quantity,
    },
    /// Rises straight from a lower bound to the most likely value and falls to an upper bound: `triangular(LOW, MODE, HIGH)`.
    Triangular {
        /// Lower bound.
        low: Quantity,
        /// The most likely value.
        mode: Quantity,
        /// Upper bound.
        high: Quantity,
    },
}

/// Largest geometric standard deviation.
const WIDEST: f64 = 1e6;

impl Distribution {
    /// Words of all distributions.
    pub(super) const WORDS: [&str; 5] = ["uniform", "loguniform", "normal", "lognormal", "triangular"];

    /// Its word and its numbers.
    pub(super) fn parts(&self) -> (&'static str, Vec<&Quantity>) {
        match self {
            Self::Uniform { low, high } => ("uniform", vec![low, high]),
            Self::LogUniform { low, high } => ("loguniform", vec![low, high]),
            Self::Normal { mean, deviation } => ("normal", vec![mean, deviation]),
            Self::LogNormal { median, factor } => ("lognormal", vec![median, factor]),
            Self::Triangular { low, mode, high } => ("triangular", vec![low, mode, high]),
        }
    }

    /// The quantity whose unit the setting is shown in.
    pub(super) fn shown(&self) -> Option<&Quantity> {
        self.parts().1.first().copied()
    }

    /// In SI, checked against what the setting measures and what it may be.
    pub(super) fn resolve(&self, problem: &Problem, variable: &Variable) -> Result<Quantile> {
        let dimension = variable.dimension(problem);
        let what = format!("the distribution of `{}`", variable.name);
        let refuse = |expected: &str| {
            Err(SolveError::OutOfRange { what: what.clone(), found: self.to_string(), expected: expected.to_owned() })
        };
        let si = |q: &Quantity| q.si_as(dimension, &what);
        let quantile = match self {
            Self::Uniform { low, high } => Quantile::Uniform { low: si(low)?, high: si(high)? },
            Self::LogUniform { low, high } => Quantile::LogUniform { low: si(low)?, high: si(high)? },
            Self::Normal { mean, deviation } => {
                let (mean, deviation) = (si(mean)?, difference(deviation, dimension, &what)?);
                let floor = variable.floor(problem);
                let cut = floor.map_or(0.0, |floor| normal::below((floor - mean) / deviation));
                Quantile::Normal { mean, deviation, floor, cut }
            }
            Self::LogNormal { median, factor } => {
                let factor = factor.si_as(Dimension::NONE, &what)?;
                Quantile::LogNormal { median: si(median)?, factor }
            }
            Self::Triangular { low, mode, high } => {
                Quantile::Triangular { low: si(low)?, mode: si(mode)?, high: si(high)? }
            }
        };
        if let Some(expected) = quantile.fault() {
            return refuse(expected);
        }
        let lowest = quantile.lowest();
        match variable.floor(problem) {
            Some(floor) if lowest < floor => refuse("values that are not negative, as the setting cannot be"),
            _ => Ok(quantile),
        }
    }
}

/// The SI value of a difference: degrees Celsius count as kelvin.
fn difference(quantity: &Quantity, dimension: Dimension, what: &str) -> Result<f64> {
    quantity.si_as(dimension, what)?;
    let unit = if quantity.symbol().is_empty() { Unit::ONE } else { Unit::parse(quantity.symbol())? };
    Ok(quantity.value() * unit.factor)
}

/// A distribution in SI, as the value that a given part of all lies below.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Quantile {
    Uniform { low: f64, high: f64 },
    LogUniform { low: f64, high: f64 },
    Normal { mean: f64, deviation: f64, floor: Option<f64>, cut: f64 },
    LogNormal { median: f64, factor: f64 },
    Triangular { low: f64, mode: f64, high: f64 },
}

impl Quantile {
    /// What the numbers should have been, if they cannot be used.
    fn fault(&self) -> Option<&'static str> {
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        let (fine, expected) = match *self {
            Self::Uniform { low, high } => (finite(&[low, high]) && low < high, "a lower and a higher finite bound"),
            Self::LogUniform { low, high } => {
                (finite(&[low, high]) && 0.0 < low && low < high, "a lower and a higher finite bound, both above zero")
            }
            Self::Normal { mean, deviation, floor, .. } => (
                finite(&[mean, deviation]) && deviation > 0.0 && floor.is_none_or(|floor| mean >= floor),
                "a finite mean that the setting may have, and a standard deviation above zero",
            ),
            Self::LogNormal { median, factor } => (
                finite(&[median]) && median > 0.0 && 1.0 < factor && factor <= WIDEST,
                "a median above zero, and a geometric standard deviation (a pure number above 1, up to 1e6)",
            ),
            Self::Triangular { low, mode, high } => (
                finite(&[low, mode, high]) && low <= mode && mode <= high && low < high,
                "finite LOW, MODE, HIGH in this order",
            ),
        };
        (!fine).then_some(expected)
    }

    /// The lowest value that it gives.
    fn lowest(&self) -> f64 {
        match *self {
            Self::Uniform { low, .. } | Self::LogUniform { low, .. } | Self::Triangular { low, .. } => low,
            Self::Normal { floor, .. } => floor.unwrap_or(f64::NEG_INFINITY),
            Self::LogNormal { .. } => 0.0,
        }
    }

    /// The value that a part `u` of all lies below, `0 < u < 1`.
    ///
    /// Exponentials and logarithms are those of `libm`, which is compiled from Rust, so that they have the same bits on every
    /// machine; the square root is exact everywhere (IEEE 754).
    pub(super) fn at(&self, u: f64) -> f64 {
        match *self {
            Self::Uniform { low, high } => (low * (1.0 - u) + high * u).clamp(low, high),
            Self::LogUniform { low, high } => {
                libm::exp(libm::log(low) * (1.0 - u) + libm::log(high) * u).clamp(low, high)
            }
            Self::Normal { mean, deviation, floor, cut } => {
                // What lies above: unlike what lies below, it never rounds to all.
                let above = (1.0 - u) * (1.0 - cut);
                let value = mean - deviation * normal::quantile(above);
                floor.map_or(value, |floor| value.max(floor))
            }
            Self::LogNormal { median, factor } => median * libm::exp(libm::log(factor) * normal::quantile(u)),
            Self::Triangular { low, mode, high } => {
                let value = if u * (high - low) < mode - low {
                    low + (u * (high - low) * (mode - low)).sqrt()
                } else {
                    high - ((1.0 - u) * (high - low) * (high - mode)).sqrt()
                };
                value.clamp(low, high)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn quantiles_on_paper() {
        let uniform = Quantile::Uniform { low: -1.0, high: 3.0 };
        assert_eq!([0.25, 0.5].map(|u| uniform.at(u)), [0.0, 1.0]);
        let log = Quantile::LogUniform { low: 1e-3, high: 1e3 };
        assert_relative_eq!(log.at(2.0 / 3.0), 10.0, max_relative = 1e-14);
        // The part below the mode is (mode - low) / (high - low) = 1/4; of the rest, 1 - u = (high - x)^2 / (4 * 3).
        let triangular = Quantile::Triangular { low: 0.0, mode: 1.0, high: 4.0 };
        assert_eq!([1.0 / 16.0, 0.25, 1.0 - 1.0 / 12.0].map(|u| triangular.at(u)), [0.5, 1.0, 3.0]);
        // 1.959963984540054: two sides of 5 % (any table).
        let plain = Quantile::Normal { mean: 5.0, deviation: 2.0, floor: None, cut: 0.0 };
        assert_relative_eq!(plain.at(0.975), 5.0 + 2.0 * 1.959963984540054, max_relative = 1e-14);
        let lognormal = Quantile::LogNormal { median: 3.0, factor: 10.0 };
        assert_relative_eq!(lognormal.at(0.975), 3.0 * 10.0_f64.powf(1.959963984540054), max_relative = 1e-13);
        // Half of a normal distribution: its median is the quartile of the whole, 0.674489750196082.
        let half = Quantile::Normal { mean: 0.0, deviation: 1.0, floor: Some(0.0), cut: normal::below(0.0) };
        assert_relative_eq!(half.at(0.5), 0.674489750196082, max_relative = 1e-14);
    }

    #[test]
    fn ends_are_finite_and_inside() {
        let ends = [f64::EPSILON / 2.0, 1.0 - f64::EPSILON / 2.0];
        for quantile in [
            Quantile::Uniform { low: -1e308, high: 1e308 },
            Quantile::LogUniform { low: 1e-300, high: 1e300 },
            Quantile::Normal { mean: 0.0, deviation: 1.0, floor: Some(0.0), cut: 0.5 },
            Quantile::Normal { mean: 1.0, deviation: 1e9, floor: Some(0.0), cut: 0.5 },
            Quantile::LogNormal { median: 1.0, factor: WIDEST },
            Quantile::Triangular { low: 0.0, mode: 0.0, high: 1.0 },
        ] {
            let values = ends.map(|u| quantile.at(u));
            assert!(values.iter().all(|v| v.is_finite() && *v >= quantile.lowest()), "{quantile:?}: {values:?}");
            assert!(values[0] < values[1]);
        }
    }
}
