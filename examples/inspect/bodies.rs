//! The bodies in a file: one, or a line each.

use serde::de::IgnoredAny;

/// A body in a file.
pub struct Body<'a> {
    /// The line of the file on which it starts, counted from 1.
    pub line: usize,
    pub json: &'a [u8],
}

/// Splits a file into bodies. It is taken as bytes: a body in broken UTF-8 is to be reported, and must
/// not keep the others from being read.
pub fn bodies(content: &[u8]) -> Vec<Body<'_>> {
    let lines: Vec<_> = (1..)
        .zip(content.split(|&byte| byte == b'\n'))
        .map(|(line, json)| Body {
            line,
            json: json.strip_suffix(b"\r").unwrap_or(json),
        })
        .filter(|line| !without_bom(line.json).trim_ascii().is_empty())
        .collect();
    if !is_json(content) && is_json_lines(&lines) {
        return lines;
    }
    let line = lines.first().map_or(1, |first| first.line);
    let from_there_on = content.splitn(line, |&byte| byte == b'\n').last();
    vec![Body {
        line,
        json: from_there_on.unwrap_or_default(),
    }]
}

/// Returns `true` if the lines of a file that is not one JSON value are meant as a body each. If not,
/// the file is one broken body: the inner lines of a pretty-printed one are indented, or closing
/// brackets.
fn is_json_lines(lines: &[Body<'_>]) -> bool {
    let unindented = || {
        lines
            .iter()
            .map(|line| without_bom(line.json))
            .filter(|json| !json.starts_with(b" ") && !json.starts_with(b"\t"))
    };
    unindented().any(is_json) || unindented().filter(|json| json.starts_with(b"{")).count() > 1
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(without_bom(bytes)).is_ok()
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
