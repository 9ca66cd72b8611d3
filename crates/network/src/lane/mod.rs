//! One number for each of `W` parameter sets, and the functions of it.
//!
//! The functions are made of additions, multiplications, divisions and operations on bits alone: none is fused and none
//! calls the platform's mathematical library, which picks other code on another processor. So their bits depend neither on `W`
//! nor on the machine. Their loops have no branches, so that they become vector instructions; and they are inlined always,
//! so that a caller which is compiled for a wider instruction set has them in it.

mod exp;
mod ln;
mod pair;
mod power;

pub use exp::exp;
pub use ln::ln;
pub use power::{powf, powi};

use power::Exponent;
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
        for lane in 0..W {
            self.0[lane] = f(self.0[lane], other.0[lane]);
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

    /// The exponential of each lane ([`exp`]).
    #[inline(always)]
    #[must_use]
    pub fn exp(self) -> Self {
        self.map(exp)
    }

    /// The natural logarithm of each lane ([`ln`]).
    #[inline(always)]
    #[must_use]
    pub fn ln(self) -> Self {
        self.map(ln)
    }

    /// Each lane to the same exponent ([`powf`]).
    #[inline(always)]
    #[must_use]
    pub fn powf(self, n: f64) -> Self {
        if n == 0.0 {
            Self::splat(1.0)
        } else if n.is_nan() {
            self.map(|x| if x == 1.0 { 1.0 } else { f64::NAN })
        } else {
            let exponent = Exponent::new(n);
            self.map(|x| exponent.of(x))
        }
    }

    /// Each lane to the same whole exponent ([`powi`]).
    #[inline(always)]
    #[must_use]
    pub fn powi(self, n: i32) -> Self {
        let (mut power, mut square, mut left) = (Self::splat(1.0), self, n.unsigned_abs());
        while left > 0 {
            if left & 1 == 1 {
                power = power * square;
            }
            left >>= 1;
            if left > 0 {
                square = square * square;
            }
        }
        if n < 0 { Self::splat(1.0) / power } else { power }
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
