//! Instructions per trajectory, which a busy machine does not change, against the kept numbers of `counts.toml`.
//!
//! `cargo bench --bench counts` fails where one has grown by more than 5 %; `-- --keep` keeps what it finds. Needs valgrind.
//! docs/peers.md says what is counted.

#[path = "../tests/problems/mod.rs"]
mod problems;

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use ratelaw::network::ParameterId;
use ratelaw::prelude::*;
use ratelaw::solver::{ManyOptions, solve_many};

const CASES: [&str; 5] = ["hires", "pollu", "cell", "hires-64-sets", "cell-64-sets"];
const SETS: usize = 64;
const LANES: usize = 8;
/// What a number may have grown by.
const GROWTH: f64 = 0.05;
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/counts.toml");

/// The function whose instructions count, with those of all that it calls. It has a name of its own for callgrind.
#[inline(never)]
fn counted_work(problems: &[Problem]) {
    let options = SolveOptions::default();
    if let [problem] = problems {
        black_box(solve(problem, &options)).expect("a solution");
    } else {
        let solved = solve_many(problems, &options, &ManyOptions { threads: None, lanes: Some(LANES) });
        assert!(black_box(solved).expect("sound options").iter().all(Result::is_ok));
    }
}

/// The problems of a case: one, or as many as the sweep has sets, each with constants of its own.
fn case(name: &str) -> Vec<Problem> {
    let cell = || ratelaw::models::find("jia-2024-feasibility").expect("embedded").network().expect("a sound model");
    let (network, end) = match name.split('-').next() {
        Some("hires") => (problems::hires(), problems::HIRES_END),
        Some("pollu") => (problems::pollu(), problems::POLLU_END),
        _ => (cell(), 36_000.0),
    };
    let base = Problem::builder(&network).until(Seconds(end)).save(SavePoints::Ends).build().expect("a sound problem");
    if !name.ends_with("-sets") {
        return vec![base];
    }
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let rate = |i: &usize| network.parameters()[*i].name.starts_with(['k', 'r']);
    let constants: Vec<_> =
        (0..network.parameters().len()).filter(rate).map(|i| Setting::Parameter(ParameterId(i))).collect();
    let set = |_| {
        let mut problem = base.clone();
        for constant in &constants {
            problem.set(*constant, base.get(*constant) * 10_f64.powf(random.random_range(-0.5..0.5)));
        }
        problem
    };
    (0..SETS).map(set).collect()
}

/// Instructions of a case per trajectory, as callgrind counts them in a process of its own.
fn instructions(name: &str) -> Result<u64, String> {
    let out = std::env::temp_dir().join(format!("ratelaw-counts-{}", std::process::id()));
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    // callgrind does not know AVX-512, so the instructions are those of the build.
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted_work*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args(["--case", name])
        .env("RATELAW_NARROW", "1")
        .output()
        .map_err(|e| format!("valgrind cannot be run: {e}"))?;
    let profile = std::fs::read_to_string(&out);
    let _ = std::fs::remove_file(&out);
    if !ran.status.success() {
        return Err(format!("{name} failed under valgrind:\n{}", String::from_utf8_lossy(&ran.stderr)));
    }
    let profile = profile.map_err(|e| format!("callgrind wrote no profile: {e}"))?;
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: "));
    let total = total.and_then(|t| t.trim().parse::<u64>().ok()).filter(|t| *t > 0);
    let total = total.ok_or_else(|| format!("callgrind counted nothing in {name}"))?;
    Ok(total / case_size(name))
}

/// Trajectories of a case.
fn case_size(name: &str) -> u64 {
    if name.ends_with("-sets") { SETS as u64 } else { 1 }
}

/// The kept number of a case: a line `name = number`.
fn kept(file: &str, name: &str) -> Option<u64> {
    let line = file.lines().find_map(|l| l.strip_prefix(name)?.trim_start().strip_prefix('='))?;
    line.trim().replace('_', "").parse().ok()
}

/// Counts all cases and compares. The outcome says whether none has grown too much.
fn compare(keep: bool) -> Result<bool, String> {
    let file = std::fs::read_to_string(FILE).unwrap_or_default();
    let mut fresh = String::from(
        "# Instructions per trajectory: `cargo bench --bench counts`, written with `-- --keep` (docs/peers.md).\n",
    );
    let mut well = true;
    for name in CASES {
        let found = instructions(name)?;
        let _ = writeln!(fresh, "{name} = {found}");
        let Some(kept) = kept(&file, name) else {
            println!("{name:14} {found:>10}, none kept");
            well = false;
            continue;
        };
        let growth = found as f64 / kept as f64 - 1.0;
        let slow = growth > GROWTH;
        let verdict = if slow { "  slower than allowed" } else { "" };
        println!("{name:14} {found:>10}, kept {kept:>10}, {:+.2} %{verdict}", 100.0 * growth);
        well &= !slow;
    }
    if keep {
        std::fs::write(FILE, fresh).map_err(|e| format!("{FILE} cannot be written: {e}"))?;
    }
    Ok(well || keep)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|a| a == "--case") {
        let work = case(&arguments[at + 1]);
        // The one thread of the pool is this one, so that what is counted runs in it.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().expect("a pool");
        pool.install(|| counted_work(&work));
        return ExitCode::SUCCESS;
    }
    // `cargo test --benches` asks for no measurement.
    if !arguments.iter().any(|a| a == "--bench") {
        return ExitCode::SUCCESS;
    }
    match compare(arguments.iter().any(|a| a == "--keep")) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
