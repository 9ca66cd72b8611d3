//! Heat maps: values over a plane as colours, with a colour bar for each quantity.

use plotters::element::Rectangle;
use plotters::style::{Color, RGBColor};

use super::axis::{Axis, wrap};
use super::cells::{borders, paths};
use super::color_map::{LEVELS, color, level};
use super::draw::{Align, Canvas, Drawn, INK, document, draw_ticks, zoom};
use super::{AxisLabel, Drawing, LABEL_FONT, LINE, PlotError, Point, Scale, TICK_FONT, TITLE_FONT};

/// Side of a plane in pixels.
const PLANE: f64 = 330.0;
/// Width of a colour bar, and of the gap before it.
const BAR: f64 = 15.0;
/// Cells without a value. No colour of the map is without a hue.
const GREY: RGBColor = RGBColor(190, 190, 190);
const NO_VALUE: &str = "failed or not defined";

/// Quantities over one plane, side by side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeatMap {
    /// Text above the figure; may be empty.
    pub(crate) title: String,
    pub(crate) x: PlaneAxis,
    pub(crate) y: PlaneAxis,
    pub(crate) panels: Vec<Panel>,
}

/// An axis of the plane, with the values that the cells stand around.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlaneAxis {
    /// Quantity and unit, such as `potential / V`.
    pub(crate) label: String,
    /// How the axis is drawn; linear if some value has no place on a logarithmic one.
    pub(crate) scale: Scale,
    /// In any order.
    pub(crate) values: Vec<f64>,
}

/// One quantity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Panel {
    /// Quantity and unit, such as `conversion(NH3) / %`.
    pub(crate) label: String,
    /// A row for each value of y, in it a cell for each value of x; none where there is no value.
    pub(crate) values: Vec<Option<f64>>,
}

impl Drawing for HeatMap {
    fn to_svg(&self) -> Result<String, PlotError> {
        let title = self.title.clone();
        let cells = self.x.values.len() * self.y.values.len();
        let has_values = self.panels.iter().flat_map(|p| &p.values).any(|v| drawable(*v).is_some());
        if !has_values || self.panels.iter().any(|p| p.values.len() != cells) {
            return Err(PlotError::NoData { title });
        }
        Layout::new(self).svg().map_err(|reason| PlotError::Draw { title, reason })
    }
}

/// A value that has a colour.
fn drawable(value: Option<f64>) -> Option<f64> {
    value.and_then(|v| Scale::Linear.of(v))
}

/// The cells along one axis.
struct Cells {
    about: AxisLabel,
    /// Number of values.
    count: usize,
    /// Indices of the values in rising order, each value once.
    order: Vec<usize>,
    /// Coordinates of the borders, one more than there are cells.
    borders: Vec<f64>,
}

impl Cells {
    fn new(axis: &PlaneAxis) -> Self {
        let has_log = axis.values.iter().all(|v| axis.scale.of(*v).is_some());
        let scale = if has_log { axis.scale } else { Scale::Linear };
        let at: Vec<f64> = axis.values.iter().map(|v| scale.of(*v).unwrap_or(0.0)).collect();
        let mut order: Vec<usize> = (0..at.len()).collect();
        order.sort_by(|a, b| at[*a].total_cmp(&at[*b]));
        // A value that is given twice has one cell.
        order.dedup_by(|a, b| at[*a] == at[*b]);
        let borders = borders(&order.iter().map(|i| at[*i]).collect::<Vec<f64>>());
        let about = AxisLabel { label: axis.label.clone(), scale, range: None };
        Self { about, count: at.len(), order, borders }
    }

    /// The axis whose ends are the outer borders.
    fn axis(&self) -> Axis {
        let mut axis = Axis::new(&self.about, std::iter::empty(), 0.0, PLANE);
        (axis.lo, axis.hi) = (self.borders[0], self.borders[self.borders.len() - 1]);
        axis
    }
}

/// A panel laid out.
struct Placed {
    x: Axis,
    y: Axis,
    /// The colour bar; none if there is no value.
    bar: Option<Axis>,
    label: Vec<String>,
    /// Where the labels of y and of the colour bar begin.
    labels_at: [f64; 2],
    /// SVG text.
    cells: String,
}

impl Placed {
    /// A panel with its upper left corner at a point.
    fn new(panel: &Panel, (across, along): (&Cells, &Cells), (left, top): Point) -> Self {
        let lines = |label: &[String]| LINE * LABEL_FONT * label.len() as f64;
        let (mut x, mut y) = (across.axis(), along.axis());
        (y.from, y.to) = (top + PLANE, top);
        let numbers = y.set_ticks((PLANE / 48.0).floor());
        x.from = left + 13.5 + lines(&y.label) + numbers;
        x.to = x.from + PLANE;
        x.set_ticks_across();

        let values = panel.values.iter().filter_map(|v| drawable(*v));
        let ends = values.fold(None, |ends: Option<Point>, v| Some(ends.map_or((v, v), |(a, b)| (v.min(a), v.max(b)))));
        let about = |range| AxisLabel { label: panel.label.clone(), scale: Scale::Linear, range };
        let mut bar = ends.map(|ends| Axis::new(&about(Some(ends)), std::iter::empty(), 0.0, PLANE));
        let numbers = bar.as_mut().map_or(0.0, |bar| {
            (bar.from, bar.to) = (y.from, y.to);
            bar.set_ticks((PLANE / 48.0).floor())
        });
        let label = wrap(&panel.label, LABEL_FONT, PLANE, 2);
        let labels_at = [left + 9.0, x.to + 2.0 * BAR + 18.0 + numbers];

        let level = |v: Option<f64>| {
            let bar = bar.as_ref()?;
            drawable(v).map(|v| level((v - bar.lo) / (bar.hi - bar.lo)))
        };
        let row = across.count;
        let levels: Vec<Option<u8>> = along
            .order
            .iter()
            .flat_map(|j| across.order.iter().map(move |i| j * row + i))
            .map(|k| level(panel.values[k]))
            .collect();
        let cells = paths((&x, &y), (&across.borders, &along.borders), &levels, |n| n.map_or(GREY, color));
        Self { x, y, bar, label, labels_at, cells }
    }

    /// Where the next panel begins.
    fn right(&self) -> f64 {
        self.labels_at[1] + LINE * LABEL_FONT * self.label.len() as f64 + 12.0
    }

    fn draw(&self, canvas: &Canvas) -> Drawn {
        let (x, y) = (&self.x, &self.y);
        let label = (LABEL_FONT, INK);
        let (across, along) = (0.5 * (x.from + x.to), 0.5 * (y.from + y.to));
        canvas.frame((x.from, y.to), (x.to, y.from), INK)?;
        draw_ticks(canvas, x, |v| (v, y.from), (0.0, 1.0), INK)?;
        canvas.text(&x.label, (across, y.from + 43.0), label, Align::Middle)?;
        draw_ticks(canvas, y, |v| (x.from, v), (-1.0, 0.0), INK)?;
        let [before, after] = self.labels_at.map(|at| (at + 0.76 * LABEL_FONT, along));
        canvas.text(&y.label, before, label, Align::Turned)?;
        canvas.text(&self.label, after, label, Align::Turned)?;
        let Some(bar) = &self.bar else { return Ok(()) };
        let (left, right) = (x.to + BAR, x.to + 2.0 * BAR);
        for n in 0..LEVELS {
            // Each reaches up to the end and is covered by the next, so that no hair is seen between two.
            let low = bar.from + f64::from(n) / f64::from(LEVELS) * (bar.to - bar.from);
            let ends = [(left, bar.to), (right, low)];
            canvas.0.draw(&Rectangle::new(ends.map(|p| zoom(&p)), color(n).filled()))?;
        }
        canvas.frame((left, bar.to), (right, bar.from), INK)?;
        draw_ticks(canvas, bar, |v| (right, v), (1.0, 0.0), INK)
    }
}

/// A heat map laid out.
struct Layout {
    size: Point,
    title: Vec<String>,
    panels: Vec<Placed>,
    /// Where it is said that some cell has no value.
    gaps: Option<Point>,
}

impl Layout {
    fn new(map: &HeatMap) -> Self {
        let [across, along] = [&map.x, &map.y].map(Cells::new);
        let title = wrap(&map.title, TITLE_FONT, 1.3 * PLANE * map.panels.len() as f64, 3);
        let top = 16.5 + LINE * TITLE_FONT * title.len() as f64;
        let mut panels: Vec<Placed> = Vec::new();
        for panel in &map.panels {
            let left = panels.last().map_or(0.0, Placed::right);
            panels.push(Placed::new(panel, (&across, &along), (left, top)));
        }
        let (wide, left) = panels.last().map_or((PLANE, 0.0), |last| (last.right(), panels[0].x.from));
        let lines = wrap(&map.x.label, LABEL_FONT, PLANE, 2).len();
        let high = top + PLANE + 36.5 + LINE * LABEL_FONT * lines as f64;
        let has_gaps = map.panels.iter().flat_map(|p| &p.values).any(|v| drawable(*v).is_none());
        let gaps = has_gaps.then_some((left, high + 10.0));
        Self { size: (wide, high + if has_gaps { 24.0 } else { 0.0 }), title, panels, gaps }
    }

    fn svg(&self) -> Result<String, String> {
        let cells: String = self.panels.iter().map(|p| p.cells.as_str()).collect();
        document(self.size, &cells, |canvas| self.draw(canvas))
    }

    fn draw(&self, canvas: &Canvas) -> Drawn {
        canvas.text(&self.title, (0.5 * self.size.0, 26.0), (TITLE_FONT, INK), Align::Middle)?;
        self.panels.iter().try_for_each(|panel| panel.draw(canvas))?;
        let Some((x, y)) = self.gaps else { return Ok(()) };
        let ends = [(x, y - 12.0), (x + BAR, y)];
        canvas.0.draw(&Rectangle::new(ends.map(|p| zoom(&p)), GREY.filled()))?;
        canvas.text(&[NO_VALUE.to_owned()], (x + BAR + 8.0, y), (TICK_FONT, INK), Align::Start)
    }
}

#[cfg(test)]
mod tests;
