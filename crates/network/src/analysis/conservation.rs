//! Conservation laws: what no step changes.

use std::fmt::Write as _;

use crate::network::Network;

/// A weighted sum of amounts (in mol, over all phases) that no step changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ConservationLaw {
    /// Readable name: `total N`, `total sites W`, `charge`, or the sum itself.
    pub name: String,
    /// Weight of each species, in the order of the state vector.
    pub weights: Vec<f64>,
    /// Weight of the electrons that have left through the electrodes.
    pub electrons: f64,
}

/// Laws by element, site and charge, each proved against the net changes of all steps; then whatever further
/// independent laws the stoichiometry has.
///
/// A species held constant is a reservoir, so a law that it takes part in does not hold for the rest and is
/// left out.
pub fn conservation_laws(network: &Network) -> Vec<ConservationLaw> {
    let species = network.species();
    let mut laws: Vec<ConservationLaw> = Vec::new();
    let mut candidate = |name: String, weight: &dyn Fn(usize) -> f64, electrons: f64| {
        let weights: Vec<f64> = (0..species.len()).map(weight).collect();
        let law = ConservationLaw { name, weights, electrons };
        if law.weights.iter().any(|w| *w != 0.0) && holds(network, &law) {
            laws.push(law);
        }
    };
    let mut elements: Vec<&str> =
        species.iter().flat_map(|s| &s.formula).flat_map(|f| f.elements().map(|(e, _)| e)).collect();
    elements.sort_unstable();
    elements.dedup();
    for element in elements {
        let weight = |i: usize| species[i].formula.as_ref().map_or(0.0, |f| f64::from(f.count(element)));
        candidate(format!("total {element}"), &weight, 0.0);
    }
    for (k, site) in network.definition().sites.iter().enumerate() {
        let weight = |i: usize| species[i].sites.iter().find(|(s, _)| s.0 == k).map_or(0.0, |(_, n)| *n);
        candidate(format!("total sites {}", site.name), &weight, 0.0);
    }
    candidate("charge".to_owned(), &|i| f64::from(species[i].charge), -1.0);
    further(network, &mut laws);
    laws
}

impl ConservationLaw {
    /// The conserved amount, mol, for given amounts (SI) and electrons passed (mol).
    pub fn total(&self, network: &Network, y: &[f64], electrons: f64) -> f64 {
        let of = |i: usize| self.weights[i] * y[i] * network.size(network.species()[i].phase);
        (0..y.len()).map(of).sum::<f64>() + self.electrons * electrons
    }

    /// The sum of the magnitudes of the same terms: what rounding errors are relative to.
    pub fn magnitude(&self, network: &Network, y: &[f64], electrons: f64) -> f64 {
        let of = |i: usize| (self.weights[i] * y[i] * network.size(network.species()[i].phase)).abs();
        (0..y.len()).map(of).sum::<f64>() + (self.electrons * electrons).abs()
    }
}

fn holds(network: &Network, law: &ConservationLaw) -> bool {
    let species = network.species();
    network.steps().iter().all(|step| {
        let (mut sum, mut size) = (law.electrons * step.electrons, 0.0);
        for (id, n) in &step.change {
            if !species[id.0].fixed {
                sum += law.weights[id.0] * n;
                size += (law.weights[id.0] * n).abs();
            }
        }
        sum.abs() <= 1e-9 * (1.0 + size)
    })
}

/// Larger networks are reported by elements, sites and charge alone; the elimination is cubic.
const LARGEST: usize = 400;

/// Adds laws that are independent of those known: the null space of the transposed stoichiometric matrix, the
/// electrons that left as one more row, by elimination; small whole numbers where the coefficients are such.
fn further(network: &Network, laws: &mut Vec<ConservationLaw>) {
    let (n, m) = (network.species().len(), network.steps().len());
    if n > LARGEST {
        return;
    }
    // Rows: species, then electrons; columns: steps, then an identity that records the combination of rows.
    let total = n + 1;
    let mut rows = vec![vec![0.0; m + total]; total];
    for (i, row) in rows.iter_mut().enumerate() {
        row[m + i] = 1.0;
    }
    for (s, step) in network.steps().iter().enumerate() {
        rows[n][s] = step.electrons;
        for (id, change) in &step.change {
            if !network.species()[id.0].fixed {
                rows[id.0][s] += change;
            }
        }
    }
    let mut rank = 0;
    for column in 0..m {
        let size = |r: &Vec<f64>| r[column].abs();
        let Some(best) = (rank..total).max_by(|a, b| size(&rows[*a]).total_cmp(&size(&rows[*b]))) else { break };
        if rows[best][column].abs() < 1e-9 {
            continue;
        }
        rows.swap(rank, best);
        for r in rank + 1..total {
            let factor = rows[r][column] / rows[rank][column];
            if factor != 0.0 {
                for c in column..m + total {
                    let v = rows[rank][c];
                    rows[r][c] -= factor * v;
                }
            }
        }
        rank += 1;
    }
    let joined = |l: &ConservationLaw| l.weights.iter().copied().chain([l.electrons]).collect::<Vec<f64>>();
    let mut basis: Vec<Vec<f64>> = laws.iter().map(joined).collect();
    // Without electrons in any step, their count alone is a law, of no interest.
    let mut only_electrons = vec![0.0; total];
    only_electrons[n] = 1.0;
    if !network.is_electrochemical() {
        basis.push(only_electrons);
    }
    reduce(&mut basis);
    for row in &rows[rank..] {
        let mut enlarged = basis.clone();
        enlarged.push(row[m..].to_vec());
        reduce(&mut enlarged);
        if enlarged.len() > basis.len() {
            basis = enlarged;
            let mut weights = tidy(row[m..].to_vec());
            let electrons = weights.pop().unwrap_or(0.0);
            let name = sum_name(network, &weights, electrons);
            laws.push(ConservationLaw { name, weights, electrons });
        }
    }
}

/// Row echelon form without zero rows.
fn reduce(rows: &mut Vec<Vec<f64>>) {
    let width = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..width {
        let Some(pivot) = (rank..rows.len()).find(|r| rows[*r][column].abs() > 1e-9) else { continue };
        rows.swap(rank, pivot);
        for r in rank + 1..rows.len() {
            let factor = rows[r][column] / rows[rank][column];
            for c in column..width {
                let v = rows[rank][c];
                rows[r][c] -= factor * v;
            }
        }
        rank += 1;
    }
    rows.truncate(rank);
}

/// Scales to a smallest weight of 1, positive first.
fn tidy(weights: Vec<f64>) -> Vec<f64> {
    let clean = |w: f64| if w.abs() < 1e-9 { 0.0 } else { w };
    let smallest = weights.iter().copied().map(clean).filter(|w| *w != 0.0).fold(f64::INFINITY, |a, w| a.min(w.abs()));
    let first = weights.iter().copied().map(clean).find(|w| *w != 0.0).unwrap_or(1.0);
    let tidied = weights.into_iter().map(|w| clean(w) / smallest * first.signum());
    tidied.map(|w| if (w - w.round()).abs() < 1e-9 { w.round() } else { w }).collect()
}

fn sum_name(network: &Network, weights: &[f64], electrons: f64) -> String {
    let mut name = String::new();
    let species = network.species().iter().map(|s| s.name.as_str()).zip(weights.iter().copied());
    for (species, w) in species.chain([("electrons out", electrons)]).filter(|(_, w)| *w != 0.0) {
        let sign = match (name.is_empty(), w < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let factor = if w.abs() == 1.0 { String::new() } else { format!("{} ", w.abs()) };
        let _ = write!(name, "{sign}{factor}{species}");
    }
    name
}
