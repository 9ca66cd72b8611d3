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
    /// The user asked to stop before its profile was done, so nothing is known of its limits.
    Stopped,
}

impl Verdict {
    /// Whether its limits allow a value, SI; the side without a limit allows any.
    pub fn allows(&self, value: f64) -> bool {
        match *self {
            Self::Determined { low, high } => low <= value && value <= high,
            Self::BoundedFromBelow { low } => low <= value,
            Self::BoundedFromAbove { high } => value <= high,
            Self::NotDetermined | Self::EndOfRange | Self::Stopped => true,
        }
    }

    /// Lower and upper limit, where they exist.
    pub fn limits(&self) -> (Option<f64>, Option<f64>) {
        match *self {
            Self::Determined { low, high } => (Some(low), Some(high)),
            Self::BoundedFromBelow { low } => (Some(low), None),
            Self::BoundedFromAbove { high } => (None, Some(high)),
            Self::NotDetermined | Self::EndOfRange | Self::Stopped => (None, None),
        }
    }

    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Determined { .. } => "determined",
            Self::BoundedFromBelow { .. } => "bounded from below",
            Self::BoundedFromAbove { .. } => "bounded from above",
            Self::NotDetermined => "not determined",
            Self::EndOfRange => "at the end of its range",
            Self::Stopped => "stopped before its profile was done",
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

/// Another minimum that fits equally well, with worse fits in between.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherMinimum {
    /// The parameters there, SI.
    pub values: Vec<f64>,
    /// Sum of squares there.
    pub sse: f64,
}

/// Why the data leave a parameter open on at least one side.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// No datum depends on it, anywhere in the ranges: no better data of this kind can determine it.
    NoInfluence,
    /// A combination of parameters can move without any change of the model's curves, everywhere in the ranges: no
    /// better data of this kind can determine them.
    Structural {
        /// Names of all that take part.
        of: Vec<String>,
        /// What the data do fix of them, where that is a product or ratio of powers of two.
        fixed: Option<String>,
    },
    /// The model feels them, but these data do not tell them apart: more or better data could.
    Practical {
        /// Names of all that take part in the flattest direction.
        of: Vec<String>,
    },
    /// On its open side the model comes to a limit that no longer depends on it.
    Saturation,
    /// Its range ends before the data object, but the fit was getting worse towards that end.
    Range,
}

impl Cause {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::NoInfluence => "structural: no datum depends on it".to_owned(),
            Self::Structural { of, fixed } => {
                let fixed = fixed.as_ref().map_or(String::new(), |f| format!(", and the data fix only {f}"));
                format!("structural: {} can move together without any change of the curves{fixed}", list(of))
            }
            Self::Practical { of } if of.len() > 1 => {
                format!("practical: these data do not tell {} apart; more or better data could", list(of))
            }
            Self::Practical { .. } => "practical: these data hardly feel it; more or better data could".to_owned(),
            Self::Saturation => {
                "practical: on its open side the model comes to a limit that no longer depends on it".to_owned()
            }
            Self::Range => "its range ends before the data object: a wider range may show a limit".to_owned(),
        }
    }
}

/// Names as a list in a sentence.
pub(crate) fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
