//! The inner loops: rates, right-hand side, Jacobian and exact derivatives, on blocks of `W` lanes.
//!
//! Shapes: `rates` have one entry for each direction, variables and their derivatives one for each of
//! [`Compiled::size`], `terms` one for each derivative of a rate ([`Compiled::term_count`]).

mod bound;
mod free;
mod monomial;

pub use bound::{Bound, BoundAlong, Values};

use std::ops::Range;

use crate::compile::{Compiled, ElectronStep};
use crate::lane::Lane;
use crate::network::StepId;
use crate::wide::wide;

impl Compiled {
    /// Rates of all directions.
    pub fn rates<const W: usize>(&self, bound: &Bound<W>, z: &[Lane<W>], rates: &mut [Lane<W>]) {
        wide::<W, _>(
            #[inline(always)]
            || self.products(&bound.constants, z, rates),
        );
        if !self.free.is_empty() {
            self.free_rates(bound, z, rates);
        }
    }

    /// Change of each species for given rates, `dy = N r`; in the rows of floating potentials their current, A.
    pub fn accumulate<const W: usize>(&self, rates: &[Lane<W>], dz: &mut [Lane<W>]) {
        wide::<W, _>(
            #[inline(always)]
            || {
                let rows = 0..self.potentials().end;
                let (sums, time) = dz.split_at_mut(rows.end);
                self.sums(
                    rates,
                    rows,
                    sums,
                    #[inline(always)]
                    |_, sum| sum,
                );
                time.fill(Lane::ZERO);
            },
        );
    }

    /// The sums of some rows, each as `finish` makes it of row and sum.
    #[inline(always)]
    fn sums<const W: usize>(
        &self,
        rates: &[Lane<W>],
        rows: Range<usize>,
        sums: &mut [Lane<W>],
        mut finish: impl FnMut(usize, Lane<W>) -> Lane<W>,
    ) {
        for (row, out) in rows.zip(sums) {
            let mut sum = Lane::ZERO;
            for entry in self.stoichiometry.row(row) {
                sum += entry.change(rates);
            }
            *out = finish(row, sum);
        }
    }

    /// What rounding takes from the sums of the changes of species, by the error-free sum of two numbers (D. E. Knuth, The Art
    /// of Computer Programming 2, section 4.2.2). Net rates of steps, as they are summed, are taken as exact.
    pub fn rounded_off<const W: usize>(&self, rates: &[Lane<W>], lost: &mut [Lane<W>]) {
        wide::<W, _>(
            #[inline(always)]
            || {
                for (i, own) in lost.iter_mut().enumerate().take(self.species) {
                    let (mut sum, mut error) = (Lane::ZERO, Lane::ZERO);
                    for entry in self.stoichiometry.row(i) {
                        let change = entry.change(rates);
                        let next = sum + change;
                        let added: Lane<W> = next - sum;
                        error += (sum - (next - added)) + (change - added);
                        sum = next;
                    }
                    *own = error;
                }
            },
        );
    }

    /// The right-hand side: derivatives of the amounts and of the time, residuals of the floating potentials
    /// ([`Compiled::potentials`]); `rates` is left filled.
    pub fn derivative<const W: usize>(
        &self,
        bound: &Bound<W>,
        z: &[Lane<W>],
        rates: &mut [Lane<W>],
        dz: &mut [Lane<W>],
    ) {
        self.derivative_with(
            bound,
            z,
            rates,
            dz,
            #[inline(always)]
            |_, derivative| derivative,
        );
    }

    /// The same, with each derivative as `finish` makes it of variable and derivative; residuals stay as they are.
    pub fn derivative_with<const W: usize>(
        &self,
        bound: &Bound<W>,
        z: &[Lane<W>],
        rates: &mut [Lane<W>],
        dz: &mut [Lane<W>],
        mut finish: impl FnMut(usize, Lane<W>) -> Lane<W>,
    ) {
        self.rates(bound, z, rates);
        let (species, rest) = dz.split_at_mut(self.species);
        wide::<W, _>(
            #[inline(always)]
            || {
                // Handed on as it is, it would be called through a function that is not inlined.
                #[expect(clippy::redundant_closure, reason = "the closure is what is inlined")]
                self.sums(
                    rates,
                    0..self.species,
                    species,
                    #[inline(always)]
                    |row, sum| finish(row, sum),
                );
            },
        );
        self.sums(rates, self.potentials(), rest, |_, sum| sum);
        let held = &bound.conditions;
        for (i, own) in self.floating.iter().enumerate() {
            let row = self.species + i;
            let (current, resistance) = (dz[row], self.resistance(i, bound));
            let time = self.time.map_or(held.time, |t| z[t]);
            let applied = held.potential + held.potential_rate * (time - held.time);
            // Disconnected electrodes carry no current; their potential has no meaning and rests at the applied one.
            let dropped = applied - z[row] - resistance * current;
            dz[row] = if own.counter { bound.where_connected(-current, dropped) } else { dropped };
        }
        if let Some(time) = self.time {
            dz[time] = finish(time, Lane::splat(1.0));
        }
    }

    /// The resistance of a floating potential, ohm.
    fn resistance<const W: usize>(&self, floating: usize, bound: &Bound<W>) -> Lane<W> {
        let own = self.floating[floating];
        // The drop at a counter electrode belongs to the cell voltage, not to its own balance.
        own.resistance.filter(|_| !own.counter).map_or(Lane::ZERO, |id| bound.parameters[id.0])
    }

    /// Derivative terms `d rate / d variable`.
    pub fn terms<const W: usize>(&self, bound: &Bound<W>, z: &[Lane<W>], terms: &mut [Lane<W>]) {
        wide::<W, _>(
            #[inline(always)]
            || self.product_terms(&bound.constants, z, terms),
        );
        if !self.free.is_empty() {
            self.free_terms(bound, z, terms);
        }
    }

    /// The Jacobian's entries, in the order of [`Compiled::jacobian_entries`].
    pub fn jacobian<const W: usize>(&self, bound: &Bound<W>, terms: &[Lane<W>], entries: &mut [Lane<W>]) {
        wide::<W, _>(
            #[inline(always)]
            || {
                for (e, entry) in entries.iter_mut().enumerate() {
                    let mut sum = Lane::ZERO;
                    for (t, coefficient) in self.jacobian.terms.row(e) {
                        sum += terms[*t] * *coefficient;
                    }
                    *entry = sum;
                }
            },
        );
        for (i, own) in self.floating.iter().enumerate() {
            let (zero, one) = (Lane::ZERO, Lane::splat(1.0));
            // In lanes with a counter electrode that is connected the row is the current alone.
            let dropped = -self.resistance(i, bound);
            let factor = if own.counter { bound.where_connected(-one, dropped) } else { dropped };
            let rests = if own.counter { bound.where_connected(zero, one) } else { one };
            for entry in &mut entries[own.entries.0..own.entries.1] {
                *entry = *entry * factor;
            }
            entries[own.diagonal] -= rests;
            if let Some(by_time) = own.by_time {
                entries[by_time] += rests * bound.conditions.potential_rate;
            }
        }
    }

    /// Derivative of all rates along `v`, from the terms at the same point.
    pub fn rates_along<const W: usize>(&self, terms: &[Lane<W>], v: &[Lane<W>], rates: &mut [Lane<W>]) {
        wide::<W, _>(
            #[inline(always)]
            || {
                for (d, rate) in rates.iter_mut().enumerate() {
                    *rate = self.rate_along(d, terms, v);
                }
            },
        );
    }

    /// The same for one direction.
    #[inline(always)]
    pub fn rate_along<const W: usize>(&self, direction: usize, terms: &[Lane<W>], v: &[Lane<W>]) -> Lane<W> {
        let mut sum = Lane::ZERO;
        for t in self.term_ranges[direction].clone() {
            sum += terms[t] * v[self.columns[t]];
        }
        sum
    }

    /// Derivative of the net rate of a step along `v`, mol/s.
    #[inline(always)]
    pub fn step_rate_along<const W: usize>(&self, step: StepId, terms: &[Lane<W>], v: &[Lane<W>]) -> Lane<W> {
        let (forward, reverse) = self.step_directions(step);
        let mut net = self.rate_along(forward, terms, v);
        if let Some(reverse) = reverse {
            net -= self.rate_along(reverse, terms, v);
        }
        net * self.step_sizes[step.0]
    }

    /// First derivative of all rates when the network's numbers change by `along` and the variables by `v`.
    pub fn tangent<const W: usize>(
        &self,
        bound: &Bound<W>,
        along: Option<&BoundAlong<W>>,
        z: &[Lane<W>],
        v: &[Lane<W>],
        rates: &mut [Lane<W>],
    ) {
        wide::<W, _>(
            #[inline(always)]
            || self.product_tangent(&bound.constants, along.map(|a| a.constants.as_slice()), z, v, rates),
        );
        if !self.free.is_empty() {
            self.free_tangent(bound, along, z, v, rates);
        }
    }

    /// How the derivative of all rates along `u` changes when the network's numbers change by `along` and the
    /// variables by `v`: the product of the rates' second derivatives with `u` and `v`, exact.
    pub fn second_tangent<const W: usize>(
        &self,
        bound: &Bound<W>,
        along: Option<&BoundAlong<W>>,
        z: &[Lane<W>],
        (u, v): (&[Lane<W>], &[Lane<W>]),
        rates: &mut [Lane<W>],
    ) {
        let along_constants = along.map(|a| a.constants.as_slice());
        wide::<W, _>(
            #[inline(always)]
            || self.product_second_tangent(&bound.constants, along_constants, z, u, v, rates),
        );
        if !self.free.is_empty() {
            self.free_second_tangent(bound, along, z, (u, v), rates);
        }
    }

    /// Turns accumulated derivatives of currents into derivatives of the residuals of floating potentials: the
    /// variables change by `v`, the network's numbers by `along`, and `currents` are those that a change of the
    /// resistance multiplies.
    pub fn close_tangent<const W: usize>(
        &self,
        bound: &Bound<W>,
        along: Option<&BoundAlong<W>>,
        v: &[Lane<W>],
        currents: Option<&[Lane<W>]>,
        dz: &mut [Lane<W>],
    ) {
        for (i, own) in self.floating.iter().enumerate() {
            let row = self.species + i;
            let raw = dz[row];
            let mut applied = along.map_or(Lane::ZERO, |a| a.potential);
            if let Some(time) = self.time {
                applied += bound.conditions.potential_rate * v[time];
            }
            let mut dropped = applied - v[row] - self.resistance(i, bound) * raw;
            if let (Some(along), Some(id), Some(currents), false) = (along, own.resistance, currents, own.counter) {
                dropped -= along.parameters[id.0] * currents[row];
            }
            dz[row] = if own.counter { bound.where_connected(-raw, dropped) } else { dropped };
        }
    }

    /// Whether a direction changes a resistance, so that [`Compiled::close_tangent`] needs currents.
    pub fn changes_resistance<const W: usize>(&self, along: &BoundAlong<W>) -> bool {
        self.floating.iter().filter_map(|f| f.resistance).any(|id| along.changes(id))
    }

    /// Net rate of a step, mol/s: forward less reverse, times the size of its phase.
    #[inline(always)]
    pub fn step_rate<const W: usize>(&self, step: StepId, rates: &[Lane<W>]) -> Lane<W> {
        self.net_rate(step, rates) * self.step_sizes[step.0]
    }

    /// Forward less reverse rate of a step, per volume or area of its phase.
    #[inline(always)]
    fn net_rate<const W: usize>(&self, step: StepId, rates: &[Lane<W>]) -> Lane<W> {
        let (forward, reverse) = self.step_directions(step);
        reverse.map_or(rates[forward], |r| rates[forward] - rates[r])
    }

    /// Current of a step for given rates, A; positive for an oxidation.
    pub fn step_current<const W: usize>(&self, step: &ElectronStep, rates: &[Lane<W>]) -> Lane<W> {
        self.net_rate(step.step, rates) * step.current
    }

    /// Current of the cell for given rates, A; positive for an oxidation at the working electrode.
    pub fn current<const W: usize>(&self, rates: &[Lane<W>]) -> Lane<W> {
        let mut sum = Lane::ZERO;
        for step in self.electron_steps.iter().filter(|s| !s.counter) {
            sum += self.step_current(step, rates);
        }
        sum
    }
}
