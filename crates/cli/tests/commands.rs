//! The commands do what they say, on the shipped models and data.

mod program;

use std::path::Path;

use program::{column, done, json, last, ratelaw};
use serde_json::Value;

/// End values at t = 1e11 from quadruple-precision Radau integrations (see tests/problems of the facade).
#[test]
fn robertson_to_the_end_of_time() {
    let table =
        json(&["simulate", "robertson", "--t-end", "1e11s", "--rtol", "1e-8", "--out", "-", "--format", "json"]);
    for (species, exact) in [("A", 2.083340149701294e-8), ("B", 8.333360770334784e-14), ("C", 0.9999999791665152)] {
        let error = (last(&table, species) / exact - 1.0).abs();
        assert!(error < 1e-6, "{species}: relative error {error:e}");
    }
}

#[test]
fn a_sweep_does_not_depend_on_threads_and_keeps_its_failures() {
    let folder = tempfile::tempdir().expect("a folder");
    let axis = "potential=1.2V..2.2V:10001";
    let mut bytes = Vec::new();
    for threads in ["1", "2"] {
        let name = format!("{threads}.csv");
        let arguments =
            ["sweep", "jia-2024-feasibility", "--axis", axis, "--threads", threads, "--out", &name, "--rtol", "1e-3"];
        assert_eq!(ratelaw(folder.path(), &arguments).status.code(), Some(0));
        bytes.push(std::fs::read(folder.path().join(name)).expect("the table"));
    }
    assert!(bytes[0] == bytes[1], "1 and 2 threads differ");
    assert!(bytes[0].len() > 1_000_000);

    // One point of three has a negative constant: it fails with its cause, the others do not notice.
    let arguments = ["sweep", "robertson", "--axis", "k1=-0.04/s..0.04/s:2", "--t-end", "40 s", "--out", "-"];
    let output = ratelaw(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stdout).expect("text");
    let rows: Vec<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
    assert_eq!(rows.len(), 3);
    assert!(rows[1].contains("wrong_input") && rows[1].contains("rate constant of step `initiation`"), "{}", rows[1]);
    assert!(rows[2].contains(",ok,"), "{}", rows[2]);
}

/// The true error is told, also beside results on standard output, and an error above the limit by the exit code.
#[test]
fn a_run_is_verified() {
    let run = ["simulate", "robertson", "--t-end", "1e4 s", "--log-time", "8", "--points", "30", "--verify"];
    for method in ["rodas5p", "radau5"] {
        let text = done(&[&run[..], &["--method", method]].concat());
        let other = if method == "radau5" { "rodas5p" } else { "radau5" };
        let line = text.lines().find(|l| l.starts_with("true error: ")).unwrap_or_else(|| panic!("{text}"));
        let error: f64 = line["true error: ".len()..].split(' ').next().and_then(|e| e.parse().ok()).expect("a number");
        assert!(error < 1.0, "{line}");
        assert!(line.contains("of the tolerance, worst species `") && line.contains(" at t = "), "{line}");
        assert!(line.contains(&format!("31 times, against {other} at rtol 1.0e-8")), "{line}");
    }
    let output = ratelaw(Path::new("."), &[&run[..], &["--out", "-"]].concat());
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("true error"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("true error"));

    // A decay that goes faster and faster, at a coarse tolerance: the relative errors of the steps add up.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("layer.toml"), LAYER).expect("the model");
    let output = ratelaw(folder.path(), &["simulate", "layer.toml", "--points", "41", "--rtol", "1e-3", "--verify"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("true error: 1") && text.contains("worst species `R*`"), "{text}");
    assert!(text.contains(", charge "), "{text}");
    assert_eq!(output.status.code(), Some(3), "{text}");
}

const LAYER: &str = r#"
[model]
name = "layer"
[run]
temperature = "298.15 K"
reference = "SHE"
protocol = ["ramp from 0 V to 1.2 V at 50 mV/s"]
[phases.anode]
kind = "electrode"
area = "1 cm2"
[sites.S]
phase = "anode"
density = "1e-5 mol/m2"
vacant = "*"
[species]
"R*" = { formula = "Fe+2", sites = "S", initial = "1e-5 mol/m2" }
"O*" = { formula = "Fe+3", sites = "S" }
[steps]
oxidation = { equation = "R* -> O* + e-", law = "tafel", k0 = "1e-3 1/s", E0 = "0.4 V", alpha = 0.5 }
"#;

#[test]
fn a_failed_run_keeps_what_was_computed_and_says_where() {
    let arguments =
        ["simulate", "robertson", "--method", "dopri5", "--t-end", "1e6 s", "--out", "-", "--points", "1000"];
    let output = ratelaw(Path::new("."), &arguments);
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("integration failed at t = "), "{message}");
    assert!(message.contains("use rodas5p"), "{message}");
    assert!(String::from_utf8_lossy(&output.stdout).lines().count() >= 5, "the partial solution is lost");
}

#[test]
fn models_are_listed_printed_and_checked() {
    let list = done(&["models"]);
    let names: Vec<&str> = list.lines().skip(1).filter_map(|l| l.split_whitespace().next()).collect();
    assert_eq!(names, ratelaw::models::ALL.iter().map(|m| m.name).collect::<Vec<_>>());
    let folder = tempfile::tempdir().expect("a folder");
    for name in names {
        let check = |text: String| {
            std::fs::write(folder.path().join("m.toml"), text).expect("the model is written");
            let output = ratelaw(folder.path(), &["check", "m.toml"]);
            assert_eq!(output.status.code(), Some(0), "{name}");
            let lines = String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect::<Vec<_>>();
            lines.into_iter().partition::<Vec<_>, _>(|line| line.starts_with("stands on: "))
        };
        // Merged, a model says the same and stands on nothing.
        let (bases, own) = check(done(&["models", name]));
        let (none, merged) = check(done(&["models", name, "--merged"]));
        assert_eq!((merged, none.len()), (own, 0), "{name}");
        let stated = ratelaw::models::find(name).expect("a model").text.contains("\nbase = ");
        assert_eq!(bases.len(), usize::from(stated), "{name}");
    }
    let wet = done(&["check", "jia-2024-solvent-wet"]);
    assert!(wet.contains("\nstands on: ") && wet.contains("jia-2024-electrosynthesis.toml (embedded)\n"), "{wet}");
    assert!(done(&["models", "fragments/poison-li"]).contains("[parameters]"), "a part is printed by its name");
    insta::assert_snapshot!("check-electrosynthesis", done(&["check", "jia-2024-electrosynthesis"]));
}

/// 2 * 3 * 0.17 is not 1: said, and no error.
#[test]
fn check_warns_of_constants_that_contradict_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    for (last, wrong) in [("0.17", true), ("0.16666666666666666", false)] {
        std::fs::write(folder.path().join("triangle.toml"), TRIANGLE.replace("LAST", last)).expect("the model");
        let output = ratelaw(folder.path(), &["check", "triangle.toml"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        let line = text.lines().find(|l| l.contains("step ab + step bc + step ca  ")).expect("the loop");
        assert!(line.ends_with(if wrong { "0.00860017    inconsistent" } else { " 0    consistent" }), "{line}");
        assert_eq!(text.contains("warning: the equilibrium constants round the loop"), wrong, "{text}");
        assert!(text.contains("  step ca = -step ab - step bc\n"), "{text}");
    }
}

#[test]
fn graphs_in_two_languages() {
    let dot = done(&["graph", "robertson"]);
    assert!(dot.starts_with("digraph \"robertson\" {\n") && dot.ends_with("  r2 -> s2;\n}\n"), "{dot}");
    assert_eq!(done(&["graph", "robertson", "--format", "dot", "--out", "-"]), dot);
    insta::assert_snapshot!("graph-robertson", done(&["graph", "robertson", "--format", "mermaid"]));
    let folder = tempfile::tempdir().expect("a folder");
    let output = ratelaw(folder.path(), &["graph", "robertson", "--out", "r.dot"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "wrote r.dot\n");
    assert_eq!(std::fs::read_to_string(folder.path().join("r.dot")).expect("the graph"), dot);
    assert_eq!(ratelaw(folder.path(), &["graph", "robertson", "--format", "svg"]).status.code(), Some(2));
    assert_eq!(ratelaw(folder.path(), &["graph", "robertson", "--out", "no/r.dot"]).status.code(), Some(1));
}

#[test]
fn bionetgen_networks_become_models() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("binding.net"), BINDING).expect("the network");
    let output = ratelaw(folder.path(), &["import", "binding.net", "--out", "binding.toml"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text, "wrote binding.toml: 3 species, 2 steps, 1 observables\n");
    let output = ratelaw(folder.path(), &["import", "binding.net"]);
    let model = std::fs::read_to_string(folder.path().join("binding.toml")).expect("the model");
    assert_eq!(String::from_utf8_lossy(&output.stdout), model);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "3 species, 2 steps, 1 observables\n");
    assert!(output.status.success() && ratelaw(folder.path(), &["check", "binding.toml"]).status.success());
    // A + B <-> AB from 1 and 1: AB/((1 - AB)^2) = 2, so AB = 1/2.
    let run = ["simulate", "binding.toml", "--t-end", "100s", "--rtol", "1e-8", "--out", "-", "--format", "json"];
    let output = ratelaw(folder.path(), &run);
    let table: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!((last(&table, "Bound") - 0.5).abs() < 1e-6 && (last(&table, "A(b)") - 0.5).abs() < 1e-6);

    std::fs::write(folder.path().join("wrong.net"), BINDING.replace("1 1,2 3 kon", "1 1,7 3 kno"))
        .expect("the network");
    let output = ratelaw(folder.path(), &["import", "wrong.net", "--out", "wrong.toml"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("--> wrong.net:11:5") && message.contains("did you mean `kon`?"), "{message}");
    assert!(!folder.path().join("wrong.toml").exists());
    assert_eq!(ratelaw(folder.path(), &["import", "none.net"]).status.code(), Some(1));
    std::fs::write(folder.path().join("bytes.net"), [0xff, 0xfe]).expect("the bytes");
    assert_eq!(ratelaw(folder.path(), &["import", "bytes.net"]).status.code(), Some(1));
}

#[test]
fn the_study_writes_tables_and_plots() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = ratelaw(folder.path(), &["study", "--out", "results"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "progress in a pipe");
    let results = folder.path().join("results");
    for name in ["time-2.0V", "potential", "two-step", "alpha-pinene"] {
        for ending in ["csv", "json", "svg"] {
            let path = results.join(format!("{name}.{ending}"));
            assert!(std::fs::metadata(&path).is_ok_and(|m| m.len() > 500), "{}", path.display());
        }
    }
    let potentials = std::fs::read_to_string(results.join("potential.csv")).expect("the sweep");
    assert!(potentials.lines().filter(|l| l.contains(",ok,")).count() >= 101);
}

#[test]
fn a_study_of_ones_own_runs_on_files_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("decay.toml"), DECAY).expect("the model");
    std::fs::write(folder.path().join("decay.csv"), "time / s,A / mM\n1,905\n2,819\n5,607\n10,368\n")
        .expect("the data");
    std::fs::write(folder.path().join("plan.toml"), PLAN).expect("the study");
    let plan = folder.path().join("plan.toml");
    let output = ratelaw(
        Path::new("."),
        &["study", &plan.to_string_lossy(), "--out", &folder.path().join("o").to_string_lossy()],
    );
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let fitted = std::fs::read_to_string(folder.path().join("o/fit.txt")).expect("the report");
    let k = fitted.lines().find(|l| l.starts_with("k ")).and_then(|l| l.split_whitespace().nth(1));
    let k: f64 = k.and_then(|k| k.parse().ok()).expect("a value for k");
    assert!((k - 0.1).abs() < 1e-3, "{fitted}");
    // The same with a prior that holds nothing back.
    let with_prior = format!("{PLAN}priors = [\"k~lognormal(0.1 1/s, 1e3)\"]\n");
    std::fs::write(&plan, with_prior).expect("the study");
    let output = ratelaw(folder.path(), &["study", "plan.toml", "--out", "p"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let fitted = std::fs::read_to_string(folder.path().join("p/fit.txt")).expect("the report");
    assert!(fitted.contains("k has a prior (lognormal, median 1.0000e-1 1/s within a factor of 1000)"), "{fitted}");
}

/// A slip in the last part is found before the first part runs, and the message names the part.
#[test]
fn a_study_is_looked_up_before_it_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("decay.toml"), DECAY).expect("the model");
    std::fs::write(folder.path().join("decay.csv"), "time / s,A / mM\n1,905\n2,819\n").expect("the data");
    let plan = PLAN.replace("free = [\"k\"]", "free = [\"k9\"]");
    std::fs::write(folder.path().join("plan.toml"), plan).expect("the study");
    let output = ratelaw(folder.path(), &["study", "plan.toml", "--out", "o"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("plan.toml: in `fit`: unknown setting `k9`"), "{message}");
    assert!(output.stdout.is_empty() && !folder.path().join("o").exists(), "something ran");
}

/// The example of the guide is a study that runs.
#[test]
fn the_study_of_the_guide_runs() {
    let guide = include_str!("../../../docs/guide/study-file.md");
    let plan = guide.split("```toml").nth(1).and_then(|t| t.split("```").next()).expect("an example");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("plan.toml"), plan).expect("the study");
    let output = ratelaw(folder.path(), &["study", "plan.toml", "--out", "o"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for file in [
        "run.svg",
        "k1.csv",
        "k1.svg",
        "alpha-pinene.txt",
        "alpha-pinene-residuals.csv",
        "catalysts.svg",
        "anode.csv",
        "cascade.json",
    ] {
        assert!(folder.path().join("o").join(file).is_file(), "{file}");
    }
}

/// DPK has order zero in the lumped model, so half of it is used up half-way: the run says so, and a sweep
/// marks the point.
#[test]
fn amounts_below_zero_are_told() {
    let output = ratelaw(Path::new("."), &["simulate", "jia-2024-two-step", "--set", "DPK=50mM", "--out", "-"]);
    assert_eq!(output.status.code(), Some(0));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("warning: the amount of `DPK` falls to -5.0000e1 mM"), "{message}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("# warning: the amount of `DPK`"));
    let table = done(&["sweep", "jia-2024-two-step", "--axis", "DPK=50mM..150mM:2", "--out", "-"]);
    let rows: Vec<&str> = table.lines().filter(|l| !l.starts_with('#')).collect();
    assert!(rows[1].contains(",negative,") && rows[2].contains(",ok,"), "{table}");
    // A sound run has no warning.
    let output = ratelaw(Path::new("."), &["simulate", "jia-2024-two-step"]);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

const BINDING: &str = "begin parameters
1 kon 2
2 koff 1
end parameters
begin species
1 A(b) 1
2 B(a) 1
3 A(b!1).B(a!1) 0
end species
begin reactions
1 1,2 3 kon
2 3 1,2 koff
end reactions
begin groups
1 Bound 3
end groups
";

const DECAY: &str = r#"
[model]
name = "decay"
[phases.cell]
kind = "solution"
volume = "1 L"
[species]
A = { composition = "waived", initial = "1 M" }
B = { composition = "waived" }
[parameters]
k = "0.2 1/s"
[steps.decay]
equation = "A -> B"
k = "k"
"#;

const TRIANGLE: &str = r#"
[model]
name = "triangle"
[phases.mixture]
kind = "abstract"
[species]
A = { composition = "waived", initial = 1 }
B = { composition = "waived" }
C = { composition = "waived" }
[steps.ab]
equation = "A <=> B"
k = "1 1/s"
K = 2
[steps.bc]
equation = "B <=> C"
k = "1 1/s"
K = 3
[steps.ca]
equation = "C <=> A"
k = "1 1/s"
K = LAST
"#;

const PLAN: &str = r#"
[study]
name = "own"
[[simulate]]
name = "run"
model = "decay.toml"
t_end = "10 s"
left = ["A", "B"]
[[fit]]
name = "fit"
model = "decay.toml"
set = { A = "1 M" }
data = "decay.csv"
free = ["k"]
"#;

#[test]
fn steady_states_are_found_or_missed_with_a_reason() {
    let table = json(&["steady", "jia-2024-hydrolysis", "--out", "-", "--format", "json"]);
    let names = column(&table, "name");
    let at = names.iter().position(|n| n == "N2H4").expect("a row for N2H4");
    // 50 mM shared as kb to k_loss of the model, 1e-4 to 1e-7 1/(M s).
    let expected = 50.0 * 1e-4 / (1e-4 + 1e-7);
    assert!((column(&table, "value")[at].as_f64().expect("a number") - expected).abs() < 1e-6);
    // The hydrazone goes two ways for good, so the way there chose this state among many.
    let stability = table["notes"]["stability"].as_str().expect("a text");
    assert!(stability.contains("steady states lie side by side"), "{stability}");
    let table = json(&["steady", "jia-2024-two-step", "--out", "-", "--format", "json"]);
    assert_eq!(table["notes"]["stability"], "stable");
    let text = done(&["steady", "alpha-pinene"]);
    assert!(text.contains("side by side"), "{text}");
    // Oxygen goes on being made from a solvent that runs out.
    let output = ratelaw(Path::new("."), &["steady", "jia-2024-feasibility"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(3) && message.contains("no steady state was found"), "{message}");
}

#[test]
fn fluxes_add_up_to_the_change() {
    let arguments = ["flux", "jia-2024-feasibility", "--species", "BPA", "--from", "0h", "--to", "10h"];
    let text = done(&arguments);
    assert!(text.contains("made by") && text.contains("coupling"), "{text}");
    let table = json(&[&arguments[..], &["--out", "-", "--format", "json"]].concat());
    let made: f64 = column(&table, "net").iter().filter_map(Value::as_f64).sum();
    let end = json(&["simulate", "jia-2024-feasibility", "--t-end", "10h", "--out", "-", "--format", "json"]);
    let parts = column(&table, "part").iter().filter_map(Value::as_f64).sum::<f64>();
    assert!(
        made > 0.0 && last(&end, "BPA") > 0.0 && (parts % 100.0).min(100.0 - parts % 100.0) < 1e-9,
        "{made} {parts}"
    );
    let output = ratelaw(Path::new("."), &["flux", "robertson", "--species", "A", "--from", "2s", "--to", "1s"]);
    assert_eq!(output.status.code(), Some(1));
}

/// Relative sensitivities of a decay's product, and the self-check beside them.
#[test]
fn sensitivities_check_themselves() {
    let of = "yield(BPA from NH3)";
    let arguments = ["sensitivities", "jia-2024-feasibility", "--of", of, "--at", "1h", "--at", "10h", "--check"];
    let text = done(&arguments);
    assert!(text.contains("sensitivities agree with differences") && text.contains("potential"), "{text}");
    let table = json(&[
        "sensitivities",
        "alpha-pinene",
        "--of",
        "alpha_pinene",
        "--by",
        "p1",
        "--by",
        "alpha_pinene",
        "--out",
        "-",
        "--format",
        "json",
    ]);
    let (times, relative) = (column(&table, "time"), column(&table, "relative"));
    // The reactant decays by p1 and p2 alone: d ln y / d ln p1 = -p1 t, and y is proportional to its start.
    for (i, (t, r)) in times.iter().zip(relative).enumerate() {
        let (t, r) = (t.as_f64().expect("a time"), r.as_f64().expect("a number"));
        let exact = if i % 2 == 0 { -5.84e-5 / 60.0 * t } else { 1.0 };
        assert!((r - exact).abs() < 1e-5, "{t} {r} {exact}");
    }
    assert_eq!(times.len(), 8);
    let refused = ratelaw(Path::new("."), &["sensitivities", "alpha-pinene", "--at", "3 m"]);
    assert_eq!(refused.status.code(), Some(1));
}
