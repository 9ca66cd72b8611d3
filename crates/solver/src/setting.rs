//! What a user can set, sweep, fit or differentiate in.

use ratelaw_network::rate::Direction;
use ratelaw_network::units::Dimension;
use ratelaw_network::{Network, ParameterId, SpeciesId, StepId, did_you_mean, nearest};

use crate::error::{Result, SolveError};

/// A number of a problem that is not structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// A parameter of the network.
    Parameter(ParameterId),
    /// The initial amount of a species.
    Initial(SpeciesId),
    /// The potential.
    Potential,
    /// The temperature.
    Temperature,
    /// The rate of a step in both directions, relative to itself: 1 as the model says. For sensitivities; the model's
    /// parameters are what is set.
    Step(StepId),
}

impl Setting {
    /// Looks a name up: a parameter, a species (its initial amount; `NAME(0)` where a parameter has the same
    /// name), `potential` or `temperature`.
    ///
    /// # Errors
    /// A name that means nothing, or two things.
    pub fn parse(network: &Network, name: &str) -> Result<Self> {
        let name = name.trim();
        if let Some(species) = name.strip_suffix("(0)") {
            return Ok(Self::Initial(network.species_id(species)?));
        }
        match (network.parameter_id(name), network.species_id(name)) {
            (Ok(_), Ok(_)) => return Err(SolveError::Ambiguous { name: name.to_owned() }),
            (Ok(id), _) => {
                if network.parameters()[id.0].expression.is_some() {
                    return Err(SolveError::Dependent { name: name.to_owned() });
                }
                return Ok(Self::Parameter(id));
            }
            (_, Ok(id)) => return Ok(Self::Initial(id)),
            _ => {}
        }
        match name {
            "potential" => Ok(Self::Potential),
            "temperature" => Ok(Self::Temperature),
            _ => {
                let parameters: Vec<&str> = network.parameters().iter().map(|p| p.name.as_str()).collect();
                let species: Vec<&str> = network.species().iter().map(|s| s.name.as_str()).collect();
                let all = parameters.iter().chain(&species).copied().chain(["potential", "temperature"]);
                let near = did_you_mean(nearest(name, all));
                let expected = format!(
                    "a parameter ({}), a species ({}), `potential` or `temperature`{near}",
                    parameters.join(", "),
                    species.join(", ")
                );
                Err(SolveError::UnknownName { kind: "setting", name: name.to_owned(), expected })
            }
        }
    }

    /// Its name.
    pub fn name(self, network: &Network) -> String {
        match self {
            Self::Parameter(id) => network.parameters()[id.0].name.clone(),
            Self::Initial(id) => {
                let name = &network.species()[id.0].name;
                if network.parameter_id(name).is_ok() { format!("{name}(0)") } else { name.clone() }
            }
            Self::Potential => "potential".to_owned(),
            Self::Temperature => "temperature".to_owned(),
            Self::Step(id) => format!("step({})", network.steps()[id.0].name),
        }
    }

    /// What it measures.
    pub fn dimension(self, network: &Network) -> Dimension {
        match self {
            Self::Parameter(id) => network.parameters()[id.0].dimension,
            Self::Initial(id) => network.amount_dimension(id),
            Self::Potential => Dimension::potential(),
            Self::Temperature => Dimension::TEMPERATURE,
            Self::Step(_) => Dimension::NONE,
        }
    }

    /// How rate constants are differentiated in it; nothing for an initial amount.
    pub(crate) fn direction(self) -> Option<Direction> {
        match self {
            Self::Parameter(id) => Some(Direction::Parameter(id)),
            Self::Initial(_) => None,
            Self::Potential => Some(Direction::Potential),
            Self::Temperature => Some(Direction::Temperature),
            Self::Step(id) => Some(Direction::Step(id)),
        }
    }
}
