//! Models that stand on others: files found by the name of their `base`, and merged.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::read::{Format, head};
use super::section::{Reading, Section, in_order};
use super::source::Source;
use crate::error::{Diagnostic, Fault, NetworkError, Place, Result, nearest};

/// Finds the text of a model by name, beside those that lie in files.
pub type Library<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A name or a path of `base` with its span.
type Named = (String, Range<usize>);

/// A model and all that it stands on, bases first.
pub(super) struct Sources<'a> {
    library: Library<'a>,
    pub(super) all: Vec<Source>,
}

/// A file whose bases are being read.
struct Open {
    source: Source,
    bases: std::vec::IntoIter<Named>,
}

impl Open {
    fn new(source: Source) -> Result<Self> {
        Ok(Self { bases: names(&source, &source.parse()?, "base", true)?.into_iter(), source })
    }
}

impl<'a> Sources<'a> {
    /// Reads a model's own text and, before it, its bases.
    pub(super) fn of(source: Source, library: Library<'a>) -> Result<Self> {
        let mut sources = Self { library, all: Vec::new() };
        // Not by recursion, so that no chain of files is too long for the stack.
        let mut open = vec![Open::new(source)?];
        while let Some(mut top) = open.pop() {
            let Some((name, span)) = top.bases.next() else {
                sources.add(top.source);
                continue;
            };
            let place = top.source.place(span);
            let base = sources.find(&name, &top.source, place.clone())?;
            open.push(top);
            if open.iter().any(|o| o.source.id == base.id) {
                return Err(Diagnostic::new(
                    Fault::BaseCircle { name: name.clone() },
                    format!("`{name}`, which stands on this file"),
                    "a base that does not lead back",
                )
                .at(Some(place))
                .into());
            }
            // A part that two bases share counts once, where it came first.
            if !sources.all.iter().any(|read| read.id == base.id) {
                open.push(Open::new(base)?);
            }
        }
        Ok(sources)
    }

    fn add(&mut self, mut source: Source) {
        source.offset = self.all.last().map_or(0, |last| last.offset + last.text.len() + 1);
        self.all.push(source);
    }

    /// The base of a name that stands at a place of a file.
    fn find(&self, name: &str, of: &Source, place: Place) -> Result<Source> {
        let unknown = |found: String| {
            let searched = if of.folder.is_some() { "a model file beside this one, or " } else { "" };
            let fault = Fault::Unknown { kind: "base", name: name.to_owned() };
            let expected = format!("{searched}the name of a model that is part of the program");
            NetworkError::from(Diagnostic::new(fault, found, expected).at(Some(place)))
        };
        let beside = of.folder.iter().flat_map(|f| [f.join(name), f.join(format!("{name}.toml"))]);
        if let Some(path) = beside.into_iter().find(|p| p.is_file()) {
            let bytes = std::fs::read(&path).map_err(|e| unknown(format!("`{name}`, which cannot be read: {e}")))?;
            return Source::new(&bytes, &path.display().to_string(), Format::of(&path), path.parent());
        }
        let short = name.strip_suffix(".toml").unwrap_or(name);
        let text = (self.library)(short).ok_or_else(|| unknown(format!("`{name}`")))?;
        Source::new(text.as_bytes(), &format!("{short}.toml (embedded)"), Format::Toml, None)
    }

    /// The content of all, each laid over those before it.
    pub(super) fn merged(&self, reading: &mut Reading) -> Result<DeTable<'_>> {
        let mut root = DeTable::new();
        for source in &self.all {
            let own = source.parse()?;
            remove(&mut root, source, &own)?;
            if let Some(section) = root.get("model").and_then(|m| Section::of(m, "model".into(), reading)) {
                head(section, reading);
            }
            // Of the bases' own [model] only the source carries over: name, title and notes are of each file.
            if let Some(DeValue::Table(model)) = root.get_mut("model").map(toml::Spanned::get_mut) {
                let kept = std::mem::take(model).into_iter().filter(|(key, _)| key.get_ref() == "source").collect();
                *model = kept;
            }
            let mut own = source.placed(own);
            renew(&mut root, &mut own);
            merge(&mut root, own);
        }
        Ok(root)
    }
}

/// A parameter whose value is given anew keeps its bounds, but not the word on where the old value came from.
fn renew(root: &mut DeTable<'_>, own: &mut DeTable<'_>) {
    let below = root.get_mut("parameters").map(toml::Spanned::get_mut);
    let above = own.get_mut("parameters").map(toml::Spanned::get_mut);
    let (Some(DeValue::Table(below)), Some(DeValue::Table(above))) = (below, above) else { return };
    for (name, value) in above.iter_mut() {
        let Some(old) = below.get_mut(name.get_ref().as_ref()) else { continue };
        spell_out(value);
        spell_out(old);
        if let (DeValue::Table(value), DeValue::Table(old)) = (value.get_ref(), old.get_mut())
            && value.contains_key("value")
        {
            for key in ["origin", "source", "note"] {
                old.remove(key);
            }
        }
    }
}

/// The short form of a parameter as a table with its value alone.
fn spell_out(parameter: &mut toml::Spanned<DeValue<'_>>) {
    if !parameter.get_ref().is_table() {
        let span = parameter.span();
        let value = std::mem::replace(parameter.get_mut(), DeValue::Boolean(false));
        let key = toml::Spanned::new(span.clone(), "value".into());
        let table = DeTable::from_iter([(key, toml::Spanned::new(span.clone(), value))]);
        *parameter = toml::Spanned::new(span, DeValue::Table(table));
    }
}

/// Lays a table over another, key by key; a table goes into a table, anything else replaces what was there.
fn merge<'a>(under: &mut DeTable<'a>, over: DeTable<'a>) {
    for (key, value) in over {
        let Some(below) = under.get_mut(key.get_ref().as_ref()) else {
            under.insert(key, value);
            continue;
        };
        let span = value.span();
        let merged = match (std::mem::replace(below.get_mut(), DeValue::Boolean(false)), value.into_inner()) {
            (DeValue::Table(mut below), DeValue::Table(above)) => {
                merge(&mut below, above);
                DeValue::Table(below)
            }
            (_, above) => above,
        };
        *below = toml::Spanned::new(span, merged);
    }
}

/// Takes out of what lies below what a file says it is `without`.
fn remove(root: &mut DeTable<'_>, source: &Source, own: &DeTable<'_>) -> Result<()> {
    for (path, span) in names(source, own, "without", false)? {
        let (table, entry) = path.split_once('.').unwrap_or((&path, ""));
        let removed = match root.get_mut(table).map(toml::Spanned::get_mut) {
            Some(DeValue::Table(within)) => within.remove(entry),
            _ => None,
        };
        if removed.is_none() {
            let known = entries(root);
            let near = nearest(&path, known.iter().map(String::as_str)).map(|n| format!("did you mean `{n}`?"));
            return Err(Diagnostic::new(
                Fault::Unknown { kind: "entry of the base", name: path.clone() },
                format!("`{path}`"),
                "a table and a name of the base, such as `steps.coupling`",
            )
            .at(Some(source.place(span)))
            .help_if(near)
            .into());
        }
    }
    Ok(())
}

/// What lies in the tables, as `without` names it.
fn entries(root: &DeTable<'_>) -> Vec<String> {
    let tables = in_order(root).into_iter().filter_map(|(name, _, value)| Some((name, value.get_ref().as_table()?)));
    tables.flat_map(|(table, entries)| in_order(entries).into_iter().map(move |e| format!("{table}.{}", e.0))).collect()
}

/// A list of texts under `[model]` of a file, or one text alone.
fn names(source: &Source, table: &DeTable<'_>, key: &str, one: bool) -> Result<Vec<Named>> {
    let Some(DeValue::Table(model)) = table.get("model").map(toml::Spanned::get_ref) else { return Ok(Vec::new()) };
    let Some(value) = model.get(key) else { return Ok(Vec::new()) };
    let wrong = |span: Range<usize>| {
        let expected = if one { "a name, or a list of names" } else { "a list of names" };
        let fault = Fault::Value { what: format!("`model.{key}`") };
        NetworkError::from(Diagnostic::new(fault, "something else", expected).at(Some(source.place(span))))
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
