//! No text panics the reader of expressions; its faults mark a part of the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ratelaw_network::expression::{Binding, Expression, Variable};
use ratelaw_network::units::Dimension;

fuzz_target!(|text: &str| {
    match Expression::parse(text) {
        Ok(expression) => {
            // Every name is a pure number, so that looking up gets as far as it can.
            let resolved = expression.resolve(&mut |_| Binding::Variable(Variable::Time, Dimension::NONE));
            if let Ok(mut resolved) = resolved {
                let _: f64 = resolved.tape().value(|_| 2.0);
                let _: f64 = resolved.gradient(&[Variable::Time]).value(|_| 2.0);
            }
        }
        Err(fault) => assert!(text.get(fault.span).is_some()),
    }
});
