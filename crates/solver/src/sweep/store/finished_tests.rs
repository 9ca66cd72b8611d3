//! What `--resume` does with a file that is there, and with very many points.

use std::fs;
use std::sync::{Arc, Mutex};

use ratelaw_network::units::Quantity;

use super::super::super::output::{Kind, There, there};
use super::super::super::{Place, Start, StoreError, StoreOptions, sweep_to_file};
use super::{design, folder, options, problem, stopped_by, store_error};
use crate::options::SolveOptions;
use crate::stop_flag::StopFlag;
use crate::sweep::store::manifest::Manifest;
use crate::sweep::store::{Plan, Progress, Shard, merge};
use crate::sweep::{Axis, Design};

fn resume() -> StoreOptions {
    StoreOptions { start: Start::Resume, ..options() }
}

/// No cut, no changed byte and nothing added makes another file that is taken for the result.
#[test]
fn every_cut_and_every_changed_byte_of_a_result_is_seen() {
    for (name, kind) in [("s.csv", Kind::Csv), ("s.parquet", Kind::Parquet)] {
        let folder = folder();
        let path = folder.path().join(name);
        sweep_to_file(&problem(), &design(), &path, &options()).expect("it is stored");
        let bytes = fs::read(&path).expect("the result");
        let mut told = 0;
        let mut check = |bytes: &[u8], what: String| {
            fs::write(&path, bytes).expect("another file");
            match there(&path, kind).expect("it can be read") {
                There::Result { broken: None, .. } => panic!("{name} {what} is taken for whole"),
                There::Result { broken: Some(_), .. } => told += 1,
                There::Foreign | There::Nothing => {}
            }
        };
        for at in (0..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            check(&changed, format!("with byte {at} changed"));
            check(&bytes[..at], format!("cut at {at}"));
        }
        check(&[&bytes[..], b"1"].concat(), "with one byte more".to_owned());
        assert!(told > bytes.len() / 14, "{name}: of {} bytes {told} were told", bytes.len());
        fs::write(&path, &bytes).expect("the result");
        assert!(matches!(there(&path, kind), Ok(There::Result { broken: None, .. })), "{name}");
    }
}

/// A result that lost a line is told and solved again, to the bytes that it had.
#[test]
fn a_damaged_result_is_solved_again() {
    for name in ["s.csv", "s.parquet"] {
        let folder = folder();
        let path = folder.path().join(name);
        sweep_to_file(&problem(), &design(), &path, &options()).expect("it is stored");
        let bytes = fs::read(&path).expect("the result");
        let mut damaged = bytes.clone();
        // In the middle of the values: bytes of a number, in both formats.
        damaged[bytes.len() / 3] ^= 1;
        fs::write(&path, &damaged).expect("a damaged result");
        let notices = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&notices);
        let notice = move |text: &str| heard.lock().expect("no panic").push(text.to_owned());
        let options = StoreOptions { notice: Some(Arc::new(notice)), ..resume() };
        let stored = sweep_to_file(&problem(), &design(), &path, &options).expect("it is solved again");
        assert_eq!((stored.place, stored.summary.points), (Place::File(path.clone()), 66));
        assert!(fs::read(&path).expect("the result") == bytes, "{name} has other bytes");
        let told = notices.lock().expect("no panic");
        assert!(matches!(&told[..], [one] if one.contains("does not have the fingerprint")), "{told:?}");
        let stored = sweep_to_file(&problem(), &design(), &path, &options).expect("it is there");
        assert_eq!(stored.place, Place::Already(path));
    }
}

#[test]
fn a_file_of_another_kind_or_sweep_is_not_written_over() {
    let folder = folder();
    for name in ["s.csv", "s.parquet"] {
        let path = folder.path().join(name);
        fs::write(&path, "day,what\n1,titration\n").expect("a lab book");
        let error = store_error(sweep_to_file(&problem(), &design(), &path, &resume()));
        assert!(matches!(error, StoreError::NotAResult { .. }), "{error}");
        assert!(fs::read_to_string(&path).expect("the lab book").starts_with("day"));
        sweep_to_file(&problem(), &design(), &path, &options()).expect("it is replaced without `--resume`");
        let bytes = fs::read(&path).expect("the result");
        let solve = SolveOptions { rtol: 1e-5, ..SolveOptions::default() };
        let loose = StoreOptions { solve, ..resume() };
        let error = store_error(sweep_to_file(&problem(), &design(), &path, &loose)).to_string();
        assert!(error.contains("is the result of another sweep:\n  method is rodas5p, rtol 1e-6 there, "), "{error}");
        assert!(error.contains("\n  tolerances is rtol 1e-6, resolution 1e-6"), "{error}");
        assert!(fs::read(&path).expect("the result") == bytes, "{name} was written over");
    }
}

/// 10^12 points in as many chunks: a list of them would need 8 TB. Such a sweep begins, stops and goes on like others.
#[test]
fn very_many_points_begin_at_once() {
    let folder = folder();
    let per_second = |v: f64| Quantity::new(v, "1/s").expect("a unit");
    let axis = |name: &str| Axis::range(name, per_second(0.1), per_second(0.2), 1_000_000).expect("an axis");
    let molar = |v: f64| Quantity::new(v, "M").expect("a unit");
    let second = Axis::range("B", molar(0.1), molar(0.2), 1_000_000).expect("an axis");
    let design = Design::grid([axis("k"), second]);
    let path = folder.path().join("s.csv");
    let mut before = 0;
    for (start, shard) in
        [(Start::New, Shard::WHOLE), (Start::Resume, Shard::WHOLE), (Start::New, Shard::new(2, 3).expect("a shard"))]
    {
        let flag = StopFlag::new();
        let solve = stopped_by(&flag);
        let first = before;
        let progress = move |p: Progress| {
            if p.done > first + 5 {
                flag.set();
            }
        };
        let options = StoreOptions {
            start,
            shard,
            chunk: Some(1),
            threads: Some(2),
            solve,
            progress: Some(Arc::new(progress)),
            ..StoreOptions::default()
        };
        let error = store_error(sweep_to_file(&problem(), &design, &path, &options));
        let StoreError::Cancelled { stored, chunks, .. } = error else { panic!("{error}") };
        assert_eq!(chunks, if shard == Shard::WHOLE { 1_000_000_000_000 } else { 333_333_333_333 });
        assert!(stored >= before && stored < 20, "{stored} chunks are stored");
        before = if shard == Shard::WHOLE { stored } else { before };
    }
}

/// The shards have all chunks and all points once, also where there are more shards than chunks.
#[test]
fn shards_count_their_chunks_and_points() {
    for (of, chunk) in [(1, 5), (3, 5), (4, 66), (7, 32), (20, 5)] {
        let options = StoreOptions { chunk: Some(chunk), ..options() };
        let plan = Plan::new(&problem(), &design(), &options).expect("a plan");
        let prepared = plan.prepare().expect("it is sound");
        let manifest = Manifest::new(plan, &prepared, Shard::WHOLE);
        let mut all = Vec::new();
        for i in 1..=of {
            let shard = Shard::new(i, of).expect("a shard");
            let own: Vec<u64> = (0..shard.count(manifest.chunks)).map(|k| shard.chunk(k)).collect();
            assert!(own.iter().all(|c| shard.has(*c)));
            let points: u64 = own.iter().map(|c| manifest.plan.range(*c)).map(|r| r.end - r.start).sum();
            assert_eq!(manifest.points_of(shard), points, "{shard} of chunks of {chunk}");
            all.extend(own);
        }
        all.sort_unstable();
        assert_eq!(all, (0..manifest.chunks).collect::<Vec<_>>());
    }
}

/// A merge that is stopped leaves nothing, and a shard without a point says so.
#[test]
fn a_stopped_merge_leaves_nothing() {
    let folder = folder();
    let path = folder.path().join("s.csv");
    let notices = Arc::new(Mutex::new(Vec::new()));
    let mut parts = Vec::new();
    for i in [1, 15] {
        let heard = Arc::clone(&notices);
        let notice = move |text: &str| heard.lock().expect("no panic").push(text.to_owned());
        let shard = Shard::new(i, 15).expect("a shard");
        let options = StoreOptions { shard, notice: Some(Arc::new(notice)), ..options() };
        let Place::Parts(part) = sweep_to_file(&problem(), &design(), &path, &options).expect("it is stored").place
        else {
            panic!("not a shard");
        };
        parts.push(part);
    }
    // Of 14 chunks, the first shard of 15 has one, and the last none.
    let told = notices.lock().expect("no panic");
    assert!(
        matches!(&told[..], [one] if one.contains("shard 15/15 has no points: the sweep has 14 chunks")),
        "{told:?}"
    );
    let stop = StopFlag::new();
    stop.set();
    let error = merge(&parts, &path, 0, Some(&stop)).expect_err("it is stopped");
    assert!(matches!(error, StoreError::MergeStopped { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 2, "something is left beside the parts");
}
