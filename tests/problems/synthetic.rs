//! Synthetic data for fits: curves known on paper, with normal noise from a seed. Nothing here was measured.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use ratelaw::network::{FARADAY, GAS_CONSTANT};
use ratelaw::prelude::*;

use super::letters;

/// A problem of a network with data as CSV.
pub(crate) fn experiment(network: &Network, csv: &str) -> Experiment {
    let data = Dataset::from_text(csv, "data.csv").unwrap_or_else(|e| panic!("{e}"));
    let problem = Problem::builder(network).until(Seconds(1.0)).build().unwrap_or_else(|e| panic!("{e}"));
    Experiment::new(problem, data).unwrap_or_else(|e| panic!("{e}"))
}

/// A -> B in fractions, first order, with this constant in 1/s.
pub(crate) fn decay(k: f64) -> Network {
    letters("decay", &[("A", 1.0), ("B", 0.0)], &[("A -> B", k)])
}

/// A -> I -> P in fractions.
pub(crate) fn two_step(k1: f64, k2: f64) -> Network {
    letters("two steps", &[("A", 1.0), ("I", 0.0), ("P", 0.0)], &[("A -> I", k1), ("I -> P", k2)])
}

/// The product of A -> I -> P (docs/theory/fit.md).
pub(crate) fn product(k1: f64, k2: f64, t: f64) -> f64 {
    1.0 - (k1 * (-k2 * t).exp() - k2 * (-k1 * t).exp()) / (k1 - k2)
}

/// A standard normal deviate, by Box and Muller.
pub(crate) fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// One column over time, to all digits.
pub(crate) fn csv(header: &str, times: &[f64], mut value: impl FnMut(f64) -> f64) -> String {
    table(header, times.iter().map(|t| format!("{t:?},{:?}\n", value(*t))))
}

/// A header and lines.
pub(crate) fn table(header: &str, rows: impl Iterator<Item = String>) -> String {
    format!("{header}\n{}", rows.collect::<Vec<_>>().concat())
}

/// Volume over area of the cell of [`cell`], m.
const LENGTH: f64 = 15e-6 / 0.5e-4;

/// A -> I in solution, then I -> P + e- on an electrode after Tafel, at 0.1 M of A; `k0` holds at 2.0 V and is such that
/// the second step runs at 1.17e-4 1/s there.
pub(crate) fn cell() -> Network {
    // Iron stands for anything that gives off one electron.
    let species = |name: &str, formula: &str| Species::new(name).formula(formula).phase("cell");
    Network::builder("two steps at an anode")
        .solution("cell", "15 mL")
        .and_then(|b| b.electrode("anode", "0.5 cm2"))
        .and_then(|b| b.species(species("A", "Fe+2").initial("0.1 M")?).parameter("k1", "2e-3 1/s"))
        .and_then(|b| b.parameter("k0", Quantity::new(1.17e-4 * LENGTH, "m/s")?))
        .and_then(|b| b.parameter("E0", "2.0 V")?.parameter("alpha", "0.15")?.potential("2.0 V", Reference::AgAgPlus))
        .map(|b| b.species(species("I", "Fe+2")).species(species("P", "Fe+3")))
        .map(|b| b.step("first", "A -> I", Law::mass_action("k1")))
        .and_then(|b| b.step("second", "I -> P + e-", Law::tafel("k0", "E0", "alpha")).build())
        .unwrap_or_else(|e| panic!("{e}"))
}

/// The constant of the second step in 1/s at a potential: Tafel's, or with a limit that no potential passes.
pub(crate) fn second(potential: f64, alpha: f64, limit: Option<f64>) -> f64 {
    let tafel = 1.17e-4 * (alpha * FARADAY * (potential - 2.0) / (GAS_CONSTANT * 298.15)).exp();
    limit.map_or(tafel, |limit| tafel * limit / (tafel + limit))
}

/// Six potentials with ten data each over ten hours, noise of 1 mM.
pub(crate) fn potentials(network: &Network, k2: impl Fn(f64) -> f64, random: &mut ChaCha8Rng) -> Vec<Experiment> {
    let times: Vec<f64> = (1..=10).map(|h| 3600.0 * f64::from(h)).collect();
    (0..6)
        .map(|i| {
            let potential = 1.5 + 0.1 * f64::from(i);
            let value = |t: f64| 100.0 * product(2e-3, k2(potential), t) + normal(random);
            let data = Dataset::from_text(&csv("time / s,P / mM", &times, value), "synthetic.csv");
            let problem =
                Problem::builder(network).potential(Volts(potential), Reference::AgAgPlus).until(Hours(10.0)).build();
            Experiment::new(problem.unwrap_or_else(|e| panic!("{e}")), data.unwrap_or_else(|e| panic!("{e}")))
                .unwrap_or_else(|e| panic!("{e}"))
        })
        .collect()
}
