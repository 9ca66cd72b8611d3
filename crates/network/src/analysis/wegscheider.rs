//! Wegscheider's condition: round a loop of reversible steps, equilibrium constants multiply to 1.

use super::echelon::eliminate;
use super::sides::Sides;
use super::sum::sum_of_steps;
use crate::conditions::Conditions;
use crate::error::{NetworkError, Result};
use crate::lane::ln;
use crate::network::{Network, StepId};

/// Loops of reversible steps, and the reversible steps that could not be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Wegscheider {
    /// Independent loops; every other is a sum of these. None if the network is too large: work is bounded to some
    /// seconds.
    pub loops: Option<Vec<Loop>>,
    /// Reversible steps in no loop because they have no equilibrium constant.
    pub not_judged: Vec<(StepId, NotJudged)>,
}

/// Steps that together change nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// Steps with their multiples, negative where the loop runs against the step.
    pub steps: Vec<(StepId, f64)>,
    /// Common logarithm of the product of the steps' equilibrium constants to their multiples; thermodynamics says 0.
    pub log10_product: f64,
    /// Whether it is 0 within 1e-6 of the magnitude of the logarithms in the sum (at least 1, natural logarithms).
    pub consistent: bool,
}

/// Why a reversible step has no equilibrium constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotJudged {
    /// Its rate is not the law of mass action of its equation, so rates that are equal do not say what amounts are.
    Orders,
    /// A rate constant is zero.
    Zero,
}

impl NotJudged {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Orders => "its orders are not its coefficients",
            Self::Zero => "a rate constant is zero",
        }
    }
}

/// A sum of logarithms this small against its terms is zero.
const TOLERANCE: f64 = 1e-6;

/// Finds the independent loops of reversible steps at given parameters and conditions and judges each: the product
/// of `k_forward / k_reverse` round a loop must be 1, or the loop turns for ever and does work out of nothing
/// (R. Wegscheider, Monatsh. Chem. 22 (1901) 849).
///
/// A loop must close in all species, those held constant too, and in electrons: otherwise it is an overall reaction,
/// driven by the reservoir or by the potential, and no constraint. The constants of electrode steps hold the
/// potential already; round a loop that closes in electrons it cancels.
///
/// `values` are SI, in the order of [`Network::parameters`].
///
/// # Errors
/// [`NetworkError::OutOfRange`] if there is not one value for each parameter, or as [`Network::bind`].
///
/// ```
/// use ratelaw_network::analysis::wegscheider;
/// use ratelaw_network::{Conditions, Law, Network, ROOM_TEMPERATURE, Species};
///
/// let mut builder = Network::builder("triangle").abstract_phase("mixture").parameter("k", "1 1/s")?;
/// for name in ["A", "B", "C"] {
///     builder = builder.species(Species::new(name).composition_waived());
/// }
/// for (i, equation) in ["A <=> B", "B <=> C", "C <=> A"].into_iter().enumerate() {
///     let name = format!("r{i}");
///     builder = builder.parameter(&format!("K{i}"), "2")?;
///     builder = builder.step(&name, equation, Law::mass_action("k").equilibrium(&format!("K{i}")));
/// }
/// let network = builder.build()?;
/// let conditions = Conditions::new(ROOM_TEMPERATURE, 0.0);
/// let found = wegscheider(&network, &network.parameter_values(), &conditions)?;
/// let loops = found.loops.expect("a small network");
/// assert_eq!(loops[0].text(&network), "step r0 + step r1 + step r2");
/// assert!(!loops[0].consistent);
/// assert!((10_f64.powf(loops[0].log10_product) - 8.0).abs() < 1e-9);
/// # Ok::<(), ratelaw_network::NetworkError>(())
/// ```
pub fn wegscheider(network: &Network, values: &[f64], conditions: &Conditions) -> Result<Wegscheider> {
    if values.len() != network.parameters().len() {
        return Err(NetworkError::OutOfRange {
            what: "the number of parameter values".to_owned(),
            found: values.len().to_string(),
            expected: "one value for each parameter",
        });
    }
    let constants = network.bind(values, conditions)?;
    // Without electrons in any step their column is empty.
    let electrons = network.species().len();
    let (mut judged, mut not_judged) = (Vec::new(), Vec::new());
    for (i, (step, sides)) in network.steps().iter().zip(Sides::of(network)).enumerate() {
        let (forward, reverse) = network.compiled().step_directions(StepId(i));
        let Some(reverse) = reverse else { continue };
        let (forward, reverse) = (constants[forward], constants[reverse]);
        if !sides.is_elementary(step) {
            not_judged.push((StepId(i), NotJudged::Orders));
        } else if forward == 0.0 || reverse == 0.0 {
            not_judged.push((StepId(i), NotJudged::Zero));
        } else {
            let mut vector: Vec<(usize, f64)> = step.change.iter().map(|(id, n)| (id.0, *n)).collect();
            vector.extend((step.electrons != 0.0).then_some((electrons, step.electrons)));
            judged.push((StepId(i), vector, ln(forward) - ln(reverse)));
        }
    }
    let vectors: Vec<Vec<(usize, f64)>> = judged.iter_mut().map(|(_, vector, _)| std::mem::take(vector)).collect();
    let found = eliminate(&vectors, electrons + 1, true);
    let judge = |relation: Vec<(usize, f64)>| {
        // The first step forward.
        let sign = relation.first().map_or(1.0, |(_, n)| n.signum());
        let steps: Vec<(StepId, f64)> = relation.iter().map(|(j, n)| (judged[*j].0, sign * n)).collect();
        let terms: Vec<f64> = relation.iter().map(|(j, n)| sign * n * judged[*j].2).collect();
        let (sum, size) = (terms.iter().sum::<f64>(), terms.iter().map(|t| t.abs()).sum::<f64>());
        let consistent = sum.abs() <= TOLERANCE * size.max(1.0);
        Loop { steps, log10_product: sum / std::f64::consts::LN_10, consistent }
    };
    let loops = found.map(|found| found.dependent.into_iter().map(|d| judge(d.relation)).collect());
    Ok(Wegscheider { loops, not_judged })
}

impl Loop {
    /// Readable: `step A + step B - 2 step C`.
    pub fn text(&self, network: &Network) -> String {
        sum_of_steps(network, &self.steps)
    }
}
