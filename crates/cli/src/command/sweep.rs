//! `ratelaw sweep`

use std::path::Path;
use std::sync::Arc;

use ratelaw::prelude::*;
use ratelaw::solver::{
    self, Block, Cell, Design, Place, Plan, Sampling, SolveError, Start, StopFlag, StoreOptions, Summary, Table, Vary,
    Zip, sweep_design, sweep_to_file,
};

use crate::Ending;
use crate::arguments::{Storing, Sweep, Varying};
use crate::error::{CliError, Result};
use crate::input;
use crate::output::{Sink, say, tell, write_plot};
use crate::progress::Progress;
use crate::report::{Align, chart, columns, plane, significant};
use crate::stop::stop_on_request;

/// Rows that the screen shows of a long sweep.
pub(crate) const ROWS: usize = 21;
/// Causes of failure that the screen lists.
const CAUSES: usize = 5;

pub(crate) fn run(arguments: &Sweep) -> Result<Ending> {
    let file = stored_at(arguments)?;
    spare_inputs(arguments)?;
    let network = input::network(&arguments.model)?;
    let problem = input::problem(&network, &arguments.solving, arguments.duration.t_end.clone(), SavePoints::Ends)?;
    let design = design(&arguments.varying)?;
    let varied = design.resolve(&problem)?.variables().len();
    drawable(arguments, &design)?;
    let mapped = plane::shown(&network, &axes(&design), arguments.heatmap, &arguments.show)?;
    let asked = Asked { design, varied, mapped };
    let solve = input::options(&arguments.solving, SolveOptions::default())?;
    match file {
        Some(path) => store(arguments, &problem, &asked, solve, path),
        None => keep(arguments, &problem, &asked, solve),
    }
}

/// What a sweep is asked for.
struct Asked {
    design: Design,
    /// How many settings it varies.
    varied: usize,
    /// Observables of its heat map.
    mapped: Vec<Observable>,
}

/// Refuses a plot that could not be drawn, before any work.
fn drawable(arguments: &Sweep, design: &Design) -> Result<()> {
    let found = match axes(design).len() {
        _ if arguments.plot.is_none() => return Ok(()),
        1 | 2 => return Ok(()),
        0 => "samples, a table or axes that go together".to_owned(),
        more => format!("{more}"),
    };
    Err(CliError::PlotAxes { found })
}

/// The axes of a grid; none of another design.
fn axes(design: &Design) -> Vec<Axis> {
    let axis = |block: &Block| if let Block::Axis(axis) = block { Some(axis.clone()) } else { None };
    design.blocks.iter().map(axis).collect::<Option<_>>().unwrap_or_default()
}

/// The points that the command line asks for: those of the table, and of what is varied beside it.
fn design(varying: &Varying) -> Result<Design> {
    let Varying { vary, table, log, samples, sampling, seed } = varying;
    let logarithmic = |axis: Axis| if *log { axis.log() } else { axis };
    let parts = vary.iter().cloned().map(|part| match part {
        Vary::Axis(axis) => Vary::Axis(logarithmic(axis)),
        Vary::Zip(Zip(axes)) => Vary::Zip(Zip(axes.into_iter().map(logarithmic).collect())),
        Vary::Sampled(sampled) => Vary::Sampled(sampled),
    });
    let sampling = Sampling { count: *samples, method: *sampling, seed: *seed };
    let varied = Design::from_parts(parts.collect(), &sampling)?;
    let table = table.as_ref().map(Design::from_table).transpose()?;
    let blocks = table.into_iter().chain([varied]).flat_map(|design| design.blocks).collect();
    Ok(Design { blocks })
}

/// The file of a sweep that is stored as it goes; none for one that is kept in memory.
fn stored_at(arguments: &Sweep) -> Result<Option<&Path>> {
    let ending = |path: &Path| path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let path = arguments.output.out.as_deref().filter(|p| *p != Path::new("-"));
    match path.map(|p| (p, ending(p))) {
        Some((path, Some(ending))) if ending == "csv" || ending == "parquet" => {
            if arguments.output.format.is_some_and(|f| ending == "parquet" || f != solver::Format::Csv) {
                let reason = "its ending says another format than --format".to_owned();
                return Err(CliError::Write { path: path.to_owned(), reason });
            }
            return Ok(Some(path));
        }
        Some((path, ending)) if ending.as_deref() != Some("json") => {
            let expected = "a name that ends in .parquet, .csv or .json".to_owned();
            let name = path.display().to_string();
            return Err(SolveError::UnknownName { kind: "file format of", name, expected }.into());
        }
        _ => {}
    }
    let Storing { resume, fresh, shard, amounts: _, chunk } = &arguments.storing;
    let given =
        [(*resume, "--resume"), (*fresh, "--fresh"), (shard.is_some(), "--shard"), (chunk.is_some(), "--chunk")];
    match given.into_iter().find(|(given, _)| *given) {
        Some((_, option)) => Err(CliError::NotStored { option }),
        None => Ok(None),
    }
}

/// Refuses to write over the model or the table of points, by whatever name.
fn spare_inputs(arguments: &Sweep) -> Result<()> {
    let read = [(Some(Path::new(&arguments.model)), "its model"), (arguments.varying.table.as_deref(), "its points")];
    for path in [&arguments.output.out, &arguments.plot].into_iter().flatten() {
        let Ok(own) = path.canonicalize() else { continue };
        let same = |input: &Path| input.canonicalize().is_ok_and(|input| input == own);
        if let Some((_, what)) = read.iter().find(|(input, _)| input.is_some_and(same)) {
            return Err(CliError::OwnInput { path: path.clone(), what });
        }
    }
    Ok(())
}

/// Sweeps in memory: to the screen, to standard output, to JSON.
fn keep(arguments: &Sweep, problem: &Problem, asked: &Asked, solve: SolveOptions) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let observables = plane::kept(problem.network(), &asked.mapped, true);
    let stored =
        StoreOptions { solve: solve.clone(), observables: observables.clone(), amounts: true, ..Default::default() };
    let notes = Plan::new(problem, &asked.design, &stored)?.provenance()?;
    let (threads, lanes) = (arguments.threads.map(usize::from), arguments.lanes);
    let stop = StopFlag::new();
    stop_on_request(&stop, "stopping; points that are not finished fail (again to stop at once)", "stopped at once");
    let solve = SolveOptions { stop: Some(stop.clone()), ..solve };
    let options = SweepOptions { solve, observables, threads, lanes, ..SweepOptions::default() };
    let result = with_progress(problem, &asked.design, options, problem.network().name())?;
    let (table, summary) = (Table { notes, ..result.table() }, result.summary());
    sink.say(&shown(&table, &summary, asked.varied, result.observables().len(), ROWS))?;
    sink.say(&causes(&summary))?;
    sink.write(&table)?;
    if sink.is_stdout() && summary.failed + summary.negative > 0 {
        tell(&causes(&summary));
    }
    if let Some(plot) = plotted(arguments, problem, asked, &table)? {
        sink.say(&plot)?;
    }
    Ok(match summary.failed {
        0 => Ending::Done,
        _ if stop.is_set() => Ending::Stopped,
        _ => Ending::Partly,
    })
}

/// Sweeps to a file.
fn store(arguments: &Sweep, problem: &Problem, asked: &Asked, solve: SolveOptions, path: &Path) -> Result<Ending> {
    let Storing { resume, fresh, shard, amounts, chunk } = &arguments.storing;
    let observables = plane::kept(problem.network(), &asked.mapped, *amounts);
    let count = if observables.is_empty() { Observable::standard(problem.network()).len() } else { observables.len() };
    let progress = Progress::new(0, problem.network().name());
    let stop = StopFlag::new();
    let first = "stopping; what is finished is stored (again to stop at once)";
    stop_on_request(&stop, first, "stopped at once; the same command with `--resume` goes on");
    let options = StoreOptions {
        solve: SolveOptions { stop: Some(stop), ..solve },
        threads: arguments.threads.map(usize::from),
        lanes: arguments.lanes,
        observables,
        amounts: *amounts,
        chunk: *chunk,
        start: match (resume, fresh) {
            (true, _) => Start::Resume,
            (_, true) => Start::Fresh,
            _ => Start::New,
        },
        shard: shard.unwrap_or_default(),
        // A plot shows every point.
        sample: if arguments.plot.is_some() { u64::MAX } else { ROWS as u64 },
        progress: Some(Arc::new(move |p| progress.report(p.points, p.done, p.failed))),
        notice: Some(Arc::new(|text| tell(&format!("warning: {text}")))),
    };
    let stored = sweep_to_file(problem, &asked.design, path, &options)?;
    drop(options);
    let summary = &stored.summary;
    say(&shown(&stored.table, summary, asked.varied, count, ROWS))?;
    say(&causes(summary))?;
    match &stored.place {
        Place::Parts(folder) => {
            say(&format!("wrote {}; `ratelaw merge` puts the parts together", folder.display()))?;
        }
        Place::File(_) => say(&format!("wrote {}", path.display()))?,
        Place::Already(_) => say(&format!("{} is there and whole; nothing to solve", path.display()))?,
    }
    if let Some(plot) = plotted(arguments, problem, asked, &stored.table)? {
        say(&plot)?;
    }
    Ok(if summary.failed > 0 { Ending::Partly } else { Ending::Done })
}

/// Writes the plot that is asked for, and says so.
fn plotted(arguments: &Sweep, problem: &Problem, asked: &Asked, table: &Table) -> Result<Option<String>> {
    let Some(path) = &arguments.plot else { return Ok(None) };
    let network = problem.network();
    let (left, right) = chart::defaults(network);
    let (title, axes) = (&network.definition().title, axes(&asked.design));
    let written = match plane::heat_map(title, network, &axes, table, &asked.mapped) {
        Some(map) => Some(write_plot(&map, path)?),
        None => chart::against_axis(title, problem, &axes, table, &left, &right)
            .map(|plot| write_plot(&plot, path))
            .transpose()?,
    };
    Ok(Some(written.unwrap_or_else(|| "no plot: the model names nothing to draw".to_owned())))
}

/// Sweeps with a progress bar.
pub(crate) fn with_progress(
    problem: &Problem,
    design: &Design,
    mut options: SweepOptions,
    what: &str,
) -> Result<solver::Sweep> {
    let progress = Progress::new(design.resolve(problem)?.len(), what);
    options.progress = Some(Arc::new(move || progress.advance()));
    Ok(sweep_design(problem, design, &options)?)
}

/// Axes, observables (amounts where there are none) and status of some rows.
pub(crate) fn shown(table: &Table, summary: &Summary, axes: usize, observables: usize, rows: usize) -> String {
    let Table { columns: all, rows: cells, .. } = table;
    let n = all.len();
    // Axes first, then observables and status at the end; counters, and amounts beside observables, are for
    // the file.
    let first = if observables > 0 { n - 4 - observables } else { axes };
    let keep: Vec<usize> = (0..axes).chain(first..n - 3).collect();
    let mut lines = vec![keep.iter().map(|i| all[*i].title()).collect::<Vec<_>>()];
    let last = cells.len().saturating_sub(1);
    let count = rows.min(cells.len());
    for k in 0..count {
        let row = &cells[k * last / (count - 1).max(1)];
        lines.push(
            keep.iter()
                .map(|i| match &row[*i] {
                    Cell::Number(v) => significant(*v, 5),
                    Cell::Text(text) => text.clone(),
                    Cell::Empty => "-".into(),
                })
                .collect(),
        );
    }
    let mut text = columns(&vec![Align::Right; keep.len()], &lines).trim_end().to_owned();
    if (count as u64) < summary.points {
        text.push_str(&format!("\n({count} of {} rows shown)", summary.points));
    }
    text
}

/// How many points there are, and how many failed of what.
pub(crate) fn causes(summary: &Summary) -> String {
    let plural = if summary.points == 1 { "" } else { "s" };
    let mut text = format!("{} point{plural}, {} failed", summary.points, summary.failed);
    if summary.negative > 0 {
        text.push_str(&format!(", {} with amounts below zero (status `negative`)", summary.negative));
    }
    for cause in summary.causes.iter().take(CAUSES) {
        let stem = cause.cause.split([';', ',']).next().unwrap_or_default();
        text.push_str(&format!("\n  {} x {}, first at {}: {stem}", cause.count, cause.status, cause.first));
    }
    if summary.causes.len() > CAUSES {
        text.push_str(&format!("\n  and {} other causes, see the cause column", summary.causes.len() - CAUSES));
    }
    text
}
