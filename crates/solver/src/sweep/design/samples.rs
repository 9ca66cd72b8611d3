//! Samples of several settings at once.

use serde::{Deserialize, Serialize};

use super::cube::{SamplingMethod, UnitCube};
use super::distribution::{Distribution, Quantile};
use super::variable::Variable;
use crate::error::Result;
use crate::problem::Problem;

/// A setting and how likely its values are: `k2~loguniform(5 1/s, 80 1/s)`.
///
/// Written as text where it is stored. A setting that cannot be negative (an amount, the temperature, a rate or
/// equilibrium constant, another size) keeps to that: a normal distribution is cut off at zero and what is left fills the
/// whole, its mean must not be negative; a distribution with bounds is refused if its lower one is negative. No
/// distribution is cut off at an upper end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Sampled {
    /// Name of the setting, see [`Setting::parse`](crate::Setting::parse).
    pub name: String,
    /// How likely its values are.
    pub distribution: Distribution,
}

/// Samples of several settings at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// What is sampled.
    pub of: Vec<Sampled>,
    /// How many samples.
    pub count: u64,
    /// How they are spread.
    pub method: SamplingMethod,
    /// The same seed gives the same samples on every machine.
    pub seed: u64,
}

impl Samples {
    pub(super) fn resolve(&self, problem: &Problem, variables: &mut Vec<Variable>) -> Result<Sampler> {
        let cube = UnitCube::new(self.method, self.count, self.of.len(), self.seed)?;
        let mut quantiles = Vec::with_capacity(self.of.len());
        for Sampled { name, distribution } in &self.of {
            let variable = Variable::look_up(problem, name, distribution.shown())?;
            quantiles.push(distribution.resolve(problem, &variable)?);
            variables.push(variable);
        }
        Ok(Sampler { cube, quantiles })
    }
}

/// Samples of a given problem.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sampler {
    cube: UnitCube,
    quantiles: Vec<Quantile>,
}

impl Sampler {
    pub(super) fn count(&self) -> u64 {
        self.cube.count()
    }

    pub(super) fn width(&self) -> usize {
        self.quantiles.len()
    }

    pub(super) fn values(&self, index: u64) -> impl Iterator<Item = f64> + '_ {
        self.quantiles.iter().enumerate().map(move |(d, quantile)| quantile.at(self.cube.inside(index, d)))
    }
}
