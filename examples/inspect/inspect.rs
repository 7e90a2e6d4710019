//! The example without the process around it.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufWriter, Read, Write};

use codat_webhooks::value::{CompanyId, ConnectionId, EventId};
use codat_webhooks::{Error, Event, EventType, Webhook, from_slice, samples};
use serde::Serialize;

use tabwriter::TabWriter;

use super::bodies::{Body, bodies};

const USAGE: &str = "\
Usage: inspect [--json | --drift] [--] [FILE...]

Reads Codat webhook bodies and prints what happened in each: id, event type, company, and
details. A FILE holds one body, or JSON Lines; `-` is standard input. Without any, reads what is
piped into it, or else the sample bodies.

  --json      print a JSON object for each body
  --drift     print what the bodies have that the crate does not model: a line each of
              FILE:LINE, event type, path, kind and text
  -h, --help  print this
";

pub const BAD_BODY: u8 = 1;
pub const BAD_USE: u8 = 2;

/// Runs the example and returns its exit status. `aligned` says that the output is a terminal.
///
/// `input` is standard input, or nothing if that is a terminal and is not named.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    input: &mut dyn Read,
    out: &mut dyn Write,
    err: &mut dyn Write,
    aligned: bool,
) -> u8 {
    let options = match Options::parse(args) {
        Ok(options) => options,
        Err(error) => {
            let _ = writeln!(err, "inspect: {}\n\n{USAGE}", one_line(&error.to_string()));
            return BAD_USE;
        }
    };
    let out: Box<dyn Write> = if aligned {
        Box::new(TabWriter::new(out))
    } else {
        Box::new(BufWriter::new(out))
    };
    let mut report = Report {
        out,
        err,
        status: 0,
    };
    match report.run(&options, input) {
        Ok(()) => report.status,
        // The reader of the output has seen enough: `inspect | head -1`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(error) => {
            let _ = writeln!(report.err, "inspect: standard output: {error}");
            BAD_USE
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Format {
    #[default]
    Summary,
    Json,
    Drift,
    Help,
}

#[derive(Default)]
struct Options {
    format: Format,
    files: Vec<OsString>,
}

impl Options {
    fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        use lexopt::prelude::*;

        let mut options = Self::default();
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            let format = match arg {
                Short('h') | Long("help") => Format::Help,
                Long("json") => Format::Json,
                Long("drift") => Format::Drift,
                Value(file) => {
                    options.files.push(file);
                    continue;
                }
                _ => return Err(arg.unexpected()),
            };
            if options.format == Format::Help || format == Format::Help {
                options.format = Format::Help;
            } else if ![Format::Summary, format].contains(&options.format) {
                return Err("one of --json and --drift".into());
            } else {
                options.format = format;
            }
        }
        Ok(options)
    }
}

/// The report on all bodies.
struct Report<'r> {
    out: Box<dyn Write + 'r>,
    err: &'r mut dyn Write,
    status: u8,
}

impl Report<'_> {
    fn run(&mut self, options: &Options, input: &mut dyn Read) -> io::Result<()> {
        if options.format == Format::Help {
            self.out.write_all(USAGE.as_bytes())?;
            return self.out.flush();
        }
        if options.files.is_empty() {
            let mut piped = Vec::new();
            input.read_to_end(&mut piped)?;
            if !piped.is_empty() {
                return self
                    .file(options.format, "-", &piped)
                    .and_then(|()| self.out.flush());
            }
            for sample in samples::all() {
                let file = format!("tests/fixtures/{}.json", sample.name());
                self.file(options.format, &file, sample.json().as_bytes())?;
            }
        }
        for file in &options.files {
            let name = file.to_string_lossy();
            match read(file, input) {
                Ok(content) => self.file(options.format, &name, &content)?,
                Err(error) => {
                    self.complain(&format!("{}: {error}", one_line(&name)))?;
                    self.status = BAD_USE;
                }
            }
        }
        self.out.flush()
    }

    fn file(&mut self, format: Format, source: &str, content: &[u8]) -> io::Result<()> {
        for body in bodies(content) {
            let result = from_slice(body.json);
            match (format, &result) {
                (Format::Json, _) => self.json(&Record::new(source, body.line, &result))?,
                (Format::Drift, Ok(webhook)) => self.drift(source, &body, webhook)?,
                (_, Ok(webhook)) => self.row(summary(webhook))?,
                (_, Err(_)) => {}
            }
            if let Err(error) = &result {
                // The error counts lines from the start of the body.
                let line = body.line + error.line() - 1;
                self.complain(&format!("{}:{line}: {error}", one_line(source)))?;
                self.status = self.status.max(BAD_BODY);
            }
        }
        Ok(())
    }

    fn drift(&mut self, source: &str, body: &Body<'_>, webhook: &Webhook) -> io::Result<()> {
        for drift in webhook.drift() {
            self.row(vec![
                format!("{source}:{}", body.line),
                webhook.wire_name().into_owned(),
                drift.path,
                drift.kind.to_string(),
                drift.text.unwrap_or_else(|| "-".to_owned()),
            ])?;
        }
        Ok(())
    }

    fn json(&mut self, record: &Record<'_>) -> io::Result<()> {
        let json = serde_json::to_string(record)?;
        // Raw JSON keeps its line breaks. They are between its tokens, never in a string.
        writeln!(self.out, "{}", json.replace(['\n', '\r'], " "))
    }

    fn row(&mut self, columns: Vec<String>) -> io::Result<()> {
        let columns: Vec<_> = columns.iter().map(|column| one_line(column)).collect();
        writeln!(self.out, "{}", columns.join("\t"))
    }

    /// Reports a problem after what was printed before it.
    fn complain(&mut self, problem: &str) -> io::Result<()> {
        self.out.flush()?;
        // Standard error may be closed, which is no reason to stop.
        let _ = writeln!(self.err, "{problem}");
        Ok(())
    }
}

fn read(file: &OsStr, input: &mut dyn Read) -> io::Result<Vec<u8>> {
    if file != "-" {
        return fs::read(file);
    }
    let mut content = Vec::new();
    input.read_to_end(&mut content)?;
    Ok(content)
}

/// Returns the id, the event type, the company, and the details of the event's own line.
fn summary(webhook: &Webhook) -> Vec<String> {
    let event = &webhook.event;
    let line = event.to_string();
    let company = match (event.company_name(), event.company_id()) {
        (Some(name), _) => name.into_owned(),
        (None, Some(id)) => id.to_string(),
        (None, None) => "-".to_owned(),
    };
    vec![
        webhook.id.to_string(),
        webhook.wire_name().into_owned(),
        company,
        line.split_once(": ")
            .map_or("-", |(_, details)| details)
            .to_owned(),
    ]
}

/// The line of `--json` for a body. It has all keys, in this order.
#[derive(Serialize)]
struct Record<'a> {
    source: &'a str,
    line: usize,
    ok: bool,
    kind: Option<&'static str>,
    id: Option<EventId>,
    event_type: Option<Cow<'a, str>>,
    variant: Option<&'static str>,
    company_id: Option<CompanyId>,
    connection_id: Option<ConnectionId>,
    error: Option<String>,
    path: Option<&'a str>,
    event: Option<&'a Webhook>,
}

impl<'a> Record<'a> {
    fn new(source: &'a str, line: usize, result: &'a Result<Webhook, Error>) -> Self {
        let (webhook, error) = (result.as_ref().ok(), result.as_ref().err());
        let event = webhook.map(|webhook| &webhook.event);
        let event_type = match result {
            Ok(webhook) => Some(webhook.event_type()),
            Err(error) => error.event_type().cloned(),
        };
        Self {
            source,
            line,
            ok: result.is_ok(),
            kind: error.map(|error| error.kind().as_str()),
            id: webhook
                .map(|webhook| webhook.id)
                .or(error.and_then(Error::id)),
            event_type: webhook
                .map(Webhook::wire_name)
                .or(error.and_then(Error::event_type).map(EventType::name)),
            variant: event_type.as_ref().map(EventType::variant_name),
            company_id: event.and_then(Event::company_id),
            connection_id: event.and_then(Event::connection_id),
            error: error.map(Error::to_string),
            path: error.and_then(Error::path),
            event: webhook,
        }
    }
}

/// Escapes control characters, so that only columns are separated by tabs, and lines by line breaks.
fn one_line(text: &str) -> String {
    let escape = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars()
        .map(|c| {
            if escape(c) {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}
