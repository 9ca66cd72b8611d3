//! `ratelaw fit` does what it says, on the shipped models and data.

mod program;

use std::path::Path;

use program::{done, json, ratelaw};

/// Certified by ordinary least squares on the 40 values of Fuguitt and Hawkins (1947): constants and standard
/// errors (s2 = SSE/35), per minute; SSE 19.872166934.
#[test]
fn alpha_pinene_to_eight_digits() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/fuguitt-hawkins-1947-alpha-pinene-189C.csv");
    let table = json(&[
        "fit",
        "alpha-pinene",
        "--data",
        data,
        "--starts",
        "1",
        "--rtol",
        "1e-10",
        "--out",
        "-",
        "--format",
        "json",
    ]);
    let sse = table["sse"].as_f64().expect("the SSE");
    assert!((sse - 19.872166934247215).abs() < 1e-8, "SSE {sse}");
    let certified = [
        (5.92584877332400e-5, 5.0712e-7),
        (2.96340211343621e-5, 4.9111e-7),
        (2.04728401128039e-5, 3.0950e-6),
        (2.74467931457317e-4, 2.3207e-5),
        (3.99794994705403e-5, 8.3840e-6),
    ];
    for (i, (value, error)) in certified.iter().enumerate() {
        let found = table["parameters"][i]["value"].as_f64().expect("a value");
        let found_error = table["parameters"][i]["standard_error"].as_f64().expect("a standard error");
        assert!((found / value - 1.0).abs() < 1e-8, "p{}: {found:e}", i + 1);
        // The certified errors are printed to five digits.
        assert!((found_error / error - 1.0).abs() < 5e-5, "s.e. of p{}: {found_error:e}", i + 1);
    }
    // p4 and p5, the two directions of one step, are the most correlated pair.
    let matrix = &table["correlation"]["matrix"];
    assert!((matrix[3][4].as_f64().expect("a correlation") - 0.798).abs() < 1e-3);
}

/// The synthetic data state 1 % for each datum, and scatter by 1.18 times that (chi-squared over its degrees): as
/// weights alone they give the same value with an error larger by that factor.
#[test]
fn noise_and_loss_can_be_chosen() {
    let k2 = |options: &[&str]| {
        let data = [
            "fit",
            "jia-2024-two-step",
            "--data",
            "synthetic-jia-2024-two-step.csv",
            "--free",
            "k2=1e-5 1/s..1e-3 1/s",
        ];
        let table = json(&[&data, options, &["--out", "-", "--format", "json"]].concat());
        let p = &table["parameters"][0];
        let degrees = table["degrees_of_freedom"].as_f64().expect("a number");
        let spread = (table["sse"].as_f64().expect("a number") / degrees).sqrt();
        (p["value"].as_f64().expect("a number"), p["standard_error"].as_f64().expect("a number"), spread)
    };
    let (stated, common) = (k2(&[]), k2(&["--noise", "common"]));
    assert!((stated.0 / common.0 - 1.0).abs() < 1e-9, "{stated:?} {common:?}");
    assert!((common.1 / stated.1 / stated.2 - 1.0).abs() < 1e-6, "{stated:?} {common:?}");
    // Well-behaved data: a robust loss stays within a standard error.
    let robust = k2(&["--loss", "huber:1.345"]);
    assert!((robust.0 - stated.0).abs() < stated.1, "{robust:?} {stated:?}");
}

/// One iteration from the usual start leads nowhere near the minimum (SSE 49.391 there): the values are printed, with a
/// warning, and the exit says that the work is not done.
#[test]
fn a_fit_that_does_not_converge_says_so_and_exits_3() {
    let data = "fuguitt-hawkins-1947-alpha-pinene-189C.csv";
    let arguments = ["fit", "alpha-pinene", "--data", data, "--starts", "1", "--max-iterations", "1"];
    let output = ratelaw(Path::new("."), &arguments);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("DID NOT CONVERGE") && text.contains("the limit of iterations was reached"), "{text}");
}

#[test]
fn the_two_step_fit_says_what_the_data_cannot_tell() {
    let text = done(&["fit", "jia-2024-two-step", "--data", "synthetic-jia-2024-two-step.csv"]);
    assert!(text.contains("k1 is only bounded from below"), "{text}");
    assert!(text.contains("k1 and k2 can be exchanged"), "{text}");
    let k2 = text.lines().find(|l| l.starts_with("k2")).expect("a line for k2");
    assert!(k2.contains("determined, 95 %"), "{k2}");
    let value: f64 = k2.split_whitespace().nth(1).and_then(|v| v.parse().ok()).expect("a value");
    // The truth of the synthetic data is 1.17e-4; their standard error is 1.6e-6.
    assert!((value - 1.17e-4).abs() < 3.0 * 1.7e-6, "{value}");
}

/// Data and prior as two measurements of k2 with equal errors: the value is their mean, and the error smaller by the root
/// of 2. The linear model holds to a tenth of a standard error, which is 1.4 % of the value.
#[test]
fn a_prior_counts_as_a_measurement() {
    let fit = ["fit", "jia-2024-two-step", "--data", "synthetic-jia-2024-two-step.csv", "--free", "k2=1e-5/s..1e-3/s"];
    let k2 = |prior: &[&str]| {
        let report = json(&[&fit[..], prior, &["--out", "-", "--format", "json"]].concat());
        let p = report["parameters"][0].clone();
        let number = |key: &str| p[key].as_f64().expect("a number");
        (number("value"), number("standard_error"), p["prior"].clone(), report["remarks"].to_string())
    };
    let (value, error, none, _) = k2(&[]);
    assert!(none.is_null());
    let (with, smaller, prior, remarks) = k2(&["--prior", &format!("k2~normal({} 1/s, {error})", value - 2.0 * error)]);
    assert!((with - (value - error)).abs() < 0.1 * error, "{with} {value} {error}");
    assert!((smaller * 2.0_f64.sqrt() / error - 1.0).abs() < 0.1, "{smaller} {error}");
    assert!(prior["kind"] == "normal" && prior["sd"] == error, "{prior}");
    assert!(remarks.contains("k2 has a prior (normal, mean 1.1"), "{remarks}");
    // The same on the logarithmic scale, in a unit of its own.
    let median = format!("k2~lognormal({} 1/min, {})", 60.0 * (value - 2.0 * error), 1.0 + error / value);
    let (with, _, prior, _) = k2(&["--prior", &median]);
    assert!((with - (value - error)).abs() < 0.1 * error, "{with} {value} {error}");
    assert_eq!((&prior["kind"], prior["median"].is_number()), (&"lognormal".into(), true));
}

#[test]
fn a_wrong_prior_is_refused_before_any_work() {
    let refused = |prior: &[&str], code: i32, said: &str| {
        let fit = ["fit", "jia-2024-two-step", "--data", "synthetic-jia-2024-two-step.csv"];
        let output = ratelaw(Path::new("."), &[&fit[..], prior].concat());
        let message = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(message.contains(said) && output.stdout.is_empty(), "{said}: {message}");
    };
    let misspelt = "the prior of `K2`, which is not free; did you mean `k2`?";
    refused(&["--free", "k2", "--prior", "K2~normal(1e-4 1/s, 1e-5)"], 1, misspelt);
    let other = "the prior of `NH3`, which is not free; free are k2";
    refused(&["--free", "k2", "--prior", "NH3~normal(100 mM, 1 mM)"], 1, other);
    refused(&["--prior", "k2~normal(1e-4 V, 1e-5)"], 1, "the prior of `k2`");
    refused(&["--prior", "k2~lognormal(1e-4 1/s, 0.5)"], 1, "a factor above one");
    refused(&["--prior", "k2~normal(1e-4 1/s, 0)"], 1, "a standard deviation above zero");
    let twice = ["--prior", "k2~normal(1e-4 1/s, 1e-5)", "--prior", "k2~lognormal(1e-4 1/s, 2)"];
    refused(&twice, 1, "`k2` has two priors");
    refused(&["--prior", "k2=1e-4 1/s"], 2, "expected NAME~normal(MEAN, DEVIATION)");
    refused(&["--prior", "k2~uniform(1e-4 1/s, 1e-3)"], 2, "is no prior that a sum of squares can hold");
}
