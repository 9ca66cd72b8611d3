//! The one view that a method has of a problem.

use ratelaw_network::{Bound, Compiled, Lane, StepId};

/// `M dz/dt = f(z)` of a network at given parameters and conditions, and the quadratures `dq/dt = g(z)`: net
/// turnovers (mol) of the steps that exchange electrons. `M` is 1 for amounts and the time and 0 for floating
/// potentials, whose rows are equations. Quadratures depend on the state and nothing depends on them, so they stay
/// outside the error norm and the linear systems.
#[derive(Debug, Clone)]
pub(crate) struct System<'a, const W: usize> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) bound: Bound<W>,
    pub(crate) quadratures: Vec<StepId>,
}

impl<'a, const W: usize> System<'a, W> {
    pub(crate) fn new(compiled: &'a Compiled, bound: Bound<W>) -> Self {
        let quadratures = compiled.electron_steps().iter().map(|s| s.step).collect();
        Self { compiled, bound, quadratures }
    }

    /// Number of variables.
    pub(crate) fn size(&self) -> usize {
        self.compiled.size()
    }

    /// Whether the row of a variable is a differential equation.
    pub(crate) fn is_differential(&self, row: usize) -> bool {
        !self.compiled.potentials().contains(&row)
    }

    /// Quadrature derivatives for given rates (or for derivatives of rates).
    pub(crate) fn turnover(&self, rates: &[Lane<W>], dq: &mut [Lane<W>]) {
        for (dq, step) in dq.iter_mut().zip(&self.quadratures) {
            *dq = self.compiled.step_rate(*step, rates);
        }
    }
}
