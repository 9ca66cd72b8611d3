//! Oxygen reduction on Pt(111) (Hansen, Viswanathan and Norskov 2014): rest, balances and thermodynamics of the model.

mod problems;

use problems::run;
use problems::stiff::{ORR, ORR_HELD, ORR_TIMES, oxygen_reduction};
use ratelaw::network::{FARADAY, GAS_CONSTANT};
use ratelaw::prelude::*;
use ratelaw::solver::{Stability, SteadyState, steady_state};

/// The model's free energies in eV and activities.
const G_O2: f64 = 5.19;
const G_H2O2: f64 = 3.66;
const O2: f64 = 2.34e-5;
/// RT/F at the model's 300 K.
const KT: f64 = GAS_CONSTANT * 300.0 / FARADAY;

/// The rest of two more potentials, V, by Newton's method on 50 digits from the equations written down apart from the
/// model (mpmath 1.3); at 0.9 V it gives the last row of [`ORR`] to all digits.
#[rustfmt::skip]
const REST: [(f64, [f64; 10]); 2] = [
    (0.8, [
        1.40474275984131e-6, 1.815118217434901e-6, 5.852247253670792e-16, 0.002655165372407994, 0.8715159566152471,
        1.134850174732821e-19, 5.592358454516625e-10, 9.131588677674308e-6, 0.1258270628941269, 0.9999908678520865,
    ]),
    (0.6, [
        1.862927999217286e-7, 4.025027761365515e-8, 1.297736832722798e-17, 5.0147920406101e-7, 0.003035359037371502,
        2.094419791182247e-18, 2.588887271307816e-13, 3.987661373970619e-9, 0.9969640992331468, 0.9999999960120797,
    ]),
];

fn at(network: &Network, settings: &[(&str, &str)]) -> SteadyState {
    let mut problem = Problem::builder(network);
    for (name, value) in settings {
        problem = problem.set(name, *value);
    }
    let problem = problem.build().unwrap_or_else(|e| panic!("{e}"));
    steady_state(&problem, &SolveOptions::default()).unwrap_or_else(|e| panic!("{settings:?}: {e}"))
}

fn rate(steady: &SteadyState, step: &str) -> f64 {
    let steps = steady.network().steps();
    steady.rates[steps.iter().position(|s| s.name == step).unwrap_or_else(|| panic!("no step {step}"))]
}

/// The electrons that all steps take up, mol/s.
fn electrons(steady: &SteadyState) -> f64 {
    ["O2_to_OOH", "OOH_to_O", "Oa_to_OHa", "OHa_to_H2O", "Ob_to_OHb", "OHb_to_H2O", "OOH_to_H2O2"]
        .into_iter()
        .map(|step| rate(steady, step))
        .sum()
}

/// The steady state is that of the independent solution, to 1e-12 of every amount, and a long run ends there.
#[test]
fn comes_to_rest_at_the_reference() {
    let network = oxygen_reduction();
    for (potential, exact) in [(0.9, ORR[4])].into_iter().chain(REST) {
        let steady = at(&network, &[("potential", &format!("{potential} V"))]);
        assert_eq!(steady.stability, Stability::Stable);
        let problem =
            Problem::builder(&network).set("potential", Volts(potential)).save(SavePoints::Ends).build().unwrap();
        let end = solve(&problem, &SolveOptions { rtol: 1e-9, ..SolveOptions::default() }).unwrap();
        for (i, exact) in exact.into_iter().enumerate() {
            let found = steady.amounts[ORR_HELD + i];
            assert!((found / exact - 1.0).abs() < 1e-12, "{potential} V, {i}: {found:e} {exact:e}");
            // To t_end, 1e6 s or 1e11 of the slowest relaxations; amounts below 1e-6 to the absolute tolerance.
            let ran = end.states[1][ORR_HELD + i];
            assert!((ran - exact).abs() < 1e-8 * (exact + 1e-6), "{potential} V, {i}: {ran:e} {exact:e}");
        }
    }
}

/// Four electrons a molecule, and two where it ends as H2O2: with the published constants fewer than one in 1e18 do
/// at 0.9 V, and far more if O* were held so weakly that OOH* rather becomes H2O2*.
#[test]
fn electrons_for_each_oxygen() {
    let network = oxygen_reduction();
    for (settings, least) in
        [(vec![("potential", "0.9 V")], 0.0), (vec![("potential", "0.3 V"), ("G_Oa", "3.6 V")], 1e-4)]
    {
        let steady = at(&network, &settings);
        let (taken, lost) = (rate(&steady, "to_double_layer"), rate(&steady, "desorption"));
        assert!(taken > 0.0 && lost > least * taken, "{taken:e} {lost:e}");
        let electrons = electrons(&steady);
        assert!((electrons / (4.0 * taken - 2.0 * lost) - 1.0).abs() < 1e-9, "{electrons:e} {taken:e} {lost:e}");
        // The double layer passes no more than is offered.
        assert!(taken < 8e5 * O2, "{taken}");
    }
}

/// The current of a run at rest is that of four electrons, and what has been passed is the current times the time.
#[test]
fn current_and_charge_at_rest() {
    let network = oxygen_reduction();
    let turnover = rate(&at(&network, &[]), "adsorption");
    let solution = run(&network, &[1e-3, 1.0], &SolveOptions { rtol: 1e-9, ..SolveOptions::default() });
    let current = solution.observe(&Observable::Current)[1].unwrap();
    assert!((current / (-4.0 * FARADAY * turnover) - 1.0).abs() < 1e-7, "{current} {turnover}");
    let charge = solution.charge();
    let passed = (charge[1] - charge[0]) / (1.0 - 1e-3);
    assert!((passed / current - 1.0).abs() < 1e-7, "{passed} {current}");
}

/// Both kinds of sites are as many as at the start, to rounding, at all times and with every stiff method.
#[test]
fn sites_stay() {
    let network = oxygen_reduction();
    for method in [Method::Rodas5P, Method::Radau5, Method::Ndf] {
        let solution = run(&network, &ORR_TIMES, &SolveOptions { method, ..SolveOptions::default() });
        for y in &solution.states {
            let y = &y[ORR_HELD..];
            let (a, b): (f64, f64) = (y[1..6].iter().sum::<f64>() + y[8], y[6] + y[7] + y[9]);
            assert!((a - 1.0).abs() < 1e-13 && (b - 1.0).abs() < 1e-13, "{method}: {a} {b}");
        }
    }
}

/// At G(O2)/4e + (kT/4e) ln a(O2) = 1.2286 V, with H2O2 at its own equilibrium, every step rests: no current, and 20 mV
/// below and above it one of either sign. The free energies are those at an activity of 1.
#[test]
fn no_current_at_the_equilibrium_potential() {
    let network = oxygen_reduction();
    let equilibrium = (G_O2 + KT * O2.ln()) / 4.0;
    let current = |potential: f64| {
        let h2o2 = ((2.0 * potential - G_H2O2) / KT).exp();
        let settings = [("potential", format!("{potential:?} V")), ("H2O2", format!("{h2o2:e} M"))];
        electrons(&at(&network, &settings.each_ref().map(|(name, value)| (*name, value.as_str()))))
    };
    let (below, rest, above) = (current(equilibrium - 0.02), current(equilibrium), current(equilibrium + 0.02));
    println!("{equilibrium} V: {below:e} {rest:e} {above:e}");
    // O* and OH* exchange at 200 a second, of which rounding leaves 1e-16 or a few.
    assert!(rest.abs() < 1e-12, "{rest:e}");
    assert!(below > 1e-10 && above < -1e-10, "{below:e} {above:e}");
}

/// O* and OH* hold the sites `a` at 0.9 V, OH* alone most of them at 0.8 V, and at 0.6 V they are free: there the double layer
/// limits.
#[test]
fn coverages_go_with_the_potential() {
    let network = oxygen_reduction();
    let read = |potential: &str| {
        let steady = at(&network, &[("potential", potential)]);
        let y = &steady.amounts[ORR_HELD..];
        (y[3], y[4], y[8], rate(&steady, "adsorption"))
    };
    let (o, oh, free, _) = read("0.9 V");
    assert!(o > 0.1 && oh > 0.8 && free < 0.01, "{o} {oh} {free}");
    let (o, oh, _, _) = read("0.8 V");
    assert!(o < 0.01 && oh > 0.8, "{o} {oh}");
    let (_, _, free, turnover) = read("0.6 V");
    assert!(free > 0.99 && turnover > 0.99 * 8e5 * O2, "{free} {turnover}");
}
