//! Drawing a figure with plotters.

use std::slice::from_ref;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::{Axis, width};
use super::guide::place_above;
use super::layout::{Figure, Legend};
use super::{Extent, Guide, LABEL_FONT, LINE, Mark, Point, SIZE, TICK_FONT, TITLE_FONT};

/// Plotters rounds to whole pixels: it draws ten times too large, the view box shrinks that again.
pub(super) const ZOOM: f64 = 10.0;
const FONTS: &str = "Arial, Helvetica, Liberation Sans, DejaVu Sans, sans-serif";
pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
const GUIDE: RGBColor = RGBColor(90, 90, 90);
pub(super) const GRID: RGBColor = RGBColor(229, 229, 229);
/// The palette of Okabe and Ito without its yellow, which is too pale for lines on white.
pub(super) const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

pub(super) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// What a series looks like in pixels.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) lines: Vec<Vec<Point>>,
    pub(super) dots: Vec<Point>,
    /// Closed outlines.
    pub(super) areas: Vec<Vec<Point>>,
}

impl Shape {
    /// The sample of a mark in the legend.
    pub(super) fn key(mark: &Mark, (x, y): Point) -> Self {
        let line = match mark {
            Mark::Dots | Mark::Crosses | Mark::Band(_) => vec![],
            Mark::ErrorBars(_) => vec![vec![(x, y - 8.0), (x, y + 8.0)]],
            Mark::Line | Mark::Dashed | Mark::Pattern(_) => vec![vec![(x - 17.0, y), (x + 17.0, y)]],
            Mark::Statement { extent, joined, .. } => extent.key((x, y), *joined),
        };
        let range = matches!(mark, Mark::Statement { joined: true, .. });
        let dots = if mark.layer() == 2 && !range { vec![(x, y)] } else { vec![] };
        let corners = [(-17.0, -7.0), (17.0, -7.0), (17.0, 7.0), (-17.0, 7.0)].map(|(dx, dy)| (x + dx, y + dy));
        let shaded = matches!(mark, Mark::Statement { extent: Extent::Within(_), joined: true, .. });
        let areas = if mark.is_band() || shaded { vec![corners.to_vec()] } else { vec![] };
        Self { lines: line, dots, areas }
    }
}

/// A drawing area that takes pixels of the figure.
pub(super) struct Canvas<'a>(pub(super) DrawingArea<SVGBackend<'a>, Shift>);

pub(super) fn zoom(p: &Point) -> (i32, i32) {
    ((p.0 * ZOOM).round() as i32, (p.1 * ZOOM).round() as i32)
}

impl Canvas<'_> {
    pub(super) fn line(&self, points: &[Point], color: RGBColor, wide: f64) -> Drawn {
        let points: Vec<_> = points.iter().map(zoom).collect();
        let style = color.stroke_width((wide * ZOOM) as u32);
        self.0.draw(&PathElement::new(points, style))
    }

    pub(super) fn frame(&self, (x0, y0): Point, (x1, y1): Point, color: RGBColor) -> Drawn {
        let corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0), (x1, y0)];
        self.line(&corners, color, 1.0)
    }

    /// A series in the form of one slot and the colour of one.
    fn shape(&self, shape: &Shape, mark: &Mark, (slot, color): (usize, usize)) -> Drawn {
        let color = COLORS[color % COLORS.len()];
        for area in &shape.areas {
            let points: Vec<_> = area.iter().map(zoom).collect();
            self.0.draw(&Polygon::new(points, color.mix(0.16).filled()))?;
        }
        for line in &shape.lines {
            if let Some((dash, gap)) = mark.dashes() {
                let (points, style) = (line.iter().map(zoom), color.stroke_width(20));
                self.0.draw(&DashedPathElement::new(points, dash, gap, style))?;
            } else {
                let bar = matches!(mark, Mark::ErrorBars(_) | Mark::Statement { .. });
                self.line(line, color, if bar { 1.3 } else { 2.0 })?;
            }
        }
        if *mark == Mark::Crosses {
            return shape.dots.iter().try_for_each(|p| self.cross(*p, color));
        }
        let open = matches!(mark, Mark::Statement { .. });
        shape.dots.iter().try_for_each(|p| if open { self.open(*p, slot, color) } else { self.marker(*p, slot) })
    }

    fn cross(&self, (x, y): Point, color: RGBColor) -> Drawn {
        let stroke = |side: f64| self.line(&[(x - 4.5, y - side), (x + 4.5, y + side)], color, 2.0);
        stroke(4.5)?;
        stroke(-4.5)
    }

    /// A marker whose form changes with the slot, for readers who do not see the colours.
    fn marker(&self, (x, y): Point, slot: usize) -> Drawn {
        let style = COLORS[slot % COLORS.len()].filled();
        let corners = corners(slot);
        if corners.is_empty() {
            return self.0.draw(&Circle::new(zoom(&(x, y)), 40, style));
        }
        let corners = corners.iter().map(|(dx, dy)| zoom(&(x + dx, y + dy)));
        self.0.draw(&Polygon::new(corners.collect::<Vec<_>>(), style))
    }

    /// Lines of text, the base line of the first at a point; `Turned` text reads upwards.
    pub(super) fn text(&self, lines: &[String], at: Point, (size, color): (f64, RGBColor), how: Align) -> Drawn {
        // The SVG backend divides the size by 1.24 and puts the base line 0.76 em below the top.
        let font = FontDesc::new(FontFamily::Name(FONTS), size * ZOOM * 1.24, FontStyle::Normal);
        let (font, h_pos, down) = match how {
            Align::Start => (font, HPos::Left, (0.0, size)),
            Align::Middle => (font, HPos::Center, (0.0, size)),
            Align::End => (font, HPos::Right, (0.0, size)),
            Align::Turned => (font.transform(FontTransform::Rotate270), HPos::Center, (size, 0.0)),
        };
        let style = TextStyle::from(font).color(&color);
        let style = style.pos(Pos::new(h_pos, VPos::Top));
        for (n, line) in lines.iter().enumerate() {
            let em = LINE * n as f64 - 0.76;
            let at = zoom(&(at.0 + em * down.0, at.1 + em * down.1));
            self.0.draw_text(line, &style, at)?;
        }
        Ok(())
    }
}

/// The corners of the marker of a slot around its middle; none for a circle.
pub(super) fn corners(slot: usize) -> &'static [Point] {
    match slot % 5 {
        0 => &[],
        1 => &[(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)],
        2 => &[(0.0, -5.0), (4.6, 3.2), (-4.6, 3.2)],
        3 => &[(0.0, -5.2), (5.2, 0.0), (0.0, 5.2), (-5.2, 0.0)],
        _ => &[(0.0, 5.0), (4.6, -3.2), (-4.6, -3.2)],
    }
}

#[derive(Clone, Copy)]
pub(super) enum Align {
    Start,
    Middle,
    End,
    Turned,
}

/// An SVG document of a size in pixels, or what plotters had to say instead; `cells` is SVG text that goes right on
/// the paper, under all that is drawn.
pub(super) fn document(size: Point, cells: &str, draw: impl FnOnce(&Canvas) -> Drawn) -> Result<String, String> {
    let (wide, high) = zoom(&size);
    let mut svg = String::new();
    let canvas = Canvas(SVGBackend::with_string(&mut svg, (wide as u32, high as u32)).into_drawing_area());
    canvas.0.fill(&WHITE).and_then(|()| draw(&canvas)).map_err(|error| error.to_string())?;
    drop(canvas);
    let zoomed = format!(r#"width="{wide}" height="{high}""#);
    let [w, h] = [wide, high].map(|side| f64::from(side) / ZOOM);
    let shown = format!(r#"width="{w}" height="{h}" stroke-linejoin="round""#);
    let mut svg = svg.replacen(&zoomed, &shown, 1);
    // Plotters has no shape of many pieces; the paper is the first thing it draws.
    if let Some(paper) = svg.find("/>\n").filter(|_| !cells.is_empty()) {
        svg.insert_str(paper + 3, cells);
    }
    Ok(svg)
}

impl Figure<'_> {
    /// The SVG document, or what plotters had to say instead.
    pub(super) fn svg(&self) -> Result<String, String> {
        document(SIZE, "", |canvas| self.draw(canvas))
    }

    fn draw(&self, canvas: &Canvas) -> Drawn {
        let (x, [left, right]) = (&self.x, &self.y);
        let ((x0, x1), (y0, y1)) = ((x.from, x.to), (left.from, left.to));
        let (across, along) = (0.5 * (x0 + x1), 0.5 * (y0 + y1));
        for at in x.ticks.iter().map(|tick| x.at(tick.0)) {
            canvas.line(&[(at, y0), (at, y1)], GRID, 1.0)?;
        }
        for at in left.ticks.iter().map(|tick| left.at(tick.0)) {
            canvas.line(&[(x0, at), (x1, at)], GRID, 1.0)?;
        }
        canvas.frame((x0, y0), (x1, y1), INK)?;

        let half = self.title.iter().map(|line| 0.5 * width(line, TITLE_FONT)).fold(10.0, f64::max);
        let at = (across.clamp(half, SIZE.0 - half), 26.0);
        canvas.text(&self.title, at, (TITLE_FONT, INK), Align::Middle)?;
        let under = (0.5 * SIZE.0, 22.0 + LINE * TITLE_FONT * self.title.len() as f64);
        canvas.text(&self.note, under, (TICK_FONT, INK), Align::Middle)?;
        draw_ticks(canvas, x, |v| (v, y0), (0.0, 1.0), INK)?;
        canvas.text(&x.label, (across, y0 + 43.0), (LABEL_FONT, INK), Align::Middle)?;
        draw_ticks(canvas, left, |v| (x0, v), (-1.0, 0.0), self.axis_color(0))?;
        canvas.text(&left.label, (21.0, along), (LABEL_FONT, self.axis_color(0)), Align::Turned)?;
        if self.plot.right.is_some() {
            let color = self.axis_color(1);
            draw_ticks(canvas, right, |v| (x1, v), (1.0, 0.0), color)?;
            let first = SIZE.0 + 8.0 - LINE * LABEL_FONT * right.label.len() as f64;
            canvas.text(&right.label, (first, along), (LABEL_FONT, color), Align::Turned)?;
        }

        for layer in 0..3 {
            if layer == 1 {
                self.draw_guides(canvas)?;
            }
            for (i, (series, shape)) in self.plot.series.iter().zip(&self.shapes).enumerate() {
                if layer == series.mark.layer() {
                    canvas.shape(shape, &series.mark, (self.slots[i], self.colors[i]))?;
                }
            }
        }
        self.legend.iter().try_for_each(|legend| self.draw_legend(canvas, legend))
    }

    fn draw_guides(&self, canvas: &Canvas) -> Drawn {
        let data = self.occupied();
        for (guide, line) in self.guides() {
            let ends = line.map(|p| zoom(&p));
            canvas.0.draw(&DashedPathElement::new(ends, 50, 40, GUIDE.stroke_width(12)))?;
            if let Guide::Level(_, text) = guide {
                canvas.text(from_ref(text), place_above(line, text, &data), (TICK_FONT, GUIDE), Align::Start)?;
            }
        }
        Ok(())
    }

    /// With two y axes, one that belongs to a single colour is written in it.
    fn axis_color(&self, side: usize) -> RGBColor {
        let all = self.plot.series.iter().zip(&self.colors);
        let mut slots = all.filter(|(s, _)| self.plot.side(s) == side).map(|(_, slot)| slot);
        match slots.next() {
            Some(slot) if self.plot.right.is_some() && slots.all(|other| other == slot) => COLORS[slot % COLORS.len()],
            _ => INK,
        }
    }

    fn draw_legend(&self, canvas: &Canvas, legend: &Legend) -> Drawn {
        let (at, cell, size) = (legend.at, legend.cell, legend.size);
        let end = (at.0 + size.0, at.1 + size.1);
        let paper = WHITE.mix(0.85).filled();
        canvas.0.draw(&Rectangle::new([zoom(&at), zoom(&end)], paper))?;
        canvas.frame(at, end, GRID)?;
        for (n, (first, name)) in legend.entries.iter().enumerate() {
            let x = at.0 + cell.0 * (n % legend.columns) as f64 + 8.0;
            let y = at.1 + cell.1 * ((n / legend.columns) as f64 + 0.5);
            let slot = self.slots[*first];
            let mut own: Vec<_> = self.plot.series.iter().zip(&self.slots).filter(|(_, s)| **s == slot).collect();
            own.sort_by_key(|(series, _)| series.mark.layer());
            for (series, _) in own {
                let key = Shape::key(&series.mark, (x + 17.0, y));
                canvas.shape(&key, &series.mark, (slot, self.colors[*first]))?;
            }
            let base = y + 5.0 - 0.5 * LINE * TICK_FONT * (name.len() as f64 - 1.0);
            canvas.text(name, (x + 42.0, base), (TICK_FONT, INK), Align::Start)?;
        }
        Ok(())
    }
}

/// The ticks of an axis and their numbers; `place` is the point on the frame of a pixel of the axis.
pub(super) fn draw_ticks(
    canvas: &Canvas,
    axis: &Axis,
    place: impl Fn(f64) -> Point,
    out: Point,
    color: RGBColor,
) -> Drawn {
    let off = |(x, y): Point, far: f64| (x + far * out.0, y + far * out.1);
    for p in axis.minor_ticks().map(&place) {
        canvas.line(&[p, off(p, 3.0)], INK, 1.0)?;
    }
    let (align, drop) = match out.0 {
        ..0.0 => (Align::End, 5.0),
        0.0 => (Align::Middle, 11.0),
        _ => (Align::Start, 5.0),
    };
    for (v, name) in &axis.ticks {
        let p = place(axis.at(*v));
        canvas.line(&[p, off(p, 6.0)], INK, 1.0)?;
        let (x, y) = off(p, 10.0);
        canvas.text(from_ref(name), (x, y + drop), (TICK_FONT, color), align)?;
    }
    Ok(())
}
