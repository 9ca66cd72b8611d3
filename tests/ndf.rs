//! The numerical differentiation formulas on published stiff problems, electrodes and protocols, with work counters.

mod problems;

use problems::stiff::{ORR_TIMES, oxygen_reduction};
use problems::{HIRES, HIRES_END, POLLU, POLLU_END, ROBER, ROBER_TIMES, error, hires, pollu, run};
use ratelaw::prelude::*;
use ratelaw::solver::{Setting, SolveError};

fn options(rtol: f64) -> SolveOptions {
    SolveOptions { rtol, method: Method::Ndf, ..SolveOptions::default() }
}

fn robertson() -> Network {
    ratelaw::models::find("robertson").unwrap().network().unwrap()
}

/// Where every step's error has the same sign for decades, those of a multistep method add up: at 1e7 s ROBER is off by
/// up to 12 times the relative tolerance, at 1e11 s by up to 170 times. One-step methods need 10 times at most.
#[test]
fn robertson_to_1e11() {
    let network = robertson();
    for k in 3..=8 {
        let rtol = 10_f64.powi(-k);
        let solution = run(&network, &ROBER_TIMES, &options(rtol));
        for ((t, y), exact) in solution.times.iter().zip(&solution.states).zip(&ROBER) {
            let factor = error(y, exact) / rtol;
            println!("rtol {rtol:e}, t = {t:e}: {factor:.2}");
            let allowed = if *t > 1e10 { 200.0 } else { 15.0 };
            assert!(factor < allowed, "rtol {rtol:e}, t = {t:e}: {factor}");
        }
    }
}

#[test]
fn hires_and_pollu() {
    for k in 3..=8 {
        let rtol = 10_f64.powi(-k);
        for (network, end, exact) in [(hires(), HIRES_END, &HIRES[..]), (pollu(), POLLU_END, &POLLU[..])] {
            let solution = run(&network, &[end], &options(rtol));
            let factor = error(&solution.states[0], exact) / rtol;
            println!("{}, rtol {rtol:e}: {factor:.2}", network.name());
            assert!(factor < 10.0, "{}, rtol {rtol:e}: {factor}", network.name());
        }
    }
}

/// As for the other methods, the counters are exact.
#[test]
fn work_counters() {
    for (network, end, steps, work) in [
        (robertson(), 1e11, (823, 2), (1270, 148, 148)),
        (hires(), HIRES_END, (408, 14), (798, 78, 78)),
        (pollu(), POLLU_END, (356, 2), (508, 62, 63)),
        (oxygen_reduction(), ORR_TIMES[4], (272, 0), (386, 47, 47)),
    ] {
        let stats = run(&network, &[end], &options(1e-6)).stats;
        assert_eq!((stats.accepted, stats.rejected), steps, "{}", network.name());
        assert_eq!((stats.evaluations, stats.jacobians, stats.factorisations), work, "{}", network.name());
        assert_eq!(stats.pivoted, 0);
    }
}

/// Dense output is the polynomial of the differences: looking changes no step, and what it shows is as good as the end.
#[test]
fn save_points_between_steps() {
    let network = hires();
    let times: Vec<f64> = (1..=200).map(|i| HIRES_END * f64::from(i) / 200.0).collect();
    let coarse = run(&network, &times, &options(1e-6));
    let fine = run(&network, &times, &SolveOptions { method: Method::Rodas5P, ..options(1e-11) });
    assert_eq!(coarse.stats, run(&network, &[HIRES_END], &options(1e-6)).stats, "looking changes the steps");
    for (i, (y, exact)) in coarse.states.iter().zip(&fine.states).enumerate() {
        let error = error(y, exact);
        assert!(error < 1.5e-5, "t = {}: error {error:e}", times[i]);
    }
}

#[test]
fn sensitivities_are_refused() {
    let network = robertson();
    let problem = Problem::builder(&network).build().unwrap();
    let sensitivities = vec![Setting::parse(&network, "k1").unwrap()];
    let refused = solve(&problem, &SolveOptions { sensitivities, ..options(1e-6) });
    let expected =
        SolveError::Unsupported { method: Method::Ndf, what: "compute sensitivities", instead: Method::Rodas5P };
    assert_eq!(refused.unwrap_err().to_string(), expected.to_string());
    assert_eq!("ndf".parse::<Method>().unwrap(), Method::Ndf);
}

/// A trace that grows by autocatalysis is not stepped over. Its start, 1e-20, is a thousand times its absolute tolerance,
/// and relative errors of that time stay: 3e-4.
#[test]
fn growth_from_a_trace() {
    let network = problems::letters("growth", &[("F", 1.0), ("X", 1e-20)], &[("F + X -> 2 X", 1.0)]);
    let times = [40.0, 46.0, 46.1, 50.0, 1e4];
    let solution = run(&network, &times, &options(1e-8));
    for (t, y) in times.iter().zip(&solution.states) {
        // X / F = 1e-20 e^t, with X + F = 1.
        let ratio = 1e-20 * t.exp();
        let exact = if ratio.is_finite() { ratio / (1.0 + ratio) } else { 1.0 };
        println!("t = {t}: {:e}", y[1] / exact - 1.0);
        assert!((y[1] / exact - 1.0).abs() < 5e-4, "t = {t}: {} {exact}", y[1]);
    }
}

/// A cell with ohmic drop at both electrodes, under a protocol of holds, a ramp, a dose, a rest, and a condition.
const CELL: &str = r#"
[model]
name = "cell"
[run]
temperature = "298.15 K"
reference = "SHE"
protocol = ["hold 1.1 V for 2 h", "ramp from 1.1 V to 1.4 V at 0.1 mV/s", "dose 0.05 M R", "rest for 10 min",
    "hold 1.4 V until conversion(R) >= 0.4 or 60 h", "hold 0.9 V for 1 h"]
[phases.cell]
kind = "solution"
volume = "20 mL"
[phases.anode]
kind = "electrode"
area = "0.5 cm2"
resistance = "R_u"
[phases.cathode]
kind = "electrode"
area = "1 cm2"
counter = true
resistance = "R_c"
[species]
R = { formula = "Fe+2", phase = "cell", initial = "0.1 M" }
O = { formula = "Fe+3", phase = "cell", initial = "0.1 M" }
"H+" = { formula = "H+", phase = "cell", initial = "1 M" }
H2 = { formula = "H2", phase = "cell" }
[parameters]
k0 = "1e-5 m/s"
E0 = "0.77 V"
alpha = "0.4"
R_u = "20 ohm"
R_c = "100 ohm"
k_H = "1e-9 m/s"
[steps]
couple = { equation = "R <=> O + e-", law = "butler-volmer", phase = "anode", k0 = "k0", E0 = "E0", alpha = "alpha" }
hydrogen = { equation = "2 H+ + 2 e- -> H2", law = "tafel", phase = "cathode", k0 = "k_H", E0 = "0 V", alpha = 0.5, orders = { "H+" = 1 } }
"#;

/// Electrodes, protocols and events against the one-step methods; the balance of charge is checked after each step.
#[test]
fn agrees_on_electrodes_and_protocols() {
    let cell = Network::from_toml(CELL, "cell.toml").unwrap_or_else(|e| panic!("{e}"));
    let synthesis = ratelaw::models::find("jia-2024-feasibility").unwrap().network().unwrap();
    for network in [&cell, &synthesis] {
        let mut problem = Problem::builder(network).build().unwrap();
        problem.set_save(SavePoints::Uniform(41));
        for rtol in [1e-4, 1e-6, 1e-8] {
            let exact = solve(&problem, &SolveOptions { rtol: 1e-11, ..SolveOptions::default() }).unwrap();
            let told = solve(&problem, &options(rtol)).unwrap_or_else(|e| panic!("{e}"));
            let verification = verify(&problem, &options(rtol)).unwrap_or_else(|e| panic!("{e}"));
            println!("{}, rtol {rtol:e}: {} {:?}", network.name(), verification.describe(), told.stats);
            assert!(verification.error() < 30.0, "{}: {}", network.name(), verification.describe());
            for (own, other) in told.potentials.iter().zip(&exact.potentials) {
                for (own, other) in own.iter().zip(other) {
                    assert!((own - other).abs() < 30.0 * rtol * (0.0257 + own.abs()), "{own} {other}");
                }
            }
        }
    }
}
