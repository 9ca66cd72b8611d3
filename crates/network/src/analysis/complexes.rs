//! Complexes and how the steps link them (M. Feinberg, Foundations of Chemical Reaction Network Theory, 2019).

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use super::sides::{Side, Sides};
use crate::network::{Network, SpeciesId};

/// One side of a step: `E + S`. Species held constant and electrons are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Complex {
    /// Species with their coefficients, by species; none for the zero complex.
    pub terms: Vec<(SpeciesId, f64)>,
}

impl Complex {
    /// As in an equation: `2 A + B`, and `0` for the zero complex.
    pub fn text(&self, network: &Network) -> String {
        let mut text = String::new();
        for (id, n) in &self.terms {
            let plus = if text.is_empty() { "" } else { " + " };
            let factor = if *n == 1.0 { String::new() } else { format!("{n} ") };
            let name = network.species().get(id.0).map_or("?", |s| &s.name);
            let _ = write!(text, "{plus}{factor}{name}");
        }
        if text.is_empty() { "0".to_owned() } else { text }
    }
}

/// The directed graph of complexes; everything here is linear in its size.
#[derive(Debug, Default)]
pub(super) struct ComplexGraph {
    pub(super) complexes: Vec<Complex>,
    /// Reactions from one complex to another, each once.
    edges: BTreeSet<(usize, usize)>,
}

impl ComplexGraph {
    /// Steps whose sides are the same complex are no reactions, and their complex does not count by them.
    pub(super) fn new(network: &Network, sides: &[Sides]) -> Self {
        let mut graph = Self::default();
        let mut index: HashMap<Vec<(usize, i64)>, usize> = HashMap::new();
        let free =
            |side: &Side| -> Side { side.iter().filter(|(id, _)| !network.species()[id.0].fixed).copied().collect() };
        // 0.1 A + 0.2 A and 0.3 A are one complex, whatever the last bit says.
        let key = |side: &Side| -> Vec<(usize, i64)> {
            side.iter().map(|(id, n)| (id.0, (n * 1e9).round() as i64)).collect()
        };
        for step in sides {
            let (left, right) = (free(&step.left), free(&step.right));
            let (from, to) = (key(&left), key(&right));
            if from == to {
                continue;
            }
            let mut place = |key, terms: Side| {
                *index.entry(key).or_insert_with(|| {
                    graph.complexes.push(Complex { terms });
                    graph.complexes.len() - 1
                })
            };
            let (from, to) = (place(from, left), place(to, right));
            graph.edges.insert((from, to));
            if step.reversible {
                graph.edges.insert((to, from));
            }
        }
        graph
    }

    /// Complexes that steps connect, whichever way they go: classes in the order of their first complex.
    pub(super) fn linkage_classes(&self) -> Vec<Vec<usize>> {
        let mut neighbours = self.targets(|(a, b)| (a, b));
        for (list, more) in neighbours.iter_mut().zip(self.targets(|(a, b)| (b, a))) {
            list.extend(more);
        }
        let mut classes = Vec::new();
        let mut seen = vec![false; self.complexes.len()];
        for start in 0..self.complexes.len() {
            let mut class = finished(&neighbours, start, &mut seen);
            if !class.is_empty() {
                class.sort_unstable();
                classes.push(class);
            }
        }
        classes
    }

    /// Number of classes within which every complex can be reached from every other: two searches in depth, the
    /// second against the arrows in the order in which the first was done (S. Kosaraju; M. Sharir, Comput. Math.
    /// Appl. 7 (1981) 67).
    pub(super) fn strong_linkage_classes(&self) -> usize {
        let (forward, backward) = (self.targets(|(a, b)| (a, b)), self.targets(|(a, b)| (b, a)));
        let mut seen = vec![false; self.complexes.len()];
        let order: Vec<usize> = (0..forward.len()).flat_map(|i| finished(&forward, i, &mut seen)).collect();
        seen.fill(false);
        order.iter().rev().filter(|i| !finished(&backward, **i, &mut seen).is_empty()).count()
    }

    /// Whether every reaction has its reverse.
    pub(super) fn is_reversible(&self) -> bool {
        self.edges.iter().all(|(a, b)| self.edges.contains(&(*b, *a)))
    }

    fn targets(&self, direction: impl Fn((usize, usize)) -> (usize, usize)) -> Vec<Vec<usize>> {
        let mut targets = vec![Vec::new(); self.complexes.len()];
        for (from, to) in self.edges.iter().map(|e| direction(*e)) {
            targets[from].push(to);
        }
        targets
    }
}

/// Everything not seen before that can be reached, each after all that can be reached from it; without recursion,
/// since a chain may be as long as the network.
fn finished(targets: &[Vec<usize>], start: usize, seen: &mut [bool]) -> Vec<usize> {
    let mut done = Vec::new();
    if std::mem::replace(&mut seen[start], true) {
        return done;
    }
    let mut path = vec![(start, 0)];
    while let Some((node, next)) = path.last_mut() {
        match targets[*node].get(*next) {
            Some(target) => {
                *next += 1;
                if !std::mem::replace(&mut seen[*target], true) {
                    path.push((*target, 0));
                }
            }
            None => {
                done.push(*node);
                path.pop();
            }
        }
    }
    done
}
