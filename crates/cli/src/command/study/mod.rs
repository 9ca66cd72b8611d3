//! `ratelaw study`

mod bars;
mod chain;
mod context;
mod file;
mod fit;
mod published;
mod simulate;
mod sweep;

use std::path::Path;

use ratelaw::network::nearest;
use ratelaw::solver::StopFlag;
use ratelaw::studies;

use crate::Ending;
use crate::arguments::Study;
use crate::command::fit::stop_with_what_is_finished;
use crate::error::{CliError, Result};
use crate::output::say;
use context::Context;
use file::File;

/// A part of a study whose names were looked up.
trait Part {
    /// Runs it, prints what a reader wants to know, and writes its files.
    fn run(&self, context: &Context<'_>) -> Result<Ending>;
}

pub(crate) fn run(arguments: &Study) -> Result<Ending> {
    let (text, file, folder) = text(arguments.study.as_deref())?;
    let plan: File = toml::from_str(&text)
        .map_err(|e| format!("this is not a study\n{}", e.to_string().trim_end()))
        .map_err(|reason| CliError::Study { file: file.clone(), reason })?;
    let stop = StopFlag::new();
    let context = Context { file, folder, out: &arguments.out, stop: stop.clone() };
    context.names(&plan)?;
    // Everything is looked up before anything runs, so that a slip in the last part costs no waiting.
    let parts = prepare(&plan, &context)?;
    std::fs::create_dir_all(&arguments.out)
        .map_err(|e| CliError::Write { path: arguments.out.clone(), reason: e.to_string() })?;

    say(&format!("{}: {}", plan.study.name, plan.study.title))?;
    let mut ending = Ending::Done;
    let first_fit = parts.len() - plan.fit.len();
    for (i, part) in parts.iter().enumerate() {
        // The parts before are ended by Ctrl-C at once, with the files of those that are done.
        if i == first_fit {
            stop_with_what_is_finished(&stop);
        }
        match part.run(&context)? {
            Ending::Done => {}
            Ending::Partly => ending = Ending::Partly,
            Ending::Stopped => {
                let left: Vec<&str> = plan.fit[i + 1 - first_fit..].iter().map(|f| f.name.as_str()).collect();
                let left = if left.is_empty() { String::new() } else { format!("; not done: {}", left.join(", ")) };
                say(&format!("\nstopped by request{left}"))?;
                ending = Ending::Stopped;
                break;
            }
        }
    }
    say(&format!("\ntables (CSV, JSON) and plots (SVG) are in {}", arguments.out.display()))?;
    Ok(ending)
}

/// The text of a study, its name for messages, and its folder: a file, else an embedded study.
fn text(study: Option<&Path>) -> Result<(String, String, Option<&Path>)> {
    let name = study.map_or(studies::DEFAULT.into(), Path::to_string_lossy);
    let embedded = studies::find(&name).filter(|_| study.is_none_or(|path| !path.is_file()));
    match (study, embedded) {
        (Some(path), None) => {
            let refuse = |e| CliError::Read { path: path.to_owned(), reason: format!("{e}{}", help(&name)) };
            Ok((std::fs::read_to_string(path).map_err(refuse)?, path.display().to_string(), path.parent()))
        }
        (_, own) => Ok((own.map_or("", |own| own.text).to_owned(), format!("{name}.toml (embedded)"), None)),
    }
}

fn help(name: &str) -> String {
    let known = || studies::ALL.iter().map(|s| s.name);
    match nearest(name, known()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => format!("; embedded are: {}", known().collect::<Vec<_>>().join(", ")),
    }
}

fn prepare<'a>(plan: &'a File, context: &Context<'_>) -> Result<Vec<Box<dyn Part + 'a>>> {
    let mut parts: Vec<Box<dyn Part + 'a>> = Vec::new();
    for run in &plan.simulate {
        parts.push(Box::new(simulate::prepare(run, context).map_err(|e| context.within(&run.name, e))?));
    }
    for grid in &plan.sweep {
        parts.push(Box::new(sweep::prepare(grid, context).map_err(|e| context.within(&grid.name, e))?));
    }
    for bars in &plan.bars {
        parts.push(Box::new(bars::prepare(bars, context).map_err(|e| context.within(&bars.name, e))?));
    }
    for links in &plan.chain {
        parts.push(Box::new(chain::prepare(links, context).map_err(|e| context.within(&links.name, e))?));
    }
    for regression in &plan.fit {
        parts.push(Box::new(fit::prepare(regression, context).map_err(|e| context.within(&regression.name, e))?));
    }
    Ok(parts)
}
