//! Numbers that go through JSON and come back with the same bits.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of a plan. JSON has no NaN and no infinity; they are written as text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exact(pub(super) f64);

impl PartialEq for Exact {
    /// The same bits, so that a value that was not given (NaN) equals itself.
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits() || (self.0.is_nan() && other.0.is_nan())
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() { serializer.serialize_f64(self.0) } else { serializer.collect_str(&self.0) }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(f64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(value) => Ok(Self(value)),
            Either::Text(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_survive_json() {
        for value in [0.1, -0.0, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, f64::NAN, f64::NEG_INFINITY, 3.0] {
            let text = serde_json::to_string(&Exact(value)).unwrap();
            assert_eq!(serde_json::from_str::<Exact>(&text).unwrap(), Exact(value), "{text}");
        }
    }
}
