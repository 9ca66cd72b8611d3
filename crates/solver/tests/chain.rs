//! Chains against answers on paper.

use approx::assert_relative_eq;
use ratelaw_network::{FARADAY, Network, Origin};
use ratelaw_solver::{
    Chain, ChainError, ChainFile, ChainPlace, ChainProblem, ChainResult, ChainStage, Figure, FigureKind, Per, Problem,
    Receive, SolveOptions, Tally,
};

/// Atoms and charge: networks conserve them to rounding, and hand-overs add a few operations.
const CLOSED: f64 = 1e-12;

fn network(text: &str) -> Network {
    Network::from_toml(text, "test.toml").expect("a sound model")
}

fn stage(name: &str, text: &str) -> ChainStage {
    ChainStage::new(name, Problem::builder(&network(text)).build().expect("a sound problem"))
}

/// A -> B with k = 0.5 /s for 2 s in 1 L, from 1 M of A.
const FIRST: &str = r#"
[model]
name = "first"
[run]
t_end = "2 s"
[phases]
cell = { kind = "solution", volume = "1 L" }
[species]
A = { formula = "C2H4", initial = "1 M" }
B = { formula = "C2H4" }
[steps]
decay = { equation = "A -> B", k = "0.5 1/s" }
"#;

/// B -> C with k = 0.25 /s for 4 s in 0.5 L, from 3 M of B by itself.
const SECOND: &str = r#"
[model]
name = "second"
[run]
t_end = "4 s"
[phases]
pot = { kind = "solution", volume = "0.5 L" }
[species]
B = { formula = "C2H4", initial = "3 M" }
C = { formula = "C4H8" }
[steps]
decay = { equation = "B -> 0.5 C", k = "0.25 1/s" }
"#;

fn tight() -> SolveOptions {
    SolveOptions { rtol: 1e-10, ..SolveOptions::default() }
}

fn end(result: &ChainResult, stage: &str, cycle: usize, species: &str) -> f64 {
    result.run(stage, cycle).expect("it ran").solution.amount(species).expect("a species").pop().expect("an end")
}

fn share(name: &str, product: (&str, &str), feed: (&str, &str), per: Per) -> Figure {
    let tally = |(stage, species): (&str, &str)| Tally { stage: stage.into(), species: vec![species.into()] };
    let kind = FigureKind::Share { product: tally(product), feed: tally(feed), by: "C".into(), per };
    Figure { name: name.into(), kind }
}

fn faults(error: ChainError) -> Vec<ChainProblem> {
    match error {
        ChainError::Invalid(faults) => faults.into_iter().map(|f| f.problem).collect(),
        other => panic!("{other}"),
    }
}

/// The error of a run at `tight` is a few times its tolerance.
const EXACT: f64 = 1e-8;

#[test]
fn moles_are_handed_over_and_the_rest_is_lost() {
    let receive = Receive::new("first", "B").recovery(0.9, Origin::Assumed, "for the test");
    let chain = Chain::new(vec![stage("first", FIRST), stage("second", SECOND).receive(receive)]).unwrap();
    let figures = vec![
        share("selectivity", ("second", "C"), ("first", "A"), Per::Converted),
        share("yield", ("second", "C"), ("first", "A"), Per::Fed),
    ];
    let result = chain.with_figures(figures).unwrap().run(&tight()).unwrap();

    // On paper: B after 2 s is (1 - e^-1) mol in 1 L; 90 % of it arrive in 0.5 L, so twice as concentrated.
    let made = 1.0 - (-1.0_f64).exp();
    assert_relative_eq!(end(&result, "first", 1, "B"), 1e3 * made, max_relative = EXACT);
    let second = result.run("second", 1).unwrap();
    assert_relative_eq!(second.solution.problem.initial()[0], 2e3 * 0.9 * made, max_relative = EXACT);
    assert_relative_eq!(second.received[0].arrived, 0.9 * made, max_relative = EXACT);
    assert_relative_eq!(end(&result, "second", 1, "B"), 2e3 * 0.9 * made * (-1.0_f64).exp(), max_relative = EXACT);

    // Product carbon over carbon of A that is gone, 0.9 (1 - e^-1); over all of it, that times (1 - e^-1).
    assert_relative_eq!(result.figure("selectivity").unwrap().value.unwrap(), 0.9 * made, max_relative = EXACT);
    assert_relative_eq!(result.figure("yield").unwrap().value.unwrap(), 0.9 * made * made, max_relative = EXACT);

    let carbon = result.ledger.entry("C").unwrap();
    assert_relative_eq!(carbon.total.fresh, 2.0, max_relative = CLOSED);
    assert_relative_eq!(carbon.total.lost, 2.0 * 0.1 * made, max_relative = EXACT);
    assert_relative_eq!(carbon.left[0], 2.0 * (1.0 - made), max_relative = EXACT);
    assert_relative_eq!(carbon.left[1], 2.0 * 0.9 * made, max_relative = EXACT);
    assert!(result.ledger.closure() < CLOSED, "{:e}", result.ledger.closure());
}

#[test]
fn cycles_make_a_geometric_series() {
    // Of what is left of A, 80 % come back on top of a fresh mole: a(n) = 1 + q a(n - 1) with q = 0.8/e.
    let again = Receive::new("first", "A").recovery(0.8, Origin::Assumed, "for the test").added();
    let chain = Chain::new(vec![stage("first", FIRST).receive(again)]).unwrap().repeated(4).unwrap();
    let figures = vec![share("yield", ("first", "B"), ("first", "A"), Per::Fed)];
    let result = chain.with_figures(figures).unwrap().run(&tight()).unwrap();
    let left = (-1.0_f64).exp();
    let q = 0.8 * left;
    let mut made = 0.0;
    for n in 1..=4 {
        let fed = (1.0 - q.powi(n)) / (1.0 - q);
        let run = result.run("first", usize::try_from(n).unwrap()).unwrap();
        assert_relative_eq!(run.solution.problem.initial()[0], 1e3 * fed, max_relative = EXACT);
        made += fed * (1.0 - left);
    }
    // Each mole that comes back counts as fed once: four fresh moles.
    assert_relative_eq!(result.figure("yield").unwrap().value.unwrap(), made / 4.0, max_relative = EXACT);
    assert!(result.run("first", 1).unwrap().received.is_empty());
    assert!(result.ledger.closure() < CLOSED, "{:e}", result.ledger.closure());
    // After the last cycle nothing is handed on, so nothing is lost then.
    let account = &result.run("first", 4).unwrap().accounts[0];
    assert_eq!((account.lost, account.handed_on), (0.0, 0.0));
}

/// Nitrite to nitrate at an anode and hydrogen at a cathode, at currents that do not change: every rate is of order zero.
const CELL: &str = r#"
[model]
name = "cell"
[run]
t_end = "1 h"
potential = "1.0 V"
[phases]
cell = { kind = "solution", volume = "10 mL" }
anode = { kind = "electrode", area = "2 cm2" }
cathode = { kind = "electrode", area = "1 cm2", counter = true }
[species]
"NO2-" = { formula = "[15N]O2-", phase = "cell", initial = "0.1 M" }
"NO3-" = { formula = "[15N]O3-", phase = "cell" }
"K+" = { formula = "K+", phase = "cell", initial = "0.1 M" }
H2O = { formula = "H2O", phase = "cell", initial = "55 M" }
"H+" = { formula = "H+", phase = "cell", initial = "10 mM" }
"Cl-" = { formula = "Cl-", phase = "cell", initial = "10 mM" }
H2 = { formula = "H2", phase = "cell" }
[steps.oxidation]
equation = "NO2- + H2O -> NO3- + 2 H+ + 2 e-"
phase = "anode"
law = "tafel"
k0 = "1e-4 mol/m2/s"
E0 = "1.0 V"
alpha = 0.5
orders = { "NO2-" = 0, H2O = 0 }
[steps.hydrogen]
equation = "2 H+ + 2 e- -> H2"
law = "tafel"
phase = "cathode"
k0 = "2e-4 mol/m2/s"
E0 = "-0.5 V"
alpha = 0.5
orders = { "H+" = 0 }
"#;

#[test]
fn work_is_current_times_voltage_times_time() {
    let energy = |stages: &[&str]| Figure {
        name: stages.join(" and "),
        kind: FigureKind::Energy {
            stages: stages.iter().map(|s| (*s).to_owned()).collect(),
            product: Tally { stage: "cell".into(), species: vec!["NO3-".into()] },
        },
    };
    let chain = Chain::new(vec![stage("cell", CELL), stage("first", FIRST)]).unwrap();
    let chain = chain.with_figures(vec![energy(&["cell"]), energy(&["cell", "first"])]).unwrap();
    let result = chain.run(&SolveOptions::default()).unwrap();
    let run = result.run("cell", 1).unwrap();
    // 1e-4 mol/m2/s times 2 cm2 is 2e-4 mol/m2/s times 1 cm2, so both electrodes are at their E0: 1.5 V between them.
    let current = 2.0 * FARADAY * 1e-4 * 2e-4;
    let work = run.work.unwrap();
    assert_relative_eq!(run.charge.unwrap(), current * 3600.0, max_relative = 1e-9);
    assert_relative_eq!(work.joule, current * 1.5 * 3600.0, max_relative = 1e-9);
    assert_relative_eq!(work.mean_voltage.unwrap(), 1.5, max_relative = 1e-9);
    // A constant voltage is integrated without an error but rounding.
    assert!(work.error < 1e-9 * work.joule, "{work:?}");
    let per_mole = result.figure("cell").unwrap();
    assert_relative_eq!(per_mole.value.unwrap(), 2.0 * FARADAY * 1.5, max_relative = 1e-9);
    // A stage without a cell has no work, and it is not taken as none needed.
    let none = result.figure("cell and first").unwrap();
    assert_eq!(none.value, None);
    assert!(none.reason.contains("`first` has no counter electrode"), "{}", none.reason);
    // Isotopes are kinds of their own, and charge closes with what the electrodes pass.
    assert_relative_eq!(result.ledger.entry("[15N]").unwrap().total.fresh, 1e-3, max_relative = CLOSED);
    assert!(result.ledger.entry("N").is_none());
    assert!(result.ledger.entry("charge").is_some());
    assert!(result.ledger.closure() < CLOSED, "{:e}", result.ledger.closure());
}

#[test]
fn charge_closes_where_the_electrodes_give_some() {
    // Without its cathode the cell charges up: the electrodes' part is the only thing that closes the balance.
    let open = CELL.split("[steps.hydrogen]").next().unwrap().replace("cathode = ", "# ");
    let ions = ["NO3-", "NO2-", "K+", "H+", "Cl-"];
    let receiver = ions.iter().fold(stage("second", CELL), |s, ion| {
        s.receive(Receive::new("first", *ion).recovery(0.7, Origin::Assumed, "for the test"))
    });
    let result = Chain::new(vec![stage("first", &open), receiver]).unwrap().run(&SolveOptions::default()).unwrap();
    let charge = result.ledger.entry("charge").unwrap();
    assert_relative_eq!(charge.total.electrodes, 2.0 * 1e-4 * 2e-4 * 3600.0, max_relative = 1e-9);
    assert!(charge.total.lost.abs() > 1e-5);
    assert!(result.ledger.closure() < CLOSED, "{:e}", result.ledger.closure());
}

/// An acid that a held solvent takes part in, is dosed, and half drawn off.
const OPEN: &str = r#"
[model]
name = "open"
[run]
protocol = ["dose 5 mmol A", "hold for 1 s", "withdraw 50 % from cell", "dose 1 mmol A", "hold for 1 s", "withdraw 10 % from cell"]
[phases]
cell = { kind = "solution", volume = "1 L" }
[species]
A = { formula = "C2H4O", initial = "1 mM" }
B = { formula = "C2H6O2" }
H2O = { formula = "H2O", initial = "55 M", fixed = true }
tar = { composition = "waived" }
[steps]
hydration = { equation = "A + H2O -> B", k = "1 1/s", orders = { H2O = 0 } }
"#;

#[test]
fn what_comes_from_outside_and_goes_there_is_counted_and_named() {
    let result = Chain::new(vec![stage("open", OPEN)]).unwrap().run(&tight()).unwrap();
    // 6 mmol A for 1 s; half goes; 1 mmol more, 1 s; a tenth goes.
    let e = (-1.0_f64).exp();
    let first = 6e-3 * (1.0 - e);
    let second = (3e-3 * e + 1e-3) * (1.0 - e);
    let carbon = &result.ledger.entry("C").unwrap().total;
    assert_relative_eq!(carbon.fresh, 2e-3, max_relative = CLOSED);
    assert_relative_eq!(carbon.dosed, 12e-3, max_relative = CLOSED);
    assert_relative_eq!(carbon.withdrawn, 2.0 * (3e-3 + 0.4e-3), max_relative = EXACT);
    let exchange = &result.ledger.exchanges[0];
    assert_eq!((exchange.stage.as_str(), exchange.species.as_str()), ("open", "H2O"));
    assert_relative_eq!(exchange.moles, first + second, max_relative = EXACT);
    assert_eq!(result.ledger.uncounted, ["open: tar"]);
    assert!(result.ledger.closure() < CLOSED, "{:e}", result.ledger.closure());
}

/// A catalyst that is fouled: S -> S* in solution's absence, from a clean surface.
const SURFACE: &str = r#"
[model]
name = "surface"
[run]
t_end = "1 s"
[phases]
cell = { kind = "solution", volume = "1 L" }
powder = { kind = "surface", area = "1 m2" }
[sites]
S = { phase = "powder", density = "1e-5 mol/m2", vacant = "*" }
[species]
A = { formula = "C2H4", phase = "cell", initial = "1 M" }
"A*" = { formula = "C2H4", phase = "powder", sites = "S" }
[steps]
uptake = { equation = "A + * -> A*", k = "0.5 1/s", orders = { A = 0 } }
"#;

#[test]
fn a_surface_is_used_again() {
    let again = Receive::new("first", "A*");
    let chain = Chain::new(vec![stage("first", SURFACE).receive(again)]).unwrap().repeated(3).unwrap();
    let result = chain.run(&tight()).unwrap();
    for cycle in 1..=3_u8 {
        let run = result.run("first", usize::from(cycle)).unwrap();
        // Vacant sites follow what adsorbed before: free = exp(-k t) over all cycles.
        let free = (-0.5 * f64::from(cycle - 1)).exp();
        assert_relative_eq!(run.solution.problem.initial()[2], 1e-5 * free, max_relative = EXACT);
        let held = end(&result, "first", usize::from(cycle), "A*");
        assert_relative_eq!(held, 1e-5 * (1.0 - (-0.5 * f64::from(cycle)).exp()), max_relative = EXACT);
    }
    assert!(result.ledger.closure() < CLOSED, "{:e}", result.ledger.closure());
}

#[test]
fn vacant_sites_that_are_handed_over_hold() {
    let half = Receive::new("first", "*").recovery(0.5, Origin::Assumed, "half of the powder is spilled");
    let rest = Receive::new("first", "A*").recovery(0.5, Origin::Assumed, "half of the powder is spilled");
    let chain = Chain::new(vec![stage("first", SURFACE).receive(half).receive(rest)]).unwrap().repeated(2).unwrap();
    let result = chain.run(&tight()).unwrap();
    let free = (-0.5_f64).exp();
    let initial = result.run("first", 2).unwrap().solution.problem.initial();
    assert_relative_eq!(initial[2], 0.5e-5 * free, max_relative = EXACT);
    assert_relative_eq!(initial[1], 0.5e-5 * (1.0 - free), max_relative = EXACT);
    assert!(result.ledger.closure() < CLOSED, "{:e}", result.ledger.closure());
}

#[test]
fn wrong_chains_are_refused_before_any_work() {
    let refused = |stages| faults(Chain::new(stages).unwrap_err());
    let assumed = |receive: Receive, part| receive.recovery(part, Origin::Assumed, "");
    // 60 % to one and 50 % to another.
    let over = vec![
        stage("first", FIRST),
        stage("second", SECOND).receive(assumed(Receive::new("first", "B"), 0.6)),
        stage("third", SECOND).receive(assumed(Receive::new("first", "B"), 0.5)),
    ];
    let found = refused(over);
    assert!(
        matches!(&found[..], [ChainProblem::Overclaimed { total, .. }] if (total - 1.1).abs() < 1e-12),
        "{found:?}"
    );
    let thirds = (0..3).map(|_| assumed(Receive::new("first", "B"), 1.0 / 3.0).added());
    let all = thirds.fold(stage("second", SECOND), ChainStage::receive);
    assert!(Chain::new(vec![stage("first", FIRST), all]).is_ok(), "three thirds are all");

    let other = Receive::new("first", "B").into_species("C");
    let found = refused(vec![stage("first", FIRST), stage("second", SECOND).receive(other)]);
    assert!(matches!(&found[..], [ChainProblem::Formula { .. }]), "{found:?}");
    // One isotope is not the other: [15N]O2- is no NO2-.
    let plain = CELL.replace("[15N]", "N");
    let label = Receive::new("plain", "NO2-");
    let found = refused(vec![stage("plain", &plain), stage("cell", CELL).receive(label)]);
    assert!(matches!(&found[..], [ChainProblem::Formula { .. }]), "{found:?}");

    let found = refused(vec![stage("open", OPEN), stage("cell", CELL).receive(Receive::new("open", "H2O"))]);
    assert!(matches!(&found[..], [ChainProblem::Held { .. }]), "{found:?}");
    let found = refused(vec![stage("first", FIRST), stage("first", SECOND).receive(Receive::new("furst", "B"))]);
    let [ChainProblem::Duplicate { .. }, ChainProblem::UnknownStage { .. }] = &found[..] else { panic!("{found:?}") };
    assert!(found[1].to_string().contains("did you mean `first`?"));
    for part in [0.0, -0.1, 1.1, f64::NAN] {
        let found =
            refused(vec![stage("first", FIRST), stage("s", SECOND).receive(assumed(Receive::new("first", "B"), part))]);
        assert!(matches!(&found[..], [ChainProblem::Value { .. }]), "{part}: {found:?}");
    }
    let once = || Chain::new(vec![stage("first", FIRST)]).unwrap();
    assert!(matches!(&faults(once().repeated(0).unwrap_err())[..], [ChainProblem::Times { found: 0 }]));
    let mut wrong = share("f", ("first", "B"), ("first", "A"), Per::Fed);
    if let FigureKind::Share { by, .. } = &mut wrong.kind {
        *by = "N".into();
    }
    assert!(matches!(&faults(once().with_figures(vec![wrong]).unwrap_err())[..], [ChainProblem::NoAtoms { .. }]));
}

#[test]
fn a_failed_stage_keeps_what_was_done() {
    let options = SolveOptions { max_steps: 10, ..tight() };
    // The first stage is over before anything happens, in fewer steps than the second needs.
    let still = FIRST.replace("2 s", "1e-9 s");
    let chain = Chain::new(vec![stage("still", &still), stage("second", SECOND)]).unwrap();
    let figure = share("f", ("second", "C"), ("still", "A"), Per::Fed);
    let chain = chain.with_figures(vec![figure]).unwrap();
    let Err(ChainError::Failed(failure)) = chain.run(&options) else { panic!("it did not fail") };
    assert_eq!((failure.stage.as_str(), failure.cycle), ("second", 1));
    assert_eq!(failure.partial.runs.len(), 1);
    assert!(failure.partial.figure("f").unwrap().value.is_none());
    assert!(failure.partial.ledger.closure() < CLOSED);
    assert!(
        failure.to_string().starts_with("stage `second` failed in cycle 1: integration failed at t ="),
        "{failure}"
    );
}

const FILE: &str = r#"
[chain]
name = "two"
times = 2

[[stage]]
name = "first"
model = "first"
set = { A = "2 M" }

[[stage]]
name = "second"
model = "second"
t_end = "1 s"
[[stage.receive]]
from = "first"
species = ["A", "B"]
as = ["C2", "B"]
recovery = "90 %"
origin = "assumed"

[[figure]]
name = "yield"
product = { stage = "second", species = "C" }
feed = { stage = "first", species = ["A", "B"] }
by = "C"
per = "fed"
"#;

fn models(name: &str) -> Result<Network, String> {
    match name {
        "first" => Ok(network(FIRST)),
        "second" => Ok(network(&SECOND.replace("[steps]", "C2 = { formula = \"C2H4\" }\n[steps]"))),
        other => Err(format!("no model `{other}`")),
    }
}

#[test]
fn files_are_read_and_faults_have_lines() {
    let mut file = ChainFile::from_toml(FILE, "two.toml").unwrap();
    let chain = file.chain(models).unwrap();
    assert_eq!((chain.times(), chain.stages()[1].receives.len()), (2, 2));
    assert_eq!(chain.stages()[0].problem.initial()[0], 2000.0);
    file.set("first", "A", "0.5 M").unwrap();
    assert_eq!(file.chain(models).unwrap().stages()[0].problem.initial()[0], 500.0);
    assert!(matches!(&faults(file.set("furst", "A", "1 M").unwrap_err())[..], [ChainProblem::UnknownStage { .. }]));

    for (from, to, line, part) in [
        ("\"90 %\"", "\"90 mol\"", 15, "recovery is"),
        ("origin = \"assumed\"\n", "", 15, "`recovery` has no origin"),
        ("[\"C2\", \"B\"]", "[\"C\", \"B\"]", 15, "`A` is C2H4 and `C` is C4H8"),
        ("[\"A\", \"B\"]\nas", "[\"A\", \"D\"]\nas", 15, "unknown species `D`"),
        ("from = \"first\"", "from = \"frist\"", 15, "did you mean `first`?"),
        ("model = \"second\"", "model = \"third\"", 11, "no model `third`"),
        ("A = \"2 M\"", "A = \"2 s\"", 6, "`A` has the unit"),
        ("by = \"C\"", "by = \"N\"", 22, "`C` has no N"),
        ("per = \"fed\"", "energy = [\"first\"]", 22, "neither a share nor an energy"),
        ("times = 2", "times = 0", 2, "times is 0"),
    ] {
        let text = FILE.replacen(from, to, 1);
        assert_ne!(text, FILE, "{from}");
        let error = ChainFile::from_toml(&text, "two.toml").and_then(|f| f.chain(models)).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(&format!("two.toml:{line}: ")) && message.contains(part), "{to}: {message}");
    }
    let error = ChainFile::from_toml(&FILE.replace("recovery", "recvery"), "two.toml").unwrap_err().to_string();
    assert!(error.contains("unknown field `recvery`") && error.contains("line 19"), "{error}");
    let ChainError::Invalid(faults) = file.chain(|_| Err::<Network, _>("none")).unwrap_err() else { panic!() };
    assert_eq!(faults[1].place, ChainPlace::Stage(1), "{faults:?}");
}
