//! Texts and names as they stand in a TOML file, for all that writes one.

/// A text as a TOML value, with its quotes.
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A name as a TOML key, in quotes where it needs them.
pub fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(bare) {
        return name.to_owned();
    }
    // A value may choose a form of quotes that a key may not have, so keys have their own.
    let escaped = name.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
