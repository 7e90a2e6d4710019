//! Text for logs: paths, truncation, escapes, identifiers, lists.

use std::collections::BTreeMap;
use std::fmt;

/// Joins two parts of a path: `payload` and `dataTypes`, `dataTypes` and `[3]`.
pub(crate) fn join(path: &str, rest: &str) -> String {
    let dot = if path.is_empty() || rest.is_empty() || rest.starts_with('[') {
        ""
    } else {
        "."
    };
    format!("{path}{dot}{rest}")
}

/// Returns at most the given number of characters from the beginning of a text.
pub(crate) fn truncate(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters);
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Displays text with the characters escaped that would break a line or change its direction.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_odd = |c: char| {
            c.is_control()
                || matches!(
                    c,
                    '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                )
                || matches!(c, '\u{2066}'..='\u{2069}')
        };
        self.0.split_inclusive(is_odd).try_for_each(|part| {
            let plain = part.trim_end_matches(is_odd);
            f.write_str(plain)?;
            let odd = part.strip_prefix(plain).unwrap_or_default();
            write!(f, "{}", odd.escape_default())
        })
    }
}

/// Returns the text if it looks like an identifier, and so is unlikely to be a customer's name.
pub(crate) fn identifier(text: &str) -> Option<&str> {
    let is_short = (1..=100).contains(&text.len());
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (is_short && text.bytes().all(is_plain)).then_some(text)
}

/// Returns the text for a log: `?` if it is not an identifier.
pub(crate) fn shown(text: &str) -> String {
    identifier(text).unwrap_or("?").to_owned()
}

/// Returns the text of a date for a log. A fraction can have any number of digits.
pub(crate) fn shown_date(date: &str) -> &str {
    truncate(date, 40)
}

/// Lists the first parts of a line for a log, which stays short whatever was sent.
pub(crate) fn list(parts: &[String]) -> String {
    const MOST: usize = 10;
    let (shown, more) = parts.split_at_checked(MOST).unwrap_or((parts, &[]));
    let shown = shown.join(", ");
    match more.len() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Counts statuses: `3 data types: 2 Complete, 1 FetchError`.
pub(crate) fn tally<'a>(noun: &str, statuses: impl Iterator<Item = Option<&'a str>>) -> String {
    let mut total = 0_usize;
    let mut counts = BTreeMap::<_, usize>::new();
    for status in statuses {
        total = total.saturating_add(1);
        let status = status.map_or_else(|| "without status".to_owned(), shown);
        let count = counts.entry(status).or_default();
        *count = count.saturating_add(1);
    }
    let plural = if total == 1 { "" } else { "s" };
    let counts: Vec<_> = counts
        .iter()
        .map(|(status, count)| format!("{count} {status}"))
        .collect();
    let colon = if counts.is_empty() { "" } else { ": " };
    format!("{total} {noun}{plural}{colon}{}", list(&counts))
}
