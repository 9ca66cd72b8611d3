//! The choice of a method by stiffness: large networks that are stiff, that become stiff, and that are not.

mod problems;

use problems::large::generated;
use problems::{HIRES, HIRES_END, POLLU, POLLU_END, ROBER, ROBER_TIMES, hires, letters, pollu};
use ratelaw::prelude::*;
use ratelaw::solver::{Cause, Choice, ManyOptions, solve_many};

fn options(method: Method, rtol: f64) -> SolveOptions {
    SolveOptions { method, rtol, ..SolveOptions::default() }
}

/// So many copies of a network that know nothing of each other, in one network.
fn copies(network: &Network, count: usize) -> Network {
    let text = |equation: &str, i: usize| {
        let words = equation.split(' ').map(|word| {
            let letter = word.starts_with(|c: char| c.is_ascii_alphabetic());
            if letter { format!("{word}_{i}") } else { word.to_owned() }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let initial = network.initial_values();
    let species = (0..count).flat_map(|i| network.species().iter().map(move |s| format!("{}_{i}", s.name)));
    let amounts = (0..count).flat_map(|_| initial.iter().copied());
    let species: Vec<(String, f64)> = species.zip(amounts).collect();
    let constants = network.parameters().iter().map(|p| p.value);
    let steps: Vec<(String, f64)> = network
        .steps()
        .iter()
        .zip(constants)
        .flat_map(|(step, k)| (0..count).map(move |i| (text(&step.equation, i), k)))
        .collect();
    let species: Vec<(&str, f64)> = species.iter().map(|(name, amount)| (name.as_str(), *amount)).collect();
    let steps: Vec<(&str, f64)> = steps.iter().map(|(equation, k)| (equation.as_str(), *k)).collect();
    letters("copies", &species, &steps)
}

/// The largest error of any copy at the end, relative where the amount is resolved, in units of rtol.
fn error(solution: &Solution, exact: &[f64], rtol: f64) -> f64 {
    let y = solution.states.last().expect("an end");
    let scale = solution.network().scales(solution.problem.initial());
    let errors = y.iter().zip(exact.iter().cycle()).zip(&scale);
    errors.map(|((y, e), scale)| (y - e).abs() / (e.abs() + 1e-6 * scale)).fold(0.0, f64::max) / rtol
}

fn problem(network: &Network, end: f64, save: SavePoints) -> Problem {
    Problem::builder(network).until(Seconds(end)).save(save).build().unwrap_or_else(|e| panic!("{e}"))
}

fn rober() -> Network {
    let steps = [("A -> B", 0.04), ("2 B -> B + C", 3e7), ("B + C -> A + C", 1e4)];
    letters("rober", &[("A", 1.0), ("B", 0.0), ("C", 0.0)], &steps)
}

/// Stiff problems end with Ndf, to the same bits as if it had been asked for, and the trial costs little: HIRES and POLLU are seen
/// to be stiff before a step; what is fast in ROBER forms first, within 8 steps of 6 evaluations.
#[test]
fn stiff_problems_are_left_to_ndf() {
    let cases = [
        (copies(&rober(), 70), ROBER_TIMES[1], ROBER[1].to_vec(), 60),
        (copies(&hires(), 25), HIRES_END, HIRES.to_vec(), 0),
        (copies(&pollu(), 10), POLLU_END, POLLU.to_vec(), 0),
    ];
    for (network, end, exact, most) in cases {
        let problem = problem(&network, end, SavePoints::Ends);
        for rtol in [1e-4, 1e-6, 1e-8] {
            let mut solution = solve(&problem, &options(Method::Auto, rtol)).unwrap_or_else(|e| panic!("{e}"));
            let ndf = solve(&problem, &options(Method::Ndf, rtol)).unwrap_or_else(|e| panic!("{e}"));
            let error = error(&solution, &exact, rtol);
            let Some(Choice::Left(left)) = solution.choice else { panic!("{:?}", solution.choice) };
            println!("{rtol:e}, {}: {error:.1} rtol, {:?}", solution.choice_note().unwrap(), left.stats);
            assert!(error < 10.0, "{error}");
            assert_eq!((solution.method, left.method, left.cause), (Method::Ndf, Method::Dopri5, Cause::Stiff));
            assert!(left.stats.evaluations <= most && left.t < end / 2.0, "{left:?}");
            solution.choice = None;
            assert_eq!(solution, ndf);
        }
    }
}

/// What is not stiff is done without a Jacobian in the linear algebra, to the tolerance, and many times cost no steps.
#[test]
fn what_is_not_stiff_is_done_by_an_explicit_method() {
    let network = generated(210, 2000, true, 2);
    let reference = solve(&problem(&network, 10.0, SavePoints::Uniform(40)), &options(Method::Radau5, 1e-11)).unwrap();
    let scale = network.scales(reference.problem.initial());
    for (rtol, steps) in [(1e-4, 53), (1e-7, 126)] {
        let at = |count| {
            let problem = problem(&network, 10.0, SavePoints::Uniform(count));
            solve(&problem, &options(Method::Auto, rtol)).unwrap_or_else(|e| panic!("{e}"))
        };
        let (two, many) = (at(2), at(40));
        assert_eq!((two.method, two.choice), (Method::Dopri5, Some(Choice::NotStiff)));
        assert_eq!((many.method, many.choice), (Method::Dopri5, Some(Choice::NotStiff)));
        assert_eq!(many.times, reference.times);
        let errors = many.states.iter().zip(&reference.states).flat_map(|(y, exact)| {
            y.iter().zip(exact).zip(&scale).map(|((y, e), scale)| (y - e).abs() / (e.abs() + 1e-6 * scale))
        });
        let error = errors.fold(0.0, f64::max) / rtol;
        println!("{rtol:e}: {error:.2} rtol, {:?} {:?}", two.stats, many.stats);
        // The dense output of order 4 is a little less accurate than the steps.
        assert!(error < 10.0, "{error}");
        assert_eq!((many.stats.accepted, many.stats.factorisations), (steps, 0));
        assert_eq!(two.stats.accepted, steps);
    }
}

/// Each problem of many is judged by itself: some stiff, some not, with the bits of a run alone.
#[test]
fn many_are_chosen_one_by_one() {
    let network = generated(205, 1000, true, 2);
    let fast = Setting::parse(&network, "r3.k").unwrap();
    let base = problem(&network, 5.0, SavePoints::Ends);
    let problems: Vec<Problem> = [1.0, 1e5, 2.0, 1e6]
        .iter()
        .map(|factor| {
            let mut own = base.clone();
            own.set(fast, factor * base.get(fast));
            own
        })
        .collect();
    let options = options(Method::Auto, 1e-6);
    let many = solve_many(&problems, &options, &ManyOptions::default()).unwrap();
    let methods: Vec<Method> = many.iter().map(|s| s.as_ref().unwrap().method).collect();
    assert_eq!(methods, [Method::Dopri5, Method::Ndf, Method::Dopri5, Method::Ndf]);
    for (problem, solution) in problems.iter().zip(many) {
        assert_eq!(solution.unwrap(), solve(problem, &options).unwrap());
    }
}

/// Small networks go by tolerance and size, with a reason too.
#[test]
fn small_networks_are_not_tried() {
    let solution = solve(&problem(&hires(), HIRES_END, SavePoints::Ends), &options(Method::Auto, 1e-6)).unwrap();
    assert_eq!((solution.method, solution.choice), (Method::Rodas5P, Some(Choice::Small)));
    assert_eq!(solution.choice_note().unwrap(), "auto: rodas5p for fewer than 200 variables");
    let table = solution.table().to_text(ratelaw::solver::Format::Csv);
    assert!(table.contains("auto: rodas5p"), "{table}");
}

/// A rate that reads the time: dA/dt = -k t A, so A = exp(-k t^2 / 2).
#[test]
fn explicit_methods_know_the_time() {
    let network = Network::from_toml(
        "[model]\nname = \"timed\"\n[phases.cell]\nkind = \"solution\"\nvolume = \"1 L\"\n[species]\n\
         A = { formula = \"CO\", initial = \"1 M\" }\nB = { formula = \"CO\" }\n[parameters]\nk = \"0.2 1/s2\"\n\
         [steps]\ns = { equation = \"A -> B\", rate = \"k * time * [A]\" }\n",
        "timed.toml",
    )
    .unwrap_or_else(|e| panic!("{e}"));
    for method in [Method::Dopri5, Method::Dop853] {
        let problem = problem(&network, 5.0, SavePoints::Uniform(21));
        let solution = solve(&problem, &options(method, 1e-8)).unwrap_or_else(|e| panic!("{e}"));
        for (t, y) in solution.times.iter().zip(&solution.states) {
            let exact = 1e3 * (-0.1 * t * t).exp();
            assert!((y[0] / exact - 1.0).abs() < 1e-6, "{method}, t = {t}: {} {exact}", y[0]);
        }
    }
}
