//! Where results go: the screen, files, or standard output alone.

use std::io::{self, Write};
use std::path::Path;

use ratelaw::solver::{Format, Table, write_whole};

use crate::arguments::Output;
use crate::error::{CliError, Result};
use crate::report::plot::{Drawing, PlotError};

/// What a command prints and writes.
pub(crate) struct Sink<'a> {
    output: &'a Output,
}

impl<'a> Sink<'a> {
    /// Refuses a file name of unknown format before any work.
    pub(crate) fn new(output: &'a Output) -> Result<Self> {
        if let Some(path) = output.out.as_deref().filter(|p| *p != Path::new("-")) {
            let own: Format = path.to_string_lossy().parse()?;
            if output.format.is_some_and(|format| format != own) {
                let reason = "its ending says another format than --format".to_owned();
                return Err(CliError::Write { path: path.to_owned(), reason });
            }
            // A folder that is not there would be found out only after the work.
            if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty() && !f.is_dir()) {
                let reason = format!("there is no folder `{}`", folder.display());
                return Err(CliError::Write { path: path.to_owned(), reason });
            }
        }
        Ok(Self { output })
    }

    /// Whether results go to standard output, with nothing else on it.
    pub(crate) fn is_stdout(&self) -> bool {
        self.output.out.as_deref() == Some(Path::new("-"))
    }

    /// Prints text for a reader, unless standard output is taken.
    pub(crate) fn say(&self, text: &str) -> Result<()> {
        if self.is_stdout() { Ok(()) } else { say(text) }
    }

    /// Writes the table to where `--out` says, if it says so.
    pub(crate) fn write(&self, table: &Table) -> Result<()> {
        self.write_as(|format| table.to_text(format))
    }

    /// Writes what `text` makes of the format to where `--out` says, if it says so.
    pub(crate) fn write_as(&self, text: impl Fn(Format) -> String) -> Result<()> {
        match &self.output.out {
            None => Ok(()),
            Some(_) if self.is_stdout() => print(&text(self.output.format.unwrap_or(Format::Csv))),
            Some(path) => {
                write_file(path, &text(path.to_string_lossy().parse()?))?;
                say(&format!("wrote {}", path.display()))
            }
        }
    }
}

/// Prints a line of text for a reader.
pub(crate) fn say(text: &str) -> Result<()> {
    print(&format!("{text}\n"))
}

/// A reader that stops reading (`| head`) is no error.
fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::Write { path: "standard output".into(), reason: e.to_string() })
        }
        _ => Ok(()),
    }
}

/// Writes a plot; one without a point to draw is told, and no more than that.
pub(crate) fn write_plot(plot: &dyn Drawing, path: &Path) -> Result<String> {
    match plot.write(path) {
        Ok(()) => Ok(format!("wrote {}", path.display())),
        Err(PlotError::NoData { title }) => Ok(format!("no plot {}: `{title}` has no point to draw", path.display())),
        Err(error) => Err(error.into()),
    }
}

/// Prints a line for a reader on standard error; a closed one is no error.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Writes a text file, whole or not at all.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<()> {
    write_whole(path, text.as_bytes()).map_err(|e| CliError::Write { path: path.to_owned(), reason: e.to_string() })
}
