//! `ratelaw anchors`: every published figure beside the model's.

mod program;

use program::{done, ratelaw};

/// The shipped constants meet every anchor that can be met; the one for annotation is said to be that.
#[test]
fn the_anchors_are_met() {
    let text = done(&["anchors"]);
    assert!(text.contains("19 anchors met, 0 missed, 1 for annotation alone"), "{text}");
    for id in 1..=20 {
        assert!(text.contains(&format!("a{id}  ")), "a{id} is not in the table");
    }
}

/// One anchor with a check that cannot be met.
const MISSED: &str = r#"
[anchors]
name = "test"
[[run]]
name = "pinene"
model = "alpha-pinene"
[[anchor]]
id = "x1"
quantity = "what is left"
published = "more than there was"
[[anchor.check]]
run = "pinene"
value = "conversion(alpha_pinene)"
below = "-1 %"
"#;

/// Runs `ratelaw anchors` on a file with this text.
fn anchors(text: &str, folder: &tempfile::TempDir) -> std::process::Output {
    let path = folder.path().join("anchors.toml");
    std::fs::write(&path, text).unwrap();
    ratelaw(folder.path(), &["anchors", path.to_str().unwrap()])
}

#[test]
fn a_missed_anchor_ends_with_three() {
    let folder = tempfile::tempdir().unwrap();
    let output = anchors(MISSED, &folder);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("0 anchors met, 1 missed (x1)"), "{text}");
    // Said to be out of reach, it is still missed, but no failure.
    let output = anchors(&MISSED.replace("published =", "out_of_reach = \"arithmetic\"\npublished ="), &folder);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("cannot be met: arithmetic"));
}

#[test]
fn wrong_files_say_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let head = "[anchors]\nname = \"t\"\n[[run]]\nname = \"r\"\nmodel = \"alpha-pinene\"\n[[anchor]]\nid = \"x\"\nquantity = \"q\"\npublished = \"p\"\n";
    for (check, message) in [
        (
            "run = \"s\"\nvalue = \"charge\"\nabove = \"1\"",
            "anchors.toml:10: in a check of anchor `x`: there is no run `s`",
        ),
        (
            "run = \"r\"\nvalue = \"nothing\"\nabove = \"1\"",
            "anchors.toml:10: in a check of anchor `x`: unknown observable",
        ),
        ("run = \"r\"\nvalue = \"alpha_pinen\"\nabove = \"1\"", "did you mean `alpha_pinene`?"),
        (
            "run = \"r\"\nvalue = \"conversoin(alpha_pinene)\"\nabove = \"1\"",
            "did you mean `conversion(alpha_pinene)`?",
        ),
        (
            "chain = \"jia-2024-azine\"\nfigure = \"yield of N2H4 from NH4\"\nabove = \"1\"",
            "did you mean `yield of N2H4 from NH3`?",
        ),
        (
            "chain = \"jia-2024-azine\"\nstage = \"hydrolisis\"\nvalue = \"N2H4\"\nabove = \"1 mM\"",
            "no stage `hydrolisis`; did you mean `hydrolysis`?",
        ),
        (
            "chain = \"jia-2024-azine\"\nfigure = \"yield of N2H4 from NH3\"\nat = \"1 h\"\nabove = \"1\"",
            "a `figure` is of the whole chain",
        ),
        ("run = \"r\"\ncycle = 5\nvalue = \"alpha_pinene\"\nabove = \"1 mM\"", "are of a `chain`"),
        (
            "run = \"r\"\nvalue = \"conversion(alpha_pinene)\"\nequals = \"NaN %\"\nwithin = \"1 %\"",
            "`NaN %` is no finite",
        ),
        (
            "run = \"r\"\nvalue = \"conversion(alpha_pinene)\"\nequals = \"inf %\"\nwithin = \"1 %\"",
            "`inf %` is no finite",
        ),
        (
            "run = \"r\"\nvalue = \"conversion(alpha_pinene)\"\nequals = \"1 %\"\nwithin = \"inf %\"",
            "`inf %` is no finite",
        ),
        (
            "run = \"r\"\nvalue = \"conversion(alpha_pinene)\"\nequals = \"1 %\"\nwithin = \"-1 %\"",
            "`within` is `-1 %`",
        ),
        ("run = \"r\"\nvalue = \"conversion(alpha_pinene)\"\nbelow = \"inf %\"", "`inf %` is no finite"),
        ("run = \"r\"\nvalue = \"conversion(alpha_pinene)\"\nabove = \"-inf %\"", "`-inf %` is no finite"),
        ("run = \"r\"\nvalue = \"alpha_pinene\"", "it needs one of `equals` with `within`"),
        ("run = \"r\"\nvalue = \"alpha_pinene\"\nequals = \"1\"", "it needs one of `equals` with `within`"),
        ("run = \"r\"\nvalue = \"alpha_pinene\"\nabove = \"1\"\nfit = \"f\"", "there is no calibration `f`"),
        ("run = \"r\"\nvalue = \"alpha_pinene\"\ncontrol = \"p9\"\nabove = \"1\"", "there is no step `p9`"),
        ("run = \"r\"\nvalue = \"alpha_pinene\"\nabove = \"1 V\"", "`V`"),
        ("run = \"r\"\nvalue = \"alpha_pinene\"\nabove = \"1 mM\"\nat = \"1e9 h\"", "goes from 0 to"),
        ("run = \"r\"\nvalue = \"alpha_pinene\"\ntrend = \"rises\"", "a `trend` needs two `runs`"),
        ("chain = \"c\"\nfigure = \"f\"\nabove = \"1\"", "there is no chain `c`"),
        ("run = \"r\"\nvalu = \"alpha_pinene\"\nabove = \"1\"", "unknown field `valu`"),
    ] {
        let output = anchors(&format!("{head}[[anchor.check]]\n{check}\n"), &folder);
        let found = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{check}: {found}");
        assert!(found.contains(message), "{check}: {found}");
    }
}

/// Entries that are not checks say their line too; a file that compares nothing is refused.
#[test]
fn wrong_entries_say_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let anchor = "[[anchor]]\nid = \"x\"\nquantity = \"q\"\npublished = \"p\"\nkind = \"annotation\"\n";
    for (rest, message) in [
        ("", "anchors.toml: it has no `[[anchor]]`"),
        ("[[run]]\nname = \"r\"\nmodel = \"alpha-pinen\"\n", "anchors.toml:8: run `r`: `alpha-pinen` is neither"),
        (
            "[[anchor]]\nid = \"x\"\nquantity = \"q\"\npublished = \"p\"\n",
            "anchors.toml:8: anchor `x`: its id is given twice",
        ),
        (
            "[[anchor]]\nid = \"y\"\nquantity = \"q\"\npublished = \"p\"\n",
            "anchors.toml:8: anchor `y`: an annotation has no",
        ),
        ("[[calibration]]\nname = \"c\"\nfree = []\n", "anchors.toml:8: calibration `c`: `free` names no constant"),
        ("[[calibration]]\nname = \"c\"\nfree = [\"p1\"]\nstarts = 0\n", "calibration `c`: `starts` is 0"),
        ("[[calibration]]\nname = \"c\"\nfree = [\"p1\"]\n", "calibration `c`: no check says that it is `fit`"),
    ] {
        let anchor = if rest.is_empty() { "" } else { anchor };
        let output = anchors(&format!("[anchors]\nname = \"t\"\n{anchor}{rest}"), &folder);
        let found = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{rest}: {found}");
        assert!(found.contains(message), "{rest}: {found}");
    }
}

/// Nothing is above a bound because it was divided by zero.
#[test]
fn a_ratio_to_zero_is_missed_with_its_reason() {
    let ratio = "value = \"alpha_pinene\"\nat = \"0 s\"\nrelative_to_value = \"dipentene\"\nabove = \"1\"";
    let text = MISSED.replace("value = \"conversion(alpha_pinene)\"\nbelow = \"-1 %\"", ratio);
    assert_ne!(text, MISSED);
    let output = anchors(&text, &tempfile::tempdir().unwrap());
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("MISSED") && text.contains("no value: what it is divided by is zero"), "{text}");
}

/// The example of the guide holds what it says, and its calibration runs.
#[test]
fn the_example_of_the_guide_is_met() {
    let page = include_str!("../../../docs/guide/anchors.md");
    let example = page.split("```toml\n# anchors\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("anchors.toml"), folder.path().join("calibrated"));
    std::fs::write(&path, example).unwrap();
    let text = done(&["anchors", path.to_str().unwrap()]);
    assert!(text.contains("3 anchors met, 0 missed, 1 for annotation alone"), "{text}");
    done(&["anchors", path.to_str().unwrap(), "--calibrate", out.to_str().unwrap()]);
    assert!(std::fs::read_to_string(out.join("two-step.toml")).unwrap().contains("k2 = {"));
    // Every key of a check that the program knows is in the tables of the page.
    let known = include_str!("../src/command/anchors/file.rs");
    let check = known.split("struct Check {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    let keys = check.lines().filter_map(|line| line.trim().strip_prefix("pub(crate) ")?.split(':').next());
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "the page does not explain `{key}`");
    }
}

/// A calibration is done again by one command: to data that one constant fits, from a start that is off.
#[test]
fn a_calibration_writes_a_part_of_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("anchors.toml"), folder.path().join("calibrated"));
    let file = r#"
[anchors]
name = "test"
source = "nobody"
[[run]]
name = "two steps"
model = "jia-2024-two-step"
[[anchor]]
id = "x1"
quantity = "yield"
published = "half"
[[anchor.check]]
run = "two steps"
value = "yield(BPA from NH3)"
equals = "50 %"
within = "1 %"
fit = "two-step"
[[calibration]]
name = "two-step"
free = ["k2=1e-6..1e-3 1/s"]
starts = 2
"#;
    std::fs::write(&path, file).unwrap();
    done(&["anchors", path.to_str().unwrap(), "--calibrate", out.to_str().unwrap()]);
    let written = std::fs::read_to_string(out.join("two-step.toml")).unwrap();
    assert!(written.contains("origin = \"calibrated\", source = \"test: figures of nobody\""), "{written}");
    // 1 - exp(-k2 t) = 1/2 at 10 h, but for the condensation before it, 1/k1 = 50 s.
    let value: f64 = written.split("value = \"").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((value / (2f64.ln() / (36_000.0 - 50.0)) - 1.0).abs() < 1e-3, "{value}");
    let model = "[model]\nname = \"mine\"\nbase = [\"jia-2024-two-step\", \"calibrated/two-step\"]\n";
    let own = folder.path().join("mine.toml");
    std::fs::write(&own, model).unwrap();
    let text = done(&["simulate", own.to_str().unwrap(), "--points", "2", "--out", "-"]);
    let end: Vec<&str> = text.lines().last().unwrap().split(',').collect();
    assert!(end.iter().any(|cell| cell.starts_with("49.99") || cell.starts_with("50.00")), "{text}");
}
