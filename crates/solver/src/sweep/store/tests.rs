use std::fs;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::{Field, RowAccessor};
use ratelaw_network::Network;
use ratelaw_network::units::Quantity;

use super::super::assemble::assemble;
use super::super::output::Kind;
use super::super::{Progress, WorkItem, merge};
use super::*;
use crate::error::SolveError;
use crate::options::SolveOptions;
use crate::stop_flag::StopFlag;
use crate::sweep::{Axis, SweepOptions, sweep};
use crate::table::{Cell, Format};

#[path = "finished_tests.rs"]
mod finished;

/// A and B react to C, beside an amount that is used up at order zero and so falls below zero.
const MODEL: &str = r#"
[model]
name = "three"
[run]
t_end = "10 s"
feed = "A"
products = ["C"]
[phases.cell]
kind = "solution"
volume = "1 L"
[species]
A = { composition = "waived", initial = "1 M" }
B = { composition = "waived", initial = "0.5 M" }
C = { composition = "waived" }
[parameters]
k = "0.2 1/s"
k0 = "0.01 M/s"
[steps.first]
equation = "A -> C"
k = "k"
[steps.zero]
equation = "B -> C"
k = "k0"
orders = { B = 0 }
[observables]
share = { expression = "[C]/([A] + [C])" }
"#;

fn problem() -> Problem {
    let network = Network::from_toml(MODEL, "three.toml").expect("the model reads");
    Problem::builder(&network).build().expect("a problem")
}

/// Points that fail (a negative constant), that are done, and that have an amount below zero.
fn axes() -> Vec<Axis> {
    let per_second = |v: f64| Quantity::new(v, "1/s").expect("a unit");
    let molar = |v: f64| Quantity::new(v, "mM").expect("a unit");
    vec![
        Axis::range("k", per_second(-0.01), per_second(0.2), 22).expect("an axis"),
        Axis::list("B", [500.0, 50.0, 100.1].map(molar).to_vec()),
    ]
}

fn design() -> Design {
    Design::grid(axes())
}

fn options() -> StoreOptions {
    StoreOptions { chunk: Some(5), amounts: true, ..StoreOptions::default() }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn store_error(result: Result<Stored>) -> StoreError {
    match result {
        Err(SolveError::Store(error)) => error,
        other => panic!("no error of the store: {other:?}"),
    }
}

/// The rows of the CSV file are those of the sweep in memory, to the last byte; only the notes have more.
#[test]
fn the_csv_file_is_the_table_of_the_sweep() {
    let folder = folder();
    let path = folder.path().join("s.csv");
    let stored = sweep_to_file(&problem(), &design(), &path, &options()).expect("it is stored");
    let memory = sweep(&problem(), &axes(), &SweepOptions::default()).expect("it is swept");
    let rows = |text: &str| text.lines().filter(|l| !l.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    let text = fs::read_to_string(&path).expect("the file");
    let table = memory.table();
    assert_eq!(rows(&text), rows(&table.to_text(Format::Csv)));
    for (key, value) in &table.notes {
        assert!(text.contains(&format!("# {key}: {value}\n")), "{key}");
    }
    assert_eq!(stored.summary, memory.summary());
    // One negative constant for each B; B of 50 mM is used up after 5 s.
    assert_eq!((stored.summary.points, stored.summary.failed, stored.summary.negative), (66, 3, 21));
    assert_eq!(stored.summary.causes[0].first, "k = -0.01 1/s, B = 500 mM");
    assert_eq!(stored.table.rows.len(), 21);
    assert_eq!((&stored.table.rows[0], &stored.table.rows[20]), (&table.rows[0], &table.rows[65]));
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "something is left beside the file");
}

/// Read back by the reader of the crate: each value has the bits that the sweep in memory has.
#[test]
fn the_parquet_file_holds_the_sweep() {
    let folder = folder();
    let path = folder.path().join("s.parquet");
    sweep_to_file(&problem(), &design(), &path, &options()).expect("it is stored");
    let table = sweep(&problem(), &axes(), &SweepOptions::default()).expect("it is swept").table();
    let reader = SerializedFileReader::new(fs::File::open(&path).expect("the file")).expect("a Parquet file");
    let schema = reader.metadata().file_metadata().schema().get_fields().to_vec();
    let names: Vec<&str> = schema.iter().map(|f| f.name()).collect();
    assert_eq!(names, table.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>());
    let mut count = 0;
    for (row, expected) in reader.get_row_iter(None).expect("rows").zip(&table.rows) {
        let row = row.expect("a row");
        count += 1;
        for (i, cell) in expected.iter().enumerate() {
            let field = row.get_column_iter().nth(i).expect("a column").1;
            match (field, cell) {
                (Field::Null, Cell::Empty) => {}
                (Field::Double(_), Cell::Number(v)) => {
                    assert_eq!(row.get_double(i).expect("a number").to_bits(), v.to_bits(), "{}", names[i]);
                }
                (Field::Long(n), Cell::Number(v)) => assert_eq!(*n as f64, *v, "{}", names[i]),
                (Field::Str(text), Cell::Text(cell)) => assert_eq!(text, cell, "{}", names[i]),
                other => panic!("{}: {other:?}", names[i]),
            }
        }
    }
    assert_eq!(count, 66);
    let notes = reader.metadata().file_metadata().key_value_metadata().expect("notes");
    let note = |key: &str| notes.iter().find(|n| n.key == key).and_then(|n| n.value.as_deref()).unwrap_or_default();
    assert!(note("units").starts_with(r#"{"k":"1/s","B":"mM","A":"mM""#), "{}", note("units"));
    assert_eq!((note("model"), note("points"), note("seed")), ("three", "66", "none"));
    assert_eq!(note("tolerances"), "rtol 1e-6, resolution 1e-6, max_steps 100000");
    assert_eq!(note("design"), "k=-0.01 1/s..0.2 1/s:22 x B=500 mM, 50 mM, 100.1 mM");
    assert_eq!((note("model_sha256").len(), note("plan_sha256").len()), (64, 64));
}

/// A sweep that is stopped after some points goes on, and gives the same bytes; what was stored is not solved again.
#[test]
fn a_stopped_sweep_goes_on() {
    for name in ["s.csv", "s.parquet"] {
        let folder = folder();
        let (whole, path) = (folder.path().join(format!("whole-{name}")), folder.path().join(name));
        sweep_to_file(&problem(), &design(), &whole, &options()).expect("it is stored");
        let mut solved = 0;
        for stop in [1, 12, 30] {
            let flag = StopFlag::new();
            let calls = Arc::new(AtomicU64::new(0));
            let (solve, count) = (stopped_by(&flag), Arc::clone(&calls));
            let progress = move |_: Progress| {
                if count.fetch_add(1, Ordering::Relaxed) + 1 >= stop {
                    flag.set();
                }
            };
            let start = if stop == 1 { Start::New } else { Start::Resume };
            let options =
                StoreOptions { start, threads: Some(1), solve, progress: Some(Arc::new(progress)), ..options() };
            let error = store_error(sweep_to_file(&problem(), &design(), &path, &options));
            let StoreError::Cancelled { stored, chunks: 14, .. } = error else { panic!("{error}") };
            assert!(stored >= solved, "{stored} of {solved} chunks are left");
            solved = stored;
            assert!(!path.exists());
        }
        assert!(solved >= 5, "only {solved} chunks were stored");
        let error = store_error(sweep_to_file(&problem(), &design(), &path, &options()));
        assert!(matches!(error, StoreError::Begun { .. }), "{error}");
        let resume = StoreOptions { start: Start::Resume, ..options() };
        let stored = sweep_to_file(&problem(), &design(), &path, &resume).expect("it is finished");
        assert_eq!(stored.summary.points, 66);
        let finished = stored;
        assert!(fs::read(&whole).expect("one run") == fs::read(&path).expect("several runs"), "{name} differs");
        // A finished sweep is not begun again; what came of it is read from the file.
        let stored = sweep_to_file(&problem(), &design(), &path, &resume).expect("it is there");
        assert_eq!(stored, Stored { place: Place::Already(path), ..finished });
    }
}

/// Options of points that a flag stops.
fn stopped_by(flag: &StopFlag) -> SolveOptions {
    SolveOptions { stop: Some(flag.clone()), ..options().solve }
}

/// Stops a sweep before its last chunk and gives its folder.
fn begun(path: &Path) -> PathBuf {
    let flag = StopFlag::new();
    let solve = stopped_by(&flag);
    let progress = move |p: Progress| {
        if p.done >= 50 {
            flag.set();
        }
    };
    let options = StoreOptions { threads: Some(1), solve, progress: Some(Arc::new(progress)), ..options() };
    let StoreError::Cancelled { folder, .. } = store_error(sweep_to_file(&problem(), &design(), path, &options)) else {
        panic!("it was not cancelled");
    };
    folder
}

#[test]
fn a_damaged_chunk_is_solved_again() {
    let folder = folder();
    let (whole, path) = (folder.path().join("whole.csv"), folder.path().join("s.csv"));
    sweep_to_file(&problem(), &design(), &whole, &options()).expect("it is stored");
    let parts = begun(&path);
    let chunks: Vec<PathBuf> = fs::read_dir(&parts)
        .expect("the folder")
        .map(|e| e.expect("a file").path())
        .filter(|p| p.to_string_lossy().contains("chunk-"))
        .collect();
    assert!(chunks.len() > 4);
    let bytes = fs::read(&chunks[0]).expect("a chunk");
    fs::write(&chunks[0], &bytes[..bytes.len() / 2]).expect("a torn chunk");
    let mut changed = fs::read(&chunks[1]).expect("a chunk");
    changed[150] ^= 4;
    fs::write(&chunks[1], changed).expect("a changed chunk");
    // A whole chunk under the number of another.
    fs::copy(&chunks[3], &chunks[2]).expect("a wrong chunk");
    fs::write(chunks[3].with_extension("tmp"), b"half").expect("a chunk that was being written");
    let resume = StoreOptions { start: Start::Resume, ..options() };
    sweep_to_file(&problem(), &design(), &path, &resume).expect("it is finished");
    assert!(fs::read(&whole).expect("one run") == fs::read(&path).expect("several runs"));
}

#[test]
fn another_sweep_is_not_gone_on_with() {
    let folder = folder();
    let path = folder.path().join("s.csv");
    begun(&path);
    let resume = StoreOptions { start: Start::Resume, ..options() };
    let loose = StoreOptions { solve: SolveOptions { rtol: 1e-5, ..SolveOptions::default() }, ..resume.clone() };
    let error = store_error(sweep_to_file(&problem(), &design(), &path, &loose)).to_string();
    assert!(error.contains("holds another sweep:\n  rtol is 1e-6 there, 1e-5 here\n"), "{error}");
    let fewer = &Design::grid(axes().into_iter().take(1));
    let error = store_error(sweep_to_file(&problem(), fewer, &path, &resume)).to_string();
    assert!(error.contains("design.blocks is "), "{error}");
    let text = MODEL
        .replace("A -> C\"\nk = \"k\"", "A -> C\"\nk = \"k\"\norders = { A = 1.5 }")
        .replace("0.2 1/s", "0.2 M^-0.5/s");
    let network = Network::from_toml(&text, "other.toml").expect("the model reads");
    let other = Problem::builder(&network).build().expect("a problem");
    let of_other = Design::grid([Axis::list("B", vec![Quantity::new(1.0, "mM").expect("a unit")])]);
    let error = store_error(sweep_to_file(&other, &of_other, &path, &resume)).to_string();
    assert!(error.contains("the model has `"), "{error}");
    let fresh = StoreOptions { start: Start::Fresh, ..loose };
    sweep_to_file(&problem(), &design(), &path, &fresh).expect("it begins anew");
    assert!(fs::read_to_string(&path).expect("the file").contains("rtol 1e-5"));
    assert!(!folder.path().join("s.csv.parts").exists());
}

#[test]
fn shards_make_the_whole() {
    for name in ["s.csv", "s.parquet"] {
        let folder = folder();
        let (whole, path) = (folder.path().join(format!("whole-{name}")), folder.path().join(name));
        sweep_to_file(&problem(), &design(), &whole, &options()).expect("it is stored");
        let mut parts = Vec::new();
        let mut points = 0;
        for i in 1..=3 {
            let options = StoreOptions { shard: Shard::new(i, 3).expect("a shard"), ..options() };
            let stored = sweep_to_file(&problem(), &design(), &path, &options).expect("it is stored");
            let Place::Parts(folder) = stored.place else { panic!("a shard wrote {:?}", stored.place) };
            points += stored.summary.points;
            parts.push(folder);
        }
        assert_eq!(points, 66);
        let error = merge(&parts[..2], &path, 0, None).expect_err("a part is missing").to_string();
        // Chunks 2, 5, 8 and 11 of 14.
        assert!(
            error.starts_with("4 of 14 chunks are not there or damaged: 2, 5, 8, 11; they belong to shard 3/3"),
            "{error}"
        );
        assert!(!path.exists());
        parts.reverse();
        assert_eq!(merge(&parts, &path, 0, None).expect("all parts").summary.points, 66);
        assert!(fs::read(&whole).expect("one run") == fs::read(&path).expect("shards"), "{name} differs");
        let loose = StoreOptions { amounts: false, shard: Shard::new(1, 3).expect("a shard"), ..options() };
        let other = folder.path().join(format!("other-{name}"));
        let Place::Parts(other) = sweep_to_file(&problem(), &design(), other, &loose).expect("it is stored").place
        else {
            panic!("not a shard");
        };
        let error = merge(&[&parts[0], &other], &path, 0, None).expect_err("two sweeps").to_string();
        assert!(error.contains("amounts is true in the first, false in the second"), "{error}");
    }
    for wrong in ["0/3", "4/3", "1", "a/b", "-1/2"] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
}

/// A chunk that is solved from JSON, as a machine elsewhere would, is the file that the run itself writes.
#[test]
fn a_work_item_survives_json() {
    let folder = folder();
    let path = folder.path().join("s.csv");
    let parts = begun(&path);
    let plan = Plan::new(&problem(), &design(), &options()).expect("a plan");
    let item = WorkItem { plan, chunk: 2 };
    let text = serde_json::to_string(&item).expect("JSON");
    let item: WorkItem = serde_json::from_str(&text).expect("a work item");
    let (name, bytes) = item.file().expect("it is solved");
    assert!(fs::read(parts.join(name)).expect("the chunk") == bytes);
    assert_eq!(item.solve().expect("it is solved").len(), 5);
    assert!(WorkItem { chunk: 14, ..item }.solve().is_err());
}

/// With as many slow chunks as one likes, no more are in memory than there are threads.
#[test]
fn memory_is_bounded_by_the_threads() {
    for threads in [1, 2, 3] {
        let folder = folder();
        let options = StoreOptions { chunk: Some(1), ..options() };
        let plan = Plan::new(&problem(), &design(), &options).expect("a plan");
        let prepared = plan.prepare().expect("it is sound");
        let manifest = Manifest::new(plan, &prepared, Shard::WHOLE);
        let parts = Folder::begin(&folder.path().join("parts"), manifest, Start::New).expect("a folder");
        let target = Target::new(&folder.path().join("s.csv")).expect("a target");
        let many = ManyOptions { threads: Some(threads), lanes: None };
        let (stored, peak) =
            many.on_threads(|| work(&prepared, parts, &target, &options)).expect("threads").expect("it runs");
        assert_eq!(stored.summary.points, 66);
        assert!((1..=threads).contains(&peak), "{peak} chunks at once by {threads} threads");
    }
}

/// A disk of so many bytes.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_said() {
    let folder = folder();
    let parts = begun(&folder.path().join("s.csv"));
    let resume = StoreOptions { start: Start::Resume, shard: Shard::WHOLE, ..options() };
    let plan = Plan::new(&problem(), &design(), &resume).expect("a plan");
    let prepared = plan.prepare().expect("it is sound");
    let manifest = Manifest::new(plan.clone(), &prepared, Shard::WHOLE);
    let opened = Folder::begin(&parts, manifest, Start::Resume).expect("the folder");
    for chunk in 0..plan.chunks() {
        let rows: Vec<_> = WorkItem { plan: plan.clone(), chunk }.solve().expect("it is solved");
        let rows: Vec<_> = rows.iter().map(|row| prepared.layout.cells(row)).collect();
        opened.write(chunk, &rows).expect("it is stored");
    }
    // Another run at the same folder is kept out meanwhile.
    let error = store_error(sweep_to_file(&problem(), &design(), folder.path().join("s.csv"), &resume));
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    let folders = [opened];
    let wish = Wish { sample: 0, cancelled: &|| false };
    for kind in [Kind::Csv, Kind::Parquet] {
        let size = {
            let mut disk = Disk(1 << 20);
            assemble(&folders, kind, &mut disk, &wish).expect("room enough");
            (1 << 20) - disk.0
        };
        for room in [0, size / 2, size - 1] {
            match assemble(&folders, kind, Disk(room), &wish).map(|_| ()) {
                Err(Halt::Io(e)) => assert_eq!(e.kind(), io::ErrorKind::StorageFull),
                other => panic!("{room} of {size} bytes: {other:?}"),
            }
        }
    }
}

/// The folder goes away while the sweep runs: said, with its name.
#[test]
fn a_vanished_folder_is_said() {
    let folder = folder();
    let path = folder.path().join("s.csv");
    let parts = folder.path().join("s.csv.parts");
    let gone = parts.clone();
    let progress = move |p: Progress| {
        if p.done == 20 {
            let _ = fs::remove_dir_all(&gone);
        }
    };
    let options = StoreOptions { threads: Some(1), progress: Some(Arc::new(progress)), ..options() };
    let error = store_error(sweep_to_file(&problem(), &design(), &path, &options));
    assert!(matches!(&error, StoreError::Vanished { folder } if folder.ends_with("s.csv.parts")), "{error}");
    assert!(!path.exists());
}

#[test]
fn names_that_cannot_be_written_are_refused_before_work() {
    let folder = folder();
    let worked = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&worked);
    let progress = move |_: Progress| flag.store(true, Ordering::Relaxed);
    let options = StoreOptions { progress: Some(Arc::new(progress)), ..options() };
    fs::create_dir(folder.path().join("d.csv")).expect("a folder");
    fs::create_dir(folder.path().join("f.csv.parts")).expect("a folder");
    fs::write(folder.path().join("f.csv.parts/thesis.txt"), "mine").expect("a file");
    fs::write(folder.path().join("g.csv.parts"), "mine").expect("a file");
    for (name, part) in [
        ("s.txt", "a name that ends in .parquet or .csv"),
        ("s", "a name that ends in .parquet or .csv"),
        ("none/s.csv", "there is no folder"),
        ("d.csv", "it is there, and not a file"),
        ("f.csv", "it has no manifest.json, but `thesis.txt`"),
        ("g.csv", "cannot make the folder"),
    ] {
        for start in [Start::New, Start::Resume, Start::Fresh] {
            let options = StoreOptions { start, ..options.clone() };
            let error =
                store_error(sweep_to_file(&problem(), &design(), folder.path().join(name), &options)).to_string();
            assert!(error.contains(part), "{name}: {error}");
        }
    }
    assert!(!worked.load(Ordering::Relaxed), "points were solved for a file that cannot be written");
    assert!(folder.path().join("f.csv.parts/thesis.txt").is_file());
    for chunk in [0, 1 << 40] {
        let options = StoreOptions { chunk: Some(chunk), ..StoreOptions::default() };
        assert!(matches!(Plan::new(&problem(), &design(), &options), Err(SolveError::OutOfRange { .. })));
    }
    let twice = Design::grid([axes(), axes()].concat());
    assert!(matches!(Plan::new(&problem(), &twice, &options), Err(SolveError::OutOfRange { .. })));
}

/// Points that are wrong by different numbers are wrong of one thing; of different things, of several.
#[test]
fn causes_are_told_apart_by_what_is_wrong() {
    let folder = folder();
    let per_second = |v: f64| Quantity::new(v, "1/s").expect("a unit");
    let axes = [
        Axis::range("k", per_second(-0.02), per_second(0.02), 5).expect("an axis"),
        Axis::list("B", vec![Quantity::new(-1.0, "mM").expect("a unit"), Quantity::new(1.0, "M").expect("a unit")]),
    ];
    let stored =
        sweep_to_file(&problem(), &Design::grid(axes), folder.path().join("s.csv"), &options()).expect("it is stored");
    let counts: Vec<u64> = stored.summary.causes.iter().map(|c| c.count).collect();
    // Five points with B below zero, and of the others two with k below zero.
    assert_eq!((counts, stored.summary.failed), (vec![5, 2], 7), "{:?}", stored.summary);
}

/// A link keeps pointing where it did, and what it points at has the result.
#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = folder();
    let (target, link) = (folder.path().join("target.csv"), folder.path().join("s.csv"));
    fs::write(&target, "before").expect("a file");
    std::os::unix::fs::symlink(&target, &link).expect("a link");
    sweep_to_file(&problem(), &design(), &link, &options()).expect("it is stored");
    assert!(link.is_symlink() && fs::read_to_string(&target).expect("the result").starts_with("# model: three"));
    let device = folder.path().join("full.csv");
    std::os::unix::fs::symlink("/dev/null", &device).expect("a link");
    let error = store_error(sweep_to_file(&problem(), &design(), &device, &options())).to_string();
    assert!(error.contains("it is there, and not a file"), "{error}");
}

/// A limit of steps is a cause like others, with the steps that were spent on the point.
#[test]
fn a_limit_of_steps_ends_a_point() {
    let folder = folder();
    let solve = SolveOptions { max_steps: 3, ..SolveOptions::default() };
    let options = StoreOptions { solve, ..options() };
    let stored = sweep_to_file(&problem(), &design(), folder.path().join("s.csv"), &options).expect("it is stored");
    let cause = &stored.summary.causes[0];
    assert_eq!((cause.status.as_str(), cause.count), ("too_many_steps", 63));
    let row = &stored.table.rows[20];
    let steps = row[row.len() - 2..].iter().filter_map(|c| if let Cell::Number(n) = c { Some(*n) } else { None });
    assert_eq!(steps.sum::<f64>(), 3.0);
}

/// Folders and chunks of the same points, whatever the number of them.
#[test]
fn chunks_cover_all_points_once() {
    let per_second = |v: f64| Quantity::new(v, "1/s").expect("a unit");
    for (points, chunk) in [(1, 32), (8192, 32), (8193, 64), (10_000, 64), (100_000, 512), (1_000_000, 4096)] {
        let axis = Axis::range("k", per_second(0.1), per_second(0.2), points).expect("an axis");
        let plan = Plan::new(&problem(), &Design::grid([axis]), &StoreOptions::default()).expect("a plan");
        let ranges: Vec<_> = (0..plan.chunks()).map(|c| plan.range(c)).collect();
        assert!(ranges.windows(2).all(|w| w[0].end == w[1].start && w[0].end - w[0].start == chunk));
        assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, points as u64));
        let last = plan.prepare().expect("it is sound").points.values(points as u64 - 1);
        assert_eq!(last, [if points == 1 { 0.1 } else { 0.2 }]);
    }
}
