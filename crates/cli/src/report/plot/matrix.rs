//! A correlation matrix as a figure: a cell for each pair, with its number.

use std::slice::from_ref;

use plotters::element::Rectangle;
use plotters::style::{Color, RGBColor};

use super::axis::{width, wrap};
use super::draw::{Align, Canvas, Drawn, INK, document, zoom};
use super::{Drawing, LABEL_FONT, LINE, PlotError, Point, TICK_FONT, TITLE_FONT};

/// Smallest side of a cell in pixels: a number of five characters has room.
const SMALLEST: f64 = 46.0;
/// The side of small matrices.
const LARGEST: f64 = 72.0;
/// The side of the matrix that larger ones approach.
const WHOLE: f64 = 420.0;
/// Widest names.
const NAMES: f64 = 220.0;
/// Blue for negative and orange for positive numbers, of about equal lightness, so that a print without colours shows
/// the size; the number says the sign.
const ENDS: [RGBColor; 2] = [RGBColor(0, 84, 140), RGBColor(158, 66, 0)];
const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Above this size a number is white on its cell.
const DARK: f64 = 0.55;

/// A square matrix of numbers from -1 to 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Matrix {
    /// Text above the figure; may be empty.
    pub(crate) title: String,
    /// Names of rows and columns.
    pub(crate) names: Vec<String>,
    /// A row for each name.
    pub(crate) values: Vec<Vec<f64>>,
}

impl Drawing for Matrix {
    fn to_svg(&self) -> Result<String, PlotError> {
        let title = self.title.clone();
        let n = self.names.len();
        if n == 0 || self.values.len() != n || self.values.iter().any(|row| row.len() != n) {
            return Err(PlotError::NoData { title });
        }
        let layout = Layout::new(self);
        document(layout.size, "", |canvas| layout.draw(canvas)).map_err(|reason| PlotError::Draw { title, reason })
    }
}

/// White at zero, darker towards either end.
fn shade(value: f64) -> RGBColor {
    let RGBColor(r, g, b) = ENDS[usize::from(value > 0.0)];
    let size = value.abs().min(1.0);
    let mixed = |end: u8| (255.0 + size * (f64::from(end) - 255.0)).round() as u8;
    RGBColor(mixed(r), mixed(g), mixed(b))
}

/// Two decimals, without a sign at zero.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text.replace('-', "\u{2212}") }
}

struct Layout<'a> {
    matrix: &'a Matrix,
    size: Point,
    title: Vec<String>,
    names: Vec<Vec<String>>,
    corner: Point,
    cell: f64,
}

impl<'a> Layout<'a> {
    fn new(matrix: &'a Matrix) -> Self {
        let n = matrix.names.len() as f64;
        let names: Vec<Vec<String>> = matrix.names.iter().map(|name| wrap(name, LABEL_FONT, NAMES, 1)).collect();
        let widest = names.iter().flatten().map(|name| width(name, LABEL_FONT)).fold(0.0, f64::max);
        let cell = (WHOLE / n).clamp(SMALLEST, LARGEST);
        let wide = (widest + 30.0 + n * cell + 20.0).max(300.0);
        let title = wrap(&matrix.title, TITLE_FONT, wide - 20.0, 3);
        let top = 16.5 + LINE * TITLE_FONT * title.len() as f64;
        let left = widest + 20.0 + 0.5 * (wide - 40.0 - widest - n * cell);
        // Names that are wider than a cell are turned under it.
        let foot = if widest > cell - 6.0 { widest + 24.0 } else { 34.0 };
        Self { matrix, size: (wide, top + n * cell + foot), title, names, corner: (left, top), cell }
    }

    fn draw(&self, canvas: &Canvas) -> Drawn {
        let ((left, top), cell) = (self.corner, self.cell);
        canvas.text(&self.title, (0.5 * self.size.0, 26.0), (TITLE_FONT, INK), Align::Middle)?;
        for (i, row) in self.matrix.values.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                let at = (left + cell * j as f64, top + cell * i as f64);
                let ends = [at, (at.0 + cell, at.1 + cell)].map(|p| zoom(&p));
                canvas.0.draw(&Rectangle::new(ends, shade(*value).filled()))?;
                let color = if value.abs() > DARK { WHITE } else { INK };
                let middle = (at.0 + 0.5 * cell, at.1 + 0.5 * cell + 5.0);
                canvas.text(from_ref(&number(*value)), middle, (TICK_FONT, color), Align::Middle)?;
            }
        }
        let side = cell * self.matrix.names.len() as f64;
        canvas.frame((left, top), (left + side, top + side), INK)?;
        let is_wide = |name: &[String]| name.iter().any(|n| width(n, LABEL_FONT) > cell - 6.0);
        let turned = self.names.iter().any(|n| is_wide(n));
        for (i, name) in self.names.iter().enumerate() {
            let middle = cell * (i as f64 + 0.5);
            canvas.text(name, (left - 10.0, top + middle + 6.0), (LABEL_FONT, INK), Align::End)?;
            let (at, how) = if turned {
                let half = 0.5 * name.iter().map(|n| width(n, LABEL_FONT)).fold(0.0, f64::max);
                ((left + middle + 6.0, top + side + 10.0 + half), Align::Turned)
            } else {
                ((left + middle, top + side + 22.0), Align::Middle)
            };
            canvas.text(name, at, (LABEL_FONT, INK), how)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(names: &[&str], values: &[&[f64]]) -> Matrix {
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        Matrix { title: "correlation".into(), names, values: values.iter().map(|row| row.to_vec()).collect() }
    }

    #[test]
    fn every_cell_has_its_number_and_its_shade() {
        let svg = matrix(&["k1", "k2"], &[&[1.0, -0.347], &[-0.347, 1.0]]).to_svg().unwrap();
        assert_eq!(svg.matches("\u{2212}0.35").count(), 2);
        assert_eq!(svg.matches("1.00").count(), 2);
        for name in ["k1", "k2"] {
            assert_eq!(svg.matches(name).count(), 2, "{name}");
        }
        assert_eq!((number(-0.004), shade(0.0), shade(-1.0)), ("0.00".to_owned(), WHITE, ENDS[0]));
    }

    /// Relative luminance of the two ends (WCAG 2.1 of sRGB) must be near each other for a print in grey.
    #[test]
    fn both_signs_are_equally_dark() {
        let linear = |c: u8| (f64::from(c) / 255.0).powf(2.2);
        let luminance = |RGBColor(r, g, b): RGBColor| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        for size in [0.3, 0.6, 1.0] {
            let (blue, orange) = (luminance(shade(-size)), luminance(shade(size)));
            assert!((blue - orange).abs() < 0.06, "{size}: {blue} {orange}");
        }
    }

    #[test]
    fn a_matrix_that_is_not_square_is_no_data() {
        assert!(matches!(matrix(&["a"], &[&[1.0, 0.0]]).to_svg(), Err(PlotError::NoData { .. })));
        assert!(matches!(matrix(&[], &[]).to_svg(), Err(PlotError::NoData { .. })));
    }
}
