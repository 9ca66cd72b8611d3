//! What a stored sweep is: everything that its numbers depend on, as plain data.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use ratelaw_network::Network;
use ratelaw_network::units::Quantity;
use serde::{Deserialize, Serialize};

use super::StoreOptions;
use super::describe::{describe, seeds};
use super::digest::sha256;
use super::error::StoreError;
use super::exact::Exact;
use crate::error::{Result, SolveError};
use crate::observe::Observable;
use crate::options::{OnNegative, OnRounding, SolveOptions};
use crate::problem::Problem;
use crate::sweep::row::Layout;
use crate::sweep::{Block, Design, Points, ends};

/// A sweep as plain data. Two plans that are equal give the same bytes, on any machine and number of threads; so a chunk
/// of one may be solved by any program that has this library, see [`WorkItem`](super::WorkItem).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    program: String,
    model: String,
    parameters: BTreeMap<String, Exact>,
    initial: BTreeMap<String, Exact>,
    temperature: Exact,
    potential: Exact,
    t_end: Exact,
    ends_with_protocol: bool,
    method: String,
    rtol: Exact,
    resolution: Exact,
    atol: BTreeMap<String, Exact>,
    refuse_negative: bool,
    /// `report` where rounding is only reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_rounding: Option<String>,
    max_steps: u64,
    /// Most time of a point, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_limit: Option<Exact>,
    observables: Vec<String>,
    amounts: bool,
    design: Design,
    points: u64,
    chunk: u64,
}

/// The number of points in a chunk is the power of two that makes about so many chunks.
const CHUNKS: u64 = 256;
/// Fewest points of a chunk: a file each is too dear for less.
const SMALLEST: u64 = 32;
/// Most points of a chunk, which is what a thread holds in memory, and the most that a kill can cost it.
const LARGEST: u64 = 4096;

impl Plan {
    /// The plan of a sweep over the points of a design.
    ///
    /// # Errors
    /// Everything that is wrong with the design, the options and the observables, before any work.
    pub fn new(problem: &Problem, design: &Design, options: &StoreOptions) -> Result<Self> {
        let StoreOptions { solve, observables, .. } = options;
        ends::check(problem, solve)?;
        let network = problem.network();
        let points = design.resolve(problem)?.len();
        let design = portable(design)?;
        let observables = if observables.is_empty() { &Observable::standard(network) } else { observables };
        // A model that asks for nothing has its amounts as results.
        let amounts = options.amounts || observables.is_empty();
        let automatic = points.div_ceil(CHUNKS).next_power_of_two().clamp(SMALLEST, LARGEST);
        let chunk = options.chunk.unwrap_or(automatic);
        if !(1..=LARGEST * 16).contains(&chunk) {
            let (what, expected) = ("the number of points in a chunk".into(), format!("1 to {}", LARGEST * 16));
            return Err(SolveError::OutOfRange { what, found: chunk.to_string(), expected });
        }
        let named = |names: Vec<&String>, values: &[f64]| {
            names.into_iter().cloned().zip(values.iter().map(|v| Exact(*v))).collect::<BTreeMap<_, _>>()
        };
        let mut atol = BTreeMap::new();
        for (name, given) in &solve.atol {
            let dimension = network.amount_dimension(network.species_id(name)?);
            atol.insert(name.clone(), Exact(given.si_as(dimension, &format!("the absolute tolerance of `{name}`"))?));
        }
        solve.tolerance(problem)?;
        let plan = Self {
            program: concat!("ratelaw ", env!("CARGO_PKG_VERSION")).to_owned(),
            model: network.to_toml(),
            parameters: named(network.parameters().iter().map(|p| &p.name).collect(), problem.parameters()),
            initial: named(network.species().iter().map(|s| &s.name).collect(), problem.initial()),
            temperature: Exact(problem.conditions().temperature),
            potential: Exact(problem.conditions().potential),
            t_end: Exact(problem.t_end()),
            ends_with_protocol: problem.ends_with_protocol(),
            method: solve.method.word().to_owned(),
            rtol: Exact(solve.rtol),
            resolution: Exact(solve.resolution),
            atol,
            refuse_negative: solve.on_negative == OnNegative::Fail,
            on_rounding: (solve.on_rounding == OnRounding::Report).then(|| "report".to_owned()),
            max_steps: solve.max_steps as u64,
            time_limit: solve.time_limit.map(|limit| Exact(limit.as_secs_f64())),
            observables: observables.iter().map(|o| o.name(network)).collect(),
            amounts,
            design,
            points,
            chunk,
        };
        let prepared = plan.prepare()?;
        if prepared.problem.network() != network {
            return Err(StoreError::ModelAsText { model: network.name().to_owned() }.into());
        }
        let columns = prepared.layout.columns();
        if let Some((_, twice)) =
            columns.iter().enumerate().find(|(i, c)| columns[..*i].iter().any(|o| o.name == c.name))
        {
            let (found, expected) = ("given twice".into(), "each axis and observable once".into());
            return Err(SolveError::OutOfRange { what: format!("the column `{}`", twice.name), found, expected });
        }
        Ok(plan)
    }

    /// The program and version that made it.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Which points are solved.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// How many points there are.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// How many chunks the points are cut into.
    pub fn chunks(&self) -> u64 {
        self.points.div_ceil(self.chunk)
    }

    /// How many points a chunk has; the last may have fewer.
    pub(super) fn chunk_size(&self) -> u64 {
        self.chunk
    }

    /// The points of a chunk.
    pub fn range(&self, chunk: u64) -> Range<u64> {
        let start = (chunk * self.chunk).min(self.points);
        start..(start + self.chunk).min(self.points)
    }

    /// SHA-256 of the model as TOML and of all values that are set, in hexadecimal.
    pub fn model_hash(&self) -> String {
        let settings = (&self.parameters, &self.initial, self.temperature, self.potential, self.t_end);
        let settings = serde_json::to_string(&settings).unwrap_or_default();
        sha256(&[self.model.as_bytes(), settings.as_bytes()])
    }

    /// SHA-256 of the whole plan, in hexadecimal: equal for plans that give the same bytes.
    pub fn hash(&self) -> String {
        sha256(&[serde_json::to_string(self).unwrap_or_default().as_bytes()])
    }

    /// Where the numbers come from, as key and text: model and its hash, all values that are set, method, tolerances, design,
    /// seed, version. They stand in every file of the sweep.
    ///
    /// # Errors
    /// A plan that was changed so that its model or its names make no sense.
    pub fn provenance(&self) -> Result<Vec<(String, String)>> {
        Ok(self.notes(&self.prepare()?))
    }

    /// Reads the model and looks all names up.
    pub(super) fn prepare(&self) -> Result<Prepared> {
        let network = Network::from_toml(&self.model, "the model of the plan")?;
        let take = |name: &String, values: &BTreeMap<String, Exact>| values.get(name).map(|v| v.0);
        let parameters: Option<Vec<f64>> =
            network.parameters().iter().map(|p| take(&p.name, &self.parameters)).collect();
        let initial: Option<Vec<f64>> = network.species().iter().map(|s| take(&s.name, &self.initial)).collect();
        let conditions = (self.temperature.0, self.potential.0);
        let length = (self.t_end.0, self.ends_with_protocol);
        let problem = parameters
            .zip(initial)
            .and_then(|(p, y)| Problem::restored(network, p, y, conditions, length))
            .ok_or(StoreError::Incomplete)?;
        let network = problem.network();
        let mut atol = Vec::new();
        for (name, value) in &self.atol {
            let dimension = network.amount_dimension(network.species_id(name)?);
            atol.push((name.clone(), Quantity::from_si(value.0, dimension)));
        }
        let solve = SolveOptions {
            method: self.method.parse()?,
            rtol: self.rtol.0,
            resolution: self.resolution.0,
            atol,
            on_negative: if self.refuse_negative { OnNegative::Fail } else { OnNegative::Report },
            on_rounding: if self.on_rounding.is_some() { OnRounding::Report } else { OnRounding::Fail },
            max_steps: self.max_steps as usize,
            time_limit: self
                .time_limit
                .map(|limit| Duration::try_from_secs_f64(limit.0))
                .transpose()
                .map_err(|_| StoreError::Incomplete)?,
            stop: None,
            sensitivities: Vec::new(),
            all_turnovers: false,
        };
        ends::check(&problem, &solve)?;
        let points = self.design.resolve(&problem)?;
        if points.len() != self.points || self.chunk == 0 {
            return Err(StoreError::Incomplete.into());
        }
        let observables: Vec<Observable> =
            self.observables.iter().map(|name| Observable::parse(network, name)).collect::<Result<_>>()?;
        let layout = Layout::new(network, points.variables(), &observables, self.amounts);
        Ok(Prepared { problem, points, observables, solve, layout })
    }

    /// Where the numbers come from, as the notes of every table of this project, and what a stored sweep adds.
    pub(super) fn notes(&self, prepared: &Prepared) -> Vec<(String, String)> {
        let mut notes = prepared.problem.notes();
        notes.push(prepared.solve.note());
        let mut tolerances =
            format!("rtol {:e}, resolution {:e}, max_steps {}", self.rtol.0, self.resolution.0, self.max_steps);
        if let Some(limit) = self.time_limit {
            tolerances.push_str(&format!(", time_limit {} s", limit.0));
        }
        for (name, value) in &self.atol {
            tolerances.push_str(&format!(", atol {name} = {:e} (SI)", value.0));
        }
        let mut note = |key: &str, value: String| notes.push((key.to_owned(), value));
        note("tolerances", tolerances);
        note("design", describe(&self.design));
        note("seed", seeds(&self.design));
        note("points", self.points.to_string());
        note("model_sha256", self.model_hash());
        note("plan_sha256", self.hash());
        notes
    }
}

/// The design as it is stored: without the folder of a table, so that another place of it makes no other plan.
///
/// # Errors
/// A design that does not survive as text.
fn portable(design: &Design) -> Result<Design> {
    let mut design = design.clone();
    for block in &mut design.blocks {
        if let Block::Table(table) = block
            && let Some(name) = Path::new(&table.source).file_name()
        {
            table.source = name.to_string_lossy().into_owned();
        }
    }
    let text = serde_json::to_string(&design).unwrap_or_default();
    match serde_json::from_str::<Design>(&text) {
        Ok(again) if again == design => Ok(design),
        _ => Err(StoreError::DesignAsText { design: describe(&design) }.into()),
    }
}

/// A plan with its names looked up, ready to be solved.
pub(super) struct Prepared {
    pub(super) problem: Problem,
    pub(super) points: Points,
    pub(super) observables: Vec<Observable>,
    pub(super) solve: SolveOptions,
    pub(super) layout: Layout,
}
