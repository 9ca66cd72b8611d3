//! What `--resume` does with a file that is there.

use std::fs;
use std::sync::{Arc, Mutex};

use super::super::super::output::{Kind, There, there};
use super::super::super::{Place, Start, StoreError, StoreOptions, sweep_to_file};
use super::{design, folder, options, problem, store_error};
use crate::options::SolveOptions;

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
