//! Derivatives where the time of a stage's end has a derivative of its own.
//!
//! A condition `g(z, t, p) = 0` ends a stage at a time with `dt/dp = -(g_p + g_z z') / (g_t + g_z f)`. What is done there
//! acts on the state at that moving time, whose derivative is `z' + f dt/dp`; after it, at a fixed time, `f` is another:
//! `z'+ = z'- + (f- - f+) dt/dp` where nothing is done in between. Stages of fixed length end later by as much as they
//! begin. (W. S. Levine and others call the step in `z'` saltation; E. Hairer, S. P. Norsett and G. Wanner, Solving
//! Ordinary Differential Equations I, section II.6, have it for discontinuities.)

use ratelaw_network::Lane;

use super::{Event, Run};
use crate::observe::Moment;
use crate::output::plain;
use crate::potential::balance_tangent;
use crate::setting::Setting;

impl Run<'_> {
    /// Turns derivatives at the moving time where a stage begins into those at a fixed time.
    pub(super) fn depart(&mut self) {
        self.move_by(-1.0);
    }

    /// Turns derivatives at the fixed time just reached into those at the time at which the stage ends: by an event, or
    /// after its length, or with the run.
    pub(super) fn arrive(&mut self, event: Option<&Event<'_>>) {
        if self.tangents.is_empty() {
            return;
        }
        match event {
            Some(event) => self.shifts = self.event_shifts(event),
            // The end of the run is where it is.
            None if self.t >= self.problem.t_end() => self.shifts.fill(0.0),
            None => {}
        }
        self.move_by(1.0);
    }

    /// Adds so many times what the state changes in the time by which each setting shifts it.
    fn move_by(&mut self, sign: f64) {
        if self.shifts.iter().all(|shift| *shift == 0.0) {
            return;
        }
        let (dz, dq) = self.slope();
        for (tangent, shift) in self.tangents.iter_mut().zip(&self.shifts) {
            for (y, dz) in tangent.y.iter_mut().zip(&dz) {
                *y += *dz * (sign * shift);
            }
            for (q, dq) in tangent.q.iter_mut().zip(&dq) {
                *q += *dq * (sign * shift);
            }
        }
    }

    /// How variables and quadratures change with time: amounts by the rates, potentials so that the currents fit.
    fn slope(&mut self) -> (Vec<Lane<1>>, Vec<Lane<1>>) {
        let Self { system, integrator, stats, y, q, .. } = self;
        let mut rates = vec![Lane::ZERO; system.compiled.directions()];
        let (mut dz, mut dq) = (vec![Lane::ZERO; y.len()], vec![Lane::ZERO; q.len()]);
        system.compiled.derivative(&system.bound, y, &mut rates, &mut dz);
        system.turnover(&rates, &mut dq);
        let potentials = system.compiled.potentials();
        if let Some(step) = integrator.rosenbrock().filter(|_| !potentials.is_empty()) {
            dz[potentials].fill(Lane::ZERO);
            step.linearise(system, y, stats);
            balance_tangent(system, step, None, y, &mut dz);
        }
        (dz, dq)
    }

    /// How the time of an event that is reached now changes with each setting; not a number where the condition only
    /// touches its bound.
    fn event_shifts(&mut self, event: &Event<'_>) -> Vec<f64> {
        let (dz, dq) = self.slope();
        let network = self.problem.network();
        let (z, turnovers) = (plain(&self.y), plain(&self.q));
        let (species, floating) = (network.species().len(), network.floating_potentials().len());
        let moment = Moment {
            problem: self.problem,
            time: self.t,
            y: &z[..species],
            potentials: &z[species..species + floating],
            turnovers: &turnovers,
            conditions: &self.conditions,
            supplied: &self.supplied,
            turnover_rates: &[],
        };
        let what = (&event.condition.difference, &event.ready[..]);
        let speed = moment.expression_derivative(what, None, (&plain(&dz), &plain(&dq), 1.0));
        let shift = |(tangent, setting): (&crate::method::Tangent<1>, &Setting)| {
            // What the protocol set does not follow what the problem was given.
            let given = match setting {
                Setting::Potential => self.own.0,
                Setting::Temperature => self.own.1,
                _ => true,
            };
            let change = (&plain(&tangent.y)[..], &plain(&tangent.q)[..], 0.0);
            let change = moment.expression_derivative(what, Some(*setting).filter(|_| given), change);
            match (change, speed) {
                (Some(change), Some(speed)) => -change / speed,
                _ => f64::NAN,
            }
        };
        self.tangents.iter().zip(&self.options.sensitivities).map(shift).collect()
    }
}
