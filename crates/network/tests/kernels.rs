//! Kernels on random networks: exact derivatives against differences, lanes against single sets, invariants.

use proptest::prelude::*;
use ratelaw_network::rate::Direction;
use ratelaw_network::units::Quantity;
use ratelaw_network::{Bound, Conditions, Lane, Law, Network, ParameterId, Species, Step, Values};

const SPECIES: usize = 5;
/// Lanes beside each other.
const W: usize = 8;

/// Steps between five species with all forms of rate: zeroth, first, second, mixed, broken and negative order.
fn step() -> impl Strategy<Value = (usize, usize, usize, u8, f64)> {
    (0..SPECIES, 0..SPECIES, 0..SPECIES, 0..7_u8, 0.1..10.0_f64)
}

fn network(steps: &[(usize, usize, usize, u8, f64)]) -> Network {
    let mut builder = Network::builder("random").abstract_phase("mixture");
    for i in 0..SPECIES {
        builder = builder.species(Species::new(format!("S{i}")).composition_waived());
    }
    for (n, (a, b, c, form, k)) in steps.iter().enumerate() {
        let law = Law::constant(Quantity::new(*k, "1/s").unwrap()).unwrap();
        let (a, b, c) = (format!("S{a}"), format!("S{b}"), format!("S{c}"));
        let equation = match form {
            0 => format!("0 -> {c}"),
            2 => format!("2 {a} -> {c}"),
            3 => format!("{a} + {b} -> {c}"),
            4 => format!("2 {a} + {b} -> 3 {c}"),
            _ => format!("{a} -> {c}"),
        };
        let mut step = Step::new(format!("r{n}"), equation, law).duplicate();
        step = match form {
            5 => step.order(&b, 1.5),
            6 => step.order(&b, -0.5),
            _ => step,
        };
        builder = builder.step_described(step);
    }
    builder.build().unwrap_or_else(|e| panic!("{e}"))
}

fn lanes(values: &[f64]) -> Vec<Lane<1>> {
    values.iter().map(|v| Lane([*v])).collect()
}

/// The same constants in all lanes.
fn bound<const W: usize>(network: &Network, k: &[f64]) -> Bound<W> {
    let values = Values { parameters: network.parameter_values(), conditions: CONDITIONS };
    Bound::new(std::array::from_fn(|_| values.clone()), &std::array::from_fn(|_| k.to_vec()))
}

fn slope(network: &Network, k: &[f64], y: &[f64]) -> Vec<f64> {
    let compiled = network.compiled();
    let mut rates = lanes(k);
    let mut dy = lanes(y);
    compiled.derivative(&bound(network, k), &lanes(y), &mut rates, &mut dy);
    dy.iter().map(|x| x.0[0]).collect()
}

const CONDITIONS: Conditions = Conditions::new(298.15, 0.0);
/// Central differences with a step of 1e-5 leave about 1e-10 of truncation and 1e-11 of rounding, relative to
/// the largest term.
const DIFFERENCES: f64 = 1e-8;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn jacobian_and_second_derivatives(
        steps in prop::collection::vec(step(), 1..8),
        y in prop::collection::vec(0.5..2.0_f64, SPECIES),
        u in prop::collection::vec(-1.0..1.0_f64, SPECIES),
        v in prop::collection::vec(-1.0..1.0_f64, SPECIES),
    ) {
        let network = network(&steps);
        let compiled = network.compiled();
        let k = network.bind(&network.parameter_values(), &CONDITIONS).unwrap();
        let h = 1e-5;
        let moved = |s: f64, w: &[f64]| -> Vec<f64> { y.iter().zip(w).map(|(y, w)| y + s * h * w).collect() };

        // The Jacobian along u against differences of the right-hand side.
        let jacobian_along = |y: &[f64]| -> Vec<f64> {
            let mut terms = vec![Lane::ZERO; compiled.term_count()];
            let mut entries = vec![Lane::ZERO; compiled.jacobian_entries().len()];
            compiled.terms(&bound(&network, &k), &lanes(y), &mut terms);
            compiled.jacobian(&bound(&network, &k), &terms, &mut entries);
            let mut product = vec![0.0; SPECIES];
            for ((i, j), entry) in compiled.jacobian_entries().iter().zip(&entries) {
                product[*i] += entry.0[0] * u[*j];
            }
            product
        };
        let (up, down) = (slope(&network, &k, &moved(1.0, &u)), slope(&network, &k, &moved(-1.0, &u)));
        let exact = jacobian_along(&y);
        let scale = 1e3_f64;
        for i in 0..SPECIES {
            let difference = (up[i] - down[i]) / (2.0 * h);
            prop_assert!((exact[i] - difference).abs() < DIFFERENCES * scale, "row {i}: {} {difference}", exact[i]);
        }

        // The second derivative along u and v against differences of the Jacobian along u.
        let (up, down) = (jacobian_along(&moved(1.0, &v)), jacobian_along(&moved(-1.0, &v)));
        let mut rates = vec![Lane::ZERO; compiled.directions()];
        let mut second = vec![Lane::ZERO; SPECIES];
        let point = (lanes(&u), lanes(&v));
        compiled.second_tangent(&bound(&network, &k), None, &lanes(&y), (&point.0, &point.1), &mut rates);
        compiled.accumulate(&rates, &mut second);
        for i in 0..SPECIES {
            let difference = (up[i] - down[i]) / (2.0 * h);
            prop_assert!((second[i].0[0] - difference).abs() < DIFFERENCES * scale, "row {i}");
        }

        // The tangent is the Jacobian along v plus the change of the constants.
        let direction = Direction::Parameter(ParameterId(0));
        let dk = network.bind_derivative(&network.parameter_values(), &CONDITIONS, direction);
        let values = network.parameter_values();
        let along = network.bound_along(compiled, &values, &CONDITIONS, network.along(&values, direction));
        compiled.tangent(&bound(&network, &k), Some(&along), &lanes(&y), &lanes(&u), &mut rates);
        let mut tangent = vec![Lane::ZERO; SPECIES];
        compiled.accumulate(&rates, &mut tangent);
        let change = |s: f64| -> Vec<f64> { k.iter().zip(&dk).map(|(k, d)| k + s * h * d).collect() };
        let (up, down) = (slope(&network, &change(1.0), &moved(1.0, &u)), slope(&network, &change(-1.0), &moved(-1.0, &u)));
        for i in 0..SPECIES {
            let difference = (up[i] - down[i]) / (2.0 * h);
            prop_assert!((tangent[i].0[0] - difference).abs() < DIFFERENCES * scale, "row {i}");
        }
    }

    /// A lane has the bits of the same set on its own, whatever its neighbours hold.
    #[test]
    fn lanes_do_not_touch_each_other(
        steps in prop::collection::vec(step(), 1..8),
        y in prop::collection::vec(0.5..2.0_f64, SPECIES),
    ) {
        let network = network(&steps);
        let compiled = network.compiled();
        let k = network.bind(&network.parameter_values(), &CONDITIONS).unwrap();
        // Lane 3 is poisoned; lane j has amounts scaled by 1 + j / 8.
        let factor = |j: usize| if j == 3 { f64::NAN } else { 1.0 + j as f64 / 8.0 };
        let wide = |values: &[f64]| -> Vec<Lane<W>> {
            values.iter().map(|v| Lane(std::array::from_fn(|j| v * factor(j)))).collect()
        };
        let mut rates = vec![Lane::<W>::ZERO; compiled.directions()];
        let mut dy = vec![Lane::<W>::ZERO; SPECIES];
        compiled.derivative(&bound(&network, &k), &wide(&y), &mut rates, &mut dy);
        for j in (0..W).filter(|j| *j != 3) {
            let scaled: Vec<f64> = y.iter().map(|y| y * factor(j)).collect();
            let single = slope(&network, &k, &scaled);
            for i in 0..SPECIES {
                prop_assert_eq!(dy[i].0[j].to_bits(), single[i].to_bits());
            }
        }
    }

    /// A random network is written and read back without change.
    #[test]
    fn written_and_read(steps in prop::collection::vec(step(), 1..8)) {
        let network = network(&steps);
        let again = Network::from_toml(&network.to_toml(), "written").unwrap();
        prop_assert_eq!(&again, &network);
        let again = Network::from_json(&network.to_json(), "written").unwrap();
        prop_assert_eq!(&again, &network);
    }

    /// No text makes the reader panic.
    #[test]
    fn no_input_panics(text in "[\\[\\]a-zA-Z0-9_=\"'{}., \n*+<>/()^-]{0,200}") {
        let _ = Network::from_toml(&text, "random");
        let _ = Network::from_json(&text, "random");
    }

    /// No slip in a sound model makes the reader panic.
    #[test]
    fn no_slip_panics(at in 0.0..1.0_f64, cut in 0..6_usize, put in "[a-z0-9\"=\\[\\]{}*<>+ .\n-]{0,4}") {
        let model = include_str!("../../../models/jia-2024-feasibility.toml");
        let characters: Vec<char> = model.chars().collect();
        let start = (at * characters.len() as f64) as usize;
        let end = (start + cut).min(characters.len());
        let slipped: String = characters[..start].iter().copied().chain(put.chars()).chain(characters[end..].iter().copied()).collect();
        let _ = Network::from_toml(&slipped, "slipped");
    }
}
