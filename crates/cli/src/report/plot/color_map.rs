//! Colours for values.

use plotters::style::RGBColor;

/// Nine equally spaced colours of viridis, by N. Smith and S. van der Walt (matplotlib 1.5, 2015, in the public domain
/// under CC0, <https://github.com/BIDS/colormap>, `option_d.py`): even steps of lightness, also for readers who do not
/// tell red from green, and in print without colours.
const VIRIDIS: [[u8; 3]; 9] = [
    [0x44, 0x01, 0x54],
    [0x47, 0x2d, 0x7b],
    [0x3b, 0x52, 0x8b],
    [0x2c, 0x72, 0x8e],
    [0x21, 0x91, 0x8c],
    [0x28, 0xae, 0x80],
    [0x5e, 0xc9, 0x62],
    [0xad, 0xdc, 0x30],
    [0xfd, 0xe7, 0x25],
];

/// Number of different colours: steps of less than a per cent of the range, which the eye does not see as bands.
pub(super) const LEVELS: u8 = 128;

/// The level of a share of the range, 0 at its low and 1 at its high end.
pub(super) fn level(share: f64) -> u8 {
    // Casts saturate, so that rounding at the ends stays inside.
    ((share * f64::from(LEVELS)) as u8).min(LEVELS - 1)
}

/// The colour of a level, on straight lines in sRGB between the colours above.
pub(super) fn color(level: u8) -> RGBColor {
    let place = f64::from(level) / f64::from(LEVELS - 1) * (VIRIDIS.len() - 1) as f64;
    let below = (place as usize).min(VIRIDIS.len() - 2);
    let part = place - below as f64;
    let [r, g, b] = [0, 1, 2].map(|i| {
        let [from, to] = [below, below + 1].map(|k| f64::from(VIRIDIS[k][i]));
        (from + part * (to - from)).round() as u8
    });
    RGBColor(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lightness L* of CIE 1976 (CIE 15) from sRGB (IEC 61966-2-1).
    fn lightness(RGBColor(r, g, b): RGBColor) -> f64 {
        let linear = |c: u8| match f64::from(c) / 255.0 {
            c if c <= 0.04045 => c / 12.92,
            c => ((c + 0.055) / 1.055).powf(2.4),
        };
        let y = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        if y > 0.008856 { 116.0 * y.cbrt() - 16.0 } else { 903.3 * y }
    }

    #[test]
    fn lightness_grows_evenly() {
        let steps: Vec<f64> = (1..LEVELS).map(|n| lightness(color(n)) - lightness(color(n - 1))).collect();
        let mean = steps.iter().sum::<f64>() / steps.len() as f64;
        // Bytes of colours round a step of 0.6 by up to about 0.2 each side, the straight lines add as much.
        assert!(steps.iter().all(|step| (step - mean).abs() < 0.4), "{steps:?}");
        assert_eq!((color(0), color(LEVELS - 1)), (RGBColor(0x44, 1, 0x54), RGBColor(0xfd, 0xe7, 0x25)));
    }

    #[test]
    fn every_share_has_a_level() {
        assert_eq!([-1e-9, 0.0, 0.5, 1.0, 1.0 + 1e-9].map(level), [0, 0, 64, 127, 127]);
    }
}
