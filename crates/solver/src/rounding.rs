//! What rounding alone leaves in the state.

use std::sync::Arc;

use ratelaw_network::{Bound, Lane};

use crate::control::Tolerance;
use crate::linalg::{NumericLu, SymbolicLu};
use crate::method::Method;
use crate::system::System;

/// The error of the state by rounding, followed along a run, whatever the method (docs/theory/solver.md).
///
/// A step rounds where rates are summed, where stages are, and where the state and its change are. What the first takes is
/// worked out at the state reached, the size of the others is known and their sign is drawn. From then on errors go as those
/// of the state do, `M e' = J e`, by implicit Euler steps of some steps of the run each.
#[derive(Debug)]
pub(crate) struct Rounding<'a> {
    system: System<'a, 1>,
    /// What one sum of rates in a step weighs in its end.
    weight: f64,
    /// Errors by sums of rates, one for each draw, and those by sums of the state and of stages.
    by_sums: [Vec<Lane<1>>; DRAWS],
    by_state: Vec<Lane<1>>,
    symbolic: Arc<SymbolicLu>,
    lu: NumericLu<1>,
    terms: Vec<Lane<1>>,
    rates: Vec<Lane<1>>,
    jacobian: Vec<Lane<1>>,
    /// What rounding takes from the sum of each row of the right-hand side.
    lost: Vec<Lane<1>>,
    /// Signs drawn for each species.
    signs: Vec<u64>,
    /// What rounds in a time, for each species.
    noise: Vec<Lane<1>>,
    right: Vec<Lane<1>>,
    /// Steps and time since the errors were last taken on, and how often they were.
    steps: u32,
    span: f64,
    times: u64,
}

/// The root mean square error of one rounding is about this part of a number: a unit of the last place, of 1 to 2 parts in
/// 2^53, over the square root of 12.
const ONE: f64 = f64::EPSILON / 4.0;
/// Both of a run are below a third of their deviation in one case of ten.
const DRAWS: usize = 2;
/// Errors are taken on once in so many steps, which makes them cheap, in so many parts.
const EVERY: u32 = 16;
const PARTS: u32 = 2;
/// The part of the time in which a species multiplies that an implicit step may be: it would have a pole at 1.
const GROWTH: f64 = 0.5;

/// Errors in units of the tolerance, the largest of all species each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Errors {
    /// By all that rounds, and the species that has it.
    pub(crate) all: (f64, usize),
    /// By sums of rates alone.
    pub(crate) by_sums: (f64, usize),
}

impl<'a> Rounding<'a> {
    /// Of a run by a method that begins from a state that is exact.
    pub(crate) fn new(system: &System<'a, 1>, symbolic: Arc<SymbolicLu>, method: Method) -> Self {
        let (compiled, n) = (system.compiled, system.size());
        let lanes = |count| vec![Lane::ZERO; count];
        let squares = method.tableau().map_or(1.0, |tableau| tableau.weights().iter().map(|b| b * b).sum());
        Self {
            system: system.clone(),
            weight: f64::sqrt(squares),
            by_sums: std::array::from_fn(|_| lanes(n)),
            by_state: lanes(n),
            lu: NumericLu::new(&symbolic),
            symbolic,
            terms: lanes(compiled.term_count()),
            rates: lanes(compiled.directions()),
            jacobian: lanes(compiled.jacobian_entries().len()),
            lost: lanes(n),
            signs: vec![0; compiled.species()],
            noise: lanes(compiled.species()),
            right: lanes(n),
            steps: 0,
            span: 0.0,
            times: 0,
        }
    }

    /// Takes the numbers of a stage that begins.
    pub(crate) fn bind(&mut self, bound: &Bound<1>) {
        self.system.bound.clone_from(bound);
    }

    /// Notes a step of size `h`; says whether errors are due to be taken on to its end, as they are where a stretch ends.
    pub(crate) fn note(&mut self, h: f64, ends: bool) -> bool {
        self.steps += 1;
        self.span += h;
        ends || self.steps >= EVERY
    }

    /// Takes the errors on to the state `z`.
    pub(crate) fn follow(&mut self, z: &[f64]) {
        let Self { system, terms, rates, jacobian, lost, right, .. } = &mut *self;
        let compiled = system.compiled;
        for (right, z) in right.iter_mut().zip(z) {
            *right = Lane([*z]);
        }
        compiled.rates(&system.bound, right, rates);
        compiled.rounded_off(rates, lost);
        compiled.terms(&system.bound, right, terms);
        compiled.jacobian(&system.bound, terms, jacobian);
        let inverse = self.factorise();
        // Errors of independent steps add up by their squares.
        let steps = f64::from(self.steps).sqrt();
        let Self { lu, symbolic, right, noise, .. } = self;
        for (draw, errors) in self.by_sums.iter_mut().enumerate() {
            // Those of all rows go together, so that rows that mirror each other round so.
            let sign = sign(drawn([self.times, draw as u64]), 0);
            for (noise, lost) in noise.iter_mut().zip(&self.lost) {
                *noise = *lost * (sign * self.weight / steps);
            }
            take_on((lu, symbolic, right), (errors, noise), inverse);
        }
        self.draw(z, steps, inverse);
        let Self { lu, symbolic, right, noise, .. } = self;
        take_on((lu, symbolic, right), (&mut self.by_state, noise), inverse);
        self.times += 1;
        (self.steps, self.span) = (0, 0.0);
    }

    /// What the state and stages round in a time: stages through what they do to rates, which conserves what steps do. Equal
    /// amounts round alike.
    fn draw(&mut self, z: &[f64], steps: f64, inverse: f64) {
        let Self { noise, signs, .. } = self;
        for (noise, (signs, z)) in noise.iter_mut().zip(signs.iter_mut().zip(z)) {
            *signs = drawn([self.times, z.to_bits()]);
            noise.0[0] = sign(*signs, 0) * z * ONE * steps * inverse / f64::from(PARTS);
        }
        for (entry, (row, column)) in self.jacobian.iter().zip(self.system.compiled.jacobian_entries()) {
            if let (Some(noise), Some(signs)) = (noise.get_mut(*row), signs.get(*column)) {
                noise.0[0] += entry.0[0] * sign(*signs, 1) * z[*column] * ONE / steps;
            }
        }
    }

    /// Factorises `M/h - J` for a part of the time since errors were taken on; gives `1/h`.
    fn factorise(&mut self) -> f64 {
        let entries = self.jacobian.iter().zip(self.system.compiled.jacobian_entries());
        let diagonal = entries.filter(|(_, (row, column))| row == column).map(|(entry, _)| entry.0[0]);
        let growth = diagonal.fold(0.0, f64::max);
        let inverse = (self.span / f64::from(PARTS)).min(GROWTH / growth).recip();
        let Self { system, symbolic, jacobian, lu, .. } = self;
        lu.factorise_step(symbolic, jacobian, (Lane([inverse]), |row| system.is_differential(row)));
        inverse
    }

    /// The largest errors in the state `z`.
    pub(crate) fn norms(&self, tolerance: &Tolerance, z: &[f64]) -> Errors {
        let mut norms = Errors { all: (0.0, 0), by_sums: (0.0, 0) };
        for i in 0..tolerance.scale.len() {
            let unit = tolerance.absolute[i] + tolerance.relative * z[i].abs();
            let squares: f64 = self.by_sums.iter().map(|error| error[i].0[0] * error[i].0[0]).sum();
            let by_sums = (squares / DRAWS as f64).sqrt();
            for (norm, error) in [(&mut norms.by_sums, by_sums), (&mut norms.all, by_sums.hypot(self.by_state[i].0[0]))]
            {
                if error / unit > norm.0 {
                    *norm = (error / unit, i);
                }
            }
        }
        norms
    }
}

/// Takes errors on to the end of the time, with what rounds in a time.
fn take_on(
    (lu, symbolic, right): (&mut NumericLu<1>, &SymbolicLu, &mut [Lane<1>]),
    (errors, noise): (&mut [Lane<1>], &[Lane<1>]),
    inverse: f64,
) {
    for _ in 0..PARTS {
        right.fill(Lane::ZERO);
        for (right, (error, noise)) in right.iter_mut().zip(errors.iter().zip(noise)) {
            *right = *error * inverse + *noise;
        }
        lu.solve(symbolic, right);
        for (error, end) in errors.iter_mut().zip(&*right) {
            *error = end.map(|e| if e.is_finite() { e } else { 0.0 });
        }
    }
}

/// 1 or -1 by a bit.
fn sign(bits: u64, place: usize) -> f64 {
    if bits >> place & 1 == 1 { 1.0 } else { -1.0 }
}

/// Bits as good as drawn, from numbers one after the other: the finaliser of splitmix64 (G. L. Steele, D. Lea and C. H. Flood,
/// OOPSLA 2014, doi 10.1145/2660193.2660195). They depend on nothing else, so neither do refusals.
fn drawn(numbers: [u64; 2]) -> u64 {
    numbers.into_iter().fold(0, |state, number| {
        let mut x = (state ^ number).wrapping_add(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    })
}
