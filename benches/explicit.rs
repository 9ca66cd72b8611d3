//! Explicit against stiff methods on problems that are not stiff, or hardly: time at equal delivered error.
//!
//! `cargo bench --bench explicit` prints the table of docs/theory/solver.md.

#[path = "../tests/problems/mod.rs"]
mod problems;

use std::time::Instant;

use problems::large::{bionetgen, generated};
use problems::letters;
use ratelaw::prelude::*;

const METHODS: [Method; 6] =
    [Method::Rodas5P, Method::Radau5, Method::Ndf, Method::Dopri5, Method::Dop853, Method::Auto];
/// How many of them are for stiff problems.
const STIFF: usize = 3;
const TARGETS: [f64; 3] = [1e-3, 1e-5, 1e-8];
/// A run is repeated for so long, s, and the shortest time counts.
const REPEAT: f64 = 0.1;
/// A method is not followed to tighter tolerances from a run of this length on, s.
const LONGEST: f64 = 5.0;

/// Error and seconds, from loose to tight.
type Curve = Vec<(f64, f64)>;

fn main() {
    // Tests of all targets start it without the argument.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    println!(
        "| problem | n | save points | error | rodas5p, ms | radau5 | ndf | dopri5 | dop853 | auto | steps of ndf, dopri5 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (name, network, end) in all() {
        for points in [2, 100] {
            measure(&name, &network, end, points);
        }
    }
}

fn all() -> Vec<(String, Network, f64)> {
    let predator = [("A -> 2 A", 1.0), ("A + B -> 2 B", 1.0), ("B -> 0", 1.0)];
    let brusselator = [("0 -> X", 1.0), ("2 X + Y -> 3 X", 1.0), ("X -> Y", 3.0), ("X -> 0", 1.0)];
    let mut problems = vec![
        ("Lotka-Volterra".to_owned(), letters("predator", &[("A", 1.5), ("B", 1.0)], &predator), 30.0),
        ("Brusselator".to_owned(), letters("brusselator", &[("X", 1.5), ("Y", 3.0)], &brusselator), 20.0),
        ("chain with dimers".to_owned(), chain(30), 20.0),
        ("generated, 300 species".to_owned(), generated(300, 3000, true, 2), 10.0),
        ("generated, 300 species, stiff".to_owned(), generated(300, 3000, true, 9), 10.0),
    ];
    for (name, end) in
        [("Repressilator", 1000.0), ("Motivating_example", 20.0), ("egfr_net", 10.0), ("egfr_net", 120.0)]
    {
        problems.extend(bionetgen(name).map(|network| (format!("{name}, {end} s"), network, end)));
    }
    problems
}

/// First order down a chain, second order back from every third place.
fn chain(n: usize) -> Network {
    let names: Vec<String> = (0..n).map(|i| format!("S{i}")).collect();
    let initial: Vec<(&str, f64)> = names.iter().map(|s| (s.as_str(), if s == "S0" { 1.0 } else { 0.0 })).collect();
    let down = (1..n).map(|i| (format!("S{} -> S{i}", i - 1), 0.5 + 0.1 * (i % 10) as f64));
    let back = (3..n).step_by(3).map(|i| (format!("S{i} + S{} -> 2 S{}", i - 1, i - 3), 2.0));
    let steps: Vec<(String, f64)> = down.chain(back).collect();
    let steps: Vec<(&str, f64)> = steps.iter().map(|(equation, k)| (equation.as_str(), *k)).collect();
    letters("chain", &initial, &steps)
}

fn measure(name: &str, network: &Network, end: f64, points: usize) {
    let problem = Problem::builder(network).until(Seconds(end)).save(SavePoints::Uniform(points)).build();
    let problem = problem.unwrap_or_else(|e| panic!("{e}"));
    let reference = reference(&problem);
    let mut steps = Vec::new();
    let curves = METHODS.map(|method| {
        let mut curve = Curve::new();
        let mut said = None;
        for k in 2..=11 {
            let options = SolveOptions { method, rtol: 10_f64.powi(-k), ..SolveOptions::default() };
            let begun = Instant::now();
            let mut seconds = f64::INFINITY;
            let solution = loop {
                let start = Instant::now();
                let solution = solve(&problem, &options);
                seconds = seconds.min(start.elapsed().as_secs_f64());
                if solution.is_err() || begun.elapsed().as_secs_f64() > REPEAT {
                    break solution;
                }
            };
            let Ok(solution) = solution else { break };
            if k == 6 && matches!(method, Method::Ndf | Method::Dopri5) {
                steps.push(solution.stats.accepted.to_string());
            }
            said = solution.choice_note().or(said);
            curve.push((error(&solution, &reference), seconds));
            if seconds > LONGEST || curve.last().is_some_and(|(error, _)| *error < 1e-9) {
                break;
            }
        }
        if let Some(said) = said.filter(|_| points == 2) {
            eprintln!("{name}: {said}");
        }
        curve
    });
    for target in TARGETS {
        let times = curves.each_ref().map(|curve| time_at(target, curve));
        let best = times[..STIFF].iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let cells = times.map(|t| t.map_or("-".into(), |t| format!("{:.3} ({:.2})", 1e3 * t, t / best)));
        let n = problem.network().species().len();
        println!("| {name} | {n} | {points} | {target:.0e} | {} | {} |", cells.join(" | "), steps.join(", "));
    }
}

fn reference(problem: &Problem) -> Solution {
    let at = |method, rtol| {
        let options = SolveOptions { method, rtol, max_steps: 10_000_000, ..SolveOptions::default() };
        solve(problem, &options)
    };
    let few = problem.network().species().len() < 100;
    let tight = if few { at(Method::Radau5, 1e-12) } else { at(Method::Dop853, 1e-12) };
    tight.or_else(|_| at(Method::Ndf, 1e-12)).unwrap_or_else(|e| panic!("{e}"))
}

/// The largest error of any species at any time, relative where it is resolved.
fn error(solution: &Solution, reference: &Solution) -> f64 {
    let problem = &solution.problem;
    let scale = problem.network().scales(problem.initial());
    let states = solution.states.iter().zip(&reference.states);
    let errors = states.flat_map(|(y, exact)| {
        y.iter().zip(exact).zip(&scale).map(|((y, e), scale)| (y - e).abs() / (e.abs() + 1e-6 * scale))
    });
    errors.fold(0.0, f64::max)
}

/// The time at an error, on logarithms between the tolerances before and after it.
fn time_at(target: f64, curve: &[(f64, f64)]) -> Option<f64> {
    let Some(before) = curve.iter().rposition(|(error, _)| *error > target) else { return curve.first().map(|p| p.1) };
    let ((e0, t0), (e1, t1)) = (curve[before], *curve.get(before + 1)?);
    let part = (target / e0).ln() / (e1 / e0).ln();
    Some((t0.ln() + part * (t1 / t0).ln()).exp())
}
