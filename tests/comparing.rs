//! Choices between laws by AICc on synthetic data: curves on paper with noise from a seed. Nothing here was measured.

mod problems;

use problems::letters;
use problems::synthetic::{csv, experiment, normal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use ratelaw::fit::{Candidate, compare};
use ratelaw::prelude::*;

/// Noise of the data, which are amounts of order one.
const NOISE: f64 = 0.01;
/// Substantial evidence, in AICc (Burnham and Anderson 2002, section 2.6).
const CLEAR: f64 = 10.0;

/// A column with noise at sixteen times.
fn measured(column: &str, curve: impl Fn(f64) -> f64, seed: u64) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let times: Vec<f64> = (1..=16).map(|t| 0.5 * f64::from(t)).collect();
    csv(&format!("time / s,{column} / 1"), &times, |t| curve(t) + NOISE * normal(&mut random))
}

/// The candidates, the best first.
fn ranked(text: &str, candidates: [(&str, &Network, &[&str]); 2]) -> Vec<Candidate> {
    let free = |names: &[&str]| names.iter().map(|n| Free::log10(n, 1e-4..=1e2)).collect::<Vec<_>>();
    let options = FitOptions { starts: 3, ..FitOptions::default() };
    let reports = candidates.map(|(name, network, names)| {
        let report = fit(&[experiment(network, text)], &free(names), &options).unwrap();
        assert!(report.converged, "{report}");
        (name, report)
    });
    compare(&[(reports[0].0, &reports[0].1), (reports[1].0, &reports[1].1)]).unwrap().candidates
}

/// Coupling `A -> B` or `2 A -> B`: `exp(-k t)` against `1 / (1 + 2 k t)`, each the truth once.
#[test]
fn first_against_second_order_coupling() {
    let amounts = [("A", 1.0), ("B", 0.0)];
    let (first, second) =
        (letters("first", &amounts, &[("A -> B", 0.3)]), letters("second", &amounts, &[("2 A -> B", 0.3)]));
    for seed in 0..3 {
        let best = |text: String| {
            let both = ranked(&text, [("first", &first, &["r1.k"]), ("second", &second, &["r1.k"])]);
            assert!(both[1].likelihood.aicc() - both[0].likelihood.aicc() > CLEAR, "{both:?}");
            both[0].name.clone()
        };
        assert_eq!(best(measured("A", |t| (-0.5 * t).exp(), seed)), "first");
        assert_eq!(best(measured("A", |t| 1.0 / (1.0 + 2.0 * 0.5 * t), seed)), "second");
    }
}

/// Condensation `A + B -> C + W` from equal amounts, or with its reverse. At `K = 4` the rate is
/// `k (1 - 3 x / 2) (1 - x / 2)`, so `x = (exp(k t) - 1) / (1.5 exp(k t) - 0.5)`; without a reverse `x = k t / (1 + k t)`.
#[test]
fn reversible_against_irreversible_condensation() {
    let amounts = [("A", 1.0), ("B", 1.0), ("C", 0.0), ("W", 0.0)];
    let forward = ("A + B -> C + W", 0.3);
    let one_way = letters("irreversible", &amounts, &[forward]);
    let both_ways = letters("reversible", &amounts, &[forward, ("C + W -> A + B", 0.1)]);
    for seed in 0..3 {
        let ranked = |text: String| {
            let free: [&[&str]; 2] = [&["r1.k"], &["r1.k", "r2.k"]];
            ranked(&text, [("irreversible", &one_way, free[0]), ("reversible", &both_ways, free[1])])
        };
        let found = ranked(measured("C", |t| ((0.8 * t).exp() - 1.0) / (1.5 * (0.8 * t).exp() - 0.5), seed));
        assert_eq!(found[0].name, "reversible");
        assert!(found[1].likelihood.aicc() - found[0].likelihood.aicc() > CLEAR, "{found:?}");
        // The larger model contains the smaller: where that is the truth, it can be no better than its constant is worth.
        let found = ranked(measured("C", |t| 0.8 * t / (1.0 + 0.8 * t), seed));
        assert_eq!(found[0].name, "irreversible", "{found:?}");
    }
}
