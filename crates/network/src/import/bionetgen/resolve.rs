//! Looks everything up and works the values out; what is wrong with an entry beside others is found here.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::entry::{Entries, Named};
use super::expand::{Allowed, Scope, Unclear};
use super::kind::{Kind, kinds};
use super::lines::Source;
use super::names::Names;
use super::render::{Unwritten, Words, render};
use super::tree::{Node, Operator, Tree};
use crate::error::{Diagnostic, Fault};
use crate::expression::Expression;

/// What the entries are, looked up and worked out.
#[derive(Default)]
pub(super) struct Resolved {
    /// Expressions of the parameters.
    pub(super) parameters: Vec<Option<Tree>>,
    /// Values of the parameters.
    pub(super) values: Vec<Option<f64>>,
    pub(super) kinds: Vec<Kind>,
    /// Amounts at the start.
    pub(super) initial: Vec<f64>,
    /// Sides of the reactions.
    pub(super) sides: Vec<[Vec<usize>; 2]>,
    /// Rate constants of the reactions; whole rates, where they vary.
    pub(super) rates: Vec<Tree>,
    /// Terms of the groups.
    pub(super) groups: Vec<Vec<(f64, usize)>>,
    /// Whether expressions are too long with patterns in them.
    pub(super) numbered: bool,
}

/// Looks everything up; faults are noted in the source, and the result is of use if there are none.
pub(super) fn resolve(source: &mut Source, entries: &Entries) -> Resolved {
    let species = indices(source, entries);
    names_once(source, &entries.parameters, "parameter");
    names_once(source, &entries.functions, "function");
    let scope = Scope::new(entries, &species);
    let mut resolved = Resolved::default();
    parameters(source, &scope, &mut resolved);
    for function in entries.functions.iter().filter(|f| !f.local) {
        if let Some(tree) = &function.tree {
            let _ = expand(source, &scope, tree, Allowed::Everything);
        }
    }
    for entry in &entries.species {
        let tree = entry.initial.as_ref();
        let tree = tree.and_then(|tree| expand(source, &scope, tree, Allowed::Parameters));
        let value = tree.and_then(|tree| tree.value(&resolved.values));
        not_negative(source, value, &entry.value, &format!("the initial amount of species {}", entry.index));
        resolved.initial.push(value.unwrap_or(0.0));
    }
    for group in &entries.groups {
        for (_, index, span) in &group.terms {
            known(source, &species, *index, span);
        }
    }
    resolved.groups = (0..entries.groups.len()).map(|i| scope.terms(i)).collect();
    reactions(source, &scope, &mut resolved);
    let all: Vec<&Tree> = resolved.rates.iter().collect();
    resolved.kinds = kinds(all.into_iter(), &resolved.parameters);
    lengths(source, entries, &mut resolved);
    resolved
}

/// Where each species stands, by its number in the file.
fn indices(source: &mut Source, entries: &Entries) -> HashMap<usize, usize> {
    let mut indices = HashMap::new();
    for (i, species) in entries.species.iter().enumerate() {
        if indices.insert(species.index, i).is_some() {
            twice(source, &species.value, "species", &species.index.to_string());
        }
    }
    indices
}

fn names_once(source: &mut Source, entries: &[Named], kind: &'static str) {
    let mut seen: HashSet<&str> = HashSet::new();
    for entry in entries {
        if !seen.insert(&entry.name) {
            twice(source, &entry.span, kind, &entry.name);
        }
    }
}

fn twice(source: &mut Source, span: &Range<usize>, kind: &'static str, name: &str) {
    let fault = Fault::Duplicate { kind, name: name.to_owned() };
    source.fault(span, Diagnostic::new(fault, format!("`{name}` twice"), "each once"));
}

fn expand(source: &mut Source, scope: &Scope<'_>, tree: &Tree, allowed: Allowed<'_>) -> Option<Tree> {
    // Looking for the name that was meant takes time, which a file full of faults need not have.
    if source.is_full() {
        return None;
    }
    let note = |unclear: Unclear| {
        if let Unclear::Wrong(span, diagnostic) = unclear {
            source.fault(&span, *diagnostic);
        }
    };
    scope.expand(tree, allowed).map_err(note).ok()
}

/// Values of the parameters, each after those that it uses.
fn parameters(source: &mut Source, scope: &Scope<'_>, resolved: &mut Resolved) {
    let entries = &scope.entries.parameters;
    let expanded: Vec<Option<Tree>> = entries
        .iter()
        .map(|p| p.tree.as_ref().and_then(|tree| expand(source, scope, tree, Allowed::Parameters)))
        .collect();
    let mut values = vec![None; entries.len()];
    let mut pending: Vec<usize> = (0..entries.len()).collect();
    loop {
        let before = pending.len();
        pending.retain(|i| {
            values[*i] = expanded[*i].as_ref().and_then(|tree| tree.value(&values));
            values[*i].is_none()
        });
        if pending.len() == before {
            break;
        }
    }
    for i in pending {
        if expanded[i].is_some() && !uses_unread(i, &expanded) {
            let fault = Fault::Conflict { what: format!("the value of `{}` cannot be worked out", entries[i].name) };
            let found = "a parameter that it uses needs it in turn, or one that does";
            source.fault(&entries[i].value, Diagnostic::new(fault, found, "no circle"));
        }
    }
    for (i, (entry, value)) in entries.iter().zip(&values).enumerate() {
        finite_parts(source, expanded[i].as_ref(), &entry.value);
        if let Some(value) = value.filter(|v| !v.is_finite()) {
            let fault = Fault::Value { what: format!("the parameter `{}`", entry.name) };
            source.fault(&entry.value, Diagnostic::new(fault, value.to_string(), "a finite number"));
        }
    }
    resolved.parameters = expanded;
    resolved.values = values;
}

/// Whether a parameter uses, through others too, one that could not be read; that was told there.
fn uses_unread(i: usize, expanded: &[Option<Tree>]) -> bool {
    let mut seen = vec![false; expanded.len()];
    let mut open = vec![i];
    while let Some(i) = open.pop() {
        let Some(tree) = &expanded[i] else { return true };
        if !std::mem::replace(&mut seen[i], true) {
            open.extend(tree.parameters());
        }
    }
    false
}

fn finite_parts(source: &mut Source, tree: Option<&Tree>, span: &Range<usize>) {
    if tree.is_some_and(|tree| !tree.is_number() && tree.has_infinite_part()) {
        let expected = "an expression without a division by zero, or the logarithm of it, in its numbers";
        source.wrong(span, "the expression", expected);
    }
}

fn not_negative(source: &mut Source, value: Option<f64>, span: &Range<usize>, what: &str) {
    if let Some(value) = value.filter(|v| !(v.is_finite() && *v >= 0.0)) {
        let fault = Fault::Value { what: what.to_owned() };
        source.fault(span, Diagnostic::new(fault, value.to_string(), "a finite number, not negative"));
    }
}

fn known(source: &mut Source, species: &HashMap<usize, usize>, index: usize, span: &Range<usize>) -> Option<usize> {
    let found = species.get(&index).copied();
    if found.is_none() {
        let fault = Fault::Unknown { kind: "species", name: index.to_string() };
        let expected = match species.keys().max() {
            Some(last) => format!("the index of a species, from 1 to {last}"),
            None => "a species; none is declared".to_owned(),
        };
        source.fault(span, Diagnostic::new(fault, format!("`{index}`"), expected));
    }
    found
}

fn reactions(source: &mut Source, scope: &Scope<'_>, resolved: &mut Resolved) {
    let mut seen: HashSet<usize> = HashSet::new();
    for reaction in &scope.entries.reactions {
        if !seen.insert(reaction.index) {
            twice(source, &reaction.span, "reaction", &reaction.index.to_string());
        }
        let sides = [&reaction.reactants, &reaction.products].map(|side| {
            side.iter().filter_map(|(index, span)| known(source, scope.species, *index, span)).collect::<Vec<_>>()
        });
        if reaction.reactants.is_empty() && reaction.products.is_empty() {
            source.wrong(&reaction.span, format!("reaction {}", reaction.index), "at least one species");
        }
        let tree = reaction.rate.as_ref();
        let tree = tree.and_then(|tree| expand(source, scope, tree, Allowed::Rate(&sides[0])));
        if let Some(mut tree) = tree {
            if tree.varies() {
                times_reactants(&mut tree, &sides[0]);
            } else {
                let what = format!("the rate constant of reaction {}", reaction.index);
                not_negative(source, tree.value(&resolved.values), &reaction.value, &what);
            }
            finite_parts(source, Some(&tree), &reaction.value);
            resolved.rates.push(tree);
        }
        resolved.sides.push(sides);
    }
}

/// The rate from what stands for a rate constant: times the amounts of all reactants.
fn times_reactants(tree: &mut Tree, reactants: &[usize]) {
    for species in reactants {
        let rate = tree.nodes.len() - 1;
        let amount = tree.push(Node::Amount(*species));
        tree.push(Node::Binary(Operator::Multiply, rate, amount));
    }
}

/// Finds out whether expressions are too long with patterns in them, or with numbers too.
fn lengths(source: &mut Source, entries: &Entries, resolved: &mut Resolved) {
    if entries.reactions.len() != resolved.rates.len() {
        return;
    }
    for numbered in [false, true] {
        resolved.numbered = numbered;
        let names = Names::new(entries, numbered);
        let words = Words { parameters: &names.parameters, species: &names.species, kinds: &resolved.kinds };
        let readable = |text: Result<String, Unwritten>| match text {
            Ok(text) => Expression::parse(&text).is_ok(),
            Err(unwritten) => unwritten == Unwritten::NoWord,
        };
        let group = |terms: &Vec<(f64, usize)>| readable(Ok(super::assemble::sum(terms, &names.species)));
        let long_group =
            entries.groups.iter().zip(&resolved.groups).find(|(_, terms)| !terms.is_empty() && !group(terms));
        let rates = entries.reactions.iter().zip(&resolved.rates);
        let mut rates = rates.filter(|(_, tree)| tree.varies());
        let long_rate = rates.find(|(_, tree)| !readable(render(tree, &words, Kind::Rate)));
        match (long_group, long_rate) {
            (None, None) => return,
            _ if !numbered => {}
            (Some((group, _)), _) => source.wrong(&group.span, "the group", "a shorter sum"),
            (_, Some((reaction, _))) => {
                source.wrong(&reaction.value, "the rate", "an expression that is shorter, or nested less deeply");
            }
        }
    }
    // What a model file has no word for may stand in constants, of which there is a value, but not in rates.
    let names = Names::new(entries, resolved.numbered);
    let words = Words { parameters: &names.parameters, species: &names.species, kinds: &resolved.kinds };
    for (reaction, tree) in entries.reactions.iter().zip(&resolved.rates).filter(|(_, tree)| tree.varies()) {
        if render(tree, &words, Kind::Rate) == Err(Unwritten::NoWord) {
            source.wrong(&reaction.value, "the rate", "a rate without `rint`, which a model file has no word for");
        }
    }
}
