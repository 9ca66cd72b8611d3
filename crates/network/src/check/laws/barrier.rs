//! Barriers, given or relative to those of another step.

use super::super::Check;
use super::{Case, CheckedLaw, dimensions};
use crate::error::{Diagnostic, Fault};
use crate::rate::{Barrier, Constant, Eyring, RateLaw, Relative};

impl Check<'_> {
    pub(super) fn eyring(&mut self, case: &Case<'_>) -> Option<RateLaw> {
        let barrier = match (case.get("dG"), case.get("dH"), case.get("dS")) {
            (Some(dg), None, None) => Barrier::Gibbs(dg),
            (None, Some(dh), Some(ds)) => Barrier::EnthalpyEntropy(dh, ds),
            (Some(_), _, _) => {
                let fault = Fault::Conflict { what: format!("step `{}` has two barriers", case.step.name) };
                let diagnostic = Diagnostic::new(fault, "`dG` beside `dH` or `dS`", "`dG`, or `dH` and `dS`");
                let second = if case.gives("dH") { "dH" } else { "dS" };
                self.fault(&case.path(second), diagnostic);
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

    pub(super) fn relative(&mut self, case: &Case<'_>, others: &[CheckedLaw]) -> Option<RateLaw> {
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
        if let Some(own) = ["dG", "dH", "dS"].into_iter().find(|field| case.gives(field)) {
            let expected = "`ddG` alone, or no `relative_to`";
            self.conflict(case, own, "has a barrier of its own beside `relative_to`", &format!("`{own}`"), expected);
            return None;
        }
        if *name == case.step.name {
            self.conflict(case, "relative_to", "is relative to itself", &format!("`{name}`"), "another step");
            return None;
        }
        if steps[i].law.constants.iter().any(|(_, c)| matches!(c, Constant::Step(_))) {
            let (found, expected) = (format!("`{name}`"), "a step with constants of its own");
            self.conflict(case, "relative_to", "is relative to a step that is relative itself", &found, expected);
            return None;
        }
        let difference = case.get("ddG").or_else(|| {
            self.missing(case.step, "ddG", "`ddG`, the difference of the two barriers in J/mol");
            None
        })?;
        // A fault of the other step is reported there.
        let (other, _) = others[i].clone()?;
        if matches!(other, RateLaw::Formula(_)) {
            let (found, expected) = (format!("`{name}`"), "a step with a rate constant, by a law with one");
            self.conflict(case, "relative_to", "is relative to a step without a rate constant", &found, expected);
            return None;
        }
        let theirs = dimensions(case.definition, case.matter, steps[i].law.kind, case.all[i].as_ref()?).forward;
        let own = case.dimensions.forward;
        if theirs != own {
            let found = format!("`{name}`, whose rate constant is in {theirs}");
            let expected = format!("a step whose rate constant is in {own} too");
            self.conflict(case, "relative_to", "is relative to a step of another order", &found, &expected);
            return None;
        }
        Some(RateLaw::Relative(Relative { other: Box::new(other), difference }))
    }
}
