//! Exact derivatives against differences: a check of a network's own rate laws, user expressions included.

use crate::compile::Compiled;
use crate::conditions::Conditions;
use crate::error::Result;
use crate::kernel::Bound;
use crate::lane::Lane;
use crate::network::{Network, ParameterId};
use crate::rate::Direction;

/// A derivative and what differences make of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivative {
    /// What is differentiated: a species' rate of change, or the balance of an electrode's potential.
    pub of: String,
    /// In what: a species, a potential, `time`, a parameter, `temperature`.
    pub by: String,
    /// The exact derivative, SI.
    pub exact: f64,
    /// The derivative by differences, SI.
    pub difference: f64,
    /// Their distance over the larger of them, or over the sum of the terms that cancel in it.
    pub error: f64,
}

/// Compares every derivative of the right-hand side with extrapolated differences and gives the worst; none for a
/// network whose rates are all constant.
///
/// `z` are the variables ([`Compiled::size`]), `values` the parameters. A point where a rate has a kink (`if`, `min`,
/// `max`, an amount of zero to a broken order) has no derivative to compare with.
///
/// # Errors
/// A rate constant that is negative or not finite.
///
/// ```
/// use ratelaw_network::{Conditions, Law, Network, Species, analysis::worst_derivative};
///
/// let network = Network::builder("enzyme")
///     .solution("cell", "1 L")?
///     .species(Species::new("S").composition_waived().initial("1 mM")?)
///     .species(Species::new("P").composition_waived())
///     .parameter("Vmax", "1e-3 mM/s")?
///     .parameter("Km", "0.5 mM")?
///     .step("conversion", "S -> P", Law::expression("Vmax*S/(Km + S)")?)
///     .build()?;
/// let worst = worst_derivative(&network, &network.parameter_values(), &Conditions::new(298.15, 0.0), &[1.0, 0.0])?;
/// assert!(worst.unwrap().error < 1e-7);
/// # Ok::<(), ratelaw_network::NetworkError>(())
/// ```
pub fn worst_derivative(
    network: &Network,
    values: &[f64],
    conditions: &Conditions,
    z: &[f64],
) -> Result<Option<Derivative>> {
    let tables = network.compiled_for(conditions);
    let mut all = by_variables(network, tables, values, conditions, z)?;
    all.extend(by_numbers(network, tables, values, conditions, z)?);
    Ok(all.into_iter().max_by(|a, b| a.error.total_cmp(&b.error)))
}

/// The right-hand side, and for each row the sum of the magnitudes of its terms.
fn slope(tables: &Compiled, bound: &Bound<1>, z: &[f64]) -> Vec<f64> {
    let mut rates = vec![Lane::ZERO; tables.directions()];
    let mut dz = vec![Lane::ZERO; z.len()];
    tables.derivative(bound, &lanes(z), &mut rates, &mut dz);
    plain(&dz)
}

fn by_variables(
    network: &Network,
    tables: &Compiled,
    values: &[f64],
    conditions: &Conditions,
    z: &[f64],
) -> Result<Vec<Derivative>> {
    let bound = network.bound(tables, values, conditions)?;
    let mut terms = vec![Lane::ZERO; tables.term_count()];
    let mut entries = vec![Lane::ZERO; tables.jacobian_entries().len()];
    tables.terms(&bound, &lanes(z), &mut terms);
    tables.jacobian(&bound, &terms, &mut entries);
    let mut exact = vec![vec![0.0; z.len()]; z.len()];
    for ((i, j), entry) in tables.jacobian_entries().iter().zip(&entries) {
        exact[*i][*j] = entry.0[0];
    }
    let mut all = Vec::new();
    for j in 0..z.len() {
        let moved = |step: f64| {
            let mut z = z.to_vec();
            z[j] += step;
            Ok(slope(tables, &bound, &z))
        };
        let size = if tables.potentials().contains(&j) { 0.1 } else { z[j].abs().max(1e-3 * largest(z)) };
        for (i, (difference, noise)) in extrapolated(moved, size)?.into_iter().enumerate() {
            all.push(compared(network, tables, (i, variable(network, tables, j)), exact[i][j], difference, noise));
        }
    }
    Ok(all)
}

fn by_numbers(
    network: &Network,
    tables: &Compiled,
    values: &[f64],
    conditions: &Conditions,
    z: &[f64],
) -> Result<Vec<Derivative>> {
    let free = network.parameters().iter().enumerate().filter(|(_, p)| p.expression.is_none());
    let mut directions: Vec<(Direction, String, f64)> = free
        .map(|(i, p)| (Direction::Parameter(ParameterId(i)), p.name.clone(), values[i].abs().max(f64::MIN_POSITIVE)))
        .collect();
    directions.push((Direction::Temperature, "temperature".to_owned(), conditions.temperature));
    directions.push((Direction::Potential, "potential".to_owned(), 0.1));
    let bound = network.bound(tables, values, conditions)?;
    let (point, still) = (lanes(z), vec![Lane::ZERO; z.len()]);
    let mut all = Vec::new();
    for (direction, name, size) in directions {
        let along = network.bound_along(tables, values, conditions, network.along(values, direction));
        let mut rates = vec![Lane::ZERO; tables.directions()];
        let (mut currents, mut exact) = (still.clone(), still.clone());
        tables.rates(&bound, &point, &mut rates);
        tables.accumulate(&rates, &mut currents);
        tables.tangent(&bound, Some(&along), &point, &still, &mut rates);
        tables.accumulate(&rates, &mut exact);
        tables.close_tangent(&bound, Some(&along), &still, Some(&currents), &mut exact);
        let moved = |step: f64| {
            let (mut values, mut conditions) = (values.to_vec(), *conditions);
            match direction {
                Direction::Parameter(id) => {
                    values[id.0] += step;
                    network.complete(&mut values);
                }
                Direction::Temperature => conditions.temperature += step,
                Direction::Potential => conditions.potential += step,
                Direction::Step(_) => {}
            }
            Ok(slope(tables, &network.bound(tables, &values, &conditions)?, z))
        };
        for (i, (difference, noise)) in extrapolated(moved, size)?.into_iter().enumerate() {
            all.push(compared(network, tables, (i, name.clone()), exact[i].0[0], difference, noise));
        }
    }
    Ok(all)
}

/// Central differences at three steps, extrapolated twice (Richardson), so that their error goes with the sixth power
/// of the step; and how much rounding may have left in them.
fn extrapolated(f: impl Fn(f64) -> Result<Vec<f64>>, size: f64) -> Result<Vec<(f64, f64)>> {
    // The best of a sixth-order formula: the seventh root of the rounding error.
    let h = 4e-3 * size;
    let mut rows = Vec::new();
    let mut largest: Vec<f64> = Vec::new();
    for k in 0..3 {
        let step = h / f64::from(1 << k);
        let (up, down) = (f(step)?, f(-step)?);
        largest = up.iter().zip(&down).map(|(u, d)| u.abs().max(d.abs())).collect();
        rows.push(up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * step)).collect::<Vec<f64>>());
    }
    Ok((0..rows[0].len())
        .map(|i| {
            let first = [(4.0 * rows[1][i] - rows[0][i]) / 3.0, (4.0 * rows[2][i] - rows[1][i]) / 3.0];
            // Each value of f is good to a few units in its last place, which the smallest step divides.
            let noise = 16.0 * f64::EPSILON * largest[i] / (h / 4.0);
            ((16.0 * first[1] - first[0]) / 15.0, noise)
        })
        .collect())
}

fn compared(
    network: &Network,
    tables: &Compiled,
    (row, by): (usize, String),
    exact: f64,
    difference: f64,
    noise: f64,
) -> Derivative {
    let distance = ((exact - difference).abs() - noise).max(0.0);
    let size = exact.abs().max(difference.abs());
    let error = if distance == 0.0 { 0.0 } else { distance / size };
    Derivative { of: variable(network, tables, row), by, exact, difference, error }
}

fn variable(network: &Network, tables: &Compiled, i: usize) -> String {
    if let Some(species) = network.species().get(i) {
        return species.name.clone();
    }
    match network.floating_potentials().get(i - network.species().len()) {
        Some(own) if tables.potentials().contains(&i) => {
            format!("potential({})", network.definition().phases[own.phase.0].name)
        }
        _ => "time".to_owned(),
    }
}

fn largest(z: &[f64]) -> f64 {
    z.iter().fold(0.0, |a: f64, z| a.max(z.abs()))
}

fn lanes(values: &[f64]) -> Vec<Lane<1>> {
    values.iter().map(|v| Lane([*v])).collect()
}

fn plain(lanes: &[Lane<1>]) -> Vec<f64> {
    lanes.iter().map(|x| x.0[0]).collect()
}
