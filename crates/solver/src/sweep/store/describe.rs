//! A line of text on what points a sweep has.

use crate::sweep::{Axis, Block, Design, Samples};

/// Longest list that is written out.
const LISTED: usize = 100;

/// The blocks of a design as they stand on the command line, ` x ` between them.
pub(super) fn describe(design: &Design) -> String {
    let block = |block: &Block| match block {
        Block::Axis(axis) => shortened(axis.to_string(), axis.points()),
        Block::Zip(zip) => shortened(zip.to_string(), zip.0.first().map_or(0, Axis::points)),
        Block::Samples(Samples { of, count, method, .. }) => {
            let settings: Vec<String> = of.iter().map(ToString::to_string).collect();
            format!("{}, {count} samples ({})", settings.join(", "), method.word())
        }
        Block::Table(table) => {
            let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
            let rows = table.columns.first().map_or(0, |c| c.values.len());
            format!("{} of {}, {rows} points", names.join(", "), table.source)
        }
    };
    let blocks: Vec<String> = design.blocks.iter().map(block).collect();
    if blocks.is_empty() { "nothing varied".to_owned() } else { blocks.join(" x ") }
}

/// The seeds of a design's samples; `none` without any.
pub(super) fn seeds(design: &Design) -> String {
    let seed =
        |block: &Block| if let Block::Samples(Samples { seed, .. }) = block { Some(seed.to_string()) } else { None };
    let seeds: Vec<String> = design.blocks.iter().filter_map(seed).collect();
    if seeds.is_empty() { "none".to_owned() } else { seeds.join(", ") }
}

/// A text of at most so many characters, with the number of values that it leaves out of sight.
fn shortened(text: String, values: usize) -> String {
    if text.chars().count() <= LISTED {
        return text;
    }
    format!("{}... ({values} values)", text.chars().take(LISTED).collect::<String>())
}
