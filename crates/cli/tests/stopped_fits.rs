//! Ctrl-C and SIGTERM end a fit soon, and what is finished is reported and written.

#![cfg(unix)]

mod program;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use program::{signal, start};
use serde_json::Value;

const PINENE: &str = "fuguitt-hawkins-1947-alpha-pinene-189C.csv";

fn written(folder: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(name)).expect("a report");
    serde_json::from_str(&text).expect("JSON")
}

/// The fit is printed before its bootstrap begins; a million data sets would take hours.
#[test]
fn a_bootstrap_is_stopped_and_everything_else_is_written() {
    for name in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = ["fit", "alpha-pinene", "--data", PINENE, "--starts", "1", "--bootstrap", "1000000"];
        let more = ["--out", "r.json", "--plots", "pictures", "--bands", "bands.csv"];
        let mut child = start(folder.path(), &[&arguments[..], &more].concat());
        let mut said = BufReader::new(child.stdout.take().expect("its output"));
        let mut text = String::new();
        said.read_line(&mut text).expect("the first line of the report");
        signal(&child, name);
        said.read_to_string(&mut text).expect("the rest");
        let output = child.wait_with_output().expect("it ends");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{message}");
        assert!(message.contains("stopping; what is finished is reported"), "{message}");
        assert!(text.contains("p5") && text.contains("stopped by request"), "{text}");
        let report = written(folder.path(), "r.json");
        let samples = report["bootstrap"]["samples"].as_array().expect("samples").len() as u64;
        let failed = report["bootstrap"]["failed"].as_u64().expect("a number");
        assert_eq!(report["bootstrap"]["unfinished"].as_u64(), Some(1_000_000 - failed - samples));
        assert_eq!(report["stopped"], true);
        assert_eq!(report["parameters"][4]["verdict"], "determined");
        assert!(folder.path().join("pictures/profile-p5.svg").is_file() && folder.path().join("bands.csv").is_file());
    }
}

/// At moments spread over a whole run: the finished candidates are compared, the others named, and a run that was not
/// stopped is whole.
#[test]
fn a_comparison_reports_the_candidates_that_are_finished() {
    let candidates = ["alpha-pinene:p1", "alpha-pinene:p1,p2", "alpha-pinene:p1,p2,p3,p4,p5"];
    let more = ["--data", PINENE, "--starts", "12", "--out", "c.json"];
    let arguments = [&["compare"], &candidates[..], &more[..]].concat();
    let folder = tempfile::tempdir().expect("a folder");
    let started = Instant::now();
    let whole = start(folder.path(), &arguments).wait_with_output().expect("it ends");
    let whole_run = started.elapsed();
    assert_eq!(whole.status.code(), Some(0), "{}", String::from_utf8_lossy(&whole.stderr));
    let mut partial = 0;
    for moment in 1..8 {
        let folder = tempfile::tempdir().expect("a folder");
        let child = start(folder.path(), &arguments);
        // The handler is there after the models are read.
        std::thread::sleep(Duration::from_millis(20) + whole_run * moment / 8);
        signal(&child, "-INT");
        let output = child.wait_with_output().expect("it ends");
        let (text, message) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.code() != Some(130) || !folder.path().join("c.json").exists() {
            continue;
        }
        let found = written(folder.path(), "c.json");
        assert_eq!(found["stopped"], true, "{message}");
        let unfinished = found["unfinished"].as_array().expect("names");
        let compared = found["candidates"].as_array().expect("candidates");
        // One alone is not compared, but its fit is there.
        let expected = if unfinished.len() == 2 { 0 } else { 3 - unfinished.len() };
        assert_eq!(compared.len(), expected, "{text}");
        for name in unfinished {
            let name = name.as_str().expect("a name");
            assert!(text.contains(&format!("before the fit of `{name}` was finished")), "{text}");
            assert!(compared.iter().all(|c| c["name"] != name), "{text}");
        }
        partial += usize::from(!unfinished.is_empty());
    }
    assert!(partial > 0, "no signal met a comparison of which a part was finished");
}

/// What a study says of a fit comes when that begins, behind the handler.
#[test]
fn a_study_stops_at_its_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = |name: &str| {
        format!(
            "[[fit]]\nname = \"{name}\"\ntitle = \"T\"\nmodel = \"alpha-pinene\"\ndata = \"{PINENE}\"\nfree = [\"p1\", \"p2\", \"p3\"]\nstarts = 400\n\n"
        )
    };
    let study = format!("[study]\nname = \"s\"\ntitle = \"S\"\n\n{}{}", one("first"), one("second"));
    std::fs::write(folder.path().join("s.toml"), study).expect("a study");
    let mut child = start(folder.path(), &["study", "s.toml", "--out", "results"]);
    let mut said = BufReader::new(child.stdout.take().expect("its output"));
    let mut text = String::new();
    while !text.contains("first: T") {
        assert!(said.read_line(&mut text).expect("a line") > 0, "{text}");
    }
    signal(&child, "-INT");
    said.read_to_string(&mut text).expect("the rest");
    let output = child.wait_with_output().expect("it ends");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert!(!text.contains("second: T"), "{text}");
    assert!(text.contains("stopped by request; not done: second"), "{text}{message}");
    assert!(folder.path().join("results/first.json").exists(), "{text}{message}");
}
