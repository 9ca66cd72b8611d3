//! A network in code, without a file: a reversible electrode couple and the check of its Nernst potential.

use ratelaw::prelude::*;

fn main() -> ratelaw::Result<()> {
    let network = Network::builder("ferrocene")
        .solution("cell", "10 mL")?
        .electrode("disc", "10 cm2")?
        .species(Species::new("Fc").formula("C10H10Fe").phase("cell").initial("1 mM")?)
        .species(Species::new("Fc+").formula("C10H10Fe+").phase("cell"))
        .parameter("k0", "1e-4 m/s")?
        .parameter("E0", "0.0 V")?
        .parameter("alpha", "0.5")?
        .step("couple", "Fc <=> Fc+ + e-", Law::butler_volmer("k0", "E0", "alpha"))
        .potential("0.05 V", Reference::Ferrocene)?
        .t_end("1 h")?
        .build()?;
    let solution = solve(&Problem::builder(&network).build()?, &SolveOptions::default())?;
    let ratio = solution.amount("Fc+")?.last().unwrap_or(&0.0) / solution.amount("Fc")?.last().unwrap_or(&0.0);
    let nernst = 8.314462618 * 298.15 / 96485.33212 * ratio.ln();
    println!("Fc+/Fc = {ratio:.4}: {nernst:.4} V by Nernst, 0.0500 V applied");
    println!("charge {:.4} C", solution.charge().last().unwrap_or(&0.0));
    println!("\n{}", network.to_toml());
    Ok(())
}
