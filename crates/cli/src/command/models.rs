//! `ratelaw models`

use ratelaw::models;

use crate::Ending;
use crate::arguments::Models;
use crate::error::Result;
use crate::input;
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
        Some(name) => {
            let text = match models::find(name) {
                Some(model) if arguments.merged => Some(model.network()?.to_toml()),
                _ => models::text(name),
            };
            let text = text.ok_or_else(|| input::unknown_model(name))?;
            say(text.trim_end())?;
        }
    }
    Ok(Ending::Done)
}
