//! What steps conserve, for judging what rounding has lost of it.

use ratelaw_network::{Compiled, Lane, Network, wide};

/// Sums of amounts that no step changes, but for electrons that pass.
#[derive(Debug)]
pub(crate) struct Conserved {
    /// Species and the magnitude of its weight, mol for one unit of its amount.
    laws: Vec<Vec<(usize, f64)>>,
}

/// From this number of species on every amount is judged by itself: stricter, and no laws need to be found.
const LARGE: usize = 300;

impl Conserved {
    pub(crate) fn new(network: &Network, tables: &Compiled) -> Self {
        let species = network.species();
        if tables.species() >= LARGE {
            return Self { laws: (0..species.len()).map(|i| vec![(i, 1.0)]).collect() };
        }
        let row = |weights: &[f64]| {
            let held = weights.iter().enumerate().filter(|(i, weight)| **weight != 0.0 && !species[*i].fixed);
            held.map(|(i, weight)| (i, (weight * network.size(species[i].phase)).abs())).collect()
        };
        Self { laws: network.conservation_laws().iter().map(|law| row(&law.weights)).collect() }
    }

    /// What rounding of the terms `rate_i x_i` is at most, as a part of what each law sums up at `y`.
    pub(super) fn loss<const W: usize>(&self, rates: &[Lane<W>], x: &[Lane<W>], y: &[Lane<W>]) -> Lane<W> {
        wide::<W, _>(
            #[inline(always)]
            || {
                let mut most = Lane::ZERO;
                for law in &self.laws {
                    let (mut terms, mut total) = (Lane::ZERO, Lane::splat(f64::MIN_POSITIVE));
                    for (i, weight) in law {
                        add_magnitude(&mut terms, rates[*i] * x[*i], *weight);
                    }
                    for (i, weight) in law {
                        add_magnitude(&mut total, y[*i], *weight);
                    }
                    most = most.zip(terms / total, |most, part| if part > most { part } else { most });
                }
                most
            },
        )
    }
}

/// `sum += |of| weight`
#[inline(always)]
fn add_magnitude<const W: usize>(sum: &mut Lane<W>, of: Lane<W>, weight: f64) {
    for lane in 0..W {
        sum.0[lane] += of.0[lane].abs() * weight;
    }
}
