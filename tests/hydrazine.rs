//! The hydrazine cell: published shape, balances, sensitivities.

use ratelaw::network::FARADAY;
use ratelaw::network::analysis::conservation_laws;
use ratelaw::prelude::*;
use ratelaw::solver::rate_control;

fn cell() -> Network {
    ratelaw::models::find("jia-2024-feasibility").unwrap().network().unwrap()
}

/// Yield of BPA (which the publication calls conversion) and its faradaic efficiency after 10 h: the
/// feasibility figures of the constants in the model, worked out on their own before this project, rounded to
/// the digits given there; their shape is the published one (low at 1.2 V, monotone, 98.5 % at 2.0 V).
#[test]
fn the_published_shape_against_potential() {
    let problem = Problem::builder(&cell()).build().unwrap();
    let curve = sweep(&problem, &[Axis::potential(1.2..=2.2, 11)], &SweepOptions::default()).unwrap();
    let network = cell();
    let yields = curve.curve(&Observable::yield_of(&network, "BPA", "NH3").unwrap());
    let efficiencies = curve.curve(&Observable::faradaic_efficiency(&network, "BPA").unwrap());
    let expected = [6.0, 11.0, 19.0, 34.0, 60.0, 93.0, 98.0, 98.0, 98.4, 98.5, 98.5];
    for ((potential, y), expected) in yields.iter().zip(expected) {
        assert!((y - expected).abs() <= 0.5, "{potential} V: yield {y} %, expected {expected} %");
    }
    assert!(yields.windows(2).all(|w| w[1].1 > w[0].1), "the yield does not rise with the potential");
    // 1.00 up to 1.9 V; 0.99, 0.92 and 0.63 at 2.0, 2.1 and 2.2 V.
    for (i, expected) in [100.0; 8].into_iter().chain([99.0, 92.0, 63.0]).enumerate() {
        let (potential, efficiency) = efficiencies[i];
        assert!((efficiency - expected).abs() <= 0.5, "{potential} V: FE {efficiency} %, expected {expected} %");
    }
}

#[test]
fn atoms_charge_and_sites_are_conserved() {
    let network = cell();
    let laws = conservation_laws(&network);
    let names: Vec<&str> = laws.iter().map(|l| l.name.as_str()).collect();
    for name in ["total C", "total H", "total N", "total O", "total sites W", "total sites O", "charge"] {
        assert!(names.contains(&name), "no law `{name}` in {names:?}");
    }
    for potential in [1.2, 2.0, 2.2] {
        let problem = Problem::builder(&network).potential(Volts(potential), Reference::AgAgPlus).build().unwrap();
        let solution = solve(&problem, &SolveOptions::default()).unwrap();
        for law in &laws {
            let electrons = |i: usize| {
                let steps = network.compiled().electron_steps();
                steps
                    .iter()
                    .zip(&solution.turnovers[i])
                    .map(|(s, q)| network.steps()[s.step.0].electrons * q)
                    .sum::<f64>()
            };
            let start = law.total(&network, &solution.states[0], 0.0);
            for i in 0..solution.times.len() {
                let now = law.total(&network, &solution.states[i], electrons(i));
                let size = law.magnitude(&network, &solution.states[i], electrons(i));
                let drift = if size == 0.0 { 0.0 } else { (now - start).abs() / size };
                assert!(drift < 1e-10, "{potential} V, {}: relative drift {drift:e}", law.name);
            }
        }
    }
}

/// `FE = n F c V / Q`, from the printed amounts and the integrated charge, and the charge from the integral of
/// the printed current.
#[test]
fn faradaic_efficiency_is_amount_over_charge() {
    let network = cell();
    let problem = Problem::builder(&network).save(SavePoints::Logarithmic(4000, 1e-4)).build().unwrap();
    let solution = solve(&problem, &SolveOptions { rtol: 1e-9, ..SolveOptions::default() }).unwrap();
    let amount = solution.amount("BPA").unwrap().last().copied().unwrap() * 15e-6;
    let charge = solution.charge().last().copied().unwrap();
    let efficiency = 2.0 * FARADAY * amount / charge;
    assert!((solution.faradaic_efficiency("BPA").unwrap() / efficiency - 1.0).abs() < 1e-12);
    let current: Vec<f64> = solution.observe(&Observable::Current).into_iter().map(Option::unwrap).collect();
    let trapezia: f64 =
        solution.times.windows(2).zip(current.windows(2)).map(|(t, i)| 0.5 * (i[0] + i[1]) * (t[1] - t[0])).sum();
    // The trapezium rule on 4000 points of a smooth curve.
    assert!((trapezia / charge - 1.0).abs() < 1e-4, "{trapezia} C, {charge} C");
}

/// The lumped model has a closed solution: yield(t) = 1 - (k1 exp(-k2 t) - k2 exp(-k1 t)) / (k1 - k2).
#[test]
fn two_step_model_against_its_formula() {
    let network = ratelaw::models::find("jia-2024-two-step").unwrap().network().unwrap();
    let (k1, k2) = (2e-2, 1.17e-4);
    let problem = Problem::builder(&network).build().unwrap();
    let solution = solve(&problem, &SolveOptions { rtol: 1e-9, ..SolveOptions::default() }).unwrap();
    let yields = solution.observe(&Observable::yield_of(&network, "BPA", "NH3").unwrap());
    for (t, y) in solution.times.iter().zip(yields) {
        let exact = 1.0 - (k1 * (-k2 * t).exp() - k2 * (-k1 * t).exp()) / (k1 - k2);
        assert!((y.unwrap() - exact).abs() < 1e-8, "t = {t}");
    }
    assert!((solution.yield_of("BPA", "NH3").unwrap() - 0.985).abs() < 5e-4, "anchor: 98.5 % after 10 h");
}

/// Sensitivities are derivatives of the computed solution, so they agree with differences of solutions up to
/// the error of the differences (second order in the step) and of the integration.
#[test]
fn sensitivities_against_differences() {
    let network = cell();
    let names = ["k1", "K1", "k_des", "k_ox", "alpha_ox", "E_ox", "k2", "potential", "temperature", "NH3", "DPKI*"];
    let settings: Vec<Setting> = names.iter().map(|n| Setting::parse(&network, n).unwrap()).collect();
    let observables: Vec<Observable> = ["yield(BPA)", "charge", "current", "FE(BPA)", "Ph2CN*"]
        .map(|o| Observable::parse(&network, o).unwrap())
        .into();
    let mut problem = Problem::builder(&network).initial("DPKI*", "1e-4 mol/m2").build().unwrap();
    problem.set_save(SavePoints::Times(vec![10.0, 3600.0, 36_000.0]));
    let options = SolveOptions { rtol: 1e-11, ..SolveOptions::default() };
    let exact = solve(&problem, &SolveOptions { sensitivities: settings.clone(), ..options.clone() }).unwrap();
    for (s, setting) in settings.iter().enumerate() {
        let value = problem.get(*setting);
        let step = 2e-5 * value;
        let at = |value: f64| {
            let mut moved = problem.clone();
            moved.set(*setting, value);
            solve(&moved, &options).unwrap()
        };
        let (up, down) = (at(value + step), at(value - step));
        for observable in &observables {
            let (up, down) = (up.observe(observable), down.observe(observable));
            for i in 0..3 {
                let difference = (up[i].unwrap() - down[i].unwrap()) / (2.0 * step);
                let derivative = exact.observe_derivatives(observable, i).unwrap()[s];
                let size = exact.observe(observable)[i].unwrap().abs() / value;
                let error = (derivative - difference).abs() / (derivative.abs() + size);
                let what = observable.name(&network);
                assert!(error < 2e-6, "d {what} / d {} at point {i}: {derivative:e}, {difference:e}", names[s]);
            }
        }
    }
}

#[test]
fn what_the_model_does_not_say_is_refused() {
    let network = cell();
    let solution = solve(&Problem::builder(&network).build().unwrap(), &SolveOptions::default()).unwrap();
    let message = solution.faradaic_efficiency("DPKI").unwrap_err().to_string();
    assert_eq!(message, "FE(DPKI) needs `electrons` for species `DPKI` in the model");
}

/// Potentials against other references are converted by the published potentials: 0.542 V for Ag/Ag+ in acetonitrile
/// and 0.210 V for silver chloride in 3 M KCl, both against SHE.
#[test]
fn potentials_are_converted() {
    let network = cell();
    let at = |value: f64, reference| {
        Problem::builder(&network).potential(Volts(value), reference).build().unwrap().conditions().potential
    };
    assert!((at(2.0, Reference::AgAgPlus) - 2.0).abs() < 1e-15);
    assert!((at(2.0, Reference::She) - (2.0 - 0.542)).abs() < 1e-12);
    assert!((at(2.0, Reference::AgAgCl3M) - (2.0 + 0.210 - 0.542)).abs() < 1e-12);
    assert!((at(1.0, Reference::Ferrocene) - (1.0 + 0.380 - 0.298)).abs() < 1e-12);
    let text = Problem::builder(&network).set_text("potential", "2.0 V vs SHE").build().unwrap();
    assert!((text.conditions().potential - 1.458).abs() < 1e-12);
    let wrong = Problem::builder(&network).potential(Volts(2.0), Reference::Rhe).build().unwrap_err().to_string();
    assert_eq!(wrong, "the potential of RHE needs pH under [run] in the model");
    // With a pH, RHE is 59.16 mV below SHE for each unit at 298.15 K; a potential of its own goes before the published.
    let text = network.to_toml().replace("[run]\n", "[run]\npH = 14.0\n")
        + "[references.\"Ag/Ag+\"]\npotential = \"0.55 V\"\nsource = \"calibrated by Fc/Fc+\"\n";
    let network = Network::from_toml(&text, "with-ph.toml").unwrap();
    let rhe = Problem::builder(&network).potential(Volts(1.0), Reference::Rhe).build().unwrap().conditions().potential;
    assert!((rhe - (1.0 - 14.0 * 0.059_16 - 0.55)).abs() < 1e-5, "{rhe}");
}

/// Degrees of rate control against re-solved runs in which the rate of one step is changed in both directions; and in
/// the lumped model, where k1 >> k2, the second step controls the yield alone.
#[test]
fn degrees_of_rate_control() {
    let network = cell();
    let mut problem = Problem::builder(&network).set("potential", Volts(1.4)).build().unwrap();
    problem.set_save(SavePoints::Ends);
    let options = SolveOptions { rtol: 1e-11, ..SolveOptions::default() };
    let observables = [Observable::parse(&network, "yield(BPA)").unwrap()];
    let control = rate_control(&problem, &observables, &options).unwrap().remove(0);
    let steps = [
        ("condensation", &["k1"][..]),
        ("adsorption", &["k_ads", "k_des"]),
        ("dehydrogenation", &["k_dehyd"]),
        ("reoxidation", &["k_ox"]),
        ("coupling", &["k2"]),
    ];
    for (step, constants) in steps {
        let at = |factor: f64| {
            let mut moved = problem.clone();
            for name in constants {
                let setting = Setting::parse(&network, name).unwrap();
                moved.set(setting, problem.get(setting) * factor);
            }
            solve(&moved, &options).unwrap().yield_of("BPA", "NH3").unwrap().ln()
        };
        let difference = (at(1.0 + 1e-4) - at(1.0 - 1e-4)) / 2e-4;
        let index = control.steps.iter().position(|s| s == step).unwrap();
        let exact = control.degrees.last().unwrap()[index].unwrap();
        // The runs are good to 1e-11 and 2e-4 apart, the cubic term of the difference is of the order of 1e-8.
        assert!((exact - difference).abs() < 1e-6, "{step}: {exact} {difference}");
    }
    let network = ratelaw::models::find("jia-2024-two-step").unwrap().network().unwrap();
    let problem = Problem::builder(&network).build().unwrap();
    let observables = [Observable::parse(&network, "yield(BPA)").unwrap()];
    let control = rate_control(&problem, &observables, &options).unwrap().remove(0);
    let early = &control.degrees[10];
    assert!(early[1].unwrap() > 20.0 * early[0].unwrap().abs(), "{early:?}");
}
