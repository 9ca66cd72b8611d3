//! Published stiff problems against their reference solutions, with work counters.

mod problems;

use problems::stiff::{ORR_TIMES, oxygen_reduction};
use problems::{HIRES, HIRES_END, POLLU, POLLU_END, ROBER, ROBER_TIMES, error, hires, pollu, run};
use ratelaw::prelude::*;

fn options(rtol: f64) -> SolveOptions {
    SolveOptions { rtol, ..SolveOptions::default() }
}

/// The delivered error is at most 10 rtol: each step is held to rtol, and the errors of these decaying
/// problems do not add up.
const FACTOR: f64 = 10.0;

/// The largest error of a state in units of the tolerance, `rtol |y| + atol`.
fn scaled(network: &Network, initial: &[f64], y: &[f64], exact: &[f64], rtol: f64) -> f64 {
    let atol = network.scales(initial).into_iter().map(|scale| rtol * 1e-6 * scale);
    let errors = y.iter().zip(exact).zip(atol).map(|((y, e), atol)| (y - e).abs() / (rtol * e.abs() + atol));
    errors.fold(0.0, f64::max)
}

/// What rounding may leave of A and B at 1e11 s, relatively. The rates of A to and fro cancel there to 2.5e-10 of themselves,
/// and `1/(h gamma)`, of 1e-10/s, is added to a diagonal of 0.04/s: with numbers of 16 digits a step changes A to some
/// 1e-7 of that change. The error there does not follow rtol: 1.2e-7, 1.3e-8, 5e-8, 4e-9 and 1.4e-9 at rtol 1e-8 to
/// 1e-12 (Radau5: 2e-8 to 4e-9). The tolerance with its absolute part, 1e-6 rtol, is 50 rtol of A: it is met tenfold
/// to 1e-9, and at 1e-10 and 1e-11 only what is said here is.
const ROUNDING: f64 = 2e-7;

#[test]
fn robertson_to_1e11() {
    let network = ratelaw::models::find("robertson").unwrap().network().unwrap();
    for k in 3..=11 {
        let rtol = 10_f64.powi(-k);
        let solution = run(&network, &ROBER_TIMES, &options(rtol));
        for ((t, y), exact) in solution.times.iter().zip(&solution.states).zip(&ROBER) {
            let scaled = scaled(&network, solution.problem.initial(), y, exact, rtol);
            let relative = error(y, exact);
            println!("rober {rtol:e}, t = {t:e}: {scaled:.2} tolerances, {:.2} rtol", relative / rtol);
            let rounded = *t > 1e10 && k > 9;
            assert!(rounded || scaled < FACTOR, "rtol {rtol:e}, t = {t:e}: {scaled} tolerances");
            // Up to 1e7 s every amount has its relative digits, and at 1e11 s all but those that rounding takes.
            let finest = if *t > 1e10 { ROUNDING / FACTOR } else { 0.0 };
            assert!(relative < FACTOR * rtol.max(finest), "rtol {rtol:e}, t = {t:e}: error {relative:e}");
        }
    }
    // The figure that the project promises: 1e-6 at rtol 1e-8.
    let end = run(&network, &[1e11], &options(1e-8));
    assert!(error(end.states.last().unwrap(), &ROBER[4]) < 1e-6);
}

#[test]
fn hires_and_pollu() {
    for k in 3..=11 {
        let rtol = 10_f64.powi(-k);
        for (network, end, exact) in [(hires(), HIRES_END, &HIRES[..]), (pollu(), POLLU_END, &POLLU[..])] {
            let solution = run(&network, &[end], &options(rtol));
            let error = error(&solution.states[0], exact);
            println!("{} {rtol:e}: {:.2} rtol", network.name(), error / rtol);
            assert!(error < FACTOR * rtol, "{}, rtol {rtol:e}: error {error:e}", network.name());
        }
    }
}

/// What 16 digits cannot do is not passed off as done: at an rtol of 1e-13 ROBER to 1e11 s stops at the limit of steps.
#[test]
fn a_tolerance_below_rounding_fails() {
    let network = ratelaw::models::find("robertson").unwrap().network().unwrap();
    let problem = Problem::builder(&network).until(Seconds(1e11)).save(SavePoints::Ends).build().unwrap();
    assert!(matches!(solve(&problem, &options(1e-13)), Err(ratelaw::solver::SolveError::Failed(_))));
    for refused in [9e-14, 0.2, f64::NAN] {
        let error = solve(&problem, &options(refused)).unwrap_err().to_string();
        assert!(error.contains("the relative tolerance"), "{error}");
    }
}

/// Counters are exact where `powf` of the step-size control is the same: nothing in the step loop is fused or
/// reordered; a change here is a change of the method and must be meant.
#[test]
fn work_counters() {
    let robertson = ratelaw::models::find("robertson").unwrap().network().unwrap();
    // No step of these loses so much of what it conserves that it needs refinement.
    for (network, end, accepted, rejected) in [
        (robertson, 1e11, 287, 3),
        (hires(), HIRES_END, 331, 1),
        (pollu(), POLLU_END, 156, 0),
        (oxygen_reduction(), ORR_TIMES[4], 134, 3),
    ] {
        let stats = run(&network, &[end], &options(1e-6)).stats;
        assert_eq!((stats.accepted, stats.rejected), (accepted, rejected), "{}", network.name());
        let attempts = accepted + rejected;
        assert_eq!(stats.jacobians, accepted);
        assert_eq!((stats.factorisations, stats.evaluations), (attempts, 8 * attempts + 1));
        assert_eq!(stats.solves, 8 * attempts, "{}", network.name());
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
