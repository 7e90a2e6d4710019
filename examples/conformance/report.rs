//! The report, from arguments to exit status.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

use super::bodies;
use super::compare::{Comparison, compare};
use super::place::without_indexes;
use super::probe;

/// The exit status if the arguments are wrong or a file cannot be used.
pub const BAD_USE: u8 = 2;

const USAGE: &str = "\
Usage: conformance [--] DESCRIPTION...

Compares the crate with OpenAPI 3.1 descriptions, in JSON, of Codat's webhooks. Prints what
the crate does not model, a line each of event type, path, kind and text.

  -h, --help  print this
";

/// The path or text of a finding that has none.
pub const NONE: &str = "-";

/// A line of the report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub event_type: String,
    /// With `[]` for every index.
    pub path: String,
    pub kind: String,
    pub text: String,
}

impl Finding {
    pub fn new(event_type: &str, path: &str, kind: &str, text: &str) -> Self {
        Self {
            event_type: event_type.to_owned(),
            path: match path {
                "" => NONE.to_owned(),
                path => without_indexes(path),
            },
            kind: kind.to_owned(),
            text: text.to_owned(),
        }
    }
}

/// Reads the files that the arguments name, prints the report, and returns the exit status.
///
/// # Errors
///
/// Returns an error if the output cannot be written.
pub fn run(
    args: impl Iterator<Item = OsString>,
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<u8> {
    let (mut files, mut only_files) = (Vec::new(), false);
    for arg in args {
        match arg.to_str() {
            Some("-h" | "--help") if !only_files => {
                out.write_all(USAGE.as_bytes())?;
                return Ok(0);
            }
            Some("--") if !only_files => only_files = true,
            Some(option) if option.starts_with('-') && !only_files => {
                writeln!(err, "conformance: unknown option {}", one_line(option))?;
                return Ok(BAD_USE);
            }
            _ => files.push(arg),
        }
    }
    if files.is_empty() {
        writeln!(err, "conformance: no description given; see --help")?;
        return Ok(BAD_USE);
    }
    let mut webhooks = Vec::new();
    for file in &files {
        match load(Path::new(file)).and_then(|description| bodies::webhooks(&description)) {
            Ok(described) => webhooks.extend(described),
            Err(problem) => {
                let problem = format!("{}: {problem}", file.to_string_lossy());
                writeln!(err, "conformance: {}", one_line(&problem))?;
                return Ok(BAD_USE);
            }
        }
    }
    let samples = match samples() {
        Ok(samples) => samples,
        Err(error) => {
            writeln!(err, "conformance: sample bodies: {error}")?;
            return Ok(BAD_USE);
        }
    };
    let Comparison {
        not_modelled,
        required,
    } = compare(&webhooks);
    let only = probe::only_in_crate(&webhooks, &samples);
    print(out, "Not modelled by the crate", &not_modelled)?;
    print(out, "Only in the crate", &by_field(only))?;
    print(out, "Required by the crate alone", &by_field(required))?;
    Ok(u8::from(!not_modelled.is_empty()))
}

fn load(file: &Path) -> Result<Value, String> {
    let content = fs::read(file).map_err(|error| error.to_string())?;
    let json = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content);
    serde_json::from_slice(json).map_err(|error| format!("not JSON: {error}"))
}

/// Reads the sample bodies of the crate's own tests.
pub fn samples() -> io::Result<Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut samples = Vec::new();
    for entry in fs::read_dir(folder)? {
        samples.push(serde_json::from_slice(&fs::read(entry?.path())?)?);
    }
    Ok(samples)
}

/// Joins the findings that differ in nothing but the event type: many event types share a payload.
fn by_field(findings: BTreeSet<Finding>) -> BTreeSet<Finding> {
    let mut joined: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for finding in findings {
        let Finding {
            event_type,
            path,
            kind,
            text,
        } = finding;
        // What has no path is about the event type itself.
        let apart = (path == NONE).then(|| event_type.clone());
        let event_types = joined.entry((path, kind, text, apart)).or_default();
        event_types.push(event_type);
    }
    let findings = joined
        .into_iter()
        .map(|((path, kind, text, _), event_types)| {
            let more = event_types.len() - 1;
            let mut event_type = event_types.into_iter().next().unwrap_or_default();
            if more > 0 {
                event_type.push_str(&format!(" and {more} more"));
            }
            Finding {
                event_type,
                path,
                kind,
                text,
            }
        });
    findings.collect()
}

fn print(out: &mut impl Write, heading: &str, findings: &BTreeSet<Finding>) -> io::Result<()> {
    writeln!(out, "# {heading}: {}", findings.len())?;
    for finding in findings {
        let columns = [
            &finding.event_type,
            &finding.path,
            &finding.kind,
            &finding.text,
        ];
        writeln!(out, "{}", columns.map(|text| one_line(text)).join("\t"))?;
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let escape = |c: char| match is_break(c) {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(escape).collect()
}
