//! Rates that are a formula of the amounts, or whose constant depends on a potential or time that varies.

use super::bound::{Bound, BoundAlong, Values};
use crate::compile::Compiled;
use crate::expression::Variable;
use crate::lane::Lane;
use crate::rate::{Along, Dual, Environment, HyperDual, RateLaw, Real, power};

impl Compiled {
    /// One rate at one point, over any kind of number.
    fn free_rate<N: Real>(
        &self,
        index: usize,
        values: &Values,
        along: Option<&Along>,
        variable: impl Fn(usize) -> N,
        registers: &mut Vec<N>,
    ) -> N {
        let direction = self.runs.free.start + index;
        let free = &self.free[index];
        let conditions = &values.conditions;
        if free.electrochemical && !conditions.connected {
            return N::constant(0.0);
        }
        let mut at = Environment::<N>::new(&values.parameters, conditions, along);
        if let Some(time) = self.time {
            at.time = variable(time);
            let passed = at.time - N::constant(conditions.time);
            at.potential = at.potential + N::constant(conditions.potential_rate) * passed;
            at.temperature = at.temperature + N::constant(conditions.temperature_rate) * passed;
        }
        if let Some(own) = free.potential {
            at.potential = variable(own);
        }
        let rate = if let RateLaw::Formula(formula) = &free.law {
            let leaf = |v: Variable| match v {
                Variable::Amount(id) => variable(id.0),
                Variable::Parameter(id) => at.parameter(id),
                Variable::Temperature => at.temperature,
                Variable::Potential => at.potential,
                Variable::Time => at.time,
                Variable::Ready(_) => N::constant(f64::NAN),
            };
            formula.tape().evaluate(leaf, registers);
            formula.tape().result(0, registers)
        } else {
            let (forward, reverse) = free.law.constants(free.kind, &at);
            let constant = if free.is_reverse { reverse } else { forward };
            let factors = &self.factors[self.factor_ranges[direction].clone()];
            factors.iter().fold(constant, |rate, f| rate * power(variable(f.species), f.order))
        };
        let scaled = along.is_some_and(|along| along.step == Some(self.direction_step(direction)));
        if scaled { rate * N::new(1.0, 1.0) } else { rate }
    }

    pub(super) fn free_rates<const W: usize>(&self, bound: &Bound<W>, z: &[Lane<W>], rates: &mut [Lane<W>]) {
        let registers = &mut bound.registers.borrow_mut().plain;
        for i in 0..self.free.len() {
            for lane in 0..W {
                let value = |k: usize| z[k].0[lane];
                rates[self.runs.free.start + i].0[lane] =
                    self.free_rate(i, &bound.values[lane], None, value, registers);
            }
        }
    }

    /// Derivatives in each variable: by the symbolic gradient of a formula, else with dual numbers.
    pub(super) fn free_terms<const W: usize>(&self, bound: &Bound<W>, z: &[Lane<W>], terms: &mut [Lane<W>]) {
        let registers = &mut *bound.registers.borrow_mut();
        for (i, free) in self.free.iter().enumerate() {
            let range = self.term_ranges[self.runs.free.start + i].clone();
            for lane in 0..W {
                let values = &bound.values[lane];
                let first = if let RateLaw::Formula(formula) = &free.law {
                    // One run of the tape leaves the rate and all its derivatives.
                    self.free_rate(i, values, None, |k| z[k].0[lane], &mut registers.plain);
                    let off = free.electrochemical && !values.conditions.connected;
                    let amounts = range.len() - usize::from(free.by_potential) - usize::from(self.time.is_some());
                    for k in 0..amounts {
                        terms[range.start + k].0[lane] =
                            if off { 0.0 } else { formula.tape().result(1 + k, &registers.plain) };
                    }
                    range.start + amounts
                } else {
                    range.start
                };
                for t in first..range.end {
                    let column = self.columns[t];
                    let seeded = |k: usize| Dual::new(z[k].0[lane], f64::from(u8::from(k == column)));
                    terms[t].0[lane] = self.free_rate(i, values, None, seeded, &mut registers.dual).derivative;
                }
            }
        }
    }

    pub(super) fn free_tangent<const W: usize>(
        &self,
        bound: &Bound<W>,
        along: Option<&BoundAlong<W>>,
        z: &[Lane<W>],
        v: &[Lane<W>],
        rates: &mut [Lane<W>],
    ) {
        let registers = &mut bound.registers.borrow_mut().dual;
        for i in 0..self.free.len() {
            for lane in 0..W {
                let value = |k: usize| Dual::new(z[k].0[lane], v[k].0[lane]);
                let along = along.map(|a| &a.lanes[lane]);
                rates[self.runs.free.start + i].0[lane] =
                    self.free_rate(i, &bound.values[lane], along, value, registers).derivative;
            }
        }
    }

    pub(super) fn free_second_tangent<const W: usize>(
        &self,
        bound: &Bound<W>,
        along: Option<&BoundAlong<W>>,
        z: &[Lane<W>],
        (u, v): (&[Lane<W>], &[Lane<W>]),
        rates: &mut [Lane<W>],
    ) {
        let registers = &mut bound.registers.borrow_mut().hyper;
        for i in 0..self.free.len() {
            for lane in 0..W {
                let value =
                    |k: usize| HyperDual { value: z[k].0[lane], first: v[k].0[lane], second: u[k].0[lane], mixed: 0.0 };
                let along = along.map(|a| &a.lanes[lane]);
                rates[self.runs.free.start + i].0[lane] =
                    self.free_rate(i, &bound.values[lane], along, value, registers).mixed;
            }
        }
    }
}

/// Whether any lane's resistance changes in a direction.
pub(super) fn changes_resistance<const W: usize>(compiled: &Compiled, along: &BoundAlong<W>) -> bool {
    let mut ids = compiled.floating.iter().filter_map(|f| f.resistance);
    ids.any(|id| along.lanes.iter().any(|lane| lane.parameters[id.0] != 0.0))
}
