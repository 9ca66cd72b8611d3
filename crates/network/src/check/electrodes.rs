//! Electrodes: ohmic resistances, and the counter electrode.

use super::Check;
use super::parameters::{Asked, Table};
use crate::definition::Definition;
use crate::error::{Diagnostic, Fault};
use crate::network::{FloatingPotential, PhaseId};
use crate::phase::{Electrode, PhaseKind};
use crate::rate::Measures;
use crate::units::Dimension;

impl Check<'_> {
    /// The electrodes whose potential is found together with the amounts.
    pub(super) fn electrodes(&mut self, definition: &Definition, table: &mut Table) -> Vec<FloatingPotential> {
        let mut floating = Vec::new();
        for (i, phase) in definition.phases.iter().enumerate() {
            let PhaseKind::Electrode(Electrode { resistance, counter, .. }) = &phase.kind else { continue };
            let id = resistance.as_ref().and_then(|constant| {
                let asked = Asked {
                    of: format!("the resistance of electrode `{}`", phase.name),
                    own_name: format!("{}.resistance", phase.name),
                    measures: Measures::Resistance,
                    dimension: Dimension::resistance(),
                    range: Asked::range(Measures::Resistance),
                };
                self.constant(&format!("phases.{}.resistance", phase.name), &asked, constant, table)
            });
            if *counter || id.is_some() {
                floating.push(FloatingPotential { phase: PhaseId(i), resistance: id, counter: *counter });
            }
        }
        let electrodes = definition.phases.iter().filter(|p| p.kind.is_electrode()).count();
        let counters: Vec<&FloatingPotential> = floating.iter().filter(|f| f.counter).collect();
        if counters.len() > 1 || counters.len() == electrodes && electrodes > 0 {
            let name = &definition.phases[counters[counters.len() - 1].phase.0].name;
            let fault = Fault::Conflict { what: format!("`{name}` cannot be a counter electrode") };
            let found = match counters[..] {
                [first, .., _] => {
                    format!("a second counter electrode beside `{}`", definition.phases[first.phase.0].name)
                }
                _ => "no other electrode that it could be the counter of".to_owned(),
            };
            let expected = "one counter electrode, and at least one that works";
            self.fault(&format!("phases.{name}.counter"), Diagnostic::new(fault, found, expected));
        }
        floating
    }
}
