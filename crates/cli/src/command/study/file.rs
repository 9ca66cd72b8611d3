//! What a study file says.

use serde::{Deserialize, Deserializer};

/// A study file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) study: Heading,
    #[serde(default)]
    pub(super) simulate: Vec<Run>,
    #[serde(default)]
    pub(super) sweep: Vec<Grid>,
    #[serde(default)]
    pub(super) bars: Vec<Bars>,
    #[serde(default)]
    pub(super) chain: Vec<Links>,
    #[serde(default)]
    pub(super) fit: Vec<Regression>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heading {
    pub(super) name: String,
    #[serde(default)]
    pub(super) title: String,
}

/// A simulation, with what to plot against time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    pub(super) name: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) note: String,
    pub(super) model: String,
    #[serde(default)]
    pub(super) observables: toml::Table,
    #[serde(default)]
    pub(super) set: toml::Table,
    pub(super) t_end: Option<String>,
    pub(super) points: Option<usize>,
    pub(super) rtol: Option<f64>,
    #[serde(default)]
    pub(super) left: Vec<String>,
    #[serde(default)]
    pub(super) right: Vec<String>,
    pub(super) left_label: Option<String>,
    pub(super) right_label: Option<String>,
    #[serde(default)]
    pub(super) slopes: Vec<Slope>,
    #[serde(default)]
    pub(super) published: Vec<Published>,
}

/// A straight line from the origin, to compare with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slope {
    pub(super) slope: String,
    pub(super) label: String,
}

/// A sweep, with what to plot against its first axis.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grid {
    pub(super) name: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) note: String,
    pub(super) model: String,
    #[serde(default)]
    pub(super) observables: toml::Table,
    #[serde(default)]
    pub(super) set: toml::Table,
    pub(super) t_end: Option<String>,
    pub(super) rtol: Option<f64>,
    pub(super) axes: Vec<String>,
    #[serde(default)]
    pub(super) left: Vec<String>,
    #[serde(default)]
    pub(super) right: Vec<String>,
    pub(super) left_label: Option<String>,
    pub(super) right_label: Option<String>,
    #[serde(default)]
    pub(super) published: Vec<Published>,
}

/// Runs side by side, as bars of what they end with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bars {
    pub(super) name: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) note: String,
    pub(super) rtol: Option<f64>,
    #[serde(default)]
    pub(super) observables: toml::Table,
    pub(super) show: Vec<String>,
    pub(super) label: Option<String>,
    #[serde(default)]
    pub(super) log: bool,
    pub(super) runs: Vec<Bar>,
    #[serde(default)]
    pub(super) published: Vec<Published>,
}

/// One run of a bar chart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) model: String,
    #[serde(default)]
    pub(super) set: toml::Table,
    pub(super) t_end: Option<String>,
}

/// A chain, as bars of the cycles of one stage or of what its stages come to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Links {
    pub(super) name: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) note: String,
    pub(super) chain: String,
    pub(super) times: Option<usize>,
    pub(super) rtol: Option<f64>,
    pub(super) stage: Option<String>,
    pub(super) label: Option<String>,
    #[serde(default)]
    pub(super) show: Vec<String>,
    #[serde(default)]
    pub(super) bars: Vec<Link>,
    #[serde(default)]
    pub(super) published: Vec<Published>,
}

/// One place of a chain: what a stage comes to, and a figure of the chain up to there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    pub(super) label: String,
    pub(super) stage: Option<String>,
    pub(super) value: Option<String>,
    pub(super) figure: Option<String>,
}

/// A published statement about one of the observables that are drawn.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Published {
    #[serde(deserialize_with = "one_or_more")]
    pub(super) at: Vec<String>,
    pub(super) value: Option<String>,
    pub(super) within: Option<String>,
    pub(super) above: Option<String>,
    pub(super) below: Option<String>,
    pub(super) of: Option<String>,
    #[serde(default = "published")]
    pub(super) label: String,
}

fn published() -> String {
    "published".to_owned()
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        One(String),
        More(Vec<String>),
    }
    Ok(match Texts::deserialize(deserializer)? {
        Texts::One(one) => vec![one],
        Texts::More(more) => more,
    })
}

/// A fit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Regression {
    pub(super) name: String,
    #[serde(default)]
    pub(super) title: String,
    pub(super) model: String,
    #[serde(default)]
    pub(super) set: toml::Table,
    pub(super) data: String,
    pub(super) free: Vec<String>,
    #[serde(default)]
    pub(super) priors: Vec<String>,
    pub(super) starts: Option<usize>,
    pub(super) seed: Option<u64>,
    pub(super) rtol: Option<f64>,
}
