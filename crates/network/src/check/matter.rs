//! Phases, sites and species.

use std::collections::HashMap;

use super::{Check, Range};
use crate::conditions::{GAS_CONSTANT, ROOM_TEMPERATURE};
use crate::definition::Definition;
use crate::equation::ELECTRON;
use crate::error::{Diagnostic, Fault};
use crate::formula::Formula;
use crate::network::{CheckedSpecies, PhaseId, SiteId};
use crate::phase::{Electrode, PhaseKind};
use crate::species::{Composition, Species};
use crate::units::{Dimension, Quantity};

/// Species with what their names stand for.
pub(super) struct Matter {
    pub(super) species: Vec<CheckedSpecies>,
    pub(super) index: HashMap<String, usize>,
    pub(super) phase_index: HashMap<String, usize>,
    /// Site density of each kind, mol/m2.
    pub(super) densities: Vec<f64>,
    pub(super) site_names: Vec<String>,
    /// Whether the phase of each species is known, and has the sites that the species holds.
    pub(super) placed: Vec<bool>,
}

/// Adds what the user need not say, vacant sites, and puts constants into the order of their law, so that a
/// definition has one form.
pub(super) fn complete(definition: &mut Definition) {
    for step in &mut definition.steps {
        let fields = step.law.kind.fields();
        let place = |name: &str| {
            let base = name.split_once('.').map_or(name, |(base, _)| base);
            fields.iter().position(|f| f.name == base).unwrap_or(fields.len())
        };
        step.law.constants.sort_by_key(|(name, _)| place(name));
    }
    for site in &definition.sites {
        if !definition.species.iter().any(|s| s.name == site.vacant) {
            let mut vacant = Species::new(&site.vacant).phase(&site.phase).site(&site.name);
            // A free site holds no atoms; an empty formula cannot be written, so it is left unstated.
            vacant.composition = Composition::Unstated;
            definition.species.push(vacant);
        }
    }
}

/// Whether an equation takes a word for a name.
fn can_stand_in_equations(name: &str) -> bool {
    !(name.parse::<f64>().is_ok() || matches!(name, "+" | "->" | "<=>" | "=>" | "<->" | "="))
}

fn roughness_of(kind: &PhaseKind) -> f64 {
    match kind {
        PhaseKind::Electrode(Electrode { roughness, .. }) | PhaseKind::Surface { roughness, .. } => *roughness,
        _ => 1.0,
    }
}

impl Check<'_> {
    pub(super) fn matter(&mut self, definition: &Definition) -> Matter {
        let phase_index = self.index("phase", "phases", definition.phases.iter().map(|p| p.name.as_str()));
        let site_index = self.index("kind of site", "sites", definition.sites.iter().map(|s| s.name.as_str()));
        let index = self.index("species", "species", definition.species.iter().map(|s| s.name.as_str()));
        if definition.phases.is_empty() {
            let fault = Fault::MissingKey { key: "phases".into(), within: "the model".into() };
            let expected = "at least one phase, such as [phases.cell] with kind = \"solution\" and a volume";
            self.fault("", Diagnostic::new(fault, "no phase", expected));
        }
        for phase in &definition.phases {
            let (field, quantity, dimension) = match &phase.kind {
                PhaseKind::Solution { volume } | PhaseKind::Gas { volume } => ("volume", volume, Dimension::volume()),
                PhaseKind::Electrode(Electrode { area, .. }) | PhaseKind::Surface { area, .. } => {
                    ("area", area, Dimension::area())
                }
                PhaseKind::Reservoir | PhaseKind::Abstract => continue,
            };
            let roughness = roughness_of(&phase.kind);
            if !Range::Positive.holds(roughness) {
                let at = format!("phases.{}.roughness", phase.name);
                let fault = Fault::Value { what: format!("`{at}`") };
                self.fault(&at, Diagnostic::new(fault, roughness.to_string(), Range::Positive.words()));
            }
            let before = self.faults.0.len();
            let at = format!("phases.{}.{field}", phase.name);
            self.quantity(&at, quantity, dimension, Range::Positive);
            // Area times roughness may leave the range of numbers where each is within it.
            if self.faults.0.len() == before
                && !Range::Positive.holds(phase.kind.size())
                && roughness_of(&phase.kind) > 0.0
            {
                let fault = Fault::Value { what: format!("the real area of `{}`", phase.name) };
                let found = format!("{} m2", phase.kind.size());
                self.fault(&at, Diagnostic::new(fault, found, Range::Positive.words()));
            }
        }
        let mut densities = Vec::new();
        for site in &definition.sites {
            let path = format!("sites.{}", site.name);
            let dimension = Dimension::surface_concentration();
            densities.push(self.quantity(&format!("{path}.density"), &site.density, dimension, Range::Positive));
            let on_surface = phase_index.get(&site.phase).map(|i| definition.phases[*i].kind.is_surface());
            if on_surface == Some(false) {
                let fault = Fault::Conflict { what: format!("sites `{}` are not on a surface", site.name) };
                let found = format!("the phase `{}`", site.phase);
                self.fault(
                    &format!("{path}.phase"),
                    Diagnostic::new(fault, found, "a phase of kind electrode or surface"),
                );
            } else if on_surface.is_none() {
                self.unknown_phase(&format!("{path}.phase"), &site.phase, definition);
            }
        }
        let mut species: Vec<CheckedSpecies> =
            definition.species.iter().map(|s| self.species(s, definition, &phase_index, &site_index)).collect();
        self.vacancies(definition, &index, &densities, &mut species);
        let site_names = definition.sites.iter().map(|s| s.name.clone()).collect();
        let surface = |name: &str| phase_index.get(name).is_some_and(|i| definition.phases[*i].kind.is_surface());
        let homes = |s: &Species| {
            let own = definition.sites.iter().filter(|site| s.sites.iter().any(|(name, _)| *name == site.name));
            own.map(|site| site.phase.clone()).collect::<Vec<_>>()
        };
        let several = definition.phases.len() > 1;
        let placed = definition.species.iter().map(|s| {
            s.phase.as_ref().map_or(!several, |p| phase_index.contains_key(p)) && homes(s).iter().all(|h| surface(h))
        });
        let placed = placed.collect();
        Matter { species, index, phase_index, densities, site_names, placed }
    }

    pub(super) fn unknown_phase(&mut self, path: &str, name: &str, definition: &Definition) {
        let known: Vec<&str> = definition.phases.iter().map(|p| p.name.as_str()).collect();
        self.fault(path, Diagnostic::unknown("phase", name, &known));
    }

    fn species(
        &mut self,
        species: &Species,
        definition: &Definition,
        phase_index: &HashMap<String, usize>,
        site_index: &HashMap<String, usize>,
    ) -> CheckedSpecies {
        let path = format!("species.{}", species.name);
        if species.name == ELECTRON {
            let fault = Fault::Conflict { what: "`e-` is the electron, not a species".into() };
            self.fault(&path, Diagnostic::new(fault, "a species `e-`", "another name"));
        }
        if !can_stand_in_equations(&species.name) {
            let fault = Fault::Value { what: "the name of a species".into() };
            let found = format!("`{}`, which an equation reads as something else", species.name);
            self.fault(&path, Diagnostic::new(fault, found, "a name that is no number, sign or arrow"));
        }
        let phase = match &species.phase {
            Some(name) => phase_index.get(name).copied().unwrap_or_else(|| {
                self.unknown_phase(&format!("{path}.phase"), name, definition);
                0
            }),
            None if definition.phases.len() > 1 => {
                let fault = Fault::MissingKey { key: "phase".into(), within: format!("species `{}`", species.name) };
                let names: Vec<&str> = definition.phases.iter().map(|p| p.name.as_str()).collect();
                let expected = format!("one of {}", crate::error::list(&names));
                self.fault(&path, Diagnostic::new(fault, "no phase, in a model of several", expected));
                0
            }
            None => 0,
        };
        let mut sites = Vec::new();
        for (site, count) in &species.sites {
            if let Some(id) = site_index.get(site) {
                sites.push((SiteId(*id), *count));
                let home = &definition.sites[*id].phase;
                let on_surface = phase_index.get(home).is_some_and(|i| definition.phases[*i].kind.is_surface());
                // Sites that are on no surface were reported where they stand.
                if on_surface && definition.phases.get(phase).is_some_and(|p| p.name != *home) {
                    let fault = Fault::Conflict {
                        what: format!("species `{}` holds a site `{site}` of another phase", species.name),
                    };
                    let found = format!("phase `{}`", definition.phases[phase].name);
                    let diagnostic = Diagnostic::new(fault, found, format!("phase `{home}`, which has the sites"));
                    self.fault(&format!("{path}.sites"), diagnostic);
                }
            } else {
                let known: Vec<&str> = definition.sites.iter().map(|s| s.name.as_str()).collect();
                self.fault(&format!("{path}.sites"), Diagnostic::unknown("kind of site", site, &known));
            }
            if !(*count > 0.0 && count.is_finite()) {
                let fault = Fault::Value { what: format!("`{path}.sites.{site}`") };
                self.fault(
                    &format!("{path}.sites"),
                    Diagnostic::new(fault, count.to_string(), Range::Positive.words()),
                );
            }
        }
        let vacant = definition.sites.iter().any(|s| s.vacant == species.name);
        let (formula, charge) = self.composition(species, &path, vacant);
        let dimension = definition.phases.get(phase).map_or(Dimension::NONE, |p| p.kind.amount());
        let kind = definition.phases.get(phase).map(|p| &p.kind);
        let initial = species.initial.as_ref().map_or(0.0, |q| {
            let at = format!("{path}.initial");
            if matches!(kind, Some(PhaseKind::Gas { .. } | PhaseKind::Reservoir))
                && q.dimension() == Dimension::pressure()
            {
                // An ideal gas: c = p / RT at the temperature of the model.
                let temperature = definition.run.temperature.as_ref().map_or(ROOM_TEMPERATURE, Quantity::si);
                let pressure = self.quantity(&at, q, Dimension::pressure(), Range::NotNegative);
                return pressure / (GAS_CONSTANT * temperature);
            }
            self.quantity(&at, q, dimension, Range::NotNegative)
        });
        let fixed = species.fixed || matches!(kind, Some(PhaseKind::Reservoir));
        if let Some(n) = species.electrons
            && !(n.is_finite() && n > 0.0)
        {
            let fault = Fault::Value { what: format!("`{path}.electrons`") };
            self.fault(&format!("{path}.electrons"), Diagnostic::new(fault, n.to_string(), Range::Positive.words()));
        }
        CheckedSpecies {
            name: species.name.clone(),
            formula,
            charge,
            phase: PhaseId(phase),
            sites,
            initial,
            fixed,
            electrons: species.electrons,
        }
    }

    fn composition(&mut self, species: &Species, path: &str, vacant: bool) -> (Option<Formula>, i32) {
        match &species.composition {
            Composition::Formula(text) => match Formula::parse(text) {
                Ok(formula) => {
                    let charge = formula.charge();
                    (Some(formula), charge)
                }
                Err(fault) => {
                    let field = format!("{path}.formula");
                    let length = text[fault.at..].chars().next().map_or(1, char::len_utf8);
                    let place =
                        self.places.within(&field, fault.at..fault.at + length).or_else(|| self.places.of(&field));
                    let rest = &text[fault.at..];
                    let found = if rest.is_empty() { "the end".to_owned() } else { format!("`{rest}`") };
                    let kind = Fault::Formula { formula: text.clone() };
                    self.faults.push(Diagnostic::new(kind, found, fault.expected).at(place));
                    (None, 0)
                }
            },
            Composition::Waived { charge } => (None, *charge),
            Composition::Unstated if vacant => (Some(Formula::default()), 0),
            Composition::Unstated => {
                let fault = Fault::MissingKey { key: "formula".into(), within: format!("species `{}`", species.name) };
                let diagnostic = Diagnostic::new(fault, "no composition", "a formula, such as formula = \"NH3\"")
                    .help("write composition = \"waived\" for a species whose composition is not known");
                self.fault(path, diagnostic);
                (None, 0)
            }
        }
    }

    /// Free sites take what the occupied ones leave of the density.
    fn vacancies(
        &mut self,
        definition: &Definition,
        index: &HashMap<String, usize>,
        densities: &[f64],
        species: &mut [CheckedSpecies],
    ) {
        for (i, site) in definition.sites.iter().enumerate() {
            let Some(&vacant) = index.get(&site.vacant) else { continue };
            let path = format!("sites.{}", site.name);
            if !species[vacant].sites.iter().any(|(s, _)| s.0 == i) {
                let fault = Fault::Conflict { what: format!("`{}` is vacant for sites it does not hold", site.vacant) };
                let expected = format!("sites = \"{}\" in [species.{}]", site.name, site.vacant);
                let found = "a species without that site";
                self.fault(&format!("{path}.vacant"), Diagnostic::new(fault, found, expected));
                continue;
            }
            if definition.species[vacant].initial.is_some() {
                continue;
            }
            let share = |s: &CheckedSpecies| s.sites.iter().find(|(s, _)| s.0 == i).map_or(0.0, |(_, n)| *n);
            let occupied: f64 = species.iter().map(|s| share(s) * s.initial).sum();
            let free = densities[i] - occupied;
            if free < -1e-12 * densities[i] {
                let fault = Fault::Conflict { what: format!("more than all sites `{}` are occupied", site.name) };
                let found = format!("{occupied} mol/m2 occupied at the start");
                let expected = format!("at most {} mol/m2", densities[i]);
                self.fault(&path, Diagnostic::new(fault, found, expected));
            }
            species[vacant].initial = free.max(0.0) / share(&species[vacant]);
        }
    }
}
