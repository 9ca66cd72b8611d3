//! Runs and sweeps that take too long, or are stopped by Ctrl-C, end with what they have.

mod program;

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use program::{column, ratelaw, signal, start};
use serde_json::Value;
use tempfile::TempDir;

/// Predator and prey (Lotka 1920), for far longer than anybody waits.
const CYCLE: &str = r#"
[model]
name = "cycle"
[run]
t_end = "1e12 s"
[phases.cell]
kind = "solution"
volume = "1 L"
[species]
prey = { composition = "waived", initial = "0.5 M" }
predator = { composition = "waived", initial = "1 M" }
dead = { composition = "waived" }
[parameters]
k = "1 1/s"
k2 = "1 1/(M s)"
[steps.birth]
equation = "prey -> 2 prey"
k = "k"
[steps.hunt]
equation = "prey + predator -> 2 predator"
k = "k2"
[steps.death]
equation = "predator -> dead"
k = "k"
"#;

/// A folder with the model.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cycle.toml"), CYCLE).expect("it is written");
    folder
}

/// Presses Ctrl-C after a quarter of a second.
#[cfg(unix)]
fn interrupted(folder: &Path, arguments: &[&str]) -> Output {
    let child = start(folder, arguments);
    std::thread::sleep(Duration::from_millis(250));
    signal(&child, "-INT");
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_run_over_its_time_says_how_far_it_came() {
    let folder = folder();
    let run = ["simulate", "cycle.toml", "--max-steps", "1000000000", "--time-limit", "100ms", "--out", "run.csv"];
    let output = ratelaw(folder.path(), &run);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.contains("the limit of time was reached (`--time-limit`"), "{message}");
    let table = fs::read_to_string(folder.path().join("run.csv")).expect("what was computed");
    assert!(table.contains("time / ") && table.contains("# incomplete: "), "{table}");
    for command in [&["flux", "cycle.toml", "--species", "prey"][..], &["sensitivities", "cycle.toml"]] {
        let output = ratelaw(folder.path(), &[command, &["--max-steps", "50"]].concat());
        assert_eq!(output.status.code(), Some(3), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    for (wrong, said) in
        [("0 s", "a time above zero"), ("-1 s", "a time above zero"), ("1 V", "time"), ("1e300 s", "the limit of time")]
    {
        let limit = format!("--time-limit={wrong}");
        let output = ratelaw(folder.path(), &["simulate", "cycle.toml", &limit]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{wrong}: {message}");
        assert!(message.contains(said), "{wrong}: {message}");
    }
}

/// Of a sweep in memory the finished points are shown, and written.
#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_computed() {
    let folder = folder();
    let endless = ["--max-steps", "1000000000000"];
    let run = [&["simulate", "cycle.toml", "--out", "run.csv"][..], &endless].concat();
    let output = interrupted(folder.path(), &run);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert!(message.contains("stopping; what is computed is kept") && message.contains("stopped at t = "), "{message}");
    let table = fs::read_to_string(folder.path().join("run.csv")).expect("what was computed");
    assert!(table.contains("# incomplete: ends at t = "), "{table}");
    let rows = table.lines().filter(|line| !line.starts_with('#')).count();
    assert!(rows >= 3, "the header, the start and the state where it stopped: {table}");
    let sweep = [&["sweep", "cycle.toml", "--vary", "k=0 1/s,1 1/s", "--out", "sweep.json"][..], &endless].concat();
    let output = interrupted(folder.path(), &sweep);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("2 points, 1 failed\n  1 x stopped"), "{shown}");
    let table = fs::read_to_string(folder.path().join("sweep.json")).expect("it is written");
    let table: Value = serde_json::from_str(&table).expect("JSON");
    assert_eq!(column(&table, "status")[..], ["ok", "stopped"]);
}
