//! Open symbols for what others state, with bars and arrows; dashes that differ without colours.

use plotters::prelude::*;

use super::draw::{Canvas, Drawn, ZOOM, corners, zoom};
use super::{Extent, Mark, Point};

/// How far an arrow reaches.
const REACH: f64 = 26.0;
/// Open symbols over filled ones.
const LARGER: f64 = 1.45;

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

    /// The lines of its sample in the legend.
    pub(super) fn key(self, (x, y): Point, joined: bool) -> Vec<Vec<Point>> {
        let mut lines = match self {
            Self::Within(0.0) => Vec::new(),
            Self::Within(_) => vec![vec![(x, y - 8.0), (x, y + 8.0)]],
            // Half an arrow has room.
            Self::Above => vec![vec![(x - 3.5, y - 6.0), (x, y - 10.0), (x + 3.5, y - 6.0)]],
            Self::Below => vec![vec![(x - 3.5, y + 6.0), (x, y + 10.0), (x + 3.5, y + 6.0)]],
        };
        if joined {
            lines.push(vec![(x - 17.0, y), (x + 17.0, y)]);
        }
        lines
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
