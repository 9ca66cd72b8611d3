//! Exact sensitivities check themselves against differences of runs.

use ratelaw::prelude::*;
use ratelaw::solver::{Comparison, SensitivityCheck, check_sensitivities};

fn check(problem: &Problem, of: &[&str], by: &[&str], rtol: f64) -> SensitivityCheck {
    let network = problem.network();
    let observables: Vec<Observable> = of.iter().map(|o| Observable::parse(network, o).unwrap()).collect();
    let settings: Vec<Setting> = by.iter().map(|s| Setting::parse(network, s).unwrap()).collect();
    let options = SolveOptions { rtol, ..SolveOptions::default() };
    check_sensitivities(problem, &observables, &settings, &options).unwrap_or_else(|e| panic!("{e}"))
}

/// They agree, everything was compared, and the differences are good enough for that to mean something.
fn agree(problem: &Problem, of: &[&str], by: &[&str]) {
    for rtol in [1e-6, 1e-10] {
        let check = check(problem, of, by, rtol);
        println!("{}", check.describe());
        assert!(check.agrees(), "{}", check.describe());
        assert!(check.unmoved.is_empty());
        let blunt: Vec<&Comparison> = check.comparisons.iter().filter(|c| rtol > 1e-8 && c.is_blunt()).collect();
        assert!(blunt.is_empty(), "{blunt:#?}");
    }
}

fn model(name: &str) -> Network {
    ratelaw::models::find(name).unwrap().network().unwrap()
}

fn problem(network: &Network, times: &[f64]) -> Problem {
    let mut problem = Problem::builder(network).build().unwrap();
    problem.set_t_end(*times.last().unwrap());
    problem.set_save(SavePoints::Times(times.to_vec()));
    problem
}

#[test]
fn hydrazine_cell() {
    let network = model("jia-2024-feasibility");
    let names: Vec<String> =
        network.parameters().iter().filter(|p| p.expression.is_none()).map(|p| p.name.clone()).collect();
    let mut by: Vec<&str> = names.iter().map(String::as_str).collect();
    // DPK is there at the start, and BPA, which is not, can be moved to one side only.
    by.extend(["NH3", "DPK", "BPA(0)", "potential", "temperature"]);
    let of = ["yield(BPA from NH3)", "FE(BPA)", "charge", "current", "NH3", "BPA"];
    agree(&problem(&network, &[600.0, 3600.0, 36_000.0]), &of, &by);
}

#[test]
fn alpha_pinene() {
    let network = model("alpha-pinene");
    let names: Vec<&str> = network.parameters().iter().map(|p| p.name.as_str()).collect();
    let species: Vec<&str> = network.species().iter().map(|s| s.name.as_str()).collect();
    let by: Vec<&str> = names.iter().chain(&species).copied().collect();
    let end = Problem::builder(&network).build().unwrap().t_end();
    agree(&problem(&network, &[0.01 * end, 0.3 * end, end]), &species, &by);
}

const OHMIC: &str = r#"
[model]
name = "ohmic"
[run]
temperature = "298.15 K"
potential = "1.3 V"
reference = "SHE"
t_end = "20 h"
[phases.cell]
kind = "solution"
volume = "20 mL"
[phases.anode]
kind = "electrode"
area = "0.5 cm2"
resistance = "R_u"
[species]
R = { formula = "Fe+2", phase = "cell", initial = "0.1 M" }
O = { formula = "Fe+3", phase = "cell" }
[parameters]
k0 = "1e-5 m/s"
E0 = "0.77 V"
alpha = "0.4"
R_u = "300 ohm"
[steps]
couple = { equation = "R <=> O + e-", law = "butler-volmer", phase = "anode", k0 = "k0", E0 = "E0", alpha = "alpha" }
"#;

#[test]
fn electrode_with_ohmic_drop() {
    let network = Network::from_toml(OHMIC, "ohmic.toml").unwrap();
    let of = ["R", "O", "charge", "current", "potential(anode)"];
    let by = ["k0", "E0", "alpha", "R_u", "R", "O", "potential", "temperature"];
    agree(&problem(&network, &[0.0, 60.0, 7200.0, 72_000.0]), &of, &by);
    // A resistance of zero can only be raised.
    let mut bare = problem(&network, &[60.0, 7200.0]);
    bare.set(Setting::parse(&network, "R_u").unwrap(), 0.0);
    agree(&bare, &of, &["R_u", "k0"]);
}

/// A derivative that is off by 2e-5 is found and named; one that cannot be checked is refused.
#[test]
fn a_wrong_derivative_is_found() {
    let network = model("alpha-pinene");
    let end = Problem::builder(&network).build().unwrap().t_end();
    let sound = check(&problem(&network, &[end]), &["dipentene"], &["p1", "p2"], 1e-8);
    assert!(sound.agrees());
    let mut wrong = sound.clone();
    wrong.comparisons[1].exact *= 1.0 + 2e-5;
    assert!(!wrong.agrees() && wrong.worst().unwrap().setting == "p2");
    assert!(wrong.describe().contains("DISAGREE") && wrong.describe().contains("`p2`"), "{}", wrong.describe());
    let step = Setting::Step(ratelaw::network::StepId(0));
    let of = [Observable::parse(&network, "dipentene").unwrap()];
    assert!(check_sensitivities(&problem(&network, &[end]), &of, &[step], &SolveOptions::default()).is_err());
}

const STAGES: &str = r#"
[model]
name = "stages"
[run]
temperature = "300 K"
protocol = PROTOCOL
[phases]
cell = { kind = "solution", volume = "10 mL" }
[species]
A = { formula = "CO", phase = "cell", initial = "1 M" }
B = { formula = "CO", phase = "cell" }
[parameters]
Ea = "30 kJ/mol"
k2 = "0.02 L/(mol s)"
[steps]
decay = { equation = "A -> B", law = "arrhenius", A = "1.6e4 1/s", Ea = "Ea" }
back = { equation = "2 B -> 2 A", k = "k2" }
"#;

/// Stages that conditions end: their time moves, doses and withdrawals act at it, later stages begin later. At save points
/// the time is fixed; the states that are saved where stages meet move with it, in the differences too.
#[test]
fn sensitivities_through_events() {
    let protocol = r#"["hold until conversion(A) >= 0.5 or 1 h", "dose 0.5 M A", "hold 320 K for 2 s",
        "withdraw 20 % from cell", "hold until [B] >= 0.75 M or 1 h", "hold 310 K for 3 s"]"#;
    let network = Network::from_toml(&STAGES.replace("PROTOCOL", protocol), "stages.toml").unwrap();
    let mut problem = Problem::builder(&network).build().unwrap();
    for to in [None, Some(40.0)] {
        if let Some(end) = to {
            problem.set_t_end(end);
        }
        problem.set_save(SavePoints::Uniform(3));
        if to.is_some() {
            problem.set_save(SavePoints::Times(vec![0.5, 4.0, 4.5, 9.0, 12.0, 13.0, 14.0, 15.0, 17.0, 20.0, 40.0]));
        }
        agree(&problem, &["A", "B", "conversion(A)"], &["Ea", "k2", "A", "B(0)", "temperature"]);
    }
}

/// A condition on the charge, at an electrode whose potential is found with the current.
#[test]
fn sensitivities_through_events_at_an_electrode() {
    let protocol = r#"protocol = ["hold until charge >= 2 C or 20 h", "rest for 1 h", "hold 1.2 V for 1 h"]"#;
    let network = Network::from_toml(&OHMIC.replace(r#"t_end = "20 h""#, protocol), "ohmic.toml").unwrap();
    let mut problem = Problem::builder(&network).build().unwrap();
    problem.set_save(SavePoints::Times(vec![600.0, 2000.0, 4700.0, 8000.0]));
    let of = ["R", "O", "charge", "current", "potential(anode)"];
    let check = check(&problem, &of, &["k0", "E0", "alpha", "R_u", "R"], 1e-7);
    println!("{} {:?}", check.describe(), check.sensitivities.solution.times);
    assert!(check.agrees(), "{}", check.describe());
    assert!(check.sensitivities.solution.times.len() > 4 && check.comparisons.len() >= 100);
}

/// On paper: A falls to a tenth at ln(10)/k, so that time goes by -1/k per part of k, and the state there does not change.
#[test]
fn the_time_of_an_event_moves() {
    let text = STAGES.replace("PROTOCOL", r#"["hold until [A] <= 0.1 M or 1 h", "hold for 5 s"]"#);
    let network = Network::from_toml(&text.replace("0.02 L", "0 L"), "stages.toml").unwrap();
    let problem = Problem::builder(&network).save(SavePoints::Ends).build().unwrap();
    let check = check(&problem, &["A"], &["A"], 1e-9);
    let all = &check.sensitivities;
    // At the end of the second stage A is 0.1 M exp(-5 k), wherever it started.
    let last = all.solution.times.len() - 1;
    assert!(all.derivative(0, last, 0).unwrap().abs() < 1e-7, "{:?}", all.derivative(0, last, 0));
    assert!(check.agrees(), "{}", check.describe());
}

/// Ramps that begin at a time that a condition set, of the temperature and with a rate that reads the time itself.
#[test]
fn sensitivities_through_events_and_ramps() {
    let protocol = r#"["hold until conversion(A) >= 0.5 or 1 h", "ramp to 315 K at 2 K/s", "dose 0.5 M A",
        "hold until [B] >= 0.7 M or 1 h", "ramp from 310 K to 300 K at 1 K/s"]"#;
    let text = STAGES.replace("PROTOCOL", protocol);
    let text = text.replace(r#"law = "arrhenius""#, r#"duplicate = true, law = "arrhenius""#);
    let timed = format!(
        "{text}leak = {{ equation = \"A -> B\", duplicate = true, rate = \"0.01 {{1/s}}*[A]*exp(-time/(20 {{s}}))\" }}\n"
    );
    for text in [text, timed] {
        let network = Network::from_toml(&text, "stages.toml").unwrap();
        let mut problem = Problem::builder(&network).build().unwrap();
        problem.set_save(SavePoints::Times(vec![0.5, 6.0, 9.0, 12.0, 14.0, 17.0, 20.0, 25.0, 30.0]));
        problem.set_t_end(30.0);
        agree(&problem, &["A", "B", "conversion(A)"], &["Ea", "k2", "A", "B(0)", "temperature"]);
    }
}

/// A ramp from the problem's own potential takes longer where that is farther off, and ends where it is told to.
#[test]
fn a_ramp_from_a_potential_that_changes() {
    let protocol = r#"protocol = ["hold for 100 s", "ramp to 1.1 V at 1 mV/s", "hold for 500 s",
        "hold until charge >= 2 C or 20 h", "ramp to 0.9 V at 1 mV/s", "hold for 100 s"]"#;
    let network = Network::from_toml(&OHMIC.replace(r#"t_end = "20 h""#, protocol), "ohmic.toml").unwrap();
    let mut problem = Problem::builder(&network).build().unwrap();
    problem.set_save(SavePoints::Times(vec![50.0, 120.0, 150.0, 400.0, 600.0, 2000.0, 2500.0, 3500.0]));
    problem.set_t_end(3500.0);
    let of = ["R", "O", "charge", "current", "potential(anode)"];
    let check = check(&problem, &of, &["potential", "k0", "E0", "R_u", "R"], 1e-7);
    println!("{} {:?}", check.describe(), check.sensitivities.solution.times);
    assert!(check.agrees(), "{}", check.describe());
}
