//! Numeric LU factorisation of a complex matrix, by the plan of the real one of its pattern.

use nalgebra::{Complex, DMatrix, DVector, Dyn, LU};

use super::SymbolicLu;
use super::numeric::LOST;

/// The factors of one complex matrix. As [`NumericLu`](super::NumericLu), it does not pivot, and falls back to a dense
/// factorisation that does where a pivot vanishes.
#[derive(Debug)]
pub(crate) struct ComplexLu {
    factors: Vec<Complex<f64>>,
    /// The diagonal of the matrix.
    diagonal: Vec<Complex<f64>>,
    /// The dense end of the matrix, and its part of a right-hand side.
    tail: Vec<Complex<f64>>,
    tail_right: Vec<Complex<f64>>,
    pivoted: Option<LU<Complex<f64>, Dyn, Dyn>>,
}

impl ComplexLu {
    pub(crate) fn new(symbolic: &SymbolicLu) -> Self {
        let size = symbolic.tail.len();
        Self {
            factors: vec![Complex::ZERO; symbolic.slots()],
            diagonal: vec![Complex::ZERO; symbolic.n],
            tail: vec![Complex::ZERO; size * size],
            tail_right: vec![Complex::ZERO; size],
            pivoted: None,
        }
    }

    /// Factorises the matrix that `assemble` writes, by place, over whatever was there. Says whether it could do without
    /// pivoting; a matrix that is singular even so will solve to values that are not finite.
    pub(crate) fn factorise(&mut self, symbolic: &SymbolicLu, assemble: impl Fn(&mut [Complex<f64>])) -> bool {
        let Self { factors, diagonal, tail, .. } = self;
        assemble(factors);
        for (start, slot) in diagonal.iter_mut().zip(symbolic.diagonal()) {
            *start = factors[*slot];
        }
        tail.fill(Complex::ZERO);
        let mut sound = true;
        symbolic.eliminate(factors, tail, |row, value| invert(value, diagonal[row], &mut sound));
        self.pivoted = None;
        if !sound {
            let mut values = vec![Complex::ZERO; symbolic.slots()];
            assemble(&mut values);
            let mut matrix = DMatrix::from_element(symbolic.n, symbolic.n, Complex::ZERO);
            for ((i, j), value) in symbolic.coordinates.iter().zip(&values) {
                matrix[(*i, *j)] = *value;
            }
            self.pivoted = Some(matrix.lu());
        }
        sound
    }

    /// Solves in place.
    pub(crate) fn solve(&mut self, symbolic: &SymbolicLu, b: &mut [Complex<f64>]) {
        let Some(lu) = &self.pivoted else {
            symbolic.substitute(&self.factors, &self.tail, &mut self.tail_right, b);
            return;
        };
        let mut x = DVector::from_column_slice(b);
        if lu.solve_mut(&mut x) {
            b.copy_from_slice(x.as_slice());
        } else {
            b.fill(Complex::new(f64::NAN, f64::NAN));
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
            let assemble = |values: &mut [Complex<f64>]| {
                let entries = (0..entries.len()).map(|k| Complex::new(1.0 + k as f64, 0.5 - k as f64));
                let there = |row| !vanishing || row != symbolic.pivots[0].row;
                symbolic.assemble(values, Complex::ZERO, entries, (Complex::new(9.0, 11.0), there));
            };
            assert_eq!(lu.factorise(&symbolic, assemble), !vanishing);
            let mut original = vec![Complex::ZERO; symbolic.slots()];
            assemble(&mut original);
            let b: [Complex<f64>; 4] = std::array::from_fn(|i| Complex::new(1.0 + i as f64, 4.0 - i as f64));
            let mut x = b;
            lu.solve(&symbolic, &mut x);
            let mut product = [Complex::<f64>::ZERO; 4];
            for ((i, j), value) in symbolic.coordinates.iter().zip(&original) {
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
