//! Runs the program and reads what it prints.
#![allow(dead_code)]

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) fn ratelaw(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ratelaw")).current_dir(folder).args(arguments).output().expect("the program runs")
}

/// Starts it, for a test that does not wait for its end.
pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ratelaw"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program runs")
}

/// Sends it a signal, such as `-INT`.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill runs");
    assert!(status.success());
}

/// Runs with success and gives standard output.
pub(crate) fn done(arguments: &[&str]) -> String {
    let output = ratelaw(Path::new("."), arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
    String::from_utf8(output.stdout).expect("text")
}

pub(crate) fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&done(arguments)).expect("nothing but JSON on standard output")
}

pub(crate) fn column<'a>(table: &'a Value, name: &str) -> &'a Vec<Value> {
    let columns = table["columns"].as_array().expect("columns");
    let column = columns.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("no column {name}"));
    column["values"].as_array().expect("values")
}

pub(crate) fn last(table: &Value, name: &str) -> f64 {
    column(table, name).last().and_then(Value::as_f64).expect("a number")
}
