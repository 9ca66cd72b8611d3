//! Which parameters are rates. BioNetGen has no units: a parameter is a rate (1/s) if a rate constant is proportional
//! to it, else a pure number; where an expression mixes the two, it says so with a second in its place.

use super::tree::{At, Node, Operator, Tree};

/// What a parameter or an expression measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A pure number.
    Number,
    /// Something per second.
    Rate,
}

/// Kinds of all parameters, from the expressions that are rates and from those of the parameters.
pub(super) fn kinds<'t>(rates: impl Iterator<Item = &'t Tree>, parameters: &[Option<Tree>]) -> Vec<Kind> {
    let mut kinds = vec![Kind::Number; parameters.len()];
    let mut open: Vec<usize> = Vec::new();
    for tree in rates {
        mark(tree, &mut kinds, &mut open);
    }
    while let Some(parameter) = open.pop() {
        if let Some(tree) = &parameters[parameter] {
            mark(tree, &mut kinds, &mut open);
        }
    }
    kinds
}

/// Marks what a rate is proportional to.
fn mark(tree: &Tree, kinds: &mut [Kind], open: &mut Vec<usize>) {
    // Whether each operation has a parameter in it.
    let mut has: Vec<bool> = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        let mut any = matches!(node, Node::Parameter(_));
        node.clone().children(&mut |at| any |= has[*at]);
        has.push(any);
    }
    let mut wanted: Vec<At> = tree.nodes.len().checked_sub(1).into_iter().collect();
    while let Some(at) = wanted.pop() {
        match tree.nodes[at] {
            Node::Parameter(i) if kinds[i] == Kind::Number => {
                kinds[i] = Kind::Rate;
                open.push(i);
            }
            Node::Negative(a) | Node::Binary(Operator::Divide, a, _) => wanted.push(a),
            Node::Binary(Operator::Multiply, a, b) => match (has[a], has[b]) {
                (true, false) => wanted.push(a),
                (false, true) => wanted.push(b),
                // Either may be the rate, so neither is taken for one.
                _ => {}
            },
            Node::Binary(Operator::Add | Operator::Subtract | Operator::Least | Operator::Greatest, a, b)
            | Node::Select([_, a, b]) => wanted.extend([a, b]),
            _ => {}
        }
    }
}
