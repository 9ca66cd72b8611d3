//! The hydrazine cell in a few lines: one run, one sweep, one fit. `cargo run --release --example hydrazine`

use ratelaw::prelude::*;

fn main() -> ratelaw::Result<()> {
    let network = Network::from_file("models/jia-2024-feasibility.toml")?;
    let problem = Problem::builder(&network).potential(Volts(2.0), Reference::AgAgPlus).until(Hours(10.0)).build()?;
    let solution = solve(&problem, &SolveOptions::default())?;
    println!("{:?}", solution.stats);
    println!("yield of BPA {:.1} %", 100.0 * solution.yield_of("BPA", "NH3")?);
    println!("faradaic efficiency {:.1} %", 100.0 * solution.faradaic_efficiency("BPA")?);

    let curve = sweep(&problem, &[Axis::potential(1.2..=2.2, 11)], &SweepOptions::default())?;
    for (potential, y) in curve.curve(&Observable::yield_of(&network, "BPA", "NH3")?) {
        println!("{potential:.1} V  {y:5.1} %");
    }

    let lumped = Network::from_file("models/jia-2024-two-step.toml")?;
    let data = Dataset::from_csv("data/synthetic-jia-2024-two-step.csv")?;
    let experiment = Experiment::new(Problem::builder(&lumped).build()?, data)?;
    println!("\n{}", fit(&[experiment], &[Free::new("k1"), Free::new("k2")], &FitOptions::default())?);
    Ok(())
}
