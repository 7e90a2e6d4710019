//! The report: what the crate makes of the bodies.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use codat_webhooks::{Drift, DriftKind, Error};
use serde_json::Value;

use super::bodies::{self, Body, Webhook};
use super::place::{self, parent, places, without_indexes};
use super::probe;
use super::schema::ANY;

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

const MISFIT: &str = "misfit";
const REQUIRED: &str = "required field";

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

/// Reads a body with the crate.
pub fn read(body: &Value) -> Result<Vec<Drift>, Error> {
    codat_webhooks::drift(body.to_string().as_bytes())
}

/// What the crate makes of the bodies of a description.
#[derive(Default)]
pub struct Comparison {
    /// What the description has and the crate does not model.
    pub not_modelled: BTreeSet<Finding>,
    /// The fields without which the crate reads no event, and which the description does not require.
    pub required: BTreeSet<Finding>,
}

/// Reads all bodies with the crate.
pub fn compare(webhooks: &[Webhook]) -> Comparison {
    let mut comparison = Comparison::default();
    for webhook in webhooks {
        for body in &webhook.bodies {
            comparison.add(webhook, body);
        }
    }
    comparison
}

impl Comparison {
    fn add(&mut self, webhook: &Webhook, body: &Body) {
        let finding = |path: &str, kind: &str, text: &str| {
            Finding::new(&webhook.event_type, path, kind, text)
        };
        let mut json = body.json.clone();
        let mut tried = BTreeSet::new();
        // Mends what is wrong with the body, to see what else is in it.
        let drifts = loop {
            let error = match read(&json) {
                Ok(drifts) => {
                    let missing = missing(&json, &drifts, &body.absent);
                    if missing.is_empty() {
                        break drifts;
                    }
                    // If there are several, other bodies tell which of them is required.
                    if let [(pointer, _)] = missing[..] {
                        let path = place::path(pointer);
                        self.required.insert(finding(&path, REQUIRED, NONE));
                    }
                    for (pointer, value) in missing {
                        put_back(&mut json, pointer, value);
                    }
                    continue;
                }
                Err(error) => error,
            };
            let path = error.path().unwrap_or_default();
            if !tried.insert(path.to_owned()) {
                return;
            }
            let mut absent = body.absent.iter();
            if let Some(misfit) = take(&mut json, path) {
                let misfit = misfit.to_string();
                self.not_modelled
                    .insert(finding(path, MISFIT, summary(&misfit)));
            } else if let Some((pointer, value)) =
                absent.find(|(pointer, _)| place::path(pointer) == path)
            {
                put_back(&mut json, pointer, value);
                self.required.insert(finding(path, REQUIRED, NONE));
            } else {
                // Without the position, which differs from body to body.
                let message = error.to_string();
                let cause = message.split(" at ").next().unwrap_or_default();
                self.not_modelled.insert(finding(path, "error", cause));
                return;
            }
        };
        for drift in drifts {
            // The description does not say which values or dates there are.
            let unspecified = drift.text.as_deref() == Some(ANY)
                && matches!(drift.kind, DriftKind::Value | DriftKind::Date);
            if !unspecified {
                let text = match drift.text.as_deref() {
                    Some(misfit) if is_misfit(&drift) => summary(misfit),
                    text => text.unwrap_or(NONE),
                };
                let finding = finding(&drift.path, &drift.kind.to_string(), text);
                self.not_modelled.insert(finding);
            }
        }
    }
}

/// Returns the JSON of a misfit, or what it is if it has many forms.
fn summary(json: &str) -> &str {
    match json.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        _ => json,
    }
}

/// Takes the value at a path out of a body.
fn take(body: &mut Value, path: &str) -> Option<Value> {
    let mut places = places(body).into_iter().skip(1);
    let (pointer, value) = places.find(|(pointer, _)| place::path(pointer) == path)?;
    let value = value.clone();
    match parent(body, &pointer)? {
        (Value::Object(object), key) => drop(object.remove(key)),
        (Value::Array(array), _) => array.clear(),
        _ => {}
    }
    Some(value)
}

/// Puts an absent property back.
fn put_back(body: &mut Value, pointer: &str, value: &Value) {
    if let Some((Value::Object(object), key)) = parent(body, pointer) {
        object.insert(key.to_owned(), value.clone());
    }
}

/// Returns the absent properties of optional objects that are misfits: it may be for want of them.
fn missing<'a>(
    body: &Value,
    drifts: &[Drift],
    absent: &'a [(String, Value)],
) -> Vec<&'a (String, Value)> {
    let is_missing = |(pointer, _): &&(String, Value)| {
        let path = place::path(pointer);
        let holds_it = |misfit: &Drift| {
            let below = path.strip_prefix(&*misfit.path);
            below.is_some_and(|below| below.starts_with(['.', '[']))
        };
        let mut misfits = drifts.iter().filter(|drift| is_misfit(drift));
        body.pointer(pointer).is_none() && misfits.any(holds_it)
    };
    absent.iter().filter(is_missing).collect()
}

fn is_misfit(drift: &Drift) -> bool {
    drift.kind.to_string() == MISFIT
}
