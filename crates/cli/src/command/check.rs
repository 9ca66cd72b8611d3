//! `ratelaw check`

use ratelaw::network::analysis::conservation_laws;
use ratelaw::network::units::Quantity;
use ratelaw::network::{Composition, Network, PhaseKind};

use crate::Ending;
use crate::arguments::Check;
use crate::error::Result;
use crate::input;
use crate::output::say;
use crate::report::{Align, columns, significant};

use Align::{Left, Right};

pub(crate) fn run(arguments: &Check) -> Result<Ending> {
    let network = input::network(&arguments.model)?;
    let definition = network.definition();
    say(&format!("{}: {}", definition.name, definition.title))?;
    if !definition.source.is_empty() {
        say(&format!("source: {}", definition.source))?;
    }
    for (title, table) in [
        ("phases", phases(&network)),
        ("species", species(&network)),
        ("steps", steps(&network)),
        ("parameters", parameters(&network)),
    ] {
        say(&format!("\n{title}\n{}", table.trim_end()))?;
    }
    let laws = conservation_laws(&network);
    let names: Vec<String> = laws.iter().map(|l| format!("  {}", l.name)).collect();
    say(&format!("\nconserved\n{}", if names.is_empty() { "  nothing".to_owned() } else { names.join("\n") }))?;
    say(&format!(
        "\nthe model is sound: {} species, {} steps, {} parameters",
        network.species().len(),
        network.steps().len(),
        network.parameters().len()
    ))?;
    Ok(Ending::Done)
}

fn header(names: &[&str]) -> Vec<Vec<String>> {
    vec![names.iter().map(|n| format!("  {n}").trim_end().to_owned()).collect()]
}

fn row(cells: Vec<String>) -> Vec<String> {
    cells.into_iter().map(|c| format!("  {c}").trim_end().to_owned()).collect()
}

fn phases(network: &Network) -> String {
    let mut rows = header(&["name", "kind", "size", "sites"]);
    let definition = network.definition();
    for phase in &definition.phases {
        let size = match &phase.kind {
            PhaseKind::Solution { volume } => volume.to_string(),
            PhaseKind::Electrode { area } => area.to_string(),
            PhaseKind::Abstract => "-".into(),
        };
        let sites: Vec<String> = definition
            .sites
            .iter()
            .filter(|s| s.phase == phase.name)
            .map(|s| format!("{} ({}, vacant `{}`)", s.name, s.density, s.vacant))
            .collect();
        rows.push(row(vec![phase.name.clone(), phase.kind.word().into(), size, sites.join(", ")]));
    }
    columns(&[Left; 4], &rows)
}

fn species(network: &Network) -> String {
    let mut rows = header(&["name", "formula", "charge", "phase", "initial", "unit"]);
    let definition = network.definition();
    for (i, species) in network.species().iter().enumerate() {
        let formula = match &definition.species[i].composition {
            Composition::Formula(formula) => formula.clone(),
            Composition::Waived { .. } => "(waived)".into(),
            Composition::Unstated => "(free site)".into(),
        };
        let fixed = if species.fixed { " (fixed)" } else { "" };
        rows.push(row(vec![
            species.name.clone(),
            formula,
            format!("{:+}", species.charge).replace("+0", "0"),
            definition.phases[species.phase.0].name.clone(),
            significant(species.initial, 6),
            format!("{}{fixed}", network.amount_dimension(ratelaw::network::SpeciesId(i))),
        ]));
    }
    columns(&[Left, Left, Right, Left, Right, Left], &rows)
}

fn steps(network: &Network) -> String {
    let mut rows = header(&["name", "equation", "law", "per", "constants"]);
    for (step, stated) in network.steps().iter().zip(&network.definition().steps) {
        let ids = step.law.parameters(step.reverse);
        let constants: Vec<String> = ids
            .iter()
            .map(|id| {
                let parameter = &network.parameters()[id.0];
                format!("{} [{}]", parameter.name, parameter.dimension)
            })
            .collect();
        rows.push(row(vec![
            step.name.clone(),
            step.equation.clone(),
            stated.law.kind.word().into(),
            network.definition().phases[step.phase.0].name.clone(),
            constants.join(", "),
        ]));
    }
    columns(&[Left; 5], &rows)
}

fn parameters(network: &Network) -> String {
    let mut rows = header(&["name", "as written", "SI value", "SI unit", "origin", "note"]);
    let definition = network.definition();
    for parameter in network.parameters() {
        let stated = definition.parameters.iter().find(|p| p.name == parameter.name);
        let origin = stated.and_then(|p| p.origin).map_or("-", |o| o.word());
        let written = stated.map_or("in place".to_owned(), |p| p.value.to_string());
        let note = stated.map_or(String::new(), |p| p.note.clone());
        rows.push(row(vec![
            parameter.name.clone(),
            written,
            Quantity::number(parameter.value).to_string(),
            parameter.dimension.to_string(),
            origin.into(),
            note,
        ]));
    }
    columns(&[Left, Left, Right, Left, Left, Left], &rows)
}
