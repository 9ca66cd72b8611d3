//! Parameters: values, expressions of one another, dimensions derived from steps, ranges.

use std::collections::HashMap;

use super::{Check, Range, unit_words};
use crate::definition::Definition;
use crate::error::{Diagnostic, Fault, nearest};
use crate::expression::{Binding, Expression, Leaf, Resolved, Tape, Variable};
use crate::network::{CheckedParameter, ParameterId};
use crate::parameter::{Parameter, ParameterValue, Scale};
use crate::rate::Measures;
use crate::units::{Dimension, Quantity};

/// Parameters while their dimensions are being found out.
pub(super) struct Table {
    entries: Vec<Entry>,
    index: HashMap<String, usize>,
    /// Entries that are expressions, each after those that it uses.
    order: Vec<usize>,
}

pub(super) struct Entry {
    name: String,
    /// Where its value stands.
    path: String,
    definition: Parameter,
    /// Dimension of the value itself; none for an expression that could not be resolved.
    own: Option<Dimension>,
    tape: Option<Tape>,
    /// Dimension and the constant that first asked for it.
    dimension: Option<(Dimension, String)>,
    range: Range,
    measures: Option<Measures>,
}

/// The reasons why a unit may be wrong, said as help.
fn unit_help(measures: Option<Measures>, found: Dimension) -> Option<&'static str> {
    match measures {
        Some(Measures::Forward | Measures::Reverse | Measures::Equilibrium) => {
            Some("the unit of a rate constant follows from the phase and the orders of its step")
        }
        Some(Measures::MolarEnergy) if found == Dimension::energy() => {
            Some("an energy of one molecule: 1 eV is 96.485 kJ/mol")
        }
        Some(Measures::Henry) => {
            Some("liquid over gas: both in amounts per volume, or the liquid by the pressure, as in mol/(m3 Pa)")
        }
        Some(Measures::CurrentDensity) if found == Dimension::CURRENT => {
            Some("a current divided by the real area of the electrode")
        }
        _ => None,
    }
}

impl Check<'_> {
    pub(super) fn parameters(&mut self, definition: &Definition) -> Table {
        let index = self.index("parameter", "parameters", definition.parameters.iter().map(|p| p.name.as_str()));
        let entries = definition
            .parameters
            .iter()
            .map(|p| Entry::new(p.clone(), format!("parameters.{}.value", p.name)))
            .collect();
        let mut table = Table { entries, index, order: Vec::new() };
        self.resolve_all(&mut table);
        table
    }

    /// Resolves one; if something in it is faulty, it stays without a dimension, so that no fault follows from
    /// another.
    pub(super) fn resolve_entry(&mut self, i: usize, table: &mut Table) {
        let Some(expression) = table.expression(i).cloned() else { return };
        let path = table.entries[i].path.clone();
        let sound = table.unresolved_in(i).is_empty();
        let resolved = self.expression(&path, &expression, &mut |leaf| table.binding(leaf));
        let entry = &mut table.entries[i];
        if let (Some(resolved), true) = (resolved, sound) {
            entry.own = Some(resolved.dimension.unwrap_or(Dimension::NONE));
            entry.tape = Some(resolved.tape());
            table.order.push(i);
        }
    }

    /// Resolves an expression; a fault is marked under the part that is wrong.
    pub(super) fn expression(
        &mut self,
        path: &str,
        expression: &Expression,
        lookup: &mut dyn FnMut(&Leaf<'_>) -> Binding,
    ) -> Option<Resolved> {
        expression
            .resolve(lookup)
            .map_err(|fault| {
                let place = self.places.within(path, fault.span).or_else(|| self.places.of(path));
                let kind = Fault::Expression { text: expression.text().to_owned() };
                let diagnostic = Diagnostic::new(kind, fault.found, fault.expected).at(place).help_if(fault.help);
                self.faults.push(diagnostic);
            })
            .ok()
    }

    /// The parameter that a constant is; `of` says in words what it is for.
    pub(super) fn constant(
        &mut self,
        at: &str,
        asked: &Asked,
        constant: &crate::rate::Constant,
        table: &mut Table,
    ) -> Option<ParameterId> {
        use crate::rate::Constant;
        let id = match constant {
            Constant::Value(value) => self.in_place(at, Parameter::new(&asked.own_name, value.clone()), table),
            Constant::Expression(expression) => {
                let id = self.in_place(at, Parameter::expression(&asked.own_name, expression.clone()), table);
                self.resolve_entry(id, table);
                table.entries[id].own?;
                id
            }
            Constant::Parameter(name) | Constant::Step(name) => match table.index.get(name).copied() {
                Some(id) => id,
                None => match Expression::parse(name).ok().filter(Expression::is_compound) {
                    // `k1-k2` has no blank and may be a name, so it is read as an expression only here.
                    Some(expression) => {
                        return self.constant(at, asked, &Constant::Expression(expression), table);
                    }
                    None => {
                        self.unknown_parameter(at, name, table);
                        return None;
                    }
                },
            },
        };
        let entry = &mut table.entries[id];
        entry.measures.get_or_insert(asked.measures);
        if asked.range == Range::Positive || entry.range == Range::Finite {
            entry.range = asked.range;
        }
        // A Henry constant has one of two dimensions, which its own unit tells.
        let by_pressure = Dimension::concentration() / Dimension::pressure();
        let expected = match asked.measures {
            Measures::Henry if entry.own == Some(by_pressure) => by_pressure,
            _ => asked.dimension,
        };
        match &entry.dimension {
            None => entry.dimension = Some((expected, asked.of.clone())),
            Some((first, by)) if *first != expected => {
                let fault = Fault::Unit { what: asked.of.clone() };
                let found = format!("`{}`, which is {by} too, in {first}", entry.name);
                self.fault(at, Diagnostic::new(fault, found, unit_words(expected)));
            }
            Some(_) => {}
        }
        Some(ParameterId(id))
    }

    fn unknown_parameter(&mut self, at: &str, name: &str, table: &Table) {
        let place = self.places.within(at, 0..name.len()).or_else(|| self.places.of(at));
        self.faults.push(Diagnostic::unknown("parameter", name, &table.names()).at(place));
    }

    /// Looks a parameter up whose unit does not matter.
    pub(super) fn parameter_name(&mut self, at: &str, name: &str, table: &Table) {
        match Expression::parse(name).ok().filter(Expression::is_compound) {
            _ if table.has(name) => {}
            Some(expression) => drop(self.expression(at, &expression, &mut |leaf| table.binding(leaf))),
            None => self.unknown_parameter(at, name, table),
        }
    }

    fn in_place(&mut self, at: &str, parameter: Parameter, table: &mut Table) -> usize {
        let (id, name) = (table.entries.len(), parameter.name.clone());
        if table.index.insert(name.clone(), id).is_some() {
            let fault = Fault::Duplicate { kind: "parameter", name: name.clone() };
            self.fault(at, Diagnostic::new(fault, format!("`{name}` twice"), "each name once"));
        }
        table.entries.push(Entry::new(parameter, at.to_owned()));
        id
    }

    /// The parameters with their values; the second list has those that are worked out from others, in an order in
    /// which that can be done.
    pub(super) fn values(&mut self, table: &Table) -> (Vec<CheckedParameter>, Vec<ParameterId>) {
        let mut values: Vec<f64> = table.entries.iter().map(Entry::given).collect();
        for i in &table.order {
            if let Some(tape) = &table.entries[*i].tape {
                values[*i] = tape.value(|variable| match variable {
                    Variable::Parameter(id) => values[id.0],
                    _ => f64::NAN,
                });
            }
        }
        let wrong = table.entries_in_wrong_units();
        let checked = (0..values.len()).map(|i| self.parameter(&table.entries[i], values[i], wrong[i])).collect();
        (checked, table.order.iter().map(|i| ParameterId(*i)).collect())
    }

    /// `follows` if it is made of others whose faults are reported by themselves.
    fn parameter(&mut self, entry: &Entry, value: f64, follows: bool) -> CheckedParameter {
        let own = entry.own.unwrap_or(Dimension::NONE);
        let dimension = entry.dimension.as_ref().map_or(own, |d| d.0);
        let shown = match &entry.definition.value {
            ParameterValue::Quantity(quantity) => quantity.to_string(),
            ParameterValue::Expression(expression) => format!("{expression} = {value}"),
        };
        match &entry.dimension {
            _ if entry.own.is_none() || follows => {}
            Some((expected, constant)) if *expected != own => {
                let fault = Fault::Unit { what: format!("`{}`, {constant},", entry.name) };
                let help = unit_help(entry.measures, own).map(ToOwned::to_owned);
                let diagnostic = Diagnostic::new(fault, format!("{shown}, in {own}"), unit_words(*expected));
                self.fault(&entry.path, diagnostic.help_if(help));
            }
            _ if !entry.range.holds(value) => {
                let fault = Fault::Value { what: format!("`{}`", entry.path) };
                self.fault(&entry.path, Diagnostic::new(fault, shown, entry.range.words()));
            }
            _ => {}
        }
        let bounds = entry.definition.bounds.as_ref().map(|(low, high)| self.bounds(entry, dimension, low, high));
        if entry.definition.scale == Some(Scale::Log) && bounds.map_or(value, |b| b.0) <= 0.0 {
            let fault = Fault::Conflict { what: format!("`{}` cannot be searched by its logarithm", entry.name) };
            let at = format!("parameters.{}.scale", entry.name);
            self.fault(&at, Diagnostic::new(fault, shown_low(entry), "values above zero, or scale = \"linear\""));
        }
        if bounds.is_some() && entry.tape.is_some() {
            let fault = Fault::Conflict { what: format!("`{}` has bounds, but is worked out from others", entry.name) };
            let at = format!("parameters.{}.bounds", entry.name);
            self.fault(&at, Diagnostic::new(fault, "an expression", "bounds on the parameters that it is made of"));
        }
        CheckedParameter {
            name: entry.name.clone(),
            value,
            dimension,
            measures: entry.measures,
            bounds,
            scale: entry.definition.scale,
            expression: entry.tape.clone(),
        }
    }

    fn bounds(&mut self, entry: &Entry, dimension: Dimension, low: &Quantity, high: &Quantity) -> (f64, f64) {
        let at = format!("parameters.{}.bounds", entry.name);
        let low_si = self.quantity(&at, low, dimension, Range::Finite);
        let high_si = self.quantity(&at, high, dimension, Range::Finite);
        if low_si >= high_si {
            let fault = Fault::Value { what: format!("`{at}`") };
            self.fault(&at, Diagnostic::new(fault, format!("{low} to {high}"), "a lower and a higher bound"));
        }
        (low_si, high_si)
    }
}

/// The lowest value that a parameter may have, as written.
fn shown_low(entry: &Entry) -> String {
    let low = entry.definition.bounds.as_ref().map(|(low, _)| low.to_string());
    low.unwrap_or_else(|| entry.definition.value.to_string())
}

/// A constant that something asks for.
pub(super) struct Asked {
    /// What it is, in words.
    pub(super) of: String,
    /// The name that it gets if it is given in place.
    pub(super) own_name: String,
    pub(super) measures: Measures,
    pub(super) dimension: Dimension,
    pub(super) range: Range,
}

impl Asked {
    /// The range of what is measured, unless a law narrows it.
    pub(super) fn range(measures: Measures) -> Range {
        if measures.is_divisor() {
            Range::Positive
        } else if measures.is_magnitude() {
            Range::NotNegative
        } else {
            Range::Finite
        }
    }
}

impl Table {
    fn expression(&self, i: usize) -> Option<&Expression> {
        match &self.entries[i].definition.value {
            ParameterValue::Expression(expression) => Some(expression),
            ParameterValue::Quantity(_) => None,
        }
    }

    /// Parameters in an expression that are not resolved themselves.
    pub(super) fn unresolved_in(&self, i: usize) -> Vec<usize> {
        let ids = self.expression(i).into_iter().flat_map(Expression::names).filter_map(|name| self.index.get(name));
        ids.copied().filter(|id| self.entries[*id].own.is_none()).collect()
    }

    /// Parameters that are expressions, in the order of the file.
    pub(super) fn dependent(&self) -> Vec<usize> {
        (0..self.entries.len()).filter(|i| self.expression(*i).is_some()).collect()
    }

    pub(super) fn name(&self, i: usize) -> &str {
        &self.entries[i].name
    }

    pub(super) fn path(&self, i: usize) -> String {
        self.entries[i].path.clone()
    }

    /// Whether each parameter is made of others of which one has a wrong unit.
    fn entries_in_wrong_units(&self) -> Vec<bool> {
        let is_wrong = |e: &Entry| e.own.zip(e.dimension.as_ref()).is_some_and(|(own, (asked, _))| own != *asked);
        let mut wrong: Vec<bool> = self.entries.iter().map(is_wrong).collect();
        let mut follows = vec![false; wrong.len()];
        for i in &self.order {
            let names = self.expression(*i).into_iter().flat_map(Expression::names);
            follows[*i] = names.filter_map(|name| self.index.get(name)).any(|id| wrong[*id]);
            wrong[*i] |= follows[*i];
        }
        follows
    }

    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.index.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// A parameter by its name, in an expression.
    pub(super) fn variable(&self, name: &str) -> Option<Binding> {
        let id = *self.index.get(name)?;
        let variable = Variable::Parameter(ParameterId(id));
        Some(match self.entries[id].own {
            Some(dimension) => Binding::Variable(variable, dimension),
            None => Binding::Faulty(variable),
        })
    }

    pub(super) fn own_dimension(&self, id: ParameterId) -> Option<Dimension> {
        self.entries[id.0].own
    }

    /// Notes that the expression of a step's rate uses a parameter, whose own unit holds there.
    pub(super) fn mark_used(&mut self, id: ParameterId, step: &str) {
        let entry = &mut self.entries[id.0];
        if let (None, Some(own)) = (&entry.dimension, entry.own) {
            entry.dimension = Some((own, format!("in the rate of step `{step}`")));
        }
    }

    /// What a name is in an expression of parameters alone.
    pub(super) fn binding(&self, leaf: &Leaf<'_>) -> Binding {
        let (name, expected) = match leaf {
            Leaf::Name(name) => (*name, "a parameter"),
            Leaf::Amount(name) => (*name, "a parameter; an amount varies during a run"),
            Leaf::Ready(name, _) => (*name, "a parameter or a function; an observable varies during a run"),
        };
        if let (Leaf::Name(_), Some(variable)) = (leaf, self.variable(name)) {
            return variable;
        }
        // Conditions vary during a run; naming one of them here is most likely meant for a rate.
        if matches!(name, "T" | "E" | "t" | "temperature" | "potential" | "time") {
            return Binding::Refused {
                expected: "a parameter; conditions may stand in a rate, law = \"expression\"".to_owned(),
            };
        }
        let help = nearest(name, self.names()).map(|n| format!("did you mean `{n}`?"));
        Binding::Unknown { expected: expected.to_owned(), help }
    }
}

impl Entry {
    fn new(definition: Parameter, path: String) -> Self {
        let own = match &definition.value {
            ParameterValue::Quantity(quantity) => Some(quantity.dimension()),
            ParameterValue::Expression(_) => None,
        };
        Self {
            name: definition.name.clone(),
            path,
            definition,
            own,
            tape: None,
            dimension: None,
            range: Range::Finite,
            measures: None,
        }
    }

    fn given(&self) -> f64 {
        match &self.definition.value {
            ParameterValue::Quantity(quantity) => quantity.si(),
            ParameterValue::Expression(_) => f64::NAN,
        }
    }
}
