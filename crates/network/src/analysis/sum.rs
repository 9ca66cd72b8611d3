//! Sums of steps as text.

use std::fmt::Write as _;

use crate::network::{Network, StepId};

/// `step A - 2 step B`.
pub(super) fn sum_of_steps(network: &Network, terms: &[(StepId, f64)]) -> String {
    let mut text = String::new();
    for (id, n) in terms {
        let sign = match (text.is_empty(), *n < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let factor = if n.abs() == 1.0 { String::new() } else { format!("{} ", n.abs()) };
        let name = network.steps().get(id.0).map_or("?", |s| &s.name);
        let _ = write!(text, "{sign}{factor}step {name}");
    }
    text
}
