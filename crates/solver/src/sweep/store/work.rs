//! Solves the points of a plan: the one place where the store meets the solver.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::StoreOptions;
use super::chunk::encode;
use super::error::StoreError;
use super::folder::{chunk_name, label};
use super::manifest::Manifest;
use super::plan::{Plan, Prepared};
use super::shard::Shard;
use crate::error::Result;
use crate::stop_flag::StopFlag;
use crate::sweep::ends::Ends;
use crate::sweep::row::Row;

/// A chunk of a plan, as plain data: what a machine elsewhere needs to solve it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkItem {
    /// The plan.
    pub plan: Plan,
    /// The number of the chunk, from 0.
    pub chunk: u64,
}

impl WorkItem {
    /// Solves its points, in order. A point that fails stays in its row with its cause.
    ///
    /// # Errors
    /// A chunk that the plan does not have, or a plan that was changed.
    pub fn solve(&self) -> Result<Vec<Row>> {
        self.solved(&self.plan.prepare()?)
    }

    /// Solves its points and gives name and bytes of their file in the folder of the sweep, where a run with
    /// [`Start::Resume`](super::Start::Resume) takes it up.
    ///
    /// # Errors
    /// Those of [`WorkItem::solve`].
    pub fn file(&self) -> Result<(String, Vec<u8>)> {
        let prepared = self.plan.prepare()?;
        let rows: Vec<_> = self.solved(&prepared)?.iter().map(|row| prepared.layout.cells(row)).collect();
        let manifest = Manifest::new(self.plan.clone(), &prepared, Shard::WHOLE);
        Ok((chunk_name(self.chunk), encode(&label(&manifest, self.chunk), &rows)))
    }

    fn solved(&self, prepared: &Prepared) -> Result<Vec<Row>> {
        let chunks = self.plan.chunks();
        if self.chunk >= chunks {
            return Err(StoreError::Chunk { chunk: self.chunk, chunks }.into());
        }
        Ok(solve_range(prepared, self.plan.range(self.chunk), &Watch::default()).unwrap_or_default())
    }
}

/// How far a stored sweep is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Points of the sweep, or of its shard.
    pub points: u64,
    /// Points that are done, those of an earlier run included.
    pub done: u64,
    /// Of these, points that failed.
    pub failed: u64,
}

/// Called after each point, from any thread; first of all once with what an earlier run did.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// What a run tells while it works, how wide it works, and how it is stopped.
#[derive(Default)]
pub(super) struct Watch {
    points: u64,
    done: AtomicU64,
    failed: AtomicU64,
    stop: Option<StopFlag>,
    progress: Option<OnProgress>,
    /// Lanes that points are solved in.
    lanes: Option<usize>,
}

impl Watch {
    pub(super) fn new(points: u64, options: &StoreOptions) -> Self {
        let StoreOptions { solve, progress, lanes, .. } = options.clone();
        Self { points, stop: solve.stop, progress, lanes, ..Self::default() }
    }

    /// Whether the run shall stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(StopFlag::is_set)
    }

    /// So many points are done, and so many of these failed.
    pub(super) fn add(&self, done: u64, failed: u64) {
        let done = self.done.fetch_add(done, Ordering::Relaxed) + done;
        let failed = self.failed.fetch_add(failed, Ordering::Relaxed) + failed;
        if let Some(progress) = &self.progress {
            progress(Progress { points: self.points, done, failed });
        }
    }
}

/// Solves consecutive points on this thread; none if the run was stopped meanwhile.
pub(super) fn solve_range(prepared: &Prepared, range: Range<u64>, watch: &Watch) -> Option<Vec<Row>> {
    let Prepared { problem, points, observables, solve, .. } = prepared;
    let ends = Ends { problem, points, observables, solve, lanes: watch.lanes };
    let (count, mut rest) = ((range.end - range.start) as usize, range);
    let told = |outcome: &Result<_>| watch.add(1, u64::from(outcome.is_err()));
    let solved = ends.solve(&mut || rest.next(), count, &|| watch.is_stopped(), &told)?;
    Some(solved.into_iter().map(|(_, point)| Row::new(point, problem.network())).collect())
}
