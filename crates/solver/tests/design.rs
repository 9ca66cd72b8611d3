//! Designs of sweeps: their points against answers on paper, their text form, and what they refuse.

use proptest::prelude::*;
use ratelaw_network::{Law, Network, Species};
use ratelaw_solver::{
    Axis, Block, Design, Distribution, PointTable, Points, Problem, Result, Sampled, Samples, Sampling, SamplingMethod,
};

/// `A -> B` with a constant in 1/s and a heat of activation, on a shelf with a third species; an observable reads the
/// conditions.
fn problem() -> Problem {
    let species = |name| Species::new(name).phase("cell").composition_waived();
    let network = Network::builder("test")
        .solution("cell", "1 L")
        .unwrap()
        .species(species("A"))
        .species(species("B"))
        .species(species("C"))
        .parameter("k2", "0.1 1/s")
        .unwrap()
        .parameter("K1", "3 1/s")
        .unwrap()
        .parameter("Ea", "50 kJ/mol")
        .unwrap()
        .step("first", "A -> B", Law::mass_action("k2"))
        .step("second", "B -> C", Law::mass_action("K1"))
        .electrode("anode", "1 cm2")
        .unwrap()
        .observable("conditions", "E * T")
        .unwrap()
        .build()
        .unwrap();
    Problem::builder(&network).initial("A", ratelaw_network::units::Molar(1.0)).until(SECOND).build().unwrap()
}

const SECOND: &str = "1 s";

fn sampled(count: u64, method: SamplingMethod, seed: u64) -> Sampling {
    Sampling { count: Some(count), method, seed }
}

fn points(texts: &[&str], sampling: &Sampling) -> Result<Points> {
    Design::parse(texts, sampling)?.resolve(&problem())
}

fn grid(texts: &[&str]) -> Points {
    points(texts, &Sampling::default()).unwrap()
}

fn at(points: &Points, index: u64) -> Vec<f64> {
    let mut values = vec![f64::NAN; points.variables().len()];
    points.point(index, &mut values).unwrap();
    values
}

fn all(points: &Points) -> Vec<Vec<f64>> {
    (0..points.len()).map(|i| at(points, i)).collect()
}

#[test]
fn a_product_runs_the_last_block_fastest() {
    let points = grid(&["potential=1V..2V:3", "k2=5, 10, 20 1/s", "temperature=25 degC"]);
    let expected: Vec<Vec<f64>> =
        [1.0, 1.5, 2.0].iter().flat_map(|v| [5.0, 10.0, 20.0].map(|k| vec![*v, k, 298.15])).collect();
    assert_eq!(all(&points), expected);
    let shown: Vec<(&str, &str)> = points.variables().iter().map(|v| (v.name.as_str(), v.symbol.as_str())).collect();
    assert_eq!(shown, [("potential", "V"), ("k2", "1/s"), ("temperature", "degC")]);
    assert!((points.variables()[2].shown(298.15) - 25.0).abs() < 1e-12, "one rounding of 298.15");
}

#[test]
fn a_zip_takes_values_together() {
    let points = grid(&["zip(potential=1000..1200mV:3; k2=5..80 1/s:3:log; A=0.1, 0.2, 0.3 M)", "C=1, 2 mM"]);
    assert_eq!(points.len(), 6);
    assert_eq!(at(&points, 0), [1.0, 5.0, 100.0, 1.0]);
    assert_eq!(at(&points, 1), [1.0, 5.0, 100.0, 2.0]);
    let middle = at(&points, 2);
    // sqrt(5 * 80) = 20, to the rounding of a logarithm and an exponential.
    assert!((middle[1] - 20.0).abs() < 1e-13 && (middle[0], middle[2]) == (1.1, 200.0), "{middle:?}");
    assert_eq!(at(&points, 5), [1.2, 80.0, 300.0, 2.0]);
}

#[test]
fn a_design_without_blocks_has_one_point() {
    let points = grid(&[]);
    assert_eq!(all(&points), [Vec::<f64>::new()]);
}

#[test]
fn samples_go_with_axes() {
    let sampling = sampled(50, SamplingMethod::LatinHypercube, 7);
    let texts = ["k2~loguniform(5, 80 1/s)", "potential=1V..2V:3", "A~normal(0.1 M, 20 mM)"];
    let points = points(&texts, &sampling).unwrap();
    let names: Vec<&str> = points.variables().iter().map(|v| v.name.as_str()).collect();
    assert_eq!((points.len(), names), (150, vec!["k2", "A", "potential"]), "sampled together, where the first stands");
    let [first, second, fourth] = [0, 1, 3].map(|i| at(&points, i));
    assert_eq!((first[0], first[1], first[2], second[2]), (second[0], second[1], 1.0, 1.5));
    assert_ne!(first[0], fourth[0]);
    // One of 50 points in each fiftieth of the logarithm.
    let stratum = |i: u64| (50.0 * (at(&points, 3 * i)[0] / 5.0).ln() / 16.0_f64.ln()) as usize;
    let mut strata: Vec<usize> = (0..50).map(stratum).collect();
    strata.sort_unstable();
    assert_eq!(strata, (0..50).collect::<Vec<_>>());
}

#[test]
fn any_order_gives_the_same_points() {
    for method in SamplingMethod::ALL {
        let points =
            points(&["k2~lognormal(20 1/s, 2)", "C=1,2 mM", "A~triangular(1, 2, 4 M)"], &sampled(37, method, 3));
        let points = points.unwrap();
        let forward = all(&points);
        let n = points.len();
        // 31 has no factor in common with 74, so every index comes once.
        for i in (0..n).map(|i| i * 31 % n) {
            assert_eq!(at(&points, i), forward[i as usize]);
        }
    }
}

#[test]
fn more_sobol_and_random_samples_begin_with_the_same() {
    for method in [SamplingMethod::Sobol, SamplingMethod::Random] {
        let few = points(&["k2~uniform(5, 80 1/s)"], &sampled(10, method, 3)).unwrap();
        let many = points(&["k2~uniform(5, 80 1/s)"], &sampled(1_000_000_000_000, method, 3)).unwrap();
        assert_eq!(all(&few), (0..10).map(|i| at(&many, i)).collect::<Vec<_>>());
    }
}

/// The bits of some points of each kind, so that a change is seen: stored results can then no longer be continued, and the
/// change belongs in the changelog. The third values, which are plain sums, were checked against a program in Python that
/// was written from the papers, with SciPy 1.17.1 for the Sobol points.
#[test]
fn the_points_of_a_seed_are_pinned() {
    let texts = ["k2~loguniform(5, 80 1/s)", "K1~normal(20, 2 1/s)", "potential~uniform(1, 2 V)"];
    let pinned: [(SamplingMethod, [[u64; 3]; 2]); 3] = [
        (
            SamplingMethod::LatinHypercube,
            [
                [0x405066a516d28c15, 0x4032fead512dd06e, 0x3fff86e49b18e86a],
                [0x4014b6792467274c, 0x4032417df5ecc989, 0x3ff1c76cc3903a46],
            ],
        ),
        (
            SamplingMethod::Sobol,
            [
                [0x403daa2668011d41, 0x403387c37285a4f3, 0x3ff087aec69855e8],
                [0x40254746007557c0, 0x4032f00d52a1a251, 0x3fff45948395db4c],
            ],
        ),
        (
            SamplingMethod::Random,
            [
                [0x404402294e21284e, 0x40321af7983a85d9, 0x3ffd9d7eb45f123e],
                [0x40265335fd1d13cc, 0x40371abd155c7d9d, 0x3fff27230683e992],
            ],
        ),
    ];
    for (method, expected) in pinned {
        let points = points(&texts, &sampled(1000, method, 7)).unwrap();
        let bits = [0, 999].map(|i| <[f64; 3]>::try_from(at(&points, i)).unwrap().map(f64::to_bits));
        assert_eq!(bits, expected, "{method:?}: {bits:#x?}");
    }
    let bits = at(&grid(&["k2=5..80 1/s:20:log"]), 7)[0].to_bits();
    assert_eq!(bits, 0x402bc5e4d35da8da, "{bits:#x}");
}

/// Means and variances of `n` samples lie within five standard errors of those of the distribution: `sigma / sqrt(n)`, and
/// `sqrt(m4 - sigma^4) / sqrt(n)` with the fourth central moment `m4`. The samples are fixed by the seed.
#[test]
fn moments_are_those_of_the_distributions() {
    const N: u64 = 20_000;
    let lognormal = |k: f64| (0.5 * (k * 0.5_f64.ln()).powi(2)).exp();
    for (text, mean, variance, fourth) in [
        // (b - a)^2/12, (b - a)^4/80 around the middle.
        ("k2~uniform(2, 5 1/s)", 3.5, 9.0 / 12.0, 81.0 / 80.0),
        ("k2~normal(20, 2 1/s)", 20.0, 4.0, 3.0 * 16.0),
        // (a^2 + b^2 + c^2 - ab - ac - bc)/18 and 12/5 of its square.
        ("k2~triangular(0, 1, 4 1/s)", 5.0 / 3.0, 13.0 / 18.0, 2.4 * (13.0_f64 / 18.0).powi(2)),
        // Half of a normal distribution: sqrt(2/pi), 1 - 2/pi, 3 - 4/pi - 12/pi^2 for a deviation of 1.
        (
            "k2~normal(0, 1 1/s)",
            (2.0 / std::f64::consts::PI).sqrt(),
            1.0 - 2.0 / std::f64::consts::PI,
            3.0 - 4.0 / std::f64::consts::PI - 12.0 / std::f64::consts::PI.powi(2),
        ),
        // Raw moments exp(k^2 s^2 / 2) with s = ln 2.
        (
            "k2~lognormal(1 1/s, 2)",
            lognormal(1.0),
            lognormal(2.0) - lognormal(1.0).powi(2),
            lognormal(4.0) - 4.0 * lognormal(3.0) * lognormal(1.0) + 6.0 * lognormal(2.0) * lognormal(1.0).powi(2)
                - 3.0 * lognormal(1.0).powi(4),
        ),
        // (b - a)/ln(b/a), (b^2 - a^2)/(2 ln(b/a)) and so on, for a = 1, b = e: central moments from raw ones.
        ("k2~loguniform(1, 2.718281828459045 1/s)", log_raw(1), log_central(2), log_central(4)),
    ] {
        for method in SamplingMethod::ALL {
            let points = points(&[text], &sampled(N, method, 5)).unwrap();
            let average = |f: &dyn Fn(f64) -> f64| (0..N).map(|i| f(at(&points, i)[0])).sum::<f64>() / N as f64;
            let root = (N as f64).sqrt();
            let error = average(&|x| x) - mean;
            assert!(error.abs() < 5.0 * variance.sqrt() / root, "{text} {method:?}: mean off by {error}");
            let error = average(&|x| (x - mean).powi(2)) - variance;
            assert!(error.abs() < 5.0 * (fourth - variance * variance).sqrt() / root, "{text} {method:?}: {error}");
        }
    }
}

/// The mean of `x^k` for x log-uniform from 1 to e: (e^k - 1)/k.
fn log_raw(k: i32) -> f64 {
    (f64::from(k).exp() - 1.0) / f64::from(k)
}

fn log_central(k: i32) -> f64 {
    let [m1, m2, m3, m4] = [1, 2, 3, 4].map(log_raw);
    if k == 2 { m2 - m1 * m1 } else { m4 - 4.0 * m3 * m1 + 6.0 * m2 * m1 * m1 - 3.0 * m1.powi(4) }
}

#[test]
fn a_normal_distribution_is_cut_off_where_the_setting_ends() {
    let sampling = sampled(2000, SamplingMethod::Sobol, 1);
    let least =
        |text: &str| all(&points(&[text], &sampling).unwrap()).iter().map(|p| p[0]).fold(f64::INFINITY, f64::min);
    for text in ["k2~normal(0.1, 1 1/s)", "A~normal(0, 1 M)", "temperature~normal(2 K, 10)"] {
        assert!(least(text) >= 0.0, "{text}");
    }
    // A potential may have either sign, and so may an energy.
    assert!(least("potential~normal(0, 1 V)") < -3.0 && least("Ea~normal(1, 50 kJ/mol)") < 0.0);
    // 2 degC of deviation are 2 K.
    let warm = points(&["temperature~normal(25 degC, 2)"], &sampling).unwrap();
    let far = all(&warm).iter().map(|p| (p[0] - 298.15).abs()).fold(0.0, f64::max);
    assert!((6.0..9.0).contains(&far), "{far}");
}

#[test]
fn a_table_has_units_in_its_header() {
    let text = "# source: a plan\n\npotential / mV,k2 / 1/min,C [mM]\n1000,60,2\n# later\n1500,120,3\n";
    let table = PointTable::from_text(text, "plan.csv").unwrap();
    let design = Design { blocks: vec![Block::Table(table), Block::Axis("A=1,2 M".parse().unwrap())] };
    let points = design.resolve(&problem()).unwrap();
    assert_eq!(points.len(), 4);
    assert_eq!(at(&points, 0), [1.0, 1.0, 2.0, 1000.0]);
    assert_eq!(at(&points, 3), [1.5, 2.0, 3.0, 2000.0]);
    for (text, expected) in [
        ("", "t.csv:1: the table of points is without points"),
        ("k2 / 1/s\n", "t.csv:1: the table of points is without points"),
        (
            "k2 / 1/s,status\n1,ok\n",
            "t.csv:1: a column is `status`, expected name and unit; this looks like the result of",
        ),
        ("k2,A / M\n1,2\n", "t.csv:1: a column is `k2`, expected name and unit"),
        ("# n\n\nk2 / 1/s,A / M\n1,2\n# x\n1\n", "t.csv:6: the number of cells is 1, expected 2"),
        ("k2 / 1/s\n1\n\nx\n", "t.csv:4: a cell of column `k2 / 1/s` is `x`, expected a finite number"),
        ("k2 / 1/s\nNaN\n", "t.csv:2: a cell of column `k2 / 1/s`"),
        ("k2 / 1/s,A / M\n1,\n", "t.csv:2: a cell of column `A / M` is ``"),
    ] {
        let error = PointTable::from_text(text, "t.csv").unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    for (text, expected) in [
        ("k3 / 1/s\n1\n", "unknown setting `k3`"),
        ("k2 / V\n1\n", "the column `k2` of `t.csv` has the unit `V`"),
        ("k2 / 1/sec\n1\n", "unknown unit `sec`"),
        ("k2 / 1/s,k2 / 1/s\n1,2\n", "the column `k2` of `t.csv` is there twice"),
    ] {
        let table = PointTable::from_text(text, "t.csv").unwrap();
        let error = Design { blocks: vec![Block::Table(table)] }.resolve(&problem()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let error = Design::from_table("no such file.csv").unwrap_err().to_string();
    assert!(error.starts_with("cannot read `no such file.csv`"), "{error}");
}

#[test]
fn what_cannot_be_is_refused_with_what_was_found_and_expected() {
    for (text, expected) in [
        ("potental=1V..2V:3", "did you mean `potential`?"),
        ("k2=1V..2V:3", "the axis `k2` has the unit `V`, expected a unit of"),
        ("k2=1,2 V", "the axis `k2` has the unit `V`"),
        ("k2=1..0 1/s:3:log", "bounds above zero for logarithmic spacing"),
        ("k2=1..2 1/s:0", "0 points, expected 1 to 100000000 points"),
        ("k2=1..NaN 1/s:3", "from 1 1/s to NaN 1/s, expected finite bounds"),
        ("k2=NaN 1/s", "given the value NaN 1/s, expected finite values"),
        ("k2=1..2 1/s", "no `:N` for the number of points"),
        ("k2=1..2 1/s:x", "`x` for the number of points"),
        ("k2=1,2 1/s:3", "`:3` after single values"),
        ("=1..2:3", "no name before `=`"),
        ("k2", "no `=`"),
        ("k2=", "cannot read ``"),
        (
            "zip(k2=1,2 1/s; A=1,2,3 M)",
            "is `k2` with 2, `A` with 3, expected at least one axis, all with the same number",
        ),
        ("zip()", "no `=`"),
        ("zip(k2=1 1/s", "no `zip(...)`"),
        ("zip(k2=1 1/s; k2=2 1/s)", "the setting `k2` is varied twice"),
        ("k2~uniform(1, 2 V)", "the distribution of `k2` has the unit `V`"),
        ("k2~uniform(2, 1 1/s)", "uniform(2 1/s, 1 1/s), expected a lower and a higher finite bound"),
        ("k2~uniform(-1, 1 1/s)", "values that are not negative, as the setting cannot be"),
        ("k2~loguniform(0, 1 1/s)", "both above zero"),
        ("k2~normal(20, -2 1/s)", "a standard deviation above zero"),
        ("k2~normal(20, 0 1/s)", "a standard deviation above zero"),
        ("k2~normal(-1, 2 1/s)", "a finite mean that the setting may have"),
        ("k2~normal(NaN, 2 1/s)", "a finite mean"),
        ("k2~lognormal(20 1/s, 1)", "a geometric standard deviation"),
        ("k2~lognormal(20 1/s, 2 1/s)", "the distribution of `k2` has the unit `1/s`, expected a unit of 1"),
        ("k2~triangular(0, 5, 4 1/s)", "LOW, MODE, HIGH in this order"),
        ("k2~normal(20)", "1 numbers; expected normal(MEAN, DEVIATION)"),
        ("k2~uniform(1,2,3)", "3 numbers; expected uniform(LOW, HIGH)"),
        ("k2~logunifrom(1, 2 1/s)", "did you mean `loguniform`?"),
        ("k2~5", "no distribution with its numbers in parentheses"),
        ("~normal(1, 2)", "no name before `~`"),
    ] {
        let sampling = Sampling { count: text.contains('~').then_some(5), ..Sampling::default() };
        let error = points(&[text], &sampling).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let error = points(&["k2=1 1/s", "k2~uniform(1, 2 1/s)"], &sampled(3, SamplingMethod::Sobol, 0)).unwrap_err();
    assert!(error.to_string().contains("`k2` is varied twice, expected each setting once"), "{error}");
    let error = points(&["k2~uniform(1, 2 1/s)"], &Sampling::default()).unwrap_err().to_string();
    assert!(error.contains("the number of samples is not given"), "{error}");
    let error = points(&["k2=1 1/s"], &sampled(3, SamplingMethod::Sobol, 0)).unwrap_err().to_string();
    assert!(error.contains("3, but nothing is sampled"), "{error}");
}

#[test]
fn too_many_points_are_refused_before_any_work() {
    let axes = ["k2=1..2 1/s:100000000", "K1=1..2 1/s:10000"];
    let most = grid(&axes);
    assert_eq!(most.len(), 1_000_000_000_000);
    assert_eq!(at(&most, most.len() - 1), [2.0, 2.0]);
    for more in ["A=1,2 M", "A=0..1 M:100000000"] {
        let error = points(&[axes[0], axes[1], more], &Sampling::default()).unwrap_err().to_string();
        assert!(error.contains("expected at most 1000000000000"), "{error}");
    }
    // The product passes 2^64.
    let all = [axes[0], "K1=1..2 1/s:100000000", "A=0..1 M:100000000"];
    assert!(points(&all, &Sampling::default()).is_err());
}

#[test]
fn a_point_that_is_not_there_is_refused() {
    let points = grid(&["k2=1,2 1/s"]);
    assert!(points.point(2, &mut [0.0]).is_err());
    assert!(points.point(0, &mut []).is_err() && points.point(0, &mut [0.0, 0.0]).is_err());
}

#[test]
fn a_design_is_stored_and_read_back() {
    let texts = [
        "potential=1.2 V..2.2 V:11",
        "A=1e-7 M..1 M:5:log",
        "zip(K1=5 1/s, 0.1 1/s; B(0)=3 mM, 4 mM)",
        "k2~loguniform(5 1/s, 80 1/s)",
        "temperature~normal(25 degC, 2 degC)",
        "C~lognormal(2 mM, 1.5)",
    ];
    let mut design = Design::parse(&texts, &sampled(9, SamplingMethod::Sobol, u64::MAX)).unwrap();
    design
        .blocks
        .push(Block::Table(PointTable::from_text("Ea / kJ/mol\n0.1\n2.2250738585072014e-308\n", "t").unwrap()));
    let stored = serde_json::to_string(&design).unwrap();
    assert_eq!(serde_json::from_str::<Design>(&stored).unwrap(), design);
    assert!(stored.contains(r#"{"axis":"potential=1.2 V..2.2 V:11"}"#), "{stored}");
    assert!(stored.contains(r#""method":"sobol""#), "{stored}");
    assert!(serde_json::from_str::<Design>(r#"{"blocks":[{"axis":"k2=1..2"}]}"#).is_err());
    // A pure number beside a unit stays one.
    let mixed = Axis::list("k2", vec!["1".parse().unwrap(), "2 %".parse().unwrap()]);
    assert_eq!(mixed.to_string(), "k2=1 1, 2 %");
    let samples = Samples {
        of: vec![Sampled {
            name: "k2".into(),
            distribution: Distribution::Uniform { low: "1 1/s".parse().unwrap(), high: "2 1/s".parse().unwrap() },
        }],
        count: 3,
        method: SamplingMethod::Random,
        seed: 1,
    };
    assert_eq!(Design { blocks: vec![Block::Samples(samples)] }.resolve(&problem()).unwrap().len(), 3);
}

proptest! {
    /// The index of a point is that of its coordinates in a mixed-radix number, the last block the lowest digit.
    #[test]
    fn indices_are_mixed_radix_numbers(lengths in prop::collection::vec(1_usize..40, 1..4), zipped: bool, pick: u64) {
        let names = ["k2", "K1", "potential"];
        let units = ["1/s", "1/s", "V"];
        let mut texts: Vec<String> =
            lengths.iter().enumerate().map(|(i, n)| format!("{}=0..{} {}:{n}", names[i], n - 1, units[i])).collect();
        if zipped {
            texts[0] = format!("zip({}; A=0..{} mM:{})", texts[0], lengths[0] - 1, lengths[0]);
        }
        let points = Design::parse(&texts, &Sampling::default()).unwrap().resolve(&problem()).unwrap();
        prop_assert_eq!(points.len(), lengths.iter().map(|n| *n as u64).product::<u64>());
        let index = pick % points.len();
        let mut values = at(&points, index);
        if zipped {
            prop_assert_eq!(values[0], values[1]);
            values.remove(1);
        }
        let back = values.iter().zip(&lengths).fold(0, |sum, (value, n)| sum * *n as u64 + *value as u64);
        prop_assert_eq!(back, index);
    }

    /// No text makes reading panic, and what is read is written so that it is read again as the same.
    #[test]
    fn text_survives(text in r"(zip\()?[a-zA~=(). :,;-]{0,12}[=~]?(uniform|normal|lognormal|NaN)?[(0-9.,eVs/ )]{0,12}(:[0-9]{1,3})?(:log)?\)?") {
        if let Ok(vary) = text.parse::<ratelaw_solver::Vary>() {
            prop_assert_eq!(vary.to_string().parse::<ratelaw_solver::Vary>().unwrap().to_string(), vary.to_string());
        }
    }
}
