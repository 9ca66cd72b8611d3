//! Langmuir-Hinshelwood kinetics.

use crate::expression::{Graph, NodeId, Variable};
use crate::network::{ParameterId, SpeciesId};

/// Where the reverse direction of a numerator comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Back {
    /// A reverse rate constant, or an equilibrium constant.
    pub constant: ParameterId,
    /// Which of the two.
    pub is_equilibrium: bool,
    /// Orders of the products.
    pub orders: Vec<(SpeciesId, f64)>,
}

/// `r = (k prod c_i^order_i - k' prod c_j^order_j) / (1 + sum_m K_m c_m)^n` with adsorption constants `K` of the species
/// that compete for the sites and `n` sites in the rate-determining step (Hougen and Watson, Ind. Eng. Chem. 35 (1943)
/// 529). The adsorption constants of the numerator belong to `k`.
#[derive(Debug, Clone, PartialEq)]
pub struct LangmuirHinshelwood {
    /// Rate constant of the numerator.
    pub k: ParameterId,
    /// Orders of the reactants.
    pub orders: Vec<(SpeciesId, f64)>,
    /// The reverse direction, if there is one.
    pub reverse: Option<Back>,
    /// Adsorption constants, in reciprocal units of the amounts.
    pub adsorption: Vec<(SpeciesId, ParameterId)>,
    /// Number of sites, a pure number; 1 where none is given.
    pub sites: Option<ParameterId>,
}

impl LangmuirHinshelwood {
    /// The rate as an expression.
    pub fn rate(&self, graph: &mut Graph<Variable>) -> NodeId {
        let k = graph.leaf(Variable::Parameter(self.k));
        let mut rate = times(graph, k, &self.orders);
        if let Some(Back { constant, is_equilibrium, orders }) = &self.reverse {
            let given = graph.leaf(Variable::Parameter(*constant));
            let k_reverse = if *is_equilibrium { graph.div(k, given) } else { given };
            let back = times(graph, k_reverse, orders);
            rate = graph.sub(rate, back);
        }
        let mut occupied = graph.number(1.0);
        for (species, constant) in &self.adsorption {
            let (amount, k) = (graph.leaf(Variable::Amount(*species)), graph.leaf(Variable::Parameter(*constant)));
            let share = graph.mul(k, amount);
            occupied = graph.add(occupied, share);
        }
        let sites = match self.sites {
            Some(id) => graph.leaf(Variable::Parameter(id)),
            None => graph.number(1.0),
        };
        let blocked = graph.power(occupied, sites);
        graph.div(rate, blocked)
    }
}

fn times(graph: &mut Graph<Variable>, constant: NodeId, orders: &[(SpeciesId, f64)]) -> NodeId {
    orders.iter().fold(constant, |rate, (species, order)| {
        let (amount, order) = (graph.leaf(Variable::Amount(*species)), graph.number(*order));
        let factor = graph.power(amount, order);
        graph.mul(rate, factor)
    })
}
