//! Parameters in the order in which they can be worked out; those that need themselves.

use super::Check;
use super::parameters::Table;
use crate::error::{Diagnostic, Fault};

impl Check<'_> {
    /// Resolves expressions of parameters in an order in which each comes after those that it uses.
    pub(super) fn resolve_all(&mut self, table: &mut Table) {
        let mut pending: Vec<usize> = table.dependent();
        loop {
            let before = pending.len();
            pending.retain(|i| {
                let ready = table.unresolved_in(*i).is_empty();
                if ready {
                    self.resolve_entry(*i, table);
                }
                !ready
            });
            if pending.len() == before {
                break;
            }
        }
        // What is left needs itself, or something faulty. One message for each circle is enough.
        let mut told: Vec<usize> = Vec::new();
        for i in pending {
            self.resolve_entry(i, table);
            if told.contains(&i) {
                continue;
            }
            let Some(circle) = circle(i, table) else { continue };
            let names: Vec<String> = circle.iter().chain([&i]).map(|i| format!("`{}`", table.name(*i))).collect();
            let fault = Fault::Conflict { what: format!("the expression of {} uses itself", names[0]) };
            let diagnostic = Diagnostic::new(fault, names.join(" needs "), "parameters that come to an end");
            self.fault(&table.path(i), diagnostic);
            told.extend(circle);
        }
    }
}

/// The shortest way from a parameter back to itself, by those that each needs.
fn circle(start: usize, table: &Table) -> Option<Vec<usize>> {
    let mut ways = vec![vec![start]];
    let mut seen = Vec::new();
    let mut at = 0;
    while let Some(way) = ways.get(at).cloned() {
        for next in table.unresolved_in(way[way.len() - 1]) {
            if next == start {
                return Some(way);
            }
            if !seen.contains(&next) {
                seen.push(next);
                ways.push(way.iter().copied().chain([next]).collect());
            }
        }
        at += 1;
    }
    None
}
