//! Parameters and rate laws: names, units derived from steps, ranges.

use std::collections::HashMap;

use super::matter::Matter;
use super::stoichiometry::RawStep;
use super::{Check, Range};
use crate::conditions::STANDARD_CONCENTRATION;
use crate::definition::Definition;
use crate::error::{Diagnostic, Fault, list};
use crate::network::{CheckedParameter, ParameterId, SpeciesId};
use crate::parameter::Parameter;
use crate::phase::PhaseKind;
use crate::rate::{
    Arrhenius, Barrier, ButlerVolmer, Constant, Eyring, Field, LawKind, MassAction, Measures, RateLaw, Reverse, Tafel,
};
use crate::step::Step;
use crate::units::Dimension;

type Checked = (Vec<CheckedParameter>, Vec<Option<(RateLaw, Reverse)>>);

/// Parameters while their dimensions are being found out.
struct Table {
    parameters: Vec<Entry>,
    index: HashMap<String, usize>,
}

struct Entry {
    name: String,
    path: String,
    definition: Parameter,
    /// Dimension and the constant that first asked for it.
    dimension: Option<(Dimension, String)>,
    range: Range,
    measures: Option<Measures>,
}

impl Check<'_> {
    pub(super) fn constants(&mut self, definition: &Definition, matter: &Matter, raw: &[Option<RawStep>]) -> Checked {
        let index = self.index("parameter", "parameters", definition.parameters.iter().map(|p| p.name.as_str()));
        let parameters = definition
            .parameters
            .iter()
            .map(|p| Entry::new(p.clone(), format!("parameters.{}.value", p.name)))
            .collect();
        let mut table = Table { parameters, index };
        let laws = definition
            .steps
            .iter()
            .zip(raw)
            .map(|(step, raw)| self.law(step, raw.as_ref()?, definition, matter, &mut table))
            .collect();
        (table.parameters.iter().map(|entry| self.parameter(entry)).collect(), laws)
    }

    fn parameter(&mut self, entry: &Entry) -> CheckedParameter {
        let Parameter { value, bounds, .. } = &entry.definition;
        let dimension = entry.dimension.as_ref().map_or_else(|| value.dimension(), |d| d.0);
        let value = match &entry.dimension {
            Some((expected, constant)) if *expected != value.dimension() => {
                let fault = Fault::Unit { what: format!("`{}`, {constant},", entry.name) };
                let found = format!("{value}, in {}", value.dimension());
                let rate = [Measures::Forward, Measures::Reverse, Measures::Equilibrium];
                let help = match entry.measures {
                    Some(m) if rate.contains(&m) => {
                        Some("the unit of a rate constant follows from the phase and the orders of its step")
                    }
                    Some(Measures::MolarEnergy) if value.dimension() == Dimension::energy() => {
                        Some("an energy of one molecule: 1 eV is 96.485 kJ/mol")
                    }
                    _ => None,
                };
                let diagnostic =
                    Diagnostic::new(fault, found, format!("a unit of {expected}")).help_if(help.map(ToOwned::to_owned));
                self.fault(&entry.path, diagnostic);
                value.si()
            }
            _ => self.quantity(&entry.path, value, dimension, entry.range),
        };
        let bounds = bounds.as_ref().map(|(low, high)| {
            let at = format!("parameters.{}.bounds", entry.name);
            let low_si = self.quantity(&at, low, dimension, Range::Finite);
            let high_si = self.quantity(&at, high, dimension, Range::Finite);
            if low_si >= high_si {
                let fault = Fault::Value { what: format!("`{at}`") };
                self.fault(&at, Diagnostic::new(fault, format!("{low} to {high}"), "a lower and a higher bound"));
            }
            (low_si, high_si)
        });
        CheckedParameter { name: entry.name.clone(), value, dimension, measures: entry.measures, bounds }
    }

    fn law(
        &mut self,
        step: &Step,
        raw: &RawStep,
        definition: &Definition,
        matter: &Matter,
        table: &mut Table,
    ) -> Option<(RateLaw, Reverse)> {
        let rate = definition.phases[raw.phase.0].kind.amount() / Dimension::TIME;
        let unit = |orders: &[(SpeciesId, f64)]| {
            orders.iter().fold(rate, |unit, (id, order)| {
                unit / definition.phases[matter.species[id.0].phase.0].kind.amount().power(*order)
            })
        };
        let (forward, reverse) = (unit(&raw.orders), unit(&raw.reverse_orders));
        let standard = Standard { definition, matter };
        let mut known: HashMap<&'static str, ParameterId> = HashMap::new();
        let fields = step.law.kind.fields();
        for (name, constant) in &step.law.constants {
            let Some(field) = fields.iter().find(|f| f.name == name) else {
                let names: Vec<&str> = fields.iter().map(|f| f.name).collect();
                let at = format!("steps.{}.{name}", step.name);
                self.fault(&at, Diagnostic::unknown("constant of the rate law", name, &names));
                continue;
            };
            let dimension = field.measures.dimension(forward, reverse);
            if let Some(id) = self.lookup(step, field, constant, dimension, table) {
                known.insert(field.name, id);
            }
        }
        let given = |name: &str| step.law.constants.iter().any(|(n, _)| n == name);
        let mut missing = false;
        for field in fields.iter().filter(|f| f.required && !given(f.name)) {
            self.missing(
                step,
                field.name,
                &format!("`{}`, a quantity in {}", field.name, field.measures.dimension(forward, reverse)),
            );
            missing = true;
        }
        let both = raw.reversible && step.law.kind == LawKind::ButlerVolmer;
        let reverse_given = given("K") || given("k_reverse");
        if raw.reversible && step.law.kind == LawKind::Tafel {
            let fault =
                Fault::Conflict { what: format!("step `{}` is reversible, but a Tafel law goes one way", step.name) };
            let diagnostic = Diagnostic::new(fault, "`<=>`", "`->`, or law = \"butler-volmer\" for both directions");
            self.fault(&format!("steps.{}.law", step.name), diagnostic);
            return None;
        }
        if raw.reversible && !both && !reverse_given {
            self.missing(
                step,
                "K",
                &format!("`K` in {} or `k_reverse` in {reverse}, since the step is reversible", forward / reverse),
            );
            missing = true;
        }
        if (!raw.reversible && (reverse_given || step.law.kind == LawKind::ButlerVolmer))
            || (given("K") && given("k_reverse"))
        {
            let fault = Fault::Conflict { what: format!("the reverse rate of step `{}` is not clear", step.name) };
            let found =
                if raw.reversible { "both `K` and `k_reverse`" } else { "`->` with a law or constant for the reverse" };
            let diagnostic = Diagnostic::new(fault, found, "`<=>` with one of `K` and `k_reverse`, or `->` with none");
            self.fault(&format!("steps.{}", step.name), diagnostic);
            return None;
        }
        if matches!(step.law.kind, LawKind::Tafel | LawKind::ButlerVolmer) && raw.electrons == 0.0 {
            let fault = Fault::Conflict { what: format!("step `{}` has an electrode law but no electrons", step.name) };
            let at = format!("steps.{}.law", step.name);
            self.fault(&at, Diagnostic::new(fault, step.law.kind.word(), "`e-` on one side of the equation"));
            return None;
        }
        if missing {
            return None;
        }
        let law = self.assemble(step, raw, &known, &standard)?;
        let reverse = match (known.get("k_reverse"), known.get("K")) {
            _ if both => Reverse::Law,
            (Some(k), _) => Reverse::Constant(*k),
            (_, Some(k)) => Reverse::Equilibrium(*k),
            _ => Reverse::None,
        };
        Some((law, reverse))
    }

    fn missing(&mut self, step: &Step, constant: &str, expected: &str) {
        let fault = Fault::MissingConstant { step: step.name.clone(), constant: constant.to_owned() };
        let names: Vec<&str> = step.law.constants.iter().map(|(n, _)| n.as_str()).collect();
        let found =
            if names.is_empty() { "no constants".to_owned() } else { format!("the constants {}", list(&names)) };
        self.fault(&format!("steps.{}", step.name), Diagnostic::new(fault, found, expected));
    }

    fn lookup(
        &mut self,
        step: &Step,
        field: &Field,
        constant: &Constant,
        dimension: Dimension,
        table: &mut Table,
    ) -> Option<ParameterId> {
        let at = format!("steps.{}.{}", step.name, field.name);
        let of = format!("the {} of step `{}`", field.name, step.name);
        let id = match constant {
            Constant::Value(value) => {
                let name = format!("{}.{}", step.name, field.name);
                let id = table.parameters.len();
                if table.index.insert(name.clone(), id).is_some() {
                    let fault = Fault::Duplicate { kind: "parameter", name: name.clone() };
                    self.fault(&at, Diagnostic::new(fault, format!("`{name}` twice"), "each name once"));
                }
                table.parameters.push(Entry::new(Parameter::new(&name, value.clone()), at.clone()));
                id
            }
            Constant::Parameter(name) => {
                let Some(id) = table.index.get(name).copied() else {
                    let mut known: Vec<&str> = table.index.keys().map(String::as_str).collect();
                    known.sort_unstable();
                    let place = self.places.within(&at, 0..name.len()).or_else(|| self.places.of(&at));
                    self.faults.push(Diagnostic::unknown("parameter", name, &known).at(place));
                    return None;
                };
                id
            }
        };
        let entry = &mut table.parameters[id];
        entry.measures.get_or_insert(field.measures);
        if matches!(field.measures, Measures::Forward | Measures::Reverse) {
            entry.range = Range::NotNegative;
        } else if field.measures == Measures::Equilibrium {
            entry.range = Range::Positive;
        }
        match &entry.dimension {
            None => entry.dimension = Some((dimension, of)),
            Some((first, by)) if *first != dimension => {
                let fault = Fault::Unit { what: of };
                let found = format!("`{}`, which is {by} too, in {first}", entry.name);
                self.fault(&at, Diagnostic::new(fault, found, format!("a unit of {dimension}")));
            }
            Some(_) => {}
        }
        Some(ParameterId(id))
    }

    fn assemble(
        &mut self,
        step: &Step,
        raw: &RawStep,
        known: &HashMap<&'static str, ParameterId>,
        standard: &Standard<'_>,
    ) -> Option<RateLaw> {
        let get = |name| known.get(name).copied();
        let tafel =
            || Some(Tafel { k0: get("k0")?, e0: get("E0")?, alpha: get("alpha")?, sign: raw.electrons.signum() });
        Some(match step.law.kind {
            LawKind::MassAction => RateLaw::MassAction(MassAction { k: get("k")? }),
            LawKind::Arrhenius => RateLaw::Arrhenius(Arrhenius { a: get("A")?, ea: get("Ea")?, b: get("b") }),
            LawKind::Eyring => {
                let barrier = match (get("dG"), get("dH"), get("dS")) {
                    (Some(dg), None, None) => Barrier::Gibbs(dg),
                    (None, Some(dh), Some(ds)) => Barrier::EnthalpyEntropy(dh, ds),
                    (Some(_), _, _) => {
                        let fault = Fault::Conflict { what: format!("step `{}` has two barriers", step.name) };
                        let diagnostic = Diagnostic::new(fault, "`dG` beside `dH` or `dS`", "`dG`, or `dH` and `dS`");
                        self.fault(&format!("steps.{}", step.name), diagnostic);
                        return None;
                    }
                    _ => {
                        self.missing(step, "dG", "`dG`, or `dH` and `dS` together");
                        return None;
                    }
                };
                let own = standard.amount(raw.phase.0);
                let standard = own.zip(standard.product(&raw.orders)).map(|(own, product)| own / product);
                RateLaw::Eyring(Eyring { barrier, standard: standard.or_else(|| self.no_standard(step))? })
            }
            LawKind::Tafel => RateLaw::Tafel(tafel()?),
            LawKind::ButlerVolmer => {
                let both = standard.product(&raw.orders).zip(standard.product(&raw.reverse_orders));
                let standard = both.map(|(forward, reverse)| forward / reverse);
                RateLaw::ButlerVolmer(ButlerVolmer {
                    forward: tafel()?,
                    electrons: raw.electrons.abs(),
                    standard: standard.or_else(|| self.no_standard(step))?,
                })
            }
        })
    }

    fn no_standard(&mut self, step: &Step) -> Option<f64> {
        let fault = Fault::Conflict { what: format!("step `{}` has no standard state for its law", step.name) };
        let expected = "sites on the electrode, whose density is the standard state of a surface";
        let diagnostic = Diagnostic::new(fault, "an electrode without sites", expected);
        self.fault(&format!("steps.{}.law", step.name), diagnostic);
        None
    }
}

impl Entry {
    fn new(definition: Parameter, path: String) -> Self {
        let name = definition.name.clone();
        Self { name, path, definition, dimension: None, range: Range::Finite, measures: None }
    }
}

/// Standard amounts: 1 M in solution, all sites on a surface, 1 in an abstract phase.
struct Standard<'a> {
    definition: &'a Definition,
    matter: &'a Matter,
}

impl Standard<'_> {
    fn amount(&self, phase: usize) -> Option<f64> {
        let phase = &self.definition.phases[phase];
        match phase.kind {
            PhaseKind::Solution { .. } => Some(STANDARD_CONCENTRATION),
            PhaseKind::Abstract => Some(1.0),
            PhaseKind::Electrode { .. } => {
                let sites = self.definition.sites.iter().zip(&self.matter.densities);
                let total: f64 = sites.filter(|(s, _)| s.phase == phase.name).map(|(_, d)| d).sum();
                (total > 0.0).then_some(total)
            }
        }
    }

    fn product(&self, orders: &[(SpeciesId, f64)]) -> Option<f64> {
        orders.iter().map(|(id, order)| Some(self.amount(self.matter.species[id.0].phase.0)?.powf(*order))).product()
    }
}
