//! Protocols: names looked up, units checked.

use super::matter::Matter;
use super::observables::observed;
use super::parameters::Table;
use super::{Check, Range};
use crate::definition::Definition;
use crate::error::{Diagnostic, Fault};
use crate::expression::{Comparison, Expression};
use crate::network::{CheckedObservable, PhaseId, SpeciesId};
use crate::phase::PhaseKind;
use crate::protocol::{Condition, Instruction, Limit, Line, Stage, StageLimit, Swept};
use crate::units::{Dimension, Quantity};

/// What the check of a protocol looks names up in.
pub(super) struct Names<'a> {
    pub(super) definition: &'a Definition,
    pub(super) matter: &'a Matter,
    pub(super) table: &'a Table,
    pub(super) observables: &'a [CheckedObservable],
}

impl Check<'_> {
    pub(super) fn protocol(&mut self, lines: &[Line], path: &str, names: &Names<'_>) -> Vec<Stage> {
        let mut stages = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            let at = format!("{path}.{i}");
            match line {
                Line::Repeat { times, lines } => {
                    stages.push(Stage::Repeat { times: *times, stages: self.protocol(lines, &at, names) });
                }
                Line::Instruction(instruction) => stages.extend(self.stage(instruction, &at, names)),
            }
        }
        stages
    }

    fn stage(&mut self, instruction: &Instruction, at: &str, names: &Names<'_>) -> Vec<Stage> {
        self.stage_or_none(instruction, at, names).unwrap_or_default()
    }

    fn stage_or_none(&mut self, instruction: &Instruction, at: &str, names: &Names<'_>) -> Option<Vec<Stage>> {
        Some(match instruction {
            Instruction::Hold { value, limit } => {
                let set = match value {
                    Some(value) => Some(self.swept(value, at)?),
                    None => None,
                };
                vec![Stage::Hold { set, limit: self.limit(limit, at, names)? }]
            }
            Instruction::Rest { limit } => vec![Stage::Rest { limit: self.limit(limit, at, names)? }],
            Instruction::Ramp { from, to, rate } => {
                let (of, to) = self.swept(to, at)?;
                let from = match from {
                    Some(from) => Some(self.same(of, from, at)?),
                    None => None,
                };
                vec![Stage::Ramp { of, from, to, rate: self.rate(of, rate, at)? }]
            }
            Instruction::Cycle { from, to, rate, times } => {
                let (of, start) = self.swept(from, at)?;
                let turn = self.same(of, to, at)?;
                let rate = self.rate(of, rate, at)?;
                let there = Stage::Ramp { of, from: Some(start), to: turn, rate };
                let back = Stage::Ramp { of, from: None, to: start, rate };
                vec![Stage::Repeat { times: *times, stages: vec![there, back] }]
            }
            Instruction::Dose { amount, species } => {
                let id = self.named_species(species, at, names)?;
                let kind = &names.definition.phases[names.matter.species[id.0].phase.0].kind;
                let amount = if amount.dimension() == Dimension::AMOUNT && kind.amount() != Dimension::AMOUNT {
                    self.quantity(at, amount, Dimension::AMOUNT, Range::Finite) / kind.size()
                } else {
                    self.quantity(at, amount, kind.amount(), Range::Finite)
                };
                vec![Stage::Dose { species: id, amount }]
            }
            Instruction::Withdraw { part, phase } => {
                let Some(id) = names.matter.phase_index.get(phase) else {
                    self.unknown_phase(at, phase, names.definition);
                    return None;
                };
                let part = match (&names.definition.phases[*id].kind, part.dimension()) {
                    (PhaseKind::Solution { volume } | PhaseKind::Gas { volume }, d) if d == Dimension::volume() => {
                        self.quantity(at, part, Dimension::volume(), Range::NotNegative) / volume.si()
                    }
                    _ => self.quantity(at, part, Dimension::NONE, Range::NotNegative),
                };
                vec![Stage::Withdraw { phase: PhaseId(*id), part: self.fraction(part, at)? }]
            }
            Instruction::Transfer { part, from, to } => {
                let (from, to) = (self.named_species(from, at, names), self.named_species(to, at, names));
                let part = self.quantity(at, part, Dimension::NONE, Range::NotNegative);
                let (from, to, part) = (from?, to?, self.fraction(part, at)?);
                let formula =
                    |id: SpeciesId| names.matter.species[id.0].formula.as_ref().map(|f| f.atoms().collect::<Vec<_>>());
                if from == to || formula(from).zip(formula(to)).is_some_and(|(a, b)| a != b) {
                    let fault =
                        Fault::Conflict { what: "a transfer between species that are not the same substance".into() };
                    let found = format!("`{instruction}`");
                    self.fault(at, Diagnostic::new(fault, found, "two species with one formula, in two vessels"));
                    return None;
                }
                vec![Stage::Transfer { from, to, part }]
            }
        })
    }

    fn fraction(&mut self, part: f64, at: &str) -> Option<f64> {
        if (0.0..=1.0).contains(&part) {
            return Some(part);
        }
        let fault = Fault::Value { what: "the part that is taken".into() };
        self.fault(at, Diagnostic::new(fault, format!("{part} of the whole"), "0 to 100 %"));
        None
    }

    fn named_species(&mut self, name: &str, at: &str, names: &Names<'_>) -> Option<SpeciesId> {
        let id = names.matter.index.get(name).map(|id| SpeciesId(*id));
        if id.is_none() {
            let known: Vec<&str> = names.definition.species.iter().map(|s| s.name.as_str()).collect();
            self.fault(at, Diagnostic::unknown("species", name, &known));
        }
        id
    }

    /// A potential or a temperature, told apart by its unit.
    fn swept(&mut self, value: &Quantity, at: &str) -> Option<(Swept, f64)> {
        let of = match value.dimension() {
            d if d == Dimension::potential() => Swept::Potential,
            Dimension::TEMPERATURE => Swept::Temperature,
            d => {
                let fault = Fault::Unit { what: "what is held or swept".into() };
                let found = format!("{value}, in {d}");
                self.fault(at, Diagnostic::new(fault, found, "a potential (V) or a temperature (K)"));
                return None;
            }
        };
        Some((of, self.same(of, value, at)?))
    }

    fn same(&mut self, of: Swept, value: &Quantity, at: &str) -> Option<f64> {
        let (dimension, range) = match of {
            Swept::Potential => (Dimension::potential(), Range::Finite),
            Swept::Temperature => (Dimension::TEMPERATURE, Range::Positive),
        };
        let before = self.faults.0.len();
        let si = self.quantity(at, value, dimension, range);
        (self.faults.0.len() == before).then_some(si)
    }

    fn rate(&mut self, of: Swept, rate: &Quantity, at: &str) -> Option<f64> {
        let dimension = match of {
            Swept::Potential => Dimension::potential(),
            Swept::Temperature => Dimension::TEMPERATURE,
        };
        let before = self.faults.0.len();
        let si = self.quantity(at, rate, dimension / Dimension::TIME, Range::Positive);
        (self.faults.0.len() == before).then_some(si)
    }

    fn limit(&mut self, limit: &Limit, at: &str, names: &Names<'_>) -> Option<StageLimit> {
        let before = self.faults.0.len();
        let time = self.quantity(at, &limit.time, Dimension::TIME, Range::Positive);
        let until = match &limit.until {
            None => None,
            Some((left, comparison, right)) => Some(self.condition(left, *comparison, right, at, names)?),
        };
        (self.faults.0.len() == before).then_some(StageLimit { time, until })
    }

    fn condition(
        &mut self,
        left: &Expression,
        comparison: Comparison,
        right: &Expression,
        at: &str,
        names: &Names<'_>,
    ) -> Option<Condition> {
        let text = format!("{left} {} {right}", comparison.word());
        let difference = Expression::parse(&format!("({left}) - ({right})")).ok()?;
        let mut ready = Vec::new();
        let resolved = difference.resolve(&mut |leaf| {
            observed(leaf, names.definition, names.matter, names.table, names.observables, &mut ready)
        });
        match resolved {
            Ok(resolved) => Some(Condition { text, difference: resolved.tape(), ready, comparison }),
            Err(fault) => {
                // The difference is not in the file, so its parts cannot be marked there.
                let kind = Fault::Expression { text };
                self.fault(at, Diagnostic::new(kind, fault.found, fault.expected).help_if(fault.help));
                None
            }
        }
    }
}
