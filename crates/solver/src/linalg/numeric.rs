//! Numeric LU factorisation on lanes.

use nalgebra::{DMatrix, DVector, Dyn, LU};
use ratelaw_network::{Lane, wide};

use super::{SymbolicLu, tail};
use crate::lanes::{Lanes, lanes};

/// The factors of one matrix for each lane. Elimination does not pivot; a lane whose pivots vanish is
/// factorised again on its own, dense and with partial pivoting.
#[derive(Debug)]
pub(crate) struct NumericLu<const W: usize> {
    original: Lanes<W>,
    factors: Lanes<W>,
    /// The dense end of the matrix, and its part of a right-hand side.
    tail: Lanes<W>,
    tail_right: Lanes<W>,
    pivoted: [Option<LU<f64, Dyn, Dyn>>; W],
}

/// A pivot this much smaller than the entry it started from has no digits left.
pub(super) const LOST: f64 = 1e-15;

impl<const W: usize> NumericLu<W> {
    pub(crate) fn new(symbolic: &SymbolicLu) -> Self {
        let size = symbolic.tail.len();
        Self {
            original: lanes(symbolic.slots()),
            factors: lanes(symbolic.slots()),
            tail: lanes(size * size),
            tail_right: lanes(size),
            pivoted: [const { None }; W],
        }
    }

    /// The values to factorise, by place; all of them must be set before [`NumericLu::factorise`].
    pub(crate) fn values(&mut self) -> &mut [Lane<W>] {
        &mut self.original
    }

    /// Factorises. Says of each lane whether it could do without pivoting; a lane that is singular even with it will
    /// solve to values that are not finite.
    pub(crate) fn factorise(&mut self, symbolic: &SymbolicLu) -> [bool; W] {
        let mut sound = [true; W];
        wide::<W, _>(
            #[inline(always)]
            || self.eliminate(symbolic, &mut sound),
        );
        for lane in 0..W {
            self.pivoted[lane] = (!sound[lane]).then(|| self.dense(symbolic, lane));
        }
        sound
    }

    #[inline(always)]
    fn eliminate(&mut self, symbolic: &SymbolicLu, sound: &mut [bool; W]) {
        let a = &mut self.factors;
        a.copy_from_slice(&self.original);
        for pivot in &symbolic.pivots {
            let inverse = invert(a[pivot.slot], self.original[pivot.slot], sound);
            a[pivot.slot] = inverse;
            for multiplier in &symbolic.multipliers[pivot.multipliers.clone()] {
                let factor = a[multiplier.slot] * inverse;
                a[multiplier.slot] = factor;
                for (target, source) in &symbolic.updates[multiplier.updates.clone()] {
                    let update = factor * a[*source];
                    a[*target] -= update;
                }
            }
        }
        if symbolic.tail.is_empty() {
            return;
        }
        self.tail.fill(Lane::ZERO);
        for (slot, index) in &symbolic.tail_slots {
            self.tail[*index] = a[*slot];
        }
        tail::factorise(&mut self.tail, symbolic.tail.len(), |k, value| {
            invert(value, self.original[symbolic.diagonal()[symbolic.tail[k]]], sound)
        });
    }

    fn dense(&self, symbolic: &SymbolicLu, lane: usize) -> LU<f64, Dyn, Dyn> {
        let mut matrix = DMatrix::zeros(symbolic.n, symbolic.n);
        for ((i, j), value) in symbolic.coordinates.iter().zip(self.original.iter()) {
            matrix[(*i, *j)] = value.0[lane];
        }
        matrix.lu()
    }

    /// Solves in place.
    pub(crate) fn solve(&mut self, symbolic: &SymbolicLu, b: &mut [Lane<W>]) {
        if self.pivoted.iter().all(Option::is_none) {
            wide::<W, _>(
                #[inline(always)]
                || self.substitute(symbolic, b),
            );
            return;
        }
        let right: [Option<DVector<f64>>; W] = std::array::from_fn(|lane| {
            self.pivoted[lane].as_ref().map(|_| DVector::from_iterator(symbolic.n, b.iter().map(|x| x.0[lane])))
        });
        wide::<W, _>(
            #[inline(always)]
            || self.substitute(symbolic, b),
        );
        for (lane, right) in right.into_iter().enumerate() {
            let (Some(lu), Some(mut x)) = (&self.pivoted[lane], right) else { continue };
            let solved = lu.solve_mut(&mut x);
            for i in 0..symbolic.n {
                b[i].0[lane] = if solved { x[i] } else { f64::NAN };
            }
        }
    }

    #[inline(always)]
    fn substitute(&mut self, symbolic: &SymbolicLu, b: &mut [Lane<W>]) {
        let a = &self.factors;
        for pivot in &symbolic.pivots {
            let value = b[pivot.row];
            for multiplier in &symbolic.multipliers[pivot.multipliers.clone()] {
                b[multiplier.row] -= a[multiplier.slot] * value;
            }
        }
        if !symbolic.tail.is_empty() {
            for (own, row) in self.tail_right.iter_mut().zip(&symbolic.tail) {
                *own = b[*row];
            }
            tail::solve(&self.tail, &mut self.tail_right);
            for (own, row) in self.tail_right.iter().zip(&symbolic.tail) {
                b[*row] = *own;
            }
        }
        for pivot in symbolic.pivots.iter().rev() {
            let mut value = b[pivot.row];
            for (slot, column) in &symbolic.upper[pivot.upper.clone()] {
                value -= a[*slot] * b[*column];
            }
            b[pivot.row] = value * a[pivot.slot];
        }
    }
}

/// The reciprocal of a pivot that started from `start`; notes the lanes in which it is lost.
#[inline(always)]
fn invert<const W: usize>(value: Lane<W>, start: Lane<W>, sound: &mut [bool; W]) -> Lane<W> {
    for lane in 0..W {
        sound[lane] &= value.0[lane].abs() > LOST * start.0[lane].abs() && value.0[lane].is_finite();
    }
    value.map(f64::recip)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cyclic pattern with fill, and a matrix whose first pivot vanishes in one lane only.
    #[test]
    fn solves_with_fill_and_falls_back_by_lane() {
        let entries = [(0, 3), (3, 0), (1, 0), (2, 1), (3, 2), (0, 2), (2, 3)];
        let symbolic = SymbolicLu::new(4, &entries);
        let mut lu = NumericLu::<2>::new(&symbolic);
        for (k, slot) in symbolic.entry_slots().iter().enumerate() {
            lu.values()[*slot] = Lane([1.0 + k as f64, 2.5 - k as f64]);
        }
        for (i, slot) in symbolic.diagonal().iter().enumerate() {
            lu.values()[*slot] = Lane([10.0 + i as f64, if i == symbolic.pivots[0].row { 0.0 } else { 9.0 }]);
        }
        assert_eq!(lu.factorise(&symbolic), [true, false]);
        let b = [Lane([1.0, 4.0]), Lane([2.0, 3.0]), Lane([3.0, 2.0]), Lane([4.0, 1.0])];
        let mut x = b;
        lu.solve(&symbolic, &mut x);
        for lane in 0..2 {
            let mut product = [0.0; 4];
            for ((i, j), value) in symbolic.coordinates.iter().zip(lu.original.iter()) {
                product[*i] += value.0[lane] * x[*j].0[lane];
            }
            for i in 0..4 {
                // A well-conditioned system of four: a few rounding errors.
                approx::assert_relative_eq!(product[i], b[i].0[lane], max_relative = 1e-13, epsilon = 1e-13);
            }
        }
    }
}
