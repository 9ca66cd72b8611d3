//! Axes with round ticks, and the size of texts.

use super::{AxisLabel, LABEL_FONT, Point, Scale, TICK_FONT};

impl Scale {
    /// The coordinate of a value along an axis, if it has one.
    pub(super) fn of(self, value: f64) -> Option<f64> {
        match value.abs() {
            size if size.is_nan() || size > 1e290 => None,
            size if size < 1e-290 => (self == Self::Linear).then_some(0.0),
            _ if self == Self::Linear => Some(value),
            _ => (value > 0.0).then(|| value.log10()),
        }
    }
}

/// An axis: its ends as coordinates (logarithms on a log axis) `lo`, `hi` and as pixels `from`, `to`.
pub(super) struct Axis {
    scale: Scale,
    pub(super) lo: f64,
    pub(super) hi: f64,
    pub(super) from: f64,
    pub(super) to: f64,
    /// Coordinates and numbers.
    pub(super) ticks: Vec<Tick>,
    pub(super) label: Vec<String>,
}

type Tick = (f64, String);

impl Axis {
    /// An axis of `room` pixels for the given values; `head` is the share to be left free above them.
    pub(super) fn new(about: &AxisLabel, data: impl Iterator<Item = f64>, head: f64, room: f64) -> Self {
        let scale = about.scale;
        let grow = |ends: Option<Point>, v: f64| Some(ends.map_or((v, v), |(a, b)| (v.min(a), v.max(b))));
        let given = |(a, b)| grow(grow(None, scale.of(a)?), scale.of(b)?);
        let fixed = about.range.and_then(given);
        let found = data.filter_map(|v| scale.of(v)).fold(None, grow);
        let (mut lo, mut hi) = fixed.or(found).unwrap_or((0.0, 1.0));
        let log = scale == Scale::Log;
        let size = if log { 1.0 } else { lo.abs().max(hi.abs()) };
        if hi - lo <= 1e-6 * size {
            let pad = if size == 0.0 { 1.0 } else { 0.2 * size };
            (lo, hi) = (lo - pad, hi + pad);
        }
        if fixed.is_none() {
            let pad = 0.04 * (hi - lo);
            (lo, hi) = (lo - pad, hi + pad + head * (hi - lo));
        }
        let label = wrap(&about.label, LABEL_FONT, room, 2);
        Self { scale, lo, hi, from: 0.0, to: room, ticks: Vec::new(), label }
    }

    /// Chooses at most about `most` ticks and returns the width of the widest number.
    pub(super) fn set_ticks(&mut self, most: f64) -> f64 {
        self.ticks = match self.scale {
            Scale::Linear => linear_ticks(self.lo, self.hi, most),
            Scale::Log => log_ticks(self.lo, self.hi, most),
        };
        let widths = self.ticks.iter().map(|tick| width(&tick.1, TICK_FONT));
        widths.fold(0.0, f64::max)
    }

    /// Chooses as many ticks as have room side by side.
    pub(super) fn set_ticks_across(&mut self) {
        for most in [10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0] {
            let wide = self.set_ticks(most) + 18.0;
            // Even steps of the value are uneven ones on a logarithmic axis.
            let apart = |pair: &[Tick]| {
                let room = (self.at(pair[1].0) - self.at(pair[0].0)).abs();
                room >= 0.5 * (width(&pair[0].1, TICK_FONT) + width(&pair[1].1, TICK_FONT)) + 8.0
            };
            if wide * self.ticks.len() as f64 <= self.to - self.from && self.ticks.windows(2).all(apart) {
                break;
            }
        }
    }

    /// The pixel of a value, if it has one.
    pub(super) fn pixel(&self, value: f64) -> Option<f64> {
        self.scale.of(value).map(|v| self.at(v))
    }

    /// The pixel of a coordinate.
    pub(super) fn at(&self, v: f64) -> f64 {
        let share = (v - self.lo) / (self.hi - self.lo);
        (self.from + share * (self.to - self.from)).clamp(-1e7, 1e7)
    }

    /// Pixels of ticks without a number on a log axis: every digit, or on a long one powers of ten.
    pub(super) fn minor_ticks(&self) -> impl Iterator<Item = f64> {
        let span = self.hi - self.lo;
        let digits = if span <= 12.0 { 1..=9 } else { 1..=1 };
        let some = self.scale == Scale::Log && span <= 60.0;
        let last = if some { self.hi } else { f64::MIN };
        let powers = self.lo.floor() as i32..last.ceil() as i32;
        let all = powers.flat_map(move |power| digits.clone().map(move |digit| log10(digit, power)));
        let inside = all.filter(|v| (self.lo..=self.hi).contains(v));
        inside.map(|v| self.at(v))
    }
}

fn log10(digit: i32, power: i32) -> f64 {
    f64::from(power) + f64::from(digit).log10()
}

/// Multiples of 1, 2 or 5 times a power of ten, with just the decimals they need.
fn linear_ticks(lo: f64, hi: f64, most: f64) -> Vec<Tick> {
    let raw = (hi - lo) / most;
    let least = raw.log10().floor() as i32;
    let steps = [(1.0, least), (2.0, least), (5.0, least), (1.0, least + 1)];
    let mut steps = steps.into_iter().map(|(digit, power)| (digit * 10_f64.powi(power), power));
    let (step, power) = steps.find(|s| s.0 >= 0.999 * raw).unwrap_or((10.0 * raw, least + 1));
    let (first, last) = ((lo / step - 1e-6).ceil(), (hi / step + 1e-6).floor());
    let peak = step * (1.0 + 1e-9) * first.abs().max(last.abs()).max(1.0);
    let plain = (1e-3..1e5).contains(&peak);
    let unit = if plain { 0 } else { peak.log10().floor() as i32 };
    let tail = if plain { String::new() } else { format!("e{unit}") };
    let digits = usize::try_from(unit - power).unwrap_or(0);
    let tick = |n: i32| match step * (first + f64::from(n)) {
        0.0 => (0.0, "0".to_owned()),
        v => (v, format!("{:.digits$}{tail}", v / 10_f64.powi(unit))),
    };
    (0..=(last - first) as i32).map(tick).collect()
}

/// Powers of ten; on a short axis with 2 and 5 between them, on a very short one even steps.
fn log_ticks(lo: f64, hi: f64, most: f64) -> Vec<Tick> {
    if hi - lo < 0.8 {
        let even = linear_ticks(10_f64.powf(lo), 10_f64.powf(hi), most);
        let positive = even.into_iter().filter(|tick| tick.0 > 0.0);
        return positive.map(|(v, name)| (v.log10(), name)).collect();
    }
    let steps = [1, 2, 3, 5, 10, 20, 50, 100, 200];
    let every = steps.into_iter().find(|n| f64::from(*n) * most >= hi - lo).unwrap_or(500);
    let digits: &[i32] = if hi - lo < 2.0 { &[1, 2, 5] } else { &[1] };
    let mut ticks = Vec::new();
    for power in (lo.floor() as i32..=hi.ceil() as i32).filter(|power| power.rem_euclid(every) == 0) {
        for digit in digits {
            let (at, name) = (log10(*digit, power), format!("{digit}e{power}"));
            let short = name.parse().ok().filter(|_: &f64| lo > -3.7 && hi < 5.0);
            ticks.push((at, short.map_or(name, |v| v.to_string())));
        }
    }
    ticks.retain(|tick| (lo - 1e-9..=hi + 1e-9).contains(&tick.0));
    ticks
}

/// The width of a text in pixels, in the widest of our fonts.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '"' => 0.41,
        'w' | '=' | '+' | '<' | '>' | '~' | 'G' | 'O' | 'Q' | '&' | '#' | '±' => 0.84,
        'm' | 'M' | 'W' | '%' | '@' | '…' | '→' | '\u{1100}'.. => 1.0,
        'A'..='Z' => 0.73,
        _ => 0.64,
    };
    text.chars().map(em).sum::<f64>() * size
}

/// Breaks a text into at most `most` lines that fit, without the characters XML forbids.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for c in text.trim().chars() {
        let bad = c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c);
        line.push(if bad { ' ' } else { c });
        if width(&line, size) > room {
            let space = line.rfind(' ').or(line.rfind('-')).map(|at| at + 1);
            let rest = line.split_off(space.unwrap_or(line.len() - c.len_utf8()));
            lines.push(line.trim_end().to_owned());
            line = rest;
        }
    }
    lines.push(line);
    lines.retain(|line| !line.is_empty());
    if lines.len() > most {
        lines.truncate(most);
        lines[most - 1].pop();
        lines[most - 1].push('…');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(ticks: Vec<Tick>) -> String {
        let names: Vec<String> = ticks.into_iter().map(|tick| tick.1).collect();
        names.join(" ")
    }

    #[test]
    fn ticks_are_round_and_short() {
        let linear = |lo, hi| names(linear_ticks(lo, hi, 6.0));
        assert_eq!(linear(-0.01, 1.04), "0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(linear(-7.0, 7.0), "-5 0 5");
        assert_eq!(linear(0.0, 1.3e-9), "0 0.5e-9 1.0e-9");
        assert_eq!(linear(0.0, 2.5e5), "0 0.5e5 1.0e5 1.5e5 2.0e5 2.5e5");
        let log = |lo: f64, hi: f64| names(log_ticks(lo.log10(), hi.log10(), 8.0));
        assert_eq!(log(1e-6, 1e11), "1e-6 1e-3 1e0 1e3 1e6 1e9");
        assert_eq!(log(0.01, 1000.0), "0.01 0.1 1 10 100 1000");
        assert_eq!(log(2e-6, 3e-5), "2e-6 5e-6 1e-5 2e-5");
        assert_eq!(log(20.0, 50.0), "20 25 30 35 40 45 50");
    }

    /// 6.0e-5 and 6.5e-5 are nearer to each other than 2.0e-5 and 2.5e-5.
    #[test]
    fn numbers_on_a_short_logarithmic_axis_stand_apart() {
        let about = AxisLabel { label: String::new(), scale: Scale::Log, range: None };
        let mut axis = Axis::new(&about, [1.7e-5, 6.4e-5].into_iter(), 0.0, 700.0);
        axis.set_ticks_across();
        assert!(axis.ticks.len() >= 3);
        for pair in axis.ticks.windows(2) {
            let wide = 0.5 * (width(&pair[0].1, TICK_FONT) + width(&pair[1].1, TICK_FONT));
            assert!(axis.at(pair[1].0) - axis.at(pair[0].0) > wide, "{:?}", axis.ticks);
        }
    }

    #[test]
    fn texts_are_broken_to_fit() {
        assert_eq!(wrap("one two three", 10.0, 50.0, 3), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 10.0, 20.0, 2), ["abc", "de…"]);
        assert!(wrap(" ", 10.0, 20.0, 2).is_empty());
    }
}
