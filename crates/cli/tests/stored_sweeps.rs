//! Sweeps to files survive kills, full disks and wrong requests, and give the same bytes.

mod program;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use program::{signal, start};

const CELL: &str = "jia-2024-feasibility";

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ratelaw"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

fn ratelaw(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The hydrazine cell over potential and k2: 2000 points in 125 chunks.
fn sweep<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let arguments = [
        "sweep",
        CELL,
        "--axis",
        "potential=1.2V..2.2V:50",
        "--axis",
        "k2=1e3 m2/(mol s)..1e5 m2/(mol s):40:log",
        "--rtol",
        "1e-4",
        "--chunk",
        "16",
        "--out",
        out,
    ];
    [&arguments, more].concat()
}

/// What becomes of the poisoned points, in turn.
const POISON: [&str; 5] = ["step_too_small", "wrong_input", "ok", "wrong_input", "negative"];

/// Numbers that look random and are the same in every run (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// The numbers of finished chunks of a begun sweep.
fn stored(parts: &Path) -> usize {
    std::fs::read_dir(parts).map_or(0, |entries| {
        entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with("chunk-")).count()
    })
}

/// Kills a run at a moment between its start and its end.
fn kill(mut child: Child, moment: Duration) {
    std::thread::sleep(moment);
    child.kill().expect("SIGKILL");
    child.wait().expect("it is gone");
}

/// Killed by SIGKILL over and over, a sweep ends with the bytes of one that nobody touched.
#[test]
fn a_killed_sweep_goes_on_to_the_same_bytes() {
    let mut chance = Chance(5);
    let mut kills = 0;
    let mut while_at_work = 0;
    for name in ["s.csv", "s.parquet"] {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = format!("whole-{name}");
        let started = std::time::Instant::now();
        let output = ratelaw(folder.path(), &sweep(&whole, &[]));
        let whole_run = started.elapsed();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let parts = folder.path().join(format!("{name}.parts"));
        for _ in 0..15 {
            let resume = sweep(name, &["--resume"]);
            let child = command(folder.path(), &resume).stdout(Stdio::null()).spawn().expect("the program runs");
            kill(child, whole_run * chance.below(1000) as u32 / 5000);
            kills += 1;
            while_at_work += usize::from(stored(&parts) > 0);
            if folder.path().join(name).exists() {
                // It was done before the kill; once more from the start.
                let bytes = std::fs::read(folder.path().join(name)).expect("the result");
                assert!(bytes == std::fs::read(folder.path().join(&whole)).expect("the whole"), "{name} differs");
                std::fs::remove_file(folder.path().join(name)).expect("removed");
            }
        }
        let output = ratelaw(folder.path(), &sweep(name, &["--resume"]));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("2000 points, 0 failed"), "{}", text(&output.stdout));
        assert!(output.stderr.is_empty(), "progress in a pipe: {}", text(&output.stderr));
        let bytes = |name: &str| std::fs::read(folder.path().join(name)).expect("a result");
        assert!(bytes(name) == bytes(&whole), "{name}: resumed and uninterrupted run differ");
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").flatten().collect();
        assert_eq!(left.len(), 2, "something is left: {left:?}");
    }
    assert_eq!(kills, 30);
    assert!(while_at_work >= 20, "only {while_at_work} kills met a sweep that was begun");
}

/// Ctrl-C: what is finished is stored, the message says how to go on, exit code 130.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly() {
    let folder = tempfile::tempdir().expect("a folder");
    let parts = folder.path().join("s.csv.parts");
    let child = start(folder.path(), &sweep("s.csv", &[]));
    while stored(&parts) == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert!(message.contains("of 125 chunks are stored in `s.csv.parts`; the same command with `--resume` goes on"));
    assert!(!folder.path().join("s.csv").exists());
    let again = ratelaw(folder.path(), &sweep("s.csv", &[]));
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("`--resume`") && text(&again.stderr).contains("`--fresh`"));
    let other = ratelaw(folder.path(), &sweep("s.csv", &["--resume", "--set", "NH3=0.2 M", "--max-steps", "50"]));
    let message = text(&other.stderr);
    assert_eq!(other.status.code(), Some(1));
    assert!(message.contains("initial.NH3 is 100 there, 200 here"), "{message}");
    assert!(message.contains("max_steps is 100000 there, 50 here"), "{message}");
    let done = ratelaw(folder.path(), &sweep("s.csv", &["--resume"]));
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let nothing = ratelaw(folder.path(), &sweep("s.csv", &["--resume"]));
    let shown = text(&done.stdout).replace("wrote s.csv", "s.csv is there and whole; nothing to solve");
    assert_eq!(text(&nothing.stdout), shown);
}

/// Shards on 1 and on 2 threads, merged: the bytes of the whole.
#[test]
fn merged_shards_are_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(ratelaw(folder.path(), &sweep("whole.parquet", &[])).status.code(), Some(0));
    for (shard, threads) in [("1/2", "1"), ("2/2", "2")] {
        let output = ratelaw(folder.path(), &sweep("s.parquet", &["--shard", shard, "--threads", threads]));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    let parts = ["s.parquet.2-of-2.parts", "s.parquet.1-of-2.parts"];
    let lone = ratelaw(folder.path(), &["merge", parts[0], "--out", "s.parquet"]);
    assert_eq!(lone.status.code(), Some(1));
    assert!(text(&lone.stderr).contains("they belong to shard 1/2"), "{}", text(&lone.stderr));
    let again = format!("./{}", parts[1]);
    let twice = ratelaw(folder.path(), &["merge", parts[0], parts[1], &again, "--out", "s.parquet"]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(text(&twice.stderr).contains(&format!("the folder `{again}` is given twice")), "{}", text(&twice.stderr));
    let output = ratelaw(folder.path(), &["merge", parts[0], parts[1], "--out", "s.parquet"]);
    assert_eq!(text(&output.stdout), "2000 points, 0 failed\nwrote s.parquet\n", "{}", text(&output.stderr));
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).expect("a result");
    assert!(bytes("s.parquet") == bytes("whole.parquet"), "merged shards differ from the whole");
}

/// A sampled sweep in so many samples, spread by a method, of the cell's potential and two constants.
fn sampled<'a>(method: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let arguments = [
        "sweep",
        CELL,
        "--vary",
        "potential=1.2,1.9 V",
        "--vary",
        "k2~loguniform(1e3, 1e5 m2/(mol s))",
        "--vary",
        "NH3~normal(100 mM, 20)",
        "--samples",
        "300",
        "--seed",
        "11",
        "--sampling",
        method,
        "--rtol",
        "1e-4",
        "--chunk",
        "20",
        "--out",
        out,
    ];
    [&arguments, more].concat()
}

/// Samples, killed and resumed, and in shards: the bytes of one run.
#[test]
fn a_sampled_sweep_is_resumed_and_sharded() {
    for method in ["sobol", "lhs"] {
        let folder = tempfile::tempdir().expect("a folder");
        let output = ratelaw(folder.path(), &sampled(method, "whole.parquet", &[]));
        assert!(text(&output.stdout).contains("600 points, 0 failed"), "{}", text(&output.stderr));
        let bytes = |name: &str| std::fs::read(folder.path().join(name)).expect("a result");
        let parts = folder.path().join("s.parquet.parts");
        let mut child = command(folder.path(), &sampled(method, "s.parquet", &["--threads", "1"]))
            .stdout(Stdio::null())
            .spawn()
            .expect("the program runs");
        while stored(&parts) < 3 {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().expect("SIGKILL");
        child.wait().expect("it is gone");
        assert!(parts.is_dir(), "it was done before it was killed");
        let another = ratelaw(folder.path(), &sampled("random", "s.parquet", &["--resume"]));
        assert!(text(&another.stderr).contains("method is "), "{}", text(&another.stderr));
        let output = ratelaw(folder.path(), &sampled(method, "s.parquet", &["--resume"]));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(bytes("s.parquet") == bytes("whole.parquet"), "{method}: resumed and uninterrupted run differ");
        for shard in ["1/2", "2/2"] {
            let output = ratelaw(folder.path(), &sampled(method, "t.parquet", &["--shard", shard]));
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        }
        let merge = ["merge", "t.parquet.1-of-2.parts", "t.parquet.2-of-2.parts", "--out", "t.parquet"];
        assert_eq!(ratelaw(folder.path(), &merge).status.code(), Some(0));
        assert!(bytes("t.parquet") == bytes("whole.parquet"), "{method}: merged shards differ from the whole");
    }
}

/// Lanes, threads and vector instructions change no byte of a file.
#[test]
fn lanes_threads_and_instructions_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |name: &str, more: &[&str], narrow: bool| {
        let arguments = sampled("sobol", name, more);
        let chunk = arguments.iter().position(|a| *a == "20").expect("the chunk");
        // Wide enough for all lanes, and for points that enter a lane where another has ended.
        let arguments = [&arguments[..chunk], &["150"], &arguments[chunk + 1..]].concat();
        let mut command = command(folder.path(), &arguments);
        if narrow {
            command.env("RATELAW_NARROW", "1");
        }
        let output = command.output().expect("the program runs");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        std::fs::read(folder.path().join(name)).expect("the result")
    };
    let alone = run("alone.csv", &["--lanes", "1", "--threads", "1"], false);
    for (lanes, threads, narrow) in
        [("8", "1", false), ("16", "2", false), ("32", "1", false), ("1", "2", true), ("16", "1", true)]
    {
        let other = run(&format!("{lanes}-{narrow}.csv"), &["--lanes", lanes, "--threads", threads], narrow);
        assert!(other == alone, "{lanes} lanes, {threads} threads, narrow: {narrow}");
    }
}

/// Values that make no sense, or that no integration survives, beside others: they fail by themselves.
#[test]
fn poisoned_points_leave_the_others_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let points = |poisoned: bool| {
        let mut table = "potential / V,k2 / m2/(mol s),NH3 / mM\n".to_owned();
        for i in 0..40 {
            table.push_str(&format!("{},{},100\n", 1.2 + 0.02 * f64::from(i), 1e3 * f64::from(i + 1)));
            if poisoned {
                table.push_str(
                    ["1.9,1e300,100\n", "1.9,-1,100\n", "1.9,0,100\n", "1.9,2e4,1e300\n", "1e300,2e4,100\n"]
                        [i as usize % 5],
                );
            }
        }
        table
    };
    for (name, poisoned) in [("clean", false), ("poisoned", true)] {
        std::fs::write(folder.path().join(format!("{name}.table.csv")), points(poisoned)).expect("a table");
    }
    let run = |name: &str, lanes: &str| {
        let (table, out) = (format!("{name}.table.csv"), format!("{name}-{lanes}.csv"));
        let arguments = ["sweep", CELL, "--table", &table, "--lanes", lanes, "--chunk", "80", "--out", &out];
        let output = ratelaw(folder.path(), &arguments);
        let rows = std::fs::read_to_string(folder.path().join(out)).expect("the result");
        let rows = rows.lines().filter(|l| !l.starts_with('#')).skip(1).map(str::to_owned).collect::<Vec<_>>();
        (rows, output.status.code())
    };
    let (clean, code) = run("clean", "1");
    assert_eq!((clean.len(), code), (40, Some(0)));
    for lanes in ["1", "8", "32"] {
        let (rows, code) = run("poisoned", lanes);
        assert_eq!((rows.len(), code), (80, Some(3)));
        let good: Vec<String> = rows.iter().step_by(2).cloned().collect();
        assert!(good == clean, "{lanes} lanes: other points have other bits");
        for (i, row) in rows.iter().skip(1).step_by(2).enumerate() {
            let expected = POISON[i % 5];
            assert!(row.contains(expected), "{lanes} lanes: expected {expected} in {row}");
        }
    }
}

/// A limit on the size of files stands for a disk that fills up: the write fails in the middle of a chunk.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_harms_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = |more: &[&'static str]| {
        let axis = ["sweep", "robertson", "--axis", "k1=0.03/s..0.04/s:400", "--t-end", "40 s", "--out", "s.csv"];
        [&axis, more].concat()
    };
    assert_eq!(ratelaw(folder.path(), &arguments(&["--chunk", "100"])).status.code(), Some(0));
    std::fs::rename(folder.path().join("s.csv"), folder.path().join("whole.csv")).expect("renamed");
    // The first sweep stays below the limit until its assembly (about 34 kB; ulimit counts blocks of 512 or 1024 bytes),
    // and so do its chunks.
    let script = "trap '' XFSZ; ulimit -f 20; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .current_dir(folder.path())
        .args(["-c", script, env!("CARGO_BIN_EXE_ratelaw")])
        .args(arguments(&["--chunk", "100"]))
        .output()
        .expect("sh runs");
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("cannot write `s.csv.parts/assembled.tmp`: File too large"), "{message}");
    assert!(message.contains("4 of 4 chunks are stored and unharmed"), "{message}");
    assert!(!folder.path().join("s.csv").exists());
    let output = ratelaw(folder.path(), &arguments(&["--chunk", "100", "--resume"]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).expect("a result");
    assert!(bytes("s.csv") == bytes("whole.csv"));
    // One chunk that does not fit.
    let output = Command::new("sh")
        .current_dir(folder.path())
        .args(["-c", script, env!("CARGO_BIN_EXE_ratelaw")])
        .args(arguments(&["--chunk", "400"]))
        .output()
        .expect("sh runs");
    let message = text(&output.stderr);
    assert!(message.contains("cannot write `s.csv.parts/chunk-00000000`: File too large"), "{message}");
    assert!(message.contains("0 of 1 chunks are stored"), "{message}");
    assert!(bytes("s.csv") == bytes("whole.csv"), "what was there before is harmed");
}
