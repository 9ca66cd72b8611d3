//! Every model in the guide and in the README is read and run, so that no page shows what the program refuses.
//!
//! A block ```` ```toml ```` is one of these; its first lines, comments, say which:
//!
//! - a model, with `[model]`: it is read, and run for as long as it says. Its `base` may be a model on the same page or
//!   an embedded one;
//! - `# part of: NAME`: an overlay of such a model, without its `[model]`; `# without: steps.a, steps.b` says what the
//!   overlay takes out;
//! - `# wrong: TEXT` (alone or after `# part of: NAME`): reading or running must fail with a message that contains the
//!   text. A block ```` ```text ```` that comes next, if it starts with `error:`, must be that message, its line numbers
//!   apart;
//! - `# study`: a study file, whose models and data must be embedded ones;
//! - `# anchors`: a file of anchors, whose models and chains must be embedded ones; the tests of the program run it;
//! - `# chain`: a chain file of embedded models, which is read and run.
//!
//! Any other block fails the test.

use ratelaw::prelude::*;
use ratelaw::solver::ChainFile;

/// A fenced block of a page.
struct Block {
    language: String,
    line: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (i, line) in page.lines().enumerate() {
        if let Some(language) = line.strip_prefix("```") {
            if !inside {
                blocks.push(Block { language: language.to_owned(), line: i + 1, text: String::new() });
            }
            inside = !inside;
        } else if let Some(block) = blocks.last_mut().filter(|_| inside) {
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    blocks
}

/// The text after `# KEY:` in the comments at the top of a block.
fn directive<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let top = text.lines().take_while(|line| line.starts_with('#'));
    top.filter_map(|line| line[1..].trim().strip_prefix(key)).map(str::trim).next()
}

fn name_of(model: &str) -> Option<&str> {
    let line = model.lines().skip_while(|line| *line != "[model]").find(|line| line.starts_with("name"))?;
    line.split('"').nth(1)
}

/// Reads a model and runs it if it says how long; gives the message if one of both fails.
fn run(text: &str, page: &[Block]) -> Result<(), String> {
    let on_page = |name: &str| page.iter().find(|b| b.language == "toml" && name_of(&b.text) == Some(name));
    let library = |name: &str| on_page(name).map(|b| b.text.clone()).or_else(|| ratelaw::models::text(name));
    let network = Network::from_toml_with(text, "model.toml", &library).map_err(|e| e.to_string())?;
    if network.definition().run.t_end.is_none() && network.stages().is_empty() {
        return Ok(());
    }
    let problem = Problem::builder(&network).build().map_err(|e| e.to_string())?;
    let solution = solve(&problem, &SolveOptions::default()).map_err(|e| e.to_string())?;
    for observable in Observable::standard(&network) {
        solution.observe(&observable);
    }
    Ok(())
}

/// Lines of a message without line numbers and places.
fn lines(message: &str) -> Vec<&str> {
    let all = message.lines().map(|line| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').trim_end());
    all.filter(|line| !line.starts_with("-->") && !line.is_empty()).collect()
}

/// Whether all that a study or a file of anchors names is embedded.
fn embedded(text: &str) -> Result<(), String> {
    for line in text.lines() {
        let value = || line.split('"').nth(1).unwrap_or_default();
        let known = match line.split('=').next().unwrap_or_default().trim() {
            "model" => ratelaw::models::find(value()).is_some(),
            "data" => ratelaw::data::find(value()).is_some(),
            "chain" => ratelaw::chains::find(value()).is_some(),
            _ => true,
        };
        if !known {
            return Err(format!("`{}` is not embedded", value()));
        }
    }
    Ok(())
}

fn chain(text: &str) -> Result<(), String> {
    let chain = ChainFile::from_toml(text, "chain.toml").and_then(|file| file.chain(ratelaw::chains::model));
    chain.and_then(|chain| chain.run(&SolveOptions::default())).map(|_| ()).map_err(|e| e.to_string())
}

/// What is wrong with a block, if anything is.
fn fault(block: &Block, next: Option<&Block>, page: &[Block]) -> Option<String> {
    let text = &block.text;
    if block.language != "toml" {
        return Some(format!("`{}` is no language of a block that is tested", block.language));
    }
    if text.starts_with("# study\n") || text.starts_with("# anchors\n") {
        return embedded(text).err();
    }
    if text.starts_with("# chain\n") {
        return chain(text).err();
    }
    let whole = match directive(text, "part of:") {
        Some(name) => {
            let without: Vec<&str> = directive(text, "without:").map_or(Vec::new(), |all| all.split(", ").collect());
            format!("model = {{ name = \"part\", base = \"{name}\", without = {without:?} }}\n{text}")
        }
        None if text.lines().any(|line| line == "[model]") => text.clone(),
        None => {
            return Some(
                "neither a model with [model], nor `# part of:`, nor `# study`, `# anchors` or `# chain`".to_owned(),
            );
        }
    };
    let outcome = run(&whole, page);
    let Some(wrong) = directive(text, "wrong:") else { return outcome.err() };
    let Err(message) = outcome else { return Some(format!("it was read and run, but should fail with `{wrong}`")) };
    if !message.contains(wrong) {
        return Some(format!("the message should contain `{wrong}`:\n{message}"));
    }
    let shown = next.filter(|b| b.language == "text" && b.text.starts_with("error:"))?;
    let (shown, message) = (lines(&shown.text), lines(&message));
    (shown != message).then(|| format!("the page shows\n{shown:#?}\nand the message is\n{message:#?}"))
}

#[test]
fn models_of_the_guide_are_read_and_run() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut pages = vec![format!("{root}/README.md")];
    for entry in std::fs::read_dir(format!("{root}/docs/guide")).expect("the folder of the guide") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "md") {
            pages.push(path.to_str().expect("a plain name").to_owned());
        }
    }
    pages.sort();
    let (mut faults, mut tested) = (Vec::new(), 0);
    for page in &pages {
        let text = std::fs::read_to_string(page).expect("a page");
        let all = blocks(&text);
        for (i, block) in all.iter().enumerate().filter(|(_, b)| b.language.starts_with("toml")) {
            tested += 1;
            let page = page.strip_prefix(root).unwrap_or(page).trim_start_matches('/');
            faults.extend(fault(block, all.get(i + 1), &all).map(|f| format!("{page}:{}: {f}", block.line)));
        }
    }
    assert!(faults.is_empty(), "{} of {tested} blocks\n\n{}", faults.len(), faults.join("\n\n"));
    assert!(tested > 20, "only {tested} blocks were found");
}
