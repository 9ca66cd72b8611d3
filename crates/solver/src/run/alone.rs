//! A run by a method that keeps a history, alone.

use std::sync::Arc;

use ratelaw_network::{BoundAlong, Lane};

use super::{Carrier, Filled, Run};
use crate::charge::ChargeBalance;
use crate::error::{Cause, Result};
use crate::initialise::Initialiser;
use crate::integrate::Stop;
use crate::linalg::SymbolicLu;
use crate::method::{Integrator, Start};
use crate::options::SolveOptions;
use crate::patience::Patience;

/// The state of one run, and the method that steps it.
#[derive(Debug)]
pub(crate) struct Alone<'a> {
    initialiser: Initialiser<'a>,
    /// The plan of the linear systems of the integrator.
    plan: Arc<SymbolicLu>,
    integrator: Integrator,
    z: Vec<Lane<1>>,
    q: Vec<Lane<1>>,
    charge: Option<ChargeBalance<1>>,
    patience: Patience<'a>,
}

impl<'a> Alone<'a> {
    pub(crate) fn new(
        initialiser: Initialiser<'a>,
        charge: Option<ChargeBalance<1>>,
        options: &'a SolveOptions,
    ) -> Self {
        let system = &initialiser.system;
        let (z, q) = (vec![Lane::ZERO; system.size()], vec![Lane::ZERO; system.quadratures.len()]);
        let plan = SymbolicLu::of(system.compiled);
        Self {
            integrator: Integrator::new(options.method, system, &plan),
            plan,
            z,
            q,
            charge,
            initialiser,
            patience: Patience::new(options),
        }
    }

    /// Integrates a run from start to end.
    pub(crate) fn drive(&mut self, run: &mut Run<'a>) -> Result<Result<(), Stop>> {
        run.load(self);
        loop {
            match run.proceed(self)? {
                Ok(true) => {}
                Ok(false) => return Ok(Ok(())),
                Err(stop) => return Ok(Err(stop)),
            }
            if let Err(stop) = self.stretch(run) {
                return Ok(Err(run.fail(stop, self)));
            }
        }
    }

    /// Integrates to the end of a stretch.
    fn stretch(&mut self, run: &mut Run<'a>) -> Result<(), Stop> {
        let Self { initialiser, integrator, z, q, .. } = self;
        let start = Start { t: run.t, end: run.end, y: z, q };
        integrator.begin(&initialiser.system, &run.tolerance, start, &mut run.solution.stats);
        loop {
            if let Some(cause) = self.patience.over() {
                return Err(Stop { cause, t: run.t, h: 0.0, species: None });
            }
            let Self { initialiser, integrator, z, q, .. } = self;
            let start = Start { t: run.t, end: run.end, y: z, q };
            let most = run.max_steps();
            let h = integrator.step(&initialiser.system, &run.tolerance, start, most, &mut run.solution.stats)?;
            let next = if h == run.end - run.t { run.end } else { run.t + h };
            let cut = if next >= run.quiet_until() { run.look_within(next, self) } else { None };
            if let Some(cut) = cut {
                self.integrator.interpolate(cut.theta, (&mut self.z, &mut self.q));
            } else {
                let (z, q) = self.integrator.end();
                std::mem::swap(&mut self.z, z);
                std::mem::swap(&mut self.q, q);
            }
            let until = cut.map_or(next, |cut| cut.until);
            run.note_negative(until, h, self)?;
            run.note_rounding((until, cut.is_some()), h, self)?;
            if self.charge.as_ref().is_some_and(|charge| charge.closes(&self.z, &self.q) == [false]) {
                return Err(Stop { cause: Cause::ChargeImbalance, t: until, h, species: None });
            }
            if !run.settle(next, cut, self) {
                return Ok(());
            }
        }
    }
}

impl<'a> Carrier<'a> for Alone<'a> {
    fn initialiser(&mut self) -> &mut Initialiser<'a> {
        &mut self.initialiser
    }

    fn plan(&self) -> Arc<SymbolicLu> {
        Arc::clone(&self.plan)
    }

    /// The system of the initialiser is the one that is integrated.
    fn take_numbers(&mut self) {}

    fn state(&self, (z, q): Filled<'_>) {
        fill(z, &self.z);
        fill(q, &self.q);
    }

    fn set_variables(&mut self, z: &[Lane<1>]) {
        self.z.copy_from_slice(z);
    }

    fn begin_quadratures(&mut self) {
        self.q.fill(Lane::ZERO);
    }

    fn rebase(&mut self) {
        if let Some(charge) = &mut self.charge {
            charge.begin(0, &self.z, &self.q);
        }
    }

    fn within(&self, theta: f64, (z, q): Filled<'_>) {
        let (mut own_z, mut own_q) = (self.z.clone(), self.q.clone());
        self.integrator.interpolate(theta, (&mut own_z, &mut own_q));
        fill(z, &own_z);
        fill(q, &own_q);
    }

    // Sensitivities are refused for these methods before a run begins.
    fn tangent(&self, _: usize, _: Filled<'_>) {}
    fn set_tangent(&mut self, _: usize, _: (&[f64], &[f64])) {}
    fn set_along(&mut self, _: usize, _: &BoundAlong<1>) {}
    fn tangent_within(&self, _: usize, _: f64, _: Filled<'_>) {}
}

fn fill(to: &mut [f64], from: &[Lane<1>]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = from.0[0];
    }
}
