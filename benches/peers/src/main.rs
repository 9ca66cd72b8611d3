//! Times ratelaw against other stiff solvers at equal delivered error. docs/peers.md has the results.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml [-- [sweep] PROBLEM... | fit | lu]`

mod cvode;
mod diffsols;
mod fit;
#[allow(dead_code)]
#[path = "../../../crates/solver/src/lanes/storage.rs"]
mod lanes;
#[allow(dead_code, unused_imports)]
#[path = "../../../crates/solver/src/linalg/mod.rs"]
mod linalg;
mod lu;
mod odes;
mod pinene;
#[path = "../../../tests/problems/mod.rs"]
mod problems;
mod russell;
mod sweep;
mod table;

use std::time::{Duration, Instant};

use odes::{Cell, Hires, Ode, Pollu, Rober};
use ratelaw::prelude::*;

/// What a trajectory gave and cost.
pub struct Outcome {
    pub y: Vec<f64>,
    /// Accepted and rejected.
    pub steps: usize,
    pub evaluations: usize,
}

/// One trajectory, from the initial state to the end.
pub type Run = Box<dyn FnMut() -> Result<Outcome, String>>;

/// A method at one tolerance.
struct Candidate {
    method: usize,
    rtol: f64,
    run: Run,
    error: f64,
    steps: usize,
    evaluations: usize,
    times: Vec<f64>,
}

impl Candidate {
    fn median(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }
}

const METHODS: [&str; 9] = [
    "ratelaw Rodas5P",
    "ratelaw Rodas4P",
    "ratelaw Radau5",
    "ratelaw Ndf",
    "CVODE BDF",
    "diffsol BDF",
    "diffsol ESDIRK34",
    "diffsol TR-BDF2",
    "russell Radau5",
];
/// How many of the methods are ours.
const OURS: usize = 4;
const TARGETS: [f64; 3] = [1e-4, 1e-6, 1e-8];
/// Where a component is no longer counted relatively, over its scale: the library's `resolution`.
const RESOLUTION: f64 = 1e-6;
/// After two errors below this, a method is not followed to tighter tolerances.
const CLOSEST: f64 = 1e-9;
/// Candidates that take longer than this are not followed to tighter tolerances.
const SLOWEST: f64 = 0.1;

/// The largest error of a component, over its absolute value and `RESOLUTION` of its scale.
fn error(y: &[f64], reference: &[f64], scale: &[f64]) -> f64 {
    let errors = y.iter().zip(reference).zip(scale);
    errors.map(|((y, r), s)| (y - r).abs() / (RESOLUTION * s + r.abs())).fold(0.0, f64::max)
}

fn ours(problem: &Problem, method: Method, rtol: f64) -> Run {
    let (problem, options) = (problem.clone(), SolveOptions { method, rtol, ..SolveOptions::default() });
    Box::new(move || {
        let mut solution = solve(&problem, &options).map_err(|e| e.to_string())?;
        let steps = solution.stats.accepted + solution.stats.rejected;
        let y = solution.states.pop().expect("an end");
        Ok(Outcome { y, steps, evaluations: solution.stats.evaluations })
    })
}

fn candidate<P: Ode>(problem: &Problem, method: usize, rtol: f64, scale: &[f64]) -> Run {
    let atol: Vec<f64> = scale.iter().map(|s| rtol * RESOLUTION * s).collect();
    match method {
        0 => ours(problem, Method::Rodas5P, rtol),
        1 => ours(problem, Method::Rodas4P, rtol),
        2 => ours(problem, Method::Radau5, rtol),
        3 => ours(problem, Method::Ndf, rtol),
        4 => cvode::bdf::<P>(rtol, &atol),
        5 => diffsols::bdf::<P>(rtol, &atol),
        6 => diffsols::esdirk34::<P>(rtol, &atol),
        7 => diffsols::tr_bdf2::<P>(rtol, &atol),
        _ => russell::radau5::<P>(rtol, &atol),
    }
}

/// The time at which `target` is delivered, from the times and errors of one method: on a logarithmic scale, between the
/// loosest tolerance from which on all errors are below the target, and the one before it.
///
/// Where even the loosest tolerance delivers it, the time of that one.
fn time_at(target: f64, points: &[(f64, f64)]) -> Option<f64> {
    let Some(after) = points.iter().rposition(|(error, _)| *error > target) else {
        return points.first().map(|p| p.1);
    };
    let ((e0, t0), (e1, t1)) = (points[after], *points.get(after + 1)?);
    let part = (target.ln() - e0.ln()) / (e1.max(1e-300).ln() - e0.ln());
    Some((t0.ln() + part * (t1.ln() - t0.ln())).exp())
}

fn measure<P: Ode>(name: &str, problem: &Problem, reference: &[f64]) {
    let scale = problem.network().scales(problem.initial());
    assert_eq!(problem.initial(), P::initial(), "the order of the variables");
    let rtols: Vec<f64> = (0..=20).map(|i| 10f64.powf(-2.0 - 0.5 * f64::from(i))).collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    let only = std::env::var("PEERS_METHOD").unwrap_or_default();
    for method in (0..METHODS.len()).filter(|m| METHODS[*m].contains(&only)) {
        for &rtol in &rtols {
            let mut run = candidate::<P>(problem, method, rtol, &scale);
            let outcome = match run() {
                Ok(outcome) => outcome,
                Err(why) => {
                    println!("  {} at rtol {rtol:.1e}: {}", METHODS[method], why.lines().next().unwrap_or(""));
                    continue;
                }
            };
            let error = error(&outcome.y, reference, &scale);
            let start = cpu();
            let _ = run();
            let slow = cpu() - start > SLOWEST;
            let Outcome { steps, evaluations, .. } = outcome;
            candidates.push(Candidate { method, rtol, run, error, steps, evaluations, times: Vec::new() });
            let close = |c: &Candidate| c.method == method && c.error < CLOSEST;
            if candidates.iter().rev().take(2).filter(|c| close(c)).count() == 2 {
                break;
            }
            if slow {
                println!("  {} is not run below rtol {rtol:.1e}: above {SLOWEST} s", METHODS[method]);
                break;
            }
        }
    }
    // All candidates take turns, so that a busy machine is busy for all of them.
    let start = Instant::now();
    let budget = Duration::from_secs(seconds());
    let mut rounds = 0;
    while rounds < 5 || (rounds < 1001 && start.elapsed() < budget) {
        for c in &mut candidates {
            let start = cpu();
            let _ = std::hint::black_box((c.run)());
            c.times.push((cpu() - start) * 1e6);
        }
        rounds += 1;
    }
    println!("\n## {name}: {} variables, {} s, {rounds} rounds\n", P::N, P::END);
    println!("| method | rtol | delivered error | steps | evaluations | time, us |\n|---|---|---|---|---|---|");
    for c in candidates.iter().filter(|c| all() || (c.rtol.log10() * 0.5).fract().abs() < 1e-9) {
        let (method, rtol, time) = (METHODS[c.method], c.rtol, c.median());
        println!("| {method} | {rtol:.1e} | {:.1e} | {} | {} | {time:.1} |", c.error, c.steps, c.evaluations);
    }
    println!("\n| {name}, error | {} |", METHODS.join(" | "));
    println!("|---|{}", "---|".repeat(METHODS.len()));
    for target in TARGETS {
        let time = |method| {
            let of = candidates.iter().filter(|c| c.method == method);
            time_at(target, &of.map(|c| (c.error, c.median())).collect::<Vec<_>>())
        };
        let best = (0..OURS).filter_map(time).fold(f64::INFINITY, f64::min);
        let cell = |method| time(method).map_or("-".into(), |t| format!("{t:.0} us ({:.2})", t / best));
        let cells: Vec<String> = (0..METHODS.len()).map(cell).collect();
        println!("| {target:.0e} | {} |", cells.join(" | "));
    }
}

/// Processor time of this thread, s: a busy machine interrupts, which must not count.
fn cpu() -> f64 {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn clock(of: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writing.
    unsafe { libc::clock_gettime(of, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Whether the environment asks for all tolerances in the tables.
fn all() -> bool {
    std::env::var_os("PEERS_ALL").is_some()
}

/// Seconds of timing for each problem.
fn seconds() -> u64 {
    std::env::var("PEERS_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(30)
}

/// A whole number of the environment.
fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(otherwise)
}

fn build(network: &Network, end: f64) -> Problem {
    let problem = Problem::builder(network).until(Seconds(end)).save(SavePoints::Ends).build();
    problem.expect("a sound problem")
}

fn rober() -> Network {
    problems::letters(
        "rober",
        &[("y1", 1.0), ("y2", 0.0), ("y3", 0.0)],
        &[("y1 -> y2", 0.04), ("2 y2 -> y2 + y3", 3e7), ("y2 + y3 -> y1 + y3", 1e4)],
    )
}

fn cell() -> Network {
    ratelaw::models::find("jia-2024-feasibility").expect("a model").network().expect("sound")
}

fn single(wants: &dyn Fn(&str) -> bool) {
    if wants("hires") {
        measure::<Hires>("HIRES", &build(&problems::hires(), Hires::END), &problems::HIRES);
    }
    if wants("pollu") {
        measure::<Pollu>("POLLU", &build(&problems::pollu(), Pollu::END), &problems::POLLU);
    }
    if wants("rober") {
        let at = problems::ROBER_TIMES.iter().position(|t| *t == Rober::END).expect("a time of the reference");
        measure::<Rober>("ROBER", &build(&rober(), Rober::END), &problems::ROBER[at]);
    }
    if wants("cell") {
        let problem = build(&cell(), Cell::END);
        let reference = ours(&problem, Method::Radau5, 1e-12)().expect("a reference").y;
        measure::<Cell>("hydrazine cell", &problem, &reference);
    }
}

fn sweeps(wants: &dyn Fn(&str) -> bool) {
    if wants("hires") {
        sweep::measure::<Hires>("HIRES", &build(&problems::hires(), Hires::END), &sweep::each(Hires::K.len()));
    }
    if wants("pollu") {
        sweep::measure::<Pollu>("POLLU", &build(&problems::pollu(), Pollu::END), &sweep::each(Pollu::K.len()));
    }
    if wants("rober") {
        for end in [1e4, 1e11] {
            let name = format!("ROBER to {end:.0e} s");
            sweep::measure::<Rober>(&name, &build(&rober(), end), &sweep::each(Rober::K.len()));
        }
    }
    if wants("cell") {
        // The reverse of the condensation has the constant k1 / K1.
        let constants: Vec<(&str, &[usize])> = vec![
            ("k1", &[0, 1]),
            ("k_ads", &[2]),
            ("k_des", &[3]),
            ("k_dehyd", &[4]),
            ("k_ox", &[5]),
            ("k2", &[6]),
            ("k_solvent", &[7]),
        ];
        let network = cell();
        let setting = |name| Setting::parse(&network, name).expect("a parameter");
        let constants: Vec<_> = constants.into_iter().map(|(name, rates)| (setting(name), rates.to_vec())).collect();
        sweep::measure::<Cell>("hydrazine cell", &build(&network, Cell::END), &constants);
    }
}

fn main() {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    let sweeping = wanted.first().is_some_and(|w| w == "sweep");
    if sweeping {
        wanted.remove(0);
    }
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    if !cfg!(target_feature = "fma") {
        println!("Not built for this processor: see docs/peers.md for the flags.");
    }
    match wanted.first().map(String::as_str) {
        Some("fit") => fit::measure(),
        Some("lu") => lu::measure(),
        _ if sweeping => sweeps(&wants),
        _ => single(&wants),
    }
}
