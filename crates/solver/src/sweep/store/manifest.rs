//! What a folder of chunks says of itself.

use ratelaw_network::units::Quantity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::{Plan, Prepared};
use super::shard::Shard;
use crate::table::Column;

/// The format of manifests and chunks.
const FORMAT: u32 = 1;

/// The plan of a begun sweep, and what a reader without this program wants to know of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    pub(super) shard: Shard,
    pub(super) points: u64,
    pub(super) chunks: u64,
    /// Columns of what is varied, which come first.
    pub(super) varied: usize,
    pub(super) plan_sha256: String,
    pub(super) columns: Vec<Column>,
    pub(super) notes: Vec<(String, String)>,
    pub(super) plan: Plan,
}

impl Manifest {
    pub(super) fn new(plan: Plan, prepared: &Prepared, shard: Shard) -> Self {
        Self {
            format: FORMAT,
            shard,
            points: plan.points(),
            chunks: plan.chunks(),
            varied: prepared.points.variables().len(),
            plan_sha256: plan.hash(),
            columns: prepared.layout.columns(),
            notes: plan.notes(prepared),
            plan,
        }
    }

    /// Reads a manifest; an error says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| format!("its manifest cannot be read: {e}"))?;
        if value["format"] != FORMAT {
            return Err(format!("its manifest has format {}, this program reads format {FORMAT}", value["format"]));
        }
        let manifest: Self =
            serde_json::from_value(value).map_err(|e| format!("its manifest cannot be understood: {e}"))?;
        if manifest.plan.hash() != manifest.plan_sha256 {
            return Err("its manifest was changed: the plan does not have the hash that stands beside it".to_owned());
        }
        Ok(manifest)
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// How many points a shard has: every chunk is full but for the very last.
    pub(super) fn points_of(&self, shard: Shard) -> u64 {
        let full = shard.count(self.chunks) * self.plan.chunk_size();
        let last = self.chunks.saturating_sub(1);
        let range = self.plan.range(last);
        if shard.has(last) { full - (self.plan.chunk_size() - (range.end - range.start)) } else { full }
    }
}

/// What differs between two plans, one line each: `max_steps is 100 there, 200 here`.
pub(super) fn differences(there: &Plan, here: &Plan) -> Vec<String> {
    let value = |plan: &Plan| serde_json::to_value(plan).unwrap_or_default();
    let mut lines = Vec::new();
    compare("", &value(there), &value(here), &mut lines);
    // Two tables may differ in every cell.
    let more = lines.len().saturating_sub(NAMED);
    lines.truncate(NAMED);
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines
}

/// What differs between the notes of two results, in the order of those here.
pub(super) fn unlike_notes(there: &[(String, String)], here: &[(String, String)]) -> Vec<String> {
    let differs = |(key, new): &(String, String)| {
        let old = there.iter().find(|(k, _)| k == key).map_or("not given", |(_, v)| v.as_str());
        // As they stand in a line of CSV.
        let new = new.replace('\n', " ");
        let old = old.replace('\n', " ");
        (old != new).then(|| {
            let alike = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
            format!("{key} is {} there, {} here", from(alike, &old), from(alike, &new))
        })
    };
    here.iter().filter_map(differs).collect()
}

/// Most differences that are named.
const NAMED: usize = 20;

/// Longest value that a line shows.
const LONGEST: usize = 60;

fn compare(path: &str, there: &Value, here: &Value, lines: &mut Vec<String>) {
    match (there, here) {
        (a, b) if a == b => {}
        (Value::Object(a), Value::Object(b)) => {
            let only_here = b.keys().filter(|k| !a.contains_key(*k));
            for key in a.keys().chain(only_here) {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&inner, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), lines);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{path}[{}]", i + 1), a, b, lines);
            }
        }
        (Value::String(a), Value::String(b)) if path == "model" => lines.push(model(a, b)),
        (a, b) => {
            let show = |v: &Value| match v {
                Value::Null => "not given".to_owned(),
                Value::Number(n) if n.is_f64() => Quantity::number(n.as_f64().unwrap_or_default()).to_string(),
                other => shortened(&other.to_string()),
            };
            lines.push(format!("{path} is {} there, {} here", show(a), show(b)));
        }
    }
}

/// A text whose first characters are alike in another: of a long one, not all of these.
fn from(alike: usize, text: &str) -> String {
    let skipped = alike.saturating_sub(LONGEST / 2);
    let text: String = text.chars().skip(skipped).collect();
    format!("{}{}", if skipped > 0 { "..." } else { "" }, shortened(&text))
}

fn shortened(text: &str) -> String {
    let more = if text.chars().count() > LONGEST { "..." } else { "" };
    format!("{}{more}", text.chars().take(LONGEST).collect::<String>())
}

/// The first line in which two model files differ.
fn model(there: &str, here: &str) -> String {
    let differ = there.lines().zip(here.lines()).find(|(a, b)| a != b);
    match differ {
        Some((a, b)) => format!("the model has `{a}` there, `{b}` here"),
        None => format!("the model has {} lines there, {} here", there.lines().count(), here.lines().count()),
    }
}
