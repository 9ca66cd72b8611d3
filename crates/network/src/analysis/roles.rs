//! What steps do to species.

use super::sides::Sides;
use crate::network::{Network, SpeciesId};

/// Species that stand out by what steps do to them. Those held constant are left out, as a reservoir needs no step;
/// each species is in one list at most.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Roles {
    /// Consumed, but nothing makes them: feeds, or a step was forgotten.
    pub never_made: Vec<SpeciesId>,
    /// Made, but nothing consumes them: products, or a step was forgotten.
    pub never_consumed: Vec<SpeciesId>,
    /// In some step, but none changes them: catalysts, or species that only set a rate.
    pub unchanged: Vec<SpeciesId>,
    /// In no step.
    pub unused: Vec<SpeciesId>,
}

impl Roles {
    pub(super) fn of(network: &Network, sides: &[Sides]) -> Self {
        let n = network.species().len();
        let (mut used, mut made, mut consumed) = (vec![false; n], vec![false; n], vec![false; n]);
        for (step, sides) in network.steps().iter().zip(sides) {
            let named = [&sides.left, &sides.right, &step.orders, &step.reverse_orders];
            for (id, _) in named.into_iter().flatten() {
                used[id.0] = true;
            }
            for (id, change) in &step.change {
                made[id.0] |= *change > 0.0 || sides.reversible;
                consumed[id.0] |= *change < 0.0 || sides.reversible;
            }
        }
        let mut roles = Self::default();
        for (i, _) in network.species().iter().enumerate().filter(|(_, s)| !s.fixed) {
            match (used[i], made[i], consumed[i]) {
                (false, ..) => roles.unused.push(SpeciesId(i)),
                (true, false, false) => roles.unchanged.push(SpeciesId(i)),
                (true, false, true) => roles.never_made.push(SpeciesId(i)),
                (true, true, false) => roles.never_consumed.push(SpeciesId(i)),
                (true, true, true) => {}
            }
        }
        roles
    }
}
