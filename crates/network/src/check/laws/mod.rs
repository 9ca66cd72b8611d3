//! Rate laws: their constants looked up, their reverse direction made clear.

mod barrier;
mod electrode;
mod formula;

use std::collections::HashMap;

use super::matter::Matter;
use super::observables::Names;
use super::parameters::{Asked, Table};
use super::standard::Standard;
use super::stoichiometry::RawStep;
use super::{Check, Range};
use crate::definition::Definition;
use crate::error::{Diagnostic, Fault, list};
use crate::file::{KEY, join};
use crate::network::{ParameterId, SpeciesId};
use crate::phase::PhaseKind;
use crate::rate::{
    Arrhenius, Back, ButlerVolmer, Constant, Field, LangmuirHinshelwood, LawKind, Marcus, MarcusHushChidsey,
    MassAction, MichaelisMenten, RateLaw, Reverse, StepDimensions,
};
use crate::step::Step;
use crate::units::Dimension;
use electrode::film;
use formula::{built, substrate};

/// A law and its reverse, or nothing where the step was faulty.
pub(super) type CheckedLaw = Option<(RateLaw, Reverse)>;

/// What the check of one step's law works on.
struct Case<'a> {
    step: &'a Step,
    raw: &'a RawStep,
    all: &'a [Option<RawStep>],
    definition: &'a Definition,
    matter: &'a Matter,
    dimensions: StepDimensions,
    known: HashMap<&'static str, ParameterId>,
    /// Constants that belong to species, by field.
    by_species: HashMap<&'static str, Vec<(SpeciesId, ParameterId)>>,
    /// The step that this one is relative to.
    other: Option<String>,
}

impl Case<'_> {
    fn path(&self, field: &str) -> String {
        format!("steps.{}.{field}", self.step.name)
    }

    fn get(&self, field: &str) -> Option<ParameterId> {
        self.known.get(field).copied()
    }

    fn gives(&self, field: &str) -> bool {
        self.step.law.constants.iter().any(|(n, _)| n == field)
    }

    /// Which of the constants of the reverse direction are given.
    fn reverse_fields(&self) -> Vec<&'static str> {
        ["K", "k_reverse", "dG0"].into_iter().filter(|name| self.gives(name)).collect()
    }

    fn kind(&self, id: SpeciesId) -> &PhaseKind {
        &self.definition.phases[self.matter.species[id.0].phase.0].kind
    }

    fn standard(&self) -> Standard<'_> {
        Standard { definition: self.definition, matter: self.matter }
    }

    fn amount(&self, id: SpeciesId) -> Dimension {
        self.kind(id).amount()
    }

    fn name(&self, id: SpeciesId) -> &str {
        &self.matter.species[id.0].name
    }

    fn of_kind(&self, field: &str) -> Vec<(SpeciesId, ParameterId)> {
        self.by_species.get(field).cloned().unwrap_or_default()
    }
}

/// Dimensions of the constants of a step.
fn dimensions(definition: &Definition, matter: &Matter, kind: LawKind, raw: &RawStep) -> StepDimensions {
    let amount = |id: SpeciesId| definition.phases[matter.species[id.0].phase.0].kind.amount();
    let rate = definition.phases[raw.phase.0].kind.amount() / Dimension::TIME;
    let unit = |orders: &[(SpeciesId, f64)], saturating: Option<SpeciesId>| {
        let counted = orders.iter().filter(|(id, _)| Some(*id) != saturating);
        counted.fold(rate, |unit, (id, order)| unit / amount(*id).power(*order))
    };
    // A substrate saturates, so that its order is not in the unit of the constant.
    let substrate = substrate(raw).filter(|_| kind == LawKind::MichaelisMenten);
    StepDimensions {
        forward: unit(&raw.orders, substrate),
        reverse: unit(&raw.reverse_orders, None),
        rate,
        amount: substrate.map_or(Dimension::NONE, amount),
    }
}

/// The range of a constant: that of what it measures, or a narrower one.
fn range(field: &Field) -> Range {
    match field.name {
        "lambda" => Range::Positive,
        "alpha" | "alpha_reverse" | "sites" => Range::NotNegative,
        _ => Asked::range(field.measures),
    }
}

impl Check<'_> {
    pub(super) fn laws(
        &mut self,
        definition: &Definition,
        matter: &Matter,
        raw: &[Option<RawStep>],
        table: &mut Table,
    ) -> Vec<CheckedLaw> {
        // Steps that are relative to another come after all that are not.
        let is_relative = |step: &Step| step.law.constants.iter().any(|(_, c)| matches!(c, Constant::Step(_)));
        let mut laws: Vec<CheckedLaw> = vec![None; definition.steps.len()];
        for relative in [false, true] {
            for (i, step) in definition.steps.iter().enumerate().filter(|(_, s)| is_relative(s) == relative) {
                laws[i] = self.law((i, step), raw, definition, matter, table, &laws);
            }
        }
        laws
    }

    fn law(
        &mut self,
        (i, step): (usize, &Step),
        all: &[Option<RawStep>],
        definition: &Definition,
        matter: &Matter,
        table: &mut Table,
        others: &[CheckedLaw],
    ) -> CheckedLaw {
        let names = Names { definition, matter, table };
        let Some(raw) = &all[i] else {
            self.constant_names(step, &names);
            return None;
        };
        let mut case = Case {
            step,
            raw,
            all,
            definition,
            matter,
            dimensions: dimensions(definition, matter, step.law.kind, raw),
            known: HashMap::new(),
            by_species: HashMap::new(),
            other: None,
        };
        if step.law.kind == LawKind::Expression {
            return self.formula(&case, table);
        }
        if !(self.reverse_is_clear(&case) && self.has_the_shape(&case)) {
            // Units would follow from what is wrong.
            self.constant_names(step, &names);
            return None;
        }
        self.look_up(&mut case, table);
        let has_reverse = self.reverse_is_given(&case);
        let law = self.assemble(&case, table, others)?;
        if !has_reverse {
            return None;
        }
        let reverse = match (case.get("k_reverse"), case.get("K"), case.get("dG0")) {
            _ if matches!(law, RateLaw::Formula(_)) => Reverse::None,
            (Some(k), _, _) => Reverse::Constant(k),
            (_, Some(k), _) => Reverse::Equilibrium(k),
            (_, _, Some(dg)) => Reverse::Gibbs { dg, standard: self.standard_of_reaction(&case)? },
            _ if raw.reversible => Reverse::Law,
            _ => Reverse::None,
        };
        Some((law, reverse))
    }

    /// Looks all constants of a law up.
    fn look_up(&mut self, case: &mut Case<'_>, table: &mut Table) {
        let step = case.step;
        let fields = step.law.kind.fields();
        for (name, constant) in &step.law.constants {
            let (base, species) = match name.split_once('.') {
                Some((base, species)) => (base, Some(species)),
                None => (name.as_str(), None),
            };
            let at = case.path(name);
            let field = fields.iter().find(|f| f.name == base && f.per_species == species.is_some());
            let Some(field) = field else {
                let names: Vec<&str> = fields.iter().map(|f| f.name).collect();
                self.fault(&at, Diagnostic::unknown("constant of the rate law", name, &names));
                continue;
            };
            if let Constant::Step(other) = constant {
                case.other = Some(other.clone());
                continue;
            }
            let mut dimensions = case.dimensions;
            let mut of_species = None;
            if let Some(species) = species {
                let Some(id) = case.matter.index.get(species) else {
                    let known: Vec<&str> = case.matter.species.iter().map(|s| s.name.as_str()).collect();
                    self.fault(&join(&at, KEY), Diagnostic::unknown("species", species, &known));
                    continue;
                };
                of_species = Some(SpeciesId(*id));
                dimensions.amount = case.amount(SpeciesId(*id));
            }
            if field.name == "reference" {
                // What an exchange current density holds at is part of the law, no constant to vary.
                self.reference_amount(&at, constant, dimensions.amount);
                continue;
            }
            let asked = Asked {
                of: format!("the {name} of step `{}`", step.name),
                own_name: format!("{}.{name}", step.name),
                measures: field.measures,
                dimension: field.measures.dimension(&dimensions),
                range: range(field),
            };
            if let Some(id) = self.constant(&at, &asked, constant, table) {
                match of_species {
                    Some(species) => case.by_species.entry(field.name).or_default().push((species, id)),
                    None => drop(case.known.insert(field.name, id)),
                }
            }
        }
        for field in fields.iter().filter(|f| f.required && !case.gives(f.name)) {
            let measured = match field.measures.dimension(&case.dimensions) {
                Dimension::NONE => "a pure number".to_owned(),
                dimension => format!("a quantity in {dimension}"),
            };
            self.missing(case.step, field.name, &format!("`{}`, {measured}", field.name));
        }
    }

    /// Refuses a law that goes another way than its equation, or whose reverse direction is given twice.
    fn reverse_is_clear(&mut self, case: &Case<'_>) -> bool {
        let (raw, kind) = (case.raw, case.step.law.kind);
        let given = case.reverse_fields();
        match (raw.reversible, kind) {
            (true, LawKind::Tafel) => {
                let expected = "`->`, or law = \"butler-volmer\" for both directions";
                self.conflict(case, "law", "is reversible, but a Tafel law goes one way", "`<=>`", expected);
            }
            (true, LawKind::MichaelisMenten) => {
                let expected = "`->`, or law = \"expression\" for both directions";
                self.conflict(case, "law", "is reversible, but a Michaelis-Menten law goes one way", "`<=>`", expected);
            }
            (false, LawKind::ButlerVolmer) => {
                let expected = "`<=>`, or law = \"tafel\" for one direction";
                self.conflict(case, "law", "goes one way, but a Butler-Volmer law both", "`->`", expected);
            }
            (false, LawKind::GasLiquid) => {
                let expected = "`<=>` between a solution and a gas";
                self.conflict(case, "law", "goes one way, but a transfer both", "`->`", expected);
            }
            (false, _) if !given.is_empty() => {
                let found = format!("`{}` beside `->`", given.join("` and `"));
                let expected = "`<=>` in the equation, or no constant of the reverse";
                self.conflict(case, given[0], "goes one way, but has a reverse constant", &found, expected);
            }
            _ if given.len() > 1 => {
                let expected = "one of `K`, `dG0` and `k_reverse`";
                let found = format!("both `{}`", given.join("` and `"));
                self.conflict(case, given[1], "has its reverse rate given twice", &found, expected);
            }
            _ => return true,
        }
        false
    }

    /// Refuses a reversible step without a reverse rate.
    fn reverse_is_given(&mut self, case: &Case<'_>) -> bool {
        let needed = case.raw.reversible && !case.step.law.kind.gives_reverse() && case.reverse_fields().is_empty();
        if needed {
            let StepDimensions { forward, reverse, .. } = case.dimensions;
            let expected =
                format!("`K` in {} or `k_reverse` in {reverse}, since the step is reversible", forward / reverse);
            self.missing(case.step, "K", &expected);
        }
        !needed
    }

    /// Refuses a law on a step of the wrong kind: without electrons, with too many, between other phases.
    fn has_the_shape(&mut self, case: &Case<'_>) -> bool {
        let (kind, electrons) = (case.step.law.kind, case.raw.electrons.abs());
        match kind {
            _ if kind.is_electrode_law() && electrons == 0.0 => {
                let what = "has an electrode law but no electrons";
                self.conflict(case, "law", what, kind.word(), "`e-` on one side of the equation");
            }
            LawKind::Marcus | LawKind::MarcusHushChidsey if electrons != 1.0 => {
                let found = format!("{electrons} electrons");
                let what = "has a law of one-electron transfers";
                self.conflict(case, "law", what, &found, "one `e-` in the equation, or another law");
            }
            LawKind::MichaelisMenten if substrate(case.raw).is_none() => {
                let what = "has no single substrate";
                let expected = "one reactant that the step uses up; catalysts on both sides";
                self.conflict(case, "equation", what, &case.step.equation, expected);
            }
            LawKind::GasLiquid if case.is_stripping().is_none() => {
                let expected = "one species in a solution `<=>` the same in a gas";
                self.conflict(case, "equation", "is no transfer from liquid to gas", &case.step.equation, expected);
            }
            _ => return self.film_fits(case),
        }
        false
    }

    /// Looks up the names alone of a law whose units cannot be known.
    fn constant_names(&mut self, step: &Step, names: &Names<'_>) {
        for (name, constant) in &step.law.constants {
            let at = format!("steps.{}.{name}", step.name);
            match constant {
                Constant::Parameter(parameter) if name != "rate" => self.parameter_name(&at, parameter, names.table),
                Constant::Expression(expression) if name == "rate" => {
                    self.expression(&at, expression, &mut |leaf| names.rate(leaf));
                }
                Constant::Expression(expression) => {
                    self.expression(&at, expression, &mut |leaf| names.table.binding(leaf));
                }
                _ => {}
            }
        }
    }

    fn missing(&mut self, step: &Step, constant: &str, expected: &str) {
        let fault = Fault::MissingConstant { step: step.name.clone(), constant: constant.to_owned() };
        let names: Vec<&str> = step.law.constants.iter().map(|(n, _)| n.as_str()).collect();
        let found =
            if names.is_empty() { "no constants".to_owned() } else { format!("the constants {}", list(&names)) };
        self.fault(&format!("steps.{}", step.name), Diagnostic::new(fault, found, expected));
    }

    fn conflict(&mut self, case: &Case<'_>, field: &str, what: &str, found: &str, expected: &str) {
        let fault = Fault::Conflict { what: format!("step `{}` {what}", case.step.name) };
        self.fault(&case.path(field), Diagnostic::new(fault, found, expected));
    }

    fn assemble(&mut self, case: &Case<'_>, table: &Table, others: &[CheckedLaw]) -> Option<RateLaw> {
        let get = |name| case.get(name);
        let sign = case.raw.electrons.signum();
        let law = match case.step.law.kind {
            LawKind::MassAction => RateLaw::MassAction(MassAction { k: get("k")? }),
            LawKind::Arrhenius => RateLaw::Arrhenius(Arrhenius { a: get("A")?, ea: get("Ea")?, b: get("b") }),
            LawKind::Eyring if case.other.is_some() || case.gives("ddG") => self.relative(case, others)?,
            LawKind::Eyring => self.eyring(case)?,
            LawKind::Tafel => RateLaw::Tafel(self.tafel(case)?.0),
            LawKind::ButlerVolmer => {
                let (forward, ratio) = self.tafel(case)?;
                let electrons = case.raw.electrons.abs();
                let alpha_reverse = get("alpha_reverse");
                RateLaw::ButlerVolmer(ButlerVolmer { forward, alpha_reverse, electrons, standard: ratio? })
            }
            LawKind::Marcus | LawKind::MarcusHushChidsey => {
                let standard = self.ratio(case)?;
                let (k0, e0, lambda) = (get("k0")?, get("E0")?, get("lambda")?);
                if case.step.law.kind == LawKind::Marcus {
                    RateLaw::Marcus(Marcus { k0, e0, lambda, sign, standard })
                } else {
                    RateLaw::MarcusHushChidsey(MarcusHushChidsey { k0, e0, lambda, sign, standard })
                }
            }
            LawKind::GasLiquid => Self::gas_liquid(case, table)?,
            LawKind::MichaelisMenten => {
                let substrate = substrate(case.raw)?;
                let law = MichaelisMenten {
                    k: get("k")?,
                    km: get("Km")?,
                    substrate,
                    others: case.raw.orders.iter().copied().filter(|(id, _)| *id != substrate).collect(),
                    inhibition: case.of_kind("inhibition"),
                };
                built(|graph| law.rate(graph))
            }
            LawKind::LangmuirHinshelwood => {
                let orders = &case.raw.reverse_orders;
                let back = |name, is_equilibrium| {
                    get(name).map(|constant| Back { constant, is_equilibrium, orders: orders.clone() })
                };
                let law = LangmuirHinshelwood {
                    k: get("k")?,
                    orders: case.raw.orders.clone(),
                    reverse: back("K", true).or_else(|| back("k_reverse", false)),
                    adsorption: case.of_kind("adsorption"),
                    sites: get("sites"),
                };
                built(|graph| law.rate(graph))
            }
            LawKind::Expression => return None,
        };
        Some(film(case, law))
    }

    /// Standard amounts of the products over those of the reactants: what makes `exp(-dG / RT)` the ratio of
    /// the rate constants.
    fn standard_of_reaction(&mut self, case: &Case<'_>) -> Option<f64> {
        let standard = case.standard();
        let both = standard.product(&case.raw.reverse_orders).zip(standard.product(&case.raw.orders));
        both.map(|(products, reactants)| products / reactants).or_else(|| self.no_standard(case.step))
    }

    fn no_standard<T>(&mut self, step: &Step) -> Option<T> {
        let fault = Fault::Conflict { what: format!("step `{}` has no standard state for its law", step.name) };
        let expected = "sites on the electrode, whose density is the standard state of a surface";
        let diagnostic = Diagnostic::new(fault, "an electrode without sites", expected);
        self.fault(&format!("steps.{}.law", step.name), diagnostic);
        None
    }
}
