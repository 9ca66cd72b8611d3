//! Numbers that carry derivatives.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{Part, Real};

/// A number and its derivative in one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual<P = f64> {
    /// Value.
    pub value: P,
    /// Derivative.
    pub derivative: P,
}

impl<P: Part> Real for Dual<P> {
    type Part = P;
    type Single = Dual;

    #[inline]
    fn new(value: P, derivative: P) -> Self {
        Self { value, derivative }
    }
    #[inline]
    fn value(self) -> P {
        self.value
    }
    #[inline]
    fn chain(self, f0: P, f1: impl FnOnce() -> P, _: impl FnOnce() -> P) -> Self {
        Self { value: f0, derivative: self.derivative.along(f1()) }
    }
    #[inline]
    fn select(of: (P, P), holds: impl Fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        Self {
            value: P::choose(of, &holds, yes.value, no.value),
            derivative: P::choose(of, &holds, yes.derivative, no.derivative),
        }
    }
    #[inline]
    fn single(self, lane: usize) -> Dual {
        Dual { value: self.value.lane(lane), derivative: self.derivative.lane(lane) }
    }
    #[inline]
    fn from_singles(of: impl Fn(usize) -> Dual) -> Self {
        let mut all = Self::constant(0.0);
        for i in 0..P::WIDTH {
            let single = of(i);
            all.value.set(i, single.value);
            all.derivative.set(i, single.derivative);
        }
        all
    }
}

/// A number, its derivatives in two directions, and the mixed second derivative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HyperDual<P = f64> {
    /// Value.
    pub value: P,
    /// Derivative in the first direction.
    pub first: P,
    /// Derivative in the second direction.
    pub second: P,
    /// Mixed second derivative.
    pub mixed: P,
}

impl<P: Part> Real for HyperDual<P> {
    type Part = P;
    type Single = HyperDual;

    #[inline]
    fn new(value: P, derivative: P) -> Self {
        Self { value, first: derivative, second: P::splat(0.0), mixed: P::splat(0.0) }
    }
    #[inline]
    fn value(self) -> P {
        self.value
    }
    #[inline]
    fn chain(self, f0: P, f1: impl FnOnce() -> P, f2: impl FnOnce() -> P) -> Self {
        let f1 = f1();
        Self {
            value: f0,
            first: self.first.along(f1),
            second: self.second.along(f1),
            mixed: self.mixed.along(f1) + self.second.along(self.first.along(f2())),
        }
    }
    #[inline]
    fn select(of: (P, P), holds: impl Fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        Self {
            value: P::choose(of, &holds, yes.value, no.value),
            first: P::choose(of, &holds, yes.first, no.first),
            second: P::choose(of, &holds, yes.second, no.second),
            mixed: P::choose(of, &holds, yes.mixed, no.mixed),
        }
    }
    #[inline]
    fn single(self, lane: usize) -> HyperDual {
        HyperDual {
            value: self.value.lane(lane),
            first: self.first.lane(lane),
            second: self.second.lane(lane),
            mixed: self.mixed.lane(lane),
        }
    }
    #[inline]
    fn from_singles(of: impl Fn(usize) -> HyperDual) -> Self {
        let mut all = Self::constant(0.0);
        for i in 0..P::WIDTH {
            let single = of(i);
            all.value.set(i, single.value);
            all.first.set(i, single.first);
            all.second.set(i, single.second);
            all.mixed.set(i, single.mixed);
        }
        all
    }
}

macro_rules! arithmetic {
    ($name:ident { $($field:ident),+ }) => {
        impl<P: Part> Add for $name<P> {
            type Output = Self;
            #[inline]
            fn add(self, o: Self) -> Self {
                Self { $($field: self.$field + o.$field),+ }
            }
        }
        impl<P: Part> Sub for $name<P> {
            type Output = Self;
            #[inline]
            fn sub(self, o: Self) -> Self {
                Self { $($field: self.$field - o.$field),+ }
            }
        }
        impl<P: Part> Mul<f64> for $name<P> {
            type Output = Self;
            #[inline]
            fn mul(self, factor: f64) -> Self {
                Self { $($field: self.$field * factor),+ }
            }
        }
        impl<P: Part> Neg for $name<P> {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                Self { $($field: -self.$field),+ }
            }
        }
    };
}

arithmetic!(Dual { value, derivative });
arithmetic!(HyperDual { value, first, second, mixed });

impl<P: Part> Mul for Dual<P> {
    type Output = Self;
    #[inline]
    fn mul(self, o: Self) -> Self {
        Self::new(self.value * o.value, self.derivative * o.value + self.value * o.derivative)
    }
}

impl<P: Part> Div for Dual<P> {
    type Output = Self;
    #[inline]
    fn div(self, o: Self) -> Self {
        let value = self.value / o.value;
        Self::new(value, (self.derivative - value * o.derivative) / o.value)
    }
}

impl<P: Part> Mul for HyperDual<P> {
    type Output = Self;
    #[inline]
    fn mul(self, o: Self) -> Self {
        Self {
            value: self.value * o.value,
            first: self.first * o.value + self.value * o.first,
            second: self.second * o.value + self.value * o.second,
            mixed: self.mixed * o.value + self.first * o.second + self.second * o.first + self.value * o.mixed,
        }
    }
}

impl<P: Part> Div for HyperDual<P> {
    type Output = Self;
    #[inline]
    fn div(self, o: Self) -> Self {
        let value = self.value / o.value;
        let first = (self.first - value * o.first) / o.value;
        let second = (self.second - value * o.second) / o.value;
        let mixed = (self.mixed - first * o.second - second * o.first - value * o.mixed) / o.value;
        Self { value, first, second, mixed }
    }
}
