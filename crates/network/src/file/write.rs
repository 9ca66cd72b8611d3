//! Writes a definition as a model file that reads back as the same definition.

use std::fmt::Write as _;

use super::toml_text::{key, quoted};
use crate::definition::Definition;
use crate::parameter::ParameterValue;
use crate::phase::PhaseKind;
use crate::protocol::Line;
use crate::rate::{Constant, LawKind};
use crate::species::Composition;
use crate::units::Quantity;

/// The text of a model file.
pub(crate) fn write(definition: &Definition) -> String {
    let mut out = Text(String::new());
    out.table("model", None);
    out.text("name", &definition.name);
    out.text_if("title", &definition.title);
    out.text_if("source", &definition.source);
    out.text_if("notes", &definition.notes);
    run_section(definition, &mut out);
    phase_sections(definition, &mut out);
    species_sections(definition, &mut out);
    parameter_sections(definition, &mut out);
    step_sections(definition, &mut out);
    other_sections(definition, &mut out);
    out.0
}

/// `[run]`.
fn run_section(definition: &Definition, out: &mut Text) {
    let run = &definition.run;
    out.table("run", None);
    out.quantity("temperature", run.temperature.as_ref());
    out.quantity("potential", run.potential.as_ref());
    out.text_if("reference", run.reference.map_or("", |r| r.word()));
    if let Some(ph) = run.ph {
        out.line("pH", &number(ph));
    }
    out.quantity("t_end", run.t_end.as_ref());
    if !run.protocol.is_empty() {
        out.line("protocol", &list(&run.protocol, None, 0));
    }
    out.text_if("feed", run.feed.as_deref().unwrap_or(""));
    if !run.products.is_empty() {
        let products: Vec<String> = run.products.iter().map(|p| quoted(p)).collect();
        out.line("products", &format!("[{}]", products.join(", ")));
    }
}

/// `[phases]` and `[sites]`.
fn phase_sections(definition: &Definition, out: &mut Text) {
    for phase in &definition.phases {
        out.table("phases", Some(&phase.name));
        out.text("kind", phase.kind.word());
        match &phase.kind {
            PhaseKind::Solution { volume } | PhaseKind::Gas { volume } => out.quantity("volume", Some(volume)),
            PhaseKind::Electrode(electrode) => {
                out.area(&electrode.area, electrode.roughness);
                if let Some(resistance) = &electrode.resistance {
                    out.constant("resistance", resistance);
                }
                out.flag("counter", electrode.counter);
            }
            PhaseKind::Surface { area, roughness } => out.area(area, *roughness),
            PhaseKind::Reservoir | PhaseKind::Abstract => {}
        }
    }
    for site in &definition.sites {
        out.table("sites", Some(&site.name));
        out.text("phase", &site.phase);
        out.quantity("density", Some(&site.density));
        out.text("vacant", &site.vacant);
    }
}

/// `[species]`.
fn species_sections(definition: &Definition, out: &mut Text) {
    for species in &definition.species {
        out.table("species", Some(&species.name));
        match &species.composition {
            Composition::Formula(formula) => out.text("formula", formula),
            Composition::Waived { charge } => {
                out.text("composition", "waived");
                if *charge != 0 {
                    out.line("charge", &charge.to_string());
                }
            }
            Composition::Unstated => {}
        }
        out.text_if("phase", species.phase.as_deref().unwrap_or(""));
        out.numbers("sites", &species.sites);
        out.quantity("initial", species.initial.as_ref());
        out.flag("fixed", species.fixed);
        if let Some(electrons) = species.electrons {
            out.line("electrons", &number(electrons));
        }
        out.text_if("note", &species.note);
    }
}

/// `[parameters]`.
fn parameter_sections(definition: &Definition, out: &mut Text) {
    for parameter in &definition.parameters {
        out.table("parameters", Some(&parameter.name));
        match &parameter.value {
            ParameterValue::Quantity(value) => out.quantity("value", Some(value)),
            ParameterValue::Expression(expression) => out.text("value", expression.text()),
        }
        out.text_if("origin", parameter.origin.map_or("", |o| o.word()));
        out.text_if("source", &parameter.source);
        out.text_if("note", &parameter.note);
        if let Some((low, high)) = &parameter.bounds {
            out.line("bounds", &format!("[{}, {}]", quantity(low), quantity(high)));
        }
        out.text_if("scale", parameter.scale.map_or("", |s| s.word()));
    }
}

/// `[steps]`.
fn step_sections(definition: &Definition, out: &mut Text) {
    for step in &definition.steps {
        out.table("steps", Some(&step.name));
        out.text("equation", &step.equation);
        if step.law.kind != LawKind::MassAction {
            out.text("law", step.law.kind.word());
        }
        let mut written: Vec<&str> = Vec::new();
        for (field, constant) in &step.law.constants {
            // Constants of several species stand in one table.
            let Some((group, _)) = field.split_once('.') else {
                out.constant(field, constant);
                continue;
            };
            if !written.contains(&group) {
                written.push(group);
                out.group(group, &step.law.constants);
            }
        }
        out.text_if("phase", step.phase.as_deref().unwrap_or(""));
        out.numbers("orders", &step.orders);
        out.numbers("reverse_orders", &step.reverse_orders);
        out.flag("duplicate", step.duplicate);
        out.text_if("note", &step.note);
    }
}

/// `[observables]` and `[references]`.
fn other_sections(definition: &Definition, out: &mut Text) {
    for observable in &definition.observables {
        out.table("observables", Some(&observable.name));
        out.text("expression", observable.expression.text());
        out.text_if("unit", observable.unit.as_deref().unwrap_or(""));
        out.text_if("note", &observable.note);
    }
    for own in &definition.references {
        out.table("references", Some(own.reference.word()));
        out.quantity("potential", Some(&own.potential));
        out.text_if("source", &own.source);
    }
}

struct Text(String);

impl Text {
    fn table(&mut self, group: &str, name: Option<&str>) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        let header = name.map_or_else(|| group.to_owned(), |n| format!("{group}.{}", key(n)));
        let _ = writeln!(self.0, "{gap}[{header}]");
    }

    fn line(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.0, "{} = {value}", key(name));
    }

    fn text(&mut self, name: &str, value: &str) {
        self.line(name, &quoted(value));
    }

    fn text_if(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    fn flag(&mut self, name: &str, value: bool) {
        if value {
            self.line(name, "true");
        }
    }

    fn area(&mut self, area: &Quantity, roughness: f64) {
        self.quantity("area", Some(area));
        if roughness != 1.0 {
            self.line("roughness", &number(roughness));
        }
    }

    fn constant(&mut self, name: &str, constant: &Constant) {
        let value = constant_text(constant);
        self.line(name, &value);
    }

    fn group(&mut self, group: &str, constants: &[(String, Constant)]) {
        let own = constants.iter().filter_map(|(field, constant)| {
            let (of, species) = field.split_once('.')?;
            (of == group).then(|| format!("{} = {}", key(species), constant_text(constant)))
        });
        let entries: Vec<String> = own.collect();
        self.line(group, &format!("{{ {} }}", entries.join(", ")));
    }

    fn quantity(&mut self, name: &str, value: Option<&Quantity>) {
        if let Some(value) = value {
            self.line(name, &quantity(value));
        }
    }

    fn numbers(&mut self, name: &str, values: &[(String, f64)]) {
        if !values.is_empty() {
            let entries: Vec<String> = values.iter().map(|(n, v)| format!("{} = {}", key(n), number(*v))).collect();
            self.line(name, &format!("{{ {} }}", entries.join(", ")));
        }
    }
}

/// Lines of a protocol, one below the other.
fn list(lines: &[Line], times: Option<u32>, depth: usize) -> String {
    let indent = "  ".repeat(depth + 1);
    let first = times.map(|n| quoted(&format!("repeat {n} times")));
    let entries = first.into_iter().chain(lines.iter().map(|line| match line {
        Line::Instruction(instruction) => quoted(&instruction.to_string()),
        Line::Repeat { times, lines } => list(lines, Some(*times), depth + 1),
    }));
    let entries: Vec<String> = entries.map(|entry| format!("{indent}{entry},")).collect();
    format!("[\n{}\n{}]", entries.join("\n"), "  ".repeat(depth))
}

fn constant_text(constant: &Constant) -> String {
    match constant {
        Constant::Parameter(name) | Constant::Step(name) => quoted(name),
        Constant::Value(value) => quantity(value),
        Constant::Expression(expression) => quoted(expression.text()),
    }
}

fn number(value: f64) -> String {
    toml::Value::from(value).to_string()
}

fn quantity(value: &Quantity) -> String {
    if value.symbol().is_empty() { number(value.value()) } else { quoted(&value.to_string()) }
}
