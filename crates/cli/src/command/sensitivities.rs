//! `ratelaw sensitivities`

use ratelaw::network::units::Dimension;
use ratelaw::network::{ParameterId, SpeciesId};
use ratelaw::prelude::*;
use ratelaw::solver::{Sensitivities, check_sensitivities, sensitivities};

use crate::Ending;
use crate::arguments::Sensitivities as Arguments;
use crate::error::Result;
use crate::input;
use crate::output::{Sink, tell};
use crate::progress::spin;
use crate::report::{Align, chart, columns, significant};

pub(crate) fn run(arguments: &Arguments) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let network = input::network(&arguments.model)?;
    // The start is there for the eye of the check; three times after it.
    let mut problem =
        input::problem(&network, &arguments.solving, arguments.duration.t_end.clone(), SavePoints::Uniform(4))?;
    if !arguments.at.is_empty() {
        let times = arguments.at.iter().map(|t| t.si_as(Dimension::TIME, "`--at`"));
        let mut times = times.collect::<Result<Vec<f64>, _>>().map_err(ratelaw::solver::SolveError::from)?;
        times.sort_by(f64::total_cmp);
        let end = problem.t_end();
        if let Some(late) = times.iter().find(|t| !(0.0..=end).contains(*t)) {
            return Err(ratelaw::solver::SolveError::OutOfRange {
                what: "`--at`".into(),
                found: format!("{late} s"),
                expected: format!("times from 0 s to the end of the run, {end} s"),
            }
            .into());
        }
        problem.set_save(SavePoints::Times(times));
    }
    let options = input::options(&arguments.solving, SolveOptions::default())?;
    let named: Vec<Observable> =
        arguments.of.iter().map(|text| Ok(Observable::parse(&network, text)?)).collect::<Result<_>>()?;
    let observables = if named.is_empty() { defaults(&network) } else { named };
    let named: Vec<Setting> =
        arguments.by.iter().map(|name| Ok(Setting::parse(&network, name)?)).collect::<Result<_>>()?;
    let settings = if named.is_empty() { all(&problem) } else { named };
    let (sensitivities, check) = if arguments.check {
        let check = spin(network.name(), || check_sensitivities(&problem, &observables, &settings, &options))?;
        (check.sensitivities.clone(), Some(check))
    } else {
        (spin(network.name(), || sensitivities(&problem, &observables, &settings, &options))?, None)
    };
    super::simulate::warn(&sensitivities.solution);
    for observable in 0..observables.len() {
        sink.say(&text(&sensitivities, observable, arguments.by.is_empty()))?;
    }
    sink.write(&sensitivities.table())?;
    let Some(check) = check else { return Ok(Ending::Done) };
    if sink.is_stdout() {
        tell(&check.describe());
    } else {
        sink.say(&check.describe())?;
    }
    Ok(if check.agrees() { Ending::Done } else { Ending::Partly })
}

/// What the model asks for, else the amounts.
fn defaults(network: &Network) -> Vec<Observable> {
    let standard = Observable::standard(network);
    if standard.is_empty() {
        (0..network.species().len()).map(|i| Observable::Amount(SpeciesId(i))).collect()
    } else {
        standard
    }
}

/// Everything that can be set.
fn all(problem: &Problem) -> Vec<Setting> {
    let network = problem.network();
    let parameters = network.parameters().iter().enumerate().filter(|(_, p)| p.expression.is_none());
    let parameters = parameters.map(|(i, _)| Setting::Parameter(ParameterId(i)));
    let present = (0..network.species().len()).filter(|i| problem.initial()[*i] > 0.0);
    let amounts = present.map(|i| Setting::Initial(SpeciesId(i)));
    let conditions = [Setting::Potential, Setting::Temperature];
    let conditions = conditions.into_iter().filter(|s| *s == Setting::Temperature || network.is_electrochemical());
    parameters.chain(amounts).chain(conditions).filter(|s| problem.settable(*s).is_ok()).collect()
}

/// Settings as rows, times as columns; those that change nothing are left out if all were asked for.
fn text(all: &Sensitivities, observable: usize, brief: bool) -> String {
    let (times, network) = (&all.solution.times, all.solution.network());
    let (symbol, seconds) = chart::time_unit(times.last().copied().unwrap_or(1.0));
    let shown: Vec<usize> = (0..times.len()).filter(|i| times[*i] > 0.0).collect();
    let mut rows = vec![vec![format!("d ln {} / d ln", all.observables[observable].name(network)), "unit".to_owned()]];
    rows[0].extend(shown.iter().map(|i| format!("{} {symbol}", significant(times[*i] / seconds, 4))));
    for (s, setting) in all.solution.settings.iter().enumerate() {
        let degrees: Vec<Option<f64>> = shown.iter().map(|i| all.relative(observable, *i, s)).collect();
        if brief && degrees.iter().all(|d| d.is_some_and(|d| d == 0.0)) {
            continue;
        }
        let mut row = vec![setting.name(network), all.per(s).1.to_owned()];
        row.extend(degrees.iter().map(|d| d.map_or("-".to_owned(), |d| significant(d, 6))));
        rows.push(row);
    }
    let mut align = vec![Align::Left, Align::Left];
    align.resize(shown.len() + 2, Align::Right);
    columns(&align, &rows)
}
