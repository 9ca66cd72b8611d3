//! Numbers that a rate law is evaluated in: plain, or with a derivative carried along.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A real number, plain (`f64`) or dual. Each law is one formula over it, and its exact derivative in any
/// constant, the temperature or the potential is the same formula over [`Dual`].
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// A value and its derivative.
    fn new(value: f64, derivative: f64) -> Self;
    /// The exponential.
    #[must_use]
    fn exp(self) -> Self;
    /// The natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// A constant.
    fn constant(value: f64) -> Self {
        Self::new(value, 0.0)
    }
}

impl Real for f64 {
    fn new(value: f64, _: f64) -> Self {
        value
    }
    fn exp(self) -> Self {
        self.exp()
    }
    fn ln(self) -> Self {
        self.ln()
    }
}

/// A number and its derivative in one direction (forward-mode differentiation).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual {
    /// Value.
    pub value: f64,
    /// Derivative.
    pub derivative: f64,
}

impl Real for Dual {
    fn new(value: f64, derivative: f64) -> Self {
        Self { value, derivative }
    }
    fn exp(self) -> Self {
        let value = self.value.exp();
        Self { value, derivative: value * self.derivative }
    }
    fn ln(self) -> Self {
        Self { value: self.value.ln(), derivative: self.derivative / self.value }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self::new(self.value + o.value, self.derivative + o.derivative)
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self::new(self.value - o.value, self.derivative - o.derivative)
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self::new(self.value * o.value, self.derivative * o.value + self.value * o.derivative)
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        let value = self.value / o.value;
        Self::new(value, (self.derivative - value * o.derivative) / o.value)
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self::new(-self.value, -self.derivative)
    }
}
