//! The problems and what is true of them.

use ratelaw::prelude::*;

use crate::problems::stiff::{OREGO, OREGO_END, ORR, ORR_TIMES, oregonator, oxygen_reduction};
use crate::problems::{HIRES, HIRES_END, POLLU, POLLU_END, ROBER, ROBER_TIMES, hires, pollu};

/// A problem with its reference.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) problem: Problem,
    /// Amounts at the save points, of the last species where the first are held.
    exact: Vec<Vec<f64>>,
    /// Where the reference is from.
    pub(crate) source: &'static str,
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

pub(crate) fn all() -> Outcome<Vec<Case>> {
    let published = "published, re-integrated in quadruple precision (`tests/problems`)";
    let model =
        |name: &str| Ok::<_, Box<dyn std::error::Error>>(ratelaw::models::find(name).ok_or("no model")?.network()?);
    let robertson = model("robertson")?;
    let (times, exact) = (&ROBER_TIMES[..4], ROBER[..4].iter().map(|y| y.to_vec()).collect());
    Ok(vec![
        Case::new("ROBER", &robertson, times, exact, published)?,
        Case::new("HIRES", &hires(), &[HIRES_END], vec![HIRES.to_vec()], published)?,
        Case::new("POLLU", &pollu(), &[POLLU_END], vec![POLLU.to_vec()], published)?,
        Case::new("Oregonator", &oregonator(), &[OREGO_END], vec![OREGO.to_vec()], published)?,
        Case::electrosynthesis(&model("jia-2024-feasibility")?)?,
        Case::new(
            "Oxygen reduction",
            &oxygen_reduction(),
            &ORR_TIMES,
            ORR.iter().map(|y| y.to_vec()).collect(),
            "collocation of order 13 on 34 digits (`tests/problems`)",
        )?,
    ])
}

impl Case {
    fn new(
        name: &'static str,
        network: &Network,
        times: &[f64],
        exact: Vec<Vec<f64>>,
        source: &'static str,
    ) -> Outcome<Self> {
        let end = *times.last().ok_or("no time")?;
        let save = SavePoints::Times(times.to_vec());
        let problem = Problem::builder(network).until(Seconds(end)).save(save).build()?;
        Ok(Self { name, problem, exact, source })
    }

    /// The hydrazine cell has no published digits: the truth is a run of Radau5 at the tightest tolerance that it does.
    fn electrosynthesis(network: &Network) -> Outcome<Self> {
        let problem = Problem::builder(network).save(SavePoints::Uniform(11)).build()?;
        let tight =
            SolveOptions { method: Method::Radau5, rtol: 1e-13, max_steps: 10_000_000, ..SolveOptions::default() };
        let mut exact = solve(&problem, &tight)?.states;
        exact.remove(0);
        let times = problem.times()[1..].to_vec();
        let mut problem = problem;
        problem.set_save(SavePoints::Times(times));
        Ok(Self { name: "Hydrazine cell", problem, exact, source: "Radau5 at rtol 1e-13" })
    }

    /// The largest error of any species at any time.
    pub(crate) fn error(&self, solution: &Solution) -> f64 {
        let scale = self.problem.network().scales(self.problem.initial());
        let states = solution.states.iter().zip(&self.exact);
        let errors = states.flat_map(|(y, exact)| {
            let held = y.len() - exact.len();
            let own = y[held..].iter().zip(exact).zip(&scale[held..]);
            own.map(|((y, e), scale)| (y - e).abs() / (e.abs() + 1e-6 * scale))
        });
        errors.fold(0.0, f64::max)
    }
}
