//! Published stiff problems against their reference solutions, with work counters.

mod problems;

use problems::{HIRES, HIRES_END, POLLU, POLLU_END, ROBER, ROBER_TIMES, error, hires, pollu, run};
use ratelaw::prelude::*;

fn options(rtol: f64) -> SolveOptions {
    SolveOptions { rtol, ..SolveOptions::default() }
}

/// The delivered error is at most 10 rtol: each step is held to rtol, and the errors of these decaying
/// problems do not add up.
const FACTOR: f64 = 10.0;

#[test]
fn robertson_to_1e11() {
    let network = ratelaw::models::find("robertson").unwrap().network().unwrap();
    for rtol in [1e-3, 1e-5, 1e-6, 1e-8] {
        let solution = run(&network, &ROBER_TIMES, &options(rtol));
        for ((t, y), exact) in solution.times.iter().zip(&solution.states).zip(&ROBER) {
            // At 1e11 s, A is 2e-8, four decades above its absolute tolerance of 1e-6 rtol times its scale of 1.
            let error = error(y, exact);
            assert!(error < FACTOR * rtol.max(1e-7), "rtol {rtol:e}, t = {t:e}: error {error:e}");
        }
    }
    // The figure that the project promises: 1e-6 at rtol 1e-8.
    let end = run(&network, &[1e11], &options(1e-8));
    assert!(error(end.states.last().unwrap(), &ROBER[4]) < 1e-6);
}

#[test]
fn hires_and_pollu() {
    for rtol in [1e-3, 1e-4, 1e-6, 1e-8, 1e-10] {
        for (network, end, exact) in [(hires(), HIRES_END, &HIRES[..]), (pollu(), POLLU_END, &POLLU[..])] {
            let solution = run(&network, &[end], &options(rtol));
            let error = error(&solution.states[0], exact);
            assert!(error < FACTOR * rtol, "{}, rtol {rtol:e}: error {error:e}", network.name());
        }
    }
}

/// Counters are exact where `powf` of the step-size control is the same: nothing in the step loop is fused or
/// reordered; a change here is a change of the method and must be meant.
#[test]
fn work_counters() {
    let robertson = ratelaw::models::find("robertson").unwrap().network().unwrap();
    // The last number counts solves that refine a stage of a long step.
    for (network, end, accepted, rejected, refined) in
        [(robertson, 1e11, 287, 3, 2880), (hires(), HIRES_END, 331, 1, 0), (pollu(), POLLU_END, 156, 0, 1624)]
    {
        let stats = run(&network, &[end], &options(1e-6)).stats;
        assert_eq!((stats.accepted, stats.rejected), (accepted, rejected), "{}", network.name());
        let attempts = accepted + rejected;
        assert_eq!(stats.jacobians, accepted);
        assert_eq!((stats.factorisations, stats.evaluations), (attempts, 8 * attempts + 1));
        assert_eq!(stats.solves - 8 * attempts, refined, "{}", network.name());
    }
}

/// Dense output between steps is as good as the steps themselves: a run that is looked at often against the
/// same run that must stop at each of those times.
#[test]
fn save_points_between_steps() {
    let network = hires();
    let times: Vec<f64> = (1..=200).map(|i| HIRES_END * f64::from(i) / 200.0).collect();
    let coarse = run(&network, &times, &options(1e-6));
    let fine = run(&network, &times, &options(1e-11));
    assert_eq!(coarse.stats, run(&network, &[HIRES_END], &options(1e-6)).stats, "looking changes the steps");
    for (i, (y, exact)) in coarse.states.iter().zip(&fine.states).enumerate() {
        let error = error(y, exact);
        assert!(error < 1e-5, "t = {}: error {error:e}", times[i]);
    }
}

#[test]
fn explicit_methods_agree_where_the_problem_is_not_stiff() {
    let network = ratelaw::models::find("alpha-pinene").unwrap().network().unwrap();
    let problem = Problem::builder(&network).build().unwrap();
    let exact = solve(&problem, &options(1e-12)).unwrap();
    for method in [Method::Dopri5, Method::Dop853] {
        let solution = solve(&problem, &SolveOptions { method, ..options(1e-9) }).unwrap();
        assert_eq!(solution.times, exact.times);
        for (y, e) in solution.states.iter().zip(&exact.states).skip(1) {
            assert!(error(y, e) < 1e-7, "{method}: {y:?} {e:?}");
        }
        assert!(solution.stats.evaluations > 0 && solution.stats.jacobians == 0);
    }
}
