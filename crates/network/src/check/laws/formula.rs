//! Laws that are expressions: the user's own, saturation, transfer between phases.

use super::super::Check;
use super::super::observables::Names;
use super::super::parameters::Table;
use super::super::stoichiometry::RawStep;
use super::{Case, CheckedLaw};
use crate::error::{Diagnostic, Fault, list, nearest};
use crate::expression::{Binding, Graph, Leaf, NodeId, Resolved, Variable};
use crate::network::SpeciesId;
use crate::phase::PhaseKind;
use crate::rate::{Constant, Formula, GasLiquid, RateLaw, Reverse};
use crate::units::Dimension;

impl Case<'_> {
    /// Whether a transfer between phases goes from the liquid to the gas; nothing if it is no transfer.
    pub(super) fn is_stripping(&self) -> Option<bool> {
        let kind = |orders: &[(SpeciesId, f64)]| match orders {
            [(id, order)] if *order == 1.0 => Some(self.kind(*id)),
            _ => None,
        };
        match (kind(&self.raw.orders), kind(&self.raw.reverse_orders)) {
            (Some(PhaseKind::Solution { .. }), Some(PhaseKind::Gas { .. } | PhaseKind::Reservoir)) => Some(true),
            (Some(PhaseKind::Gas { .. } | PhaseKind::Reservoir), Some(PhaseKind::Solution { .. })) => Some(false),
            _ => None,
        }
    }
}

impl Check<'_> {
    pub(super) fn gas_liquid(case: &Case<'_>, table: &Table) -> Option<RateLaw> {
        let stripping = case.is_stripping()?;
        let (kla, henry) = (case.get("kLa")?, case.get("H")?);
        let by_pressure = table.own_dimension(henry) == Some(Dimension::concentration() / Dimension::pressure());
        Some(RateLaw::GasLiquid(GasLiquid { kla, henry, by_pressure, stripping }))
    }

    /// A rate as the user's own expression.
    pub(super) fn formula(&mut self, case: &Case<'_>, table: &mut Table) -> CheckedLaw {
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
        for (orders, key) in [(&case.step.orders, "orders"), (&case.step.reverse_orders, "reverse_orders")] {
            if !orders.is_empty() {
                let expected = "the orders within the expression";
                self.conflict(
                    case,
                    key,
                    "has orders beside a rate that says them itself",
                    &format!("`{key}`"),
                    expected,
                );
            }
        }
        let names = Names { definition: case.definition, matter: case.matter, table };
        let resolved = self.expression(&at, &expression, &mut |leaf| names.rate(leaf))?;
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

impl Names<'_> {
    /// What a name is in a rate: a parameter, an amount, or a condition.
    pub(super) fn rate(&self, leaf: &Leaf<'_>) -> Binding {
        let Names { definition, matter, table } = *self;
        let amount = |name: &str| {
            let id = *matter.index.get(name)?;
            let dimension = definition.phases[matter.species[id].phase.0].kind.amount();
            Some(Binding::Variable(Variable::Amount(SpeciesId(id)), dimension))
        };
        let species = || matter.species.iter().map(|s| s.name.as_str()).collect::<Vec<_>>();
        match leaf {
            Leaf::Name(name) if table.has(name) && matter.index.contains_key(*name) => Binding::Refused {
                expected: format!("`[{name}]` for the amount; the parameter of that name needs another"),
            },
            Leaf::Name(name) => table.variable(name).or_else(|| amount(name)).unwrap_or_else(|| {
                let all = table.names().into_iter().chain(species());
                let help = nearest(name, all).map(|n| format!("did you mean `{n}`?"));
                Binding::Unknown { expected: "a parameter, a species, `T`, `E` or `t`".to_owned(), help }
            }),
            Leaf::Amount(name) => amount(name).unwrap_or_else(|| {
                let help = nearest(name, species()).map(|n| format!("did you mean `[{n}]`?"));
                Binding::Unknown { expected: format!("a species: {}", list(&species())), help }
            }),
            Leaf::Ready(..) => {
                Binding::Refused { expected: "amounts and parameters; an observable is no rate".to_owned() }
            }
        }
    }
}

/// The reactant that a step uses up, if it is one alone and of first order.
pub(super) fn substrate(raw: &RawStep) -> Option<SpeciesId> {
    let mut used = raw.change.iter().filter(|(id, n)| *n < 0.0 && raw.orders.iter().any(|(o, _)| o == id));
    match (used.next(), used.next()) {
        (Some((id, _)), None) => raw.orders.iter().find(|(o, order)| o == id && *order == 1.0).map(|(o, _)| *o),
        _ => None,
    }
}

pub(super) fn built(rate: impl FnOnce(&mut Graph<Variable>) -> NodeId) -> RateLaw {
    let mut graph = Graph::default();
    let root = rate(&mut graph);
    RateLaw::Formula(Formula::new(Resolved { graph, root, dimension: None }))
}
