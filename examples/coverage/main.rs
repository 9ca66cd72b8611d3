//! How often the intervals of a fit hold the truth, and how often the right law is preferred, on synthetic data:
//! `cargo run --release --example coverage -- [DATA SETS]`. The figures are in docs/theory/fit.md.

#[path = "../../tests/problems/mod.rs"]
mod problems;

use problems::synthetic::{cell, csv, experiment, normal, potentials, product, second, two_step};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use ratelaw::fit::compare;
use ratelaw::prelude::*;

/// Truth of the two-step model, 1/s; noise as a fraction of the yield.
const TRUTH: [f64; 2] = [0.04, 0.01];
const NOISE: f64 = 0.01;

fn coverage(sets: usize, stated: bool) -> Result<(), Box<dyn std::error::Error>> {
    let times: Vec<f64> = (1..=20).map(|i| 10.0 * f64::from(i)).collect();
    // Which of the two is larger the product curve cannot say, so the ranges do.
    let free = [Free::log10("r1.k", 0.02..=1.0), Free::log10("r2.k", 1e-4..=0.02)];
    let (network, mut random) = (two_step(0.03, 0.005), ChaCha8Rng::seed_from_u64(20241122));
    let (mut linear, mut profile, mut refused) = ([0; 2], [0; 2], 0);
    for _ in 0..sets {
        let header = if stated { "time / s,P / 1,sd(P) / 1" } else { "time / s,P / 1" };
        let mut text = csv(header, &times, |t| product(TRUTH[0], TRUTH[1], t) + NOISE * normal(&mut random));
        if stated {
            text = text
                .lines()
                .enumerate()
                .map(|(i, l)| if i == 0 { format!("{l}\n") } else { format!("{l},{NOISE}\n") })
                .collect();
        }
        let report = fit(&[experiment(&network, &text)], &free, &FitOptions { starts: 3, ..FitOptions::default() })?;
        refused += usize::from(!report.converged);
        for (i, truth) in TRUTH.into_iter().enumerate() {
            let holds = |(low, high): (f64, f64)| low <= truth && truth <= high;
            linear[i] += usize::from(report.linear_interval(i).is_some_and(holds));
            profile[i] += usize::from(report.parameters[i].verdict.allows(truth));
        }
    }
    let percent = |n: [usize; 2]| n.map(|n| format!("{:.1} %", 100.0 * n as f64 / sets as f64)).join(" and ");
    let noise = if stated { "stated" } else { "unknown" };
    println!("{sets} data sets, noise {noise}: linear intervals hold k1 and k2 in {}", percent(linear));
    println!("  profiles in {}; {refused} fits did not converge", percent(profile));
    Ok(())
}

fn choice(repeats: usize, limit: Option<f64>, alpha: f64) -> Result<usize, Box<dyn std::error::Error>> {
    let (network, mut random, mut preferred) = (cell(), ChaCha8Rng::seed_from_u64(7), 0);
    let k0 = || Free::log10("k0", 1e-7..=1e-3);
    let options = FitOptions { starts: 1, ..FitOptions::default() };
    for _ in 0..repeats {
        let data = potentials(&network, |e| second(e, alpha, limit), &mut random);
        let law = fit(&data, &[k0(), Free::log10("alpha", 0.01..=1.0)], &options)?;
        let free = fit(&data, &[k0().each()], &options)?;
        preferred += usize::from(compare(&[("Tafel", &law), ("free", &free)])?.candidates[0].name == "Tafel");
    }
    Ok(preferred)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sets = std::env::args().nth(1).map_or(Ok(1000), |n| n.parse())?;
    coverage(sets, true)?;
    coverage(sets, false)?;
    println!("Tafel preferred by AICc in {} of 100 where it is the truth", choice(100, None, 0.15)?);
    println!("Tafel preferred by AICc in {} of 100 where the rate levels off", choice(100, Some(3e-5), 0.5)?);
    Ok(())
}
