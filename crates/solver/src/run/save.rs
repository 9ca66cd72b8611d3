//! Save points, from the dense output of the steps that pass them.

use ratelaw_network::Network;

use super::{Carrier, Run};
use crate::solution::Solution;

/// Save points that are still to come.
#[derive(Debug)]
pub(super) struct Output {
    times: Vec<f64>,
    pub(super) next: usize,
    /// Whether a step exchanges electrons both ways, so that its current may have to be read off its turnover.
    cancelling: bool,
}

impl Output {
    pub(super) fn new(times: Vec<f64>, network: &Network) -> Self {
        Self { times, next: 0, cancelling: network.compiled().has_reversible_currents() }
    }

    /// The next save point, if it is not after a time.
    pub(super) fn due(&self, time: f64) -> Option<f64> {
        self.times.get(self.next).copied().filter(|due| *due <= time)
    }

    /// Whether the row at `t`, where a stage begins, was saved before there was a step to differentiate.
    pub(super) fn waits(&self, solution: &Solution, t: f64) -> bool {
        let empty = solution.turnover_rates.last().is_some_and(Vec::is_empty);
        self.cancelling && empty && solution.times.last() == Some(&t)
    }
}

/// Rates of turnovers, and their derivatives in each setting.
type Rates = (Vec<f64>, Vec<Vec<f64>>);

impl<'a> Run<'a> {
    /// Saves what is due within the step to `next`, of which only the part up to `until` is taken.
    pub(super) fn save_within(&mut self, (next, until): (f64, f64), carrier: &impl Carrier<'a>) {
        let h = next - self.t;
        if self.output.waits(&self.solution, self.t) {
            let (rates, derivatives) = self.turnover_rates((0.0, h), carrier);
            if let (Some(last), Some(derived)) =
                (self.solution.turnover_rates.last_mut(), self.solution.turnover_rate_derivatives.last_mut())
            {
                (*last, *derived) = (rates, derivatives);
            }
        }
        while let Some(time) = self.output.due(until) {
            let theta = if time == next { 1.0 } else { (time - self.t) / h };
            let rates = self.turnover_rates((theta, h), carrier);
            let derivatives = (0..self.shifts.len())
                .map(|k| {
                    let (mut dz, mut dq) = (self.z.clone(), self.q.clone());
                    carrier.tangent_within(k, theta, (&mut dz, &mut dq));
                    (dz, dq)
                })
                .collect();
            carrier.within(theta, (&mut self.z, &mut self.q));
            let setting = (&self.conditions, self.applied_by_all(), &self.supplied);
            self.solution.push(time, &self.z, self.q.clone(), derivatives, setting, rates);
            self.output.next += 1;
        }
    }

    /// Rates of the turnovers, mol/s, at the fraction `theta` of a step of length `h`.
    ///
    /// The dense output of Rosenbrock methods and of Radau5 is a polynomial of degree 4 at most, whose derivative central
    /// differences of five points give exactly; that of NDF at order 5 they give to the fourth power of their distance.
    fn turnover_rates(&mut self, (theta, h): (f64, f64), carrier: &impl Carrier<'a>) -> Rates {
        const APART: f64 = 0.1;
        const POINTS: [(f64, f64); 4] = [(-2.0, 1.0), (-1.0, -8.0), (1.0, 8.0), (2.0, -1.0)];
        if !self.output.cancelling {
            return Rates::default();
        }
        let (count, settings) = (self.q.len(), self.shifts.len());
        let (mut rates, mut derivatives) = (vec![0.0; count], vec![vec![0.0; count]; settings]);
        let add = |rates: &mut [f64], q: &[f64], weight: f64| {
            for (rate, q) in rates.iter_mut().zip(q) {
                *rate += q * weight / (12.0 * APART * h);
            }
        };
        for (place, weight) in POINTS {
            let at = theta + place * APART;
            carrier.within(at, (&mut self.z, &mut self.q));
            add(&mut rates, &self.q, weight);
            for (k, rates) in derivatives.iter_mut().enumerate() {
                carrier.tangent_within(k, at, (&mut self.z, &mut self.q));
                add(rates, &self.q, weight);
            }
        }
        (rates, derivatives)
    }
}
