//! Equations: names, balances, orders and where a step happens.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Check;
use super::matter::Matter;
use crate::definition::Definition;
use crate::equation::{ELECTRON, Equation, Term, missing_space};
use crate::error::{Diagnostic, Fault};
use crate::file::{KEY, join};
use crate::network::{PhaseId, SpeciesId};
use crate::phase::PhaseKind;
use crate::step::Step;

/// A step after its equation was understood.
pub(super) struct RawStep {
    pub(super) reversible: bool,
    pub(super) change: Vec<(SpeciesId, f64)>,
    pub(super) electrons: f64,
    pub(super) orders: Vec<(SpeciesId, f64)>,
    pub(super) reverse_orders: Vec<(SpeciesId, f64)>,
    pub(super) phase: PhaseId,
    /// Species with their coefficients on the left and on the right (as bits), to tell equal steps; electrons
    /// follow from the balance of charge.
    sides: Sides,
}

type Side = Vec<(SpeciesId, f64)>;
type Sides = Vec<(SpeciesId, u64, u64)>;

/// Largest order of reaction.
const LARGEST_ORDER: f64 = 100.0;

impl Check<'_> {
    pub(super) fn stoichiometry(&mut self, definition: &Definition, matter: &Matter) -> Vec<Option<RawStep>> {
        self.index("step", "steps", definition.steps.iter().map(|s| s.name.as_str()));
        if definition.steps.is_empty() {
            let fault = Fault::MissingKey { key: "steps".into(), within: "the model".into() };
            self.fault("", Diagnostic::new(fault, "no step", "at least one step"));
        }
        let raw: Vec<_> = definition.steps.iter().map(|step| self.step(step, definition, matter)).collect();
        self.duplicates(definition, &raw);
        raw
    }

    /// Steps that say the same must say so: most often it is one step written twice.
    fn duplicates(&mut self, definition: &Definition, raw: &[Option<RawStep>]) {
        let mut seen: HashMap<(PhaseId, Sides), usize> = HashMap::new();
        let mut told = HashSet::new();
        for (i, step) in raw.iter().enumerate() {
            let Some(step) = step else { continue };
            let first = *seen.entry((step.phase, step.sides.clone())).or_insert(i);
            // The fault stands at the step that does not say so; the first is told once.
            let (own, other) = match (&definition.steps[i], &definition.steps[first]) {
                (own, first) if own.duplicate => (first, own),
                (own, first) => (own, first),
            };
            if first != i && !own.duplicate && told.insert(own.name.clone()) {
                let fault = Fault::Duplicate { kind: "equation", name: own.equation.clone() };
                let found = format!("the equation of step `{}` again", other.name);
                let diagnostic = Diagnostic::new(fault, found, "each equation once");
                let help = "write duplicate = true in both steps if two paths have the same equation";
                self.fault(&format!("steps.{}.equation", own.name), diagnostic.help(help));
            }
        }
    }

    fn step(&mut self, step: &Step, definition: &Definition, matter: &Matter) -> Option<RawStep> {
        let path = format!("steps.{}", step.name);
        let at = format!("{path}.equation");
        let equation = match Equation::parse(&step.equation) {
            Ok(equation) => equation,
            Err(fault) => {
                let place = self.places.within(&at, fault.span.clone()).or_else(|| self.places.of(&at));
                let part = &step.equation[fault.span];
                let found = if part.is_empty() { "nothing".to_owned() } else { format!("`{part}`") };
                let kind = Fault::Equation { step: step.name.clone() };
                self.faults.push(Diagnostic::new(kind, found, fault.expected).at(place).help_if(fault.help));
                return None;
            }
        };
        let left = self.side(&at, &equation.reactants, definition, matter);
        let right = self.side(&at, &equation.products, definition, matter);
        let ((left, electrons_left), (right, electrons_right)) = (left?, right?);
        let electrons = electrons_right - electrons_left;
        let balanced = self.balance(step, &at, &left, &right, electrons, matter);
        if !left.iter().chain(&right).all(|(id, _)| matter.placed[id.0]) {
            return None;
        }
        let phase = self.place_of(step, &path, definition, matter, left.iter().chain(&right), electrons);
        let known: Vec<&str> = matter.species.iter().map(|s| s.name.as_str()).collect();
        let mut orders = |given: &[(String, f64)], side: &Side, key: &str| {
            let mut orders: BTreeMap<SpeciesId, f64> = BTreeMap::new();
            for (id, n) in side {
                *orders.entry(*id).or_default() += n;
            }
            for (name, order) in given {
                let at = format!("{path}.{key}.{name}");
                let Some(id) = matter.index.get(name) else {
                    self.fault(&join(&at, KEY), Diagnostic::unknown("species", name, &known));
                    continue;
                };
                if order.abs() > LARGEST_ORDER || !order.is_finite() {
                    let fault = Fault::Value { what: format!("`{at}`") };
                    self.fault(&at, Diagnostic::new(fault, order.to_string(), "an order from -100 to 100"));
                }
                orders.insert(SpeciesId(*id), *order);
            }
            orders.into_iter().filter(|(_, order)| *order != 0.0).collect::<Vec<_>>()
        };
        let forward = orders(&step.orders, &left, "orders");
        let reverse =
            if equation.reversible { orders(&step.reverse_orders, &right, "reverse_orders") } else { Vec::new() };
        if !equation.reversible && !step.reverse_orders.is_empty() {
            let fault = Fault::Conflict { what: format!("step `{}` has reverse orders but goes one way", step.name) };
            self.fault(&format!("{path}.reverse_orders"), Diagnostic::new(fault, "`->`", "`<=>` in the equation"));
        }
        // The units of a step that is wrong would be wrong too.
        if !balanced {
            return None;
        }
        let mut change: BTreeMap<SpeciesId, f64> = BTreeMap::new();
        for (sign, side) in [(-1.0, &left), (1.0, &right)] {
            for (id, n) in side {
                *change.entry(*id).or_default() += sign * n;
            }
        }
        Some(RawStep {
            reversible: equation.reversible,
            change: change.into_iter().filter(|(_, n)| *n != 0.0).collect(),
            electrons,
            orders: forward,
            reverse_orders: reverse,
            phase: phase?,
            sides: sides(&left, &right),
        })
    }

    /// Looks the names of one side up; gives species and electrons.
    fn side(&mut self, at: &str, terms: &[Term], definition: &Definition, matter: &Matter) -> Option<(Side, f64)> {
        let (mut side, mut electrons, mut complete) = (Vec::new(), 0.0, true);
        for term in terms {
            if term.name == ELECTRON {
                electrons += term.coefficient;
            } else if let Some(id) = matter.index.get(&term.name) {
                side.push((SpeciesId(*id), term.coefficient));
            } else {
                let known: Vec<&str> = definition.species.iter().map(|s| s.name.as_str()).collect();
                let place = self.places.within(at, term.span.clone()).or_else(|| self.places.of(at));
                let mut diagnostic = Diagnostic::unknown("species", &term.name, &known).at(place);
                let with_electron: Vec<&str> = known.iter().copied().chain([ELECTRON]).collect();
                if let Some((number, rest)) = missing_space(&term.name, &with_electron) {
                    diagnostic = diagnostic.help(format!("write a space: `{number} {rest}`"));
                }
                self.faults.push(diagnostic);
                complete = false;
            }
        }
        complete.then_some((side, electrons))
    }

    fn balance(&mut self, step: &Step, at: &str, left: &Side, right: &Side, electrons: f64, matter: &Matter) -> bool {
        let before = self.faults.0.len();
        let species = |id: &SpeciesId| &matter.species[id.0];
        let sum = |side: &Side, of: &dyn Fn(SpeciesId) -> f64| -> f64 { side.iter().map(|(id, n)| n * of(*id)).sum() };
        let differs = |a: f64, b: f64| (a - b).abs() > 1e-9 * a.abs().max(b.abs());
        let waived = left.iter().chain(right).any(|(id, _)| species(id).formula.is_none());
        if !waived {
            let mut elements: Vec<&str> = left
                .iter()
                .chain(right)
                .flat_map(|(id, _)| &species(id).formula)
                .flat_map(|f| f.elements().map(|e| e.0))
                .collect();
            elements.sort_unstable();
            elements.dedup();
            for element in elements {
                let count = |id: SpeciesId| species(&id).formula.as_ref().map_or(0.0, |f| f64::from(f.count(element)));
                let (l, r) = (sum(left, &count), sum(right, &count));
                if differs(l, r) {
                    let fault = Fault::Element { step: step.name.clone(), element: element.to_owned() };
                    let detail = |side: &Side| detail(side, &count, matter);
                    let found =
                        format!("{element}: {l} on the left{}, {r} on the right{}", detail(left), detail(right));
                    let all = |id: SpeciesId| {
                        let formula = species(&id).formula.as_ref();
                        formula.map_or(0.0, |f| f64::from(f.count_all(element_of(element))))
                    };
                    let diagnostic =
                        Diagnostic::new(fault, found, format!("the same number of {element} on both sides"))
                            .help_if(lost_label(element, !differs(sum(left, &all), sum(right, &all))));
                    self.fault(at, diagnostic);
                }
            }
        }
        let charge = |id: SpeciesId| f64::from(species(&id).charge);
        // Electrons on both sides add rounding of their own; zero is added so that none is printed as -0.
        let (l, r) = (sum(left, &charge) + 0.0, sum(right, &charge) - electrons + 0.0);
        if differs(l, r) {
            let fault = Fault::Charge { step: step.name.clone() };
            let found = format!("charge {l} on the left, {r} on the right, electrons counted");
            // Electrons that would balance it go where charge is in excess, or come away from the other side.
            let (n, side, other) = if r > l { (r - l, "right", "left") } else { (l - r, "left", "right") };
            let there = if side == "right" { electrons < 0.0 } else { electrons > 0.0 };
            let help = if there {
                format!("{n} `e-` fewer on the {other} would balance it")
            } else {
                format!("{n} `e-` on the {side} would balance it")
            };
            self.fault(at, Diagnostic::new(fault, found, "the same charge on both sides").help(help));
        }
        for site in 0..matter.densities.len() {
            let held = |id: SpeciesId| species(&id).sites.iter().find(|(s, _)| s.0 == site).map_or(0.0, |(_, n)| *n);
            let (l, r) = (sum(left, &held), sum(right, &held));
            if differs(l, r) {
                let fault = Fault::Sites { step: step.name.clone(), site: matter.site_names[site].clone() };
                let found = format!("{l} on the left, {r} on the right");
                self.fault(at, Diagnostic::new(fault, found, "the same number of sites on both sides"));
            }
        }
        self.faults.0.len() == before
    }

    /// Where a step happens: the electrode it touches, else the one solution of its species.
    fn place_of<'s>(
        &mut self,
        step: &Step,
        path: &str,
        definition: &Definition,
        matter: &Matter,
        species: impl Iterator<Item = &'s (SpeciesId, f64)>,
        electrons: f64,
    ) -> Option<PhaseId> {
        let mut touched: Vec<usize> = species.map(|(id, _)| matter.species[id.0].phase.0).collect();
        touched.sort_unstable();
        touched.dedup();
        let kind = |i: &usize| definition.phases.get(*i).map(|p| &p.kind);
        let is_surface = |i: &usize| kind(i).is_some_and(PhaseKind::is_surface);
        let surfaces = |among: &[usize]| among.iter().copied().filter(|i| is_surface(i)).collect::<Vec<_>>();
        let has_electrodes = definition.phases.iter().any(|p| p.kind.is_electrode());
        let working = |i: &usize| matches!(kind(i), Some(PhaseKind::Electrode(electrode)) if !electrode.counter);
        let solutions = |among: &[usize]| {
            let liquid = |i: &&usize| matches!(kind(i), Some(PhaseKind::Solution { .. }));
            among.iter().filter(liquid).copied().collect::<Vec<_>>()
        };
        let finite = |among: &[usize]| {
            among.iter().copied().filter(|i| !matches!(kind(i), Some(PhaseKind::Reservoir))).collect::<Vec<_>>()
        };
        let candidates = if let Some(name) = &step.phase {
            let Some(id) = matter.phase_index.get(name) else {
                self.unknown_phase(&format!("{path}.phase"), name, definition);
                return None;
            };
            vec![*id]
        } else if surfaces(&touched).is_empty() && electrons != 0.0 {
            // An electron without a species on an electrode: at the working one.
            let working: Vec<usize> = (0..definition.phases.len()).filter(working).collect();
            // With counter electrodes alone, which is a fault of its own, any of them will do.
            let any = |i: &usize| kind(i).is_some_and(PhaseKind::is_electrode);
            if working.is_empty() { (0..definition.phases.len()).find(any).into_iter().collect() } else { working }
        } else if surfaces(&touched).is_empty() {
            // Between a liquid and a gas, or a reservoir, a rate is per volume of the liquid.
            match solutions(&touched).as_slice() {
                [one] => vec![*one],
                _ => finite(&touched),
            }
        } else {
            surfaces(&touched)
        };
        if let [one] = candidates[..] {
            let foreign = !touched.is_empty() && !touched.contains(&one) && !is_surface(&one);
            // Chemistry in a solution may set electrons free where it stands for an electrode that is not modelled.
            let elsewhere = matches!(kind(&one), Some(PhaseKind::Surface { .. } | PhaseKind::Gas { .. }));
            if electrons != 0.0 && (elsewhere || has_electrodes && !kind(&one).is_some_and(PhaseKind::is_electrode)) {
                let name = &definition.phases[one].name;
                let fault = Fault::Conflict {
                    what: format!("step `{}` exchanges electrons where there is no electrode", step.name),
                };
                let diagnostic = Diagnostic::new(fault, format!("the phase `{name}`"), "a phase of kind electrode");
                self.fault(&format!("{path}.phase"), diagnostic);
                return None;
            }
            if !foreign {
                return Some(PhaseId(one));
            }
        }
        let names: Vec<&str> =
            candidates.iter().filter_map(|i| definition.phases.get(*i)).map(|p| p.name.as_str()).collect();
        let fault = Fault::Conflict { what: format!("it is not clear where step `{}` happens", step.name) };
        let found = match (names.is_empty(), electrons == 0.0) {
            (true, false) => "an electron, but no electrode".to_owned(),
            (true, true) => "no species with a phase".to_owned(),
            _ => format!("the phases {}", names.join(", ")),
        };
        let expected = "one electrode, or species of one solution; else phase = \"NAME\" in the step";
        self.fault(path, Diagnostic::new(fault, found, expected));
        None
    }
}

/// The same for equal equations, however their terms are ordered.
fn sides(left: &Side, right: &Side) -> Sides {
    let mut both: BTreeMap<SpeciesId, (f64, f64)> = BTreeMap::new();
    for (id, n) in left {
        both.entry(*id).or_default().0 += n;
    }
    for (id, n) in right {
        both.entry(*id).or_default().1 += n;
    }
    both.into_iter().map(|(id, (l, r))| (id, l.to_bits(), r.to_bits())).collect()
}

/// The element of an atom's name: `N` of `[15N]`.
fn element_of(name: &str) -> &str {
    name.trim_matches(|c: char| !c.is_ascii_alphabetic())
}

/// A step in which an element balances, but not its isotopes, most likely lost a label in one of its formulas.
fn lost_label(name: &str, element_balances: bool) -> Option<String> {
    let element = element_of(name);
    element_balances.then(|| format!("{element} balances if its isotopes are not told apart; is a label missing?"))
}

/// Who holds how many: ` (2 in NH3)`.
fn detail(side: &Side, count: &dyn Fn(SpeciesId) -> f64, matter: &Matter) -> String {
    let parts: Vec<String> = side
        .iter()
        .map(|(id, n)| (n * count(*id), &matter.species[id.0].name))
        .filter(|(n, _)| *n != 0.0)
        .map(|(n, name)| format!("{n} in {name}"))
        .collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}
