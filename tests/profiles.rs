//! Limits, causes and noise where the sum of squares is no parabola: several valleys, flat minima, ends of ranges. All data are
//! synthetic: curves on paper with a pattern of deviations, or with noise that was drawn once (time / min, value).

mod problems;

use problems::synthetic::{csv, decay, experiment, product, table, two_step};
use ratelaw::fit::{Cause, FitError, Noise};
use ratelaw::prelude::*;

/// k1 = 0.5/min, k2 = 0.1/min, noise of 0.02.
const SLOW: [(f64, f64); 12] = [
    (0.5, 0.0094962),
    (1.36364, 0.0894765),
    (2.22727, 0.209302),
    (3.09091, 0.264485),
    (3.95455, 0.361593),
    (4.81818, 0.475555),
    (5.68182, 0.51733),
    (6.54545, 0.598916),
    (7.40909, 0.68268),
    (8.27273, 0.728332),
    (9.13636, 0.762634),
    (10.0, 0.811639),
];
/// k1 = 1.78/min, k2 = 2.07/min, noise of 0.0025.
const ALIKE: [(f64, f64); 11] = [
    (0.5, 0.247482),
    (1.45, 0.761640),
    (2.4, 0.942976),
    (3.35, 0.990938),
    (4.3, 0.996177),
    (5.25, 0.997910),
    (6.2, 1.001146),
    (7.15, 1.000888),
    (8.1, 1.000264),
    (9.05, 0.997633),
    (10.0, 0.999925),
];
/// 1/min in SI.
const PER_MINUTE: f64 = 1.0 / 60.0;

/// Both constants of A -> I -> P from the product.
fn fitted(data: &[(f64, f64)]) -> FitReport {
    let text = table("time / min,P / 1", data.iter().map(|(t, value)| format!("{t},{value}\n")));
    let free = ["r1.k", "r2.k"].map(|k| Free::log10(k, 1e-3 * PER_MINUTE..=1e2 * PER_MINUTE));
    let start = two_step(0.5 * PER_MINUTE, 0.1 * PER_MINUTE);
    fit(&[experiment(&start, &text)], &free, &FitOptions::default()).unwrap()
}

/// The golden section.
const GOLDEN: f64 = 0.618_033_988_749_894_8;

/// The sum of squares on paper, least over the other constant by golden section.
fn least(data: &[(f64, f64)], k1: f64, (mut low, mut high): (f64, f64)) -> f64 {
    let sum = |ln_k2: f64| -> f64 {
        // Equal constants are a limit of the formula; a part in 1e5 away from it nothing is seen of that.
        let k2 = if (ln_k2.exp() / k1 - 1.0).abs() < 1e-5 { k1 * (1.0 + 1e-5) } else { ln_k2.exp() };
        data.iter().map(|(t, value)| (product(k1, k2, *t) - value).powi(2)).sum()
    };
    (low, high) = (low.ln(), high.ln());
    while high - low > 1e-9 {
        let (a, b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if sum(a) < sum(b) { high = b } else { low = a }
    }
    sum(0.5 * (low + high))
}

/// The limits of `k1` are those around its own minimum, though a stride of the profile can reach the valley of the exchanged
/// constants: the sum on paper passes the threshold there and nowhere before. Limits are found to 1/400 of their distance.
#[test]
fn a_profile_does_not_pass_a_barrier() {
    let report = fitted(&SLOW);
    let k1 = report.parameters.iter().max_by(|a, b| a.value.total_cmp(&b.value)).unwrap();
    let Verdict::Determined { low, high } = k1.verdict else { panic!("{report}") };
    let (value, limit) = (k1.value / PER_MINUTE, report.sse + report.allowed_rise);
    for end in [low, high].map(|end| end / PER_MINUTE) {
        let at = |part: f64| least(&SLOW, value * (end / value).powf(part), (0.01, 10.0));
        assert!([0.25, 0.5, 0.75, 0.97].into_iter().all(|part| at(part) < limit), "{end}: {report}");
        assert!(at(1.03) > limit, "{end}: {report}");
    }
}

/// Where both constants come out alike the Jacobian has one direction, and standard errors mean nothing; the limits do, and
/// they are the data's.
#[test]
fn a_flat_minimum_has_limits() {
    let report = fitted(&ALIKE);
    let limit = report.sse + report.allowed_rise;
    for p in &report.parameters {
        let Verdict::Determined { low, high } = p.verdict else { panic!("{report}") };
        for (end, inside) in [(low / PER_MINUTE, 1.0), (high / PER_MINUTE, -1.0)] {
            let at = |part: f64| least(&ALIKE, end * (1.0 + inside * part), (0.01, 100.0));
            assert!(at(0.01) < limit && at(-0.01) > limit, "{end}: {report}");
        }
    }
    assert!(report.to_string().contains("go by the limits"), "{report}");
}

/// Deviations of a hundredth that no parameter follows.
fn deviation(t: f64) -> f64 {
    0.01 * (7.0 * t).sin()
}

/// A range that ends half a standard error below the minimum is why there is no lower limit, not a model that no longer depends on
/// the constant.
#[test]
fn a_range_that_ends_early_is_said() {
    let times: Vec<f64> = (1..=12).map(f64::from).collect();
    let text = csv("time / s,A / 1", &times, |t| (-0.2 * t).exp() + deviation(t));
    let experiment = [experiment(&decay(0.2), &text)];
    let wide = fit(&experiment, &[Free::log10("r1.k", 1e-3..=1e1)], &FitOptions::default()).unwrap();
    assert!(matches!(wide.parameters[0].verdict, Verdict::Determined { .. }), "{wide}");
    let (value, error) = (wide.parameters[0].value, wide.parameters[0].standard_error.unwrap());
    let narrow = Free::log10("r1.k", value - 0.5 * error..=1.0);
    let report = fit(&experiment, &[narrow], &FitOptions::default()).unwrap();
    assert!(matches!(report.parameters[0].verdict, Verdict::BoundedFromAbove { .. }), "{report}");
    assert_eq!(report.parameters[0].cause, Some(Cause::Range), "{report}");
    let text = report.to_string();
    assert!(text.contains("a wider range may show a limit") && !text.contains("any smaller value"), "{text}");
}

/// A -> 0 with the constant as an expression of two parameters, and its data.
fn decay_by(expression: &str, parameters: [(&str, &str); 2]) -> [Experiment; 1] {
    let mut builder = Network::builder("decay")
        .abstract_phase("mixture")
        .species(Species::new("A").composition_waived().initial(Number(1.0)).unwrap());
    for (name, value) in parameters {
        builder = builder.parameter(name, value.parse::<Quantity>().unwrap()).unwrap();
    }
    let builder = builder.expression("k", expression).unwrap();
    let network = builder.step("decay", "A -> 0", Law::mass_action("k")).build().unwrap();
    let times: Vec<f64> = (1..=12).map(f64::from).collect();
    [experiment(&network, &csv("time / s,A / 1", &times, |t| (-0.2 * t).exp() + deviation(t)))]
}

/// Of a frequency factor and an activation energy at one temperature only one combination is felt, however different their
/// scales are.
#[test]
fn who_takes_part_does_not_depend_on_units() {
    let data = decay_by("A0 * exp(-Ea / R / (298.15 K))", [("A0", "1e9 1/s"), ("Ea", "55.34 kJ/mol")]);
    let free = [Free::log10("A0", 1e3..=1e15), Free::between("Ea", "20 kJ/mol", "100 kJ/mol").unwrap()];
    let report = fit(&data, &free, &FitOptions::default()).unwrap();
    for p in &report.parameters {
        let Some(Cause::Structural { of, .. }) = &p.cause else { panic!("{report}") };
        assert_eq!(of[..], ["A0", "Ea"], "{report}");
    }
}

/// Of a sum only the sum is fixed: no product is named, and the line on which it is the same is one minimum.
#[test]
fn a_sum_is_no_product() {
    let free = [Free::log10("a", 1e-4..=1.0), Free::log10("b", 1e-4..=1.0)];
    let report =
        fit(&decay_by("a + b", [("a", "0.15 1/s"), ("b", "0.05 1/s")]), &free, &FitOptions::default()).unwrap();
    for p in &report.parameters {
        let Some(Cause::Structural { fixed, .. }) = &p.cause else { panic!("{report}") };
        assert_eq!(*fixed, None, "{report}");
    }
    assert!(report.other_minima.is_empty(), "{report}");
}

/// Two experiments that contradict each other: the noise of either can explain the other away. The likelier of the two is found, from
/// wherever the fit begins, and the other is named.
#[test]
fn contradicting_experiments_have_two_noises() {
    let times: Vec<f64> = (1..=12).map(|i| 0.8 * f64::from(i)).collect();
    let curve = |k: f64, noise: f64| {
        let text = csv("time / s,A / 1", &times, |t| (-k * t).exp() + noise * (7.0 * t).sin());
        experiment(&decay(0.2), &text)
    };
    // The first is the better one by a factor of two in its noise, so it is the likelier to be right.
    let data = [curve(0.3, 0.005), curve(0.5, 0.01)];
    let fitted = |start: f64| {
        let mut data = data.clone();
        for experiment in &mut data {
            let text = experiment.data().clone();
            let problem = Problem::builder(&decay(start)).until(Seconds(1.0)).build().unwrap();
            *experiment = Experiment::new(problem, text).unwrap();
        }
        let options = FitOptions { noise: Noise::EachExperiment, ..FitOptions::default() };
        fit(&data, &[Free::log10("r1.k", 1e-3..=1e1)], &options).unwrap()
    };
    for report in [fitted(0.2), fitted(0.5)] {
        assert!((report.parameters[0].value - 0.3).abs() < 0.01, "{report}");
        assert!((report.noise[0].sd / (0.005 / 2.0_f64.sqrt()) - 1.0).abs() < 0.2, "{report}");
        assert_eq!((report.arrived(), report.other_minima.len()), (report.starts.len(), 0), "{report}");
        assert!(report.to_string().contains("another estimate of the noise explains itself too"), "{report}");
    }
}

/// One datum and a constant of its own: there is nothing that its noise could be estimated from.
#[test]
fn noise_without_freedom_is_refused() {
    let times: Vec<f64> = (1..=12).map(f64::from).collect();
    let many = csv("time / s,A / 1", &times, |t| (-0.2 * t).exp() + deviation(t));
    let data = [&*many, "time / s,A / 1\n3,0.5\n"].map(|text| experiment(&decay(0.2), text));
    let options = FitOptions { noise: Noise::EachExperiment, ..FitOptions::default() };
    let error = fit(&data, &[Free::log10("r1.k", 1e-3..=1e1).each()], &options).unwrap_err();
    assert!(matches!(error, FitError::OutOfRange { .. }), "{error}");
    assert!(error.to_string().contains("not to be estimated: the parameters follow its 1 datum"), "{error}");
}
