//! Rate laws: their constants looked up, their reverse direction made clear.

use std::collections::HashMap;

use super::Check;
use super::matter::Matter;
use super::parameters::{Asked, Table};
use super::standard::Standard;
use super::stoichiometry::RawStep;
use crate::conditions::FARADAY;
use crate::definition::Definition;
use crate::error::{Diagnostic, Fault, list};
use crate::expression::{Binding, Graph, Leaf, NodeId, Resolved, Variable};
use crate::network::{ParameterId, SpeciesId};
use crate::phase::PhaseKind;
use crate::rate::{
    Arrhenius, Barrier, ButlerVolmer, Constant, Eyring, Formula, GasLiquid, KouteckyLevich, LangmuirHinshelwood,
    LawKind, Marcus, MarcusHushChidsey, MassAction, MichaelisMenten, RateLaw, Relative, Reverse, StepDimensions, Tafel,
};
use crate::step::Step;
use crate::units::Dimension;

/// A law and its reverse, or nothing where the step was faulty.
pub(super) type CheckedLaw = Option<(RateLaw, Reverse)>;

/// What the check of one step's law works on.
struct Case<'a> {
    step: &'a Step,
    raw: &'a RawStep,
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

    fn standard(&self) -> Standard<'_> {
        Standard { definition: self.definition, matter: self.matter }
    }

    fn amount(&self, id: SpeciesId) -> Dimension {
        self.definition.phases[self.matter.species[id.0].phase.0].kind.amount()
    }

    fn name(&self, id: SpeciesId) -> &str {
        &self.matter.species[id.0].name
    }

    fn of_kind(&self, field: &str) -> Vec<(SpeciesId, ParameterId)> {
        self.by_species.get(field).cloned().unwrap_or_default()
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
                if let Some(raw) = &raw[i] {
                    laws[i] = self.law(step, raw, definition, matter, table, &laws);
                }
            }
        }
        laws
    }

    fn law(
        &mut self,
        step: &Step,
        raw: &RawStep,
        definition: &Definition,
        matter: &Matter,
        table: &mut Table,
        others: &[CheckedLaw],
    ) -> CheckedLaw {
        let rate = definition.phases[raw.phase.0].kind.amount() / Dimension::TIME;
        let unit = |orders: &[(SpeciesId, f64)]| {
            orders.iter().fold(rate, |unit, (id, order)| {
                unit / definition.phases[matter.species[id.0].phase.0].kind.amount().power(*order)
            })
        };
        let mut forward = unit(&raw.orders);
        let mut amount = Dimension::NONE;
        if step.law.kind == LawKind::MichaelisMenten
            && let Some(substrate) = substrate(raw)
        {
            // The substrate saturates, so that its order is not in the unit of the constant.
            let others: Vec<_> = raw.orders.iter().copied().filter(|(id, _)| *id != substrate).collect();
            forward = unit(&others);
            amount = definition.phases[matter.species[substrate.0].phase.0].kind.amount();
        }
        let dimensions = StepDimensions { forward, reverse: unit(&raw.reverse_orders), rate, amount };
        let mut case = Case {
            step,
            raw,
            definition,
            matter,
            dimensions,
            known: HashMap::new(),
            by_species: HashMap::new(),
            other: None,
        };
        if step.law.kind == LawKind::Expression {
            return self.formula(&case, table);
        }
        self.look_up(&mut case, table);
        let sound = self.reverse_is_clear(&case);
        let law = self.assemble(&case, table, others);
        let (law, sound) = (law?, sound?);
        if !sound {
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
                    self.fault(&at, Diagnostic::unknown("species", species, &known));
                    continue;
                };
                of_species = Some(SpeciesId(*id));
                dimensions.amount = case.amount(SpeciesId(*id));
            }
            let asked = Asked {
                of: format!("the {name} of step `{}`", step.name),
                own_name: format!("{}.{name}", step.name),
                measures: field.measures,
                dimension: field.measures.dimension(&dimensions),
            };
            if let Some(id) = self.constant(&at, &asked, constant, table) {
                match of_species {
                    Some(species) => case.by_species.entry(field.name).or_default().push((species, id)),
                    None => drop(case.known.insert(field.name, id)),
                }
            }
        }
        for field in fields.iter().filter(|f| f.required && !case.gives(f.name)) {
            let measured = field.measures.dimension(&case.dimensions);
            self.missing(case.step, field.name, &format!("`{}`, a quantity in {measured}", field.name));
        }
    }

    /// Refuses a law whose reverse direction is missing or given twice; nothing if a constant is missing.
    fn reverse_is_clear(&mut self, case: &Case<'_>) -> Option<bool> {
        let (step, raw, kind) = (case.step, case.raw, case.step.law.kind);
        let given = ["K", "k_reverse", "dG0"].into_iter().filter(|name| case.gives(name)).collect::<Vec<_>>();
        if raw.reversible && matches!(kind, LawKind::Tafel | LawKind::MichaelisMenten) {
            let what = if kind == LawKind::Tafel { "a Tafel" } else { "a Michaelis-Menten" };
            let fault =
                Fault::Conflict { what: format!("step `{}` is reversible, but {what} law goes one way", step.name) };
            let expected = match kind {
                LawKind::Tafel => "`->`, or law = \"butler-volmer\" for both directions",
                _ => "`->`, or law = \"expression\" for both directions",
            };
            self.fault(&case.path("law"), Diagnostic::new(fault, "`<=>`", expected));
            return Some(false);
        }
        let both = raw.reversible && kind.gives_reverse();
        if raw.reversible && !both && given.is_empty() {
            let StepDimensions { forward, reverse, .. } = case.dimensions;
            let expected =
                format!("`K` in {} or `k_reverse` in {reverse}, since the step is reversible", forward / reverse);
            self.missing(step, "K", &expected);
            return None;
        }
        let one_way =
            !raw.reversible && (!given.is_empty() || matches!(kind, LawKind::ButlerVolmer | LawKind::GasLiquid));
        if one_way || given.len() > 1 {
            let fault = Fault::Conflict { what: format!("the reverse rate of step `{}` is not clear", step.name) };
            let found = if raw.reversible {
                format!("both `{}`", given.join("` and `"))
            } else {
                "`->` with a law or constant for the reverse".to_owned()
            };
            let expected = "`<=>` with one of `K`, `dG0` and `k_reverse`, or `->` with none";
            self.fault(&format!("steps.{}", step.name), Diagnostic::new(fault, found, expected));
            return Some(false);
        }
        if kind.is_electrode_law() && raw.electrons == 0.0 {
            let fault = Fault::Conflict { what: format!("step `{}` has an electrode law but no electrons", step.name) };
            self.fault(&case.path("law"), Diagnostic::new(fault, kind.word(), "`e-` on one side of the equation"));
            return Some(false);
        }
        Some(true)
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
                if case.raw.electrons.abs() != 1.0 {
                    let found = format!("{} electrons", case.raw.electrons.abs());
                    let what = "has a law of one-electron transfers";
                    self.conflict(case, "law", what, &found, "one `e-` in the equation, or another law");
                    return None;
                }
                let standard = self.ratio(case)?;
                let (k0, e0, lambda) = (get("k0")?, get("E0")?, get("lambda")?);
                if case.step.law.kind == LawKind::Marcus {
                    RateLaw::Marcus(Marcus { k0, e0, lambda, sign, standard })
                } else {
                    RateLaw::MarcusHushChidsey(MarcusHushChidsey { k0, e0, lambda, sign, standard })
                }
            }
            LawKind::GasLiquid => self.gas_liquid(case, table)?,
            LawKind::MichaelisMenten => {
                let Some(substrate) = substrate(case.raw) else {
                    let what = "has no single substrate";
                    let expected = "one reactant that the step uses up; catalysts on both sides";
                    self.conflict(case, "equation", what, &case.step.equation, expected);
                    return None;
                };
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
                let back =
                    |name, is_equilibrium| get(name).map(|id| (id, is_equilibrium, case.raw.reverse_orders.clone()));
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
        self.film(case, law)
    }

    /// Puts an electrode law behind a film, if one is given.
    fn film(&mut self, case: &Case<'_>, law: RateLaw) -> Option<RateLaw> {
        let Some(forward) = case.get("k_m") else { return Some(law) };
        let dissolved = |orders: &[(SpeciesId, f64)]| match orders {
            [(id, order)] => {
                *order == 1.0
                    && matches!(
                        case.definition.phases[case.matter.species[id.0].phase.0].kind,
                        PhaseKind::Solution { .. }
                    )
            }
            _ => false,
        };
        let fits = dissolved(&case.raw.orders) && (!case.raw.reversible || dissolved(&case.raw.reverse_orders));
        if !fits {
            let expected = "first order in one dissolved species on each side (set other orders to 0)";
            self.conflict(case, "k_m", "cannot have a film", &case.step.equation, expected);
            return None;
        }
        Some(RateLaw::KouteckyLevich(Box::new(law), KouteckyLevich { forward, reverse: case.get("k_m_reverse") }))
    }

    fn eyring(&mut self, case: &Case<'_>) -> Option<RateLaw> {
        let barrier = match (case.get("dG"), case.get("dH"), case.get("dS")) {
            (Some(dg), None, None) => Barrier::Gibbs(dg),
            (None, Some(dh), Some(ds)) => Barrier::EnthalpyEntropy(dh, ds),
            (Some(_), _, _) => {
                let fault = Fault::Conflict { what: format!("step `{}` has two barriers", case.step.name) };
                let diagnostic = Diagnostic::new(fault, "`dG` beside `dH` or `dS`", "`dG`, or `dH` and `dS`");
                self.fault(&format!("steps.{}", case.step.name), diagnostic);
                return None;
            }
            _ => {
                if !["dG", "dH", "dS"].iter().all(|f| case.gives(f)) {
                    self.missing(case.step, "dG", "`dG`, or `dH` and `dS` together, or `ddG` and `relative_to`");
                }
                return None;
            }
        };
        let standard = case.standard();
        let own = standard.amount(case.raw.phase.0);
        let ratio = own.zip(standard.product(&case.raw.orders)).map(|(own, product)| own / product);
        Some(RateLaw::Eyring(Eyring { barrier, standard: ratio.or_else(|| self.no_standard(case.step))? }))
    }

    fn relative(&mut self, case: &Case<'_>, others: &[CheckedLaw]) -> Option<RateLaw> {
        let Some(name) = &case.other else {
            self.missing(case.step, "relative_to", "`relative_to`, the name of another step, beside `ddG`");
            return None;
        };
        let at = case.path("relative_to");
        let steps = &case.definition.steps;
        let Some(i) = steps.iter().position(|s| s.name == *name) else {
            let known: Vec<&str> = steps.iter().map(|s| s.name.as_str()).collect();
            self.fault(&at, Diagnostic::unknown("step", name, &known));
            return None;
        };
        if steps[i].law.constants.iter().any(|(_, c)| matches!(c, Constant::Step(_))) {
            let expected = "a step with constants of its own";
            self.conflict(case, "relative_to", "is relative to a step that is relative itself", name, expected);
            return None;
        }
        let difference = case.get("ddG").or_else(|| {
            self.missing(case.step, "ddG", "`ddG`, the difference of the two barriers in J/mol");
            None
        })?;
        // A fault of the other step is reported there.
        let (other, _) = others[i].clone()?;
        if matches!(other, RateLaw::Formula(_)) {
            let expected = "a step with a rate constant";
            self.conflict(case, "relative_to", "is relative to a step without a rate constant", name, expected);
            return None;
        }
        Some(RateLaw::Relative(Relative { other: Box::new(other), difference }))
    }

    /// The forward direction of an electrode law, and the standard amounts of both directions' ratio.
    fn tafel(&mut self, case: &Case<'_>) -> Option<(Tafel, Option<f64>)> {
        let sign = case.raw.electrons.signum();
        let exchange = case.gives("i0") || case.gives("E_eq");
        if exchange && (case.gives("k0") || case.gives("E0")) {
            let expected = "`k0` and `E0`, or `i0` and `E_eq`";
            self.conflict(case, "i0", "has two forms of its law", "`i0` or `E_eq` beside `k0` or `E0`", expected);
            return None;
        }
        let (k0, e0) = if exchange { ("i0", "E_eq") } else { ("k0", "E0") };
        for field in [k0, e0] {
            if !case.gives(field) {
                self.missing(case.step, field, "`k0` and `E0`, or `i0` and `E_eq` for an exchange current density");
            }
        }
        let (k0, e0, alpha) = (case.get(k0)?, case.get(e0)?, case.get("alpha")?);
        let needs_ratio = case.step.law.kind == LawKind::ButlerVolmer;
        if !exchange {
            let ratio = if needs_ratio { Some(self.ratio(case)?) } else { None };
            return Some((Tafel { k0, factor: 1.0, e0, alpha, sign }, ratio));
        }
        let forward = self.reference_product(case, &case.raw.orders)?;
        let reverse = if needs_ratio { Some(self.reference_product(case, &case.raw.reverse_orders)?) } else { None };
        let factor = 1.0 / (case.raw.electrons.abs() * FARADAY * forward);
        Some((Tafel { k0, factor, e0, alpha, sign }, reverse.map(|r| forward / r)))
    }

    /// The amounts at which an exchange current density holds, to their orders: those given as `reference`, else
    /// standard amounts.
    fn reference_product(&mut self, case: &Case<'_>, orders: &[(SpeciesId, f64)]) -> Option<f64> {
        let mut product = 1.0;
        for (id, order) in orders {
            let given = case.step.law.constants.iter().find_map(|(field, constant)| {
                let name = field.strip_prefix("reference.")?;
                (name == case.name(*id)).then_some(constant)
            });
            let amount = match given {
                Some(Constant::Value(quantity)) => quantity.si(),
                Some(_) => {
                    let at = format!("reference.{}", case.name(*id));
                    let what = "has a reference amount that is no number";
                    self.conflict(case, &at, what, "a parameter", "a quantity such as \"0.1 M\"");
                    return None;
                }
                None => {
                    let phase = case.matter.species[id.0].phase.0;
                    case.standard().amount(phase).or_else(|| self.no_standard(case.step))?
                }
            };
            product *= amount.powf(*order);
        }
        Some(product)
    }

    /// Standard amounts of the forward direction over those of the reverse.
    fn ratio(&mut self, case: &Case<'_>) -> Option<f64> {
        let standard = case.standard();
        if !case.raw.reversible {
            return Some(1.0);
        }
        let both = standard.product(&case.raw.orders).zip(standard.product(&case.raw.reverse_orders));
        both.map(|(forward, reverse)| forward / reverse).or_else(|| self.no_standard(case.step))
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

    fn gas_liquid(&mut self, case: &Case<'_>, table: &Table) -> Option<RateLaw> {
        let kind = |orders: &[(SpeciesId, f64)]| match orders {
            [(id, order)] if *order == 1.0 => Some(&case.definition.phases[case.matter.species[id.0].phase.0].kind),
            _ => None,
        };
        let stripping = match (kind(&case.raw.orders), kind(&case.raw.reverse_orders)) {
            (Some(PhaseKind::Solution { .. }), Some(PhaseKind::Gas { .. } | PhaseKind::Reservoir)) => true,
            (Some(PhaseKind::Gas { .. } | PhaseKind::Reservoir), Some(PhaseKind::Solution { .. })) => false,
            _ => {
                let expected = "one species in a solution `<=>` the same in a gas";
                self.conflict(case, "equation", "is no transfer from liquid to gas", &case.step.equation, expected);
                return None;
            }
        };
        let (kla, henry) = (case.get("kLa")?, case.get("H")?);
        let by_pressure = table.own_dimension(henry) == Some(Dimension::concentration() / Dimension::pressure());
        Some(RateLaw::GasLiquid(GasLiquid { kla, henry, by_pressure, stripping }))
    }

    /// A rate as the user's own expression.
    fn formula(&mut self, case: &Case<'_>, table: &mut Table) -> CheckedLaw {
        let given = case.step.law.constants.iter().find(|(name, _)| name == "rate").map(|(_, c)| c);
        let at = case.path("rate");
        let expression = match given {
            Some(Constant::Expression(expression)) => expression.clone(),
            Some(Constant::Parameter(name)) => crate::expression::Expression::parse(name).ok()?,
            Some(Constant::Value(_) | Constant::Step(_)) => {
                let expected = "an expression; a rate that is a constant is law = \"mass-action\" with orders of 0";
                self.conflict(case, "rate", "has a constant rate", "a number", expected);
                return None;
            }
            None => {
                self.missing(case.step, "rate", &format!("`rate`, an expression in {}", case.dimensions.rate));
                return None;
            }
        };
        for (name, _) in case.step.law.constants.iter().filter(|(name, _)| name != "rate") {
            self.fault(&case.path(name), Diagnostic::unknown("constant of the rate law", name, &["rate"]));
        }
        let resolved = self.expression(&at, &expression, &mut |leaf| amounts_and_parameters(leaf, case, table))?;
        if resolved.dimension.is_some_and(|d| d != case.dimensions.rate) {
            let fault = Fault::Unit { what: format!("the rate of step `{}`", case.step.name) };
            let found = format!("`{expression}`, in {}", resolved.dimension.unwrap_or(Dimension::NONE));
            let expected = format!("a rate in {}", case.dimensions.rate);
            let phase = &case.definition.phases[case.raw.phase.0];
            let help = format!("a rate is per {} of the step's phase `{}`", size_word(&phase.kind), phase.name);
            self.fault(&at, Diagnostic::new(fault, found, expected).help(help));
            return None;
        }
        for variable in resolved.tape().variables() {
            if let Variable::Parameter(id) = variable {
                table.mark_used(id, &case.step.name);
            }
        }
        Some((RateLaw::Formula(Formula::new(resolved)), Reverse::None))
    }
}

fn size_word(kind: &PhaseKind) -> &'static str {
    if kind.is_surface() { "area" } else { "volume" }
}

/// What a name is in a rate: a parameter, an amount, or a condition.
fn amounts_and_parameters(leaf: &Leaf<'_>, case: &Case<'_>, table: &Table) -> Binding {
    let amount = |name: &str| {
        let id = SpeciesId(*case.matter.index.get(name)?);
        Some(Binding::Variable(Variable::Amount(id), case.amount(id)))
    };
    let species: Vec<&str> = case.matter.species.iter().map(|s| s.name.as_str()).collect();
    match leaf {
        Leaf::Name(name) => {
            let parameter = table.find(name).map(|(id, d)| Binding::Variable(Variable::Parameter(id), d));
            parameter.or_else(|| amount(name)).unwrap_or_else(|| {
                let all = table.names().into_iter().chain(species.iter().copied());
                let help = crate::error::nearest(name, all).map(|n| format!("did you mean `{n}`?"));
                Binding::Unknown { expected: "a parameter, a species, `T`, `E` or `t`".to_owned(), help }
            })
        }
        Leaf::Amount(name) => amount(name).unwrap_or_else(|| {
            let help = crate::error::nearest(name, species.iter().copied()).map(|n| format!("did you mean `[{n}]`?"));
            Binding::Unknown { expected: format!("a species: {}", list(&species)), help }
        }),
        Leaf::Ready(..) => Binding::Refused { expected: "amounts and parameters; an observable is no rate".to_owned() },
    }
}

/// The reactant that a step uses up, if it is one alone and of first order.
fn substrate(raw: &RawStep) -> Option<SpeciesId> {
    let mut used = raw.change.iter().filter(|(id, n)| *n < 0.0 && raw.orders.iter().any(|(o, _)| o == id));
    match (used.next(), used.next()) {
        (Some((id, _)), None) => raw.orders.iter().find(|(o, order)| o == id && *order == 1.0).map(|(o, _)| *o),
        _ => None,
    }
}

fn built(rate: impl FnOnce(&mut Graph<Variable>) -> NodeId) -> RateLaw {
    let mut graph = Graph::default();
    let root = rate(&mut graph);
    RateLaw::Formula(Formula::new(Resolved { graph, root, dimension: None }))
}
