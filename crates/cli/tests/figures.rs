//! Studies with published values, bars and chains: the pictures of the paper, and a small one with answers on paper.

mod program;

use std::path::Path;

use program::{column, ratelaw};
use serde_json::Value;

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn table(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&text(folder, &format!("{name}.json"))).expect("a table")
}

fn numbers(table: &Value, name: &str) -> Vec<f64> {
    column(table, name).iter().map(|v| v.as_f64().expect("a number")).collect()
}

/// Every picture says what is model, and what is published if anything is.
#[test]
fn the_pictures_of_the_paper_say_what_is_published() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = ratelaw(folder.path(), &["study", "jia-2024-figures", "--out", "o"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let results = folder.path().join("o");
    let with = [
        ("potential", 5),
        ("time", 1),
        ("time-first-order", 1),
        ("catalysts", 2),
        ("poisoning", 1),
        ("mediators", 2),
        ("mediators-yield", 1),
        ("solvents", 4),
        ("cycles-anode", 2),
        ("cycles-mediator", 1),
        ("chain", 3),
    ];
    let without = ["current-mean", "current-1h", "infrared-solution", "infrared-surface"].map(|name| (name, 0));
    for (name, published) in with.into_iter().chain(without) {
        let svg = text(&results, &format!("{name}.svg"));
        assert!(svg.contains("(model") && svg.to_lowercase().contains("published"), "{name}");
        // What is published has its own entry in the legend, beside that of the model.
        assert_eq!(svg.contains(", model\n"), published > 0, "{name}");
        // A note that does not fit would end with dots.
        assert!(!svg.contains('…'), "{name}: a text is cut");
        assert!(svg.len() < 60_000, "{name}: {} bytes", svg.len());
        let table = table(&results, name);
        let notes = table["notes"].as_object().expect("notes");
        assert_eq!(notes.keys().filter(|k| k.contains("published")).count(), published, "{name}: {notes:?}");
        // The text gives no uncertainties, so a picture with error bars says whose they are.
        let words = svg.lines().filter(|line| !line.contains('<')).collect::<Vec<_>>().join(" ");
        let bars = notes.values().any(|v| v.as_str().is_some_and(|text| text.contains(" within ")));
        assert!(!bars || words.contains("rror bar") && words.contains("our reading"), "{name}: {words}");
        assert!(results.join(format!("{name}.csv")).is_file(), "{name}");
    }

    let potential = table(&results, "potential");
    assert_eq!(potential["notes"]["published: yield(BPA from NH3) at 2.0 V"], "98.5 % within 1 %");
    assert_eq!(numbers(&potential, "potential").len(), 101);
    // 10 h at 1 mA/cm2 on 0.5 cm2 are 18 C.
    let mean = table(&results, "current-mean");
    for (j, charge) in numbers(&mean, "mean_of_10_h").iter().zip(numbers(&mean, "charge")) {
        assert!((j * 18.0 / charge - 1.0).abs() < 1e-12, "{j} {charge}");
    }
    let time = table(&results, "time-first-order");
    for (value, part) in numbers(&time, "-ln(1-yield)").iter().zip(numbers(&time, "yield(BPA from NH3)")) {
        assert!((value + (1.0 - part / 100.0).ln()).abs() < 1e-9, "{value} {part}");
    }
    // exp(-3.8 and -7.6 kcal/mol over RT), to the digits of the barriers.
    let ratios = numbers(&table(&results, "mediators"), "k1/k1(DPK)");
    assert!((ratios[0] - 1.0).abs() < 1e-12 && (ratios[1] / 1.64e-3 - 1.0).abs() < 0.01, "{ratios:?}");
    assert!((ratios[2] / 2.69e-6 - 1.0).abs() < 0.01, "{ratios:?}");
    let catalysts = table(&results, "catalysts");
    assert_eq!(column(&catalysts, "run")[5], "Ru/C");
    let yields = numbers(&catalysts, "yield(BPA from NH3)");
    assert!(yields[1..4].iter().all(|y| yields[0] > *y && *y > yields[4]) && yields[4] > yields[5], "{yields:?}");
    assert_eq!(column(&table(&results, "cycles-anode"), "cycle").len(), 5);
    // What was lost in a stage does not come back.
    let shares = numbers(&table(&results, "chain"), "share over the chain");
    assert!(shares.len() == 5 && shares.windows(2).all(|pair| pair[1] < pair[0]), "{shares:?}");
}

const DECAY: &str = r#"
[model]
name = "decay"
[run]
feed = "A"
products = ["B"]
[phases.cell]
kind = "solution"
volume = "1 L"
[species]
A = { formula = "C", initial = "1 M" }
B = { formula = "C" }
[parameters]
k = "0.2 1/s"
[steps.decay]
equation = "A -> B"
k = "k"
"#;

const CHAIN: &str = r#"
[chain]
name = "twice"
times = 2
[[stage]]
name = "one"
model = "decay"
t_end = "5 s"
[[stage.receive]]
from = "one"
species = "A"
[[figure]]
name = "yield"
product = { stage = "one", species = "B" }
feed = { stage = "one", species = "A" }
by = "C"
per = "fed"
"#;

const STUDY: &str = r#"
[study]
name = "own"

[[simulate]]
name = "run"
model = "decay"
t_end = "10 s"
observables = { "-ln(1-yield)" = { expression = "-ln(1 - yield(B from A))" } }
left = ["-ln(1-yield)"]
slopes = [{ slope = "0.2 1/s", label = "0.2 1/s" }]
published = [{ at = "5 s", value = "1", within = "0.1" }]

[[sweep]]
name = "constant"
model = "decay"
t_end = "5 s"
axes = ["k=0.1 1/s..0.3 1/s:3"]
left = ["yield(B from A)"]
right = ["A"]
published = [
  { at = "0.2 1/s", value = "63 %", within = "1 %" },
  { at = "0.1 1/s..0.3 1/s", below = "0.9 M", of = "A", label = "bound" },
]

[[bars]]
name = "runs"
show = ["yield(B from A)"]
runs = [
  { label = "slow", model = "decay", t_end = "5 s" },
  { label = "fast", model = "decay", t_end = "5 s", set = { k = "0.4 1/s" } },
]
published = [{ at = "slow", above = "60 %" }]

[[chain]]
name = "cycles"
chain = "twice"
stage = "one"
show = ["yield(B from A)"]

[[chain]]
name = "whole"
chain = "twice"
bars = [{ label = "first", stage = "one", value = "yield(B from A)" }, { label = "all", figure = "yield" }]
"#;

fn study(from: &str, to: &str) -> (std::process::Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let changed = STUDY.replacen(from, to, 1);
    assert!(from == to || changed != STUDY, "{from}");
    for (name, text) in [("decay.toml", DECAY), ("twice.toml", CHAIN), ("plan.toml", &changed)] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    (ratelaw(folder.path(), &["study", "plan.toml", "--out", "o"]), folder)
}

#[test]
fn a_study_draws_what_is_known_on_paper() {
    let (output, folder) = study("", "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let results = folder.path().join("o");
    // Tolerances are ten times that of the runs, 1e-6.
    let near = |found: &[f64], expected: &[f64]| {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5 * b.abs())
    };
    let run = table(&results, "run");
    let last = *numbers(&run, "-ln(1-yield)").last().expect("a row");
    assert!(near(&[last], &[2.0]), "{last}");
    let gone = |kt: f64| 100.0 * (1.0 - (-kt).exp());
    let yields = numbers(&table(&results, "runs"), "yield(B from A)");
    assert!(near(&yields, &[gone(1.0), gone(2.0)]), "{yields:?}");
    let cycles = numbers(&table(&results, "cycles"), "yield(B from A)");
    assert!(near(&cycles, &[gone(1.0), gone(1.0)]), "{cycles:?}");
    let whole = table(&results, "whole");
    assert!(column(&whole, "share over the chain")[0].is_null(), "{whole}");
    let all = column(&whole, "share over the chain")[1].as_f64().expect("a number");
    assert!(near(&[all], &[gone(2.0)]), "{all}");

    let svg = text(&results, "constant.svg");
    for name in
        ["yield(B from A), model", "yield(B from A), published", "A, model (right axis)", "A, bound (right axis)"]
    {
        assert!(svg.contains(&format!("\n{name}\n")), "no `{name}`");
    }
    assert!(text(&results, "runs.svg").contains("\npublished\n"));
    assert!(text(&results, "constant.csv").contains("# bound: A at 0.1 1/s..0.3 1/s: below 0.9 M"));
}

#[test]
fn wrong_studies_are_refused_before_anything_runs() {
    for (from, to, part) in [
        (
            "model = \"decay\"\nt_end = \"10 s\"",
            "model = \"decai\"",
            "in `run`: `decai` is neither a file nor an embedded",
        ),
        (
            "left = [\"yield(B from A)\"]",
            "left = [\"yeld(B from A)\"]",
            "in `constant`: unknown observable `yeld(B from A)`",
        ),
        ("at = \"5 s\"", "at = \"11 s\"", "in `run`: a published value: 11 s is off the axis, which goes to 10 s"),
        ("at = \"0.2 1/s\"", "at = \"0.4 1/s\"", "0.4 1/s is off the axis, which goes from 0.1 to 0.3 1/s"),
        ("value = \"63 %\"", "value = \"63 s\"", "in `constant`: a published value: "),
        ("of = \"A\"", "of = \"B\"", "`B` is not among what is shown"),
        ("above = \"60 %\"", "within = \"60 %\"", "it needs `value` (with or without `within`), `above` or `below`"),
        ("at = \"slow\"", "at = \"slw\"", "there is no bar `slw`; did you mean `slow`?"),
        ("slope = \"0.2 1/s\"", "slope = \"0.2 m\"", "in `run`: "),
        ("expression = \"-ln(1 - yield(B from A))\"", "expression = \"-ln(1 - yeld(B from A))\"", "yeld"),
        ("k = \"0.4 1/s\"", "kk = \"0.4 1/s\"", "in `runs`: in `fast`: unknown setting `kk`"),
        ("stage = \"one\"\nshow", "stage = \"two\"\nshow", "the chain has no stage `two`; there are: one"),
        ("figure = \"yield\"", "figure = \"yeld\"", "`all`: the chain has no figure `yeld`; there are: yield"),
        ("chain = \"twice\"", "chain = \"thrice\"", "in `cycles`: `thrice` is neither a file nor an embedded chain"),
        ("name = \"whole\"", "name = \"cycles\"", "two parts are named `cycles`"),
        ("axes = [\"k=0.1 1/s..0.3 1/s:3\"]", "axes = [\"k=1 1/s,2 1/s\", \"A=1 M,2 M\"]", "this sweep has more"),
    ] {
        let (output, folder) = study(from, to);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{to}: {message}");
        assert!(message.contains(part), "no `{part}` in\n{message}");
        assert!(output.stdout.is_empty() && !folder.path().join("o").exists(), "something ran");
    }
    let output = ratelaw(Path::new("."), &["study", "jia-2024-figure"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `jia-2024-figures`?"));
}
