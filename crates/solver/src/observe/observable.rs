//! What can be observed, and its name.

use ratelaw_network::units::Dimension;
use ratelaw_network::{Network, NetworkError, PhaseId, PhaseKind, SiteId, SpeciesId, StepId, did_you_mean, nearest};

use super::Share;
use crate::error::{Result, SolveError};

/// A number computed from a state. Fractions are plain numbers here and per cent in tables.
#[derive(Debug, Clone, PartialEq)]
pub enum Observable {
    /// Amount of a species: mol/m3, mol/m2 or a pure number.
    Amount(SpeciesId),
    /// `1 - n(feed) / n0(feed)`.
    Conversion(SpeciesId),
    /// `(n(product) - n0(product)) factor / n0(feed)`.
    Yield(Share),
    /// Yield over conversion: intermediates and by-products lower it.
    Selectivity(Share),
    /// Charge passed since the start, C; positive for an oxidation.
    Charge,
    /// Current, A; positive for an oxidation.
    Current,
    /// `n F (n(product) - n0(product)) / |Q|` with `n` electrons for one product.
    FaradaicEfficiency {
        /// The product.
        product: SpeciesId,
        /// Electrons exchanged overall for one product.
        electrons: f64,
    },
    /// Current of one step, A; positive for an oxidation.
    StepCurrent(StepId),
    /// Current of one electrode, A; positive for an oxidation.
    ElectrodeCurrent(PhaseId),
    /// Net rate of a step, mol/s.
    Rate(StepId),
    /// Rate at which a species is made for each site of a kind, 1/s.
    TurnoverFrequency {
        /// The species.
        product: SpeciesId,
        /// The kind of site.
        site: SiteId,
    },
    /// The fraction of the sites of a kind that a species holds.
    Coverage {
        /// The species.
        species: SpeciesId,
        /// The kind of site.
        site: SiteId,
    },
    /// Potential of an electrode behind its ohmic drop, V; the applied one for an electrode without.
    ElectrodePotential(PhaseId),
    /// Potential of the working electrode less that of the counter electrode, ohmic drops included, V.
    CellVoltage,
    /// An observable that the model defines, by its number in [`Network::observables`], with the ready observables
    /// that it uses.
    Named(usize, Vec<Observable>),
}

/// Ready observables without an argument.
const PLAIN: [&str; 3] = ["charge", "current", "cell_voltage"];
/// Ready observables with one.
const WITH_ARGUMENT: [&str; 9] =
    ["conversion", "yield", "selectivity", "FE", "TOF", "coverage", "rate", "current", "potential"];

/// How an observable is shown: `value / factor` in the unit `symbol`.
#[derive(Debug, Clone, PartialEq)]
pub struct DisplayUnit {
    /// The unit.
    pub symbol: String,
    /// One of it in SI.
    pub factor: f64,
}

impl Observable {
    /// Amount of a species.
    ///
    /// # Errors
    /// An unknown species.
    pub fn amount(network: &Network, species: &str) -> Result<Self> {
        Ok(Self::Amount(network.species_id(species)?))
    }

    /// Conversion of a feed.
    ///
    /// # Errors
    /// An unknown species.
    pub fn conversion(network: &Network, feed: &str) -> Result<Self> {
        Ok(Self::Conversion(network.species_id(feed)?))
    }

    /// Yield of a product from a feed. Feed molecules in one product are counted by an element that both
    /// have: any but H and O if there is one, so 2 NH3 (and 2 DPK) in one BPA.
    ///
    /// # Errors
    /// An unknown species; no element in common; several elements that count differently, where
    /// `yield(PRODUCT from FEED by ELEMENT)` says which is meant.
    pub fn yield_of(network: &Network, product: &str, feed: &str) -> Result<Self> {
        Ok(Self::Yield(Share::new(network, product, feed, None)?))
    }

    /// Faradaic efficiency of a product.
    ///
    /// # Errors
    /// An unknown species, or one whose `electrons` the model does not state.
    pub fn faradaic_efficiency(network: &Network, product: &str) -> Result<Self> {
        let id = network.species_id(product)?;
        let electrons = network.species()[id.0].electrons.ok_or_else(|| {
            undefined(format!("FE({product})"), format!("`electrons` for species `{product}` in the model"))
        })?;
        Ok(Self::FaradaicEfficiency { product: id, electrons })
    }

    /// Reads an observable: a species, `conversion(NH3)`, `yield(BPA from NH3)`, `yield(BPA from NH3 by N)`,
    /// `selectivity(BPA from NH3)`, `FE(BPA)`, `charge`, `current`, `current(STEP or ELECTRODE)`, `rate(STEP)`, `TOF(BPA)`,
    /// `TOF(BPA on W)`, `coverage(Ph2CN*)`, `coverage(Ph2CN* on W)`, `potential(ELECTRODE)`, `cell_voltage`, or one that
    /// the model defines by name. Without `from` the model's own feed is meant.
    ///
    /// # Errors
    /// What [`Observable::yield_of`] and [`Observable::faradaic_efficiency`] refuse; unknown names.
    pub fn parse(network: &Network, text: &str) -> Result<Self> {
        let text = text.trim();
        if let Ok(id) = network.species_id(text) {
            return Ok(Self::Amount(id));
        }
        if let Some(index) = network.observables().iter().position(|o| o.name == text) {
            return Self::named(network, index);
        }
        let call = text.strip_suffix(')').and_then(|t| t.split_once('('));
        let Some((function, argument)) = call else {
            return match text {
                "charge" | "current" if !network.is_electrochemical() => {
                    Err(undefined(text.to_owned(), "a step with electrons (`e-`); the model has none".to_owned()))
                }
                "charge" => Ok(Self::Charge),
                "current" => Ok(Self::Current),
                "cell_voltage" if network.floating_potentials().iter().any(|f| f.counter) => Ok(Self::CellVoltage),
                "cell_voltage" => {
                    Err(undefined(text.to_owned(), "a counter electrode (counter = true) in the model".to_owned()))
                }
                _ => Err(Self::unknown(network, text)),
            };
        };
        Self::call(network, text, function.trim(), argument.trim())
    }

    /// An observable with an argument.
    fn call(network: &Network, text: &str, function: &str, argument: &str) -> Result<Self> {
        match function {
            "conversion" => Self::conversion(network, argument),
            "FE" => Self::faradaic_efficiency(network, argument),
            "yield" => Ok(Self::Yield(Share::parse(network, argument)?)),
            "selectivity" => Ok(Self::Selectivity(Share::parse(network, argument)?)),
            "rate" => Ok(Self::Rate(step_id(network, argument)?)),
            "current" => match step_id(network, argument) {
                Ok(step) => Ok(Self::StepCurrent(step)),
                Err(error) => electrode_id(network, argument).map(Self::ElectrodeCurrent).ok_or(error),
            },
            "potential" => electrode_id(network, argument).map(Self::ElectrodePotential).ok_or_else(|| {
                let names: Vec<&str> = electrodes(network).map(|(_, name)| name).collect();
                let expected = format!("an electrode ({})", names.join(", "));
                SolveError::UnknownName { kind: "electrode", name: argument.to_owned(), expected }
            }),
            "TOF" => {
                let (name, site) = on_site(argument);
                let product = network.species_id(name)?;
                let kinds: Vec<SiteId> = (0..network.definition().sites.len()).map(SiteId).collect();
                Ok(Self::TurnoverFrequency { product, site: one_site(network, text, site, &kinds)? })
            }
            "coverage" => {
                let (name, site) = on_site(argument);
                let species = network.species_id(name)?;
                let held: Vec<SiteId> = network.species()[species.0].sites.iter().map(|(s, _)| *s).collect();
                Ok(Self::Coverage { species, site: one_site(network, text, site, &held)? })
            }
            _ => Err(Self::unknown(network, text)),
        }
    }

    /// An observable of the model, with what it uses.
    fn named(network: &Network, index: usize) -> Result<Self> {
        // Those defined above have no function; each uses only earlier ones, so this ends.
        let own = &network.observables()[index].ready;
        let ready = own.iter().map(|(function, argument)| Self::ready(network, function, argument));
        Ok(Self::Named(index, ready.collect::<Result<_>>()?))
    }

    /// A ready observable of an expression.
    pub(crate) fn ready(network: &Network, function: &str, argument: &str) -> Result<Self> {
        if function.is_empty() {
            return Self::parse(network, argument);
        }
        Self::parse(network, &format!("{function}({argument})"))
    }

    fn unknown(network: &Network, text: &str) -> SolveError {
        let names: Vec<&str> = network.species().iter().map(|s| s.name.as_str()).collect();
        let own: Vec<&str> = network.observables().iter().map(|o| o.name.as_str()).collect();
        let near = nearest_observable(text, names.iter().chain(&own).copied());
        let own = if own.is_empty() { String::new() } else { format!("{}, ", own.join(", ")) };
        SolveError::UnknownName {
            kind: "observable",
            name: text.to_owned(),
            expected: format!(
                "a species ({}), {own}conversion(FEED), yield(PRODUCT from FEED), selectivity(PRODUCT from FEED), \
                 FE(PRODUCT), TOF(PRODUCT), coverage(SPECIES), rate(STEP), current(STEP), potential(ELECTRODE), charge, \
                 current or cell_voltage{near}",
                names.join(", ")
            ),
        }
    }

    /// What the model asks for: conversion of its feed, yield and selectivity of its products, and charge,
    /// current and faradaic efficiencies if it exchanges electrons.
    pub fn standard(network: &Network) -> Vec<Self> {
        let run = &network.definition().run;
        let mut all = Vec::new();
        if let Some(feed) = &run.feed {
            all.extend(Self::conversion(network, feed));
            let shares: Vec<Share> =
                run.products.iter().filter_map(|p| Share::new(network, p, feed, None).ok()).collect();
            all.extend(shares.iter().cloned().map(Self::Yield));
            all.extend(shares.into_iter().map(Self::Selectivity));
        }
        if network.is_electrochemical() {
            all.extend(run.products.iter().filter_map(|p| Self::faradaic_efficiency(network, p).ok()));
            all.extend([Self::Charge, Self::Current]);
        }
        if network.floating_potentials().iter().any(|f| f.counter) {
            all.push(Self::CellVoltage);
        }
        all.extend((0..network.observables().len()).filter_map(|i| Self::named(network, i).ok()));
        all
    }

    /// Its name, which [`Observable::parse`] reads.
    pub fn name(&self, network: &Network) -> String {
        let species = |id: &SpeciesId| network.species()[id.0].name.as_str();
        let site_name = |site: &SiteId| network.definition().sites[site.0].name.as_str();
        let share = |s: &Share| {
            let by = s.element.as_ref().map_or(String::new(), |e| format!(" by {e}"));
            format!("{} from {}{by}", species(&s.product), species(&s.feed))
        };
        match self {
            Self::Amount(id) => species(id).to_owned(),
            Self::Conversion(id) => format!("conversion({})", species(id)),
            Self::Yield(s) => format!("yield({})", share(s)),
            Self::Selectivity(s) => format!("selectivity({})", share(s)),
            Self::Charge => "charge".to_owned(),
            Self::Current => "current".to_owned(),
            Self::FaradaicEfficiency { product, .. } => format!("FE({})", species(product)),
            Self::StepCurrent(step) => format!("current({})", network.steps()[step.0].name),
            Self::ElectrodeCurrent(phase) => format!("current({})", network.definition().phases[phase.0].name),
            Self::Rate(step) => format!("rate({})", network.steps()[step.0].name),
            Self::TurnoverFrequency { product, site } => format!("TOF({} on {})", species(product), site_name(site)),
            Self::Coverage { species: id, site } => format!("coverage({} on {})", species(id), site_name(site)),
            Self::ElectrodePotential(phase) => format!("potential({})", network.definition().phases[phase.0].name),
            Self::CellVoltage => "cell_voltage".to_owned(),
            Self::Named(index, _) => network.observables()[*index].name.clone(),
        }
    }

    /// What it measures.
    pub fn dimension(&self, network: &Network) -> Dimension {
        match self {
            Self::Amount(id) => network.amount_dimension(*id),
            Self::Charge => Dimension::charge(),
            Self::Current | Self::StepCurrent(_) | Self::ElectrodeCurrent(_) => Dimension::CURRENT,
            Self::Rate(_) => Dimension::AMOUNT / Dimension::TIME,
            Self::TurnoverFrequency { .. } => Dimension::NONE / Dimension::TIME,
            Self::ElectrodePotential(_) | Self::CellVoltage => Dimension::potential(),
            Self::Named(index, _) => network.observables()[*index].dimension,
            _ => Dimension::NONE,
        }
    }

    /// The unit it is shown in.
    pub fn display_unit(&self, network: &Network) -> DisplayUnit {
        let unit = |symbol: &str, factor| DisplayUnit { symbol: symbol.to_owned(), factor };
        match self {
            Self::Amount(id) => DisplayUnit::of_amount(network, *id),
            Self::Charge => unit("C", 1.0),
            Self::Current | Self::StepCurrent(_) | Self::ElectrodeCurrent(_) => unit("mA", 1e-3),
            Self::Rate(_) => unit("mol/s", 1.0),
            Self::TurnoverFrequency { .. } => unit("1/s", 1.0),
            Self::ElectrodePotential(_) | Self::CellVoltage => unit("V", 1.0),
            Self::Named(index, _) => {
                let own = &network.observables()[*index];
                match &own.unit {
                    Some((symbol, factor)) => unit(symbol, *factor),
                    None => unit(&own.dimension.to_string(), 1.0),
                }
            }
            _ => unit("%", 0.01),
        }
    }

    /// Why it has no value.
    pub(crate) fn undefined(&self, network: &Network) -> SolveError {
        let needs = match self {
            Self::FaradaicEfficiency { .. } => "a charge that is not zero",
            Self::Selectivity(_) => "some conversion",
            Self::Named(..) => "values for which its expression is finite",
            _ => "a feed that is present at the start",
        };
        undefined(self.name(network), needs.to_owned())
    }
}

/// What may have been meant by a name, as the end of a message; `names` are those of the model.
fn nearest_observable<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> String {
    let near = match text.split_once('(') {
        Some((function, argument)) => nearest(function.trim(), WITH_ARGUMENT).map(|f| format!("{f}({argument}")),
        None => nearest(text, names.chain(PLAIN)).map(str::to_owned),
    };
    did_you_mean(near.filter(|near| near != text))
}

fn step_id(network: &Network, name: &str) -> Result<StepId> {
    network.steps().iter().position(|s| s.name == name).map(StepId).ok_or_else(|| {
        let names: Vec<&str> = network.steps().iter().map(|s| s.name.as_str()).collect();
        let expected = format!("a step ({})", names.join(", "));
        SolveError::UnknownName { kind: "step", name: name.to_owned(), expected }
    })
}

fn electrodes(network: &Network) -> impl Iterator<Item = (PhaseId, &str)> {
    let phases = network.definition().phases.iter().enumerate();
    phases.filter(|(_, p)| matches!(p.kind, PhaseKind::Electrode(_))).map(|(i, p)| (PhaseId(i), p.name.as_str()))
}

fn electrode_id(network: &Network, name: &str) -> Option<PhaseId> {
    electrodes(network).find(|(_, own)| *own == name).map(|(id, _)| id)
}

/// `BPA on W`.
fn on_site(argument: &str) -> (&str, Option<&str>) {
    argument.split_once(" on ").map_or((argument, None), |(name, site)| (name.trim(), Some(site.trim())))
}

/// The kind of site that is meant: the one named, or the only one.
fn one_site(network: &Network, text: &str, named: Option<&str>, among: &[SiteId]) -> Result<SiteId> {
    let name = |site: &SiteId| network.definition().sites[site.0].name.as_str();
    let names: Vec<&str> = among.iter().map(name).collect();
    match (named, among) {
        (None, [one]) => Ok(*one),
        (None, []) => Err(undefined(text.to_owned(), "a kind of site".to_owned())),
        (None, _) => Err(undefined(text.to_owned(), format!("a kind of site: `on {}`", names.join("` or `on ")))),
        (Some(site), _) => among.iter().copied().find(|s| name(s) == site).ok_or_else(|| {
            let expected = names.join(", ");
            SolveError::UnknownName { kind: "kind of site", name: site.to_owned(), expected }
        }),
    }
}

pub(super) fn undefined(what: String, needs: String) -> SolveError {
    SolveError::Network(NetworkError::Undefined { what, needs })
}

impl DisplayUnit {
    /// The unit of a species' amount: mM in a solution (which is mol/m3).
    pub fn of_amount(network: &Network, species: SpeciesId) -> Self {
        let dimension = network.amount_dimension(species).to_string();
        let symbol = if dimension == "mol/m3" { "mM".to_owned() } else { dimension };
        Self { symbol, factor: 1.0 }
    }
}
