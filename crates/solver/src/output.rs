//! Fills the save points from the dense output of the steps that pass them.

use std::sync::Arc;

use ratelaw_network::{Conditions, Lane};

use crate::method::{Integrator, Tangent};
use crate::solution::Solution;

/// Save points that are still to come.
pub(crate) struct Output<'a> {
    times: &'a [f64],
    next: usize,
    y: Vec<Lane<1>>,
    q: Vec<Lane<1>>,
}

/// Variables and quadratures.
pub(crate) type State<'a> = (&'a [Lane<1>], &'a [Lane<1>]);

impl<'a> Output<'a> {
    pub(crate) fn new(times: &'a [f64], n: usize, quadratures: usize) -> Self {
        Self { times, next: 0, y: vec![Lane::ZERO; n], q: vec![Lane::ZERO; quadratures] }
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
        while let Some(time) = self.times.get(self.next).filter(|time| **time <= until) {
            let theta = if *time == end { 1.0 } else { (time - t) / (end - t) };
            let derivatives = tangents
                .iter()
                .map(|tangent| {
                    tangent.interpolate(theta, &mut self.y, &mut self.q);
                    (plain(&self.y), plain(&self.q))
                })
                .collect();
            step.interpolate(start, theta, (&mut self.y, &mut self.q));
            solution.push(*time, &plain(&self.y), plain(&self.q), derivatives, setting);
            self.next += 1;
        }
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
    solution.push(t, &plain(y), plain(q), derivatives, setting);
}

pub(crate) fn plain(lanes: &[Lane<1>]) -> Vec<f64> {
    lanes.iter().map(|x| x.0[0]).collect()
}
