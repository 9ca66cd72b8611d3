//! Builds a network in code. The same checks run as for a model file.

use crate::conditions::Reference;
use crate::definition::{Definition, NamedObservable};
use crate::error::Result;
use crate::expression::Expression;
use crate::network::Network;
use crate::parameter::Parameter;
use crate::phase::{Electrode, Phase, PhaseKind, SiteType};
use crate::rate::Law;
use crate::species::Species;
use crate::step::Step;
use crate::units::IntoQuantity;

/// Collects the parts of a network; [`NetworkBuilder::build`] checks them all together.
///
/// ```
/// use ratelaw_network::{Law, Network, Species};
///
/// let network = Network::builder("condensation")
///     .solution("cell", "15 mL")?
///     .species(Species::new("NH3").formula("NH3").initial("0.1 M")?)
///     .species(Species::new("DPK").formula("C13H10O").initial("0.1 M")?)
///     .species(Species::new("DPKI").formula("C13H11N"))
///     .species(Species::new("H2O").formula("H2O"))
///     .parameter("k1", "2e-4 m3/mol/s")?
///     .parameter("K1", "20")?
///     .step("condensation", "NH3 + DPK <=> DPKI + H2O", Law::mass_action("k1").equilibrium("K1"))
///     .build()?;
/// assert_eq!(network.steps().len(), 1);
/// # Ok::<(), ratelaw_network::NetworkError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct NetworkBuilder {
    definition: Definition,
}

impl Network {
    /// Starts a network.
    pub fn builder(name: impl Into<String>) -> NetworkBuilder {
        NetworkBuilder { definition: Definition { name: name.into(), ..Definition::default() } }
    }
}

impl NetworkBuilder {
    /// Adds a well-stirred solution.
    ///
    /// # Errors
    /// A volume that is not a number with a known unit.
    pub fn solution(self, name: &str, volume: impl IntoQuantity) -> Result<Self> {
        let volume = volume.into_quantity()?;
        Ok(self.phase(name, PhaseKind::Solution { volume }))
    }

    /// Adds an electrode.
    ///
    /// # Errors
    /// An area that is not a number with a known unit.
    pub fn electrode(self, name: &str, area: impl IntoQuantity) -> Result<Self> {
        let area = area.into_quantity()?;
        Ok(self.phase(name, PhaseKind::Electrode(Electrode::new(area))))
    }

    /// Adds a phase without physical size, whose amounts are pure numbers.
    #[must_use]
    pub fn abstract_phase(self, name: &str) -> Self {
        self.phase(name, PhaseKind::Abstract)
    }

    /// Adds a gas at constant volume.
    ///
    /// # Errors
    /// A volume that is not a number with a known unit.
    pub fn gas(self, name: &str, volume: impl IntoQuantity) -> Result<Self> {
        let volume = volume.into_quantity()?;
        Ok(self.phase(name, PhaseKind::Gas { volume }))
    }

    /// Adds a phase of any kind.
    #[must_use]
    pub fn phase(mut self, name: &str, kind: PhaseKind) -> Self {
        self.definition.phases.push(Phase { name: name.to_owned(), kind });
        self
    }

    /// Adds a kind of site to an electrode; `vacant` is the species that holds free sites.
    ///
    /// # Errors
    /// A density that is not a number with a known unit.
    pub fn sites(mut self, name: &str, phase: &str, density: impl IntoQuantity, vacant: &str) -> Result<Self> {
        self.definition.sites.push(SiteType {
            name: name.to_owned(),
            phase: phase.to_owned(),
            density: density.into_quantity()?,
            vacant: vacant.to_owned(),
        });
        Ok(self)
    }

    /// Adds a species.
    #[must_use]
    pub fn species(mut self, species: Species) -> Self {
        self.definition.species.push(species);
        self
    }

    /// Adds a parameter.
    ///
    /// # Errors
    /// A value that is not a number with a known unit.
    pub fn parameter(self, name: &str, value: impl IntoQuantity) -> Result<Self> {
        Ok(self.parameter_described(Parameter::new(name, value.into_quantity()?)))
    }

    /// Adds a parameter with its origin, source or bounds.
    #[must_use]
    pub fn parameter_described(mut self, parameter: Parameter) -> Self {
        self.definition.parameters.push(parameter);
        self
    }

    /// Adds a parameter that is worked out from others.
    ///
    /// # Errors
    /// A text that is no expression.
    pub fn expression(self, name: &str, expression: &str) -> Result<Self> {
        let expression = Expression::parse(expression)?;
        Ok(self.parameter_described(Parameter::expression(name, expression)))
    }

    /// Adds an observable by name.
    ///
    /// # Errors
    /// A text that is no expression.
    pub fn observable(mut self, name: &str, expression: &str) -> Result<Self> {
        let expression = Expression::parse(expression)?;
        let (name, unit, note) = (name.to_owned(), None, String::new());
        self.definition.observables.push(NamedObservable { name, expression, unit, note });
        Ok(self)
    }

    /// Adds a step.
    #[must_use]
    pub fn step(self, name: &str, equation: &str, law: Law) -> Self {
        self.step_described(Step::new(name, equation, law))
    }

    /// Adds a step with orders, a phase or a note.
    #[must_use]
    pub fn step_described(mut self, step: Step) -> Self {
        self.definition.steps.push(step);
        self
    }

    /// Sets the temperature of a run that is given none.
    ///
    /// # Errors
    /// A value that is not a number with a known unit.
    pub fn temperature(mut self, temperature: impl IntoQuantity) -> Result<Self> {
        self.definition.run.temperature = Some(temperature.into_quantity()?);
        Ok(self)
    }

    /// Sets the potential of a run that is given none, and the reference of all potentials.
    ///
    /// # Errors
    /// A value that is not a number with a known unit.
    pub fn potential(mut self, potential: impl IntoQuantity, reference: Reference) -> Result<Self> {
        self.definition.run.potential = Some(potential.into_quantity()?);
        self.definition.run.reference = Some(reference);
        Ok(self)
    }

    /// Sets the length of a run that is given none.
    ///
    /// # Errors
    /// A value that is not a number with a known unit.
    pub fn t_end(mut self, t_end: impl IntoQuantity) -> Result<Self> {
        self.definition.run.t_end = Some(t_end.into_quantity()?);
        Ok(self)
    }

    /// Names the species whose conversion, and those whose yields, are reported.
    #[must_use]
    pub fn report(mut self, feed: &str, products: &[&str]) -> Self {
        self.definition.run.feed = Some(feed.to_owned());
        self.definition.run.products = products.iter().map(ToString::to_string).collect();
        self
    }

    /// Sets title, source and notes.
    #[must_use]
    pub fn describe(mut self, title: &str, source: &str, notes: &str) -> Self {
        self.definition.title = title.to_owned();
        self.definition.source = source.to_owned();
        self.definition.notes = notes.to_owned();
        self
    }

    /// Checks everything and compiles the network.
    ///
    /// # Errors
    /// [`NetworkError::Invalid`](crate::NetworkError::Invalid) with all faults.
    pub fn build(self) -> Result<Network> {
        Network::new(self.definition)
    }
}
