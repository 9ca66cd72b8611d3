//! Derivatives where the time of a stage's end has a derivative of its own.
//!
//! A condition `g(z, t, p) = 0` ends a stage at a time with `dt/dp = -(g_p + g_z z') / (g_t + g_z f)`. What is done there
//! acts on the state at that moving time, whose derivative is `z' + f dt/dp`; after it, at a fixed time, `f` is another:
//! `z'+ = z'- + (f- - f+) dt/dp` where nothing is done in between. Stages of fixed length end later by as much as they
//! begin. (W. S. Levine and others call the step in `z'` saltation; E. Hairer, S. P. Norsett and G. Wanner, Solving
//! Ordinary Differential Equations I, section II.6, have it for discontinuities.)

use ratelaw_network::Lane;

use super::{Carrier, Event, Run, tangent};
use crate::lanes::{plain, singles};
use crate::setting::Setting;

impl<'a> Run<'a> {
    /// Turns derivatives at the fixed time just reached into those at the time at which the stage ends: by an event, or
    /// after its length, or with the run.
    pub(super) fn arrive(&mut self, event: Option<&Event<'a>>, carrier: &mut impl Carrier<'a>) {
        if self.shifts.is_empty() {
            return;
        }
        match event {
            Some(event) => self.shifts = self.event_shifts(event, carrier),
            // The end of the run is where it is.
            None if self.t >= self.problem().t_end() => self.shifts.fill(0.0),
            None => {}
        }
        self.move_by(1.0, carrier);
    }

    /// Adds so many times what the state changes in the time by which each setting shifts it: -1 turns derivatives at the
    /// moving time where a stage begins into those at a fixed time.
    pub(super) fn move_by(&mut self, sign: f64, carrier: &mut impl Carrier<'a>) {
        if self.shifts.iter().all(|shift| *shift == 0.0) {
            return;
        }
        carrier.state((&mut self.z, &mut self.q));
        let (slope, slope_q) = self.slope(carrier);
        for (k, shift) in self.shifts.iter().enumerate() {
            let (mut dz, mut dq) = tangent(k, carrier, (&self.z, &self.q));
            for (own, slope) in dz.iter_mut().chain(&mut dq).zip(slope.iter().chain(&slope_q)) {
                *own += slope * (sign * shift);
            }
            carrier.set_tangent(k, (&dz, &dq));
        }
    }

    /// How variables and quadratures change with time: amounts by the rates, potentials so that the currents fit.
    fn slope(&self, carrier: &mut impl Carrier<'a>) -> (Vec<f64>, Vec<f64>) {
        let (z, mut dq) = (singles(&self.z), singles(&self.q));
        let initialiser = carrier.initialiser();
        // Bound for whichever run began a stage last; the numbers were sound when this one did.
        if initialiser.bind(self.problem().parameters(), &self.conditions).is_err() {
            return (vec![f64::NAN; z.len()], vec![f64::NAN; dq.len()]);
        }
        let mut dz = initialiser.derivative(&z, &mut dq).to_vec();
        dz[initialiser.system.compiled.potentials()].fill(Lane::ZERO);
        initialiser.balance_tangent(None, &z, &mut dz);
        (plain(&dz), plain(&dq))
    }

    /// How the time of an event that is reached now changes with each setting; not a number where the condition only
    /// touches its bound.
    fn event_shifts(&mut self, event: &Event<'a>, carrier: &mut impl Carrier<'a>) -> Vec<f64> {
        let (dz, dq) = self.slope(carrier);
        let moment = self.moment(self.t);
        let what = (&event.condition.difference, &event.ready[..]);
        let speed = moment.expression_derivative(what, None, (&dz, &dq, 1.0));
        let shift = |(k, setting): (usize, &Setting)| {
            // What the protocol set does not follow what the problem was given.
            let given = match setting {
                Setting::Potential => self.own.0,
                Setting::Temperature => self.own.1,
                _ => true,
            };
            let (dz, dq) = tangent(k, carrier, (&self.z, &self.q));
            let change = moment.expression_derivative(what, Some(*setting).filter(|_| given), (&dz, &dq, 0.0));
            match (change, speed) {
                (Some(change), Some(speed)) => -change / speed,
                _ => f64::NAN,
            }
        };
        self.options.sensitivities.iter().enumerate().map(shift).collect()
    }
}
