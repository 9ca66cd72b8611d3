//! Reads the blocks of a file, line by line.

use std::ops::Range;

use super::entry::{Entries, Group, Named, Reaction, SpeciesEntry};
use super::lines::{Line, Source};
use super::parse::{continues_name, parse};
use super::tree::{Node, Tree, Word};
use crate::error::{Diagnostic, Fault};

/// Rate laws by keyword, from before BioNetGen had functions.
const KEYWORDS: [&str; 5] = ["Ele", "Sat", "MM", "Hill", "FunctionProduct"];

/// The blocks that a network is made of.
const BLOCKS: [&str; 6] = ["parameters", "functions", "species", "seed species", "reactions", "groups"];

/// Reads everything; faults are noted in the source.
pub(super) fn read(source: &mut Source, lines: &[Line]) -> Entries {
    let mut entries = Entries::default();
    let mut open: Option<(String, Range<usize>)> = None;
    let mut seen: Vec<String> = Vec::new();
    for line in lines {
        let span = source.trimmed(line.span.clone());
        if entries.header.is_empty() && seen.is_empty() && span.is_empty() {
            entries.header.clone_from(&line.comment);
        }
        let words: Vec<&str> = source.text(&span).split_whitespace().collect();
        match (words.as_slice(), &open) {
            ([] | ["begin" | "end", "model"], _) => {}
            (["begin", name @ ..], _) if !name.is_empty() => {
                let name = name.join(" ");
                if let Some((before, at)) = open.take() {
                    unclosed(source, &before, &at);
                }
                seen.push(name.clone());
                open = Some((name, span));
            }
            (["end", name @ ..], Some((block, _))) => {
                if name.join(" ") != *block {
                    let expected = format!("`end {block}`");
                    source.wrong(&span, "the end of a block", &expected);
                }
                open = None;
            }
            // What stands outside of blocks is for other programs.
            (_, None) => {}
            (_, Some((block, _))) => {
                let block = block.clone();
                entry(source, &block, &span, line, &mut entries);
            }
        }
    }
    if let Some((block, at)) = open {
        unclosed(source, &block, &at);
    }
    for block in ["species", "reactions"] {
        if !seen.iter().any(|s| s.trim_start_matches("seed ") == block) {
            let fault = Fault::MissingKey { key: format!("begin {block}"), within: "the file".into() };
            let found = if seen.is_empty() { "no block".to_owned() } else { format!("the blocks {}", seen.join(", ")) };
            let expected = format!("a BioNetGen network file, with a block `{block}`");
            source.fault(&(0..usize::from(block == "species")), Diagnostic::new(fault, found, expected));
        }
    }
    entries
}

fn unclosed(source: &mut Source, block: &str, at: &Range<usize>) {
    if BLOCKS.contains(&block) {
        let fault = Fault::MissingKey { key: format!("end {block}"), within: format!("the block `{block}`") };
        let expected = format!("`end {block}` after its last line; is the file cut off?");
        source.fault(at, Diagnostic::new(fault, "a block without an end", expected));
    }
}

fn entry(source: &mut Source, block: &str, span: &Range<usize>, line: &Line, entries: &mut Entries) {
    match block {
        "parameters" => entries.parameters.extend(named(source, span, line, "parameter")),
        "functions" => entries.functions.extend(named(source, span, line, "function")),
        "species" | "seed species" => entries.species.extend(species(source, span)),
        "reactions" => entries.reactions.extend(reaction(source, span, line)),
        "groups" => entries.groups.extend(group(source, span)),
        _ => {}
    }
}

fn is_index(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `[INDEX] NAME [=] VALUE`; the name of a function has `()` behind it.
fn named(source: &mut Source, span: &Range<usize>, line: &Line, kind: &str) -> Option<Named> {
    let words = source.words(span);
    let indexed = words.first().is_some_and(|word| is_index(source.text(word)));
    let start = words.get(usize::from(indexed))?.start;
    let rest = start..span.end;
    let text = source.text(&rest);
    let length = text.find(|c| !continues_name(c)).unwrap_or(text.len());
    let name = text[..length].to_owned();
    if name.is_empty() || is_index(&name) {
        let word = words.get(usize::from(indexed)).cloned().unwrap_or(rest);
        source.wrong(&word, format!("the name of a {kind}"), "letters, digits and `_`, a letter first");
        return None;
    }
    let mut after = text[length..].trim_start();
    let mut local = false;
    if kind == "function"
        && let Some((arguments, behind)) = after.strip_prefix('(').and_then(|t| t.split_once(')'))
    {
        local = !arguments.trim().is_empty();
        after = behind;
    }
    let after = after.trim_start();
    let after = after.strip_prefix('=').unwrap_or(after).trim_start();
    let value = rest.end - after.len()..rest.end;
    let tree = tree(source, &value, || format!("the {kind} `{name}`"));
    Some(Named { name, span: start..start + length, tree, value, comment: line.comment.clone(), local })
}

/// Reads an expression.
fn tree(source: &mut Source, span: &Range<usize>, what: impl Fn() -> String) -> Option<Tree> {
    if span.is_empty() {
        source.wrong(span, what(), "a number or an expression");
        return None;
    }
    match parse(source.text(span), span.start) {
        Ok(tree) => Some(tree),
        Err(refusal) => {
            let fault = Fault::Expression { text: source.text(span).chars().take(200).collect() };
            let diagnostic = Diagnostic::new(fault, refusal.found, refusal.expected).help_if(refusal.help);
            source.fault(&refusal.span, diagnostic);
            None
        }
    }
}

/// The index that a line starts with.
fn index(source: &mut Source, words: &[Range<usize>], what: &str) -> Option<usize> {
    let word = words.first()?;
    let found = number(source.text(word)).filter(|index| *index > 0);
    if found.is_none() {
        source.wrong(word, format!("the index of a {what}"), "a whole number from 1");
    }
    found
}

fn number(text: &str) -> Option<usize> {
    is_index(text).then(|| text.parse().ok()).flatten()
}

/// `INDEX PATTERN INITIAL`, with `$` before the pattern, or behind its compartment, if the species is held.
fn species(source: &mut Source, span: &Range<usize>) -> Option<SpeciesEntry> {
    let words = source.words(span);
    let index = index(source, &words, "species")?;
    let Some(pattern) = words.get(1) else {
        source.wrong(&(span.end..span.end), "the species", "a pattern and an initial amount after the index");
        return None;
    };
    let written = source.text(pattern).to_owned();
    let (fixed, pattern_text) = match written.split_once('$') {
        Some((before, after)) if before.is_empty() || before.ends_with(':') => (true, format!("{before}{after}")),
        _ => (false, written),
    };
    let value = source.trimmed(pattern.end..span.end);
    let initial = tree(source, &value, || format!("the initial amount of species {index}"));
    Some(SpeciesEntry { index, pattern: pattern_text, fixed, initial, value })
}

/// `INDEX REACTANTS PRODUCTS RATE`.
fn reaction(source: &mut Source, span: &Range<usize>, line: &Line) -> Option<Reaction> {
    let words = source.words(span);
    let index = index(source, &words, "reaction")?;
    let [_, left, right, first, ..] = words.as_slice() else {
        let expected = "`INDEX REACTANTS PRODUCTS RATE`, such as `1 1,2 3 kon`";
        source.wrong(span, format!("reaction {index}"), expected);
        return None;
    };
    let (reactants, products) = (side(source, left), side(source, right));
    let value = first.start..span.end;
    let rate = rate(source, &value);
    let comment = line.comment.clone();
    Some(Reaction { index, span: span.clone(), reactants: reactants?, products: products?, rate, value, comment })
}

/// Numbers of species with commas between them, or 0.
fn side(source: &mut Source, span: &Range<usize>) -> Option<Vec<(usize, Range<usize>)>> {
    if source.text(span) == "0" {
        return Some(Vec::new());
    }
    let mut all = Some(Vec::new());
    for item in source.items(span) {
        let found = number(source.text(&item)).filter(|index| *index > 0);
        if found.is_none() {
            source.wrong(&item, "a side of the reaction", "indices of species with commas between them, or 0");
        }
        all = all.zip(found).map(|(mut all, index): (Vec<_>, _)| {
            all.push((index, item));
            all
        });
    }
    all
}

/// A rate constant, or a keyword with its constants: `Sat(kcat,Km)` or `Sat kcat Km`.
fn rate(source: &mut Source, span: &Range<usize>) -> Option<Tree> {
    let words = source.words(span);
    let (first, constants) = words.split_first()?;
    let keyword = source.text(first).to_owned();
    if !KEYWORDS.contains(&keyword.as_str()) || constants.first().is_some_and(|c| source.text(c).starts_with('(')) {
        return tree(source, span, || "the rate".to_owned());
    }
    let mut rate = Tree::default();
    let mut arguments = Vec::new();
    for item in constants.iter().flat_map(|word| source.items(word)).collect::<Vec<_>>() {
        if !item.is_empty() {
            let constant = tree(source, &item, || "the rate".to_owned())?;
            arguments.push(rate.graft(&constant));
        }
    }
    rate.push(Node::Word(Word { name: keyword, span: first.clone(), arguments: Some(arguments) }));
    Some(rate)
}

/// `INDEX NAME [TERMS]`, a term being `SPECIES` or `WEIGHT*SPECIES`.
fn group(source: &mut Source, span: &Range<usize>) -> Option<Group> {
    let words = source.words(span);
    index(source, &words, "group")?;
    let Some(name) = words.get(1).cloned() else {
        source.wrong(&(span.end..span.end), "the group", "a name after the index");
        return None;
    };
    let text = source.text(&name).to_owned();
    if !text.chars().all(continues_name) {
        source.wrong(&name, "the name of a group", "letters, digits and `_`");
        return None;
    }
    let list = source.trimmed(name.end..span.end);
    let items = if list.is_empty() { Vec::new() } else { source.items(&list) };
    let mut terms = Vec::new();
    for item in items {
        let term = source.text(&item);
        let (weight, species) = match term.split_once('*') {
            Some((weight, species)) => (weight.trim().parse().ok().filter(|w: &f64| w.is_finite()), species.trim()),
            None => (Some(1.0), term),
        };
        match weight.zip(number(species).filter(|index| *index > 0)) {
            Some((weight, index)) => terms.push((weight, index, item)),
            None => source.wrong(&item, "a term of the group", "the index of a species, or `WEIGHT*INDEX`"),
        }
    }
    Some(Group { name: text, span: name, terms })
}
