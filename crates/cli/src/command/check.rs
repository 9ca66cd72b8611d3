//! `ratelaw check`

use ratelaw::network::analysis::{Structure, conservation_laws, structure, wegscheider};
use ratelaw::network::protocol::Line;
use ratelaw::network::rate::{Constant, RateLaw};
use ratelaw::network::units::Quantity;
use ratelaw::network::{
    CheckedSpecies, CheckedStep, Composition, Conditions, Electrode, Formula, Network, PhaseKind, ROOM_TEMPERATURE,
};
use ratelaw::solver::Observable;

use crate::Ending;
use crate::arguments::Check;
use crate::error::Result;
use crate::input;
use crate::output::say;
use crate::report::{Align, columns, header, row, significant, structure as text};

use Align::{Left, Right};

pub(crate) fn run(arguments: &Check) -> Result<Ending> {
    let network = input::network(&arguments.model)?;
    let definition = network.definition();
    say(&format!("{}: {}", definition.name, definition.title))?;
    if !definition.source.is_empty() {
        say(&format!("source: {}", definition.source))?;
    }
    if !network.bases().is_empty() {
        say(&format!("stands on: {}", network.bases().join(", ")))?;
    }
    for (title, table) in [
        ("phases", phases(&network)),
        ("species", species(&network)),
        ("steps", steps(&network)),
        ("parameters", parameters(&network)),
    ] {
        say(&format!("\n{title}\n{}", table.trim_end()))?;
    }
    if !network.observables().is_empty() {
        say(&format!("\nobservables\n{}", observables(&network).trim_end()))?;
    }
    say(&format!("\nrun\n{}", run_defaults(&network).trim_end()))?;
    let laws = conservation_laws(&network);
    let names: Vec<String> = laws.iter().map(|l| format!("  {}", l.name)).collect();
    say(&format!("\nconserved\n{}", if names.is_empty() { "  nothing".to_owned() } else { names.join("\n") }))?;
    let structure = structure(&network);
    let mut sections = text::sections(&network, &structure);
    let mut warnings = Vec::new();
    let mut remarks = remarks(&network, &structure);
    match wegscheider(&network, &network.parameter_values(), &conditions(&network)) {
        Ok(found) => {
            sections.extend(text::loops(&network, &found));
            warnings = text::warnings(&network, &found);
        }
        Err(reason) => remarks.push(format!("loops of reversible steps are not judged: {reason}")),
    }
    for (title, table) in sections {
        say(&format!("\n{title}\n{}", table.trim_end()))?;
    }
    for warning in warnings {
        say(&format!("\nwarning: {warning}"))?;
    }
    for remark in remarks {
        say(&format!("\nnote: {remark}"))?;
    }
    say(&format!(
        "\nthe model is sound: {} species, {} steps, {} parameters",
        network.species().len(),
        network.steps().len(),
        network.parameters().len()
    ))?;
    Ok(Ending::Done)
}

/// The conditions of a run when the user gives none. Loops that close in electrons do not depend on the potential, so
/// one that is not given does no harm.
fn conditions(network: &Network) -> Conditions {
    let run = &network.definition().run;
    let si = |q: &Option<Quantity>, otherwise: f64| q.as_ref().map_or(otherwise, Quantity::si);
    Conditions::new(si(&run.temperature, ROOM_TEMPERATURE), si(&run.potential, 0.0))
}

/// What a run takes when the user gives nothing else.
fn run_defaults(network: &Network) -> String {
    let run = &network.definition().run;
    let shown = |q: &Option<Quantity>| q.as_ref().map_or("not given".to_owned(), ToString::to_string);
    let t_end = match &run.t_end {
        None if !run.protocol.is_empty() => "that of the protocol".to_owned(),
        given => shown(given),
    };
    let mut rows = vec![row(vec!["t_end".into(), t_end])];
    let temperature = run.temperature.as_ref().map_or("298.15 K, not given".to_owned(), ToString::to_string);
    rows.push(row(vec!["temperature".into(), temperature]));
    if network.is_electrochemical() {
        let against = run.reference.map_or(String::new(), |r| format!(" against {}", r.word()));
        rows.push(row(vec!["potential".into(), format!("{}{against}", shown(&run.potential))]));
    }
    for line in lines(&run.protocol, 0) {
        rows.push(row(vec!["protocol".into(), line]));
    }
    if let Some(feed) = &run.feed {
        rows.push(row(vec!["feed".into(), feed.clone()]));
    }
    if !run.products.is_empty() {
        rows.push(row(vec!["products".into(), run.products.join(", ")]));
    }
    columns(&[Left, Left], &rows)
}

/// The lines of a protocol, those that are repeated indented.
fn lines(protocol: &[Line], depth: usize) -> Vec<String> {
    let indent = "  ".repeat(depth);
    let text = |line: &Line| match line {
        Line::Instruction(instruction) => vec![format!("{indent}{instruction}")],
        Line::Repeat { times, lines: inner } => {
            std::iter::once(format!("{indent}repeat {times} times")).chain(lines(inner, depth + 1)).collect()
        }
    };
    protocol.iter().flat_map(text).collect()
}

fn observables(network: &Network) -> String {
    let mut rows = header(&["name", "expression", "unit", "note"]);
    for (checked, stated) in network.observables().iter().zip(&network.definition().observables) {
        let unit = checked.unit.as_ref().map_or_else(|| checked.dimension.to_string(), |(symbol, _)| symbol.clone());
        rows.push(row(vec![checked.name.clone(), stated.expression.to_string(), unit, stated.note.clone()]));
    }
    columns(&[Left; 4], &rows)
}

/// What is allowed, and probably not meant.
fn remarks(network: &Network, structure: &Structure) -> Vec<String> {
    let unused = network.unused_parameters().into_iter().map(|id| &network.parameters()[id.0].name);
    let mut remarks: Vec<String> = unused.map(|name| format!("nothing uses the parameter `{name}`")).collect();
    let idle = network.steps().iter().filter(|s| s.change.is_empty() && s.electrons == 0.0);
    remarks.extend(idle.map(|s| format!("step `{}` changes nothing", s.name)));
    // A product whose yield has no meaning is left out of tables; here is why.
    let run = &network.definition().run;
    for product in &run.products {
        let refused = run.feed.as_ref().and_then(|feed| Observable::yield_of(network, product, feed).err());
        remarks.extend(refused.map(|reason| format!("tables leave a yield out: {reason}")));
    }
    remarks.extend(network.steps().iter().filter_map(|step| negative_transfer(network, step)));
    let unused = structure.roles.unused.iter().map(|id| &network.species()[id.0].name);
    remarks.extend(unused.map(|name| format!("species `{name}` takes part in no step")));
    remarks
}

/// A transfer coefficient above the electrons of its step leaves less than nothing for the reverse direction.
fn negative_transfer(network: &Network, step: &CheckedStep) -> Option<String> {
    let law = match &step.law {
        RateLaw::ButlerVolmer(law) => law,
        RateLaw::KouteckyLevich(kinetics, _) => match kinetics.as_ref() {
            RateLaw::ButlerVolmer(law) => law,
            _ => return None,
        },
        _ => return None,
    };
    let alpha = network.parameters()[law.forward.alpha.0].value;
    (law.alpha_reverse.is_none() && alpha > law.electrons).then(|| {
        let electrons = law.electrons;
        format!(
            "step `{}` has alpha = {alpha} with {electrons} electrons, so that of its reverse is {}; give alpha_reverse",
            step.name,
            electrons - alpha
        )
    })
}

fn phases(network: &Network) -> String {
    let mut rows = header(&["name", "kind", "size", "sites", "circuit"]);
    let definition = network.definition();
    for phase in &definition.phases {
        let size = match &phase.kind {
            PhaseKind::Solution { volume } | PhaseKind::Gas { volume } => volume.to_string(),
            PhaseKind::Electrode(electrode) => rough(&electrode.area, electrode.roughness),
            PhaseKind::Surface { area, roughness } => rough(area, *roughness),
            PhaseKind::Reservoir | PhaseKind::Abstract => "-".into(),
        };
        let sites: Vec<String> = definition
            .sites
            .iter()
            .filter(|s| s.phase == phase.name)
            .map(|s| format!("{} ({}, vacant `{}`)", s.name, s.density, s.vacant))
            .collect();
        let circuit = match &phase.kind {
            PhaseKind::Electrode(electrode) => circuit(electrode),
            _ => String::new(),
        };
        rows.push(row(vec![phase.name.clone(), phase.kind.word().into(), size, sites.join(", "), circuit]));
    }
    columns(&[Left; 5], &rows)
}

/// How an electrode is connected.
fn circuit(electrode: &Electrode) -> String {
    let role = if electrode.counter { "counter" } else { "working" };
    let resistance = electrode.resistance.as_ref().map(|constant| match constant {
        Constant::Value(value) => format!(", {value}"),
        Constant::Parameter(name) | Constant::Step(name) => format!(", {name}"),
        Constant::Expression(expression) => format!(", {expression}"),
    });
    format!("{role}{}", resistance.unwrap_or_default())
}

fn rough(area: &Quantity, roughness: f64) -> String {
    if roughness == 1.0 { area.to_string() } else { format!("{area} x {roughness}") }
}

fn species(network: &Network) -> String {
    let mut rows = header(&["name", "formula", "charge", "g/mol", "phase", "initial", "unit"]);
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
            molar_mass(species),
            definition.phases[species.phase.0].name.clone(),
            significant(species.initial, 6),
            format!("{}{fixed}", network.amount_dimension(ratelaw::network::SpeciesId(i))),
        ]));
    }
    columns(&[Left, Left, Right, Right, Left, Right, Left], &rows)
}

fn molar_mass(species: &CheckedSpecies) -> String {
    let formula = species.formula.as_ref().filter(|f| f.atoms().next().is_some());
    let mass = formula.and_then(Formula::molar_mass);
    mass.map_or("-".to_owned(), |kilograms| format!("{:.2}", 1e3 * kilograms))
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
    let mut rows = header(&["name", "as written", "SI value", "SI unit", "range", "origin", "note"]);
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
            stated.and_then(|p| p.bounds.as_ref()).map_or("-".into(), |(low, high)| format!("{low} to {high}")),
            origin.into(),
            note,
        ]));
    }
    columns(&[Left, Left, Right, Left, Left, Left, Left], &rows)
}
