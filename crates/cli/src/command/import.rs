//! `ratelaw import`

use std::path::Path;

use ratelaw::network::import;
use ratelaw::prelude::*;

use crate::Ending;
use crate::arguments::Import;
use crate::error::{CliError, Result};
use crate::output::{say, tell, write_file};

pub(crate) fn run(arguments: &Import) -> Result<Ending> {
    let path = &arguments.network;
    let bytes = std::fs::read(path).map_err(|e| CliError::Read { path: path.clone(), reason: e.to_string() })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| CliError::Read { path: path.clone(), reason: "the file is not text".to_owned() })?;
    let network = Network::new(import::bionetgen(&text, &path.display().to_string())?)?;
    let counts = format!(
        "{} species, {} steps, {} observables",
        network.species().len(),
        network.steps().len(),
        network.observables().len()
    );
    match arguments.out.as_deref().filter(|p| *p != Path::new("-")) {
        // Standard output has the model alone.
        None => {
            say(network.to_toml().trim_end())?;
            tell(&counts);
        }
        Some(out) => {
            write_file(out, &network.to_toml())?;
            say(&format!("wrote {}: {counts}", out.display()))?;
        }
    }
    Ok(Ending::Done)
}
