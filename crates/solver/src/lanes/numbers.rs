//! The numbers of a block of runs, and the view that one run has of them.

use std::sync::Arc;

use ratelaw_network::{Bound, BoundAlong, Lane, Network, wide};

use crate::charge::ChargeBalance;
use crate::control::Tolerance;
use crate::initialise::Initialiser;
use crate::linalg::SymbolicLu;
use crate::method::{Rosenbrock, Shared, Tableau, Tangent};
use crate::options::SolveOptions;
use crate::run::{Carrier, Filled, follows};
use crate::system::System;

/// Amounts below this part of their scale (or this, SI, where the scale is above one) are set to zero when a step is taken: far
/// below any tolerance, their products would become numbers that processors are slow with.
const DEAD: f64 = 1e-100;

/// State, step and tolerance of `W` runs.
#[derive(Debug)]
pub(super) struct Numbers<'a, const W: usize> {
    initialiser: Initialiser<'a>,
    system: System<'a, W>,
    pub(super) step: Rosenbrock<W>,
    tangents: Vec<Tangent<W>>,
    y: super::Lanes<W>,
    q: super::Lanes<W>,
    /// The variables of one lane.
    one: Vec<Lane<1>>,
    relative: f64,
    /// Absolute tolerances of variables; amounts that the tolerance explains below zero.
    absolute: super::Lanes<W>,
    floor: super::Lanes<W>,
    /// Amounts below these are none.
    dead: super::Lanes<W>,
    charge: Option<ChargeBalance<W>>,
}

impl<'a, const W: usize> Numbers<'a, W> {
    pub(super) fn new(
        network: &'a Network,
        options: &SolveOptions,
        method: &'static Tableau,
        one: System<'a, 1>,
        shared: &Shared,
    ) -> Self {
        let mut system = System::new(one.compiled, Bound::<W>::splat(&one.bound));
        system.quadratures.clone_from(&one.quadratures);
        let compiled = one.compiled;
        let (directions, parameters) = (compiled.directions(), network.parameters().len());
        let tangent = |setting: &crate::Setting| {
            let along = follows(*setting, compiled, network).then(|| BoundAlong::none(directions, parameters));
            Tangent::new(method, &system, along)
        };
        let mut absolute = super::lanes(compiled.size());
        absolute.fill(Lane::splat(1.0));
        Self {
            tangents: options.sensitivities.iter().map(tangent).collect(),
            step: Rosenbrock::new(method, &system, shared),
            y: super::lanes(compiled.size()),
            q: super::lanes(system.quadratures.len()),
            one: vec![Lane::ZERO; compiled.size()],
            relative: options.rtol,
            absolute,
            floor: super::lanes(compiled.species()),
            dead: super::lanes(compiled.species()),
            charge: ChargeBalance::new(network, options.rtol),
            system,
            initialiser: Initialiser::new(network, one),
        }
    }

    /// Sets the tolerance of a lane.
    pub(super) fn set_tolerance(&mut self, lane: usize, tolerance: &Tolerance, floor: &[f64]) {
        for (own, absolute) in self.absolute.iter_mut().zip(&tolerance.absolute) {
            own.0[lane] = *absolute;
        }
        for (own, floor) in self.floor.iter_mut().zip(floor) {
            own.0[lane] = *floor;
        }
        for (own, scale) in self.dead.iter_mut().zip(&tolerance.scale) {
            own.0[lane] = (DEAD * scale).min(DEAD);
        }
    }

    /// How long the first step of a stretch of length `left` may be in a lane, whose numbers the initialiser is bound to.
    pub(super) fn first_step(&mut self, lane: usize, tolerance: &Tolerance, left: f64) -> f64 {
        for (one, y) in self.one.iter_mut().zip(self.y.iter()) {
            *one = Lane([y.0[lane]]);
        }
        self.initialiser.first_step(tolerance, &self.one, left)
    }

    /// The view of one run.
    pub(super) fn lane(&mut self, lane: usize) -> LaneCarrier<'_, 'a, W> {
        LaneCarrier { numbers: self, lane }
    }

    /// Evaluates the Jacobians where the next steps start.
    pub(super) fn linearise(&mut self) {
        self.step.linearise(&self.system, &self.y);
    }

    /// Tries a step of each lane, and gives its error in units of the tolerance.
    pub(super) fn attempt(&mut self, h: Lane<W>) -> Lane<W> {
        self.step.attempt(&self.system, &self.y, &self.q, h);
        wide::<W, _>(
            #[inline(always)]
            || self.norm(),
        )
    }

    /// Differentiates the step just tried.
    pub(super) fn follow(&mut self, h: Lane<W>) {
        for tangent in &mut self.tangents {
            tangent.follow(&self.system, &mut self.step, &self.y, h);
        }
    }

    /// The largest error of any variable in units of its tolerance; not a number where the step overflowed.
    #[inline(always)]
    fn norm(&self) -> Lane<W> {
        let (mut norm, mut sound) = (Lane::ZERO, Lane::ZERO);
        let species = self.floor.len();
        let error = self.step.error();
        for i in 0..error.len() {
            let (y0, y1) = (self.y[i], self.step.y[i]);
            let mut allowed = self.absolute[i];
            if i < species {
                let size = y0.zip(y1, |a, b| if a.abs() > b.abs() { a.abs() } else { b.abs() });
                allowed += size * self.relative;
            }
            let scaled = error[i].map(f64::abs) / allowed;
            norm = norm.zip(scaled, |norm, scaled| if scaled > norm { scaled } else { norm });
            // Zero where all is finite, not a number where anything is not.
            sound += (scaled + y1) * 0.0;
        }
        norm + sound
    }

    /// The variable with the largest error in a lane, or the first that is not finite.
    pub(super) fn worst(&self, lane: usize) -> usize {
        let (mut norm, mut worst) = (0.0, 0);
        for (i, error) in self.step.error().iter().enumerate() {
            let (y0, y1) = (self.y[i].0[lane], self.step.y[i].0[lane]);
            let size = if i < self.floor.len() { y0.abs().max(y1.abs()) } else { 0.0 };
            let scaled = error.0[lane].abs() / (self.absolute[i].0[lane] + self.relative * size);
            if !(scaled.is_finite() && y1.is_finite()) {
                return i;
            }
            if scaled > norm {
                (norm, worst) = (scaled, i);
            }
        }
        worst
    }

    /// Makes the ends of steps the starts of the next, in the lanes that are taken.
    pub(super) fn commit(&mut self, taken: &[bool; W]) {
        wide::<W, _>(
            #[inline(always)]
            || {
                let species = self.floor.len();
                for i in 0..species {
                    let end = self.step.y[i].zip(self.dead[i], |y, dead| if y.abs() < dead { 0.0 } else { y });
                    self.y[i] = self.y[i].replaced(end, taken);
                }
                replace(&mut self.y[species..], &self.step.y[species..], taken);
                replace(&mut self.q, &self.step.q, taken);
                for tangent in &mut self.tangents {
                    replace(&mut tangent.y, &tangent.end_y, taken);
                    replace(&mut tangent.q, &tangent.end_q, taken);
                }
            },
        );
    }

    /// Makes the fraction `theta` of the step just made the start of the next.
    pub(super) fn cut(&mut self, lane: usize, theta: f64) {
        let (mut z, mut q) = (vec![0.0; self.y.len()], vec![0.0; self.q.len()]);
        self.lane(lane).within(theta, (&mut z, &mut q));
        fill(&mut self.y, lane, &z);
        fill(&mut self.q, lane, &q);
        for k in 0..self.tangents.len() {
            self.lane(lane).tangent_within(k, theta, (&mut z, &mut q));
            self.lane(lane).set_tangent(k, (&z, &q));
        }
    }

    /// In which lanes an amount is below zero by more than the tolerance explains.
    pub(super) fn below_zero(&self) -> [bool; W] {
        wide::<W, _>(
            #[inline(always)]
            || {
                let mut lowest = Lane::ZERO;
                for i in 0..self.floor.len() {
                    lowest = lowest.zip(self.y[i] + self.floor[i], |a, b| if b < a { b } else { a });
                }
                std::array::from_fn(|lane| lowest.0[lane] < 0.0)
            },
        )
    }

    /// In which lanes the balance of charge closes.
    pub(super) fn closes(&self) -> [bool; W] {
        self.charge.as_ref().map_or([true; W], |charge| charge.closes(&self.y, &self.q))
    }
}

/// One run's view of its numbers.
#[derive(Debug)]
pub(super) struct LaneCarrier<'b, 'a, const W: usize> {
    numbers: &'b mut Numbers<'a, W>,
    lane: usize,
}

impl<'a, const W: usize> Carrier<'a> for LaneCarrier<'_, 'a, W> {
    fn initialiser(&mut self) -> &mut Initialiser<'a> {
        &mut self.numbers.initialiser
    }

    fn plan(&self) -> Arc<SymbolicLu> {
        Arc::clone(&self.numbers.step.symbolic)
    }

    fn take_numbers(&mut self) {
        let one = &self.numbers.initialiser.system.bound;
        self.numbers.system.bound.copy_lane(self.lane, one);
    }

    fn state(&self, (z, q): Filled<'_>) {
        take(&self.numbers.y, self.lane, z);
        take(&self.numbers.q, self.lane, q);
    }

    fn set_variables(&mut self, z: &[Lane<1>]) {
        for (own, z) in self.numbers.y.iter_mut().zip(z) {
            own.0[self.lane] = z.0[0];
        }
    }

    fn begin_quadratures(&mut self) {
        for q in self.numbers.q.iter_mut() {
            q.0[self.lane] = 0.0;
        }
    }

    fn rebase(&mut self) {
        let Numbers { charge, y, q, .. } = &mut *self.numbers;
        if let Some(charge) = charge {
            charge.begin(self.lane, y, q);
        }
    }

    fn within(&self, theta: f64, state: Filled<'_>) {
        let Numbers { step, y, q, .. } = &*self.numbers;
        step.interpolate((y, q), (self.lane, theta), state);
    }

    fn tangent(&self, setting: usize, (z, q): Filled<'_>) {
        let tangent = &self.numbers.tangents[setting];
        take(&tangent.y, self.lane, z);
        take(&tangent.q, self.lane, q);
    }

    fn set_tangent(&mut self, setting: usize, (z, q): (&[f64], &[f64])) {
        let tangent = &mut self.numbers.tangents[setting];
        fill(&mut tangent.y, self.lane, z);
        fill(&mut tangent.q, self.lane, q);
    }

    fn set_along(&mut self, setting: usize, along: &BoundAlong<1>) {
        if let Some(own) = &mut self.numbers.tangents[setting].along {
            own.copy_lane(self.lane, along);
        }
    }

    fn tangent_within(&self, setting: usize, theta: f64, (z, q): Filled<'_>) {
        self.numbers.tangents[setting].interpolate((self.lane, theta), z, q);
    }
}

/// Takes blocks over in some lanes.
#[inline(always)]
fn replace<const W: usize>(own: &mut [Lane<W>], other: &[Lane<W>], taken: &[bool; W]) {
    for k in 0..own.len() {
        own[k] = own[k].replaced(other[k], taken);
    }
}

/// Reads a lane.
fn take<const W: usize>(from: &[Lane<W>], lane: usize, to: &mut [f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = from.0[lane];
    }
}

/// Writes a lane.
fn fill<const W: usize>(to: &mut [Lane<W>], lane: usize, from: &[f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        to.0[lane] = *from;
    }
}
