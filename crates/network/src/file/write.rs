//! Writes a definition as a model file that reads back as the same definition.

use std::fmt::Write as _;

use crate::definition::Definition;
use crate::phase::PhaseKind;
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
    let run = &definition.run;
    out.table("run", None);
    out.quantity("temperature", run.temperature.as_ref());
    out.quantity("potential", run.potential.as_ref());
    out.text_if("reference", run.reference.map_or("", |r| r.word()));
    out.quantity("t_end", run.t_end.as_ref());
    out.text_if("feed", run.feed.as_deref().unwrap_or(""));
    if !run.products.is_empty() {
        let products: Vec<String> = run.products.iter().map(|p| quoted(p)).collect();
        out.line("products", &format!("[{}]", products.join(", ")));
    }
    for phase in &definition.phases {
        out.table("phases", Some(&phase.name));
        out.text("kind", phase.kind.word());
        match &phase.kind {
            PhaseKind::Solution { volume } => out.quantity("volume", Some(volume)),
            PhaseKind::Electrode { area } => out.quantity("area", Some(area)),
            PhaseKind::Abstract => {}
        }
    }
    for site in &definition.sites {
        out.table("sites", Some(&site.name));
        out.text("phase", &site.phase);
        out.quantity("density", Some(&site.density));
        out.text("vacant", &site.vacant);
    }
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
        if species.fixed {
            out.line("fixed", "true");
        }
        if let Some(electrons) = species.electrons {
            out.line("electrons", &number(electrons));
        }
        out.text_if("note", &species.note);
    }
    for parameter in &definition.parameters {
        out.table("parameters", Some(&parameter.name));
        out.quantity("value", Some(&parameter.value));
        out.text_if("origin", parameter.origin.map_or("", |o| o.word()));
        out.text_if("source", &parameter.source);
        out.text_if("note", &parameter.note);
        if let Some((low, high)) = &parameter.bounds {
            out.line("bounds", &format!("[{}, {}]", quantity(low), quantity(high)));
        }
    }
    for step in &definition.steps {
        out.table("steps", Some(&step.name));
        out.text("equation", &step.equation);
        if step.law.kind != LawKind::MassAction {
            out.text("law", step.law.kind.word());
        }
        for (field, constant) in &step.law.constants {
            match constant {
                Constant::Parameter(name) => out.text(field, name),
                Constant::Value(value) => out.quantity(field, Some(value)),
            }
        }
        out.text_if("phase", step.phase.as_deref().unwrap_or(""));
        out.numbers("orders", &step.orders);
        out.numbers("reverse_orders", &step.reverse_orders);
        out.text_if("note", &step.note);
    }
    out.0
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

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

fn number(value: f64) -> String {
    toml::Value::from(value).to_string()
}

fn quantity(value: &Quantity) -> String {
    if value.symbol().is_empty() { number(value.value()) } else { quoted(&value.to_string()) }
}
