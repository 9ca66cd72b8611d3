//! `ratelaw sweep`

use std::collections::BTreeMap;

use ratelaw::prelude::*;
use ratelaw::solver::{self, Cell, Table};

use crate::Ending;
use crate::arguments::Sweep;
use crate::error::Result;
use crate::input;
use crate::output::{Sink, tell, write_plot};
use crate::progress::Progress;
use crate::report::{Align, chart, columns, plane, significant};

/// Rows that the screen shows of a long sweep.
const ROWS: usize = 21;
/// Causes of failure that the screen lists.
const CAUSES: usize = 5;

pub(crate) fn run(arguments: &Sweep) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let network = input::network(&arguments.model)?;
    let problem = input::problem(&network, &arguments.solving, arguments.duration.t_end.clone(), SavePoints::Ends)?;
    let axes: Vec<Axis> = arguments.axes.iter().cloned().map(|a| if arguments.log { a.log() } else { a }).collect();
    let mapped = plane::shown(&network, &axes, arguments.heatmap, &arguments.show)?;
    let options = SweepOptions {
        observables: plane::with_standard(&network, &mapped),
        solve: input::options(&arguments.solving, SolveOptions::default())?,
        threads: arguments.threads.map(usize::from),
        ..SweepOptions::default()
    };
    let result = with_progress(&problem, &axes, options, network.name())?;
    sink.say(&shown(&result, ROWS))?;
    sink.say(&causes(&result))?;
    sink.write(&result.table())?;
    if sink.is_stdout() && result.failed() + result.negative() > 0 {
        tell(&causes(&result));
    }
    if let Some(path) = &arguments.plot {
        let title = &network.definition().title;
        let (left, right) = chart::defaults(&network);
        let written = match plane::heat_map(title, &network, &axes, &result.table(), &mapped) {
            Some(map) => Some(write_plot(&map, path)?),
            None => chart::against_axis(title, &problem, &axes, &result, &left, &right)
                .map(|plot| write_plot(&plot, path))
                .transpose()?,
        };
        sink.say(written.as_deref().unwrap_or("no plot: a sweep is drawn against one axis or two"))?;
    }
    Ok(if result.failed() > 0 { Ending::Partly } else { Ending::Done })
}

/// Sweeps with a progress bar.
pub(crate) fn with_progress(
    problem: &Problem,
    axes: &[Axis],
    mut options: SweepOptions,
    what: &str,
) -> Result<solver::Sweep> {
    let progress = Progress::new(axes.iter().map(|a| a.points() as u64).product(), what);
    options.progress = Some(std::sync::Arc::new(move || progress.advance()));
    Ok(sweep(problem, axes, &options)?)
}

/// Axes, observables (amounts where there are none) and status of some rows.
pub(crate) fn shown(result: &solver::Sweep, rows: usize) -> String {
    let Table { columns: all, rows: cells, .. } = result.table();
    let axes = result.points.first().map_or(0, |p| p.values.len());
    let n = all.len();
    let observables = result.observables().len();
    // Axes first, then observables and status at the end; counters, and amounts beside observables, are for
    // the file.
    let first = if observables > 0 { n - 4 - observables } else { axes };
    let keep: Vec<usize> = (0..axes).chain(first..n - 3).collect();
    let mut table = vec![keep.iter().map(|i| all[*i].title()).collect::<Vec<_>>()];
    let last = cells.len().saturating_sub(1);
    let count = rows.min(cells.len());
    for k in 0..count {
        let row = &cells[k * last / (count - 1).max(1)];
        table.push(
            keep.iter()
                .map(|i| match &row[*i] {
                    Cell::Number(v) => significant(*v, 5),
                    Cell::Text(text) => text.clone(),
                    Cell::Empty => "-".into(),
                })
                .collect(),
        );
    }
    let mut text = columns(&vec![Align::Right; keep.len()], &table).trim_end().to_owned();
    if count < cells.len() {
        text.push_str(&format!("\n({count} of {} rows shown)", cells.len()));
    }
    text
}

/// How many points there are, and how many failed of what.
pub(crate) fn causes(result: &solver::Sweep) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for error in result.points.iter().filter_map(|p| p.outcome.as_ref().err()) {
        let text = error.to_string();
        *counts.entry(text.split([';', ',']).next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let mut text = format!("{} points, {} failed", result.points.len(), result.failed());
    if result.negative() > 0 {
        text.push_str(&format!(", {} with amounts below zero (status `negative`)", result.negative()));
    }
    let mut causes: Vec<(String, usize)> = counts.into_iter().collect();
    causes.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for (cause, n) in causes.iter().take(CAUSES) {
        text.push_str(&format!("\n  {n} x {cause}"));
    }
    if causes.len() > CAUSES {
        text.push_str(&format!("\n  and {} other causes, see the cause column", causes.len() - CAUSES));
    }
    text
}
