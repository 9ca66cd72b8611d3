//! The ends of the runs at points of a design.

use super::design::Points;
use super::{End, Point};
use crate::error::{Cause, Result, SolveError};
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
    let (settled, _) = solve.settled(problem.tables().size());
    settled.check()?;
    settled.tolerance(problem)?;
    supported(problem, &settled)
}

impl Ends<'_> {
    /// Solves the points that `next` gives by their numbers, about `count`, on this thread in lanes, and gives them in that order;
    /// none if it was stopped before all were done. `stopped` is asked before each point, `told` hears of each outcome as soon as
    /// it is there.
    pub(super) fn solve(
        &self,
        next: &mut dyn FnMut() -> Option<u64>,
        count: usize,
        stopped: &dyn Fn() -> bool,
        told: &dyn Fn(&Result<End>),
    ) -> Option<Vec<(u64, Point)>> {
        let base = self.base();
        let mut given: Vec<(u64, Vec<f64>)> = Vec::with_capacity(count);
        let mut outcomes: Vec<(usize, Result<End>)> = Vec::with_capacity(count);
        let mut cut = false;
        let mut jobs = || {
            cut |= stopped();
            let index = if cut { None } else { next() }?;
            let values = self.points.values(index);
            let mut problem = base.clone();
            for (variable, value) in self.points.variables().iter().zip(&values) {
                problem.set(variable.setting, *value);
            }
            given.push((index, values));
            Some((given.len() - 1, problem))
        };
        let mut done = |place: usize, outcome: Result<Solution>| {
            let outcome = outcome.map(|solution| self.end(solution));
            told(&outcome);
            outcomes.push((place, outcome));
        };
        if let Err(error) = solve_each(self.problem, self.solve, self.lanes, count, &mut jobs, &mut done) {
            while let Some((place, _)) = jobs() {
                done(place, Err(error.clone()));
            }
        }
        outcomes.sort_unstable_by_key(|(place, _)| *place);
        let cut_short =
            |outcome: &Result<End>| matches!(outcome, Err(SolveError::Failed(f)) if f.cause == Cause::Stopped);
        if cut || outcomes.len() < given.len() || (stopped() && outcomes.iter().any(|(_, outcome)| cut_short(outcome)))
        {
            return None;
        }
        let points = given.into_iter().zip(outcomes);
        Some(points.map(|((index, values), (_, outcome))| (index, Point { values, outcome })).collect())
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

#[cfg(test)]
mod tests {
    use ratelaw_network::units::{Molar, Seconds};
    use ratelaw_network::{Law, Network, Species};

    use crate::sweep::{Design, Point, Sampling, SamplingMethod, SweepOptions, sweep_design};
    use crate::{Observable, Problem, SavePoints, SolveOptions, solve};

    const OBSERVED: [&str; 3] = ["conversion(A)", "rate(decay)", "B"];

    fn problem() -> Problem {
        let network = Network::builder("decay")
            .solution("cell", "1 L")
            .expect("a volume")
            .species(Species::new("A").composition_waived())
            .species(Species::new("B").composition_waived())
            .parameter("k", "0.1 1/s")
            .expect("a parameter")
            .step("decay", "2 A -> B", Law::mass_action("kk"))
            .parameter("kk", "0.1 1/(M s)")
            .expect("a parameter")
            .step("back", "B -> 2 A", Law::mass_action("k"))
            .build()
            .expect("a network");
        Problem::builder(&network).initial("A", Molar(1.0)).until(Seconds(10.0)).build().expect("a problem")
    }

    fn at(design: &Design, lanes: Option<usize>, threads: usize) -> Vec<Point> {
        let problem = problem();
        let observables = OBSERVED.map(|o| Observable::parse(problem.network(), o).expect("an observable")).to_vec();
        let options = SweepOptions { lanes, threads: Some(threads), observables, ..SweepOptions::default() };
        sweep_design(&problem, design, &options).expect("it is swept").points
    }

    /// In lanes of any width, on any number of threads, a point has the bits that the problem has alone.
    #[test]
    fn a_point_is_the_problem_solved_alone() {
        let sampling = Sampling { count: Some(70), method: SamplingMethod::Sobol, seed: 3 };
        let design =
            Design::parse(&["k~loguniform(1e-3, 1e3 1/s)", "A~normal(1 M, 0.5 M)"], &sampling).expect("a design");
        let points = at(&design, Some(1), 1);
        let base = problem();
        let resolved = design.resolve(&base).expect("it fits");
        for (index, point) in points.iter().enumerate() {
            let mut own = base.clone();
            own.set_save(SavePoints::Uniform(3));
            assert_eq!(point.values, resolved.values(index as u64));
            for (variable, value) in resolved.variables().iter().zip(&point.values) {
                own.set(variable.setting, *value);
            }
            let solution = solve(&own, &SolveOptions::default()).expect("it is solved");
            let end = point.outcome.as_ref().expect("it is solved");
            assert_eq!((&end.state, end.stats), (&solution.states[2], solution.stats));
            let observe =
                |name: &str| solution.observe(&Observable::parse(solution.network(), name).expect("an observable"))[2];
            assert_eq!(end.observed, OBSERVED.map(observe));
        }
        for (lanes, threads) in [(None, 2), (Some(8), 1), (Some(16), 2), (Some(32), 1)] {
            let others = at(&design, lanes, threads);
            assert_eq!(others.len(), 70);
            for (point, other) in points.iter().zip(&others) {
                assert_eq!(point.values, other.values);
                assert_eq!(point.outcome.as_ref().ok(), other.outcome.as_ref().ok(), "{lanes:?} lanes");
            }
        }
    }

    #[test]
    fn lanes_that_there_are_not_are_refused() {
        for lanes in [0, 2, 64] {
            let options = SweepOptions { lanes: Some(lanes), ..SweepOptions::default() };
            let error = sweep_design(&problem(), &Design::default(), &options).expect_err("no such width").to_string();
            assert!(error.contains("expected 1, 8, 16 or 32"), "{error}");
        }
        assert_eq!(at(&Design::default(), None, 1).len(), 1);
    }
}
