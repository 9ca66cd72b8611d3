//! Sweeps: the same problem at every point of a grid, in parallel, in a fixed order.

mod axis;
mod exact;
mod row;
mod store;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

pub use axis::Axis;
pub use row::Row;
pub use store::{
    CauseCount, OnProgress, Place, Plan, Points, Progress, Shard, Start, StoreError, StoreOptions, Stored, Summary,
    WorkItem, merge, sweep_to_file,
};

use row::Layout;

use crate::error::{Result, SolveError};
use crate::integrate::solve;
use crate::observe::Observable;
use crate::options::SolveOptions;
use crate::problem::{Problem, SavePoints};
use crate::solution::Negative;
use crate::stats::Stats;
use crate::table::Table;

/// Options of a sweep.
#[derive(Clone, Default)]
pub struct SweepOptions {
    /// How each point is solved.
    pub solve: SolveOptions,
    /// What is kept of each point, beside the amounts at the end; empty for the model's own observables.
    pub observables: Vec<Observable>,
    /// Worker threads; none for as many as the machine has.
    pub threads: Option<usize>,
    /// Called after each point, from any thread.
    pub progress: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl fmt::Debug for SweepOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SweepOptions")
            .field("solve", &self.solve)
            .field("observables", &self.observables)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// One point of a sweep.
#[derive(Debug, Clone)]
pub struct Point {
    /// Values of the axes, SI.
    pub values: Vec<f64>,
    /// What came out, or why nothing did.
    pub outcome: Result<End, SolveError>,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// Amounts, SI.
    pub state: Vec<f64>,
    /// Observables, SI; `None` where not defined.
    pub observed: Vec<Option<f64>>,
    /// Amounts that fell below zero on the way.
    pub negative: Vec<Negative>,
    /// What it cost.
    pub stats: Stats,
}

/// All points of a sweep, the last axis fastest.
#[derive(Debug, Clone)]
pub struct Sweep {
    problem: Problem,
    axes: Vec<axis::Resolved>,
    observables: Vec<Observable>,
    solve: SolveOptions,
    /// The points.
    pub points: Vec<Point>,
}

/// Most points of a sweep that is kept in memory.
const MOST: usize = 100_000_000;

/// Solves a problem at every point of the grid that the axes span. The result does not depend on the number
/// of threads; a point that fails stays with its cause and touches no other.
///
/// # Errors
/// An axis, an option or an observable that is wrong; never a point.
pub fn sweep(problem: &Problem, axes: &[Axis], options: &SweepOptions) -> Result<Sweep> {
    options.solve.check()?;
    let network = problem.network();
    let axes: Vec<axis::Resolved> = axes.iter().map(|a| a.resolve(problem)).collect::<Result<_>>()?;
    axis::distinct(&axes)?;
    let count = axes.iter().try_fold(1_usize, |n, a| n.checked_mul(a.values.len())).filter(|n| *n <= MOST);
    let count = count.ok_or_else(|| SolveError::OutOfRange {
        what: "the number of points".into(),
        found: axes.iter().map(|a| a.values.len().to_string()).collect::<Vec<_>>().join(" x "),
        expected: format!("at most {MOST}"),
    })?;
    let observables =
        if options.observables.is_empty() { Observable::standard(network) } else { options.observables.clone() };
    let one = |index: usize| {
        let values = coordinates(&axes, index);
        let outcome = end(problem, &axes, &values, &observables, &options.solve);
        if let Some(progress) = &options.progress {
            progress();
        }
        Point { values, outcome }
    };
    let points = in_threads(options.threads, || (0..count).into_par_iter().map(one).collect())?;
    Ok(Sweep { problem: problem.clone(), axes, observables, solve: options.solve.clone(), points })
}

/// Does parallel work on so many threads; none for as many as the machine has.
fn in_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    let Some(threads) = threads else { return Ok(work()) };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| SolveError::Threads { threads, reason: e.to_string() })?;
    Ok(pool.install(work))
}

/// The values of all axes at a point; the last axis runs fastest.
fn coordinates(axes: &[axis::Resolved], index: usize) -> Vec<f64> {
    let mut rest = index;
    let mut values: Vec<f64> = axes
        .iter()
        .rev()
        .map(|axis| {
            let value = axis.values[rest % axis.values.len()];
            rest /= axis.values.len();
            value
        })
        .collect();
    values.reverse();
    values
}

fn end(
    problem: &Problem,
    axes: &[axis::Resolved],
    values: &[f64],
    observables: &[Observable],
    options: &SolveOptions,
) -> Result<End> {
    let mut problem = problem.clone();
    problem.set_save(SavePoints::Ends);
    for (axis, value) in axes.iter().zip(values) {
        problem.set(axis.setting, *value);
    }
    let solution = solve(&problem, options)?;
    let last = solution.times.len() - 1;
    let moment = solution.moment(last);
    Ok(End {
        observed: observables.iter().map(|o| o.value(&moment)).collect(),
        state: moment.y.to_vec(),
        negative: solution.negative.clone(),
        stats: solution.stats,
    })
}

impl Sweep {
    /// How many points failed.
    pub fn failed(&self) -> usize {
        self.points.iter().filter(|p| p.outcome.is_err()).count()
    }

    /// How many points have amounts that fell below zero.
    pub fn negative(&self) -> usize {
        self.points.iter().filter(|p| p.outcome.as_ref().is_ok_and(|end| !end.negative.is_empty())).count()
    }

    /// Counts and causes.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.table(), self.axes.len())
    }

    /// The observables of each point, in order.
    pub fn observables(&self) -> &[Observable] {
        &self.observables
    }

    /// An axis' values and an observable over them, in display units, for a sweep of one axis.
    pub fn curve(&self, observable: &Observable) -> Vec<(f64, f64)> {
        let unit = observable.display_unit(self.problem.network());
        let Some(column) = self.observables.iter().position(|o| o == observable) else { return Vec::new() };
        let point = |p: &Point| {
            let end = p.outcome.as_ref().ok()?;
            Some((self.axes[0].shown(*p.values.first()?), end.observed[column]? / unit.factor))
        };
        self.points.iter().filter_map(point).collect()
    }

    /// Everything as a table: axes, amounts at the end, observables, status, cause and steps.
    pub fn table(&self) -> Table {
        let network = self.problem.network();
        let layout = Layout::new(network, &self.axes, &self.observables, true);
        let rows = self.points.iter().map(|p| layout.cells(&Row::new(p, network))).collect();
        let mut notes = self.problem.notes();
        notes.push(self.solve.note());
        Table { notes, columns: layout.columns(), rows }
    }

    /// Writes the table to a file whose ending says the format.
    ///
    /// # Errors
    /// An unknown ending, or a file that cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        self.table().write(path)
    }
}
