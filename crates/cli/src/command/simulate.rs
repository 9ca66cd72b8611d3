//! `ratelaw simulate`

use ratelaw::prelude::*;
use ratelaw::solver::{Cause, DisplayUnit, SolveError, StopFlag};

use crate::Ending;
use crate::arguments::Simulate;
use crate::error::{CliError, Result};
use crate::input;
use crate::output::{Sink, say, tell, write_plot};
use crate::progress::spin;
use crate::report::plot::Scale;
use crate::report::{Align, chart, columns, significant};
use crate::stop::stop_on_request;

pub(crate) fn run(arguments: &Simulate) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let network = input::network(&arguments.model)?;
    let mut problem = input::problem(&network, &arguments.solving, arguments.duration.t_end.clone(), SavePoints::Ends)?;
    let points = arguments.points as usize;
    problem.set_save(match arguments.log_time {
        Some(decades) => SavePoints::Logarithmic(points, problem.t_end() * 10.0_f64.powf(-decades)),
        None => SavePoints::Uniform(points),
    });
    let stop = StopFlag::new();
    stop_on_request(&stop, "stopping; what is computed is kept (again to stop at once)", "stopped at once");
    let options = SolveOptions { stop: Some(stop), ..input::options(&arguments.solving, SolveOptions::default())? };
    match spin(network.name(), || solve(&problem, &options)) {
        Ok(solution) => {
            sink.say(&summary(&solution))?;
            warn(&solution);
            sink.write(&solution.table())?;
            draw(arguments, &solution, &sink)?;
            if arguments.verify { verified(solution, &options, &sink) } else { Ok(Ending::Done) }
        }
        Err(SolveError::Failed(failure)) => {
            // What was computed is kept; the message says what is missing.
            sink.write(&failure.table())?;
            draw(arguments, &failure.partial, &sink)?;
            let ending = if failure.cause == Cause::Stopped { Ending::Stopped } else { Ending::Partly };
            CliError::from(SolveError::Failed(failure)).print();
            Ok(ending)
        }
        Err(error) => Err(error.into()),
    }
}

/// Draws what `--plot` asks for.
fn draw(arguments: &Simulate, solution: &Solution, sink: &Sink<'_>) -> Result<()> {
    let Some(path) = &arguments.plot else { return Ok(()) };
    let network = solution.network();
    let (left, right) = chart::defaults(network);
    let scale = if arguments.log_time.is_some() { Scale::Log } else { Scale::Linear };
    let plot = chart::against_time(&network.definition().title, solution, &left, &right, scale);
    sink.say(&write_plot(&plot, path)?)
}

/// Says how far a run is from the truth; where results go to standard output, on standard error.
fn verified(solution: Solution, options: &SolveOptions, sink: &Sink<'_>) -> Result<Ending> {
    let name = solution.network().name().to_owned();
    let verification = match spin(&name, || Verification::of(solution, options)) {
        Ok(verification) => verification,
        Err(SolveError::Failed(failure)) => {
            tell(&format!("error: the run cannot be verified by {}: {failure}", failure.partial.method));
            return Ok(Ending::Partly);
        }
        Err(error) => return Err(error.into()),
    };
    if sink.is_stdout() {
        tell(&verification.describe());
    } else {
        sink.say(&verification.describe())?;
    }
    Ok(if verification.holds() { Ending::Done } else { Ending::Partly })
}

/// What a reader should know before trusting a run, on standard error.
pub(crate) fn warn(solution: &Solution) {
    for warning in solution.warnings() {
        tell(&format!("warning: {warning}"));
    }
}

/// The end of a run, for a reader.
fn summary(solution: &Solution) -> String {
    let network = solution.network();
    let last = solution.times.len() - 1;
    // A condition of a protocol can end a run before its longest time.
    let t_end = solution.times[last];
    let (symbol, seconds) = chart::time_unit(t_end);
    let moment = solution.moment(last);
    let mut rows = vec![vec!["species".to_owned(), "start".to_owned(), "end".to_owned(), "unit".to_owned()]];
    for (i, species) in network.species().iter().enumerate() {
        rows.push(vec![
            species.name.clone(),
            significant(solution.problem.initial()[i], 9),
            significant(moment.y[i], 9),
            DisplayUnit::of_amount(network, ratelaw::network::SpeciesId(i)).symbol,
        ]);
    }
    for observable in Observable::standard(network) {
        let unit = observable.display_unit(network);
        let value = observable.value(&moment).map_or("-".into(), |v| significant(v / unit.factor, 6));
        rows.push(vec![observable.name(network), String::new(), value, unit.symbol]);
    }
    let stats = &solution.stats;
    let mut text = format!("{} to t = {} {symbol}\n", network.name(), significant(t_end / seconds, 6));
    text.push_str(&columns(&[Align::Left, Align::Right, Align::Right, Align::Left], &rows));
    text.push_str(&format!(
        "{}, rtol {:e}: {} steps, {} rejected, {} evaluations, {} Jacobians, {} factorisations",
        solution.method,
        solution.rtol,
        stats.accepted,
        stats.rejected,
        stats.evaluations,
        stats.jacobians,
        stats.factorisations
    ));
    if let Some(note) = solution.choice_note() {
        text.push_str(&format!("\n{note}"));
    }
    text
}

/// A few rows of a run against time, for a reader.
pub(crate) fn show_times(solution: &Solution, observables: &[Observable], rows: usize) -> Result<()> {
    let network = solution.network();
    let (symbol, seconds) = chart::time_unit(solution.problem.t_end());
    let units: Vec<DisplayUnit> = observables.iter().map(|o| o.display_unit(network)).collect();
    let mut table = vec![vec![format!("time / {symbol}")]];
    table[0].extend(observables.iter().zip(&units).map(|(o, u)| format!("{} / {}", o.name(network), u.symbol)));
    let last = solution.times.len() - 1;
    let mut shown: Vec<usize> = (0..rows).map(|k| k * last / (rows - 1).max(1)).collect();
    shown.dedup();
    for i in shown {
        let moment = solution.moment(i);
        let mut row = vec![significant(solution.times[i] / seconds, 4)];
        row.extend(
            observables
                .iter()
                .zip(&units)
                .map(|(o, u)| o.value(&moment).map_or("-".into(), |v| significant(v / u.factor, 4))),
        );
        table.push(row);
    }
    say(columns(&vec![Align::Right; observables.len() + 1], &table).trim_end())
}
