//! The hydrazine cascade: what its models must do, whatever their constants come to.
//!
//! Published figures: Jia et al., Nature Communications 2024, doi 10.1038/s41467-024-52825-1. `ratelaw anchors` holds all of them;
//! here stand the balances, and what follows from structure alone.

use ratelaw::chains;
use ratelaw::fit::{Experiment, Observation};
use ratelaw::network::Formula;
use ratelaw::prelude::*;

fn model(name: &str) -> Network {
    ratelaw::models::find(name).unwrap().network().unwrap()
}

fn run(name: &str, settings: &[(&str, &str)]) -> Solution {
    let mut builder = Problem::builder(&model(name));
    for (setting, value) in settings {
        builder = builder.set_text(setting, value);
    }
    solve(&builder.build().unwrap(), &SolveOptions::default()).unwrap()
}

fn last(solution: &Solution, observable: &str) -> f64 {
    let observable = Observable::parse(solution.network(), observable).unwrap();
    solution.observe(&observable).pop().unwrap().unwrap()
}

/// Issue: N, C, O, H and charge close over the whole chain to 1e-9; networks conserve, so rounding alone is left.
#[test]
fn atoms_and_charge_close_over_every_chain() {
    for chain in chains::ALL {
        let result = chain.chain().unwrap().run(&SolveOptions::default()).unwrap();
        assert!(result.ledger.closure() < 1e-9, "{}: {:e}", chain.name, result.ledger.closure());
        for kind in ["C", "H", "O", "charge"] {
            assert!(result.ledger.entry(kind).is_some(), "{}: no balance of {kind}", chain.name);
        }
    }
}

/// From K15NO3 all nitrogen of the chain is 15N, so BPA is doubly labelled.
#[test]
fn labelled_nitrate_gives_doubly_labelled_azine() {
    let chain = chains::find("jia-2024-chain-15n").unwrap().chain().unwrap();
    let result = chain.run(&SolveOptions::default()).unwrap();
    assert!(result.ledger.entry("N").is_none(), "unlabelled nitrogen in the chain");
    assert!(result.ledger.entry("[15N]").is_some());
    let mass = |model_name: &str| {
        let network = model(model_name);
        let species = &network.species()[network.species_id("BPA").unwrap().0];
        1e3 * species.formula.as_ref().and_then(Formula::monoisotopic_mass).unwrap()
    };
    // 26 x 12 + 20 x 1.00782503 + 2 x 15.00010890 (AME2020); the publication gives one digit, SYSTEM.md 362.16 and 360.16.
    assert!((mass("jia-2024-electrosynthesis-15n") - 362.1567).abs() < 1e-3);
    assert!((mass("jia-2024-electrosynthesis") - 360.1626).abs() < 1e-3);
}

/// Equal parts of both isotopes couple by chance: 1 : 2 : 1.
#[test]
fn a_mixed_feed_gives_one_two_one() {
    let solution = run("jia-2024-electrosynthesis-15n-mixed", &[]);
    let [none, one, two] = ["BPA", "BPA_1", "BPA_2"].map(|name| last(&solution, name));
    // Exact but for the error of the integration, 1e-6.
    assert!((one / none - 2.0).abs() < 1e-5 && (two / none - 1.0).abs() < 1e-5, "{none} {one} {two}");
    // The sum is what the plain model gives.
    let plain = last(&run("jia-2024-electrosynthesis", &[]), "BPA");
    assert!(((none + one + two) / plain - 1.0).abs() < 1e-4, "{} {plain}", none + one + two);
}

/// More label in the feed shifts the pattern as chance says: (1-x)^2 : 2x(1-x) : x^2.
#[test]
fn an_uneven_feed_gives_the_binomial_pattern() {
    let solution =
        run("jia-2024-electrosynthesis-15n-mixed", &[("NH3", "0.08 M"), ("15NH3", "0.02 M"), ("potential", "1.6 V")]);
    let [none, one, two] = ["BPA", "BPA_1", "BPA_2"].map(|name| last(&solution, name));
    let all = none + one + two;
    for (found, expected) in [(none / all, 0.64), (one / all, 0.32), (two / all, 0.04)] {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
}

/// A potential that steps down takes charge back from the anode for a moment; the run goes on, and balances.
#[test]
fn a_potential_may_step_down() {
    let base = "jia-2024-electrosynthesis";
    let text = format!(
        "[model]\nname = \"down\"\nbase = \"{base}\"\n[run]\nprotocol = [\"hold 2.0 V for 1 h\", \"hold 1.2 V for 1 h\", \
         \"ramp to 2.0 V at 10 mV/s\", \"ramp to 1.2 V at 10 mV/s\", \"hold 2.0 V for 8 h\"]\n"
    );
    let network = Network::from_toml_with(&text, "down.toml", &ratelaw::models::text).unwrap();
    let solution = solve(&Problem::builder(&network).build().unwrap(), &SolveOptions::default()).unwrap();
    // An hour at 1.2 V makes almost nothing, so 9 h at 2.0 V are between 8 h and 10 h of a plain run.
    let plain = |hours: f64| {
        let problem = Problem::builder(&model(base)).until(Hours(hours)).build().unwrap();
        last(&solve(&problem, &SolveOptions::default()).unwrap(), "BPA")
    };
    let end = last(&solution, "BPA");
    assert!(plain(8.0) < end && end < plain(10.0), "{end}");
}

/// The scaled cell of the chain runs as the published one: 2.4 ohm and 0.5 cm2 for 15 mL are 0.72 ohm and 5/3 cm2 for 50 mL.
#[test]
fn the_scaled_cell_runs_alike() {
    let (small, large) = (run("jia-2024-electrosynthesis", &[]), run("jia-2024-electrosynthesis-50mL", &[]));
    for observable in ["yield(BPA from NH3)", "FE(BPA)", "cell_voltage"] {
        let (a, b) = (last(&small, observable), last(&large, observable));
        assert!((a / b - 1.0).abs() < 1e-6, "{observable}: {a} {b}");
    }
    assert!((last(&large, "charge") / last(&small, "charge") - 10.0 / 3.0).abs() < 1e-5);
}

/// Every feed of the reduction, and a mixture, ends as ammonia for the most part; NO couples to N2 most of all, as a
/// coupling of second order must. Yield and faradaic efficiency are parts of one, whatever the feed.
#[test]
fn the_reduction_takes_every_feed() {
    let base = "jia-2024-nitrate-reduction";
    let nitrite = [("NO3-", "0 M"), ("NO2-", "0.1 M")];
    let feeds: [(&str, &[(&str, &str)]); 5] = [
        (base, &[]),
        ("jia-2024-nitrate-reduction-mixed", &[]),
        (base, &nitrite),
        ("jia-2024-nitrate-reduction-no", &[]),
        (base, &[("NO3-", "0.05 M"), ("NO", "0.05 M")]),
    ];
    let mut shares = Vec::new();
    for (name, settings) in feeds {
        for time in ["1 min", "1 h", "10 h"] {
            let mut builder = Problem::builder(&model(name)).until(time);
            for (setting, value) in settings {
                builder = builder.set_text(setting, value);
            }
            let solution = solve(&builder.build().unwrap(), &SolveOptions::default()).unwrap();
            let [made, gas, hydrogen] = ["NH3", "N2", "FE(H2)"].map(|of| last(&solution, of));
            let [efficiency, share] = ["FE_NH3", "yield_NH3"].map(|of| last(&solution, of));
            assert!(0.0 < efficiency && efficiency + hydrogen < 1.0, "{name} {settings:?} {time}: FE {efficiency}");
            // 0.1 M of nitrogen is fed in every case; conserved to rounding.
            assert!((share * 100.0 / made - 1.0).abs() < 1e-9 && made + 2.0 * gas < 100.0 + 1e-6, "{name}: {share}");
            if time == "10 h" {
                shares.push(last(&solution, "selectivity_NH3"));
            }
        }
    }
    assert!(shares[..4].windows(2).all(|pair| pair[0] > pair[1]), "{shares:?}");
    assert!(shares[3] > 0.0 && shares[0] < 1.0);
}

/// With one feed the efficiency that holds for all feeds is the one that counts 8, 6 or 5 electrons, and the nitrogen
/// balance is the yield from that feed.
#[test]
fn the_efficiency_of_all_feeds_is_that_of_each() {
    let nitrate = run("jia-2024-nitrate-reduction", &[]);
    let eight = 8.0 * last(&nitrate, "NH3") / last(&nitrate, "e_passed");
    // At the end 3e-4 of the nitrogen are still in NO2- and NO, which count with NH3 there.
    assert!((last(&nitrate, "FE_NH3") - eight).abs() < 3e-4, "{eight}");
    for (name, feed) in [("jia-2024-nitrate-reduction-nitrite", "NO2-"), ("jia-2024-nitrate-reduction-no", "NO")] {
        let solution = run(name, &[]);
        // Nothing is on its way any more, so they are equal but for rounding.
        assert!((last(&solution, "FE_NH3") / last(&solution, "FE(NH3)") - 1.0).abs() < 1e-9, "{name}");
        let share = last(&solution, &format!("yield(NH3 from {feed})"));
        assert!((last(&solution, "yield_NH3") / share - 1.0).abs() < 1e-9, "{name}");
    }
    // The base has no electrons for NH3, which would be wrong for all feeds but one.
    assert!(Observable::parse(&model("jia-2024-nitrate-reduction"), "FE(NH3)").is_err());
}

/// The nitrogen of the reduction is in NO3-, NO2-, NO, NH3 and N2, and in nothing else: no N2H4, by construction.
#[test]
fn the_reduction_alone_makes_no_hydrazine() {
    let network = model("jia-2024-nitrate-reduction");
    let nitrogen = network.species().iter().filter(|s| s.formula.as_ref().unwrap().to_string().contains('N'));
    let names: Vec<&str> = nitrogen.map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["NO3-", "NO2-", "NO", "NH3", "N2"]);
}

/// Published: mixed with its volume of water, the imine falls back to DPK and NH3 within 12 h.
#[test]
fn the_imine_falls_back_in_water() {
    let solution = run("jia-2024-imine-in-water", &[]);
    assert!((solution.times.last().unwrap() - 12.0 * 3600.0).abs() < 1e-6);
    // "Falls back" is taken as nine tenths at least.
    assert!(last(&solution, "yield(DPK from DPKI)") > 0.9);
}

/// What two isotopes give is counted on the nitrogen of both: the three yields add up to that of the plain model.
#[test]
fn yields_of_a_mixed_feed_are_parts_of_both() {
    let solution = run("jia-2024-electrosynthesis-15n-mixed", &[]);
    let parts: f64 = ["yield_BPA", "yield_BPA_1", "yield_BPA_2"].iter().map(|name| last(&solution, name)).sum();
    let plain = last(&run("jia-2024-electrosynthesis", &[]), "yield(BPA from NH3)");
    assert!((parts / plain - 1.0).abs() < 1e-4, "{parts} {plain}");
    // 0.05 M of each, all of it in the species that are summed.
    assert!((last(&solution, "N_fed") - 100.0).abs() < 1e-6);
}

/// DPK that hydrolysis gives back is a part of all that carries the ketone, also where the cell left imine.
#[test]
fn recovered_ketone_is_a_part_of_its_carriers() {
    let solution = run("jia-2024-hydrolysis", &[("BPA", "0.04 M"), ("DPKI", "0.02 M")]);
    let back = last(&solution, "DPK_back");
    // 1e-3 of the azine's nitrogen, and with it half of its ketone, is lost.
    assert!(0.999 < back && back < 1.0, "{back}");
    assert!((back * 100.0 - last(&solution, "DPK")).abs() < 1e-6);
}

/// A poisoned lattice takes up hydrogen first; the trace of H2 lets the cathode give it.
#[test]
fn a_poisoned_lattice_runs_without_a_negative_amount() {
    for name in ["jia-2024-nio-li", "jia-2024-wo3-li", "jia-2024-w-li"] {
        for potential in ["1.2 V", "1.4 V", "2.0 V"] {
            let solution = run(name, &[("potential", potential)]);
            assert!(solution.negative.is_empty(), "{name} at {potential}: {:?}", solution.negative);
        }
    }
}

/// Tafel: at the same amounts 118 mV more make each current ten times as large (alpha = 0.5 at 298.15 K).
#[test]
fn the_reduction_has_its_tafel_slope() {
    let current = |potential: &str| {
        let mut problem =
            Problem::builder(&model("jia-2024-nitrate-reduction")).set_text("potential", potential).build().unwrap();
        problem.set_t_end(1e-6);
        last(&solve(&problem, &SolveOptions::default()).unwrap(), "current(nitrate_reduction)")
    };
    // 2 RT ln 10 / F at 298.15 K.
    let decade = 2.0 * 8.314_462_618 * 298.15 * 10f64.ln() / 96_485.332_12;
    let ratio = current(&format!("{} V", -1.3 - decade)) / current("-1.3 V");
    assert!((ratio - 10.0).abs() < 1e-4, "{ratio}");
}

/// The mediators differ by their barriers alone: k1 by exp(-ddG / RT).
#[test]
fn mediators_follow_from_barriers() {
    let k1 = |name: &str| {
        let problem = Problem::builder(&model(name)).build().unwrap();
        problem.parameters()[problem.network().parameter_id("k1").unwrap().0]
    };
    let plain = k1("jia-2024-electrosynthesis");
    for (name, kilocalories) in [("jia-2024-mediator-mpk", 3.8), ("jia-2024-mediator-dmk", 7.6)] {
        let expected = (-kilocalories * 4184.0 / (8.314_462_618 * 298.15_f64)).exp();
        assert!((k1(name) / plain / expected - 1.0).abs() < 1e-9, "{name}");
    }
}

/// A part of the library is no model by itself, but every model that stands on one is whole.
#[test]
fn every_parameter_says_where_it_comes_from() {
    for model in ratelaw::models::ALL.iter().filter(|m| m.name.starts_with("jia-2024")) {
        let network = model.network().unwrap();
        for parameter in network.definition().parameters.iter().filter(|p| p.value.quantity().is_some()) {
            assert!(parameter.origin.is_some(), "{}: `{}` has no origin", model.name, parameter.name);
        }
    }
}

/// Published figures as data of a fit, over two models: a parameter acts where there is one of its name.
#[test]
fn a_fit_to_single_observations_of_two_models() {
    let observation =
        |value: f64| Observation { observable: "yield(BPA from NH3)".into(), time: 36_000.0, value, sd: 0.01 };
    let experiment = |name: &str, value: f64| {
        let problem = Problem::builder(&model(name)).build().unwrap();
        Experiment::observed(problem, &[observation(value)], name).unwrap()
    };
    let experiments = [experiment("jia-2024-two-step", 0.985), experiment("jia-2024-solvent-dichloromethane", 0.0616)];
    let free = [Free::new("k2").clone(), Free::between("activity", "1e-3", "1").unwrap()];
    // k2 of the two models has two dimensions, so it cannot be one parameter.
    assert!(ratelaw::fit::fit(&experiments, &free, &FitOptions::default()).is_err());
    let free = [Free::between("activity", "1e-3", "1").unwrap()];
    let options = FitOptions { starts: 1, ..FitOptions::default() };
    let report = ratelaw::fit::fit(&experiments[1..], &free, &options).unwrap();
    assert!(report.converged && report.degrees_of_freedom == 0);
    assert!(report.sse < 1e-6, "one constant for one figure fits it: {}", report.sse);
    let both = ratelaw::fit::fit(&experiments, &free, &options).unwrap();
    assert!((both.value("activity").unwrap() / report.value("activity").unwrap() - 1.0).abs() < 1e-3);
    assert!(report.parameter_file("a test").contains("activity = { value = "));
}
