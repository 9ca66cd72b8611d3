//! `ratelaw anchors`

mod calibrate;
mod evaluate;
mod expected;
mod file;
mod prepare;
mod quantum;

use std::path::Path;

use ratelaw::fit::Expectation;
use ratelaw::solver::{Cell, Column, Table};
use ratelaw::studies;
use toml::Spanned;

use crate::Ending;
use crate::arguments::Anchors;
use crate::error::{CliError, Result};
use crate::output::Sink;
use crate::progress::spin;
use crate::report::{Align, columns, significant};
use evaluate::Results;
use file::{Anchor, Check, Heading, Kind, Source};
use prepare::Ready;
use quantum::Quantum;

pub(crate) fn run(arguments: &Anchors) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let source = match &arguments.file {
        None => Source { name: "jia-2024-anchors.toml (embedded)".to_owned(), text: studies::ANCHORS.to_owned() },
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|e| CliError::Read { path: path.clone(), reason: e.to_string() })?;
            Source { name: path.display().to_string(), text }
        }
    };
    let file = source.read()?;
    let folder = arguments.file.as_deref().and_then(Path::parent);
    let (shelf, checks) = prepare::prepare(&file, &source, folder)?;
    let calibrations = calibrate::prepare(&file, &source, &shelf, &checks)?;
    if let Some(folder) = &arguments.calibrate {
        let figures = match file.anchors.source.as_str() {
            "" => format!("the figures of {}", file.anchors.name),
            source => format!("{}: figures of {source}", file.anchors.name),
        };
        return calibrate::run(calibrations, &figures, folder);
    }
    let results = spin(&file.anchors.name, || Ok::<_, CliError>(evaluate::run(&shelf, &checks)))?;
    let anchors: Vec<&Anchor> = file.anchor.iter().map(Spanned::get_ref).collect();
    let outcomes: Vec<Outcome> =
        anchors.iter().zip(&checks).map(|(anchor, ready)| Outcome::of(anchor, ready, &results)).collect();
    sink.say(&format!("{}\n", file.anchors.title))?;
    sink.say(&text_table(&anchors, &outcomes))?;
    sink.say(&summary(&anchors, &outcomes))?;
    sink.write(&table(&file.anchors, &anchors, &outcomes))?;
    let missed = |(anchor, outcome): (&&Anchor, &Outcome)| outcome.met == Some(false) && anchor.out_of_reach.is_none();
    Ok(if anchors.iter().zip(&outcomes).any(missed) { Ending::Partly } else { Ending::Done })
}

/// What became of an anchor.
struct Outcome {
    checks: Vec<Judged>,
    /// Whether all checks are as published; none for an annotation.
    met: Option<bool>,
}

/// What became of a check.
struct Judged {
    what: String,
    expected: String,
    found: String,
    met: bool,
    reading: String,
}

impl Outcome {
    fn of(anchor: &Anchor, ready: &[Ready], results: &Results<'_>) -> Self {
        let judge = |(check, ready): (&Check, &Ready)| {
            let (found, met) = match results.values(ready) {
                Ok(values) => {
                    let shown: Vec<String> = values.iter().map(|v| shown(*v, ready)).collect();
                    (shown.join(", "), ready.expectation.met(&values))
                }
                Err(reason) => (format!("no value: {reason}"), false),
            };
            let what = what(check, ready);
            Judged { what, expected: expected(ready), found, met, reading: check.reading.clone() }
        };
        let checks: Vec<Judged> = anchor.check.iter().map(Spanned::get_ref).zip(ready).map(judge).collect();
        let met = (anchor.kind != Kind::Annotation).then(|| checks.iter().all(|c| c.met));
        Self { checks, met }
    }

    fn word(&self) -> &'static str {
        match self.met {
            None => "annotation",
            Some(true) => "met",
            Some(false) => "MISSED",
        }
    }
}

fn shown(value: f64, ready: &Ready) -> String {
    let (symbol, factor) = &ready.shown;
    let number = significant(value / factor, 4);
    if symbol == "1" { number } else { format!("{number} {symbol}") }
}

fn expected(ready: &Ready) -> String {
    match ready.expectation {
        Expectation::Equals { value, within } => {
            format!("{} +- {}", significant(value / ready.shown.1, 4), shown(within, ready))
        }
        Expectation::Above(bound) => format!("> {}", shown(bound, ready)),
        Expectation::Below(bound) => format!("< {}", shown(bound, ready)),
        Expectation::Rises => "rises".into(),
        Expectation::Falls => "falls".into(),
    }
}

/// What a check looks at, and where.
fn what(check: &Check, ready: &Ready) -> String {
    let mut text = match &ready.quantity {
        Quantum::Observable(of) | Quantum::Figure(of) | Quantum::Parameter(of) => of.clone(),
        Quantum::Mass(of) => format!("mass({of})"),
        Quantum::Control { step, of } => format!("control of {step} over {of}"),
        Quantum::ControlShare { step, of } => format!("share of {step} in the control of {of}"),
    };
    match (&check.relative_to, &check.relative_to_value, check.relative_to_cycle) {
        (Some(run), ..) => text.push_str(&format!(" over that of {run}")),
        (_, Some(value), _) => text.push_str(&format!(" over {value}")),
        (.., Some(cycle)) => text.push_str(&format!(" over that of cycle {cycle}")),
        _ => {}
    }
    let runs: Vec<&str> = check.run.iter().chain(&check.runs).map(String::as_str).collect();
    let place = match (&check.chain, &check.stage) {
        (Some(chain), Some(stage)) => format!("{chain}, {stage} {}", check.cycle.unwrap_or(1)),
        (Some(chain), None) => chain.clone(),
        _ => runs.join(" | "),
    };
    let at = check.at.as_ref().map_or(String::new(), |at| format!(" at {at}"));
    format!("{text} [{place}{at}]")
}

fn text_table(anchors: &[&Anchor], outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for (anchor, outcome) in anchors.iter().zip(outcomes) {
        let condition = if anchor.condition.is_empty() { String::new() } else { format!(" ({})", anchor.condition) };
        text.push_str(&format!("{}  {}{condition}: {}\n", anchor.id, anchor.quantity, outcome.word()));
        text.push_str(&format!("    published: {}\n", anchor.published));
        let rows: Vec<Vec<String>> = outcome
            .checks
            .iter()
            .map(|check| {
                let mark = if check.met { "    ok" } else { "    !!" };
                vec![mark.to_owned(), check.what.clone(), check.expected.clone(), format!("model {}", check.found)]
            })
            .collect();
        text.push_str(&columns(&[Align::Left; 4], &rows));
        for check in outcome.checks.iter().filter(|c| !c.met && !c.reading.is_empty()) {
            text.push_str(&format!("       ({})\n", check.reading));
        }
        if let (Some(reason), Some(false)) = (&anchor.out_of_reach, outcome.met) {
            text.push_str(&format!("    cannot be met: {reason}\n"));
        }
    }
    text
}

fn summary(anchors: &[&Anchor], outcomes: &[Outcome]) -> String {
    let count = |met: Option<bool>| outcomes.iter().filter(|o| o.met == met).count();
    let missed: Vec<&str> =
        anchors.iter().zip(outcomes).filter(|(_, o)| o.met == Some(false)).map(|(a, _)| a.id.as_str()).collect();
    let mut text = format!("{} anchors met, {} missed", count(Some(true)), missed.len());
    if !missed.is_empty() {
        text.push_str(&format!(" ({})", missed.join(", ")));
    }
    match count(None) {
        0 => {}
        n => text.push_str(&format!(", {n} for annotation alone")),
    }
    text
}

/// One row for each check.
fn table(heading: &Heading, anchors: &[&Anchor], outcomes: &[Outcome]) -> Table {
    let names = ["id", "quantity", "condition", "published", "check", "expected", "model", "verdict", "reading"];
    let rows = anchors.iter().zip(outcomes).flat_map(|(anchor, outcome)| {
        let cells = move |check: Option<&Judged>| {
            let of = |f: fn(&Judged) -> String| check.map_or(String::new(), f);
            let verdict = check.map_or("annotation", |c| if c.met { "met" } else { "missed" });
            [
                anchor.id.clone(),
                anchor.quantity.clone(),
                anchor.condition.clone(),
                anchor.published.clone(),
                of(|c| c.what.clone()),
                of(|c| c.expected.clone()),
                of(|c| c.found.clone()),
                verdict.to_owned(),
                of(|c| c.reading.clone()),
            ]
            .map(Cell::Text)
            .to_vec()
        };
        match outcome.checks.as_slice() {
            [] => vec![cells(None)],
            checks => checks.iter().map(|c| cells(Some(c))).collect(),
        }
    });
    Table {
        notes: vec![("anchors".into(), heading.name.clone()), ("source".into(), heading.source.clone())],
        columns: names.iter().map(|n| Column::new(n, "")).collect(),
        rows: rows.collect(),
    }
}
