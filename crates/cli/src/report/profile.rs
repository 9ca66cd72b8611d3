//! The profile of a parameter as a plot.

use ratelaw::fit::{Estimate, Loss};
use ratelaw::prelude::*;
use ratelaw::solver::Column;

use super::chart::{line, linear};
use super::plot::{AxisLabel, Guide, Mark, Plot, Scale, Series, Side};
use super::significant;

/// Pieces of the curve between two points of a profile.
const PIECES: usize = 24;
/// Points of the parabola.
const FINE: usize = 200;
/// How far a profile is shown, in rises that are allowed at 95 % confidence.
const SHOWN: f64 = 2.2;

/// The profile of a parameter, with the threshold and its limits, and the parabola that the linear interval is of.
pub(crate) fn of(report: &FitReport, p: &Estimate) -> Plot {
    // In units in which the threshold is that of chi-squared, or of Student's t.
    let threshold = report.quantile.powi(2);
    let lowest = p.profile.iter().map(|v| v.sse).fold(f64::INFINITY, f64::min);
    let rise = |sse: f64| threshold * (sse - lowest) / report.allowed_rise;
    let seen = |v: &(f64, f64)| v.1 <= SHOWN * threshold;
    let curve = p.profile_curve(PIECES).into_iter().map(|(value, sse)| (value / p.factor, rise(sse)));
    let curve: Vec<(f64, f64)> = curve.filter(seen).collect();
    let points = p.profile_knots().map(|v| (v.value / p.factor, rise(v.sse)));
    let points: Vec<(f64, f64)> = points.filter(seen).collect();
    let name = "profile".to_owned();
    let mut series = vec![
        line(name.clone(), curve.clone(), Side::Left),
        Series { name, points, mark: Mark::Dots, side: Side::Left },
    ];
    let parabola = parabola(report, p, &curve);
    if !parabola.is_empty() {
        let name = "linear approximation".to_owned();
        series.push(Series { name, points: parabola, mark: Mark::Dashed, side: Side::Left });
    }
    let (low, high) = p.verdict.limits();
    let limits = [low, high].into_iter().flatten().map(|v| Guide::Upright(v / p.factor));
    let level = Guide::Level(threshold, "95 %".to_owned());
    let scale = if p.logarithmic { Scale::Log } else { Scale::Linear };
    let label = match report.loss {
        Loss::Squared if report.known_noise => "rise of χ²",
        Loss::Squared if report.noise.is_empty() => "rise of the sum of squares / s²",
        Loss::Squared => "rise of the standardised sum of squares",
        _ => "rise of the loss, scaled to s²",
    };
    Plot {
        title: format!("Profile likelihood of {}", p.name),
        note: interval(p),
        x: AxisLabel { label: Column::new(&p.name, &p.unit).title(), scale, range: None },
        left: AxisLabel { range: Some((-0.04 * SHOWN * threshold, SHOWN * threshold)), ..linear(label.to_owned()) },
        right: None,
        series,
        guides: limits.chain([level]).collect(),
    }
}

/// Value and limits in words.
fn interval(p: &Estimate) -> String {
    let shown = |v: f64| significant(v / p.factor, 4);
    let unit = if p.unit == "1" { String::new() } else { format!(" {}", p.unit) };
    let value = format!("{}{unit}", shown(p.value));
    match p.verdict {
        Verdict::Determined { low, high } => format!("{value}, 95 %: {} to {}{unit}", shown(low), shown(high)),
        Verdict::BoundedFromBelow { low } => format!("at least {}{unit} (95 %)", shown(low)),
        Verdict::BoundedFromAbove { high } => format!("at most {}{unit} (95 %)", shown(high)),
        Verdict::NotDetermined | Verdict::EndOfRange | Verdict::Stopped => format!("{value}, {}", p.verdict.word()),
    }
}

/// The parabola of the linear interval over the range of a curve; empty where there is no such interval.
fn parabola(report: &FitReport, p: &Estimate, curve: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let coordinate = |v: f64| if p.logarithmic { v.ln() } else { v };
    let value = |x: f64| if p.logarithmic { x.exp() } else { x };
    let index = report.parameters.iter().position(|q| q.name == p.name);
    let Some((low, high)) = index.and_then(|i| report.linear_interval(i)) else { return Vec::new() };
    let (Some(first), Some(last)) = (curve.first(), curve.last()) else { return Vec::new() };
    let half = 0.5 * (coordinate(high) - coordinate(low));
    let (from, to) = (coordinate(first.0 * p.factor), coordinate(last.0 * p.factor));
    let at = |i: usize| {
        let x = from + (to - from) * i as f64 / FINE as f64;
        (value(x) / p.factor, (report.quantile * (x - coordinate(p.value)) / half).powi(2))
    };
    (0..=FINE).map(at).collect()
}
