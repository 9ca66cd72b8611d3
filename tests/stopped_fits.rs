//! A request to stop ends a fit soon, and what is finished is reported.

mod problems;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use problems::alpha_pinene;
use ratelaw::fit::{BootstrapOptions, bootstrap};
use ratelaw::prelude::*;
use ratelaw::solver::StopFlag;

const STARTS: usize = 12;

fn constants() -> [Free; 5] {
    ["p1", "p2", "p3", "p4", "p5"].map(Free::new)
}

/// Options under which the user asks to stop when so many parts of the work (starts, then profiles) are done.
fn stopped_after(parts: usize) -> FitOptions {
    let (flag, done) = (StopFlag::new(), AtomicUsize::new(0));
    let stop = Some(flag.clone());
    if parts == 0 {
        flag.set();
    }
    let progress = move |_, _| {
        if 1 + done.fetch_add(1, Ordering::Relaxed) >= parts {
            flag.set();
        }
    };
    FitOptions { starts: STARTS, stop, progress: Some(Arc::new(progress)), ..FitOptions::default() }
}

#[test]
fn finished_starts_count_and_the_others_are_said() {
    let report = fit(&[alpha_pinene()], &constants(), &stopped_after(1)).unwrap();
    let unfinished = report.unfinished_starts();
    // One start ends before the others are asked for another point, or some with it.
    assert!((1..STARTS).contains(&unfinished) && report.stopped() && report.converged, "{report}");
    // The reported minimum is the lowest of all starts, also of those on their way: tests/estimation.rs has its source.
    assert!((report.sse / 19.872_166_934 - 1.0).abs() < 1e-9, "{report}");
    assert!(report.parameters.iter().all(|p| p.verdict == Verdict::Stopped && p.verdict.limits() == (None, None)));
    let text = report.to_string();
    for said in [
        "STOPPED BY REQUEST",
        &format!("{unfinished} of 12 starts had not ended"),
        "p1, p2, p3, p4 and p5 without limits and verdict",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    let json = report.to_json();
    assert_eq!((json["stopped"].as_bool(), json["unfinished_starts"].as_u64()), (Some(true), Some(unfinished as u64)));
}

#[test]
fn finished_profiles_keep_their_limits() {
    let whole = fit(&[alpha_pinene()], &constants(), &FitOptions { starts: STARTS, ..FitOptions::default() }).unwrap();
    assert!(!whole.stopped() && whole.to_json()["stopped"] == false);
    let report = fit(&[alpha_pinene()], &constants(), &stopped_after(STARTS + 1)).unwrap();
    assert_eq!((report.unfinished_starts(), report.stopped(), report.sse), (0, true, whole.sse));
    let without = report.parameters.iter().filter(|p| p.verdict == Verdict::Stopped).count();
    // Profiles are made side by side, so more than one may have ended.
    assert!((1..5).contains(&without), "{report}");
    for (p, of_whole) in report.parameters.iter().zip(&whole.parameters).filter(|(p, _)| p.verdict != Verdict::Stopped)
    {
        assert_eq!((p.verdict, &p.profile), (of_whole.verdict, &of_whole.profile));
    }
}

/// Stopped before a second point of any start: the lowest of them is taken to its end all the same.
#[test]
fn the_lowest_start_ends_in_any_case() {
    let report = fit(&[alpha_pinene()], &constants(), &stopped_after(0)).unwrap();
    assert_eq!((report.unfinished_starts(), report.stopped(), report.converged), (STARTS, true, true));
    let lowest = report.starts.iter().filter_map(|s| s.sse).fold(f64::INFINITY, f64::min);
    assert!(report.sse < 0.5 * lowest, "{report}");
    assert!(report.parameters.iter().all(|p| p.verdict == Verdict::Stopped), "{report}");
}

/// 600 data sets are three groups that are fitted side by side.
#[test]
fn a_bootstrap_uses_the_samples_that_are_finished() {
    let flag = StopFlag::new();
    let options = FitOptions { starts: 1, stop: Some(flag.clone()), ..FitOptions::default() };
    let report = fit(&[alpha_pinene()], &constants(), &options).unwrap();
    flag.set();
    let none = bootstrap(&report, &BootstrapOptions { replicates: 600, ..BootstrapOptions::default() }).unwrap();
    assert_eq!((none.samples.len(), none.failed, none.unfinished), (0, 0, 600));
    assert_eq!((none.interval(0, 0.95), none.standard_error(0)), (None, None));
    assert!(none.methods().contains("600 were asked for"), "{}", none.methods());
    assert_eq!(report.bootstrap_json(&none)["unfinished"], 600);
}
