//! Protocols: names looked up, units checked.

use super::observables::Names;
use super::{Check, Range};
use crate::error::{Diagnostic, Fault};
use crate::expression::{Comparison, Expression, ExpressionFault, Leaf};
use crate::network::{CheckedObservable, CheckedSpecies, PhaseId, SpeciesId};
use crate::phase::PhaseKind;
use crate::protocol::{Condition, Instruction, Limit, Line, Stage, StageLimit, Swept};
use crate::units::{Dimension, Quantity, Unit};

/// Most stages of a protocol, repetitions counted.
const MOST_STAGES: f64 = 1e6;

const LAST_WORD: &str = "the species is the last word: `dose 0.1 M NH3`";

/// What the check of a protocol looks names up in.
pub(super) struct Scope<'a> {
    pub(super) names: Names<'a>,
    pub(super) observables: &'a [CheckedObservable],
}

impl Scope<'_> {
    fn kind(&self, species: SpeciesId) -> Option<&PhaseKind> {
        self.names.definition.phases.get(self.names.matter.species[species.0].phase.0).map(|p| &p.kind)
    }
}

/// How many stages a protocol has and about how long it takes, s, repetitions counted; a repetition of nothing counts
/// as a stage.
fn extent(stages: &[Stage]) -> (f64, f64) {
    let each = stages.iter().map(|stage| match stage {
        Stage::Repeat { times, stages } => {
            let (count, time) = extent(stages);
            (f64::from(*times) * count.max(1.0), f64::from(*times) * time)
        }
        Stage::Hold { limit, .. } | Stage::Rest { limit } => (1.0, limit.time),
        Stage::Ramp { from, to, rate, .. } => (1.0, (to - from.unwrap_or(0.0)).abs() / rate),
        Stage::Dose { .. } | Stage::Withdraw { .. } | Stage::Transfer { .. } => (1.0, 0.0),
    });
    each.fold((0.0, 0.0), |(count, time), (more, longer)| (count + more, time + longer))
}

impl Check<'_> {
    /// A whole protocol.
    pub(super) fn protocol(&mut self, lines: &[Line], path: &str, scope: &Scope<'_>) -> Vec<Stage> {
        let stages = self.lines(lines, path, scope);
        let (count, time) = extent(&stages);
        let fault = Fault::Value { what: "the length of the protocol".into() };
        if count > MOST_STAGES {
            let found = format!("{count} stages, repetitions counted");
            self.fault(path, Diagnostic::new(fault, found, format!("at most {MOST_STAGES} stages")));
        } else if !time.is_finite() {
            self.fault(path, Diagnostic::new(fault, format!("{time} s, repetitions counted"), "a finite time"));
        }
        stages
    }

    fn lines(&mut self, lines: &[Line], path: &str, scope: &Scope<'_>) -> Vec<Stage> {
        let mut stages = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            let at = format!("{path}.{i}");
            match line {
                Line::Repeat { lines, .. } if lines.is_empty() => {
                    let fault = Fault::Conflict { what: "a repetition of nothing".into() };
                    self.fault(&at, Diagnostic::new(fault, "no instruction", "instructions after `repeat`"));
                }
                Line::Repeat { times, lines } => {
                    stages.push(Stage::Repeat { times: *times, stages: self.lines(lines, &at, scope) });
                }
                Line::Instruction(instruction) => stages.extend(self.stage(instruction, &at, scope)),
            }
        }
        stages
    }

    fn stage(&mut self, instruction: &Instruction, at: &str, scope: &Scope<'_>) -> Option<Stage> {
        match instruction {
            Instruction::Hold { value, limit } => {
                let set = value.as_ref().map(|value| self.swept(value, at));
                let limit = self.limit(limit, at, scope);
                // Nothing to set is sound, something that could not be read is not.
                let set = match set {
                    Some(set) => Some(set?),
                    None => None,
                };
                Some(Stage::Hold { set, limit: limit? })
            }
            Instruction::Rest { limit } => Some(Stage::Rest { limit: self.limit(limit, at, scope)? }),
            Instruction::Ramp { from, to, rate } => self.ramp(from.as_ref(), to, rate, at),
            Instruction::Cycle { from, to, rate, times } => {
                let there = self.ramp(Some(from), to, rate, at)?;
                let Stage::Ramp { of, from: Some(start), rate, .. } = there else { return None };
                let back = Stage::Ramp { of, from: None, to: start, rate };
                Some(Stage::Repeat { times: *times, stages: vec![there, back] })
            }
            Instruction::Dose { amount, species } => self.dose(amount, species, at, scope),
            Instruction::Withdraw { part, phase } => self.withdraw(part, phase, at, scope),
            Instruction::Transfer { part, from, to } => {
                let (from, to) = (self.species_in(from, at, scope), self.species_in(to, at, scope));
                let what = "the part that is transferred";
                let share = self.line_quantity(at, what, part, Dimension::NONE, Range::NotNegative);
                let (from, to, part) = (from?, to?, self.fraction(share?, part, at)?);
                self.same_substance(from, to, instruction, at, scope).then_some(Stage::Transfer { from, to, part })
            }
        }
    }

    fn ramp(&mut self, from: Option<&Quantity>, to: &Quantity, rate: &Quantity, at: &str) -> Option<Stage> {
        let (of, to_si) = self.swept(to, at)?;
        let start = from.map(|from| self.same(of, from, at));
        let dimension = Self::dimension(of) / Dimension::TIME;
        let before = self.faults.0.len();
        let rate = self.line_quantity(at, "the speed of the ramp", rate, dimension, Range::Positive);
        if let Some(Diagnostic { fault: Fault::Unit { .. }, expected, .. }) = self.faults.0.get_mut(before) {
            let speed = if of == Swept::Potential { "of V/s, such as `1 mV/s`" } else { "of K/s, such as `2 K/min`" };
            *expected = format!("a unit {speed}");
        }
        let from_si = match start {
            Some(start) => Some(start?),
            None => None,
        };
        if from_si == Some(to_si) {
            let fault = Fault::Value { what: "the end of the ramp".into() };
            let place = self.places.quantity(at, to).or_else(|| self.places.of(at));
            let diagnostic = Diagnostic::new(fault, format!("{to}, where it begins"), "another value").at(place);
            self.faults.push(diagnostic.help("`hold` keeps a value"));
            return None;
        }
        Some(Stage::Ramp { of, from: from_si, to: to_si, rate: rate? })
    }

    fn dose(&mut self, amount: &Quantity, species: &str, at: &str, scope: &Scope<'_>) -> Option<Stage> {
        let id = self.species_in(species, at, scope)?;
        let kind = scope.kind(id)?.clone();
        if kind.is_surface() {
            let fault = Fault::Conflict { what: format!("`{species}` cannot be dosed") };
            let found = format!("a species of a phase of kind {}, whose sites neither come nor go", kind.word());
            self.line_fault(at, species, Diagnostic::new(fault, found, "a species in a solution or a gas"));
            return None;
        }
        let what = format!("the dose of `{species}`");
        let sized = matches!(kind, PhaseKind::Solution { .. } | PhaseKind::Gas { .. });
        let before = self.faults.0.len();
        let dose = if sized && amount.dimension() == Dimension::AMOUNT {
            let moles = self.line_quantity(at, &what, amount, Dimension::AMOUNT, Range::NotNegative);
            moles.map(|moles| moles / kind.size())
        } else {
            self.line_quantity(at, &what, amount, kind.amount(), Range::NotNegative)
        };
        if let (true, Some(fault)) = (amount.symbol().is_empty(), self.faults.0.get_mut(before)) {
            fault.help = Some(LAST_WORD.to_owned());
        }
        Some(Stage::Dose { species: id, amount: dose? })
    }

    fn withdraw(&mut self, part: &Quantity, phase: &str, at: &str, scope: &Scope<'_>) -> Option<Stage> {
        let definition = scope.names.definition;
        let Some(id) = scope.names.matter.phase_index.get(phase) else {
            let known: Vec<&str> = definition.phases.iter().map(|p| p.name.as_str()).collect();
            self.line_fault(at, phase, Diagnostic::unknown("phase", phase, &known));
            return None;
        };
        let what = "the part that is withdrawn";
        let kind = &definition.phases[*id].kind;
        let share = match (kind, part.dimension()) {
            (PhaseKind::Solution { volume } | PhaseKind::Gas { volume }, d) if d == Dimension::volume() => {
                self.line_quantity(at, what, part, Dimension::volume(), Range::NotNegative)? / volume.si()
            }
            (PhaseKind::Solution { .. } | PhaseKind::Gas { .. } | PhaseKind::Abstract, _) => {
                self.line_quantity(at, what, part, Dimension::NONE, Range::NotNegative)?
            }
            _ => {
                let fault = Fault::Conflict { what: format!("nothing can be withdrawn from `{phase}`") };
                let found = format!("a phase of kind {}", kind.word());
                self.line_fault(at, phase, Diagnostic::new(fault, found, "a solution or a gas"));
                return None;
            }
        };
        Some(Stage::Withdraw { phase: PhaseId(*id), part: self.fraction(share, part, at)? })
    }

    /// Whether two species are one substance in two vessels.
    fn same_substance(
        &mut self,
        from: SpeciesId,
        to: SpeciesId,
        instruction: &Instruction,
        at: &str,
        scope: &Scope<'_>,
    ) -> bool {
        let species = |id: SpeciesId| &scope.names.matter.species[id.0];
        let (a, b) = (species(from), species(to));
        let differ = a.formula.as_ref().zip(b.formula.as_ref()).is_some_and(|(a, b)| !a.atoms().eq(b.atoms()));
        let surface = |id| scope.kind(id).is_some_and(PhaseKind::is_surface);
        let (what, found) = if differ || a.charge != b.charge {
            let shown = |s: &CheckedSpecies| {
                s.formula.as_ref().map_or_else(|| format!("charge {}", s.charge), ToString::to_string)
            };
            ("between species that are not the same substance", format!("{} and {}", shown(a), shown(b)))
        } else if a.phase == b.phase {
            ("within one vessel", format!("`{}` and `{}` in one phase", a.name, b.name))
        } else if surface(from) || surface(to) {
            ("to or from a surface", format!("`{instruction}`"))
        } else {
            return true;
        };
        let fault = Fault::Conflict { what: format!("a transfer {what}") };
        self.fault(at, Diagnostic::new(fault, found, "two species with one formula, in two vessels"));
        false
    }

    fn fraction(&mut self, part: f64, given: &Quantity, at: &str) -> Option<f64> {
        if (0.0..=1.0).contains(&part) {
            return Some(part);
        }
        if !part.is_finite() {
            // Of a vessel without a volume, which is a fault of its own.
            return None;
        }
        let fault = Fault::Value { what: "the part that is taken".into() };
        let found = format!("{:.4} % of what is there", 100.0 * part);
        let place = self.places.quantity(at, given).or_else(|| self.places.of(at));
        self.faults.push(Diagnostic::new(fault, found, "0 to 100 %").at(place));
        None
    }

    fn species_in(&mut self, name: &str, at: &str, scope: &Scope<'_>) -> Option<SpeciesId> {
        let id = scope.names.matter.index.get(name).map(|id| SpeciesId(*id));
        if id.is_none() {
            let known: Vec<&str> = scope.names.definition.species.iter().map(|s| s.name.as_str()).collect();
            let mut diagnostic = Diagnostic::unknown("species", name, &known);
            if Unit::parse(name).is_ok() && diagnostic.help.is_none() {
                diagnostic = diagnostic.help(LAST_WORD);
            }
            self.line_fault(at, name, diagnostic);
        }
        id
    }

    /// A fault of a part of a line.
    fn line_fault(&mut self, at: &str, part: &str, diagnostic: Diagnostic) {
        let place = self.places.part(at, part).or_else(|| self.places.of(at));
        self.faults.push(diagnostic.at(place));
    }

    /// A quantity of a line, of one dimension and within a range.
    fn line_quantity(
        &mut self,
        at: &str,
        what: &str,
        quantity: &Quantity,
        expected: Dimension,
        range: Range,
    ) -> Option<f64> {
        let before = self.faults.0.len();
        let si = self.quantity(at, quantity, expected, range);
        let Some(last) = self.faults.0.get_mut(before) else { return Some(si) };
        if let Fault::Unit { what: whose } | Fault::Value { what: whose } = &mut last.fault {
            what.clone_into(whose);
        }
        if let Some(place) = self.places.quantity(at, quantity) {
            last.place = Some(place);
        }
        None
    }

    /// A potential or a temperature, told apart by its unit.
    fn swept(&mut self, value: &Quantity, at: &str) -> Option<(Swept, f64)> {
        let of = match value.dimension() {
            d if d == Dimension::potential() => Swept::Potential,
            Dimension::TEMPERATURE => Swept::Temperature,
            d => {
                let fault = Fault::Unit { what: "what is held or swept".into() };
                let diagnostic =
                    Diagnostic::new(fault, format!("{value}, in {d}"), "a potential (V) or a temperature (K)");
                let help = super::celsius(value, Dimension::TEMPERATURE);
                let place = self.places.quantity(at, value).or_else(|| self.places.of(at));
                self.faults.push(diagnostic.help_if(help).at(place));
                return None;
            }
        };
        Some((of, self.same(of, value, at)?))
    }

    fn dimension(of: Swept) -> Dimension {
        match of {
            Swept::Potential => Dimension::potential(),
            Swept::Temperature => Dimension::TEMPERATURE,
        }
    }

    fn same(&mut self, of: Swept, value: &Quantity, at: &str) -> Option<f64> {
        let (what, range) = match of {
            Swept::Potential => ("the potential", Range::Finite),
            Swept::Temperature => ("the temperature", Range::Positive),
        };
        self.line_quantity(at, what, value, Self::dimension(of), range)
    }

    fn limit(&mut self, limit: &Limit, at: &str, scope: &Scope<'_>) -> Option<StageLimit> {
        let time = self.line_quantity(at, "the time", &limit.time, Dimension::TIME, Range::Positive);
        let until = match &limit.until {
            None => None,
            Some((left, comparison, right)) => Some(self.condition(left, *comparison, right, at, scope)?),
        };
        Some(StageLimit { time: time?, until })
    }

    fn condition(
        &mut self,
        left: &Expression,
        comparison: Comparison,
        right: &Expression,
        at: &str,
        scope: &Scope<'_>,
    ) -> Option<Condition> {
        let text = format!("{left} {} {right}", comparison.word());
        let above = scope.names.definition.observables.len();
        let look_up = |leaf: &Leaf<'_>, ready: &mut Vec<(String, String)>| {
            scope.names.observed(leaf, above, scope.observables, ready)
        };
        let mut ready = Vec::new();
        let mut dimension = |side: &Expression| {
            let resolved = side.resolve(&mut |leaf| look_up(leaf, &mut ready));
            resolved.map(|r| r.dimension).map_err(|fault| self.side_fault(at, side, fault)).ok()
        };
        let (a, b) = (dimension(left), dimension(right));
        if let (Some(x), Some(y)) = (a?, b?)
            && x != y
        {
            let fault = Fault::Expression { text: text.clone() };
            let word = comparison.word();
            let found = format!("{x} {word} {y}");
            let expected = format!("the same dimension on both sides of `{word}`");
            self.line_fault(at, &text, Diagnostic::new(fault, found, expected));
            return None;
        }
        let difference = Expression::parse(&format!("({left}) - ({right})"));
        let resolved = difference.and_then(|difference| difference.resolve(&mut |leaf| look_up(leaf, &mut ready)));
        match resolved {
            Ok(resolved) => Some(Condition { text, difference: resolved.tape(), ready, comparison }),
            Err(fault) => {
                // Both sides are sound by themselves; together they can be too deep or too long.
                let kind = Fault::Expression { text: text.clone() };
                self.line_fault(at, &text, Diagnostic::new(kind, fault.found, fault.expected));
                None
            }
        }
    }

    /// A fault within one side of a condition, whose bytes are counted from where that side stands.
    fn side_fault(&mut self, at: &str, side: &Expression, fault: ExpressionFault) {
        let part = side.text().get(fault.span.clone()).filter(|part| !part.is_empty()).unwrap_or(side.text());
        let kind = Fault::Expression { text: side.text().to_owned() };
        let diagnostic = Diagnostic::new(kind, fault.found, fault.expected).help_if(fault.help);
        self.line_fault(at, part, diagnostic);
    }
}
