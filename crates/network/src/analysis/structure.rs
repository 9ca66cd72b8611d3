//! What follows from the equations of a network alone, whatever its constants are.

use super::complexes::{Complex, ComplexGraph};
use super::rank::{Rank, rank};
use super::roles::Roles;
use super::sides::Sides;
use crate::network::Network;

/// The structure of a network in the sense of reaction network theory (M. Feinberg, Foundations of Chemical Reaction
/// Network Theory, Springer 2019).
///
/// A species that is held constant is a reservoir: its amount belongs to the rate constants, so it is in no complex
/// and has no row in the stoichiometric matrix. Electrons are no species either: they leave through the electrode at
/// a potential that is given, which is part of the rate constants. A step that changes no other species is no
/// reaction between complexes; it counts as a dependent step.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    /// Number of species that are not held constant.
    pub free_species: usize,
    /// The different sides of steps.
    pub complexes: Vec<Complex>,
    /// Complexes (by index) that steps connect, whichever way the steps go.
    pub linkage_classes: Vec<Vec<usize>>,
    /// Number of classes within which every complex can be reached from every other along the steps.
    pub strong_linkage_classes: usize,
    /// Whether every reaction between complexes has its reverse, in the same step or in another.
    pub reversible: bool,
    /// Whether all steps have mass-action kinetics with the orders that their equations say.
    pub mass_action: bool,
    /// Rank of the stoichiometric matrix; none if the network is too large for it ([`Rank`]).
    pub rank: Option<Rank>,
    /// Species that steps make, consume or leave alone.
    pub roles: Roles,
}

/// What the deficiency zero theorem says of a network with mass-action kinetics, for any rate constants above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeficiencyZero {
    /// Weakly reversible: for given conserved sums there is one steady state with all species present, and it is
    /// stable against small disturbances.
    OneSteadyState,
    /// Not weakly reversible: there is no steady state with all species present, and no lasting oscillation.
    NoSteadyState,
}

/// Finds the structure of a network. Linear in the size of the network but for its rank, whose work is bounded.
///
/// ```
/// use ratelaw_network::analysis::structure;
/// use ratelaw_network::{Law, Network, Species};
///
/// // Michaelis-Menten: three complexes in one class.
/// let mut builder = Network::builder("enzyme").abstract_phase("mixture");
/// for name in ["E", "S", "ES", "P"] {
///     builder = builder.species(Species::new(name).composition_waived());
/// }
/// let binding = Law::constant("1 1/s")?.with("k_reverse", "k_off");
/// let network = builder
///     .parameter("k_off", "1 1/s")?
///     .step("binding", "E + S <=> ES", binding)
///     .step("catalysis", "ES -> E + P", Law::constant("1 1/s")?)
///     .build()?;
/// let structure = structure(&network);
/// assert_eq!((structure.complexes.len(), structure.linkage_classes.len()), (3, 1));
/// assert_eq!(structure.deficiency(), Some(0));
/// # Ok::<(), ratelaw_network::NetworkError>(())
/// ```
pub fn structure(network: &Network) -> Structure {
    let sides = Sides::of(network);
    let graph = ComplexGraph::new(network, &sides);
    Structure {
        free_species: network.species().iter().filter(|s| !s.fixed).count(),
        linkage_classes: graph.linkage_classes(),
        strong_linkage_classes: graph.strong_linkage_classes(),
        reversible: graph.is_reversible(),
        complexes: graph.complexes,
        mass_action: network.steps().iter().zip(&sides).all(|(step, sides)| sides.is_elementary(step)),
        rank: rank(network),
        roles: Roles::of(network, &sides),
    }
}

impl Structure {
    /// Whether every complex can be reached from every other of its linkage class.
    pub fn weakly_reversible(&self) -> bool {
        self.strong_linkage_classes == self.linkage_classes.len()
    }

    /// Complexes less linkage classes less rank; none if the rank is not known.
    pub fn deficiency(&self) -> Option<usize> {
        let rank = self.rank.as_ref()?.rank;
        self.complexes.len().checked_sub(self.linkage_classes.len())?.checked_sub(rank)
    }

    /// What the deficiency zero theorem says; none if the deficiency is not zero or not known for certain, or if a
    /// step has other kinetics than mass action.
    pub fn deficiency_zero(&self) -> Option<DeficiencyZero> {
        let exact = self.rank.as_ref().is_some_and(|r| r.exact);
        if !exact || self.deficiency() != Some(0) || !self.mass_action || self.complexes.is_empty() {
            return None;
        }
        Some(if self.weakly_reversible() { DeficiencyZero::OneSteadyState } else { DeficiencyZero::NoSteadyState })
    }
}
