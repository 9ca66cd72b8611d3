//! What a planned factorisation does with numbers of any kind.

use super::SymbolicLu;
use super::tail::{self, Entry};

impl SymbolicLu {
    /// Factorises the values `a` in place, and the dense end of the matrix in `dense`, which is all zero at first. `invert` gives the reciprocal of a
    /// pivot of a row; it is then in the pivot's place.
    #[inline(always)]
    pub(super) fn eliminate<T: Entry>(&self, a: &mut [T], dense: &mut [T], mut invert: impl FnMut(usize, T) -> T) {
        for pivot in &self.pivots {
            let inverse = invert(pivot.row, a[pivot.slot]);
            a[pivot.slot] = inverse;
            for multiplier in &self.multipliers[pivot.multipliers.clone()] {
                let factor = a[multiplier.slot] * inverse;
                a[multiplier.slot] = factor;
                for (target, source) in &self.updates[multiplier.updates.clone()] {
                    a[*target as usize] = a[*target as usize] - factor * a[*source as usize];
                }
            }
        }
        for (slot, index) in &self.tail_slots {
            dense[*index] = a[*slot];
        }
        tail::factorise(
            dense,
            self.tail.len(),
            #[inline(always)]
            |k, value| invert(self.tail[k], value),
        );
    }

    /// Solves in place with the factors. Row by row, so that what a row adds up stays in the processor's registers;
    /// `dense_right` has room for the part of the dense end.
    #[inline(always)]
    pub(super) fn substitute<T: Entry>(&self, a: &[T], dense: &[T], dense_right: &mut [T], b: &mut [T]) {
        for lower in &self.lower_rows {
            let mut value = b[lower.row];
            for operand in &self.lower[lower.operands.clone()] {
                value = value - a[operand.slot as usize] * b[operand.column as usize];
            }
            b[lower.row] = value;
        }
        for (own, row) in dense_right.iter_mut().zip(&self.tail) {
            *own = b[*row];
        }
        tail::solve(dense, dense_right);
        for (own, row) in dense_right.iter().zip(&self.tail) {
            b[*row] = *own;
        }
        for pivot in self.pivots.iter().rev() {
            let mut value = b[pivot.row];
            for operand in &self.upper[pivot.upper.clone()] {
                value = value - a[operand.slot as usize] * b[operand.column as usize];
            }
            b[pivot.row] = value * a[pivot.slot];
        }
    }
}
