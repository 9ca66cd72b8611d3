//! The chain file (TOML).

use std::fmt::Display;
use std::path::Path;

use ratelaw_network::units::{Dimension, Number, Quantity};
use ratelaw_network::{Network, Origin};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::error::{ChainError, ChainFault, ChainPlace, ChainProblem};
use super::figure::{Figure, FigureKind, Per, Tally};
use super::sequence::Chain;
use super::stage::{ChainStage, Receive};
use crate::problem::Problem;

/// A chain file that was read: models are not looked up yet, and values can still be set.
#[derive(Debug, Clone)]
pub struct ChainFile {
    plan: Plan,
    file: String,
    text: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    chain: Heading,
    #[serde(default)]
    stage: Vec<Spanned<StageEntry>>,
    #[serde(default)]
    figure: Vec<Spanned<FigureEntry>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    source: String,
    #[serde(default = "once")]
    times: usize,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageEntry {
    name: String,
    model: String,
    #[serde(default)]
    set: toml::Table,
    t_end: Option<String>,
    #[serde(default)]
    receive: Vec<Spanned<ReceiveEntry>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiveEntry {
    from: String,
    #[serde(deserialize_with = "one_or_more")]
    species: Vec<String>,
    #[serde(default, rename = "as", deserialize_with = "one_or_more")]
    target: Vec<String>,
    recovery: Option<toml::Value>,
    origin: Option<String>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    add: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FigureEntry {
    name: String,
    product: Tally,
    feed: Option<Tally>,
    by: Option<String>,
    per: Option<Per>,
    energy: Option<Vec<String>>,
}

fn once() -> usize {
    1
}

/// A text or a list of texts.
pub(super) fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or a list of texts")]
    enum Texts {
        One(String),
        More(Vec<String>),
    }
    Ok(match Texts::deserialize(deserializer)? {
        Texts::One(text) => vec![text],
        Texts::More(texts) => texts,
    })
}

fn value(what: &str, found: impl Display, expected: &str) -> ChainProblem {
    ChainProblem::Value { what: what.to_owned(), found: found.to_string(), expected: expected.to_owned() }
}

impl ChainFile {
    /// Reads a chain file.
    ///
    /// # Errors
    /// [`ChainError::Read`] if there is no such file, [`ChainError::Syntax`] if it is no chain.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ChainError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|e| ChainError::Read { path: path.to_owned(), reason: e.to_string() })?;
        Self::from_toml(&text, &path.display().to_string())
    }

    /// Reads the text of a chain file; `file` is the name that messages give it.
    ///
    /// # Errors
    /// [`ChainError::Syntax`] if it is no chain.
    pub fn from_toml(text: &str, file: &str) -> Result<Self, ChainError> {
        let plan = toml::from_str(text)
            .map_err(|e| ChainError::Syntax { file: file.to_owned(), reason: e.to_string().trim_end().to_owned() })?;
        Ok(Self { plan, file: file.to_owned(), text: text.to_owned() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.plan.chain.name
    }

    /// Names of its stages, in order.
    pub fn stages(&self) -> impl Iterator<Item = &str> {
        self.plan.stage.iter().map(|s| s.get_ref().name.as_str())
    }

    /// Sets a parameter, an initial amount, `potential` or `temperature` of a stage, in place of what the file sets.
    ///
    /// # Errors
    /// [`ChainError::Invalid`] for a stage that is not there. The name and the value are looked at by
    /// [`ChainFile::chain`].
    pub fn set(&mut self, stage: &str, name: &str, value: &str) -> Result<(), ChainError> {
        let known: Vec<String> = self.stages().map(str::to_owned).collect();
        match self.plan.stage.iter_mut().find(|s| s.get_ref().name == stage) {
            Some(entry) => {
                entry.get_mut().set.insert(name.to_owned(), toml::Value::String(value.to_owned()));
                Ok(())
            }
            None => {
                let problem = ChainProblem::UnknownStage { name: stage.to_owned(), known };
                let within = format!("`{stage}.{name}={value}`");
                Err(ChainError::Invalid(vec![ChainFault { place: ChainPlace::Chain, within, line: None, problem }]))
            }
        }
    }

    /// Sets how often the chain runs, in place of what the file says.
    pub fn repeat(&mut self, times: usize) {
        self.plan.chain.times = times;
    }

    /// The checked chain; `models` gives the network of a name.
    ///
    /// # Errors
    /// [`ChainError::Invalid`] with the faults, each with its line: models that are not there, values that cannot be
    /// read, and what [`Chain::new`], [`Chain::repeated`] and [`Chain::with_figures`] refuse.
    pub fn chain<E: Display>(&self, mut models: impl FnMut(&str) -> Result<Network, E>) -> Result<Chain, ChainError> {
        let mut faults = Vec::new();
        let mut stages = Vec::new();
        // Which entry of the file each receive of a stage comes from: one entry may name several species.
        let mut entries: Vec<Vec<usize>> = Vec::new();
        for (i, entry) in self.plan.stage.iter().enumerate() {
            let (own, at) = (entry.get_ref(), entry.span().start);
            let within = format!("stage `{}`", own.name);
            match problem(own, &mut models) {
                Ok(problem) => stages.push(ChainStage::new(&own.name, problem)),
                Err(problem) => faults.push(self.fault(at, ChainPlace::Stage(i), within.clone(), problem)),
            }
            let mut from = Vec::new();
            for (k, receive) in own.receive.iter().enumerate() {
                match receives(receive.get_ref()) {
                    Ok(receives) => {
                        from.extend(receives.iter().map(|_| k));
                        // Without a problem the chain is refused below, so its receives have no place to go.
                        if let Some(stage) = stages.last_mut().filter(|s| s.name == own.name) {
                            stage.receives.extend(receives);
                        }
                    }
                    Err(problem) => {
                        let place = ChainPlace::Receive(i, k);
                        let within = format!("{within}, which receives from `{}`", receive.get_ref().from);
                        faults.push(self.fault(receive.span().start, place, within, problem));
                    }
                }
            }
            entries.push(from);
        }
        let mut figures = Vec::new();
        for (i, entry) in self.plan.figure.iter().enumerate() {
            match figure(entry.get_ref()) {
                Ok(figure) => figures.push(figure),
                Err(problem) => {
                    let within = format!("figure `{}`", entry.get_ref().name);
                    faults.push(self.fault(entry.span().start, ChainPlace::Figure(i), within, problem));
                }
            }
        }
        if !faults.is_empty() {
            return Err(ChainError::Invalid(faults));
        }
        let Heading { name, title, source, times } = &self.plan.chain;
        let chain = Chain::new(stages).and_then(|c| c.repeated(*times)).and_then(|c| c.with_figures(figures));
        let chain = chain.map_err(|error| self.located(error, &entries))?;
        Ok(Chain { name: name.clone(), title: title.clone(), source: source.clone(), ..chain })
    }

    fn fault(&self, at: usize, place: ChainPlace, within: String, problem: ChainProblem) -> ChainFault {
        ChainFault { place, within, line: Some((self.file.clone(), self.line(at))), problem }
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
    }

    /// Says the lines of the faults of a chain.
    fn located(&self, error: ChainError, entries: &[Vec<usize>]) -> ChainError {
        let ChainError::Invalid(mut faults) = error else { return error };
        for fault in &mut faults {
            let at = match fault.place {
                ChainPlace::Chain => self.text.find("[chain]"),
                ChainPlace::Stage(i) => self.plan.stage.get(i).map(|s| s.span().start),
                ChainPlace::Receive(i, k) => {
                    let stage = self.plan.stage.get(i).map(Spanned::get_ref);
                    let entry = entries.get(i).and_then(|own| own.get(k));
                    stage.zip(entry).and_then(|(s, k)| s.receive.get(*k)).map(|r| r.span().start)
                }
                ChainPlace::Figure(i) => self.plan.figure.get(i).map(|f| f.span().start),
            };
            fault.line = at.map(|at| (self.file.clone(), self.line(at)));
        }
        ChainError::Invalid(faults)
    }
}

/// The problem of a stage.
fn problem<E: Display>(
    own: &StageEntry,
    models: &mut impl FnMut(&str) -> Result<Network, E>,
) -> Result<Problem, ChainProblem> {
    let network = models(&own.model).map_err(|e| ChainProblem::Model { reason: e.to_string() })?;
    let mut builder = Problem::builder(&network);
    for (name, value) in &own.set {
        builder = match value {
            toml::Value::String(text) => builder.set_text(name, text),
            toml::Value::Float(v) => builder.set(name, Number(*v)),
            toml::Value::Integer(v) => builder.set(name, Number(*v as f64)),
            other => return Err(self::value(&format!("set.{name}"), other.type_str(), "a quantity")),
        };
    }
    if let Some(t_end) = &own.t_end {
        builder = builder.until(t_end.as_str());
    }
    Ok(builder.build()?)
}

/// What one entry receives, a species each.
fn receives(own: &ReceiveEntry) -> Result<Vec<Receive>, ChainProblem> {
    if own.species.is_empty() {
        return Err(ChainProblem::Nothing { what: "species", expected: "one species or more" });
    }
    if !own.target.is_empty() && own.target.len() != own.species.len() {
        let found = format!("{} names", own.target.len());
        return Err(value("as", found, &format!("as many as species, {}", own.species.len())));
    }
    let recovery = own.recovery.as_ref().map(recovery).transpose()?;
    let words = || Origin::ALL.map(Origin::word).join(", ");
    let origin = own.origin.as_ref().map(|word| Origin::from_word(word).ok_or_else(|| value("origin", word, &words())));
    let origin = origin.transpose()?;
    if recovery.is_some() && origin.is_none() {
        return Err(ChainProblem::NoOrigin);
    }
    let targets = if own.target.is_empty() { &own.species } else { &own.target };
    let one = |(species, target): (&String, &String)| Receive {
        from: own.from.clone(),
        species: species.clone(),
        target: target.clone(),
        recovery: recovery.unwrap_or(1.0),
        origin,
        note: own.note.clone(),
        add: own.add,
    };
    Ok(own.species.iter().zip(targets).map(one).collect())
}

/// A part: `"99 %"` or 0.99.
fn recovery(given: &toml::Value) -> Result<f64, ChainProblem> {
    let wrong = || value("recovery", given, "a part such as \"99 %\" or 0.99");
    match given {
        toml::Value::Float(part) => Ok(*part),
        toml::Value::Integer(part) => Ok(*part as f64),
        toml::Value::String(text) => {
            let quantity: Quantity = text.parse().map_err(|_| wrong())?;
            quantity.si_as(Dimension::NONE, "recovery").map_err(|_| wrong())
        }
        _ => Err(wrong()),
    }
}

fn figure(own: &FigureEntry) -> Result<Figure, ChainProblem> {
    let (name, product) = (own.name.clone(), own.product.clone());
    let kind = match (&own.energy, &own.feed, &own.by) {
        (Some(stages), None, None) if own.per.is_none() => FigureKind::Energy { stages: stages.clone(), product },
        (None, Some(feed), Some(by)) => {
            FigureKind::Share { product, feed: feed.clone(), by: by.clone(), per: own.per.unwrap_or_default() }
        }
        _ => {
            let expected = "`feed` and `by` (and perhaps `per`), or `energy` without them";
            return Err(value("the figure", "neither a share nor an energy", expected));
        }
    };
    Ok(Figure { name, kind })
}
