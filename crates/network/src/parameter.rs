//! Parameters: rate constants, barriers, transfer coefficients.

use std::fmt;

use crate::error::QuantityError;
use crate::expression::Expression;
use crate::units::Quantity;

/// A named constant of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// Value with its unit, or an expression of other parameters.
    pub value: ParameterValue,
    /// Where the value comes from.
    pub origin: Option<Origin>,
    /// The reference of a published or measured value.
    pub source: String,
    /// Why a value was assumed, against what it was calibrated, what it means.
    pub note: String,
    /// Range for a fit.
    pub bounds: Option<(Quantity, Quantity)>,
    /// How a fit searches the range; by what the parameter measures if nothing is said.
    pub scale: Option<Scale>,
}

/// How a fit searches a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// By its logarithm: sizes such as rate constants, over decades.
    Log,
    /// As it is: energies, potentials, coefficients.
    Linear,
}

impl Scale {
    /// All scales.
    pub const ALL: [Self; 2] = [Self::Log, Self::Linear];

    /// The word for it in a model file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Linear => "linear",
        }
    }
}

impl Parameter {
    /// A parameter with a value.
    pub fn new(name: &str, value: Quantity) -> Self {
        Self::with(name, ParameterValue::Quantity(value))
    }

    /// A parameter that is worked out from others.
    pub fn expression(name: &str, expression: Expression) -> Self {
        Self::with(name, ParameterValue::Expression(expression))
    }

    fn with(name: &str, value: ParameterValue) -> Self {
        Self {
            name: name.to_owned(),
            value,
            origin: None,
            source: String::new(),
            note: String::new(),
            bounds: None,
            scale: None,
        }
    }

    /// Says where the value comes from.
    #[must_use]
    pub fn origin(mut self, origin: Origin, note: impl Into<String>) -> Self {
        self.origin = Some(origin);
        self.note = note.into();
        self
    }
}

/// What a parameter is.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// A number with its unit.
    Quantity(Quantity),
    /// Worked out from other parameters: `0.5*k1`, `K1*exp(-dG/(R*298.15 K))`.
    Expression(Expression),
}

impl ParameterValue {
    /// Reads a quantity (`2e-4 m3/mol/s`) or, if it is none, an expression.
    ///
    /// # Errors
    /// A text that is neither: what is wrong with it as a quantity.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        match text.parse() {
            Ok(quantity) => Ok(Self::Quantity(quantity)),
            Err(error) => match Expression::parse(text) {
                Ok(expression) if expression.is_compound() || !starts_as_number(text) => {
                    Ok(Self::Expression(expression))
                }
                _ => Err(error),
            },
        }
    }
}

impl ParameterValue {
    /// The quantity, unless it is worked out from others.
    pub fn quantity(&self) -> Option<&Quantity> {
        match self {
            Self::Quantity(quantity) => Some(quantity),
            Self::Expression(_) => None,
        }
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantity(quantity) => quantity.fmt(f),
            Self::Expression(expression) => expression.fmt(f),
        }
    }
}

pub(crate) fn starts_as_number(text: &str) -> bool {
    text.trim().starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Measured by the authors of the model.
    Measured,
    /// Taken from the literature.
    Published,
    /// Fitted by this project to published figures.
    Calibrated,
    /// Chosen, with a reason.
    Assumed,
    /// Made up for a test or an example.
    Synthetic,
}

impl Origin {
    /// All origins.
    pub const ALL: [Self; 5] = [Self::Measured, Self::Published, Self::Calibrated, Self::Assumed, Self::Synthetic];

    /// The word for it in a model file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Published => "published",
            Self::Calibrated => "calibrated",
            Self::Assumed => "assumed",
            Self::Synthetic => "synthetic",
        }
    }

    /// The origin that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.word() == word)
    }
}
