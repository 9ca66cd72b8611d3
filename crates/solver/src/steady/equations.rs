//! The equations of a steady state: `f(z) = 0` with the conservation laws in the place of dependent rows.

use nalgebra::{DMatrix, DVector, Dyn, LU, SVD};
use ratelaw_network::{BoundAlong, Lane, Network, StepId};

use super::laws::Laws;
use crate::control::{THERMAL_VOLTAGE, Tolerance};
use crate::lanes::singles;
use crate::options::SolveOptions;
use crate::system::System;

/// What is solved, with room to evaluate it.
pub(super) struct Equations<'a> {
    pub(super) network: &'a Network,
    pub(super) system: &'a System<'a, 1>,
    pub(super) laws: Laws,
    /// Amounts at the start, which fix the totals of the laws.
    pub(super) start: Vec<f64>,
    /// Whether the equations may be singular, as they are where steady states lie side by side: the products of a branch
    /// that cannot change into each other rest at any ratio, and the run alone says at which.
    pub(super) singular: bool,
    /// Amounts below this count by it: what the tolerance does not resolve. Then the thermal voltage of each potential.
    pub(super) smallest: Vec<f64>,
    /// Typical amounts, at the start.
    scale: Vec<f64>,
    rates: Vec<Lane<1>>,
    slope: Vec<Lane<1>>,
    terms: Vec<Lane<1>>,
    entries: Vec<Lane<1>>,
}

/// A factorised Jacobian of the equations, with scaled rows and columns.
pub(super) struct Linear {
    factors: Factors,
    rows: Vec<f64>,
    columns: Vec<f64>,
}

/// Either factorisation of a square matrix.
enum Factors {
    Lu(LU<f64, Dyn, Dyn>),
    /// For a singular one: the shortest of the solutions that are nearest to one.
    Svd(Box<SVD<f64, Dyn, Dyn>>),
}

/// A singular value below this part of the largest is zero.
const SINGULAR: f64 = 1e-12;

impl<'a> Equations<'a> {
    pub(super) fn new(
        network: &'a Network,
        system: &'a System<'a, 1>,
        start: &[f64],
        tolerance: &Tolerance,
        options: &SolveOptions,
    ) -> Self {
        let compiled = system.compiled;
        let lanes = |count| vec![Lane::ZERO; count];
        let smallest = tolerance.scale.iter().map(|s| s * options.resolution);
        Self {
            network,
            system,
            laws: Laws::new(network),
            start: start.to_vec(),
            singular: false,
            smallest: smallest.chain(std::iter::repeat_n(THERMAL_VOLTAGE, compiled.potentials().len())).collect(),
            scale: tolerance.scale.clone(),
            rates: lanes(compiled.directions()),
            slope: lanes(compiled.size()),
            terms: lanes(compiled.term_count()),
            entries: lanes(compiled.jacobian_entries().len()),
        }
    }

    /// The typical amount of a species, at the start.
    pub(super) fn start_scale(&self, species: usize) -> f64 {
        self.scale[species]
    }

    /// What each variable's error is measured by.
    pub(super) fn sizes(&self, z: &[f64]) -> Vec<f64> {
        let amounts = self.start.len();
        let size = |(i, smallest): (usize, &f64)| if i < amounts { z[i].abs().max(*smallest) } else { *smallest };
        self.smallest.iter().enumerate().map(size).collect()
    }

    /// Rates of all directions.
    pub(super) fn rates(&mut self, z: &[f64]) -> &[Lane<1>] {
        self.system.compiled.rates(&self.system.bound, &singles(z), &mut self.rates);
        &self.rates
    }

    /// The right-hand side itself.
    pub(super) fn slope(&mut self, z: &[f64]) -> Vec<f64> {
        self.system.compiled.derivative(&self.system.bound, &singles(z), &mut self.rates, &mut self.slope);
        self.slope.iter().map(|x| x.0[0]).collect()
    }

    /// The equations' residuals.
    pub(super) fn residual(&mut self, z: &[f64]) -> DVector<f64> {
        let mut f = DVector::from_vec(self.slope(z));
        for (pivot, weights) in &self.laws.rows {
            f[*pivot] = weights.iter().zip(z.iter().zip(&self.start)).map(|(w, (z, start))| w * (z - start)).sum();
        }
        f
    }

    /// Whether nothing changes, to the last bit.
    pub(super) fn is_at_rest(&mut self, z: &[f64]) -> bool {
        self.slope(z).iter().all(|slope| *slope == 0.0)
    }

    /// The Jacobian of the right-hand side.
    pub(super) fn jacobian(&mut self, z: &[f64]) -> DMatrix<f64> {
        let compiled = self.system.compiled;
        compiled.terms(&self.system.bound, &singles(z), &mut self.terms);
        compiled.jacobian(&self.system.bound, &self.terms, &mut self.entries);
        let mut matrix = DMatrix::zeros(z.len(), z.len());
        for ((i, j), value) in compiled.jacobian_entries().iter().zip(&self.entries) {
            matrix[(*i, *j)] = value.0[0];
        }
        matrix
    }

    /// The equations made linear at a point; none if a derivative is not finite.
    pub(super) fn linear(&mut self, z: &[f64]) -> Option<Linear> {
        let mut matrix = self.jacobian(z);
        for (pivot, weights) in &self.laws.rows {
            for j in 0..z.len() {
                matrix[(*pivot, j)] = weights.get(j).copied().unwrap_or(0.0);
            }
        }
        let columns = self.sizes(z);
        let mut rows = vec![0.0; z.len()];
        for i in 0..z.len() {
            for j in 0..z.len() {
                matrix[(i, j)] *= columns[j];
            }
            let largest = matrix.row(i).amax();
            rows[i] = if largest > 0.0 { largest.recip() } else { 1.0 };
            matrix.row_mut(i).scale_mut(rows[i]);
        }
        if !matrix.iter().all(|v| v.is_finite()) {
            return None;
        }
        let factors = if self.singular {
            let most = 100 * z.len().max(10);
            Factors::Svd(Box::new(SVD::try_new(matrix, true, true, f64::EPSILON, most)?))
        } else {
            Factors::Lu(matrix.lu())
        };
        Some(Linear { factors, rows, columns })
    }

    /// Residuals' change when the network's numbers change by `along` and the amounts at the start by `start`.
    pub(super) fn along(&mut self, z: &[f64], along: Option<&BoundAlong<1>>, start: &[f64]) -> DVector<f64> {
        let compiled = self.system.compiled;
        let (z, rest) = (singles(z), vec![Lane::ZERO; z.len()]);
        let mut currents = rest.clone();
        compiled.rates(&self.system.bound, &z, &mut self.rates);
        compiled.accumulate(&self.rates, &mut currents);
        compiled.tangent(&self.system.bound, along, &z, &rest, &mut self.rates);
        compiled.accumulate(&self.rates, &mut self.slope);
        compiled.close_tangent(&self.system.bound, along, &rest, Some(&currents), &mut self.slope);
        let mut change = DVector::from_iterator(z.len(), self.slope.iter().map(|x| x.0[0]));
        for (pivot, weights) in &self.laws.rows {
            change[*pivot] = -weights.iter().zip(start).map(|(w, s)| w * s).sum::<f64>();
        }
        change
    }

    /// What all directions make and consume of each species, in the unit of `dy/dt`, signs apart.
    pub(super) fn gross(&mut self, z: &[f64]) -> Vec<f64> {
        self.rates(z);
        let (network, compiled) = (self.network, self.system.compiled);
        let mut gross = vec![0.0; network.species().len()];
        for (s, step) in network.steps().iter().enumerate() {
            let (forward, reverse) = compiled.step_directions(StepId(s));
            let both = self.rates[forward].0[0].abs() + reverse.map_or(0.0, |r| self.rates[r].0[0].abs());
            for (id, change) in step.change.iter().filter(|(id, _)| !network.species()[id.0].fixed) {
                let ratio = network.size(step.phase) / network.size(network.species()[id.0].phase);
                gross[id.0] += change.abs() * ratio * both;
            }
        }
        gross
    }
}

impl Linear {
    /// `x` of `J x = b`; none if there is none.
    pub(super) fn solve(&self, b: &DVector<f64>) -> Option<DVector<f64>> {
        let mut x = DVector::from_iterator(b.len(), b.iter().zip(&self.rows).map(|(b, row)| b * row));
        let solved = match &self.factors {
            Factors::Lu(lu) => lu.solve_mut(&mut x),
            Factors::Svd(svd) => {
                x = svd.solve(&x, SINGULAR * svd.singular_values.amax()).ok()?;
                true
            }
        };
        x.iter_mut().zip(&self.columns).for_each(|(x, column)| *x *= column);
        (solved && x.iter().all(|v| v.is_finite())).then_some(x)
    }
}
