//! No text panics the reader of formulas; what it reads, it shows as it was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ratelaw_network::Formula;

fuzz_target!(|text: &str| {
    match Formula::parse(text) {
        Ok(formula) => {
            assert_eq!(formula.to_string(), text);
            let _ = formula.molar_mass();
        }
        Err(fault) => assert!(text.is_char_boundary(fault.at)),
    }
});
