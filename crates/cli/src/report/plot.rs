//! Line and point plots and heat maps as SVG text: plain numbers in, a publication-style figure out.
//!
//! Plotters draws the shapes. The layout is ours: without a font engine plotters cannot tell how
//! wide a text is, and it neither clips lines nor looks for a free place for the legend.

use std::path::{Path, PathBuf};

use ratelaw::solver::write_whole;

pub(crate) use self::bars::{BarChart, BarSeries, Claim};
pub(crate) use self::heatmap::{HeatMap, Panel, PlaneAxis};
use self::layout::Figure;
pub(crate) use self::matrix::Matrix;

mod axis;
mod bars;
mod cells;
mod color_map;
mod draw;
mod guide;
mod heatmap;
mod layout;
mod matrix;
mod statement;

/// Width and height of the figure in pixels.
const SIZE: Point = (800.0, 520.0);
const TICK_FONT: f64 = 14.0;
const LABEL_FONT: f64 = 16.0;
const TITLE_FONT: f64 = 18.0;
/// From one line of text to the next, in font sizes.
const LINE: f64 = 1.3;

type Point = (f64, f64);

/// A figure with one x axis and one or two y axes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plot {
    /// Text above the figure; may be empty.
    pub(crate) title: String,
    /// Smaller text under the title, which says how to read the figure; may be empty.
    pub(crate) note: String,
    pub(crate) x: AxisLabel,
    pub(crate) left: AxisLabel,
    /// The second y axis; without it every series belongs to the left one.
    pub(crate) right: Option<AxisLabel>,
    /// Series of one name on one side (data and their model) share colour and legend entry.
    pub(crate) series: Vec<Series>,
    /// Straight lines across the figure.
    pub(crate) guides: Vec<Guide>,
}

/// A thin straight line at a value, across the whole figure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Guide {
    /// At a value of the left axis, with a text over its right end; may be empty.
    Level(f64, String),
    /// At a value of the x axis.
    Upright(f64),
}

/// What an axis shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AxisLabel {
    /// Quantity and unit, such as `time / h`.
    pub(crate) label: String,
    pub(crate) scale: Scale,
    /// The two ends; found from the data if absent or impossible on this scale.
    pub(crate) range: Option<(f64, f64)>,
}

/// How the values of an axis are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    Log,
}

/// One set of points.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    /// Text in the legend; a series without a name has no entry.
    pub(crate) name: String,
    /// A point without a place (not finite, or not positive on a log axis) breaks the line.
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) mark: Mark,
    pub(crate) side: Side,
}

/// How the points of a series are drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    Line,
    Dashed,
    /// A line whose dashes differ from number to number, for readers who do not see the colours; whole for 0.
    Pattern(usize),
    Dots,
    /// Dots with vertical bars of these half lengths; no bar where one is missing.
    ErrorBars(Vec<f64>),
    /// A shaded band of these half heights around the points.
    Band(Vec<f64>),
    Crosses,
    /// What others state: open symbols in the colour of the series with number `like`.
    Statement {
        like: usize,
        extent: Extent,
        /// Whether it holds between its points too.
        joined: bool,
    },
}

/// What a statement leaves open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Extent {
    /// A value, to within this much to either side; zero if nothing is said.
    Within(f64),
    /// A lower bound.
    Above,
    /// An upper bound.
    Below,
}

/// The y axis of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Why a figure was not drawn.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlotError {
    #[error("plot {title:?} has no point that can be drawn")]
    NoData { title: String },
    #[error("cannot write `{}`: {}", .0.display(), .1)]
    Io(PathBuf, std::io::Error),
    #[error("cannot draw plot {title:?}: {reason}")]
    Draw { title: String, reason: String },
}

/// What can be drawn.
pub(crate) trait Drawing {
    /// The figure as an SVG document; the same figure gives the same text.
    fn to_svg(&self) -> Result<String, PlotError>;

    /// Writes the figure into an SVG file.
    fn write(&self, path: &Path) -> Result<(), PlotError> {
        write_whole(path, self.to_svg()?.as_bytes()).map_err(|error| PlotError::Io(path.to_owned(), error))
    }
}

impl Drawing for Plot {
    fn to_svg(&self) -> Result<String, PlotError> {
        let title = self.title.clone();
        let Some(figure) = Figure::new(self) else {
            return Err(PlotError::NoData { title });
        };
        figure.svg().map_err(|reason| PlotError::Draw { title, reason })
    }
}

impl Plot {
    /// The index of the y axis of a series: 0 is left, 1 is right.
    fn side(&self, series: &Series) -> usize {
        usize::from(self.right.is_some() && series.side == Side::Right)
    }
}

impl Mark {
    fn is_line(&self) -> bool {
        matches!(self, Self::Line | Self::Dashed | Self::Pattern(_))
    }

    fn is_band(&self) -> bool {
        matches!(self, Self::Band(_))
    }

    /// Bands lie under lines, lines under points.
    fn layer(&self) -> usize {
        match self {
            Self::Band(_) => 0,
            Self::Line | Self::Dashed | Self::Pattern(_) => 1,
            Self::Dots | Self::ErrorBars(_) | Self::Crosses | Self::Statement { .. } => 2,
        }
    }
}

impl Series {
    /// The half length of the error bar of a point, or the half height of a band there.
    fn error(&self, index: usize) -> f64 {
        let error = match &self.mark {
            Mark::ErrorBars(errors) | Mark::Band(errors) => errors.get(index).copied().unwrap_or(0.0).abs(),
            Mark::Statement { extent: Extent::Within(error), .. } => error.abs(),
            _ => 0.0,
        };
        if error.is_finite() { error } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(mark: Mark, scale: Scale, points: &[(f64, f64)]) -> Plot {
        let axis = |label: &str| AxisLabel { label: label.to_owned(), scale, range: None };
        let series = Series { name: "a <b> & \u{1}c".to_owned(), points: points.to_vec(), mark, side: Side::Right };
        Plot {
            title: "title".to_owned(),
            note: String::new(),
            x: axis("x"),
            left: axis("left"),
            right: Some(axis("right")),
            series: vec![series],
            guides: Vec::new(),
        }
    }

    #[test]
    fn odd_data_are_drawn_without_odd_numbers() {
        let odd = [f64::NAN, f64::INFINITY, -1e300, -1.0, 0.0, 1e-300, 7.0, 7.0 + 1e-9, f64::MAX];
        let mut all: Vec<Vec<(f64, f64)>> = vec![vec![(7.0, 7.0)], vec![(7.0, 7.0); 3]];
        all.push(odd.iter().flat_map(|x| odd.map(|y| (*x, y))).collect());
        for points in &all {
            for scale in [Scale::Linear, Scale::Log] {
                let [bars, band] = [Mark::ErrorBars(odd.to_vec()), Mark::Band(odd.to_vec())];
                let statement = |extent, joined| Mark::Statement { like: 0, extent, joined };
                let [within, above] = [statement(Extent::Within(1.0), true), statement(Extent::Above, false)];
                let lines = [Mark::Line, Mark::Dashed, Mark::Pattern(2), Mark::Dots, bars, band, Mark::Crosses];
                for mark in lines.into_iter().chain([within, above]) {
                    let mut plot = plot(mark, scale, points);
                    // A band alone shows no data.
                    plot.series.push(Series { mark: Mark::Line, ..plot.series[0].clone() });
                    plot.guides = odd.iter().flat_map(|v| [Guide::Level(*v, "x".into()), Guide::Upright(*v)]).collect();
                    let svg = plot.to_svg().unwrap();
                    assert_eq!(svg, plot.to_svg().unwrap());
                    assert!(svg.contains("a &lt;b&gt; &amp;  c (right axis)") && !svg.contains('\u{1}'));
                    assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"));
                }
            }
        }
    }

    #[test]
    fn a_range_that_holds_no_point_is_no_data() {
        let mut plot = plot(Mark::Line, Scale::Log, &[(-1.0, 1.0), (3.0, 0.0), (2.0, 5.0)]);
        assert!(plot.to_svg().is_ok());
        plot.x.range = Some((3.0, 4.0));
        assert!(matches!(plot.to_svg(), Err(PlotError::NoData { .. })));
        plot.series.clear();
        assert!(matches!(plot.to_svg(), Err(PlotError::NoData { .. })));
    }

    /// A band that is open shows no more than half of what the data cover to either side; it stays inside the frame.
    #[test]
    fn an_open_band_does_not_press_the_data_flat() {
        let mut plot = plot(Mark::Line, Scale::Linear, &[(0.0, 0.0), (1.0, 10.0)]);
        let band = Series { mark: Mark::Band(vec![1.0, 1e6]), ..plot.series[0].clone() };
        plot.series.push(band);
        let figure = Figure::new(&plot).unwrap();
        assert!((figure.y[1].hi - figure.y[1].lo) < 1.1 * 20.0);
        let area = &figure.shapes[1].areas[0];
        assert!(area.len() == 4 && area.iter().all(|p| (figure.y[1].to..=figure.y[1].from).contains(&p.1)), "{area:?}");
    }

    /// The text of a level is where the line is free: not at the right, where the series ends.
    #[test]
    fn texts_of_levels_hide_no_series() {
        let mut plot = plot(Mark::Line, Scale::Linear, &[(0.0, 0.0), (9.9, 1.0), (10.0, 9.0)]);
        plot.right = None;
        plot.guides = vec![Guide::Level(5.0, "here".into())];
        let figure = Figure::new(&plot).unwrap();
        let (_, line) = figure.guides().next().unwrap();
        let at = guide::place_above(line, "here", &figure.occupied());
        assert!(at.0 < 0.7 * figure.x.to, "{at:?}");
    }

    #[test]
    fn lines_end_at_the_frame_and_long_ones_are_thinned() {
        let wave = |i: i32| (f64::from(i), f64::from(i).sin());
        let mut plot = plot(Mark::Line, Scale::Linear, &[(0.0, 0.0), (1e9, 1e9)]);
        plot.series[0].points.extend((0..200_000).map(wave));
        plot.x.range = Some((0.0, 1e5));
        let figure = Figure::new(&plot).unwrap();
        let inside = |p: &Point| (figure.x.from - 0.1..figure.x.to + 0.1).contains(&p.0);
        assert!(figure.shapes[0].lines.iter().flatten().all(inside));
        assert!(plot.to_svg().unwrap().len() < 100_000);
    }
}
