//! Cases at the edge of sense, each met once and held since.

mod problems;

use ratelaw::prelude::*;
use ratelaw::solver::{Cause, OnNegative, SolveError};

fn toml(text: &str) -> Result<Network, String> {
    Network::from_toml(text, "model.toml").map_err(|e| e.to_string())
}

const CELL: &str = r#"
[model]
name = "cell"
[run]
t_end = "10 s"
reference = "SHE"
[phases]
liquid = { kind = "solution", volume = "1 L" }
anode = { kind = "electrode", area = "1 cm2" }
cathode = { kind = "electrode", area = "1 cm2" }
[sites]
S = { phase = "anode", density = "1e-3 mol/m2", vacant = "*" }
[species]
A = { formula = "H2", phase = "liquid", initial = "1 M" }
"A*" = { formula = "H2", phase = "anode", sites = "S" }
"H+" = { formula = "H+", phase = "liquid" }
"#;

fn with(steps: &str) -> String {
    format!("{CELL}{steps}")
}

const TAFEL: &str = r#"
[steps.oxidation]
equation = "A* -> * + 2 H+ + 2 e-"
law = "tafel"
k0 = "1e-3 1/s"
E0 = "0 V"
alpha = 0.5
"#;

#[test]
fn names_of_conditions_are_reserved() {
    let message = toml(&with(&format!("[parameters]\npotential = \"1 V\"\n{TAFEL}"))).unwrap_err();
    assert!(message.contains("`potential`, which means a condition of the run"), "{message}");
}

#[test]
fn sites_belong_to_their_phase() {
    let wrong = with(TAFEL).replace("phase = \"anode\", sites", "phase = \"cathode\", sites");
    let message = toml(&wrong).unwrap_err();
    assert!(message.contains("holds a site `S` of another phase"), "{message}");
}

#[test]
fn small_coefficients_must_balance_too() {
    let message = toml(&with(
        "[steps.trick]\nequation = \"1e-10 A -> 1e-10 H+ + 1e-10 e-\"\nk = \"1 1/s\"\nphase = \"liquid\"\n",
    ))
    .unwrap_err();
    assert!(message.contains("does not balance in H"), "{message}");
}

/// The potential may come from an axis alone; a run without one is refused.
#[test]
fn a_potential_from_an_axis() {
    let network = toml(&with(TAFEL)).unwrap();
    let problem = Problem::builder(&network).initial("A*", "5e-4 mol/m2").build().unwrap();
    let message = solve(&problem, &SolveOptions::default()).unwrap_err().to_string();
    assert!(message.contains("the potential is not given"), "{message}");
    let curve = sweep(&problem, &[Axis::potential(0.0..=0.2, 3)], &SweepOptions::default()).unwrap();
    assert_eq!(curve.failed(), 0);
    let charge = curve.curve(&Observable::Charge);
    assert!(charge[2].1 > charge[0].1 && charge[0].1 > 0.0, "{charge:?}");
}

/// All sites may be taken, to the last rounding error; more may not.
#[test]
fn full_coverage() {
    let network = toml(&with(TAFEL)).unwrap();
    let parts = ["1e-4", "2e-4", "3e-4", "7e-4", "9e-4", "1e-3"];
    for part in parts {
        let problem = Problem::builder(&network)
            .initial("A*", format!("{part} mol/m2").as_str())
            .set("A*", "1e-3 mol/m2")
            .potential(Volts(0.0), Reference::She)
            .build()
            .unwrap();
        assert_eq!(problem.initial()[network.species_id("*").unwrap().0], 0.0);
    }
    let more = Problem::builder(&network).initial("A*", "1.1e-3 mol/m2").potential(Volts(0.0), Reference::She).build();
    assert!(more.unwrap_err().to_string().contains("the initial amount of `*` is -"));
    // What is said of vacant sites holds, in any order.
    for order in [["*", "A*"], ["A*", "*"]] {
        let mut builder = Problem::builder(&network).potential(Volts(0.0), Reference::She);
        for name in order {
            builder = builder.set(name, "5e-4 mol/m2");
        }
        let problem = builder.build().unwrap();
        assert_eq!(problem.initial()[network.species_id("*").unwrap().0], 5e-4);
    }
}

/// Autocatalysis from a seed far below the absolute tolerance: X -> A (1e-13 1/s), A + X -> 2 A (1 1/s). With
/// `X + A = 1` the logistic solution is `A = c exp(t) / (1 + c exp(t))`, `c = 1e-13` to first order in it.
#[test]
fn ignition_from_a_trace() {
    let network = problems::letters("ignition", &[("X", 1.0), ("A", 0.0)], &[("X -> A", 1e-13), ("A + X -> 2 A", 1.0)]);
    for t in [28.0, 30.0, 40.0] {
        let solution = problems::run(&network, &[t], &SolveOptions::default());
        let seed = 1e-13 * f64::exp(t);
        let exact = seed / (1.0 + seed);
        let found = solution.amount("A").unwrap()[0];
        assert!((found - exact).abs() < 1e-3 * exact, "t = {t}: {found}, {exact}");
    }
}

/// A fractional order in a species that is absent: its rate is zero, and so is its slope. In solution its
/// constant has a broken unit.
#[test]
fn fractional_orders() {
    let network = Network::builder("half")
        .solution("cell", "1 L")
        .unwrap()
        .species(Species::new("A").composition_waived().initial("1 M").unwrap())
        .species(Species::new("B").composition_waived())
        .parameter("k", "0.1 M^0.5/s")
        .unwrap()
        .step_described(Step::new("half", "A -> B", Law::mass_action("k")).order("A", 0.5))
        .build()
        .unwrap();
    let problem = Problem::builder(&network).until(Seconds(5.0)).build().unwrap();
    let solution = solve(&problem, &SolveOptions { rtol: 1e-9, ..SolveOptions::default() }).unwrap();
    // dA/dt = -k sqrt(A): A = (1 - k t / 2)^2 M.
    let exact = 1000.0 * (1.0 - 0.05 * 5.0_f64).powi(2);
    assert!((solution.amount("A").unwrap().last().unwrap() / exact - 1.0).abs() < 1e-7);
    let absent = Problem::builder(&network).initial("A", Molar(0.0)).until(Seconds(5.0)).build().unwrap();
    let solution = solve(&absent, &SolveOptions::default()).unwrap();
    assert_eq!(solution.amount("B").unwrap().last(), Some(&0.0));
}

/// Absolute tolerances of single species: checked for name, unit and size before any work, and they do what they say.
#[test]
fn tolerances_by_species() {
    let network = ratelaw::models::find("jia-2024-feasibility").unwrap().network().unwrap();
    let problem = Problem::builder(&network).build().unwrap();
    let with = |entries: &[(&str, &str)]| {
        let atol = entries.iter().map(|(name, value)| ((*name).to_owned(), value.parse().unwrap())).collect();
        solve(&problem, &SolveOptions { atol, ..SolveOptions::default() })
    };
    let refused = |entries: &[(&str, &str)], words: &str| {
        let message = with(entries).unwrap_err().to_string();
        assert!(message.contains(words), "{message}");
    };
    refused(&[("NH4", "1e-9 M")], "NH3");
    refused(&[("NH3", "1e-9 V")], "the absolute tolerance of `NH3`");
    refused(&[("NH3", "0 M")], "a finite amount above zero");
    refused(&[("NH3", "1e-9 M"), ("NH3", "1e-8 M")], "to be given once");
    // What the scale rule gives by itself changes nothing; a tighter one takes other steps.
    let plain = solve(&problem, &SolveOptions::default()).unwrap();
    let same = with(&[("NH3", "1e-13 M")]).unwrap();
    assert!(same.states == plain.states && same.stats == plain.stats);
    let tight = with(&[("BPA", "1e-18 M"), ("DPKI*", "1e-20 mol/m2")]).unwrap();
    assert_ne!(tight.stats, plain.stats);
    // Verification measures in the same tolerances.
    let atol = vec![("NH3".to_owned(), "1e-3 M".parse().unwrap())];
    let loose = verify(&problem, &SolveOptions { atol, ..SolveOptions::default() }).unwrap();
    let id = network.species_id("NH3").unwrap();
    assert!(loose.holds() && loose.species[id.0].error < 0.1, "{}", loose.describe());
}

/// A step of order zero uses up more than there is: said by default, or a failure that names the species; never clipped.
#[test]
fn negative_amounts_are_reported_or_refused() {
    let network = Network::builder("order zero")
        .solution("cell", "1 L")
        .unwrap()
        .species(Species::new("A").composition_waived().initial("1 M").unwrap())
        .species(Species::new("B").composition_waived())
        .parameter("k", "0.1 M/s")
        .unwrap()
        .step("drain", "A -> B", Law::expression("k").unwrap())
        .build()
        .unwrap();
    let problem = Problem::builder(&network).until(Seconds(20.0)).build().unwrap();
    let told = solve(&problem, &SolveOptions::default()).unwrap();
    assert!((told.amount("A").unwrap().last().unwrap() + 1000.0).abs() < 1e-3 && told.negative.len() == 1);
    for method in [Method::Rodas5P, Method::Radau5, Method::Dopri5] {
        let options = SolveOptions { method, on_negative: OnNegative::Fail, ..SolveOptions::default() };
        match solve(&problem, &options) {
            Err(SolveError::Failed(failure)) => {
                assert_eq!((failure.cause, failure.species.as_deref()), (Cause::Negative, Some("A")), "{failure}");
                assert!(failure.t >= 10.0 && !failure.partial.times.is_empty(), "{failure}");
            }
            other => panic!("{method}: {other:?}"),
        }
    }
}

/// A species that makes itself in second order, `1/y = 1 - t/10`, is without bound at 10 s. Whatever the method and whatever ends the
/// run, the failure says when, with which step, which species and by which step of the network, and the state where it ended is kept.
#[test]
fn every_method_says_who_and_what_failed() {
    use Method::{Dop853, Dopri5, Ndf, Radau5, Rodas4P, Rodas5P};
    let network = problems::letters("blow-up", &[("A", 1.0), ("B", 1.0)], &[("2 A -> 3 A", 0.1), ("B -> 0", 1e-3)]);
    let problem = Problem::builder(&network).until(Seconds(100.0)).build().unwrap();
    for method in [Rodas5P, Rodas4P, Radau5, Ndf, Dopri5, Dop853] {
        for (max_steps, cause, until) in [(100_000, Cause::StepTooSmall, 10.0), (20, Cause::TooManySteps, 9.999)] {
            let options = SolveOptions { method, max_steps, ..SolveOptions::default() };
            let Err(SolveError::Failed(failure)) = solve(&problem, &options) else { panic!("{method} goes on") };
            assert_eq!(failure.cause, cause, "{method}: {failure}");
            assert!(failure.t > 0.0 && failure.h > 0.0 && failure.t < until * (1.0 + 1e-5), "{method}: {failure}");
            assert_eq!(
                (failure.species.as_deref(), failure.step.as_deref()),
                (Some("A"), Some("r1")),
                "{method}: {failure}"
            );
            assert_eq!(failure.partial.times.last(), Some(&failure.t), "{method}: {failure}");
            let noted = failure.table().notes.into_iter().find(|(key, _)| key == "incomplete").expect("a note").1;
            assert!(noted.starts_with(&format!("ends at t = {:e} s of 1e2 s: ", failure.t)), "{noted}");
        }
    }
}

/// A species that multiplies from a trace far below any tolerance, `X + F -> 2 X` from X = 1e-60: the logistic curve has it at half after
/// `60 ln 10 = 138 s`. And a decay of amounts that are all below 1e-100. By every method.
#[test]
fn traces_grow_and_tiny_amounts_decay() {
    let logistic = problems::letters("trace", &[("F", 1.0), ("X", 1e-60)], &[("X + F -> 2 X", 1.0)]);
    let decay = problems::letters("tiny", &[("A", 1e-100), ("B", 0.0)], &[("A -> B", 0.1)]);
    for method in [Method::Rodas5P, Method::Rodas4P, Method::Radau5, Method::Ndf, Method::Dopri5, Method::Dop853] {
        let options = SolveOptions { method, ..SolveOptions::default() };
        let last = |network: &Network, t: f64, name: &str| {
            let problem = Problem::builder(network).until(Seconds(t)).build().unwrap();
            *solve(&problem, &options).unwrap().amount(name).unwrap().last().unwrap()
        };
        // Below its tolerance growth is followed roughly, here to a fifth of a second; a method that steps over it is late by tens.
        let half = 60.0 * 10.0_f64.ln();
        assert!(last(&logistic, half - 3.0, "X") < 0.1 && last(&logistic, half + 3.0, "X") > 0.9, "{method}");
        assert!((last(&decay, 10.0, "A") / (1e-100 * (-1.0_f64).exp()) - 1.0).abs() < 1e-4, "{method}");
    }
}
