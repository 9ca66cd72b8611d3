//! Instructions after all names were looked up, in SI.

use super::Swept;
use crate::expression::{Comparison, Tape};
use crate::network::{PhaseId, SpeciesId};

/// One stage of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Conditions are held.
    Hold {
        /// What is set at the beginning.
        set: Option<(Swept, f64)>,
        /// How long.
        limit: StageLimit,
    },
    /// The electrodes are disconnected.
    Rest {
        /// How long.
        limit: StageLimit,
    },
    /// A condition changes steadily.
    Ramp {
        /// Which.
        of: Swept,
        /// Where it starts; where it is if none is given.
        from: Option<f64>,
        /// Where it ends.
        to: f64,
        /// Its speed without sign, per second.
        rate: f64,
    },
    /// An amount is raised, SI.
    Dose {
        /// What.
        species: SpeciesId,
        /// By how much.
        amount: f64,
    },
    /// Everything in a phase becomes less.
    Withdraw {
        /// The phase.
        phase: PhaseId,
        /// The part that is taken.
        part: f64,
    },
    /// Substance goes from one vessel to another.
    Transfer {
        /// The species that becomes less.
        from: SpeciesId,
        /// The species that becomes more.
        to: SpeciesId,
        /// The part that goes over.
        part: f64,
    },
    /// Stages done several times.
    Repeat {
        /// How often.
        times: u32,
        /// What.
        stages: Vec<Stage>,
    },
}

/// How long a stage lasts.
#[derive(Debug, Clone, PartialEq)]
pub struct StageLimit {
    /// The longest time, s.
    pub time: f64,
    /// What ends it before.
    pub until: Option<Condition>,
}

/// A condition on observables: the difference of its two sides, compared with zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// As written.
    pub text: String,
    /// Left side less right side.
    pub difference: Tape,
    /// Ready observables that it uses, as in [`CheckedObservable`](crate::CheckedObservable).
    pub ready: Vec<(String, String)>,
    /// How the sides compare when it holds.
    pub comparison: Comparison,
}
