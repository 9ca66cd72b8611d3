//! What can be wrong with a chain, and how it can fail.

use std::fmt;
use std::path::PathBuf;

use ratelaw_network::{NetworkError, nearest};
use thiserror::Error;

use super::ChainResult;
use crate::error::SolveError;

/// Everything that a chain refuses or fails at.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The chain is wrong; all faults that were found are listed.
    #[error("{}", listed(.0))]
    Invalid(Vec<ChainFault>),
    /// A stage failed; what was done until then is kept.
    #[error(transparent)]
    Failed(#[from] Box<ChainFailure>),
    /// A chain file could not be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The text is no chain file.
    #[error("{file}: this is not a chain\n{reason}")]
    Syntax {
        /// The file.
        file: String,
        /// What is wrong, with its line.
        reason: String,
    },
}

fn listed(faults: &[ChainFault]) -> String {
    faults.iter().map(|f| format!("error: {f}")).collect::<Vec<_>>().join("\n")
}

/// A stage that failed.
#[derive(Debug, Clone, Error)]
#[error("stage `{stage}` failed in cycle {cycle}: {error}")]
pub struct ChainFailure {
    /// Name of the stage.
    pub stage: String,
    /// Cycle, from 1.
    pub cycle: usize,
    /// Why; a failed integration holds its own partial solution.
    pub error: SolveError,
    /// The stages that were done before, with their ledger; figures that need more are undefined.
    pub partial: ChainResult,
}

/// One mistake, and where it is.
#[derive(Debug, Clone)]
pub struct ChainFault {
    /// Where it is.
    pub place: ChainPlace,
    /// The same in words, with names.
    pub within: String,
    /// File and line, for a chain that came from a file.
    pub line: Option<(String, usize)>,
    /// What is wrong.
    pub problem: ChainProblem,
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, line)) = &self.line {
            write!(f, "{file}:{line}: ")?;
        }
        write!(f, "in {}: {}", self.within, self.problem)
    }
}

/// A part of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainPlace {
    /// The chain itself.
    Chain,
    /// A stage.
    Stage(usize),
    /// Something that a stage receives: the stage, and its number among what that receives.
    Receive(usize, usize),
    /// A figure.
    Figure(usize),
}

/// What is wrong with a chain.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum ChainProblem {
    /// A chain of nothing.
    #[error("it has no stage, expected one or more")]
    Empty,
    /// How often a chain runs.
    #[error("times is {found}, expected 1 to 10000")]
    Times {
        /// The number as given.
        found: usize,
    },
    /// Two things of one name.
    #[error("the name `{name}` is used twice, expected another one")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A stage that the chain does not have.
    #[error("unknown stage `{name}`{}", help(name, known))]
    UnknownStage {
        /// The name as given.
        name: String,
        /// All stages.
        known: Vec<String>,
    },
    /// A model that is not there or is wrong.
    #[error("{reason}")]
    Model {
        /// Why.
        reason: String,
    },
    /// A name that the model of a stage does not have.
    #[error("{0}")]
    Name(#[from] NetworkError),
    /// A problem that cannot be made.
    #[error("{0}")]
    Setting(#[from] SolveError),
    /// A value of the file that cannot be read.
    #[error("{what} is {found}, expected {expected}")]
    Value {
        /// What the value is for.
        what: String,
        /// The value as given.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// A recovery without a word on where it comes from.
    #[error(
        "`recovery` has no origin; expected origin = \"measured\", \"published\", \"calibrated\", \"assumed\" or \"synthetic\""
    )]
    NoOrigin,
    /// More of a species is handed on than there is.
    #[error(
        "`{species}` of stage `{stage}` is handed on by {:.6} % in all, expected at most 100 %; the receives: {}",
        100.0 * total,
        by.join(", ")
    )]
    Overclaimed {
        /// The stage that gives.
        stage: String,
        /// The species.
        species: String,
        /// The sum of the recoveries.
        total: f64,
        /// Who receives.
        by: Vec<String>,
    },
    /// Two species that are not of one formula and charge.
    #[error("`{from}` is {found} and `{to}` is {expected}; expected one formula (isotopes included) and charge")]
    Formula {
        /// The species that is handed on.
        from: String,
        /// What it is.
        found: String,
        /// The species that receives.
        to: String,
        /// What that is.
        expected: String,
    },
    /// A species that is held at its amount.
    #[error(
        "`{species}` of stage `{stage}` is held at its amount, so nothing can be handed on; expected a species that is not fixed"
    )]
    Held {
        /// The stage.
        stage: String,
        /// The species.
        species: String,
    },
    /// Substance without a size and substance with one.
    #[error(
        "`{from}` and `{to}` do not both have a size; an amount of an abstract phase is a pure number, not substance"
    )]
    Size {
        /// The species that is handed on.
        from: String,
        /// The species that receives.
        to: String,
    },
    /// What arrives is both added and put in place.
    #[error("`{species}` is received with `add` and without; expected one of the two for all that arrives")]
    MixedAdd {
        /// The species.
        species: String,
    },
    /// A figure that counts atoms a species does not have.
    #[error("`{species}` has no {by}, expected a species that does: its formula is {formula}")]
    NoAtoms {
        /// The species.
        species: String,
        /// The element or isotope.
        by: String,
        /// Its formula.
        formula: String,
    },
    /// A figure of no species or no stage.
    #[error("{what} is empty, expected {expected}")]
    Nothing {
        /// What is empty.
        what: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}

fn help(name: &str, known: &[String]) -> String {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => format!("; known: {}", known.join(", ")),
    }
}
