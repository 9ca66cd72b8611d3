//! What the value and each derivative of a number are: one number, or one for each lane.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::lane::{self, Lane};

/// One plain number (`f64`) or one for each lane ([`Lane`]); the bits of a lane are those of the same number alone.
pub trait Part:
    Copy
    + Debug
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Mul<f64, Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Number of lanes.
    const WIDTH: usize;
    /// The same number in all lanes.
    fn splat(value: f64) -> Self;
    /// The number in a lane.
    fn lane(self, lane: usize) -> f64;
    /// Puts a number into a lane.
    fn set(&mut self, lane: usize, value: f64);
    /// A number for each lane.
    fn from_lanes(of: impl Fn(usize) -> f64) -> Self;
    /// Each lane to the same exponent ([`lane::powf`]).
    #[must_use]
    fn powf(self, n: f64) -> Self;
    /// Each lane to the same whole exponent ([`lane::powi`]).
    #[must_use]
    fn powi(self, n: i32) -> Self;

    /// A function of each lane.
    #[inline]
    #[must_use]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self::from_lanes(|i| f(self.lane(i)))
    }

    /// In each lane one of two numbers, by whether something holds of the lane's `of`.
    #[inline]
    #[must_use]
    fn choose(of: (Self, Self), holds: impl Fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        Self::from_lanes(|i| if holds(of.0.lane(i), of.1.lane(i)) { yes.lane(i) } else { no.lane(i) })
    }

    /// The product with a slope, in which nothing times an infinite slope is nothing.
    #[inline]
    #[must_use]
    fn along(self, slope: Self) -> Self {
        Self::from_lanes(|i| if self.lane(i) == 0.0 { 0.0 } else { slope.lane(i) * self.lane(i) })
    }
}

impl Part for f64 {
    const WIDTH: usize = 1;
    #[inline]
    fn splat(value: f64) -> Self {
        value
    }
    #[inline]
    fn lane(self, _: usize) -> f64 {
        self
    }
    #[inline]
    fn set(&mut self, _: usize, value: f64) {
        *self = value;
    }
    #[inline]
    fn from_lanes(of: impl Fn(usize) -> f64) -> Self {
        of(0)
    }
    #[inline]
    fn powf(self, n: f64) -> Self {
        lane::powf(self, n)
    }
    #[inline]
    fn powi(self, n: i32) -> Self {
        lane::powi(self, n)
    }
}

impl<const W: usize> Part for Lane<W> {
    const WIDTH: usize = W;
    #[inline]
    fn splat(value: f64) -> Self {
        Self::splat(value)
    }
    #[inline]
    fn lane(self, lane: usize) -> f64 {
        self.0[lane]
    }
    #[inline]
    fn set(&mut self, lane: usize, value: f64) {
        self.0[lane] = value;
    }
    #[inline]
    fn from_lanes(of: impl Fn(usize) -> f64) -> Self {
        let mut lanes = Self::ZERO;
        for i in 0..W {
            lanes.0[i] = of(i);
        }
        lanes
    }
    #[inline]
    fn powf(self, n: f64) -> Self {
        self.powf(n)
    }
    #[inline]
    fn powi(self, n: i32) -> Self {
        self.powi(n)
    }
}
