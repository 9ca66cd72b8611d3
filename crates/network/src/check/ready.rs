//! Arguments of ready observables: names looked up, what each observable needs of them.

use super::matter::Matter;
use crate::definition::Definition;
use crate::error::{list, nearest};
use crate::expression::Binding;

/// What the arguments are looked up in.
pub(super) struct Arguments<'a> {
    pub(super) definition: &'a Definition,
    pub(super) matter: &'a Matter,
}

impl Arguments<'_> {
    /// What is wrong with the argument of a ready observable, if anything is.
    pub(super) fn fault(&self, function: &str, argument: &str) -> Option<Binding> {
        let words: Vec<&str> = argument.split_whitespace().collect();
        match (function, words.as_slice()) {
            ("rate" | "current" | "potential", [name]) => self.step_or_electrode(function, name),
            ("conversion", [name]) => unknown("species", name, &self.species()),
            ("FE", [name]) => unknown("species", name, &self.species()).or_else(|| self.electrons(name)),
            ("TOF" | "coverage", [name]) => self.on_site(function, name, None),
            ("TOF" | "coverage", [name, "on", site]) => self.on_site(function, name, Some(site)),
            ("yield" | "selectivity", [product, rest @ ..]) => self.share(function, product, rest),
            _ => refused(match function {
                "rate" => "one step: `rate(STEP)`",
                "current" => "one step or electrode: `current(STEP)`",
                "potential" => "one electrode: `potential(ELECTRODE)`",
                "TOF" => "a species, and a kind of site if there are several: `TOF(PRODUCT on SITE)`",
                "coverage" => "a species, and a kind of site if it holds several: `coverage(SPECIES on SITE)`",
                "yield" | "selectivity" => "`PRODUCT from FEED`, and `by ELEMENT` if several can be counted",
                _ => "one species",
            }),
        }
    }

    fn step_or_electrode(&self, function: &str, name: &str) -> Option<Binding> {
        let steps = self.definition.steps.iter().map(|s| s.name.as_str());
        if function == "rate" {
            return unknown("step", name, &steps.collect::<Vec<_>>());
        }
        let electrodes = self.definition.phases.iter().filter(|p| p.kind.is_electrode()).map(|p| p.name.as_str());
        if function == "potential" {
            return unknown("electrode", name, &electrodes.collect::<Vec<_>>());
        }
        unknown("step or electrode", name, &steps.chain(electrodes).collect::<Vec<_>>())
    }

    fn electrons(&self, name: &str) -> Option<Binding> {
        let stated = self.matter.species[self.matter.index[name]].electrons.is_some();
        if stated { None } else { refused(&format!("a species with `electrons` in [species], which `{name}` has not")) }
    }

    fn share(&self, function: &str, product: &str, rest: &[&str]) -> Option<Binding> {
        let (feed, element) = match rest {
            [] => (self.definition.run.feed.as_deref(), None),
            ["by", element] => (self.definition.run.feed.as_deref(), Some(*element)),
            ["from", feed] => (Some(*feed), None),
            ["from", feed, "by", element] => (Some(*feed), Some(*element)),
            _ => {
                let form = format!("`{function}(PRODUCT from FEED)` or `{function}(PRODUCT from FEED by ELEMENT)`");
                return refused(&form);
            }
        };
        let Some(feed) = feed else {
            return refused(&format!("`{function}({product} from FEED)`, or a feed under [run]"));
        };
        let species = self.species();
        let unknown = unknown("species", product, &species).or_else(|| unknown("species", feed, &species));
        unknown.or_else(|| self.uncounted(product, feed, element))
    }

    /// A product and a feed with no element in common, or not the one that is named.
    fn uncounted(&self, product: &str, feed: &str, element: Option<&str>) -> Option<Binding> {
        let formula = |name: &str| self.matter.species[self.matter.index[name]].formula.as_ref();
        let (made, fed) = formula(product).zip(formula(feed))?;
        let mut shared: Vec<&str> = fed.atoms().map(|(atom, _)| atom.element.symbol()).collect();
        shared.retain(|e| made.count_all(e) > 0);
        shared.sort_unstable();
        shared.dedup();
        match element {
            Some(element) if !shared.contains(&element) => {
                refused(&format!("an element that `{product}` and `{feed}` share: {}", list(&shared)))
            }
            None if shared.is_empty() => refused(&format!("a feed that shares an element with `{product}`")),
            _ => None,
        }
    }

    fn on_site(&self, function: &str, name: &str, site: Option<&str>) -> Option<Binding> {
        let wrong = unknown("species", name, &self.species());
        if wrong.is_some() {
            return wrong;
        }
        let all = || self.definition.sites.iter().map(|s| s.name.as_str()).collect::<Vec<_>>();
        let held = &self.matter.species[self.matter.index[name]].sites;
        let among: Vec<&str> = match function {
            "TOF" => all(),
            _ => held.iter().filter_map(|(id, _)| self.matter.site_names.get(id.0)).map(String::as_str).collect(),
        };
        match (site, among.as_slice()) {
            (Some(site), _) => unknown("kind of site", site, &among),
            (None, [_]) => None,
            (None, []) => refused("a species that holds sites, in a model with [sites]"),
            (None, _) => refused(&format!("`{function}({name} on SITE)`, with one of {}", list(&among))),
        }
    }

    fn species(&self) -> Vec<&str> {
        self.definition.species.iter().map(|s| s.name.as_str()).collect()
    }
}

/// A name that nothing declares.
fn unknown(kind: &str, name: &str, known: &[&str]) -> Option<Binding> {
    if known.contains(&name) {
        return None;
    }
    let help = nearest(name, known.iter().copied()).map(|n| format!("did you mean `{n}`?"));
    let article = if kind.starts_with('e') { "an" } else { "a" };
    Some(Binding::Unknown { expected: format!("{article} {kind}: {}", list(known)), help })
}

#[expect(clippy::unnecessary_wraps, reason = "the faults of all arguments are optional")]
fn refused(expected: &str) -> Option<Binding> {
    Some(Binding::Refused { expected: expected.to_owned() })
}
