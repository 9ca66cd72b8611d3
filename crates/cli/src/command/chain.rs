//! `ratelaw chain`

use std::path::Path;

use ratelaw::chains;
use ratelaw::network::nearest;
use ratelaw::prelude::*;
use ratelaw::solver::{ChainError, ChainFile, ChainResult, Format, SolveError};

use crate::Ending;
use crate::arguments::Chain;
use crate::error::{CliError, Result};
use crate::input;
use crate::output::{Sink, tell, write_plot};
use crate::progress::spin;
use crate::report::chain as report;

pub(crate) fn run(arguments: &Chain) -> Result<Ending> {
    let sink = Sink::new(&arguments.output)?;
    let (mut file, folder) = file(&arguments.file)?;
    for (name, value) in &arguments.set {
        let (stage, setting) = split(&file, name);
        file.set(stage, setting, value)?;
    }
    if let Some(times) = arguments.times {
        file.repeat(times);
    }
    let chain = file.chain(|name| model(name, folder))?;
    let defaults = SolveOptions::default();
    let options = SolveOptions {
        rtol: arguments.rtol.unwrap_or(defaults.rtol),
        max_steps: arguments.max_steps.unwrap_or(defaults.max_steps),
        ..defaults
    };
    let (result, ending) = match spin(&chain.name, || chain.run(&options)) {
        Ok(result) => (result, Ending::Done),
        Err(ChainError::Failed(failure)) if matches!(failure.error, SolveError::Failed(_)) => {
            // What was done before is kept; the message says what is missing.
            let result = failure.partial.clone();
            CliError::from(ChainError::Failed(failure)).print();
            (result, Ending::Partly)
        }
        Err(error) => return Err(error.into()),
    };
    sink.say(report::shown(&result).trim_end())?;
    for run in &result.runs {
        for warning in &run.warnings {
            tell(&format!("warning: stage `{}`, cycle {}: {warning}", run.stage, run.cycle));
        }
    }
    sink.write_as(|format| as_text(&result, format))?;
    if let Some(path) = &arguments.plot {
        sink.say(&write_plot(&report::plot(&result), path)?)?;
    }
    Ok(ending)
}

fn as_text(result: &ChainResult, format: Format) -> String {
    match format {
        Format::Csv => report::table(result).to_text(Format::Csv),
        Format::Json => format!("{:#}\n", serde_json::json!(result)),
    }
}

/// A chain file if there is one of that name, with its folder, else an embedded chain.
fn file(name: &str) -> Result<(ChainFile, Option<&Path>)> {
    let path = Path::new(name);
    if path.is_file() {
        return Ok((ChainFile::read(path)?, path.parent()));
    }
    if let Some(own) = chains::find(name) {
        return Ok((own.file()?, None));
    }
    let known = || chains::ALL.iter().map(|c| c.name);
    let help = match nearest(name, known()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => format!("; embedded are: {}", known().collect::<Vec<_>>().join(", ")),
    };
    Err(CliError::NoChain { name: name.to_owned(), help })
}

/// A model beside the chain, by path, or embedded.
fn model(name: &str, folder: Option<&Path>) -> Result<Network> {
    match folder.map(|f| f.join(name)).filter(|p| p.is_file()) {
        Some(path) => Ok(Network::from_file(path)?),
        None => input::network(name),
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
