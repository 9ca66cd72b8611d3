//! `[[chain]]`: a chain, as bars of the cycles of one stage or of what its stages come to.

use ratelaw::network::QuantityError;
use ratelaw::prelude::*;
use ratelaw::solver::{Chain, ChainResult};

use super::Part;
use super::bars::{self, Shown};
use super::context::Context;
use super::file::{Link, Links};
use super::published::Statement;
use crate::command::chain;
use crate::error::Result;
use crate::output::say;
use crate::report::plot::Scale;
use crate::{Ending, input};

/// The bars of a place of a chain: what its stage comes to, and what the chain comes to there.
const LINK: [&str; 2] = ["yield of the stage", "share over the chain"];

/// A chain ready to run.
pub(super) struct Ready<'a> {
    own: &'a Links,
    chain: Chain,
    options: SolveOptions,
    groups: Vec<String>,
    /// Names and units of the bars of a group.
    series: Vec<(String, String)>,
    statements: Vec<Statement>,
}

pub(super) fn prepare<'a>(own: &'a Links, context: &Context<'_>) -> Result<Ready<'a>> {
    let (mut file, folder) = input::chain_file(&own.chain, context.folder)?;
    if let Some(times) = own.times {
        file.repeat(times);
    }
    let chain = file.chain(|name| input::network_beside(name, folder.as_deref()))?;
    let defaults = SolveOptions::default();
    let options = SolveOptions { rtol: own.rtol.unwrap_or(defaults.rtol), ..defaults };
    let wrong = |e: String| context.wrong(e);
    let (groups, series, statements) = match (&own.stage, own.bars.as_slice()) {
        (Some(stage), []) => cycles(own, &chain, stage, context)?,
        (None, [_, ..]) if own.show.is_empty() => stages(own, &chain).map_err(wrong)?,
        _ => return Err(wrong("it needs a `stage` and what to `show` of its cycles, or `bars`".into())),
    };
    Ok(Ready { own, chain, options, groups, series, statements })
}

type Prepared = (Vec<String>, Vec<(String, String)>, Vec<Statement>);

/// A group for each cycle of a stage.
fn cycles(own: &Links, chain: &Chain, stage: &str, context: &Context<'_>) -> Result<Prepared> {
    let network = network(chain, stage).map_err(|e| context.wrong(e))?;
    if own.show.is_empty() || own.show.len() > bars::MOST {
        let found = own.show.len();
        return Err(context.wrong(format!("`show` names {found} observables, expected 1 to {}", bars::MOST)));
    }
    let shown = context.observables(network, &own.show)?;
    let groups: Vec<String> = (1..=chain.times()).map(|cycle| format!("cycle {cycle}")).collect();
    let labels: Vec<&str> = groups.iter().map(String::as_str).collect();
    let statements = context.statements(&own.published, network, &shown, &|text| bars::place(text, &labels))?;
    let series = shown.iter().map(|o| (o.name(network), o.display_unit(network).symbol)).collect();
    Ok((groups, series, statements))
}

/// A group for each of the places that are named.
fn stages(own: &Links, chain: &Chain) -> Result<Prepared, String> {
    for link in &own.bars {
        check(link, chain).map_err(|e| format!("`{}`: {e}", link.label))?;
    }
    let groups: Vec<String> = own.bars.iter().map(|b| b.label.clone()).collect();
    let labels: Vec<&str> = groups.iter().map(String::as_str).collect();
    let names = LINK.map(str::to_owned);
    let read = |text: &String| {
        let quantity: Quantity = text.parse().map_err(|e: QuantityError| e.to_string())?;
        Ok(100.0 * quantity.si())
    };
    let statement = |p| {
        let of = own_bar(p, &names)?;
        Statement::with(p, of, &names[of], &read, &|text| bars::place(text, &labels))
    };
    let statements = own.published.iter().map(statement).collect::<Result<_, String>>();
    let statements = statements.map_err(|e| format!("a published value: {e}"))?;
    Ok((groups, names.map(|name| (name, "%".to_owned())).to_vec(), statements))
}

fn own_bar(published: &super::file::Published, names: &[String]) -> Result<usize, String> {
    published.of.as_ref().map_or(Ok(0), |of| Statement::find(of, names))
}

fn network<'a>(chain: &'a Chain, stage: &str) -> Result<&'a Network, String> {
    let found = chain.stages().iter().find(|s| s.name == stage);
    found.map(|s| s.problem.network()).ok_or_else(|| {
        let known: Vec<&str> = chain.stages().iter().map(|s| s.name.as_str()).collect();
        format!("the chain has no stage `{stage}`; there are: {}", known.join(", "))
    })
}

/// Whether the stage, its observable and the figure are there, and are fractions.
fn check(link: &Link, chain: &Chain) -> Result<(), String> {
    match (&link.stage, &link.value) {
        (Some(stage), Some(value)) => {
            let network = network(chain, stage)?;
            let observable = Observable::parse(network, value).map_err(|e| e.to_string())?;
            let unit = observable.display_unit(network).symbol;
            if unit != "%" {
                return Err(format!("`{value}` is in {unit}, expected a fraction"));
            }
        }
        (None, None) if link.figure.is_some() => {}
        _ => return Err("it needs `stage` with `value`, or a `figure`, or all three".into()),
    }
    match &link.figure {
        Some(name) if !chain.figures().any(|f| f.name == *name) => {
            let known: Vec<&str> = chain.figures().map(|f| f.name.as_str()).collect();
            Err(format!("the chain has no figure `{name}`; there are: {}", known.join(", ")))
        }
        _ => Ok(()),
    }
}

impl Ready<'_> {
    /// For each group a value for each bar.
    fn values(&self, result: &ChainResult) -> Vec<Vec<Option<f64>>> {
        let at = |stage: &str, cycle: usize, of: &str| {
            let run = result.run(stage, cycle)?;
            let observable = Observable::parse(run.solution.network(), of).ok()?;
            let unit = observable.display_unit(run.solution.network());
            run.observe(of).ok().flatten().map(|v| v / unit.factor)
        };
        if let Some(stage) = &self.own.stage {
            let shown = &self.own.show;
            let cycles = 1..=self.chain.times();
            return cycles.map(|cycle| shown.iter().map(|of| at(stage, cycle, of)).collect()).collect();
        }
        let link = |link: &Link| {
            let own = link.stage.as_ref().zip(link.value.as_ref());
            let figure = link.figure.as_ref().and_then(|name| result.figure(name)?.value);
            vec![own.and_then(|(stage, of)| at(stage, 1, of)), figure.map(|v| 100.0 * v)]
        };
        self.own.bars.iter().map(link).collect()
    }
}

impl Part for Ready<'_> {
    fn run(&self, context: &Context<'_>) -> Result<Ending> {
        let own = self.own;
        say(&format!("\n{}: {}", own.name, own.title))?;
        let (result, ending) = chain::course(&self.chain, &self.options).map_err(|e| context.within(&own.name, e))?;
        chain::warn(&result);
        let shown = Shown {
            name: &own.name,
            title: &own.title,
            note: &own.note,
            label: own.label.as_ref(),
            scale: Scale::Linear,
            what: if own.stage.is_some() { "cycle" } else { "place" },
            groups: self.groups.clone(),
            series: self.series.clone(),
            values: self.values(&result),
            statements: &self.statements,
        };
        shown.write(context)?;
        Ok(ending)
    }
}
