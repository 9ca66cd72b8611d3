//! `ratelaw chain`

use ratelaw::prelude::*;
use ratelaw::solver::{Chain, ChainError, ChainFile, ChainResult, Format, SolveError};

use crate::Ending;
use crate::arguments;
use crate::error::{CliError, Result};
use crate::input;
use crate::output::{Sink, tell, write_plot};
use crate::progress::spin;
use crate::report::chain as report;

pub(crate) fn run(arguments: &arguments::Chain) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let (mut file, folder) = input::chain_file(&arguments.file, None)?;
    for (name, value) in &arguments.set {
        let (stage, setting) = split(&file, name);
        file.set(stage, setting, value)?;
    }
    if let Some(times) = arguments.times {
        file.repeat(times);
    }
    let chain = file.chain(|name| input::network_beside(name, folder.as_deref()))?;
    let defaults = SolveOptions::default();
    let options = SolveOptions {
        rtol: arguments.rtol.unwrap_or(defaults.rtol),
        max_steps: arguments.max_steps.unwrap_or(defaults.max_steps),
        ..defaults
    };
    let (result, ending) = course(&chain, &options)?;
    sink.say(report::shown(&result).trim_end())?;
    warn(&result);
    sink.write_as(|format| as_text(&result, format))?;
    if let Some(path) = &arguments.plot {
        sink.say(&write_plot(&report::plot(&result), path)?)?;
    }
    Ok(ending)
}

/// Runs a chain; what was done before a failed integration is kept, and the message says what is missing.
pub(crate) fn course(chain: &Chain, options: &SolveOptions) -> Result<(ChainResult, Ending)> {
    match spin(&chain.name, || chain.run(options)) {
        Ok(result) => Ok((result, Ending::Done)),
        Err(ChainError::Failed(failure)) if matches!(failure.error, SolveError::Failed(_)) => {
            let result = failure.partial.clone();
            CliError::from(ChainError::Failed(failure)).print();
            Ok((result, Ending::Partly))
        }
        Err(error) => Err(error.into()),
    }
}

/// What a reader should know before trusting the runs of a chain, on standard error.
pub(crate) fn warn(result: &ChainResult) {
    for run in &result.runs {
        for warning in &run.warnings {
            tell(&format!("warning: stage `{}`, cycle {}: {warning}", run.stage, run.cycle));
        }
    }
}

fn as_text(result: &ChainResult, format: Format) -> String {
    match format {
        Format::Csv => report::table(result).to_text(Format::Csv),
        Format::Json => format!("{:#}\n", serde_json::json!(result)),
    }
}

/// `STAGE.NAME`, where names of both may hold dots: the longest stage that it begins with, else up to the first dot.
fn split<'a>(file: &ChainFile, name: &'a str) -> (&'a str, &'a str) {
    let rest = |stage: &str| name.strip_prefix(stage).and_then(|rest| rest.strip_prefix('.'));
    let longest = file.stages().filter_map(rest).min_by_key(|rest| rest.len());
    match longest {
        Some(setting) => (&name[..name.len() - setting.len() - 1], setting),
        None => name.split_once('.').unwrap_or(("", name)),
    }
}
