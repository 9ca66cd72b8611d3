//! Sweeps: the same problem at every point of a design, in lanes and on all cores, in a fixed order.

mod axis;
mod design;
mod ends;
mod row;
mod store;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use axis::Axis;
pub use design::{
    Block, Design, Distribution, PointColumn, PointTable, Points, Sampled, Samples, Sampling, SamplingMethod, UnitCube,
    Variable, Vary, Zip, parse_range,
};
pub use row::Row;
pub use store::{
    CauseCount, OnNotice, OnProgress, Place, Plan, Progress, Shard, Start, StoreError, StoreOptions, Stored, Summary,
    WorkItem, merge, sweep_to_file,
};

use ends::Ends;
use row::Layout;

use crate::error::{Result, SolveError};
use crate::many::{ManyOptions, in_turns};
use crate::observe::Observable;
use crate::options::SolveOptions;
use crate::problem::Problem;
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
    /// Lanes of a block: 1, 8, 16 or 32; none for what the size of the network suggests. It changes the speed and no bit of
    /// a result.
    pub lanes: Option<usize>,
    /// Called after each point, from any thread.
    pub progress: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl fmt::Debug for SweepOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SweepOptions")
            .field("solve", &self.solve)
            .field("observables", &self.observables)
            .field("threads", &self.threads)
            .field("lanes", &self.lanes)
            .finish_non_exhaustive()
    }
}

/// One point of a sweep.
#[derive(Debug, Clone)]
pub struct Point {
    /// Values of what is varied, SI.
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

/// All points of a sweep, the last block of the design fastest.
#[derive(Debug, Clone)]
pub struct Sweep {
    problem: Problem,
    variables: Vec<Variable>,
    observables: Vec<Observable>,
    solve: SolveOptions,
    /// The points.
    pub points: Vec<Point>,
}

/// Most points of a sweep that is kept in memory.
const MOST: u64 = 100_000_000;

/// Solves a problem at every point of the grid that the axes span. The result does not depend on the number
/// of threads or lanes; a point that fails stays with its cause and touches no other.
///
/// # Errors
/// An axis, an option or an observable that is wrong; never a point.
pub fn sweep(problem: &Problem, axes: &[Axis], options: &SweepOptions) -> Result<Sweep> {
    sweep_design(problem, &Design::grid(axes.iter().cloned()), options)
}

/// Solves a problem at every point of a design, as [`sweep`](sweep()) does at those of a grid.
///
/// # Errors
/// A design, an option or an observable that is wrong; never a point.
pub fn sweep_design(problem: &Problem, design: &Design, options: &SweepOptions) -> Result<Sweep> {
    let SweepOptions { solve, threads, lanes, .. } = options;
    let many = ManyOptions { threads: *threads, lanes: *lanes };
    many.check()?;
    ends::check(problem, solve)?;
    let points = design.resolve(problem)?;
    let count = points.len();
    if count > MOST {
        let (found, expected) = (count.to_string(), format!("at most {MOST} in memory"));
        return Err(SolveError::OutOfRange { what: "the number of points".into(), found, expected });
    }
    let observables = match &options.observables {
        none if none.is_empty() => Observable::standard(problem.network()),
        some => some.clone(),
    };
    let ends = Ends { problem, points: &points, observables: &observables, solve, lanes: *lanes };
    let told = |_: &Result<End>| {
        if let Some(progress) = &options.progress {
            progress();
        }
    };
    let solved = many.on_threads(|| {
        in_turns(count as usize, |next, part| {
            let mut next = || next().map(|i| i as u64);
            ends.solve(&mut next, part, &|| false, &told).unwrap_or_default()
        })
    })?;
    let mut solved: Vec<(u64, Point)> = solved.into_iter().flatten().collect();
    solved.sort_unstable_by_key(|(index, _)| *index);
    let solved = solved.into_iter().map(|(_, point)| point).collect();
    let variables = points.variables().to_vec();
    Ok(Sweep { problem: problem.clone(), variables, observables, solve: solve.clone(), points: solved })
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
        Summary::of(&self.table(), self.variables.len())
    }

    /// The observables of each point, in order.
    pub fn observables(&self) -> &[Observable] {
        &self.observables
    }

    /// The first varied setting's values and an observable over them, in display units, for a sweep of one axis.
    pub fn curve(&self, observable: &Observable) -> Vec<(f64, f64)> {
        let unit = observable.display_unit(self.problem.network());
        let Some(column) = self.observables.iter().position(|o| o == observable) else { return Vec::new() };
        let point = |p: &Point| {
            let end = p.outcome.as_ref().ok()?;
            let varied = self.variables.first()?.shown(*p.values.first()?);
            Some((varied, end.observed[column]? / unit.factor))
        };
        self.points.iter().filter_map(point).collect()
    }

    /// Everything as a table: varied settings, amounts at the end, observables, status, cause and steps.
    pub fn table(&self) -> Table {
        let network = self.problem.network();
        let layout = Layout::new(network, &self.variables, &self.observables, true);
        let rows = self.points.iter().map(|p| layout.cells(&Row::new(p.clone(), network))).collect();
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
