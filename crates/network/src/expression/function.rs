//! Functions and comparisons of an expression.

use crate::rate::Real;

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
        let (f0, f1, f2) = match self {
            Self::Exp => {
                let e = v.exp();
                (e, e, e)
            }
            Self::Ln => (v.ln(), 1.0 / v, -1.0 / (v * v)),
            Self::Log10 => {
                let d = std::f64::consts::LOG10_E / v;
                (v.log10(), d, -d / v)
            }
            Self::Sqrt => {
                // The slope at zero is infinite; where the root is zero too it counts as zero, as in the kernels.
                let root = v.max(0.0).sqrt();
                let d = if root > 0.0 { 0.5 / root } else { 0.0 };
                (root, d, if root > 0.0 { -0.5 * d / v } else { 0.0 })
            }
            Self::Abs => (v.abs(), sign(v), 0.0),
            Self::Sign => (sign(v), 0.0, 0.0),
            Self::Sin => (v.sin(), v.cos(), -v.sin()),
            Self::Cos => (v.cos(), -v.sin(), -v.cos()),
            Self::Tan => {
                let t = v.tan();
                let d = 1.0 + t * t;
                (t, d, 2.0 * t * d)
            }
            Self::Asin => {
                let d = 1.0 / (1.0 - v * v).sqrt();
                (v.asin(), d, v * d * d * d)
            }
            Self::Acos => {
                let d = 1.0 / (1.0 - v * v).sqrt();
                (v.acos(), -d, -v * d * d * d)
            }
            Self::Atan => {
                let d = 1.0 / (1.0 + v * v);
                (v.atan(), d, -2.0 * v * d * d)
            }
            Self::Sinh => (v.sinh(), v.cosh(), v.sinh()),
            Self::Cosh => (v.cosh(), v.sinh(), v.cosh()),
            Self::Tanh => {
                let t = v.tanh();
                let d = 1.0 - t * t;
                (t, d, -2.0 * t * d)
            }
        };
        x.chain(f0, f1, f2)
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
