//! Plots of results: which series, on which axis, in which unit.

use ratelaw::network::Network;
use ratelaw::prelude::*;

use super::plot::{AxisLabel, Mark, Plot, Scale, Series, Side};

/// A unit of time that suits a length of run: its symbol and its seconds.
pub(crate) fn time_unit(t_end: f64) -> (&'static str, f64) {
    match t_end {
        t if t <= 300.0 => ("s", 1.0),
        t if t <= 3.0 * 3600.0 => ("min", 60.0),
        t if t <= 4.0 * 86_400.0 => ("h", 3600.0),
        t if t <= 1e9 => ("d", 86_400.0),
        _ => ("s", 1.0),
    }
}

pub(crate) fn linear(label: String) -> AxisLabel {
    AxisLabel { label, scale: Scale::Linear, range: None }
}

pub(crate) fn line(name: String, points: Vec<(f64, f64)>, side: Side) -> Series {
    Series { name, points, mark: if side == Side::Right { Mark::Dashed } else { Mark::Line }, side }
}

/// The label of an axis that several observables share: their common unit, and the name if there is one only.
pub(crate) fn shared_label(network: &Network, observables: &[Observable]) -> String {
    let unit = observables.first().map_or(String::new(), |o| o.display_unit(network).symbol);
    match observables {
        [one] => format!("{} / {unit}", one.name(network)),
        several => {
            let stems: Vec<String> =
                several.iter().map(|o| o.name(network).split('(').next().unwrap_or_default().to_owned()).collect();
            let mut unique = stems.clone();
            unique.dedup();
            let is_amount = several.iter().all(|o| matches!(o, Observable::Amount(_)));
            let what = if is_amount { "amount".to_owned() } else { unique.join(", ") };
            format!("{what} / {unit}")
        }
    }
}

/// A run's observables against time, on a left and a right axis.
pub(crate) fn against_time(
    title: &str,
    solution: &Solution,
    left: &[Observable],
    right: &[Observable],
    scale: Scale,
) -> Plot {
    let network = solution.network();
    let (symbol, seconds) = match scale {
        Scale::Linear => time_unit(solution.problem.t_end()),
        Scale::Log => ("s", 1.0),
    };
    let curve = |o: &Observable, side| {
        let factor = o.display_unit(network).factor;
        let values = solution.observe(o);
        let points = solution.times.iter().zip(values).filter_map(|(t, v)| Some((t / seconds, v? / factor)));
        line(o.name(network), points.collect(), side)
    };
    let series = left.iter().map(|o| curve(o, Side::Left)).chain(right.iter().map(|o| curve(o, Side::Right)));
    Plot {
        title: title.to_owned(),
        x: AxisLabel { label: format!("time / {symbol}"), scale, range: None },
        left: linear(shared_label(network, left)),
        right: (!right.is_empty()).then(|| linear(shared_label(network, right))),
        series: series.collect(),
    }
}

/// What to plot of a run when nobody says: its fractions and its current, or else its amounts.
pub(crate) fn defaults(network: &Network) -> (Vec<Observable>, Vec<Observable>) {
    let all = Observable::standard(network);
    let is_current = |o: &Observable| matches!(o, Observable::Current);
    let left: Vec<Observable> =
        all.iter().filter(|o| !is_current(o) && !matches!(o, Observable::Charge)).cloned().collect();
    if left.is_empty() {
        let first = network.species().first().map(|s| s.phase);
        let ids = network.species().iter().enumerate().filter(|(_, s)| Some(s.phase) == first);
        return (ids.map(|(i, _)| Observable::Amount(ratelaw::network::SpeciesId(i))).collect(), Vec::new());
    }
    (left, all.into_iter().filter(is_current).collect())
}

/// Points of a fitted model's line.
const FINE: usize = 200;

/// Data and fitted model against time, for one experiment of a report.
pub(crate) fn data_and_model(title: &str, report: &FitReport, experiment: usize) -> Option<Plot> {
    let data = report.experiments[experiment].data();
    let mut problem = report.fitted[experiment].clone();
    problem.set_save(SavePoints::Uniform(FINE));
    let solution = solve(&problem, &SolveOptions::default()).ok()?;
    let (symbol, seconds) = time_unit(problem.t_end());
    let mut series = Vec::new();
    for (measured, observable) in data.series.iter().zip(report.experiments[experiment].observables()) {
        let values = solution.observe(observable);
        let model = solution.times.iter().zip(values).filter_map(|(t, v)| Some((t / seconds, v? / measured.factor)));
        series.push(line(measured.name.clone(), model.collect(), Side::Left));
        let points: Vec<(f64, f64)> = measured.points.iter().map(|p| (p.time / seconds, p.value)).collect();
        let deviations: Option<Vec<f64>> = measured.points.iter().map(|p| p.sd).collect();
        let mark = deviations.map_or(Mark::Dots, Mark::ErrorBars);
        series.push(Series { name: measured.name.clone(), points, mark, side: Side::Left });
    }
    let unit = data.series.first().map_or("", |s| &s.unit);
    let label = match &data.series[..] {
        [one] => format!("{} / {unit}", one.name),
        _ => format!("measured (points) and model (lines) / {unit}"),
    };
    Some(Plot {
        title: title.to_owned(),
        x: linear(format!("time / {symbol}")),
        left: linear(label),
        right: None,
        series,
    })
}
