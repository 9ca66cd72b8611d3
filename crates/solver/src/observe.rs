//! Observables: numbers that a chemist reads off a run.

use ratelaw_network::rate::{Dual, Real};
use ratelaw_network::units::Dimension;
use ratelaw_network::{FARADAY, Lane, Network, NetworkError, SpeciesId};

use crate::error::{Result, SolveError};
use crate::problem::{Problem, initial_direction};
use crate::setting::Setting;

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
}

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

/// The state at one time.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// What is being solved.
    pub problem: &'a Problem,
    /// Amounts, SI.
    pub y: &'a [f64],
    /// Net turnovers of the steps that exchange electrons, mol.
    pub turnovers: &'a [f64],
}

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
    /// `selectivity(BPA from NH3)`, `FE(BPA)`, `charge`, `current`. Without `from` the model's own feed is
    /// meant.
    ///
    /// # Errors
    /// What [`Observable::yield_of`] and [`Observable::faradaic_efficiency`] refuse.
    pub fn parse(network: &Network, text: &str) -> Result<Self> {
        let text = text.trim();
        if let Ok(id) = network.species_id(text) {
            return Ok(Self::Amount(id));
        }
        let call = text.strip_suffix(')').and_then(|t| t.split_once('('));
        let Some((function, argument)) = call else {
            return match text {
                "charge" | "current" if !network.is_electrochemical() => {
                    Err(undefined(text.to_owned(), "a step with electrons (`e-`); the model has none".to_owned()))
                }
                "charge" => Ok(Self::Charge),
                "current" => Ok(Self::Current),
                _ => Err(Self::unknown(network, text)),
            };
        };
        match function.trim() {
            "conversion" => Self::conversion(network, argument.trim()),
            "FE" => Self::faradaic_efficiency(network, argument.trim()),
            "yield" => Ok(Self::Yield(Share::parse(network, argument)?)),
            "selectivity" => Ok(Self::Selectivity(Share::parse(network, argument)?)),
            _ => Err(Self::unknown(network, text)),
        }
    }

    fn unknown(network: &Network, text: &str) -> SolveError {
        let names: Vec<&str> = network.species().iter().map(|s| s.name.as_str()).collect();
        SolveError::UnknownName {
            kind: "observable",
            name: text.to_owned(),
            expected: format!(
                "a species ({}), conversion(FEED), yield(PRODUCT from FEED), selectivity(PRODUCT from FEED), \
                 FE(PRODUCT), charge or current",
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
        all
    }

    /// Its name, which [`Observable::parse`] reads.
    pub fn name(&self, network: &Network) -> String {
        let species = |id: &SpeciesId| network.species()[id.0].name.as_str();
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
        }
    }

    /// What it measures.
    pub fn dimension(&self, network: &Network) -> Dimension {
        match self {
            Self::Amount(id) => network.amount_dimension(*id),
            Self::Charge => Dimension::charge(),
            Self::Current => Dimension::CURRENT,
            _ => Dimension::NONE,
        }
    }

    /// The unit it is shown in.
    pub fn display_unit(&self, network: &Network) -> DisplayUnit {
        let unit = |symbol: &str, factor| DisplayUnit { symbol: symbol.to_owned(), factor };
        match self {
            Self::Amount(id) => DisplayUnit::of_amount(network, *id),
            Self::Charge => unit("C", 1.0),
            Self::Current => unit("mA", 1e-3),
            _ => unit("%", 0.01),
        }
    }

    /// Its value, SI; `None` where it is not defined.
    pub fn value(&self, at: &Moment<'_>) -> Option<f64> {
        let (network, problem) = (at.problem.network(), at.problem);
        self.evaluate(
            network,
            |id| at.y[id.0],
            |id| problem.initial()[id.0],
            |i| at.turnovers[i],
            || {
                let constants = network.bind(problem.parameters(), problem.conditions()).ok()?;
                let lanes = |v: &[f64]| v.iter().map(|x| Lane([*x])).collect::<Vec<Lane<1>>>();
                let mut rates = lanes(&constants);
                network.compiled().rates(&lanes(&constants), &lanes(at.y), &mut rates);
                Some(network.compiled().current(&rates).0[0])
            },
        )
    }

    /// Its derivative, SI, when state and turnovers change by `dy` and `dq` for one unit of a setting.
    pub fn derivative(&self, at: &Moment<'_>, setting: Setting, dy: &[f64], dq: &[f64]) -> Option<f64> {
        let (network, problem) = (at.problem.network(), at.problem);
        let initial = match setting {
            Setting::Initial(id) => initial_direction(network, id),
            _ => Vec::new(),
        };
        let initial_change = |id: SpeciesId| initial.iter().find(|(s, _)| *s == id).map_or(0.0, |(_, d)| *d);
        let value = self.evaluate(
            network,
            |id| Dual::new(at.y[id.0], dy[id.0]),
            |id| Dual::new(problem.initial()[id.0], initial_change(id)),
            |i| Dual::new(at.turnovers[i], dq[i]),
            || {
                let constants = network.bind(problem.parameters(), problem.conditions()).ok()?;
                let dk =
                    setting.direction().map(|d| network.bind_derivative(problem.parameters(), problem.conditions(), d));
                let lanes = |v: &[f64]| v.iter().map(|x| Lane([*x])).collect::<Vec<Lane<1>>>();
                let (k, y) = (lanes(&constants), lanes(at.y));
                let mut rates = k.clone();
                network.compiled().rates(&k, &y, &mut rates);
                let value = network.compiled().current(&rates).0[0];
                network.compiled().tangent(&k, dk.as_deref().map(lanes).as_deref(), &y, &lanes(dy), &mut rates);
                Some(Dual::new(value, network.compiled().current(&rates).0[0]))
            },
        )?;
        Some(value.derivative).filter(|d| d.is_finite())
    }

    /// One formula for the value and, on dual numbers, for its derivative.
    fn evaluate<N: Real + Into<Plain>>(
        &self,
        network: &Network,
        amount: impl Fn(SpeciesId) -> N,
        initial: impl Fn(SpeciesId) -> N,
        turnover: impl Fn(usize) -> N,
        current: impl Fn() -> Option<N>,
    ) -> Option<N> {
        let moles = |id: SpeciesId| N::constant(network.size(network.species()[id.0].phase));
        let made = |id: SpeciesId| (amount(id) - initial(id)) * moles(id);
        let charge = || {
            let steps = network.compiled().electron_steps().iter().enumerate();
            steps.fold(N::constant(0.0), |sum, (i, (step, _))| {
                sum + N::constant(network.steps()[step.0].electrons * FARADAY) * turnover(i)
            })
        };
        let conversion = |feed: SpeciesId| (initial(feed) - amount(feed)) / initial(feed);
        let share = |s: &Share| made(s.product) * N::constant(s.factor) / (initial(s.feed) * moles(s.feed));
        let value = match self {
            Self::Amount(id) => amount(*id),
            Self::Conversion(feed) => conversion(*feed),
            Self::Yield(s) => share(s),
            Self::Selectivity(s) => share(s) / conversion(s.feed),
            Self::Charge => charge(),
            Self::Current => current()?,
            Self::FaradaicEfficiency { product, electrons } => {
                // A reduction passes negative charge; its efficiency is positive all the same.
                let charge = charge();
                let plain: Plain = charge.into();
                let size = if plain.0 < 0.0 { -charge } else { charge };
                N::constant(electrons * FARADAY) * made(*product) / size
            }
        };
        let plain: Plain = value.into();
        plain.0.is_finite().then_some(value)
    }

    /// Why it has no value.
    pub(crate) fn undefined(&self, network: &Network) -> SolveError {
        let needs = match self {
            Self::FaradaicEfficiency { .. } => "a charge that is not zero",
            Self::Selectivity(_) => "some conversion",
            _ => "a feed that is present at the start",
        };
        undefined(self.name(network), needs.to_owned())
    }
}

/// The value of a plain or dual number.
struct Plain(f64);

impl From<f64> for Plain {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl From<Dual> for Plain {
    fn from(dual: Dual) -> Self {
        Self(dual.value)
    }
}

fn undefined(what: String, needs: String) -> SolveError {
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

impl Share {
    /// Reads `BPA from NH3 by N`.
    fn parse(network: &Network, text: &str) -> Result<Self> {
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

    fn new(network: &Network, product: &str, feed: &str, element: Option<&str>) -> Result<Self> {
        let (p, f) = (network.species_id(product)?, network.species_id(feed)?);
        let share = |factor, element| Self { product: p, feed: f, factor, element };
        let (Some(made), Some(fed)) = (&network.species()[p.0].formula, &network.species()[f.0].formula) else {
            return Ok(share(1.0, None));
        };
        let what = || format!("the yield of {product} from {feed}");
        let ratio = |e: &str| f64::from(made.count(e)) / f64::from(fed.count(e));
        let shared: Vec<&str> = fed.elements().map(|(e, _)| e).filter(|e| made.count(e) > 0).collect();
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
