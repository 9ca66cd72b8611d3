//! Labels in a network: balances for each isotope, and the laws that follow.

use ratelaw_network::analysis::conservation_laws;
use ratelaw_network::{Fault, Law, Network, NetworkError, Species};

/// Nitrate reduced by hydrogen, with the product as given.
fn reduction(product: &str) -> Result<Network, NetworkError> {
    Network::builder("label")
        .solution("cell", "1 L")?
        .species(Species::new("nitrate").formula("K[15N]O3"))
        .species(Species::new("H2").formula("H2"))
        .species(Species::new("ammonia").formula(product))
        .species(Species::new("KOH").formula("KOH"))
        .species(Species::new("H2O").formula("H2O"))
        .parameter("k", "1 m12/mol4/s")?
        .step("reduction", "nitrate + 4 H2 -> ammonia + KOH + 2 H2O", Law::mass_action("k"))
        .build()
}

#[test]
fn labels_are_conserved_by_name() {
    let network = reduction("[15N]H3").unwrap_or_else(|e| panic!("{e}"));
    let laws = conservation_laws(&network);
    let label = laws.iter().find(|l| l.name == "total [15N]").unwrap();
    assert_eq!(label.weights, [1.0, 0.0, 1.0, 0.0, 0.0]);
    assert!(laws.iter().all(|l| l.name != "total N"));
}

#[test]
fn a_lost_label_is_named() {
    let NetworkError::Invalid(faults) = reduction("NH3").unwrap_err() else { panic!("not the expected error") };
    let text = faults.to_string();
    let elements: Vec<&str> = faults
        .0
        .iter()
        .filter_map(|d| match &d.fault {
            Fault::Element { element, .. } => Some(element.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(elements, ["N", "[15N]"], "{text}");
    for expected in [
        "step `reduction` does not balance in [15N]",
        "found: [15N]: 1 on the left (1 in nitrate), 0 on the right",
        "expected: the same number of [15N] on both sides",
        "help: N balances if its isotopes are not told apart; is a label missing?",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn a_lost_atom_is_no_lost_label() {
    let text = reduction("H3").unwrap_err().to_string();
    assert!(text.contains("[15N]: 1 on the left (1 in nitrate), 0 on the right"), "{text}");
    assert!(!text.contains("is a label missing"), "{text}");
}
