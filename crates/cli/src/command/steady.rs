//! `ratelaw steady`

use ratelaw::network::SpeciesId;
use ratelaw::prelude::*;
use ratelaw::solver::{DisplayUnit, SolveError, SteadyState, steady_state};

use crate::Ending;
use crate::arguments::Steady;
use crate::error::Result;
use crate::input;
use crate::output::Sink;
use crate::progress::spin;
use crate::report::{Align, columns, significant};

pub(crate) fn run(arguments: &Steady) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let network = input::network(&arguments.model)?;
    // A steady state has no length; a model without one is as good as any.
    let run = &network.definition().run;
    let any = (run.t_end.is_none() && network.stages().is_empty()).then(|| Seconds(1.0).into_quantity());
    let problem =
        input::problem(&network, &arguments.solving, any.transpose().map_err(SolveError::from)?, SavePoints::Ends)?;
    let options = input::options(&arguments.solving, SolveOptions::default())?;
    let steady = spin(network.name(), || steady_state(&problem, &options))?;
    sink.say(&text(&steady))?;
    sink.write(&steady.table())?;
    Ok(Ending::Done)
}

/// Amounts, rates and observables, and what is known of the state.
fn text(steady: &SteadyState) -> String {
    let network = steady.network();
    let mut rows = vec![["", "start", "steady", "unit"].map(str::to_owned).to_vec()];
    for (i, species) in network.species().iter().enumerate() {
        let (start, end) = (steady.problem.initial()[i], steady.amounts[i]);
        let unit = DisplayUnit::of_amount(network, SpeciesId(i));
        rows.push(vec![species.name.clone(), significant(start, 9), significant(end, 9), unit.symbol]);
    }
    for (floating, value) in network.floating_potentials().iter().zip(&steady.potentials) {
        let name = &network.definition().phases[floating.phase.0].name;
        rows.push(vec![format!("potential({name})"), String::new(), significant(*value, 9), "V".to_owned()]);
    }
    for (step, rate) in network.steps().iter().zip(&steady.rates) {
        rows.push(vec![format!("rate({})", step.name), String::new(), significant(*rate, 6), "mol/s".to_owned()]);
    }
    for observable in Observable::standard(network) {
        // What needs the charge passed has no value in a state that lasts for ever.
        if let Some(value) = steady.observe(&observable) {
            let unit = observable.display_unit(network);
            rows.push(vec![observable.name(network), String::new(), significant(value / unit.factor, 6), unit.symbol]);
        }
    }
    let mut text = format!("{}, steady state\n", network.name());
    text.push_str(&columns(&[Align::Left, Align::Right, Align::Right, Align::Left], &rows));
    text.push_str(&format!("{}\n", steady.stability));
    if let Some((re, im)) = steady.eigenvalue {
        let im = if im == 0.0 { String::new() } else { format!(" +- {} i", significant(im, 6)) };
        text.push_str(&format!("eigenvalue with the largest real part: {}{im} 1/s\n", significant(re, 6)));
    }
    text.push_str(&format!("{}; {} steps, to {:.3e} s", steady.approach, steady.stats.accepted, steady.time));
    text
}
