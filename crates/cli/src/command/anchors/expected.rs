//! What a check expects, and when.

use ratelaw::fit::Expectation;
use ratelaw::network::units::Dimension;
use ratelaw::prelude::*;

use super::file::{Check, Trend};

type Found<T> = std::result::Result<T, String>;

/// A time, s.
pub(super) fn time(text: Option<&str>) -> Found<Option<f64>> {
    let read = |text: &str| {
        let at: Quantity = text.parse().map_err(|e: ratelaw::network::QuantityError| e.to_string())?;
        at.si_as(Dimension::TIME, "`at`").map_err(|e| e.to_string())
    };
    text.map(read).transpose()
}

/// What is expected; its numbers have this dimension, or any.
pub(super) fn expectation(check: &Check, dimension: Option<Dimension>) -> Found<Expectation> {
    let number = |text: &str| -> Found<f64> {
        let quantity: Quantity = text.parse().map_err(|e: ratelaw::network::QuantityError| e.to_string())?;
        let number = match dimension {
            Some(dimension) => quantity.si_as(dimension, &format!("`{text}`")).map_err(|e| e.to_string())?,
            None => quantity.si(),
        };
        if number.is_finite() { Ok(number) } else { Err(format!("`{text}` is no finite number")) }
    };
    let uncertainty = |text: &str| match number(text)? {
        within if within > 0.0 => Ok(within),
        _ => Err(format!("`within` is `{text}`, expected an uncertainty above zero")),
    };
    let parts = (&check.equals, &check.within, &check.above, &check.below, check.trend);
    Ok(match parts {
        (Some(value), Some(within), None, None, None) => {
            Expectation::Equals { value: number(value)?, within: uncertainty(within)? }
        }
        (None, None, Some(bound), None, None) => Expectation::Above(number(bound)?),
        (None, None, None, Some(bound), None) => Expectation::Below(number(bound)?),
        (None, None, None, None, Some(Trend::Rises)) => Expectation::Rises,
        (None, None, None, None, Some(Trend::Falls)) => Expectation::Falls,
        _ => return Err("it needs one of `equals` with `within`, `above`, `below`, `trend`".into()),
    })
}
