//! The engine: keeps the lanes of a block full.

use std::iter::Sum;

use ratelaw_network::Network;

use super::block::{Block, Ended};
use super::numbers::Numbers;
use crate::error::{Result, SolveError};
use crate::integrate::failure;
use crate::method::{Shared, Tableau};
use crate::options::SolveOptions;
use crate::problem::Problem;
use crate::run::Run;
use crate::solution::Solution;
use crate::system::System;

/// How busy the lanes of an engine were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Occupancy {
    /// Steps tried in all lanes together, those without a run included.
    pub lanes: u64,
    /// Steps tried in lanes with a run.
    pub busy: u64,
}

impl Occupancy {
    /// The busy part of all lanes, from 0 to 1; none where no step was tried in lanes.
    pub fn share(&self) -> Option<f64> {
        (self.lanes > 0).then(|| self.busy as f64 / self.lanes as f64)
    }
}

impl Sum for Occupancy {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self { lanes: a.lanes + b.lanes, busy: a.busy + b.busy })
    }
}

/// What all runs of one engine share.
#[derive(Debug, Clone)]
pub(crate) struct Queue<'a> {
    pub(crate) network: &'a Network,
    pub(crate) options: &'a SolveOptions,
    pub(crate) method: &'static Tableau,
    pub(crate) system: System<'a, 1>,
    pub(crate) shared: Shared,
}

/// Gives problems and their numbers, until there are no more.
pub(crate) type Jobs<'j> = &'j mut dyn FnMut() -> Option<(usize, Problem)>;

impl Queue<'_> {
    /// What the numbers of one lane take in memory, about.
    pub(crate) fn lane_bytes(&self) -> usize {
        let tables = self.system.compiled;
        let (n, quadratures) = (tables.size(), self.system.quadratures.len());
        let stages = (self.method.stages + 8) * (n + quadratures);
        let rates = 4 * tables.directions() + tables.term_count() + tables.jacobian_entries().len();
        let sensitivities = self.options.sensitivities.len() * (stages + 3 * tables.directions());
        8 * (stages + rates + 2 * self.shared.symbolic.slots() + sensitivities)
    }
}

/// Solves what `jobs` gives, all of one network, in blocks of `W` lanes; `done` takes each outcome with its number as soon as
/// it is there.
pub(crate) fn drive<const W: usize>(
    queue: &Queue<'_>,
    jobs: Jobs<'_>,
    done: &mut dyn FnMut(usize, Result<Solution>),
) -> Occupancy {
    let Queue { network, options, method, system, shared } = queue;
    let numbers = Numbers::<W>::new(network, options, method, system.clone(), shared);
    let mut block = Block::new(numbers, options);
    let mut tell = |job, outcome: Result<Ended>| {
        let outcome = outcome.and_then(|Ended { solution, stop }| match stop {
            None => Ok(solution),
            Some(stop) => Err(SolveError::Failed(Box::new(failure(network, system, stop, solution)))),
        });
        done(job, outcome);
    };
    let mut left = true;
    loop {
        while let Some(lane) = block.free().filter(|_| left) {
            let Some((job, problem)) = jobs() else {
                left = false;
                break;
            };
            let loaded = Run::new(network, problem, options).map(Box::new).and_then(|run| block.load(lane, job, run));
            if let Some(outcome) = loaded.transpose() {
                tell(job, outcome);
            }
        }
        if block.is_empty() {
            return Occupancy { lanes: block.rounds * W as u64, busy: block.busy };
        }
        block.round(&mut tell);
    }
}
