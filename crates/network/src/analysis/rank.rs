//! Rank of the stoichiometric matrix, and the steps that are sums of others.

use super::echelon::eliminate;
use super::sum::sum_of_steps;
use crate::network::{Network, StepId};

/// Rank of the stoichiometric matrix, which is the number of independent steps.
///
/// The matrix has one row for each species that is not held constant and one column for each step. It is worked out
/// in exact fractions where all coefficients are whole or decimals with up to six digits; where they are not, or
/// where a fraction leaves 64 bits, in floating point with differences below 1e-9 taken as rounding. Work is bounded
/// to some seconds; there is no rank of a network that would take more.
#[derive(Debug, Clone, PartialEq)]
pub struct Rank {
    /// The rank.
    pub rank: usize,
    /// Whether it was found in exact arithmetic.
    pub exact: bool,
    /// Steps that are sums of earlier ones.
    pub dependent: Vec<Dependence>,
}

/// A step whose net change is a sum of those of other steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependence {
    /// The step.
    pub step: StepId,
    /// How many of it are the sum: 1 unless fractions would be needed.
    pub multiple: f64,
    /// Independent steps with their multiples; none if the step changes nothing. Not worked out for networks of more
    /// than 400 steps.
    pub sum: Option<Vec<(StepId, f64)>>,
}

/// Networks with more steps are told which steps are dependent, and not on what: nobody reads such sums, and they
/// fill a matrix of steps by steps.
const LARGEST: usize = 400;

pub(super) fn rank(network: &Network) -> Option<Rank> {
    let free = |id: usize| !network.species()[id].fixed;
    let steps = network.steps();
    let vectors: Vec<Vec<(usize, f64)>> = steps
        .iter()
        .map(|step| step.change.iter().map(|(id, n)| (id.0, *n)).filter(|(id, _)| free(*id)).collect())
        .collect();
    let relations = steps.len() <= LARGEST;
    let found = eliminate(&vectors, network.species().len(), relations)?;
    let dependence = |d: super::echelon::Dependent| {
        let mut relation = d.relation;
        let multiple = relation.pop().map_or(1.0, |(_, n)| n);
        let sum = relations.then(|| relation.into_iter().map(|(s, n)| (StepId(s), -n)).collect());
        Dependence { step: StepId(d.index), multiple, sum }
    };
    let dependent = found.dependent.into_iter().map(dependence).collect();
    Some(Rank { rank: found.rank, exact: found.exact, dependent })
}

impl Dependence {
    /// Readable: `step C = step A - 2 step B`.
    pub fn text(&self, network: &Network) -> String {
        let left = sum_of_steps(network, &[(self.step, self.multiple)]);
        match &self.sum {
            None => format!("{left} = a sum of earlier steps"),
            Some(sum) if sum.is_empty() => format!("{left} = 0"),
            Some(sum) => format!("{left} = {}", sum_of_steps(network, sum)),
        }
    }
}
