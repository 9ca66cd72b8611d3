//! `ratelaw models`

use ratelaw::models;

use crate::Ending;
use crate::arguments::Models;
use crate::error::{CliError, Result};
use crate::output::say;
use crate::report::{Align, columns};

pub(crate) fn run(arguments: &Models) -> Result<Ending> {
    match &arguments.name {
        None => {
            let mut rows = vec![vec!["name".to_owned(), "title".to_owned()]];
            for model in models::ALL {
                rows.push(vec![model.name.to_owned(), model.network()?.definition().title.clone()]);
            }
            say(columns(&[Align::Left, Align::Left], &rows).trim_end())?;
        }
        Some(name) => match models::find(name) {
            Some(model) => say(model.text.trim_end())?,
            None => {
                let known = models::ALL.iter().map(|m| m.name);
                let near = ratelaw::network::nearest(name, known).map(|n| format!("; did you mean `{n}`?"));
                let help = near.unwrap_or_else(|| "; `ratelaw models` lists the embedded ones".into());
                return Err(CliError::NoModel { name: name.clone(), help });
            }
        },
    }
    Ok(Ending::Done)
}
