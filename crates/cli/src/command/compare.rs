//! `ratelaw compare`

use std::collections::BTreeSet;

use ratelaw::fit::{Candidate, ModelComparison, check, compare};
use ratelaw::prelude::*;
use ratelaw::solver::{Format, StopFlag};
use serde_json::{Value, json};

use super::fit;
use crate::Ending;
use crate::arguments::Compare;
use crate::error::{CliError, Result};
use crate::input;
use crate::output::Sink;

/// A candidate ready to be fitted.
struct Prepared {
    name: String,
    network: Network,
    experiments: Vec<Experiment>,
    free: Vec<Free>,
    /// Names of its free parameters, one by one.
    names: BTreeSet<String>,
}

impl Prepared {
    fn is_same_model(&self, other: &Self) -> bool {
        self.network.definition() == other.network.definition()
    }
}

/// The fits that there are, and the names of candidates that a request to stop left without one that counts.
struct Fits<'a> {
    reports: Vec<(&'a str, FitReport)>,
    unfinished: Vec<&'a str>,
}

pub(crate) fn run(arguments: &Compare) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let stop = StopFlag::new();
    let options = FitOptions { stop: Some(stop.clone()), ..fit::options(&arguments.estimation)? };
    // Everything is looked up before anything runs, so that a slip in the last part costs no waiting.
    let prepared = prepare(arguments, &options)?;
    if arguments.nested {
        refuse_equals(&prepared)?;
    }
    fit::stop_with_what_is_finished(&stop);
    let fits = fit_all(&prepared, &options, &stop)?;
    let counted: Vec<(&str, &FitReport)> =
        fits.reports.iter().map(|(n, r)| (*n, r)).filter(|(n, _)| !fits.unfinished.contains(n)).collect();
    let stopped = !fits.unfinished.is_empty();
    let comparison = match counted.len() {
        0 | 1 if stopped => ModelComparison { candidates: Vec::new() },
        _ => compare(&counted)?,
    };
    let ratios = ratios(&comparison, &prepared, arguments.nested);
    let remarks = remarks(&comparison, &ratios, &fits);
    sink.say(text(&comparison, &ratios, &remarks, &fits).trim_end())?;
    sink.write_as(|format| match format {
        Format::Csv => {
            let mut table = comparison.table();
            table.notes = remarks.iter().map(|r| ("remark".to_owned(), r.clone())).collect();
            table.to_text(format)
        }
        Format::Json => format!("{:#}\n", as_json(&comparison, &ratios, &remarks, &fits)),
    })?;
    let stopped = stopped || fits.reports.iter().any(|(_, r)| r.stopped());
    Ok(fit::ending(stopped, fits.reports.iter().all(|(_, r)| r.converged)))
}

fn prepare(arguments: &Compare, options: &FitOptions) -> Result<Vec<Prepared>> {
    let mut prepared: Vec<Prepared> = Vec::new();
    for candidate in &arguments.candidates {
        let network = input::network(&candidate.model)?;
        let experiments = fit::experiments(&network, &arguments.estimation)?;
        let free = fit::free_or_bounded(&candidate.free, &network)?;
        let names = check(&experiments, &free, options)?.into_iter().collect();
        let own = Prepared { name: candidate.text.clone(), network, experiments, free, names };
        // By what they are, since a path and a list of names can be spelt in several ways.
        if let Some(same) = prepared.iter().find(|p| p.names == own.names && p.is_same_model(&own)) {
            return Err(CliError::SameCandidate { first: same.name.clone(), second: own.name });
        }
        prepared.push(own);
    }
    Ok(prepared)
}

/// Of two models with equally many free parameters neither is a special case of the other.
fn refuse_equals(prepared: &[Prepared]) -> Result<()> {
    for (i, second) in prepared.iter().enumerate() {
        if let Some(first) = prepared[..i].iter().find(|p| p.names.len() == second.names.len()) {
            let (first, second, count) = (first.name.clone(), second.name.clone(), second.names.len());
            return Err(CliError::NotNested { first, second, count });
        }
    }
    Ok(())
}

fn fit_all<'a>(prepared: &'a [Prepared], options: &FitOptions, stop: &StopFlag) -> Result<Fits<'a>> {
    let mut fits = Fits { reports: Vec::new(), unfinished: Vec::new() };
    for p in prepared {
        let name = p.name.as_str();
        // The first begins all the same, so that there is something to say.
        if stop.is_set() && !fits.reports.is_empty() {
            fits.unfinished.push(name);
            continue;
        }
        let report = fit::with_progress(&p.experiments, &p.free, options.clone(), name)?;
        fits.unfinished.extend((report.unfinished_starts() > 0).then_some(name));
        fits.reports.push((name, report));
    }
    Ok(fits)
}

/// A pair of which one is known, or said, to be a special case of the other.
struct Ratio {
    smaller: String,
    larger: String,
    /// Of the likelihood ratio; none where the larger model fits worse.
    p: Option<f64>,
    /// Whether it is the user alone who says so.
    said: bool,
}

fn ratios(comparison: &ModelComparison, prepared: &[Prepared], all_nested: bool) -> Vec<Ratio> {
    let mut order: Vec<&Candidate> = comparison.candidates.iter().collect();
    order.sort_by_key(|c| c.likelihood.estimated);
    let is_nested = |small: &Candidate, large: &Candidate| {
        let find = |c: &Candidate| prepared.iter().find(|p| p.name == c.name);
        let pair = find(small).zip(find(large));
        pair.is_some_and(|(s, l)| s.is_same_model(l) && s.names.is_subset(&l.names))
    };
    let mut ratios = Vec::new();
    for (i, small) in order.iter().enumerate() {
        for (j, large) in order.iter().enumerate().skip(i + 1) {
            let nested = is_nested(small, large);
            if nested || all_nested && j == i + 1 {
                let p = comparison.likelihood_ratio(&small.name, &large.name);
                let (smaller, larger) = (small.name.clone(), large.name.clone());
                ratios.push(Ratio { smaller, larger, p, said: !nested });
            }
        }
    }
    ratios
}

/// What the numbers alone do not say.
fn remarks(comparison: &ModelComparison, ratios: &[Ratio], fits: &Fits<'_>) -> Vec<String> {
    let mut remarks = comparison.remarks();
    for Ratio { smaller, larger, said, .. } in ratios {
        if let Some(misfit) = comparison.misfit(smaller, larger) {
            let or = if *said { ", or it does not hold it" } else { "" };
            remarks.push(format!(
                "no likelihood ratio: `{larger}` holds `{smaller}` as a special case and cannot fit worse, but its -2 ln L is \
                 larger by {misfit:.3}; its search has not found its minimum{or}: give more starts (--starts) or wider ranges"
            ));
        }
    }
    for name in &fits.unfinished {
        remarks.push(format!("stopped by request before the fit of `{name}` was finished: it is not compared"));
    }
    remarks
}

fn text(comparison: &ModelComparison, ratios: &[Ratio], remarks: &[String], fits: &Fits<'_>) -> String {
    let mut blocks = Vec::new();
    if !comparison.candidates.is_empty() {
        blocks.push(comparison.to_string());
    }
    let likely = |r: &Ratio| {
        let Ratio { smaller, larger, p, .. } = r;
        let p = (*p)?;
        Some(format!(
            "likelihood ratio: noise alone makes `{larger}` fit better than `{smaller}` by so much with p = {p:.3e}"
        ))
    };
    blocks.push(ratios.iter().filter_map(likely).collect::<Vec<_>>().join("\n"));
    blocks.push(remarks.iter().map(|r| format!("- {r}")).collect::<Vec<_>>().join("\n"));
    blocks.extend(fits.reports.iter().map(|(name, report)| fit_text(name, report)));
    blocks.retain(|block| !block.is_empty());
    blocks.iter().map(|block| block.trim_end()).collect::<Vec<_>>().join("\n\n")
}

/// The constants of one candidate, and what is against reading much into them.
fn fit_text(name: &str, report: &FitReport) -> String {
    let plural = if report.parameters.len() == 1 { "" } else { "s" };
    let mut text = format!("`{name}`: SSE {:.6}, {} parameter{plural}", report.sse, report.parameters.len());
    for p in &report.parameters {
        let unit = if p.unit == "1" { "" } else { p.unit.as_str() };
        text += format!("\n  {} = {:.4e} {unit}", p.name, p.value / p.factor).trim_end();
        text += &format!(", {}", p.verdict.word());
    }
    let caveats = caveats(report);
    if !caveats.is_empty() {
        text += &format!("\n  caution: {}", caveats.join("; "));
    }
    text
}

fn caveats(report: &FitReport) -> Vec<String> {
    let mut caveats = Vec::new();
    if report.unfinished_starts() > 0 {
        caveats.push(format!("{} of {} starts had not ended", report.unfinished_starts(), report.starts.len()));
    }
    if !report.converged {
        caveats.push("did not converge".to_owned());
    }
    if !(report.exchanges.is_empty() && report.other_minima.is_empty()) {
        caveats.push("another place fits equally well (`ratelaw fit` names it)".to_owned());
    }
    let names = |wanted: fn(&Verdict) -> bool| -> Vec<&str> {
        report.parameters.iter().filter(|p| wanted(&p.verdict)).map(|p| p.name.as_str()).collect()
    };
    let open = names(|v| {
        matches!(v, Verdict::NotDetermined | Verdict::BoundedFromBelow { .. } | Verdict::BoundedFromAbove { .. })
    });
    if !open.is_empty() {
        caveats.push(format!("one value of many: {}", open.join(", ")));
    }
    let outside = names(|v| *v == Verdict::EndOfRange);
    if !outside.is_empty() {
        caveats.push(format!("a wider range fits better: {}", outside.join(", ")));
    }
    caveats
}

fn as_json(comparison: &ModelComparison, ratios: &[Ratio], remarks: &[String], fits: &Fits<'_>) -> Value {
    let ratio = |r: &Ratio| json!({ "smaller": r.smaller, "larger": r.larger, "p": r.p });
    let fit = |(name, report): &(&str, FitReport)| {
        let (caveats, report) = (caveats(report), report.to_json());
        json!({ "name": name, "caveats": caveats, "report": report })
    };
    json!({
        "program": concat!("ratelaw ", env!("CARGO_PKG_VERSION")),
        "stopped": !fits.unfinished.is_empty() || fits.reports.iter().any(|(_, r)| r.stopped()),
        "unfinished": fits.unfinished,
        "candidates": comparison.to_json(),
        "likelihood_ratios": ratios.iter().map(ratio).collect::<Vec<_>>(),
        "remarks": remarks,
        "fits": fits.reports.iter().map(fit).collect::<Vec<_>>(),
    })
}
