//! Numbers that a rate law is evaluated in: plain, or with derivatives carried along.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Part;
use crate::lane;

/// A real number: plain (any [`Part`]), with a derivative ([`Dual`](super::Dual)), or with two and their mixed one
/// ([`HyperDual`](super::HyperDual)). Each law is one formula over it, and its exact derivatives are the same formula over
/// the other types (forward-mode differentiation; Fike and Alonso, AIAA 2011-886, for the second).
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Mul<f64, Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// What its value and its derivatives are: one number, or one for each lane.
    type Part: Part;
    /// The same kind of number in one lane.
    type Single: Real<Part = f64>;

    /// A value and its derivative in the (first) direction.
    fn new(value: Self::Part, derivative: Self::Part) -> Self;
    /// The value alone.
    fn value(self) -> Self::Part;
    /// A function of this number, from its value and its first and second derivatives there; the latter are worked
    /// out only if the number carries them.
    #[must_use]
    fn chain(self, f0: Self::Part, f1: impl FnOnce() -> Self::Part, f2: impl FnOnce() -> Self::Part) -> Self;
    /// In each lane one of two numbers, by whether something holds of the lane's `of`.
    #[must_use]
    fn select(of: (Self::Part, Self::Part), holds: impl Fn(f64, f64) -> bool, yes: Self, no: Self) -> Self;
    /// The number in one lane.
    fn single(self, lane: usize) -> Self::Single;
    /// A number for each lane.
    fn from_singles(of: impl Fn(usize) -> Self::Single) -> Self;

    /// A constant.
    #[inline]
    fn constant(value: f64) -> Self {
        Self::new(Self::Part::splat(value), Self::Part::splat(0.0))
    }
    /// The exponential.
    #[inline]
    #[must_use]
    fn exp(self) -> Self {
        let e = self.value().map(lane::exp);
        self.chain(e, || e, || e)
    }
    /// The natural logarithm.
    #[inline]
    #[must_use]
    fn ln(self) -> Self {
        let v = self.value();
        self.chain(v.map(lane::ln), || v.map(|v| 1.0 / v), || v.map(|v| -1.0 / (v * v)))
    }
}

impl<P: Part> Real for P {
    type Part = P;
    type Single = f64;

    #[inline]
    fn new(value: P, _: P) -> Self {
        value
    }
    #[inline]
    fn value(self) -> P {
        self
    }
    #[inline]
    fn chain(self, f0: P, _: impl FnOnce() -> P, _: impl FnOnce() -> P) -> Self {
        f0
    }
    #[inline]
    fn select(of: (P, P), holds: impl Fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        P::choose(of, holds, yes, no)
    }
    #[inline]
    fn single(self, lane: usize) -> f64 {
        self.lane(lane)
    }
    #[inline]
    fn from_singles(of: impl Fn(usize) -> f64) -> Self {
        P::from_lanes(of)
    }
}
