//! What can go wrong in a run.

use std::fmt;
use std::path::PathBuf;

use ratelaw_network::units::Quantity;
use ratelaw_network::{NetworkError, QuantityError};
use thiserror::Error;

use crate::method::Method;
use crate::solution::Solution;
use crate::steady::NoSteadyState;
use crate::sweep::StoreError;
use crate::table::Table;

/// Result of this crate.
pub type Result<T, E = SolveError> = std::result::Result<T, E>;

/// Everything this crate refuses or fails at.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum SolveError {
    /// The network or a value given for it is wrong.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A quantity could not be read, or has the wrong unit.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// A value outside its allowed range, NaN and infinity included.
    #[error("{what} is {found}, expected {expected}")]
    OutOfRange {
        /// The name of the refused value.
        what: String,
        /// The value as given.
        found: String,
        /// The range in words.
        expected: String,
    },
    /// Something a run needs was not given.
    #[error("{what} is not given; {help}")]
    Missing {
        /// What is missing.
        what: String,
        /// How to give it.
        help: String,
    },
    /// A name that means two things.
    #[error("`{name}` is both a parameter and a species; write `{name}(0)` for the initial amount of the species")]
    Ambiguous {
        /// The name.
        name: String,
    },
    /// A parameter that is worked out from others.
    #[error("`{name}` is worked out from other parameters; set those")]
    Dependent {
        /// The parameter.
        name: String,
    },
    /// A condition that the protocol of the model sets.
    #[error(
        "the {name} is set by the protocol of the model, so a value for it would have no effect; write `hold for ...` \
         without a value in the protocol"
    )]
    SetByProtocol {
        /// The condition.
        name: String,
    },
    /// A condition that nothing reads.
    #[error("nothing in the model reads the {name}, so values for it would have no effect; leave it out")]
    NoEffect {
        /// The condition.
        name: String,
    },
    /// A name that means nothing here.
    #[error("unknown {kind} `{name}`; expected {expected}")]
    UnknownName {
        /// What the name should have been.
        kind: &'static str,
        /// The name as given.
        name: String,
        /// What would have been right.
        expected: String,
    },
    /// The method cannot do what was asked.
    #[error("{method} cannot {what}; use {instead}")]
    Unsupported {
        /// The method.
        method: Method,
        /// What was asked.
        what: &'static str,
        /// A method that can.
        instead: Method,
    },
    /// A steady state of something that changes with time.
    #[error("a steady state needs conditions that do not change: {why}")]
    NotConstant {
        /// What changes.
        why: String,
    },
    /// No steady state was found.
    #[error(transparent)]
    NoSteadyState(#[from] Box<NoSteadyState>),
    /// The integration failed on its way.
    #[error(transparent)]
    Failed(#[from] Box<Failure>),
    /// A text that cannot be read as what it should be.
    #[error("cannot read `{text}`: it has {found}; expected {expected}")]
    Syntax {
        /// The text as given.
        text: String,
        /// What is there, or is not.
        found: String,
        /// What would have been right.
        expected: String,
    },
    /// A file could not be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A result could not be written.
    #[error("cannot write `{}`: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A sweep could not be stored, taken up again or put together.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The worker threads could not be started.
    #[error("cannot start {threads} worker threads: {reason}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
}

impl SolveError {
    /// A number that is out of range.
    pub(crate) fn out_of_range(what: impl Into<String>, found: f64, expected: &str) -> Self {
        // As quantities are shown: very large and very small numbers with an exponent.
        let found = Quantity::number(found).to_string();
        Self::OutOfRange { what: what.into(), found, expected: expected.to_owned() }
    }
}

/// Why an integration stopped.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum Cause {
    /// No step is small enough for the tolerance.
    #[error("the step size fell below round-off")]
    StepTooSmall,
    /// The limit of steps was reached.
    #[error("the limit of steps was reached (`--max-steps`, `SolveOptions::max_steps`)")]
    TooManySteps,
    /// The limit of time was reached.
    #[error("the limit of time was reached (`--time-limit`, `SolveOptions::time_limit`)")]
    TimeLimit,
    /// The work was stopped from outside.
    #[error("it was stopped")]
    Stopped,
    /// Amounts that fell below zero within or beyond their tolerance run away: below zero a second-order decay is growth
    /// without limit.
    #[error(
        "an amount that is not resolved fell below zero and runs away there; give it an absolute tolerance of its own \
         (atol), or a smaller resolution"
    )]
    Runaway,
    /// An amount or rate overflowed.
    #[error("an amount or rate is no longer finite")]
    NotFinite,
    /// The counter electrode has no reaction that takes up the current.
    #[error(
        "no potential of the counter electrode makes its current that of the cell; give it a reaction that can run"
    )]
    NoCounterReaction,
    /// Charge of the species and electrons passed do not add up.
    #[error("the balance of charge does not close: species and electrodes differ by more than rounding explains")]
    ChargeImbalance,
    /// An amount fell below zero, and the options ask for failure then.
    #[error("an amount fell below zero by more than the tolerance explains")]
    Negative,
    /// Rounding alone passes the tolerance: no method and no step size meets it in numbers of 16 digits.
    #[error(
        "the tolerance cannot be met: rounding alone leaves an error of about {error:.1e} times it, at an rtol of \
         {rtol:e}; {}",
        possible(*error, *rtol)
    )]
    Rounding {
        /// The error by rounding in units of the tolerance, as estimated.
        error: f64,
        /// The relative tolerance that was asked for.
        rtol: f64,
    },
    /// An explicit method that was tried met a species that multiplies by itself (autocatalysis): while there is little of it, below
    /// its absolute tolerance, such a method can step over its growth.
    #[error("a species multiplies by itself, which this method can step over; use rodas5p")]
    Growth,
    /// An explicit method met a stiff problem.
    #[error("the problem is stiff, which this method cannot integrate; use rodas5p")]
    Stiff,
}

/// What to do about a tolerance that is below rounding.
fn possible(error: f64, rtol: f64) -> String {
    let coarser = 10_f64.powi((error * rtol).log10().ceil().clamp(-13.0, 1.0) as i32);
    let larger = "a larger resolution, or atol, for amounts that need no such digits";
    if coarser <= 1e-2 { format!("try an rtol of {coarser:e}, or {larger}") } else { format!("give {larger}") }
}

/// A failed integration: when, where, and what was done until then.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Why it stopped.
    pub cause: Cause,
    /// Time reached, s.
    pub t: f64,
    /// Last step size tried, s.
    pub h: f64,
    /// The species with the largest scaled error.
    pub species: Option<String>,
    /// The step that changes that species fastest.
    pub step: Option<String>,
    /// What was computed until then, the state reached included.
    pub partial: Solution,
}

impl Failure {
    /// What was computed until then, as [`Solution::table`] has it; its note `incomplete` says how far that is.
    pub fn table(&self) -> Table {
        let mut table = self.partial.table();
        let note = format!("ends at t = {:e} s of {:e} s: {}", self.t, self.partial.problem.t_end(), self.cause);
        table.notes.push(("incomplete".to_owned(), note));
        table
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            Cause::Stopped => write!(f, "stopped at t = {:e} s", self.t)?,
            Cause::TimeLimit => write!(f, "the run ended at t = {:e} s: {}", self.t, self.cause)?,
            cause => write!(f, "integration failed at t = {:e} s with step size h = {:e} s: {cause}", self.t, self.h)?,
        }
        if let Some(species) = &self.species {
            write!(f, "; worst species `{species}`")?;
        }
        if let Some(step) = &self.step {
            write!(f, ", changed fastest by step `{step}`")?;
        }
        let stats = &self.partial.stats;
        write!(f, "; {} steps accepted, {} rejected", stats.accepted, stats.rejected)
    }
}

impl std::error::Error for Failure {}
