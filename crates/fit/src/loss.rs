//! Robust losses: how much a large residual counts.

use std::fmt;
use std::str::FromStr;

use nalgebra::DVector;

use crate::error::{FitError, Result};
use crate::estimate::refuse;
use crate::residual::Residuals;

/// What is summed over the residuals instead of their squares. The number is the residual, in standard deviations of the
/// data (in their unit where they have none), from which on it counts less than its square.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Loss {
    /// `r^2`: ordinary least squares.
    #[default]
    Squared,
    /// `r^2` up to the number, then a straight line (Huber, Ann. Math. Statist. 35 (1964) 73). 1.345 standard
    /// deviations keep 95 % of the efficiency with normal noise (Holland and Welsch, Commun. Stat. A6 (1977) 813).
    Huber(f64),
    /// `2 c^2 (sqrt(1 + (r/c)^2) - 1)`: like Huber's without a kink.
    SoftL1(f64),
    /// `c^2 ln(1 + (r/c)^2)`: an outlier far away hardly counts. 2.385 keep 95 % (Holland and Welsch 1977).
    Cauchy(f64),
}

impl Loss {
    pub(crate) fn check(self) -> Result<()> {
        match self {
            Self::Huber(c) | Self::SoftL1(c) | Self::Cauchy(c) if !(c.is_finite() && c > 0.0) => {
                Err(refuse("the scale of the loss", &c.to_string(), "a finite number above zero"))
            }
            _ => Ok(()),
        }
    }

    /// The loss of a residual.
    pub(crate) fn of(self, r: f64) -> f64 {
        match self {
            Self::Squared => r * r,
            Self::Huber(c) if r.abs() <= c => r * r,
            Self::Huber(c) => c * (2.0 * r.abs() - c),
            // Without the difference of two nearly equal numbers.
            Self::SoftL1(c) => 2.0 * r * r / ((1.0 + (r / c).powi(2)).sqrt() + 1.0),
            Self::Cauchy(c) => c * c * (r / c).powi(2).ln_1p(),
        }
    }

    /// Half its derivative, the influence of a residual.
    pub(crate) fn influence(self, r: f64) -> f64 {
        match self {
            Self::Squared => r,
            Self::Huber(c) => r.clamp(-c, c),
            Self::SoftL1(c) => r / (1.0 + (r / c).powi(2)).sqrt(),
            Self::Cauchy(c) => r / (1.0 + (r / c).powi(2)),
        }
    }

    /// Derivative of the influence.
    pub(crate) fn influence_slope(self, r: f64) -> f64 {
        match self {
            Self::Squared => 1.0,
            Self::Huber(c) => f64::from(u8::from(r.abs() <= c)),
            Self::SoftL1(c) => (1.0 + (r / c).powi(2)).powf(-1.5),
            Self::Cauchy(c) => {
                let u = (r / c).powi(2);
                (1.0 - u) / (1.0 + u).powi(2)
            }
        }
    }

    /// Residuals whose squares are the losses of the first `data` rows, with their derivatives: what follows them,
    /// priors, stays as it is.
    pub(crate) fn apply(self, mut residuals: Residuals, data: usize) -> Residuals {
        if self == Self::Squared {
            return residuals;
        }
        for row in 0..data {
            let r = residuals.values[row];
            let root = self.of(r).sqrt();
            let slope = if root > 0.0 { self.influence(r).abs() / root } else { 1.0 };
            residuals.values[row] = root.copysign(r);
            residuals.jacobian.row_mut(row).scale_mut(slope);
        }
        residuals
    }

    /// Variance that standard errors are counted with, from plain residuals and the number of parameters, and the mean
    /// slope of the influence: for an M-estimator (Huber, Robust Statistics (1981), section 7.6) in place of
    /// `S / (n - p)` and 1.
    pub(crate) fn variance(self, residuals: &DVector<f64>, free: usize) -> (f64, f64) {
        let n = residuals.len() as f64;
        let mean = |f: &dyn Fn(f64) -> f64| residuals.iter().map(|r| f(*r)).sum::<f64>() / n;
        let slope = mean(&|r| self.influence_slope(r));
        let spread = mean(&|r| (self.influence_slope(r) - slope).powi(2));
        let power = mean(&|r| self.influence(r).powi(2)) * n / (n - free as f64);
        let correction = 1.0 + free as f64 / n * spread / slope.powi(2);
        (correction.powi(2) * power / slope.powi(2), slope)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Squared => write!(f, "squared"),
            Self::Huber(c) => write!(f, "huber:{c}"),
            Self::SoftL1(c) => write!(f, "soft-l1:{c}"),
            Self::Cauchy(c) => write!(f, "cauchy:{c}"),
        }
    }
}

/// `squared`, `huber`, `soft-l1` or `cauchy`; a number after a colon is the scale, else 1.345, 1 and 2.385.
impl FromStr for Loss {
    type Err = FitError;

    fn from_str(text: &str) -> Result<Self> {
        let refuse =
            || refuse("the loss", &format!("`{text}`"), "squared, huber, soft-l1 or cauchy, as in `huber:1.345`");
        let (word, scale) = match text.split_once(':') {
            Some((word, scale)) => (word, Some(scale.parse::<f64>().map_err(|_| refuse())?)),
            None => (text, None),
        };
        let loss = match word {
            "squared" if scale.is_none() => Self::Squared,
            "huber" => Self::Huber(scale.unwrap_or(1.345)),
            "soft-l1" => Self::SoftL1(scale.unwrap_or(1.0)),
            "cauchy" => Self::Cauchy(scale.unwrap_or(2.385)),
            _ => return Err(refuse()),
        };
        loss.check()?;
        Ok(loss)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for loss in [Loss::Squared, Loss::Huber(1.5), Loss::SoftL1(0.25), Loss::Cauchy(3.0)] {
            assert_eq!(loss.to_string().parse::<Loss>().unwrap(), loss);
        }
        assert_eq!("huber".parse::<Loss>().unwrap(), Loss::Huber(1.345));
        for wrong in ["", "hubert", "huber:", "huber:x", "cauchy:0", "huber:NaN", "squared:2"] {
            assert!(matches!(wrong.parse::<Loss>(), Err(FitError::OutOfRange { .. })), "{wrong}");
        }
    }

    /// Influence and its slope are the derivatives of the loss: by central differences, away from the kink.
    #[test]
    fn derivatives_are_those_of_the_loss() {
        for loss in [Loss::Squared, Loss::Huber(1.3), Loss::SoftL1(0.7), Loss::Cauchy(2.0)] {
            for r in [-5.0, -0.4, 0.1, 1.0, 30.0] {
                let h = 1e-5;
                let first = (loss.of(r + h) - loss.of(r - h)) / (2.0 * h);
                let second = (loss.influence(r + h) - loss.influence(r - h)) / (2.0 * h);
                assert!((0.5 * first - loss.influence(r)).abs() < 1e-8, "{loss:?} {r}");
                assert!((second - loss.influence_slope(r)).abs() < 1e-8, "{loss:?} {r}");
            }
        }
    }
}
