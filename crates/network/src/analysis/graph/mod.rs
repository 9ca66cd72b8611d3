//! The graph of a network: species and steps, and what goes in and out.

mod dot;
mod mermaid;

pub use dot::dot;
pub use mermaid::mermaid;

use super::sides::Sides;
use crate::network::Network;

/// A line between a species and a step.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edge {
    species: usize,
    step: usize,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    /// On the left, with its coefficient; of a reversible step.
    Reactant(f64, bool),
    /// On the right, likewise.
    Product(f64, bool),
    /// On neither side, but the rate depends on it.
    Modifier,
}

/// All lines by step: reactants, products and then what only sets the rate, each by species.
fn edges(network: &Network) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (step, (checked, sides)) in network.steps().iter().zip(Sides::of(network)).enumerate() {
        let both = sides.reversible;
        let mut modifiers: Vec<usize> =
            checked.orders.iter().chain(&checked.reverse_orders).map(|(id, _)| id.0).collect();
        modifiers.sort_unstable();
        modifiers.dedup();
        modifiers.retain(|i| !sides.left.iter().chain(&sides.right).any(|(id, _)| id.0 == *i));
        edges.extend(sides.left.iter().map(|(id, n)| Edge { species: id.0, step, role: Role::Reactant(*n, both) }));
        edges.extend(sides.right.iter().map(|(id, n)| Edge { species: id.0, step, role: Role::Product(*n, both) }));
        edges.extend(modifiers.into_iter().map(|species| Edge { species, step, role: Role::Modifier }));
    }
    edges
}

/// What an electrode step does with electrons, which are no species here: `1 e- out`.
fn electrons(n: f64) -> Option<String> {
    let way = if n > 0.0 { "out" } else { "in" };
    (n != 0.0).then(|| format!("{} e- {way}", n.abs()))
}
