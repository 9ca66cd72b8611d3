//! A data file can say what was set for its measurements: `# set: NAME = VALUE`.

mod program;

use std::path::Path;
use std::process::Output;

use program::ratelaw;
use serde_json::Value;

/// A -> B with `k = A0 exp(-Ea / R T)`; at 298.15 K and 1 as it stands.
const MODEL: &str = r#"
[model]
name = "decay"

[run]
temperature = "298.15 K"

[phases.melt]
kind = "abstract"

[species]
A = { phase = "melt", formula = "C10H16", initial = 1 }
B = { phase = "melt", formula = "C10H16" }

[parameters]
A0 = "1e7 1/s"
Ea = "45 kJ/mol"

[steps.r]
equation = "A -> B"
law = "arrhenius"
A = "A0"
Ea = "Ea"
"#;

/// The truth of the data, J/mol.
const ENERGY: f64 = 50e3;

/// Exact values of the law at a temperature and from an amount, with notes at the head.
fn data(notes: &str, temperature: f64, amount: f64) -> String {
    let k = 1e7 * (-ENERGY / 8.314_462_618_153_24 / temperature).exp();
    let rows = [5.0, 10.0, 20.0, 30.0].map(|t| format!("{t},{:?}\n", amount * (-k * t).exp()));
    format!("{notes}# source: the law itself\ntime / s,A / 1\n{}", rows.concat())
}

fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("m.toml"), MODEL).expect("the model");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("data");
    }
    folder
}

fn run(folder: &Path, command: &[&str], more: &[&str]) -> Output {
    ratelaw(folder, &[command, &["--data", "cold.csv", "--data", "warm.csv", "--starts", "2"], more].concat())
}

fn both() -> tempfile::TempDir {
    folder(&[
        ("cold.csv", data("# set: temperature = 300 K\n# set: A = 1.5\n", 300.0, 1.5)),
        ("warm.csv", data("# set: temperature = 330 K\n", 330.0, 1.0)),
    ])
}

#[test]
fn files_of_different_temperatures_give_an_activation_energy() {
    let files = both();
    let fit = ["fit", "m.toml", "--free", "Ea=40 kJ/mol..60 kJ/mol"];
    let output = run(files.path(), &fit, &["--out", "r.json"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("data: cold.csv (the law itself); temperature = 300 K; A = 1.5\n"), "{text}");
    let text = std::fs::read_to_string(files.path().join("r.json")).expect("a report");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let found = report["parameters"][0]["value"].as_f64().expect("a number");
    let unit = if report["parameters"][0]["unit"] == "kJ/mol" { 1e3 } else { 1.0 };
    // The data have all digits, and the integration 8.
    assert!((found * unit / ENERGY - 1.0).abs() < 1e-7, "{found} {}", report["parameters"][0]["unit"]);
    assert_eq!(report["conditions"][2]["data"], "warm.csv");
    assert_eq!(
        (&report["conditions"][2]["name"], &report["conditions"][2]["value"]),
        (&"temperature".into(), &"330 K".into())
    );
    assert!(report["methods"].as_str().is_some_and(|m| m.contains("cold.csv at temperature = 300 K and A = 1.5")));
    // The same in a comparison: the constants differ, the conditions hold for both.
    let compare = ["compare", "m.toml:Ea=40 kJ/mol..60 kJ/mol", "m.toml:A0=1e6/s..1e8/s"];
    let output = run(files.path(), &compare, &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // Ea is exact; A0 alone cannot meet both temperatures.
    assert!(text.lines().nth(1).is_some_and(|line| line.starts_with(compare[1]) && line.trim_end().ends_with("1.000")));
}

#[test]
fn a_wrong_condition_names_file_and_line() {
    let refused = |note: &str, more: &[&str], said: &[&str]| {
        let files = folder(&[
            ("cold.csv", data(&format!("# a title\n{note}\n"), 300.0, 1.0)),
            ("warm.csv", data("", 330.0, 1.0)),
        ]);
        let output = run(files.path(), &["fit", "m.toml"], more);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(output.stdout.is_empty(), "{message}");
        for said in said {
            assert!(message.contains(said), "{said}: {message}");
        }
    };
    let free = ["--free", "Ea=40 kJ/mol..60 kJ/mol"];
    refused(
        "# set: temprature = 300 K",
        &free,
        &["cold.csv:2: the condition `temprature`", "did you mean `temperature`"],
    );
    refused("# set: temperature = 300 V", &free, &["cold.csv:2: the condition `temperature`", "K"]);
    refused("# set: temperature = warm", &free, &["cold.csv:2: the condition `temperature`"]);
    refused("# set: temperature = -3 K", &free, &["cold.csv:2: the condition `temperature`", "above zero"]);
    refused("# set: potential = 1 V vs LHE", &free, &["cold.csv:2: the condition `potential`", "SHE"]);
    refused("# set temperature = 300 K", &free, &["cold.csv:2: a condition cannot be read", "`# set: NAME = VALUE`"]);
    refused("# set: A = 1\n# set: A(0) = 2", &free, &["cold.csv:3: `A(0)` and `A` of line 2 are one"]);
    let both = [&free[..], &["--set", "temperature=310 K"]].concat();
    refused("# set: temperature = 300 K", &both, &["`temperature` is set by cold.csv:2 and by this command too"]);
    let shared = ["--free", "A=0.1..10"];
    refused(
        "# set: A = 2",
        &shared,
        &["cold.csv:2: `A` is set for this file, and free", "`each(A)` as the free parameter"],
    );
}

/// What a file states is where a parameter of its own starts.
#[test]
fn a_parameter_of_each_file_starts_from_its_condition() {
    let files = both();
    let fit = ["fit", "m.toml", "--free", "Ea=40 kJ/mol..60 kJ/mol", "--free", "each(A)=0.1..10"];
    let output = run(files.path(), &fit, &["--out", "-", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for (i, truth) in [(1, 1.5), (2, 1.0)] {
        let found = report["parameters"][i]["value"].as_f64().expect("a number");
        assert!((found / truth - 1.0).abs() < 1e-6, "{found}");
    }
}
