//! The text form of designs, which the command line reads.

use std::fmt;
use std::str::FromStr;

use ratelaw_network::units::Quantity;
use ratelaw_network::{did_you_mean, nearest};
use serde::{Deserialize, Serialize};

use super::distribution::Distribution;
use super::samples::Sampled;
use crate::error::{Result, SolveError};
use crate::sweep::axis::Axis;

/// One thing that is varied, as it stands on the command line.
#[derive(Debug, Clone, PartialEq)]
pub enum Vary {
    /// An axis: `potential=1.2V..2.2V:11`.
    Axis(Axis),
    /// Axes that go together: `zip(potential=1.2V..2.2V:3; k2=5, 10, 20 1/s)`.
    Zip(Zip),
    /// A sampled setting: `k2~loguniform(5 1/s, 80 1/s)`.
    Sampled(Sampled),
}

/// Axes of one length whose values go together: `zip(potential=1.2V..2.2V:3; k2=5, 10, 20 1/s)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zip(pub Vec<Axis>);

const AXIS: &str = "NAME=LO..HI:N or NAME=V1,V2,..., such as potential=1.2V..2.2V:101 or k2=5,10,20 1/s";
const SAMPLED: &str = "NAME~DISTRIBUTION(...), such as k2~loguniform(5 1/s, 80 1/s) or T~normal(300 K, 5)";

fn syntax(text: &str, found: impl Into<String>, expected: &str) -> SolveError {
    SolveError::Syntax { text: text.trim().to_owned(), found: found.into(), expected: expected.to_owned() }
}

/// A word that is none of those known.
pub(super) fn unknown(kind: &'static str, word: &str, known: &[&str]) -> SolveError {
    let near = did_you_mean(nearest(word, known.iter().copied()));
    SolveError::UnknownName { kind, name: word.to_owned(), expected: format!("{}{near}", known.join(", ")) }
}

/// Quantities; a plain number takes the unit of the others, which must then be one.
fn share_unit(texts: &[&str]) -> Result<Vec<Quantity>> {
    let all: Vec<Quantity> = texts.iter().map(|t| t.parse()).collect::<Result<_, _>>()?;
    let shared = all.iter().find(|q| !q.symbol().is_empty()).map(|q| q.symbol().to_owned()).unwrap_or_default();
    let other = all.iter().find(|q| !q.symbol().is_empty() && q.symbol() != shared);
    if let (Some(other), Some(bare)) = (other, all.iter().find(|q| q.symbol().is_empty())) {
        let found = format!("the number {bare} without a unit beside the units {shared} and {}", other.symbol());
        return Err(syntax(&texts.join(","), found, "a unit for each number, or one unit for all"));
    }
    all.into_iter()
        .map(|q| if q.symbol().is_empty() && !shared.is_empty() { Quantity::new(q.value(), &shared) } else { Ok(q) })
        .map(|q| Ok(q?))
        .collect()
}

/// Reads `LO..HI`; a plain number takes the unit of the other end.
///
/// # Errors
/// No `..`, or ends that are not numbers with known units.
pub fn parse_range(text: &str) -> Result<(Quantity, Quantity)> {
    let (low, high) = text.split_once("..").ok_or_else(|| syntax(text, "no `..`", "LO..HI, such as 1.2V..2.2V"))?;
    match <[Quantity; 2]>::try_from(share_unit(&[low, high])?) {
        Ok([low, high]) => Ok((low, high)),
        Err(_) => Err(syntax(text, "other than two ends", "LO..HI")),
    }
}

impl FromStr for Axis {
    type Err = SolveError;

    /// Reads `NAME=LO..HI:N[:log]` or `NAME=V1,V2,...`; a plain number takes the unit of the others. The name may hold
    /// any character.
    fn from_str(text: &str) -> Result<Self> {
        let (name, values) = text.rsplit_once('=').ok_or_else(|| syntax(text, "no `=`", AXIS))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(syntax(text, "no name before `=`", AXIS));
        }
        if !values.contains("..") {
            if let Some((_, after)) = values.split_once(':') {
                return Err(syntax(text, format!("`:{after}` after single values"), AXIS));
            }
            return Ok(Self::list(name, share_unit(&values.split(',').collect::<Vec<_>>())?));
        }
        let (values, log) = match values.trim_end().strip_suffix(":log") {
            Some(rest) => (rest, true),
            None => (values, false),
        };
        let (ends, points) =
            values.rsplit_once(':').ok_or_else(|| syntax(text, "no `:N` for the number of points", AXIS))?;
        let points: usize = points
            .trim()
            .parse()
            .map_err(|_| syntax(text, format!("`{}` for the number of points", points.trim()), AXIS))?;
        let (low, high) = parse_range(ends)?;
        let axis = Self::range(name, low, high, points)?;
        Ok(if log { axis.log() } else { axis })
    }
}

/// Quantities with commas between; where some have a unit, a pure number says so.
fn list(f: &mut fmt::Formatter<'_>, quantities: &[&Quantity]) -> fmt::Result {
    let bare = quantities.iter().all(|q| q.symbol().is_empty());
    for (i, quantity) in quantities.iter().enumerate() {
        let one = if quantity.symbol().is_empty() && !bare { " 1" } else { "" };
        write!(f, "{}{quantity}{one}", if i == 0 { "" } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.name())?;
        match self.bounds() {
            None => list(f, &self.listed().iter().collect::<Vec<_>>()),
            Some((low, high)) => {
                let one = |a: &Quantity, b: &Quantity| {
                    if a.symbol().is_empty() && !b.symbol().is_empty() { " 1" } else { "" }
                };
                write!(f, "{low}{}..{high}{}:{}", one(low, high), one(high, low), self.points())?;
                if self.is_log() { f.write_str(":log") } else { Ok(()) }
            }
        }
    }
}

impl fmt::Display for Zip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let axes: Vec<String> = self.0.iter().map(Axis::to_string).collect();
        write!(f, "zip({})", axes.join("; "))
    }
}

impl FromStr for Zip {
    type Err = SolveError;

    /// Reads `zip(AXIS; AXIS; ...)`.
    fn from_str(text: &str) -> Result<Self> {
        let inner = text.trim().strip_prefix("zip(").and_then(|t| t.strip_suffix(')'));
        let inner = inner.ok_or_else(|| syntax(text, "no `zip(...)`", "zip(AXIS; AXIS)"))?;
        Ok(Self(inner.split(';').map(str::parse).collect::<Result<_>>()?))
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, numbers) = self.parts();
        write!(f, "{word}(")?;
        if let Self::LogNormal { median, factor } = self {
            write!(f, "{median}, {factor}")?;
        } else {
            list(f, &numbers)?;
        }
        f.write_str(")")
    }
}

impl FromStr for Distribution {
    type Err = SolveError;

    /// Reads `WORD(NUMBERS)`; a plain number takes the unit of the others, but for the factor of `lognormal`.
    fn from_str(text: &str) -> Result<Self> {
        let (word, inner) = text
            .trim()
            .strip_suffix(')')
            .and_then(|t| t.split_once('('))
            .ok_or_else(|| syntax(text, "no distribution with its numbers in parentheses", SAMPLED))?;
        let word = word.trim();
        let numbers: Vec<&str> = inner.split(',').collect();
        let wrong = |names: &str| syntax(text, format!("{} numbers", numbers.len()), &format!("{word}({names})"));
        if word == "lognormal" {
            let [median, factor] = numbers[..] else { return Err(wrong("MEDIAN, FACTOR")) };
            return Ok(Self::LogNormal { median: median.parse()?, factor: factor.parse()? });
        }
        if !Self::WORDS.contains(&word) {
            return Err(unknown("distribution", word, &Self::WORDS));
        }
        let names = match word {
            "normal" => "MEAN, DEVIATION",
            "triangular" => "LOW, MODE, HIGH",
            _ => "LOW, HIGH",
        };
        let mut given = share_unit(&numbers)?.into_iter();
        match (word, given.next(), given.next(), given.next(), given.next()) {
            ("uniform", Some(low), Some(high), None, _) => Ok(Self::Uniform { low, high }),
            ("loguniform", Some(low), Some(high), None, _) => Ok(Self::LogUniform { low, high }),
            ("normal", Some(mean), Some(deviation), None, _) => Ok(Self::Normal { mean, deviation }),
            ("triangular", Some(low), Some(mode), Some(high), None) => Ok(Self::Triangular { low, mode, high }),
            _ => Err(wrong(names)),
        }
    }
}

impl fmt::Display for Sampled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.name, self.distribution)
    }
}

impl FromStr for Sampled {
    type Err = SolveError;

    /// Reads `NAME~DISTRIBUTION(...)`.
    fn from_str(text: &str) -> Result<Self> {
        let (name, distribution) = text.rsplit_once('~').ok_or_else(|| syntax(text, "no `~`", SAMPLED))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(syntax(text, "no name before `~`", SAMPLED));
        }
        Ok(Self { name: name.to_owned(), distribution: distribution.parse()? })
    }
}

impl fmt::Display for Vary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Axis(axis) => axis.fmt(f),
            Self::Zip(zip) => zip.fmt(f),
            Self::Sampled(sampled) => sampled.fmt(f),
        }
    }
}

impl FromStr for Vary {
    type Err = SolveError;

    fn from_str(text: &str) -> Result<Self> {
        if text.trim().starts_with("zip(") {
            return Ok(Self::Zip(text.parse()?));
        }
        // A name may hold either sign; what comes last is that of the text form.
        match (text.rfind('~'), text.rfind('=')) {
            (Some(tilde), equals) if equals.is_none_or(|equals| equals < tilde) => Ok(Self::Sampled(text.parse()?)),
            _ => Ok(Self::Axis(text.parse()?)),
        }
    }
}

macro_rules! stored_as_text {
    ($($name:ty),+) => {$(
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = SolveError;

            fn try_from(text: String) -> Result<Self> {
                text.parse()
            }
        }
    )+};
}

stored_as_text!(Axis, Zip, Sampled);
