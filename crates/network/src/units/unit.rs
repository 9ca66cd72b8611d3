//! Units as people write them: `m3/mol/s`, `mol m-2 s-1`, `kcal/mol`, `mA/cm2`.

use super::Dimension;
use crate::error::{QuantityError, nearest};
use crate::lane::{powf, powi};

/// A unit: its factor to SI and its dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// What one of it is in SI base units.
    pub factor: f64,
    /// Added after the factor; non-zero for degrees Celsius only.
    pub offset: f64,
    /// What it measures.
    pub dimension: Dimension,
}

/// Deepest nesting of parentheses.
const DEEPEST: usize = 8;
/// Largest power of one factor.
const LARGEST_POWER: f64 = 400.0;

impl Unit {
    /// The unit 1.
    pub const ONE: Self = Self { factor: 1.0, offset: 0.0, dimension: Dimension::NONE };

    /// Reads a unit: products by space, `*` or `·`, quotients by `/` (left to right), powers as `m3`,
    /// `m^3`, `s-1` or `s^-1`, broken ones as `M^0.5`, parentheses, SI prefixes, and `1` or `%` for pure numbers.
    ///
    /// # Errors
    /// [`QuantityError::UnknownUnit`] names the symbol that is not known, with the nearest that is.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let trimmed = text.trim();
        if matches!(trimmed, "degC" | "°C") {
            return Ok(Self { factor: 1.0, offset: 273.15, dimension: Dimension::TEMPERATURE });
        }
        let mut parser = Parser { rest: trimmed, whole: trimmed };
        let unit = parser.product(0)?;
        if parser.rest.is_empty() { Ok(unit) } else { Err(parser.unknown(parser.rest)) }
    }

    fn times(self, other: Self) -> Self {
        Self { factor: self.factor * other.factor, offset: 0.0, dimension: self.dimension * other.dimension }
    }

    fn power(self, exponent: f64) -> Self {
        // Whole powers by multiplication, which keeps round factors round.
        let whole = exponent.fract() == 0.0;
        let factor = if whole { powi(self.factor, exponent as i32) } else { powf(self.factor, exponent) };
        Self { factor, offset: 0.0, dimension: self.dimension.power(exponent) }
    }
}

struct Parser<'a> {
    rest: &'a str,
    whole: &'a str,
}

impl Parser<'_> {
    fn product(&mut self, depth: usize) -> Result<Unit, QuantityError> {
        // `/s` is `1/s`.
        let mut unit = if self.rest.starts_with('/') { Unit::ONE } else { self.factor(depth)? };
        loop {
            self.rest = self.rest.trim_start();
            let exponent = match self.rest.chars().next() {
                None | Some(')') => return Ok(unit),
                Some('/') => {
                    self.rest = &self.rest[1..];
                    -1.0
                }
                Some(c @ ('*' | '·')) => {
                    self.rest = &self.rest[c.len_utf8()..];
                    1.0
                }
                Some(_) => 1.0,
            };
            unit = unit.times(self.factor(depth)?.power(exponent));
        }
    }

    fn factor(&mut self, depth: usize) -> Result<Unit, QuantityError> {
        self.rest = self.rest.trim_start();
        let base = if let Some(inner) = self.rest.strip_prefix('(') {
            if depth >= DEEPEST {
                return Err(self.unknown(self.rest));
            }
            self.rest = inner;
            let unit = self.product(depth + 1)?;
            self.rest = self.rest.strip_prefix(')').ok_or_else(|| self.unknown(self.whole))?;
            unit
        } else if let Some(rest) = self.rest.strip_prefix('1') {
            self.rest = rest;
            return Ok(Unit::ONE);
        } else {
            let end =
                self.rest.find(|c: char| !(c.is_alphabetic() || matches!(c, '%' | '°'))).unwrap_or(self.rest.len());
            let (symbol, rest) = self.rest.split_at(end);
            let unit = named(symbol).ok_or_else(|| self.unknown(symbol))?;
            self.rest = rest;
            unit
        };
        let exponent = self.exponent()?;
        Ok(base.power(exponent))
    }

    /// A whole or broken power: `3`, `-1`, `^-1.5`.
    fn exponent(&mut self) -> Result<f64, QuantityError> {
        let (text, marked) = match self.rest.strip_prefix('^') {
            Some(rest) => (rest, true),
            None => (self.rest, false),
        };
        let sign = usize::from(text.starts_with('-') || text.starts_with('+'));
        let digits = text[sign..].bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        if digits == 0 {
            return if marked { Err(self.unknown(self.rest)) } else { Ok(1.0) };
        }
        let exponent = text[..sign + digits].parse().ok().filter(|e: &f64| e.abs() <= LARGEST_POWER);
        self.rest = &text[sign + digits..];
        exponent.ok_or_else(|| self.unknown(self.whole))
    }

    fn unknown(&self, symbol: &str) -> QuantityError {
        QuantityError::UnknownUnit {
            symbol: symbol.to_owned(),
            text: self.whole.to_owned(),
            nearest: spelt_out(symbol)
                .or_else(|| nearest(symbol, COMMON.iter().copied()).filter(|_| !symbol.is_empty()))
                .map(ToOwned::to_owned),
        }
    }
}

/// The symbol of a unit whose name is written out.
fn spelt_out(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().trim_end_matches('s') {
        "second" | "sec" => "s",
        "minute" => "min",
        "hour" | "hr" => "h",
        "day" => "d",
        "volt" => "V",
        "millivolt" => "mV",
        "ampere" | "amp" => "A",
        "molar" => "M",
        "mole" => "mol",
        "litre" | "liter" => "L",
        "kelvin" => "K",
        "celsiu" => "degC",
        "joule" => "J",
        _ => return None,
    })
}

/// Offered as suggestions for a misspelt unit.
const COMMON: [&str; 27] = [
    "m", "cm", "mm", "L", "mL", "g", "kg", "mg", "s", "min", "h", "d", "mol", "mmol", "umol", "M", "mM", "V", "mV",
    "A", "mA", "C", "K", "J", "kJ", "kcal", "ohm",
];

/// Symbols that take SI prefixes.
fn prefixable(symbol: &str) -> Option<(f64, Dimension)> {
    type D = Dimension;
    let power = D::energy() / D::TIME;
    Some(match symbol {
        "m" => (1.0, D::LENGTH),
        "g" => (1e-3, D::MASS),
        "s" => (1.0, D::TIME),
        "A" => (1.0, D::CURRENT),
        "K" => (1.0, D::TEMPERATURE),
        "mol" => (1.0, D::AMOUNT),
        "L" | "l" => (1e-3, D::volume()),
        "M" => (1e3, D::concentration()),
        "J" => (1.0, D::energy()),
        "W" => (1.0, power),
        "V" => (1.0, D::potential()),
        "C" => (1.0, D::charge()),
        "F" => (1.0, D::charge() / D::potential()),
        "ohm" | "Ω" => (1.0, D::potential() / D::CURRENT),
        "cal" => (4.184, D::energy()),
        // The elementary charge is exact in the SI of 2019.
        "eV" => (1.602_176_634e-19, D::energy()),
        "Pa" => (1.0, D::energy() / D::volume()),
        "bar" => (1e5, D::energy() / D::volume()),
        "Hz" => (1.0, D::NONE / D::TIME),
        _ => return None,
    })
}

fn named(symbol: &str) -> Option<Unit> {
    let unit = |(factor, dimension)| Unit { factor, offset: 0.0, dimension };
    let plain = match symbol {
        "min" => Some((60.0, Dimension::TIME)),
        "h" => Some((3600.0, Dimension::TIME)),
        "d" => Some((86_400.0, Dimension::TIME)),
        "%" | "percent" => Some((0.01, Dimension::NONE)),
        "atm" => Some((101_325.0, Dimension::energy() / Dimension::volume())),
        _ => prefixable(symbol),
    };
    if plain.is_some() {
        return plain.map(unit);
    }
    let mut characters = symbol.chars();
    let prefix = match characters.next()? {
        'f' => 1e-15,
        'p' => 1e-12,
        'n' => 1e-9,
        'u' | 'µ' | 'μ' => 1e-6,
        'm' => 1e-3,
        'c' => 1e-2,
        'd' => 1e-1,
        'k' => 1e3,
        'M' => 1e6,
        'G' => 1e9,
        _ => return None,
    };
    prefixable(characters.as_str()).map(|(factor, dimension)| unit((prefix * factor, dimension)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn factor(text: &str) -> f64 {
        Unit::parse(text).unwrap().factor
    }

    #[test]
    fn reads_what_people_write() {
        assert_relative_eq!(factor("mol m-2 s-1"), 1.0);
        assert_relative_eq!(factor("mA/cm2"), 10.0);
        assert_relative_eq!(factor("1/min"), 1.0 / 60.0);
        assert_relative_eq!(factor("/min"), 1.0 / 60.0);
        assert_relative_eq!(factor("mol/(L s)"), 1e3);
        assert_relative_eq!(factor("M-1 s-1"), 1e-3);
        assert_relative_eq!(factor("kcal/mol"), 4184.0);
        assert_relative_eq!(factor("%"), 0.01);
        assert_eq!(Unit::parse("m^3/mol/s").unwrap(), Unit::parse("m3 mol^-1 s^-1").unwrap());
        assert_eq!(Unit::parse("(mol/m3)^0.5/s").unwrap(), Unit::parse("mol^0.5/(m^1.5 s)").unwrap());
        assert_relative_eq!(factor("M^-0.5"), 1e3_f64.powf(-0.5));
        assert_eq!(Unit::parse("M/s").unwrap().dimension, Unit::parse("mol m-3 s-1").unwrap().dimension);
    }

    #[test]
    fn names_the_unknown_symbol() {
        let error = Unit::parse("mol/Ll").unwrap_err();
        assert!(error.to_string().contains("unknown unit `Ll`"), "{error}");
        for bad in ["", "(", "((((((((((m))))))))))", "m^", "m99999999999", "/", "s)", "m^999", "m^1.2.3", "m^.", "µ"]
        {
            assert!(Unit::parse(bad).is_err(), "{bad}");
        }
    }
}
