//! Runs that take too long, and runs that are stopped, end with what they have; others are left alone.

use std::thread;
use std::time::Duration;

use ratelaw::prelude::*;
use ratelaw::solver::{
    Cause, Design, ManyOptions, Plan, SolveError, StopFlag, StoreOptions, solve_many, sweep_to_file,
};

/// Predator and prey (Lotka 1920): a cycle of seconds that goes on for 10^12 s, longer than anybody waits.
fn endless() -> Problem {
    let network = Network::builder("cycle")
        .solution("cell", "1 L")
        .expect("a volume")
        .species(Species::new("prey").composition_waived())
        .species(Species::new("predator").composition_waived())
        .species(Species::new("dead").composition_waived())
        .parameter("k", "1 1/s")
        .expect("a constant")
        .parameter("k2", "1 1/(M s)")
        .expect("a constant")
        .step("birth", "prey -> 2 prey", Law::mass_action("k"))
        .step("hunt", "prey + predator -> 2 predator", Law::mass_action("k2"))
        .step("death", "predator -> dead", Law::mass_action("k"))
        .build()
        .expect("a network");
    let problem = Problem::builder(&network).initial("prey", Molar(0.5)).initial("predator", Molar(1.0));
    problem.until(Seconds(1e12)).save(SavePoints::Uniform(3)).build().expect("a problem")
}

/// The same without births and deaths: the prey is eaten in a few steps.
fn short(mut problem: Problem) -> Problem {
    problem.set(Setting::parse(problem.network(), "k").expect("a constant"), 0.0);
    problem
}

fn patient(method: Method) -> SolveOptions {
    SolveOptions { method, max_steps: usize::MAX, ..SolveOptions::default() }
}

fn failure(outcome: Result<Solution, SolveError>) -> Box<ratelaw::solver::Failure> {
    match outcome {
        Err(SolveError::Failed(failure)) => failure,
        other => panic!("it did not fail on its way: {other:?}"),
    }
}

/// A sweep over two rates of birth and death, 1/s.
fn over_rates(rates: [f64; 2]) -> Design {
    Design::grid([Axis::list("k", rates.map(|k| Quantity::new(k, "1/s").expect("a unit")).to_vec())])
}

const METHODS: [Method; 6] =
    [Method::Rodas5P, Method::Rodas4P, Method::Radau5, Method::Ndf, Method::Dopri5, Method::Dop853];

/// By every method a run without end ends when its time is up, and says how far it came.
#[test]
fn a_run_has_a_limit_of_time() {
    for method in METHODS {
        let options = SolveOptions { time_limit: Some(Duration::from_millis(50)), ..patient(method) };
        let failure = failure(solve(&endless(), &options));
        assert_eq!(failure.cause, Cause::TimeLimit, "{method}");
        assert!(failure.t > 0.0 && failure.t < 1e12, "{method} came to {} s", failure.t);
        // The state where it ended is kept.
        assert_eq!(failure.partial.times, [0.0, failure.t], "{method}");
        assert!(failure.partial.stats.accepted > 10, "{method}");
    }
    let none = SolveOptions { time_limit: Some(Duration::ZERO), ..SolveOptions::default() };
    let error = solve(&endless(), &none).expect_err("no time at all").to_string();
    assert!(error.contains("the limit of time") && error.contains("above zero"), "{error}");
}

/// By every method a run without end ends when another thread stops it.
#[test]
fn a_run_is_stopped_from_outside() {
    for method in METHODS {
        let flag = StopFlag::new();
        let options = SolveOptions { stop: Some(flag.clone()), ..patient(method) };
        let outcome = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(50));
                flag.set();
            });
            solve(&endless(), &options)
        });
        let failure = failure(outcome);
        assert_eq!(failure.cause, Cause::Stopped, "{method}");
        assert!(failure.partial.stats.accepted > 10, "{method}");
    }
}

/// In lanes one run that takes too long fails, and its neighbours have the bits that they have alone.
#[test]
fn a_slow_run_leaves_its_neighbours_alone() {
    let options = SolveOptions { time_limit: Some(Duration::from_millis(200)), ..patient(Method::Rodas5P) };
    let slow = endless();
    let alone = solve(&short(slow.clone()), &options).expect("it is short");
    for lanes in [1, 8] {
        let problems: Vec<Problem> = (0..12).map(|i| if i == 5 { slow.clone() } else { short(slow.clone()) }).collect();
        let many = ManyOptions { threads: Some(1), lanes: Some(lanes) };
        for (i, outcome) in solve_many(&problems, &options, &many).expect("sound options").into_iter().enumerate() {
            if i == 5 {
                assert_eq!(failure(outcome).cause, Cause::TimeLimit);
            } else {
                let solution = outcome.expect("it is short");
                assert_eq!(
                    (&solution.states, solution.stats),
                    (&alone.states, alone.stats),
                    "point {i}, {lanes} lanes"
                );
            }
        }
    }
}

/// Whoever stops a sweep to a file does not wait for the points in the lanes, and none of them is stored as failed.
#[test]
fn a_stopped_sweep_does_not_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.csv");
    let flag = StopFlag::new();
    let options = StoreOptions {
        solve: SolveOptions { stop: Some(flag.clone()), ..patient(Method::Rodas5P) },
        ..Default::default()
    };
    let design = over_rates([0.5, 1.0]);
    let error = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(50));
            flag.set();
        });
        sweep_to_file(&endless(), &design, &path, &options).expect_err("it was stopped").to_string()
    });
    assert!(error.contains("0 of 1 chunks"), "{error}");
    assert!(!path.exists());
}

/// Points over their time stay in the table with their status; the limit is a part of the plan, and of its notes.
#[test]
fn a_sweep_stores_points_over_their_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.csv");
    let solve = SolveOptions { time_limit: Some(Duration::from_millis(100)), ..patient(Method::Rodas5P) };
    let options = StoreOptions { solve, ..Default::default() };
    let design = over_rates([0.0, 1.0]);
    let stored = sweep_to_file(&endless(), &design, &path, &options).expect("it ends");
    assert_eq!((stored.summary.points, stored.summary.failed), (2, 1));
    assert_eq!(stored.summary.causes[0].status, "time_limit");
    let plan = Plan::new(&endless(), &design, &options).expect("a plan");
    let without =
        Plan::new(&endless(), &design, &StoreOptions { solve: patient(Method::Rodas5P), ..Default::default() });
    assert_ne!(plan.hash(), without.expect("a plan").hash());
    let notes = plan.provenance().expect("it is sound");
    assert!(notes.iter().any(|(key, value)| key == "tolerances" && value.ends_with("time_limit 0.1 s")), "{notes:?}");
}
