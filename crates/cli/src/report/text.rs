//! Tables for the screen.

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows as aligned columns, the first row as a header; two spaces between columns.
pub(crate) fn columns(align: &[Align], rows: &[Vec<String>]) -> String {
    let width = |i: usize| rows.iter().filter_map(|r| r.get(i)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..align.len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(i, cell)| match align[i] {
                Align::Left => format!("{cell:w$}", w = widths[i]),
                Align::Right => format!("{cell:>w$}", w = widths[i]),
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The first row of an indented table.
pub(crate) fn header(names: &[&str]) -> Vec<Vec<String>> {
    vec![names.iter().map(|n| format!("  {n}").trim_end().to_owned()).collect()]
}

/// A row of an indented table.
pub(crate) fn row(cells: Vec<String>) -> Vec<String> {
    cells.into_iter().map(|c| format!("  {c}").trim_end().to_owned()).collect()
}

/// A number to some significant digits, plain where that is short.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        return "0".into();
    }
    if !(1e-3..1e5).contains(&magnitude) {
        return format!("{value:.*e}", digits - 1);
    }
    let whole = magnitude.log10().floor() as i32 + 1;
    format!("{value:.*}", (digits as i32 - whole).max(0) as usize)
}
