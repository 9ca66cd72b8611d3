//! `ratelaw graph`

use std::path::Path;

use ratelaw::network::analysis::graph;

use crate::Ending;
use crate::arguments::{Graph, GraphFormat};
use crate::error::Result;
use crate::input;
use crate::output::{say, write_file};

pub(crate) fn run(arguments: &Graph) -> Result<Ending> {
    let network = input::network(&arguments.model)?;
    let text = match arguments.format {
        GraphFormat::Dot => graph::dot(&network),
        GraphFormat::Mermaid => graph::mermaid(&network),
    };
    match arguments.out.as_deref().filter(|p| *p != Path::new("-")) {
        None => say(text.trim_end())?,
        Some(path) => {
            write_file(path, &text)?;
            say(&format!("wrote {}", path.display()))?;
        }
    }
    Ok(Ending::Done)
}
