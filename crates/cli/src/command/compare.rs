//! `ratelaw compare`

use std::collections::BTreeSet;

use ratelaw::fit::{Candidate, ModelComparison, check, compare};
use ratelaw::prelude::*;
use ratelaw::solver::Format;
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
    model: String,
    experiments: Vec<Experiment>,
    free: Vec<Free>,
    /// Names of its free parameters, one by one.
    names: BTreeSet<String>,
}

/// A likelihood ratio: the smaller model, the larger, and the p-value.
type Ratio = (String, String, f64);

pub(crate) fn run(arguments: &Compare) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let options = fit::options(&arguments.estimation)?;
    // Everything is looked up before anything runs, so that a slip in the last part costs no waiting.
    let mut prepared: Vec<Prepared> = Vec::new();
    for candidate in &arguments.candidates {
        if prepared.iter().any(|p| p.name == candidate.text) {
            return Err(CliError::SameCandidate { name: candidate.text.clone() });
        }
        let network = input::network(&candidate.model)?;
        let experiments = fit::experiments(&network, &arguments.estimation)?;
        let free = fit::free_or_bounded(&candidate.free, &network)?;
        let names = check(&experiments, &free, &options)?.into_iter().collect();
        let (name, model) = (candidate.text.clone(), candidate.model.clone());
        prepared.push(Prepared { name, model, experiments, free, names });
    }
    let mut reports = Vec::new();
    for p in &prepared {
        reports.push(fit::with_progress(&p.experiments, &p.free, options.clone(), &p.name)?);
    }
    let fits: Vec<(&str, &FitReport)> = prepared.iter().map(|p| p.name.as_str()).zip(&reports).collect();
    let comparison = compare(&fits)?;
    let ratios = ratios(&comparison, &prepared, arguments.nested);
    sink.say(text(&comparison, &ratios, &fits).trim_end())?;
    sink.write_as(|format| match format {
        Format::Csv => comparison.table().to_text(format),
        Format::Json => format!("{:#}\n", as_json(&comparison, &ratios, &fits)),
    })?;
    let whole = reports.iter().all(|r| r.converged);
    Ok(if whole { Ending::Done } else { Ending::Partly })
}

/// Likelihood ratios of the pairs of which one is known to be a special case of the other.
fn ratios(comparison: &ModelComparison, prepared: &[Prepared], all_nested: bool) -> Vec<Ratio> {
    let mut order: Vec<&Candidate> = comparison.candidates.iter().collect();
    order.sort_by_key(|c| c.likelihood.estimated);
    let is_nested = |small: &Candidate, large: &Candidate| {
        let find = |c: &Candidate| prepared.iter().find(|p| p.name == c.name);
        let pair = find(small).zip(find(large));
        pair.is_some_and(|(s, l)| s.model == l.model && s.names.is_subset(&l.names))
    };
    let mut ratios = Vec::new();
    for (i, small) in order.iter().enumerate() {
        for (j, large) in order.iter().enumerate().skip(i + 1) {
            if is_nested(small, large) || all_nested && j == i + 1 {
                let p = comparison.likelihood_ratio(&small.name, &large.name);
                ratios.extend(p.map(|p| (small.name.clone(), large.name.clone(), p)));
            }
        }
    }
    ratios
}

fn text(comparison: &ModelComparison, ratios: &[Ratio], fits: &[(&str, &FitReport)]) -> String {
    let mut text = comparison.to_string();
    for (small, large, p) in ratios {
        let times = format!("noise alone makes `{large}` fit better than `{small}` by so much with p = {p:.3e}");
        text += &format!("\nlikelihood ratio: {times}");
    }
    for (name, report) in fits {
        let plural = if report.parameters.len() == 1 { "" } else { "s" };
        text += &format!("\n\n`{name}`: SSE {:.6}, {} parameter{plural}", report.sse, report.parameters.len());
        for p in &report.parameters {
            let unit = if p.unit == "1" { "" } else { p.unit.as_str() };
            text += format!("\n  {} = {:.4e} {unit}", p.name, p.value / p.factor).trim_end();
            text += &format!(", {}", p.verdict.word());
        }
    }
    text
}

fn as_json(comparison: &ModelComparison, ratios: &[Ratio], fits: &[(&str, &FitReport)]) -> Value {
    let ratio = |(small, large, p): &Ratio| json!({ "smaller": small, "larger": large, "p": p });
    let fit = |(name, report): &(&str, &FitReport)| json!({ "name": name, "report": report.to_json() });
    json!({
        "program": concat!("ratelaw ", env!("CARGO_PKG_VERSION")),
        "candidates": comparison.to_json(),
        "likelihood_ratios": ratios.iter().map(ratio).collect::<Vec<_>>(),
        "fits": fits.iter().map(fit).collect::<Vec<_>>(),
    })
}
