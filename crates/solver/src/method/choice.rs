//! How [`Method::Auto`] came to a method.

use super::Method;
use crate::error::Cause;
use crate::stats::Stats;

/// Why a run by [`Method::Auto`] was done by the method that [`Solution::method`](crate::Solution::method) names.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Choice {
    /// Sensitivities were asked for.
    Sensitivities,
    /// Fewer than 200 variables, a relative tolerance of 1e-9 or more.
    Small,
    /// Fewer than 200 variables, a relative tolerance below 1e-9.
    Tight,
    /// 200 variables or more, and what an explicit method does not do: protocols, potentials that are found, currents of
    /// electrode steps that run both ways.
    Large,
    /// 200 variables or more, not stiff.
    NotStiff,
    /// 200 variables or more; an explicit method was tried first.
    Left(Left),
}

/// An explicit method that was left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Left {
    /// The method.
    pub method: Method,
    /// The time that it had come to, s. The run was done anew from its start.
    pub t: f64,
    /// Why.
    pub cause: Cause,
    /// What it cost, which the statistics of the solution do not count.
    pub stats: Stats,
}

impl Choice {
    /// A sentence on it, where the run was done by `method`.
    pub fn describe(&self, method: Method) -> String {
        let why = match self {
            Self::Sensitivities => "for sensitivities",
            Self::Small => "for fewer than 200 variables",
            Self::Tight => "for an rtol below 1e-9",
            Self::Large => "for 200 variables and more",
            Self::NotStiff => "for 200 variables and more that are not stiff",
            Self::Left(left) => {
                let why = match left.cause {
                    Cause::Stiff => "as stiff".to_owned(),
                    Cause::Growth => "since a species multiplies by itself".to_owned(),
                    Cause::TooManySteps => "after too many steps".to_owned(),
                    other => format!("since {other}"),
                };
                return format!("auto: {} was left at t = {:.3e} s {why}; {method}", left.method, left.t);
            }
        };
        format!("auto: {method} {why}")
    }
}
