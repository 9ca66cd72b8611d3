//! Conservation laws: what no step changes.

use std::fmt::Write as _;

use super::invariants::minimal_invariants;
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
        let (mut sum, mut size) = (law.electrons * step.electrons, (law.electrons * step.electrons).abs());
        for (id, n) in &step.change {
            if !species[id.0].fixed {
                sum += law.weights[id.0] * n;
                size += (law.weights[id.0] * n).abs();
            }
        }
        sum.abs() <= 1e-9 * size
    })
}

/// Larger networks are reported by elements, sites and charge alone; the elimination is cubic.
const LARGEST: usize = 400;

/// Adds laws that are independent of those known: first sums without negative weights, the shortest first,
/// then whatever the null space of the stoichiometric matrix has beside them.
fn further(network: &Network, laws: &mut Vec<ConservationLaw>) {
    let n = network.species().len();
    if n > LARGEST {
        return;
    }
    let changes = changes(network);
    let mut basis = Basis::default();
    for law in laws.iter() {
        basis.enlarge(law.weights.iter().copied().chain([law.electrons]).collect());
    }
    if !network.is_electrochemical() {
        // Without electrons in any step, their count alone is a law, of no interest.
        basis.enlarge((0..=n).map(|i| f64::from(u8::from(i == n))).collect());
    }
    let mut sums = minimal_invariants(&changes[..n]).unwrap_or_default();
    sums.sort_by_key(|weights| (weights.iter().filter(|w| **w != 0).count(), weights.iter().sum::<i64>()));
    let sums = sums.into_iter().map(|weights| weights.into_iter().map(|w| w as f64).chain([0.0]).collect());
    for weights in sums.chain(null_space(&changes)) {
        if basis.enlarge(weights.clone()) {
            let mut weights = tidy(weights);
            let electrons = weights.pop().unwrap_or(0.0);
            let name = sum_name(network, &weights, electrons);
            laws.push(ConservationLaw { name, weights, electrons });
        }
    }
}

/// Change of each species, and of the electrons that left, by each step: one row each.
fn changes(network: &Network) -> Vec<Vec<f64>> {
    let n = network.species().len();
    let mut rows = vec![vec![0.0; network.steps().len()]; n + 1];
    for (s, step) in network.steps().iter().enumerate() {
        rows[n][s] = step.electrons;
        for (id, change) in step.change.iter().filter(|(id, _)| !network.species()[id.0].fixed) {
            rows[id.0][s] += change;
        }
    }
    rows
}

/// Combinations of rows that vanish, by elimination with an identity that records the combination.
fn null_space(changes: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let (total, m) = (changes.len(), changes.first().map_or(0, Vec::len));
    let unit = |i: usize| (0..total).map(move |j| f64::from(u8::from(i == j)));
    let mut rows: Vec<Vec<f64>> =
        changes.iter().enumerate().map(|(i, row)| row.iter().copied().chain(unit(i)).collect()).collect();
    let mut rank = 0;
    for column in 0..m {
        let size = |r: &Vec<f64>| r[column].abs();
        let Some(best) = (rank..total).max_by(|a, b| size(&rows[*a]).total_cmp(&size(&rows[*b]))) else { break };
        if rows[best][column].abs() < 1e-9 {
            continue;
        }
        rows.swap(rank, best);
        let (done, rest) = rows.split_at_mut(rank + 1);
        for row in rest {
            eliminate(row, &done[rank], column);
        }
        rank += 1;
    }
    rows[rank..].iter().map(|row| row[m..].to_vec()).collect()
}

/// Takes the multiple of `pivot` from `row` that makes it vanish in a column.
fn eliminate(row: &mut [f64], pivot: &[f64], column: usize) {
    let factor = row[column] / pivot[column];
    if factor != 0.0 {
        for (r, p) in row.iter_mut().zip(pivot) {
            *r -= factor * p;
        }
    }
}

/// Independent vectors in row echelon form.
#[derive(Default)]
struct Basis(Vec<(usize, Vec<f64>)>);

impl Basis {
    /// Adds a vector; whether it was independent of those there.
    fn enlarge(&mut self, mut vector: Vec<f64>) -> bool {
        let size = vector.iter().fold(0.0_f64, |s, v| s.max(v.abs()));
        for (column, pivot) in &self.0 {
            eliminate(&mut vector, pivot, *column);
            vector[*column] = 0.0;
        }
        let largest = (0..vector.len()).max_by(|a, b| vector[*a].abs().total_cmp(&vector[*b].abs()));
        match largest.filter(|column| vector[*column].abs() > 1e-9 * size) {
            Some(column) => {
                self.0.push((column, vector));
                true
            }
            None => false,
        }
    }
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
