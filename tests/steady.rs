//! Steady states against answers on paper.

mod problems;

use problems::letters;
use ratelaw::network::StepId;
use ratelaw::prelude::*;
use ratelaw::solver::{Approach, SolveError, Stability, SteadyState, Unrest, steady_state};

fn find(network: &Network) -> Result<SteadyState, SolveError> {
    let problem = Problem::builder(network).until(Seconds(1.0)).build().unwrap_or_else(|e| panic!("{e}"));
    steady_state(&problem, &SolveOptions::default())
}

fn found(network: &Network) -> SteadyState {
    find(network).unwrap_or_else(|e| panic!("{}: {e}", network.name()))
}

fn cause(network: &Network) -> (Unrest, Option<String>) {
    match find(network) {
        Err(SolveError::NoSteadyState(failure)) => (failure.cause, failure.species),
        other => panic!("{other:?}"),
    }
}

/// Each amount to a relative error; zero is what is less than 1e-24 of the start, as long as it would take to get there.
fn close(steady: &SteadyState, expected: &[f64], error: f64) {
    for (i, (found, expected)) in steady.amounts.iter().zip(expected).enumerate() {
        let name = &steady.network().species()[i].name;
        assert!((found - expected).abs() <= error * expected.abs() + 1e-24, "{name}: {found:e}, expected {expected:e}");
    }
    assert!(steady.amounts.iter().all(|y| *y >= 0.0));
    assert!(steady.residual < 1e-9, "{:e}", steady.residual);
}

/// A -> B -> C -> A with constants 1, 2 and 5: amounts go with 1/k, and all rates are the same.
#[test]
fn cycle_of_first_order() {
    let network =
        letters("cycle", &[("A", 17.0), ("B", 0.0), ("C", 0.0)], &[("A -> B", 1.0), ("B -> C", 2.0), ("C -> A", 5.0)]);
    let steady = found(&network);
    close(&steady, &[10.0, 5.0, 2.0], 1e-14);
    assert_eq!((steady.approach, &steady.stability), (Approach::Run, &Stability::Stable));
    for rate in &steady.rates {
        assert!((rate - 10.0).abs() < 1e-12, "{rate}");
    }
    // x^2 + 8 x + 17 is what the characteristic polynomial leaves beside the conserved total: -4 +- i.
    let (re, im) = steady.eigenvalue.unwrap();
    assert!((re + 4.0).abs() < 1e-12 && (im - 1.0).abs() < 1e-12, "{re} {im}");
}

/// A reversible chain over 12 decades of constants rests where every step does.
#[test]
fn equilibrium_over_twelve_decades() {
    let network = letters(
        "chain",
        &[("A", 1.0), ("B", 0.0), ("C", 0.0)],
        &[("A -> B", 1e-4), ("B -> A", 1e4), ("B -> C", 1e-6), ("C -> B", 1e2)],
    );
    let total = 1.0 + 1e-8 + 1e-16;
    let steady = found(&network);
    close(&steady, &[1.0 / total, 1e-8 / total, 1e-16 / total], 1e-12);
    assert_eq!(steady.stability, Stability::Stable);
}

/// An enzyme fed at a constant rate: ES = v/kcat and S = KM v / (Vmax - v) below Vmax; above it, S accumulates.
#[test]
fn michaelis_menten_with_feed() {
    let network = |feed: f64| {
        letters(
            "enzyme",
            &[("E", 1e-3), ("S", 0.0), ("ES", 0.0), ("P", 0.0)],
            &[("E + S -> ES", 1e3), ("ES -> E + S", 9.0), ("ES -> E + P", 1.0), ("0 -> S", feed), ("P -> 0", 0.1)],
        )
    };
    let (v, most, km) = (4e-4, 1e-3, 0.01);
    let steady = found(&network(v));
    close(&steady, &[1e-3 - v, km * v / (most - v), v, v / 0.1], 1e-11);
    assert_eq!(steady.stability, Stability::Stable);
    let (why, species) = cause(&network(2e-3));
    assert_eq!((why, species.as_deref()), (Unrest::Accumulates, Some("S")));
}

/// Schlogl's model with dx/dt = -(x - 1)(x - 2)(x - 3): each stable state from its side, the middle one exactly.
#[test]
fn schlogl_has_three() {
    let network = |x: f64| {
        letters("schlogl", &[("X", x)], &[("2 X -> 3 X", 6.0), ("3 X -> 2 X", 1.0), ("0 -> X", 6.0), ("X -> 0", 11.0)])
    };
    for (start, end, slope) in
        [(0.0, 1.0, -2.0), (1.99, 1.0, -2.0), (2.01, 3.0, -2.0), (50.0, 3.0, -2.0), (2.0, 2.0, 1.0)]
    {
        let steady = found(&network(start));
        close(&steady, &[end], 1e-13);
        let (stability, approach) =
            if slope < 0.0 { (Stability::Stable, Approach::Run) } else { (Stability::Unstable, Approach::Start) };
        assert_eq!((&steady.stability, steady.approach), (&stability, approach), "from {start}");
        assert!((steady.eigenvalue.unwrap().0 - slope).abs() < 1e-11);
    }
}

/// The Brusselator rests at (A, B/A), stable for B < 1 + A^2; eigenvalues have the sum B - 1 - A^2 and the product A^2.
#[test]
fn brusselator() {
    let network = |a: f64, b: f64| {
        let steps = [("0 -> X", a), ("2 X + Y -> 3 X", 1.0), ("X -> Y", b), ("X -> 0", 1.0)];
        letters("brusselator", &[("X", 1.2), ("Y", 1.1)], &steps)
    };
    for (a, b, stable) in [(1.0, 1.7, true), (1.0, 3.0, false), (2.0, 4.9, true), (2.0, 5.5, false)] {
        let steady = found(&network(a, b));
        close(&steady, &[a, b / a], 1e-12);
        let (stability, approach) =
            if stable { (Stability::Stable, Approach::Run) } else { (Stability::Unstable, Approach::Newton) };
        assert_eq!((&steady.stability, steady.approach), (&stability, approach), "A = {a}, B = {b}");
        let half = 0.5 * (b - 1.0 - a * a);
        let root = half * half - a * a;
        let re = half + root.max(0.0).sqrt();
        assert!((steady.eigenvalue.unwrap().0 - re).abs() < 1e-11, "{:?} {re}", steady.eigenvalue);
    }
}

/// Everything is used up: of first order exactly, of second order as far as numbers matter, and where a catalyst is
/// left over in part, by as much as its own way there says.
#[test]
fn total_consumption() {
    let steady = found(&letters("decay", &[("A", 2.0), ("B", 1.0)], &[("A -> B", 3.0)]));
    close(&steady, &[0.0, 3.0], 1e-14);
    assert_eq!(steady.stability, Stability::Stable);
    let steady = found(&letters("pairs", &[("A", 2.0), ("B", 0.0)], &[("2 A -> B", 3.0)]));
    assert!(steady.amounts[0] >= 0.0 && steady.amounts[0] < 1e-12 && (steady.amounts[1] - 1.0).abs() < 1e-12);
    assert!(matches!(steady.stability, Stability::Undecided(_)), "{}", steady.stability);
    // dE/dS = E / (E + k): E - E0 + k ln(E/E0) = -S0, at E0 = S0 = k = 1.
    let steps = [("E + S -> ES", 1.0), ("S -> P", 1.0)];
    let steady = found(&letters("poisoning", &[("E", 1.0), ("S", 1.0), ("ES", 0.0), ("P", 0.0)], &steps));
    let left = 0.5671432904097838;
    close(&steady, &[left, 0.0, 1.0 - left, left], 1e-5);
    assert!(matches!(steady.stability, Stability::Undecided(_)), "{}", steady.stability);
}

/// A branch whose products cannot change into each other rests at the ratio that the run led to, 2 to 1.
#[test]
fn steady_states_side_by_side() {
    let network = letters(
        "branch",
        &[("A", 3.0), ("B", 0.0), ("C", 0.0), ("D", 0.0)],
        &[("A -> B", 2.0), ("A -> C", 1.0), ("2 A -> D", 1e-9), ("D -> 2 A", 1.0)],
    );
    let steps = vec![Setting::Step(StepId(0))];
    let problem = Problem::builder(&network).until(Seconds(1.0)).build().unwrap();
    let steady = steady_state(&problem, &SolveOptions { sensitivities: steps, ..SolveOptions::default() }).unwrap();
    close(&steady, &[0.0, 2.0, 1.0, 0.0], 1e-5);
    assert!(
        matches!(&steady.stability, Stability::Undecided(why) if why.contains("side by side")),
        "{}",
        steady.stability
    );
    assert!(steady.derivatives.is_none() && steady.rate_control(&Observable::amount(&network, "B").unwrap()).is_none());
}

/// A leak of 1e-14 beside a fast equilibrium is not missed: rest is at the end of the leak.
#[test]
fn slow_leak() {
    let steps = [("A -> B", 1e3), ("B -> A", 1e3), ("B -> C", 1e-14)];
    let steady = found(&letters("leak", &[("A", 1.0), ("B", 1.0), ("C", 0.0)], &steps));
    assert!((steady.amounts[2] - 2.0).abs() < 1e-9, "{:?}", steady.amounts);
}

#[test]
fn failures_say_why() {
    let (why, species) = cause(&letters("filling", &[("A", 1.0), ("B", 0.0)], &[("0 -> A", 1.0), ("A -> B", 1.0)]));
    assert_eq!((why, species.as_deref()), (Unrest::Accumulates, Some("B")));
    let (why, species) = cause(&letters("growth", &[("A", 1.0)], &[("A -> 2 A", 1.0)]));
    assert_eq!((why, species.as_deref()), (Unrest::Accumulates, Some("A")));
    // Conservative oscillations round the steady state (1, 1), which is a centre: found, and not called stable.
    let steps = [("A -> 2 A", 1.0), ("A + B -> 2 B", 1.0), ("B -> 0", 1.0)];
    let steady = found(&letters("lotka", &[("A", 2.0), ("B", 1.0)], &steps));
    close(&steady, &[1.0, 1.0], 1e-12);
    assert!(steady.approach == Approach::Newton && matches!(steady.stability, Stability::Undecided(_)));
}

const ELECTRODE: &str = r#"
[model]
name = "film"
[run]
temperature = "298.15 K"
potential = "0.3 V"
reference = "SHE"
t_end = "1 s"
[phases.film]
kind = "solution"
volume = "20 uL"
[phases.anode]
kind = "electrode"
area = "0.5 cm2"
resistance = "R_u"
[species]
Rb = { formula = "Fe+2", phase = "film", initial = "0.1 M", fixed = true }
Ob = { formula = "Fe+3", phase = "film", fixed = true }
R = { formula = "Fe+2", phase = "film", initial = "0.1 M" }
O = { formula = "Fe+3", phase = "film" }
[parameters]
k0 = "1e-7 m/s"
E0 = "0.77 V"
alpha = "0.4"
R_u = "20 ohm"
k_m = "0.05 1/s"
[steps]
supply = { equation = "Rb <=> R", k = "k_m", k_reverse = "k_m" }
removal = { equation = "O <=> Ob", k = "k_m", k_reverse = "k_m" }
couple = { equation = "R <=> O + e-", law = "butler-volmer", phase = "anode", k0 = "k0", E0 = "E0", alpha = "alpha" }
"#;

/// Butler-Volmer kinetics behind a film and an ohmic drop: the current is the root of one equation, by bisection; at
/// high potentials it is the limiting current F V k_m c, and the drop is R times it.
#[test]
fn electrode_with_drop_at_limiting_current() {
    let network = Network::from_toml(ELECTRODE, "film.toml").unwrap_or_else(|e| panic!("{e}"));
    let (f, far) = (ratelaw::network::FARADAY / (ratelaw::network::GAS_CONSTANT * 298.15), ratelaw::network::FARADAY);
    let limit = far * 20e-9 * 0.05 * 100.0;
    for potential in [0.6, 0.9, 1.2, 1.5, 2.2] {
        let problem = Problem::builder(&network).set("potential", Volts(potential)).build().unwrap();
        let steady = steady_state(&problem, &SolveOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        let current = steady.observe(&Observable::Current).unwrap();
        let excess = |i: f64| {
            let eta = potential - 20.0 * i - 0.77;
            let (r, o) = (100.0 * (1.0 - i / limit), 100.0 * i / limit);
            far * 0.5e-4 * 1e-7 * (r * (0.4 * f * eta).exp() - o * (-0.6 * f * eta).exp()) - i
        };
        let (mut low, mut high) = (0.0, limit);
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if excess(middle) > 0.0 { low = middle } else { high = middle }
        }
        assert!((current / low - 1.0).abs() < 1e-10, "{potential} V: {current:e} {low:e}");
        assert!((steady.potentials[0] - (potential - 20.0 * current)).abs() < 1e-12);
        assert_eq!(steady.stability, Stability::Stable);
        assert!(steady.observe(&Observable::Charge).is_none());
    }
    let problem = Problem::builder(&network).set("potential", Volts(2.2)).build().unwrap();
    let steady = steady_state(&problem, &SolveOptions::default()).unwrap();
    assert!((steady.observe(&Observable::Current).unwrap() / limit - 1.0).abs() < 1e-4);
}

/// Degrees of rate control of a turnover rate sum to 1; those of an adsorption-limited rate on paper.
#[test]
fn rate_control_sums_to_one() {
    let network = Network::from_toml(ELECTRODE, "film.toml").unwrap();
    let steps: Vec<Setting> = (0..network.steps().len()).map(|i| Setting::Step(StepId(i))).collect();
    let options = SolveOptions { sensitivities: steps, ..SolveOptions::default() };
    for potential in [0.8, 0.9, 1.0] {
        // The drop is no step: without it, all rates scale with the steps.
        let problem = Problem::builder(&network).set("potential", Volts(potential)).set_text("R_u", "0 ohm").build();
        let steady = steady_state(&problem.unwrap(), &options).unwrap();
        let control = steady.rate_control(&Observable::Current).unwrap();
        assert!((control.iter().sum::<f64>() - 1.0).abs() < 1e-10, "{control:?}");
        // i = c / (1/ka + (1 + kc/ka)/km): the charge transfer controls by its share of the resistances.
        let (a, eta, f) = (
            0.5e-4 / 20e-9,
            potential - 0.77,
            1.0 / (ratelaw::network::GAS_CONSTANT * 298.15 / ratelaw::network::FARADAY),
        );
        let (ka, kc) = (a * 1e-7 * (0.4 * f * eta).exp(), a * 1e-7 * (-0.6 * f * eta).exp());
        let resistances = [1.0 / 0.05, kc / ka / 0.05, 1.0 / ka];
        let total: f64 = resistances.iter().sum();
        for (found, r) in control.iter().zip(resistances) {
            assert!((found - r / total).abs() < 1e-9, "{control:?}");
        }
    }
}

/// Derivatives in parameters and initial amounts against differences of two steady states.
#[test]
fn derivatives_are_those_of_differences() {
    let network = Network::from_toml(ELECTRODE, "film.toml").unwrap();
    let names = ["k0", "R_u", "k_m", "potential", "temperature", "Rb", "R"];
    let settings: Vec<Setting> = names.iter().map(|n| Setting::parse(&network, n).unwrap()).collect();
    let mut problem = Problem::builder(&network).set("potential", Volts(1.0)).build().unwrap();
    let options = SolveOptions { sensitivities: settings.clone(), ..SolveOptions::default() };
    let steady = steady_state(&problem, &options).unwrap();
    let exact = steady.observe_derivatives(&Observable::Current).unwrap();
    for ((setting, name), exact) in settings.iter().zip(names).zip(exact) {
        let (value, step) = (problem.get(*setting), 1e-5);
        let mut at = |value: f64| {
            problem.set(*setting, value);
            steady_state(&problem, &SolveOptions::default()).unwrap().observe(&Observable::Current).unwrap()
        };
        let slope = (at(value * (1.0 + step)) - at(value * (1.0 - step))) / (2.0 * step * value);
        at(value);
        let size = slope.abs().max(1e-9 * 0.01 / value);
        assert!((slope - exact).abs() < 1e-6 * size, "{name}: {exact:e} {slope:e}");
    }
}

#[test]
fn what_changes_with_time_is_refused() {
    let text = ELECTRODE.replace("[phases.film]", "protocol = [\"hold for 10 s\"]\n[phases.film]");
    let network = Network::from_toml(&text, "film.toml").unwrap_or_else(|e| panic!("{e}"));
    let refused = find(&network);
    assert!(matches!(refused, Err(SolveError::NotConstant { .. })), "{refused:?}");
    let problem = Problem::builder(&Network::from_toml(ELECTRODE, "film.toml").unwrap()).build().unwrap();
    let explicit = SolveOptions { method: Method::Dop853, ..SolveOptions::default() };
    assert!(matches!(steady_state(&problem, &explicit), Err(SolveError::Unsupported { .. })));
}

const SHUTTLE: &str = r#"
[model]
name = "shuttle"
[run]
temperature = "298.15 K"
potential = "0.9 V"
reference = "SHE"
t_end = "1000 h"
[phases.cell]
kind = "solution"
volume = "20 mL"
[phases.anode]
kind = "electrode"
area = "0.5 cm2"
resistance = "R_u"
[phases.cathode]
kind = "electrode"
area = "1 cm2"
counter = true
[species]
R = { formula = "Fe+2", phase = "cell", initial = "0.1 M" }
O = { formula = "Fe+3", phase = "cell" }
Q = { formula = "Ce+4", phase = "cell", initial = "0.05 M" }
S = { formula = "Ce+3", phase = "cell" }
[parameters]
k0 = "1e-5 m/s"
E1 = "0.77 V"
E2 = "0.5 V"
alpha = "0.5"
R_u = "20 ohm"
k = "1e-6 m3/(mol s)"
[steps]
oxidation = { equation = "R <=> O + e-", law = "butler-volmer", phase = "anode", k0 = "k0", E0 = "E1", alpha = "alpha" }
reduction = { equation = "S <=> Q + e-", law = "butler-volmer", phase = "cathode", k0 = "k0", E0 = "E2", alpha = "alpha" }
return = { equation = "O + S -> R + Q", k = "k" }
"#;

/// With a counter electrode the electrons that leave come back, so that charge is a law on the amounts: two potentials and
/// one extent are found, at which the solution takes back what the electrodes do; a long run ends there.
#[test]
fn counter_electrode_with_a_shuttle() {
    let network = Network::from_toml(SHUTTLE, "shuttle.toml").unwrap_or_else(|e| panic!("{e}"));
    let problem = Problem::builder(&network).build().unwrap();
    let steady = steady_state(&problem, &SolveOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(steady.stability, Stability::Stable);
    let [r, o, q, s] = steady.amounts[..] else { panic!("four amounts") };
    assert!((r + o - 100.0).abs() < 1e-10 && (q + s - 50.0).abs() < 1e-10 && (o - s).abs() < 1e-10);
    let current = steady.observe(&Observable::Current).unwrap();
    assert!((current / (ratelaw::network::FARADAY * 20e-6 * 1e-6 * o * s) - 1.0).abs() < 1e-10, "{current:e}");
    assert!((steady.potentials[0] - (0.9 - 20.0 * current)).abs() < 1e-12);
    let run = solve(&problem, &SolveOptions { rtol: 1e-10, ..SolveOptions::default() }).unwrap();
    for (steady, run) in steady.amounts.iter().zip(run.states.last().unwrap()) {
        assert!((steady / run - 1.0).abs() < 1e-8, "{steady} {run}");
    }
}
