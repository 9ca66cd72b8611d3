//! Rate laws: limits that the textbooks give, and exact derivatives.

use ratelaw_network::rate::Direction;
use ratelaw_network::{Conditions, FARADAY, GAS_CONSTANT, Law, Network, Reference, Species};

/// One couple on an electrode, reduced <=> oxidised + e-, and one reaction in solution.
fn network(law: Law, parameters: &[(&str, &str)], equation: &str) -> Network {
    let mut builder = Network::builder("laws")
        .solution("cell", "1 L")
        .unwrap()
        .electrode("anode", "1 cm2")
        .unwrap()
        .sites("S", "anode", "1e-5 mol/m2", "*")
        .unwrap()
        .species(Species::new("R").formula("Fe+2").phase("cell"))
        .species(Species::new("O").formula("Fe+3").phase("cell"))
        .species(Species::new("R*").formula("Fe+2").phase("anode").site("S"))
        .potential("0 V", Reference::She)
        .unwrap();
    for (name, value) in parameters {
        builder = builder.parameter(name, *value).unwrap();
    }
    builder.step("step", equation, law).build().unwrap_or_else(|e| panic!("{e}"))
}

fn at(temperature: f64, potential: f64) -> Conditions {
    Conditions::new(temperature, potential)
}

fn constants(network: &Network, conditions: Conditions) -> Vec<f64> {
    let all = network.bind(&network.parameter_values(), &conditions).unwrap();
    let (forward, reverse) = network.compiled().step_directions(ratelaw_network::StepId(0));
    std::iter::once(all[forward]).chain(reverse.map(|r| all[r])).collect()
}

#[test]
fn butler_volmer_is_zero_at_e0_and_nernstian_elsewhere() {
    let law = Law::butler_volmer("k0", "E0", "alpha");
    let parameters = [("k0", "1e-5 m/s"), ("E0", "0.77 V"), ("alpha", "0.4")];
    let network = network(law, &parameters, "R <=> O + e-");
    let balanced = constants(&network, at(298.15, 0.77));
    assert!((balanced[0] / balanced[1] - 1.0).abs() < 1e-14);
    // The ratio of both constants is that of the Nernst equation, whatever alpha is.
    for potential in [-3.0, 0.0, 0.9, 3.0] {
        let k = constants(&network, at(310.0, potential));
        let nernst = (FARADAY * (potential - 0.77) / (GAS_CONSTANT * 310.0)).exp();
        assert!((k[0] / k[1] / nernst - 1.0).abs() < 1e-12, "{potential} V");
    }
}

#[test]
fn tafel_slopes_have_the_sign_of_the_direction() {
    let parameters = [("k0", "1e-5 m/s"), ("E0", "0.77 V"), ("alpha", "0.5")];
    for (equation, sign) in [("R -> O + e-", 1.0), ("O + e- -> R", -1.0)] {
        let network = network(Law::tafel("k0", "E0", "alpha"), &parameters, equation);
        let k = |e: f64| constants(&network, at(298.15, e))[0];
        assert!((k(0.77) / 1e-5 - 1.0).abs() < 1e-14);
        // 118.3 mV a decade for alpha = 0.5 at 298.15 K.
        let slope = 0.1 / (k(0.87) / k(0.77)).log10();
        let expected = sign * std::f64::consts::LN_10 * GAS_CONSTANT * 298.15 / (0.5 * FARADAY);
        assert!((slope / expected - 1.0).abs() < 1e-12, "{slope}");
        assert!((expected.abs() - 0.11832).abs() < 1e-5);
    }
}

#[test]
fn arrhenius_and_eyring() {
    let parameters = [("A", "1e10 1/s"), ("Ea", "50 kJ/mol"), ("b", "1.5")];
    let network_a = network(Law::arrhenius("A", "Ea").with("b", "b"), &parameters, "O -> O");
    let expected = 1e10 * (350.0_f64 / 298.15).powf(1.5) * (-50e3 / (GAS_CONSTANT * 350.0)).exp();
    assert!((constants(&network_a, at(350.0, 0.0))[0] / expected - 1.0).abs() < 1e-14);

    // k_B T / h = 6.2124e12 1/s at 298.15 K; 1 M is the standard state of a second-order constant.
    let first = network(Law::eyring("dG"), &[("dG", "0 J/mol")], "O -> O");
    assert!((constants(&first, at(298.15, 0.0))[0] / 6.2124e12 - 1.0).abs() < 1e-4);
    let second = network(Law::eyring("dG"), &[("dG", "0 J/mol")], "2 O -> 2 O");
    assert!((constants(&second, at(298.15, 0.0))[0] / 6.2124e9 - 1.0).abs() < 1e-4);
    // On a surface the full coverage of 1e-5 mol/m2 is the standard state.
    let surface = network(Law::eyring("dG"), &[("dG", "0 J/mol")], "2 R* -> 2 R*");
    assert!((constants(&surface, at(298.15, 0.0))[0] / 6.2124e17 - 1.0).abs() < 1e-4);
    let split = [("dH", "60 kJ/mol"), ("dS", "-20 J/(mol K)")];
    let entropy = network(
        Law { kind: ratelaw_network::rate::LawKind::Eyring, constants: Vec::new() }.with("dH", "dH").with("dS", "dS"),
        &split,
        "O -> O",
    );
    let whole = network(Law::eyring("dG"), &[("dG", "66 kJ/mol")], "O -> O");
    let (a, b) = (constants(&entropy, at(300.0, 0.0))[0], constants(&whole, at(300.0, 0.0))[0]);
    assert!((a / b - 1.0).abs() < 1e-12);
}

/// Exact derivatives of every law in every constant, T and E, against central differences; their error is
/// about the square of the relative step times the third derivative, up to 1e-7 for the steep electrode laws.
#[test]
fn derivatives_of_all_laws() {
    let electrode = [("k0", "1e-5 m/s"), ("E0", "0.77 V"), ("alpha", "0.4")];
    for network in [
        network(Law::butler_volmer("k0", "E0", "alpha"), &electrode, "R <=> O + e-"),
        network(Law::tafel("k0", "E0", "alpha"), &electrode, "O + e- -> R"),
        network(
            Law::arrhenius("A", "Ea").with("b", "b").equilibrium("K"),
            &[("A", "1e10 1/s"), ("Ea", "50 kJ/mol"), ("b", "1.5"), ("K", "3")],
            "O <=> O",
        ),
        network(Law::eyring("dG").reverse("kr"), &[("dG", "80 kJ/mol"), ("kr", "2 1/s")], "O <=> O"),
        network(Law::mass_action("k").equilibrium("K"), &[("k", "2 1/s"), ("K", "5")], "R <=> R"),
    ] {
        let values = network.parameter_values();
        let here = at(320.0, 0.5);
        let mut directions: Vec<Direction> =
            (0..values.len()).map(|i| Direction::Parameter(ratelaw_network::ParameterId(i))).collect();
        directions.extend([Direction::Temperature, Direction::Potential]);
        for direction in directions {
            let exact = network.bind_derivative(&values, &here, direction);
            let moved = |sign: f64| {
                let (mut values, mut here) = (values.clone(), here);
                let target = match direction {
                    Direction::Parameter(id) => &mut values[id.0],
                    Direction::Temperature => &mut here.temperature,
                    Direction::Potential => &mut here.potential,
                    Direction::Step(_) => unreachable!("not asked for here"),
                };
                let step = 1e-5 * *target;
                *target += sign * step;
                (network.bind(&values, &here).unwrap(), step)
            };
            let ((up, step), (down, _)) = (moved(1.0), moved(-1.0));
            for d in 0..exact.len() {
                let difference = (up[d] - down[d]) / (2.0 * step);
                let error = (exact[d] - difference).abs() / (exact[d].abs() + up[d].abs() / step * 1e-5);
                assert!(error < 1e-7, "{direction:?}: {} {difference}", exact[d]);
            }
        }
    }
}
