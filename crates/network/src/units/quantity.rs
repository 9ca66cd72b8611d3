//! A number with its unit, as the user wrote it.

use std::fmt;
use std::str::FromStr;

use super::{Dimension, Unit};
use crate::error::QuantityError;

/// A number and a unit. The number and the unit's text are kept as given, so that a model is written back
/// as it was read; [`Quantity::si`] is the value to compute with.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    value: f64,
    symbol: String,
    unit: Unit,
}

impl Quantity {
    /// A quantity from a number and a unit's text.
    ///
    /// # Errors
    /// [`QuantityError::UnknownUnit`] if the unit is not known.
    ///
    /// ```
    /// # use ratelaw_network::units::Quantity;
    /// assert_eq!(Quantity::new(10.0, "h")?.si(), 36_000.0);
    /// # Ok::<(), ratelaw_network::QuantityError>(())
    /// ```
    pub fn new(value: f64, unit: &str) -> Result<Self, QuantityError> {
        let symbol = unit.trim();
        // `/s` reads better as `1/s` in a table.
        let one = if symbol.starts_with('/') { "1" } else { "" };
        Ok(Self { value, symbol: format!("{one}{symbol}"), unit: Unit::parse(unit)? })
    }

    /// A pure number.
    pub fn number(value: f64) -> Self {
        Self { value, symbol: String::new(), unit: Unit::ONE }
    }

    /// A value already in SI units of a dimension, such as a rate constant whose unit the step gives.
    pub fn from_si(value: f64, dimension: Dimension) -> Self {
        let symbol = if dimension == Dimension::NONE { String::new() } else { dimension.to_string() };
        Self { value, symbol, unit: Unit { factor: 1.0, offset: 0.0, dimension } }
    }

    /// The value in SI base units.
    pub fn si(&self) -> f64 {
        self.value * self.unit.factor + self.unit.offset
    }

    /// The number as given.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The unit's text as given; empty for a pure number.
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// Whether zero of its unit is not zero, as of degrees Celsius.
    pub(crate) fn has_offset(&self) -> bool {
        self.unit.offset != 0.0
    }

    /// What it measures.
    pub fn dimension(&self) -> Dimension {
        self.unit.dimension
    }

    /// The SI value, if the quantity measures what is expected.
    ///
    /// # Errors
    /// [`QuantityError::WrongUnit`] with the expected dimension.
    pub fn si_as(&self, expected: Dimension, what: &str) -> Result<f64, QuantityError> {
        if self.dimension() == expected {
            return Ok(self.si());
        }
        Err(QuantityError::WrongUnit {
            what: what.to_owned(),
            found: if self.symbol.is_empty() { "1".to_owned() } else { self.symbol.clone() },
            expected: expected.to_string(),
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.value.abs();
        if self.value != 0.0 && !(1e-4..1e6).contains(&magnitude) {
            write!(f, "{:e}", self.value)?;
        } else {
            write!(f, "{}", self.value)?;
        }
        if self.symbol.is_empty() { Ok(()) } else { write!(f, " {}", self.symbol) }
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    /// Reads `NUMBER [UNIT]`: `0.1 M`, `10h`, `2.0 V`, `5.9e-5 1/min`, `3`.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let trimmed = text.trim();
        let end = number_length(trimmed);
        let syntax = || QuantityError::Syntax { text: text.to_owned(), example: "0.1 M" };
        let value: f64 = trimmed[..end].parse().map_err(|_| syntax())?;
        match trimmed[end..].trim() {
            "" => Ok(Self::number(value)),
            unit => Self::new(value, unit),
        }
    }
}

/// Bytes of the leading number. An `e` belongs to it only if digits follow, so `1eV` is one electronvolt.
fn number_length(text: &str) -> usize {
    for word in ["nan", "inf", "infinity"] {
        let sign = usize::from(text.starts_with(['+', '-']));
        let rest = &text[sign..];
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if rest[..length].eq_ignore_ascii_case(word) {
            return sign + length;
        }
    }
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    end += digits(end);
    if bytes.get(end) == Some(&b'.') {
        end += 1;
        end += digits(end);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = if end + 1 + sign <= bytes.len() { digits(end + 1 + sign) } else { 0 };
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// Anything that can stand for a quantity: a [`Quantity`], a text with a unit, or one of the typed values.
pub trait IntoQuantity {
    /// The quantity.
    ///
    /// # Errors
    /// A text that is not a number with a known unit.
    fn into_quantity(self) -> Result<Quantity, QuantityError>;
}

impl IntoQuantity for Quantity {
    fn into_quantity(self) -> Result<Quantity, QuantityError> {
        Ok(self)
    }
}

impl IntoQuantity for &str {
    fn into_quantity(self) -> Result<Quantity, QuantityError> {
        self.parse()
    }
}

macro_rules! typed {
    ($($(#[$doc:meta])* $name:ident = $unit:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name(pub f64);

        impl IntoQuantity for $name {
            fn into_quantity(self) -> Result<Quantity, QuantityError> {
                Quantity::new(self.0, $unit)
            }
        }
    )+};
}

typed! {
    /// Moles per litre.
    Molar = "M";
    /// Millimoles per litre.
    Millimolar = "mM";
    /// Volts.
    Volts = "V";
    /// Seconds.
    Seconds = "s";
    /// Minutes.
    Minutes = "min";
    /// Hours.
    Hours = "h";
    /// Kelvin.
    Kelvin = "K";
    /// Degrees Celsius.
    Celsius = "degC";
    /// A pure number.
    Number = "1";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_with_units() {
        for (text, si) in [
            ("0.1 M", 100.0),
            ("10h", 36_000.0),
            ("1e-3mol/m2", 1e-3),
            ("25 degC", 298.15),
            ("-2 V", -2.0),
            ("3", 3.0),
            ("1eV", 1.602_176_634e-19),
        ] {
            let quantity: Quantity = text.parse().unwrap();
            assert!((quantity.si() - si).abs() <= 1e-15 * si.abs(), "{text}: {}", quantity.si());
        }
        for bad in ["", "M", "e5", "1 2", "--3", ".", "é", "1e", "1e+"] {
            assert!(bad.parse::<Quantity>().is_err(), "{bad}");
        }
        assert!("NaN M".parse::<Quantity>().unwrap().si().is_nan());
    }

    #[test]
    fn shows_what_was_written() {
        for text in ["0.1 M", "2e-4 m3/mol/s", "1e11 s", "15 mL"] {
            let quantity: Quantity = text.parse().unwrap();
            assert_eq!(quantity.to_string().parse::<Quantity>().unwrap(), quantity);
        }
    }
}
