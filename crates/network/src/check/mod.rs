//! Looks names up and proves balances and units; every fault of a definition is reported at once.

mod circles;
mod electrodes;
mod laws;
mod matter;
mod observables;
mod parameters;
mod protocol;
mod ready;
mod standard;
mod stoichiometry;

use std::collections::HashMap;

use crate::conditions::Reference;
use crate::definition::Definition;
use crate::error::{Diagnostic, Diagnostics, Fault, NetworkError, Result};
use crate::file::Places;
use crate::network::{CheckedStep, Network, Parts};
use crate::units::{Dimension, Quantity};

/// What the checks share: the places of a file, the faults so far, names by kind.
pub(crate) struct Check<'a> {
    places: &'a Places,
    faults: Diagnostics,
}

impl Check<'_> {
    fn fault(&mut self, path: &str, diagnostic: Diagnostic) {
        let place = self.places.of(path);
        self.faults.push(diagnostic.at(place));
    }

    /// A quantity of one dimension within a range, as its SI value.
    fn quantity(&mut self, path: &str, quantity: &Quantity, expected: Dimension, range: Range) -> f64 {
        if quantity.dimension() != expected {
            let fault = Fault::Unit { what: format!("`{path}`") };
            let found = format!("{quantity}, in {}", quantity.dimension());
            let diagnostic = Diagnostic::new(fault, found, unit_words(expected));
            self.fault(path, diagnostic.help_if(celsius(quantity, expected)));
        } else if !range.holds(quantity.si()) {
            let fault = Fault::Value { what: format!("`{path}`") };
            self.fault(path, Diagnostic::new(fault, quantity.to_string(), range.words()));
        }
        quantity.si()
    }

    /// The index of each name; a name used twice is a fault.
    fn index<'n>(
        &mut self,
        kind: &'static str,
        group: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> HashMap<String, usize> {
        let mut index = HashMap::new();
        for (i, name) in names.enumerate() {
            let path = format!("{group}.{name}");
            if name.trim().is_empty() || name.contains(char::is_whitespace) {
                let fault = Fault::Value { what: format!("the name of a {kind}") };
                self.fault(&path, Diagnostic::new(fault, format!("\"{name}\""), "a name without spaces"));
            }
            if RESERVED.contains(&name) && matches!(kind, "parameter" | "species" | "observable") {
                let fault = Fault::Value { what: format!("the name of a {kind}") };
                let diagnostic =
                    Diagnostic::new(fault, format!("`{name}`, which means a condition of the run"), "another name");
                self.fault(&path, diagnostic);
            }
            if index.insert(name.to_owned(), i).is_some() {
                let fault = Fault::Duplicate { kind, name: name.to_owned() };
                self.fault(&path, Diagnostic::new(fault, format!("`{name}` twice"), "each name once"));
            }
        }
        index
    }
}

/// What is expected of a unit, in words.
fn unit_words(expected: Dimension) -> String {
    if expected == Dimension::NONE { "a pure number".to_owned() } else { format!("a unit of {expected}") }
}

/// `25 C` where 25 degC was meant.
fn celsius(quantity: &Quantity, expected: Dimension) -> Option<String> {
    let coulomb = expected == Dimension::TEMPERATURE && quantity.dimension() == Dimension::charge();
    coulomb.then(|| "`C` is the coulomb; degrees Celsius are `degC`".to_owned())
}

/// Names that runs, tables and data give to something else.
const RESERVED: [&str; 6] = ["potential", "temperature", "time", "charge", "current", "cell_voltage"];

/// Allowed values of a quantity.
#[derive(Clone, Copy, PartialEq)]
enum Range {
    Finite,
    NotNegative,
    Positive,
}

impl Range {
    fn holds(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Finite => true,
                Self::NotNegative => value >= 0.0,
                Self::Positive => value > 0.0,
            }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Finite => "a finite number",
            Self::NotNegative => "a finite number, not negative",
            Self::Positive => "a finite number above zero",
        }
    }
}

/// Checks a definition and makes it a network.
pub(crate) fn check(mut definition: Definition, places: &Places) -> Result<Network> {
    let mut check = Check { places, faults: Diagnostics::default() };
    check.run_defaults(&definition);
    if definition.species.is_empty() {
        let fault = Fault::MissingKey { key: "species".into(), within: "the model".into() };
        check.fault("", Diagnostic::new(fault, "no species", "at least one species"));
    }
    matter::complete(&mut definition);
    let matter = check.matter(&definition);
    if definition.phases.is_empty() {
        // Nothing has a place or a unit then.
        check.faults.into_result()?;
        return Err(NetworkError::Invalid(Diagnostics::default()));
    }
    let raw = check.stoichiometry(&definition, &matter);
    let mut table = check.parameters(&definition);
    let laws = check.laws(&definition, &matter, &raw, &mut table);
    let floating = check.electrodes(&definition, &mut table);
    let names = observables::Names { definition: &definition, matter: &matter, table: &table };
    let observables = check.observables(&names);
    let scope = protocol::Scope { names, observables: &observables };
    let stages = check.protocol(&definition.run.protocol, "run.protocol", &scope);
    let (parameters, dependent) = check.values(&table);
    check.faults.into_result()?;
    let steps = raw
        .into_iter()
        .zip(laws)
        .zip(&definition.steps)
        .filter_map(|((raw, law), step)| {
            let (raw, (law, reverse)) = (raw?, law?);
            Some(CheckedStep {
                name: step.name.clone(),
                equation: step.equation.clone(),
                change: raw.change,
                electrons: raw.electrons,
                orders: raw.orders,
                reverse_orders: raw.reverse_orders,
                phase: raw.phase,
                law,
                reverse,
            })
        })
        .collect();
    let species = matter.species;
    let bases = places.bases();
    let parts = Parts { definition, species, parameters, dependent, steps, observables, floating, stages, bases };
    Ok(Network::assemble(parts))
}

impl Check<'_> {
    fn run_defaults(&mut self, definition: &Definition) {
        let run = &definition.run;
        let known: Vec<&str> = definition.species.iter().map(|s| s.name.as_str()).collect();
        if let Some(t) = &run.temperature {
            self.quantity("run.temperature", t, Dimension::TEMPERATURE, Range::Positive);
        }
        if let Some(e) = &run.potential {
            self.quantity("run.potential", e, Dimension::potential(), Range::Finite);
        }
        if let Some(ph) = run.ph.filter(|ph| !(-5.0..=20.0).contains(ph)) {
            let fault = Fault::Value { what: "`run.pH`".into() };
            self.fault("run.pH", Diagnostic::new(fault, ph.to_string(), "a number from -5 to 20"));
        }
        for own in &definition.references {
            let path = format!("references.{}.potential", own.reference.word());
            let potential = self.quantity(&path, &own.potential, Dimension::potential(), Range::Finite);
            let expected = match own.reference {
                Reference::She if potential != 0.0 => "no potential of its own: the scale begins with it",
                Reference::Rhe => "`pH` under [run], which its potential follows",
                _ => continue,
            };
            let fault = Fault::Conflict { what: format!("the potential of {} cannot be chosen", own.reference.word()) };
            self.fault(&path, Diagnostic::new(fault, own.potential.to_string(), expected));
        }
        if let Some(t) = &run.t_end {
            self.quantity("run.t_end", t, Dimension::TIME, Range::Positive);
        }
        for (path, name) in
            run.feed.iter().map(|n| ("run.feed", n)).chain(run.products.iter().map(|n| ("run.products", n)))
        {
            if !known.contains(&name.as_str()) {
                self.fault(path, Diagnostic::unknown("species", name, &known));
            }
        }
        for (i, name) in run.products.iter().enumerate().filter(|(i, n)| run.products[..*i].contains(n)) {
            let fault = Fault::Duplicate { kind: "product", name: name.clone() };
            self.fault(
                "run.products",
                Diagnostic::new(fault, format!("`{name}` again, as number {}", i + 1), "each once"),
            );
        }
    }
}
