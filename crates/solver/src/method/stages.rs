//! The stages of a Rosenbrock step: what is combined of them.

use ratelaw_network::Lane;

use super::tableau::{STAGES, Tableau};
use crate::lanes::{Lanes, lanes};

/// Stage values, one row for each stage.
#[derive(Debug, Clone)]
pub(crate) struct Stages<const W: usize>(pub(crate) Vec<Lanes<W>>);

impl<const W: usize> Stages<W> {
    pub(crate) fn new(stages: usize, n: usize) -> Self {
        Self((0..stages).map(|_| lanes(n)).collect())
    }

    /// `start + sum_j row[j] u_j` over the first `count` stages.
    #[inline(always)]
    pub(super) fn combine(&self, start: &[Lane<W>], row: &[f64; STAGES], count: usize, out: &mut [Lane<W>]) {
        for k in 0..out.len() {
            let mut sum = start[k];
            for (stage, weight) in self.0[..count].iter().zip(row) {
                sum += stage[k] * *weight;
            }
            out[k] = sum;
        }
    }

    /// The same for row `i` of `a`, and beside it `sum_j c_ij u_j`, from one pass over the stages that are done. Where a point
    /// is that of the stage before and that stage, it is found in `point` and added to.
    #[inline(always)]
    pub(super) fn prepare(
        &self,
        method: &Tableau,
        i: usize,
        start: &[Lane<W>],
        (point, coupled): (&mut [Lane<W>], &mut [Lane<W>]),
    ) {
        let (a, c) = (&method.a[i], &method.c[i]);
        if i >= method.goes_on {
            for (k, point) in point.iter_mut().enumerate() {
                *point += self.0[i - 1][k];
                coupled[k] = self.coupled(method, i, k);
            }
            return;
        }
        for (k, start) in start.iter().enumerate() {
            let (mut sum, mut own) = (*start, Lane::ZERO);
            for (stage, (a, c)) in self.0[..i].iter().zip(a.iter().zip(c)) {
                let u = stage[k];
                sum += u * *a;
                own += u * *c;
            }
            (point[k], coupled[k]) = (sum, own);
        }
    }

    /// `sum_j c_ij u_j` of one variable.
    #[inline(always)]
    pub(super) fn coupled(&self, method: &Tableau, i: usize, k: usize) -> Lane<W> {
        let mut sum = Lane::ZERO;
        for (stage, weight) in self.0[..i].iter().zip(&method.c[i]) {
            sum += stage[k] * *weight;
        }
        sum
    }

    /// Dense output of one lane within the step from `y0` to `y1`, at the fraction `theta` of it.
    pub(crate) fn interpolate(
        &self,
        method: &Tableau,
        (y0, y1): (&[Lane<W>], &[Lane<W>]),
        (lane, theta): (usize, f64),
        out: &mut [f64],
    ) {
        let rest = 1.0 - theta;
        for (i, out) in out.iter_mut().enumerate() {
            let mut bend = 0.0;
            for row in method.dense.iter().rev() {
                bend *= theta;
                for (stage, weight) in self.0.iter().zip(row) {
                    bend += stage[i].0[lane] * weight;
                }
            }
            *out = y0[i].0[lane] * rest + (y1[i].0[lane] + bend * rest) * theta;
        }
    }
}
