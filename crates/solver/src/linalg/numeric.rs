//! Numeric LU factorisation on lanes.

use nalgebra::{DMatrix, DVector, Dyn, LU};
use ratelaw_network::{Lane, wide};

use super::SymbolicLu;
use crate::lanes::{Lanes, lanes};

/// The factors of one matrix for each lane. Elimination does not pivot; a lane whose pivots vanish is
/// factorised again on its own, dense and with partial pivoting.
#[derive(Debug)]
pub(crate) struct NumericLu<const W: usize> {
    factors: Lanes<W>,
    /// The diagonal of the matrix.
    diagonal: Lanes<W>,
    /// The dense end of the matrix, and its part of a right-hand side.
    tail: Lanes<W>,
    tail_right: Lanes<W>,
    /// Factors of the lanes that were pivoted; empty where none was, which is nearly always.
    pivoted: Vec<(usize, LU<f64, Dyn, Dyn>)>,
}

/// A pivot this much smaller than the entry it started from has no digits left.
pub(super) const LOST: f64 = 1e-15;

impl<const W: usize> NumericLu<W> {
    pub(crate) fn new(symbolic: &SymbolicLu) -> Self {
        let size = symbolic.tail.len();
        Self {
            factors: lanes(symbolic.slots()),
            diagonal: lanes(symbolic.n),
            tail: lanes(size * size),
            tail_right: lanes(size),
            pivoted: Vec::new(),
        }
    }

    /// Factorises the matrix of an implicit step, `d - J`, from the entries of `J` in the order of the plan's pattern; `d` is
    /// the same in some rows and zero in the others. Says what [`NumericLu::factorise`] does.
    pub(crate) fn factorise_step(
        &mut self,
        symbolic: &SymbolicLu,
        jacobian: &[Lane<W>],
        diagonal: (Lane<W>, impl Fn(usize) -> bool + Copy),
    ) -> [bool; W] {
        self.factorise(symbolic, |values| {
            wide::<W, _>(
                #[inline(always)]
                || symbolic.assemble(values, Lane::ZERO, jacobian.iter().map(|entry| -*entry), diagonal),
            );
        })
    }

    /// Factorises the matrix that `assemble` writes, by place, over whatever was there. Says of each lane whether it could
    /// do without pivoting; a lane that is singular even with it will solve to values that are not finite.
    fn factorise(&mut self, symbolic: &SymbolicLu, assemble: impl Fn(&mut [Lane<W>])) -> [bool; W] {
        let mut sound = [true; W];
        assemble(&mut self.factors);
        wide::<W, _>(
            #[inline(always)]
            || {
                let Self { factors, diagonal, tail, .. } = self;
                for (start, slot) in diagonal.iter_mut().zip(symbolic.diagonal()) {
                    *start = factors[*slot];
                }
                tail.fill(Lane::ZERO);
                symbolic.eliminate(
                    factors,
                    tail,
                    #[inline(always)]
                    |row, value| invert(value, diagonal[row], &mut sound),
                );
            },
        );
        self.pivoted.clear();
        if sound.contains(&false) {
            let mut matrix = lanes(symbolic.slots());
            assemble(&mut matrix);
            for lane in (0..W).filter(|lane| !sound[*lane]) {
                self.pivoted.push((lane, dense(symbolic, &matrix, lane)));
            }
        }
        sound
    }

    /// Solves in place.
    pub(crate) fn solve(&mut self, symbolic: &SymbolicLu, b: &mut [Lane<W>]) {
        let right = |(lane, _): &(usize, _)| DVector::from_iterator(symbolic.n, b.iter().map(|x| x.0[*lane]));
        let rights: Vec<DVector<f64>> = self.pivoted.iter().map(right).collect();
        self.substitute(symbolic, b);
        for ((lane, lu), mut x) in self.pivoted.iter().zip(rights) {
            let solved = lu.solve_mut(&mut x);
            for i in 0..symbolic.n {
                b[i].0[*lane] = if solved { x[i] } else { f64::NAN };
            }
        }
    }

    fn substitute(&mut self, symbolic: &SymbolicLu, b: &mut [Lane<W>]) {
        wide::<W, _>(
            #[inline(always)]
            || symbolic.substitute(&self.factors, &self.tail, &mut self.tail_right, b),
        );
    }
}

/// One lane of a matrix, factorised with pivoting.
fn dense<const W: usize>(symbolic: &SymbolicLu, values: &[Lane<W>], lane: usize) -> LU<f64, Dyn, Dyn> {
    let mut matrix = DMatrix::zeros(symbolic.n, symbolic.n);
    for ((i, j), value) in symbolic.coordinates.iter().zip(values) {
        matrix[(*i, *j)] = value.0[lane];
    }
    matrix.lu()
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
        let assemble = |values: &mut [Lane<2>]| {
            let entries = (0..entries.len()).map(|k| Lane([1.0 + k as f64, 2.5 - k as f64]));
            symbolic.assemble(values, Lane::ZERO, entries, (Lane([10.0, 9.0]), |_| true));
            values[symbolic.pivots[0].slot].0[1] = 0.0;
        };
        assert_eq!(lu.factorise(&symbolic, assemble), [true, false]);
        let mut original = vec![Lane::ZERO; symbolic.slots()];
        assemble(&mut original);
        let b = [Lane([1.0, 4.0]), Lane([2.0, 3.0]), Lane([3.0, 2.0]), Lane([4.0, 1.0])];
        let mut x = b;
        lu.solve(&symbolic, &mut x);
        for lane in 0..2 {
            let mut product = [0.0; 4];
            for ((i, j), value) in symbolic.coordinates.iter().zip(&original) {
                product[*i] += value.0[lane] * x[*j].0[lane];
            }
            for i in 0..4 {
                // A well-conditioned system of four: a few rounding errors.
                approx::assert_relative_eq!(product[i], b[i].0[lane], max_relative = 1e-13, epsilon = 1e-13);
            }
        }
    }
}
