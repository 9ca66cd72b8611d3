//! The curve through the points of a profile.

use crate::profile::ProfilePoint;
use crate::report::Estimate;

/// Slopes steeper than this many times the secant would make a cubic turn round between two points (Fritsch and Carlson,
/// SIAM J. Numer. Anal. 17 (1980) 238).
const STEEPEST: f64 = 3.0;

/// A point in the coordinate of the fit: place, sum of squares, slope.
#[derive(Clone, Copy)]
struct Knot {
    x: f64,
    sse: f64,
    slope: f64,
}

impl Estimate {
    /// The points of the profile that its curve goes through: the minimum, and those that converged.
    pub fn profile_knots(&self) -> impl Iterator<Item = &ProfilePoint> {
        self.profile.iter().filter(|p| p.converged || p.value == self.value)
    }

    /// The profile as a curve: values, SI, and sums of squares, with so many pieces between neighbouring knots. Between them it is the cubic with the sums and slopes of both.
    pub fn profile_curve(&self, pieces: usize) -> Vec<(f64, f64)> {
        let coordinate = |value: f64| if self.logarithmic { value.ln() } else { value };
        let value = |x: f64| if self.logarithmic { x.exp() } else { x };
        let knot = |p: &ProfilePoint| Knot { x: coordinate(p.value), sse: p.sse, slope: p.slope };
        let knots: Vec<Knot> = self.profile_knots().map(knot).collect();
        let mut curve: Vec<(f64, f64)> = knots.first().map(|k| (value(k.x), k.sse)).into_iter().collect();
        for pair in knots.windows(2) {
            let steps = (1..=pieces.max(1)).map(|i| i as f64 / pieces.max(1) as f64);
            curve.extend(steps.map(|t| (value(pair[0].x + t * (pair[1].x - pair[0].x)), between(pair[0], pair[1], t))));
        }
        curve
    }
}

/// The cubic of Hermite, at a fraction of the way from one knot to the other.
fn between(a: Knot, b: Knot, t: f64) -> f64 {
    let (width, rise) = (b.x - a.x, b.sse - a.sse);
    if width <= 0.0 {
        return b.sse;
    }
    let secant = rise / width;
    let limited = |slope: f64| {
        // Slopes that point against the rise are let be: the minimum may lie between the two.
        if slope * secant > 0.0 && slope.abs() > STEEPEST * secant.abs() { STEEPEST * secant } else { slope }
    };
    let (from, to) = (width * limited(a.slope), width * limited(b.slope));
    a.sse + t * (from + t * (3.0 * rise - 2.0 * from - to + t * (from + to - 2.0 * rise)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cubic goes through itself, and a steep end does not make it fall below its lower knot.
    #[test]
    fn cubics_are_kept_and_steep_ends_do_not_swing() {
        let cubic = |x: f64| 2.0 + x - 0.5 * x * x + 0.25 * x * x * x;
        let slope = |x: f64| 1.0 - x + 0.75 * x * x;
        let knot = |x: f64| Knot { x, sse: cubic(x), slope: slope(x) };
        for t in [0.0, 0.3, 0.7, 1.0] {
            let x = 1.0 + 2.0 * t;
            assert!((between(knot(1.0), knot(3.0), t) - cubic(x)).abs() < 1e-12);
        }
        let (flat, steep) = (Knot { x: 0.0, sse: 1.0, slope: 0.0 }, Knot { x: 1.0, sse: 2.0, slope: 1e6 });
        let all: Vec<f64> = (0..=10).map(|i| between(flat, steep, f64::from(i) / 10.0)).collect();
        assert!(all.windows(2).all(|pair| pair[0] <= pair[1]), "{all:?}");
    }
}
