//! Models that stand on others: what is merged, what is taken out, and where a fault is said to stand.

use std::path::PathBuf;

use proptest::prelude::*;
use ratelaw_network::{Fault, Network, NetworkError, Origin, ParameterValue};

const CELL: &str = r#"[model]
name = "cell"
title = "A cell"
source = "a paper"
notes = "of the base"

[run]
t_end = "1 h"
products = ["B", "C"]

[phases]
cell = { kind = "solution", volume = "1 L" }

[species]
A = { formula = "C", initial = "1 M", note = "carbon" }
B = { formula = "C" }
C = { formula = "C" }

[parameters]
k1 = { value = "0.1 1/s", origin = "calibrated", source = "a fit", bounds = ["0.01 1/s", "1 1/s"] }
k2 = "0.2 1/s"

[steps]
first = { equation = "A -> B", k = "k1" }
second = { equation = "B -> C", k = "k2" }
"#;

/// Reads an overlay; its library has the cell and what is given.
fn read_with(text: &str, parts: &[(&str, &str)]) -> Result<Network, NetworkError> {
    let find = |name: &str| parts.iter().find(|(n, _)| *n == name).map(|(_, text)| (*text).to_owned());
    let library = |name: &str| find(name).or_else(|| (name == "cell").then(|| CELL.to_owned()));
    Network::from_toml_with(text, "over.toml", &library)
}

fn read(text: &str) -> Network {
    read_with(text, &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn message(text: &str, parts: &[(&str, &str)]) -> String {
    read_with(text, parts).expect_err("it is wrong").to_string()
}

/// Over the cell, with more lines.
fn over(more: &str) -> String {
    format!("[model]\nname = \"over\"\nbase = \"cell\"\n{more}")
}

fn value(network: &Network, name: &str) -> f64 {
    network.parameters().iter().find(|p| p.name == name).unwrap_or_else(|| panic!("no `{name}`")).value
}

fn names(network: &Network) -> Vec<&str> {
    network.species().iter().map(|s| s.name.as_str()).collect()
}

/// Files of a test, in a folder of its own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("overlays").join(name);
        if path.exists() {
            std::fs::remove_dir_all(&path).expect("an old folder goes");
        }
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

#[test]
fn tables_are_merged_key_by_key() {
    let network = read(&over("[species]\nA = { initial = \"2 M\" }\n[parameters]\nk1 = { note = \"new\" }\n"));
    let definition = network.definition();
    let a = &definition.species[0];
    assert_eq!((a.name.as_str(), a.note.as_str()), ("A", "carbon"));
    // 2 mol/L in mol/m3, exact in binary.
    assert_eq!(network.species()[0].initial, 2000.0);
    let k1 = &definition.parameters[0];
    assert_eq!((k1.origin, k1.source.as_str(), k1.note.as_str()), (Some(Origin::Calibrated), "a fit", "new"));
    assert_eq!(value(&network, "k1"), 0.1);
    assert_eq!(definition.steps.len(), 2);
}

#[test]
fn lists_and_values_are_replaced() {
    let more = "[run]\nproducts = [\"C\"]\n[parameters]\nk1 = { bounds = [\"1e-3 1/s\", \"9 1/s\"] }\nk2 = \"3 1/s\"\n";
    let network = read(&over(more));
    assert_eq!(network.definition().run.products, ["C"]);
    assert!(network.definition().run.t_end.is_some());
    assert_eq!(network.parameters()[0].bounds, Some((1e-3, 9.0)));
    assert_eq!(value(&network, "k2"), 3.0);
    // A value given anew keeps the bounds, and not the word on where the old one came from; short forms too.
    let network = read(&over("[parameters]\nk1 = \"5 1/s\"\nk2 = { value = \"6 1/s\", origin = \"assumed\" }\n"));
    let [k1, k2] = &network.definition().parameters[..] else { panic!("two parameters") };
    assert_eq!((k1.origin, k1.source.as_str(), k2.origin), (None, "", Some(Origin::Assumed)));
    assert!(k1.bounds.is_some());
    assert_eq!((value(&network, "k1"), value(&network, "k2")), (5.0, 6.0));
}

#[test]
fn a_base_gives_its_source_and_no_other_text_of_itself() {
    let definition = read(&over("")).definition().clone();
    assert_eq!((definition.name.as_str(), definition.source.as_str()), ("over", "a paper"));
    assert_eq!((definition.title.as_str(), definition.notes.as_str()), ("", ""));
    assert_eq!(read(&over("source = \"own\"\n")).definition().source, "own");
    // Also through a model between the two, and past a part without [model].
    let parts = [("mid", "[model]\nname = \"mid\"\nbase = \"cell\"\n"), ("part", "[parameters]\nk2 = \"3 1/s\"\n")];
    let top = read_with("[model]\nname = \"top\"\nbase = [\"mid\", \"part\"]\n", &parts).unwrap();
    assert_eq!(top.definition().source, "a paper");
}

#[test]
fn what_is_without_is_taken_out_and_can_be_written_anew() {
    let network = read(&over("without = [\"steps.second\", \"parameters.k2\"]\n"));
    assert_eq!((network.steps().len(), network.parameters().len()), (1, 1));
    // Written anew, nothing of the old entry stays, and it comes last.
    let more = "without = [\"steps.first\", \"parameters.k1\"]\n[steps.first]\nequation = \"A -> C\"\nk = \"k1\"\n\
                [parameters]\nk1 = { value = \"7 1/s\" }\n";
    let network = read(&over(more));
    let definition = network.definition();
    let steps: Vec<&str> = definition.steps.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(steps, ["second", "first"]);
    assert_eq!(definition.steps[1].equation, "A -> C");
    let k1 = &definition.parameters[1];
    assert_eq!((k1.name.as_str(), k1.origin, k1.bounds.as_ref()), ("k1", None, None));
    // Names may hold dots; the first one ends the table.
    let part = ("part", "[parameters]\n\"a.b\" = 1\n");
    let text = "[model]\nname = \"m\"\nbase = [\"cell\", \"part\"]\nwithout = [\"parameters.a.b\"]\n";
    assert_eq!(read_with(text, &[part]).unwrap().parameters().len(), 2);
}

#[test]
fn bases_have_bases_and_the_last_word_is_that_of_the_model() {
    let mid = "[model]\nname = \"mid\"\nbase = \"cell\"\nwithout = [\"steps.second\"]\n[species]\nD = { formula = \"C\" }\n\
               [parameters]\nk1 = \"2 1/s\"\nk2 = \"3 1/s\"\n[steps]\nthird = { equation = \"B -> D\", k = \"k2\" }\n";
    let top = "[model]\nname = \"top\"\nbase = \"mid\"\n[parameters]\nk2 = \"4 1/s\"\n[run]\nproducts = [\"D\"]\n";
    let network = read_with(top, &[("mid", mid)]).unwrap();
    assert_eq!((value(&network, "k1"), value(&network, "k2")), (2.0, 4.0));
    assert_eq!(names(&network), ["A", "B", "C", "D"]);
    assert_eq!(network.steps().iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["first", "third"]);
    assert_eq!(network.bases(), ["cell.toml (embedded)", "mid.toml (embedded)"]);
    assert!(read(CELL).bases().is_empty());
}

#[test]
fn of_a_list_each_base_lies_over_those_before_it() {
    let parts = [
        ("slow", "# constants\n[parameters]\nk1 = \"1e-3 1/s\"\nk2 = \"1e-3 1/s\"\n"),
        ("fast", "parameters.k2 = \"9 1/s\"\n"),
    ];
    let text = |list: &str| format!("[model]\nname = \"m\"\nbase = [{list}]\n");
    let network = read_with(&text("\"cell\", \"slow\", \"fast\""), &parts).unwrap();
    assert_eq!((value(&network, "k1"), value(&network, "k2")), (1e-3, 9.0));
    let network = read_with(&text("\"cell\", \"fast\", \"slow\""), &parts).unwrap();
    assert_eq!(value(&network, "k2"), 1e-3);
    // A part may take out what bases before it have.
    let cut = ("cut", "model = { without = [\"steps.second\", \"parameters.k2\"] }\n");
    assert_eq!(read_with(&text("\"cell\", \"cut\""), &[cut]).unwrap().steps().len(), 1);
}

#[test]
fn a_part_that_two_bases_share_counts_once() {
    let one = "[model]\nname = \"one\"\nbase = \"cell\"\n[parameters]\nk1 = \"5 1/s\"\n";
    let two = "[model]\nname = \"two\"\nbase = \"cell\"\n[parameters]\nk2 = \"6 1/s\"\n";
    let text = "[model]\nname = \"m\"\nbase = [\"one\", \"two\", \"cell\"]\n";
    let network = read_with(text, &[("one", one), ("two", two)]).unwrap();
    // If the cell were laid over `one` once more, k1 would be 0.1.
    assert_eq!((value(&network, "k1"), value(&network, "k2")), (5.0, 6.0));
    assert_eq!(network.bases(), ["cell.toml (embedded)", "one.toml (embedded)", "two.toml (embedded)"]);
}

#[test]
fn an_overlay_that_changes_nothing_is_its_base() {
    let (own, base) = (read(&over("")), read(CELL));
    let body =
        |network: &Network| network.to_toml().split_once("[run]").map(|(_, rest)| rest.to_owned()).expect("a run");
    assert_eq!(body(&own), body(&base));
    // What is written is merged: it reads without the base.
    assert_eq!(Network::from_toml(&own.to_toml(), "own.toml").unwrap(), own);
    // Order is that of the base, whatever the order above it.
    let turned = read(&over("[species]\nC = { formula = \"C\" }\nB = { formula = \"C\" }\nA = { formula = \"C\" }\n"));
    assert_eq!(names(&turned), ["A", "B", "C"]);
    let parts = [("b", "species.B.note = \"b\"\nspecies.A.note = \"a\"\n")];
    let both = read_with(
        "[model]\nname = \"m\"\nbase = [\"cell\", \"b\"]\n[species]\nD = { formula = \"C\" }\nB = { note = \"B\" }\n",
        &parts,
    );
    assert_eq!(names(&both.unwrap()), ["A", "B", "C", "D"]);
}

#[test]
fn bases_that_are_not_there_or_lead_back_are_refused() {
    let text = message("[model]\nname = \"m\"\nbase = [\"cell\", \"cel\"]\n", &[]);
    assert!(text.starts_with("error: unknown base `cel`\n --> over.toml:3:17\n"), "{text}");
    let a = ("a", "[model]\nbase = \"b\"\n");
    let b = ("b", "[model]\nname = \"b\"\nbase = \"a\"\n");
    let text = message("[model]\nname = \"m\"\nbase = \"a\"\n", &[a, b]);
    assert!(text.contains("the base `a` leads back to this model\n --> b.toml (embedded):3:8\n"), "{text}");
    let itself = ("itself", "[model]\nbase = \"itself\"\n");
    let text = message("[model]\nname = \"m\"\nbase = \"itself\"\n", &[itself]);
    assert!(text.contains("--> itself.toml (embedded):2:8"), "{text}");
    // A text of the library that is read by its own name.
    let library = |name: &str| (name == "m").then(|| "[model]\nbase = \"m\"\n".to_owned());
    let fault = Network::from_toml_with("[model]\nbase = \"m\"\n", "m.toml (embedded)", &library).unwrap_err();
    assert!(fault.to_string().contains("--> m.toml (embedded):2:8"), "{fault}");
}

#[test]
fn wrong_values_of_base_and_without_are_refused() {
    for (line, place) in [
        ("base = 3", "2:8"),
        ("base = { a = 1 }", "2:8"),
        ("base = [\"cell\", 3]", "2:17"),
        ("base = \"cell\"\nwithout = \"steps.first\"", "3:11"),
        ("base = \"cell\"\nwithout = [\"steps.first\", []]", "3:27"),
        ("without = true", "2:11"),
    ] {
        let text = message(&format!("[model]\n{line}\nname = \"m\"\n"), &[]);
        assert!(text.contains("has a wrong value"), "{line}: {text}");
        assert!(text.contains(&format!("--> over.toml:{place}\n")), "{line}: {text}");
    }
    // An empty list of either asks for nothing.
    assert_eq!(read(&CELL.replace("name =", "base = []\nwithout = []\nname =")), read(CELL));
}

#[test]
fn an_entry_that_the_base_does_not_have_cannot_be_taken_out() {
    for (entry, help) in [
        ("steps.frist", "did you mean `steps.first`?"),
        ("step.second", "did you mean `steps.second`?"),
        ("steps.k2", ""),
        ("steps", ""),
        ("", ""),
        ("parameters.k1.note", ""),
    ] {
        let text = message(&over(&format!("without = [\"{entry}\"]\n")), &[]);
        assert!(
            text.starts_with(&format!("error: unknown entry of the base `{entry}`\n --> over.toml:4:12\n")),
            "{text}"
        );
        assert!(text.contains(help), "{text}");
    }
    // The model's own entries are not the base's.
    let text = message(&over("without = [\"steps.own\"]\n[steps]\nown = { equation = \"A -> C\", k = \"k1\" }\n"), &[]);
    assert!(text.contains("unknown entry of the base `steps.own`"), "{text}");
}

#[test]
fn misspelt_keys_of_a_model_table_are_refused_in_bases_too() {
    let text = message(&over("withuot = []\n"), &[]);
    assert!(text.contains("--> over.toml:4:1\n") && text.contains("did you mean `without`?"), "{text}");
    let mid = ("mid", "[model]\nname = 3\nbase = \"cell\"\nwihtout = [\"steps.first\"]\n");
    let text = message("[model]\nname = \"m\"\nbase = \"mid\"\n", &[mid]);
    assert!(text.contains("`model.name` has a wrong value\n --> mid.toml (embedded):2:8\n"), "{text}");
    assert!(text.contains("unknown key `wihtout` in [model]\n --> mid.toml (embedded):4:1\n"), "{text}");
    let text = message("[model]\nname = \"m\"\nbase = \"odd\"\n", &[("odd", "model = 3\n")]);
    assert!(text.contains("--> odd.toml (embedded):1:9\n"), "{text}");
    // What is missing is missed in the model, not in its base.
    let text = message("\n[model]\nbase = \"cell\"\n", &[]);
    assert!(text.contains("`name` is missing in [model]\n --> over.toml:2:1\n"), "{text}");
}

#[test]
fn a_fault_stands_where_it_was_written() {
    let broken = CELL.replace("1 M", "1 V").replace("A -> B", "A -> X");
    let top = "[model]\nname = \"m\"\nbase = \"broken\"\n[steps]\nsecond = { equation = \"B -> Y\" }\n";
    let text = message(top, &[("broken", &broken)]);
    let places = [
        "--> broken.toml (embedded):24:28\n   |\n24 | first = { equation = \"A -> X\", k = \"k1\" }\n   |                            ^\n",
        "--> broken.toml (embedded):15:32\n   |\n15 | A = { formula = \"C\", initial = \"1 V\", note = \"carbon\" }\n   |                                ^^^^^\n",
        "--> over.toml:5:29\n  |\n5 | second = { equation = \"B -> Y\" }\n  |                             ^\n",
    ];
    for place in places {
        assert!(text.contains(place), "no\n{place}\nin\n{text}");
    }
    // Faults of one file stand together.
    let (base, own) = (text.rfind("--> broken").unwrap(), text.find("--> over").unwrap());
    assert!(base < own, "{text}");
    // A table that lacks a key, below and above.
    let text = message(&over("[species]\nX = { note = \"no formula\" }\n"), &[]);
    assert!(text.contains("--> over.toml:5:1\n"), "{text}");
}

#[test]
fn a_fault_at_the_very_end_of_a_base_stands_in_it() {
    for ending in ["", "\n", "\r\n"] {
        let base = format!("[parameters]\nk2 = {ending}");
        let text = message("[model]\nname = \"m\"\nbase = [\"cell\", \"part\"]\n", &[("part", &base)]);
        assert!(text.contains("this is not valid TOML\n --> part.toml (embedded):2:"), "{text}");
    }
    let part = "[parameters]\nk2 = \"1 1/s\"\nk3 = \"nonsense and more\"";
    let text = message("[model]\nname = \"m\"\nbase = [\"cell\", \"part\"]\n", &[("part", part)]);
    assert!(text.contains("--> part.toml (embedded):3:16\n"), "{text}");
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_shift_no_place() {
    let base = CELL.replace("k2 = \"0.2 1/s\"", "k2 = true").replace('\n', "\r\n");
    let top = "[model]\r\nname = \"m\"\r\nbase = \"w\"\r\n[species]\r\nA = { initial = \"x\" }\r\n";
    let text = message(top, &[("w", &base)]);
    assert!(text.contains("--> w.toml (embedded):21:6\n   |\n21 | k2 = true\n   |      ^^^^\n"), "{text}");
    assert!(text.contains("--> over.toml:5:17\n  |\n5 | A = { initial = \"x\" }\n  |                 ^^^\n"), "{text}");
    let marked = format!("\u{feff}{CELL}");
    let top = "[model]\nname = \"m\"\nbase = \"marked\"\n[parameters]\nk1 = true\n";
    let text = message(top, &[("marked", &marked)]);
    assert!(text.contains("--> over.toml:5:6\n  |\n5 | k1 = true\n  |      ^^^^\n"), "{text}");
}

#[test]
fn files_are_found_beside_the_model_and_before_the_library() {
    let folder = Folder::new("beside");
    folder.write("plain", CELL.replace("0.1 1/s", "11 1/s"));
    folder.write("cell.toml", CELL.replace("0.1 1/s", "12 1/s"));
    folder.write("parts/k.toml", "[model]\nbase = \"deeper\"\n");
    folder.write("parts/deeper.toml", "[parameters]\nk2 = \"13 1/s\"\n");
    let library = |name: &str| (name == "cell" || name == "embedded").then(|| CELL.to_owned());
    for (base, expected) in [("plain", 11.0), ("cell", 12.0), ("cell.toml", 12.0), ("./cell", 12.0), ("embedded", 0.1)]
    {
        let path = folder.write("m.toml", format!("[model]\nname = \"m\"\nbase = \"{base}\"\n"));
        assert_eq!(value(&Network::from_file_with(&path, &library).unwrap(), "k1"), expected, "{base}");
    }
    // A base of a base is looked for beside that one; `..` names the same file.
    let path =
        folder.write("m.toml", "[model]\nname = \"m\"\nbase = [\"cell\", \"parts/k\", \"parts/../cell.toml\"]\n");
    let network = Network::from_file(&path).unwrap();
    assert_eq!((value(&network, "k1"), value(&network, "k2"), network.bases().len()), (12.0, 13.0, 3));
    // A text has no files beside it.
    let fault = Network::from_toml("[model]\nname = \"m\"\nbase = \"cell\"\n", "m.toml").unwrap_err();
    assert!(fault.to_string().contains("expected: the name of a model that is part of the program"), "{fault}");
}

#[test]
fn files_that_are_no_base_are_refused_by_name() {
    let folder = Folder::new("refused");
    let read = |text: &str| Network::from_file(folder.write("m.toml", text)).expect_err("it is wrong").to_string();
    let text = read("[model]\nname = \"m\"\nbase = \"absent\"\n");
    assert!(text.contains("unknown base `absent`") && text.contains("m.toml:3:8"), "{text}");
    assert!(text.contains("expected: a model file beside this one, or the name of"), "{text}");
    let text = read("[model]\nname = \"m\"\nbase = \"m\"\n");
    assert!(text.contains("the base `m` leads back to this model") && text.contains("m.toml:3:8"), "{text}");
    folder.write("bytes.toml", [0xff, 0xfe, 0x00]);
    folder.write("zero.toml", "a\0b");
    folder.write("empty.toml", " \n");
    std::fs::create_dir_all(folder.0.join("folder.toml")).expect("a folder");
    for (base, fault, file) in [
        ("bytes", Fault::NotText, "bytes.toml"),
        ("zero", Fault::NotText, "zero.toml"),
        ("empty", Fault::Empty, "empty.toml"),
        ("folder", Fault::Unknown { kind: "base", name: "folder".into() }, "m.toml"),
    ] {
        let path = folder.write("m.toml", format!("[model]\nname = \"m\"\nbase = \"{base}\"\n"));
        let Err(NetworkError::Invalid(faults)) = Network::from_file(path) else { panic!("{base} is no base") };
        assert_eq!(faults.0[0].fault, fault);
        assert!(faults.0[0].place.as_ref().is_some_and(|p| p.file.ends_with(file)), "{faults}");
    }
    // A part with nothing but a comment changes nothing.
    folder.write("cell.toml", CELL);
    folder.write("comment.toml", "# nothing yet\n");
    let path = folder.write("m.toml", "[model]\nname = \"m\"\nbase = [\"cell\", \"comment\"]\n");
    assert_eq!(value(&Network::from_file(path).unwrap(), "k1"), 0.1);
}

#[test]
fn a_base_in_json_is_marked_where_it_is_wrong() {
    let folder = Folder::new("json");
    let json = Network::from_toml(CELL, "cell.toml").unwrap().to_json();
    folder.write("cell.json", &json);
    let path = folder.write("m.toml", "[model]\nname = \"m\"\nbase = \"cell.json\"\n[parameters]\nk2 = \"4 1/s\"\n");
    let network = Network::from_file(&path).unwrap();
    assert_eq!((value(&network, "k1"), value(&network, "k2")), (0.1, 4.0));
    assert_eq!(names(&network), ["A", "B", "C"]);
    let wrong = json.replace("A -> B", "A -> X");
    let line = wrong.lines().position(|l| l.contains("A -> X")).expect("the equation") + 1;
    folder.write("cell.json", &wrong);
    let text = Network::from_file(&path).unwrap_err().to_string();
    assert!(text.contains(&format!("cell.json:{line}:")) && text.contains("A -> X"), "{text}");
    folder.write("cell.json", "{ \"model\": ");
    let text = Network::from_file(&path).unwrap_err().to_string();
    assert!(text.contains("this is not valid JSON") && text.contains("cell.json:1:"), "{text}");
    // A model in JSON stands on others as one in TOML does.
    folder.write("cell.toml", CELL);
    let path = folder
        .write("own.json", "{\"model\": {\"name\": \"m\", \"base\": [\"cell\"], \"without\": [\"steps.frist\"]}}");
    let text = Network::from_file(&path).unwrap_err().to_string();
    assert!(text.contains("own.json:1:") && text.contains("did you mean `steps.first`?"), "{text}");
}

/// Longer than any stack would hold if each base were read within the one above it.
#[test]
fn long_chains_are_read() {
    let folder = Folder::new("chain");
    folder.write("m0.toml", CELL);
    for i in 1..=200 {
        folder.write(
            &format!("m{i}.toml"),
            format!("[model]\nname = \"m{i}\"\nbase = \"m{}\"\n[parameters]\np{i} = {i}\n", i - 1),
        );
    }
    let network = Network::from_file(folder.0.join("m200.toml")).unwrap();
    assert_eq!((network.parameters().len(), network.bases().len()), (202, 200));
    let library = |name: &str| match name.parse::<usize>().ok()? {
        0 => Some(CELL.to_owned()),
        i => Some(format!("[model]\nbase = \"{}\"\n", i - 1)),
    };
    let network = Network::from_toml_with("[model]\nname = \"m\"\nbase = \"3000\"\n", "m.toml", &library).unwrap();
    assert_eq!(network.bases().len(), 3001);
}

/// Nested as deep as TOML allows by dots; reading either works or says what is wrong.
#[test]
fn deep_tables_do_not_overflow_the_stack() {
    for depth in [50, 5000, 200_000] {
        let deep = format!("parameters.{} = 1\n", vec!["a"; depth].join("."));
        let text = message(
            "[model]\nname = \"m\"\nbase = [\"cell\", \"deep\", \"deeper\"]\n",
            &[("deep", &deep), ("deeper", &deep)],
        );
        assert!(text.contains("deep.toml (embedded):1:"), "{text}");
    }
}

#[test]
fn expressions_of_a_base_follow_what_lies_over_it() {
    let base = CELL.replace("k2 = \"0.2 1/s\"", "k2 = \"2*k1\"");
    let network =
        read_with("[model]\nname = \"m\"\nbase = \"b\"\n[parameters]\nk1 = \"4 1/s\"\n", &[("b", &base)]).unwrap();
    assert!(matches!(network.definition().parameters[1].value, ParameterValue::Expression(_)));
    assert_eq!(value(&network, "k2"), 8.0);
}

proptest! {
    /// A base with a slip, or of nothing but garbage: refused or read, with a place in one of the files.
    #[test]
    fn garbage_in_a_base_never_panics(
        at in 0..CELL.len(), cut in 0..40usize, garbage in "[\\[\\]{}=.\"',a-z0-9 \n\r\t#é\u{0}-]{0,12}", alone in any::<bool>(),
    ) {
        let rest = CELL.get(at + cut..).unwrap_or("");
        let base = if alone { garbage.repeat(3) } else { format!("{}{garbage}{rest}", &CELL[..at]) };
        let top = "[model]\nname = \"m\"\nbase = [\"cell\", \"slip\"]\nwithout = [\"steps.first\"]\n[species]\nA = { initial = \"2 M\" }\n";
        if let Err(error) = read_with(top, &[("slip", &base)]) {
            let NetworkError::Invalid(faults) = &error else { panic!("{error}") };
            for fault in &faults.0 {
                let place = fault.place.as_ref().expect("a file has places");
                let known = ["over.toml", "slip.toml (embedded)", "cell.toml (embedded)"];
                prop_assert!(known.contains(&place.file.as_str()), "{}", error);
                let lines = if place.file.starts_with("slip") { base.as_str() } else if place.file.starts_with("cell") { CELL } else { top };
                prop_assert!(place.line <= lines.split('\n').count(), "{}", error);
            }
        }
    }
}
