//! Verdicts, intervals and choices on synthetic data whose truth is known: curves on paper with noise from a seed.

mod problems;

use problems::synthetic::{cell, csv, decay, experiment, normal, potentials, product, second, two_step};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use ratelaw::fit::{BootstrapOptions, Cause, Likelihood, Noise, Resampling, bootstrap, compare};
use ratelaw::prelude::*;

/// The product over three half-lives of the slower step, noise of 1 %.
fn product_curve(k1: f64, k2: f64, seed: u64) -> Experiment {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let times: Vec<f64> = (1..=20).map(|i| 0.1 * f64::from(i) / k2.min(k1)).collect();
    let text = csv("time / s,P / 1", &times, |t| product(k1, k2, t) + 0.01 * normal(&mut random));
    experiment(&two_step(0.02, 0.005), &text)
}

fn constants() -> [Free; 2] {
    [Free::log10("r1.k", 1e-5..=1e1), Free::log10("r2.k", 1e-5..=1e1)]
}

/// k1 = 3 k2 from the product alone: each has limits, and yet their places can be exchanged.
#[test]
fn the_exchange_of_two_constants() {
    let report = fit(&[product_curve(0.03, 0.01, 1)], &constants(), &FitOptions::default()).unwrap();
    assert_eq!(report.exchanges.len(), 1, "{report}");
    // The curve is symmetric in both: equal to the accuracy of the integration.
    assert!((report.exchanges[0].sse / report.sse - 1.0).abs() < 1e-4, "{report}");
    assert!(report.ambiguous(0) && report.ambiguous(1), "{report}");
    assert!(report.to_string().contains("r1.k and r2.k can be exchanged"), "{report}");
    // What the exchange explains is not listed again as a minimum of its own.
    assert!(report.other_minima.is_empty(), "{report}");
}

/// The same ambiguity where no exchange of two values explains it: a constant and the half-life of the other step. The
/// starts find the other minimum.
#[test]
fn another_minimum_is_found_by_the_starts() {
    let network = Network::builder("two steps")
        .abstract_phase("mixture")
        .species(Species::new("A").composition_waived().initial(Number(1.0)).unwrap())
        .species(Species::new("I").composition_waived())
        .species(Species::new("P").composition_waived())
        .parameter("k1", "0.02 1/s")
        .unwrap()
        .parameter("tau2", "200 s")
        .unwrap()
        .expression("k2", "1 / tau2")
        .unwrap()
        .step("first", "A -> I", Law::mass_action("k1"))
        .step("second", "I -> P", Law::mass_action("k2"))
        .build()
        .unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let times: Vec<f64> = (1..=20).map(|i| 10.0 * f64::from(i)).collect();
    let text = csv("time / s,P / 1", &times, |t| product(0.05, 0.01, t) + 0.005 * normal(&mut random));
    let free = [Free::log10("k1", 1e-4..=1e1), Free::log10("tau2", 0.1..=1e4)];
    let report = fit(&[experiment(&network, &text)], &free, &FitOptions::default()).unwrap();
    let [other] = &report.other_minima[..] else { panic!("{report}") };
    assert!((other.sse / report.sse - 1.0).abs() < 1e-4, "{report}");
    // There k1 is the other step's constant.
    assert!((other.values[0] * report.value("tau2").unwrap() - 1.0).abs() < 1e-3, "{report}");
    assert!(report.ambiguous(0) && report.to_string().contains("another minimum fits equally well"), "{report}");
}

/// k1 = 300 k2: the product curve has lost sight of k1, and only a lower limit is left.
#[test]
fn a_fast_first_step_is_bounded_from_below() {
    let report = fit(&[product_curve(3.0, 0.01, 2)], &constants(), &FitOptions::default()).unwrap();
    let (k1, k2) = (&report.parameters[0], &report.parameters[1]);
    assert!(matches!(k1.verdict, Verdict::BoundedFromBelow { low } if low > 0.05 && low < 3.0), "{report}");
    assert_eq!(k1.cause, Some(Cause::Saturation), "{report}");
    assert!(matches!(k2.verdict, Verdict::Determined { .. }), "{report}");
    // The truth, to three standard errors.
    assert!((k2.value - 0.01).abs() < 3.0 * k2.standard_error.unwrap(), "{report}");
}

/// A rate constant that is a product of two: only the product is fixed, at any point of the ranges.
#[test]
fn a_structurally_unidentifiable_product() {
    let network = Network::builder("product")
        .abstract_phase("mixture")
        .species(Species::new("A").composition_waived().initial(Number(1.0)).unwrap())
        .parameter("k", "0.1 1/s")
        .unwrap()
        .parameter("K", Number(1.0))
        .unwrap()
        .expression("kK", "k * K^2")
        .unwrap()
        .step("decay", "A -> 0", Law::mass_action("kK"))
        .build()
        .unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let times: Vec<f64> = (1..=12).map(f64::from).collect();
    let text = csv("time / s,A / 1", &times, |t| (-0.2 * t).exp() + 0.01 * normal(&mut random));
    let free = [Free::log10("k", 1e-4..=1e2), Free::log10("K", 1e-3..=1e3)];
    let report = fit(&[experiment(&network, &text)], &free, &FitOptions::default()).unwrap();
    for p in &report.parameters {
        assert_eq!(p.verdict, Verdict::NotDetermined, "{report}");
        assert_eq!(p.standard_error, None, "{report}");
        let Some(Cause::Structural { of, fixed }) = &p.cause else { panic!("{report}") };
        assert_eq!((&of[..], fixed.as_deref()), (&["k".to_owned(), "K".to_owned()][..], Some("k * K^2")), "{report}");
    }
    let product = report.value("k").unwrap() * report.value("K").unwrap().powi(2);
    assert!((product / 0.2 - 1.0).abs() < 0.05, "{report}");
    assert!(report.other_minima.is_empty(), "{report}");
}

/// Two factors of one constant: derivatives by either are the same up to the integrator's error, and the noise of that
/// flat direction is no failure. Every start that ends in the valley has converged.
#[test]
fn a_flat_direction_is_a_minimum() {
    let network = Network::builder("factors")
        .solution("cell", "1 L")
        .and_then(|b| {
            b.species(Species::new("A").composition_waived().phase("cell").initial("100 mM")?)
                .parameter("ka", "0.1 1/s")
        })
        .and_then(|b| b.parameter("f", Number(1.0))?.expression("k", "ka * f"))
        .and_then(|b| b.step("decay", "A -> 0", Law::mass_action("k")).build())
        .unwrap();
    for seed in 1..=4 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let times: Vec<f64> = (1..=20).map(f64::from).collect();
        let text = csv("time / s,A / mM", &times, |t| 100.0 * (-0.2 * t).exp() + normal(&mut random));
        let free = [Free::log10("ka", 1e-5..=1e3), Free::log10("f", 1e-4..=1e4)];
        let report = fit(&[experiment(&network, &text)], &free, &FitOptions::default()).unwrap();
        assert!(report.converged, "{report}");
        let arrived = report.starts.iter().filter(|s| report.has_arrived(s));
        assert!(arrived.clone().count() > 1 && arrived.clone().all(|s| s.converged), "{report}");
        assert!(report.parameters.iter().all(|p| matches!(p.cause, Some(Cause::Structural { .. }))), "{report}");
    }
}

/// A step that leads away from everything measured.
#[test]
fn a_constant_that_no_datum_feels() {
    let network = problems::letters("side", &[("A", 1.0), ("C", 1.0)], &[("A -> 0", 0.1), ("C -> 0", 0.3)]);
    let text = csv("time / s,A / 1", &[1.0, 2.0, 5.0, 9.0], |t| (-0.1 * t).exp() + 0.003 * (3.0 * t).sin());
    let report = fit(&[experiment(&network, &text)], &constants(), &FitOptions::default()).unwrap();
    assert_eq!(report.parameters[1].cause, Some(Cause::NoInfluence), "{report}");
    assert_eq!(report.parameters[0].cause, None, "{report}");
}

/// Nothing that is free is felt at all: an answer, also for noise by groups and a bootstrap, which look at the same matrix.
#[test]
fn data_that_feel_nothing_of_what_is_free() {
    let network = problems::letters("side", &[("A", 1.0), ("C", 1.0)], &[("A -> 0", 0.1), ("C -> 0", 0.3)]);
    let text = csv("time / s,A / 1", &[1.0, 2.0, 5.0, 9.0], |t| (-0.1 * t).exp() + 0.003 * (3.0 * t).sin());
    for noise in [Noise::Stated, Noise::EachSeries] {
        let options = FitOptions { noise, starts: 2, ..FitOptions::default() };
        let report = fit(&[experiment(&network, &text)], &constants()[1..], &options).unwrap();
        let p = &report.parameters[0];
        assert_eq!((p.verdict, p.standard_error), (Verdict::NotDetermined, None), "{report}");
        assert_eq!(p.cause, Some(Cause::NoInfluence), "{report}");
        assert!(report.band(0, 0, 5).is_err());
        assert_eq!(report.curve(0, 0, 5).unwrap().len(), 5);
        assert_eq!(report.bands_json(5).unwrap()[0]["confidence_95"], serde_json::Value::Null);
        let again = bootstrap(&report, &BootstrapOptions { replicates: 3, ..BootstrapOptions::default() }).unwrap();
        assert_eq!(again.samples, vec![vec![p.value]; 3]);
    }
}

/// The mean of n values with normal noise, written as an offset: band, bootstrap and criteria are those of the textbook.
#[test]
fn bands_bootstrap_and_criteria_of_a_mean() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let times: Vec<f64> = (1..=16).map(f64::from).collect();
    let noise: Vec<f64> = times.iter().map(|_| 0.02 * normal(&mut random)).collect();
    let mut values = noise.iter();
    let text = csv("time / s,A / 1", &times, |t| (-0.05 * t).exp() + values.next().unwrap());
    let experiment = experiment(&decay(0.05), &text);
    let offset = || Free::new("offset(A)");
    let report = fit(std::slice::from_ref(&experiment), &[offset()], &FitOptions::default()).unwrap();
    let mean = noise.iter().sum::<f64>() / 16.0;
    let sse: f64 = noise.iter().map(|v| (v - mean).powi(2)).sum();
    let s = (sse / 15.0).sqrt();

    let band = report.band(0, 0, 5).unwrap();
    assert_eq!(band.times, [0.0, 4.0, 8.0, 12.0, 16.0]);
    let curve: Vec<(f64, f64)> = band.times.iter().copied().zip(band.model.iter().copied()).collect();
    assert_eq!(report.curve(0, 0, 5).unwrap(), curve);
    assert!(report.comparisons.iter().all(|c| (report.deviation(c) / s - 1.0).abs() < 1e-4));
    let (low, high) = band.confidence()[2];
    // Student's t at 97.5 % for 15 degrees of freedom is 2.13145 (tables).
    assert!(((high - low) / (2.0 * 2.13145 * s / 4.0) - 1.0).abs() < 1e-5, "{band:?}");
    let (low, high) = band.prediction().unwrap()[2];
    assert!(((high - low) / (2.0 * 2.13145 * s * (1.0 + 1.0 / 16.0_f64).sqrt()) - 1.0).abs() < 1e-5, "{band:?}");

    // 2000 samples know their own standard deviation to 1.6 %: three times that.
    for resampling in [Resampling::Residuals, Resampling::Parametric] {
        let options = BootstrapOptions { resampling, replicates: 2000, seed: 5 };
        let found = bootstrap(&report, &options).unwrap();
        assert_eq!(found.failed, 0);
        let error = found.standard_error(0).unwrap();
        assert!((error / (s / 4.0) - 1.0).abs() < 0.05, "{resampling:?} {error} {}", s / 4.0);
        let (low, high) = found.interval(0, 0.95).unwrap();
        assert!(low < mean && mean < high && (high - low) / (2.0 * 1.96 * s / 4.0) > 0.9, "{low} {high}");
        assert_eq!(found, bootstrap(&report, &options).unwrap());
    }

    // AICc and BIC from n ln(2 pi S / n) + n, with the offset and the variance estimated.
    let Likelihood { deviance, estimated, data } = report.likelihood.unwrap();
    let expected = 16.0 * ((std::f64::consts::TAU * sse / 16.0).ln() + 1.0);
    assert!((deviance - expected).abs() < 1e-4 && (estimated, data) == (2, 16), "{deviance} {expected}");
    let criteria = report.likelihood.unwrap();
    assert!((criteria.aicc() - (deviance + 4.0 + 12.0 / 13.0)).abs() < 1e-9);
    assert!((criteria.bic() - (deviance + 2.0 * 16.0_f64.ln())).abs() < 1e-9);

    let wider = fit(std::slice::from_ref(&experiment), &[offset(), Free::new("scale(A)")], &FitOptions::default());
    let wider = wider.unwrap();
    let choice = compare(&[("offset", &report), ("with scale", &wider)]).unwrap();
    assert_eq!(choice.candidates.iter().filter_map(|c| c.weight).sum::<f64>(), 1.0);
    let p = choice.likelihood_ratio("offset", "with scale").unwrap();
    // Both ways round the same number: the tail of chi-squared with one degree is that of a normal deviate.
    let ratio = deviance - wider.likelihood.unwrap().deviance;
    assert!(ratio >= 0.0 && (p - 2.0 * upper_tail(ratio.sqrt())).abs() < 1e-6, "{p} {ratio}");
    assert_eq!(choice.likelihood_ratio("with scale", "offset"), None);
    let other = fit(&[product_curve(0.03, 0.01, 1)], &constants(), &FitOptions::default()).unwrap();
    assert!(compare(&[("a", &report), ("b", &other)]).unwrap_err().to_string().contains("the data of the first fit"));
}

/// Upper tail of the normal distribution by Simpson's rule.
fn upper_tail(from: f64) -> f64 {
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let h = 1e-3;
    (0..5000)
        .map(|i| from + 2.0 * h * f64::from(i))
        .fold(0.0, |sum, x| sum + h / 3.0 * (density(x) + 4.0 * density(x + h) + density(x + 2.0 * h)))
}

/// A small version of `examples/coverage`: of 100 data sets, 95 expected and a standard deviation of 2.2; within three.
#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let (k1, k2) = (0.04, 0.01);
    // An order of the two is what the product curve cannot give, so the ranges do.
    let free = [Free::log10("r1.k", 0.02..=1.0), Free::log10("r2.k", 1e-4..=0.02)];
    let (mut linear, mut profiled) = ([0; 2], [0; 2]);
    for seed in 0..100 {
        let report =
            fit(&[product_curve(k1, k2, 100 + seed)], &free, &FitOptions { starts: 2, ..FitOptions::default() });
        let report = report.unwrap();
        for (i, truth) in [k1, k2].into_iter().enumerate() {
            linear[i] +=
                usize::from(report.linear_interval(i).is_some_and(|(low, high)| low <= truth && truth <= high));
            profiled[i] += usize::from(report.parameters[i].verdict.allows(truth));
        }
    }
    println!("linear {linear:?}, profile {profiled:?} of 100");
    assert!(linear.iter().chain(&profiled).all(|n| (89..=100).contains(n)), "{linear:?} {profiled:?}");
}

/// Data made with a Tafel law prefer it to free constants by AICc, and data far from Tafel do not: a few repeats
/// here, a hundred in `examples/coverage`.
#[test]
fn a_tafel_law_is_preferred_where_it_is_the_truth() {
    let network = cell();
    let mut random = ChaCha8Rng::seed_from_u64(6);
    let tafel = [Free::log10("k0", 1e-7..=1e-3), Free::log10("alpha", 0.01..=1.0)];
    let separate = [Free::log10("k0", 1e-7..=1e-3).each()];
    let options = FitOptions { starts: 1, ..FitOptions::default() };
    let mut prefers = |limit: Option<f64>| {
        let alpha = if limit.is_some() { 0.5 } else { 0.15 };
        let data = potentials(&network, |e| second(e, alpha, limit), &mut random);
        let (law, each) = (fit(&data, &tafel, &options).unwrap(), fit(&data, &separate, &options).unwrap());
        compare(&[("Tafel", &law), ("free", &each)]).unwrap().candidates[0].name == "Tafel"
    };
    let (right, wrong) = ((0..6).filter(|_| prefers(None)).count(), (0..3).filter(|_| prefers(Some(3e-5))).count());
    // The chance of a right choice is about 95 %: three or fewer of six come twice in a thousand.
    assert!(right >= 4 && wrong == 0, "{right} {wrong}");
}
