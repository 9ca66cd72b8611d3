//! Fills the save points from the dense output of the steps that pass them.

use std::sync::Arc;

use ratelaw_network::{Conditions, Lane, Network};

use crate::method::{Integrator, Tangent};
use crate::solution::Solution;

/// Save points that are still to come.
pub(crate) struct Output<'a> {
    times: &'a [f64],
    next: usize,
    y: Vec<Lane<1>>,
    q: Vec<Lane<1>>,
    /// Whether a step exchanges electrons both ways, so that its current may have to be read off its turnover.
    cancelling: bool,
}

/// Variables and quadratures.
pub(crate) type State<'a> = (&'a [Lane<1>], &'a [Lane<1>]);

impl<'a> Output<'a> {
    pub(crate) fn new(times: &'a [f64], n: usize, quadratures: usize, network: &Network) -> Self {
        let tables = network.compiled();
        let cancelling = tables.electron_steps().iter().any(|s| tables.step_directions(s.step).1.is_some());
        Self { times, next: 0, y: vec![Lane::ZERO; n], q: vec![Lane::ZERO; quadratures], cancelling }
    }

    /// Save points at the start.
    pub(crate) fn start(
        &mut self,
        state: State<'_>,
        tangents: &[Tangent<1>],
        setting: (&Conditions, &Arc<[f64]>),
        solution: &mut Solution,
    ) {
        while self.times.get(self.next).is_some_and(|t| *t <= 0.0) {
            push(0.0, state, tangents, setting, solution);
            self.next += 1;
        }
    }

    /// Save points within a step from `t` to `end`, of which only the part up to `until` was taken.
    pub(crate) fn within(
        &mut self,
        step: &Integrator,
        (t, end, until): (f64, f64, f64),
        start: State<'_>,
        tangents: &[Tangent<1>],
        setting: (&Conditions, &Arc<[f64]>),
        solution: &mut Solution,
    ) {
        let waits = solution.turnover_rates.last().is_some_and(Vec::is_empty);
        if self.cancelling && waits && solution.times.last() == Some(&t) {
            // The row at the beginning of a stage was saved before there was a step to differentiate.
            let (rates, derivatives) = self.rates(step, (0.0, end - t), start, tangents);
            if let (Some(last), Some(derived)) =
                (solution.turnover_rates.last_mut(), solution.turnover_rate_derivatives.last_mut())
            {
                (*last, *derived) = (rates, derivatives);
            }
        }
        while let Some(time) = self.times.get(self.next).filter(|time| **time <= until) {
            let theta = if *time == end { 1.0 } else { (time - t) / (end - t) };
            let rates = self.rates(step, (theta, end - t), start, tangents);
            let derivatives = tangents
                .iter()
                .map(|tangent| {
                    tangent.interpolate(theta, &mut self.y, &mut self.q);
                    (plain(&self.y), plain(&self.q))
                })
                .collect();
            step.interpolate(start, theta, (&mut self.y, &mut self.q));
            solution.push(*time, &plain(&self.y), plain(&self.q), derivatives, setting, rates);
            self.next += 1;
        }
    }
}

/// Rates of turnovers, and their derivatives in each setting.
type Rates = (Vec<f64>, Vec<Vec<f64>>);

impl Output<'_> {
    /// Rates of the turnovers, mol/s, at the fraction `theta` of a step of length `h`.
    ///
    /// The dense output of Rodas5P and Radau5 is a polynomial of degree 4 at most, whose derivative central differences of
    /// five points give exactly; that of NDF at order 5 they give to the fourth power of their distance.
    fn rates(&mut self, step: &Integrator, (theta, h): (f64, f64), start: State<'_>, tangents: &[Tangent<1>]) -> Rates {
        const APART: f64 = 0.1;
        const POINTS: [(f64, f64); 4] = [(-2.0, 1.0), (-1.0, -8.0), (1.0, 8.0), (2.0, -1.0)];
        if !self.cancelling {
            return Rates::default();
        }
        let count = self.q.len();
        let (mut rates, mut derivatives) = (vec![0.0; count], vec![vec![0.0; count]; tangents.len()]);
        let add = |rates: &mut [f64], q: &[Lane<1>], weight: f64| {
            for (rate, q) in rates.iter_mut().zip(q) {
                *rate += q.0[0] * weight / (12.0 * APART * h);
            }
        };
        for (place, weight) in POINTS {
            let at = theta + place * APART;
            step.interpolate(start, at, (&mut self.y, &mut self.q));
            add(&mut rates, &self.q, weight);
            for (tangent, rates) in tangents.iter().zip(&mut derivatives) {
                tangent.interpolate(at, &mut self.y, &mut self.q);
                add(rates, &self.q, weight);
            }
        }
        (rates, derivatives)
    }
}

/// Saves a state.
pub(crate) fn push(
    t: f64,
    (y, q): State<'_>,
    tangents: &[Tangent<1>],
    setting: (&Conditions, &Arc<[f64]>),
    solution: &mut Solution,
) {
    let derivatives = tangents.iter().map(|d| (plain(&d.y), plain(&d.q))).collect();
    solution.push(t, &plain(y), plain(q), derivatives, setting, Default::default());
}

pub(crate) fn plain(lanes: &[Lane<1>]) -> Vec<f64> {
    lanes.iter().map(|x| x.0[0]).collect()
}

pub(crate) fn lanes(values: &[f64]) -> Vec<Lane<1>> {
    values.iter().map(|v| Lane([*v])).collect()
}
