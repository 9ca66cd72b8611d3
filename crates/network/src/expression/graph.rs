//! Operations of expressions, each once.

use std::collections::HashMap;

use super::function::{Comparison, Function};

/// Index of an operation; children come before parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// One operation; `L` is what a leaf stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Op<L> {
    /// A number, SI.
    Number(f64),
    /// A variable.
    Leaf(L),
    /// Sum.
    Add(NodeId, NodeId),
    /// Difference.
    Sub(NodeId, NodeId),
    /// Product.
    Mul(NodeId, NodeId),
    /// Quotient.
    Div(NodeId, NodeId),
    /// Power with a constant exponent.
    Power(NodeId, f64),
    /// Power with a variable exponent; the base is positive.
    PowerOf(NodeId, NodeId),
    /// Function of one number.
    Call(Function, NodeId),
    /// The lesser, or the greater.
    Extreme(Comparison, NodeId, NodeId),
    /// `if(a < b, then, else)`.
    Select(Comparison, [NodeId; 4]),
}

/// Operations shared by one or several expressions: equal ones stand once, and what can be worked out at once
/// is.
#[derive(Debug, Clone)]
pub struct Graph<L> {
    ops: Vec<Op<L>>,
    known: HashMap<Key<L>, NodeId>,
}

/// An operation in a form that can be hashed: numbers by their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<L> {
    Number(u64),
    Leaf(L),
    Two(u8, NodeId, NodeId),
    Power(NodeId, u64),
    Call(Function, NodeId),
    Extreme(Comparison, NodeId, NodeId),
    Select(Comparison, [NodeId; 4]),
}

impl<L> Default for Graph<L> {
    fn default() -> Self {
        Self { ops: Vec::new(), known: HashMap::new() }
    }
}

impl<L: Copy + Eq + std::hash::Hash> Graph<L> {
    /// All operations, children before parents.
    pub fn ops(&self) -> &[Op<L>] {
        &self.ops
    }

    pub(super) fn op(&self, id: NodeId) -> Op<L> {
        self.ops[id.index()]
    }

    /// The number that an operation is, if it is one.
    pub fn constant(&self, id: NodeId) -> Option<f64> {
        match self.op(id) {
            Op::Number(value) => Some(value),
            _ => None,
        }
    }

    fn push(&mut self, op: Op<L>) -> NodeId {
        let key = match op {
            Op::Number(v) => Key::Number(v.to_bits()),
            Op::Leaf(l) => Key::Leaf(l),
            Op::Add(a, b) => Key::Two(0, a, b),
            Op::Sub(a, b) => Key::Two(1, a, b),
            Op::Mul(a, b) => Key::Two(2, a, b),
            Op::Div(a, b) => Key::Two(3, a, b),
            Op::PowerOf(a, b) => Key::Two(4, a, b),
            Op::Power(a, n) => Key::Power(a, n.to_bits()),
            Op::Call(f, a) => Key::Call(f, a),
            Op::Extreme(c, a, b) => Key::Extreme(c, a, b),
            Op::Select(c, of) => Key::Select(c, of),
        };
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = NodeId(u32::try_from(self.ops.len()).unwrap_or(u32::MAX));
        self.ops.push(op);
        self.known.insert(key, id);
        id
    }

    /// A number.
    pub fn number(&mut self, value: f64) -> NodeId {
        self.push(Op::Number(value))
    }

    /// A variable.
    pub fn leaf(&mut self, leaf: L) -> NodeId {
        self.push(Op::Leaf(leaf))
    }

    /// Sum.
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) => self.number(x + y),
            (Some(0.0), _) => b,
            (_, Some(0.0)) => a,
            _ => self.push(Op::Add(a, b)),
        }
    }

    /// Difference.
    pub fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) => self.number(x - y),
            (_, Some(0.0)) => a,
            _ => self.push(Op::Sub(a, b)),
        }
    }

    /// Product.
    pub fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) => self.number(x * y),
            (Some(0.0), _) | (_, Some(0.0)) => self.number(0.0),
            (Some(1.0), _) => b,
            (_, Some(1.0)) => a,
            _ => self.push(Op::Mul(a, b)),
        }
    }

    /// Quotient.
    pub fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) if y != 0.0 => self.number(x / y),
            (Some(0.0), None) => self.number(0.0),
            (_, Some(1.0)) => a,
            _ => self.push(Op::Div(a, b)),
        }
    }

    /// Negative.
    pub fn neg(&mut self, a: NodeId) -> NodeId {
        let minus = self.number(-1.0);
        self.mul(minus, a)
    }

    /// Power; a constant exponent is treated apart, since its base may then be zero or negative.
    pub fn power(&mut self, a: NodeId, exponent: NodeId) -> NodeId {
        match (self.constant(a), self.constant(exponent)) {
            (Some(x), Some(n)) => self.number(crate::lane::powf(x, n)),
            (_, Some(0.0)) => self.number(1.0),
            (_, Some(1.0)) => a,
            (_, Some(n)) => self.push(Op::Power(a, n)),
            _ => self.push(Op::PowerOf(a, exponent)),
        }
    }

    /// Function of one number.
    pub fn call(&mut self, function: Function, a: NodeId) -> NodeId {
        match self.constant(a) {
            Some(x) => self.number(function.of(x)),
            None => self.push(Op::Call(function, a)),
        }
    }

    /// The lesser (`Comparison::Less`) or the greater of two.
    pub fn extreme(&mut self, which: Comparison, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant(a), self.constant(b)) {
            (Some(x), Some(y)) => self.number(if which.holds(x, y) { x } else { y }),
            _ => self.push(Op::Extreme(which, a, b)),
        }
    }

    /// `if(a < b, then, else)`.
    pub fn select(&mut self, comparison: Comparison, of: [NodeId; 4]) -> NodeId {
        if of[2] == of[3] {
            return of[2];
        }
        match (self.constant(of[0]), self.constant(of[1])) {
            (Some(x), Some(y)) => of[if comparison.holds(x, y) { 2 } else { 3 }],
            _ => self.push(Op::Select(comparison, of)),
        }
    }
}
