//! `ratelaw chain`: what it prints, writes and refuses.

mod program;

use std::path::Path;

use program::{done, json, ratelaw};
use serde_json::Value;

/// A decay of one mole in a litre for one time constant.
const DECAY: &str = r#"
[model]
name = "decay"
[run]
t_end = "1 s"
feed = "A"
products = ["B"]
[phases]
cell = { kind = "solution", volume = "1 L" }
[species]
A = { formula = "C2H4", initial = "1 M" }
B = { formula = "C2H4" }
[steps]
decay = { equation = "A -> B", k = "1 1/s" }
"#;

const CHAIN: &str = r#"
[chain]
name = "two"
times = 3

[[stage]]
name = "one.first"
model = "decay.toml"

[[stage]]
name = "two"
model = "decay.toml"

[[stage.receive]]
from = "one.first"
species = "A"
recovery = "50 %"
origin = "assumed"
note = "half is spilled"

[[figure]]
name = "yield over both"
product = { stage = "two", species = "B" }
feed = { stage = "one.first", species = "A" }
by = "C"
per = "fed"
"#;

fn folder(chain: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("decay.toml"), DECAY).expect("the model");
    std::fs::write(folder.path().join("two.toml"), chain).expect("the chain");
    folder
}

fn figure<'a>(result: &'a Value, name: &str) -> &'a Value {
    let figures = result["figures"].as_array().expect("figures");
    figures.iter().find(|f| f["name"] == name).unwrap_or_else(|| panic!("no figure {name}"))
}

#[test]
fn the_embedded_chain_hands_over_and_closes() {
    let result = json(&["chain", "jia-2024-azine", "--out", "-", "--format", "json"]);
    let run = |i: usize| result["runs"][i].clone();
    let reading = |run: &Value, name: &str| {
        let readings = run["readings"].as_array().expect("readings");
        readings.iter().find(|r| r["name"] == name).and_then(|r| r["value"].as_f64()).expect("a number")
    };
    let (cell, acid) = (run(0), run(1));
    // The product of the yields of its stages, in per cent there.
    let product = reading(&cell, "yield(BPA from NH3)") * reading(&acid, "yield(N2H4 from BPA)") * 1e-4;
    let value = figure(&result, "yield of N2H4 from NH3")["value"].as_f64().expect("a number");
    assert!((value - product).abs() < 1e-9, "{value} {product}");
    // Work over moles: 15 mL of half of 0.1 M at the most.
    let energy = figure(&result, "energy per mole of N2H4")["value"].as_f64().expect("a number");
    let work = cell["work"]["joule"].as_f64().expect("a number");
    assert!((energy / (work / (value * 0.75e-3)) - 1.0).abs() < 1e-9, "{energy} {work}");
    for entry in result["ledger"]["entries"].as_array().expect("entries") {
        // Rounding of some 1e3 steps; networks conserve atoms and charge.
        assert!(entry["closure"].as_f64().expect("a number") < 1e-12, "{entry}");
    }

    let text = done(&["chain", "jia-2024-azine", "--set", "electrosynthesis.potential=1.4V"]);
    for part in ["electrosynthesis: BPA", "assumed: the publication gives no loss", "atoms and charge, mol", "figures"]
    {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn a_chain_file_runs_in_cycles_with_its_models_beside_it() {
    let folder = folder(CHAIN);
    let path = folder.path().join("two.toml");
    let path = path.to_str().expect("a plain name");
    let arguments =
        ["chain", path, "--set", "one.first.A=2 M", "--rtol", "1e-9", "--out", "two.csv", "--plot", "two.svg"];
    let output = ratelaw(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("stage two, cycle 3 (decay)") && text.contains("assumed: half is spilled"), "{text}");
    let csv = std::fs::read_to_string(folder.path().join("two.csv")).expect("the table");
    // Of 2 mol A, 1/e are left, half arrives, and 1 - 1/e of that reacts: over what was fed.
    let e = (-1.0_f64).exp();
    let line = csv.lines().find(|l| l.starts_with(",,yield over both,")).expect("the figure");
    let value: f64 = line.split(',').nth(3).and_then(|v| v.parse().ok()).expect("a number");
    assert!((value - 0.5 * e * (1.0 - e)).abs() < 1e-7, "{line}");
    assert!(csv.contains("3,two,received A from one.first as A,0.367"), "{csv}");
    assert!(std::fs::read_to_string(folder.path().join("two.svg")).expect("the plot").contains("one.first: yield(B"));
    let one = ratelaw(folder.path(), &["chain", "two.toml", "--times", "1"]);
    assert!(!String::from_utf8_lossy(&one.stdout).contains("cycle 2"));
}

#[test]
fn wrong_chains_are_refused_with_their_line() {
    for (from, to, part) in [
        (
            "decay.toml",
            "decai.toml",
            "two.toml:6: in stage `one.first`: `decai.toml` is neither a file nor an embedded model",
        ),
        ("from = \"one.first\"", "from = \"one.frist\"", "did you mean `one.first`?"),
        (
            "species = \"A\"\nrec",
            "species = \"C\"\nrec",
            "two.toml:14: in stage `two`, which receives `C` from `one.first`",
        ),
        ("\"50 %\"", "\"150 %\"", "recovery is 1.5, expected a part above 0 and at most 1"),
        (
            "origin = \"assumed\"",
            "origin = \"guessed\"",
            "expected measured, published, calibrated, assumed, synthetic",
        ),
        ("times = 3", "tmes = 3", "unknown field `tmes`"),
        ("by = \"C\"", "by = \"N\"", "two.toml:21: in figure `yield over both`: `B` has no N"),
    ] {
        let text = CHAIN.replacen(from, to, 1);
        assert_ne!(text, CHAIN, "{from}");
        let output = ratelaw(folder(&text).path(), &["chain", "two.toml"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(1), true), "{message}");
        assert!(message.starts_with("error: ") && message.contains(part), "no `{part}` in\n{message}");
    }
    let here = Path::new(".");
    for (arguments, part) in [
        (vec!["chain", "jia-2024-azin"], "did you mean `jia-2024-azine`?"),
        (vec!["chain", "jia-2024-azine", "--set", "hydrolisis.ka=1 1/(M s)"], "did you mean `hydrolysis`?"),
        (vec!["chain", "jia-2024-azine", "--set", "hydrolysis.kc=1 1/(M s)"], "unknown setting `kc`"),
    ] {
        let output = ratelaw(here, &arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(part), "no `{part}` in\n{message}");
    }
}

#[test]
fn a_failed_stage_ends_with_3_and_keeps_what_was_done() {
    let arguments = ["chain", "jia-2024-azine", "--max-steps", "10", "--set", "electrosynthesis.temperature=298 K"];
    let output = ratelaw(Path::new("."), &arguments);
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("stage `electrosynthesis` failed in cycle 1: integration failed"), "{message}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("figures"));
}
