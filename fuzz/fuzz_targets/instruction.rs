//! No text panics the reader of instructions; what it reads, it writes and reads again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ratelaw_network::protocol::Instruction;

fuzz_target!(|text: &str| {
    match Instruction::parse(text) {
        Ok(instruction) => {
            let written = instruction.to_string();
            let again = Instruction::parse(&written).expect("what was written is read");
            assert_eq!(again.to_string(), written);
        }
        Err(fault) => assert!(text.get(fault.span).is_some()),
    }
});
