//! A plain verdict for each parameter.

use std::fmt;

/// What the data say of a parameter; limits are SI, at 95 % confidence by profile likelihood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Both limits exist.
    Determined {
        /// Lower limit.
        low: f64,
        /// Upper limit.
        high: f64,
    },
    /// Only a lower limit exists: any larger value fits as well.
    BoundedFromBelow {
        /// Lower limit.
        low: f64,
    },
    /// Only an upper limit exists: any smaller value fits as well.
    BoundedFromAbove {
        /// Upper limit.
        high: f64,
    },
    /// No limit exists within the range of the fit.
    NotDetermined,
}

impl Verdict {
    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Determined { .. } => "determined",
            Self::BoundedFromBelow { .. } => "bounded from below",
            Self::BoundedFromAbove { .. } => "bounded from above",
            Self::NotDetermined => "not determined",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Determined { low, high } => write!(f, "determined, 95 % interval {low:.4e} to {high:.4e}"),
            Self::BoundedFromBelow { low } => {
                write!(f, "only bounded from below: at least {low:.3e}, any larger value fits as well")
            }
            Self::BoundedFromAbove { high } => {
                write!(f, "only bounded from above: at most {high:.3e}, any smaller value fits as well")
            }
            Self::NotDetermined => write!(f, "not determined: every value in its range fits as well"),
        }
    }
}

/// Two parameters that can trade places without any change of the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// Indices of the two.
    pub pair: (usize, usize),
    /// Sum of squares with their values exchanged.
    pub sse: f64,
}
