//! Makes a definition of what was read and looked up.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;

use super::entry::Entries;
use super::kind::Kind;
use super::names::Names;
use super::render::{Words, number, render};
use super::resolve::Resolved;
use super::tree::{Node, Tree};
use crate::definition::{Definition, NamedObservable};
use crate::expression::Expression;
use crate::parameter::{Parameter, ParameterValue};
use crate::phase::{Phase, PhaseKind};
use crate::rate::{Constant, Law, LawKind};
use crate::species::Species;
use crate::step::Step;
use crate::units::{Dimension, Quantity};

/// The phase of everything.
const PHASE: &str = "mixture";

const NOTES: &str = "BioNetGen has no units: amounts are numbers of molecules or whatever the model counts in, in an \
     abstract phase, and every rate constant is per second, whatever its order, with its statistical factor.";

/// The definition.
pub(super) fn assemble(entries: &Entries, resolved: &Resolved, file: &str) -> Definition {
    let names = Names::new(entries, resolved.numbered);
    let words = Words { parameters: &names.parameters, species: &names.species, kinds: &resolved.kinds };
    let part = |part: Option<&OsStr>| part.map_or_else(String::new, |part| part.to_string_lossy().into_owned());
    let (stem, file) = (part(Path::new(file).file_stem()), part(Path::new(file).file_name()));
    let header = if entries.header.is_empty() { String::new() } else { format!(": {}", entries.header) };
    let patterns = if names.numbered { " Species are named by their numbers; notes have the patterns." } else { "" };
    Definition {
        name: if stem.is_empty() { "network".to_owned() } else { stem },
        source: format!("BioNetGen network file `{file}`{header}"),
        notes: format!("{NOTES}{patterns}"),
        phases: vec![Phase { name: PHASE.to_owned(), kind: PhaseKind::Abstract }],
        species: species(entries, resolved, &names),
        parameters: parameters(entries, resolved, &words),
        steps: steps(entries, resolved, &words),
        observables: observables(entries, resolved, &names),
        ..Definition::default()
    }
}

/// Joins what there is to note.
fn noted(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn renamed(name: &str, own: &str) -> Option<String> {
    (name != own).then(|| format!("`{own}` in the BioNetGen file"))
}

fn species(entries: &Entries, resolved: &Resolved, names: &Names) -> Vec<Species> {
    let all = entries.species.iter().zip(&names.species).zip(&resolved.initial);
    all.map(|((entry, name), initial)| {
        let mut species = Species::new(name).composition_waived();
        species.initial = (*initial != 0.0).then(|| Quantity::number(*initial));
        species.fixed = entry.fixed;
        let worked_out = entry.initial.as_ref().filter(|tree| !tree.is_number());
        let from = worked_out.map(|tree| format!("the initial amount is {}", plain(tree)));
        species.note = noted([names.numbered.then(|| entry.pattern.clone()), from]);
        species
    })
    .collect()
}

/// An expression as it stood in the file, as nearly as its tree tells.
fn plain(tree: &Tree) -> String {
    let words: Vec<&str> = tree
        .nodes
        .iter()
        .filter_map(|n| if let Node::Word(word) = n { Some(word.name.as_str()) } else { None })
        .collect();
    match (tree.nodes.as_slice(), words.as_slice()) {
        ([Node::Word(word)], _) => format!("`{}`", word.name),
        (_, []) => "an expression of numbers".to_owned(),
        _ => format!("an expression of `{}`", words.join("`, `")),
    }
}

fn parameters(entries: &Entries, resolved: &Resolved, words: &Words<'_>) -> Vec<Parameter> {
    let mut sets: HashMap<&str, Vec<&str>> = HashMap::new();
    for (entry, name) in entries.species.iter().zip(words.species) {
        if let Some([Node::Word(word)]) = entry.initial.as_ref().map(|tree| tree.nodes.as_slice()) {
            sets.entry(&word.name).or_default().push(name);
        }
    }
    let mut all = Vec::with_capacity(entries.parameters.len());
    for (i, entry) in entries.parameters.iter().enumerate() {
        let (name, kind) = (&words.parameters[i], resolved.kinds[i]);
        let tree = resolved.parameters[i].as_ref();
        let value = quantity(resolved.values[i].unwrap_or(0.0), kind);
        let written = tree.filter(|tree| tree.parameters().next().is_some()).map(|tree| render(tree, words, kind));
        let expression = written.as_ref().and_then(|text| parameter_expression(text.as_ref().ok()?));
        let lost = written.is_some() && expression.is_none();
        let parameter = match expression {
            Some(expression) => Parameter::expression(name, expression),
            None => Parameter::new(name, value),
        };
        let comment = match entry.comment.as_str() {
            "Constant" => None,
            // BioNetGen before 2.3 or so wrote the number alone.
            "ConstantExpression" => tree
                .filter(|tree| tree.is_number())
                .map(|_| "an expression in the BioNetGen model, of which the file has the number".to_owned()),
            other => Some(other.to_owned()),
        };
        let number_of = lost.then(|| "the number of an expression that a model file has no words for".to_owned());
        let species = sets.get(entry.name.as_str()).map(|all| {
            let listed = crate::error::list(all);
            format!("the initial amount of {listed}, which has the number itself: set it there, not here")
        });
        all.push(Parameter { note: noted([renamed(name, &entry.name), comment, number_of, species]), ..parameter });
    }
    all
}

fn quantity(value: f64, kind: Kind) -> Quantity {
    match kind {
        Kind::Number => Quantity::number(value),
        Kind::Rate => Quantity::new(value, "1/s").unwrap_or_else(|_| {
            let per_second = Dimension::NONE / Dimension::TIME;
            Quantity::from_si(value, per_second)
        }),
    }
}

/// An expression in a form that a model file does not take for a quantity, as it would `2/s` where `s` is a parameter.
fn parameter_expression(text: &str) -> Option<Expression> {
    [text.to_owned(), format!("({text})")].into_iter().find_map(|text| match ParameterValue::parse(&text) {
        Ok(ParameterValue::Expression(expression)) => Some(expression),
        _ => None,
    })
}

fn constant_expression(text: &str) -> Option<Constant> {
    let forms = [text.to_owned(), format!("({text})")];
    forms.into_iter().filter_map(|text| Constant::parse(&text).ok()).find(|c| matches!(c, Constant::Expression(_)))
}

fn steps(entries: &Entries, resolved: &Resolved, words: &Words<'_>) -> Vec<Step> {
    let keys: Vec<[Vec<usize>; 2]> = resolved
        .sides
        .iter()
        .map(|sides| {
            sides.clone().map(|mut side| {
                side.sort_unstable();
                side
            })
        })
        .collect();
    let mut seen = HashSet::new();
    let again: HashSet<&[Vec<usize>; 2]> = keys.iter().filter(|key| !seen.insert(*key)).collect();
    let mut steps = Vec::with_capacity(entries.reactions.len());
    for (i, (reaction, tree)) in entries.reactions.iter().zip(&resolved.rates).enumerate() {
        let [left, right] = resolved.sides[i].each_ref().map(|side| terms(side, words.species));
        let (law, lost) = law(tree, resolved, words);
        let mut step = Step::new(format!("r{}", reaction.index), format!("{left} -> {right}"), law);
        step.duplicate = again.contains(&keys[i]);
        let lost = lost.then(|| "the number of an expression that a model file has no words for".to_owned());
        step.note = noted([Some(reaction.comment.clone()), lost]);
        steps.push(step);
    }
    steps
}

/// One side of an equation; a species that stands there twice has the coefficient 2.
fn terms(side: &[usize], species: &[String]) -> String {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for id in side {
        match counts.iter_mut().find(|(other, _)| other == id) {
            Some((_, count)) => *count += 1,
            None => counts.push((*id, 1)),
        }
    }
    let term = |(id, count): &(usize, usize)| match count {
        1 => species[*id].clone(),
        _ => format!("{count} {}", species[*id]),
    };
    if counts.is_empty() { "0".to_owned() } else { counts.iter().map(term).collect::<Vec<_>>().join(" + ") }
}

/// The law of a rate; whether its constant is the number of what could not be written.
fn law(tree: &Tree, resolved: &Resolved, words: &Words<'_>) -> (Law, bool) {
    let text = render(tree, words, Kind::Rate).ok();
    if tree.varies() {
        let rate = text.and_then(|text| Expression::parse(&text).ok()).map(Constant::Expression);
        let constants = rate.map(|rate| ("rate".to_owned(), rate)).into_iter().collect();
        return (Law { kind: LawKind::Expression, constants }, false);
    }
    let value = || Constant::Value(quantity(tree.value(&resolved.values).unwrap_or(0.0), Kind::Rate));
    let (constant, lost) = match tree.nodes.as_slice() {
        [Node::Parameter(i)] => (Constant::Parameter(words.parameters[*i].clone()), false),
        _ if tree.parameters().next().is_none() => (value(), false),
        _ => match text.and_then(|text| constant_expression(&text)) {
            Some(constant) => (constant, false),
            None => (value(), true),
        },
    };
    (Law { kind: LawKind::MassAction, constants: vec![("k".to_owned(), constant)] }, lost)
}

fn observables(entries: &Entries, resolved: &Resolved, names: &Names) -> Vec<NamedObservable> {
    let all = entries.groups.iter().zip(&names.groups).zip(&resolved.groups);
    let observable = |((entry, name), terms): ((&super::entry::Group, &String), &Vec<(f64, usize)>)| {
        // An empty group is zero, of which an observable can say nothing.
        let text = (!terms.is_empty()).then(|| sum(terms, &names.species))?;
        let expression = Expression::parse(&text).ok()?;
        let note = noted([renamed(name, &entry.name)]);
        Some(NamedObservable { name: name.clone(), expression, unit: None, note })
    };
    all.filter_map(observable).collect()
}

/// A weighted sum of amounts.
pub(super) fn sum(terms: &[(f64, usize)], species: &[String]) -> String {
    let mut text = String::new();
    for (weight, id) in terms {
        text.push_str(match (text.is_empty(), *weight < 0.0) {
            (true, true) => "-",
            (true, false) => "",
            (false, true) => " - ",
            (false, false) => " + ",
        });
        if weight.abs() != 1.0 {
            text.push_str(&number(weight.abs()));
            text.push('*');
        }
        text.push_str(&format!("[{}]", species[*id]));
    }
    text
}
