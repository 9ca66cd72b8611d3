//! Names looked up and dimensions checked.

use std::ops::Range;

use super::ExpressionFault;
use super::function::{Comparison, Function};
use super::graph::{Graph, NodeId};
use super::parse::{Kind, Node, Parsed};
use super::tape::{Tape, Variable};
use crate::conditions::{FARADAY, GAS_CONSTANT};
use crate::units::{Dimension, Unit};

/// A name in an expression, for whoever knows what is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf<'a> {
    /// A bare name: a parameter, a species, a named observable.
    Name(&'a str),
    /// A species in brackets.
    Amount(&'a str),
    /// A ready observable and its argument.
    Ready(&'a str, &'a str),
}

/// What a name turned out to be.
#[derive(Debug, Clone)]
pub enum Binding {
    /// A variable and what it measures.
    Variable(Variable, Dimension),
    /// A variable whose own description is faulty: what it measures is not known, and fits everywhere.
    Faulty(Variable),
    /// Nothing that is declared: what was expected, and a suggestion.
    Unknown {
        /// What was expected.
        expected: String,
        /// A suggestion.
        help: Option<String>,
    },
    /// Known, but of no use here.
    Refused {
        /// What was expected.
        expected: String,
    },
}

/// An expression with its names looked up.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Its operations.
    pub graph: Graph<Variable>,
    /// The one that is the result.
    pub root: NodeId,
    /// What the result measures; none if it is zero, which measures anything, or uses something faulty.
    pub dimension: Option<Dimension>,
}

impl Resolved {
    /// The tape of the value.
    pub fn tape(&self) -> Tape {
        Tape::new(&self.graph, &[self.root])
    }

    /// The tape of the value, followed by the derivatives in some variables.
    pub fn gradient(&mut self, variables: &[Variable]) -> Tape {
        let mut results = vec![self.root];
        for variable in variables {
            results.push(self.graph.derivative(self.root, *variable));
        }
        Tape::new(&self.graph, &results)
    }
}

/// Conditions and constants of nature that every expression knows, unless something declared has the name.
fn built_in(name: &str) -> Option<Result<(Variable, Dimension), (f64, Dimension)>> {
    let molar = |d: Dimension| d / Dimension::AMOUNT;
    Some(match name {
        "temperature" | "T" => Ok((Variable::Temperature, Dimension::TEMPERATURE)),
        "potential" | "E" => Ok((Variable::Potential, Dimension::potential())),
        "time" | "t" => Ok((Variable::Time, Dimension::TIME)),
        "pi" => Err((std::f64::consts::PI, Dimension::NONE)),
        "faraday" | "F" => Err((FARADAY, molar(Dimension::charge()))),
        "gas_constant" | "R" => Err((GAS_CONSTANT, molar(Dimension::energy() / Dimension::TEMPERATURE))),
        _ => return None,
    })
}

type Measure = Option<Dimension>;

pub(super) fn resolve(
    parsed: &Parsed,
    lookup: &mut dyn FnMut(&Leaf<'_>) -> Binding,
) -> Result<Resolved, ExpressionFault> {
    let mut graph = Graph::default();
    let mut done: Vec<(NodeId, Measure)> = Vec::with_capacity(parsed.nodes.len());
    let wrong = |span: &Range<usize>, found: String, expected: String| ExpressionFault {
        span: span.clone(),
        found,
        expected,
        help: None,
    };
    for node in &parsed.nodes {
        let span = &node.span;
        celsius(parsed, node)?;
        let pure = |(_, measure): (NodeId, Measure), of: usize, what: &str| match measure {
            Some(d) if d != Dimension::NONE => {
                Err(wrong(&parsed.nodes[of].span, format!("something in {d}"), format!("a pure number {what}")))
            }
            _ => Ok(()),
        };
        let same = |a: usize, b: usize, what: &str, done: &[(NodeId, Measure)]| match (done[a].1, done[b].1) {
            (Some(x), Some(y)) if x != y => {
                Err(wrong(span, format!("{x} {what} {y}"), format!("the same dimension on both sides of `{what}`")))
            }
            (x, y) => Ok(x.or(y)),
        };
        let entry = match &node.kind {
            Kind::Quantity(quantity) => {
                // Zero may be compared with anything, as in `max(0, x)`.
                let measure = (quantity.si() != 0.0 || !quantity.symbol().is_empty()).then(|| quantity.dimension());
                (graph.number(quantity.si()), measure)
            }
            Kind::Name(name) => variable(&mut graph, &Leaf::Name(name), span, lookup)?,
            Kind::Amount(name) => variable(&mut graph, &Leaf::Amount(name), span, lookup)?,
            Kind::Ready(name, argument) => variable(&mut graph, &Leaf::Ready(name, argument), span, lookup)?,
            Kind::Neg(a) => (graph.neg(done[*a].0), done[*a].1),
            Kind::Binary(b'+', a, b) => (graph.add(done[*a].0, done[*b].0), same(*a, *b, "+", &done)?),
            Kind::Binary(b'-', a, b) => (graph.sub(done[*a].0, done[*b].0), same(*a, *b, "-", &done)?),
            Kind::Binary(b'*', a, b) => {
                (graph.mul(done[*a].0, done[*b].0), done[*a].1.zip(done[*b].1).map(|(x, y)| x * y))
            }
            Kind::Binary(b'/', a, b) => {
                if graph.constant(done[*b].0) == Some(0.0) {
                    return Err(wrong(&parsed.nodes[*b].span, "zero".into(), "a divisor that is not zero".into()));
                }
                (graph.div(done[*a].0, done[*b].0), done[*a].1.zip(done[*b].1).map(|(x, y)| x / y))
            }
            Kind::Binary(_, a, b) => {
                pure(done[*b], *b, "as the exponent")?;
                let measure = match (done[*a].1, graph.constant(done[*b].0)) {
                    (Some(d), Some(n)) if n.abs() <= 400.0 => Some(d.power(n)),
                    (Some(d), _) if d != Dimension::NONE => {
                        let expected = "a constant exponent, or a base that is a pure number".into();
                        return Err(wrong(span, format!("{d} to a power that varies"), expected));
                    }
                    (measure, _) => measure,
                };
                (graph.power(done[*a].0, done[*b].0), measure)
            }
            Kind::Call(function, a) => {
                let measure = match function {
                    Function::Sqrt => done[*a].1.map(|d| d.power(0.5)),
                    Function::Abs => done[*a].1,
                    Function::Sign => Some(Dimension::NONE),
                    _ => {
                        pure(done[*a], *a, &format!("in `{}`", function.word()))?;
                        Some(Dimension::NONE)
                    }
                };
                (graph.call(*function, done[*a].0), measure)
            }
            Kind::Extreme(which, a, b) => {
                let measure = same(*a, *b, if *which == Comparison::Less { "min" } else { "max" }, &done)?;
                (graph.extreme(*which, done[*a].0, done[*b].0), measure)
            }
            Kind::Select(which, [a, b, yes, no]) => {
                same(*a, *b, which.word(), &done)?;
                let measure = same(*yes, *no, "if", &done)?;
                (graph.select(*which, [*a, *b, *yes, *no].map(|i| done[i].0)), measure)
            }
        };
        if let Some(value) = graph.constant(entry.0).filter(|v| !v.is_finite()) {
            return Err(wrong(span, value.to_string(), "a finite number".into()));
        }
        done.push(entry);
    }
    let (root, dimension) = done.last().copied().unwrap_or((NodeId(0), None));
    Ok(Resolved { graph, root, dimension })
}

fn variable(
    graph: &mut Graph<Variable>,
    leaf: &Leaf<'_>,
    span: &Range<usize>,
    lookup: &mut dyn FnMut(&Leaf<'_>) -> Binding,
) -> Result<(NodeId, Measure), ExpressionFault> {
    let unknown = |expected: String, help: Option<String>| {
        let found = match leaf {
            Leaf::Name(name) => format!("`{name}`"),
            Leaf::Amount(name) => format!("`[{name}]`"),
            Leaf::Ready(name, argument) => format!("`{name}({argument})`"),
        };
        let unit = matches!(leaf, Leaf::Name(name) if crate::units::Unit::parse(name).is_ok());
        let braces = || unit.then(|| "a unit of several parts stands in braces: `5 {mM/s}`".to_owned());
        Err(ExpressionFault { span: span.clone(), found, expected, help: help.or_else(braces) })
    };
    match lookup(leaf) {
        Binding::Refused { expected } => unknown(expected, None),
        Binding::Variable(variable, dimension) => Ok((graph.leaf(variable), Some(dimension))),
        Binding::Faulty(variable) => Ok((graph.leaf(variable), None)),
        Binding::Unknown { expected, help } => {
            if let Leaf::Name(name) = leaf
                && let Some(known) = built_in(name)
            {
                return Ok(match known {
                    Ok((variable, dimension)) => (graph.leaf(variable), Some(dimension)),
                    Err((value, dimension)) => (graph.number(value), Some(dimension)),
                });
            }
            let unit = matches!(leaf, Leaf::Name(name) if Unit::parse(name).is_ok());
            let braces = || unit.then(|| "a unit of several symbols stands in braces, such as `2 {mM/s}`".to_owned());
            unknown(expected, help.or_else(braces))
        }
    }
}

/// Refuses degrees Celsius where their zero would enter a sum, a product or a sign: `-5 degC` is no negative
/// temperature, and `T + 5 degC` is not five degrees more. Comparisons and differences are sound.
fn celsius(parsed: &Parsed, node: &Node) -> Result<(), ExpressionFault> {
    let operands = match &node.kind {
        Kind::Neg(a) => vec![*a],
        Kind::Binary(b'-', ..) => Vec::new(),
        Kind::Binary(_, a, b) => vec![*a, *b],
        _ => Vec::new(),
    };
    for node in operands.into_iter().map(|i| &parsed.nodes[i]) {
        if let Kind::Quantity(quantity) = &node.kind
            && quantity.has_offset()
        {
            let found = format!("`{quantity}`, a temperature on a scale of its own");
            let expected = "kelvin (`K`) in sums, products and powers, and after a sign".to_owned();
            return Err(ExpressionFault { span: node.span.clone(), found, expected, help: None });
        }
    }
    Ok(())
}
