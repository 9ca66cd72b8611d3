//! Why a parameter is not determined: what the eigen-directions of the Jacobian say, here and elsewhere.

use nalgebra::{DMatrix, DVector};
use ratelaw_network::Scale;

use crate::fitting::{Fitting, Judged};
use crate::identifiability::{Cause, Verdict};
use crate::multistart;
use crate::search::Model;
use crate::singular::Singular;

/// Points of the ranges at which the structure is looked at.
const POINTS: usize = 8;
/// A direction whose singular value is below this fraction of the largest is flat; rounding leaves 1e-15, and what the
/// data only hardly see more than this.
const FLAT: f64 = 1e-9;
/// A direction of the minimum is flat at another point if what two parameters do along it cancels to this.
const ALONG: f64 = 1e-4;
/// A parameter takes part in a direction with at least this share.
const SHARE: f64 = 0.05;
/// A parameter whose column is below this fraction of the largest is not felt.
const UNFELT: f64 = 1e-12;

/// The cause for each parameter that the data leave open on at least one side.
pub(crate) fn causes(fitting: &Fitting<'_>, judged: &Judged<'_>, verdicts: &[Verdict]) -> Vec<Option<Cause>> {
    let open = |v: &Verdict| !matches!(v, Verdict::Determined { .. } | Verdict::EndOfRange | Verdict::Stopped);
    if !verdicts.iter().any(open) {
        return vec![None; verdicts.len()];
    }
    let structure = Structure::look(fitting, judged);
    (0..verdicts.len()).map(|i| open(&verdicts[i]).then(|| structure.cause(i, &verdicts[i]))).collect()
}

/// What the Jacobian says at the minimum and at points of the ranges.
struct Structure<'a> {
    fitting: &'a Fitting<'a>,
    /// Whether no datum feels the parameter, at any point.
    unfelt: Vec<bool>,
    /// Flat directions at the minimum, where there are as many everywhere.
    structural: Vec<Direction>,
    /// The flattest direction at the minimum.
    weakest: Direction,
    /// Derivatives of the data at other points.
    elsewhere: Vec<DMatrix<f64>>,
}

/// A direction in which parameters move together.
#[derive(Debug, Default)]
struct Direction {
    /// The parameters that take part.
    members: Vec<usize>,
    /// How far each parameter moves, in the fit's coordinates.
    moves: DVector<f64>,
}

/// Singular values, largest first, and right singular vectors in columns.
fn decompose(scaled: &DMatrix<f64>) -> Option<(Vec<f64>, DMatrix<f64>)> {
    if scaled.is_empty() {
        return None;
    }
    let Singular { values, v, .. } = Singular::of(scaled.clone());
    values.iter().all(|s| s.is_finite()).then(|| (values.iter().copied().collect(), v))
}

impl<'a> Structure<'a> {
    fn look(fitting: &'a Fitting<'a>, judged: &Judged<'_>) -> Self {
        let data = judged.objective.data();
        let count = fitting.free.len();
        let jacobian = |full: &DMatrix<f64>| full.rows(0, data).into_owned();
        let points = multistart::starts(fitting.free, POINTS + 1, fitting.options.seed).unwrap_or_default();
        let points: Vec<&DVector<f64>> = points.iter().skip(1).collect();
        let elsewhere = judged.objective.evaluate_all(&points).into_iter().flatten();
        let elsewhere: Vec<DMatrix<f64>> = elsewhere.map(|r| jacobian(&r.jacobian)).collect();
        let here = jacobian(&judged.plain.jacobian);
        let unfelt_in = |j: &DMatrix<f64>, i: usize| {
            let largest = j.column_iter().map(|c| c.norm()).fold(0.0, f64::max);
            j.column(i).norm() <= UNFELT * largest
        };
        let unfelt: Vec<bool> =
            (0..count).map(|i| unfelt_in(&here, i) && elsewhere.iter().all(|j| unfelt_in(j, i))).collect();
        let felt: Vec<usize> = (0..count).filter(|i| !unfelt[*i]).collect();
        let flat_count = |j: &DMatrix<f64>| -> usize {
            let columns = scaled(j, &felt);
            decompose(&columns).map_or(0, |(s, _)| s.iter().filter(|v| **v <= FLAT * s[0]).count())
        };
        // Who takes part is told by what a move does to the data: coordinates have units of their own.
        let direction = |effects: DVector<f64>| {
            let mut moves = DVector::zeros(count);
            for (k, i) in felt.iter().enumerate() {
                moves[*i] = effects[k] / here.column(*i).norm().max(f64::MIN_POSITIVE);
            }
            let takes_part = |k: &usize| effects[*k].abs() >= SHARE * effects.amax();
            Direction { members: (0..felt.len()).filter(takes_part).map(|k| felt[k]).collect(), moves }
        };
        let (mut structural, mut weakest) = (Vec::new(), Direction::default());
        if let Some((singular, v)) = decompose(&scaled(&here, &felt)).filter(|(s, _)| !s.is_empty()) {
            // Flat everywhere: in as many directions at each other point at which anything is felt.
            let everywhere = elsewhere.iter().map(flat_count).min().unwrap_or(0);
            let flat = singular.iter().filter(|s| **s <= FLAT * singular[0]).count().min(everywhere);
            let last = singular.len();
            structural = (last - flat..last).map(|k| direction(v.column(k).into_owned())).collect();
            weakest = direction(v.column(last - 1).into_owned());
        }
        Self { fitting, unfelt, structural, weakest, elsewhere }
    }

    fn cause(&self, i: usize, verdict: &Verdict) -> Cause {
        if self.unfelt[i] {
            return Cause::NoInfluence;
        }
        let name = |i: &usize| self.fitting.free[*i].name.clone();
        if let Some(direction) = self.structural.iter().find(|d| d.members.contains(&i)) {
            let of = direction.members.iter().map(name).collect();
            return Cause::Structural { of, fixed: self.fixed(direction) };
        }
        match verdict {
            Verdict::BoundedFromBelow { .. } | Verdict::BoundedFromAbove { .. } => Cause::Saturation,
            _ => {
                let of = &self.weakest.members;
                let of = if of.contains(&i) { of.clone() } else { vec![i] };
                Cause::Practical { of: of.iter().map(name).collect() }
            }
        }
    }

    /// The product or ratio of two parameters on logarithmic scales that a flat direction leaves fixed; none where it is flat at the
    /// minimum alone, as that of a sum is.
    fn fixed(&self, Direction { members, moves }: &Direction) -> Option<String> {
        let [a, b] = members[..] else { return None };
        let is_flat = |j: &DMatrix<f64>| {
            let (by_a, by_b) = (j.column(a) * moves[a], j.column(b) * moves[b]);
            (&by_a + &by_b).norm() <= ALONG * (by_a.norm() + by_b.norm())
        };
        if !self.elsewhere.iter().all(is_flat) {
            return None;
        }
        let (pa, pb) = (&self.fitting.free[a], &self.fitting.free[b]);
        if pa.scale != Scale::Log || pb.scale != Scale::Log {
            return None;
        }
        // Moving along (va, vb) leaves a^vb / b^va as it is.
        let power = -moves[a] / moves[b];
        let rounded = (power * 1000.0).round() / 1000.0;
        let of_b = |power: f64| if power == 1.0 { String::new() } else { format!("^{power}") };
        Some(if rounded >= 0.0 {
            format!("{} * {}{}", pa.name, pb.name, of_b(rounded))
        } else {
            format!("{} / {}{}", pa.name, pb.name, of_b(-rounded))
        })
    }
}

/// Some columns, each of length one.
fn scaled(jacobian: &DMatrix<f64>, of: &[usize]) -> DMatrix<f64> {
    let mut columns = jacobian.select_columns(of);
    for mut column in columns.column_iter_mut() {
        let norm = column.norm();
        if norm > 0.0 {
            column /= norm;
        }
    }
    columns
}
