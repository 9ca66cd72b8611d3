//! Michaelis-Menten kinetics.

use crate::expression::{Graph, NodeId, Variable};
use crate::network::{ParameterId, SpeciesId};

/// `r = k prod c_i^order_i  c_S / (Km (1 + sum_j c_j / Ki_j) + c_S)` with one substrate S, the reactant that the step
/// uses up; the product runs over the other reactants, an enzyme that stands on both sides for instance, so that `k`
/// is `kcat` with it and `Vmax` without (Michaelis and Menten 1913; competitive inhibition: Cornish-Bowden,
/// Fundamentals of Enzyme Kinetics, 4th ed., section 5.2).
#[derive(Debug, Clone, PartialEq)]
pub struct MichaelisMenten {
    /// Turnover number or limiting rate.
    pub k: ParameterId,
    /// Michaelis constant, in the unit of the substrate's amount.
    pub km: ParameterId,
    /// The substrate.
    pub substrate: SpeciesId,
    /// Orders of the other reactants.
    pub others: Vec<(SpeciesId, f64)>,
    /// Competitive inhibitors with their constants, in the units of their amounts.
    pub inhibition: Vec<(SpeciesId, ParameterId)>,
}

impl MichaelisMenten {
    /// The rate as an expression.
    pub fn rate(&self, graph: &mut Graph<Variable>) -> NodeId {
        let substrate = graph.leaf(Variable::Amount(self.substrate));
        let mut occupied = graph.number(1.0);
        for (species, constant) in &self.inhibition {
            let (amount, ki) = (graph.leaf(Variable::Amount(*species)), graph.leaf(Variable::Parameter(*constant)));
            let share = graph.div(amount, ki);
            occupied = graph.add(occupied, share);
        }
        let km = graph.leaf(Variable::Parameter(self.km));
        let apparent = graph.mul(km, occupied);
        let bound = graph.add(apparent, substrate);
        let mut rate = graph.leaf(Variable::Parameter(self.k));
        for (species, order) in &self.others {
            let (amount, order) = (graph.leaf(Variable::Amount(*species)), graph.number(*order));
            let factor = graph.power(amount, order);
            rate = graph.mul(rate, factor);
        }
        let saturation = graph.div(substrate, bound);
        graph.mul(rate, saturation)
    }
}
