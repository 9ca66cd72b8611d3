//! The cells of a heat map.

use std::collections::BTreeMap;
use std::fmt::Write;

use plotters::style::RGBColor;

use super::axis::Axis;
use super::draw::ZOOM;

/// The borders of the cells around different, rising coordinates: half way to the neighbours, as far out at both ends.
pub(super) fn borders(at: &[f64]) -> Vec<f64> {
    let [first, .., last] = at else {
        // Nothing says how wide a single cell is.
        return at.iter().flat_map(|one| [-0.1, 0.1].map(|side| one + side * one.abs().max(1.0))).collect();
    };
    let mut borders = vec![first - 0.5 * (at[1] - first)];
    borders.extend(at.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])));
    borders.push(last + 0.5 * (last - at[at.len() - 2]));
    borders
}

/// SVG paths of all cells, one for each level, in the pixels of the zoomed figure.
///
/// `levels` has a row for each cell of `y`, from its low end. Neighbours of one level in a row are one rectangle, of about
/// 20 bytes: 400 by 400 cells are at most 4 MB where no two neighbours are alike, and a tenth of it for a smooth function.
pub(super) fn paths<L: Copy + Ord>(
    (x, y): (&Axis, &Axis),
    (across, along): (&[f64], &[f64]),
    levels: &[L],
    color: impl Fn(L) -> RGBColor,
) -> String {
    let pixels = |axis: &Axis, borders: &[f64]| -> Vec<i64> {
        borders.iter().map(|v| (axis.at(*v) * ZOOM).round() as i64).collect()
    };
    let (across, along) = (pixels(x, across), pixels(y, along));
    let mut data: BTreeMap<L, String> = BTreeMap::new();
    for (row, y) in levels.chunks(across.len() - 1).zip(along.windows(2)) {
        let mut first = 0;
        for run in row.chunk_by(|a, b| a == b) {
            let (left, right) = (across[first], across[first + run.len()]);
            first += run.len();
            let path = data.entry(run[0]).or_default();
            let (wide, high) = (right - left, y[0] - y[1]);
            let _ = write!(path, "M{left} {}h{wide}v{high}h-{wide}z", y[1]);
        }
    }
    // The thin line in the colour of its cell closes the hairs that viewers leave between shapes that only touch.
    data.into_iter().fold(String::new(), |mut text, (level, path)| {
        let RGBColor(r, g, b) = color(level);
        let ink = format!("#{r:02X}{g:02X}{b:02X}");
        let _ = writeln!(text, r#"<path fill="{ink}" stroke="{ink}" stroke-width="3" d="{path}"/>"#);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_are_half_way_and_reach_as_far_out() {
        assert_eq!(borders(&[1.0, 2.0, 4.0]), [0.5, 1.5, 3.0, 5.0]);
        assert_eq!(borders(&[-5.0]), [-5.5, -4.5]);
        assert_eq!(borders(&[0.0]), [-0.1, 0.1]);
        assert!(borders(&[]).is_empty());
    }
}
