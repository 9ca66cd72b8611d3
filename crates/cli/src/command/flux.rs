//! `ratelaw flux`

use ratelaw::network::SpeciesId;
use ratelaw::network::units::Dimension;
use ratelaw::prelude::*;
use ratelaw::solver::{Contribution, Fluxes, flux};

use crate::Ending;
use crate::arguments::Flux;
use crate::error::Result;
use crate::input;
use crate::output::Sink;
use crate::progress::spin;
use crate::report::{Align, chart, columns, significant};

pub(crate) fn run(arguments: &Flux) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let network = input::network(&arguments.model)?;
    let species: Vec<SpeciesId> =
        arguments.species.iter().map(|name| Ok(network.species_id(name)?)).collect::<Result<_>>()?;
    let time = |given: &Option<Quantity>, name: &str| {
        given
            .as_ref()
            .map(|quantity| quantity.si_as(Dimension::TIME, name))
            .transpose()
            .map_err(ratelaw::solver::SolveError::from)
    };
    let (from, to) = (time(&arguments.from, "--from")?, time(&arguments.to, "--to")?);
    // A span that is given is run to its end where the model gives no length.
    let t_end = arguments.duration.t_end.clone().or_else(|| {
        let run = &network.definition().run;
        let none = run.t_end.is_none() && network.stages().is_empty();
        arguments.to.clone().filter(|_| none)
    });
    let problem = input::problem(&network, &arguments.solving, t_end, SavePoints::Ends)?;
    let options = input::options(&arguments.solving, SolveOptions::default())?;
    let span = (from.unwrap_or(0.0), to.unwrap_or(problem.t_end()));
    let fluxes = spin(network.name(), || flux(&problem, span, &options))?;
    for id in &species {
        sink.say(&text(&fluxes, *id)?)?;
    }
    sink.write(&fluxes.table(&species))?;
    Ok(Ending::Done)
}

/// What makes and what consumes a species, and what is left of it.
fn text(fluxes: &Fluxes, id: SpeciesId) -> Result<String> {
    let network = fluxes.solution.network();
    let name = &network.species()[id.0].name;
    let (symbol, seconds) = chart::time_unit(fluxes.span.1);
    let span = |t: f64| significant(t / seconds, 4);
    let mut rows =
        vec![["step", "net / mol", "forward / mol", "reverse / mol", "part / %"].map(str::to_owned).to_vec()];
    let row = |c: &Contribution| {
        let mut row = vec![format!("  {}", network.steps()[c.step.0].name)];
        row.extend([c.net, c.forward, c.reverse].iter().map(|v| significant(*v, 5)));
        row.push(format!("{:.2}", 100.0 * c.part));
        row
    };
    for (title, side) in [("made by", fluxes.makes(name)?), ("consumed by", fluxes.consumes(name)?)] {
        if !side.is_empty() {
            rows.push(vec![title.to_owned()]);
            rows.extend(side.iter().map(row));
        }
    }
    if fluxes.turnovers.is_empty() || rows.len() == 1 {
        rows.push(vec!["no step changes it".to_owned()]);
    }
    rows.push(vec!["change".to_owned(), significant(fluxes.changes[id.0], 5)]);
    let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
    let title = format!("{name}, from {} to {} {symbol}\n", span(fluxes.span.0), span(fluxes.span.1));
    Ok(title + &columns(&align, &rows))
}
