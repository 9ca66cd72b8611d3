//! The structure of a network as tables.

use ratelaw::network::analysis::{DeficiencyZero, Structure, Wegscheider};
use ratelaw::network::{Network, SpeciesId};

use super::{Align, columns, header, row, significant};

use Align::{Left, Right};

/// Longer lists are cut, and say so.
const MOST: usize = 24;

/// Titles and tables of what follows from the equations alone.
pub(crate) fn sections(network: &Network, structure: &Structure) -> Vec<(&'static str, String)> {
    let mut sections = vec![("structure", numbers(network, structure))];
    let dependent = structure.rank.as_ref().map(|r| r.dependent.as_slice()).unwrap_or_default();
    if !dependent.is_empty() {
        let rows: Vec<Vec<String>> = dependent.iter().take(MOST).map(|d| row(vec![d.text(network)])).collect();
        sections.push(("dependent steps", cut(columns(&[Left], &rows), dependent.len())));
    }
    sections
}

fn numbers(network: &Network, structure: &Structure) -> String {
    let large = "not worked out, the network is too large";
    let steps = network.steps().len();
    let rank = structure.rank.as_ref().map_or(large.to_owned(), |r| {
        let exact = if r.exact { "" } else { ", in floating point" };
        format!("{} ({} of {steps} steps are independent){exact}", r.rank, r.rank)
    });
    let reversible = match (structure.reversible, structure.weakly_reversible()) {
        (true, _) => "reversible",
        (false, true) => "weakly reversible",
        (false, false) => "not weakly reversible",
    };
    let says = match structure.deficiency_zero() {
        Some(DeficiencyZero::OneSteadyState) => {
            ": for any constants above zero and given totals there is one steady state with all species present, \
             and it is stable"
        }
        Some(DeficiencyZero::NoSteadyState) => {
            ": for any constants above zero there is no steady state with all species present"
        }
        None => "",
    };
    let deficiency = structure.deficiency().map_or(large.to_owned(), |d| format!("{d}{says}"));
    let mut rows: Vec<Vec<String>> = [
        ("complexes", structure.complexes.len().to_string()),
        ("linkage classes", format!("{}, {reversible}", structure.linkage_classes.len())),
        ("rank", rank),
        ("deficiency", deficiency),
    ]
    .into_iter()
    .map(|(name, value)| row(vec![name.into(), value]))
    .collect();
    let roles = &structure.roles;
    for (name, species) in [
        ("never made", &roles.never_made),
        ("never consumed", &roles.never_consumed),
        ("never changed", &roles.unchanged),
    ] {
        if !species.is_empty() {
            rows.push(row(vec![name.into(), names(network, species)]));
        }
    }
    columns(&[Left, Left], &rows)
}

fn names(network: &Network, species: &[SpeciesId]) -> String {
    let names: Vec<&str> = species.iter().take(MOST).map(|id| network.species()[id.0].name.as_str()).collect();
    let more = if species.len() > MOST { format!(", ... ({} in all)", species.len()) } else { String::new() };
    names.join(", ") + &more
}

fn cut(table: String, all: usize) -> String {
    if all > MOST { format!("{table}  ... ({all} in all)\n") } else { table }
}

/// The table of loops of reversible steps, those in doubt first; none if there is nothing to say.
pub(crate) fn loops(network: &Network, found: &Wegscheider) -> Option<(&'static str, String)> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut loops: Vec<_> = found.loops.iter().flatten().collect();
    loops.sort_by_key(|l| l.consistent);
    for l in loops {
        let verdict = if l.consistent { "consistent" } else { "inconsistent" };
        // Rounding is no news.
        let product = if l.consistent { "0".to_owned() } else { significant(l.log10_product, 6) };
        rows.push(row(vec![l.text(network), product, verdict.into()]));
    }
    for (id, why) in &found.not_judged {
        let name = &network.steps()[id.0].name;
        rows.push(row(vec![format!("step {name}"), "-".into(), format!("not judged, {}", why.words())]));
    }
    if found.loops.is_none() {
        rows.push(row(vec!["-".into(), "-".into(), "not worked out, the network is too large".into()]));
    }
    let all = rows.len();
    rows.truncate(MOST);
    let table = header(&["loop", "log10 of the product of K", "verdict"]).into_iter().chain(rows).collect::<Vec<_>>();
    (all > 0).then(|| ("loops of reversible steps", cut(columns(&[Left, Right, Left], &table), all)))
}

/// Loops whose equilibrium constants contradict each other.
pub(crate) fn warnings(network: &Network, found: &Wegscheider) -> Vec<String> {
    let wrong: Vec<_> = found.loops.iter().flatten().filter(|l| !l.consistent).collect();
    let told = wrong.iter().take(MOST).map(|l| {
        format!(
            "the equilibrium constants round the loop {} multiply to 10^{}, where thermodynamics says 1; \
             with them the network would turn for ever",
            l.text(network),
            significant(l.log10_product, 6)
        )
    });
    told.collect()
}
