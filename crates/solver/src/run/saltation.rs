//! Derivatives where the time of a stage's end has a derivative of its own.
//!
//! A condition `g(z, t, p) = 0` ends a stage at a time with `dt/dp = -(g_p + g_z z') / (g_t + g_z f)`. What is done there
//! acts on the state at that moving time, whose derivative is `z' + f dt/dp`; after it, at a fixed time, `f` is another:
//! `z'+ = z'- + (f- - f+) dt/dp` where nothing is done in between. Stages of fixed length end later by as much as they
//! begin; a ramp from a potential that a setting changes takes longer or shorter by that. On a ramp the potential at a fixed
//! time changes by `-rate dt/dp`. (W. S. Levine and others call the step in `z'` saltation; E. Hairer, S. P. Norsett and G. Wanner, Solving
//! Ordinary Differential Equations I, section II.6, have it for discontinuities.)

use ratelaw_network::protocol::{Stage, Swept};
use ratelaw_network::{Compiled, Conditions, Lane, Network};

use super::{Carrier, Event, Run, tangent};
use crate::applied::Applied;
use crate::lanes::{plain, singles};
use crate::observe::Moment;
use crate::schedule;
use crate::setting::Setting;

/// Whether anything of a network changes with a setting while a run goes on.
pub(crate) fn follows(setting: Setting, tables: &Compiled, network: &Network) -> bool {
    let shifts = tables.time().is_some() && schedule::has_conditions(network.stages());
    setting.direction().is_some() || shifts
}

impl<'a> Run<'a> {
    /// Notes what a stage that begins with these conditions makes of potential and temperature, and its length.
    pub(super) fn note_applied(&mut self, stage: &Stage, conditions: &Conditions) {
        self.lengthens.fill(0.0);
        match stage {
            Stage::Hold { set: Some((of, _)), .. } | Stage::Ramp { of, from: Some(_), .. } => {
                self.carried.iter_mut().for_each(|carried| *carried.of(*of) = 0.0);
            }
            Stage::Ramp { of, from: None, .. } => {
                let rate = match of {
                    Swept::Potential => conditions.potential_rate,
                    Swept::Temperature => conditions.temperature_rate,
                };
                for (carried, longer) in self.carried.iter_mut().zip(&mut self.lengthens) {
                    *longer = -*carried.of(*of) / rate;
                }
                self.ramped = Some(*of);
            }
            _ => {}
        }
    }

    /// How potential and temperature change with a setting at a fixed time of the present stage.
    pub(super) fn applied(&self, setting: usize) -> Applied {
        let (carried, shift) = (self.carried[setting], self.shifts[setting]);
        Applied {
            potential: carried.potential - self.conditions.potential_rate * shift,
            temperature: carried.temperature - self.conditions.temperature_rate * shift,
        }
    }

    /// The same with every setting.
    pub(super) fn applied_by_all(&self) -> Vec<Applied> {
        (0..self.shifts.len()).map(|k| self.applied(k)).collect()
    }

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
            None => {
                for (shift, longer) in self.shifts.iter_mut().zip(&self.lengthens) {
                    *shift += longer;
                }
                // A ramp ends where it is told to, whatever it began at.
                if let Some(of) = self.ramped.take() {
                    self.carried.iter_mut().for_each(|carried| *carried.of(of) = 0.0);
                }
            }
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
            let (dz, dq) = tangent(k, carrier, (&self.z, &self.q));
            let moment = Moment { applied: Some(self.applied(k)), ..moment };
            let change = moment.expression_derivative(what, Some(*setting), (&dz, &dq, 0.0));
            match (change, speed) {
                (Some(change), Some(speed)) => -change / speed,
                _ => f64::NAN,
            }
        };
        self.options.sensitivities.iter().enumerate().map(shift).collect()
    }
}
