//! Observables that the model defines.

use super::Check;
use super::matter::Matter;
use super::parameters::Table;
use crate::definition::Definition;
use crate::error::{Diagnostic, Fault, list, nearest};
use crate::expression::{Binding, Leaf, Variable};
use crate::network::{CheckedObservable, SpeciesId};
use crate::units::{Dimension, Unit};

impl Check<'_> {
    pub(super) fn observables(
        &mut self,
        definition: &Definition,
        matter: &Matter,
        table: &Table,
    ) -> Vec<CheckedObservable> {
        self.index("observable", "observables", definition.observables.iter().map(|o| o.name.as_str()));
        let mut checked: Vec<CheckedObservable> = Vec::new();
        for observable in &definition.observables {
            let name = &observable.name;
            let at = format!("observables.{name}.expression");
            if matter.index.contains_key(name) || table.find(name).is_some() {
                let fault = Fault::Duplicate { kind: "name", name: name.clone() };
                let found = format!("`{name}`, which is a species or a parameter too");
                self.fault(&format!("observables.{name}"), Diagnostic::new(fault, found, "a name of its own"));
            }
            let mut ready: Vec<(String, String)> = Vec::new();
            let resolved = self.expression(&at, &observable.expression, &mut |leaf| {
                observed(leaf, definition, matter, table, &checked, &mut ready)
            });
            let Some(resolved) = resolved else { continue };
            let dimension = resolved.dimension.unwrap_or(Dimension::NONE);
            let unit = observable.unit.as_ref().and_then(|symbol| {
                let path = format!("observables.{name}.unit");
                match Unit::parse(symbol) {
                    Ok(unit) if unit.dimension == dimension && unit.offset == 0.0 => {
                        Some((symbol.clone(), unit.factor))
                    }
                    Ok(unit) => {
                        let fault = Fault::Unit { what: format!("the observable `{name}`") };
                        let found = format!("`{symbol}`, in {}", unit.dimension);
                        self.fault(&path, Diagnostic::new(fault, found, format!("a unit of {dimension}")));
                        None
                    }
                    Err(error) => {
                        let fault = Fault::Value { what: format!("`{path}`") };
                        self.fault(&path, Diagnostic::new(fault, error.to_string(), "a unit such as \"mM\""));
                        None
                    }
                }
            });
            checked.push(CheckedObservable { name: name.clone(), tape: resolved.tape(), ready, dimension, unit });
        }
        checked
    }
}

/// What a name is in an observable.
pub(super) fn observed(
    leaf: &Leaf<'_>,
    definition: &Definition,
    matter: &Matter,
    table: &Table,
    earlier: &[CheckedObservable],
    ready: &mut Vec<(String, String)>,
) -> Binding {
    let amount = |name: &str| {
        let id = *matter.index.get(name)?;
        let dimension = definition.phases[matter.species[id].phase.0].kind.amount();
        Some(Binding::Variable(Variable::Amount(SpeciesId(id)), dimension))
    };
    let mut call = |function: &str, argument: &str, dimension: Dimension| {
        let entry = (function.to_owned(), argument.to_owned());
        let index = ready.iter().position(|r| *r == entry).unwrap_or_else(|| {
            ready.push(entry);
            ready.len() - 1
        });
        Binding::Variable(Variable::Ready(index), dimension)
    };
    match leaf {
        Leaf::Name(name) => {
            if let Some((id, dimension)) = table.find(name) {
                return Binding::Variable(Variable::Parameter(id), dimension);
            }
            if let Some(found) = amount(name) {
                return found;
            }
            if let Some(other) = earlier.iter().find(|o| o.name == *name) {
                return call("", name, other.dimension);
            }
            match *name {
                "charge" => return call("", name, Dimension::charge()),
                "current" => return call("", name, Dimension::CURRENT),
                "cell_voltage" => return call("", name, Dimension::potential()),
                _ => {}
            }
            let all = table.names().into_iter().chain(definition.species.iter().map(|s| s.name.as_str()));
            let help = nearest(name, all).map(|n| format!("did you mean `{n}`?"));
            let expected = "a parameter, a species, an observable above, `charge`, `current`, `T`, `E` or `t`";
            Binding::Unknown { expected: expected.to_owned(), help }
        }
        Leaf::Amount(name) => amount(name).unwrap_or_else(|| {
            let species: Vec<&str> = definition.species.iter().map(|s| s.name.as_str()).collect();
            let help = nearest(name, species.iter().copied()).map(|n| format!("did you mean `[{n}]`?"));
            Binding::Unknown { expected: format!("a species: {}", list(&species)), help }
        }),
        Leaf::Ready(function, argument) => {
            let dimension = match *function {
                "current" => Dimension::CURRENT,
                "potential" => Dimension::potential(),
                "rate" => Dimension::AMOUNT / Dimension::TIME,
                "TOF" => Dimension::NONE / Dimension::TIME,
                _ => Dimension::NONE,
            };
            if let Some(fault) = unknown_in(function, argument, definition) {
                return fault;
            }
            call(function, argument, dimension)
        }
    }
}

/// A name in the argument of a ready observable that nothing declares.
fn unknown_in(function: &str, argument: &str, definition: &Definition) -> Option<Binding> {
    let words: Vec<&str> = argument.split_whitespace().collect();
    let steps = || definition.steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>();
    let species = || definition.species.iter().map(|s| s.name.as_str()).collect::<Vec<_>>();
    let phases = || definition.phases.iter().map(|s| s.name.as_str()).collect::<Vec<_>>();
    let (kind, known) = match function {
        "rate" => ("step", steps()),
        "potential" => ("electrode", phases()),
        "current" => ("step or electrode", steps().into_iter().chain(phases()).collect()),
        _ => ("species", species()),
    };
    let named = words.iter().step_by(2).take(if function == "yield" || function == "selectivity" { 2 } else { 1 });
    let Some(wrong) = named.into_iter().find(|w| !known.contains(w)) else {
        return words.is_empty().then(|| Binding::Refused { expected: format!("the name of a {kind}") });
    };
    let help = nearest(wrong, known.iter().copied()).map(|n| format!("did you mean `{n}`?"));
    Some(Binding::Unknown { expected: format!("a {kind}: {}", list(&known)), help })
}
