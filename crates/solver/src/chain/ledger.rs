//! Where atoms and charge come from and where they go.

use ratelaw_network::{CheckedSpecies, Network};
use serde::Serialize;

use super::result::StageRun;
use crate::solution::Solution;

/// The kind that counts elementary charges.
const CHARGE: &str = "charge";

/// Atoms (isotopes apart) and charge over a whole chain.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ledger {
    /// One entry for each kind of atom, in alphabetical order, then charge.
    pub entries: Vec<LedgerEntry>,
    /// What steps took from species that are held, or gave to them.
    pub exchanges: Vec<Exchange>,
    /// Species whose atoms are not known and so not counted, as `STAGE: SPECIES`.
    pub uncounted: Vec<String>,
}

/// One kind of atom, or charge, in mol.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LedgerEntry {
    /// `N`, `[15N]`, or `charge` in elementary charges.
    pub kind: String,
    /// Sums over all runs.
    pub total: Account,
    /// What is left over in each stage, over all cycles, in the order of the stages.
    pub left: Vec<f64>,
    /// `|in - out|` over the largest of what came in and its magnitudes; charges of both signs do not cancel in it.
    pub closure: f64,
}

/// The balance of one kind in one run, or over all, in mol:
/// `fresh + received + dosed + outside + electrodes = handed_on + lost + withdrawn + left`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Account {
    /// The kind.
    pub kind: String,
    /// Initial amounts that were not handed over.
    pub fresh: f64,
    /// What arrived from other runs.
    pub received: f64,
    /// What the protocol dosed.
    pub dosed: f64,
    /// What steps took from species that are held, less what they gave to them.
    pub outside: f64,
    /// Positive charge that the electrodes gave: electrons that left through them.
    pub electrodes: f64,
    /// What arrived in other runs.
    pub handed_on: f64,
    /// What was handed on and did not arrive.
    pub lost: f64,
    /// What the protocol withdrew.
    pub withdrawn: f64,
    /// What stays behind.
    pub left: f64,
    /// Sum of the magnitudes of what came in.
    pub size: f64,
}

/// What steps exchanged with a species that is held at its amount.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    /// The stage.
    pub stage: String,
    /// The species.
    pub species: String,
    /// Taken from it less given to it, mol, over all cycles.
    pub moles: f64,
}

/// What became of each species in one run, mol.
#[derive(Debug, Clone, Default)]
pub(super) struct Flows {
    pub(super) received: Vec<f64>,
    pub(super) handed_on: Vec<f64>,
    pub(super) lost: Vec<f64>,
}

impl Flows {
    pub(super) fn new(species: usize) -> Self {
        let none = || vec![0.0; species];
        Self { received: none(), handed_on: none(), lost: none() }
    }
}

/// Whether steps change a species that is held.
pub(super) fn is_open(network: &Network) -> bool {
    network.steps().iter().any(|s| s.change.iter().any(|(id, n)| *n != 0.0 && network.species()[id.0].fixed))
}

/// What steps took from a species, mol, less what they gave to it.
fn taken(solution: &Solution, species: usize) -> f64 {
    let Some(turnovers) = solution.all_turnovers.last() else { return 0.0 };
    let steps = solution.network().steps().iter().zip(turnovers);
    let changes = steps.flat_map(|(step, t)| step.change.iter().map(move |(id, n)| (id.0, -n * t.net)));
    changes.filter(|(id, _)| *id == species).map(|(_, moles)| moles).sum()
}

/// What a protocol withdrew of each species, SI, less what it transferred there: jumps of the amounts that are no doses.
fn withdrawn(solution: &Solution) -> Vec<f64> {
    let initial = solution.problem.initial();
    let mut gone = vec![0.0; initial.len()];
    let mut before = (0.0, initial, initial);
    for ((time, state), supplied) in solution.times.iter().zip(&solution.states).zip(&solution.supplied) {
        if *time == before.0 {
            for (i, gone) in gone.iter_mut().enumerate() {
                *gone -= (state[i] - before.1[i]) - (supplied[i] - before.2[i]);
            }
        }
        before = (*time, state, supplied);
    }
    gone
}

/// The kinds of atoms of a network, in alphabetical order.
fn kinds<'a>(networks: impl Iterator<Item = &'a Network>) -> Vec<String> {
    let formulas = networks.flat_map(|n| n.species().iter().filter_map(|s| s.formula.as_ref()));
    let mut all: Vec<String> = formulas.flat_map(|f| f.elements().map(|(e, _)| e.to_owned())).collect();
    all.sort_unstable();
    all.dedup();
    all.push(CHARGE.to_owned());
    all
}

fn weight(species: &CheckedSpecies, kind: &str) -> f64 {
    match (&species.formula, kind) {
        (_, CHARGE) => f64::from(species.charge),
        (Some(formula), _) => f64::from(formula.count(kind)),
        (None, _) => 0.0,
    }
}

/// The balance of one run, for each kind that its model has.
pub(super) fn accounts(solution: &Solution, flows: &Flows) -> Vec<Account> {
    let network = solution.network();
    let gone = withdrawn(solution);
    let (initial, end) = (solution.problem.initial(), solution.states.last());
    let (Some(end), Some(supplied)) = (end, solution.supplied.last()) else { return Vec::new() };
    let electron_steps = solution.problem.tables().electron_steps().iter();
    let passed = electron_steps.zip(solution.turnovers.last().into_iter().flatten());
    let passed = passed.map(|(s, q)| network.steps()[s.step.0].electrons * q);
    // What one electrode gives another takes: with a counter electrode the sum is next to nothing.
    let (electrons, gross) = passed.fold((0.0, 0.0), |(sum, gross), q| (sum + q, gross + q.abs()));
    let account = |kind: String| {
        let mut sum = Account { kind, ..Account::default() };
        if sum.kind == CHARGE {
            (sum.electrodes, sum.size) = (electrons, gross);
        }
        for (i, species) in network.species().iter().enumerate() {
            let (weight, size) = (weight(species, &sum.kind), network.size(species.phase));
            if weight == 0.0 {
                continue;
            }
            if species.fixed {
                let outside = weight * taken(solution, i);
                sum.outside += outside;
                sum.size += outside.abs();
                continue;
            }
            let (received, handed, lost) = (flows.received[i], flows.handed_on[i], flows.lost[i]);
            let (start, dosed) = (initial[i] * size, (supplied[i] - initial[i]) * size);
            sum.fresh += weight * (start - received);
            sum.received += weight * received;
            sum.dosed += weight * dosed;
            sum.size += weight.abs() * (start.abs() + dosed.abs());
            sum.handed_on += weight * handed;
            sum.lost += weight * lost;
            sum.withdrawn += weight * gone[i] * size;
            sum.left += weight * (end[i] * size - handed - lost);
        }
        sum
    };
    kinds(std::iter::once(network)).into_iter().map(account).collect()
}

impl Account {
    fn add(&mut self, other: &Self) {
        self.fresh += other.fresh;
        self.received += other.received;
        self.dosed += other.dosed;
        self.outside += other.outside;
        self.electrodes += other.electrodes;
        self.handed_on += other.handed_on;
        self.lost += other.lost;
        self.withdrawn += other.withdrawn;
        self.left += other.left;
        self.size += other.size;
    }

    /// What came in less what went out, as a part of the magnitudes of what came in; 0 where nothing did.
    pub fn closure(&self) -> f64 {
        let gained = self.fresh + self.received + self.dosed + self.outside + self.electrodes;
        let gone = self.handed_on + self.lost + self.withdrawn + self.left;
        let defect = (gained - gone).abs();
        if defect == 0.0 { 0.0 } else { defect / self.size }
    }
}

impl Ledger {
    /// The ledger of some runs, whose accounts are complete.
    pub(super) fn of(stages: &[String], runs: &[StageRun]) -> Self {
        let entry = |kind: String| {
            let mut total = Account { kind: kind.clone(), ..Account::default() };
            let mut left = vec![0.0; stages.len()];
            for run in runs {
                let place = stages.iter().position(|s| *s == run.stage);
                for account in run.accounts.iter().filter(|a| a.kind == kind) {
                    total.add(account);
                    if let Some(place) = place {
                        left[place] += account.left;
                    }
                }
            }
            LedgerEntry { kind, closure: total.closure(), left, total }
        };
        let mut ledger = Self {
            entries: kinds(runs.iter().map(|r| r.solution.network())).into_iter().map(entry).collect(),
            ..Self::default()
        };
        for run in runs {
            ledger.note(run);
        }
        ledger
    }

    /// Notes what of a run the entries cannot show.
    fn note(&mut self, run: &StageRun) {
        let network = run.solution.network();
        let vacant = |name: &str| network.definition().sites.iter().any(|s| s.vacant == name);
        for (i, species) in network.species().iter().enumerate() {
            let own = format!("{}: {}", run.stage, species.name);
            let changes = network.steps().iter().any(|s| s.change.iter().any(|(id, n)| id.0 == i && *n != 0.0));
            if species.formula.is_none() && !vacant(&species.name) && !self.uncounted.contains(&own) {
                self.uncounted.push(own);
            }
            if species.fixed && changes {
                let moles = taken(&run.solution, i);
                match self.exchanges.iter_mut().find(|e| e.stage == run.stage && e.species == species.name) {
                    Some(known) => known.moles += moles,
                    None => {
                        let (stage, species) = (run.stage.clone(), species.name.clone());
                        self.exchanges.push(Exchange { stage, species, moles });
                    }
                }
            }
        }
    }

    /// The entry of a kind: `N`, `[15N]`, `charge`.
    pub fn entry(&self, kind: &str) -> Option<&LedgerEntry> {
        self.entries.iter().find(|e| e.kind == kind)
    }

    /// The largest closure of all entries.
    pub fn closure(&self) -> f64 {
        self.entries.iter().map(|e| e.closure).fold(0.0, f64::max)
    }
}
