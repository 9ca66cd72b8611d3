//! Conservation laws as equations that take the place of dependent rows of the right-hand side.

use ratelaw_network::Network;
use ratelaw_network::analysis::conservation_laws;

/// Laws in reduced row echelon form: each has a species of its own, the pivot, whose row of `f` is a combination of
/// rows that are no pivot.
#[derive(Debug, Clone)]
pub(super) struct Laws {
    /// Pivot and weights of each law; the weight of its own pivot is 1, of all others 0.
    pub(super) rows: Vec<(usize, Vec<f64>)>,
    /// The species that are no pivot: coordinates of the stoichiometric subspace.
    pub(super) free: Vec<usize>,
}

/// A weight below this part of the largest is rounding.
const ROUNDING: f64 = 1e-9;

impl Laws {
    /// The laws on amounts alone; species that are held constant are laws of their own.
    pub(super) fn new(network: &Network) -> Self {
        let species = network.species();
        let n = species.len();
        // Weights on amounts as they are in the state, then that of the electrons that left.
        let mut left: Vec<Vec<f64>> = conservation_laws(network)
            .into_iter()
            .map(|law| {
                let weights = law
                    .weights
                    .iter()
                    .zip(species)
                    .map(|(w, s)| if s.fixed { 0.0 } else { *w * network.size(s.phase) });
                weights.chain([law.electrons]).collect()
            })
            .collect();
        if network.floating_potentials().iter().any(|f| f.counter) {
            // As many electrons come back at the counter electrode as leave at the others, at any moment.
            for law in &mut left {
                law[n] = 0.0;
            }
        } else if let Some(source) = left.iter().position(|law| law[n] != 0.0) {
            // Electrons pass without limit: only combinations of laws without them bind the amounts.
            let source = left.swap_remove(source);
            for law in left.iter_mut().filter(|law| law[n] != 0.0) {
                take(law, &source, n);
            }
        }
        for law in &mut left {
            law.truncate(n);
        }
        let fixed = (0..n).filter(|i| species[*i].fixed);
        let mut rows: Vec<(usize, Vec<f64>)> = fixed.map(|i| (i, unit(n, i))).collect();
        for mut law in left {
            let size = largest(&law).map_or(0.0, |i| law[i].abs());
            for (pivot, row) in &rows {
                take(&mut law, row, *pivot);
            }
            let Some(pivot) = largest(&law).filter(|i| law[*i].abs() > ROUNDING * size) else { continue };
            let scale = law[pivot];
            let residue = ROUNDING * scale.abs();
            for w in &mut law {
                *w = if w.abs() < residue * 1e-3 { 0.0 } else { *w / scale };
            }
            for (_, row) in &mut rows {
                take(row, &law, pivot);
            }
            rows.push((pivot, law));
        }
        let free = (0..n).filter(|i| rows.iter().all(|(pivot, _)| pivot != i)).collect();
        Self { rows, free }
    }
}

/// Takes the multiple of `pivot` from `row` that makes it vanish in a column.
fn take(row: &mut [f64], pivot: &[f64], column: usize) {
    let factor = row[column] / pivot[column];
    if factor != 0.0 {
        row.iter_mut().zip(pivot).for_each(|(r, p)| *r -= factor * p);
        row[column] = 0.0;
    }
}

fn unit(n: usize, i: usize) -> Vec<f64> {
    (0..n).map(|j| f64::from(u8::from(i == j))).collect()
}

fn largest(values: &[f64]) -> Option<usize> {
    (0..values.len()).max_by(|a, b| values[*a].abs().total_cmp(&values[*b].abs()))
}
