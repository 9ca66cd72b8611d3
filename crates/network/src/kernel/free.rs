//! Rates that are a formula of the amounts, or whose constant depends on a potential or time that varies.

use super::bound::{Bound, BoundAlong};
use crate::compile::{Compiled, Free};
use crate::expression::Variable;
use crate::lane::Lane;
use crate::rate::{Dual, Environment, Formula, HyperDual, RateLaw, Real, amount_power, power};

/// Most variables beside amounts that a rate can depend on: the potential of its electrode and the time.
const OTHERS: usize = 2;

impl Compiled {
    /// Temperature, potential and time, as they are applied.
    fn surroundings<'a, N: Real<Part = Lane<W>>, const W: usize>(
        &self,
        bound: &'a Bound<W>,
        along: Option<&'a BoundAlong<W>>,
        variable: impl Fn(usize) -> N,
    ) -> Environment<'a, N> {
        let fixed = |value| N::new(value, Lane::ZERO);
        let held = &bound.conditions;
        let mut at = Environment {
            values: &bound.parameters,
            along: along.map(|a| a.parameters.as_slice()),
            temperature: N::new(held.temperature, along.map_or(Lane::ZERO, |a| a.temperature)),
            potential: N::new(held.potential, along.map_or(Lane::ZERO, |a| a.potential)),
            time: fixed(held.time),
        };
        if let Some(time) = self.time {
            at.time = variable(time);
            let passed = at.time - fixed(held.time);
            at.potential = at.potential + fixed(held.potential_rate) * passed;
            at.temperature = at.temperature + fixed(held.temperature_rate) * passed;
        }
        at
    }

    /// All rates at one point, over any kind of number; each goes to `put` with its direction.
    fn each_free<N: Real<Part = Lane<W>>, const W: usize>(
        &self,
        bound: &Bound<W>,
        along: Option<&BoundAlong<W>>,
        variable: impl Fn(usize) -> N,
        registers: &mut Vec<N>,
        mut put: impl FnMut(usize, N),
    ) {
        let at = self.surroundings(bound, along, &variable);
        let mut reverse = N::constant(0.0);
        for (direction, free) in self.runs.free.clone().zip(&self.free) {
            let at = own_potential(free, at, &variable);
            let mut rate = if let RateLaw::Formula(formula) = &free.law {
                evaluate(formula, &at, &variable, registers);
                formula.tape().result(0, registers)
            } else {
                let constant = constant(free, &at, &mut reverse);
                let factors = &self.factors[self.factor_ranges[direction].clone()];
                factors.iter().fold(constant, |rate, f| rate * power(variable(f.species), f.order))
            };
            if let Some(lanes) = along.and_then(|a| a.scales(self.direction_step(direction))) {
                let scaled = rate * N::new(Lane::splat(1.0), Lane::splat(1.0));
                rate = N::select((lanes, lanes), |scales, _| scales != 0.0, scaled, rate);
            }
            put(direction, if free.electrochemical { bound.where_connected(rate, N::constant(0.0)) } else { rate });
        }
    }

    pub(super) fn free_rates<const W: usize>(&self, bound: &Bound<W>, z: &[Lane<W>], rates: &mut [Lane<W>]) {
        let registers = &mut bound.registers.borrow_mut().plain;
        self.each_free(bound, None, |k| z[k], registers, |direction, rate| rates[direction] = rate);
    }

    /// Derivatives in each variable: of a formula by its symbolic gradient, else by the product rule in amounts; in the
    /// potential and the time with dual numbers.
    pub(super) fn free_terms<const W: usize>(&self, bound: &Bound<W>, z: &[Lane<W>], terms: &mut [Lane<W>]) {
        let registers = &mut *bound.registers.borrow_mut();
        let applied = self.surroundings(bound, None, |k| z[k]);
        let mut reverse = [Dual::constant(0.0); OTHERS];
        for (direction, free) in self.runs.free.clone().zip(&self.free) {
            let range = self.term_ranges[direction].clone();
            let others = usize::from(free.by_potential) + usize::from(self.time.is_some());
            let (amounts, others) = (range.start..range.end - others, range.end - others..range.end);
            if let RateLaw::Formula(formula) = &free.law {
                // One run of the tape leaves the rate and all its derivatives.
                let at = own_potential(free, applied, |k| z[k]);
                evaluate(formula, &at, |k| z[k], &mut registers.plain);
                for (k, t) in amounts.enumerate() {
                    terms[t] = formula.tape().result(1 + k, &registers.plain);
                }
            }
            let factors = self.factor_ranges[direction].clone();
            for (t, reverse) in others.zip(&mut reverse) {
                let column = self.columns[t];
                let seeded = |k: usize| Dual::new(z[k], Lane::splat(f64::from(u8::from(k == column))));
                let at = own_potential(free, self.surroundings(bound, None, seeded), seeded);
                terms[t] = if let RateLaw::Formula(formula) = &free.law {
                    evaluate(formula, &at, seeded, &mut registers.dual);
                    formula.tape().result(0, &registers.dual).derivative
                } else {
                    let constant = constant(free, &at, reverse);
                    // A rate that is no formula depends on one of these two, so its amounts are not left out.
                    self.monomial_terms(constant.value, factors.clone(), z, &mut terms[range.start..]);
                    let factors = &self.factors[factors.clone()];
                    factors.iter().fold(constant.derivative, |rate, f| rate * amount_power(z[f.species], f.order))
                };
            }
            if free.electrochemical {
                for term in &mut terms[range] {
                    *term = bound.where_connected(*term, Lane::ZERO);
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
        let variable = |k: usize| Dual::new(z[k], v[k]);
        self.each_free(bound, along, variable, registers, |direction, rate| rates[direction] = rate.derivative);
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
        let variable = |k: usize| HyperDual { value: z[k], first: v[k], second: u[k], mixed: Lane::ZERO };
        self.each_free(bound, along, variable, registers, |direction, rate| rates[direction] = rate.mixed);
    }
}

/// The environment at the electrode of a step: with its own potential if that floats.
fn own_potential<'a, N: Real>(
    free: &Free,
    mut applied: Environment<'a, N>,
    variable: impl Fn(usize) -> N,
) -> Environment<'a, N> {
    if let Some(own) = free.potential {
        applied.potential = variable(own);
    }
    applied
}

/// Runs a formula's tape.
fn evaluate<N: Real>(
    formula: &Formula,
    at: &Environment<'_, N>,
    variable: impl Fn(usize) -> N,
    registers: &mut Vec<N>,
) {
    let leaf = |v: Variable| match v {
        Variable::Amount(id) => variable(id.0),
        Variable::Parameter(id) => at.parameter(id),
        Variable::Temperature => at.temperature,
        Variable::Potential => at.potential,
        Variable::Time => at.time,
        Variable::Ready(_) => N::constant(f64::NAN),
    };
    formula.tape().evaluate(leaf, registers);
}

/// The rate constant of a direction. The law gives both of a step at once; its reverse direction comes right after the
/// forward one, which leaves the constant in `reverse`.
fn constant<N: Real>(free: &Free, at: &Environment<'_, N>, reverse: &mut N) -> N {
    if free.is_reverse {
        return *reverse;
    }
    let (forward, back) = free.law.constants(free.kind, at);
    *reverse = back;
    forward
}
