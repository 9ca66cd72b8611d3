//! Sweeps over two axes as heat maps.

use std::path::Path;
use std::process::{Command, Output};

const MODEL: &str = "jia-2024-feasibility";
const POTENTIAL: &str = "potential=1.2V..2.2V:3";

fn sweep(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ratelaw"));
    command.current_dir(folder).args(["sweep", MODEL]).args(arguments).output().expect("the program runs")
}

/// The plot of a sweep that ends with some exit code.
fn plot(code: i32, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let output = sweep(folder.path(), &[arguments, &["--plot", "map.svg"]].concat());
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(folder.path().join("map.svg")).expect("a plot")
}

#[test]
fn nine_values_of_the_first_axis_make_a_heat_map() {
    let eight = plot(0, &["--axis", "k2=5e3..8e4 m2/mol/s:8:log", "--axis", POTENTIAL]);
    assert!(eight.contains("k2 = 5000 m2/mol/s") && !eight.contains("<path "));
    let nine = plot(0, &["--axis", "k2=5e3..8e4 m2/mol/s:9:log", "--axis", POTENTIAL]);
    assert!(nine.contains("<path ") && !nine.contains("failed or not defined"));
    for (label, count) in [
        ("potential / V against Ag/Ag+", 2),
        ("k2 / m2/mol/s", 2),
        ("conversion(NH3) / %", 1),
        ("FE(BPA) / %", 1),
        ("Feasibility check of the electrosynthesis", 1),
        // The axis of k2 is logarithmic.
        ("\n20000\n", 2),
    ] {
        assert_eq!(nine.matches(label).count(), count, "{label}");
    }
}

#[test]
fn one_may_ask_for_a_heat_map_and_its_observables() {
    let axes = ["--axis", "k2=5e3,2e4 m2/mol/s", "--axis", POTENTIAL];
    let asked = plot(0, &[&axes[..], &["--heatmap"]].concat());
    assert!(asked.contains("<path ") && asked.contains("conversion(NH3) / %"));
    let named = plot(0, &[&axes[..], &["--show", "yield(BPA)", "--show", "rate(coupling)"]].concat());
    assert!(named.contains("yield(BPA from NH3) / %") && named.contains("rate(coupling) / "));
    assert!(!named.contains("conversion("));
}

/// Without a limit the runs take about 250 steps at 1.2 V, 290 at 1.7 V and 205 at 2.2 V.
#[test]
fn failed_points_are_grey() {
    let map = plot(3, &["--axis", "k2=5e3,2e4 m2/mol/s", "--axis", POTENTIAL, "--heatmap", "--max-steps", "225"]);
    assert_eq!(map.matches("failed or not defined").count(), 1);
    assert_eq!(map.matches("<path fill=\"#BEBEBE\"").count(), 2, "in both panels");
}

#[test]
fn a_wrong_heat_map_is_refused_before_any_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |arguments: &[&str]| {
        let output = sweep(folder.path(), &[arguments, &["--plot", "map.svg"]].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(!folder.path().join("map.svg").exists());
        String::from_utf8(output.stderr).expect("text")
    };
    let one = refused(&["--axis", POTENTIAL, "--heatmap"]);
    assert!(one.contains("a heat map has two axes, and this sweep has 1"), "{one}");
    let axes = ["--axis", POTENTIAL, "--axis", "K1=5,20"];
    let three = refused(&[&axes[..], &["--show", "NH3", "--show", "DPK", "--show", "BPA"]].concat());
    assert!(three.contains("one or two observables, and --show names 3"), "{three}");
    let wrong = refused(&[&axes[..], &["--show", "yield(BPX)"]].concat());
    assert!(wrong.contains("BPX"), "{wrong}");
}
