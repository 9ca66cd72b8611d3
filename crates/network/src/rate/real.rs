//! Numbers that a rate law is evaluated in: plain, or with derivatives carried along.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A real number: plain (`f64`), with a derivative ([`Dual`]), or with two and their mixed one
/// ([`HyperDual`]). Each law is one formula over it, and its exact derivatives are the same formula over the
/// other types (forward-mode differentiation; Fike and Alonso, AIAA 2011-886, for the second).
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// A value and its derivative in the (first) direction.
    fn new(value: f64, derivative: f64) -> Self;
    /// The value alone.
    fn value(self) -> f64;
    /// A function of this number, from its value and its first and second derivatives there.
    #[must_use]
    fn chain(self, f0: f64, f1: f64, f2: f64) -> Self;
    /// A constant.
    fn constant(value: f64) -> Self {
        Self::new(value, 0.0)
    }
    /// The exponential.
    #[must_use]
    fn exp(self) -> Self {
        let e = self.value().exp();
        self.chain(e, e, e)
    }
    /// The natural logarithm.
    #[must_use]
    fn ln(self) -> Self {
        let v = self.value();
        self.chain(v.ln(), 1.0 / v, -1.0 / (v * v))
    }
}

/// `y^n`. A broken power of a negative amount, which rounding can make, counts as that of zero; a slope that
/// would be infinite at zero, where the power itself is zero, counts as zero, so that a run can start or end
/// without the species.
pub(crate) fn power<N: Real>(y: N, n: f64) -> N {
    let v = y.value();
    let scalar = |v: f64, n: f64| -> f64 {
        if n == 0.0 {
            1.0
        } else if n.fract() == 0.0 && n.abs() < 100.0 {
            v.powi(n as i32)
        } else {
            v.max(0.0).powf(n)
        }
    };
    let flat = v <= 0.0 && n.fract() != 0.0;
    let slope = |coefficient: f64, left: f64| {
        if coefficient == 0.0 || (flat && left < 0.0 && n > 0.0) { 0.0 } else { coefficient * scalar(v, left) }
    };
    y.chain(scalar(v, n), slope(n, n - 1.0), slope(n * (n - 1.0), n - 2.0))
}

impl Real for f64 {
    fn new(value: f64, _: f64) -> Self {
        value
    }
    fn value(self) -> f64 {
        self
    }
    fn chain(self, f0: f64, _: f64, _: f64) -> Self {
        f0
    }
}

/// A number and its derivative in one direction.
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
    fn value(self) -> f64 {
        self.value
    }
    fn chain(self, f0: f64, f1: f64, _: f64) -> Self {
        // A slope times nothing is nothing, also where the slope is infinite.
        Self { value: f0, derivative: if self.derivative == 0.0 { 0.0 } else { f1 * self.derivative } }
    }
}

/// A number, its derivatives in two directions, and the mixed second derivative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HyperDual {
    /// Value.
    pub value: f64,
    /// Derivative in the first direction.
    pub first: f64,
    /// Derivative in the second direction.
    pub second: f64,
    /// Mixed second derivative.
    pub mixed: f64,
}

impl Real for HyperDual {
    fn new(value: f64, derivative: f64) -> Self {
        Self { value, first: derivative, second: 0.0, mixed: 0.0 }
    }
    fn value(self) -> f64 {
        self.value
    }
    fn chain(self, f0: f64, f1: f64, f2: f64) -> Self {
        if self.first == 0.0 && self.second == 0.0 && self.mixed == 0.0 {
            return Self::constant(f0);
        }
        Self {
            value: f0,
            first: f1 * self.first,
            second: f1 * self.second,
            mixed: f1 * self.mixed + f2 * self.first * self.second,
        }
    }
}

macro_rules! arithmetic {
    ($name:ident { $($field:ident),+ }) => {
        impl Add for $name {
            type Output = Self;
            fn add(self, o: Self) -> Self {
                Self { $($field: self.$field + o.$field),+ }
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, o: Self) -> Self {
                Self { $($field: self.$field - o.$field),+ }
            }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self { $($field: -self.$field),+ }
            }
        }
    };
}

arithmetic!(Dual { value, derivative });
arithmetic!(HyperDual { value, first, second, mixed });

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

impl Mul for HyperDual {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self {
            value: self.value * o.value,
            first: self.first * o.value + self.value * o.first,
            second: self.second * o.value + self.value * o.second,
            mixed: self.mixed * o.value + self.first * o.second + self.second * o.first + self.value * o.mixed,
        }
    }
}

impl Div for HyperDual {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        let value = self.value / o.value;
        let first = (self.first - value * o.first) / o.value;
        let second = (self.second - value * o.second) / o.value;
        let mixed = (self.mixed - first * o.second - second * o.first - value * o.mixed) / o.value;
        Self { value, first, second, mixed }
    }
}
