//! Plots of results: which series, on which axis, in which unit.

use ratelaw::network::Network;
use ratelaw::prelude::*;
use ratelaw::solver::{Cell, Column, Table};

use super::plot::{AxisLabel, Mark, Plot, Scale, Series, Side};
use super::significant;

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
        note: String::new(),
        x: AxisLabel { label: format!("time / {symbol}"), scale, range: None },
        left: linear(shared_label(network, left)),
        right: (!right.is_empty()).then(|| linear(shared_label(network, right))),
        series: series.collect(),
        guides: Vec::new(),
    }
}

/// What to plot of a run when nobody says: its fractions and its current, or else its amounts.
pub(crate) fn defaults(network: &Network) -> (Vec<Observable>, Vec<Observable>) {
    let all = Observable::standard(network);
    let is_current = |o: &Observable| matches!(o, Observable::Current);
    // A selectivity follows from conversion and yield, and the charge from the current.
    let kept = |o: &&Observable| !is_current(o) && !matches!(o, Observable::Charge | Observable::Selectivity(_));
    // One axis has one unit: that of the first, which is per cent where the model names a feed.
    let unit = |o: &Observable| o.display_unit(network).symbol;
    let first = all.iter().find(kept).map(unit);
    let left: Vec<Observable> = all.iter().filter(kept).filter(|o| Some(unit(o)) == first).cloned().collect();
    if left.is_empty() {
        let first = network.species().first().map(|s| s.phase);
        let ids = network.species().iter().enumerate().filter(|(_, s)| Some(s.phase) == first);
        return (ids.map(|(i, _)| Observable::Amount(ratelaw::network::SpeciesId(i))).collect(), Vec::new());
    }
    (left, all.into_iter().filter(is_current).collect())
}

/// The label of an axis of a sweep, with what its potentials are against.
pub(crate) fn axis_label(network: &Network, axis: &Column) -> String {
    match network.reference().filter(|_| axis.name == "potential") {
        Some(reference) => format!("potential / {} against {}", axis.unit, reference.word()),
        None => axis.title(),
    }
}

/// The column of an observable in the table of a sweep over some axes.
pub(crate) fn column(network: &Network, table: &Table, axes: &[Axis], observable: &Observable) -> Option<usize> {
    let name = observable.name(network);
    // A species that is an axis too has its amount at the end under another name.
    let names = [format!("{name}(end)"), name];
    let place = |name: &String| table.columns.iter().skip(axes.len()).position(|c| c.name == *name);
    names.iter().find_map(place).map(|i| axes.len() + i)
}

/// The number in a cell.
pub(crate) fn number(cell: &Cell) -> Option<f64> {
    if let Cell::Number(v) = cell { Some(*v) } else { None }
}

/// Most curves for a second axis.
pub(crate) const CURVES: usize = 8;

/// A sweep's observables against its last axis; with two axes, the first observable, a curve for each value of
/// the first axis. None for more axes or more curves.
pub(crate) fn against_axis(
    title: &str,
    problem: &Problem,
    axes: &[Axis],
    table: &Table,
    left: &[Observable],
    right: &[Observable],
) -> Option<Plot> {
    let network = problem.network();
    let curve = |rows: &[Vec<Cell>], x: usize, o: &Observable| -> Vec<(f64, f64)> {
        let Some(y) = column(network, table, axes, o) else { return Vec::new() };
        rows.iter().filter_map(|r| Some((number(&r[x])?, number(&r[y])?))).collect()
    };
    let (series, last): (Vec<Series>, usize) = match axes {
        [_] => {
            let one = |o: &Observable, side| line(o.name(network), curve(&table.rows, 0, o), side);
            let left = left.iter().map(|o| one(o, Side::Left));
            (left.chain(right.iter().map(|o| one(o, Side::Right))).collect(), 0)
        }
        [first, second] if first.points() <= CURVES => {
            let shown = left.first()?;
            let curves = table.rows.chunks(second.points()).map(|rows| {
                let value = rows.first().and_then(|r| number(&r[0])).map_or(String::new(), |v| significant(v, 3));
                let name = format!("{} = {value} {}", table.columns[0].name, table.columns[0].unit);
                line(name, curve(rows, 1, shown), Side::Left)
            });
            (curves.collect(), 1)
        }
        _ => return None,
    };
    let axis = &table.columns[last];
    let label = axis_label(network, axis);
    let scale = if axes[last].is_log() { Scale::Log } else { Scale::Linear };
    let shown = if last == 0 { left } else { &left[..1] };
    Some(Plot {
        title: title.to_owned(),
        note: String::new(),
        x: AxisLabel { label, scale, range: None },
        left: linear(shared_label(network, shown)),
        right: (last == 0 && !right.is_empty()).then(|| linear(shared_label(network, right))),
        series,
        guides: Vec::new(),
    })
}
