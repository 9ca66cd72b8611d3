//! One number for each of `W` parameter sets.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// `W` numbers handled together. All arithmetic is lane by lane over a fixed-size array, which the compiler
/// turns into vector instructions; nothing crosses lanes and no multiply-add is fused, so a lane's bits do not
/// depend on `W`. `W = 1` is the single trajectory.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(transparent)]
pub struct Lane<const W: usize>(pub [f64; W]);

impl<const W: usize> Lane<W> {
    /// All lanes zero.
    pub const ZERO: Self = Self([0.0; W]);

    /// The same number in all lanes.
    #[inline(always)]
    pub const fn splat(value: f64) -> Self {
        Self([value; W])
    }

    /// A function of each lane.
    #[inline(always)]
    #[must_use]
    pub fn map(mut self, f: impl Fn(f64) -> f64) -> Self {
        for x in &mut self.0 {
            *x = f(*x);
        }
        self
    }

    /// A function of each pair of lanes.
    #[inline(always)]
    #[must_use]
    pub fn zip(mut self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        for (x, y) in self.0.iter_mut().zip(other.0) {
            *x = f(*x, y);
        }
        self
    }

    /// The lanes of `other` where `taken`, these elsewhere.
    #[inline(always)]
    #[must_use]
    pub fn replaced(mut self, other: Self, taken: &[bool; W]) -> Self {
        for lane in 0..W {
            self.0[lane] = if taken[lane] { other.0[lane] } else { self.0[lane] };
        }
        self
    }
}

macro_rules! lanewise {
    ($($trait:ident $method:ident $assign:tt;)+) => {$(
        impl<const W: usize> $trait for Lane<W> {
            type Output = Self;
            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                for i in 0..W {
                    self.0[i] $assign other.0[i];
                }
                self
            }
        }

        impl<const W: usize> $trait<f64> for Lane<W> {
            type Output = Self;
            #[inline(always)]
            fn $method(mut self, other: f64) -> Self {
                for x in &mut self.0 {
                    *x $assign other;
                }
                self
            }
        }
    )+};
}

lanewise! {
    Add add +=;
    Sub sub -=;
    Mul mul *=;
    Div div /=;
}

impl<const W: usize> AddAssign for Lane<W> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        for i in 0..W {
            self.0[i] += other.0[i];
        }
    }
}

impl<const W: usize> SubAssign for Lane<W> {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        for i in 0..W {
            self.0[i] -= other.0[i];
        }
    }
}

impl<const W: usize> Neg for Lane<W> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|x| -x)
    }
}
