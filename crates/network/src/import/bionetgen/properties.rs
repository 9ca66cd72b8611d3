//! Properties that hold for every text.

use proptest::prelude::*;

use super::assemble::assemble;
use super::bionetgen;
use super::lines::Source;
use super::read::read;
use super::resolve::resolve;
use super::tests::SMALL;
use crate::network::Network;

/// Expressions that can be read.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof!["[1-9]", "0\\.[1-9]e-?[0-1]", "[kVs]", "_pi"];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator = prop_oneof![
            Just("+"),
            Just("-"),
            Just("*"),
            Just("/"),
            Just(" < "),
            Just(">="),
            Just("=="),
            Just("!="),
            Just("&&"),
            Just("||"),
        ];
        prop_oneof![
            6 => (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("{a}{o}{b}")),
            2 => inner.clone().prop_map(|a| format!("({a})")),
            // A power with an exponent that is no number needs a base that is not negative.
            1 => (inner.clone(), "[1-3kVs]").prop_map(|(a, b)| format!("abs({a})^{b}")),
            1 => (inner.clone(), "-?[2-3]").prop_map(|(a, b)| format!("({a})^{b}^2")),
            1 => inner.clone().prop_map(|a| format!("-{a}")),
            1 => (prop_oneof!["sqrt", "exp", "ln", "log2", "rint", "abs"], inner.clone())
                .prop_map(|(f, a)| format!("{f}({a})")),
            1 => (prop_oneof!["min", "max", "avg", "sum"], inner.clone(), inner.clone())
                .prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("if({a}, {b}, {c})")),
        ]
    })
}

/// Texts that look like network files, for the parser to trip over.
fn texts() -> impl Strategy<Value = String> {
    let block = prop_oneof!["parameters", "functions", "species", "reactions", "groups", "other"];
    let word = prop_oneof![
        "[0-9]{1,3}",
        "k[0-9]",
        "f\\(\\)",
        "[0-9],[0-9]",
        "[-+*/^()!<>=&|,.a-z0-9_ ]{1,12}",
        "(Sat|MM|time|if|rint|_pi)\\(?",
        "\\PC{0,3}",
        Just("\\\n".to_owned()),
        Just("# note\n".to_owned()),
        Just("$A".to_owned()),
    ];
    let line = prop::collection::vec(word, 0..6).prop_map(|words| words.join(" "));
    let lines = prop::collection::vec(line, 0..8);
    let one = (block, lines).prop_map(|(name, lines)| format!("begin {name}\n{}\nend {name}\n", lines.join("\n")));
    prop::collection::vec(one, 0..6).prop_map(|blocks| blocks.concat())
}

/// A sound file, but for some characters.
fn damaged() -> impl Strategy<Value = String> {
    (0..SMALL.len(), 0..20_usize, "\\PC{0,4}").prop_map(|(at, length, new)| {
        let end = (at + length).min(SMALL.len());
        match (SMALL.get(..at), SMALL.get(end..)) {
            (Some(before), Some(after)) => format!("{before}{new}{after}"),
            _ => SMALL.to_owned(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the text: no panic, and what is imported can be checked, written and shown.
    #[test]
    fn no_text_makes_it_panic(text in prop_oneof![texts(), damaged(), "\\PC*"]) {
        match bionetgen(&text, "x.net") {
            Ok(definition) => {
                if let Ok(network) = Network::new(definition) {
                    prop_assert!(Network::from_toml(&network.to_toml(), "x.toml").is_ok());
                }
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    /// Expressions mean the same in a model file as in BioNetGen, whichever of their parameters are rates.
    #[test]
    fn expressions_keep_their_values(text in expression(), constant in expression()) {
        let file = format!(
            "begin parameters\n1 k 0.3\n2 V 2\n3 s 1.5\n4 x {text}\n5 y 2*x + k\nend parameters\n\
             begin species\n1 A 1\n2 B 1\nend species\n\
             begin reactions\n1 1 2 k\n2 2 1 abs({constant})\n3 1 0 abs(x)\nend reactions\n"
        );
        let (mut source, lines) = Source::new(&file, "x.net");
        let entries = read(&mut source, &lines);
        prop_assert!(source.sound().is_ok(), "{file}");
        let resolved = resolve(&mut source, &entries);
        // A division by zero, or the root of what is negative.
        prop_assume!(source.sound().is_ok());
        let network = match Network::new(assemble(&entries, &resolved, "x.net")) {
            Ok(network) => network,
            Err(error) => {
                // What vanishes, as `0*V` does, may be divided by; the check sees that, the import does not.
                let message = error.to_string();
                prop_assert!(["finite number", "not zero"].iter().any(|m| message.contains(m)), "{error}\n{file}");
                return Err(TestCaseError::reject("something infinite"));
            }
        };
        let again = Network::from_toml(&network.to_toml(), "x.toml");
        let again = again.map_err(|e| TestCaseError::fail(format!("{e}\n{file}")))?;
        prop_assert!(again == network, "{file}");
        let rates = resolved.rates.iter().map(|tree| tree.value(&resolved.values));
        let names = ["k", "V", "s", "x", "y", "k", "r2.k", "r3.k"];
        for (name, value) in names.iter().zip(resolved.values.iter().copied().chain(rates)) {
            let id = network.parameter_id(name).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let (found, value) = (network.parameters()[id.0].value, value.unwrap_or(f64::NAN));
            let close = (found - value).abs() <= 1e-9 * value.abs().max(1e-9);
            prop_assert!(close, "{name} is {found}, not {value}:\n{file}\n{}", network.to_toml());
        }
    }
}
