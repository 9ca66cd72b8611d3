//! Random networks of real compositions: what balances is accepted and survives builder, TOML and JSON; the same with
//! one atom, charge or site too many is refused, by name.

use proptest::prelude::*;
use ratelaw_network::{Definition, Fault, Law, Network, NetworkBuilder, NetworkError, Species};

const ELEMENTS: [&str; 4] = ["C", "H", "N", "[15N]"];

/// Atoms of each element, and charge.
type Matter = ([u32; 4], i32);

fn formula(matter: &Matter) -> String {
    let atoms: Vec<String> =
        ELEMENTS.iter().zip(matter.0).filter(|(_, n)| *n > 0).map(|(e, n)| format!("{e}{n}")).collect();
    let atoms = atoms.concat();
    match matter.1 {
        0 => atoms,
        charge => format!("{atoms}{charge:+}"),
    }
}

fn sum(a: &Matter, b: &Matter) -> Matter {
    (std::array::from_fn(|i| a.0[i] + b.0[i]), a.1 + b.1)
}

fn matter() -> impl Strategy<Value = Matter> {
    // At least one carbon, so that no formula is empty.
    (1..9_u32, 0..9_u32, 0..3_u32, 0..3_u32, -2..3_i32).prop_map(|(c, h, n, label, charge)| ([c, h, n, label], charge))
}

/// A and B in solution combine to AB, which adsorbs and gives an electron there; `wrong` is added to one product.
fn network(a: Matter, b: Matter, wrong: Matter, sites: f64) -> NetworkBuilder {
    let both = sum(&a, &b);
    let oxidised = (both.0, both.1 + 1);
    let mut adsorbed = Species::new("AB*").formula(formula(&both)).phase("anode");
    adsorbed.sites = vec![("S".to_owned(), sites)];
    Network::builder("random")
        .solution("cell", "1 L")
        .unwrap()
        .electrode("anode", "1 cm2")
        .unwrap()
        .sites("S", "anode", "1e-5 mol/m2", "*")
        .unwrap()
        .species(Species::new("A").formula(formula(&a)).phase("cell").initial("0.1 M").unwrap())
        .species(Species::new("B").formula(formula(&b)).phase("cell").initial("0.2 M").unwrap())
        .species(Species::new("AB").formula(formula(&sum(&both, &wrong))).phase("cell"))
        .species(adsorbed)
        .species(Species::new("AB+").formula(formula(&oxidised)).phase("cell"))
        .parameter("k", "2 1/M/s")
        .unwrap()
        .expression("K", "k*3 M*1 s/2")
        .unwrap()
        .parameter("k_ads", "1e-3 m3/mol/s")
        .unwrap()
        .parameter("k0", "1e-2 1/s")
        .unwrap()
        .parameter("E0", "0.4 V")
        .unwrap()
        .parameter("alpha", "0.5")
        .unwrap()
        .step("combine", "A + B <=> AB", Law::mass_action("k").with("k_reverse", "k_back"))
        .parameter("k_back", "0.1 1/s")
        .unwrap()
        .step("adsorb", "A + B + * -> AB*", Law::mass_action("k_third"))
        .parameter("k_third", "1e-3 m6/mol2/s")
        .unwrap()
        .step("oxidise", "AB* -> AB+ + * + e-", Law::tafel("k0", "E0", "alpha"))
        .observable("share", "[AB]/(K*[A])")
        .unwrap()
}

fn faults(result: Result<Network, NetworkError>) -> Vec<Fault> {
    match result {
        Err(NetworkError::Invalid(diagnostics)) => diagnostics.0.into_iter().map(|d| d.fault).collect(),
        Ok(_) => Vec::new(),
        Err(other) => panic!("{other}"),
    }
}

const NOTHING: Matter = ([0; 4], 0);

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_balances_is_accepted_and_unchanged(a in matter(), b in matter()) {
        let network = network(a, b, NOTHING, 1.0).build().unwrap_or_else(|e| panic!("{e}"));
        let definition: &Definition = network.definition();
        let by_toml = Network::from_toml(&network.to_toml(), "written").unwrap_or_else(|e| panic!("{e}"));
        let by_json = Network::from_json(&network.to_json(), "written").unwrap_or_else(|e| panic!("{e}"));
        prop_assert_eq!(by_toml.definition(), definition);
        prop_assert_eq!(by_json.definition(), definition);
        let by_builder = Network::new(definition.clone()).unwrap();
        prop_assert_eq!(by_builder.definition(), definition);
    }

    #[test]
    fn one_atom_too_many_is_refused(a in matter(), b in matter(), element in 0..4_usize) {
        let mut wrong = NOTHING;
        wrong.0[element] = 1;
        let found = faults(network(a, b, wrong, 1.0).build());
        let named = |f: &Fault| matches!(f, Fault::Element { step, element: e } if step == "combine" && e == ELEMENTS[element]);
        prop_assert!(found.len() == 1 && named(&found[0]), "{:?}", found);
    }

    #[test]
    fn one_charge_too_many_is_refused(a in matter(), b in matter(), charge in prop::sample::select(vec![-1, 1])) {
        let found = faults(network(a, b, ([0; 4], charge), 1.0).build());
        prop_assert!(found.len() == 1 && matches!(&found[0], Fault::Charge { step } if step == "combine"), "{:?}", found);
    }

    #[test]
    fn another_number_of_sites_is_refused(a in matter(), b in matter(), sites in 2..5_u32) {
        let found = faults(network(a, b, NOTHING, f64::from(sites)).build());
        let steps: Vec<&str> = found.iter().filter_map(|f| match f {
            Fault::Sites { step, .. } => Some(step.as_str()),
            _ => None,
        }).collect();
        prop_assert_eq!(steps, ["adsorb", "oxidise"]);
    }
}
