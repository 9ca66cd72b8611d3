//! How to solve.

use crate::error::{Result, SolveError};
use crate::method::Method;
use crate::setting::Setting;

/// Options of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct SolveOptions {
    /// Integration method.
    pub method: Method,
    /// Relative tolerance of every amount, from 1e-13 to 0.1.
    pub rtol: f64,
    /// The absolute tolerance of a species, as a fraction of `rtol` times its scale (the smallest amount
    /// present in its phase at the start, see [`Network::scales`](ratelaw_network::Network::scales)): amounts below this
    /// fraction of the scale are not resolved relatively.
    pub resolution: f64,
    /// Most steps, accepted and rejected.
    pub max_steps: usize,
    /// Exact derivatives of the solution that are computed with it.
    pub sensitivities: Vec<Setting>,
    /// Whether the turnovers of all steps are integrated, and not only of those that exchange electrons. It changes
    /// nothing else: no step, no bit of the state.
    pub all_turnovers: bool,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self {
            method: Method::default(),
            rtol: 1e-6,
            resolution: 1e-6,
            max_steps: 100_000,
            sensitivities: Vec::new(),
            all_turnovers: false,
        }
    }
}

impl SolveOptions {
    /// The same with a method that is one, for so many variables.
    pub(crate) fn settled(&self, size: usize) -> Self {
        Self { method: self.method.settled(size, self.rtol, !self.sensitivities.is_empty()), ..self.clone() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |what: &str, found: f64, expected: &str| {
            Err(SolveError::OutOfRange { what: what.into(), found: found.to_string(), expected: expected.into() })
        };
        if !(1e-13..=0.1).contains(&self.rtol) {
            return refuse("the relative tolerance", self.rtol, "a number from 1e-13 to 0.1");
        }
        if !(self.resolution > 0.0 && self.resolution <= 1.0) {
            return refuse("the resolution", self.resolution, "a number above 0, at most 1");
        }
        if self.method != Method::Rodas5P && !self.sensitivities.is_empty() {
            let what = "compute sensitivities";
            return Err(SolveError::Unsupported { method: self.method, what, instead: Method::Rodas5P });
        }
        Ok(())
    }
}
