//! Evaluation of expressions over plain, dual or hyper-dual numbers.

use super::graph::{Graph, NodeId, Op};
use crate::network::{ParameterId, SpeciesId};
use crate::rate::{Real, power};

/// What a leaf of a resolved expression stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    /// Amount of a species, SI.
    Amount(SpeciesId),
    /// Value of a parameter, SI.
    Parameter(ParameterId),
    /// Temperature, K.
    Temperature,
    /// Potential of the step's electrode, V.
    Potential,
    /// Time, s.
    Time,
    /// Something that the caller works out: a ready observable, by its number.
    Ready(usize),
}

/// Operations in the order of their evaluation, only those that the results need.
#[derive(Debug, Clone, PartialEq)]
pub struct Tape {
    ops: Vec<Op<Variable>>,
    results: Vec<usize>,
}

impl Tape {
    /// The tape of some operations of a graph.
    pub fn new(graph: &Graph<Variable>, results: &[NodeId]) -> Self {
        let mut needed = vec![false; graph.ops().len()];
        for id in results {
            needed[id.index()] = true;
        }
        for i in (0..needed.len()).rev() {
            if needed[i] {
                children(graph.ops()[i], &mut |id| needed[id.index()] = true);
            }
        }
        let mut place = vec![NodeId(0); needed.len()];
        let mut ops = Vec::new();
        for (i, op) in graph.ops().iter().enumerate().filter(|(i, _)| needed[*i]) {
            place[i] = NodeId(ops.len() as u32);
            ops.push(moved(*op, &place));
        }
        Self { ops, results: results.iter().map(|id| place[id.index()].index()).collect() }
    }

    /// The variables that occur.
    pub fn variables(&self) -> impl Iterator<Item = Variable> + '_ {
        self.ops.iter().filter_map(|op| match op {
            Op::Leaf(variable) => Some(*variable),
            _ => None,
        })
    }

    /// How many results it has.
    pub fn results(&self) -> usize {
        self.results.len()
    }

    /// Evaluates everything; the results are then read with [`Tape::result`]. `registers` is working memory.
    pub fn evaluate<N: Real>(&self, leaf: impl Fn(Variable) -> N, registers: &mut Vec<N>) {
        registers.clear();
        for op in &self.ops {
            let at = |id: NodeId| registers[id.index()];
            let value = match *op {
                Op::Number(v) => N::constant(v),
                Op::Leaf(variable) => leaf(variable),
                Op::Add(a, b) => at(a) + at(b),
                Op::Sub(a, b) => at(a) - at(b),
                Op::Mul(a, b) => at(a) * at(b),
                Op::Div(a, b) => at(a) / at(b),
                Op::Power(a, n) => power(at(a), n),
                Op::PowerOf(a, b) => (at(b) * at(a).ln()).exp(),
                Op::Call(function, a) => function.of(at(a)),
                Op::Extreme(which, a, b) => which.choose(at(a), at(b), at(a), at(b)),
                Op::Select(which, [a, b, yes, no]) => which.choose(at(a), at(b), at(yes), at(no)),
            };
            registers.push(value);
        }
    }

    /// A result of the evaluation that filled `registers`.
    pub fn result<N: Real>(&self, index: usize, registers: &[N]) -> N {
        registers[self.results[index]]
    }

    /// Evaluates and gives the first result; for expressions outside inner loops.
    pub fn value<N: Real>(&self, leaf: impl Fn(Variable) -> N) -> N {
        let mut registers = Vec::with_capacity(self.ops.len());
        self.evaluate(leaf, &mut registers);
        self.result(0, &registers)
    }
}

fn children(op: Op<Variable>, each: &mut dyn FnMut(NodeId)) {
    match op {
        Op::Number(_) | Op::Leaf(_) => {}
        Op::Power(a, _) | Op::Call(_, a) => each(a),
        Op::Add(a, b) | Op::Sub(a, b) | Op::Mul(a, b) | Op::Div(a, b) | Op::PowerOf(a, b) | Op::Extreme(_, a, b) => {
            each(a);
            each(b);
        }
        Op::Select(_, of) => of.into_iter().for_each(each),
    }
}

/// The operation with its children at their new places.
fn moved(op: Op<Variable>, place: &[NodeId]) -> Op<Variable> {
    let to = |id: NodeId| place[id.index()];
    match op {
        Op::Number(_) | Op::Leaf(_) => op,
        Op::Add(a, b) => Op::Add(to(a), to(b)),
        Op::Sub(a, b) => Op::Sub(to(a), to(b)),
        Op::Mul(a, b) => Op::Mul(to(a), to(b)),
        Op::Div(a, b) => Op::Div(to(a), to(b)),
        Op::Power(a, n) => Op::Power(to(a), n),
        Op::PowerOf(a, b) => Op::PowerOf(to(a), to(b)),
        Op::Call(f, a) => Op::Call(f, to(a)),
        Op::Extreme(c, a, b) => Op::Extreme(c, to(a), to(b)),
        Op::Select(c, of) => Op::Select(c, of.map(to)),
    }
}
