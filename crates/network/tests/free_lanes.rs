//! Rates of every law in lanes: each lane has the bits of the same set on its own, whatever its neighbours hold.

use ratelaw_network::rate::{Along, Direction};
use ratelaw_network::{Bound, BoundAlong, Conditions, Lane, Network, ParameterId, StepId, Values};

/// One set: its numbers, variables, and directions in them.
struct Set {
    values: Values,
    along: Along,
    z: Vec<f64>,
    u: Vec<f64>,
    v: Vec<f64>,
}

/// Numbers between 0 and 1, spread by the golden section.
fn spread(i: usize) -> f64 {
    (i as f64 * 0.618_033_988_749_894_9).fract()
}

/// What is wrong with some sets, so that it could spoil its neighbours.
fn sets(network: &Network) -> Vec<Set> {
    let parameters = network.parameter_values();
    (0..32)
        .map(|lane| {
            let mut conditions = Conditions::new(290.0 + lane as f64, -0.5 + 0.1 * lane as f64);
            conditions.temperature_rate = 0.01;
            conditions.potential_rate = 1e-3 * (1.0 + lane as f64);
            conditions.time = 10.0;
            conditions.connected = lane % 8 != 2;
            let mut parameters: Vec<f64> =
                parameters.iter().enumerate().map(|(i, p)| p * (0.8 + 0.4 * spread(i + 7 * lane))).collect();
            network.complete(&mut parameters);
            let size = network.compiled_for(&conditions).size();
            let mut z: Vec<f64> = (0..size).map(|i| 2.0 * spread(i * 5 + lane * 3)).collect();
            let time = size - 1;
            z[time] = 10.0 + lane as f64;
            match lane % 8 {
                3 => z.fill(f64::NAN),
                4 => parameters.fill(f64::NAN),
                5 => z.iter_mut().for_each(|z| *z = -*z),
                6 => z.fill(0.0),
                7 => parameters.iter_mut().for_each(|p| *p *= 1e200),
                _ => {}
            }
            let direction = match lane % 3 {
                0 => Direction::Parameter(ParameterId(lane % parameters.len())),
                1 => Direction::Temperature,
                _ => Direction::Step(StepId(lane % network.steps().len())),
            };
            let along = network.along(&parameters, direction);
            let u = (0..size).map(|i| spread(i + lane) - 0.5).collect();
            let v = (0..size).map(|i| if i % 4 == 0 { 0.0 } else { spread(i * 3 + lane) - 0.5 }).collect();
            Set { values: Values { parameters, conditions }, along, z, u, v }
        })
        .collect()
}

fn lanes<const W: usize>(sets: &[Set], of: impl Fn(&Set) -> &[f64]) -> Vec<Lane<W>> {
    (0..of(&sets[0]).len()).map(|i| Lane(std::array::from_fn(|lane| of(&sets[lane])[i]))).collect()
}

/// Everything that the kernels give, for each set.
fn results<const W: usize>(network: &Network, sets: &[Set]) -> Vec<Vec<f64>> {
    let tables = network.compiled_for(&sets[0].values.conditions);
    let mut all = Vec::new();
    for sets in sets.chunks(W) {
        // What the kernels take as it is given plays no part here.
        let constants = std::array::from_fn(|_| vec![1.5; tables.directions()]);
        let bound = Bound::<W>::new(std::array::from_fn(|lane| sets[lane].values.clone()), &constants);
        let along = BoundAlong::<W>::new(std::array::from_fn(|lane| sets[lane].along.clone()), &constants);
        let (z, u, v) = (lanes(sets, |s| &s.z), lanes(sets, |s| &s.u), lanes(sets, |s| &s.v));
        let new = |n: usize| vec![Lane::<W>::ZERO; n];
        let (mut rates, mut dz) = (new(tables.directions()), new(tables.size()));
        let (mut tangent, mut second, mut closed) = (rates.clone(), rates.clone(), dz.clone());
        let (mut terms, mut entries) = (new(tables.term_count()), new(tables.jacobian_entries().len()));
        tables.derivative(&bound, &z, &mut rates, &mut dz);
        tables.terms(&bound, &z, &mut terms);
        tables.jacobian(&bound, &terms, &mut entries);
        tables.tangent(&bound, Some(&along), &z, &v, &mut tangent);
        tables.second_tangent(&bound, Some(&along), &z, (&u, &v), &mut second);
        tables.accumulate(&tangent, &mut closed);
        tables.close_tangent(&bound, Some(&along), &v, Some(&dz), &mut closed);
        for lane in 0..W {
            let blocks = [&rates, &dz, &terms, &entries, &tangent, &second, &closed];
            all.push(blocks.into_iter().flatten().map(|block| block.0[lane]).collect());
        }
    }
    all
}

#[test]
fn every_law_has_the_same_bits_at_every_width() {
    let network = Network::from_toml(include_str!("everything.toml"), "everything.toml").unwrap();
    let sets = sets(&network);
    let single = results::<1>(&network, &sets);
    let mut finite = 0;
    for wide in [
        results::<4>(&network, &sets),
        results::<8>(&network, &sets),
        results::<16>(&network, &sets),
        results::<32>(&network, &sets),
    ] {
        for (lane, (wide, single)) in wide.iter().zip(&single).enumerate() {
            for (i, (a, b)) in wide.iter().zip(single).enumerate() {
                assert!(a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()), "set {lane}, number {i}: {a} {b}");
                finite += usize::from(a.is_finite() && *a != 0.0);
            }
        }
    }
    // Two of eight sets are NaN in all that is not zero, and one is zero.
    assert!(finite > single.len() * single[0].len(), "{finite}");
    // The sets that are sound have no NaN anywhere.
    for lane in (0..32).filter(|lane| matches!(lane % 8, 0..=2)) {
        assert!(single[lane].iter().all(|x| x.is_finite()), "set {lane}");
    }
}

/// What a lane is given anew is its own alone.
#[test]
fn refilling_a_lane_leaves_its_neighbours() {
    let network = Network::from_toml(include_str!("everything.toml"), "everything.toml").unwrap();
    let sets = sets(&network);
    let tables = network.compiled_for(&sets[0].values.conditions);
    let constants: [Vec<f64>; 4] = std::array::from_fn(|_| vec![1.0; tables.directions()]);
    let mut bound = Bound::<4>::new(std::array::from_fn(|lane| sets[lane].values.clone()), &constants);
    let z = lanes::<4>(&sets, |s| &s.z);
    let mut before = vec![Lane::ZERO; tables.directions()];
    let mut after = before.clone();
    tables.rates(&bound, &z, &mut before);
    let refill = &sets[9].values;
    bound.set_lane(1, &refill.parameters, &refill.conditions, &constants[0]);
    assert_eq!(bound.conditions(1), refill.conditions);
    tables.rates(&bound, &z, &mut after);
    assert!(before.iter().zip(&after).any(|(b, a)| b.0[1] != a.0[1]));
    for lane in [0, 2, 3] {
        for (b, a) in before.iter().zip(&after) {
            assert!(b.0[lane].to_bits() == a.0[lane].to_bits() || b.0[lane].is_nan());
        }
    }
}
