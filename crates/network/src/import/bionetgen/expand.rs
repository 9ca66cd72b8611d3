//! Names looked up: functions and groups are written out, so that parameters, amounts and the time remain.

use std::collections::HashMap;
use std::f64::consts::{E, PI};
use std::ops::Range;

use super::entry::Entries;
use super::tree::{At, Node, Operator, Tree, Word};
use crate::error::{Diagnostic, Fault};

/// Deepest nesting of functions, and most operations of an expression written out.
const DEEPEST: usize = 32;
const MOST_OPERATIONS: usize = 20_000;

/// What the names of a file stand for.
pub(super) struct Scope<'a> {
    pub(super) entries: &'a Entries,
    /// Where each species stands, by its number in the file.
    pub(super) species: &'a HashMap<usize, usize>,
    parameters: HashMap<&'a str, usize>,
    functions: HashMap<&'a str, usize>,
    groups: HashMap<&'a str, usize>,
}

/// What an expression may use.
#[derive(Clone, Copy)]
pub(super) enum Allowed<'r> {
    /// Parameters alone.
    Parameters,
    /// Functions, groups and the time too.
    Everything,
    /// The same, and a keyword's law of the reactants.
    Rate(&'r [usize]),
}

/// Why an expression cannot be written out.
pub(super) enum Unclear {
    /// It uses one that could not be read, which was told there.
    Told,
    /// Where, and what is wrong.
    Wrong(Range<usize>, Box<Diagnostic>),
}

impl<'a> Scope<'a> {
    pub(super) fn new(entries: &'a Entries, species: &'a HashMap<usize, usize>) -> Self {
        let parameters = entries.parameters.iter().enumerate().map(|(i, p)| (p.name.as_str(), i)).collect();
        let functions = entries.functions.iter().enumerate().map(|(i, f)| (f.name.as_str(), i)).collect();
        let groups = entries.groups.iter().enumerate().map(|(i, g)| (g.name.as_str(), i)).collect();
        Self { entries, species, parameters, functions, groups }
    }

    /// Writes an expression out.
    pub(super) fn expand(&self, tree: &Tree, allowed: Allowed<'_>) -> Result<Tree, Unclear> {
        let mut out = Tree::default();
        self.write(tree, allowed, &mut out, 0)?;
        Ok(out)
    }

    fn write(&self, tree: &Tree, allowed: Allowed<'_>, out: &mut Tree, depth: usize) -> Result<At, Unclear> {
        let mut place: Vec<At> = Vec::with_capacity(tree.nodes.len());
        for node in &tree.nodes {
            let at = if let Node::Word(word) = node {
                let arguments: Option<Vec<At>> =
                    word.arguments.as_ref().map(|all| all.iter().map(|at| place[*at]).collect());
                let at = self.word(word, arguments.as_deref(), allowed, out, depth)?;
                if out.nodes.len() > MOST_OPERATIONS {
                    return Err(refuse(
                        word,
                        "an expression too long when its functions are written out",
                        "a shorter one",
                    ));
                }
                at
            } else {
                let mut node = node.clone();
                node.children(&mut |at| *at = place[*at]);
                out.push(node)
            };
            place.push(at);
        }
        // An expression ends in its result, so what was written out does too.
        place.last().copied().ok_or(Unclear::Told)
    }

    fn word(
        &self,
        word: &Word,
        arguments: Option<&[At]>,
        allowed: Allowed<'_>,
        out: &mut Tree,
        depth: usize,
    ) -> Result<At, Unclear> {
        let name = word.name.as_str();
        if let (None, Some(i)) = (arguments, self.parameters.get(name)) {
            return Ok(out.push(Node::Parameter(*i)));
        }
        if let (None, "_pi" | "_e") = (arguments, name) {
            return Ok(out.push(Node::Number(if name == "_pi" { PI } else { E })));
        }
        if matches!(allowed, Allowed::Parameters) {
            return Err(self.unknown(word, allowed));
        }
        if let (Allowed::Rate(reactants), Some(constants)) = (allowed, arguments)
            && matches!(name, "Ele" | "Sat" | "MM" | "Hill" | "FunctionProduct")
        {
            return law(word, constants, reactants, out);
        }
        if arguments.is_some_and(|a| !a.is_empty())
            && (self.functions.contains_key(name) || self.groups.contains_key(name))
        {
            return Err(refuse(
                word,
                "arguments",
                "a name, or a call without arguments; local functions are written out by BioNetGen",
            ));
        }
        if let Some(i) = self.functions.get(name) {
            let function = &self.entries.functions[*i];
            if function.local {
                return Err(refuse(word, "a function with arguments", "a function of parameters and observables"));
            }
            if depth >= DEEPEST {
                let expected = format!("at most {DEEPEST} functions, each in the one before, and no circle");
                return Err(refuse(word, "a function that uses itself, or too many others", &expected));
            }
            let tree = function.tree.as_ref().ok_or(Unclear::Told)?;
            return self.write(tree, Allowed::Everything, out, depth + 1);
        }
        if let Some(i) = self.groups.get(name) {
            return Ok(self.group(*i, out));
        }
        if name == "time" {
            return Ok(out.push(Node::Time));
        }
        Err(self.unknown(word, allowed))
    }

    /// The sum that an observable is.
    fn group(&self, i: usize, out: &mut Tree) -> At {
        let mut sum = None;
        for (weight, species) in self.terms(i) {
            let amount = out.push(Node::Amount(species));
            let term = if weight == 1.0 {
                amount
            } else {
                let weight = out.push(Node::Number(weight));
                out.push(Node::Binary(Operator::Multiply, weight, amount))
            };
            sum = Some(sum.map_or(term, |sum| out.push(Node::Binary(Operator::Add, sum, term))));
        }
        sum.unwrap_or_else(|| out.push(Node::Number(0.0)))
    }

    /// The terms of a group, each species once, in the order of the file.
    pub(super) fn terms(&self, i: usize) -> Vec<(f64, usize)> {
        let mut terms: Vec<(f64, usize)> = Vec::new();
        let mut known: HashMap<usize, usize> = HashMap::new();
        for (weight, index, _) in &self.entries.groups[i].terms {
            let Some(species) = self.species.get(index) else { continue };
            let place = *known.entry(*species).or_insert(terms.len());
            match terms.get_mut(place) {
                Some(term) => term.0 += weight,
                None => terms.push((*weight, *species)),
            }
        }
        terms.retain(|(weight, _)| *weight != 0.0);
        terms
    }

    fn unknown(&self, word: &Word, allowed: Allowed<'_>) -> Unclear {
        let parameters = self.entries.parameters.iter().map(|p| p.name.as_str());
        let others = self.entries.functions.iter().map(|f| f.name.as_str());
        let others = others.chain(self.entries.groups.iter().map(|g| g.name.as_str()));
        let parameters_only = matches!(allowed, Allowed::Parameters);
        let known: Vec<&str> = parameters.chain(others.filter(|_| !parameters_only)).collect();
        let kind = match (parameters_only, &word.arguments) {
            (_, Some(_)) => "function",
            (true, None) => "parameter",
            (false, None) => "parameter, function or observable",
        };
        Unclear::Wrong(word.span.clone(), Box::new(Diagnostic::unknown(kind, &word.name, &known)))
    }
}

/// A law by keyword, as the factor of the amounts of all reactants. Of the kinds other than `Ele` only saturation in
/// the first reactant is taken, `k x1 x2 / (K + x1)`: the usual meaning, not checked against a run of BioNetGen.
fn law(word: &Word, constants: &[At], reactants: &[usize], out: &mut Tree) -> Result<At, Unclear> {
    match (word.name.as_str(), constants, reactants) {
        ("Ele", [k], _) => Ok(*k),
        ("Sat", [k, half], [substrate, ..]) => {
            let amount = out.push(Node::Amount(*substrate));
            let divisor = out.push(Node::Binary(Operator::Add, *half, amount));
            Ok(out.push(Node::Binary(Operator::Divide, *k, divisor)))
        }
        _ => {
            let found = format!("the rate law `{}` with {} constants", word.name, constants.len());
            let expected = "a rate constant, a function, or `Sat(k,K)` with reactants";
            let fault = Fault::Conflict { what: format!("the rate law `{}` is not known", word.name) };
            let help = "write the rate as a function in the BioNetGen model, and generate the network again";
            Err(Unclear::Wrong(word.span.clone(), Box::new(Diagnostic::new(fault, found, expected).help(help))))
        }
    }
}

fn refuse(word: &Word, found: &str, expected: &str) -> Unclear {
    let fault = Fault::Expression { text: word.name.clone() };
    Unclear::Wrong(word.span.clone(), Box::new(Diagnostic::new(fault, found, expected)))
}
