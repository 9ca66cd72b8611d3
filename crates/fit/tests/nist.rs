//! Nonlinear least squares against the certified values of NIST StRD, lower level of difficulty
//! (`tests/nist/README.md`).

use ratelaw_fit::{LeastSquares, LeastSquaresOptions, least_squares};

/// A file of NIST: starts, certified values with standard deviations, sum of squares, data.
struct Certified {
    starts: [Vec<f64>; 2],
    values: Vec<f64>,
    deviations: Vec<f64>,
    sse: f64,
    data: Vec<(f64, f64)>,
}

fn read(text: &str) -> Certified {
    let numbers = |line: &str| -> Vec<f64> { line.split_whitespace().filter_map(|w| w.parse().ok()).collect() };
    let (mut starts, mut values, mut deviations) = ([Vec::new(), Vec::new()], Vec::new(), Vec::new());
    let is_parameter =
        |l: &&str| l.trim_start().starts_with('b') && l.split_once('=').is_some_and(|(_, r)| numbers(r).len() == 4);
    for line in text.lines().filter(is_parameter) {
        let row = numbers(line.split_once('=').unwrap().1);
        starts[0].push(row[0]);
        starts[1].push(row[1]);
        values.push(row[2]);
        deviations.push(row[3]);
    }
    let sse = text.lines().find_map(|l| l.strip_prefix("Residual Sum of Squares:")).unwrap().trim().parse().unwrap();
    let (_, data) = text.rsplit_once("Data:").unwrap();
    let data = data.lines().skip(1).map(numbers).filter(|row| row.len() == 2).map(|row| (row[1], row[0])).collect();
    Certified { starts, values, deviations, sse, data }
}

type Curve = fn(&[f64], f64) -> f64;

fn misra1a(b: &[f64], x: f64) -> f64 {
    b[0] * (1.0 - (-b[1] * x).exp())
}

fn misra1b(b: &[f64], x: f64) -> f64 {
    b[0] * (1.0 - (1.0 + b[1] * x / 2.0).powi(-2))
}

fn chwirut(b: &[f64], x: f64) -> f64 {
    (-b[0] * x).exp() / (b[1] + b[2] * x)
}

fn danwood(b: &[f64], x: f64) -> f64 {
    b[0] * x.powf(b[1])
}

fn gauss(b: &[f64], x: f64) -> f64 {
    let peak = |height: f64, at: f64, width: f64| height * (-((x - at) / width).powi(2)).exp();
    b[0] * (-b[1] * x).exp() + peak(b[2], b[3], b[4]) + peak(b[5], b[6], b[7])
}

fn lanczos(b: &[f64], x: f64) -> f64 {
    b.chunks(2).map(|pair| pair[0] * (-pair[1] * x).exp()).sum()
}

const PROBLEMS: [(&str, &str, Curve); 8] = [
    ("Misra1a", include_str!("nist/Misra1a.dat"), misra1a),
    ("Misra1b", include_str!("nist/Misra1b.dat"), misra1b),
    ("Chwirut1", include_str!("nist/Chwirut1.dat"), chwirut),
    ("Chwirut2", include_str!("nist/Chwirut2.dat"), chwirut),
    ("DanWood", include_str!("nist/DanWood.dat"), danwood),
    ("Gauss1", include_str!("nist/Gauss1.dat"), gauss),
    ("Gauss2", include_str!("nist/Gauss2.dat"), gauss),
    ("Lanczos3", include_str!("nist/Lanczos3.dat"), lanczos),
];

/// Digits in which the found agrees with the certified, of the 11 that are printed.
fn digits(found: f64, certified: f64) -> f64 {
    -((found / certified - 1.0).abs().max(1e-11)).log10()
}

fn run(certified: &Certified, curve: Curve, start: &[f64]) -> LeastSquares {
    let model = |b: &[f64]| certified.data.iter().map(|(x, y)| curve(b, *x) - y).collect::<Vec<f64>>();
    least_squares(model, start, &LeastSquaresOptions::default()).unwrap()
}

/// Parameters to 8 digits and standard deviations to 6, from both starts: the goal that the project set itself. The
/// certified values have 11.
#[test]
fn certified_values_from_both_starts() {
    for (name, text, curve) in PROBLEMS {
        let certified = read(text);
        for start in &certified.starts {
            let found = run(&certified, curve, start);
            assert!(found.ending.converged(), "{name}: {:?}", found.ending);
            assert_eq!(found.degrees_of_freedom, certified.data.len() - start.len());
            let least = |pairs: &mut dyn Iterator<Item = (f64, f64)>| {
                pairs.map(|(f, c)| digits(f, c)).fold(f64::INFINITY, f64::min)
            };
            let values = least(&mut found.parameters.iter().copied().zip(certified.values.iter().copied()));
            let errors = found.standard_errors.iter().map(|e| e.unwrap());
            let deviations = least(&mut errors.zip(certified.deviations.iter().copied()));
            println!(
                "{name}: parameters {values:.1} digits, deviations {deviations:.1}, sum of squares {:.1}, {} iterations, {:?}",
                digits(found.sse, certified.sse),
                found.iterations,
                found.ending
            );
            assert!(values >= 8.0 && deviations >= 6.0, "{name}: {found:?}");
        }
    }
}
