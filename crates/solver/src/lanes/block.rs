//! A block of runs that step together.

use std::time::Duration;

use ratelaw_network::Lane;

use super::numbers::Numbers;
use super::pace::Pace;
use crate::error::Cause;
use crate::integrate::Stop;
use crate::options::SolveOptions;
use crate::patience::Patience;
use crate::run::{Cut, Next, Run};
use crate::solution::Solution;

/// A run in a lane.
#[derive(Debug)]
struct Seat<'a> {
    job: usize,
    run: Run<'a>,
    /// Its share of the time of the block.
    spent: Duration,
    /// Whether the Jacobian at its state is new since its last accepted step.
    fresh: bool,
}

/// A run that has ended, and why if before its time.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) solution: Solution,
    pub(super) stop: Option<Stop>,
}

/// `W` runs, some perhaps missing.
#[derive(Debug)]
pub(super) struct Block<'a, const W: usize> {
    numbers: Numbers<'a, W>,
    seats: [Option<Seat<'a>>; W],
    pace: Pace<W>,
    options: &'a SolveOptions,
    patience: Patience<'a>,
    stages: usize,
    /// Rounds made, and lanes that were in use in them.
    pub(super) rounds: u64,
    pub(super) busy: u64,
}

impl<'a, const W: usize> Block<'a, W> {
    pub(super) fn new(numbers: Numbers<'a, W>, options: &'a SolveOptions) -> Self {
        let method = numbers.step.method();
        Self {
            numbers,
            seats: [const { None }; W],
            pace: Pace::new(method.error_order),
            options,
            patience: Patience::new(options),
            stages: method.stages,
            rounds: 0,
            busy: 0,
        }
    }

    /// A lane without a run.
    pub(super) fn free(&self) -> Option<usize> {
        self.seats.iter().position(Option::is_none)
    }

    /// Whether no lane has a run.
    pub(super) fn is_empty(&self) -> bool {
        self.seats.iter().all(Option::is_none)
    }

    /// Puts a run into a lane; gives it back at once where nothing of it is to be integrated.
    pub(super) fn load(
        &mut self,
        lane: usize,
        job: usize,
        mut run: Run<'a>,
    ) -> Result<Option<Ended>, crate::SolveError> {
        self.numbers.set_tolerance(lane, &run.tolerance, &run.floor);
        run.load(&mut self.numbers.lane(lane));
        let seat = Seat { job, run, spent: Duration::ZERO, fresh: false };
        self.proceed(lane, seat)
    }

    /// Takes a run on to its next stretch, and back into its lane.
    fn proceed(&mut self, lane: usize, mut seat: Seat<'a>) -> Result<Option<Ended>, crate::SolveError> {
        let next: Next = seat.run.proceed(&mut self.numbers.lane(lane));
        match next? {
            Ok(true) => {
                let left = seat.run.end - seat.run.t;
                let h = self.numbers.first_step(lane, &seat.run.tolerance, left);
                seat.run.solution.stats.evaluations += 1;
                self.pace.begin(lane, h);
                seat.fresh = true;
                self.seats[lane] = Some(seat);
                Ok(None)
            }
            Ok(false) => Ok(Some(Ended { solution: seat.run.solution, stop: None })),
            Err(stop) => Ok(Some(Ended { solution: seat.run.solution, stop: Some(stop) })),
        }
    }

    /// One try of a step in every lane; what has ended by it goes to `ended`.
    pub(super) fn round(&mut self, ended: &mut impl FnMut(usize, Result<Ended, crate::SolveError>)) {
        self.wait(ended);
        self.numbers.linearise();
        let h = self.sizes(ended);
        let error = self.numbers.attempt(h);
        self.numbers.follow(h);
        self.pace.weigh(error);
        self.rounds += 1;
        let (mut taken, mut cuts) = ([false; W], [None::<Cut>; W]);
        let mut nexts = [0.0; W];
        for lane in 0..W {
            let Some(seat) = &mut self.seats[lane] else { continue };
            self.busy += 1;
            let extra = self.numbers.step.extra[lane];
            let stats = &mut seat.run.solution.stats;
            stats.jacobians += usize::from(std::mem::take(&mut seat.fresh));
            stats.evaluations += self.stages;
            stats.factorisations += 1;
            stats.pivoted += usize::from(extra.pivoted);
            stats.solves += self.stages + extra.solves;
            match self.pace.judge(lane, seat.run.t, error.0[lane], stats) {
                Ok(false) => {}
                Ok(true) => {
                    let run = &mut seat.run;
                    run.solution.stats.solves += self.stages * self.options.sensitivities.len();
                    let (t, h) = (run.t, h.0[lane]);
                    nexts[lane] = if h == run.end - t { run.end } else { t + h };
                    if run.looks_within(nexts[lane]) {
                        cuts[lane] = run.look_within(nexts[lane], &self.numbers.lane(lane));
                    }
                    taken[lane] = true;
                    seat.fresh = true;
                }
                Err(stop) => {
                    let worst = self.numbers.worst(lane);
                    self.fail(lane, Stop { species: Some(worst), ..stop }, ended);
                }
            }
        }
        for (lane, cut) in cuts.iter().enumerate() {
            if let Some(cut) = cut {
                self.numbers.cut(lane, cut.theta);
            }
        }
        self.numbers.commit(&std::array::from_fn(|lane| taken[lane] && cuts[lane].is_none()));
        let (below, closes) = (self.numbers.below_zero(), self.numbers.closes());
        for lane in (0..W).filter(|lane| taken[*lane]) {
            self.settle(lane, (nexts[lane], cuts[lane]), h.0[lane], (below[lane], closes[lane]), ended);
        }
    }

    /// Ends the runs that have taken too long, or all where they are to stop.
    fn wait(&mut self, ended: &mut impl FnMut(usize, Result<Ended, crate::SolveError>)) {
        if self.patience.is_endless() {
            return;
        }
        let running = self.seats.iter().flatten().count().max(1);
        let share = self.patience.lap() / running as u32;
        for lane in 0..W {
            let Some(seat) = &mut self.seats[lane] else { continue };
            seat.spent += share;
            if let Some(cause) = self.patience.ends(seat.spent) {
                let stop = Stop { cause, t: seat.run.t, h: 0.0, species: None };
                self.fail(lane, stop, ended);
            }
        }
    }

    /// The step sizes of all lanes; a lane without a run makes any step.
    fn sizes(&mut self, ended: &mut impl FnMut(usize, Result<Ended, crate::SolveError>)) -> Lane<W> {
        let mut h = Lane::splat(1.0);
        for lane in 0..W {
            let Some(seat) = &mut self.seats[lane] else { continue };
            let run = &seat.run;
            let growth = self.numbers.step.growth_time(lane);
            match self.pace.next(lane, (run.t, run.end), growth, self.options.max_steps, &run.solution.stats) {
                Ok(own) => h.0[lane] = own,
                Err(stop) => self.fail(lane, stop, ended),
            }
        }
        h
    }

    /// Ends a run that cannot go on.
    fn fail(&mut self, lane: usize, stop: Stop, ended: &mut impl FnMut(usize, Result<Ended, crate::SolveError>)) {
        if let Some(mut seat) = self.seats[lane].take() {
            let stop = seat.run.fail(stop, &self.numbers.lane(lane));
            ended(seat.job, Ok(Ended { solution: seat.run.solution, stop: Some(stop) }));
        }
    }

    /// Takes a run to the end of the step that was committed in its lane.
    fn settle(
        &mut self,
        lane: usize,
        (next, cut): (f64, Option<Cut>),
        h: f64,
        (below, closes): (bool, bool),
        ended: &mut impl FnMut(usize, Result<Ended, crate::SolveError>),
    ) {
        let Some(seat) = &mut self.seats[lane] else { return };
        let run = &mut seat.run;
        let until = cut.map_or(next, |cut| cut.until);
        let mut stop = None;
        if below {
            stop = run.note_negative(until, h, &self.numbers.lane(lane)).err();
        }
        if stop.is_none() {
            stop = run.note_rounding((until, cut.is_some()), h, &self.numbers.lane(lane)).err();
        }
        if !closes && stop.is_none() {
            stop = Some(Stop { cause: Cause::ChargeImbalance, t: until, h, species: None });
        }
        if let Some(stop) = stop {
            self.fail(lane, stop, ended);
            return;
        }
        if run.settle(next, cut, &mut self.numbers.lane(lane)) {
            return;
        }
        let Some(seat) = self.seats[lane].take() else { return };
        let job = seat.job;
        match self.proceed(lane, seat) {
            Ok(None) => {}
            Ok(Some(over)) => ended(job, Ok(over)),
            Err(error) => ended(job, Err(error)),
        }
    }
}
