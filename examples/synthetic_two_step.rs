//! Makes the synthetic data set of the two-step model: `cargo run --example synthetic_two_step`.
//!
//! No table of yields against time is published for this system (docs/guide/hydrazine.md), so this one is made
//! by the model itself with its own constants and normal noise, and its name and header say so.

use rand::{RngExt, SeedableRng};
use ratelaw::prelude::*;

/// Standard deviation of the noise, per cent of yield; assumed, as of a careful chromatographic analysis.
const SD: f64 = 1.0;
const SEED: u64 = 20241122;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let network = ratelaw::models::find("jia-2024-two-step").ok_or("the model is embedded")?.network()?;
    let hours = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let times = hours.iter().map(|h| h * 3600.0).collect();
    let problem = Problem::builder(&network).save(SavePoints::Times(times)).build()?;
    let solution = solve(&problem, &SolveOptions { rtol: 1e-10, ..SolveOptions::default() })?;
    let yields = solution.observe(&Observable::yield_of(&network, "BPA", "NH3")?);

    println!("# title: Yield of BPA from NH3 at 2.0 V, SYNTHETIC: made by a model, not measured");
    println!("# source: synthetic; jia-2024-two-step with k1 = 2e-2 1/s, k2 = 1.17e-4 1/s and normal noise");
    println!("# notes: made by examples/synthetic_two_step.rs, s.d. {SD} %, seed {SEED}; two replicates a time");
    println!("time / h,yield(BPA from NH3) / %,yield(BPA from NH3) / %,sd(yield(BPA from NH3)) / %");
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(SEED);
    for (hour, exact) in hours.iter().zip(yields) {
        let exact = 100.0 * exact.ok_or("a yield is defined from the start")?;
        // Box-Muller: two normal deviates from two uniform ones.
        let (u, v): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
        let radius = SD * (-2.0 * u.ln()).sqrt();
        let noise = [(std::f64::consts::TAU * v).cos(), (std::f64::consts::TAU * v).sin()];
        println!("{hour},{:.2},{:.2},{SD}", exact + radius * noise[0], exact + radius * noise[1]);
    }
    Ok(())
}
