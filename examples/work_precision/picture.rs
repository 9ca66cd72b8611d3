//! Time against delivered error, one panel a problem.

use ratelaw::prelude::*;

use crate::Measurement;
use crate::case::Case;

/// Size of a panel's frame, and the space around it for its labels.
const FRAME: (f64, f64) = (250.0, 210.0);
const LEFT: f64 = 62.0;
const TOP: f64 = 42.0;
const CELL: (f64, f64) = (340.0, 310.0);
const ACROSS: usize = 4;

pub(crate) fn svg(cases: &[Case], all: &[Measurement]) -> String {
    let mut methods: Vec<Method> = Vec::new();
    for m in all.iter().filter(|m| m.outcome.is_ok()) {
        if !methods.contains(&m.method) {
            methods.push(m.method);
        }
    }
    // One place more than there are problems, for the legend.
    let down = (cases.len() + 1).div_ceil(ACROSS);
    let (width, height) = (ACROSS as f64 * CELL.0, down as f64 * CELL.1);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (i, case) in cases.iter().enumerate() {
        text.push_str(&open(i));
        text.push_str(&panel(case.name, &methods, &all.iter().filter(|m| m.case == i).collect::<Vec<_>>()));
        text.push_str("</g>\n");
    }
    text.push_str(&open(cases.len()));
    for (row, method) in methods.iter().enumerate() {
        let y = 20.0 + 24.0 * row as f64;
        text.push_str(&format!(
            "<line x1=\"10\" x2=\"50\" y1=\"{y}\" y2=\"{y}\" stroke=\"{0}\" stroke-width=\"2\"/>{1}<text x=\"60\" y=\"{2}\">{method}</text>\n",
            colour(*method),
            mark(*method, 30.0, y),
            y + 4.0
        ));
    }
    let y = 40.0 + 24.0 * methods.len() as f64;
    for (row, line) in ["rtol 1e-3 (right) to 1e-11 (left);", "lower and further left is better"].iter().enumerate() {
        text.push_str(&format!("<text x=\"10\" y=\"{}\" fill=\"#555\">{line}</text>\n", y + 16.0 * row as f64));
    }
    text.push_str("</g>\n</svg>\n");
    text
}

fn open(place: usize) -> String {
    let (column, row) = (place % ACROSS, place / ACROSS);
    format!("<g transform=\"translate({} {})\">\n", column as f64 * CELL.0 + LEFT, row as f64 * CELL.1 + TOP)
}

fn panel(name: &str, methods: &[Method], own: &[&Measurement]) -> String {
    let done = |method: Method| {
        own.iter()
            .filter(move |m| m.method == method)
            .filter_map(|m| m.outcome.as_ref().ok())
            .map(|d| (d.error, d.seconds * 1e3))
    };
    let points: Vec<(f64, f64)> = methods.iter().flat_map(|m| done(*m)).collect();
    let (x, y) = (Axis::over(points.iter().map(|p| p.0), FRAME.0), Axis::over(points.iter().map(|p| p.1), FRAME.1));
    let (w, h) = FRAME;
    let mut text = format!("<text x=\"{}\" y=\"-12\" text-anchor=\"middle\" font-size=\"14\">{name}</text>\n", w / 2.0);
    for k in x.decades() {
        let at = x.place(10_f64.powi(k));
        text.push_str(&format!("<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"0\" y2=\"{h}\" stroke=\"#ddd\"/>\n"));
        if (k - x.low) % 2 == 0 {
            text.push_str(&format!(
                "<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                h + 17.0,
                power(k)
            ));
        }
    }
    for k in y.decades() {
        let at = h - y.place(10_f64.powi(k));
        text.push_str(&format!("<line x1=\"0\" x2=\"{w}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\n"));
        text.push_str(&format!("<text x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n", at + 4.0, power(k)));
    }
    text.push_str(&format!("<rect width=\"{w}\" height=\"{h}\" fill=\"none\" stroke=\"black\"/>\n"));
    text.push_str(&format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">delivered error</text>\n",
        w / 2.0,
        h + 36.0
    ));
    text.push_str(&format!(
        "<text transform=\"translate(-44 {}) rotate(-90)\" text-anchor=\"middle\">time / ms</text>\n",
        h / 2.0
    ));
    for method in methods {
        let places: Vec<(f64, f64)> = done(*method).map(|(e, t)| (x.place(e), h - y.place(t))).collect();
        let line: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let colour = colour(*method);
        text.push_str(&format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
            line.join(" ")
        ));
        text.extend(places.iter().map(|(x, y)| mark(*method, *x, *y)));
    }
    text
}

/// A logarithmic axis over whole decades.
struct Axis {
    low: i32,
    high: i32,
    length: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, length: f64) -> Self {
        let (low, high) = values
            .map(f64::log10)
            .filter(|v| v.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let (low, high) = if low <= high { (low.floor() as i32, high.ceil() as i32) } else { (0, 1) };
        Self { low, high: high.max(low + 1), length }
    }

    fn place(&self, value: f64) -> f64 {
        let whole = f64::from(self.high - self.low);
        (value.log10() - f64::from(self.low)).clamp(0.0, whole) / whole * self.length
    }

    fn decades(&self) -> std::ops::RangeInclusive<i32> {
        self.low..=self.high
    }
}

fn power(k: i32) -> String {
    format!("10<tspan dy=\"-5\" font-size=\"9\">{k}</tspan>")
}

/// Of the palette of Okabe and Ito, which can be told apart with any eyes; the marks differ too.
fn colour(method: Method) -> &'static str {
    const COLOURS: [&str; 6] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
    COLOURS[number(method) % COLOURS.len()]
}

fn mark(method: Method, x: f64, y: f64) -> String {
    let colour = colour(method);
    match number(method) % 4 {
        0 => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>\n"),
        1 => format!("<rect x=\"{:.1}\" y=\"{:.1}\" width=\"7\" height=\"7\" fill=\"{colour}\"/>\n", x - 3.5, y - 3.5),
        2 => format!("<path d=\"M{x:.1} {:.1} l4.5 8 h-9 z\" fill=\"{colour}\"/>\n", y - 5.0),
        _ => format!("<path d=\"M{x:.1} {:.1} l5 5 l-5 5 l-5 -5 z\" fill=\"{colour}\"/>\n", y - 5.0),
    }
}

fn number(method: Method) -> usize {
    Method::ALL.iter().position(|m| *m == method).unwrap_or(0)
}
