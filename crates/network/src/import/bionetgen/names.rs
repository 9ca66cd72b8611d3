//! Names of a model file for those of a network file.

use std::collections::HashSet;

use super::entry::Entries;

/// Names that runs, tables and data give to something else, and the electron.
const RESERVED: [&str; 7] = ["potential", "temperature", "time", "charge", "current", "cell_voltage", "e-"];

/// Names of everything, each once.
pub(super) struct Names {
    pub(super) species: Vec<String>,
    /// Whether those are not the patterns.
    pub(super) numbered: bool,
    pub(super) parameters: Vec<String>,
    pub(super) groups: Vec<String>,
}

impl Names {
    /// Patterns as names of species if all can be, unless numbers are asked for; what clashes gets a `_` behind it.
    pub(super) fn new(entries: &Entries, numbered: bool) -> Self {
        let mut taken: HashSet<String> = RESERVED.iter().map(ToString::to_string).collect();
        let patterns: Vec<String> = entries.species.iter().map(|s| s.pattern.clone()).collect();
        let distinct: HashSet<&String> = patterns.iter().collect();
        let numbered = numbered || distinct.len() < patterns.len() || !patterns.iter().all(|p| is_name(p));
        let species = if numbered {
            let others = || entries.parameters.iter().map(|p| &p.name).chain(entries.groups.iter().map(|g| &g.name));
            let other: HashSet<&String> = others().collect();
            let mut prefix = "S".to_owned();
            while entries.species.iter().any(|s| other.contains(&format!("{prefix}{}", s.index))) {
                prefix.push('_');
            }
            entries.species.iter().map(|s| format!("{prefix}{}", s.index)).collect()
        } else {
            patterns
        };
        taken.extend(species.iter().cloned());
        let mut own = |name: &str| {
            let mut name =
                if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name.into() };
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            name
        };
        let parameters = entries.parameters.iter().map(|p| own(&p.name)).collect();
        let groups = entries.groups.iter().map(|g| own(&g.name)).collect();
        Self { species, numbered, parameters, groups }
    }
}

/// Whether a pattern can be a name in equations, brackets and tables.
fn is_name(pattern: &str) -> bool {
    let taken = RESERVED.contains(&pattern) || matches!(pattern, "+" | "->" | "<=>" | "=>" | "<->" | "=");
    let apart = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '[' | ']' | '"' | '\'' | '\\');
    !pattern.is_empty() && !taken && !pattern.contains(apart) && pattern.parse::<f64>().is_err()
}
