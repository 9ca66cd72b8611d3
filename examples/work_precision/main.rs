//! Work and precision: what each method delivers for what it costs, over eight decades of tolerance.
//!
//! `cargo run --release --example work_precision` prints the table; with `-- --write` it goes to
//! `docs/work-precision.md` and the picture to `docs/images/work-precision.svg`. Times are of the machine at hand.

mod case;
mod picture;
#[path = "../../tests/problems/mod.rs"]
mod problems;
mod table;

use std::time::Instant;

use ratelaw::prelude::*;
use ratelaw::solver::{SolveError, Stats};

use case::Case;

/// One method at one tolerance on one problem.
pub(crate) struct Measurement {
    pub(crate) case: usize,
    pub(crate) method: Method,
    pub(crate) rtol: f64,
    /// The cause where it failed.
    pub(crate) outcome: Result<Done, String>,
}

/// What a run cost and delivered.
pub(crate) struct Done {
    /// Largest error of any species at any of the times, over `|y| + 1e-6 scale`: a relative error where the amount is
    /// resolved.
    pub(crate) error: f64,
    pub(crate) stats: Stats,
    /// The shortest of several runs, s.
    pub(crate) seconds: f64,
}

const DECADES: std::ops::RangeInclusive<i32> = 3..=11;
/// A method that needs more steps than these is not for the problem.
const MOST_STEPS: usize = 200_000;
/// A run is repeated for so long, s, at least once, and the shortest time counts.
const REPEAT: f64 = 0.2;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cases = case::all()?;
    let methods = Method::ALL.into_iter().filter(|m| *m != Method::Auto);
    let mut all = Vec::new();
    for method in methods {
        for (i, case) in cases.iter().enumerate() {
            let mut can = true;
            for k in DECADES.filter(|k| k % 2 == 1 || !method.is_explicit()) {
                if !can {
                    break;
                }
                let rtol = 10_f64.powi(-k);
                let outcome = measured(case, method, rtol);
                // An explicit method that cannot at one tolerance cannot at a tighter one.
                can = outcome.is_ok() || !method.is_explicit();
                all.push(Measurement { case: i, method, rtol, outcome });
            }
        }
    }
    let text = table::markdown(&cases, &all);
    if std::env::args().any(|a| a == "--write") {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        std::fs::write(docs.join("work-precision.md"), &text)?;
        std::fs::write(docs.join("images/work-precision.svg"), picture::svg(&cases, &all))?;
    } else {
        println!("{text}");
    }
    Ok(())
}

fn measured(case: &Case, method: Method, rtol: f64) -> Result<Done, String> {
    let options = SolveOptions { method, rtol, max_steps: MOST_STEPS, ..SolveOptions::default() };
    let begun = Instant::now();
    let mut seconds = f64::INFINITY;
    loop {
        let start = Instant::now();
        let solution = solve(&case.problem, &options).map_err(|error| match error {
            SolveError::Failed(failure) => failure.cause.to_string(),
            other => other.to_string(),
        })?;
        seconds = seconds.min(start.elapsed().as_secs_f64());
        if begun.elapsed().as_secs_f64() > REPEAT {
            return Ok(Done { error: case.error(&solution), stats: solution.stats, seconds });
        }
    }
}
