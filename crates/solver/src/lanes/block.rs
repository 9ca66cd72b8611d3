//! A block of runs that step together.

use std::time::Duration;

use ratelaw_network::Lane;

use super::course::{Course, Ends};
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
    /// In a box, since it is handed on between a lane and what is next for it.
    run: Box<Run<'a>>,
    /// Its share of the time of the block.
    spent: Duration,
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
    course: Course<W>,
    pace: Pace<W>,
    patience: Patience<'a>,
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
            course: Course::new(method.stages, options.sensitivities.len()),
            pace: Pace::new(method.error_order),
            patience: Patience::new(options),
            rounds: 0,
            busy: 0,
        }
    }

    /// A lane without a run.
    pub(super) fn free(&self) -> Option<usize> {
        self.course.present.iter().position(|present| !present)
    }

    /// Whether no lane has a run.
    pub(super) fn is_empty(&self) -> bool {
        !self.course.present.contains(&true)
    }

    /// Puts a run into a lane; gives it back at once where nothing of it is to be integrated.
    pub(super) fn load(
        &mut self,
        lane: usize,
        job: usize,
        mut run: Box<Run<'a>>,
    ) -> Result<Option<Ended>, crate::SolveError> {
        self.numbers.set_tolerance(lane, &run.tolerance, &run.floor);
        run.load(&mut self.numbers.lane(lane));
        let seat = Seat { job, run, spent: Duration::ZERO };
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
                self.course.begin(lane, &seat.run);
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
        let tried = self.course.present;
        let error = self.numbers.attempt(h);
        self.numbers.follow(h);
        let sound = self.pace.judge(error);
        let taken = std::array::from_fn(|lane| tried[lane] && sound[lane]);
        let Ends { next, looks } = self.course.count(&tried, &taken, h);
        self.rounds += 1;
        self.busy += tried.iter().map(|tried| u64::from(*tried)).sum::<u64>();
        let mut cuts = [None::<Cut>; W];
        for lane in (0..W).filter(|lane| tried[*lane]) {
            self.note_extra(lane);
            if looks[lane] {
                cuts[lane] = self.look_within(lane, next.0[lane]);
            }
            if !taken[lane]
                && let Some(cause) = self.pace.despair(lane, self.course.t.0[lane], error.0[lane])
            {
                self.fail(lane, Stop { cause, t: self.course.t.0[lane], h: h.0[lane], species: None }, ended);
            }
        }
        for (lane, cut) in cuts.iter().enumerate() {
            if let Some(cut) = cut {
                self.numbers.cut(lane, cut.theta);
            }
        }
        self.numbers.commit(&std::array::from_fn(|lane| taken[lane] && cuts[lane].is_none()));
        let (below, closes) = (self.numbers.below_zero(), self.numbers.closes());
        let settles: [bool; W] =
            std::array::from_fn(|lane| taken[lane] && (looks[lane] || below[lane] || !closes[lane]));
        self.course.advance(next, &std::array::from_fn(|lane| taken[lane] && !settles[lane]));
        for lane in (0..W).filter(|lane| settles[*lane]) {
            self.settle(lane, (next.0[lane], cuts[lane]), h.0[lane], (below[lane], closes[lane]), ended);
        }
    }

    /// Notes work beside the stages, which is rare.
    fn note_extra(&mut self, lane: usize) {
        let extra = self.numbers.step.extra[lane];
        if (extra.solves > 0 || extra.pivoted)
            && let Some(seat) = &mut self.seats[lane]
        {
            seat.run.solution.stats.solves += extra.solves;
            seat.run.solution.stats.pivoted += usize::from(extra.pivoted);
        }
    }

    /// Lets a run look at the step just made in its lane.
    fn look_within(&mut self, lane: usize, next: f64) -> Option<Cut> {
        let seat = self.seats[lane].as_mut()?;
        self.course.tell(lane, &mut seat.run);
        seat.run.look_within(next, &self.numbers.lane(lane))
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
                let stop = Stop { cause, t: self.course.t.0[lane], h: 0.0, species: None };
                self.fail(lane, stop, ended);
            }
        }
    }

    /// The step sizes of all lanes; a lane without a run makes any step.
    fn sizes(&mut self, ended: &mut impl FnMut(usize, Result<Ended, crate::SolveError>)) -> Lane<W> {
        let mut h = self.pace.next(&self.course.t, &self.course.end, self.numbers.step.growth_times());
        for lane in 0..W {
            let (t, own) = (self.course.t.0[lane], h.0[lane]);
            let (over, stuck) = (self.course.is_over(lane), t + own <= t);
            if self.course.present[lane] && !over && !stuck {
                continue;
            }
            h.0[lane] = 1.0;
            let cause = if over { Cause::TooManySteps } else { Cause::StepTooSmall };
            self.fail(lane, Stop { cause, t, h: own, species: None }, ended);
        }
        h
    }

    /// Ends a run that cannot go on.
    fn fail(&mut self, lane: usize, mut stop: Stop, ended: &mut impl FnMut(usize, Result<Ended, crate::SolveError>)) {
        if let Some(mut seat) = self.seats[lane].take() {
            self.course.tell(lane, &mut seat.run);
            self.course.leave(lane);
            let stats = &seat.run.solution.stats;
            let by_error = matches!(stop.cause, Cause::TooManySteps | Cause::StepTooSmall | Cause::NotFinite);
            if by_error && stats.accepted + stats.rejected > 0 {
                stop.species = Some(self.numbers.worst(lane));
            }
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
        self.course.tell(lane, run);
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
            self.course.go_on(lane, run);
            return;
        }
        self.course.leave(lane);
        let Some(seat) = self.seats[lane].take() else { return };
        let job = seat.job;
        match self.proceed(lane, seat) {
            Ok(None) => {}
            Ok(Some(over)) => ended(job, Ok(over)),
            Err(error) => ended(job, Err(error)),
        }
    }
}
