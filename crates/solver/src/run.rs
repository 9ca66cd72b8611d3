//! A run: stage by stage, step by step, on one lane.

mod saltation;

use std::sync::Arc;

use ratelaw_network::protocol::{Condition, Stage, Swept};
use ratelaw_network::{Conditions, Lane, Network};

use crate::charge::ChargeBalance;
use crate::control::Tolerance;
use crate::error::{Cause, Result, SolveError};
use crate::integrate::Stop;
use crate::method::{Integrator, Start, Tangent};
use crate::observe::{Moment, Observable};
use crate::options::{OnNegative, SolveOptions};
use crate::output::{Output, plain, push};
use crate::potential::{balance_tangent, balanced};
use crate::problem::{Problem, initial_direction};
use crate::schedule::{self, Schedule};
use crate::setting::Setting;
use crate::solution::Solution;
use crate::stats::Stats;
use crate::system::System;

/// Everything that changes while a run goes on.
pub(crate) struct Run<'a> {
    options: &'a SolveOptions,
    problem: &'a Problem,
    tolerance: &'a Tolerance,
    pub(crate) system: System<'a, 1>,
    integrator: Integrator,
    tangents: Vec<Tangent<1>>,
    /// How the present time, where a stage begins or ends, changes with each setting.
    shifts: Vec<f64>,
    y: Vec<Lane<1>>,
    q: Vec<Lane<1>>,
    t: f64,
    conditions: Conditions,
    /// Amounts at the start and what was dosed since.
    supplied: Arc<[f64]>,
    /// Whether potential and temperature are still those that the problem was given.
    own: (bool, bool),
    stats: Stats,
    /// Lowest amounts that the tolerance explains.
    floor: Vec<f64>,
    charge: Option<ChargeBalance>,
}

/// A condition with its observables looked up.
struct Event<'a> {
    condition: &'a Condition,
    ready: Vec<Observable>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        problem: &'a Problem,
        options: &'a SolveOptions,
        tolerance: &'a Tolerance,
        system: System<'a, 1>,
    ) -> Self {
        let integrator = Integrator::new(options.method, &system);
        let tangents: Vec<_> = options.sensitivities.iter().map(|s| tangent(problem, &system, *s)).collect();
        let potentials = vec![problem.conditions().potential; system.compiled.potentials().len()];
        let y: Vec<Lane<1>> = problem.variables(&potentials).into_iter().map(|y| Lane([y])).collect();
        let q = vec![Lane::<1>::ZERO; system.quadratures.len()];
        let conditions = *problem.conditions();
        let floor = tolerance.floor();
        let stats = Stats::default();
        let own = (true, true);
        let supplied = problem.initial().into();
        let mut charge = ChargeBalance::new(problem.network(), options.rtol);
        if let Some(charge) = &mut charge {
            charge.begin(&y, &q);
        }
        Self {
            options,
            problem,
            tolerance,
            system,
            integrator,
            shifts: vec![0.0; tangents.len()],
            tangents,
            y,
            q,
            t: 0.0,
            conditions,
            supplied,
            own,
            stats,
            floor,
            charge,
        }
    }

    /// Does the protocol, then holds the last conditions to the end.
    pub(crate) fn whole(&mut self, solution: &mut Solution) -> Result<Result<(), Stop>> {
        let times = self.problem.times();
        let mut output = Output::new(&times, self.y.len(), self.q.len(), self.problem.network());
        let outcome = self.stages(&mut output, solution);
        solution.stats = self.stats;
        outcome
    }

    fn stages(&mut self, output: &mut Output<'_>, solution: &mut Solution) -> Result<Result<(), Stop>> {
        let network = self.problem.network();
        let t_end = self.problem.t_end();
        let (mut started, mut jumped) = (false, false);
        for stage in Schedule::new(network.stages()) {
            let span = schedule::span(stage, &self.conditions, self.t);
            // What is done at the end of a protocol still is; a run that is cut before stops short of it.
            if self.t >= t_end && (span.is_some() || !self.problem.ends_with_protocol()) {
                break;
            }
            let Some((conditions, duration, limit)) = span else {
                if started {
                    self.push_once(solution);
                }
                self.act(stage, network);
                if let Some(charge) = &mut self.charge {
                    charge.begin(&self.y, &self.q);
                }
                jumped = started;
                continue;
            };
            if let Stage::Hold { set: Some((of, _)), .. } | Stage::Ramp { of, from: Some(_), .. } = stage {
                match of {
                    Swept::Potential => self.own.0 = false,
                    Swept::Temperature => self.own.1 = false,
                }
            }
            let event = match limit.and_then(|l| l.until.as_ref()) {
                None => None,
                Some(condition) => Some(Event::new(network, condition)?),
            };
            let end = (self.t + duration).min(t_end);
            if let Err(stop) = self.begin(conditions)? {
                return Ok(Err(stop));
            }
            if !started {
                output.start((&self.y, &self.q), &self.tangents, (&self.conditions, &self.supplied), solution);
            } else if jumped {
                self.push(solution);
            }
            (started, jumped) = (true, false);
            if let Err(stop) = self.advance(end, event.as_ref(), output, solution) {
                return Ok(Err(stop));
            }
        }
        let goes_on = self.t < t_end && !(started && self.problem.ends_with_protocol());
        if goes_on || jumped {
            let conditions = schedule::after(&self.conditions, self.t);
            if let Err(stop) = self.begin(conditions)? {
                return Ok(Err(stop));
            }
        }
        if !started {
            output.start((&self.y, &self.q), &self.tangents, (&self.conditions, &self.supplied), solution);
        } else if jumped {
            self.push(solution);
        }
        if goes_on {
            return Ok(self.advance(t_end, None, output, solution));
        }
        // A condition can end a run before its longest time: the end is reported all the same.
        self.push_once(solution);
        Ok(Ok(()))
    }

    /// Saves the state.
    fn push(&self, solution: &mut Solution) {
        push(self.t, (&self.y, &self.q), &self.tangents, (&self.conditions, &self.supplied), solution);
    }

    /// Saves the state unless one was saved at this time.
    fn push_once(&self, solution: &mut Solution) {
        if solution.times.last() != Some(&self.t) {
            self.push(solution);
        }
    }

    /// Sets new conditions: constants anew, potentials that fit the currents.
    fn begin(&mut self, conditions: Conditions) -> Result<Result<(), Stop>> {
        let network = self.problem.network();
        let values = self.problem.parameters();
        self.conditions = conditions;
        self.system.bound = network.bound(self.system.compiled, values, &conditions)?;
        if let Some(time) = self.system.compiled.time() {
            self.y[time] = Lane([self.t]);
        }
        if let Err(stop) = balanced(network, &self.system, &mut self.y) {
            return Ok(Err(Stop { t: self.t, ..stop }));
        }
        let Some(step) = self.integrator.rosenbrock().filter(|_| !self.tangents.is_empty()) else {
            return Ok(Ok(()));
        };
        step.linearise(&self.system, &self.y, &mut self.stats);
        for (tangent, setting) in self.tangents.iter_mut().zip(&self.options.sensitivities) {
            tangent.along = setting.direction().map(|direction| {
                let mut along = network.along(values, direction);
                // What the protocol set does not follow what the problem was given.
                along.potential *= f64::from(u8::from(self.own.0));
                along.temperature *= f64::from(u8::from(self.own.1));
                network.bound_along(self.system.compiled, values, &conditions, along)
            });
            balance_tangent(&self.system, step, tangent.along.as_ref(), &self.y, &mut tangent.y);
        }
        Ok(Ok(()))
    }

    /// Adaptive steps to a time, or to an event before it.
    fn advance(
        &mut self,
        end: f64,
        event: Option<&Event<'_>>,
        output: &mut Output<'_>,
        solution: &mut Solution,
    ) -> Result<(), Stop> {
        if let Some(event) = event.filter(|event| self.holds(event, self.t, &self.y, &self.q)) {
            let note =
                format!("`until {}` held from the start of its stage, at t = {} s", event.condition.text, self.t);
            solution.unmet.push(note);
            return Ok(());
        }
        self.depart();
        let start = Start { t: self.t, end, y: &self.y, q: &self.q };
        self.integrator.begin(&self.system, self.tolerance, start, &mut self.stats);
        while self.t < end {
            let start = Start { t: self.t, end, y: &self.y, q: &self.q };
            let most = self.options.max_steps;
            let outcome = self.integrator.step(&self.system, self.tolerance, start, most, &mut self.stats);
            let h = outcome.map_err(|stop| self.runaway(stop))?;
            let next = if h == end - self.t { end } else { self.t + h };
            if let Some(step) = self.integrator.rosenbrock() {
                for tangent in &mut self.tangents {
                    tangent.follow(&self.system, step, &self.y, Lane([h]), &mut self.stats);
                }
            }
            let reached = event.filter(|event| {
                let (y, q) = self.integrator.end();
                let (y, q) = (y.clone(), q.clone());
                self.holds(event, next, &y, &q)
            });
            let until = reached.map_or(next, |event| self.locate(event, next));
            let span = (self.t, next, until);
            output.within(
                &self.integrator,
                span,
                (&self.y, &self.q),
                &self.tangents,
                (&self.conditions, &self.supplied),
                solution,
            );
            if until < next {
                let (mut y, mut q) = (self.y.clone(), self.q.clone());
                let theta = (until - self.t) / (next - self.t);
                self.integrator.interpolate((&self.y, &self.q), theta, (&mut y, &mut q));
                (self.y, self.q) = (y, q);
                self.tangents.iter_mut().for_each(|tangent| tangent.cut(theta));
            } else {
                let (y, q) = self.integrator.end();
                std::mem::swap(&mut self.y, y);
                std::mem::swap(&mut self.q, q);
                self.tangents.iter_mut().for_each(Tangent::advance);
            }
            self.t = until;
            let amounts = self.y[..self.floor.len()].iter().map(|y| y.0[0]);
            let negative = solution.note_negative(self.t, amounts, &self.floor);
            if let Some(species) = negative.filter(|_| self.options.on_negative == OnNegative::Fail) {
                return Err(Stop { cause: Cause::Negative, t: self.t, h, species: Some(species) });
            }
            if self.charge.as_ref().is_some_and(|charge| !charge.closes(&self.y, &self.q)) {
                return Err(Stop { cause: Cause::ChargeImbalance, t: self.t, h, species: None });
            }
            if let Some(event) = reached {
                self.arrive(Some(event));
                return Ok(());
            }
        }
        if let Some(event) = event {
            let note = format!(
                "`until {}` never held; its stage ended by its time, at t = {} s",
                event.condition.text, self.t
            );
            solution.unmet.push(note);
        }
        self.arrive(None);
        Ok(())
    }

    /// Says of a failed step that it failed for an amount that runs away below zero: the lowest by its tolerance.
    fn runaway(&self, stop: Stop) -> Stop {
        if !matches!(stop.cause, Cause::StepTooSmall | Cause::NotFinite) {
            return stop;
        }
        let depths = self.y.iter().zip(&self.floor).map(|(y, floor)| -y.0[0] / floor).enumerate();
        let lowest = depths.filter(|(_, depth)| *depth > 1.0).max_by(|a, b| a.1.total_cmp(&b.1));
        lowest.map_or(stop, |(species, _)| Stop { cause: Cause::Runaway, species: Some(species), ..stop })
    }

    /// Whether an event's condition holds in a state.
    fn holds(&self, event: &Event<'_>, time: f64, y: &[Lane<1>], q: &[Lane<1>]) -> bool {
        let (z, turnovers) = (plain(y), plain(q));
        let species = self.problem.network().species().len();
        let floating = self.problem.network().floating_potentials().len();
        let moment = Moment {
            problem: self.problem,
            time,
            y: &z[..species],
            potentials: &z[species..species + floating],
            turnovers: &turnovers,
            conditions: &self.conditions,
            supplied: &self.supplied,
            turnover_rates: &[],
        };
        let difference = moment.expression(&event.condition.difference, &event.ready);
        difference.is_some_and(|d| event.condition.comparison.holds(d, 0.0))
    }

    /// The time within the step just made at which an event's condition begins to hold, by bisection on the dense
    /// output, as exactly as times can be told apart.
    fn locate(&self, event: &Event<'_>, next: f64) -> f64 {
        let (mut before, mut after) = (self.t, next);
        let (mut y, mut q) = (self.y.clone(), self.q.clone());
        loop {
            let middle = 0.5 * (before + after);
            if middle <= before || middle >= after {
                return after;
            }
            let theta = (middle - self.t) / (next - self.t);
            self.integrator.interpolate((&self.y, &self.q), theta, (&mut y, &mut q));
            if self.holds(event, middle, &y, &q) {
                after = middle;
            } else {
                before = middle;
            }
        }
    }

    /// Does what takes no time.
    fn act(&mut self, stage: &Stage, network: &Network) {
        let size = |id: ratelaw_network::SpeciesId| network.size(network.species()[id.0].phase);
        match stage {
            Stage::Dose { species, amount } => {
                self.y[species.0] += Lane([*amount]);
                let mut supplied = self.supplied.to_vec();
                supplied[species.0] += amount;
                self.supplied = supplied.into();
            }
            Stage::Withdraw { phase, part } => {
                for (i, species) in network.species().iter().enumerate() {
                    if species.phase == *phase && !species.fixed {
                        self.change(|y| y[i] = y[i] * (1.0 - part));
                    }
                }
            }
            Stage::Transfer { from, to, part } => {
                let ratio = size(*from) / size(*to);
                self.change(|y| {
                    let moved = y[from.0] * *part;
                    y[from.0] -= moved;
                    y[to.0] += moved * ratio;
                });
            }
            Stage::Hold { .. } | Stage::Rest { .. } | Stage::Ramp { .. } | Stage::Repeat { .. } => {}
        }
    }

    /// Changes the state linearly, and its derivatives alike.
    fn change(&mut self, how: impl Fn(&mut [Lane<1>])) {
        how(&mut self.y);
        for tangent in &mut self.tangents {
            how(&mut tangent.y);
        }
    }
}

impl<'a> Event<'a> {
    fn new(network: &Network, condition: &'a Condition) -> Result<Self> {
        let ready = condition.ready.iter().map(|(function, argument)| Observable::ready(network, function, argument));
        Ok(Self { condition, ready: ready.collect::<Result<_, SolveError>>()? })
    }
}

fn tangent(problem: &Problem, system: &System<'_, 1>, setting: Setting) -> Tangent<1> {
    let mut initial = vec![Lane::ZERO; system.size()];
    if let Setting::Initial(id) = setting {
        for (species, share) in initial_direction(problem.network(), id) {
            initial[species.0] = Lane([share]);
        }
    }
    Tangent::new(system, initial)
}
