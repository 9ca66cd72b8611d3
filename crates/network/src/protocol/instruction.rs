//! Instructions as a user writes them.

use std::fmt;

use crate::equation::EquationFault;
use crate::expression::{Comparison, Expression};
use crate::units::Quantity;

/// A line of a protocol, or lines that are repeated.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// One instruction.
    Instruction(Box<Instruction>),
    /// `["repeat 5 times", ...]`.
    Repeat {
        /// How often.
        times: u32,
        /// What.
        lines: Vec<Line>,
    },
}

/// One instruction.
#[derive(Debug, Clone, PartialEq)]
pub enum Instruction {
    /// `hold 2.0 V for 10 h`, `hold 2.0 V until conversion(NH3) >= 0.98 or 12 h`, `hold for 1 h` (as it is).
    Hold {
        /// A potential or a temperature; what it was before if none is given.
        value: Option<Quantity>,
        /// How long.
        limit: Limit,
    },
    /// `rest for 1 h`: the electrodes are disconnected.
    Rest {
        /// How long.
        limit: Limit,
    },
    /// `ramp to 2.2 V at 1 mV/s`, `ramp from 1.2 V to 2.2 V at 1 mV/s`, of a temperature alike.
    Ramp {
        /// Where it starts; where it is if none is given.
        from: Option<Quantity>,
        /// Where it ends.
        to: Quantity,
        /// Its speed, without sign.
        rate: Quantity,
    },
    /// `cycle from 0 V to 1 V at 50 mV/s 3 times`: there and back.
    Cycle {
        /// Where it starts and comes back to.
        from: Quantity,
        /// Where it turns.
        to: Quantity,
        /// Its speed, without sign.
        rate: Quantity,
        /// How often.
        times: u32,
    },
    /// `dose 0.1 M NH3` raises an amount, `dose 1 mmol NH3` adds substance; the volume stays.
    Dose {
        /// By how much.
        amount: Quantity,
        /// What.
        species: String,
    },
    /// `withdraw 1 mL from cell`, `withdraw 10 % from cell`: everything dissolved becomes less by that part; what
    /// is taken is made up with solvent, so that the volume stays.
    Withdraw {
        /// A volume or a fraction.
        part: Quantity,
        /// The phase.
        phase: String,
    },
    /// `transfer 99 % of BPA to BPA_acid`: that part of the substance goes over, the rest stays.
    Transfer {
        /// A fraction.
        part: Quantity,
        /// The species that becomes less.
        from: String,
        /// The species, in another vessel, that becomes more.
        to: String,
    },
}

/// How long an instruction lasts.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The condition that ends it.
    pub until: Option<(Expression, Comparison, Expression)>,
    /// The time that ends it; needed beside a condition, which may never hold.
    pub time: Quantity,
}

/// What a ramp changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swept {
    /// The potential.
    Potential,
    /// The temperature.
    Temperature,
}

/// Why an instruction was refused.
pub type InstructionFault = EquationFault;

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.until {
            None => write!(f, "for {}", self.time),
            Some((left, comparison, right)) => {
                write!(f, "until {left} {} {right} or {}", comparison.word(), self.time)
            }
        }
    }
}

impl fmt::Display for Instruction {
    /// The form that reads back as the same instruction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold { value: Some(value), limit } => write!(f, "hold {value} {limit}"),
            Self::Hold { value: None, limit } => write!(f, "hold {limit}"),
            Self::Rest { limit } => write!(f, "rest {limit}"),
            Self::Ramp { from: Some(from), to, rate } => write!(f, "ramp from {from} to {to} at {rate}"),
            Self::Ramp { from: None, to, rate } => write!(f, "ramp to {to} at {rate}"),
            Self::Cycle { from, to, rate, times } => write!(f, "cycle from {from} to {to} at {rate} {times} times"),
            Self::Dose { amount, species } => write!(f, "dose {amount} {species}"),
            Self::Withdraw { part, phase } => write!(f, "withdraw {part} from {phase}"),
            Self::Transfer { part, from, to } => write!(f, "transfer {part} of {from} to {to}"),
        }
    }
}
