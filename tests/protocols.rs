//! Protocols done in a run, against answers on paper.

use ratelaw::network::Law;
use ratelaw::network::Species;
use ratelaw::prelude::*;
use ratelaw::solver::Setting;

/// A -> B with 0.1 1/s in a cell, B2 in another vessel; `protocol` is what is done.
fn model(protocol: &str) -> Network {
    let text = format!(
        r#"
[model]
name = "stages"
[run]
temperature = "300 K"
protocol = {protocol}
[phases]
cell = {{ kind = "solution", volume = "10 mL" }}
flask = {{ kind = "solution", volume = "40 mL" }}
[species]
A = {{ formula = "CO", phase = "cell", initial = "1 M" }}
B = {{ formula = "CO", phase = "cell" }}
B2 = {{ formula = "CO", phase = "flask" }}
[steps]
decay = {{ equation = "A -> B", law = "arrhenius", A = "0.1 1/s", Ea = "0 J/mol" }}
"#
    );
    Network::from_toml(&text, "stages.toml").unwrap_or_else(|e| panic!("{e}"))
}

/// Both stiff methods do it, and agree.
fn run(network: &Network) -> Solution {
    let problem = Problem::builder(network).build().unwrap();
    let verification = verify(&problem, &SolveOptions { rtol: 1e-10, ..SolveOptions::default() }).unwrap();
    println!("{}", verification.describe());
    assert!(verification.holds(), "{}", verification.describe());
    verification.solution
}

fn last(solution: &Solution, name: &str) -> f64 {
    *solution.amount(name).unwrap().last().unwrap()
}

#[test]
fn doses_withdrawals_and_transfers() {
    let network = model(
        r#"["hold for 10 s", "dose 0.5 M A", "hold for 5 s", "withdraw 20 % from cell", "dose 2 mmol A", "withdraw 1 mL from cell",
            "transfer 90 % of B to B2"]"#,
    );
    let solution = run(&network);
    let e = |t: f64| (-0.1 * t).exp();
    // After the second hold, then what was withdrawn and dosed: 2 mmol in 10 mL is 0.2 M, 1 mL is a tenth.
    let a = ((1.0 * e(10.0) + 0.5) * e(5.0) * 0.8 + 0.2) * 0.9;
    let made = 1.5 - (1.0 * e(10.0) + 0.5) * e(5.0);
    let b = made * 0.8 * 0.9;
    assert!((last(&solution, "A") / (1e3 * a) - 1.0).abs() < 1e-9, "{} {a}", last(&solution, "A"));
    assert!((last(&solution, "B") / (1e3 * b * 0.1) - 1.0).abs() < 1e-9);
    // Nine tenths of it, thinned from 10 mL to 40 mL.
    assert!((last(&solution, "B2") / (1e3 * b * 0.9 / 4.0) - 1.0).abs() < 1e-9);
    assert_eq!(*solution.times.last().unwrap(), 15.0);
}

#[test]
fn conditions_end_stages_at_their_time() {
    let network = model(r#"["hold until conversion(A) >= 0.9 or 1 h"]"#);
    let solution = run(&network);
    let expected = 10.0_f64.ln() / 0.1;
    // The solution is good to 1e-10, and the time is found in it to the last digit.
    assert!((solution.times.last().unwrap() / expected - 1.0).abs() < 1e-8, "{:?}", solution.times.last());
    assert!((last(&solution, "A") / 100.0 - 1.0).abs() < 1e-8);
    // A time that ends the stage before the condition holds; a condition that holds from the start.
    let network = model(r#"["hold until [B] > 0.99 M or 7 s", "hold until [A] < 1 M or 9 s", "hold for 3 s"]"#);
    assert_eq!(*run(&network).times.last().unwrap(), 10.0);
}

#[test]
fn stages_are_repeated() {
    let network =
        model(r#"[["repeat 3 times", "dose 1 M A", ["repeat 2 times", "hold for 2 s"], "withdraw 50 % from cell"]]"#);
    let solution = run(&network);
    let mut a = 1.0;
    for _ in 0..3 {
        a = (a + 1.0) * (-0.4_f64).exp() * 0.5;
    }
    assert!((last(&solution, "A") / (1e3 * a) - 1.0).abs() < 1e-9);
    assert_eq!(*solution.times.last().unwrap(), 12.0);
}

/// A temperature ramp: the integral of an Arrhenius constant over time, by Simpson's rule.
#[test]
fn temperature_is_ramped() {
    let text = model(r#"["ramp from 300 K to 360 K at 2 K/s", "hold for 1 s"]"#).to_toml();
    let text = text.replace("Ea = \"0 J/mol\"", "Ea = \"50 kJ/mol\"").replace("A = \"0.1 1/s\"", "A = \"5e6 1/s\"");
    let network = Network::from_toml(&text, "ramp.toml").unwrap();
    let k = |t: f64| 5e6 * (-50e3 / (8.314_462_618_153_24 * t)).exp();
    let n = 20_000;
    let h = 30.0 / f64::from(n);
    let simpson: f64 = (0..=n)
        .map(|i| {
            let weight = if i == 0 || i == n {
                1.0
            } else if i % 2 == 1 {
                4.0
            } else {
                2.0
            };
            weight * k(300.0 + 2.0 * h * f64::from(i))
        })
        .sum();
    let exponent = simpson * h / 3.0 + k(360.0);
    let solution = run(&network);
    let a = last(&solution, "A") / 1e3;
    assert!((a / (-exponent).exp() - 1.0).abs() < 1e-7 * exponent, "{a} {}", (-exponent).exp());
}

/// A given length cuts a protocol, or lets the last conditions go on.
#[test]
fn length_of_a_run() {
    let network = model(r#"["hold for 10 s", "dose 1 M A"]"#);
    let options = SolveOptions { rtol: 1e-10, ..SolveOptions::default() };
    let cut = solve(&Problem::builder(&network).until(Seconds(4.0)).build().unwrap(), &options).unwrap();
    assert!((last(&cut, "A") / (1e3 * (-0.4_f64).exp()) - 1.0).abs() < 1e-9);
    let long = solve(&Problem::builder(&network).until(Seconds(20.0)).build().unwrap(), &options).unwrap();
    let expected = ((-1.0_f64).exp() + 1.0) * (-1.0_f64).exp();
    assert!((last(&long, "A") / (1e3 * expected) - 1.0).abs() < 1e-9);
}

/// Sensitivities go through doses, withdrawals and transfers.
#[test]
fn sensitivities_through_stages() {
    let network = model(
        r#"["hold for 5 s", "dose 0.5 M A", "withdraw 20 % from cell", "hold for 5 s", "transfer 90 % of B to B2"]"#,
    );
    let settings = vec![Setting::parse(&network, "decay.A").unwrap(), Setting::parse(&network, "A").unwrap()];
    let options = SolveOptions { rtol: 1e-10, sensitivities: settings, ..SolveOptions::default() };
    let solution = solve(&Problem::builder(&network).build().unwrap(), &options).unwrap();
    let e = (-0.5_f64).exp();
    let observable = Observable::parse(&network, "A").unwrap();
    let derivatives = solution.observe_derivatives(&observable, solution.times.len() - 1).unwrap();
    // A = (A0 e + 500) 0.8 e with e = exp(-5 k): dA/dk = -5 e (2 A0 e + 500) 0.8, dA/dA0 = 0.8 e^2.
    let by_k = -5.0 * e * (2.0 * 1e3 * e + 500.0) * 0.8;
    assert!((derivatives[0] / by_k - 1.0).abs() < 1e-8, "{} {by_k}", derivatives[0]);
    assert!((derivatives[1] / (0.8 * e * e) - 1.0).abs() < 1e-9);
}

/// At rest no electrons pass, and chemistry goes on.
#[test]
fn rest_disconnects_the_electrodes() {
    let text = r#"
[model]
name = "rest"
[run]
reference = "SHE"
protocol = ["hold 0.5 V for 10 s", "rest for 10 s"]
[phases]
cell = { kind = "solution", volume = "1 L" }
anode = { kind = "electrode", area = "1 m2", resistance = "1 mohm" }
[species]
R = { formula = "Fe+2", phase = "cell", initial = "1 mM" }
O = { formula = "Fe+3", phase = "cell" }
A = { formula = "CO", phase = "cell", initial = "1 mM" }
B = { formula = "CO", phase = "cell" }
[steps]
oxidation = { equation = "R -> O + e-", law = "tafel", phase = "anode", k0 = "1e-4 m/s", E0 = "0.5 V", alpha = 0.5 }
decay = { equation = "A -> B", k = "0.1 1/s" }
"#;
    let network = Network::from_toml(text, "rest.toml").unwrap();
    let solution = run(&network);
    let at = |t: f64| solution.times.iter().position(|s| (s - t).abs() < 1e-9).unwrap();
    let (r, a) = (solution.amount("R").unwrap(), solution.amount("A").unwrap());
    assert!(r[at(10.0)] < 0.5 && (r.last().unwrap() - r[at(10.0)]).abs() < 1e-12);
    assert!((a.last().unwrap() / (-2.0_f64).exp() - 1.0).abs() < 1e-8);
    let current = solution.observe(&Observable::Current);
    assert_eq!(*current.last().unwrap(), Some(0.0));
    assert!((solution.charge().last().unwrap() / (9.648_533e4 * (1.0 - r.last().unwrap()) * 1e-3) - 1.0).abs() < 1e-6);
}

/// An observable by name, with its unit, in a run and in a table.
#[test]
fn named_observables() {
    let network = Network::builder("signal")
        .solution("cell", "1 L")
        .unwrap()
        .species(Species::new("A").formula("CO").initial("2 mM").unwrap())
        .species(Species::new("B").formula("CO"))
        .parameter("eps", "0.5 1/mM")
        .unwrap()
        .parameter("k", "0.1 1/s")
        .unwrap()
        .expression("k_back", "k/4")
        .unwrap()
        .step("decay", "A <=> B", Law::mass_action("k").reverse("k_back"))
        .observable("signal", "eps*[A] + 2*eps*[B]")
        .unwrap()
        .observable("share", "signal*conversion(A)")
        .unwrap()
        .build()
        .unwrap();
    let problem = Problem::builder(&network).set("k", "0.2 1/s").until(Hours(1.0)).build().unwrap();
    let k = Setting::parse(&network, "k").unwrap();
    let solution =
        solve(&problem, &SolveOptions { rtol: 1e-9, sensitivities: vec![k], ..SolveOptions::default() }).unwrap();
    // At equilibrium B/A = 4: 0.5 x 0.4 + 1.0 x 1.6 = 1.8, of which 4/5 is converted.
    let read = |name: &str| {
        let observable = Observable::parse(&network, name).unwrap();
        (solution.observe(&observable).pop().unwrap().unwrap(), observable)
    };
    assert!((read("signal").0 - 1.8).abs() < 1e-8);
    assert!((read("share").0 - 1.8 * 0.8).abs() < 1e-8);
    assert!(solution.observe_derivatives(&read("share").1, solution.times.len() - 1).unwrap()[0].abs() < 1e-7);
    let refused = Setting::parse(&network, "k_back").unwrap_err().to_string();
    assert_eq!(refused, "`k_back` is worked out from other parameters; set those");
}

/// Conversion and yield count what was dosed.
#[test]
fn doses_are_supplied() {
    let network = model(r#"["hold for 10 s", "dose 1 M A", "hold for 10 s"]"#);
    let solution = run(&network);
    let left = ((-1.0_f64).exp() + 1.0) * (-1.0_f64).exp();
    assert!((solution.conversion("A").unwrap() - (1.0 - left / 2.0)).abs() < 1e-9);
    assert!((solution.yield_of("B", "A").unwrap() - (1.0 - left / 2.0)).abs() < 1e-9);
}

/// A condition that the protocol sets cannot be set or swept besides.
#[test]
fn what_the_protocol_sets_is_not_set_besides() {
    let network = model(r#"["hold 310 K for 10 s"]"#);
    let refused = Problem::builder(&network).set("temperature", "300 K").build().unwrap_err().to_string();
    assert!(refused.starts_with("the temperature is set by the protocol"), "{refused}");
    let problem = Problem::builder(&network).build().unwrap();
    let axis = Axis::range("temperature", "300 K", "320 K", 3).unwrap();
    assert!(sweep(&problem, &[axis], &SweepOptions::default()).is_err());
}
