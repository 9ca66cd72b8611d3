//! Where everything goes: axes, lines and markers in pixels, and a free place for the legend.

use std::collections::BTreeSet;

use super::axis::{Axis, width, wrap};
use super::draw::Shape;
use super::{Guide, LABEL_FONT, LINE, Mark, Plot, Point, SIZE, Series, TICK_FONT, TITLE_FONT};

/// Space for the key in front of a name in the legend, and around the two.
const KEY: f64 = 58.0;
/// Side of the squares in which data and legend meet.
pub(super) const CELL: f64 = 4.0;

/// The legend: entries (a series and the lines of its name) in equal cells, row by row.
#[derive(Clone)]
pub(super) struct Legend {
    pub(super) at: Point,
    pub(super) size: Point,
    pub(super) cell: Point,
    pub(super) columns: usize,
    pub(super) entries: Vec<(usize, Vec<String>)>,
}

/// The plot laid out.
pub(super) struct Figure<'a> {
    pub(super) plot: &'a Plot,
    pub(super) title: Vec<String>,
    pub(super) note: Vec<String>,
    pub(super) x: Axis,
    /// The left and the right axis.
    pub(super) y: [Axis; 2],
    /// Which form of marker each series has: one for each name.
    pub(super) slots: Vec<usize>,
    /// Which colour: the slot, or for a statement that of the series it is about.
    pub(super) colors: Vec<usize>,
    pub(super) shapes: Vec<Shape>,
    pub(super) legend: Option<Legend>,
}

/// How far a band may widen its axis, as a fraction of what the other series cover: one that is open shows no data.
const WIDENED: f64 = 0.5;

impl Plot {
    /// The edges of the bands on a side, none far outside the other series.
    fn near(&self, side: usize) -> Vec<f64> {
        let scale = [&self.left, self.right.as_ref().unwrap_or(&self.left)][side].scale;
        let own = |band: bool| {
            let own = self.series.iter().filter(move |s| self.side(s) == side && s.mark.is_band() == band);
            own.flat_map(|s| s.points.iter().enumerate().flat_map(|(i, p)| [p.1 - s.error(i), p.1 + s.error(i)]))
                .filter(move |v| scale.of(*v).is_some())
        };
        let (low, high) = own(false).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let room = WIDENED * (high - low);
        own(true).filter(|_| low <= high).map(|v| v.clamp(low - room, high + room)).collect()
    }
}

impl<'a> Figure<'a> {
    /// Lays the plot out, with more and more space above the data until the legend hides none.
    pub(super) fn new(plot: &'a Plot) -> Option<Self> {
        let mut best: Option<(usize, Self)> = None;
        for head in [0.0, 0.12, 0.24, 0.36, 0.48] {
            let mut figure = Self::with_headroom(plot, head)?;
            let hidden = figure.place_legend();
            if best.as_ref().is_none_or(|(least, _)| hidden < *least) {
                best = Some((hidden, figure));
            }
            if hidden == 0 {
                break;
            }
        }
        best.map(|(_, figure)| figure)
    }

    fn with_headroom(plot: &'a Plot, head: f64) -> Option<Self> {
        let about = [&plot.left, plot.right.as_ref().unwrap_or(&plot.left)];
        // Points with a place on their y axis, as x and the ends and the middle of the error bar.
        let points = |side: usize| {
            let series = plot.series.iter().filter(move |s| plot.side(s) == side && !s.mark.is_band());
            let each =
                |s: &'a Series| (0..).zip(&s.points).map(|(i, (x, y))| (*x, [*y, y - s.error(i), y + s.error(i)]));
            series.flat_map(each).filter(move |p| about[side].scale.of(p.1[0]).is_some())
        };
        let upright = plot.guides.iter().filter_map(|g| if let Guide::Upright(v) = g { Some(*v) } else { None });
        let mut x = Axis::new(&plot.x, points(0).chain(points(1)).map(|p| p.0).chain(upright), 0.0, 560.0);
        let ends = x.lo..=x.hi;
        let seen = |x: f64| plot.x.scale.of(x).is_some_and(|x| ends.contains(&x));
        points(0).chain(points(1)).find(|p| seen(p.0))?;

        let title = wrap(&plot.title, TITLE_FONT, SIZE.0 - 60.0, 3);
        let note = wrap(&plot.note, TICK_FONT, SIZE.0 - 40.0, 2);
        let top = 16.5 + LINE * (TITLE_FONT * title.len() as f64 + TICK_FONT * note.len() as f64);
        let bottom = SIZE.1 - 36.5 - LINE * LABEL_FONT * x.label.len() as f64;
        let [mut left, mut right] = [0, 1].map(|side| {
            let values = points(side).filter(|p| seen(p.0)).flat_map(|p| p.1);
            let values = values.chain(plot.levels(side)).chain(plot.near(side)).chain(plot.arrows(side));
            Axis::new(about[side], values, head, bottom - top)
        });
        let [before, after] = [&mut left, &mut right].map(|axis| {
            (axis.from, axis.to) = (bottom, top);
            let numbers = axis.set_ticks(((bottom - top) / 48.0).floor());
            25.5 + LINE * LABEL_FONT * axis.label.len() as f64 + numbers
        });
        x.from = before.max(44.5);
        x.to = SIZE.0 - if plot.right.is_some() { after } else { 24.5 };
        x.set_ticks_across();
        let end = |(v, name): &(f64, String)| x.at(*v) + 0.5 * width(name, TICK_FONT);
        x.to -= (x.ticks.last().map_or(0.0, end) - SIZE.0 + 6.0).max(0.0);

        let mut slots: Vec<usize> = Vec::new();
        for (i, s) in plot.series.iter().enumerate() {
            let twin = |t: &Series| !s.name.is_empty() && (&t.name, plot.side(t)) == (&s.name, plot.side(s));
            let next = slots.iter().max().map_or(0, |slot| slot + 1);
            slots.push(plot.series[..i].iter().position(twin).map_or(next, |t| slots[t]));
        }
        let color = |(i, s): (usize, &Series)| match s.mark {
            Mark::Statement { like, .. } => slots.get(like).copied().unwrap_or(slots[i]),
            _ => slots[i],
        };
        let colors = plot.series.iter().enumerate().map(color).collect();
        let (y, shapes) = ([left, right], Vec::new());
        let mut figure = Self { plot, title, note, x, y, slots, colors, shapes, legend: None };
        figure.shapes = plot.series.iter().map(|s| figure.shape(s)).collect();
        Some(figure)
    }

    fn shape(&self, series: &Series) -> Shape {
        let (x, y) = (&self.x, &self.y[self.plot.side(series)]);
        let place = |p: &Point| Some((x.pixel(p.0)?, y.pixel(p.1)?));
        let pixels: Vec<Option<Point>> = series.points.iter().map(place).collect();
        let mut shape = Shape::default();
        if series.mark.is_line() {
            for piece in pixels.split(Option::is_none) {
                let piece: Vec<Point> = piece.iter().copied().flatten().collect();
                self.add_line(&thinned(&piece), &mut shape);
            }
            return shape;
        }
        if series.mark.is_band() {
            shape.areas.extend(self.area(series));
            return shape;
        }
        if let Mark::Statement { extent, joined: true, .. } = series.mark {
            shape.areas.extend(self.area(series));
            let ends: Vec<Point> = pixels.into_iter().flatten().collect();
            extent.range(&ends).iter().for_each(|line| self.add_line(line, &mut shape));
            return shape;
        }
        let mut taken = BTreeSet::new();
        let size = if pixels.len() > 5000 { 2.0 } else { 0.1 };
        for (i, pixel) in pixels.into_iter().enumerate() {
            let inside = pixel.filter(|p| self.clip(*p, *p).is_some());
            let Some(p) = inside.filter(|p| taken.insert(cell(*p, size))) else {
                continue;
            };
            shape.dots.push(p);
            if let Mark::Statement { extent, .. } = series.mark {
                extent.arrow(p).iter().for_each(|line| self.add_line(line, &mut shape));
            }
            let (value, error) = (series.points[i].1, series.error(i));
            if error > 0.0 {
                let [a, b] = [value - error, value + error].map(|v| y.pixel(v).unwrap_or(y.from + 99.0));
                let bar = [(-4.0, a), (4.0, a), (0.0, a), (0.0, b), (-4.0, b), (4.0, b)];
                self.add_line(&bar.map(|(dx, y)| (p.0 + dx, y)), &mut shape);
            }
        }
        shape
    }

    /// The outline of a band, as far as it is inside the axes.
    fn area(&self, series: &Series) -> Option<Vec<Point>> {
        let (x, y) = (&self.x, &self.y[self.plot.side(series)]);
        let edge = |up: f64| {
            let corner = move |(i, p): (usize, &Point)| {
                // What has no place on a logarithmic axis is below its end.
                let height = y.pixel(p.1 + up * series.error(i)).unwrap_or(y.from);
                Some((x.pixel(p.0)?.clamp(x.from, x.to), height.clamp(y.to, y.from)))
            };
            series.points.iter().enumerate().filter(|(_, p)| p.1.is_finite()).filter_map(corner)
        };
        let outline: Vec<Point> = edge(1.0).chain(edge(-1.0).rev()).collect();
        (outline.len() >= 4).then_some(outline)
    }

    /// Adds the part of a line inside the axes; a dot if it has no length.
    fn add_line(&self, points: &[Point], shape: &mut Shape) {
        let Some(first) = points.first() else {
            return;
        };
        if points.iter().all(|p| (p.0 - first.0).hypot(p.1 - first.1) < 1.0) {
            shape.dots.extend(self.clip(*first, *first).map(|ends| ends.0));
            return;
        }
        let mut last = None;
        for (a, b) in points.windows(2).filter_map(|pair| self.clip(pair[0], pair[1])) {
            match shape.lines.last_mut() {
                Some(line) if last == Some(a) => line.push(b),
                _ => shape.lines.push(vec![a, b]),
            }
            last = Some(b);
        }
    }

    /// The part of a segment inside the axes (Liang and Barsky's way).
    pub(super) fn clip(&self, a: Point, b: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (pace, gap) in
            [(-dx, a.0 - self.x.from), (dx, self.x.to - a.0), (-dy, a.1 - self.y[0].to), (dy, self.y[0].from - a.1)]
        {
            let gap = gap + 0.01;
            if pace < 0.0 {
                enter = enter.max(gap / pace);
            } else if pace > 0.0 {
                leave = leave.min(gap / pace);
            } else if gap < 0.0 {
                return None;
            }
        }
        let end = if leave < 1.0 { between(a, b, leave) } else { b };
        (enter <= leave).then(|| (between(a, b, enter), end))
    }

    /// The small squares with data in them.
    pub(super) fn occupied(&self) -> BTreeSet<(i32, i32)> {
        let mut cells = BTreeSet::new();
        for shape in &self.shapes {
            cells.extend(shape.dots.iter().map(|p| cell(*p, CELL)));
            cells.extend(shape.lines.iter().chain(&shape.areas).flat_map(|line| line.windows(2)).flat_map(along));
        }
        cells.extend(self.guides().flat_map(|(_, line)| along(&line)));
        cells
    }

    /// Puts the legend where it hides the least data, corners first; returns how much it hides.
    fn place_legend(&mut self) -> usize {
        const PLACES: [[f64; 2]; 8] =
            [[1.0, 0.0], [0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.0], [0.5, 1.0], [1.0, 0.5], [0.0, 0.5]];
        let data = self.occupied();
        let corner = (self.x.from + 10.0, self.y[0].to + 10.0);
        let (wide, high) = (self.x.to - corner.0 - 10.0, self.y[0].from - corner.1 - 10.0);
        let column = |n: usize| (n, wide / n as f64 - KEY, 1);
        let mut least = usize::MAX;
        for (columns, room, most) in [(1, 0.6 * wide, 3), (1, 0.35 * wide, 3), column(2), column(3), column(4)] {
            let entries = self.entries(room);
            let lines = entries.iter().map(|e| e.1.len()).max().unwrap_or(0);
            let names = entries.iter().flat_map(|e| &e.1);
            let widest = names.map(|name| width(name, TICK_FONT)).fold(0.0, f64::max);
            let cell = (widest + KEY, LINE * TICK_FONT * lines as f64 + 4.0);
            let rows = entries.len().div_ceil(columns);
            let size = (cell.0 * columns as f64, cell.1 * rows as f64);
            if entries.len() < columns || lines > most || size.0 > wide || size.1 > high {
                continue;
            }
            for [right, down] in PLACES {
                let at = (corner.0 + right * (wide - size.0), corner.1 + down * (high - size.1));
                let near =
                    |cell: i32, at: f64, size: f64| (at - 10.0..at + size + 6.0).contains(&(CELL * f64::from(cell)));
                let under = |c: &&(i32, i32)| near(c.0, at.0, size.0) && near(c.1, at.1, size.1);
                let hidden = data.iter().filter(under).count();
                if hidden < least {
                    least = hidden;
                    self.legend = Some(Legend { at, size, cell, columns, entries: entries.clone() });
                }
            }
        }
        if self.legend.is_some() { least } else { 0 }
    }

    /// The first series of each name and the lines of that name.
    fn entries(&self, room: f64) -> Vec<(usize, Vec<String>)> {
        let mut entries = Vec::new();
        for (i, series) in self.plot.series.iter().enumerate() {
            if !series.name.is_empty() && !self.slots[..i].contains(&self.slots[i]) {
                let side = ["", " (right axis)"][self.plot.side(series)];
                let name = format!("{}{side}", series.name);
                entries.push((i, wrap(&name, TICK_FONT, room, 3)));
            }
        }
        entries
    }
}

fn between(a: Point, b: Point, t: f64) -> Point {
    (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
}

/// The small squares that a piece of a line passes.
fn along(ab: &[Point]) -> Vec<(i32, i32)> {
    let far = (ab[1].0 - ab[0].0).hypot(ab[1].1 - ab[0].1);
    let steps = 1.0 + (far / CELL).ceil();
    (0..=steps as i32).map(|i| cell(between(ab[0], ab[1], f64::from(i) / steps), CELL)).collect()
}

/// The square of a grid a point is in.
pub(super) fn cell(p: Point, size: f64) -> (i32, i32) {
    ((p.0 / size).floor() as i32, (p.1 / size).floor() as i32)
}

/// Less points of a long line: of neighbours in one column of pixels, the two ends, the lowest and the highest.
fn thinned(points: &[Point]) -> Vec<Point> {
    if points.len() < 2000 {
        return points.to_vec();
    }
    let mut kept = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let by_height = |a: &usize, b: &usize| column[*a].1.total_cmp(&column[*b].1);
        let mut few = BTreeSet::from([0, column.len() - 1]);
        few.extend((0..column.len()).min_by(by_height));
        few.extend((0..column.len()).max_by(by_height));
        kept.extend(few.into_iter().map(|i| column[i]));
    }
    kept
}
