//! Observables that the model defines.

use super::Check;
use super::matter::Matter;
use super::parameters::Table;
use super::ready::Arguments;
use crate::definition::Definition;
use crate::error::{Diagnostic, Fault, list, nearest};
use crate::expression::{Binding, Leaf, Variable};
use crate::network::{CheckedObservable, SpeciesId};
use crate::units::{Dimension, Unit};

/// What a name in an observable, or in the condition of a protocol, is looked up in.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) definition: &'a Definition,
    pub(super) matter: &'a Matter,
    pub(super) table: &'a Table,
}

impl Check<'_> {
    pub(super) fn observables(&mut self, names: &Names<'_>) -> Vec<CheckedObservable> {
        let Names { definition, matter, table } = *names;
        self.index("observable", "observables", definition.observables.iter().map(|o| o.name.as_str()));
        let mut checked: Vec<CheckedObservable> = Vec::new();
        for (i, observable) in definition.observables.iter().enumerate() {
            let name = &observable.name;
            let at = format!("observables.{name}.expression");
            if matter.index.contains_key(name) || table.has(name) {
                let fault = Fault::Duplicate { kind: "name", name: name.clone() };
                let what = if matter.index.contains_key(name) { "a species" } else { "a parameter" };
                let found = format!("`{name}`, which is {what} too");
                self.fault(&format!("observables.{name}"), Diagnostic::new(fault, found, "a name of its own"));
            }
            let mut ready: Vec<(String, String)> = Vec::new();
            let mut faulty = false;
            let resolved = self.expression(&at, &observable.expression, &mut |leaf| {
                let binding = names.observed(leaf, i, &checked, &mut ready);
                faulty |= matches!(binding, Binding::Faulty(_));
                binding
            });
            let Some(resolved) = resolved.filter(|_| !faulty) else { continue };
            let reads_potential = resolved.tape().variables().any(|v| v == Variable::Potential);
            if reads_potential && !definition.phases.iter().any(|p| p.kind.is_electrode()) {
                let fault =
                    Fault::Conflict { what: format!("the observable `{name}` reads a potential that nothing has") };
                let diagnostic = Diagnostic::new(fault, "`E` or `potential`", "a phase of kind electrode in the model");
                self.fault(&at, diagnostic);
            }
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

impl Names<'_> {
    /// What a name is in an observable that has `above` others above it, of which `earlier` are sound.
    pub(super) fn observed(
        &self,
        leaf: &Leaf<'_>,
        above: usize,
        earlier: &[CheckedObservable],
        ready: &mut Vec<(String, String)>,
    ) -> Binding {
        let Names { definition, matter, table } = *self;
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
                if let Some(variable) = table.variable(name) {
                    return variable;
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
                match definition.observables.iter().position(|o| o.name == *name) {
                    // A faulty one was reported where it stands.
                    Some(i) if i < above => return Binding::Faulty(Variable::Ready(0)),
                    Some(_) => {
                        let expected = "an observable that stands above this one".to_owned();
                        return Binding::Refused { expected };
                    }
                    None => {}
                }
                let all = table.names().into_iter().chain(definition.species.iter().map(|s| s.name.as_str()));
                let own = definition.observables[..above].iter().map(|o| o.name.as_str());
                let help = nearest(name, all.chain(own)).map(|n| format!("did you mean `{n}`?"));
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
                let fault = Arguments { definition, matter }.fault(function, argument);
                fault.unwrap_or_else(|| call(function, argument, dimension))
            }
        }
    }
}
