//! The table as Markdown.

use crate::case::Case;
use crate::{Done, Measurement};

pub(crate) fn markdown(cases: &[Case], all: &[Measurement]) -> String {
    let mut text = String::from(HEAD);
    for (i, case) in cases.iter().enumerate() {
        text.push_str(&format!("\n## {}\n\nReference: {}.\n\n", case.name, case.source));
        text.push_str(
            "| method | rtol | error / rtol | steps | rejected | evaluations | factorisations | time / fastest |\n",
        );
        text.push_str("|---|---|---|---|---|---|---|---|\n");
        let mut own: Vec<&Measurement> = all.iter().filter(|m| m.case == i).collect();
        // By tolerance, the methods beside each other.
        own.sort_by(|a, b| b.rtol.total_cmp(&a.rtol));
        for m in &own {
            let fastest = own.iter().filter(|o| o.rtol == m.rtol).filter_map(|o| o.outcome.as_ref().ok());
            let fastest = fastest.map(|d| d.seconds).fold(f64::INFINITY, f64::min);
            let row = match &m.outcome {
                Ok(Done { error, stats, seconds }) => format!(
                    "{} | {} | {} | {} | {} | {:.1}",
                    figure(error / m.rtol),
                    stats.accepted,
                    stats.rejected,
                    stats.evaluations,
                    stats.factorisations,
                    seconds / fastest
                ),
                Err(cause) => format!("{cause} | | | | |"),
            };
            text.push_str(&format!("| {} | {:e} | {row} |\n", m.method, m.rtol));
        }
    }
    text
}

fn figure(value: f64) -> String {
    if value < 100.0 { format!("{value:.2}") } else { format!("{value:.1e}") }
}

const HEAD: &str = "# Work and precision

Written by `cargo run --release --example work_precision -- --write`. Error: the largest, over species and times, of
`|y - exact| / (|exact| + 1e-6 scale)`, here in units of `rtol`; 1e-6 is the default `resolution`. Steps are accepted ones.
Times are the shortest of several runs on one machine, as a ratio to the fastest method at that tolerance; they include
setting up the network's tables, and vary by some tenths. Counts do not vary. ROBER is measured to 1e7 s; at 1e11 s
rounding bounds the error from below (see [the solver](theory/solver.md#radau5)).

An explicit method that fails at a tolerance is not tried at a tighter one.

![Time against delivered error](images/work-precision.svg)
";
