//! Results of chains as text, table and plot.

use ratelaw::solver::{Cell, ChainResult, Column, FigureValue, Observable, StageRun, Table};

use super::chart::{self, line, linear};
use super::plot::{Plot, Side};
use super::{Align, columns, header, row, significant};

/// Parts of a ledger below this part of the largest are rounding.
const ROUNDING: f64 = 1e-12;

fn number(value: f64) -> String {
    significant(value, 5)
}

fn optional(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), number)
}

/// Everything, for a reader.
pub(crate) fn shown(result: &ChainResult) -> String {
    let mut text = format!("{}: {}\n", result.name, result.title);
    for run in &result.runs {
        text.push_str(&stage(result, run));
    }
    text.push_str(&handed_over(result));
    text.push_str(&ledger(result));
    text.push_str(&figures(result));
    text
}

/// One run of a stage.
fn stage(result: &ChainResult, run: &StageRun) -> String {
    let cycle = if result.times > 1 { format!(", cycle {}", run.cycle) } else { String::new() };
    let network = run.solution.network();
    let mut text = format!("\nstage {}{cycle} ({})\n", run.stage, network.name());
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut tell = |name: &str, value: String, unit: &str| rows.push(row(vec![name.into(), value, unit.into()]));
    let (symbol, seconds) = chart::time_unit(run.seconds);
    tell("time", number(run.seconds / seconds), symbol);
    if let Some(work) = run.work {
        tell("mean cell voltage", optional(work.mean_voltage), "V");
        tell("work", format!("{} +- {}", number(work.joule), significant(work.error, 1)), "J");
    } else if network.is_electrochemical() {
        tell("work", "-".to_owned(), "no counter electrode in the model");
    }
    for reading in &run.readings {
        tell(&reading.name, optional(reading.value), &reading.unit);
    }
    text.push_str(&columns(&[Align::Left, Align::Right, Align::Left], &rows));
    text
}

fn handed_over(result: &ChainResult) -> String {
    let receipts = || result.runs.iter().flat_map(|run| run.received.iter().map(move |r| (run, r)));
    if receipts().next().is_none() {
        return String::new();
    }
    let mut rows = header(&["cycle", "from", "to", "there / mol", "arrived / mol", "recovery / %", "origin"]);
    for (run, receipt) in receipts() {
        rows.push(row(vec![
            run.cycle.to_string(),
            format!("{}: {}", receipt.from, receipt.species),
            format!("{}: {}{}", run.stage, receipt.target, if receipt.add { " (added)" } else { "" }),
            number(receipt.available),
            number(receipt.arrived),
            ((1e8 * receipt.recovery).round() / 1e6).to_string(),
            match (receipt.origin, receipt.note.as_str()) {
                (None, _) => "all is handed over".to_owned(),
                (Some(origin), "") => origin.to_owned(),
                (Some(origin), note) => format!("{origin}: {note}"),
            },
        ]));
    }
    let right = Align::Right;
    format!("\nhanded over\n{}", columns(&[right, Align::Left, Align::Left, right, right, right, Align::Left], &rows))
}

fn ledger(result: &ChainResult) -> String {
    let ledger = &result.ledger;
    let mut names: Vec<String> =
        ["kind", "fresh", "dosed", "outside", "electrodes"].iter().map(|n| (*n).to_owned()).collect();
    names.extend(result.stages.iter().map(|s| format!("left in {s}")));
    names.extend(["lost", "withdrawn", "closure"].iter().map(|n| (*n).to_owned()));
    let mut rows = vec![row(names)];
    for entry in &ledger.entries {
        let total = &entry.total;
        let part = |value: f64| if value.abs() <= ROUNDING * total.size { "0".to_owned() } else { number(value) };
        let mut cells = vec![entry.kind.clone()];
        cells.extend([total.fresh, total.dosed, total.outside, total.electrodes].map(part));
        cells.extend(entry.left.iter().map(|v| part(*v)));
        cells.extend([part(total.lost), part(total.withdrawn), significant(entry.closure, 2)]);
        rows.push(row(cells));
    }
    let mut align = vec![Align::Right; 8 + result.stages.len()];
    align[0] = Align::Left;
    let mut text = format!("\natoms and charge, mol\n{}", columns(&align, &rows));
    for exchange in &ledger.exchanges {
        let (stage, species, moles) = (&exchange.stage, &exchange.species, number(exchange.moles));
        text.push_str(&format!("  outside: {moles} mol of the held species `{species}` came into stage {stage}\n"));
    }
    for species in &ledger.uncounted {
        text.push_str(&format!("  not counted: the atoms of {species}, whose composition is waived\n"));
    }
    text
}

/// A figure in the unit that it is shown in.
fn displayed(figure: &FigureValue) -> (f64, &'static str) {
    if figure.unit == "1" { (0.01, "%") } else { (1e3, "kJ/mol") }
}

fn figures(result: &ChainResult) -> String {
    if result.figures.is_empty() {
        return String::new();
    }
    let rows = result.figures.iter().map(|figure| {
        let (factor, unit) = displayed(figure);
        let value = optional(figure.value.map(|v| v / factor));
        let mut remark = figure.reason.clone();
        if result.times > 1 {
            let cycles: Vec<String> = figure.cycles.iter().map(|v| optional(v.map(|v| v / factor))).collect();
            remark = format!("cycles: {}{}{remark}", cycles.join(", "), if remark.is_empty() { "" } else { "; " });
        }
        row(vec![figure.name.clone(), value, unit.to_owned(), remark])
    });
    let rows: Vec<_> = rows.collect();
    format!("\nfigures\n{}", columns(&[Align::Left, Align::Right, Align::Left, Align::Left], &rows))
}

/// Everything as one long table: cycle, stage, quantity, value, unit.
pub(crate) fn table(result: &ChainResult) -> Table {
    let mut rows = Vec::new();
    let mut add = |cycle: Option<usize>, stage: &str, quantity: String, value: Option<f64>, unit: &str| {
        let text = |t: &str| Cell::from(t.to_owned());
        let cycle = Cell::from(cycle.map(|c| c as f64));
        rows.push(vec![cycle, text(stage), Cell::Text(quantity), Cell::from(value), text(unit)]);
    };
    for run in &result.runs {
        let (cycle, stage) = (Some(run.cycle), run.stage.as_str());
        add(cycle, stage, "time".into(), Some(run.seconds), "s");
        add(cycle, stage, "work".into(), run.work.map(|w| w.joule), "J");
        add(cycle, stage, "mean cell voltage".into(), run.work.and_then(|w| w.mean_voltage), "V");
        for receipt in &run.received {
            let what = format!("received {} from {} as {}", receipt.species, receipt.from, receipt.target);
            add(cycle, stage, what, Some(receipt.arrived), "mol");
        }
        for reading in &run.readings {
            add(cycle, stage, reading.name.clone(), reading.value, &reading.unit);
        }
    }
    for entry in &result.ledger.entries {
        let (kind, total) = (&entry.kind, &entry.total);
        for (what, value) in [
            ("fresh", total.fresh),
            ("dosed", total.dosed),
            ("outside", total.outside),
            ("electrodes", total.electrodes),
            ("lost", total.lost),
            ("withdrawn", total.withdrawn),
        ] {
            add(None, "", format!("{kind} {what}"), Some(value), "mol");
        }
        for (stage, left) in result.stages.iter().zip(&entry.left) {
            add(None, stage, format!("{kind} left"), Some(*left), "mol");
        }
        add(None, "", format!("{kind} closure"), Some(entry.closure), "1");
    }
    for figure in &result.figures {
        add(None, "", figure.name.clone(), figure.value, figure.unit);
        for (i, value) in figure.cycles.iter().enumerate().filter(|_| result.times > 1) {
            add(Some(i + 1), "", figure.name.clone(), *value, figure.unit);
        }
    }
    let column = |name: &str| Column { name: name.to_owned(), unit: String::new() };
    Table {
        notes: vec![("chain".to_owned(), result.name.clone())],
        columns: ["cycle", "stage", "quantity", "value", "unit"].map(column).to_vec(),
        rows,
    }
}

/// The yields of all stages, one stage after the other in time.
pub(crate) fn plot(result: &ChainResult) -> Plot {
    let total: f64 = result.runs.iter().map(|r| r.seconds).sum();
    let (symbol, seconds) = chart::time_unit(total);
    let mut series = Vec::new();
    let mut start = 0.0;
    for run in &result.runs {
        let (solution, network) = (&run.solution, run.solution.network());
        for observable in Observable::standard(network) {
            if matches!(observable, Observable::Yield(_)) {
                let values = solution.times.iter().zip(solution.observe(&observable));
                let points = values.filter_map(|(t, v)| Some(((start + t) / seconds, 100.0 * v?)));
                let name = format!("{}: {}", run.stage, observable.name(network));
                // The cycles of one stage are one curve each, under one name.
                series.push(line(name, points.collect(), Side::Left));
            }
        }
        start += run.seconds;
    }
    let (x, left) = (linear(format!("time / {symbol}")), linear("yield / %".to_owned()));
    Plot { title: result.title.clone(), x, left, right: None, series, guides: Vec::new(), note: String::new() }
}
