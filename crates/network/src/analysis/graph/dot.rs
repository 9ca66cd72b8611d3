//! The graph in the language of Graphviz.

use std::fmt::Write as _;

use super::{Role, edges, electrons};
use crate::network::Network;

/// The graph of a network in DOT, the language of Graphviz (<https://graphviz.org/doc/info/lang.html>).
///
/// Species are ellipses, dashed where held constant; steps are boxes; each phase is a cluster. An edge carries its
/// coefficient where that is not 1 and has two heads where the step is reversible; a dotted one joins a species that
/// only sets the rate. Everything stands in the order of the model.
pub fn dot(network: &Network) -> String {
    let mut text = format!("digraph {} {{\n  rankdir=LR;\n", quoted(network.name()));
    for (p, phase) in network.definition().phases.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{p} {{\n    label={};", quoted(&phase.name));
        for (i, species) in network.species().iter().enumerate().filter(|(_, s)| s.phase.0 == p) {
            let dashed = if species.fixed { ", style=dashed" } else { "" };
            let _ = writeln!(text, "    s{i} [label={}, shape=ellipse{dashed}];", quoted(&species.name));
        }
        for (i, step) in network.steps().iter().enumerate().filter(|(_, s)| s.phase.0 == p) {
            let name = match electrons(step.electrons) {
                Some(electrons) => format!("{}\n{electrons}", step.name),
                None => step.name.clone(),
            };
            let _ = writeln!(text, "    r{i} [label={}, shape=box];", quoted(&name));
        }
        text.push_str("  }\n");
    }
    for edge in edges(network) {
        let (s, r) = (edge.species, edge.step);
        let _ = match edge.role {
            Role::Reactant(n, both) => writeln!(text, "  s{s} -> r{r}{};", attributes(n, both)),
            Role::Product(n, both) => writeln!(text, "  r{r} -> s{s}{};", attributes(n, both)),
            Role::Modifier => writeln!(text, "  s{s} -> r{r} [style=dotted, arrowhead=none];"),
        };
    }
    text.push_str("}\n");
    text
}

fn attributes(coefficient: f64, both: bool) -> String {
    let both = both.then(|| "dir=both".to_owned());
    let label = (coefficient != 1.0).then(|| format!("label=\"{coefficient}\""));
    let all: Vec<String> = both.into_iter().chain(label).collect();
    if all.is_empty() { String::new() } else { format!(" [{}]", all.join(", ")) }
}

/// A quoted string that shows as it is: Graphviz reads backslashes and HTML entities in labels.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '&' => quoted.push_str("&amp;"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push(char::REPLACEMENT_CHARACTER),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
