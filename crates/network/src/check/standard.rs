//! Standard amounts, which give the constants of some laws their unit.

use super::matter::Matter;
use crate::conditions::STANDARD_CONCENTRATION;
use crate::definition::Definition;
use crate::network::SpeciesId;
use crate::phase::PhaseKind;

/// Standard amounts: 1 M in a solution, a gas or a reservoir, all sites on a surface, 1 in an abstract phase.
pub(super) struct Standard<'a> {
    pub(super) definition: &'a Definition,
    pub(super) matter: &'a Matter,
}

impl Standard<'_> {
    pub(super) fn amount(&self, phase: usize) -> Option<f64> {
        let phase = &self.definition.phases[phase];
        match phase.kind {
            PhaseKind::Solution { .. } | PhaseKind::Gas { .. } | PhaseKind::Reservoir => Some(STANDARD_CONCENTRATION),
            PhaseKind::Abstract => Some(1.0),
            PhaseKind::Electrode(_) | PhaseKind::Surface { .. } => {
                let sites = self.definition.sites.iter().zip(&self.matter.densities);
                let total: f64 = sites.filter(|(s, _)| s.phase == phase.name).map(|(_, d)| d).sum();
                (total > 0.0).then_some(total)
            }
        }
    }

    pub(super) fn product(&self, orders: &[(SpeciesId, f64)]) -> Option<f64> {
        orders
            .iter()
            .map(|(id, order)| Some(crate::lane::powf(self.amount(self.matter.species[id.0].phase.0)?, *order)))
            .product()
    }
}
