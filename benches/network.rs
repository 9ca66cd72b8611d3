//! Reading, checking and compiling a large network; binding new parameter values of a small one.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ratelaw::network::{Conditions, Lane, Network};

/// A model of `species` species and `steps` reversible and irreversible steps between them, made by rule.
fn generated(species: usize, steps: usize) -> String {
    let mut text = String::from(
        "[model]\nname = \"generated\"\n[phases.cell]\nkind = \"solution\"\nvolume = \"1 L\"\n[species]\n",
    );
    for i in 0..species {
        let _ = writeln!(text, "S{i} = {{ formula = \"CO\", initial = \"{} mM\" }}", i % 7);
    }
    text.push_str("[steps]\n");
    for n in 0..steps {
        // A simple congruence scatters the partners without a random number.
        let (a, b, c) = (n % species, (7 * n + n / species + 3) % species, (11 * n + 5) % species);
        let k = 1.0 + (n % 13) as f64;
        let _ = match n % 3 {
            0 => writeln!(text, "r{n} = {{ equation = \"S{a} -> S{b}\", k = \"{k} 1/s\", duplicate = true }}"),
            1 => {
                writeln!(text, "r{n} = {{ equation = \"S{a} + S{b} -> 2 S{c}\", k = \"{k} 1/M/s\", duplicate = true }}")
            }
            _ => writeln!(text, "r{n} = {{ equation = \"S{a} <=> S{c}\", k = \"{k} 1/s\", K = 2, duplicate = true }}"),
        };
    }
    text
}

fn large(c: &mut Criterion) {
    let text = generated(1000, 25_000);
    let mut group = c.benchmark_group("1000 species, 25 000 steps");
    group.sample_size(10);
    group.bench_function("read, check and compile", |b| {
        b.iter(|| Network::from_toml(black_box(&text), "generated.toml").map(|n| n.steps().len()));
    });
    group.finish();
}

fn small(c: &mut Criterion) {
    let model = ratelaw::models::find("jia-2024-feasibility").expect("a shipped model");
    let cell = model.network().expect("a sound model");
    let (values, conditions) = (cell.parameter_values(), Conditions::new(298.15, 2.0));
    let tables = cell.compiled();
    let mut constants = vec![Lane::<1>::ZERO; tables.directions()];
    c.bench_function("bind the hydrazine cell (13 species, 6 steps)", |b| {
        b.iter(|| cell.bind_into(tables, black_box(&values), &conditions, &mut constants));
    });
    let ten = Network::from_toml(&generated(10, 30), "generated.toml").expect("a sound model");
    let (values, tables) = (ten.parameter_values(), ten.compiled());
    let mut constants = vec![Lane::<1>::ZERO; tables.directions()];
    c.bench_function("bind 10 species, 30 steps", |b| {
        b.iter(|| ten.bind_into(tables, black_box(&values), &conditions, &mut constants));
    });
}

criterion_group!(benches, large, small);
criterion_main!(benches);
