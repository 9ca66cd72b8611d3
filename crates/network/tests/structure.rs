//! The structure of networks against textbooks, and against what must hold for any.

use proptest::prelude::*;
use ratelaw_network::analysis::{
    DeficiencyZero, NotJudged, Structure, Wegscheider, conservation_laws, structure, wegscheider,
};
use ratelaw_network::{Conditions, Law, Network, NetworkError, Reference, Species, SpeciesId, Step};

const CONDITIONS: Conditions = Conditions::new(298.15, 0.0);

/// A network in one abstract phase. Species and steps `r0`, `r1`, ... as they come; all constants are `k`, those of
/// the reverse `k / K` with `K0`, `K1`, ... as given.
fn network(equations: &[&str], fixed: &[&str], equilibria: &[&str]) -> Network {
    let mut builder = Network::builder("test").abstract_phase("mixture").parameter("k", "2 1/s").unwrap();
    let mut names: Vec<&str> = equations.iter().flat_map(|e| e.split_whitespace()).collect();
    names.retain(|w| !matches!(*w, "+" | "->" | "<=>") && w.parse::<f64>().is_err());
    let mut known: Vec<&str> = Vec::new();
    for name in names {
        if !known.contains(&name) {
            known.push(name);
            let species = Species::new(name).composition_waived();
            let is_fixed = fixed.contains(&name);
            let species = if is_fixed { species.initial("1").unwrap().fixed() } else { species };
            builder = builder.species(species);
        }
    }
    for (i, equation) in equations.iter().enumerate() {
        let mut law = Law::mass_action("k");
        if equation.contains("<=>") {
            let parameter = format!("K{i}");
            builder = builder.parameter(&parameter, *equilibria.get(i).unwrap_or(&"1")).unwrap();
            law = law.equilibrium(&parameter);
        }
        builder = builder.step_described(Step::new(format!("r{i}"), *equation, law).duplicate());
    }
    builder.build().unwrap_or_else(|e| panic!("{e}"))
}

fn of(equations: &[&str]) -> Structure {
    structure(&network(equations, &[], &[]))
}

/// Complexes, linkage classes, rank, deficiency.
fn numbers(s: &Structure) -> (usize, usize, usize, usize) {
    let rank = s.rank.as_ref().expect("a small network");
    assert!(rank.exact);
    (s.complexes.len(), s.linkage_classes.len(), rank.rank, s.deficiency().expect("a small network"))
}

fn judged(network: &Network) -> Wegscheider {
    wegscheider(network, &network.parameter_values(), &CONDITIONS).unwrap_or_else(|e| panic!("{e}"))
}

/// M. Feinberg, Chem. Eng. Sci. 42 (1987) 2229, and the book of 2019, have these as standing examples.
#[test]
fn textbook_deficiencies() {
    // Michaelis-Menten: E + S, ES, E + P.
    let s = of(&["E + S <=> ES", "ES -> E + P"]);
    assert_eq!(numbers(&s), (3, 1, 2, 0));
    assert_eq!((s.reversible, s.weakly_reversible(), s.strong_linkage_classes), (false, false, 2));
    assert_eq!(s.deficiency_zero(), Some(DeficiencyZero::NoSteadyState));
    // Edelstein (1970): A, 2 A; A + B, C, B.
    let s = of(&["A <=> 2 A", "A + B <=> C", "C <=> B"]);
    assert_eq!(numbers(&s), (5, 2, 2, 1));
    assert!(s.reversible && s.weakly_reversible());
    assert_eq!(s.deficiency_zero(), None);
    // The standing example of both: A, 2 B; A + C, D, B + E, a circle with one step both ways.
    let s = of(&["A <=> 2 B", "A + C <=> D", "D -> B + E", "B + E -> A + C"]);
    assert_eq!(numbers(&s), (5, 2, 3, 0));
    assert_eq!((s.reversible, s.weakly_reversible()), (false, true));
    assert_eq!(s.deficiency_zero(), Some(DeficiencyZero::OneSteadyState));
    // The Brusselator with constant feeds: 0, X, Y; 2 X + Y, 3 X.
    let s = of(&["0 -> X", "X -> Y", "2 X + Y -> 3 X", "X -> 0"]);
    assert_eq!(numbers(&s), (5, 2, 2, 1));
    // Lotka-Volterra: X, 2 X; X + Y, 2 Y; Y, 0.
    assert_eq!(numbers(&of(&["X -> 2 X", "X + Y -> 2 Y", "Y -> 0"])), (6, 3, 2, 1));
}

/// Robertson: A, B; 2 B, B + C; A + C. B + C is in both of the last two steps.
#[test]
fn robertson() {
    let network = network(&["A -> B", "2 B -> B + C", "B + C -> A + C"], &[], &[]);
    let s = structure(&network);
    assert_eq!(numbers(&s), (5, 2, 2, 1));
    let texts: Vec<String> = s.complexes.iter().map(|c| c.text(&network)).collect();
    assert_eq!(texts, ["A", "B", "2 B", "B + C", "A + C"]);
    let rank = s.rank.unwrap();
    assert_eq!(rank.dependent[0].text(&network), "step r2 = -step r0");
}

#[test]
fn dependent_steps_are_readable_sums() {
    let network = network(
        &["A -> B", "C -> B", "A + 2 B -> 2 C + B", "2 A -> C + B", "0.3 A + X -> 0.3 B + X", "X -> X"],
        &[],
        &[],
    );
    let rank = structure(&network).rank.unwrap();
    assert_eq!((rank.rank, rank.exact), (2, true));
    let texts: Vec<String> = rank.dependent.iter().map(|d| d.text(&network)).collect();
    assert_eq!(
        texts,
        ["step r2 = step r0 - 2 step r1", "step r3 = 2 step r0 - step r1", "10 step r4 = 3 step r0", "step r5 = 0",]
    );
}

/// A coefficient with more than six decimals is no exact fraction.
#[test]
fn odd_coefficients_fall_back() {
    let network = network(&["A -> 0.3333333333 B", "3 A -> 0.9999999999 B"], &[], &[]);
    let rank = structure(&network).rank.unwrap();
    assert_eq!((rank.rank, rank.exact), (1, false));
    assert_eq!(rank.dependent[0].text(&network), "step r1 = 3 step r0");
}

/// With A and B held constant only X and Y are left of the Brusselator's feeds.
#[test]
fn reservoirs_are_left_out() {
    let network =
        network(&["A -> X", "B + X -> Y + D", "2 X + Y -> 3 X", "X -> E", "A -> B"], &["A", "B", "D", "E"], &[]);
    let s = structure(&network);
    assert_eq!(numbers(&s), (5, 2, 2, 1));
    assert_eq!(s.free_species, 2);
    assert_eq!(s.rank.unwrap().dependent.len(), 3);
    assert_eq!(s.roles, ratelaw_network::analysis::Roles::default());
}

#[test]
fn roles_of_species() {
    let law = || Law::mass_action("k");
    let mut builder = Network::builder("roles").abstract_phase("mixture").parameter("k", "1 1/s").unwrap();
    for name in ["feed", "middle", "product", "catalyst", "promoter", "idle"] {
        builder = builder.species(Species::new(name).composition_waived());
    }
    let network = builder
        .step_described(Step::new("first", "feed + catalyst -> middle + catalyst", law()).order("promoter", 1.0))
        .step("second", "middle -> product", law())
        .build()
        .unwrap();
    let s = structure(&network);
    let id = |name| vec![network.species_id(name).unwrap()];
    assert_eq!((&s.roles.never_made, &s.roles.never_consumed), (&id("feed"), &id("product")));
    assert_eq!(s.roles.unchanged, [SpeciesId(3), SpeciesId(4)]);
    assert_eq!(s.roles.unused, id("idle"));
    assert!(!s.mass_action);
}

/// The triangle of isomers (Wegscheider 1901): K1 K2 K3 = 1.
#[test]
fn the_triangle() {
    for (last, consistent, product) in [("0.1666666666666667", true, 1.0), ("0.17", false, 1.02)] {
        let network = network(&["A <=> B", "B <=> C", "C <=> A"], &[], &["2", "3", last]);
        let found = judged(&network);
        let [only] = found.loops.as_deref().unwrap() else { panic!("one loop") };
        assert_eq!(only.text(&network), "step r0 + step r1 + step r2");
        assert_eq!(only.consistent, consistent);
        assert!((10_f64.powf(only.log10_product) / product - 1.0).abs() < 1e-9);
    }
}

/// Twice the dimerisation of one way is another: K2 = K1^2. And a step beside its double.
#[test]
fn multiples_count_as_powers() {
    let network = network(&["A <=> B", "2 A <=> 2 B", "B + X -> A + X"], &[], &["3", "9"]);
    let found = judged(&network);
    let [only] = found.loops.as_deref().unwrap() else { panic!("one loop") };
    assert_eq!(only.text(&network), "2 step r0 - step r1");
    assert!(only.consistent);
}

/// Round a loop that spends a reservoir, the constants need not multiply to 1.
#[test]
fn a_loop_must_close_in_reservoirs() {
    let network = network(&["A <=> B", "B + ATP <=> A + ADP"], &["ATP", "ADP"], &["1", "1e5"]);
    assert_eq!(structure(&network).rank.unwrap().rank, 1);
    assert_eq!(judged(&network).loops.unwrap(), []);
}

#[test]
fn other_orders_and_zero_constants_are_not_judged() {
    let network = network(&["A <=> B", "B <=> A"], &[], &[]);
    let mut definition = network.definition().clone();
    definition.steps[1].orders.push(("B".to_owned(), 2.0));
    let other = Network::new(definition).unwrap();
    let found = judged(&other);
    assert_eq!(found.not_judged, [(ratelaw_network::StepId(1), NotJudged::Orders)]);
    assert_eq!(found.loops.unwrap(), []);
    let mut values = network.parameter_values();
    values[network.parameter_id("k").unwrap().0] = 0.0;
    let found = wegscheider(&network, &values, &CONDITIONS).unwrap();
    assert!(found.not_judged.iter().all(|(_, why)| *why == NotJudged::Zero) && found.not_judged.len() == 2);
    let short = wegscheider(&network, &values[1..], &CONDITIONS);
    assert!(matches!(short, Err(NetworkError::OutOfRange { .. })));
}

fn electrode(k: &str) -> Network {
    let mut builder = Network::builder("couple")
        .solution("cell", "1 L")
        .unwrap()
        .electrode("anode", "1 cm2")
        .unwrap()
        .potential("0.3 V", Reference::She)
        .unwrap();
    for (name, formula) in [("Fe2", "Fe+2"), ("Fe3", "Fe+3"), ("Ce3", "Ce+3"), ("Ce4", "Ce+4")] {
        builder = builder.species(Species::new(name).formula(formula).phase("cell"));
    }
    for (name, value) in
        [("k0", "1e-5 m/s"), ("alpha", "0.4"), ("E1", "0.7 V"), ("E2", "1.6 V"), ("k", "1 m3/mol/s"), ("K", k)]
    {
        builder = builder.parameter(name, value).unwrap();
    }
    builder
        .step("iron", "Fe2 <=> Fe3 + e-", Law::butler_volmer("k0", "E1", "alpha"))
        .step("cerium", "Ce3 <=> Ce4 + e-", Law::butler_volmer("k0", "E2", "alpha"))
        .step("exchange", "Fe2 + Ce4 <=> Fe3 + Ce3", Law::mass_action("k").equilibrium("K"))
        .build()
        .unwrap_or_else(|e| panic!("{e}"))
}

/// Two couples and the exchange between them in solution: ln K = F (E2 - E1) / RT, at every potential. Alone, a
/// couple is driven by the potential and no loop.
#[test]
fn electrons_must_close_a_loop() {
    let exponent = 96_485.332_123_310_01 * (1.6 - 0.7) / (8.314_462_618_153_24 * 298.15);
    for (k, consistent) in [(format!("{}", f64::exp(exponent)), true), ("1e15".to_owned(), false)] {
        let network = electrode(&k);
        for potential in [-0.5, 0.0, 1.2] {
            let conditions = Conditions { potential, ..CONDITIONS };
            let found = wegscheider(&network, &network.parameter_values(), &conditions).unwrap();
            let [only] = found.loops.as_deref().unwrap() else { panic!("one loop") };
            assert_eq!(only.text(&network), "step iron - step cerium - step exchange");
            assert_eq!(only.consistent, consistent, "{only:?}");
        }
    }
    let s = structure(&electrode("1e15"));
    let rank = s.rank.as_ref().unwrap();
    assert_eq!((rank.rank, s.complexes.len(), s.linkage_classes.len(), s.deficiency()), (2, 6, 3, Some(1)));
}

/// Species and steps of random networks: two reactants and two products among five, coefficients up to 3.
fn random() -> impl Strategy<Value = Vec<String>> {
    let side = || {
        proptest::collection::vec((1..=6_u8, 0..5_usize), 0..3).prop_map(|terms| match terms.as_slice() {
            [] => "0".to_owned(),
            terms => {
                let terms: Vec<String> = terms.iter().map(|(n, s)| format!("{} S{s}", f64::from(*n) / 2.0)).collect();
                terms.join(" + ")
            }
        })
    };
    let arrow = prop_oneof![Just("->"), Just("<=>")];
    let step = (side(), arrow, side()).prop_map(|(l, arrow, r)| format!("{l} {arrow} {r}"));
    let full = step.prop_filter("a species", |e| e.contains('S'));
    proptest::collection::vec(full, 1..9)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rank and nullity; laws annihilate changes; a dependent step is the sum it says; loops change nothing.
    #[test]
    fn what_holds_for_any_network(equations in random()) {
        let equations: Vec<&str> = equations.iter().map(String::as_str).collect();
        let network = network(&equations, &[], &[]);
        let s = structure(&network);
        let rank = s.rank.as_ref().expect("a small network");
        prop_assert!(rank.exact);
        let laws = conservation_laws(&network);
        prop_assert_eq!(rank.rank + laws.len(), s.free_species);
        prop_assert_eq!(rank.rank + rank.dependent.len(), network.steps().len());
        for (law, step) in laws.iter().flat_map(|l| network.steps().iter().map(move |s| (l, s))) {
            let sum: f64 = step.change.iter().map(|(id, n)| law.weights[id.0] * n).sum();
            prop_assert!(sum.abs() < 1e-9, "{} {}", law.name, step.equation);
        }
        let change = |terms: &[(ratelaw_network::StepId, f64)]| {
            let mut change = vec![0.0; network.species().len()];
            for (step, n) in terms {
                for (id, c) in &network.steps()[step.0].change {
                    change[id.0] += n * c;
                }
            }
            change
        };
        for d in &rank.dependent {
            let mut terms = d.sum.clone().expect("a small network");
            prop_assert!(d.multiple > 0.0 && terms.iter().all(|(id, n)| *n != 0.0 && id.0 < d.step.0));
            terms.push((d.step, -d.multiple));
            prop_assert!(change(&terms).iter().all(|c| *c == 0.0));
        }
        // All constants are 2 and all K are 1: every loop is sound.
        let found = judged(&network);
        for l in found.loops.as_deref().expect("a small network") {
            prop_assert!(l.consistent && change(&l.steps).iter().all(|c| *c == 0.0));
        }
        // Deficiency is never negative; reversible implies weakly reversible.
        prop_assert!(s.complexes.len() >= s.linkage_classes.len() + rank.rank);
        prop_assert!(!s.reversible || s.weakly_reversible());
        prop_assert!(s.strong_linkage_classes >= s.linkage_classes.len());
    }
}

/// A thousand species and 25 000 random steps with reverse: the rank is found, the loops are too many. Seconds at
/// most.
#[test]
fn large_networks_are_bounded() {
    let n = 1000;
    let mut state = 1_u64;
    let mut next = || {
        // Lehmer's generator, to be the same everywhere.
        state = state * 48_271 % 2_147_483_647;
        state as usize % n
    };
    let mut builder = Network::builder("large").abstract_phase("mixture").parameter("k", "1 1/s").unwrap();
    for i in 0..n {
        builder = builder.species(Species::new(format!("S{i}")).composition_waived());
    }
    for i in 0..25_000 {
        let equation = format!("S{} + S{} <=> S{} + S{}", next(), next(), next(), next());
        builder = builder.step(&format!("r{i}"), &equation, Law::mass_action("k").reverse("k"));
    }
    let network = builder.build().map_err(|_| "the network is sound").unwrap();
    let s = structure(&network);
    // The sum of all amounts is conserved.
    assert_eq!(s.rank.map(|r| r.rank), Some(n - 1));
    assert_eq!(judged(&network).loops, None);
}

/// A chain as long as the network, whose classes are found without a deep stack and whose rank is exact.
#[test]
fn a_long_chain() {
    let equations: Vec<String> = (0..20_000).map(|i| format!("S{i} -> S{}", i + 1)).collect();
    let mut builder = Network::builder("chain").abstract_phase("mixture").parameter("k", "1 1/s").unwrap();
    for i in 0..=equations.len() {
        builder = builder.species(Species::new(format!("S{i}")).composition_waived());
    }
    for (i, equation) in equations.iter().enumerate() {
        builder = builder.step(&format!("r{i}"), equation, Law::mass_action("k"));
    }
    let network = builder.build().map_err(|_| "the network is sound").unwrap();
    let s = structure(&network);
    assert_eq!(numbers(&s), (20_001, 1, 20_000, 0));
    assert_eq!(s.strong_linkage_classes, 20_001);
    // Nothing to judge.
    assert_eq!(judged(&network).loops.as_deref(), Some([].as_slice()));
}
