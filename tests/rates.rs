//! Laws in a run, against answers on paper.

use ratelaw::network::{Conditions, GAS_CONSTANT, StepId};
use ratelaw::prelude::*;

fn read(body: &str) -> Network {
    let text = format!("[model]\nname = \"rates\"\n[run]\ntemperature = \"298.15 K\"\n{body}");
    Network::from_toml(&text, "rates.toml").unwrap_or_else(|e| panic!("{e}"))
}

fn end(network: &Network, seconds: f64) -> Solution {
    let problem = Problem::builder(network).until(Seconds(seconds)).build().unwrap();
    solve(&problem, &SolveOptions { rtol: 1e-10, ..SolveOptions::default() }).unwrap()
}

fn last(solution: &Solution, name: &str) -> f64 {
    *solution.amount(name).unwrap().last().unwrap()
}

/// S0 - S + Km ln(S0/S) = Vmax t, the integrated equation of Michaelis and Menten; a competitive inhibitor raises Km.
#[test]
fn michaelis_menten_progress_curve() {
    let network = read(
        r#"
[phases.cell]
kind = "solution"
volume = "1 L"
[species]
E = { composition = "waived", initial = "1e-3 mM" }
S = { formula = "C6H12O6", initial = "2 mM" }
P = { formula = "C6H12O6" }
I = { formula = "CO", initial = "3 mM" }
[steps.turnover]
equation = "E + S -> E + P"
law = "michaelis-menten"
k = "10 1/s"
Km = "0.5 mM"
inhibition = { I = "1 mM" }
"#,
    );
    for t in [10.0, 200.0, 500.0] {
        let s = last(&end(&network, t), "S");
        // kcat E = 0.01 mM/s, Km (1 + 3/1) = 2 mM.
        let passed = (2.0 - s + 2.0 * (2.0 / s).ln()) / 0.01;
        assert!((passed / t - 1.0).abs() < 1e-8, "{t}: {passed}");
    }
}

/// A strongly adsorbed reactant makes the order negative: r = k c / (1 + K c)^2 has its largest value at c = 1/K.
#[test]
fn langmuir_hinshelwood_turns() {
    let network = |c: &str| {
        read(&format!(
            r#"
[phases.cell]
kind = "solution"
volume = "1 L"
[species]
A = {{ formula = "CO", initial = "{c}" }}
B = {{ formula = "CO" }}
[steps.surface]
equation = "A -> B"
law = "langmuir-hinshelwood"
k = "2 1/s"
adsorption = {{ A = "4 1/mM" }}
sites = 2
"#
        ))
    };
    let rate = |c: &str| {
        let network = network(c);
        let solution = end(&network, 1e-6);
        solution.observe(&Observable::parse(&network, "rate(surface)").unwrap())[0].unwrap()
    };
    // 2 x 0.25 / 4 mM/s in 1 L.
    assert!((rate("0.25 mM") / 1.25e-4 - 1.0).abs() < 1e-12);
    assert!(rate("0.25 mM") > rate("0.2 mM") && rate("0.25 mM") > rate("0.3 mM"));
}

/// Liquid and gas come to c_l = H p; substance is conserved, whichever the form of the Henry constant.
#[test]
fn gas_and_liquid_come_to_henrys_law() {
    let network = |henry: &str, equation: &str| {
        read(&format!(
            r#"
[phases]
liquid = {{ kind = "solution", volume = "100 mL" }}
head = {{ kind = "gas", volume = "1 L" }}
[species]
"NH3(aq)" = {{ formula = "NH3", phase = "liquid", initial = "0.1 M" }}
"NH3(g)" = {{ formula = "NH3", phase = "head", initial = "0.01 bar" }}
[steps.stripping]
equation = "{equation}"
law = "gas-liquid"
kLa = "0.05 1/s"
H = "{henry}"
"#
        ))
    };
    // 0.59 mol/(m3 Pa) for ammonia in water (Sander 2015), a pure number of 1463 at 298.15 K.
    let by_pressure = 0.59 * GAS_CONSTANT * 298.15;
    for (henry, equation) in [
        ("0.59 mol/m3/Pa".to_owned(), "NH3(aq) <=> NH3(g)"),
        (format!("{by_pressure}"), "NH3(aq) <=> NH3(g)"),
        ("0.59 mol/m3/Pa".to_owned(), "NH3(g) <=> NH3(aq)"),
    ] {
        let solution = end(&network(&henry, equation), 1e4);
        let (liquid, gas) = (last(&solution, "NH3(aq)"), last(&solution, "NH3(g)"));
        assert!((liquid / gas / by_pressure - 1.0).abs() < 1e-8, "{equation}: {liquid} {gas}");
        // 1e-4 m3 x 100 mol/m3 and 1e-3 m3 x 1000 Pa / RT.
        let total = 0.01 + 1.0 / (GAS_CONSTANT * 298.15);
        assert!(((1e-4 * liquid + 1e-3 * gas) / total - 1.0).abs() < 1e-9);
    }
}

/// Barriers of the condensation with DPK, MPK and DMK (DFT, Jia et al. 2024: 44.4, 48.2, 52.0 kcal/mol): only their
/// differences are used, k1(MPK) = k1(DPK)/610 and k1(DMK) = k1(DPK)/372 000.
#[test]
fn mediators_by_differences_of_barriers() {
    let network = read(
        r#"
[phases.cell]
kind = "solution"
volume = "15 mL"
[species]
DPK = { formula = "C13H10O", initial = "0.1 M" }
MPK = { formula = "C8H8O", initial = "0.1 M" }
DMK = { formula = "C3H6O", initial = "0.1 M" }
"DPK-I" = { formula = "C13H11N" }
"MPK-I" = { formula = "C8H9N" }
"DMK-I" = { formula = "C3H7N" }
NH3 = { formula = "NH3", initial = "0.1 M" }
H2O = { formula = "H2O" }
[parameters]
k1 = "2e-4 m3/mol/s"
barrier = "44.4 kcal/mol"
[steps]
dpk = { equation = "NH3 + DPK -> DPK-I + H2O", k = "k1" }
mpk = { equation = "NH3 + MPK -> MPK-I + H2O", law = "eyring", relative_to = "dpk", ddG = "48.2 {kcal/mol} - barrier" }
dmk = { equation = "NH3 + DMK -> DMK-I + H2O", law = "eyring", relative_to = "dpk", ddG = "52.0 {kcal/mol} - barrier" }
"#,
    );
    let k = network.bind(&network.parameter_values(), &Conditions::new(298.15, 0.0)).unwrap();
    let of = |i: usize| k[network.compiled().step_directions(StepId(i)).0];
    let rt = GAS_CONSTANT * 298.15;
    for (i, kcal, about) in [(1, 3.8, 610.0), (2, 7.6, 372_000.0)] {
        let ratio = of(0) / of(i);
        assert!((ratio / (kcal * 4184.0 / rt).exp() - 1.0).abs() < 1e-10);
        assert!((ratio / about - 1.0).abs() < 0.01, "{ratio}");
    }
}

/// The reverse rate from a Gibbs energy: the equilibrium has K = exp(-dG0 / RT) in 1 M standard amounts.
#[test]
fn equilibrium_from_a_gibbs_energy() {
    let network = read(
        r#"
[phases.cell]
kind = "solution"
volume = "1 L"
[species]
A = { formula = "NO2", initial = "1 M" }
A2 = { formula = "N2O4" }
[steps.dimer]
equation = "2 A <=> A2"
k = "1 1/M/s"
dG0 = "-5 kJ/mol"
"#,
    );
    let solution = end(&network, 1e4);
    let (a, a2) = (last(&solution, "A") / 1e3, last(&solution, "A2") / 1e3);
    let expected = (5e3_f64 / (GAS_CONSTANT * 298.15)).exp();
    assert!((a2 / (a * a) / expected - 1.0).abs() < 1e-8, "{} {expected}", a2 / (a * a));
}

/// Sites on a rough electrode: rates and densities are per real area, so three times the roughness is three times the
/// substance.
#[test]
fn roughness_scales_the_area() {
    let network = |roughness: &str| {
        read(&format!(
            r#"
[phases]
cell = {{ kind = "solution", volume = "10 mL" }}
grain = {{ kind = "surface", area = "1 m2", roughness = {roughness} }}
[sites.S]
phase = "grain"
density = "1e-5 mol/m2"
vacant = "*"
[species]
A = {{ formula = "CO", phase = "cell", initial = "10 mM" }}
"A*" = {{ formula = "CO", phase = "grain", sites = "S" }}
[steps.adsorption]
equation = "A + * -> A*"
k = "1e-3 m3/mol/s"
"#
        ))
    };
    for roughness in ["1", "3"] {
        let network = network(roughness);
        let solution = end(&network, 1e6);
        let area: f64 = roughness.parse().unwrap();
        let lost = (10.0 - last(&solution, "A")) * 1e-5;
        assert!((lost / (1e-5 * area) - 1.0).abs() < 1e-7, "{roughness}: {lost}");
        let coverage = solution.observe(&Observable::parse(&network, "coverage(A*)").unwrap());
        assert!((coverage.last().unwrap().unwrap() - 1.0).abs() < 1e-7);
    }
}
