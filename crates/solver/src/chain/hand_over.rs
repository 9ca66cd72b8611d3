//! Hand-overs whose names were looked up.

use ratelaw_network::{CheckedSpecies, Network, PhaseKind, SpeciesId};

use super::error::ChainProblem;
use super::stage::{ChainStage, Receive};

/// Sums of parts that should be 1 miss it by rounding.
const ROUNDING: f64 = 1e-12;

/// A receive of a stage, by number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HandOver {
    /// The stage that gives.
    pub(super) from: usize,
    /// Its species.
    pub(super) source: SpeciesId,
    /// The stage that receives.
    pub(super) to: usize,
    /// Its species.
    pub(super) target: SpeciesId,
    /// Its number among what that stage receives.
    pub(super) receive: usize,
    /// The part that arrives.
    pub(super) recovery: f64,
    /// Whether it is added to the initial amount.
    pub(super) add: bool,
}

impl HandOver {
    /// Looks the names up and checks that the two species are one substance.
    pub(super) fn new(stages: &[ChainStage], to: usize, receive: usize) -> Result<Self, ChainProblem> {
        let wanted: &Receive = &stages[to].receives[receive];
        let from = stage_index(stages, &wanted.from)?;
        let (giver, receiver) = (stages[from].problem.network(), stages[to].problem.network());
        let source = giver.species_id(&wanted.species)?;
        let target = receiver.species_id(&wanted.target)?;
        if !(wanted.recovery > 0.0 && wanted.recovery <= 1.0) {
            let found = wanted.recovery.to_string();
            let (what, expected) = ("recovery".to_owned(), "a part above 0 and at most 1 (100 %)".to_owned());
            return Err(ChainProblem::Value { what, found, expected });
        }
        for (stage, network, id) in [(from, giver, source), (to, receiver, target)] {
            let species = &network.species()[id.0];
            if species.fixed {
                let stage = stages[stage].name.clone();
                return Err(ChainProblem::Held { stage, species: species.name.clone() });
            }
        }
        one_substance((giver, source), (receiver, target))?;
        let (recovery, add) = (wanted.recovery, wanted.add);
        Ok(Self { from, source, to, target, receive, recovery, add })
    }

    /// Whether it comes from the cycle before.
    pub(super) fn is_of_last_cycle(&self) -> bool {
        self.from >= self.to
    }
}

/// The number of a stage.
pub(super) fn stage_index(stages: &[ChainStage], name: &str) -> Result<usize, ChainProblem> {
    stages.iter().position(|s| s.name == name).ok_or_else(|| {
        let known = stages.iter().map(|s| s.name.clone()).collect();
        ChainProblem::UnknownStage { name: name.to_owned(), known }
    })
}

fn one_substance(
    (giver, source): (&Network, SpeciesId),
    (receiver, target): (&Network, SpeciesId),
) -> Result<(), ChainProblem> {
    let (from, to) = (&giver.species()[source.0], &receiver.species()[target.0]);
    let atoms = |s: &CheckedSpecies| s.formula.as_ref().map(|f| f.atoms().collect::<Vec<_>>());
    if atoms(from) != atoms(to) || from.charge != to.charge {
        return Err(ChainProblem::Formula {
            from: from.name.clone(),
            found: formula(from),
            to: to.name.clone(),
            expected: formula(to),
        });
    }
    let is_abstract = |network: &Network, s: &CheckedSpecies| {
        matches!(network.definition().phases[s.phase.0].kind, PhaseKind::Abstract)
    };
    if is_abstract(giver, from) != is_abstract(receiver, to) {
        return Err(ChainProblem::Size { from: from.name.clone(), to: to.name.clone() });
    }
    Ok(())
}

/// The formula of a species for a message.
pub(super) fn formula(species: &CheckedSpecies) -> String {
    match &species.formula {
        Some(formula) => formula.to_string(),
        None => format!("of unknown composition with charge {}", species.charge),
    }
}

/// What is wrong with hand-overs taken together, each with the hand-over to tell it at.
pub(super) fn conflicts(stages: &[ChainStage], hand_overs: &[HandOver]) -> Vec<(HandOver, ChainProblem)> {
    let mut faults = Vec::new();
    let name = |stage: usize, id: SpeciesId| stages[stage].problem.network().species()[id.0].name.clone();
    for (i, own) in hand_overs.iter().enumerate() {
        let claims = |h: &&HandOver| (h.from, h.source) == (own.from, own.source);
        let meets = |h: &&HandOver| (h.to, h.target) == (own.to, own.target);
        let total: f64 = hand_overs.iter().filter(claims).map(|h| h.recovery).sum();
        if total > 1.0 + ROUNDING && !hand_overs[i + 1..].iter().any(|h| claims(&h)) {
            let by = hand_overs.iter().filter(claims).map(|h| format!("`{}`", stages[h.to].name)).collect();
            let (stage, species) = (stages[own.from].name.clone(), name(own.from, own.source));
            faults.push((*own, ChainProblem::Overclaimed { stage, species, total, by }));
        }
        if hand_overs[..i].iter().find(meets).is_some_and(|h| h.add != own.add) {
            faults.push((*own, ChainProblem::MixedAdd { species: name(own.to, own.target) }));
        }
    }
    faults
}
