//! Observables: numbers that a chemist reads off a run.

mod evaluate;
mod observable;
mod share;

pub use evaluate::Moment;
pub use observable::{DisplayUnit, Observable};
pub use share::Share;
