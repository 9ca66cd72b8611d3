//! Dimensions, units and quantities. Everything inside the library is a plain `f64` in SI base units; units
//! live at the edge, where a user writes `"0.1 M"` or [`Molar`]`(0.1)`.

mod dimension;
mod quantity;
mod unit;

pub use dimension::Dimension;
pub use quantity::{
    Celsius, Hours, IntoQuantity, Kelvin, Millimolar, Minutes, Molar, Number, Quantity, Seconds, Volts,
};
pub use unit::Unit;
