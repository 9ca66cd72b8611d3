//! Many runs at once, each in a lane of its own.
//!
//! A block holds `W` runs of one network side by side. Each has its own time, step size, error and outcome; only the
//! arithmetic of a step is shared, lane by lane. A run that has ended makes room for the next at once. Nothing
//! crosses lanes, so what a run gives does not depend on the block it was in, and `W = 1` is the single run.

mod block;
mod course;
mod engine;
mod numbers;
mod pace;
mod storage;
mod width;

pub use engine::Occupancy;
pub(crate) use engine::{Queue, drive};
pub(crate) use pace::Pace;
pub(crate) use storage::{Lanes, lanes, plain, singles};
pub(crate) use width::{WIDTHS, drive_wide, width};
