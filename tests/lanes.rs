//! Runs in lanes: the bits of a run alone, whatever stands beside it.

mod problems;

use problems::{hires, letters, pollu};
use ratelaw::network::StepId;
use ratelaw::prelude::*;
use ratelaw::solver::{ManyOptions, solve_many};

const WIDTHS: [usize; 4] = [1, 8, 16, 32];

/// Every parameter times a power of ten from -0.5 to 0.5 by a fixed sequence (the fractional parts of multiples of the golden
/// ratio, Weyl).
fn scattered(base: &Problem, count: usize) -> Vec<Problem> {
    let network = base.network();
    let free: Vec<Setting> =
        network.parameters().iter().filter_map(|p| Setting::parse(network, &p.name).ok()).collect();
    (0..count)
        .map(|i| {
            let mut own = base.clone();
            for (k, setting) in free.iter().enumerate() {
                let part = ((i * free.len() + k) as f64 * 0.618033988749895).fract();
                own.set(*setting, base.get(*setting) * 10_f64.powf(part - 0.5));
            }
            own
        })
        .collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// All numbers of a solution, and its counters, or the words of its failure.
fn fingerprint(outcome: &Result<Solution, ratelaw::solver::SolveError>) -> (Vec<u64>, String) {
    match outcome {
        Ok(s) => {
            let states = s.states.iter().chain(&s.turnovers).chain(&s.potentials).flat_map(|y| bits(y));
            let rates = s.turnover_rates.iter().flat_map(|r| bits(r));
            let derivatives = s.derivatives.iter().flatten().flat_map(|(y, q)| [bits(y), bits(q)].concat());
            let times = bits(&s.times);
            let all = states.chain(rates).chain(derivatives).chain(times).collect();
            (all, format!("{:?} {:?}", s.stats, s.warnings()))
        }
        Err(error) => (Vec::new(), error.to_string()),
    }
}

/// Every width and number of threads gives what `solve` gives.
fn same_everywhere(problems: &[Problem], options: &SolveOptions) -> usize {
    let alone: Vec<_> = problems.iter().map(|p| fingerprint(&solve(p, options))).collect();
    for lanes in WIDTHS {
        for threads in [1, 2] {
            let many = ManyOptions { threads: Some(threads), lanes: Some(lanes) };
            let together = solve_many(problems, options, &many).unwrap();
            for (i, (alone, together)) in alone.iter().zip(&together).enumerate() {
                assert_eq!(*alone, fingerprint(together), "problem {i}, {lanes} lanes, {threads} threads");
            }
        }
    }
    alone.iter().filter(|(numbers, _)| numbers.is_empty()).count()
}

#[test]
fn stiff_problems() {
    for (network, end) in [(hires(), 321.8122), (pollu(), 60.0)] {
        let base = Problem::builder(&network).until(Seconds(end)).save(SavePoints::Uniform(4)).build().unwrap();
        for method in [Method::Rodas5P, Method::Rodas4P] {
            let options = SolveOptions { rtol: 1e-5, method, ..SolveOptions::default() };
            assert_eq!(same_everywhere(&scattered(&base, 41), &options), 0);
        }
    }
}

/// An equilibrium from slow to 1e15 1/s, with all amounts but one zero at the start: lanes that must refine their steps stand
/// beside lanes that must not.
#[test]
fn refinement_is_each_lanes_own() {
    let network = letters(
        "pool",
        &[("A", 1e-6), ("B", 0.0), ("C", 0.0), ("D", 1.0)],
        &[("A -> B", 1.0), ("B -> A", 2.0), ("B + D -> C", 3.0), ("C -> B + D", 4.0), ("C -> A", 0.1)],
    );
    let base = Problem::builder(&network).until(Seconds(1e4)).save(SavePoints::Uniform(3)).build().unwrap();
    let settings: Vec<Setting> =
        network.parameters().iter().map(|p| Setting::parse(&network, &p.name).unwrap()).collect();
    let problems: Vec<Problem> = scattered(&base, 64)
        .into_iter()
        .enumerate()
        .map(|(i, mut own)| {
            let fast = 10_f64.powf((i * 7 % 16) as f64);
            for setting in &settings[..2] {
                own.set(*setting, own.get(*setting) * fast);
            }
            own
        })
        .collect();
    let refined = problems.iter().filter_map(|p| solve(p, &SolveOptions::default()).ok());
    let refined = refined.filter(|s| s.stats.solves > 8 * (s.stats.accepted + s.stats.rejected)).count();
    assert!((1..64).contains(&refined), "{refined}");
    same_everywhere(&problems, &SolveOptions::default());
}

fn hydrazine_cell() -> Problem {
    let network = ratelaw::models::find("jia-2024-feasibility").unwrap().network().unwrap();
    Problem::builder(&network)
        .potential(Volts(2.0), Reference::AgAgPlus)
        .until(Hours(10.0))
        .save(SavePoints::Logarithmic(5, 1.0))
        .build()
        .unwrap()
}

/// Sensitivities to parameters, an initial amount, the potential and a step; all turnovers; other potentials and feeds.
#[test]
fn hydrazine_cell_with_sensitivities() {
    let base = hydrazine_cell();
    let network = base.network();
    let setting = |name: &str| Setting::parse(network, name).unwrap();
    let settings = vec![setting("k2"), setting("NH3(0)"), Setting::Potential, Setting::Step(StepId(0))];
    let mut problems = scattered(&base, 20);
    for (i, problem) in problems.iter_mut().enumerate() {
        problem.set(Setting::Potential, 1.2 + 0.05 * i as f64);
        problem.set(setting("NH3(0)"), 20.0 + 10.0 * i as f64);
    }
    let options = SolveOptions { sensitivities: settings, all_turnovers: true, ..SolveOptions::default() };
    assert_eq!(same_everywhere(&problems, &options), 0);
}

/// Wrong numbers and runs that cannot be done stay with themselves, each with its own cause.
#[test]
fn poison_stays_in_its_lane() {
    let base = hydrazine_cell();
    let network = base.network();
    let setting = |name: &str| Setting::parse(network, name).unwrap();
    let healthy = scattered(&base, 60);
    let mut poisoned = healthy.clone();
    let doses =
        [("k2", f64::NAN), ("k2", -1.0), ("k1", 1e300), ("k_ads", 0.0), ("NH3(0)", f64::INFINITY), ("NH3(0)", -1.0)];
    for (i, (name, value)) in doses.iter().enumerate() {
        poisoned[7 * i + 3].set(setting(name), *value);
    }
    let options = SolveOptions { max_steps: 400, ..SolveOptions::default() };
    let failed = same_everywhere(&poisoned, &options);
    assert!((4..=6).contains(&failed), "{failed}");
    let many = ManyOptions { threads: Some(1), lanes: Some(16) };
    let (clean, sick) =
        (solve_many(&healthy, &options, &many).unwrap(), solve_many(&poisoned, &options, &many).unwrap());
    for i in (0..60).filter(|i| i % 7 != 3 || *i > 38) {
        assert_eq!(fingerprint(&clean[i]), fingerprint(&sick[i]), "problem {i}");
    }
    let causes: Vec<String> = (0..6).filter_map(|i| sick[7 * i + 3].as_ref().err().map(ToString::to_string)).collect();
    assert!(causes[0].contains("`k2`") && causes[1].contains("rate constant"), "{causes:?}");
}

const PROTOCOL: &str = r#"
[model]
name = "couple"
[run]
potential = "0 V"
protocol = [
  "hold 0.05 V for 20 s",
  "ramp to 0.4 V at 10 mV/s",
  "hold for 1 s",
  "hold until [R] < 7 mM or 2 h",
  "rest for 5 s",
  "dose 2 mM R",
  "ramp from 0.4 V to -0.2 V at 20 mV/s",
]
[phases]
cell = { kind = "solution", volume = "1 mL" }
anode = { kind = "electrode", area = "1 cm2", resistance = "50 ohm" }
[species]
R = { formula = "Fe+2", phase = "cell", initial = "10 mM" }
O = { formula = "Fe+3", phase = "cell" }
[steps]
couple = { equation = "R <=> O + e-", phase = "anode", law = "butler-volmer", k0 = "k0", E0 = "E0", alpha = "alpha" }
[parameters]
k0 = { value = "1e-5 m/s", origin = "assumed" }
E0 = { value = "0.1 V", origin = "assumed" }
alpha = { value = "0.5", origin = "assumed" }
"#;

/// A protocol whose stages end at other times in each lane, potentials that float, rates that vary with time.
#[test]
fn protocols_end_at_their_own_times() {
    let network = Network::from_toml(PROTOCOL, "couple").unwrap_or_else(|e| panic!("{e}"));
    let base = Problem::builder(&network).save(SavePoints::Uniform(7)).build().unwrap_or_else(|e| panic!("{e}"));
    let mut problems = Vec::new();
    for (i, mut problem) in scattered(&base, 40).into_iter().enumerate() {
        problem.set(Setting::parse(&network, "alpha").unwrap(), 0.3 + 0.01 * i as f64);
        problem.set(Setting::parse(&network, "E0").unwrap(), 0.08 + 0.001 * i as f64);
        problems.push(problem);
    }
    same_everywhere(&problems, &SolveOptions::default());
    let lengths: Vec<f64> =
        problems.iter().filter_map(|p| solve(p, &SolveOptions::default()).ok()?.times.last().copied()).collect();
    assert!(lengths.len() > 30, "{}", lengths.len());
    assert!(lengths.windows(2).any(|pair| pair[0] != pair[1]));
}

#[test]
fn options_and_networks_are_checked() {
    let base = hydrazine_cell();
    let many = ManyOptions { lanes: Some(5), ..ManyOptions::default() };
    let error = solve_many(std::slice::from_ref(&base), &SolveOptions::default(), &many).unwrap_err().to_string();
    assert!(error.contains("1, 8, 16 or 32"), "{error}");
    let other = hydrazine_cell();
    let error = solve_many(&[base, other], &SolveOptions::default(), &ManyOptions::default()).unwrap_err().to_string();
    assert!(error.contains("several networks"), "{error}");
    assert!(solve_many(&[], &SolveOptions::default(), &ManyOptions::default()).unwrap().is_empty());
}
