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
    /// Flat directions at the minimum that are flat everywhere.
    structural: Vec<DVector<f64>>,
    /// The flattest direction at the minimum.
    weakest: DVector<f64>,
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
        let spread = |v: DVector<f64>| {
            let mut full = DVector::zeros(count);
            for (k, i) in felt.iter().enumerate() {
                full[*i] = v[k] / here.column(*i).norm().max(f64::MIN_POSITIVE);
            }
            let norm = full.norm().max(f64::MIN_POSITIVE);
            full / norm
        };
        let (mut structural, mut weakest) = (Vec::new(), DVector::zeros(count));
        if let Some((singular, v)) = decompose(&scaled(&here, &felt)).filter(|(s, _)| !s.is_empty()) {
            // Flat everywhere: in as many directions at each other point at which anything is felt.
            let everywhere = elsewhere.iter().map(flat_count).min().unwrap_or(0);
            let flat = singular.iter().filter(|s| **s <= FLAT * singular[0]).count().min(everywhere);
            let last = singular.len();
            structural = (last - flat..last).map(|k| spread(v.column(k).into_owned())).collect();
            weakest = spread(v.column(last - 1).into_owned());
        }
        Self { fitting, unfelt, structural, weakest }
    }

    fn cause(&self, i: usize, verdict: &Verdict) -> Cause {
        if self.unfelt[i] {
            return Cause::NoInfluence;
        }
        let name = |i: &usize| self.fitting.free[*i].name.clone();
        if let Some(direction) = self.structural.iter().find(|d| members(d).contains(&i)) {
            let of = members(direction);
            let fixed = self.fixed(direction, &of);
            return Cause::Structural { of: of.iter().map(name).collect(), fixed };
        }
        match verdict {
            Verdict::BoundedFromBelow { .. } | Verdict::BoundedFromAbove { .. } => Cause::Saturation,
            _ => {
                let of = members(&self.weakest);
                let of = if of.contains(&i) { of } else { vec![i] };
                Cause::Practical { of: of.iter().map(name).collect() }
            }
        }
    }

    /// The product or ratio of two parameters on logarithmic scales that a flat direction leaves fixed.
    fn fixed(&self, direction: &DVector<f64>, of: &[usize]) -> Option<String> {
        let [a, b] = *of else { return None };
        let (pa, pb) = (&self.fitting.free[a], &self.fitting.free[b]);
        if pa.scale != Scale::Log || pb.scale != Scale::Log {
            return None;
        }
        // Moving along (va, vb) leaves a^vb / b^va as it is.
        let power = -direction[a] / direction[b];
        let rounded = (power * 1000.0).round() / 1000.0;
        let of_b = |power: f64| if power == 1.0 { String::new() } else { format!("^{power}") };
        Some(if rounded >= 0.0 {
            format!("{} * {}{}", pa.name, pb.name, of_b(rounded))
        } else {
            format!("{} / {}{}", pa.name, pb.name, of_b(-rounded))
        })
    }
}

/// Parameters that take part in a direction.
fn members(direction: &DVector<f64>) -> Vec<usize> {
    let largest = direction.amax();
    (0..direction.len()).filter(|i| direction[*i].abs() >= SHARE * largest && largest > 0.0).collect()
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
