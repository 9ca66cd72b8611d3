//! Small files of our own: every feature, every message.

use super::bionetgen;
use crate::error::NetworkError;
use crate::network::Network;
use crate::rate::Constant;
use crate::step::Step;
use crate::{Definition, PhaseKind};

pub(super) const SMALL: &str = "
# Created by a test
begin model
begin parameters
    1 total  2e2*0.5   # Constant
    2 kon    0.5       # Constant
    3 koff   kon*K     # ConstantExpression
    4 K      2
    5 vol    4         # litres
    6 slow   0.25 # ConstantExpression
    7 time   3
    8 kcat   0.1
    9 Km     50
   10 mixed  vol*K^2 - 1
end parameters
begin molecule types
    1 A(b,b)
    not even a line
end molecule types
begin functions
    1 inhibited() kcat/(1 + AllA/Km)
    2 ramp() = if(time() > 10 && vol >= 4, kcat, 0)
    3 fixed  2*kcat
    4 twice  inhibited()*2
    5 local(x) kcat*x
end functions
begin species
    1 A(b,b)            total
    2 $B(a)             50
    3 A(b!1,b).B(a!1)   0
    4 @cell::$D()       1e7
end species
begin reactions
    1 1,2 3 2*kon #_R1
    2 3 1,2 koff #_reverse__R1
    3 1,1 0 0.5*slow/vol #_R2
    4 3 4 inhibited() #_R3
    5 3 4 2*twice
    6 0 1 ramp
    7 4 3 fixed
    8 1,3 3 Sat(kcat,Km)
    9 1 4 mixed*1e-3
   10 4 1 1e-2
   11 1 \\
      3 \\
      rint(K)*kon + slow
   12 3 4 slow*(vol + time)
end reactions
begin groups
    1 AllA 1,3,0.5*4
    2 Nothing
    3 kon 2*1,2*1
    4 charge 4
end groups
";

fn definition(text: &str) -> Definition {
    bionetgen(text, "folder/small.net").unwrap_or_else(|e| panic!("{e}"))
}

/// Imports, checks, and reads its own TOML back.
fn network(text: &str) -> Network {
    let network = Network::new(definition(text)).unwrap_or_else(|e| panic!("{e}"));
    let toml = network.to_toml();
    let again = Network::from_toml(&toml, "small.toml").unwrap_or_else(|e| panic!("{e}\n{toml}"));
    assert!(again == network, "does not read back:\n{toml}");
    assert_eq!(again.to_toml(), toml);
    network
}

fn message(text: &str) -> String {
    match bionetgen(text, "small.net") {
        Err(NetworkError::Invalid(faults)) => faults.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nothing is wrong"),
    }
}

fn constant(step: &Step) -> String {
    match &step.law.constants[0].1 {
        Constant::Parameter(name) => format!("parameter {name}"),
        Constant::Value(value) => value.to_string(),
        Constant::Expression(expression) => expression.to_string(),
        Constant::Step(step) => step.clone(),
    }
}

#[test]
fn everything_of_a_small_file() {
    let network = network(SMALL);
    let all = network.definition();
    assert_eq!((all.name.as_str(), all.phases[0].kind.clone()), ("small", PhaseKind::Abstract));
    assert_eq!(all.source, "BioNetGen network file `small.net`: Created by a test");
    assert!(all.run.t_end.is_none());
    let species: Vec<(&str, f64, bool)> =
        network.species().iter().map(|s| (s.name.as_str(), s.initial, s.fixed)).collect();
    let expected =
        [("A(b,b)", 100.0, false), ("B(a)", 50.0, true), ("A(b!1,b).B(a!1)", 0.0, false), ("@cell::D()", 1e7, true)];
    assert_eq!(species, expected);
    assert_eq!(all.species[0].note, "the initial amount is `total`");
    let steps: Vec<(&str, String, bool)> =
        all.steps.iter().map(|s| (s.equation.as_str(), constant(s), s.duplicate)).collect();
    let all_a = "([A(b,b)] + [A(b!1,b).B(a!1)] + 0.5*[@cell::D()])";
    let expected = [
        ("A(b,b) + B(a) -> A(b!1,b).B(a!1)", "2*kon".to_owned(), false),
        ("A(b!1,b).B(a!1) -> A(b,b) + B(a)", "parameter koff".to_owned(), false),
        ("2 A(b,b) -> 0", "0.5*slow/vol".to_owned(), false),
        ("A(b!1,b).B(a!1) -> @cell::D()", format!("kcat/(1 + {all_a}/Km)*[A(b!1,b).B(a!1)]"), true),
        ("A(b!1,b).B(a!1) -> @cell::D()", format!("2*(kcat/(1 + {all_a}/Km)*2)*[A(b!1,b).B(a!1)]"), true),
        ("0 -> A(b,b)", "if(abs(if(time/1 s > 10, 1, 0)*if(vol >= 4, 1, 0)) > 0, kcat*1 s, 0)/1 s".to_owned(), false),
        ("@cell::D() -> A(b!1,b).B(a!1)", "2*kcat".to_owned(), false),
        (
            "A(b,b) + A(b!1,b).B(a!1) -> A(b!1,b).B(a!1)",
            "kcat/(Km + [A(b,b)])*[A(b,b)]*[A(b!1,b).B(a!1)]".to_owned(),
            false,
        ),
        ("A(b,b) -> @cell::D()", "mixed*0.001".to_owned(), false),
        ("@cell::D() -> A(b,b)", "0.01 1/s".to_owned(), false),
        ("A(b,b) -> A(b!1,b).B(a!1)", "1.25 1/s".to_owned(), false),
        ("A(b!1,b).B(a!1) -> @cell::D()", "slow*(vol + time_)".to_owned(), true),
    ];
    for (found, expected) in steps.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(all.steps[0].note, "_R1");
    assert!(all.steps[10].note.contains("no words for"), "{}", all.steps[10].note);
    // A constant is in 1/s, what is beside it in an expression is a number.
    let shown = |name: &str| {
        let p = all.parameters.iter().find(|p| p.name == name).unwrap_or_else(|| panic!("no {name}"));
        (p.value.to_string(), p.note.clone())
    };
    assert_eq!(shown("kon").0, "0.5 1/s");
    assert_eq!(shown("koff").0, "kon*K");
    assert_eq!(shown("K").0, "2");
    assert_eq!(shown("mixed").0, "(vol*K^2 - 1)/1 s");
    assert_eq!(shown("vol"), ("4".to_owned(), "litres".to_owned()));
    assert_eq!(shown("time_").1, "`time` in the BioNetGen file");
    assert!(shown("slow").1.contains("the file has the number"));
    assert!(shown("total").1.contains("the initial amount of A(b,b)"));
    let observables: Vec<(&str, &str)> =
        all.observables.iter().map(|o| (o.name.as_str(), o.expression.text())).collect();
    let expected = [
        ("AllA", "[A(b,b)] + [A(b!1,b).B(a!1)] + 0.5*[@cell::D()]"),
        ("kon_", "4*[A(b,b)]"),
        ("charge_", "[@cell::D()]"),
    ];
    assert_eq!(observables, expected);
}

/// Constants are those that a pocket calculator gives, and those worked out from a parameter follow it.
#[test]
fn parameters_stay_settable() {
    let network = network(SMALL);
    let value = |values: &[f64], name: &str| values[network.parameter_id(name).unwrap().0];
    let mut values = network.parameter_values();
    assert_eq!(value(&values, "r1.k"), 1.0);
    assert_eq!(value(&values, "koff"), 1.0);
    assert_eq!(value(&values, "mixed"), 15.0);
    assert_eq!(value(&values, "r3.k"), 0.03125);
    assert_eq!(value(&values, "r12.k"), 1.75);
    values[network.parameter_id("kon").unwrap().0] = 3.0;
    network.complete(&mut values);
    assert_eq!((value(&values, "r1.k"), value(&values, "koff")), (6.0, 6.0));
}

#[test]
fn other_ways_to_write_it() {
    let plain = "begin parameters\n1 k 2\nend parameters\nbegin species\n1 A() 3\n2 B() 0\nend species\n\
                 begin reactions\n1 1 2 k\nend reactions\nbegin groups\n1 All 1,2\nend groups\n";
    let expected = definition(plain);
    let dos = plain.replace('\n', "\r\n");
    let spread = plain
        .replace("1 1 2 k", "\t1\t1 \\  \r\n 2 # half\\\n k # no")
        .replace("begin reactions", "\n\nbegin   reactions # now");
    let without = plain.replace("1 k 2", "k = 2").replace("species", "seed species").replace("1,2", "1, 2");
    for text in [dos, without] {
        assert_eq!(definition(&text), expected, "{text}");
    }
    // A comment ends its line, so the rate is missing there.
    assert!(message(&spread).contains("reaction 1 has a wrong value"), "{}", message(&spread));
    let keyword = plain.replace("1 1 2 k", "1 1 2 Sat k 5");
    assert_eq!(constant(&network(&keyword).definition().steps[0]), "k/(5 + [A()])*[A()]");
    // What would be read as a quantity is put into parentheses.
    let quantity = plain.replace("1 k 2", "1 s 2\n2 inf s").replace("1 1 2 k", "1 1 2 0.5/s*inf^2");
    assert_eq!(network(&quantity).parameter_values().len(), 3);
    let quantity = plain.replace("1 k 2", "1 s 2").replace("1 1 2 k", "1 1 2 2/s");
    assert_eq!(constant(&network(&quantity).definition().steps[0]), "(2/s/1 s)");
    let quantity = plain.replace("1 k 2", "1 s 2\n2 k 2/s\n3 f k*inf2\n4 inf2 3").replace("1 1 2 k", "1 1 2 1*f");
    assert_eq!(network(&quantity).parameters()[1].value, 1.0);
}

/// Patterns that cannot be names, or would make an expression too long, give way to numbers.
#[test]
fn numbers_for_patterns() {
    let text = "begin parameters\n1 S1 2\nend parameters\nbegin species\n7 A[1] 3\n1 e- 0\nend species\n\
                begin reactions\n1 7 1 S1\nend reactions\n";
    let names = |network: &Network| network.species().iter().map(|s| s.name.clone()).collect::<Vec<_>>();
    let found = network(text);
    assert_eq!(names(&found), ["S_7", "S_1"]);
    assert_eq!(found.definition().species[0].note, "A[1]");
    let long = "x".repeat(300);
    let species: Vec<String> = (1..=100).map(|i| format!("{i} A({long}{i}) 1")).collect();
    let group: Vec<String> = (1..=100).map(|i| i.to_string()).collect();
    let text = format!(
        "begin species\n{}\nend species\nbegin reactions\n1 1 2 1\nend reactions\nbegin groups\n1 all {}\nend groups\n",
        species.join("\n"),
        group.join(",")
    );
    assert_eq!(names(&network(&text))[99], "S100");
}

#[test]
fn faults_are_told_all_at_once_with_their_places() {
    let text = "begin parameters\n1 k 2*\n2 a b\n3 b a\n4 c 1/0\n5 k2 log(3)\n6 k2 1\nend parameters\n\
                begin functions\n1 f() q + g()\n2 g() f()\nend functions\n\
                begin species\n1 A() -1\n2 B() kk\n2 C()\nx D() 1\nend species\n\
                begin reactions\n1 1,9 2 1\n2 1;2 2 1\n3 1 2\n4 0 0 1\n5 1 2 Hill(1,2,3)\n6 1 2 -3\n7 1 2 f\n8 1 2 nope()\n\
                end reactions\nbegin groups\n1 G 1,x,3*2,17\nend groups\n";
    let faults = |text: &str| match bionetgen(text, "small.net") {
        Err(NetworkError::Invalid(faults)) => faults.0,
        other => panic!("{other:?}"),
    };
    let places = |text: &str| {
        faults(text)
            .iter()
            .map(|f| f.place.as_ref().map(|p| (p.line, p.column, p.length)).unwrap_or_default())
            .collect::<Vec<_>>()
    };
    // What cannot be read comes first; what is wrong beside other entries can only be told without that.
    assert_eq!(places(text), [(2, 7, 1), (6, 6, 3), (16, 6, 1), (17, 1, 1), (21, 3, 3), (22, 1, 5), (30, 7, 1)]);
    let text = text
        .replace("2*\n", "2\n")
        .replace("log(", "ln(")
        .replace("2 C()\nx D() 1", "2 C() 1")
        .replace("1;2", "1")
        .replace("3 1 2\n", "3 1 2 1\n")
        .replace("1,x,", "1,");
    let found = message(&text);
    for expected in [
        "duplicate parameter `k2`",
        "the value of `b` cannot be worked out",
        "the expression has a wrong value",
        "unknown parameter, function or observable `q`",
        "duplicate species `2`",
        "the initial amount of species 1 has a wrong value",
        "unknown parameter `kk`",
        " 1 | 1 1,9 2 1\n",
        "expected: the index of a species, from 1 to 2",
        "reaction 4 has a wrong value",
        "the rate law `Hill` is not known",
        "the rate constant of reaction 6 has a wrong value",
        "unknown function `nope`",
        "unknown species `17`",
    ] {
        let expected = expected.trim_start_matches(" 1 |").trim_end();
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }
}

#[test]
fn circles_and_what_uses_them() {
    let small = SMALL.replace("fixed  2*kcat", "fixed  fixed*2");
    let found = message(&small);
    assert!(found.contains("a function that uses itself, or too many others"), "{found}");
    assert_eq!(found.matches("error:").count(), 1, "{found}");
    let small = SMALL.replace("4 K      2", "4 K   koff").replace("vol    4", "vol    koff");
    let found = message(&small);
    assert_eq!(found.matches("cannot be worked out").count(), 4, "{found}");
    // What uses a parameter that could not be read is not told again.
    let found = message(&SMALL.replace("4 K      2", "4 K   2*q"));
    assert!(found.contains("unknown parameter `q`"), "{found}");
    assert_eq!(found.matches("error:").count(), 1, "{found}");
}

#[test]
fn a_file_that_is_none() {
    let found = message("[model]\nname = \"x\"\n");
    assert!(found.contains("`begin species` is missing in the file") && found.contains("= found: no block"), "{found}");
    assert!(message("").contains("a BioNetGen network file"));
    let cut = &SMALL[..SMALL.find("end reactions").unwrap()];
    let found = message(cut);
    assert!(found.contains("`end reactions` is missing in the block `reactions`"), "{found}");
    assert!(found.contains("| begin reactions\n   | ^^^^^^^^^^^^^^^"), "{found}");
    assert!(message(&SMALL.replace("end species", "end groups")).contains("the end of a block has a wrong value"));
    let nonsense = format!("begin species\n{}end species\n", "nonsense\n".repeat(1000));
    assert!(message(&nonsense).contains("there are more faults than are listed"));
}
