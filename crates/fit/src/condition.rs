//! Conditions that a data file states: what was set for the measurements in it.

use ratelaw_network::Network;
use ratelaw_solver::{Problem, ProblemBuilder, Setting};

use crate::data_table::fault;
use crate::dataset::Dataset;
use crate::error::Result;

/// The form of a line that states a condition.
const FORM: &str = "`# set: NAME = VALUE`, such as `# set: potential = 1.8 V vs SHE`";

/// A line `# set: NAME = VALUE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// A parameter, the initial amount of a species, `potential` or `temperature`.
    pub name: String,
    /// Value with its unit, as written; that of a potential may end in `vs REFERENCE`.
    pub value: String,
    /// Line of the file.
    pub line: usize,
}

impl Condition {
    /// As it is written, without the `set`.
    pub(crate) fn words(&self) -> String {
        format!("{} = {}", self.name, self.value)
    }
}

/// The conditions among the notes of a file. A note that is nearly one is refused, since it would have no effect.
pub(crate) fn read(text: &str, file: &str) -> Result<Vec<Condition>> {
    let mut conditions: Vec<Condition> = Vec::new();
    for (line, note) in text.lines().enumerate().filter_map(|(i, l)| Some((i + 1, l.trim().strip_prefix('#')?.trim())))
    {
        let Some(rest) = note.get(..3).filter(|word| word.eq_ignore_ascii_case("set")).map(|_| &note[3..]) else {
            continue;
        };
        let wrong = || fault(file, line, "a condition cannot be read", format!("`# {note}`"), FORM);
        let Some(assignment) = rest.trim_start().strip_prefix(':') else {
            // Free text may begin with the word.
            if rest.starts_with([' ', '\t']) && rest.contains('=') {
                return Err(wrong());
            }
            continue;
        };
        // Names may hold any character, so the last sign is that of the value.
        let (name, value) = assignment.rsplit_once('=').ok_or_else(wrong)?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || value.is_empty() {
            return Err(wrong());
        }
        if let Some(first) = conditions.iter().find(|c| c.name == name) {
            let found = format!("`{value}`, and `{}` in line {}", first.value, first.line);
            return Err(fault(file, line, format!("`{name}` is set twice"), found, "one line for it"));
        }
        conditions.push(Condition { name: name.to_owned(), value: value.to_owned(), line });
    }
    Ok(conditions)
}

impl Dataset {
    /// The condition of the file that sets what a name means in a network.
    pub fn condition_on(&self, network: &Network, name: &str) -> Option<&Condition> {
        let setting = Setting::parse(network, name).ok()?;
        self.conditions.iter().find(|c| Setting::parse(network, &c.name).is_ok_and(|own| own == setting))
    }

    /// A problem under the conditions of the file.
    pub(crate) fn problem(&self, builder: ProblemBuilder) -> Result<Problem> {
        let (mut builder, mut problem) = (builder.clone(), builder.build()?);
        // One at a time, so that what is wrong has its line.
        for condition in &self.conditions {
            let Condition { name, value, line } = condition;
            let wrong = |what: String, expected: String| {
                fault(&self.file, *line, what, format!("`{}`", condition.words()), expected)
            };
            if let Some(first) = self.condition_on(problem.network(), name).filter(|first| first.line < *line) {
                let what = format!("`{name}` and `{}` of line {} are one", first.name, first.line);
                return Err(wrong(what, "one line for it".into()));
            }
            builder = builder.set_text(name, value);
            problem = builder.clone().build().map_err(|e| wrong(format!("the condition `{name}`"), e.to_string()))?;
        }
        Ok(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_notes_of_one_form() {
        let read = |text: &str| read(text, "x.csv");
        let found = read("# set: potential = 1.8 V vs SHE\n# setting = 3\n# Set:a=b = 3 mM\n# set of four\n").unwrap();
        let of = |name: &str, value: &str, line| Condition { name: name.into(), value: value.into(), line };
        assert_eq!(found, [of("potential", "1.8 V vs SHE", 1), of("a=b", "3 mM", 3)]);
        for wrong in ["# set: potential", "# set: = 3 V", "# set: k =", "# set k = 3 V"] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(
                error.starts_with("x.csv:1: a condition cannot be read") && error.contains("# set: NAME"),
                "{error}"
            );
        }
        let twice = read("# set: k = 1\n# set: k = 2\n").unwrap_err().to_string();
        assert!(twice.starts_with("x.csv:2: `k` is set twice"), "{twice}");
    }
}
