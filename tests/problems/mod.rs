//! Published stiff problems with their reference solutions, built in code.
//!
//! Source of the problems: Mazzia & Magherini, Test Set for IVP Solvers (Bari, 2008); Hairer & Wanner, Solving
//! Ordinary Differential Equations II. Reference values: re-integrated in quadruple precision with Radau
//! methods of order 13 and 17, all digits shown are right.
#![allow(dead_code)]

pub(crate) mod large;
pub(crate) mod stiff;
pub(crate) mod synthetic;

use ratelaw::prelude::*;

/// Builds a network of letters without composition: initial amounts, and `equation, constant` pairs.
pub(crate) fn letters(name: &str, initial: &[(&str, f64)], steps: &[(&str, f64)]) -> Network {
    let mut builder = Network::builder(name).abstract_phase("mixture");
    for (species, amount) in initial {
        builder =
            builder.species(Species::new(*species).composition_waived().initial(Number(*amount)).expect("a number"));
    }
    for (i, (equation, k)) in steps.iter().enumerate() {
        let law = Law::constant(Quantity::new(*k, "1/s").expect("a unit")).expect("a quantity");
        builder = builder.step(&format!("r{}", i + 1), equation, law);
    }
    builder.build().unwrap_or_else(|e| panic!("{e}"))
}

pub(crate) const ROBER_TIMES: [f64; 5] = [0.4, 40.0, 4e4, 1e7, 1e11];
pub(crate) const ROBER: [[f64; 3]; 5] = [
    [9.851721138609899e-01, 3.386395378974904e-05, 1.479402218522039e-02],
    [7.158270687194050e-01, 9.185534764557764e-06, 2.841637457458304e-01],
    [3.898337708548285e-02, 1.621768315909682e-07, 9.610164607376856e-01],
    [2.076093439016396e-04, 8.306077485067613e-10, 9.997923898254906e-01],
    [2.083340149701294e-08, 8.333360770334784e-14, 9.999999791665152e-01],
];

pub(crate) fn hires() -> Network {
    let names = ["y1", "y2", "y3", "y4", "y5", "y6", "y7", "y8"];
    let initial: Vec<(&str, f64)> = names
        .iter()
        .map(|n| (*n, [("y1", 1.0), ("y8", 0.0057)].iter().find(|(m, _)| m == n).map_or(0.0, |x| x.1)))
        .collect();
    letters(
        "hires",
        &initial,
        &[
            ("0 -> y1", 0.0007),
            ("y1 -> y2", 1.71),
            ("y2 -> y1", 0.43),
            ("y2 -> y4", 8.32),
            ("y3 -> y1", 8.32),
            ("y3 -> y4", 1.71),
            ("y4 -> y3", 0.43),
            ("y4 -> y6", 0.69),
            ("y5 -> y3", 0.035),
            ("y5 -> y6", 1.71),
            ("y6 -> y5", 0.43),
            ("y6 + y8 -> y7", 280.0),
            ("y7 -> y6 + y8", 0.69),
            ("y7 -> y5 + y8", 0.43),
            ("y7 -> y8", 0.69),
        ],
    )
}

pub(crate) const HIRES_END: f64 = 321.8122;
pub(crate) const HIRES: [f64; 8] = [
    0.7371312573325666e-3,
    0.1442485726316184e-3,
    0.5888729740967572e-4,
    0.1175651343283149e-2,
    0.2386356198831326e-2,
    0.6238968252742781e-2,
    0.2849998395185765e-2,
    0.2850001604814235e-2,
];

pub(crate) fn pollu() -> Network {
    let names: Vec<String> = (1..=20).map(|i| format!("y{i}")).collect();
    let start = [("y2", 0.2), ("y4", 0.04), ("y7", 0.1), ("y8", 0.3), ("y9", 0.01), ("y17", 0.007)];
    let initial: Vec<(&str, f64)> =
        names.iter().map(|n| (n.as_str(), start.iter().find(|(m, _)| m == n).map_or(0.0, |x| x.1))).collect();
    letters(
        "pollu",
        &initial,
        &[
            ("y1 -> y2 + y3", 0.35),
            ("y2 + y4 -> y1", 26.6),
            ("y5 + y2 -> y1 + y6", 1.23e4),
            ("y7 -> 2 y5 + y8", 8.6e-4),
            ("y7 -> y8", 8.2e-4),
            ("y7 + y6 -> y5 + y8", 1.5e4),
            ("y9 -> y10 + y5 + y8", 1.3e-4),
            ("y9 + y6 -> y11", 2.4e4),
            ("y11 + y2 -> y1 + y10 + y12", 1.65e4),
            ("y11 + y1 -> y13", 9e3),
            ("y13 -> y11 + y1", 0.022),
            ("y10 + y2 -> y14 + y1", 1.2e4),
            ("y14 -> y7 + y5", 1.88),
            ("y1 + y6 -> y15", 1.63e4),
            ("y3 -> y4", 4.8e6),
            ("y4 -> y16", 3.5e-4),
            ("y4 -> y3", 0.0175),
            ("y16 -> 2 y6", 1e8),
            ("y16 -> y3", 4.44e11),
            ("y17 + y6 -> y18 + y5", 1.24e3),
            ("y19 -> y2", 2.1),
            ("y19 -> y1 + y3", 5.78),
            ("y1 + y4 -> y19", 0.0474),
            ("y19 + y1 -> y20", 1.78e3),
            ("y20 -> y19 + y1", 3.12),
        ],
    )
}

pub(crate) const POLLU_END: f64 = 60.0;
pub(crate) const POLLU: [f64; 20] = [
    0.5646255480022769e-1,
    0.1342484130422339,
    0.4139734331099427e-8,
    0.5523140207484359e-2,
    0.2018977262302196e-6,
    0.1464541863493966e-6,
    0.7784249118997964e-1,
    0.3245075353396018,
    0.7494013383880406e-2,
    0.1622293157301561e-7,
    0.1135863833257075e-7,
    0.2230505975721359e-2,
    0.2087162882798630e-3,
    0.1396921016840158e-4,
    0.8964884856898295e-2,
    0.4352846369330103e-17,
    0.6899219696263405e-2,
    0.1007803037365946e-3,
    0.1772146513969984e-5,
    0.5682943292316392e-4,
];

/// Solves to the given times, the last of which is the end.
pub(crate) fn run(network: &Network, times: &[f64], options: &SolveOptions) -> Solution {
    let end = *times.last().expect("a time");
    let problem = Problem::builder(network).until(Seconds(end)).save(SavePoints::Times(times.to_vec())).build();
    solve(&problem.unwrap_or_else(|e| panic!("{e}")), options).unwrap_or_else(|e| panic!("{e}"))
}

/// The measured isomerisation of alpha-pinene at 189.5 C with its model (both name their sources).
pub(crate) fn alpha_pinene() -> Experiment {
    let network = ratelaw::models::find("alpha-pinene").expect("embedded").network().expect("sound");
    let data = ratelaw::data::find("fuguitt-hawkins-1947-alpha-pinene-189C.csv").expect("embedded");
    let data = Dataset::from_text(data.text, data.name).expect("sound");
    Experiment::new(Problem::builder(&network).build().expect("sound"), data).expect("its own data")
}

/// Largest relative error over all species.
pub(crate) fn error(y: &[f64], exact: &[f64]) -> f64 {
    y.iter().zip(exact).map(|(y, e)| ((y - e) / e).abs()).fold(0.0, f64::max)
}
