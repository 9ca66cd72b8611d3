//! Expressions of BioNetGen as trees.

use std::ops::Range;

use crate::expression::Function;

/// Index of an operation of a [`Tree`].
pub(super) type At = usize;

/// An expression: operations, children before parents, the last the result, so that nothing recurses over it.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// One operation.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Number(f64),
    /// A name that is not looked up yet, with the arguments of a call.
    Word(Word),
    /// A parameter, by its number.
    Parameter(usize),
    /// The amount of a species, by its number.
    Amount(usize),
    Time,
    Negative(At),
    /// The nearest whole number.
    Round(At),
    Call(Function, At),
    Binary(Operator, At, At),
    /// The second where the first is not zero, else the third.
    Select([At; 3]),
}

/// A name as written.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) name: String,
    pub(super) span: Range<usize>,
    /// Arguments, if it is called.
    pub(super) arguments: Option<Vec<At>>,
}

/// Operations of two numbers; comparisons are 1 where they hold, else 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Least,
    Greatest,
}

impl Operator {
    /// Its value for two numbers; there is none if one of them is none.
    pub(super) fn of(self, a: f64, b: f64) -> f64 {
        if a.is_nan() || b.is_nan() {
            return f64::NAN;
        }
        let truth = |holds: bool| f64::from(u8::from(holds));
        match self {
            Self::Or => truth(a != 0.0 || b != 0.0),
            Self::And => truth(a != 0.0 && b != 0.0),
            Self::Less => truth(a < b),
            Self::LessEqual => truth(a <= b),
            Self::Greater => truth(a > b),
            Self::GreaterEqual => truth(a >= b),
            Self::Equal => truth(a == b),
            Self::NotEqual => truth(a != b),
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Power => crate::lane::powf(a, b),
            Self::Least => a.min(b),
            Self::Greatest => a.max(b),
        }
    }
}

impl Node {
    /// Shows every child to a function, which may move it.
    pub(super) fn children(&mut self, each: &mut dyn FnMut(&mut At)) {
        match self {
            Self::Number(_) | Self::Parameter(_) | Self::Amount(_) | Self::Time => {}
            Self::Word(word) => word.arguments.iter_mut().flatten().for_each(each),
            Self::Negative(a) | Self::Round(a) | Self::Call(_, a) => each(a),
            Self::Binary(_, a, b) => {
                each(a);
                each(b);
            }
            Self::Select(of) => of.iter_mut().for_each(each),
        }
    }
}

impl Tree {
    /// Adds an operation.
    pub(super) fn push(&mut self, node: Node) -> At {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds another tree; gives its result.
    pub(super) fn graft(&mut self, other: &Tree) -> At {
        let offset = self.nodes.len();
        for node in &other.nodes {
            let mut node = node.clone();
            node.children(&mut |at| *at += offset);
            self.nodes.push(node);
        }
        self.nodes.len().saturating_sub(1)
    }

    /// Whether it is a number as written.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.nodes.as_slice(), [Node::Number(_)] | [Node::Number(_), Node::Negative(_)])
    }

    /// Whether it changes during a run.
    pub(super) fn varies(&self) -> bool {
        self.nodes.iter().any(|node| matches!(node, Node::Amount(_) | Node::Time))
    }

    /// The parameters in it.
    pub(super) fn parameters(&self) -> impl Iterator<Item = usize> {
        self.nodes.iter().filter_map(|node| if let Node::Parameter(i) = node { Some(*i) } else { None })
    }

    /// Whether a part of it that has no names in it is not finite: a model file refuses such a part, used or not.
    pub(super) fn has_infinite_part(&self) -> bool {
        let mut values: Vec<Option<f64>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let known = |at: &At| values[*at];
            let value = match node {
                Node::Number(value) => Some(*value),
                Node::Negative(a) => known(a).map(|a| -a),
                Node::Call(function, a) => known(a).map(|a| function.of(a)),
                Node::Binary(operator, a, b) => known(a).zip(known(b)).map(|(a, b)| operator.of(a, b)),
                _ => None,
            };
            if value.is_some_and(|value| !value.is_finite()) {
                return true;
            }
            values.push(value);
        }
        false
    }

    /// Its value for given values of the parameters; none if one of them has none, or if it varies.
    pub(super) fn value(&self, parameters: &[Option<f64>]) -> Option<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            values.push(match node {
                Node::Number(value) => *value,
                Node::Parameter(i) => (*parameters.get(*i)?)?,
                Node::Word(_) | Node::Amount(_) | Node::Time => return None,
                Node::Negative(a) => -values[*a],
                Node::Round(a) => values[*a].round_ties_even(),
                Node::Call(function, a) => function.of(values[*a]),
                Node::Binary(operator, a, b) => operator.of(values[*a], values[*b]),
                Node::Select([condition, ..]) if values[*condition].is_nan() => f64::NAN,
                Node::Select([condition, yes, no]) => values[if values[*condition] == 0.0 { *no } else { *yes }],
            });
        }
        values.last().copied()
    }
}
