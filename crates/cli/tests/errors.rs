//! Every broken model gets a message that names file, line, what was found and what was expected; each is kept
//! as a snapshot, whole.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn ratelaw(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ratelaw")).current_dir(folder).args(arguments).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program writes text")
}

#[test]
fn the_models_that_the_broken_ones_are_made_from_are_sound() {
    for model in ["sound.toml", "sound-cell.toml"] {
        let output = ratelaw(&tests(), &["check", model]);
        assert_eq!(output.status.code(), Some(0), "{model}: {}", text(&output.stderr));
    }
}

#[test]
fn broken_models() {
    let folder = tests().join("broken");
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .expect("the gallery is there")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("a plain name"))
        .collect();
    files.sort();
    assert!(files.len() >= 120, "the gallery has shrunk to {}", files.len());
    for file in files {
        let output = ratelaw(&folder, &["check", &file]);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{file}: {message}");
        assert!(output.stdout.is_empty(), "{file} printed before it was checked");
        for part in [&format!("{file}:"), " = found: ", " = expected: "] {
            assert!(message.contains(part), "{file}: no `{part}` in\n{message}");
        }
        insta::assert_snapshot!(file.trim_end_matches(".toml"), message);
    }
}

/// Arguments, exit code, and a part of the message on standard error.
#[test]
fn wrong_requests_are_refused_by_name() {
    let cell = "jia-2024-feasibility";
    for (arguments, code, part) in [
        (vec!["check", "no-such-model"], 1, "`no-such-model` is neither a file nor an embedded model"),
        (vec!["check", "robertsen"], 1, "did you mean `robertson`?"),
        (vec!["check", "."], 1, "`.` is neither a file nor an embedded model"),
        (vec!["simulate", cell, "--set", "NH3=NaN M"], 1, "the initial amount of `NH3` is NaN"),
        (vec!["simulate", cell, "--set", "NH3=inf M"], 1, "the initial amount of `NH3` is inf"),
        (vec!["simulate", cell, "--set", "NH3=-0.1 M"], 1, "the initial amount of `NH3` is -100"),
        (vec!["simulate", cell, "--set", "NH3=1e300 M"], 1, "denser than any solid"),
        (vec!["simulate", cell, "--set", "DPKI*=1 mol/m2"], 1, "the initial amount of `*` is -"),
        (vec!["simulate", cell, "--set", "k1=NaN m3/mol/s"], 1, "the parameter `k1` is NaN"),
        (vec!["simulate", cell, "--set", "k1=inf m3/mol/s"], 1, "the parameter `k1` is inf"),
        (vec!["simulate", cell, "--set", "k1=-1 m3/mol/s"], 1, "rate constant of step `condensation` is -1"),
        (vec!["simulate", cell, "--set", "k1=1 1/s"], 1, "`k1` has the unit `1/s`, expected a unit of m3/(mol s)"),
        (vec!["simulate", cell, "--set", "potential=NaN V"], 1, "the potential (V) is NaN"),
        (vec!["simulate", cell, "--set", "potential=2"], 1, "expected a unit of V"),
        (vec!["simulate", cell, "--set", "temperature=0 K"], 1, "the temperature (K) is 0"),
        (vec!["simulate", cell, "--set", "k3=1"], 1, "unknown setting `k3`"),
        (vec!["simulate", cell, "--t-end", "NaN h"], 1, "the length of the run (s) is NaN"),
        (vec!["simulate", cell, "--t-end=-1 h"], 1, "the length of the run (s) is -3600"),
        (vec!["simulate", cell, "--t-end", "inf h"], 1, "the length of the run (s) is inf"),
        (vec!["simulate", cell, "--t-end", "10 V"], 1, "the length of the run has the unit `V`"),
        (vec!["simulate", cell, "--rtol", "NaN"], 1, "the relative tolerance is NaN"),
        (vec!["simulate", cell, "--rtol", "1e-20"], 1, "the relative tolerance is"),
        (vec!["simulate", cell, "--out", "x.txt"], 1, "expected a name that ends in .csv or .json"),
        (vec!["simulate", cell, "--out", "no/such/folder/x.csv"], 1, "there is no folder `no/such/folder`"),
        (vec!["simulate", cell, "--out", "x.csv", "--format", "json"], 1, "another format than --format"),
        (vec!["simulate", cell, "--plot", "x.png"], 2, "expected a name that ends in .svg"),
        (vec!["simulate", cell, "--log-time", "1e9"], 2, "expected a number from 0.1 to 300"),
        (vec!["fit", "robertson", "--data", "synthetic-jia-2024-two-step.csv", "--t-end", "1 h"], 2, "--t-end"),
        (vec!["simulate", cell, "--set", "NH3"], 2, "expected NAME=VALUE"),
        (vec!["simulate", cell, "--points", "1"], 2, "invalid value '1' for '--points"),
        (vec!["simulate", cell, "--method", "euler"], 2, "unknown method `euler`"),
        (vec!["sweep", cell], 2, "--vary"),
        (vec!["sweep", cell, "--axis", "potential=1V:3"], 2, "expected NAME=LO..HI:N"),
        (vec!["sweep", cell, "--axis", "potentail=1V..2V:3"], 1, "did you mean `potential`?"),
        (vec!["sweep", cell, "--axis", "potential=1V..2V:0"], 1, "1 to 100000000 points"),
        (vec!["sweep", cell, "--axis", "potential=-1V..2V:3", "--log"], 1, "bounds above zero"),
        (vec!["sweep", cell, "--axis", "k1=1 1/s..2 1/s:3"], 1, "expected a unit of m3/(mol s)"),
        (vec!["fit", cell, "--data", "no.csv", "--free", "k1"], 1, "cannot read `no.csv`"),
        (vec!["fit", "robertson", "--data", "synthetic-jia-2024-two-step.csv"], 1, "is nothing that the model gives"),
        (vec!["fit", "robertson", "--data", "x.csv", "--loss", "hubert"], 2, "squared, huber, soft-l1 or cauchy"),
        (vec!["fit", "robertson", "--data", "x.csv", "--noise", "none"], 2, "stated, common, each-experiment"),
        (vec!["study", "no-such-study.toml"], 1, "cannot read `no-such-study.toml`"),
        (vec!["study", "sound.toml"], 1, "sound.toml: this is not a study"),
        (vec!["frobnicate"], 2, "unrecognized subcommand"),
    ] {
        let output = ratelaw(&tests(), &arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
        assert!(message.contains(part), "{arguments:?}: no `{part}` in\n{message}");
        assert!(output.stdout.is_empty(), "{arguments:?} printed to standard output");
    }
}
