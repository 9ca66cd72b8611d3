//! A run: stage by stage, whoever steps it on.

mod alone;
mod carrier;
mod event;
mod rounded;
mod saltation;
mod save;

use std::sync::Arc;

use ratelaw_network::protocol::{Stage, Swept};
use ratelaw_network::{Conditions, Lane, Network, SpeciesId};

pub(crate) use alone::Alone;
pub(crate) use carrier::{Carrier, Filled};
use event::Event;
pub(crate) use saltation::follows;
use save::Output;

use crate::applied::Applied;
use crate::control::Tolerance;
use crate::error::{Cause, Result};
use crate::integrate::Stop;
use crate::lanes::{plain, singles};
use crate::observe::Moment;
use crate::options::{OnNegative, SolveOptions};
use crate::problem::{Problem, initial_direction};
use crate::rounding::Rounding;
use crate::schedule::{self, Schedule};
use crate::setting::Setting;
use crate::solution::Solution;

/// One problem on its way from start to end: what is to be integrated next, and what is done with it. A carrier makes the
/// steps.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    network: &'a Network,
    options: &'a SolveOptions,
    pub(crate) tolerance: Tolerance,
    /// Lowest amounts that the tolerance explains.
    pub(crate) floor: Vec<f64>,
    /// Errors by rounding, where the tolerance is near them, and how many of the saved states were judged by them.
    rounding: Option<Rounding<'a>>,
    judged: usize,
    /// What came out so far, and the problem.
    pub(crate) solution: Solution,
    schedule: Schedule<'a>,
    place: Place,
    /// The condition that ends the present stretch.
    event: Option<Event<'a>>,
    output: Output,
    /// How the present time, where a stage begins or ends, changes with each setting.
    shifts: Vec<f64>,
    /// Variables and quadratures, while they are looked at.
    z: Vec<f64>,
    q: Vec<f64>,
    /// The present time, and the end of the present stretch.
    pub(crate) t: f64,
    pub(crate) end: f64,
    conditions: Conditions,
    /// Amounts at the start and what was dosed since.
    supplied: Arc<[f64]>,
    /// How potential and temperature change with each setting where the present stage begins, at the time at which it does;
    /// and how its length does.
    carried: Vec<Applied>,
    lengthens: Vec<f64>,
    /// What the present stage changes steadily.
    ramped: Option<Swept>,
    /// Whether anything was integrated yet, and whether the state has jumped since.
    started: bool,
    jumped: bool,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Protocol,
    /// After it: the last conditions hold to the end.
    After,
    Over,
}

/// How much of a step is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) until: f64,
    pub(crate) theta: f64,
}

/// What is next: a stretch of time to integrate, or nothing.
pub(crate) type Next = Result<Result<bool, Stop>>;

impl<'a> Run<'a> {
    /// A run at its start.
    ///
    /// # Errors
    /// Values that are out of range, by name.
    pub(crate) fn new(network: &'a Network, problem: Problem, options: &'a SolveOptions) -> Result<Self> {
        problem.check()?;
        let tolerance = options.tolerance(&problem)?;
        Ok(Self {
            network,
            options,
            floor: tolerance.floor(),
            rounding: None,
            judged: 0,
            tolerance,
            schedule: Schedule::new(network.stages()),
            place: Place::Protocol,
            event: None,
            output: Output::new(problem.times(), network),
            shifts: vec![0.0; options.sensitivities.len()],
            z: Vec::new(),
            q: Vec::new(),
            t: 0.0,
            end: 0.0,
            conditions: *problem.conditions(),
            supplied: problem.initial().into(),
            carried: options.sensitivities.iter().map(|setting| Applied::own(*setting)).collect(),
            lengthens: vec![0.0; options.sensitivities.len()],
            ramped: None,
            started: false,
            jumped: false,
            solution: Solution::new(problem, options),
        })
    }

    /// Most steps, accepted and rejected.
    pub(crate) fn max_steps(&self) -> usize {
        self.options.max_steps
    }

    fn problem(&self) -> &Problem {
        &self.solution.problem
    }

    /// Puts the state at the start into the carrier.
    pub(crate) fn load(&mut self, carrier: &mut impl Carrier<'a>) {
        let system = &carrier.initialiser().system;
        let (n, quadratures) = (system.size(), system.quadratures.len());
        let potentials = vec![self.conditions.potential; system.compiled.potentials().len()];
        self.z = self.problem().variables(&potentials);
        self.q = vec![0.0; quadratures];
        carrier.set_variables(&singles(&self.z));
        carrier.begin_quadratures();
        for (k, setting) in self.options.sensitivities.iter().enumerate() {
            let mut start = vec![0.0; n];
            if let Setting::Initial(id) = setting {
                for (species, share) in initial_direction(self.network, *id) {
                    start[species.0] = share;
                }
            }
            carrier.set_tangent(k, (&start, &self.q));
        }
        carrier.rebase();
    }

    /// Goes on to the next stretch of time that is to be integrated, and does on the way what takes no time; false at the
    /// end of the run.
    pub(crate) fn proceed(&mut self, carrier: &mut impl Carrier<'a>) -> Next {
        let t_end = self.problem().t_end();
        let by_protocol = self.problem().ends_with_protocol();
        loop {
            match self.place {
                Place::Protocol => {
                    let Some(stage) = self.schedule.next() else {
                        self.place = Place::After;
                        continue;
                    };
                    let span = schedule::span(stage, &self.conditions, self.t);
                    // What is done at the end of a protocol still is; a run that is cut before stops short of it.
                    if self.t >= t_end && (span.is_some() || !by_protocol) {
                        self.place = Place::After;
                        continue;
                    }
                    let Some((conditions, duration, limit)) = span else {
                        if self.started {
                            self.push_once(carrier);
                        }
                        self.act(stage, carrier);
                        carrier.rebase();
                        self.jumped = self.started;
                        continue;
                    };
                    self.note_applied(stage, &conditions);
                    let until = limit.and_then(|limit| limit.until.as_ref());
                    self.event = until.map(|condition| Event::new(self.network, condition)).transpose()?;
                    self.end = (self.t + duration).min(t_end);
                    if let Err(stop) = self.begin(conditions, carrier)? {
                        return Ok(Err(stop));
                    }
                    self.open(carrier);
                    if self.depart(carrier) {
                        return Ok(Ok(true));
                    }
                }
                Place::After => {
                    self.place = Place::Over;
                    let goes_on = self.t < t_end && !(self.started && by_protocol);
                    if goes_on || self.jumped {
                        let conditions = schedule::after(&self.conditions, self.t);
                        if let Err(stop) = self.begin(conditions, carrier)? {
                            return Ok(Err(stop));
                        }
                        self.open(carrier);
                    }
                    if goes_on {
                        (self.event, self.end) = (None, t_end);
                        return Ok(Ok(self.depart(carrier)));
                    }
                    // A condition can end a run before its longest time: the end is reported all the same.
                    self.push_once(carrier);
                    return Ok(Ok(false));
                }
                Place::Over => return Ok(Ok(false)),
            }
        }
    }

    /// Saves the state where a stage begins, if it is the first or the state has jumped.
    fn open(&mut self, carrier: &mut impl Carrier<'a>) {
        carrier.state((&mut self.z, &mut self.q));
        if !self.started {
            while self.output.due(0.0).is_some() {
                self.push(carrier);
                self.output.next += 1;
            }
        } else if self.jumped {
            self.push(carrier);
        }
        (self.started, self.jumped) = (true, false);
    }

    /// Starts a stretch; false where it has no length or its condition holds already.
    fn depart(&mut self, carrier: &mut impl Carrier<'a>) -> bool {
        carrier.state((&mut self.z, &mut self.q));
        if let Some(event) = self.event.as_ref().filter(|event| event.holds(&self.moment(self.t))) {
            let text = &event.condition.text;
            let note = format!("`until {text}` held from the start of its stage, at t = {} s", self.t);
            self.solution.unmet.push(note);
            return false;
        }
        self.move_by(-1.0, carrier);
        self.judged = self.solution.times.len();
        if self.t < self.end {
            return true;
        }
        let event = self.event.take();
        self.note_unmet(event.as_ref());
        self.arrive(None, carrier);
        false
    }

    /// Notes that a stage ended without its condition.
    fn note_unmet(&mut self, event: Option<&Event<'a>>) {
        if let Some(event) = event {
            let text = &event.condition.text;
            let note = format!("`until {text}` never held; its stage ended by its time, at t = {} s", self.t);
            self.solution.unmet.push(note);
        }
    }

    /// The state that was last looked at, at a time.
    fn moment(&self, time: f64) -> Moment<'_> {
        let species = self.network.species().len();
        let floating = self.network.floating_potentials().len();
        Moment {
            problem: self.problem(),
            time,
            y: &self.z[..species],
            potentials: &self.z[species..species + floating],
            turnovers: &self.q,
            conditions: &self.conditions,
            supplied: &self.supplied,
            turnover_rates: &[],
            applied: None,
        }
    }

    /// Saves the state.
    fn push(&mut self, carrier: &impl Carrier<'a>) {
        carrier.state((&mut self.z, &mut self.q));
        let derivatives = (0..self.shifts.len()).map(|k| tangent(k, carrier, (&self.z, &self.q))).collect();
        let setting = (&self.conditions, self.applied_by_all(), &self.supplied);
        self.solution.push(self.t, &self.z, self.q.clone(), derivatives, setting, Default::default());
    }

    /// Saves the state unless one was saved at this time.
    fn push_once(&mut self, carrier: &impl Carrier<'a>) {
        if self.solution.times.last() != Some(&self.t) {
            self.push(carrier);
        }
    }

    /// Sets new conditions: constants anew, potentials that fit the currents.
    fn begin(&mut self, conditions: Conditions, carrier: &mut impl Carrier<'a>) -> Result<Result<(), Stop>> {
        self.conditions = conditions;
        carrier.state((&mut self.z, &mut self.q));
        let initialiser = carrier.initialiser();
        initialiser.bind(self.solution.problem.parameters(), &conditions)?;
        let mut z = singles(&self.z);
        if let Some(time) = initialiser.system.compiled.time() {
            z[time] = Lane([self.t]);
        }
        if let Err(cause) = initialiser.balance(&mut z) {
            return Ok(Err(Stop { cause, t: self.t, h: 0.0, species: None }));
        }
        if let Some(rounding) = &mut self.rounding {
            rounding.bind(&carrier.initialiser().system.bound);
        } else if self.tolerance.is_near_rounding() {
            let plan = carrier.plan();
            self.rounding = Some(Rounding::new(&carrier.initialiser().system, plan, self.options.method));
        }
        carrier.take_numbers();
        carrier.set_variables(&z);
        for (k, setting) in self.options.sensitivities.iter().enumerate() {
            let values = self.solution.problem.parameters();
            let tables = carrier.initialiser().system.compiled;
            let along = follows(*setting, tables, self.network).then(|| {
                let along = self.applied(k).along(self.network, values, *setting);
                self.network.bound_along(tables, values, &conditions, along)
            });
            if let Some(along) = &along {
                carrier.set_along(k, along);
            }
            let (dz, dq) = tangent(k, carrier, (&self.z, &self.q));
            let mut dz = singles(&dz);
            carrier.initialiser().balance_tangent(along.as_ref(), &z, &mut dz);
            carrier.set_tangent(k, (&plain(&dz), &dq));
        }
        Ok(Ok(()))
    }

    /// Steps of the present stretch that end before this time hold nothing that must be looked at, nor do they end it.
    pub(crate) fn quiet_until(&self) -> f64 {
        if self.event.is_some() || self.rounding.is_some() || self.output.waits(&self.solution, self.t) {
            return f64::NEG_INFINITY;
        }
        self.output.due(self.end).unwrap_or(self.end)
    }

    /// Looks at the step just made, from the present time to `next`: saves what is due in it, and says how much of it is
    /// to be taken if the condition of the stage began to hold on the way.
    pub(crate) fn look_within(&mut self, next: f64, carrier: &impl Carrier<'a>) -> Option<Cut> {
        let event = self.event.take();
        let reached = event.as_ref().filter(|event| self.holds_at(event, next, next, carrier));
        let until = reached.map(|event| self.locate(event, next, carrier));
        self.event = event;
        self.save_within((next, until.unwrap_or(next)), carrier);
        until.map(|until| Cut { until, theta: if until < next { (until - self.t) / (next - self.t) } else { 1.0 } })
    }

    /// Goes on to `next`, or to where the step to it was cut, where the state of the carrier is by now; says whether the
    /// stretch goes on.
    pub(crate) fn settle(&mut self, next: f64, cut: Option<Cut>, carrier: &mut impl Carrier<'a>) -> bool {
        self.t = cut.map_or(next, |cut| cut.until);
        if cut.is_none() && self.t < self.end {
            return true;
        }
        let event = self.event.take();
        if cut.is_none() {
            self.note_unmet(event.as_ref());
        }
        carrier.state((&mut self.z, &mut self.q));
        self.arrive(event.as_ref().filter(|_| cut.is_some()), carrier);
        false
    }

    /// Notes amounts that fell below what the tolerance explains.
    ///
    /// # Errors
    /// The stop of a run that is to fail by it.
    pub(crate) fn note_negative(&mut self, t: f64, h: f64, carrier: &impl Carrier<'a>) -> Result<(), Stop> {
        carrier.state((&mut self.z, &mut self.q));
        let amounts = self.z[..self.floor.len()].iter().copied();
        let negative = self.solution.note_negative(t, amounts, &self.floor);
        match negative.filter(|_| self.options.on_negative == OnNegative::Fail) {
            Some(species) => Err(Stop { cause: Cause::Negative, t, h, species: Some(species) }),
            None => Ok(()),
        }
    }

    /// Keeps the state where a run ends that cannot go on. Says of a failed step that it failed for an amount that runs
    /// away below zero: the lowest by its tolerance.
    pub(crate) fn fail(&mut self, stop: Stop, carrier: &impl Carrier<'a>) -> Stop {
        // A stop after the present time is one for the state there, which is not to be relied on.
        if stop.t == self.t {
            self.push_once(carrier);
        }
        if !matches!(stop.cause, Cause::StepTooSmall | Cause::NotFinite) {
            return stop;
        }
        carrier.state((&mut self.z, &mut self.q));
        let depths = self.z.iter().zip(&self.floor).map(|(y, floor)| -y / floor).enumerate();
        let lowest = depths.filter(|(_, depth)| *depth > 1.0).max_by(|a, b| a.1.total_cmp(&b.1));
        lowest.map_or(stop, |(species, _)| Stop { cause: Cause::Runaway, species: Some(species), ..stop })
    }

    /// Whether an event's condition holds at a time within the step to `next`.
    fn holds_at(&mut self, event: &Event<'_>, time: f64, next: f64, carrier: &impl Carrier<'a>) -> bool {
        let theta = if time == next { 1.0 } else { (time - self.t) / (next - self.t) };
        carrier.within(theta, (&mut self.z, &mut self.q));
        event.holds(&self.moment(time))
    }

    /// The time within the step just made at which an event's condition begins to hold, by bisection on the dense
    /// output, as exactly as times can be told apart.
    fn locate(&mut self, event: &Event<'_>, next: f64, carrier: &impl Carrier<'a>) -> f64 {
        let (mut before, mut after) = (self.t, next);
        loop {
            let middle = 0.5 * (before + after);
            if middle <= before || middle >= after {
                return after;
            }
            if self.holds_at(event, middle, next, carrier) {
                after = middle;
            } else {
                before = middle;
            }
        }
    }

    /// Does what takes no time.
    fn act(&mut self, stage: &Stage, carrier: &mut impl Carrier<'a>) {
        let network = self.network;
        let size = |id: SpeciesId| network.size(network.species()[id.0].phase);
        match stage {
            Stage::Dose { species, amount } => {
                carrier.state((&mut self.z, &mut self.q));
                self.z[species.0] += amount;
                carrier.set_variables(&singles(&self.z));
                let mut supplied = self.supplied.to_vec();
                supplied[species.0] += amount;
                self.supplied = supplied.into();
            }
            Stage::Withdraw { phase, part } => {
                let taken = |i: usize| network.species()[i].phase == *phase && !network.species()[i].fixed;
                self.change(carrier, |y| {
                    for (_, y) in y.iter_mut().take(network.species().len()).enumerate().filter(|(i, _)| taken(*i)) {
                        *y *= 1.0 - part;
                    }
                });
            }
            Stage::Transfer { from, to, part } => {
                let ratio = size(*from) / size(*to);
                self.change(carrier, |y| {
                    let moved = y[from.0] * *part;
                    y[from.0] -= moved;
                    y[to.0] += moved * ratio;
                });
            }
            Stage::Hold { .. } | Stage::Rest { .. } | Stage::Ramp { .. } | Stage::Repeat { .. } => {}
        }
    }

    /// Changes the state linearly, and its derivatives alike.
    fn change(&mut self, carrier: &mut impl Carrier<'a>, how: impl Fn(&mut [f64])) {
        carrier.state((&mut self.z, &mut self.q));
        how(&mut self.z);
        carrier.set_variables(&singles(&self.z));
        for k in 0..self.shifts.len() {
            let (mut dz, dq) = tangent(k, carrier, (&self.z, &self.q));
            how(&mut dz);
            carrier.set_tangent(k, (&dz, &dq));
        }
    }
}

/// The derivative in a setting, of the shape of a state.
fn tangent<'a>(k: usize, carrier: &impl Carrier<'a>, (z, q): (&[f64], &[f64])) -> (Vec<f64>, Vec<f64>) {
    let (mut dz, mut dq) = (vec![0.0; z.len()], vec![0.0; q.len()]);
    carrier.tangent(k, (&mut dz, &mut dq));
    (dz, dq)
}
