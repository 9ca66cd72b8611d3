//! A plain verdict for each parameter.

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
    /// The minimum is at an end of the range, and the data would have it outside.
    EndOfRange,
}

impl Verdict {
    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Determined { .. } => "determined",
            Self::BoundedFromBelow { .. } => "bounded from below",
            Self::BoundedFromAbove { .. } => "bounded from above",
            Self::NotDetermined => "not determined",
            Self::EndOfRange => "at the end of its range",
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
