//! Every model in the guide and in the README is read and run, so that no page shows what the program refuses.
//!
//! A block ```` ```toml ```` is one of these; its first lines, comments, say which:
//!
//! - a complete model, with `[model]`: it is read, and run for as long as it says;
//! - `# part of: NAME`: items for the complete model of that name on the same page, or of an embedded model. An item is
//!   one entry of a table (`NH3 = ...` under `[species]`) or one table of a name (`[species.NH3]`). An item that the
//!   model has is replaced, any other is added; then the whole is read and run;
//! - `# wrong: TEXT` (alone or after `# part of: NAME`): reading or running must fail with a message that contains the
//!   text. A block ```` ```text ```` that comes next, if it starts with `error:`, must be that message, its line numbers
//!   apart;
//! - `# study`: a study file, whose models and data must be embedded ones;
//! - `# chain`: a chain file of embedded models, which is read and run.
//!
//! Any other block fails the test.

use std::fmt::Write as _;

use ratelaw::prelude::*;
use ratelaw::solver::ChainFile;

/// A fenced block of a page.
struct Block {
    language: String,
    line: usize,
    text: String,
}

/// One entry of a table, or one table of a name.
struct Item {
    group: String,
    name: String,
    /// Whether it is a table `[group.name]`, not an entry under `[group]`.
    is_table: bool,
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

/// Entries begin at the start of a line; what is indented or closes a list goes on with the entry before.
fn items(text: &str) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let (mut group, mut in_table, mut quoted) = (String::new(), false, false);
    for line in text.lines() {
        let goes_on = quoted || line.starts_with([' ', ']', '}']);
        quoted ^= line.matches("\"\"\"").count() % 2 == 1;
        if !goes_on && (line.trim().is_empty() || line.starts_with('#')) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[').filter(|_| !goes_on) {
            let header = header.trim_end().trim_end_matches(']');
            let (first, rest) = header.split_once('.').map_or((header, None), |(first, rest)| (first, Some(rest)));
            group = first.to_owned();
            in_table = rest.is_some();
            if let Some(name) = rest {
                let name = name.trim_matches('"').to_owned();
                items.push(Item { group: group.clone(), name, is_table: true, text: String::new() });
            }
        } else if let Some((key, _)) = line.split_once('=').filter(|_| !goes_on && !in_table) {
            let name = key.trim().trim_matches('"').to_owned();
            items.push(Item { group: group.clone(), name, is_table: false, text: format!("{line}\n") });
        } else if let Some(item) = items.last_mut() {
            item.text.push_str(line);
            item.text.push('\n');
        }
    }
    items
}

/// The model with the items of a part in it.
fn completed(model: &str, part: &str) -> String {
    let mut all = items(model);
    for item in items(part) {
        match all.iter_mut().find(|own| own.group == item.group && own.name == item.name) {
            Some(own) => *own = item,
            None => all.push(item),
        }
    }
    let mut groups: Vec<&str> = Vec::new();
    for item in &all {
        if !groups.contains(&item.group.as_str()) {
            groups.push(&item.group);
        }
    }
    let mut text = String::new();
    for group in groups {
        let own = || all.iter().filter(|item| item.group == group);
        writeln!(text, "[{group}]").unwrap();
        own().filter(|item| !item.is_table).for_each(|item| text.push_str(&item.text));
        for item in own().filter(|item| item.is_table) {
            write!(text, "[{group}.\"{}\"]\n{}", item.name, item.text).unwrap();
        }
    }
    text
}

fn name_of(model: &str) -> Option<&str> {
    let line = model.lines().skip_while(|line| *line != "[model]").find(|line| line.starts_with("name"))?;
    line.split('"').nth(1)
}

/// Reads a model and runs it if it says how long; gives the message if one of both fails.
fn run(text: &str, file: &str) -> Result<(), String> {
    let network = Network::from_toml(text, file).map_err(|e| e.to_string())?;
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

fn study(text: &str) -> Result<(), String> {
    for line in text.lines() {
        let value = || line.split('"').nth(1).unwrap_or_default();
        let known = match line.split('=').next().unwrap_or_default().trim() {
            "model" => ratelaw::models::find(value()).is_some(),
            "data" => ratelaw::data::find(value()).is_some(),
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
    if text.starts_with("# study\n") {
        return study(text).err();
    }
    if text.starts_with("# chain\n") {
        return chain(text).err();
    }
    let whole = match directive(text, "part of:") {
        Some(name) => {
            let on_page = page.iter().filter(|b| b.language == "toml").find(|b| name_of(&b.text) == Some(name));
            let Some(model) = on_page.map(|b| b.text.as_str()).or_else(|| Some(ratelaw::models::find(name)?.text))
            else {
                return Some(format!("no model `{name}` on this page, and none embedded"));
            };
            completed(model, text)
        }
        None if text.lines().any(|line| line == "[model]") => text.clone(),
        None => return Some("neither a model with [model], nor `# part of:`, nor `# study`, nor `# chain`".to_owned()),
    };
    let outcome = run(&whole, "model.toml");
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

/// The rule for parts: what is there is replaced, all else is added.
#[test]
fn parts_complete_models() {
    let model = "[model]\nname = \"m\"\n\n[species]\nA = { formula = \"C\" }\nB = 1\n\n[steps.s]\nk = 1\nK = 2\n";
    let part = "# part of: m\n[species]\n\"B\" = [\n  2,\n]\nD = 3\n[steps.s]\nk = 4\n[steps]\nt = 5\n";
    let expected = "[model]\nname = \"m\"\n[species]\nA = { formula = \"C\" }\n\"B\" = [\n  2,\n]\nD = 3\n[steps]\nt = 5\n\
                    [steps.\"s\"]\nk = 4\n";
    assert_eq!(completed(model, part), expected);
}
