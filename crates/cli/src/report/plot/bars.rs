//! Grouped bars, with numbers over them and what others state as open symbols.

use std::slice::from_ref;

use plotters::element::Rectangle;
use plotters::style::{Color, RGBColor};

use super::axis::{Axis, width, wrap};
use super::draw::{Align, COLORS, Canvas, Drawn, GRID, INK, document, draw_ticks, zoom};
use super::{AxisLabel, Drawing, Extent, LABEL_FONT, LINE, PlotError, Point, SIZE, Scale, TICK_FONT, TITLE_FONT};
use crate::report::significant;

/// Colours from dark to pale, so that a print without colours tells the bars of a group apart.
const FILLS: [RGBColor; 3] = [COLORS[0], RGBColor(245, 205, 140), RGBColor(120, 190, 170)];
/// Widest bar.
const WIDEST: f64 = 64.0;
/// Font of the numbers over bars.
const NUMBER_FONT: f64 = 12.0;
/// Space of a symbol and the gap after it in the legend.
const KEY: f64 = 34.0;

/// Bars in groups along the x axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BarChart {
    /// Text above the figure; may be empty.
    pub(crate) title: String,
    /// Smaller text under the title; may be empty.
    pub(crate) note: String,
    pub(crate) y: AxisLabel,
    /// Text under each group.
    pub(crate) groups: Vec<String>,
    /// The bars of each group, from left to right; at most three.
    pub(crate) series: Vec<BarSeries>,
    pub(crate) claims: Vec<Claim>,
}

/// One bar of every group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BarSeries {
    pub(crate) name: String,
    /// A value for each group; none where it is not defined.
    pub(crate) values: Vec<Option<f64>>,
}

/// What others state about a bar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claim {
    pub(crate) group: usize,
    pub(crate) series: usize,
    pub(crate) value: f64,
    pub(crate) extent: Extent,
    /// Text in the legend.
    pub(crate) label: String,
}

impl Drawing for BarChart {
    fn to_svg(&self) -> Result<String, PlotError> {
        let title = self.title.clone();
        let drawable = |v: &f64| self.y.scale.of(*v).is_some();
        if !self.series.iter().flat_map(|s| s.values.iter().flatten()).any(drawable) {
            return Err(PlotError::NoData { title });
        }
        let layout = Layout::new(self);
        document(SIZE, "", |canvas| layout.draw(canvas)).map_err(|reason| PlotError::Draw { title, reason })
    }
}

impl Claim {
    /// Its value and the ends of its bar.
    fn reach(&self) -> [f64; 3] {
        let error = if let Extent::Within(error) = self.extent { error.abs() } else { 0.0 };
        [self.value - error, self.value, self.value + error]
    }
}

/// An entry of the legend: a bar or a symbol, and its text.
enum Key<'a> {
    Bar(usize, &'a str),
    Symbol(usize, &'a Claim),
}

impl Key<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Bar(_, name) => name,
            Self::Symbol(_, claim) => &claim.label,
        }
    }

    fn draw(&self, canvas: &Canvas, (x, y): Point) -> Drawn {
        let middle = (x + 12.0, y - 5.0);
        match self {
            Self::Bar(i, _) => {
                let ends = [(x, middle.1 - 7.0), (x + 24.0, middle.1 + 7.0)];
                canvas.0.draw(&Rectangle::new(ends.map(|p| zoom(&p)), FILLS[i % FILLS.len()].filled()))?;
                canvas.frame(ends[0], ends[1], INK)?;
            }
            Self::Symbol(form, claim) => {
                claim.extent.key(middle, false).iter().try_for_each(|line| canvas.line(line, INK, 1.3))?;
                canvas.open(middle, *form, INK)?;
            }
        }
        canvas.text(from_ref(&self.text().to_owned()), (x + KEY, y), (TICK_FONT, INK), Align::Start)
    }
}

struct Layout<'a> {
    chart: &'a BarChart,
    title: Vec<String>,
    note: Vec<String>,
    /// Labels of claims, in the order in which symbols take their forms.
    labels: Vec<&'a str>,
    /// Entries of the legend with their places.
    keys: Vec<(Point, Key<'a>)>,
    groups: Vec<Vec<String>>,
    y: Axis,
    left: f64,
    right: f64,
}

impl<'a> Layout<'a> {
    fn new(chart: &'a BarChart) -> Self {
        let title = wrap(&chart.title, TITLE_FONT, SIZE.0 - 60.0, 3);
        let note = wrap(&chart.note, TICK_FONT, SIZE.0 - 40.0, 3);
        let mut labels: Vec<&str> = Vec::new();
        let mut keys: Vec<Key> = chart.series.iter().enumerate().map(|(i, s)| Key::Bar(i, s.name.as_str())).collect();
        for claim in &chart.claims {
            if !labels.contains(&claim.label.as_str()) {
                keys.push(Key::Symbol(labels.len(), claim));
                labels.push(&claim.label);
            }
        }
        let head = 22.0 + LINE * (TITLE_FONT * title.len() as f64 + TICK_FONT * note.len() as f64);
        let (keys, top) = placed(keys, head);

        let values = chart.series.iter().flat_map(|s| s.values.iter().flatten().copied());
        let all = values.chain(chart.claims.iter().flat_map(Claim::reach));
        let all = all.filter(|v| chart.y.scale.of(*v).is_some());
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        // Room for numbers over the bars.
        let range = match chart.y.scale {
            Scale::Linear => (low.min(0.0), high.max(0.0) + 0.08 * (high.max(0.0) - low.min(0.0))),
            Scale::Log => (10_f64.powf((low.log10() - 0.3).floor()), 10_f64.powf(high.log10() * 1.0 + 0.5)),
        };
        let room = SIZE.1 - top;
        let about = AxisLabel { range: Some(range), ..chart.y.clone() };
        let mut y = Axis::new(&about, std::iter::empty(), 0.0, room);
        let numbers = y.set_ticks(7.0);
        let left = (25.5 + LINE * LABEL_FONT * y.label.len() as f64 + numbers).max(60.5);
        let right = SIZE.0 - 24.5;
        let wide = (right - left) / chart.groups.len().max(1) as f64;
        let groups: Vec<Vec<String>> = chart.groups.iter().map(|g| wrap(g, TICK_FONT, wide - 6.0, 3)).collect();
        let lines = groups.iter().map(Vec::len).max().unwrap_or(1);
        (y.from, y.to) = (SIZE.1 - 18.5 - LINE * TICK_FONT * lines as f64, top);
        Self { chart, title, note, labels, keys, groups, y, left, right }
    }

    /// The left edge and the width of a bar.
    fn bar(&self, group: usize, series: usize) -> (f64, f64) {
        let (groups, bars) = (self.chart.groups.len() as f64, self.chart.series.len() as f64);
        let each = (self.right - self.left) / groups;
        let wide = (0.82 * each / bars).min(WIDEST);
        (self.left + each * (group as f64 + 0.5) + wide * (series as f64 - 0.5 * bars), wide)
    }

    fn draw(&self, canvas: &Canvas) -> Drawn {
        let middle = 0.5 * SIZE.0;
        canvas.text(&self.title, (middle, 26.0), (TITLE_FONT, INK), Align::Middle)?;
        let under = (middle, 22.0 + LINE * TITLE_FONT * self.title.len() as f64);
        canvas.text(&self.note, under, (TICK_FONT, INK), Align::Middle)?;
        for at in self.y.ticks.iter().map(|tick| self.y.at(tick.0)) {
            canvas.line(&[(self.left, at), (self.right, at)], GRID, 1.0)?;
        }
        for (at, key) in &self.keys {
            key.draw(canvas, *at)?;
        }
        for (i, series) in self.chart.series.iter().enumerate() {
            for (group, value) in series.values.iter().enumerate() {
                self.draw_bar(canvas, (group, i), *value)?;
            }
        }
        for claim in &self.chart.claims {
            self.draw_claim(canvas, claim)?;
        }
        canvas.frame((self.left, self.y.to), (self.right, self.y.from), INK)?;
        draw_ticks(canvas, &self.y, |v| (self.left, v), (-1.0, 0.0), INK)?;
        let along = 0.5 * (self.y.from + self.y.to);
        canvas.text(&self.y.label, (21.0, along), (LABEL_FONT, INK), Align::Turned)?;
        let each = (self.right - self.left) / self.groups.len() as f64;
        for (i, group) in self.groups.iter().enumerate() {
            let at = (self.left + each * (i as f64 + 0.5), self.y.from + 20.0);
            canvas.text(group, at, (TICK_FONT, INK), Align::Middle)?;
        }
        Ok(())
    }

    fn draw_bar(&self, canvas: &Canvas, (group, series): (usize, usize), value: Option<f64>) -> Drawn {
        let (x, wide) = self.bar(group, series);
        let floor = self.y.pixel(0.0).unwrap_or(self.y.from).min(self.y.from);
        let height = value.and_then(|v| self.y.pixel(v));
        if let Some(top) = height {
            let ends = [(x, top.min(floor)), (x + wide, top.max(floor))];
            canvas.0.draw(&Rectangle::new(ends.map(|p| zoom(&p)), FILLS[series % FILLS.len()].filled()))?;
            canvas.frame(ends[0], ends[1], INK)?;
        }
        // Over the bar and all symbols on it.
        let own = self.chart.claims.iter().filter(|c| (c.group, c.series) == (group, series));
        let symbol = |c: &Claim| {
            let reach = if c.extent == Extent::Above { 28.0 } else { 8.0 };
            self.y.pixel(c.value).map(|at| self.y.pixel(c.reach()[2]).unwrap_or(at).min(at - reach))
        };
        let top = own.filter_map(symbol).chain(height).fold(floor, f64::min);
        let text = match value {
            None => "none".to_owned(),
            // What is left of the tolerance, 1e-6 of what there is, says nothing.
            Some(v) if self.chart.y.scale == Scale::Linear && v.abs() < 1e-6 * self.y.hi.abs() => "0".to_owned(),
            Some(v) => significant(v, 3),
        };
        canvas.text(&[text], (x + 0.5 * wide, top - 4.0), (NUMBER_FONT, INK), Align::Middle)
    }

    fn draw_claim(&self, canvas: &Canvas, claim: &Claim) -> Drawn {
        let (x, wide) = self.bar(claim.group, claim.series);
        let Some(at) = self.y.pixel(claim.value).map(|y| (x + 0.5 * wide, y)) else { return Ok(()) };
        claim.extent.arrow(at).iter().try_for_each(|line| canvas.line(line, INK, 1.3))?;
        let [low, _, high] = claim.reach().map(|v| self.y.pixel(v).unwrap_or(self.y.from));
        if (low - high).abs() > 1.0 {
            let bar = [(-4.0, low), (4.0, low), (0.0, low), (0.0, high), (-4.0, high), (4.0, high)];
            canvas.line(&bar.map(|(dx, y)| (at.0 + dx, y)), INK, 1.3)?;
        }
        let form = self.labels.iter().position(|label| *label == claim.label).unwrap_or(0);
        canvas.open(at, form, INK)
    }
}

/// The entries of the legend in rows under `head`, and where the picture begins.
fn placed(keys: Vec<Key<'_>>, head: f64) -> (Vec<(Point, Key<'_>)>, f64) {
    let (mut at, mut all) = ((50.0, head + 14.0), Vec::new());
    for key in keys {
        let wide = KEY + width(key.text(), TICK_FONT) * 0.92 + 22.0;
        if at.0 + wide > SIZE.0 && at.0 > 50.0 {
            at = (50.0, at.1 + 1.9 * TICK_FONT);
        }
        all.push((at, key));
        at.0 += wide;
    }
    (all, at.1 + 14.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(scale: Scale, values: &[Option<f64>], claims: Vec<Claim>) -> BarChart {
        let groups = (0..values.len()).map(|i| format!("group <{i}>")).collect();
        let series = vec![BarSeries { name: "model".into(), values: values.to_vec() }];
        let y = AxisLabel { label: "yield / %".into(), scale, range: None };
        BarChart { title: "bars".into(), note: "note".into(), y, groups, series, claims }
    }

    #[test]
    fn odd_values_are_drawn_without_odd_numbers() {
        let odd = [f64::NAN, f64::INFINITY, -3.0, 0.0, 1e-300, 7.0, f64::MAX];
        for scale in [Scale::Linear, Scale::Log] {
            for value in odd {
                let claim = |extent| Claim { group: 1, series: 0, value, extent, label: "published".into() };
                let claims = [Extent::Within(value), Extent::Above, Extent::Below].map(claim).to_vec();
                let svg = chart(scale, &[Some(1.0), Some(value), None], claims).to_svg().unwrap();
                assert!(svg.contains("group &lt;0&gt;") && svg.contains(">\npublished\n<"), "{svg}");
                assert!(svg.contains("none"), "a value that is not defined is said");
            }
        }
    }

    #[test]
    fn bars_without_a_value_are_no_data() {
        assert!(matches!(chart(Scale::Log, &[None, Some(0.0)], vec![]).to_svg(), Err(PlotError::NoData { .. })));
        assert!(matches!(chart(Scale::Linear, &[None], vec![]).to_svg(), Err(PlotError::NoData { .. })));
    }

    /// A little is not nothing: only what the tolerance leaves is written as zero.
    #[test]
    fn small_values_keep_their_digits() {
        let svg = chart(Scale::Linear, &[Some(98.5), Some(0.105), Some(0.0096), Some(1e-6)], vec![]).to_svg().unwrap();
        for number in ["98.5", "0.105", "0.00960", "0"] {
            assert!(svg.contains(&format!(">\n{number}\n<")), "no {number} in {svg}");
        }
        assert!(!svg.contains("e-6"), "{svg}");
    }

    /// A number stands over the symbol on its bar.
    #[test]
    fn numbers_and_symbols_do_not_meet() {
        let claim = Claim { group: 0, series: 0, value: 90.0, extent: Extent::Above, label: "published".into() };
        let bars = chart(Scale::Linear, &[Some(88.8)], vec![claim]);
        let layout = Layout::new(&bars);
        let arrow = layout.y.pixel(90.0).unwrap() - 26.0;
        let svg = bars.to_svg().unwrap();
        let line = svg.lines().take_while(|l| !l.contains("88.8")).last().unwrap();
        let y = line.split("y=\"").nth(1).and_then(|t| t.split('"').next()).unwrap();
        assert!(y.parse::<f64>().unwrap() / 10.0 < arrow, "{line}");
    }
}
