//! The graph of a network as text, with names that need care.

use ratelaw_network::analysis::graph::{dot, mermaid};
use ratelaw_network::{Law, Network, Species, Step};

/// An electrode, a reservoir, a reversible step, a coefficient, a promoter, and names with quotes and the like.
fn network() -> Network {
    let builder = Network::builder("gr\"aph")
        .solution("cell", "1 L")
        .unwrap()
        .electrode("anode", "1 cm2")
        .unwrap()
        .species(Species::new("H+").formula("H+").phase("cell"))
        .species(Species::new("H2").formula("H2").phase("cell").initial("1 mM").unwrap().fixed())
        .species(Species::new("a\"b\\c&d").composition_waived().phase("cell"))
        .species(Species::new("*").composition_waived().phase("anode"))
        .species(Species::new("1.\u{1}é;").composition_waived().phase("anode"));
    let mut builder = builder;
    for (name, value) in [
        ("k0", "1 1/s"),
        ("E0", "0 V"),
        ("alpha", "0.5"),
        ("k", "1 m3/mol/s"),
        ("k_r", "1 1/s"),
        ("k_p", "1 m5/mol2/s"),
    ] {
        builder = builder.parameter(name, value).unwrap();
    }
    builder
        .step_described(
            Step::new("oxidation", "H2 -> 2 H+ + 2 e-", Law::tafel("k0", "E0", "alpha"))
                .order("H2", 0.0)
                .order("*", 1.0),
        )
        .step("ads_1", "a\"b\\c&d + * <=> 1.\u{1}é;", Law::mass_action("k").reverse("k_r"))
        .build()
        .unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn graphviz() {
    let expected = r#"digraph "gr\"aph" {
  rankdir=LR;
  subgraph cluster_0 {
    label="cell";
    s0 [label="H+", shape=ellipse];
    s1 [label="H2", shape=ellipse, style=dashed];
    s2 [label="a\"b\\c&amp;d", shape=ellipse];
  }
  subgraph cluster_1 {
    label="anode";
    s3 [label="*", shape=ellipse];
    s4 [label="1.�é;", shape=ellipse];
    r0 [label="oxidation\n2 e- out", shape=box];
    r1 [label="ads_1", shape=box];
  }
  s1 -> r0;
  r0 -> s0 [label="2"];
  s3 -> r0 [style=dotted, arrowhead=none];
  s2 -> r1 [dir=both];
  s3 -> r1 [dir=both];
  r1 -> s4 [dir=both];
}
"#;
    assert_eq!(dot(&network()), expected);
}

#[test]
fn flow_chart() {
    let expected = r##"flowchart LR
  subgraph p0["cell"]
    s0(["H+"])
    s1(["H2"])
    s2(["a#34;b#92;c#38;d"])
  end
  subgraph p1["anode"]
    s3(["#42;"])
    s4(["1#46;#65533;é#59;"])
    r0["oxidation<br/>2 e- out"]
    r1["ads_1"]
  end
  s1 --> r0
  r0 -->|"2"| s0
  s3 -.- r0
  s2 <--> r1
  s3 <--> r1
  r1 <--> s4
  classDef fixed stroke-dasharray: 4
  class s1 fixed
"##;
    assert_eq!(mermaid(&network()), expected);
}
