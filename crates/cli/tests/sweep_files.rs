//! What a sweep does with the files it is pointed at, and what it refuses before any work.

mod program;

use std::path::Path;
use std::process::Command;

use program::ratelaw;

const CELL: &str = "jia-2024-feasibility";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `--resume` over a finished file: whole, damaged, of another sweep, of another kind.
#[test]
fn resume_looks_at_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.csv");
    let axis = ["sweep", CELL, "--axis", "potential=1.2V..2.2V:3", "--out", "s.csv", "--resume"];
    let run = |more: &[&str]| ratelaw(folder.path(), &[&axis[..], more].concat());
    assert_eq!(run(&[]).status.code(), Some(0));
    let bytes = std::fs::read(&path).expect("the result");
    let again = run(&["--plot", "s.svg"]);
    assert!(text(&again.stdout).contains("s.csv is there and whole; nothing to solve\nwrote s.svg"));
    let lines: Vec<&str> = std::str::from_utf8(&bytes).expect("text").lines().collect();
    let shorter = [&lines[..lines.len() - 3], &lines[lines.len() - 2..]].concat().join("\n") + "\n";
    std::fs::write(&path, shorter).expect("a result without one line");
    let output = run(&[]);
    assert!(text(&output.stderr).starts_with("warning: `s.csv` is damaged: its content"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("3 points, 0 failed\nwrote s.csv"), "{}", text(&output.stdout));
    assert!(std::fs::read(&path).expect("the result") == bytes);
    let output = run(&["--rtol", "1e-4"]);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("`s.csv` is the result of another sweep:\n  method is "), "{message}");
    let message = text(&run(&["--time-limit", "77 s"]).stderr);
    assert!(message.contains("77 s"), "the difference is not shown: {message}");
    assert!(std::fs::read(&path).expect("the result") == bytes);
    std::fs::write(&path, "my lab book").expect("another file");
    let message = text(&run(&[]).stderr);
    assert!(message.contains("`s.csv` is there, and it is not the result of a sweep"), "{message}");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "my lab book");
}

/// The table of points and the model are not written over, whatever the way to them is called.
#[test]
fn what_a_sweep_reads_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = "potential / V\n1.2\n1.9\n";
    std::fs::write(folder.path().join("in.csv"), table).expect("a table");
    std::fs::create_dir(folder.path().join("d")).expect("a folder");
    let model = include_str!("sound-cell.toml");
    std::fs::write(folder.path().join("model.json"), model).expect("a model");
    for (arguments, part) in [
        (
            vec![CELL, "--table", "in.csv", "--out", "d/../in.csv"],
            "`d/../in.csv` is what this command reads (its points)",
        ),
        (vec![CELL, "--table", "./in.csv", "--out", "in.csv", "--resume"], "(its points); write to another file"),
        (vec!["model.json", "--vary", "potential=1,2 V", "--out", "./model.json"], "(its model)"),
    ] {
        let output = ratelaw(folder.path(), &[&["sweep"], &arguments[..]].concat());
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        assert!(message.contains(part), "{arguments:?}: {message}");
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("the file");
    assert_eq!((read("in.csv").as_str(), read("model.json").as_str()), (table, model));
}

/// A disk that fills up under JSON or a plot leaves what was there before, and is said.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_json_and_plots_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let axis = ["sweep", "robertson", "--axis", "k1=0.03/s..0.04/s:30", "--t-end", "40 s"];
    let both = [&axis[..], &["--out", "s.json", "--plot", "s.svg"]].concat();
    assert_eq!(ratelaw(folder.path(), &both).status.code(), Some(0));
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("the file");
    let before = (read("s.json"), read("s.svg"));
    for (option, name) in [("--out", "s.json"), ("--plot", "s.svg")] {
        let output = Command::new("sh")
            .current_dir(folder.path())
            .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_ratelaw")])
            .args(axis)
            .args([option, name])
            .output()
            .expect("sh runs");
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(&format!("cannot write `{name}`: File too large")), "{message}");
    }
    assert!(before == (read("s.json"), read("s.svg")), "what was there before is harmed");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 2, "something is left");
}

#[test]
fn wrong_requests_are_refused_before_work() {
    let folder = tempfile::tempdir().expect("a folder");
    for (more, code, part) in [
        (vec!["--out", "s.txt"], 1, "a name that ends in .parquet, .csv or .json"),
        (vec!["--out", "none/s.parquet"], 1, "there is no folder `none`"),
        (vec!["--out", "s.json", "--resume"], 1, "--resume is for a sweep to a file: --out F.parquet or F.csv"),
        (vec!["--out", "-", "--shard", "1/2"], 1, "--shard is for a sweep to a file"),
        (vec!["--resume"], 2, "--out"),
        (vec!["--out", "s.csv", "--resume", "--fresh"], 2, "cannot be used with"),
        (vec!["--out", "s.csv", "--shard", "3/2"], 2, "the shard is 3/2, expected i/n"),
        (vec!["--out", "s.csv", "--chunk", "0"], 1, "the number of points in a chunk is 0"),
        (
            vec!["--plot", "s.svg", "--axis", "k2=1,2 m2/(mol s)", "--axis", "NH3=1,2 M"],
            1,
            "and this sweep has 3; leave",
        ),
        (
            vec!["--plot", "s.svg", "--vary", "NH3~uniform(1 M, 2)", "--samples", "3"],
            1,
            "this sweep has samples, a table",
        ),
        (vec!["--plot", "s.svg", "--out", "s.csv", "--shard", "1/2"], 2, "cannot be used with"),
        (
            vec!["--vary", "k2=1 m2/(mol s),2 cm2/(mol s),3"],
            2,
            "the number 3 without a unit beside the units m2/(mol s)",
        ),
        (vec!["--atol", "Z=1e-9"], 1, "unknown species `Z`"),
        (vec!["--atol", "NH3=0 M"], 1, "the absolute tolerance of `NH3` is 0 M, expected a finite amount above zero"),
        (vec!["--atol", "NH3=-1 M", "--out", "s.json"], 1, "expected a finite amount above zero"),
        (vec!["--atol", "NH3=1 V"], 1, "the absolute tolerance of `NH3` has the unit `V`"),
        (vec!["--max-steps", "0"], 1, "the limit of steps is 0, expected at least 1"),
        (vec!["--out", "s.parquet", "--format", "csv"], 1, "its ending says another format"),
    ] {
        let arguments = [vec!["sweep", CELL, "--axis", "potential=1V..2V:3"], more].concat();
        let output = ratelaw(folder.path(), &arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
        assert!(message.contains(part), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    for (condition, name) in [("potential=1,2 V", "potential"), ("temperature=290,300 K", "temperature")] {
        let output = ratelaw(folder.path(), &["sweep", "robertson", "--vary", condition, "--t-end", "1 s"]);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(&format!("nothing in the model reads the {name}")), "{message}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "something was written");
    for (arguments, part) in [
        (["merge", "none.parts", "--out", "s.csv"], "there is no such folder"),
        (["merge", ".", "--out", "s.csv"], "it has no manifest.json"),
        (["merge", ".", "--out", "s.txt"], "ends in .parquet or .csv"),
    ] {
        let output = ratelaw(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(part), "{}", text(&output.stderr));
    }
}

/// A folder that nobody can write to, not even the superuser.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_said_at_once() {
    let output = ratelaw(Path::new("/proc"), &["sweep", CELL, "--axis", "potential=1V..2V:3", "--out", "s.parquet"]);
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output.stderr);
    assert!(message.contains("cannot make the folder `s.parquet.parts`: "), "{message}");
    assert!(output.stdout.is_empty());
}

/// A plot of a stored sweep shows every point, amounts beside observables only where they are asked for.
#[test]
fn a_stored_sweep_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let axis = ["sweep", CELL, "--axis", "potential=1.2V..2.2V:41", "--out", "s.csv", "--plot", "s.svg"];
    let output = ratelaw(folder.path(), &[&axis[..], &["--amounts"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let csv = std::fs::read_to_string(folder.path().join("s.csv")).expect("the table");
    assert!(csv.contains("\npotential / V,NH3 / mM,"), "no amounts");
    assert!(text(&output.stdout).contains("(21 of 41 rows shown)\n41 points, 0 failed\nwrote s.csv\nwrote s.svg\n"));
    assert_eq!(ratelaw(folder.path(), &[&axis[..], &["--fresh"]].concat()).status.code(), Some(0));
    let csv = std::fs::read_to_string(folder.path().join("s.csv")).expect("the table");
    assert!(csv.contains("\npotential / V,conversion(NH3) / %,"), "amounts that nobody asked for");
}

/// Very large and very small numbers are said with an exponent, not with hundreds of zeros.
#[test]
fn causes_have_no_rows_of_zeros() {
    let folder = tempfile::tempdir().expect("a folder");
    let axis = ["sweep", "robertson", "--axis", "k1=-1e300,-1e-14 1/s", "--t-end", "40 s", "--out", "s.csv"];
    let output = ratelaw(folder.path(), &axis);
    let (table, screen) =
        (std::fs::read_to_string(folder.path().join("s.csv")).expect("the table"), text(&output.stdout));
    for part in ["is -1e300, expected", "is -1e-14, expected"] {
        assert!(table.contains(part), "{table}");
    }
    assert!(screen.contains("first at k1 = -1e300 1/s: "), "{screen}");
    assert!(!screen.contains("000000"), "{screen}");
}

#[test]
fn a_single_point_is_one_point() {
    let output = ratelaw(Path::new("."), &["sweep", "robertson", "--axis", "k1=0.04/s", "--t-end", "40 s"]);
    assert!(text(&output.stdout).ends_with("1 point, 0 failed\n"), "{}", text(&output.stdout));
}

/// The same notes in every form: where the numbers come from.
#[test]
fn every_form_says_where_the_numbers_come_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |out: &str| {
        let vary = ["sweep", CELL, "--vary", "NH3~uniform(1 M, 2)", "--samples", "3", "--seed", "7", "--amounts"];
        let output = ratelaw(folder.path(), &[&vary[..], &["--out", out]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let printed = run("-");
    run("s.json");
    run("s.csv");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("the file");
    let json: serde_json::Value = serde_json::from_str(&read("s.json")).expect("JSON");
    let stored = read("s.csv");
    assert_eq!(json["notes"]["seed"], "7");
    let lines = stored.lines().filter(|l| l.starts_with("# ") && !l.starts_with("# file_sha256"));
    let mut count = 0;
    for line in lines {
        assert!(printed.contains(&format!("{line}\n")), "{line}");
        let (key, value) = line[2..].split_once(": ").expect("a note");
        assert_eq!(json["notes"][key], value, "{key}");
        count += 1;
    }
    assert!(count > 10 && stored.contains("# model_sha256: "), "{count} notes");
}
