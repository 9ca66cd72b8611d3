//! The shipped models read, and survive writing and reading without loss.
use ratelaw_network::Network;

const MODELS: [&str; 5] =
    ["alpha-pinene", "jia-2024-electrosynthesis", "jia-2024-hydrolysis", "jia-2024-two-step", "robertson"];

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
        // The builder's way: the same definition, checked without a file.
        assert_eq!(Network::new(network.definition().clone()).unwrap(), network);
    }
}
