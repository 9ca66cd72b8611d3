//! From parameters and conditions to the numbers that the kernels take.

use crate::compile::Compiled;
use crate::conditions::Conditions;
use crate::error::{NetworkError, Result};
use crate::expression::Variable;
use crate::kernel::{Bound, BoundAlong, Values};
use crate::lane::Lane;
use crate::network::{CheckedStep, Network, StepId};
use crate::rate::{Along, Direction, Dual, Environment, Real};
use crate::units::Quantity;

/// Whether a step runs under the conditions: not if it exchanges electrons at electrodes that are disconnected.
fn runs(step: &CheckedStep, conditions: &Conditions) -> bool {
    conditions.connected || step.electrons == 0.0
}

impl Network {
    /// Works out the parameters that are expressions of others.
    pub fn complete(&self, values: &mut [f64]) {
        for id in self.dependent() {
            if let Some(tape) = &self.parameters()[id.0].expression {
                values[id.0] = tape.value(|variable| match variable {
                    Variable::Parameter(id) => values[id.0],
                    _ => f64::NAN,
                });
            }
        }
    }

    /// How all parameters and the conditions change in a direction; `values` are complete.
    pub fn along(&self, values: &[f64], direction: Direction) -> Along {
        let mut parameters = vec![0.0; values.len()];
        if let Direction::Parameter(id) = direction {
            parameters[id.0] = 1.0;
            for id in self.dependent() {
                if let Some(tape) = &self.parameters()[id.0].expression {
                    let value = tape.value(|variable| match variable {
                        Variable::Parameter(id) => Dual::new(values[id.0], parameters[id.0]),
                        _ => Dual::constant(f64::NAN),
                    });
                    parameters[id.0] = value.derivative;
                }
            }
        }
        let is = |of| f64::from(u8::from(direction == of));
        let step = if let Direction::Step(step) = direction { Some(step) } else { None };
        Along { parameters, temperature: is(Direction::Temperature), potential: is(Direction::Potential), step }
    }

    /// Rate constants of all directions for given parameters and conditions, in the order of the tables. Directions
    /// that the kernels work out themselves, because their rate is a formula or their potential varies, are 0.
    ///
    /// # Errors
    /// [`NetworkError::OutOfRange`] names the step whose constant is negative or not finite.
    pub fn bind(&self, values: &[f64], conditions: &Conditions) -> Result<Vec<f64>> {
        let mut constants = vec![Lane::ZERO; self.compiled().directions()];
        self.bind_into(self.compiled_for(conditions), values, conditions, &mut constants)?;
        Ok(constants.into_iter().map(|k| k.0[0]).collect())
    }

    /// The same without making room for the constants; `tables` are those of the conditions.
    ///
    /// # Errors
    /// As [`Network::bind`].
    pub fn bind_into(
        &self,
        tables: &Compiled,
        values: &[f64],
        conditions: &Conditions,
        constants: &mut [Lane<1>],
    ) -> Result<()> {
        let at = Environment::<f64>::new(values, conditions, None);
        constants.fill(Lane::ZERO);
        for (i, step) in self.steps().iter().enumerate() {
            if tables.is_free(StepId(i)) || !runs(step, conditions) {
                continue;
            }
            let (forward, reverse) = step.law.constants(step.reverse, &at);
            let (f, r) = tables.step_directions(StepId(i));
            for (index, value, which) in [(Some(f), forward, "forward"), (r, reverse, "reverse")] {
                let Some(index) = index else { continue };
                if !(value.is_finite() && value >= 0.0) {
                    return Err(NetworkError::OutOfRange {
                        what: format!("the {which} rate constant of step `{}`", step.name),
                        found: Quantity::number(value).to_string(),
                        expected: "a finite number, not negative",
                    });
                }
                constants[index] = Lane([value]);
            }
        }
        Ok(())
    }

    /// Everything that the kernels need at given parameters and conditions, one lane wide, for tables of this
    /// network.
    ///
    /// # Errors
    /// As [`Network::bind`].
    pub fn bound(&self, tables: &Compiled, values: &[f64], conditions: &Conditions) -> Result<Bound<1>> {
        let mut bound = Bound::new(
            [Values { parameters: values.to_vec(), conditions: *conditions }],
            &[vec![0.0; tables.directions()]],
        );
        self.rebind(tables, values, conditions, &mut bound)?;
        Ok(bound)
    }

    /// The same in the place of numbers of this network that are not needed any more.
    ///
    /// # Errors
    /// As [`Network::bind`].
    pub fn rebind(
        &self,
        tables: &Compiled,
        values: &[f64],
        conditions: &Conditions,
        bound: &mut Bound<1>,
    ) -> Result<()> {
        let mut constants = std::mem::take(&mut bound.constants);
        let done = self.bind_into(tables, values, conditions, &mut constants);
        bound.constants = constants;
        bound.set_values(0, values, conditions);
        done
    }

    /// Derivatives of all rate constants in one parameter or condition.
    pub fn bind_derivative(&self, values: &[f64], conditions: &Conditions, direction: Direction) -> Vec<f64> {
        self.bind_along(self.compiled_for(conditions), values, conditions, &self.along(values, direction))
    }

    /// Derivatives of all rate constants when parameters and conditions change.
    pub fn bind_along(&self, tables: &Compiled, values: &[f64], conditions: &Conditions, along: &Along) -> Vec<f64> {
        let at = Environment::<Dual>::new(values, conditions, Some(along));
        let mut derivatives = vec![0.0; tables.directions()];
        let in_conditions = along.temperature != 0.0 || along.potential != 0.0;
        for (i, step) in self.steps().iter().enumerate() {
            if tables.is_free(StepId(i)) || !runs(step, conditions) {
                continue;
            }
            let scaled = along.step == Some(StepId(i));
            let uses = || step.law.parameters(step.reverse).into_iter().any(|id| along.parameters[id.0] != 0.0);
            let touched = in_conditions || scaled || uses();
            if touched {
                let (forward, reverse) = step.law.constants(step.reverse, &at);
                let (f, r) = tables.step_directions(StepId(i));
                let change = |k: Dual| k.derivative + if scaled { k.value } else { 0.0 };
                derivatives[f] = change(forward);
                if let Some(r) = r {
                    derivatives[r] = change(reverse);
                }
            }
        }
        derivatives
    }

    /// How everything that the kernels need changes, one lane wide.
    pub fn bound_along(
        &self,
        tables: &Compiled,
        values: &[f64],
        conditions: &Conditions,
        along: Along,
    ) -> BoundAlong<1> {
        let constants = self.bind_along(tables, values, conditions, &along);
        BoundAlong::new([along], &[constants])
    }
}
