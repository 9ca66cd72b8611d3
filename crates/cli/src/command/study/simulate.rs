//! `[[simulate]]`: a run against time.

use ratelaw::network::QuantityError;
use ratelaw::network::units::Dimension;
use ratelaw::prelude::*;
use ratelaw::solver::SolveError;

use super::Part;
use super::context::{Context, Shown, label};
use super::file::{Run, Slope};
use super::published::{self, Statement};
use crate::Ending;
use crate::command::simulate;
use crate::error::{CliError, Result};
use crate::output::say;
use crate::progress::spin;
use crate::report::chart;
use crate::report::plot::{Mark, Scale, Series, Side};

/// A run ready to go.
pub(super) struct Ready<'a> {
    own: &'a Run,
    problem: Problem,
    options: SolveOptions,
    shown: Shown,
    /// Slopes of lines to compare with, in the units of the plot.
    slopes: Vec<(f64, &'a str)>,
    statements: Vec<Statement>,
}

pub(super) fn prepare<'a>(own: &'a Run, context: &Context<'_>) -> Result<Ready<'a>> {
    let network = context.network(&own.model, &own.observables)?;
    let mut problem = context.problem(&network, &own.set, own.t_end.as_deref())?;
    let points = own.points.unwrap_or(201);
    if !(2..=10_000_000).contains(&points) {
        return Err(context.wrong(format!("points is {points}, expected 2 to 10000000")));
    }
    problem.set_save(SavePoints::Uniform(points));
    let shown = context.shown(&network, &own.left, &own.right)?;
    let defaults = SolveOptions::default();
    let options = SolveOptions { rtol: own.rtol.unwrap_or(defaults.rtol), ..defaults };

    let t_end = problem.t_end();
    let (symbol, seconds) = chart::time_unit(t_end);
    let place = |text: &str| {
        let time = quantity(text)?.si_as(Dimension::TIME, "`at`").map_err(|e| e.to_string())?;
        let end = t_end / seconds;
        let inside = (0.0..=t_end * (1.0 + 1e-9)).contains(&time);
        inside.then_some(time / seconds).ok_or_else(|| format!("{text} is off the axis, which goes to {end} {symbol}"))
    };
    let all: Vec<Observable> = shown.all().cloned().collect();
    let statements = context.statements(&own.published, &network, &all, &place)?;
    let slope = |line: &'a Slope| {
        let first = shown.left.first().ok_or("a slope needs something on the left axis")?;
        let expected = first.dimension(&network) / Dimension::TIME;
        let slope = quantity(&line.slope)?.si_as(expected, "the slope").map_err(|e| e.to_string())?;
        Ok((slope * seconds / first.display_unit(&network).factor, line.label.as_str()))
    };
    let slopes = own.slopes.iter().map(slope).collect::<Result<_, String>>().map_err(|e| context.wrong(e))?;
    Ok(Ready { own, problem, options, shown, slopes, statements })
}

fn quantity(text: &str) -> Result<Quantity, String> {
    text.parse().map_err(|e: QuantityError| e.to_string())
}

impl Part for Ready<'_> {
    fn run(&self, context: &Context<'_>) -> Result<Ending> {
        let Self { own, problem, options, shown, slopes, statements } = self;
        say(&format!("\n{}: {}", own.name, own.title))?;
        let solution = match spin(&own.name, || solve(problem, options)) {
            Ok(solution) => solution,
            Err(SolveError::Failed(failure)) => {
                // What was computed is kept, and the other parts go on.
                context.keep(&own.name, &failure.table())?;
                CliError::from(SolveError::Failed(failure)).print();
                return Ok(Ending::Partly);
            }
            Err(error) => return Err(context.within(&own.name, error.into())),
        };
        simulate::warn(&solution);
        let all: Vec<Observable> = shown.all().cloned().collect();
        simulate::show_times(&solution, &all, 11)?;
        let mut table = solution.table();
        published::note(&mut table, statements);
        context.keep(&own.name, &table)?;
        let mut plot = chart::against_time(&own.title, &solution, &shown.left, &shown.right, Scale::Linear);
        published::add(&mut plot, shown, statements);
        let t_end = problem.t_end() / chart::time_unit(problem.t_end()).1;
        for (slope, name) in slopes {
            let mark = Mark::Pattern(plot.series.len());
            let points = vec![(0.0, 0.0), (t_end, slope * t_end)];
            plot.series.push(Series { name: (*name).to_owned(), points, mark, side: Side::Left });
        }
        label(&mut plot, own.left_label.as_ref(), own.right_label.as_ref());
        plot.note.clone_from(&own.note);
        context.draw(&own.name, &plot)?;
        Ok(Ending::Done)
    }
}
