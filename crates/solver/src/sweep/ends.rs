//! The ends of the runs at points of a design.

use std::ops::Range;

use super::design::Points;
use super::{End, Point};
use crate::error::Result;
use crate::integrate::supported;
use crate::many::solve_each;
use crate::observe::Observable;
use crate::options::SolveOptions;
use crate::problem::{Problem, SavePoints};
use crate::solution::Solution;

/// What is solved at each point, and what is kept of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends<'a> {
    pub(super) problem: &'a Problem,
    pub(super) points: &'a Points,
    pub(super) observables: &'a [Observable],
    pub(super) solve: &'a SolveOptions,
    /// Lanes of a block; none for what the size of the network suggests.
    pub(super) lanes: Option<usize>,
}

/// Refuses options that no point could be solved with.
pub(super) fn check(problem: &Problem, solve: &SolveOptions) -> Result<()> {
    let settled = solve.settled(problem.tables().size());
    settled.check()?;
    supported(problem, &settled)
}

impl Ends<'_> {
    /// Solves consecutive points on this thread, in lanes, and gives them in order; none if it was stopped before all were
    /// done. `stopped` is asked before each point, `told` hears of each outcome as soon as it is there.
    pub(super) fn solve(
        &self,
        range: Range<u64>,
        stopped: &dyn Fn() -> bool,
        told: &dyn Fn(&Result<End>),
    ) -> Option<Vec<Point>> {
        let count = (range.end - range.start) as usize;
        let base = self.base();
        let mut given: Vec<Vec<f64>> = Vec::with_capacity(count);
        let mut outcomes: Vec<Option<Result<End>>> = (0..count).map(|_| None).collect();
        let mut rest = range;
        let mut jobs = || {
            let index = rest.next().filter(|_| !stopped())?;
            let values = self.points.values(index);
            let mut problem = base.clone();
            for (variable, value) in self.points.variables().iter().zip(&values) {
                problem.set(variable.setting, *value);
            }
            given.push(values);
            Some((given.len() - 1, problem))
        };
        let mut done = |place: usize, outcome: Result<Solution>| {
            let outcome = outcome.map(|solution| self.end(solution));
            told(&outcome);
            outcomes[place] = Some(outcome);
        };
        if let Err(error) = solve_each(self.problem, self.solve, self.lanes, count, &mut jobs, &mut done) {
            while let Some((place, _)) = jobs() {
                done(place, Err(error.clone()));
            }
        }
        given.truncate(count);
        let points = given.into_iter().zip(outcomes);
        let points: Vec<Point> =
            points.map_while(|(values, outcome)| Some(Point { values, outcome: outcome? })).collect();
        (points.len() == count).then_some(points)
    }

    /// The problem, saved at its end alone. What a failure says of a run that never came to a save point is worked out from
    /// its start, which has to be saved where it is not simply what the problem was given.
    fn base(&self) -> Problem {
        let mut base = self.problem.clone();
        let network = base.network();
        let plain = network.floating_potentials().is_empty() && network.stages().is_empty();
        let save = if plain { SavePoints::Times(vec![base.t_end()]) } else { SavePoints::Ends };
        base.set_save(save);
        base
    }

    fn end(&self, mut solution: Solution) -> End {
        let last = solution.times.len() - 1;
        let observed = Observable::values(self.observables, &solution.moment(last));
        End { observed, state: solution.states.swap_remove(last), negative: solution.negative, stats: solution.stats }
    }
}
