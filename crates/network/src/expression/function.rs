//! Functions and comparisons of an expression.

use crate::rate::{Part, Real};

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// Exponential.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Decadic logarithm.
    Log10,
    /// Square root.
    Sqrt,
    /// Magnitude.
    Abs,
    /// Sign: -1, 0 or 1; the derivative of the magnitude.
    Sign,
    /// Sine of an angle in radians.
    Sin,
    /// Cosine.
    Cos,
    /// Tangent.
    Tan,
    /// Inverse sine.
    Asin,
    /// Inverse cosine.
    Acos,
    /// Inverse tangent.
    Atan,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
}

impl Function {
    /// All functions.
    pub const ALL: [Self; 15] = [
        Self::Exp,
        Self::Ln,
        Self::Log10,
        Self::Sqrt,
        Self::Abs,
        Self::Sign,
        Self::Sin,
        Self::Cos,
        Self::Tan,
        Self::Asin,
        Self::Acos,
        Self::Atan,
        Self::Sinh,
        Self::Cosh,
        Self::Tanh,
    ];

    /// Its name in an expression.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Ln => "ln",
            Self::Log10 => "log10",
            Self::Sqrt => "sqrt",
            Self::Abs => "abs",
            Self::Sign => "sign",
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Tan => "tan",
            Self::Asin => "asin",
            Self::Acos => "acos",
            Self::Atan => "atan",
            Self::Sinh => "sinh",
            Self::Cosh => "cosh",
            Self::Tanh => "tanh",
        }
    }

    /// The function that a name means; `log` is refused elsewhere, since it means two things.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.word() == word)
    }

    /// Its value, and its first and second derivatives where the number type asks for them.
    pub fn of<N: Real>(self, x: N) -> N {
        let v = x.value();
        let one = N::Part::splat(1.0);
        let two = N::Part::splat(2.0);
        match self {
            Self::Exp => x.exp(),
            Self::Ln => x.ln(),
            Self::Log10 => {
                let slope = N::Part::splat(std::f64::consts::LOG10_E) / v;
                x.chain(v.map(libm::log10), || slope, || -slope / v)
            }
            Self::Sqrt => {
                // The slope at zero is infinite; where the root is zero too it counts as zero, as in the kernels.
                let root = v.map(|v| if v < 0.0 { 0.0 } else { v.sqrt() });
                let flat = |of: N::Part| N::Part::choose((root, root), |root, _| root == 0.0, N::Part::splat(0.0), of);
                let slope = || flat(N::Part::splat(0.5) / root);
                x.chain(root, slope, || flat(N::Part::splat(-0.5) * slope() / v))
            }
            Self::Abs => x.chain(v.map(f64::abs), || v.map(sign), || N::Part::splat(0.0)),
            Self::Sign => x.chain(v.map(sign), || N::Part::splat(0.0), || N::Part::splat(0.0)),
            Self::Sin => x.chain(v.map(libm::sin), || v.map(libm::cos), || -v.map(libm::sin)),
            Self::Cos => x.chain(v.map(libm::cos), || -v.map(libm::sin), || -v.map(libm::cos)),
            Self::Tan => {
                let t = v.map(libm::tan);
                let slope = one + t * t;
                x.chain(t, || slope, || two * t * slope)
            }
            Self::Asin => {
                let slope = || (one - v * v).map(|s| 1.0 / s.sqrt());
                x.chain(v.map(libm::asin), slope, || v * slope() * slope() * slope())
            }
            Self::Acos => {
                let slope = || (one - v * v).map(|s| 1.0 / s.sqrt());
                x.chain(v.map(libm::acos), || -slope(), || -v * slope() * slope() * slope())
            }
            Self::Atan => {
                let slope = one / (one + v * v);
                x.chain(v.map(libm::atan), || slope, || -two * v * slope * slope)
            }
            Self::Sinh => x.chain(v.map(libm::sinh), || v.map(libm::cosh), || v.map(libm::sinh)),
            Self::Cosh => x.chain(v.map(libm::cosh), || v.map(libm::sinh), || v.map(libm::cosh)),
            Self::Tanh => {
                let t = v.map(libm::tanh);
                let slope = one - t * t;
                x.chain(t, || slope, || -two * t * slope)
            }
        }
    }
}

fn sign(v: f64) -> f64 {
    if v > 0.0 {
        1.0
    } else if v < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// A comparison of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Comparison {
    /// All comparisons, longer words first.
    pub const ALL: [Self; 4] = [Self::LessEqual, Self::GreaterEqual, Self::Less, Self::Greater];

    /// Its sign in an expression.
    pub fn word(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    /// In each lane `yes` where it holds for `a` and `b`, else `no`.
    pub fn choose<N: Real>(self, a: N, b: N, yes: N, no: N) -> N {
        let of = (a.value(), b.value());
        // One loop for each comparison, so that none branches in each lane.
        match self {
            Self::Less => N::select(of, |a, b| a < b, yes, no),
            Self::LessEqual => N::select(of, |a, b| a <= b, yes, no),
            Self::Greater => N::select(of, |a, b| a > b, yes, no),
            Self::GreaterEqual => N::select(of, |a, b| a >= b, yes, no),
        }
    }

    /// Whether it holds.
    pub fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Less => a < b,
            Self::LessEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
        }
    }
}
