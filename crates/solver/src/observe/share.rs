//! A product counted in units of a feed.

use ratelaw_network::{Network, SpeciesId};

use super::observable::undefined;
use crate::error::Result;

/// A product counted in units of a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The product.
    pub product: SpeciesId,
    /// The feed.
    pub feed: SpeciesId,
    /// Feed molecules in one product.
    pub factor: f64,
    /// The element they are counted by, if the user named it.
    pub element: Option<String>,
}

impl Share {
    /// Reads `BPA from NH3 by N`.
    pub(super) fn parse(network: &Network, text: &str) -> Result<Self> {
        let (text, element) = match text.rsplit_once(" by ") {
            Some((rest, element)) => (rest, Some(element.trim())),
            None => (text, None),
        };
        let own = network.definition().run.feed.as_deref();
        let (product, feed) = text
            .split_once(" from ")
            .or_else(|| Some((text, own?)))
            .ok_or_else(|| undefined(format!("yield({text})"), "a feed: yield(PRODUCT from FEED)".into()))?;
        Self::new(network, product.trim(), feed.trim(), element)
    }

    pub(super) fn new(network: &Network, product: &str, feed: &str, element: Option<&str>) -> Result<Self> {
        let (p, f) = (network.species_id(product)?, network.species_id(feed)?);
        let share = |factor, element| Self { product: p, feed: f, factor, element };
        let (Some(made), Some(fed)) = (&network.species()[p.0].formula, &network.species()[f.0].formula) else {
            return Ok(share(1.0, None));
        };
        let what = || format!("the yield of {product} from {feed}");
        // Labelled atoms count as their element: a label does not change what was made of what.
        let ratio = |e: &str| f64::from(made.count_all(e)) / f64::from(fed.count_all(e));
        let mut shared: Vec<&str> = fed.atoms().map(|(atom, _)| atom.element.symbol()).collect();
        shared.retain(|e| made.count_all(e) > 0);
        shared.sort_unstable();
        shared.dedup();
        if let Some(element) = element {
            if !shared.contains(&element) {
                return Err(undefined(what(), format!("an element of both; {element} is not")));
            }
            return Ok(share(ratio(element), Some(element.to_owned())));
        }
        let heavy: Vec<&str> = shared.iter().copied().filter(|e| !matches!(*e, "H" | "O")).collect();
        let candidates = if heavy.is_empty() { &shared } else { &heavy };
        match candidates.as_slice() {
            [] => Err(undefined(what(), "an element that both contain".into())),
            [first, rest @ ..] if rest.iter().all(|e| ratio(e) == ratio(first)) => Ok(share(ratio(first), None)),
            several => Err(undefined(
                what(),
                format!("an element to count by: yield({product} from {feed} by {})", several.join(" or ")),
            )),
        }
    }
}
