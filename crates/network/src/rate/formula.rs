//! Rates that are a formula of amounts, not a constant times powers of them.

use std::sync::Arc;

use crate::expression::{Resolved, Tape, Variable};
use crate::network::{ParameterId, SpeciesId};

/// The rate of a step as an expression, with its exact derivatives in the amounts, the potential and the time.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula(Arc<Inner>);

#[derive(Debug, PartialEq)]
struct Inner {
    /// The rate, then its derivative in each variable.
    tape: Tape,
    /// What it is differentiated in: amounts, then potential and time where they occur.
    variables: Vec<Variable>,
    parameters: Vec<ParameterId>,
    reads_temperature: bool,
}

impl Formula {
    /// Differentiates an expression symbolically.
    pub(crate) fn new(mut rate: Resolved) -> Self {
        let all: Vec<Variable> = rate.tape().variables().collect();
        let mut variables: Vec<Variable> = all
            .iter()
            .copied()
            .filter(|v| matches!(v, Variable::Amount(_) | Variable::Potential | Variable::Time))
            .collect();
        variables.sort_by_key(|v| match v {
            Variable::Amount(SpeciesId(i)) => *i,
            Variable::Potential => usize::MAX - 1,
            _ => usize::MAX,
        });
        let parameters = all.iter().filter_map(|v| if let Variable::Parameter(id) = v { Some(*id) } else { None });
        let parameters = parameters.collect();
        let reads_temperature = all.contains(&Variable::Temperature);
        let tape = rate.gradient(&variables);
        Self(Arc::new(Inner { tape, variables, parameters, reads_temperature }))
    }

    /// The rate, followed by its derivatives in [`Formula::variables`].
    pub fn tape(&self) -> &Tape {
        &self.0.tape
    }

    /// What it is differentiated in.
    pub fn variables(&self) -> &[Variable] {
        &self.0.variables
    }

    /// The parameters it uses.
    pub fn parameters(&self) -> &[ParameterId] {
        &self.0.parameters
    }

    /// Whether the potential occurs in it.
    pub fn reads_potential(&self) -> bool {
        self.0.variables.contains(&Variable::Potential)
    }

    /// Whether the time occurs in it.
    pub fn reads_time(&self) -> bool {
        self.0.variables.contains(&Variable::Time)
    }

    /// Whether the temperature occurs in it.
    pub fn reads_temperature(&self) -> bool {
        self.0.reads_temperature
    }
}
