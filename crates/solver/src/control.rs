//! Step size control.

use ratelaw_network::Lane;
use ratelaw_network::lane::powf;

use crate::error::Cause;

/// Predictive controller of Gustafsson (ACM TOMS 20 (1994) 496), as in RODAS (Hairer and Wanner II, section
/// IV.8, eq. 8.20): the new step follows from the last two errors and steps.
#[derive(Debug, Clone)]
pub(crate) struct Controller {
    order: f64,
    last: Option<(f64, f64)>,
    rejected: bool,
}

pub(crate) const SAFETY: f64 = 0.9;
pub(crate) const SMALLEST_FACTOR: f64 = 0.2;
pub(crate) const LARGEST_FACTOR: f64 = 6.0;
/// What a step whose error is not a number shrinks by.
pub(crate) const UNKNOWN_FACTOR: f64 = 0.25;

/// Why no smaller step can be tried from `t` after one of this error.
pub(crate) fn despair(t: f64, smaller: f64, error: f64) -> Option<Cause> {
    let cause = if error.is_finite() { Cause::StepTooSmall } else { Cause::NotFinite };
    (t + smaller <= t || smaller < f64::MIN_POSITIVE).then_some(cause)
}

impl Controller {
    /// `order`: the power of `h` that the local error goes with.
    pub(crate) fn new(order: f64) -> Self {
        Self { order, last: None, rejected: false }
    }

    /// The next step size after an accepted step of size `h` with the scaled error `error` <= 1.
    pub(crate) fn accept(&mut self, h: f64, error: f64) -> f64 {
        let error = error.max(1e-10);
        let mut factor = SAFETY * powf(error, -1.0 / self.order);
        if let Some((last_h, last_error)) = self.last {
            let predicted = SAFETY * (h / last_h) * powf(last_error / (error * error), 1.0 / self.order);
            factor = factor.min(predicted);
        }
        factor = factor.clamp(SMALLEST_FACTOR, LARGEST_FACTOR);
        if self.rejected {
            factor = factor.min(1.0);
        }
        self.last = Some((h, error.max(1e-2)));
        self.rejected = false;
        h * factor
    }

    /// The step size to try again with after a rejected step; `error` is above 1, or not a number.
    pub(crate) fn reject(&mut self, h: f64, error: f64) -> f64 {
        self.rejected = true;
        let factor = if error.is_finite() { SAFETY * powf(error, -1.0 / self.order) } else { UNKNOWN_FACTOR };
        h * factor.clamp(SMALLEST_FACTOR, 1.0)
    }
}

/// Error tolerance: relative for all amounts, absolute by variable.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tolerance {
    pub(crate) relative: f64,
    pub(crate) absolute: Vec<f64>,
    /// Typical amounts; what comes after them among the variables has an absolute tolerance alone.
    pub(crate) scale: Vec<f64>,
}

/// An error of a potential by this, V, changes the rate of a step of one electron by its own fraction at room
/// temperature (RT/F), so it is the scale that the relative tolerance is of.
pub(crate) const THERMAL_VOLTAGE: f64 = 0.0257;

/// From this relative tolerance on rounding is not followed: 1e-8 is not below it however it was written.
const NEAR_ROUNDING: f64 = 0.99e-8;
/// Few units of the last place of 1; the absolute tolerance at a relative one of 1e-8 is 45 of them by default.
const FEW_UNITS: f64 = 40.0 * f64::EPSILON;

impl Tolerance {
    /// The tolerance of a problem's variables.
    pub(crate) fn new(relative: f64, resolution: f64, scale: Vec<f64>, potentials: usize, time: bool) -> Self {
        let mut absolute: Vec<f64> = scale.iter().map(|s| s * relative * resolution).collect();
        absolute.extend(std::iter::repeat_n(relative * THERMAL_VOLTAGE, potentials));
        // The time is exact.
        absolute.extend(time.then_some(f64::INFINITY));
        Self { relative, absolute, scale }
    }

    /// The largest error of any species in units of its tolerance, and that species. The maximum rather than a mean: a
    /// trace species counts as much as the solvent. Not a number where the step overflowed.
    pub(crate) fn norm(&self, error: &[Lane<1>], y0: &[Lane<1>], y1: &[Lane<1>]) -> (f64, usize) {
        let (mut norm, mut worst) = (0.0, 0);
        for i in 0..error.len() {
            let size = if i < self.scale.len() { y0[i].0[0].abs().max(y1[i].0[0].abs()) } else { 0.0 };
            let scaled = error[i].0[0].abs() / (self.absolute[i] + self.relative * size);
            if !(scaled.is_finite() && y1[i].0[0].is_finite()) {
                return (f64::NAN, i);
            }
            if scaled > norm {
                (norm, worst) = (scaled, i);
            }
        }
        (norm, worst)
    }

    /// Whether rounding may come near it: a relative one that is tight, or an absolute one of few units of the last place of
    /// the species' scale.
    pub(crate) fn is_near_rounding(&self) -> bool {
        let mut absolute = self.scale.iter().zip(&self.absolute);
        self.relative < NEAR_ROUNDING || absolute.any(|(scale, absolute)| *absolute < FEW_UNITS * scale)
    }

    /// How far below zero an amount may be by the tolerance: the relative one of the species' scale, or its absolute
    /// one where that is larger.
    pub(crate) fn floor(&self) -> Vec<f64> {
        self.scale.iter().zip(&self.absolute).map(|(scale, absolute)| absolute.max(self.relative * scale)).collect()
    }

    /// A first step: a hundredth of the time in which the fastest species changes by its size (Hairer,
    /// Norsett and Wanner I, section II.4), shorter for a tighter tolerance as the local error goes with h^5.
    pub(crate) fn first_step(&self, y: &[Lane<1>], slope: &[Lane<1>], t_end: f64) -> f64 {
        let mut rate: f64 = 0.0;
        for i in 0..self.scale.len() {
            let weight = self.absolute[i] / self.relative + y[i].0[0].abs();
            rate = rate.max(slope[i].0[0].abs() / weight);
        }
        let h = 0.01 * powf(self.relative, 0.2) / rate;
        if h.is_finite() && h > 0.0 { h.min(t_end) } else { t_end * 1e-6 }
    }
}
