//! Fits with published answers, and verdicts that must be right.

mod problems;

use problems::alpha_pinene;
use problems::synthetic::experiment;
use ratelaw::fit::FitError;
use ratelaw::prelude::*;

/// A -> B in fractions, first order.
fn decay() -> Network {
    problems::letters("decay", &[("A", 1.0), ("B", 0.0)], &[("A -> B", 0.05 / 86_400.0)])
}

/// FOCUS kinetics guidance (2006), data sets A and B: decline of a parent compound in per cent against days.
/// Single first order by ordinary least squares, on which about ten packages agree: M0, k (1/d) and SSR.
#[test]
fn focus_2006_a_and_b() {
    let a = [(0, 101.24), (3, 99.27), (7, 90.11), (14, 72.19), (30, 29.71), (62, 5.98), (90, 1.54), (118, 0.39)];
    let b = [(0, 98.62), (3, 81.43), (7, 53.18), (14, 34.89), (30, 10.09), (62, 1.5), (90, 0.33), (118, 0.08)];
    for (data, m0, k, ssr) in [(a, 109.15316, 0.03721768, 221.8078), (b, 99.17407, 0.07815759, 30.65564)] {
        let rows: Vec<String> = data.iter().map(|(t, y)| format!("{t},{y}\n")).collect();
        let csv = format!("time / d,A / %\n{}", rows.concat());
        let free = [Free::log10("A", 0.01..=100.0), Free::log10("r1.k", 1e-10..=1e-3)];
        let report = fit(&[experiment(&decay(), &csv)], &free, &FitOptions::default()).unwrap();
        assert!(report.converged);
        // The answers are printed to seven digits.
        let close = |found: f64, published: f64| (found / published - 1.0).abs() < 1e-6;
        assert!(close(100.0 * report.value("A").unwrap(), m0), "{report}");
        assert!(close(86_400.0 * report.value("r1.k").unwrap(), k), "{report}");
        assert!(close(report.sse, ssr), "{report}");
    }
}

/// The measured alpha-pinene data; see the commands' own test for standard errors.
#[test]
fn alpha_pinene_from_the_usual_start() {
    let experiment = alpha_pinene();
    let free = ["p1", "p2", "p3", "p4", "p5"].map(Free::new);
    // At the start the SSE is 49.391 (COPS 3.1): one iteration cannot reach the end, and says so.
    let options = FitOptions { starts: 1, max_iterations: 1, ..FitOptions::default() };
    let report = fit(std::slice::from_ref(&experiment), &free, &options).unwrap();
    assert!(!report.converged);
    assert!(report.to_string().contains("did not converge"), "{report}");
    let tight = SolveOptions { rtol: 1e-10, ..SolveOptions::default() };
    let report = fit(&[experiment], &free, &FitOptions { starts: 1, solve: tight, ..FitOptions::default() }).unwrap();
    assert!(report.converged);
    assert!((report.sse - 19.872166934247215).abs() < 1e-8, "{report}");
    assert!(report.parameters.iter().all(|p| matches!(p.verdict, Verdict::Determined { .. })), "{report}");
}

/// Several experiments share their parameters: an activation energy from three temperatures. The data are
/// exact values of the law, so the fit must give them back to the accuracy of the integration.
#[test]
fn an_activation_energy_from_three_temperatures() {
    let network = Network::builder("arrhenius")
        .abstract_phase("mixture")
        .species(Species::new("A").composition_waived().initial(Number(1.0)).unwrap())
        .species(Species::new("B").composition_waived())
        .parameter("A0", "1e7 1/s")
        .unwrap()
        .parameter("Ea", "60 kJ/mol")
        .unwrap()
        .step("decay", "A -> B", Law::arrhenius("A0", "Ea"))
        .build()
        .unwrap();
    let (a0, ea) = (3.0e8_f64, 55_000.0);
    let experiments: Vec<Experiment> = [300.0, 320.0, 340.0]
        .iter()
        .map(|t| {
            let k = a0 * (-ea / (ratelaw::network::GAS_CONSTANT * t)).exp();
            let rows: Vec<String> =
                (1..6).map(|i| f64::from(i) * 0.3 / k).map(|s| format!("{s:.17e},{:.17e}\n", (-k * s).exp())).collect();
            let data = Dataset::from_text(&format!("time / s,A / 1\n{}", rows.concat()), "exact.csv").unwrap();
            Experiment::new(
                Problem::builder(&network).temperature(Kelvin(*t)).until(Seconds(1.0)).build().unwrap(),
                data,
            )
            .unwrap()
        })
        .collect();
    let free = [Free::new("A0"), Free::log10("Ea", 1e4..=2e5)];
    let report = fit(&experiments, &free, &FitOptions::default()).unwrap();
    assert!((report.value("Ea").unwrap() / ea - 1.0).abs() < 1e-7, "{report}");
    assert!((report.value("A0").unwrap() / a0 - 1.0).abs() < 1e-6, "{report}");
}

#[test]
fn verdicts() {
    // A fast equilibrium A <=> B seen only through the sum of what leaves: k of the side step A -> C is
    // determined, while a step that touches nothing measured is not.
    let network = problems::letters(
        "side",
        &[("A", 1.0), ("B", 0.0), ("C", 1.0), ("D", 0.0)],
        &[("A -> B", 0.1), ("C -> D", 0.3)],
    );
    let rows: Vec<String> = (1..9).map(|t| format!("{t},{:.4}\n", (-0.1 * f64::from(t)).exp())).collect();
    let csv = format!("time / s,A / 1\n{}", rows.concat());
    let free = [Free::log10("r1.k", 1e-4..=1e2), Free::log10("r2.k", 1e-4..=1e2)];
    let report = fit(&[experiment(&network, &csv)], &free, &FitOptions::default()).unwrap();
    assert!(
        matches!(report.parameters[0].verdict, Verdict::Determined { low, high } if low < 0.1 && high > 0.1),
        "{report}"
    );
    assert_eq!(report.parameters[1].verdict, Verdict::NotDetermined, "{report}");
    assert!(report.to_string().contains("r2.k is not determined"), "{report}");
    assert!(report.exchanges.is_empty(), "{report}");

    // Data that were taken when the reaction was over bound its constant from below.
    let over = "time / s,A / 1\n100,0.0001\n110,-0.0001\n120,0.0002\n";
    let free = [Free::log10("r1.k", 1e-4..=1e2)];
    let report = fit(&[experiment(&network, over)], &free, &FitOptions::default()).unwrap();
    assert!(matches!(report.parameters[0].verdict, Verdict::BoundedFromBelow { low } if low > 0.04), "{report}");

    // Data that were taken before anything happened bound it from above.
    let early = "time / s,A / 1\n0.001,1.0001\n0.002,0.9999\n0.003,1.0002\n";
    let report = fit(&[experiment(&network, early)], &free, &FitOptions::default()).unwrap();
    assert!(matches!(report.parameters[0].verdict, Verdict::BoundedFromAbove { high } if high < 1.0), "{report}");

    // A truth outside the range: the minimum is at the end of it and says so.
    let report =
        fit(&[experiment(&network, &csv)], &[Free::log10("r1.k", 1e-4..=0.05)], &FitOptions::default()).unwrap();
    assert_eq!(report.parameters[0].verdict, Verdict::EndOfRange, "{report}");
    assert!(report.to_string().contains("a wider range fits better"), "{report}");
    assert_eq!(report.parameters[0].standard_error, None);
}

/// Activation energy and factor from one temperature are one number: the limits that a fit runs into are those
/// of the other's range, and it says so instead of calling them determined.
#[test]
fn a_product_of_two_constants() {
    let network = Network::builder("one temperature")
        .abstract_phase("mixture")
        .species(Species::new("A").composition_waived().initial(Number(1.0)).unwrap())
        .parameter("A0", "1e10 1/s")
        .unwrap()
        .parameter("Ea", "60 kJ/mol")
        .unwrap()
        .step("decay", "A -> 0", Law::arrhenius("A0", "Ea"))
        .build()
        .unwrap();
    let csv = "time / s,A / 1,sd(A) / 1\n1,0.741,0.005\n2,0.545,0.005\n4,0.305,0.005\n8,0.089,0.005\n";
    let report =
        fit(&[experiment(&network, csv)], &[Free::new("A0"), Free::new("Ea")], &FitOptions::default()).unwrap();
    for p in &report.parameters {
        assert_eq!(p.verdict, Verdict::NotDetermined, "{report}");
        assert_eq!(p.standard_error, None, "{report}");
    }
    assert!(report.to_string().contains("it is the range of"), "{report}");
}

/// Stated deviations that do not explain the residuals are named.
#[test]
fn a_bad_fit_is_called_one() {
    let csv = "time / d,A / %,sd(A) / %\n0,100,0.1\n10,90,0.1\n20,30,0.1\n30,29,0.1\n";
    let report =
        fit(&[experiment(&decay(), csv)], &[Free::log10("r1.k", 1e-10..=1e-3)], &FitOptions::default()).unwrap();
    assert!(report.to_string().contains("times larger than the stated standard deviations"), "{report}");
}

/// The same seed gives the same report, whatever threads do.
#[test]
fn a_fit_can_be_repeated() {
    let csv = "time / d,A / %\n0,98.62\n3,81.43\n7,53.18\n14,34.89\n30,10.09\n";
    let free = [Free::log10("A", 0.01..=100.0), Free::log10("r1.k", 1e-10..=1e-3)];
    let run = || fit(&[experiment(&decay(), csv)], &free, &FitOptions::default()).unwrap().to_string();
    assert_eq!(run(), run());
}

#[test]
fn wrong_requests_are_refused() {
    let network = decay();
    let good = "time / d,A / %\n0,100\n3,81\n7,53\n14,35\n";
    let refused = |csv: &str, free: &[Free]| -> String {
        let data = Dataset::from_text(csv, "data.csv").unwrap();
        let problem = Problem::builder(&network).until(Seconds(1.0)).build().unwrap();
        Experiment::new(problem, data).and_then(|e| fit(&[e], free, &FitOptions::default())).unwrap_err().to_string()
    };
    let k = || Free::log10("r1.k", 1e-10..=1e-3);
    for (csv, free, part) in [
        (good, vec![], "at least one free parameter"),
        (good, vec![k(), k()], "`r1.k` is given twice"),
        (good, vec![Free::new("k9")], "unknown setting `k9`"),
        (good, vec![Free::log10("r1.k", 1e-3..=1e-10)], "a lower and a higher finite bound"),
        (good, vec![Free::log10("r1.k", 1e-3..=f64::NAN)], "a lower and a higher finite bound"),
        (
            good,
            vec![Free::between("r1.k", "-1 1/s", "1 1/s").unwrap()],
            "the lower bound of `r1.k` is -1 1/s, expected zero",
        ),
        ("time / d,A / %\n0,100\n", vec![k()], "1 datum cannot determine 1 parameter"),
        ("time / d,X / %\n0,100\n1,2\n", vec![k()], "data.csv:1: `X` is nothing that the model gives"),
        ("time / d,A / V\n0,100\n1,2\n", vec![k()], "data.csv:1: the unit of `A`"),
        ("time / d,A / %,sd(A) / %\n0,100,1\n1,2,\n", vec![k()], "data.csv:3: a datum of `A` has no standard"),
        ("time / d,species,value,unit\n0,A,100,%\n1,A,80,%\n1,X,2,%\n", vec![k()], "data.csv:4: `X` is nothing"),
        (
            "time / d,A / %,selectivity(B from A) / %\n0,100,1\n1,2,1\n",
            vec![k()],
            "data.csv:2: `selectivity(B from A)` is not defined",
        ),
    ] {
        let message = refused(csv, &free);
        assert!(message.contains(part), "{message}");
    }
    let none = fit(&[], &[k()], &FitOptions::default()).unwrap_err();
    assert!(matches!(none, FitError::OutOfRange { .. }));
}
