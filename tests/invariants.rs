//! What no step may change: conserved totals, and the steps themselves by what only looks on.

mod problems;

use problems::stiff::{OREGO_END, oregonator};
use problems::{HIRES_END, hires, letters};
use ratelaw::network::analysis::conservation_laws;
use ratelaw::prelude::*;
use ratelaw::solver::SolveError;

/// A cycle of first and second order with two laws: A + B + 2 D + C and E + D; not stiff, so that all methods can.
fn cycle() -> Network {
    letters(
        "cycle",
        &[("A", 1.0), ("B", 0.0), ("C", 0.0), ("E", 0.3), ("D", 0.0)],
        &[("A -> B", 1.0), ("B -> C", 0.5), ("C -> A", 0.2), ("A + E -> D", 2.0), ("D -> A + E", 1.0)],
    )
}

/// Laws drift by rounding alone: at most 1e-13 of their total a step, and in fact far less, for every method.
#[test]
fn conservation_laws_drift_by_rounding() {
    let robertson = ratelaw::models::find("robertson").unwrap().network().unwrap();
    let electrodes = ratelaw::models::find("jia-2024-feasibility").unwrap().network().unwrap();
    for (network, end) in [(cycle(), 50.0), (robertson, 1e11), (hires(), HIRES_END), (electrodes, 36_000.0)] {
        let laws: Vec<_> = conservation_laws(&network).into_iter().filter(|law| law.electrons == 0.0).collect();
        let size: Vec<f64> = network.species().iter().map(|s| network.size(s.phase)).collect();
        let fixed = network.species().iter().any(|s| s.fixed);
        assert!(!fixed, "laws of held amounts are none");
        for method in Method::ALL {
            for rtol in [1e-3, 1e-6, 1e-9] {
                let problem =
                    Problem::builder(&network).until(Seconds(end)).save(SavePoints::Uniform(101)).build().unwrap();
                let solution = match solve(&problem, &SolveOptions { method, rtol, ..SolveOptions::default() }) {
                    Ok(solution) => solution,
                    // Explicit methods cannot do stiff problems, and say so.
                    Err(SolveError::Failed(_) | SolveError::Unsupported { .. }) if method.is_explicit() => continue,
                    Err(error) => panic!("{method}: {error}"),
                };
                let mut worst: f64 = 0.0;
                for law in &laws {
                    let parts =
                        |y: &[f64]| -> Vec<f64> { (0..y.len()).map(|i| law.weights[i] * size[i] * y[i]).collect() };
                    let start: f64 = parts(&solution.states[0]).iter().sum();
                    for y in &solution.states {
                        let parts = parts(y);
                        let whole: f64 = parts.iter().map(|p| p.abs()).sum();
                        if whole > 0.0 {
                            worst = worst.max((parts.iter().sum::<f64>() - start).abs() / whole);
                        }
                    }
                }
                let steps = solution.stats.accepted.max(1) as f64;
                println!("{} {method} {rtol:e}: {worst:.1e}, {:.1e} a step", network.name(), worst / steps);
                assert!(worst <= 1e-13 * steps, "{} {method} {rtol:e}: {worst:e}", network.name());
            }
        }
    }
}

/// Turnovers of all steps are quadratures beside the state: the run has the same steps and the same bits.
#[test]
fn counters_as_quadratures_change_nothing() {
    for (network, end) in [(oregonator(), OREGO_END), (hires(), HIRES_END)] {
        for method in [Method::Rodas5P, Method::Radau5] {
            let run = |all_turnovers| {
                let problem = Problem::builder(&network).until(Seconds(end)).build().unwrap();
                solve(&problem, &SolveOptions { method, all_turnovers, ..SolveOptions::default() }).unwrap()
            };
            let (plain, counted) = (run(false), run(true));
            assert_eq!(plain.states, counted.states);
            assert_eq!(plain.stats, counted.stats);
            assert!(plain.all_turnovers.is_empty() && !counted.all_turnovers.is_empty());
        }
    }
}

/// A species that a step of order zero makes, and that nothing reads, counts time. It grows by a straight line, which
/// every method follows without error, so it takes part in the norm and decides no step; the others keep their bits.
#[test]
fn an_inert_counter_changes_no_step() {
    let initial = [("A", 1.0), ("B", 0.0), ("C", 0.0)];
    let steps = [("A -> B", 0.04), ("2 B -> B + C", 3e7), ("B + C -> A + C", 1e4)];
    let plain = letters("plain", &initial, &steps);
    let counted =
        letters("counted", &[&initial[..], &[("N", 0.0)]].concat(), &[&steps[..], &[("0 -> N", 1e-3)]].concat());
    for method in [Method::Rodas5P, Method::Radau5] {
        for rtol in [1e-3, 1e-6, 1e-9] {
            let run = |network: &Network| {
                let save = SavePoints::Logarithmic(41, 1e-4);
                let problem = Problem::builder(network).until(Seconds(1e4)).save(save).build().unwrap();
                solve(&problem, &SolveOptions { method, rtol, ..SolveOptions::default() }).unwrap()
            };
            let (own, with) = (run(&plain), run(&counted));
            assert_eq!(own.stats, with.stats, "{method} {rtol:e}");
            for ((t, a), b) in own.times.iter().zip(&own.states).zip(&with.states) {
                assert_eq!(a[..], b[..3], "{method} {rtol:e} at {t}");
                assert!((b[3] - 1e-3 * t).abs() <= 1e-12 * t.max(1e-3), "{method} {rtol:e}: {} at {t}", b[3]);
            }
        }
    }
}
