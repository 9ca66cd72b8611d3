//! Open symbols for what others state, with bars and arrows; dashes that differ without colours.

use plotters::prelude::*;

use super::draw::{Canvas, Drawn, ZOOM, corners, zoom};
use super::{Extent, Mark, Plot, Point};

/// How far an arrow reaches.
const REACH: f64 = 26.0;
/// Open symbols over filled ones.
const LARGER: f64 = 1.3;
/// Room that an axis keeps for an arrow, as a part of what its series cover.
const ROOM: f64 = 0.09;

impl Mark {
    /// Length and gap of the dashes of a line, in tenths of a pixel; none of a whole line.
    pub(super) fn dashes(&self) -> Option<(u32, u32)> {
        match self {
            Self::Dashed => Some((80, 50)),
            Self::Pattern(n) => [None, Some((100, 50)), Some((25, 35)), Some((200, 60)), Some((60, 110))][n % 5],
            _ => None,
        }
    }
}

impl Extent {
    /// An arrow from a point to where the bound leaves room; none for a value.
    pub(super) fn arrow(self, (x, y): Point) -> Vec<Vec<Point>> {
        let up = match self {
            Self::Within(_) => return Vec::new(),
            Self::Above => -1.0,
            Self::Below => 1.0,
        };
        let (tip, wing) = (y + up * REACH, y + up * (REACH - 7.0));
        vec![vec![(x, y), (x, tip)], vec![(x - 4.5, wing), (x, tip), (x + 4.5, wing)]]
    }

    /// What holds from one end to the other: a line with caps, and the arrows of a bound.
    pub(super) fn range(self, ends: &[Point]) -> Vec<Vec<Point>> {
        let cap = |(x, y): &Point| vec![(*x, y - 5.0), (*x, y + 5.0)];
        let mut lines: Vec<Vec<Point>> = ends.iter().map(cap).collect();
        lines.push(ends.to_vec());
        lines.extend(ends.iter().flat_map(|end| self.arrow(*end)));
        lines
    }

    /// The lines of its sample in the legend.
    pub(super) fn key(self, (x, y): Point, joined: bool) -> Vec<Vec<Point>> {
        // The head of an arrow: more has no room.
        let tip = if joined { 8.5 } else { 12.0 };
        let head =
            |up: f64| vec![vec![(x - 4.0, y + up * (tip - 4.5)), (x, y + up * tip), (x + 4.0, y + up * (tip - 4.5))]];
        let mut lines = match self {
            Self::Within(error) if error == 0.0 || joined => Vec::new(),
            Self::Within(_) => vec![vec![(x, y - 10.0), (x, y + 10.0)]],
            Self::Above => head(-1.0),
            Self::Below => head(1.0),
        };
        if joined {
            lines.extend([vec![(x - 17.0, y), (x + 17.0, y)], vec![(x, y), lines.first().map_or((x, y), |l| l[1])]]);
            lines.extend([-17.0, 17.0].map(|dx| vec![(x + dx, y - 5.0), (x + dx, y + 5.0)]));
        }
        lines
    }
}

impl Plot {
    /// Where the arrows of bounds end on a side, about.
    pub(super) fn arrows(&self, side: usize) -> Vec<f64> {
        let own = || self.series.iter().filter(move |s| self.side(s) == side);
        let values = own().flat_map(|s| s.points.iter().map(|p| p.1)).filter(|v| v.abs() < 1e200);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let room = ROOM * (high - low);
        let ends = |s: &super::Series| match s.mark {
            Mark::Statement { extent: Extent::Above, .. } => s.points.iter().map(|p| p.1 + room).collect(),
            Mark::Statement { extent: Extent::Below, .. } => s.points.iter().map(|p| p.1 - room).collect(),
            _ => Vec::new(),
        };
        own().flat_map(ends).collect()
    }
}

impl Canvas<'_> {
    /// An open symbol in the form of a slot.
    pub(super) fn open(&self, (x, y): Point, slot: usize, color: RGBColor) -> Drawn {
        let corners = corners(slot);
        if corners.is_empty() {
            let (at, radius) = (zoom(&(x, y)), (4.0 * LARGER * ZOOM) as i32);
            self.0.draw(&Circle::new(at, radius, WHITE.filled()))?;
            return self.0.draw(&Circle::new(at, radius, color.stroke_width(18)));
        }
        let place = |(dx, dy): &Point| (x + LARGER * dx, y + LARGER * dy);
        let mut outline: Vec<Point> = corners.iter().map(place).collect();
        self.0.draw(&Polygon::new(outline.iter().map(zoom).collect::<Vec<_>>(), WHITE.filled()))?;
        // One side more, so that the first corner is closed too.
        outline.extend([outline[0], outline[1]]);
        self.line(&outline, color, 1.8)
    }
}
