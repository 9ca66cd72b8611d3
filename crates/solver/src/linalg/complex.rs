//! Numeric LU factorisation of a complex matrix, by the plan of the real one of its pattern.

use nalgebra::{Complex, DMatrix, DVector, Dyn, LU};

use super::numeric::LOST;
use super::{SymbolicLu, tail};

/// The factors of one complex matrix. As [`NumericLu`](super::NumericLu), it does not pivot, and falls back to a dense
/// factorisation that does where a pivot vanishes.
#[derive(Debug)]
pub(crate) struct ComplexLu {
    original: Vec<Complex<f64>>,
    factors: Vec<Complex<f64>>,
    /// The dense end of the matrix, and its part of a right-hand side.
    tail: Vec<Complex<f64>>,
    tail_right: Vec<Complex<f64>>,
    pivoted: Option<LU<Complex<f64>, Dyn, Dyn>>,
}

impl ComplexLu {
    pub(crate) fn new(symbolic: &SymbolicLu) -> Self {
        let zeros = vec![Complex::ZERO; symbolic.slots()];
        let size = symbolic.tail.len();
        Self {
            original: zeros.clone(),
            factors: zeros,
            tail: vec![Complex::ZERO; size * size],
            tail_right: vec![Complex::ZERO; size],
            pivoted: None,
        }
    }

    /// The values to factorise, by place; all of them must be set before [`ComplexLu::factorise`].
    pub(crate) fn values(&mut self) -> &mut [Complex<f64>] {
        &mut self.original
    }

    /// Factorises. Gives 1 if it needed pivoting, else 0; a matrix that is singular even so will solve to values that
    /// are not finite.
    pub(crate) fn factorise(&mut self, symbolic: &SymbolicLu) -> usize {
        let a = &mut self.factors;
        a.copy_from_slice(&self.original);
        let mut sound = true;
        for pivot in &symbolic.pivots {
            let inverse = invert(a[pivot.slot], self.original[pivot.slot], &mut sound);
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
        self.tail.fill(Complex::ZERO);
        for (slot, index) in &symbolic.tail_slots {
            self.tail[*index] = a[*slot];
        }
        tail::factorise(&mut self.tail, symbolic.tail.len(), |k, value| {
            invert(value, self.original[symbolic.diagonal()[symbolic.tail[k]]], &mut sound)
        });
        self.pivoted = (!sound).then(|| self.dense(symbolic));
        usize::from(!sound)
    }

    fn dense(&self, symbolic: &SymbolicLu) -> LU<Complex<f64>, Dyn, Dyn> {
        let mut matrix = DMatrix::from_element(symbolic.n, symbolic.n, Complex::ZERO);
        for ((i, j), value) in symbolic.coordinates.iter().zip(&self.original) {
            matrix[(*i, *j)] = *value;
        }
        matrix.lu()
    }

    /// Solves in place.
    pub(crate) fn solve(&mut self, symbolic: &SymbolicLu, b: &mut [Complex<f64>]) {
        if let Some(lu) = &self.pivoted {
            let mut x = DVector::from_column_slice(b);
            if lu.solve_mut(&mut x) {
                b.copy_from_slice(x.as_slice());
            } else {
                b.fill(Complex::new(f64::NAN, f64::NAN));
            }
            return;
        }
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

/// The reciprocal of a pivot that started from `start`; notes whether it is lost.
fn invert(value: Complex<f64>, start: Complex<f64>, sound: &mut bool) -> Complex<f64> {
    let size = value.norm_sqr();
    *sound &= size > LOST * LOST * start.norm_sqr() && size.is_finite();
    value.conj() / size
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cyclic pattern with fill, by the plan and, where a first pivot vanishes, dense.
    #[test]
    fn solves_with_fill_and_falls_back() {
        let entries = [(0, 3), (3, 0), (1, 0), (2, 1), (3, 2), (0, 2), (2, 3)];
        let symbolic = SymbolicLu::new(4, &entries);
        for vanishing in [false, true] {
            let mut lu = ComplexLu::new(&symbolic);
            for (k, slot) in symbolic.entry_slots().iter().enumerate() {
                lu.values()[*slot] = Complex::new(1.0 + k as f64, 0.5 - k as f64);
            }
            for (i, slot) in symbolic.diagonal().iter().enumerate() {
                let zero = vanishing && i == symbolic.pivots[0].row;
                lu.values()[*slot] = if zero { Complex::ZERO } else { Complex::new(9.0, 11.0 + i as f64) };
            }
            assert_eq!(lu.factorise(&symbolic), usize::from(vanishing));
            let b: [Complex<f64>; 4] = std::array::from_fn(|i| Complex::new(1.0 + i as f64, 4.0 - i as f64));
            let mut x = b;
            lu.solve(&symbolic, &mut x);
            let mut product = [Complex::<f64>::ZERO; 4];
            for ((i, j), value) in symbolic.coordinates.iter().zip(&lu.original) {
                product[*i] += value * x[*j];
            }
            for (product, b) in product.iter().zip(&b) {
                // A well-conditioned system of four: a few rounding errors.
                let missed: Complex<f64> = product - b;
                assert!(missed.norm() < 1e-13, "{product} {b}");
            }
        }
    }
}
