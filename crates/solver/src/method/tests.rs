//! A step on lanes: bits, orders, and the step's own derivative.

use ratelaw_network::units::Quantity;
use ratelaw_network::{Bound, Conditions, Lane, Law, Network, Species, Values};

use super::ndf::Ndf;
use super::ndf_coefficients::{MOST, alpha};
use super::radau::{Newton, Radau};
use super::{RODAS4P, RODAS5P, Rosenbrock, Shared, Tableau};
use crate::control::Tolerance;
use crate::linalg::SymbolicLu;
use crate::stats::Stats;
use crate::system::System;

/// A Brusselator-like cycle with first-, second- and third-order steps.
fn network() -> Network {
    let steps = [("0 -> X", 1.0), ("X -> Y", 3.0), ("2 X + Y -> 3 X", 1.0), ("X -> 0", 1.0), ("2 Y -> X", 0.2)];
    let mut builder = Network::builder("cycle").abstract_phase("mixture");
    for name in ["X", "Y"] {
        builder = builder.species(Species::new(name).composition_waived());
    }
    for (i, (equation, k)) in steps.iter().enumerate() {
        let law = Law::constant(Quantity::new(*k, "1/s").unwrap()).unwrap();
        builder = builder.step(&format!("r{i}"), equation, law);
    }
    builder.build().unwrap()
}

const CONDITIONS: Conditions = Conditions::new(298.15, 0.0);

fn constants(network: &Network) -> Vec<f64> {
    network.bind(&network.parameter_values(), &CONDITIONS).unwrap()
}

fn system<const W: usize>(network: &Network, constants: impl Fn(usize) -> Vec<f64>) -> System<'_, W> {
    let values = Values { parameters: network.parameter_values(), conditions: CONDITIONS };
    let bound = Bound::new(std::array::from_fn(|_| values.clone()), &std::array::from_fn(constants));
    System::new(network.compiled(), bound)
}

fn rosenbrock<const W: usize>(method: &'static Tableau, system: &System<'_, W>) -> Rosenbrock<W> {
    Rosenbrock::new(method, system, &Shared::new(&network(), system.compiled))
}

/// Steps of fixed size from (1, 2) to `t`; the state there, and by dense output 0.3 of a step before.
fn fixed_rosenbrock(method: &'static Tableau, network: &Network, t: f64, steps: usize) -> ([f64; 2], [f64; 2]) {
    let system = system::<1>(network, |_| constants(network));
    let mut step = rosenbrock(method, &system);
    let h = t / steps as f64;
    let mut y = vec![Lane([1.0]), Lane([2.0])];
    let mut inside = [0.0; 2];
    for _ in 0..steps {
        step.linearise(&system, &y);
        step.attempt(&system, &y, &[], Lane([h]));
        step.interpolate((&y, &[]), (0, 0.7), (&mut inside, &mut []));
        y.copy_from_slice(&step.y);
    }
    ([y[0].0[0], y[1].0[0]], inside)
}

fn fixed(network: &Network, t: f64, steps: usize) -> ([f64; 2], [f64; 2]) {
    fixed_rosenbrock(&RODAS5P, network, t, steps)
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).abs().max((a[1] - b[1]).abs())
}

/// The end of a run converges with the order of the method; dense output of an order less adds a local error that goes
/// with the same power of h, so halving h divides both errors by about 32 and 16.
#[test]
fn observed_orders() {
    let network = network();
    let exact = |t: f64| fixed(&network, t, 2048).0;
    let counts = [16, 32, 64];
    for (method, expected) in [(&RODAS5P, 4.5..5.6), (&RODAS4P, 3.5..4.6)] {
        let runs = counts.map(|n| fixed_rosenbrock(method, &network, 1.0, n));
        let end: Vec<f64> = runs.iter().map(|run| distance(run.0, exact(1.0))).collect();
        let inside = counts.iter().map(|n| exact(1.0 - 0.3 / *n as f64));
        let dense: Vec<f64> = runs.iter().zip(inside).map(|(run, exact)| distance(run.1, exact)).collect();
        for errors in [end, dense] {
            for pair in errors.windows(2) {
                let order = (pair[0] / pair[1]).log2();
                assert!(expected.contains(&order), "order {order} from {errors:?}");
            }
        }
    }
}

/// The same by Radau5, with Newton's iteration to rounding.
fn fixed_radau(network: &Network, t: f64, steps: usize) -> ([f64; 2], [f64; 2]) {
    let system = system::<1>(network, |_| constants(network));
    let tolerance = Tolerance::new(1e-13, 1.0, vec![1.0; 2], 0, false);
    let mut step = Radau::new(&system, SymbolicLu::of(system.compiled));
    let mut stats = Stats::default();
    let h = t / steps as f64;
    let mut y = vec![Lane([1.0]), Lane([2.0])];
    let mut inside = vec![Lane::ZERO; 2];
    for _ in 0..steps {
        step.linearise(&system, &y, &mut stats);
        step.factorise(&system, h, &mut stats);
        step.rest();
        assert!(matches!(step.newton(&system, &tolerance, &y, h, &mut stats), Newton::Converged(..)));
        step.complete(&system, &[], h);
        step.interpolate(0.3, (&mut inside, &mut []));
        std::mem::swap(&mut y, &mut step.y);
    }
    ([y[0].0[0], y[1].0[0]], [inside[0].0[0], inside[1].0[0]])
}

/// The end of a run converges with order 5; inside a step the polynomial of three stages has a local error that goes
/// with h^4 (Hairer and Wanner II, section IV.5, and I, theorem II.7.10).
#[test]
fn observed_orders_of_radau() {
    let network = network();
    let exact = |t: f64| fixed_radau(&network, t, 1024).0;
    let counts = [8, 16, 32];
    let end: Vec<f64> = counts.iter().map(|n| distance(fixed_radau(&network, 1.0, *n).0, exact(1.0))).collect();
    let dense: Vec<f64> =
        counts.iter().map(|n| distance(fixed_radau(&network, 1.0, *n).1, exact(1.0 - 0.7 / *n as f64))).collect();
    for (errors, expected) in [(end, 4.7..5.3), (dense, 3.7..4.3)] {
        for pair in errors.windows(2) {
            let order = (pair[0] / pair[1]).log2();
            println!("order {order}");
            assert!(expected.contains(&order), "order {order} from {errors:?}");
        }
    }
}

/// The same by a formula of one order, from exact values.
fn fixed_ndf(network: &Network, order: usize, steps: usize) -> ([f64; 2], [f64; 2]) {
    let system = system::<1>(network, |_| constants(network));
    let tolerance = Tolerance::new(1e-11, 1.0, vec![1.0; 2], 0, false);
    let mut step = Ndf::new(&system, SymbolicLu::of(system.compiled));
    let mut stats = Stats::default();
    let h = 1.0 / steps as f64;
    let exact = |i: usize| if i == 0 { [1.0, 2.0] } else { fixed(network, i as f64 * h, 512).0 };
    step.differences.fill((0..=order).rev().map(|i| exact(i).to_vec()).collect());
    let mut y = exact(order).map(|y| Lane([y])).to_vec();
    let mut inside = vec![Lane::ZERO; 2];
    for _ in order..steps {
        step.linearise(&system, &y, &mut stats);
        step.factorise(&system, h / alpha(order), &mut stats);
        assert!(matches!(step.newton(&system, &tolerance, &y, (order, h), &mut stats), Newton::Converged(..)));
        step.complete(&system, &[], (order, h));
        step.interpolate(order, 0.3, (&mut inside, &mut []));
        std::mem::swap(&mut y, &mut step.y);
    }
    ([y[0].0[0], y[1].0[0]], [inside[0].0[0], inside[1].0[0]])
}

/// A formula of order `k` converges with order `k`, and so does its polynomial, whose own error is of order `k + 1`.
#[test]
fn observed_orders_of_ndf() {
    let network = network();
    for order in 1..=MOST {
        let counts = [64, 128, 256];
        let runs: Vec<_> = counts.iter().map(|n| fixed_ndf(&network, order, *n)).collect();
        let end: Vec<f64> = runs.iter().map(|run| distance(run.0, fixed(&network, 1.0, 2048).0)).collect();
        let inside = |n: usize| fixed(&network, 1.0 - 0.7 / n as f64, 2048).0;
        let dense: Vec<f64> = runs.iter().zip(counts).map(|(run, n)| distance(run.1, inside(n))).collect();
        for errors in [end, dense] {
            for pair in errors.windows(2) {
                let observed = (pair[0] / pair[1]).log2();
                println!("order {order}: {observed}");
                assert!((observed - order as f64).abs() < 0.35, "order {order}: {observed} from {errors:?}");
            }
        }
    }
}

/// Each lane has its own step size and constants, and the bits of a run of its own, beside a poisoned lane.
#[test]
fn lanes_have_the_bits_of_single_runs() {
    const W: usize = 8;
    let network = network();
    let own = |lane: usize| -> Vec<f64> {
        let factor = if lane == 5 { f64::NAN } else { 1.0 + 0.1 * lane as f64 };
        constants(&network).iter().map(|k| k * factor).collect()
    };
    let size = |lane: usize| 0.05 * (1.0 + lane as f64);
    let wide = system::<W>(&network, own);
    let mut step = rosenbrock(&RODAS5P, &wide);
    let y = vec![Lane::splat(1.0), Lane::splat(2.0)];
    step.linearise(&wide, &y);
    step.attempt(&wide, &y, &[], Lane(std::array::from_fn(size)));
    for lane in (0..W).filter(|l| *l != 5) {
        let system = system::<1>(&network, |_| own(lane));
        let mut single = rosenbrock(&RODAS5P, &system);
        let y = vec![Lane([1.0]), Lane([2.0])];
        single.linearise(&system, &y);
        single.attempt(&system, &y, &[], Lane([size(lane)]));
        for i in 0..2 {
            assert_eq!(single.y[i].0[0].to_bits(), step.y[i].0[lane].to_bits(), "lane {lane}");
            assert_eq!(single.error()[i].0[0].to_bits(), step.error()[i].0[lane].to_bits(), "lane {lane}");
        }
    }
    assert!(step.y[0].0[5].is_nan());
}
