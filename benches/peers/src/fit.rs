//! A fit from many starts: alpha-pinene, by ours, by diffsol in our minimiser, and by scipy.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use ratelaw::fit::{Evaluation, LeastSquaresOptions, least_squares};
use ratelaw::prelude::*;
use ratelaw::solver::{SamplingMethod, UnitCube};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::pinene::{Integrator, Model, N, RTOL, model};
use crate::{number, table};

const DATA: &str = "fuguitt-hawkins-1947-alpha-pinene-189C.csv";
pub const STARTS: usize = 100;
const SEED: u64 = 1;
/// 1/min; the starts are spread over these four decades.
const BOUNDS: (f64, f64) = (1e-6, 1e-2);
const NAMES: [&str; N] = ["p1", "p2", "p3", "p4", "p5"];
/// The answer and its standard errors, 1/min; tests/estimation.rs has their source.
const SSE: f64 = 19.872_166_934_247_215;
const ERRORS: [f64; N] = [5.0712e-7, 4.9111e-7, 3.0950e-6, 2.3207e-5, 8.3840e-6];
/// A start has arrived whose sum of squares is above the least by less than this fraction.
const CLOSE: f64 = 1e-8;
/// Where `fit` ends a start, given to diffsol too: what is left to gain, as a fraction. Its other rule is that the tolerance
/// times the norm of the data is not resolved.
const GAIN: f64 = 1e-12;

/// Where a start ended.
pub struct End {
    pub sse: f64,
    pub solves: usize,
}

impl End {
    pub fn arrived(&self) -> bool {
        self.above() <= CLOSE
    }

    /// How far the sum of squares is from the least, as a fraction.
    pub fn above(&self) -> f64 {
        (self.sse / SSE - 1.0).abs()
    }
}

/// What a method did with some of the starts.
#[derive(Default)]
pub struct Turn {
    /// Processor time, s.
    pub seconds: f64,
    /// One for each start; none where it failed.
    pub ends: Vec<Option<End>>,
    /// Largest deviation of a standard error from the published one, as a fraction, over starts that arrived.
    pub errors: f64,
}

/// A method, which does the starts of a turn.
pub struct Method {
    pub name: String,
    /// Whether it does all starts in every turn, and not a share of them.
    pub together: bool,
    run: Box<dyn FnMut(&[[f64; N]]) -> Turn>,
    pub turns: Vec<Turn>,
}

/// What all methods are given.
struct Task {
    experiment: Experiment,
    times: Vec<f64>,
    data: Vec<[f64; N]>,
}

impl Task {
    fn new() -> Self {
        let network = ratelaw::models::find("alpha-pinene").expect("embedded").network().expect("sound");
        let data = ratelaw::data::find(DATA).expect("embedded");
        let data = Dataset::from_text(data.text, data.name).expect("sound");
        let times: Vec<f64> = data.series[0].points.iter().map(|p| p.time / 60.0).collect();
        let rows = (0..times.len()).map(|t| std::array::from_fn(|i| data.series[i].points[t].value)).collect();
        let experiment =
            Experiment::new(Problem::builder(&network).build().expect("sound"), data).expect("its own data");
        Self { experiment, times, data: rows }
    }

    /// The experiment at some constants, 1/min.
    fn problem(&self, constants: &[f64]) -> Problem {
        let mut problem = self.experiment.problem().clone();
        for (name, k) in NAMES.iter().zip(constants) {
            let setting = Setting::parse(problem.network(), name).expect("a parameter");
            problem.set(setting, k / 60.0);
        }
        problem
    }

    /// The sum of squares, whoever found the constants.
    fn sse(&self, constants: &[f64]) -> f64 {
        let options = SolveOptions { rtol: 1e-12, ..SolveOptions::default() };
        let solution = solve(&self.problem(constants), &options).expect("a solution");
        let at = |t: f64| solution.times.iter().position(|s| (s / 60.0 - t).abs() < 1e-6).expect("a time of the data");
        let rows = self.times.iter().zip(&self.data);
        rows.flat_map(|(t, row)| row.iter().zip(&solution.states[at(*t)])).map(|(d, y)| (100.0 * y - d).powi(2)).sum()
    }
}

/// The worst of standard errors against the published ones.
fn deviation(errors: impl Iterator<Item = f64>) -> f64 {
    errors.zip(ERRORS).map(|(e, published)| (e / published - 1.0).abs()).fold(0.0, f64::max)
}

/// Ours: `fit` on one thread. Counted is everything but the profiles: from the call to the end of the last start, and from
/// the end of the last profile to the report. Gives that, the whole, and the report.
fn fitted(pool: &ThreadPool, experiment: Experiment, starts: usize) -> (f64, f64, FitReport) {
    let free = NAMES.map(|n| Free::log10(n, BOUNDS.0 / 60.0..=BOUNDS.1 / 60.0));
    let marks = Arc::new(Mutex::new((0.0, 0.0)));
    let progress = {
        let marks = Arc::clone(&marks);
        move |done: usize, _: usize| {
            let mut marks = marks.lock().expect("one thread");
            let now = cpu();
            *marks = (if done <= starts { now } else { marks.0 }, now);
        }
    };
    let solve = SolveOptions { rtol: RTOL, ..SolveOptions::default() };
    let options = FitOptions { starts, seed: SEED, solve, progress: Some(Arc::new(progress)), ..FitOptions::default() };
    let start = cpu();
    let report = pool.install(|| fit(&[experiment], &free, &options)).expect("a fit");
    let end = cpu();
    let (minimised, profiled) = *marks.lock().expect("one thread");
    (minimised - start + end - profiled, end - start, report)
}

fn own_errors(report: &FitReport) -> f64 {
    deviation(report.parameters.iter().map(|p| 60.0 * p.standard_error.expect("a standard error")))
}

/// All starts in one `fit`, in lanes; it does the model's own start too, which is counted. `whole` counts profiles as well.
fn ours(task: &Arc<Task>, pool: &Arc<ThreadPool>, whole: bool) -> Method {
    let (task, pool) = (Arc::clone(task), Arc::clone(pool));
    let run = move |starts: &[[f64; N]]| {
        let (minimised, all, report) = fitted(&pool, task.experiment.clone(), 1 + starts.len());
        // The point at which the tolerance becomes that of the fit is solved twice.
        let end = |s: &ratelaw::fit::Start| Some(End { sse: s.sse?, solves: 2 + s.iterations });
        let ends = report.starts[1..].iter().map(end).collect();
        Turn { seconds: if whole { all } else { minimised }, ends, errors: own_errors(&report) }
    };
    let name = if whole { "ratelaw, with profiles and verdicts" } else { "ratelaw" };
    Method { name: name.into(), together: true, run: Box::new(run), turns: Vec::new() }
}

/// One `fit` for each start, so that nothing is in lanes.
fn ours_alone(task: &Arc<Task>, pool: &Arc<ThreadPool>) -> Method {
    let (task, pool) = (Arc::clone(task), Arc::clone(pool));
    let run = move |starts: &[[f64; N]]| {
        let mut turn = Turn::default();
        for start in starts {
            let experiment =
                Experiment::new(task.problem(start), task.experiment.data().clone()).expect("its own data");
            let (seconds, _, report) = fitted(&pool, experiment, 1);
            turn.seconds += seconds;
            let first = &report.starts[0];
            turn.ends.push(first.sse.map(|sse| End { sse, solves: 2 + first.iterations }));
            turn.errors = turn.errors.max(own_errors(&report));
        }
        turn
    };
    Method { name: "ratelaw, one start at a time".into(), together: false, run: Box::new(run), turns: Vec::new() }
}

/// diffsol in our minimiser, with the rules of `fit`.
fn diffsol(task: &Arc<Task>, name: &str, integrator: Integrator) -> Method {
    let task = Arc::clone(task);
    let model = model(integrator, &task.times, &task.data);
    let size = task.data.iter().flatten().map(|d| d * d).sum::<f64>().sqrt();
    let options = LeastSquaresOptions {
        bounds: vec![BOUNDS; N],
        logarithmic: (0..N).collect(),
        max_iterations: FitOptions::default().max_iterations,
        gain: GAIN,
        resolution: RTOL * size,
        ..LeastSquaresOptions::default()
    };
    let run = move |starts: &[[f64; N]]| {
        let mut turn = Turn::default();
        for start in starts {
            let before = cpu();
            let (found, solves) = once(&model, start, &options);
            turn.seconds += cpu() - before;
            let Some(found) = found else {
                turn.ends.push(None);
                continue;
            };
            let end = End { sse: task.sse(&found.parameters), solves };
            if end.arrived() {
                let errors = deviation(found.standard_errors.iter().map(|e| e.unwrap_or(f64::INFINITY)));
                turn.errors = turn.errors.max(errors);
            }
            turn.ends.push(Some(end));
        }
        turn
    };
    Method { name: format!("diffsol {name}"), together: false, run: Box::new(run), turns: Vec::new() }
}

/// `least_squares` asks for the start twice and for the minimum again; no point is solved more than once.
fn once(model: &Model, start: &[f64], options: &LeastSquaresOptions) -> (Option<ratelaw::fit::LeastSquares>, usize) {
    let known: Mutex<HashMap<Vec<u64>, Evaluation>> = Mutex::default();
    let remembered = |p: &[f64]| {
        let key = p.iter().map(|k| k.to_bits()).collect();
        known.lock().expect("one thread").entry(key).or_insert_with(|| model(p)).clone()
    };
    let found = least_squares(remembered, start, options).ok();
    (found, known.into_inner().expect("one thread").len())
}

/// scipy, in a process of its own that keeps its own clock; an error if it is not there.
fn scipy(task: &Arc<Task>, integrator: &'static str) -> Result<Method, String> {
    let task = Arc::clone(task);
    println!("{}", python(integrator, &[])?.lines().next().unwrap_or(""));
    let run = move |starts: &[[f64; N]]| {
        let mut turn = Turn::default();
        let answer = python(integrator, starts).expect("it ran before");
        for line in answer.lines().skip(1) {
            let numbers: Vec<f64> = line.split(' ').filter_map(|n| n.parse().ok()).collect();
            let &[seconds, solves, ref found @ ..] = numbers.as_slice() else {
                turn.ends.push(None);
                continue;
            };
            turn.seconds += seconds;
            let end = End { sse: task.sse(&found[..N]), solves: solves as usize };
            if end.arrived() {
                turn.errors = turn.errors.max(deviation(found[N..].iter().copied()));
            }
            turn.ends.push(Some(end));
        }
        assert_eq!(turn.ends.len(), starts.len(), "an answer for each start");
        turn
    };
    let name = format!("scipy least_squares, LSODA by {integrator}");
    Ok(Method { name, together: false, run: Box::new(run), turns: Vec::new() })
}

/// What the script prints for some starts.
fn python(integrator: &str, starts: &[[f64; N]]) -> Result<String, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/alpha_pinene.py");
    let data = format!("{}/../../data/{DATA}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("python3");
    command.args([script, &data, integrator]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|e| format!("python3: {e}"))?;
    let lines: String = starts.iter().map(|s| s.map(|k| format!("{k:e}")).join(" ") + "\n").collect();
    let mut input = child.stdin.take().expect("piped");
    // A script that ended at once does not read; its status tells.
    let _ = input.write_all(lines.as_bytes());
    drop(input);
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(format!("python3 {script} ended with {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|e| e.to_string())
}

/// The starts of `fit` beside the model's own, 1/min.
fn starts() -> Vec<[f64; N]> {
    let cube = UnitCube::new(SamplingMethod::LatinHypercube, STARTS as u64, N, SEED).expect("a hypercube");
    let (low, high) = (BOUNDS.0.ln(), BOUNDS.1.ln());
    let coordinate = |i, d| (low + (high - low) * cube.coordinate(i, d).expect("a coordinate")).exp();
    (0..STARTS as u64).map(|i| std::array::from_fn(|d| coordinate(i, d))).collect()
}

pub fn measure() {
    let (task, starts) = (Arc::new(Task::new()), starts());
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(1).build().expect("a thread"));
    let mut methods = vec![ours(&task, &pool, false), ours(&task, &pool, true), ours_alone(&task, &pool)];
    methods.extend([
        diffsol(&task, "BDF", Integrator::Bdf),
        diffsol(&task, "BDF, sensitivities in the error norm", Integrator::BdfControlled),
        diffsol(&task, "ESDIRK34", Integrator::Esdirk34),
        diffsol(&task, "TR-BDF2", Integrator::TrBdf2),
    ]);
    for integrator in ["solve_ivp", "odeint"] {
        match scipy(&task, integrator) {
            Ok(method) => methods.push(method),
            Err(why) => println!("scipy ({integrator}) is NOT measured: {why}. It needs python3 with scipy."),
        }
    }
    let only = std::env::var("PEERS_METHOD").unwrap_or_default();
    methods.retain(|m| m.name == "ratelaw" || m.name.contains(&only));
    // Each turn has a tenth of the starts for those that do one after the other, and all of them for ours.
    let shares: Vec<&[[f64; N]]> = starts.chunks(STARTS / 10).collect();
    for share in shares.into_iter().take(number("PEERS_ROUNDS", 10)) {
        for method in &mut methods {
            let turn = (method.run)(if method.together { &starts } else { share });
            method.turns.push(turn);
        }
    }
    table::fits(&methods);
}

/// Processor time of the process, s: ours runs on the thread of a pool.
fn cpu() -> f64 {
    crate::clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}
