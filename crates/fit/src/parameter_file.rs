//! Fitted values as a part of a model file.

use std::fmt::Write;

use ratelaw_network::toml_text::{key, quoted};

use crate::identifiability::Verdict;
use crate::report::{Estimate, FitReport};

/// Digits of a value: a hundred times finer than the error of any constant that data fix to 0.01 %.
const DIGITS: usize = 7;

impl FitReport {
    /// The fitted values as `[parameters]` of a model file, each of origin `calibrated`, with its limits or why it has
    /// none. A model takes them in with `base`. `source` says what they were fitted to.
    pub fn parameter_file(&self, source: &str) -> String {
        let mut text = format!(
            "# Calibrated by ratelaw {}: {} values, {} free parameters, {} starts (seed {}), sum of squares {:.4}.\n\
             # Written by the program: change what it is fitted to, not this file.\n\n[parameters]\n",
            env!("CARGO_PKG_VERSION"),
            self.comparisons.len(),
            self.parameters.len(),
            self.starts.len(),
            self.seed,
            self.sse,
        );
        for estimate in &self.parameters {
            let value = in_unit(estimate, estimate.value);
            let _ = writeln!(
                text,
                "{} = {{ value = {}, origin = \"calibrated\", source = {}, note = {} }}",
                key(&estimate.name),
                quoted(&value),
                quoted(source),
                quoted(&note(estimate)),
            );
        }
        text
    }
}

fn in_unit(estimate: &Estimate, value: f64) -> String {
    // Read back, so that the shortest text of the rounded number is written.
    let shown = value / estimate.factor;
    let rounded: f64 = format!("{shown:.*e}", DIGITS - 1).parse().unwrap_or(shown);
    let number = if (1e-3..1e5).contains(&rounded.abs()) { format!("{rounded}") } else { format!("{rounded:e}") };
    if estimate.unit == "1" { number } else { format!("{number} {}", estimate.unit) }
}

fn short(estimate: &Estimate, value: f64) -> String {
    let shown = value / estimate.factor;
    if (1e-2..1e4).contains(&shown.abs()) { format!("{shown:.4}") } else { format!("{shown:.3e}") }
}

fn note(estimate: &Estimate) -> String {
    let word = estimate.verdict.word();
    let cause = estimate.cause.as_ref().map_or(String::new(), |c| format!("; {}", c.words()));
    match estimate.verdict {
        Verdict::Determined { low, high } => {
            format!("{word}: {} to {} at 95 %", short(estimate, low), short(estimate, high))
        }
        Verdict::BoundedFromBelow { low } => format!("{word}: at least {} at 95 %{cause}", short(estimate, low)),
        Verdict::BoundedFromAbove { high } => format!("{word}: at most {} at 95 %{cause}", short(estimate, high)),
        Verdict::NotDetermined | Verdict::EndOfRange | Verdict::Stopped => format!("{word}{cause}"),
    }
}
