//! What the parts of a study share: where its files are, and how its names are looked up.

use std::path::{Path, PathBuf};

use ratelaw::prelude::*;
use ratelaw::solver::{StopFlag, Table};

use super::file::{File, Published};
use super::published::Statement;
use crate::error::{CliError, Result};
use crate::input;
use crate::output::{say, write_plot};
use crate::report::chart;
use crate::report::plot::{Drawing, Plot};

/// A study with the folder that its paths are relative to.
pub(super) struct Context<'a> {
    pub(super) file: String,
    pub(super) folder: Option<&'a Path>,
    pub(super) out: &'a Path,
    /// Whether the user has asked to stop.
    pub(super) stop: StopFlag,
}

/// What a picture shows on its left and its right axis.
pub(super) struct Shown {
    pub(super) left: Vec<Observable>,
    pub(super) right: Vec<Observable>,
}

impl Shown {
    /// All, those of the left axis first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Observable> {
        self.left.iter().chain(&self.right)
    }
}

impl Context<'_> {
    pub(super) fn wrong(&self, reason: String) -> CliError {
        CliError::Study { file: self.file.clone(), reason }
    }

    /// Says which part of the study an error is about.
    pub(super) fn within(&self, part: &str, error: CliError) -> CliError {
        match error {
            CliError::Study { reason, .. } => self.wrong(format!("in `{part}`: {reason}")),
            other => self.wrong(format!("in `{part}`: {other}")),
        }
    }

    /// Refuses names that would write over each other's files, or outside the folder of the results.
    pub(super) fn names(&self, plan: &File) -> Result<()> {
        let mut names: Vec<String> = plan.simulate.iter().map(|r| r.name.clone()).collect();
        names.extend(plan.sweep.iter().map(|g| g.name.clone()));
        names.extend(plan.bars.iter().map(|b| b.name.clone()));
        names.extend(plan.chain.iter().map(|c| c.name.clone()));
        // A fit writes a second table.
        names.extend(plan.fit.iter().flat_map(|f| [f.name.clone(), format!("{}-residuals", f.name)]));
        for (i, name) in names.iter().enumerate() {
            if names[..i].contains(name) {
                return Err(self.wrong(format!("two parts are named `{name}`, and would write the same files")));
            }
            if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':', '\0', '\n']) {
                return Err(
                    self.wrong(format!("`{name}` cannot be the name of a file; expected letters, digits, - and _"))
                );
            }
        }
        Ok(())
    }

    /// A model beside the study, by path, or embedded, with observables of the study's own.
    pub(super) fn network(&self, model: &str, own: &toml::Table) -> Result<Network> {
        if own.is_empty() {
            return input::network_beside(model, self.folder);
        }
        // A model that is not there is refused in the words of all commands, not as a base that is not there.
        let title = input::network_beside(model, self.folder)?.definition().title.clone();
        let head = [("name", model.to_owned()), ("title", title), ("base", model.to_owned())];
        let head: toml::Table = head.into_iter().map(|(key, text)| (key.to_owned(), text.into())).collect();
        let mut overlay = toml::Table::new();
        overlay.insert("model".to_owned(), head.into());
        overlay.insert("observables".to_owned(), own.clone().into());
        let library = |name: &str| input::model_text(name, self.folder);
        let text = overlay.to_string();
        Ok(Network::from_toml_with(&text, &format!("`{model}` with observables of {}", self.file), &library)?)
    }

    /// A problem with what a part sets.
    pub(super) fn problem(&self, network: &Network, set: &toml::Table, t_end: Option<&str>) -> Result<Problem> {
        input::problem_with(network, set, t_end).map_err(|e| self.wrong(e))
    }

    /// Observables that share an axis.
    pub(super) fn observables(&self, network: &Network, names: &[String]) -> Result<Vec<Observable>> {
        let list = names.iter().map(|n| Observable::parse(network, n)).collect::<Result<Vec<_>, _>>()?;
        let unit = |o: &Observable| o.display_unit(network).symbol;
        match list.iter().find(|o| unit(o) != unit(&list[0])) {
            Some(other) => Err(self.wrong(format!(
                "one axis cannot show `{}` in {} and `{}` in {}; use `left` and `right`",
                list[0].name(network),
                unit(&list[0]),
                other.name(network),
                unit(other)
            ))),
            None => Ok(list),
        }
    }

    /// What a plot shows: what the study names, else what the model asks for.
    pub(super) fn shown(&self, network: &Network, left: &[String], right: &[String]) -> Result<Shown> {
        if left.is_empty() && right.is_empty() {
            let (left, right) = chart::defaults(network);
            return Ok(Shown { left, right });
        }
        Ok(Shown { left: self.observables(network, left)?, right: self.observables(network, right)? })
    }

    /// Published statements about what is shown; `place` reads a place on the x axis.
    pub(super) fn statements(
        &self,
        published: &[Published],
        network: &Network,
        shown: &[Observable],
        place: &dyn Fn(&str) -> Result<f64, String>,
    ) -> Result<Vec<Statement>> {
        let all = published.iter().map(|p| Statement::read(p, network, shown, place));
        all.collect::<Result<_, String>>().map_err(|e| self.wrong(format!("a published value: {e}")))
    }

    /// The file of a part with some ending.
    pub(super) fn path(&self, name: &str, ending: &str) -> PathBuf {
        self.out.join(format!("{name}.{ending}"))
    }

    /// Writes a table as CSV and as JSON.
    pub(super) fn keep(&self, name: &str, table: &Table) -> Result<()> {
        table.write(self.path(name, "csv"))?;
        Ok(table.write(self.path(name, "json"))?)
    }

    /// Writes a picture; one with nothing to draw is told.
    pub(super) fn draw(&self, name: &str, plot: &dyn Drawing) -> Result<()> {
        let path = self.path(name, "svg");
        let told = write_plot(plot, &path)?;
        if path.is_file() { Ok(()) } else { say(&told) }
    }
}

/// Gives a plot the labels of the study, where it has them.
pub(super) fn label(plot: &mut Plot, left: Option<&String>, right: Option<&String>) {
    if let Some(text) = left {
        plot.left.label.clone_from(text);
    }
    if let (Some(axis), Some(text)) = (&mut plot.right, right) {
        axis.label.clone_from(text);
    }
}
