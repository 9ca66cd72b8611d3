//! Why no steady state was found.

use std::fmt;

use thiserror::Error;

use crate::error::Cause;

/// Why a run comes to no rest.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum Unrest {
    /// A species grows without limit.
    #[error("there is no steady state: a species accumulates without limit")]
    Accumulates,
    /// An amount fell below zero.
    #[error("an amount falls below zero: a step goes on when its reactant is used up, as one of order zero does")]
    Negative,
    /// The state neither rests nor grows.
    #[error(
        "the run does not come to rest within the limits (it may oscillate), and Newton's method from its states finds \
         no steady state without negative amounts"
    )]
    Restless,
    /// The integration stopped.
    #[error("the integration towards it stopped: {0}")]
    Stopped(Cause),
}

/// A search that found no steady state: why, and how far it came.
#[derive(Debug, Clone, PartialEq)]
pub struct NoSteadyState {
    /// Why.
    pub cause: Unrest,
    /// Time reached, s.
    pub t: f64,
    /// The species that is behind it, where one is.
    pub species: Option<String>,
    /// How fast that species changes, SI amount per s.
    pub slope: Option<f64>,
    /// Amounts reached, SI.
    pub amounts: Vec<f64>,
}

impl fmt::Display for NoSteadyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no steady state was found: {}; at t = {:.3e} s", self.cause, self.t)?;
        if let Some(species) = &self.species {
            write!(f, " species `{species}`")?;
            if let Some(slope) = self.slope {
                write!(f, " changes by {slope:.3e} a second (SI)")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for NoSteadyState {}
