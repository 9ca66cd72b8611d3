//! The graph in the language of Mermaid.

use std::fmt::Write as _;

use super::{Role, edges, electrons};
use crate::network::Network;

/// The graph of a network as a Mermaid flow chart (<https://mermaid.js.org/syntax/flowchart.html>).
///
/// Species are rounded, dashed where held constant; steps are boxes; each phase is a subgraph. Edges are those of
/// [`dot`](super::dot()).
pub fn mermaid(network: &Network) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (p, phase) in network.definition().phases.iter().enumerate() {
        let _ = writeln!(text, "  subgraph p{p}[\"{}\"]", escaped(&phase.name));
        for (i, species) in network.species().iter().enumerate().filter(|(_, s)| s.phase.0 == p) {
            let _ = writeln!(text, "    s{i}([\"{}\"])", escaped(&species.name));
        }
        for (i, step) in network.steps().iter().enumerate().filter(|(_, s)| s.phase.0 == p) {
            let second = electrons(step.electrons).map_or(String::new(), |e| format!("<br/>{e}"));
            let _ = writeln!(text, "    r{i}[\"{}{second}\"]", escaped(&step.name));
        }
        text.push_str("  end\n");
    }
    for edge in edges(network) {
        let (s, r) = (edge.species, edge.step);
        let _ = match edge.role {
            Role::Reactant(n, both) => writeln!(text, "  s{s} {}{} r{r}", arrow(both), label(n)),
            Role::Product(n, both) => writeln!(text, "  r{r} {}{} s{s}", arrow(both), label(n)),
            Role::Modifier => writeln!(text, "  s{s} -.- r{r}"),
        };
    }
    let fixed: Vec<String> =
        network.species().iter().enumerate().filter(|(_, s)| s.fixed).map(|(i, _)| format!("s{i}")).collect();
    if !fixed.is_empty() {
        let _ = writeln!(text, "  classDef fixed stroke-dasharray: 4\n  class {} fixed", fixed.join(","));
    }
    text
}

fn arrow(both: bool) -> &'static str {
    if both { "<-->" } else { "-->" }
}

fn label(coefficient: f64) -> String {
    if coefficient == 1.0 { String::new() } else { format!("|\"{coefficient}\"|") }
}

/// Letters and digits stand as they are, and so do signs within a word (`H+`, `k_ads`); everything else is written
/// by its code, since labels are read as HTML, and their beginnings as lists.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    let mut within = false;
    for c in text.chars() {
        let c = if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        if c.is_alphanumeric() || (within && matches!(c, '+' | '-' | '_')) {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "#{};", u32::from(c));
        }
        within = c.is_alphanumeric();
    }
    escaped
}
