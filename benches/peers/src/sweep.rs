//! Sweeps: many sets of constants of one network, in lanes and one after the other by the peers.
//!
//! All on one thread. The error that counts is the 95th percentile over the sets.

use std::ops::Range;
use std::rc::Rc;
use std::time::Instant;

use ratelaw::network::ParameterId;
use ratelaw::prelude::*;
use ratelaw::solver::{ManyOptions, Occupancy, solve_many, solve_many_with_occupancy};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::odes::Ode;
use crate::{Outcome, RESOLUTION, cvode, diffsols, error, number, table};

pub const WIDTHS: [usize; 4] = [1, 8, 16, 32];
pub const OURS: [Method; 2] = [Method::Rodas5P, Method::Rodas4P];
pub const CVODE: &str = "CVODE BDF";
pub const DIFFSOL: &str = "diffsol BDF";
pub const TARGETS: [f64; 2] = [1e-4, 1e-6];
/// Peers do a part of the sets at a turn, so that all turns are about equally long.
const PARTS: usize = 8;
/// Sets that CVODE at its tightest computes too, to check the references.
const CHECKED: usize = 32;

/// Settings, and the rates of the peers that each is a factor of.
type Constants = [(Setting, Vec<usize>)];

/// What all solvers are given.
struct Sets {
    end: f64,
    problems: Vec<Problem>,
    /// The constants of the peers.
    constants: Vec<Vec<f64>>,
    scale: Vec<f64>,
    reference: Vec<Vec<f64>>,
}

/// Solves the sets of a range. Gives the processor time, s, and what came out.
type Turn = Box<dyn FnMut(Range<usize>) -> (f64, Vec<Result<Outcome, String>>)>;

/// A method at one tolerance.
pub struct Candidate {
    pub method: &'static str,
    /// Of ours alone.
    pub lanes: Option<usize>,
    pub rtol: f64,
    turn: Turn,
    pub p95: f64,
    pub median: f64,
    pub failed: usize,
    pub steps: f64,
    pub busy: Option<f64>,
    /// The times of each part.
    times: Vec<Vec<f64>>,
}

impl Candidate {
    /// The time of one trajectory, us: that of the median round of each part.
    pub fn time(&self, sets: usize) -> f64 {
        let middle = |times: &Vec<f64>| {
            let mut times = times.clone();
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        };
        self.times.iter().map(middle).sum::<f64>() * 1e6 / sets as f64
    }
}

/// A network each of whose parameters is one rate.
pub fn each(rates: usize) -> Vec<(Setting, Vec<usize>)> {
    (0..rates).map(|i| (Setting::Parameter(ParameterId(i)), vec![i])).collect()
}

/// Uniform numbers from 0 to 1 (SplitMix64, Steele et al., OOPSLA 2014).
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Every constant times `10^U(-0.5, 0.5)`, the same for all solvers.
fn sets<P: Ode>(base: &Problem, constants: &Constants) -> Sets {
    assert_eq!(base.initial(), P::initial(), "the order of the variables");
    let mut state = 2026;
    let (mut problems, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..number("PEERS_SETS", 1024) {
        let (mut problem, mut k) = (base.clone(), P::K.to_vec());
        for (setting, rates) in constants {
            let factor = 10_f64.powf(uniform(&mut state) - 0.5);
            problem.set(*setting, base.get(*setting) * factor);
            rates.iter().for_each(|&rate| k[rate] *= factor);
        }
        problems.push(problem);
        peers.push(k);
    }
    let tight = SolveOptions { method: Method::Radau5, rtol: 1e-11, ..SolveOptions::default() };
    let reference = solve_many(&problems, &tight, &ManyOptions::default()).expect("sound options");
    let reference = reference.into_iter().map(|s| s.expect("a reference").states.pop().expect("an end")).collect();
    let end = base.t_end();
    let scale = base.network().scales(base.initial());
    Sets { end, problems, constants: peers, scale, reference }
}

/// Fails unless the two ways to write a Jacobian agree.
fn check_jacobian<P: Ode>(k: &[f64], y: &[f64]) {
    let mut state = 7;
    let v: Vec<f64> = y.iter().map(|y| (y.abs() + 1e-9) * uniform(&mut state)).collect();
    let (mut product, mut sum, mut size) = (vec![0.0; P::N], vec![0.0; P::N], vec![0.0; P::N]);
    P::product(k, y, &v, &mut product);
    P::jacobian(k, y, |i, j, value| {
        sum[i] += value * v[j];
        size[i] += (value * v[j]).abs();
    });
    for i in 0..P::N {
        assert!(
            (product[i] - sum[i]).abs() <= 1e-12 * size[i],
            "row {i} of the Jacobian: {} and {}",
            product[i],
            sum[i]
        );
    }
}

fn cvode<P: Ode>(sets: &Rc<Sets>, rtol: f64) -> Turn {
    let (sets, mut solver) = (Rc::clone(sets), cvode::Bdf::<P, true>::new(rtol, &atol(&sets.scale, rtol)));
    Box::new(move |range| {
        let start = crate::cpu();
        let outcomes = range.map(|i| solver.run(&sets.constants[i], sets.end)).collect();
        (crate::cpu() - start, outcomes)
    })
}

fn diffsol<P: Ode>(sets: &Rc<Sets>, rtol: f64) -> Turn {
    let (sets, mut run) = (Rc::clone(sets), diffsols::bdf_free::<P>(rtol, &atol(&sets.scale, rtol)));
    Box::new(move |range| {
        let start = crate::cpu();
        let outcomes = range.map(|i| run(&sets.constants[i], sets.end)).collect();
        (crate::cpu() - start, outcomes)
    })
}

fn atol(scale: &[f64], rtol: f64) -> Vec<f64> {
    scale.iter().map(|s| rtol * RESOLUTION * s).collect()
}

/// Ours, with the clock of the one thread of a pool.
fn lanes(sets: &Rc<Sets>, pool: &Rc<ThreadPool>, options: &SolveOptions, lanes: usize) -> Turn {
    let (sets, pool, options) = (Rc::clone(sets), Rc::clone(pool), options.clone());
    Box::new(move |range| {
        let (problems, many) = (&sets.problems[range], ManyOptions { threads: None, lanes: Some(lanes) });
        let (time, outcomes) = pool.install(|| {
            let start = crate::cpu();
            let outcomes = solve_many(problems, &options, &many);
            (crate::cpu() - start, outcomes)
        });
        let outcome = |s: Result<Solution, ratelaw::solver::SolveError>| {
            let mut s = s.map_err(|e| e.to_string())?;
            let steps = s.stats.accepted + s.stats.rejected;
            Ok(Outcome { y: s.states.pop().expect("an end"), steps, evaluations: s.stats.evaluations })
        };
        (time, outcomes.expect("sound options").into_iter().map(outcome).collect())
    })
}

/// What a method delivers, from tolerance to tolerance, until two errors are below all targets. The times are still to come.
fn ladder(sets: &Rc<Sets>, method: &'static str, lanes: Option<usize>, turn: &dyn Fn(f64) -> Turn) -> Vec<Candidate> {
    let parts = if lanes.is_some() { 1 } else { PARTS };
    let mut candidates: Vec<Candidate> = Vec::new();
    for rtol in (0..=16).map(|i| 10_f64.powf(-2.0 - 0.5 * f64::from(i))) {
        let mut turn = turn(rtol);
        let (_, outcomes) = turn(0..sets.problems.len());
        let of = |(outcome, r): (&Result<Outcome, String>, &Vec<f64>)| {
            outcome.as_ref().map_or(f64::INFINITY, |o| error(&o.y, r, &sets.scale))
        };
        let mut errors: Vec<f64> = outcomes.iter().zip(&sets.reference).map(of).collect();
        errors.sort_by(f64::total_cmp);
        let steps: usize = outcomes.iter().flatten().map(|o| o.steps).sum();
        let done = outcomes.iter().flatten().count();
        candidates.push(Candidate {
            method,
            lanes,
            rtol,
            turn,
            p95: errors[(errors.len() * 95).div_ceil(100) - 1],
            median: errors[errors.len() / 2],
            failed: outcomes.len() - done,
            steps: steps as f64 / done.max(1) as f64,
            busy: None,
            times: vec![Vec::new(); parts],
        });
        if candidates.iter().rev().take_while(|c| c.p95 < TARGETS[1]).count() == 2 {
            break;
        }
    }
    candidates
}

pub fn name(method: Method) -> &'static str {
    match method {
        Method::Rodas4P => "Rodas4P",
        _ => "Rodas5P",
    }
}

pub fn measure<P: Ode>(title: &str, base: &Problem, constants: &Constants) {
    let sets = Rc::new(sets::<P>(base, constants));
    let n = sets.problems.len();
    let spread = n.div_ceil(CHECKED);
    let mut tightest = cvode::<P>(&sets, 1e-12);
    let apart = (0..n).step_by(spread).map(|i| {
        check_jacobian::<P>(&sets.constants[i], &sets.reference[i]);
        let outcome = tightest(i..i + 1).1.pop().expect("one");
        outcome.map_or(f64::INFINITY, |o| error(&o.y, &sets.reference[i], &sets.scale))
    });
    let apart = apart.fold(0.0, f64::max);

    let pool = Rc::new(ThreadPoolBuilder::new().num_threads(1).build().expect("a thread"));
    let mut candidates = Vec::new();
    for method in OURS {
        for width in WIDTHS {
            let options = |rtol| SolveOptions { method, rtol, ..SolveOptions::default() };
            let mut own = ladder(&sets, name(method), Some(width), &|rtol| lanes(&sets, &pool, &options(rtol), width));
            for c in &mut own {
                let many = ManyOptions { threads: None, lanes: Some(width) };
                let (problems, options) = (&sets.problems, options(c.rtol));
                let counted = pool.install(|| solve_many_with_occupancy(problems, &options, &many));
                c.busy = Occupancy::share(&counted.expect("sound options").1);
            }
            candidates.append(&mut own);
        }
    }
    candidates.append(&mut ladder(&sets, CVODE, None, &|rtol| cvode::<P>(&sets, rtol)));
    candidates.append(&mut ladder(&sets, DIFFSOL, None, &|rtol| diffsol::<P>(&sets, rtol)));

    // All candidates take turns, so that a busy machine is busy for all of them.
    let rounds = number("PEERS_ROUNDS", 5);
    for _ in 0..rounds {
        for part in 0..PARTS {
            for (i, c) in candidates.iter_mut().enumerate() {
                let parts = c.times.len();
                let own = if parts == 1 { 0 } else { part };
                if parts > 1 || i % PARTS == part {
                    let (time, outcomes) = (c.turn)(own * n / parts..(own + 1) * n / parts);
                    std::hint::black_box(outcomes);
                    c.times[own].push(time);
                }
            }
        }
    }
    println!("\n## {title}: {} variables, {} s, {n} sets, {rounds} rounds\n", P::N, sets.end);
    println!("References and CVODE at rtol 1e-12: at most {apart:.1e} apart in {} sets.\n", n.div_ceil(spread));
    table::deliveries(&candidates, n);
    table::targets(title, &candidates, n);
    threads(&sets, &candidates);
}

/// Two threads against one by the clock on the wall, with the best width for the tighter target.
fn threads(sets: &Sets, candidates: &[Candidate]) {
    let n = sets.problems.len();
    let at = |w: &usize| table::time_of(candidates, n, TARGETS[1], name(OURS[0]), Some(*w)).unwrap_or(f64::INFINITY);
    let width = WIDTHS.into_iter().min_by(|a, b| at(a).total_cmp(&at(b)));
    let mut best = [f64::INFINITY; 2];
    for _ in 0..number("PEERS_ROUNDS", 5) {
        for (threads, best) in best.iter_mut().enumerate() {
            let many = ManyOptions { threads: Some(threads + 1), lanes: width };
            let start = Instant::now();
            std::hint::black_box(solve_many(&sets.problems, &SolveOptions::default(), &many).expect("sound options"));
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    let [one, two] = best.map(|t| t * 1e3);
    println!(
        "\nTwo threads: {two:.1} ms, one: {one:.1} ms on the wall, {:.2} times; the load of the machine was {load}.",
        one / two
    );
}
