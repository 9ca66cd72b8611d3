//! No text panics the reader of models; what it accepts, it writes and reads again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ratelaw_network::Network;

fuzz_target!(|text: &str| {
    match Network::from_toml(text, "fuzz.toml") {
        Ok(network) => {
            let written = network.to_toml();
            let again = Network::from_toml(&written, "written.toml").expect("what was written is read");
            assert_eq!(again.to_toml(), written);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
