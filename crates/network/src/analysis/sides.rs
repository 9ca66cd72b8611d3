//! Both sides of every step, as its equation has them.

use std::collections::{BTreeMap, HashMap};

use crate::equation::{ELECTRON, Equation, Term};
use crate::network::{CheckedStep, Network, SpeciesId};
use crate::rate::{RateLaw, Reverse};

/// Species of one side with their coefficients, by species; electrons are no species.
pub(super) type Side = Vec<(SpeciesId, f64)>;

/// Both sides of a step. [`CheckedStep::change`] has lost the species that stand on both.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sides {
    pub(super) left: Side,
    pub(super) right: Side,
    pub(super) reversible: bool,
}

impl Sides {
    /// The sides of all steps, in their order.
    pub(super) fn of(network: &Network) -> Vec<Self> {
        let index: HashMap<&str, usize> =
            network.species().iter().enumerate().map(|(i, s)| (s.name.as_str(), i)).collect();
        network.steps().iter().map(|step| Self::read(step, &index)).collect()
    }

    fn read(step: &CheckedStep, index: &HashMap<&str, usize>) -> Self {
        let reversible = step.reverse != Reverse::None;
        let side = |terms: &[Term]| -> Option<Side> {
            let mut side: BTreeMap<SpeciesId, f64> = BTreeMap::new();
            for term in terms.iter().filter(|t| t.name != ELECTRON) {
                *side.entry(SpeciesId(*index.get(term.name.as_str())?)).or_default() += term.coefficient;
            }
            Some(side.into_iter().collect())
        };
        let read = Equation::parse(&step.equation).ok().and_then(|e| Some((side(&e.reactants)?, side(&e.products)?)));
        let (left, right) = read.unwrap_or_else(|| {
            // The equation of a checked step reads; its net change would do as well.
            let part = |sign: f64| {
                step.change.iter().filter(|(_, n)| n * sign > 0.0).map(|(id, n)| (*id, n.abs())).collect::<Side>()
            };
            (part(-1.0), part(1.0))
        });
        Self { left, right, reversible }
    }

    /// Whether the step has mass-action kinetics with the orders that its equation says, so that its rate constants
    /// and its equilibrium constant are bound to each other.
    pub(super) fn is_elementary(&self, step: &CheckedStep) -> bool {
        let mass_action = matches!(
            step.law,
            RateLaw::MassAction(_)
                | RateLaw::Arrhenius(_)
                | RateLaw::Eyring(_)
                | RateLaw::Tafel(_)
                | RateLaw::ButlerVolmer(_)
                | RateLaw::Marcus(_)
                | RateLaw::MarcusHushChidsey(_)
                | RateLaw::KouteckyLevich(..)
                | RateLaw::GasLiquid(_)
                | RateLaw::Relative(_)
        );
        mass_action && step.orders == self.left && (!self.reversible || step.reverse_orders == self.right)
    }
}
