//! Models that stand on others: files found by the name of their `base`, and merged.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::read::Format;
use super::section::in_order;
use super::source::Source;
use crate::error::{Diagnostic, Fault, nearest};

/// Finds the text of a model by name, beside those that lie in files.
pub type Library<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A name or a path of `base` with its span.
type Named = (String, Range<usize>);

/// A model and all that it stands on, bases first.
pub(super) struct Sources<'a> {
    library: Library<'a>,
    pub(super) all: Vec<Source>,
    /// What is being read, to see a circle; and what was read.
    open: Vec<String>,
    read: Vec<String>,
}

/// What stands at a name of `base`.
struct Found {
    id: String,
    name: String,
    bytes: Vec<u8>,
    folder: Option<PathBuf>,
}

impl<'a> Sources<'a> {
    /// Reads a model's own text and, before it, its bases.
    pub(super) fn of(source: Source, library: Library<'a>) -> Result<Self, Diagnostic> {
        let mut sources = Self { library, all: Vec::new(), open: vec![source.name.clone()], read: Vec::new() };
        sources.add(source)?;
        Ok(sources)
    }

    fn add(&mut self, mut source: Source) -> Result<(), Diagnostic> {
        for (name, span) in names(&source, "base", true)? {
            let place = source.place(span);
            let Some(found) = self.find(&name, source.folder.as_deref()) else {
                let searched = if source.folder.is_some() { "a model file beside this one, or" } else { "the name of" };
                return Err(Diagnostic::new(
                    Fault::Unknown { kind: "base", name: name.clone() },
                    format!("`{name}`"),
                    format!("{searched} a model that is part of the program"),
                )
                .at(Some(place)));
            };
            if self.open.contains(&found.id) {
                return Err(Diagnostic::new(
                    Fault::BaseCircle { name: name.clone() },
                    format!("`{name}`, which stands on this file"),
                    "a base that does not lead back",
                )
                .at(Some(place)));
            }
            // A part that two bases share counts once, where it came first.
            if self.read.contains(&found.id) {
                continue;
            }
            let json = Path::new(&found.name).extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
            let format = if json { Format::Json } else { Format::Toml };
            let base = Source::new(&found.bytes, &found.name, format, found.folder)?;
            self.open.push(found.id.clone());
            self.add(base)?;
            self.open.pop();
            self.read.push(found.id);
        }
        source.offset = self.all.last().map_or(0, |last| last.offset + last.text.len() + 1);
        self.all.push(source);
        Ok(())
    }

    fn find(&self, name: &str, folder: Option<&Path>) -> Option<Found> {
        let beside = folder.into_iter().flat_map(|f| [f.join(name), f.join(format!("{name}.toml"))]);
        if let Some(path) = beside.into_iter().find(|p| p.is_file()) {
            let bytes = std::fs::read(&path).ok()?;
            let id = path.canonicalize().unwrap_or_else(|_| path.clone()).display().to_string();
            return Some(Found {
                id,
                name: path.display().to_string(),
                bytes,
                folder: path.parent().map(Path::to_path_buf),
            });
        }
        let short = name.strip_suffix(".toml").unwrap_or(name);
        let text = (self.library)(short)?;
        let name = format!("{short}.toml (embedded)");
        Some(Found { id: name.clone(), name, bytes: text.into_bytes(), folder: None })
    }

    /// The content of all, each laid over those before it.
    pub(super) fn merged(&self) -> Result<DeTable<'_>, Diagnostic> {
        let mut root = DeTable::new();
        for source in &self.all {
            remove(&mut root, source)?;
            // Of the bases' own [model] only the source carries over: name, title and notes are of each file.
            if let Some(DeValue::Table(model)) = root.get_mut("model").map(toml::Spanned::get_mut) {
                let kept = std::mem::take(model).into_iter().filter(|(key, _)| key.get_ref() == "source").collect();
                *model = kept;
            }
            let mut own = source.parse()?;
            if let Some(DeValue::Table(model)) = own.get_mut("model").map(toml::Spanned::get_mut) {
                model.remove("base");
                model.remove("without");
            }
            merge(&mut root, source.placed(own));
        }
        Ok(root)
    }
}

/// Lays a table over another, key by key; a table goes into a table, anything else replaces what was there.
fn merge<'a>(under: &mut DeTable<'a>, over: DeTable<'a>) {
    for (key, value) in over {
        match under.get_mut(key.get_ref().as_ref()) {
            Some(below) => match (below.get_mut(), value) {
                (DeValue::Table(below), value) if value.get_ref().is_table() => {
                    if let DeValue::Table(above) = value.into_inner() {
                        merge(below, above);
                    }
                }
                (_, value) => *below = value,
            },
            None => {
                under.insert(key, value);
            }
        }
    }
}

/// Takes out of what lies below what a file says it is `without`.
fn remove(root: &mut DeTable<'_>, source: &Source) -> Result<(), Diagnostic> {
    for (path, span) in names(source, "without", false)? {
        let (table, entry) = path.split_once('.').unwrap_or((&path, ""));
        let within = match root.get_mut(table).map(toml::Spanned::get_mut) {
            Some(DeValue::Table(within)) => Some(within),
            _ => None,
        };
        let known = within.as_ref().map_or(Vec::new(), |t| {
            in_order(t).into_iter().map(|(name, ..)| format!("{table}.{name}")).collect::<Vec<_>>()
        });
        if within.and_then(|t| t.remove(entry)).is_none() {
            let near = nearest(&path, known.iter().map(String::as_str)).map(|n| format!("did you mean `{n}`?"));
            return Err(Diagnostic::new(
                Fault::Unknown { kind: "entry of the base", name: path.clone() },
                format!("`{path}`"),
                "a table and a name of the base, such as `steps.coupling`",
            )
            .at(Some(source.place(span)))
            .help_if(near));
        }
    }
    Ok(())
}

/// A list of texts under `[model]`, or one text alone.
fn names(source: &Source, key: &str, one: bool) -> Result<Vec<Named>, Diagnostic> {
    let table = source.parse()?;
    let Some(DeValue::Table(model)) = table.get("model").map(toml::Spanned::get_ref) else { return Ok(Vec::new()) };
    let Some(value) = model.get(key) else { return Ok(Vec::new()) };
    let wrong = |span: Range<usize>| {
        let expected = if one { "a name, or a list of names" } else { "a list of names" };
        let fault = Fault::Value { what: format!("`model.{key}`") };
        Diagnostic::new(fault, "something else", expected).at(Some(source.place(span)))
    };
    match value.get_ref() {
        DeValue::String(name) if one => Ok(vec![(name.to_string(), value.span())]),
        DeValue::Array(array) => array
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(name) => Ok((name.to_string(), item.span())),
                _ => Err(wrong(item.span())),
            })
            .collect(),
        _ => Err(wrong(value.span())),
    }
}
