//! The file of anchors, as written.

use serde::Deserialize;
use toml::Spanned;

use crate::error::{CliError, Result};

/// Published figures, the runs that they are held against, and what is calibrated to them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) anchors: Heading,
    #[serde(default)]
    pub(crate) run: Vec<Spanned<Run>>,
    #[serde(default)]
    pub(crate) anchor: Vec<Spanned<Anchor>>,
    #[serde(default)]
    pub(crate) calibration: Vec<Spanned<Calibration>>,
}

/// The text of a file of anchors, and the name that messages give it.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    /// The file as written.
    pub(crate) fn read(&self) -> Result<File> {
        let file: File = toml::from_str(&self.text)
            .map_err(|e| format!("this is no file of anchors\n{}", e.to_string().trim_end()))
            .map_err(|reason| CliError::Study { file: self.name.clone(), reason })?;
        if file.anchor.is_empty() {
            let reason = "it has no `[[anchor]]`, so there is nothing to compare".to_owned();
            return Err(CliError::Study { file: self.name.clone(), reason });
        }
        Ok(file)
    }

    /// What is wrong with an entry of the file, with the line where it begins.
    pub(crate) fn fault<T>(&self, entry: &Spanned<T>, reason: String) -> CliError {
        let line = self.text.bytes().take(entry.span().start).filter(|b| *b == b'\n').count() + 1;
        CliError::Study { file: format!("{}:{line}", self.name), reason }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heading {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) source: String,
}

/// A model under conditions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    pub(crate) name: String,
    pub(crate) model: String,
    #[serde(default)]
    pub(crate) set: toml::Table,
    pub(crate) t_end: Option<String>,
}

/// One published statement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Anchor {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) kind: Kind,
    pub(crate) quantity: String,
    #[serde(default)]
    pub(crate) condition: String,
    pub(crate) published: String,
    /// Why no model can meet it; such a miss does not fail the command.
    pub(crate) out_of_reach: Option<String>,
    #[serde(default)]
    pub(crate) check: Vec<Spanned<Check>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// A number that the model must come to.
    #[default]
    Quantitative,
    /// An order, a trend, a sign.
    Qualitative,
    /// Nothing that is checked.
    Annotation,
}

/// A value of the model, and what is expected of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    pub(crate) run: Option<String>,
    #[serde(default)]
    pub(crate) runs: Vec<String>,
    pub(crate) chain: Option<String>,
    pub(crate) figure: Option<String>,
    pub(crate) stage: Option<String>,
    pub(crate) cycle: Option<usize>,
    pub(crate) value: Option<String>,
    pub(crate) at: Option<String>,
    /// The same value of another run, by which it is divided.
    pub(crate) relative_to: Option<String>,
    /// The cycle of the chain whose value it is divided by.
    pub(crate) relative_to_cycle: Option<usize>,
    /// Another value of the same run, by which it is divided.
    pub(crate) relative_to_value: Option<String>,
    /// The degree of control of this step over the value.
    pub(crate) control: Option<String>,
    /// The part of this step of the control of all.
    pub(crate) control_share: Option<String>,
    pub(crate) equals: Option<String>,
    pub(crate) within: Option<String>,
    pub(crate) above: Option<String>,
    pub(crate) below: Option<String>,
    pub(crate) trend: Option<Trend>,
    /// The calibration that it is an observation of.
    pub(crate) fit: Option<String>,
    /// How the published words became this check.
    #[serde(default)]
    pub(crate) reading: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Trend {
    Rises,
    Falls,
}

/// A fit of some constants to the checks that name it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calibration {
    pub(crate) name: String,
    pub(crate) free: Vec<String>,
    #[serde(default = "starts")]
    pub(crate) starts: usize,
    #[serde(default = "seed")]
    pub(crate) seed: u64,
}

fn starts() -> usize {
    12
}

fn seed() -> u64 {
    1
}
