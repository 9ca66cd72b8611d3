//! The dense end of a sparse factorisation.
//!
//! Elimination fills in what is left, and from some point on lists of single operations are slower than loops over full
//! rows. These are blocked, so that what they read again is still in the cache (Golub and Van Loan, Matrix Computations,
//! section 3.2.11), and plain: the compiler makes vector instructions of them.

use std::ops::{Add, Mul, Sub};

/// Rows of a block.
const BLOCK: usize = 32;
/// Columns that are done at a time: with the rows of a block 32 kB of plain numbers.
const COLUMNS: usize = 128;

/// What is calculated with.
pub(super) trait Entry: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {}

impl<T: Copy + Add<Output = T> + Sub<Output = T> + Mul<Output = T>> Entry for T {}

/// Factorises an `n` by `n` matrix in place, by rows, without pivoting. `invert` gives the reciprocal of a pivot, which is
/// then in the pivot's place.
#[inline(always)]
pub(super) fn factorise<T: Entry>(a: &mut [T], n: usize, mut invert: impl FnMut(usize, T) -> T) {
    for first in (0..n).step_by(BLOCK) {
        let next = (first + BLOCK).min(n);
        for k in first..next {
            let inverse = invert(k, a[k * n + k]);
            a[k * n + k] = inverse;
            let (done, below) = a.split_at_mut((k + 1) * n);
            let pivot_row = &done[k * n + k + 1..k * n + next];
            for row in below.chunks_exact_mut(n) {
                let factor = row[k] * inverse;
                row[k] = factor;
                subtract(&mut row[k + 1..next], factor, pivot_row);
            }
        }
        if next == n {
            return;
        }
        let (done, below) = a.split_at_mut(next * n);
        let block = &mut done[first * n..];
        for i in 1..next - first {
            let (above, own) = block.split_at_mut(i * n);
            for k in 0..i {
                let factor = own[first + k];
                subtract(&mut own[next..n], factor, &above[k * n + next..(k + 1) * n]);
            }
        }
        for start in (next..n).step_by(COLUMNS) {
            let columns = start..(start + COLUMNS).min(n);
            for row in below.chunks_exact_mut(n) {
                let (factors, rest) = row.split_at_mut(next);
                subtract_block(&mut rest[columns.start - next..columns.end - next], &factors[first..], |k| {
                    &block[k * n + columns.start..k * n + columns.end]
                });
            }
        }
    }
}

/// `row -= factor * other`
#[inline(always)]
fn subtract<T: Entry>(row: &mut [T], factor: T, other: &[T]) {
    for (row, other) in row.iter_mut().zip(other) {
        *row = *row - factor * *other;
    }
}

/// `row -= sum_k factors[k] * other(k)`, by four, so that `row` is read and written a quarter as often.
#[inline(always)]
fn subtract_block<'a, T: Entry + 'a>(row: &mut [T], factors: &[T], other: impl Fn(usize) -> &'a [T]) {
    let whole = factors.len() / 4 * 4;
    for k in (0..whole).step_by(4) {
        let (a, b, c, d) = (factors[k], factors[k + 1], factors[k + 2], factors[k + 3]);
        let pairs = other(k).iter().zip(other(k + 1)).zip(other(k + 2).iter().zip(other(k + 3)));
        for (row, ((p, q), (r, s))) in row.iter_mut().zip(pairs) {
            *row = *row - (a * *p + b * *q) - (c * *r + d * *s);
        }
    }
    for (k, factor) in factors.iter().enumerate().skip(whole) {
        subtract(row, *factor, other(k));
    }
}

/// Solves in place with the factors.
#[inline(always)]
pub(super) fn solve<T: Entry>(a: &[T], b: &mut [T]) {
    let n = b.len();
    for i in 1..n {
        let (known, own) = b.split_at_mut(i);
        own[0] = less_product(own[0], &a[i * n..i * n + i], known);
    }
    for i in (0..n).rev() {
        let (own, known) = b.split_at_mut(i + 1);
        own[i] = less_product(own[i], &a[i * n + i + 1..(i + 1) * n], known) * a[i * n + i];
    }
}

/// `value - row . b` in four sums, which do not wait for each other.
#[inline(always)]
fn less_product<T: Entry>(value: T, row: &[T], b: &[T]) -> T {
    let (row_chunks, b_chunks) = (row.chunks_exact(4), b.chunks_exact(4));
    let rest = row_chunks.remainder().iter().zip(b_chunks.remainder());
    let mut sums: Option<[T; 4]> = None;
    for (row, b) in row_chunks.zip(b_chunks) {
        let products = [row[0] * b[0], row[1] * b[1], row[2] * b[2], row[3] * b[3]];
        sums = Some(sums.map_or(products, |s| std::array::from_fn(|i| s[i] + products[i])));
    }
    let value = sums.map_or(value, |s| value - ((s[0] + s[1]) + (s[2] + s[3])));
    rest.fold(value, |value, (row, b)| value - *row * *b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes around those of blocks; the product of matrix and solution is the right-hand side.
    #[test]
    fn solves_at_all_block_borders() {
        for n in [1, 2, 5, 31, 32, 33, 64, 67, 128, 161, 200] {
            let entry = |i: usize, j: usize| {
                let scattered = ((i * 37 + j * 101 + i * j) % 19) as f64 / 19.0 - 0.5;
                if i == j { n as f64 } else { scattered }
            };
            let mut a: Vec<f64> = (0..n * n).map(|k| entry(k / n, k % n)).collect();
            let b: Vec<f64> = (0..n).map(|i| 1.0 + (i % 7) as f64).collect();
            let mut x = b.clone();
            factorise(&mut a, n, |_, pivot| pivot.recip());
            solve(&a, &mut x);
            for i in 0..n {
                let product: f64 = (0..n).map(|j| entry(i, j) * x[j]).sum();
                assert!((product - b[i]).abs() < 1e-12 * n as f64, "{n}: {product} {}", b[i]);
            }
        }
    }
}
