//! Radau5 on published stiff problems, with work counters, and the verification of runs.

mod problems;

use problems::stiff::{ORR_TIMES, oxygen_reduction};
use problems::{HIRES, HIRES_END, POLLU, POLLU_END, ROBER, ROBER_TIMES, error, hires, pollu, run};
use ratelaw::prelude::*;
use ratelaw::solver::{OnRounding, Setting, SolveError};

fn options(rtol: f64) -> SolveOptions {
    SolveOptions { rtol, method: Method::Radau5, ..SolveOptions::default() }
}

fn robertson() -> Network {
    ratelaw::models::find("robertson").unwrap().network().unwrap()
}

/// The delivered error is at most this many times the relative tolerance.
const FACTOR: f64 = 10.0;

#[test]
fn robertson_to_1e11() {
    let network = robertson();
    for k in 4..=11 {
        let rtol = 10_f64.powi(-k);
        // From 1e-12 on it is refused to 1e11 s (see tests/stiff.rs), with a warning before.
        let report = SolveOptions { on_rounding: OnRounding::Report, ..options(rtol) };
        let solution = run(&network, &ROBER_TIMES, &report);
        assert_eq!(solution.rounding.is_some(), k > 10, "{rtol:e}: {:?}", solution.rounding);
        for ((t, y), exact) in solution.times.iter().zip(&solution.states).zip(&ROBER) {
            let error = error(y, exact);
            // At 1e11 s the rates of A to and fro cancel to 2.5e-10 of themselves: with numbers of 16 digits its
            // change is good to 1e-6 in a step, and what the steps leave, of either method, to some 1e-8.
            let finest = if *t > 1e10 { 1e-8 } else { 0.0 };
            assert!(error < FACTOR * rtol.max(finest), "rtol {rtol:e}, t = {t:e}: error {error:e}");
        }
    }
}

#[test]
fn hires_and_pollu() {
    for k in 4..=11 {
        let rtol = 10_f64.powi(-k);
        for (network, end, exact) in [(hires(), HIRES_END, &HIRES[..]), (pollu(), POLLU_END, &POLLU[..])] {
            let solution = run(&network, &[end], &options(rtol));
            let error = error(&solution.states[0], exact);
            assert!(error < FACTOR * rtol, "{}, rtol {rtol:e}: error {error:e}", network.name());
        }
    }
}

/// As for Rodas5P, the counters are exact; two factorisations are one real and one complex.
#[test]
fn work_counters() {
    for (network, end, steps, work) in [
        (robertson(), 1e11, (504, 2), (3826, 364, 732)),
        (hires(), HIRES_END, (298, 13), (2549, 195, 416)),
        (pollu(), POLLU_END, (223, 0), (1538, 148, 296)),
        (oxygen_reduction(), ORR_TIMES[4], (167, 0), (1164, 103, 206)),
    ] {
        let stats = run(&network, &[end], &options(1e-6)).stats;
        assert_eq!((stats.accepted, stats.rejected), steps, "{}", network.name());
        assert_eq!((stats.evaluations, stats.jacobians, stats.factorisations), work, "{}", network.name());
        assert_eq!(stats.pivoted, 0);
    }
}

/// Dense output is the collocation polynomial: looking changes no step, and what it shows is as good as the tolerance.
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
fn sensitivities_are_refused() {
    let network = robertson();
    let problem = Problem::builder(&network).build().unwrap();
    let sensitivities = vec![Setting::parse(&network, "k1").unwrap()];
    let refused = solve(&problem, &SolveOptions { sensitivities, ..options(1e-6) });
    let expected =
        SolveError::Unsupported { method: Method::Radau5, what: "compute sensitivities", instead: Method::Rodas5P };
    assert_eq!(refused.unwrap_err().to_string(), expected.to_string());
    assert_eq!("radau5".parse::<Method>().unwrap(), Method::Radau5);
}

/// The choice goes by the tolerance, is reported, and changes nothing else; sensitivities are Rodas5P's.
#[test]
fn auto_says_what_it_chose() {
    let network = hires();
    for (rtol, method) in [(1e-9, Method::Rodas5P), (5e-10, Method::Radau5)] {
        let mut chosen = run(&network, &[HIRES_END], &SolveOptions { method: Method::Auto, ..options(rtol) });
        assert_eq!(chosen.method, method);
        assert!(chosen.choice.take().is_some());
        assert_eq!(chosen, run(&network, &[HIRES_END], &SolveOptions { method, ..options(rtol) }));
    }
    let robertson = robertson();
    let problem = Problem::builder(&robertson).until(Seconds(40.0)).build().unwrap();
    let sensitivities = vec![Setting::parse(&robertson, "k1").unwrap()];
    let options = SolveOptions { method: Method::Auto, sensitivities, ..options(1e-10) };
    assert_eq!(solve(&problem, &options).unwrap().method, Method::Rodas5P);
    assert_eq!("auto".parse::<Method>().unwrap(), Method::Auto);
}

/// A trace that grows by autocatalysis unseen below its absolute tolerance is not stepped over: once it has eaten the
/// food, at ln(1e20)/k, all of it is there.
#[test]
fn growth_from_a_trace() {
    let network = problems::letters("growth", &[("F", 1.0), ("X", 1e-20)], &[("F + X -> 2 X", 1.0)]);
    let times = [40.0, 46.0, 46.1, 50.0, 1e4];
    let solution = run(&network, &times, &options(1e-8));
    for (t, y) in times.iter().zip(&solution.states) {
        // X / F = 1e-20 e^t, with X + F = 1.
        let ratio = 1e-20 * t.exp();
        let exact = if ratio.is_finite() { ratio / (1.0 + ratio) } else { 1.0 };
        assert!((y[1] / exact - 1.0).abs() < 1e-5, "t = {t}: {} {exact}", y[1]);
    }
}

/// The true error that verification tells is that against the published reference, and the worst species is named.
#[test]
fn verification_tells_the_true_error() {
    for method in [Method::Rodas5P, Method::Radau5] {
        for (network, end, exact) in [(hires(), HIRES_END, &HIRES[..]), (pollu(), POLLU_END, &POLLU[..])] {
            let save = SavePoints::Times(vec![end]);
            let problem = Problem::builder(&network).until(Seconds(end)).save(save).build().unwrap();
            let rtol = 1e-6;
            let told = verify(&problem, &SolveOptions { method, ..options(rtol) }).unwrap();
            let scale = network.scales(problem.initial());
            let mut largest: f64 = 0.0;
            for (i, exact) in exact.iter().enumerate() {
                let tolerance = rtol * (exact.abs() + 1e-6 * scale[i]);
                let error = (told.solution.states[0][i] - exact).abs() / tolerance;
                // The reference has an error of its own, of a hundredth of that of the run.
                assert!((told.species[i].error - error).abs() < 0.02, "{} {error}", told.species[i].error);
                largest = largest.max(error);
            }
            let (worst, deviation) = told.worst().unwrap();
            assert!((deviation.error - largest).abs() < 0.02 && deviation.time == end);
            assert!(told.holds() && told.charge.is_none());
            let name = &network.species()[worst.0].name;
            assert!(told.describe().contains(&format!("worst species `{name}`")), "{}", told.describe());
            assert_ne!(told.reference.method, method);
        }
    }
}
