//! Electrode laws: their two forms, their standard amounts, films.

use super::super::{Check, Range};
use super::Case;
use crate::conditions::FARADAY;
use crate::error::list;
use crate::file::KEY;
use crate::network::SpeciesId;
use crate::phase::PhaseKind;
use crate::rate::{Constant, KouteckyLevich, LawKind, RateLaw, Tafel};
use crate::units::Dimension;

impl Check<'_> {
    /// Refuses a film before a step that is not of first order in one dissolved species, or with half its constants.
    pub(super) fn film_fits(&mut self, case: &Case<'_>) -> bool {
        let dissolved = |orders: &[(SpeciesId, f64)]| match orders {
            [(id, order)] => *order == 1.0 && matches!(case.kind(*id), PhaseKind::Solution { .. }),
            _ => false,
        };
        if case.gives("k_m_reverse") && !(case.gives("k_m") && case.raw.reversible) {
            let (found, expected) = if case.gives("k_m") {
                ("`k_m_reverse` beside `->`", "`k_m` alone")
            } else {
                ("`k_m_reverse` without `k_m`", "`k_m` too, the constant of the species on the left")
            };
            self.conflict(case, "k_m_reverse", "has half a film", found, expected);
            return false;
        }
        let fits = dissolved(&case.raw.orders) && (!case.raw.reversible || dissolved(&case.raw.reverse_orders));
        if case.gives("k_m") && !fits {
            let expected = "first order in one dissolved species on each side (set other orders to 0)";
            self.conflict(case, "k_m", "cannot have a film", &case.step.equation, expected);
            return false;
        }
        true
    }

    /// The forward direction of an electrode law, and the standard amounts of both directions' ratio.
    pub(super) fn tafel(&mut self, case: &Case<'_>) -> Option<(Tafel, Option<f64>)> {
        let sign = case.raw.electrons.signum();
        let exchange = case.gives("i0") || case.gives("E_eq");
        if exchange && (case.gives("k0") || case.gives("E0")) {
            let expected = "`k0` and `E0`, or `i0` and `E_eq`";
            let second = if case.gives("k0") { "k0" } else { "E0" };
            self.conflict(case, second, "has two forms of its law", "`i0` or `E_eq` beside `k0` or `E0`", expected);
            return None;
        }
        let (k0, e0) = if exchange { ("i0", "E_eq") } else { ("k0", "E0") };
        self.references_are_used(case, exchange);
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

    /// Checks the unit of a reference amount.
    pub(super) fn reference_amount(&mut self, at: &str, constant: &Constant, dimension: Dimension) {
        if let Constant::Value(quantity) = constant {
            self.quantity(at, quantity, dimension, Range::Positive);
        }
    }

    /// Refuses reference amounts that the law does not use.
    fn references_are_used(&mut self, case: &Case<'_>, exchange: bool) {
        let orders = || case.raw.orders.iter().chain(&case.raw.reverse_orders);
        for (field, _) in &case.step.law.constants {
            let Some(name) = field.strip_prefix("reference.") else { continue };
            // Unknown ones were reported when they were looked up.
            let Some(id) = case.matter.index.get(name) else { continue };
            let names: Vec<&str> = orders().map(|(id, _)| case.name(*id)).collect();
            let (found, expected) = if !exchange {
                ("beside `k0` and `E0`", "`i0` and `E_eq`, which hold at these amounts".to_owned())
            } else if !orders().any(|(own, _)| own.0 == *id) {
                ("which is not in the rate", format!("a species that the rate depends on: {}", list(&names)))
            } else {
                continue;
            };
            let at = format!("{field}.{KEY}");
            let found = format!("`{name}`, {found}");
            self.conflict(case, &at, "has a reference amount of no use", &found, &expected);
        }
    }

    /// The amounts at which an exchange current density holds, to their orders: those given as `reference`, else
    /// standard amounts.
    pub(super) fn reference_product(&mut self, case: &Case<'_>, orders: &[(SpeciesId, f64)]) -> Option<f64> {
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
            product *= crate::lane::powf(amount, *order);
        }
        Some(product)
    }

    /// Standard amounts of the forward direction over those of the reverse.
    pub(super) fn ratio(&mut self, case: &Case<'_>) -> Option<f64> {
        let standard = case.standard();
        if !case.raw.reversible {
            return Some(1.0);
        }
        let both = standard.product(&case.raw.orders).zip(standard.product(&case.raw.reverse_orders));
        both.map(|(forward, reverse)| forward / reverse).or_else(|| self.no_standard(case.step))
    }
}

/// Puts an electrode law behind a film, if one is given.
pub(super) fn film(case: &Case<'_>, law: RateLaw) -> RateLaw {
    match case.get("k_m") {
        Some(forward) => {
            RateLaw::KouteckyLevich(Box::new(law), KouteckyLevich { forward, reverse: case.get("k_m_reverse") })
        }
        None => law,
    }
}
