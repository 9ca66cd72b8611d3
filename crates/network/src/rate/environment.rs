//! What a law is evaluated at.

use super::{Part, Real};
use crate::conditions::Conditions;
use crate::network::{ParameterId, StepId};

/// Parameters and conditions, each with its derivative where the number type carries one.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'a, N: Real> {
    /// All parameters.
    pub values: &'a [N::Part],
    /// Their derivatives, zero if there are none.
    pub along: Option<&'a [N::Part]>,
    /// Temperature, K.
    pub temperature: N,
    /// Potential of the step's electrode, V.
    pub potential: N,
    /// Time, s.
    pub time: N,
}

/// What to differentiate in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A parameter.
    Parameter(ParameterId),
    /// The temperature.
    Temperature,
    /// The potential.
    Potential,
    /// The rate of a step in both directions, relative to itself: its barrier at a held equilibrium.
    Step(StepId),
}

/// How parameters and conditions change in a direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Along {
    /// Change of every parameter, those that are worked out from others included.
    pub parameters: Vec<f64>,
    /// Change of the temperature.
    pub temperature: f64,
    /// Change of the potential.
    pub potential: f64,
    /// The step whose rate changes by its own size, in both directions.
    pub step: Option<StepId>,
}

impl<'a, N: Real<Part = f64>> Environment<'a, N> {
    /// Constant conditions, with derivatives in one direction (which plain numbers ignore).
    pub fn new(values: &'a [f64], conditions: &Conditions, along: Option<&'a Along>) -> Self {
        let change = |of: fn(&Along) -> f64| along.map_or(0.0, of);
        Self {
            values,
            along: along.map(|a| a.parameters.as_slice()),
            temperature: N::new(conditions.temperature, change(|a| a.temperature)),
            potential: N::new(conditions.potential, change(|a| a.potential)),
            time: N::constant(conditions.time),
        }
    }
}

impl<N: Real> Environment<'_, N> {
    /// The value of a parameter.
    pub fn parameter(&self, id: ParameterId) -> N {
        N::new(self.values[id.0], self.along.map_or(N::Part::splat(0.0), |along| along[id.0]))
    }
}
