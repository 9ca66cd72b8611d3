//! A condition that ends a stage.

use ratelaw_network::Network;
use ratelaw_network::protocol::Condition;

use crate::error::{Result, SolveError};
use crate::observe::{Moment, Observable};

/// A condition with its observables looked up.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(super) condition: &'a Condition,
    pub(super) ready: Vec<Observable>,
}

impl<'a> Event<'a> {
    pub(super) fn new(network: &Network, condition: &'a Condition) -> Result<Self> {
        let ready = condition.ready.iter().map(|(function, argument)| Observable::ready(network, function, argument));
        Ok(Self { condition, ready: ready.collect::<Result<_, SolveError>>()? })
    }

    /// Whether it holds.
    pub(super) fn holds(&self, moment: &Moment<'_>) -> bool {
        let difference = moment.expression(&self.condition.difference, &self.ready);
        difference.is_some_and(|d| self.condition.comparison.holds(d, 0.0))
    }
}
