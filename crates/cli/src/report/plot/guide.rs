//! Straight lines across a figure, with their texts.

use std::collections::BTreeSet;

use super::axis::width;
use super::layout::{CELL, Figure, cell};
use super::{Guide, Plot, Point, TICK_FONT};

impl Plot {
    /// Levels of guides on a side.
    pub(super) fn levels(&self, side: usize) -> impl Iterator<Item = f64> {
        let of = |g: &Guide| if let Guide::Level(v, _) = g { Some(*v) } else { None };
        self.guides.iter().filter_map(of).filter(move |_| side == 0)
    }
}

impl Figure<'_> {
    /// The straight lines across, with their ends.
    pub(super) fn guides(&self) -> impl Iterator<Item = (&Guide, [Point; 2])> {
        let (x, y) = (&self.x, &self.y[0]);
        self.plot.guides.iter().filter_map(move |guide| {
            let line = match guide {
                Guide::Level(v, _) => y.pixel(*v).map(|at| [(x.from, at), (x.to, at)]),
                Guide::Upright(v) => x.pixel(*v).map(|at| [(at, y.from), (at, y.to)]),
            };
            line.filter(|[a, b]| self.clip(*a, *b).is_some()).map(|line| (guide, line))
        })
    }
}

/// Where a text over a level line begins: of its right end, its middle and others the place that hides least.
pub(super) fn place_above([from, to]: [Point; 2], text: &str, data: &BTreeSet<(i32, i32)>) -> Point {
    let wide = width(text, TICK_FONT);
    let places = [1.0, 0.5, 0.0, 0.25, 0.75].map(|t| (from.0 + 6.0 + t * (to.0 - from.0 - 12.0 - wide), to.1 - 5.0));
    let hidden = |at: &Point| {
        let (low, high) = (cell((at.0 - 4.0, at.1 - TICK_FONT), CELL), cell((at.0 + wide + 4.0, at.1), CELL));
        data.iter().filter(|c| (low.0..=high.0).contains(&c.0) && (low.1..=high.1).contains(&c.1)).count()
    };
    let best = places.into_iter().min_by_key(hidden);
    best.unwrap_or(places[0])
}
