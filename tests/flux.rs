//! What makes and consumes a species, against balances and answers on paper.

use ratelaw::network::SpeciesId;
use ratelaw::prelude::*;
use ratelaw::solver::flux;

fn cell() -> Network {
    ratelaw::models::find("jia-2024-feasibility").unwrap().network().unwrap()
}

/// Turnovers of all steps are integrated beside a run and change no bit of it.
#[test]
fn turnovers_change_nothing() {
    let models = ["jia-2024-feasibility", "alpha-pinene", "robertson"];
    for model in models {
        let network = ratelaw::models::find(model).unwrap().network().unwrap();
        let problem = Problem::builder(&network).build().unwrap();
        let plain = solve(&problem, &SolveOptions::default()).unwrap();
        let with = solve(&problem, &SolveOptions { all_turnovers: true, ..SolveOptions::default() }).unwrap();
        assert_eq!(plain.stats, with.stats);
        let bits = |s: &Solution| -> Vec<u64> {
            s.states.iter().chain(&s.potentials).chain(&s.turnovers).flatten().map(|v| v.to_bits()).collect()
        };
        assert_eq!(bits(&plain), bits(&with), "{model}");
        assert!(plain.all_turnovers.is_empty() && with.all_turnovers.len() == with.times.len());
    }
}

/// The contributions of all steps are the change of each species, over any span, at a loose tolerance too.
#[test]
fn balances_close() {
    let network = cell();
    let problem = Problem::builder(&network).build().unwrap();
    for (from, to) in [(0.0, 36000.0), (100.0, 7234.5), (20000.0, 20001.0)] {
        for rtol in [1e-3, 1e-6] {
            let fluxes = flux(&problem, (from, to), &SolveOptions { rtol, ..SolveOptions::default() }).unwrap();
            for (i, species) in network.species().iter().enumerate().filter(|(_, s)| !s.fixed) {
                let id = SpeciesId(i);
                let both = [fluxes.makes(&species.name).unwrap(), fluxes.consumes(&species.name).unwrap()].concat();
                let gross: f64 = both.iter().map(|c| c.net.abs()).sum();
                let start = network.size(species.phase) * fluxes.solution.states[0][i].abs();
                let missed = fluxes.from_outside(id).abs();
                assert!(missed <= 1e-9 * (gross + start), "{}, {from} s: {missed:e} of {gross:e}", species.name);
                let parts: f64 = both.iter().map(|c| c.part).sum();
                assert!(both.is_empty() || (parts - 1.0).abs() < 1e-12 || (parts - 2.0).abs() < 1e-12);
                assert!(
                    both.windows(2).all(|w| w[0].net.signum() != w[1].net.signum() || w[0].net.abs() >= w[1].net.abs())
                );
            }
        }
    }
    // BPA is made of the diphenyl ketimine that the anode couples; the charge of the electron steps is the same turnover.
    let fluxes = flux(&problem, (0.0, problem.t_end()), &SolveOptions::default()).unwrap();
    assert!(!fluxes.makes("BPA").unwrap().is_empty());
    let run = fluxes.solution.turnovers.last().unwrap();
    for (step, passed) in network.compiled().electron_steps().iter().zip(run) {
        assert_eq!(fluxes.turnovers[step.step.0].net, *passed);
    }
}

/// A <=> B with 3 and 1: net A0 3/4 (1 - exp(-4 t)), forward 3 times the integral of A.
#[test]
fn forward_and_reverse() {
    let network = Network::builder("isomers")
        .solution("cell", "2 L")
        .unwrap()
        .species(Species::new("A").composition_waived().initial("1 M").unwrap())
        .species(Species::new("B").composition_waived())
        .parameter("k1", "3 1/s")
        .unwrap()
        .parameter("k2", "1 1/s")
        .unwrap()
        .step("change", "A <=> B", Law::mass_action("k1").reverse("k2"))
        .build()
        .unwrap();
    let problem = Problem::builder(&network).until(Seconds(9.0)).build().unwrap();
    for (method, rtol) in [(Method::Rodas5P, 1e-9), (Method::Dop853, 1e-9)] {
        let options = SolveOptions { rtol, method, ..SolveOptions::default() };
        let fluxes = flux(&problem, (0.5, 9.0), &options).unwrap();
        let net = |t: f64| 1.5 * (1.0 - (-4.0 * t).exp());
        let forward = |t: f64| 3.0 * (2.0 * t / 4.0 + 1.5 * (1.0 - (-4.0 * t).exp()) / 4.0);
        let made = fluxes.makes("B").unwrap()[0];
        assert!((made.net / (net(9.0) - net(0.5)) - 1.0).abs() < 1e-7, "{made:?}");
        assert!((made.forward / (forward(9.0) - forward(0.5)) - 1.0).abs() < 1e-7, "{made:?}");
        assert!((made.reverse + made.forward - made.net).abs() < 1e-12);
        assert!(fluxes.consumes("B").unwrap().is_empty() && (made.part - 1.0).abs() < 1e-15);
    }
    assert!(flux(&problem, (0.0, 10.0), &SolveOptions::default()).is_err());
    assert!(flux(&problem, (2.0, 2.0), &SolveOptions::default()).is_err());
    assert!(flux(&problem, (f64::NAN, 2.0), &SolveOptions::default()).is_err());
}
