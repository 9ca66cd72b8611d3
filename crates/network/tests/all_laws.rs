//! Every rate law: exact derivatives against differences, and the values that theory gives.

use ratelaw_network::analysis::worst_derivative;
use ratelaw_network::rate::LawKind;
use ratelaw_network::{Conditions, FARADAY, GAS_CONSTANT, Law, Network, StepId};

/// A couple in solution at an electrode with resistance and a counter electrode, a gas above it, a surface; `steps`
/// are the steps under test.
fn network(parameters: &str, steps: &str) -> Network {
    let text = format!(
        r#"
[model]
name = "laws"
[run]
temperature = "310 K"
potential = "0.3 V"
reference = "SHE"
[phases]
cell = {{ kind = "solution", volume = "20 mL" }}
head = {{ kind = "gas", volume = "30 mL" }}
anode = {{ kind = "electrode", area = "0.5 cm2", roughness = 3, resistance = "R_cell" }}
cathode = {{ kind = "electrode", area = "1 cm2", counter = true }}
[sites.S]
phase = "anode"
density = "1e-5 mol/m2"
vacant = "*"
[species]
R = {{ formula = "Fe+2", phase = "cell", initial = "0.1 M" }}
O = {{ formula = "Fe+3", phase = "cell", initial = "0.05 M" }}
A = {{ formula = "CO2", phase = "cell", initial = "3 mM" }}
B = {{ formula = "CO2", phase = "cell", initial = "2 mM" }}
I = {{ formula = "N2", phase = "cell", initial = "1 mM" }}
G = {{ formula = "CO2", phase = "head", initial = "1 bar" }}
"A*" = {{ formula = "CO2", phase = "anode", sites = "S", initial = "2e-6 mol/m2" }}
"H+" = {{ formula = "H+", phase = "cell", initial = "1 M" }}
H2 = {{ formula = "H2", phase = "cell" , initial = "0.1 mM" }}
[parameters]
R_cell = "20 ohm"
{parameters}
[steps]
hydrogen = {{ equation = "2 H+ + 2 e- <=> H2", law = "butler-volmer", phase = "cathode", i0 = "1 mA/cm2", E_eq = "0 V", alpha = 1, orders = {{ "H+" = 1 }}, reverse_orders = {{ H2 = 0 }} }}
{steps}
"#
    );
    Network::from_toml(&text, "laws.toml").unwrap_or_else(|e| panic!("{e}"))
}

/// One step of each law, with every constant that it can have.
const CASES: [(&str, &str, &str); 20] = [
    ("mass-action", "k = \"2e-3 1/s\"\nK = \"5\"", r#"s = { equation = "A <=> B", k = "k", K = "K" }"#),
    ("mass-action", "k = \"2e-3 1/s\"\ng = \"-3 kJ/mol\"", r#"s = { equation = "A <=> B", k = "k", dG0 = "g" }"#),
    (
        "arrhenius",
        "A0 = \"1e6 mM^-0.5/s\"\nEa = \"50 kJ/mol\"\nb = \"1.5\"",
        r#"s = { equation = "A -> B", law = "arrhenius", A = "A0", Ea = "Ea", b = "b", orders = { I = 0.5 } }"#,
    ),
    (
        "eyring",
        "h = \"60 kJ/mol\"\ns = \"-20 J/(mol K)\"",
        r#"s = { equation = "A -> B", law = "eyring", dH = "h", dS = "s" }"#,
    ),
    (
        "eyring relative to another",
        "g = \"80 kJ/mol\"\nd = \"5 kJ/mol\"",
        r#"a = { equation = "A -> B", law = "eyring", dG = "g" }
           b = { equation = "B -> A", law = "eyring", relative_to = "a", ddG = "d" }"#,
    ),
    (
        "tafel",
        "k0 = \"1e-6 m/s\"\nE0 = \"0.1 V\"\na = \"0.4\"",
        r#"s = { equation = "R -> O + e-", law = "tafel", phase = "anode", k0 = "k0", E0 = "E0", alpha = "a" }"#,
    ),
    (
        "tafel with an exchange current",
        "i0 = \"0.3 mA/cm2\"\nE0 = \"0.1 V\"\na = \"0.4\"",
        r#"s = { equation = "R -> O + e-", law = "tafel", phase = "anode", i0 = "i0", E_eq = "E0", alpha = "a", reference = { R = "0.1 M" } }"#,
    ),
    (
        "butler-volmer",
        "k0 = \"1e-6 m/s\"\nE0 = \"0.2 V\"\na = \"0.4\"\nar = \"0.7\"",
        r#"s = { equation = "R <=> O + e-", law = "butler-volmer", phase = "anode", k0 = "k0", E0 = "E0", alpha = "a", alpha_reverse = "ar" }"#,
    ),
    (
        "butler-volmer behind a film",
        "k0 = \"1e-6 m/s\"\nE0 = \"0.2 V\"\na = \"0.4\"\nkm = \"1e-5 m/s\"\nkn = \"2e-5 m/s\"",
        r#"s = { equation = "R <=> O + e-", law = "butler-volmer", phase = "anode", k0 = "k0", E0 = "E0", alpha = "a", k_m = "km", k_m_reverse = "kn" }"#,
    ),
    (
        "marcus",
        "k0 = \"1e-6 m/s\"\nE0 = \"0.2 V\"\nl = \"80 kJ/mol\"",
        r#"s = { equation = "R <=> O + e-", law = "marcus", phase = "anode", k0 = "k0", E0 = "E0", lambda = "l" }"#,
    ),
    (
        "marcus-hush-chidsey",
        "k0 = \"1e-6 m/s\"\nE0 = \"0.2 V\"\nl = \"80 kJ/mol\"",
        r#"s = { equation = "R <=> O + e-", law = "marcus-hush-chidsey", phase = "anode", k0 = "k0", E0 = "E0", lambda = "l" }"#,
    ),
    (
        "reduction",
        "k0 = \"1e-6 m/s\"\nE0 = \"0.5 V\"\nl = \"80 kJ/mol\"",
        r#"s = { equation = "O + e- -> R", law = "marcus-hush-chidsey", phase = "anode", k0 = "k0", E0 = "E0", lambda = "l" }"#,
    ),
    (
        "michaelis-menten",
        "k = \"2 1/s\"\nKm = \"2 mM\"\nKi = \"0.5 mM\"",
        r#"s = { equation = "A + B -> 2 B", law = "michaelis-menten", k = "k", Km = "Km", inhibition = { I = "Ki" } }"#,
    ),
    (
        "langmuir-hinshelwood",
        "k = \"2 1/s\"\nK = \"3\"\nKA = \"0.4 1/mM\"\nKI = \"0.7 1/mM\"\nn = \"2\"",
        r#"s = { equation = "A <=> B", law = "langmuir-hinshelwood", k = "k", K = "K", adsorption = { A = "KA", I = "KI" }, sites = "n" }"#,
    ),
    (
        "gas-liquid",
        "k = \"1e-3 1/s\"\nH = \"3.3e-4 mol/m3/Pa\"",
        r#"s = { equation = "A <=> G", law = "gas-liquid", kLa = "k", H = "H" }"#,
    ),
    (
        "expression",
        "k = \"2e-3 1/s\"\nKi = \"1 mM\"\nf = \"0.01 1/s\"",
        r#"s = { equation = "A -> B", rate = "k*[A]^1.5/sqrt(Ki + [I])*exp(-t*f)*(1 + tanh(faraday*(E - 0.2 V)/(gas_constant*T)))" }"#,
    ),
    (
        "functions",
        "k = \"2e-3 1/s\"\nc = \"1 mM\"",
        r#"s = { equation = "A -> B", rate = "k*[A]*(ln(2 + A/c) + log10(3 + B/c) + sin(A/c) + cos(B/c) + atan(A/B) + abs(A/c - 1) + asin(0.1*B/c) + acos(0.1*A/c) + sinh(0.1*A/c) + cosh(0.1*B/c) + tan(0.1*A/c) + max(A, B)/c + min(A, 2*B)/c + if(A > B, A, B)/c + (A/c)^(B/c))" }"#,
    ),
    (
        "tafel of an expression",
        "D = \"1e-9 m2/s\"\nnu = \"1e-6 m2/s\"\nomega = \"160 1/s\"\nk0 = \"1e-6 m/s\"\nE0 = \"0.1 V\"",
        r#"s = { equation = "R -> O + e-", law = "tafel", phase = "anode", k0 = "k0", E0 = "E0", alpha = 0.5, k_m = "0.62*D^(2/3)*nu^(-1/6)*omega^(1/2)" }"#,
    ),
    (
        "adsorption",
        "k = \"1e-3 m3/mol/s\"\nr = \"1e-2 1/s\"",
        r#"s = { equation = "A + * <=> A*", k = "k", k_reverse = "r" }"#,
    ),
    ("broken order", "k = \"1e-3 mM^-0.5/s\"", r#"s = { equation = "2 A -> 2 B", k = "k", orders = { A = 1.5 } }"#),
];

/// Each law with ohmic drop and counter electrode, at constant and at changing conditions: derivatives in all
/// amounts, potentials, time, parameters, temperature and potential, to 1e-7 of extrapolated differences.
#[test]
fn derivatives_of_every_law() {
    let mut words: Vec<&str> = Vec::new();
    for (name, parameters, steps) in CASES {
        let network = network(parameters, steps);
        words.extend(network.definition().steps.iter().map(|s| s.law.kind.word()));
        let mut conditions = Conditions::new(310.0, 0.3);
        for ramp in [0.0, 0.02] {
            conditions.potential_rate = ramp;
            conditions.temperature_rate = 5.0 * ramp;
            let tables = network.compiled_for(&conditions);
            let mut z = network.initial_values();
            z.resize(tables.potentials().start, 0.0);
            z.extend([0.25, -0.05]);
            z.extend(tables.time().map(|_| 12.0));
            let worst = worst_derivative(&network, &network.parameter_values(), &conditions, &z).unwrap().unwrap();
            let what = format!("{name}: d {} / d {}: {:e} {:e}", worst.of, worst.by, worst.exact, worst.difference);
            assert!(worst.error < 1e-7, "{what}: {:e}", worst.error);
        }
    }
    for kind in LawKind::ALL {
        assert!(words.contains(&kind.word()), "{} is not tested", kind.word());
    }
}

fn constants(network: &Network, potential: f64) -> (f64, f64) {
    // Constants with neither drop nor counter electrode, so that bind works them out.
    let all = network.bind(&network.parameter_values(), &Conditions::new(310.0, potential)).unwrap();
    let (forward, reverse) = network.compiled().step_directions(StepId(0));
    (all[forward], reverse.map_or(0.0, |r| all[r]))
}

fn couple(law: Law, parameters: &[(&str, &str)]) -> Network {
    let mut builder = Network::builder("couple").solution("cell", "1 L").unwrap().electrode("anode", "1 cm2").unwrap();
    for (name, formula) in [("R", "Fe+2"), ("O", "Fe+3")] {
        builder = builder.species(ratelaw_network::Species::new(name).formula(formula).phase("cell"));
    }
    for (name, value) in parameters {
        builder = builder.parameter(name, *value).unwrap();
    }
    builder.step("s", "R <=> O + e-", law).build().unwrap_or_else(|e| panic!("{e}"))
}

/// The integral of Chidsey's paper by Simpson's rule on a fine grid over the whole width, in the variable in which it is
/// published: another rule, other points, no scaling.
fn chidsey(lambda: f64, x: f64) -> f64 {
    let (low, high, n) = (-120.0, 120.0, 400_000);
    let f = |u: f64| (-(u - lambda + x).powi(2) / (4.0 * lambda)).exp() / (1.0 + u.exp());
    let h = (high - low) / f64::from(n);
    let sum: f64 = (0..=n)
        .map(|i| {
            let weight = if i == 0 || i == n {
                1.0
            } else if i % 2 == 1 {
                4.0
            } else {
                2.0
            };
            weight * f(low + h * f64::from(i))
        })
        .sum();
    sum * h / 3.0
}

#[test]
fn marcus_hush_chidsey_is_its_integral() {
    for kilojoules in [5.0, 30.0, 80.0, 150.0] {
        let mut law = Law::new(LawKind::MarcusHushChidsey);
        for field in ["k0", "E0", "lambda"] {
            law = law.with(field, field);
        }
        let lambda = format!("{kilojoules} kJ/mol");
        let network = couple(law, &[("k0", "1e-5 m/s"), ("E0", "0.2 V"), ("lambda", &lambda)]);
        let reduced = kilojoules * 1e3 / (GAS_CONSTANT * 310.0);
        for potential in [-0.8, -0.1, 0.2, 0.25, 0.5, 1.2] {
            let x = FARADAY * (potential - 0.2) / (GAS_CONSTANT * 310.0);
            let expected = 1e-5 * chidsey(reduced, x) / chidsey(reduced, 0.0);
            let (forward, reverse) = constants(&network, potential);
            assert!((forward / expected - 1.0).abs() < 1e-8, "{kilojoules} {potential}: {forward} {expected}");
            assert!((forward / reverse / x.exp() - 1.0).abs() < 1e-12, "balance at {potential} V");
        }
        // Finite far out, where the rate has levelled off.
        for potential in [-3.0, 3.0] {
            let (forward, reverse) = constants(&network, potential);
            assert!(forward.is_finite() && reverse.is_finite() && forward >= 0.0 && reverse >= 0.0);
        }
    }
}

/// Marcus theory: a transfer coefficient of 1/2 at E0, its largest rate at a driving force of lambda, Nernst throughout.
#[test]
fn marcus_turns_at_lambda() {
    let mut law = Law::new(LawKind::Marcus);
    for field in ["k0", "E0", "lambda"] {
        law = law.with(field, field);
    }
    let network = couple(law, &[("k0", "1e-5 m/s"), ("E0", "0.2 V"), ("lambda", "60 kJ/mol")]);
    let f = FARADAY / (GAS_CONSTANT * 310.0);
    let slope = (constants(&network, 0.2001).0 / constants(&network, 0.1999).0).ln() / (f * 2e-4);
    assert!((slope - 0.5).abs() < 1e-6, "{slope}");
    let top = 0.2 + 60e3 / FARADAY;
    let at = |e: f64| constants(&network, e).0;
    assert!(at(top) > at(top - 0.01) && at(top) > at(top + 0.01));
    // exp(lambda / 4RT) above k0 at the top.
    assert!((at(top) / (1e-5 * (60e3 / (4.0 * GAS_CONSTANT * 310.0)).exp()) - 1.0).abs() < 1e-12);
    for potential in [-3.0, 0.0, 3.0] {
        let (forward, reverse) = constants(&network, potential);
        let nernst = f * (potential - 0.2);
        assert!(
            (forward.ln() - reverse.ln() - nernst).abs() < 1e-9 * nernst.abs().max(1.0)
                || forward == 0.0
                || reverse == 0.0
        );
    }
}

/// Both forms of Butler-Volmer are one law: i0 / F prod c_ref is k0, whatever the reference amounts are.
#[test]
fn exchange_current_and_rate_constant_convert() {
    let base = [("E0", "0.2 V"), ("alpha", "0.4")];
    let by_constant = couple(Law::butler_volmer("k0", "E0", "alpha"), &[&base[..], &[("k0", "1e-5 m/s")]].concat());
    // 1e-5 m/s x 96485.33 C/mol x 1000 mol/m3 = 964.853 A/m2 at 1 M of each.
    let i0 = format!("{} A/m2", ratelaw_network::rate::exchange_current_density(1e-5, 1.0, 1000.0));
    let mut law = Law::new(LawKind::ButlerVolmer);
    for (field, name) in [("i0", "i0"), ("E_eq", "E0"), ("alpha", "alpha")] {
        law = law.with(field, name);
    }
    let by_current = couple(law, &[&base[..], &[("i0", i0.as_str())]].concat());
    for potential in [-0.5, 0.2, 0.4] {
        let (a, b) = (constants(&by_constant, potential), constants(&by_current, potential));
        assert!((a.0 / b.0 - 1.0).abs() < 1e-13 && (a.1 / b.1 - 1.0).abs() < 1e-13, "{potential} V: {a:?} {b:?}");
    }
}

/// A film limits the rate: k_m at high overpotential, the kinetics at low; in between 1/k adds up.
#[test]
fn a_film_is_in_series() {
    let parameters = [("k0", "1e-6 m/s"), ("E0", "0.2 V"), ("alpha", "0.5"), ("km", "1e-5 m/s")];
    let bare = couple(Law::butler_volmer("k0", "E0", "alpha"), &parameters[..3]);
    let film = couple(Law::butler_volmer("k0", "E0", "alpha").with("k_m", "km"), &parameters);
    for potential in [-3.0, -0.2, 0.2, 0.3, 3.0] {
        let ((f, b), (film_f, film_b)) = (constants(&bare, potential), constants(&film, potential));
        let resistance = 1.0 + f / 1e-5 + b / 1e-5;
        assert!((film_f * resistance / f - 1.0).abs() < 1e-12 && (film_b * resistance / b - 1.0).abs() < 1e-12);
        assert!(film_f <= 1e-5 && film_b <= 1e-5);
    }
    assert!((constants(&film, 3.0).0 / 1e-5 - 1.0).abs() < 1e-12);
}
