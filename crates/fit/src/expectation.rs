//! What a publication says of a model's values.

/// A published statement about one value, or about several in their order; numbers are SI.
///
/// ```
/// use ratelaw_fit::Expectation;
///
/// let conversion = Expectation::Equals { value: 0.985, within: 0.01 };
/// assert!(conversion.met(&[0.981]) && !conversion.met(&[0.97]) && !conversion.met(&[]));
/// assert!(Expectation::Rises.met(&[0.04, 0.5, 0.98]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expectation {
    /// Every value is this one, to within its uncertainty.
    Equals {
        /// The published value.
        value: f64,
        /// How far the model may be from it.
        within: f64,
    },
    /// Every value is above this one.
    Above(f64),
    /// Every value is below this one.
    Below(f64),
    /// Each value is above the one before it.
    Rises,
    /// Each value is below the one before it.
    Falls,
}

impl Expectation {
    /// Whether values, in their order, are as published. No values, or one that is no number, are not; a trend needs two.
    pub fn met(&self, values: &[f64]) -> bool {
        let all = |holds: &dyn Fn(f64) -> bool| !values.is_empty() && values.iter().all(|v| holds(*v));
        let pairs = |holds: &dyn Fn(f64, f64) -> bool| values.len() > 1 && values.windows(2).all(|w| holds(w[0], w[1]));
        match *self {
            Self::Equals { value, within } => all(&|v| (v - value).abs() <= within),
            Self::Above(bound) => all(&|v| v > bound),
            Self::Below(bound) => all(&|v| v < bound),
            Self::Rises => pairs(&|a, b| a < b),
            Self::Falls => pairs(&|a, b| a > b),
        }
    }

    /// How far the worst value is inside what is published (above zero) or outside of it; none for a trend.
    pub fn margin(&self, values: &[f64]) -> Option<f64> {
        let worst = |of: &dyn Fn(f64) -> f64| values.iter().map(|v| of(*v)).min_by(f64::total_cmp);
        match *self {
            Self::Equals { value, within } => worst(&|v| within - (v - value).abs()),
            Self::Above(bound) => worst(&|v| v - bound),
            Self::Below(bound) => worst(&|v| bound - v),
            Self::Rises | Self::Falls => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_no_number_meets_nothing() {
        let expectations = [
            Expectation::Equals { value: 1.0, within: 1.0 },
            Expectation::Above(0.0),
            Expectation::Below(2.0),
            Expectation::Rises,
            Expectation::Falls,
        ];
        for expectation in expectations {
            assert!(!expectation.met(&[1.0, f64::NAN]), "{expectation:?}");
            assert!(!expectation.met(&[]), "{expectation:?}");
        }
    }

    #[test]
    fn trends_are_strict_and_need_two_values() {
        assert!(!Expectation::Rises.met(&[1.0]));
        assert!(!Expectation::Rises.met(&[1.0, 1.0]));
        assert!(Expectation::Falls.met(&[3.0, 2.0, 1.0]));
    }

    #[test]
    fn the_worst_value_decides() {
        let above = Expectation::Above(0.5);
        assert!(!above.met(&[0.9, 0.4]));
        assert!((above.margin(&[0.9, 0.4]).unwrap() + 0.1).abs() < 1e-15);
    }
}
