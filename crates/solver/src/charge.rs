//! The balance of charge: what the solutions and surfaces gain, electrons have left through the electrodes.

use ratelaw_network::{Lane, Network, wide};

/// Smallest defect that is judged, as a part of the charges that are summed: rounding of a million steps.
const ALLOWED: f64 = 1e-9;
/// What the linear systems of a step leave besides, as a part of all substance, charged or not.
const ROUNDING: f64 = 1e-12;

/// Charge of all species less electrons passed, which no step changes.
#[derive(Debug)]
pub(crate) struct ChargeBalance<const W: usize> {
    /// Charge number times size of the phase for each species: mol of charge for one unit of amount.
    species: Vec<f64>,
    /// Size of each species' phase; 0 for one that is held.
    sizes: Vec<f64>,
    /// Electrons of each step that exchanges some.
    electrons: Vec<f64>,
    /// What the balance was at the start, or after the last change from outside.
    start: Lane<W>,
    /// Largest defect, as a part of the charges: the tolerance of the run.
    allowed: f64,
}

impl<const W: usize> ChargeBalance<W> {
    /// The balance of a network; none where it holds no charge, or a charged species is a reservoir.
    pub(crate) fn new(network: &Network, rtol: f64) -> Option<Self> {
        let species = network.species();
        let from_reservoir = |i: usize| species[i].fixed && species[i].charge != 0;
        let open = network.steps().iter().any(|s| s.change.iter().any(|(id, _)| from_reservoir(id.0)));
        let charged = network.is_electrochemical() || species.iter().any(|s| s.charge != 0);
        if open || !charged {
            return None;
        }
        let weight = |s: &ratelaw_network::CheckedSpecies| f64::from(s.charge) * network.size(s.phase);
        let steps = network.compiled().electron_steps();
        Some(Self {
            species: species.iter().map(weight).collect(),
            sizes: species.iter().map(|s| if s.fixed { 0.0 } else { network.size(s.phase) }).collect(),
            electrons: steps.iter().map(|s| network.steps()[s.step.0].electrons).collect(),
            start: Lane::ZERO,
            allowed: rtol.max(ALLOWED),
        })
    }

    /// The balance, and the sum of the magnitudes of its terms, mol.
    #[inline(always)]
    fn total(&self, y: &[Lane<W>], q: &[Lane<W>]) -> (Lane<W>, Lane<W>) {
        let (mut sum, mut size) = (Lane::ZERO, Lane::ZERO);
        let held = self.species.iter().copied().zip(y);
        let passed = self.electrons.iter().map(|n| -n).zip(q);
        for (weight, amount) in held.chain(passed) {
            let term = *amount * weight;
            sum += term;
            size += term.map(f64::abs);
        }
        (sum, size)
    }

    /// Takes the state of a lane as its start, after amounts were changed from outside.
    pub(crate) fn begin(&mut self, lane: usize, y: &[Lane<W>], q: &[Lane<W>]) {
        self.start.0[lane] = self.total(y, q).0.0[lane];
    }

    /// In which lanes the balance closes.
    pub(crate) fn closes(&self, y: &[Lane<W>], q: &[Lane<W>]) -> [bool; W] {
        wide::<W, _>(
            #[inline(always)]
            || {
                let (now, size) = self.total(y, q);
                let mut substance = Lane::ZERO;
                for (size, y) in self.sizes.iter().zip(y) {
                    substance += (*y * *size).map(f64::abs);
                }
                let allowed = (size + self.start.map(f64::abs)) * self.allowed + substance * ROUNDING;
                let defect = (now - self.start).map(f64::abs);
                std::array::from_fn(|lane| defect.0[lane] <= allowed.0[lane])
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratelaw_network::{Law, Species};

    #[test]
    fn a_lost_electron_is_seen() {
        let network = Network::builder("couple")
            .solution("cell", "1 L")
            .unwrap()
            .electrode("anode", "1 cm2")
            .unwrap()
            .species(Species::new("R").formula("Fe+2").phase("cell").initial("1 M").unwrap())
            .species(Species::new("O").formula("Fe+3").phase("cell"))
            .parameter("k", "1e-6 m/s")
            .unwrap()
            .step("oxidation", "R -> O + e-", Law::mass_action("k"))
            .build()
            .unwrap();
        let mut balance = ChargeBalance::<1>::new(&network, 1e-9).unwrap();
        let state = |r: f64, o: f64, q: f64| (vec![Lane([r]), Lane([o])], vec![Lane([q])]);
        let (y, q) = state(1000.0, 0.0, 0.0);
        balance.begin(0, &y, &q);
        let (y, q) = state(900.0, 100.0, 0.1);
        assert_eq!(balance.closes(&y, &q), [true]);
        for (r, o, passed) in [(900.0, 100.0, 0.1 + 1e-6), (900.0, 100.01, 0.1), (899.9, 100.0, 0.1)] {
            let (y, q) = state(r, o, passed);
            assert_eq!(balance.closes(&y, &q), [false], "{r} {o} {passed}");
        }
    }
}
