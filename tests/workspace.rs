//! The house rules that a program can hold.

use std::process::Command;

use serde_json::Value;

/// network <- solver <- fit <- ratelaw <- cli, and no other arrow.
#[test]
fn arrows_between_crates() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata");
    let allowed = [
        ("ratelaw-network", vec![]),
        ("ratelaw-solver", vec!["ratelaw-network"]),
        ("ratelaw-fit", vec!["ratelaw-network", "ratelaw-solver"]),
        ("ratelaw", vec!["ratelaw-fit", "ratelaw-network", "ratelaw-solver"]),
        ("ratelaw-cli", vec!["ratelaw"]),
    ];
    let packages = metadata["packages"].as_array().expect("packages");
    assert_eq!(packages.len(), allowed.len());
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let (_, allowed) = allowed.iter().find(|(n, _)| *n == name).unwrap_or_else(|| panic!("a new crate {name}"));
        let mut arrows: Vec<&str> = package["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .filter_map(|d| d["name"].as_str())
            .filter(|d| d.starts_with("ratelaw"))
            .collect();
        arrows.sort_unstable();
        assert_eq!(&arrows, allowed, "{name}");
    }
}

/// The embedded lists hold every file of their folders.
#[test]
fn every_model_and_data_file_is_embedded() {
    let files = |folder: &str| {
        let mut names: Vec<String> = std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR")))
            .expect("the folder")
            .map(|e| e.expect("a file").path())
            .filter(|path| path.is_file())
            .map(|path| path.file_name().and_then(|n| n.to_str()).expect("a plain name").to_owned())
            .filter(|n| n != "references.bib")
            .collect();
        names.sort();
        names
    };
    let in_order = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let named = |models: &[ratelaw::models::Model]| models.iter().map(|m| format!("{}.toml", m.name)).collect();
    assert_eq!(in_order(named(ratelaw::models::ALL)), files("models"));
    let beneath = |folder: &'static str| {
        files(&format!("models/{folder}")).into_iter().map(move |name| format!("{folder}/{name}"))
    };
    let parts: Vec<String> = ["calibrated", "fragments"].into_iter().flat_map(beneath).collect();
    assert_eq!(in_order(named(ratelaw::models::PARTS)), parts);
    let data: Vec<String> = ratelaw::data::ALL.iter().map(|d| d.name.to_owned()).collect();
    assert_eq!(data, files("data"));
    for data in ratelaw::data::ALL {
        let set = ratelaw::fit::Dataset::from_text(data.text, data.name).expect("the data read");
        let source = set.source().expect("every data file states its source");
        assert_eq!(data.name.starts_with("synthetic"), source.starts_with("synthetic"), "{}", data.name);
    }
}

/// All studies are embedded: those that `ratelaw study` runs, the anchors, and chains.
#[test]
fn every_study_is_embedded_and_every_chain_reads() {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/studies")).expect("the folder");
    let texts = folder.map(|e| std::fs::read_to_string(e.expect("a file").path()).expect("text"));
    let studies: Vec<&str> = ratelaw::studies::ALL.iter().map(|s| s.text).chain([ratelaw::studies::ANCHORS]).collect();
    let (studied, chains): (Vec<String>, Vec<String>) = texts.partition(|t| studies.contains(&t.as_str()));
    assert_eq!((studied.len(), chains.len()), (studies.len(), ratelaw::chains::ALL.len()));
    for own in ratelaw::studies::ALL {
        assert!(own.text.contains(&format!("\nname = \"{}\"\n", own.name)), "{}", own.name);
    }
    assert_eq!(ratelaw::studies::find(ratelaw::studies::DEFAULT), Some(ratelaw::studies::ALL[0]));
    for own in ratelaw::chains::ALL {
        assert!(chains.iter().any(|t| t == own.text), "{}", own.name);
        let chain = own.chain().expect("the chain reads");
        assert_eq!((chain.name.as_str(), chain.source.is_empty()), (own.name, false));
    }
}

/// A value says where it comes from; one that is worked out from others says so by its expression.
#[test]
fn every_parameter_of_a_shipped_model_has_an_origin() {
    for model in ratelaw::models::ALL {
        let network = model.network().expect("the model reads");
        assert!(!network.definition().source.is_empty(), "{}", model.name);
        for parameter in &network.definition().parameters {
            let derived = matches!(parameter.value, ratelaw::network::ParameterValue::Expression(_));
            assert!(derived || parameter.origin.is_some(), "{}: {}", model.name, parameter.name);
        }
    }
}
