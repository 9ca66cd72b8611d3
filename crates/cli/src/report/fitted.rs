//! Plots of a fit: data and model, residuals, profiles, starts, correlation.

use ratelaw::fit::{Comparison, Start};
use ratelaw::prelude::*;

use super::chart::{line, linear, time_unit};
use super::plot::{AxisLabel, Drawing, Guide, Mark, Matrix, Plot, Scale, Series, Side};
use super::profile;
use crate::error::Result;

/// Points of a fitted model's line.
const FINE: usize = 200;
/// 97.5 % quantile of the normal distribution.
const NORMAL: f64 = 1.959_963_984_540_054;

/// All plots of a report, with names of files that have no ending.
pub(crate) fn all(title: &str, report: &FitReport) -> Result<Vec<(String, Box<dyn Drawing>)>> {
    let mut plots: Vec<(String, Box<dyn Drawing>)> = Vec::new();
    for experiment in 0..report.experiments.len() {
        for plot in data_and_model(title, report, experiment)? {
            plots.push((format!("data-{}", plots.len() + 1), Box::new(plot)));
        }
    }
    plots.push(("residuals".to_owned(), Box::new(residuals(report))));
    for p in &report.parameters {
        let (plain, mut name) = (format!("profile-{}", plain(&p.name)), String::new());
        // Two names may differ in characters that file names have not.
        for n in 1.. {
            name = if n == 1 { plain.clone() } else { format!("{plain}-{n}") };
            if plots.iter().all(|(taken, _)| !taken.eq_ignore_ascii_case(&name)) {
                break;
            }
        }
        plots.push((name, Box::new(profile::of(report, p))));
    }
    plots.push(("waterfall".to_owned(), Box::new(waterfall(report))));
    if let Some(values) = &report.correlation {
        let names = report.correlated.iter().map(|i| report.parameters[*i].name.clone()).collect();
        let matrix = Matrix { title: "Correlation of the parameters".to_owned(), names, values: values.clone() };
        plots.push(("correlation".to_owned(), Box::new(matrix)));
    }
    Ok(plots)
}

/// A name with letters, digits, points, `-` and `_` alone.
fn plain(name: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let text: String = name.chars().map(kept).collect();
    text.trim_matches('-').to_owned()
}

/// Data with error bars and fitted model with its band against time, for one experiment of a report: series of one unit
/// share an axis, and a plot has two.
pub(crate) fn data_and_model(title: &str, report: &FitReport, experiment: usize) -> Result<Vec<Plot>> {
    let data = report.experiments[experiment].data();
    let (symbol, seconds) = time_unit(report.fitted[experiment].t_end());
    let mut units: Vec<&str> = Vec::new();
    let (mut drawn, mut kinds): (Vec<Vec<Series>>, Vec<Kind>) = (Vec::new(), Vec::new());
    for (index, measured) in data.series.iter().enumerate() {
        if !units.contains(&measured.unit.as_str()) {
            units.push(&measured.unit);
        }
        let (series, kind) = of_column(report, (experiment, index), seconds)?;
        drawn.push(series);
        kinds.push(kind);
    }
    let file = if report.experiments.len() > 1 { format!("{}; ", data.file) } else { String::new() };
    let label = |unit: &str| {
        let mut names = data.series.iter().filter(|s| s.unit == unit).map(|s| s.name.as_str());
        match (names.next(), names.next()) {
            (Some(one), None) => linear(format!("{one} / {unit}")),
            _ => linear(format!("measured (points) and model (lines) / {unit}")),
        }
    };
    let plot = |pair: &[&str]| {
        let on = |unit: &str, side: Side| -> Vec<Series> {
            let own = data.series.iter().zip(&drawn).filter(|(s, _)| s.unit == unit);
            own.flat_map(|(_, series)| series.iter().map(move |s| on_side(s, side))).collect()
        };
        let shown = data.series.iter().zip(&kinds).filter(|(s, _)| pair.contains(&s.unit.as_str())).map(|(_, k)| *k);
        let right = pair.get(1).map(|unit| on(unit, Side::Right));
        Plot {
            title: title.to_owned(),
            note: format!("{file}{}", reading(report, &shown.collect::<Vec<_>>())),
            x: linear(format!("time / {symbol}")),
            left: label(pair[0]),
            right: pair.get(1).map(|unit| label(unit)),
            series: on(pair[0], Side::Left).into_iter().chain(right.unwrap_or_default()).collect(),
            guides: Vec::new(),
        }
    };
    Ok(units.chunks(2).map(plot).collect())
}

/// A series on a side; lines of the right axis are dashed.
fn on_side(series: &Series, side: Side) -> Series {
    let dashed = side == Side::Right && series.mark == Mark::Line;
    let mark = if dashed { Mark::Dashed } else { series.mark.clone() };
    Series { mark, side, ..series.clone() }
}

/// What the band around a curve is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Prediction,
    Confidence,
    None,
}

/// Band, model and data of one column of an experiment.
fn of_column(report: &FitReport, (e, s): (usize, usize), seconds: f64) -> Result<(Vec<Series>, Kind)> {
    let name = &report.experiments[e].data().series[s].name;
    let own: Vec<&Comparison> = report.comparisons.iter().filter(|c| (c.experiment, c.series) == (e, s)).collect();
    let points = own.iter().map(|c| (c.time / seconds, c.measured)).collect();
    let bars = Mark::ErrorBars(own.iter().map(|c| report.deviation(c)).collect());
    let mut model: Vec<(f64, f64)> = Vec::new();
    let mut series = Vec::new();
    let mut kind = Kind::None;
    if report.correlation.is_some() {
        let band = report.band(e, s, FINE)?;
        let prediction = band.prediction();
        kind = if prediction.is_some() { Kind::Prediction } else { Kind::Confidence };
        model.extend(band.times.iter().map(|t| t / seconds).zip(band.model.iter().copied()));
        let around = prediction.unwrap_or_else(|| band.confidence());
        let half = around.iter().map(|(low, high)| 0.5 * (high - low)).collect();
        series.push(Series { name: name.clone(), points: model.clone(), mark: Mark::Band(half), side: Side::Left });
    } else {
        model.extend(report.curve(e, s, FINE)?.into_iter().map(|(t, v)| (t / seconds, v)));
    }
    series.push(line(name.clone(), model, Side::Left));
    series.push(Series { name: name.clone(), points, mark: bars, side: Side::Left });
    Ok((series, kind))
}

/// What bars and bands are.
fn reading(report: &FitReport, kinds: &[Kind]) -> String {
    let deviation = if report.known_noise { "stated" } else { "estimated" };
    let band = match kinds {
        _ if kinds.contains(&Kind::None) => "no bands: the data leave a direction open",
        _ if kinds.iter().all(|k| *k == Kind::Prediction) => "bands: 95 % prediction",
        _ if kinds.iter().all(|k| *k == Kind::Confidence) => "bands: 95 % confidence",
        _ => "bands: 95 %, prediction where all data of a column have one s.d., else confidence",
    };
    format!("bars: ± 1 s.d. ({deviation}); {band}")
}

/// Standardised residuals of all data against time.
fn residuals(report: &FitReport) -> Plot {
    let longest = report.fitted.iter().map(Problem::t_end).fold(0.0, f64::max);
    let (symbol, seconds) = time_unit(longest);
    let many = report.experiments.len() > 1;
    let mut series: Vec<Series> = Vec::new();
    for (e, experiment) in report.experiments.iter().enumerate() {
        for (s, column) in experiment.data().series.iter().enumerate() {
            let own = report.comparisons.iter().filter(|c| (c.experiment, c.series) == (e, s));
            let point = |c: &Comparison| (c.time / seconds, (c.model - c.measured) / report.deviation(c));
            let name = if many { format!("{} [{}]", column.name, e + 1) } else { column.name.clone() };
            series.push(Series { name, points: own.map(point).collect(), mark: Mark::Dots, side: Side::Left });
        }
    }
    let deviation = if report.known_noise { "stated" } else { "estimated" };
    Plot {
        title: "Residuals".to_owned(),
        note: format!("s.d. as {deviation}; of normal noise 95 % lie between the outer lines"),
        x: linear(format!("time / {symbol}")),
        left: linear("(model − measured) / s.d.".to_owned()),
        right: None,
        series,
        guides: vec![
            Guide::Level(0.0, String::new()),
            Guide::Level(NORMAL, "1.96".to_owned()),
            Guide::Level(-NORMAL, "-1.96".to_owned()),
        ],
    }
}

/// How a start may have ended.
const FATES: [&str; 4] =
    ["arrived at the minimum", "converged elsewhere", "did not converge", "could not be evaluated, drawn at the top"];

/// The sum of squares at the end of every start, in rising order.
fn waterfall(report: &FitReport) -> Plot {
    let mut sorted: Vec<&Start> = report.starts.iter().collect();
    let size = |s: &Start| s.sse.unwrap_or(f64::INFINITY);
    sorted.sort_by(|a, b| size(a).total_cmp(&size(b)));
    let ends = sorted.iter().filter_map(|s| s.sse).filter(|s| *s > 0.0);
    let (low, high) = ends.fold((f64::MAX, f64::MIN_POSITIVE), |(a, b), s| (a.min(s), b.max(s)));
    // What has no value stands above all values.
    let top = high * (high / low).powf(0.1).clamp(1.5, 1e3);
    let fate = |s: &Start| match s.sse {
        None => 3,
        Some(_) if report.has_arrived(s) => 0,
        Some(_) => 2 - usize::from(s.converged),
    };
    let mut series = Vec::new();
    for (index, words) in FATES.into_iter().enumerate() {
        let own = sorted.iter().enumerate().filter(|(_, s)| fate(s) == index);
        let points: Vec<(f64, f64)> = own.map(|(i, s)| ((i + 1) as f64, s.sse.unwrap_or(top))).collect();
        if !points.is_empty() {
            let name = format!("{words} ({})", points.len());
            let mark = if index == 3 { Mark::Crosses } else { Mark::Dots };
            series.push(Series { name, points, mark, side: Side::Left });
        }
    }
    let mut units = report.experiments.iter().flat_map(|e| &e.data().series).map(|s| s.unit.as_str());
    let first = units.next().unwrap_or("1");
    let label = match units.all(|u| u == first) {
        _ if report.weighted || !report.noise.is_empty() => "standardised sum of squares".to_owned(),
        true if first != "1" => format!("sum of squares / ({first})²"),
        _ => "sum of squares".to_owned(),
    };
    Plot {
        title: format!("{} starts, seed {}", report.starts.len(), report.seed),
        note: String::new(),
        // Few starts would have ticks between them.
        x: AxisLabel {
            range: Some((0.0, (report.starts.len() + 1).max(6) as f64)),
            ..linear("start, in the order of its sum of squares".to_owned())
        },
        left: AxisLabel { scale: Scale::Log, ..linear(label) },
        right: None,
        series,
        guides: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(["k2", "scale(A)", "each[1]", "a/b"].map(plain), ["k2", "scale-A", "each-1", "a-b"]);
    }
}
