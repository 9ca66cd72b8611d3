//! Sweeps that are written as they go, and never lost.
//!
//! A [`Plan`] is the whole sweep as plain data. Its points are cut into chunks of consecutive points; a chunk is what a
//! thread solves, what is stored, taken up again and given to shards. Why so: `docs/design/006-sweep-store.md`.

mod assemble;
mod chunk;
mod describe;
mod digest;
mod error;
mod exact;
mod finished;
mod folder;
mod manifest;
mod output;
mod parquet;
mod plan;
mod run;
mod seal;
mod shard;
mod summary;
mod work;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

pub use assemble::merge;
pub use error::StoreError;
pub use plan::Plan;
pub use run::sweep_to_file;
pub use shard::Shard;
pub use summary::{CauseCount, Summary};
pub use work::{OnProgress, Progress, WorkItem};

use crate::observe::Observable;
use crate::options::SolveOptions;
use crate::table::Table;

/// Options of a sweep to a file.
#[derive(Clone)]
pub struct StoreOptions {
    /// How each point is solved. Its `stop` ends the sweep: chunks that are being solved are dropped, finished ones stay
    /// stored.
    pub solve: SolveOptions,
    /// What is kept of each point; empty for the model's own observables.
    pub observables: Vec<Observable>,
    /// Whether the amounts at the end are kept too. They are, if there are no observables.
    pub amounts: bool,
    /// Worker threads; none for as many as the machine has.
    pub threads: Option<usize>,
    /// Lanes of a block: 1, 8, 16 or 32; none for what the size of the network suggests. It changes the speed and no bit of
    /// a result.
    pub lanes: Option<usize>,
    /// Points in a chunk; none for a number that follows from the number of points.
    pub chunk: Option<u64>,
    /// What to do about a sweep that was begun.
    pub start: Start,
    /// Which part of the sweep to solve.
    pub shard: Shard,
    /// Rows, equally spaced over all, that are kept to be shown, at most.
    pub sample: u64,
    /// Called as points are done.
    pub progress: Option<OnProgress>,
    /// Called before the work with what the user should know: that a result which is there is damaged and solved again, that a
    /// shard has no points.
    pub notice: Option<OnNotice>,
}

/// Called with a sentence for the user.
pub type OnNotice = Arc<dyn Fn(&str) + Send + Sync>;

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            solve: SolveOptions::default(),
            observables: Vec::new(),
            amounts: false,
            threads: None,
            lanes: None,
            chunk: None,
            start: Start::New,
            shard: Shard::WHOLE,
            sample: 21,
            progress: None,
            notice: None,
        }
    }
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("solve", &self.solve)
            .field("observables", &self.observables)
            .field("amounts", &self.amounts)
            .field("threads", &self.threads)
            .field("lanes", &self.lanes)
            .field("chunk", &self.chunk)
            .field("start", &self.start)
            .field("shard", &self.shard)
            .field("sample", &self.sample)
            .finish_non_exhaustive()
    }
}

/// What is done about a sweep to the same file that was begun and not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// It is an error, so that nothing is lost by mistake.
    #[default]
    New,
    /// It is gone on with, if it is the same sweep. Without one, the sweep begins.
    Resume,
    /// It is thrown away.
    Fresh,
}

/// What came of a sweep to a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Counts and causes.
    pub summary: Summary,
    /// Some rows, equally spaced over all, with all columns and notes.
    pub table: Table,
    /// Where it is.
    pub place: Place,
}

/// Where the result of a sweep is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The whole in this file.
    File(PathBuf),
    /// It was there whole before; nothing was solved.
    Already(PathBuf),
    /// A shard's chunks in this folder, to be merged.
    Parts(PathBuf),
}
