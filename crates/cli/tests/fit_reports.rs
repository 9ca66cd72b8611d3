//! What `ratelaw fit` writes beside its table, and `ratelaw compare`.

mod program;

use std::path::Path;

use program::{done, json, ratelaw};
use ratelaw::fit::{BootstrapOptions, Resampling, bootstrap, compare};
use ratelaw::prelude::*;
use ratelaw::{data, models};
use serde_json::Value;

const MODEL: &str = "jia-2024-two-step";
const DATA: &str = "synthetic-jia-2024-two-step.csv";
const PINENE: &str = "fuguitt-hawkins-1947-alpha-pinene-189C.csv";

/// The fit of the synthetic yields by the library, with the parameters that are named free.
fn library(names: &[&str]) -> FitReport {
    let network = models::find(MODEL).expect("the model").network().expect("a network");
    let text = data::find(DATA).expect("the data").text;
    let dataset = Dataset::from_text(text, DATA).expect("data");
    let problem = Problem::builder(&network).until(Hours(10.0)).build().expect("a problem");
    let free: Vec<Free> = names.iter().map(|n| Free::new(n)).collect();
    fit(&[Experiment::new(problem, dataset).expect("an experiment")], &free, &FitOptions::default()).expect("a fit")
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
}

/// The report as JSON, on standard output, with further options.
fn report(more: &[&str]) -> Value {
    json(&[&["fit", MODEL, "--data", DATA, "--out", "-", "--format", "json"], more].concat())
}

#[test]
fn every_plot_has_a_plain_name_and_its_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let plots = folder.path().join("new");
    let arguments = ["fit", "alpha-pinene", "--data", PINENE, "--starts", "4", "--plots", "new"];
    let output = ratelaw(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("text");
    let expected: [(&str, &[&str]); 9] = [
        ("data-1", &["bars: ± 1 s.d. (estimated); bands: 95 % prediction", "time / d", "allo_ocimene", "<polygon"]),
        ("residuals", &["(model − measured) / s.d.", "1.96", "dipentene", "time / d"]),
        ("profile-p1", &["Profile likelihood of p1", "p1 / 1/min", "rise of the sum of squares / s²", "95 %"]),
        ("profile-p2", &["p2 / 1/min"]),
        ("profile-p3", &["p3 / 1/min"]),
        ("profile-p4", &["p4 / 1/min"]),
        ("profile-p5", &["linear approximation", "3.998e-5 1/min, 95 %: 2.395e-5 to 6.142e-5 1/min"]),
        ("waterfall", &["sum of squares / (%)²", "4 starts, seed 1", "arrived at the minimum (4)"]),
        ("correlation", &["Correlation of the parameters", "p4", "0.80"]),
    ];
    for (name, labels) in expected {
        let svg = std::fs::read_to_string(plots.join(format!("{name}.svg"))).expect(name);
        for label in labels {
            assert!(svg.contains(label), "{name} has no `{label}`");
        }
        assert!(said.contains(&format!("{name}.svg")), "{said}");
    }
    assert_eq!(std::fs::read_dir(&plots).expect("a folder").count(), expected.len());
}

/// All but one of the starts need more steps than they may take.
#[test]
fn starts_that_fail_are_in_the_waterfall_and_the_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let fit = ["fit", "alpha-pinene", "--data", PINENE, "--max-steps", "60", "--starts", "8"];
    let output = ratelaw(folder.path(), &[&fit[..], &["--plots", ".", "--out", "r.json"]].concat());
    assert!(output.status.code().is_some_and(|code| code == 0 || code == 3), "{output:?}");
    let text = std::fs::read_to_string(folder.path().join("r.json")).expect("a report");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let starts = report["starts"].as_array().expect("starts");
    let failed = starts.iter().filter(|s| s["sse"].is_null()).count();
    assert!(failed > 0 && failed < starts.len(), "{failed}");
    let svg = std::fs::read_to_string(folder.path().join("waterfall.svg")).expect("a waterfall");
    assert!(svg.contains(&format!("could not be evaluated, drawn at the top ({failed})")));
}

#[test]
fn the_report_holds_what_the_plots_show() {
    let folder = tempfile::tempdir().expect("a folder");
    let plots = folder.path().to_str().expect("a path");
    let (found, own) = (report(&["--plots", plots]), library(&["k1", "k2"]));
    for (i, p) in own.parameters.iter().enumerate() {
        let profile = &found["parameters"][i]["profile"];
        let of = |value: fn(&ratelaw::fit::ProfilePoint) -> f64| p.profile.iter().map(value).collect::<Vec<f64>>();
        let values: Vec<f64> = of(|v| v.value).into_iter().map(|v| v / p.factor).collect();
        assert_eq!(numbers(&profile["value"]), values);
        assert_eq!(numbers(&profile["sse"]), of(|v| v.sse));
        // The minimum is a point of it, and it is in rising order.
        assert!(values.contains(&(p.value / p.factor)) && values.windows(2).all(|pair| pair[0] < pair[1]));
    }
    assert_eq!(found["allowed_rise"].as_f64(), Some(own.allowed_rise));
    let standardised: Vec<f64> =
        found["residuals"].as_array().expect("residuals").iter().filter_map(|r| r["standardised"].as_f64()).collect();
    assert_eq!(standardised.len(), 20);
    // With stated deviations the squares of the standardised residuals add up to the sum that was minimised.
    let sum: f64 = standardised.iter().map(|r| r * r).sum();
    assert!((sum / own.sse - 1.0).abs() < 1e-9, "{sum} {}", own.sse);
    let arrived = found["starts"].as_array().expect("starts").iter().filter(|s| s["arrived"] == true).count();
    assert_eq!(arrived, own.arrived());

    let band = &found["bands"][0];
    let expected = own.band(0, 0, 201).expect("a band");
    assert_eq!((numbers(&band["time_s"]), numbers(&band["model"])), (expected.times.clone(), expected.model.clone()));
    assert_eq!(numbers(&band["standard_error"]), expected.error);
    // All data have 1 %, so a further datum has it too: 1.96 times the two together to either side.
    let (low, high) = (band["prediction_95"][100][0].as_f64(), band["prediction_95"][100][1].as_f64());
    let half = 1.959964 * expected.error[100].hypot(1.0);
    assert!(((high.expect("a number") - low.expect("a number")) / (2.0 * half) - 1.0).abs() < 1e-6);
    assert!(report(&[])["bands"].is_null(), "bands that nobody asked for");
}

#[test]
fn bands_are_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bands.csv");
    done(&["fit", MODEL, "--data", DATA, "--bands", file.to_str().expect("a path")]);
    let text = std::fs::read_to_string(&file).expect("a table");
    let mut lines = text.lines().filter(|l| !l.starts_with('#'));
    let header = "experiment,observable,unit,time / s,model,standard error,confidence low 95 %,confidence high 95 %,\
                  prediction low 95 %,prediction high 95 %";
    assert_eq!(lines.next(), Some(header));
    let last = lines.next_back().expect("a row");
    assert!(last.starts_with("synthetic-jia-2024-two-step.csv,yield(BPA from NH3),%,36000,"), "{last}");
    assert_eq!(lines.count() + 1, 201);
    let refused = ratelaw(folder.path(), &["fit", MODEL, "--data", DATA, "--bands", "bands.parquet"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_bootstrap_is_that_of_the_library() {
    let found =
        report(&["--free", "k2", "--bootstrap", "40", "--bootstrap-kind", "parametric", "--bootstrap-seed", "7"]);
    let own = library(&["k2"]);
    let options = BootstrapOptions { resampling: Resampling::Parametric, replicates: 40, seed: 7 };
    let expected = bootstrap(&own, &options).expect("a bootstrap");
    let found = &found["bootstrap"];
    let (low, high) = expected.interval(0, 0.95).expect("an interval");
    let p = &found["parameters"][0];
    assert_eq!((p["low_95"].as_f64(), p["high_95"].as_f64()), (Some(low), Some(high)));
    assert_eq!(p["standard_error"].as_f64(), expected.standard_error(0));
    assert_eq!((found["seed"].as_u64(), found["failed"].as_u64()), (Some(7), Some(0)));
    assert_eq!(found["samples"].as_array().map(Vec::len), Some(40));
    let text = done(&["fit", MODEL, "--data", DATA, "--free", "k2", "--bootstrap", "10", "--seed", "3"]);
    assert!(text.contains("10 fits (all of which converged)") && text.contains("(seed 3)"), "{text}");
    let kind =
        ratelaw(Path::new("."), &["fit", MODEL, "--data", DATA, "--bootstrap", "10", "--bootstrap-kind", "jackknife"]);
    assert_eq!(kind.status.code(), Some(2));
}

#[test]
fn the_methods_paragraph_has_the_numbers_of_the_run() {
    let expected = "2 parameters (k1 and k2) of the model `jia-2024-two-step` were fitted to 20 data \
                    (synthetic-jia-2024-two-step.csv) with ratelaw VERSION. All were varied on a logarithmic scale within \
                    bounds. The sum of squared residuals (model less datum), each over the standard deviation that the \
                    data state, was minimised; the noise was taken as normal and independent. A bounded \
                    Levenberg-Marquardt method with exact forward sensitivities was run from 5 starts (the values of \
                    the model and a Latin hypercube over the bounds, seed 9), 5 of which arrived at the minimum that \
                    is reported. The minimisation converged. The differential equations were integrated by rodas5p \
                    with a relative tolerance of 1e-9. Limits are 95 % intervals by profile likelihood, with the 95 % \
                    quantile of chi-squared with one degree of freedom as the threshold; standard errors are those of \
                    the linear model at the minimum.";
    let expected = expected.replace("VERSION", env!("CARGO_PKG_VERSION"));
    let options = ["--starts", "5", "--seed", "9", "--rtol", "1e-9"];
    assert_eq!(report(&options)["methods"].as_str(), Some(expected.as_str()));
    let screen = done(&[&["fit", MODEL, "--data", DATA][..], &options].concat());
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    assert!(words(&screen).contains(&words(&expected)), "{screen}");

    let other = report(&["--free", "k2", "--noise", "common", "--starts", "1"]);
    let other = other["methods"].as_str().expect("a paragraph");
    for words in [
        "1 parameter (k2)",
        "was fitted",
        "It was varied on a logarithmic scale",
        "weighted by the stated standard deviations, with one unknown variance of the noise, estimated from 19 degrees",
        "the values of the model as the only start",
        "Student's t at 97.5 % for 19 degrees",
    ] {
        assert!(other.contains(words), "{words}: {other}");
    }
}

#[test]
fn two_sets_of_free_parameters_are_compared() {
    let (small, large) = ("jia-2024-two-step:k2", "jia-2024-two-step:k1,k2");
    let found = json(&["compare", large, small, "--data", DATA, "--out", "-", "--format", "json"]);
    let (one, two) = (library(&["k2"]), library(&["k1", "k2"]));
    let expected = compare(&[("one", &one), ("two", &two)]).expect("a comparison");
    let list = found["candidates"].as_array().expect("candidates");
    assert_eq!((list[0]["name"].as_str(), list[1]["name"].as_str()), (Some(small), Some(large)));
    for (c, expected) in list.iter().zip(&expected.candidates) {
        assert_eq!(c["aicc"].as_f64(), Some(expected.likelihood.aicc()));
        assert_eq!(c["bic"].as_f64(), Some(expected.likelihood.bic()));
        assert_eq!(c["weight"].as_f64(), expected.weight);
    }
    let ratio = &found["likelihood_ratios"][0];
    assert_eq!((ratio["smaller"].as_str(), ratio["larger"].as_str()), (Some(small), Some(large)));
    assert_eq!(ratio["p"].as_f64(), expected.likelihood_ratio("one", "two"));
    assert_eq!(found["fits"][0]["report"]["sse"].as_f64(), Some(two.sse));

    let text = done(&["compare", small, large, "--data", DATA]);
    assert!(text.contains("AICc") && text.contains("likelihood ratio: ") && text.contains("k2 = "), "{text}");
    // k1 is bounded on one side only, and the two can be exchanged.
    let caution = "caution: another place fits equally well (`ratelaw fit` names it); one value of many: k1";
    assert_eq!(text.matches("caution").count(), 1, "{text}");
    assert!(text.contains(caution), "{text}");
    assert!(!text.contains("\n\n\n"), "{text}");
}

/// Two models are nested only if the user says so.
#[test]
fn other_models_have_a_likelihood_ratio_only_where_it_is_asked_for() {
    let models = ["compare", "jia-2024-two-step:k1,k2", "jia-2024-electrosynthesis:k2", "--data", DATA];
    let text = done(&models);
    assert!(text.contains("weight") && !text.contains("likelihood ratio"), "{text}");
    assert!(!text.contains("\n\n\n"), "two blank lines:\n{text}");
    let found = json(&[&models[..], &["--nested", "--out", "-", "--format", "json"]].concat());
    assert_eq!(found["likelihood_ratios"].as_array().map(Vec::len), Some(1));
}

/// The range of p5 leaves out the model's own value, at which the smaller model fits better.
#[test]
fn a_larger_model_that_fits_worse_has_no_p_value() {
    let (small, large) = ("alpha-pinene:p1,p2,p3,p4", "alpha-pinene:p1,p2,p3,p4,p5=1e-3 1/min..1e-2 1/min");
    let found = |more: &[&str]| {
        let output =
            ratelaw(Path::new("."), &[&["compare", small, large, "--data", PINENE, "--starts", "2"], more].concat());
        String::from_utf8(output.stdout).expect("text")
    };
    let text = found(&[]);
    let said = format!("no likelihood ratio: `{large}` holds `{small}` as a special case and cannot fit worse");
    assert!(text.contains(&said) && text.contains("wider ranges") && !text.contains("p = "), "{text}");
    let json: Value = serde_json::from_str(&found(&["--out", "-", "--format", "json"])).expect("JSON");
    assert!(json["likelihood_ratios"][0]["p"].is_null(), "{json}");
    assert!(json["remarks"][0].as_str().is_some_and(|r| r.starts_with("no likelihood ratio")), "{json}");
}

/// Three data with deviations of their own: n - k - 1 is 1 for one parameter and 0 for two.
#[test]
fn too_few_data_have_no_aicc_and_no_weight() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = "time / h,yield(BPA from NH3) / %,sd(yield(BPA from NH3)) / %\n1,34,1\n2,57,1\n4,81,1\n";
    std::fs::write(folder.path().join("few.csv"), rows).expect("data");
    let (one, two) = ("jia-2024-two-step:k2", "jia-2024-two-step:k1,k2");
    let run = |more: &[&str]| {
        let arguments = [&["compare", two, one, "--data", "few.csv", "--starts", "3"], more].concat();
        String::from_utf8(ratelaw(folder.path(), &arguments).stdout).expect("text")
    };
    let text = run(&[]);
    let row: Vec<&str> = text.lines().find(|l| l.starts_with(two)).expect("a row").split_whitespace().collect();
    assert_eq!((row[1], row[2], row[4], row[5]), ("2", "-", "-", "-"), "{text}");
    let row: Vec<&str> = text.lines().find(|l| l.starts_with(one)).expect("a row").split_whitespace().collect();
    assert_eq!((row[4], row[5]), ("0.00", "1.000"), "{text}");
    assert!(
        text.contains("which is 0 with n = 3 data and k = 2 estimated numbers; BIC can still be compared"),
        "{text}"
    );
    let json: Value = serde_json::from_str(&run(&["--out", "-", "--format", "json"])).expect("JSON");
    let last = &json["candidates"][1];
    assert!(last["name"] == two && last["aicc"].is_null() && last["weight"].is_null() && last["above"].is_null());
    assert!(last["bic"].is_number() && json["candidates"][0]["weight"] == 1.0, "{json}");
    assert!(run(&["--out", "-"]).contains("# remark: `jia-2024-two-step:k1,k2` has neither AICc nor weight"));
}

#[test]
fn a_wrong_comparison_is_refused_before_any_work() {
    let refused = |arguments: &[&str], code: i32| {
        let output = ratelaw(Path::new("."), &[&["compare"], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).expect("text")
    };
    let twice = refused(&["jia-2024-two-step:k2", "jia-2024-two-step:k2", "--data", DATA], 1);
    assert!(twice.contains("the candidate `jia-2024-two-step:k2` is given twice"), "{twice}");
    let unknown = refused(&["jia-2024-two-step:k2", "jia-2024-two-step:k3", "--data", DATA], 1);
    assert!(unknown.contains("k3"), "{unknown}");
    // By what they are: the ranges of k1 and k2 are those of the model.
    let one = refused(&["jia-2024-two-step", "jia-2024-two-step:k2,k1", "--data", DATA], 1);
    assert!(one.contains("the candidates `jia-2024-two-step` and `jia-2024-two-step:k2,k1` are one"), "{one}");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("own.toml"), models::find(MODEL).expect("the model").text).expect("a model");
    for other in ["./own.toml:k2", "jia-2024-two-step:k2"] {
        let output = ratelaw(folder.path(), &["compare", "own.toml:k2", other, "--data", DATA]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{other}");
        assert!(message.contains(&format!("the candidates `own.toml:k2` and `{other}` are one")), "{message}");
    }
    let equal = refused(&["jia-2024-two-step:k1", "jia-2024-two-step:k2", "--nested", "--data", DATA], 1);
    assert!(equal.contains("`jia-2024-two-step:k2` have 1 free parameters each, so neither is a special"), "{equal}");
    let alone = refused(&["jia-2024-two-step:k2", "--data", DATA], 2);
    assert!(alone.contains("2 values required"), "{alone}");
    // One iteration is too few for k1 and k2 together.
    let output = ratelaw(
        Path::new("."),
        &["compare", "alpha-pinene", "alpha-pinene:p1", "--data", PINENE, "--starts", "1", "--max-iterations", "1"],
    );
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("did not converge"), "{text}");
}
