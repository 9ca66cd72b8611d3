//! Reads a model file into a definition, then checks it.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::base::{Library, Sources};
use super::places::Places;
use super::protocol::lines;
use super::section::{KEY, Reading, Section, in_order, join};
use super::source::Source;
use crate::check::check;
use crate::conditions::Reference;
use crate::definition::{Definition, NamedObservable, ReferencePotential, RunDefaults};
use crate::error::{Diagnostic, Diagnostics, Fault, QuantityError, Result};
use crate::expression::Expression;
use crate::network::Network;
use crate::parameter::{Origin, Parameter, ParameterValue, Scale, starts_as_number};
use crate::phase::{Electrode, Phase, PhaseKind, SiteType};
use crate::rate::{Constant, Law, LawKind, Measures};
use crate::species::{Composition, Species};
use crate::step::Step;
use crate::units::Quantity;

/// How a model is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Toml,
    Json,
}

impl Format {
    /// By the ending of a file's name.
    pub(crate) fn of(path: &Path) -> Self {
        let is_json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
        if is_json { Self::Json } else { Self::Toml }
    }
}

/// Reads and checks a model and what it stands on; `file` is its name in messages, `folder` where its bases lie.
pub(crate) fn read(
    bytes: &[u8],
    file: &str,
    format: Format,
    folder: Option<&Path>,
    library: Library<'_>,
) -> Result<Network> {
    let source = Source::new(bytes, file, format, folder)?;
    let sources = Sources::of(source, library)?;
    let places = Places::of_files(sources.all.iter().map(|s| (s.name.as_str(), s.text.as_str())));
    let mut reading = Reading { places, faults: Diagnostics::default() };
    let root = sources.merged(&mut reading)?;
    let definition = define(&root, &mut reading);
    let Reading { places, faults } = reading;
    // What could not be read would raise follow-up faults, so checking waits until reading is clean.
    faults.into_result()?;
    check(definition, &places)
}

/// What a model, or one of its bases, says of itself.
pub(super) fn head(mut model: Section<'_>, reading: &mut Reading) -> Definition {
    let mut text = |key| model.text(key, reading).unwrap_or_default();
    let (name, title, source, notes) = (text("name"), text("title"), text("source"), text("notes"));
    // Were followed before any content was read.
    for key in ["base", "without"] {
        model.raw(key, reading);
    }
    model.finish(reading);
    Definition { name, title, source, notes, ..Definition::default() }
}

fn define(root: &DeTable<'_>, reading: &mut Reading) -> Definition {
    let mut definition = Definition::default();
    let mut top = Section::new(root, String::new());
    if let Some(value) = top.raw("model", reading) {
        if let Some(model) = Section::of(value, "model".into(), reading) {
            if !model.table().contains_key("name") {
                model.missing("name", "a text", reading);
            }
            definition = head(model, reading);
        }
    } else {
        top.missing("model", "a table with the model's name", reading);
    }
    if let Some(value) = top.raw("run", reading)
        && let Some(section) = Section::of(value, "run".into(), reading)
    {
        definition.run = run(section, reading);
    }
    definition.phases = each(&mut top, "phases", reading, phase, None);
    definition.sites = each(&mut top, "sites", reading, site, None);
    definition.species = each(&mut top, "species", reading, |n, s, r| Some(species(n, s, r)), None);
    definition.parameters = each(&mut top, "parameters", reading, parameter, Some(short_parameter));
    definition.steps = each(&mut top, "steps", reading, |n, s, r| Some(step(n, s, r)), None);
    definition.observables = each(&mut top, "observables", reading, observable, Some(short_observable));
    definition.references = each(&mut top, "references", reading, reference_potential, None);
    top.finish(reading);
    definition
}

/// The short form of an item, its value alone: `k1 = "2 1/s"`.
type Short<T> = fn(&str, &str, &toml::Spanned<DeValue<'_>>, &mut Reading) -> Option<T>;

/// Reads every table within a table.
fn each<T>(
    top: &mut Section<'_>,
    key: &'static str,
    reading: &mut Reading,
    one: fn(&str, Section<'_>, &mut Reading) -> Option<T>,
    short: Option<Short<T>>,
) -> Vec<T> {
    let Some(value) = top.raw(key, reading) else { return Vec::new() };
    let Some(group) = Section::of(value, key.to_owned(), reading) else { return Vec::new() };
    let mut items = Vec::new();
    for (name, key_span, value) in in_order(group.table()) {
        let path = join(key, name);
        let section = match (value.get_ref(), short) {
            (DeValue::Table(table), _) => {
                reading.places.insert(path.clone(), key_span);
                Section::new(table, path)
            }
            (_, Some(short)) => {
                reading.places.insert(join(&path, "value"), value.span());
                reading.places.insert(path.clone(), key_span);
                items.extend(short(name, &path, value, reading));
                continue;
            }
            (_, None) => {
                reading.wrong(&path, value, "a table of keys and values");
                continue;
            }
        };
        items.extend(one(name, section, reading));
    }
    items
}

fn run(mut section: Section<'_>, reading: &mut Reading) -> RunDefaults {
    let reference = section.text("reference", reading).and_then(|word| reference("run.reference", &word, reading));
    let defaults = RunDefaults {
        temperature: section.quantity("temperature", "298.15 K", reading),
        potential: section.quantity("potential", "2.0 V", reading),
        reference,
        ph: section.number("pH", reading),
        t_end: section.quantity("t_end", "10 h", reading),
        protocol: section.raw("protocol", reading).map_or(Vec::new(), |v| lines("run.protocol", v, reading)),
        feed: section.text("feed", reading),
        products: section.texts("products", reading),
    };
    section.finish(reading);
    defaults
}

fn phase(name: &str, mut section: Section<'_>, reading: &mut Reading) -> Option<Phase> {
    let word = section.required_text("kind", reading)?;
    let kind = match word.as_str() {
        "solution" => {
            section.required_quantity("volume", "15 mL", reading).map(|volume| PhaseKind::Solution { volume })
        }
        "gas" => section.required_quantity("volume", "15 mL", reading).map(|volume| PhaseKind::Gas { volume }),
        "electrode" => {
            let (area, roughness) = area(&mut section, reading);
            let path = join(section.path(), "resistance");
            let resistance = section.raw("resistance", reading).and_then(|value| constant(&path, value, reading));
            let counter = section.flag("counter", reading);
            area.map(|area| PhaseKind::Electrode(Electrode { area, roughness, resistance, counter }))
        }
        "surface" => {
            let (area, roughness) = area(&mut section, reading);
            area.map(|area| PhaseKind::Surface { area, roughness })
        }
        "reservoir" => Some(PhaseKind::Reservoir),
        "abstract" => Some(PhaseKind::Abstract),
        _ => {
            let place = reading.places.of(&join(section.path(), "kind"));
            reading.faults.push(Diagnostic::unknown("kind of phase", &word, &PhaseKind::WORDS).at(place));
            return None;
        }
    };
    section.finish(reading);
    Some(Phase { name: name.to_owned(), kind: kind? })
}

fn area(section: &mut Section<'_>, reading: &mut Reading) -> (Option<Quantity>, f64) {
    let area = section.required_quantity("area", "0.5 cm2", reading);
    (area, section.number("roughness", reading).unwrap_or(1.0))
}

fn site(name: &str, mut section: Section<'_>, reading: &mut Reading) -> Option<SiteType> {
    let phase = section.required_text("phase", reading);
    let density = section.required_quantity("density", "1e-3 mol/m2", reading);
    let vacant = section.required_text("vacant", reading);
    section.finish(reading);
    Some(SiteType { name: name.to_owned(), phase: phase?, density: density?, vacant: vacant? })
}

fn species(name: &str, mut section: Section<'_>, reading: &mut Reading) -> Species {
    let formula = section.text("formula", reading);
    let waiver = section.text("composition", reading);
    let charge = section.number("charge", reading);
    let path = section.path().to_owned();
    let composition = match (formula, waiver.as_deref()) {
        (Some(formula), None) => Composition::Formula(formula),
        (None, Some("waived")) => Composition::Waived { charge: charge.unwrap_or(0.0) as i32 },
        (None, None) => Composition::Unstated,
        (_, Some(other)) => {
            let place = reading.places.of(&join(&path, "composition"));
            let fault = Fault::Value { what: format!("`{path}.composition`") };
            let expected = "`formula`, or `composition = \"waived\"`, not both";
            reading.faults.push(Diagnostic::new(fault, format!("\"{other}\""), expected).at(place));
            Composition::Unstated
        }
    };
    if let Some(charge) = charge {
        let whole = charge.fract() == 0.0 && charge.abs() < 100.0;
        if !whole || !matches!(composition, Composition::Waived { .. }) {
            let place = reading.places.of(&join(&path, "charge"));
            let fault = Fault::Value { what: format!("`{path}.charge`") };
            let expected = "a whole number, for a species whose composition is waived; a formula says its own charge";
            reading.faults.push(Diagnostic::new(fault, charge.to_string(), expected).at(place));
        }
    }
    let sites = match section.raw("sites", reading).map(toml::Spanned::get_ref) {
        Some(DeValue::String(site)) => vec![(site.to_string(), 1.0)],
        Some(_) => section.numbers("sites", reading),
        None => Vec::new(),
    };
    let species = Species {
        name: name.to_owned(),
        phase: section.text("phase", reading),
        composition,
        sites,
        initial: section.quantity("initial", "0.1 M", reading),
        fixed: section.flag("fixed", reading),
        electrons: section.number("electrons", reading),
        note: section.text("note", reading).unwrap_or_default(),
    };
    section.finish(reading);
    species
}

fn parameter(name: &str, mut section: Section<'_>, reading: &mut Reading) -> Option<Parameter> {
    let path = section.path().to_owned();
    let value = match section.raw("value", reading) {
        Some(value) => parameter_value(&path, value, reading),
        None => {
            section.missing("value", "a quantity such as \"2e-4 m3/mol/s\" or an expression", reading);
            None
        }
    };
    let origin = section.text("origin", reading).and_then(|word| {
        let found = Origin::from_word(&word);
        if found.is_none() {
            let words: Vec<&str> = Origin::ALL.iter().map(|o| o.word()).collect();
            let place = reading.places.of(&join(&path, "origin"));
            reading.faults.push(Diagnostic::unknown("origin", &word, &words).at(place));
        }
        found
    });
    let bounds = section.raw("bounds", reading).and_then(|value| {
        let at = join(&path, "bounds");
        match value.get_ref() {
            DeValue::Array(array) if array.len() == 2 => {
                // Both are read before either is missed, so that two faults are told at once.
                let both: Vec<_> = array.iter().map(|v| reading.quantity(&at, v, "1e-6 1/s")).collect();
                let mut both = both.into_iter();
                both.next().flatten().zip(both.next().flatten())
            }
            _ => {
                reading.wrong(&at, value, "two quantities, such as [\"1e-6 1/s\", \"1 1/s\"]");
                None
            }
        }
    });
    let scale = section.text("scale", reading).and_then(|word| {
        let found = Scale::ALL.into_iter().find(|s| s.word() == word);
        if found.is_none() {
            let words: Vec<&str> = Scale::ALL.iter().map(|s| s.word()).collect();
            let place = reading.places.of(&join(&path, "scale"));
            reading.faults.push(Diagnostic::unknown("scale", &word, &words).at(place));
        }
        found
    });
    let source = section.text("source", reading).unwrap_or_default();
    let note = section.text("note", reading).unwrap_or_default();
    section.finish(reading);
    Some(Parameter { name: name.to_owned(), value: value?, origin, source, note, bounds, scale })
}

fn step(name: &str, mut section: Section<'_>, reading: &mut Reading) -> Step {
    let equation = section.required_text("equation", reading);
    // A rate written out needs no law by name.
    let own = if section.table().contains_key("rate") { LawKind::Expression } else { LawKind::MassAction };
    let word = section.text("law", reading).unwrap_or_else(|| own.word().to_owned());
    let path = section.path().to_owned();
    let kind = LawKind::from_word(&word);
    if kind.is_none() {
        let words: Vec<&str> = LawKind::ALL.iter().map(|k| k.word()).collect();
        let place = reading.places.of(&join(&path, "law"));
        reading.faults.push(Diagnostic::unknown("rate law", &word, &words).at(place));
    }
    let mut constants = Vec::new();
    for field in kind.map_or(&[][..], LawKind::fields) {
        let Some(value) = section.raw(field.name, reading) else { continue };
        let at = join(&path, field.name);
        if field.per_species {
            let Some(table) = Section::of(value, at.clone(), reading) else { continue };
            for (name, key, value) in in_order(table.table()) {
                let at = join(&at, name);
                reading.places.insert(join(&at, KEY), key);
                reading.places.insert(at.clone(), value.span());
                constants.extend(constant(&at, value, reading).map(|c| (format!("{}.{name}", field.name), c)));
            }
            continue;
        }
        let constant = match field.measures {
            Measures::Step => reading.text(&at, value).map(Constant::Step),
            Measures::Rate => rate(&at, value, reading),
            _ => constant(&at, value, reading),
        };
        constants.extend(constant.map(|c| (field.name.to_owned(), c)));
    }
    let step = Step {
        name: name.to_owned(),
        equation: equation.unwrap_or_default(),
        law: Law { kind: kind.unwrap_or(LawKind::MassAction), constants },
        phase: section.text("phase", reading),
        orders: section.numbers("orders", reading),
        reverse_orders: section.numbers("reverse_orders", reading),
        duplicate: section.flag("duplicate", reading),
        note: section.text("note", reading).unwrap_or_default(),
    };
    if kind.is_some() {
        section.finish(reading);
    }
    step
}

fn constant(path: &str, value: &toml::Spanned<DeValue<'_>>, reading: &mut Reading) -> Option<Constant> {
    if !matches!(value.get_ref(), DeValue::String(_)) {
        return reading.quantity(path, value, "2e-4 m3/mol/s").map(Constant::Value);
    }
    let text = reading.text(path, value)?;
    let operators = |c: char| c.is_whitespace() || "*/^()[]".contains(c);
    let is_quantity = || text.parse::<Quantity>().is_ok();
    let meant =
        if starts_as_number(&text) { text.contains('*') && !is_quantity() } else { text.trim().contains(operators) };
    if meant && Expression::parse(&text).is_err() {
        // No name, so that it was meant as an expression.
        return expression(path, &text, reading).map(Constant::Expression);
    }
    Constant::parse(&text)
        .map_err(|error| {
            let place = Some(reading.places.at(value.span()));
            let fault = Fault::Value { what: format!("`{path}`") };
            let expected = "the name of a parameter, or a quantity such as \"2e-4 m3/mol/s\"";
            let found = format!("\"{text}\"");
            reading.faults.push(Diagnostic::new(fault, found, expected).at(place).help(error.to_string()));
        })
        .ok()
}

/// A rate: always an expression.
fn rate(path: &str, value: &toml::Spanned<DeValue<'_>>, reading: &mut Reading) -> Option<Constant> {
    let text = reading.text(path, value)?;
    expression(path, &text, reading).map(Constant::Expression)
}

fn expression(path: &str, text: &str, reading: &mut Reading) -> Option<Expression> {
    Expression::parse(text)
        .map_err(|fault| {
            let place = reading.places.within(path, fault.span).or_else(|| reading.places.of(path));
            let kind = Fault::Expression { text: text.to_owned() };
            let diagnostic = Diagnostic::new(kind, fault.found, fault.expected).at(place).help_if(fault.help);
            reading.faults.push(diagnostic);
        })
        .ok()
}

/// A quantity, or an expression of other parameters.
fn parameter_value(path: &str, value: &toml::Spanned<DeValue<'_>>, reading: &mut Reading) -> Option<ParameterValue> {
    let at = join(path, "value");
    if !matches!(value.get_ref(), DeValue::String(_)) {
        return reading.quantity(path, value, "2e-4 m3/mol/s").map(ParameterValue::Quantity);
    }
    let text = reading.text(path, value)?;
    match ParameterValue::parse(&text) {
        Ok(value) => Some(value),
        // What does not start as a number was meant as an expression.
        Err(_) if !starts_as_number(&text) => expression(&at, &text, reading).map(ParameterValue::Expression),
        // `0.5 k1` is a misspelt unit or a product without its sign; an expression's message says both.
        Err(QuantityError::UnknownUnit { text: unit, .. }) if unit.chars().all(char::is_alphanumeric) => {
            expression(&at, &text, reading).map(ParameterValue::Expression)
        }
        Err(_) => reading.quantity(path, value, "2e-4 m3/mol/s").map(ParameterValue::Quantity),
    }
}

fn short_parameter(
    name: &str,
    path: &str,
    value: &toml::Spanned<DeValue<'_>>,
    reading: &mut Reading,
) -> Option<Parameter> {
    parameter_value(path, value, reading)
        .map(|value| Parameter { value, ..Parameter::new(name, Quantity::number(0.0)) })
}

fn observable(name: &str, mut section: Section<'_>, reading: &mut Reading) -> Option<NamedObservable> {
    let text = section.required_text("expression", reading);
    let path = join(section.path(), "expression");
    let expression = text.and_then(|text| expression(&path, &text, reading));
    let unit = section.text("unit", reading);
    let note = section.text("note", reading).unwrap_or_default();
    section.finish(reading);
    Some(NamedObservable { name: name.to_owned(), expression: expression?, unit, note })
}

fn short_observable(
    name: &str,
    path: &str,
    value: &toml::Spanned<DeValue<'_>>,
    reading: &mut Reading,
) -> Option<NamedObservable> {
    let at = join(path, "expression");
    reading.places.insert(at.clone(), value.span());
    let text = reading.text(path, value)?;
    let expression = expression(&at, &text, reading)?;
    Some(NamedObservable { name: name.to_owned(), expression, unit: None, note: String::new() })
}

fn reference_potential(name: &str, mut section: Section<'_>, reading: &mut Reading) -> Option<ReferencePotential> {
    let potential = section.required_quantity("potential", "0.54 V", reading);
    let source = section.text("source", reading).unwrap_or_default();
    let reference = reference(&join("references", name), name, reading);
    section.finish(reading);
    Some(ReferencePotential { reference: reference?, potential: potential?, source })
}

fn reference(path: &str, word: &str, reading: &mut Reading) -> Option<Reference> {
    let found = Reference::from_word(word);
    if found.is_none() {
        let words: Vec<&str> = Reference::ALL.iter().map(|r| r.word()).collect();
        let place = reading.places.of(path);
        reading.faults.push(Diagnostic::unknown("reference electrode", word, &words).at(place));
    }
    found
}
