//! Backward differences of a run with steps of one size.

use ratelaw_network::Lane;

use super::ndf_coefficients::{GAMMA, MOST, alpha};

/// What is kept: differences of the orders in use, one for the estimate at the order in use and one for that above.
const ROWS: usize = MOST + 2;

/// `nabla^j y` for `j` from 1, at the end of the last step; the value itself is kept by the run.
#[derive(Debug)]
pub(super) struct Differences {
    rows: [Vec<Lane<1>>; ROWS],
}

impl Differences {
    pub(super) fn new(n: usize) -> Self {
        Self { rows: std::array::from_fn(|_| vec![Lane::ZERO; n]) }
    }

    /// Starts with first differences alone.
    pub(super) fn begin(&mut self) -> &mut [Lane<1>] {
        for row in &mut self.rows {
            row.fill(Lane::ZERO);
        }
        &mut self.rows[0]
    }

    /// Starts with the values at ends of steps, the last one first.
    #[cfg(test)]
    pub(super) fn fill(&mut self, mut values: Vec<Vec<f64>>) {
        for j in 1..values.len() {
            for i in 0..values.len() - j {
                let next = values[i + 1].clone();
                values[i].iter_mut().zip(next).for_each(|(value, next)| *value -= next);
            }
            self.rows[j - 1] = values[0].iter().map(|value| Lane([*value])).collect();
        }
    }

    /// The difference of an order from 1.
    pub(super) fn of(&self, order: usize) -> &[Lane<1>] {
        &self.rows[order - 1]
    }

    /// Continues by a step: what the polynomial of degree `order` says, and the known part of the formula over its
    /// `alpha`.
    pub(super) fn predict(&self, order: usize, y: &[Lane<1>], point: &mut [Lane<1>], psi: &mut [Lane<1>]) {
        point.copy_from_slice(y);
        psi.fill(Lane::ZERO);
        for (j, row) in self.rows.iter().enumerate().take(order) {
            let weight = GAMMA[j + 1] / alpha(order);
            for ((point, psi), difference) in point.iter_mut().zip(psi.iter_mut()).zip(row) {
                *point += *difference;
                *psi += *difference * weight;
            }
        }
    }

    /// Takes the end of a step, which is `d` above the prediction of degree `order`.
    pub(super) fn advance(&mut self, order: usize, d: &[Lane<1>]) {
        let [.., above, beyond] = &mut self.rows[..order + 2] else { return };
        for ((above, beyond), d) in above.iter_mut().zip(beyond).zip(d) {
            *beyond = *d - *above;
            *above = *d;
        }
        for j in (0..order).rev() {
            let (lower, higher) = self.rows.split_at_mut(j + 1);
            for (lower, higher) in lower[j].iter_mut().zip(&higher[0]) {
                *lower += *higher;
            }
        }
    }

    /// Makes steps of one size into steps `ratio` times as long, by the polynomial of degree `order`.
    pub(super) fn rescale(&mut self, order: usize, ratio: f64) {
        let matrix = transfer(order, ratio);
        for i in 0..self.rows[0].len() {
            // Row `j` needs those from `j` on, so going up none is lost too early.
            for j in 0..order {
                let mut sum = Lane::ZERO;
                for m in j..order {
                    sum += self.rows[m][i] * matrix[j][m];
                }
                self.rows[j][i] = sum;
            }
        }
    }

    /// The polynomial of degree `order` at the fraction `theta` of the step that ended at `end`.
    pub(super) fn interpolate(&self, order: usize, end: &[Lane<1>], theta: f64, out: &mut [Lane<1>]) {
        out.copy_from_slice(end);
        let mut weight = 1.0;
        for (j, row) in self.rows.iter().enumerate().take(order) {
            weight *= (theta - 1.0 + j as f64) / (j + 1) as f64;
            for (out, difference) in out.iter_mut().zip(row) {
                *out += *difference * weight;
            }
        }
    }
}

/// New differences from old, both from order 1: the polynomial is `sum_m nabla^m y s(s+1)...(s+m-1)/m!` at `s` steps past
/// the end (Newton's form), and differences over `ratio` are taken of it. Triangular, since a difference of order `j`
/// leaves nothing of a lower power.
fn transfer(order: usize, ratio: f64) -> [[f64; MOST]; MOST] {
    let mut matrix = [[0.0; MOST]; MOST];
    for m in 1..=order {
        let mut values = [0.0; MOST + 1];
        for (i, value) in values.iter_mut().enumerate().take(m + 1) {
            *value = (0..m).map(|l| (l as f64 - i as f64 * ratio) / (l + 1) as f64).product();
        }
        // In place: after pass `j` the first of the values is the difference of order `j`.
        for j in 1..=m {
            for i in 0..=m - j {
                values[i] -= values[i + 1];
            }
            matrix[j - 1][m - 1] = values[0];
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Differences of a polynomial are those of any step size, predict it, and show it between.
    #[test]
    fn polynomials_are_kept() {
        let value = |t: f64| 1.0 + t * (2.0 - t * (0.5 + t * (0.3 - t * (0.1 - 0.02 * t))));
        let filled = |h: f64, order: usize| {
            let mut all = Differences::new(1);
            all.fill((0..=order).map(|i| vec![value(2.0 - i as f64 * h)]).collect());
            all
        };
        for ratio in [0.1, 0.7, 1.0, 1.9, 4.0] {
            let mut scaled = filled(0.3, MOST);
            scaled.rescale(MOST, ratio);
            for j in 1..=MOST {
                let (found, exact) = (scaled.of(j)[0].0[0], filled(0.3 * ratio, MOST).of(j)[0].0[0]);
                assert!((found - exact).abs() < 1e-11, "{ratio} {j}: {found} {exact}");
            }
        }
        let mut all = filled(0.3, MOST);
        let (mut point, mut psi) = ([Lane::ZERO], [Lane::ZERO]);
        all.predict(MOST, &[Lane([value(2.0)])], &mut point, &mut psi);
        assert!((point[0].0[0] - value(2.3)).abs() < 1e-12);
        all.advance(MOST, &[Lane::ZERO]);
        for theta in [0.0, 0.4, 1.0] {
            all.interpolate(MOST, &[Lane([value(2.3)])], theta, &mut point);
            assert!((point[0].0[0] - value(2.0 + 0.3 * theta)).abs() < 1e-12, "{theta}");
        }
    }
}
