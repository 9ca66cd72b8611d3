//! The shipped models read, and survive writing and reading without loss.
use ratelaw_network::Network;

const MODELS: [&str; 5] =
    ["alpha-pinene", "jia-2024-feasibility", "jia-2024-hydrolysis", "jia-2024-two-step", "robertson"];

fn load(name: &str) -> Network {
    let path = format!("{}/../../models/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    Network::from_file(path).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn shipped_models_read_and_round_trip() {
    for name in MODELS {
        let network = load(name);
        assert_eq!(network.name(), name);
        let text = network.to_toml();
        let again = Network::from_toml(&text, "written").unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(again, network);
        assert_eq!(again.to_toml(), text);
        // JSON has the same content, and every fault of it its own place.
        let json = network.to_json();
        let again = Network::from_json(&json, "written").unwrap_or_else(|e| panic!("{e}\n{json}"));
        assert_eq!(again.definition(), network.definition());
        assert_eq!(again.to_json(), json);
        // The builder's way: the same definition, checked without a file.
        assert_eq!(Network::new(network.definition().clone()).unwrap(), network);
    }
}

/// A fault of a JSON model stands where it is in the JSON.
#[test]
fn faults_of_json_are_placed() {
    let text = r#"{
  "model": { "name": "m" },
  "phases": { "cell": { "kind": "solution", "volume": "1 L" } },
  "species": {
    "A": { "formula": "CO", "initial": "1 mM" },
    "B": { "formula": "CO" }
  },
  "steps": {
    "s": { "equation": "A -> C", "k": "2 1/s" },
    "t": { "equation": "A -> B", "k": "2 V", "kk": 1 }
  }
}"#;
    let message = Network::from_json(text, "m.json").unwrap_err().to_string();
    assert!(message.contains("m.json:10:46") && message.contains("unknown key `kk`"), "{message}");
    let message = Network::from_json(&text.replace(", \"kk\": 1", ""), "m.json").unwrap_err().to_string();
    assert!(message.contains("m.json:9:30") && message.contains("unknown species `C`"), "{message}");
    assert!(message.contains("m.json:10:39") && message.contains("wrong unit"), "{message}");
    for (broken, place, expected) in [
        ("{ \"model\": { \"name\": \"m\" }", "m.json:1:27", "`,` or `}`"),
        ("{ \"model\": nul }", "m.json:1:12", "a text, a number"),
        ("{ \"model\": \"m", "m.json:1:12", "a closing"),
        ("{ \"model\" \"m\" }", "m.json:1:11", "`:` after the name"),
        ("[1]", "m.json:1:1", "the beginning of an object"),
        ("{ \"model\": { \"name\": \"\\x\" } }", "m.json:1:23", "an escape"),
        ("{} {", "m.json:1:4", "the end of the file"),
    ] {
        let message = Network::from_json(broken, "m.json").unwrap_err().to_string();
        assert!(message.contains(place) && message.contains(expected), "{broken}: {message}");
    }
}

/// Texts that JSON escapes come back as they were.
#[test]
fn json_escapes() {
    let text = r#"{ "model": { "name": "m", "notes": "tab\t line\nquote\" \\ \u00e9 \ud83d\ude00 \/" },
        "phases": { "p": { "kind": "abstract" } }, "species": { "A": { "composition": "waived", "initial": 1e2 } },
        "steps": { "s": { "equation": "A -> 0", "k": "1 1/s" } } }"#;
    let network = Network::from_json(text, "m.json").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(network.definition().notes, "tab\t line\nquote\" \\ é 😀 /");
    assert_eq!(network.initial_values(), [100.0]);
    let again = Network::from_json(&network.to_json(), "again").unwrap();
    assert_eq!(again.definition(), network.definition());
}
