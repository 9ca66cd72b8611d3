//! `ratelaw control`

use ratelaw::prelude::*;
use ratelaw::solver::{RateControl, rate_control};

use crate::Ending;
use crate::arguments::Control;
use crate::error::{CliError, Result};
use crate::input;
use crate::output::Sink;
use crate::progress::spin;
use crate::report::{Align, chart, columns, significant};

pub(crate) fn run(arguments: &Control) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let network = input::network(&arguments.model)?;
    let points = SavePoints::Uniform(arguments.points as usize + 1);
    let problem = input::problem(&network, &arguments.solving, arguments.duration.t_end.clone(), points)?;
    let options = input::options(&arguments.solving, SolveOptions::default())?;
    let named: Vec<Observable> =
        arguments.of.iter().map(|text| Ok(Observable::parse(&network, text)?)).collect::<Result<_>>()?;
    let observables = if named.is_empty() { products(&network) } else { named };
    if observables.is_empty() {
        let network = network.name().to_owned();
        return Err(CliError::NothingToControl { model: network });
    }
    let all = spin(network.name(), || rate_control(&problem, &observables, &options))?;
    for control in &all {
        sink.say(&text(control))?;
    }
    let note = "degrees of rate control, d ln(observable) / d ln(rate of the step, both directions)".to_owned();
    sink.write(&RateControl::table(&all, vec![("model".into(), network.name().into()), ("values".into(), note)]))?;
    Ok(Ending::Done)
}

/// Yields and efficiencies of the products that the model names.
fn products(network: &Network) -> Vec<Observable> {
    let wanted = |o: &Observable| {
        matches!(o, Observable::Yield(_) | Observable::Selectivity(_) | Observable::FaradaicEfficiency { .. })
    };
    Observable::standard(network).into_iter().filter(wanted).collect()
}

/// Steps as rows, times as columns.
fn text(control: &RateControl) -> String {
    let (symbol, seconds) = chart::time_unit(control.times.last().copied().unwrap_or(1.0));
    let shown: Vec<usize> = (0..control.times.len()).filter(|i| control.times[*i] > 0.0).collect();
    let mut rows = vec![vec![format!("{}, t / {symbol}", control.observable)]];
    rows[0].extend(shown.iter().map(|i| significant(control.times[*i] / seconds, 4)));
    for (s, step) in control.steps.iter().enumerate() {
        let mut row = vec![step.clone()];
        row.extend(shown.iter().map(|i| control.degrees[*i][s].map_or("-".to_owned(), |d| format!("{d:.4}"))));
        rows.push(row);
    }
    let mut align = vec![Align::Left];
    align.resize(shown.len() + 1, Align::Right);
    columns(&align, &rows)
}
