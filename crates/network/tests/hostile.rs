//! Text that nobody should write: nothing panics, whatever it is, and a model that uses all of the language survives
//! writing and reading.

use proptest::prelude::*;
use proptest::sample::select;
use ratelaw_network::expression::Expression;
use ratelaw_network::protocol::Instruction;
use ratelaw_network::{Formula, Network, NetworkError};

const EVERYTHING: &str = include_str!("everything.toml");
/// Sound models; slips are made in each.
const SOUND: [&str; 4] = [
    EVERYTHING,
    include_str!("../../../models/jia-2024-feasibility.toml"),
    include_str!("../../../models/jia-2024-two-step.toml"),
    include_str!("../../../models/robertson.toml"),
];

/// Words of the language, and a few that are none.
const WORDS: [&str; 110] = [
    "[model]",
    "[run]",
    "[phases.cell]",
    "[phases]",
    "[sites.W]",
    "[species]",
    "[parameters]",
    "[steps.s]",
    "[steps]",
    "[observables]",
    "[references.\"Ag/Ag+\"]",
    "name",
    "kind",
    "volume",
    "area",
    "roughness",
    "resistance",
    "counter",
    "formula",
    "phase",
    "sites",
    "initial",
    "fixed",
    "electrons",
    "value",
    "bounds",
    "equation",
    "law",
    "rate",
    "k",
    "K",
    "k0",
    "E0",
    "i0",
    "alpha",
    "lambda",
    "dG",
    "relative_to",
    "ddG",
    "protocol",
    "pH",
    "unit",
    "expression",
    "=",
    "=",
    "=",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "\"",
    "'",
    "\n",
    "\n",
    "\n",
    " ",
    " ",
    ".",
    "#",
    "true",
    "1",
    "-1",
    "0",
    "1e308",
    "1e-320",
    "nan",
    "inf",
    "9223372036854775808",
    "0x1F",
    "\"solution\"",
    "\"electrode\"",
    "\"cell\"",
    "\"mass-action\"",
    "\"A -> B\"",
    "\"A <=> B + e-\"",
    "\"1 M\"",
    "\"1 m3/mol/s\"",
    "hold",
    "ramp",
    "from",
    "to",
    "at",
    "for",
    "until",
    "or",
    "rest",
    "cycle",
    "times",
    "dose",
    "withdraw",
    "transfer",
    "of",
    "repeat",
    "(",
    ")",
    "exp",
    "if",
    "min",
    "yield",
    "TOF",
    "on",
    "<=",
    "+",
    "-",
    "*",
    "/",
    "^",
    "é",
];

fn read(text: &str) {
    if let Err(error) = Network::from_toml(text, "hostile.toml") {
        // Writing the message is part of refusing.
        assert!(!error.to_string().is_empty());
        let NetworkError::Invalid(all) = error else { panic!("{error}") };
        assert!(!all.0.is_empty(), "refused without a reason");
    }
}

/// All readers, and what they promise of faults: a place within the text.
fn read_all(text: &str) {
    read(text);
    if let Err(fault) = Expression::parse(text) {
        assert!(fault.span.start <= fault.span.end && text.get(fault.span.clone()).is_some(), "{fault:?}");
    }
    match Instruction::parse(text) {
        Ok(instruction) => {
            let again = Instruction::parse(&instruction.to_string());
            assert_eq!(again.as_ref().map(ToString::to_string), Ok(instruction.to_string()), "{text}");
        }
        Err(fault) => assert!(text.get(fault.span.clone()).is_some(), "{fault:?}"),
    }
    if let Err(fault) = Formula::parse(text) {
        assert!(text.is_char_boundary(fault.at), "{fault:?}");
    }
}

/// A slip of the pen.
#[derive(Debug, Clone)]
enum Slip {
    Delete(usize, usize),
    Insert(usize, &'static str),
    Replace(usize, char),
    SwapLines(usize, usize),
    RepeatLine(usize),
}

fn slip() -> impl Strategy<Value = Slip> {
    let place = 0..1_000_000_usize;
    prop_oneof![
        (place.clone(), 1..4_usize).prop_map(|(at, n)| Slip::Delete(at, n)),
        (place.clone(), select(WORDS.to_vec())).prop_map(|(at, word)| Slip::Insert(at, word)),
        (place.clone(), select(vec!['0', '9', '-', '.', 'e', '"', ' ', '(', ']', 'K', 'é', '\n']))
            .prop_map(|(at, c)| Slip::Replace(at, c)),
        (place.clone(), place.clone()).prop_map(|(a, b)| Slip::SwapLines(a, b)),
        place.prop_map(Slip::RepeatLine),
    ]
}

fn spoil(text: &str, slip: &Slip) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let mut lines: Vec<&str> = text.lines().collect();
    let (length, line_count) = (characters.len().max(1), lines.len().max(1));
    match *slip {
        Slip::Delete(at, n) => {
            let end = (at % length + n).min(characters.len());
            characters.drain((at % length).min(end)..end);
        }
        Slip::Insert(at, word) => drop(characters.splice(at % length..at % length, word.chars())),
        Slip::Replace(at, c) => {
            if let Some(old) = characters.get_mut(at % length) {
                *old = c;
            }
        }
        Slip::SwapLines(a, b) => {
            lines.swap(a % line_count, b % line_count);
            return lines.join("\n");
        }
        Slip::RepeatLine(at) => {
            lines.insert(at % line_count, lines[at % line_count]);
            return lines.join("\n");
        }
    }
    characters.into_iter().collect()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        read_all(&text);
    }

    #[test]
    fn no_words_of_the_language_panic(words in prop::collection::vec(select(WORDS.to_vec()), 0..60), gap in select(vec!["", " "])) {
        read_all(&words.join(gap));
    }

    /// A value that is nearly one, where the language expects one.
    #[test]
    fn no_value_panics(words in prop::collection::vec(select(WORDS.to_vec()), 0..12), line in 0..1_000_usize) {
        let value = words.join(" ").replace(['"', '\n', '\\'], "");
        let mut lines: Vec<String> = EVERYTHING.lines().map(ToOwned::to_owned).collect();
        let at = line % lines.len();
        let key = lines[at].split(" = ").next().unwrap_or("").to_owned();
        lines[at] = format!("{key} = \"{value}\"");
        read(&lines.join("\n"));
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn no_slip_panics(model in select(SOUND.to_vec()), slips in prop::collection::vec(slip(), 1..4)) {
        read(&slips.iter().fold(model.to_owned(), |text, slip| spoil(&text, slip)));
    }
}

#[test]
fn everything_survives_writing_and_reading() {
    let network = Network::from_toml(EVERYTHING, "everything.toml").unwrap_or_else(|e| panic!("{e}"));
    let text = network.to_toml();
    let again = Network::from_toml(&text, "written").unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(again, network);
    assert_eq!(again.to_toml(), text);
    // The same definition, checked without a file.
    let built = Network::new(network.definition().clone()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(built, network);
    assert_eq!(built.to_toml(), text);
    let json = Network::from_json(&network.to_json(), "everything.json").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(json.definition(), network.definition());
    assert_eq!(json.to_toml(), text);
    assert_eq!(built.stages(), network.stages());
    assert_eq!(built.parameters(), network.parameters());
    assert_eq!(built.observables(), network.observables());
}

/// Every model, spoilt in one way by hand; none of them may be accepted, and none may take long.
#[test]
fn nonsense_is_refused() {
    let deep = |open: &str, inner: &str, close: &str, n: usize| format!("{}{inner}{}", open.repeat(n), close.repeat(n));
    let half = EVERYTHING.replace("half = \"0.5*total\"", "half = \"HERE\"");
    let hold = EVERYTHING.replace("\"hold for 1 min\"", "HERE");
    let cases: Vec<(String, String)> = vec![
        (half.clone(), deep("(", "1", ")", 1_000)),
        (half.clone(), deep("-", "1", "", 10_000)),
        (half.clone(), "2^".repeat(5_000) + "2"),
        (half.clone(), "half + 1".into()),
        (half.clone(), "ln(0 - 1)".into()),
        (half.clone(), "1e308*1e308".into()),
        (half.clone(), "1e999".into()),
        (half.clone(), "1 + ".repeat(9_000) + "1"),
        (half.clone(), "T + 5 degC".into()),
        (half.clone(), "-5 degC".into()),
        (half.clone(), "coverage(NH3)".into()),
        (half.clone(), "yield(P)*FE(Q)".into()),
        (half, "TOF(P)".into()),
        (hold.clone(), deep("[\"repeat 1000000 times\", ", "\"hold for 1 s\"", "]", 8)),
        (hold.clone(), deep("[\"repeat 1000000 times\", ", "[\"repeat 2 times\"]", "]", 8)),
        (hold.clone(), deep("[", "\"hold for 1 s\"", "]", 500)),
        (hold.clone(), "\"hold for 1e308 h\"".into()),
        (hold.clone(), "\"hold for NaN h\"".into()),
        (hold.clone(), "\"hold inf V for 1 h\"".into()),
        (hold.clone(), "\"hold -300 degC for 1 h\"".into()),
        (hold.clone(), "\"ramp from 0 V to 1 V at 1e-320 V/s\"".into()),
        (hold.clone(), "\"ramp from 1 V to 1 V at 1 V/s\"".into()),
        (hold.clone(), "\"withdraw 110 % from cell\"".into()),
        (hold.clone(), "\"withdraw 10 % from anode\"".into()),
        (hold.clone(), "\"transfer 50 % of S to P\"".into()),
        (hold.clone(), "\"transfer 50 % of Med to Med+\"".into()),
        (hold.clone(), "\"dose 1 mmol *\"".into()),
        (hold.clone(), "\"dose -1 mM S\"".into()),
        (hold, format!("\"hold until {} > 0 or 1 h\"", deep("(", "T", ")", 31))),
    ];
    let swaps = [
        ("area = \"0.5 cm2\"", "area = \"-0.5 cm2\""),
        ("area = \"2 m2\"", "area = \"1e300 m2\"\nroughness = 1e300\n#"),
        ("roughness = 40", "roughness = 0"),
        ("resistance = \"2.4 ohm\"", "resistance = \"-2.4 ohm\""),
        ("counter = true", "counter = false\nvolume = \"1 L\""),
        ("k2 = \"0.5*k1\"", "k2 = \"0.5*k2\""),
        ("k2 = \"0.5*k1\"", "k2 = \"exp(1e6)*k1\""),
        ("k1 = \"2e-2 1/s\"", "k1 = \"k3\""),
        ("n = 0.5", "n = nan"),
        ("n = 0.5", "\"\" = 1\nn = 0.5"),
        ("relative_to = \"slow\"", "relative_to = \"slower\""),
        ("relative_to = \"slow\"", "relative_to = \"slow\"\ndG = \"1 kJ/mol\""),
        ("dG0 = \"-5 kJ/mol\"", "dG0 = \"-5 kJ/mol\"\nK = 3"),
        ("lambda = \"lambda\"", "lambda = \"-1*lambda\""),
        ("H = 0.03", "H = \"3 mol\""),
        ("H = 0.03", "H = 0"),
        ("k_m = \"1e-4 m/s\"\n", ""),
        ("H2 = {", "NaN = { formula = \"H2\", phase = \"cell\" }\nH2 = {"),
        ("H2 = {", "\"->\" = { formula = \"H2\", phase = \"cell\" }\nH2 = {"),
        ("pH = 8.5", "pH = 85"),
        ("potential = \"0.54 V\"", "potential = \"0.54 A\""),
        ("temperature = \"25 degC\"", "temperature = \"25 C\""),
        ("formula = \"NH3\", phase = \"head\"", "formula = \"[15N]H3\", phase = \"head\""),
    ];
    let mut accepted = Vec::new();
    let swapped = swaps.into_iter().map(|(old, new)| {
        assert!(EVERYTHING.contains(old), "{old}");
        (new.to_owned(), EVERYTHING.replacen(old, new, 1))
    });
    let texts = cases.into_iter().map(|(text, part)| (part.clone(), text.replace("HERE", &part)));
    for (what, text) in texts.chain(swapped) {
        let what: String = what.chars().take(80).collect();
        if Network::from_toml(&text, "nonsense.toml").is_ok() {
            accepted.push(what);
        }
    }
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
}

/// A model without what everything else stands on is refused, not followed into nothing.
#[test]
fn models_without_a_part_are_refused() {
    for table in ["[phases", "[species", "[steps", "[model"] {
        let mut kept = true;
        let lines = EVERYTHING.lines().filter(|line| {
            kept = if line.starts_with('[') { !line.starts_with(table) } else { kept };
            kept
        });
        let text: Vec<&str> = lines.collect();
        assert!(Network::from_toml(&text.join("\n"), "part.toml").is_err(), "{table}");
    }
}
