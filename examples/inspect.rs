//! Reads webhook bodies from files, and says what happened in each.
//!
//! ```text
//! cargo run --example inspect                    # the sample bodies in tests/fixtures
//! cargo run --example inspect -- FILE...         # your own; `-` is standard input
//! cargo run --example inspect -- --json FILE...  # a JSON object for each body
//!
//! # what the bodies have that the models do not
//! cargo run --features drift --example inspect -- --drift FILE...
//! ```
//!
//! A file holds one body, or JSON Lines. A body that cannot be read is reported on standard error as
//! `FILE:LINE: what is wrong`, and the others go on. The exit status is 0 when all is well, 1 when a
//! body was bad, and 2 when a file could not be read or the arguments make no sense.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Read, Write as _};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use codat_webhooks::legacy::{Alert, Rule};
use codat_webhooks::{
    CompanyId, ConnectionEvent, ConnectionId, DataType, Error, Event, EventId, EventType,
    ExpensesSync, Outcome, RateLimit, ReadCompleted, SourceAccountEvent, Webhook, Write,
    from_slice,
};
use serde::Serialize;
use serde::de::IgnoredAny;

const USAGE: &str = "\
Usage: inspect [--json | --drift] [--] [FILE...]

Reads Codat webhook bodies and says what happened in each. A FILE holds one body, or
JSON Lines; `-` is standard input. Without any, reads the bundled sample bodies.

  --json      print a JSON object for each body
  --drift     print what the bodies have that the models do not: a line each of
              FILE:LINE, event type, path, kind and text (needs the feature `drift`)
  -h, --help  print this
";

const BAD_BODY: u8 = 1;
const BAD_USE: u8 = 2;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            complain(format_args!("inspect: {}\n\n{USAGE}", OneLine(&problem)));
            return BAD_USE.into();
        }
    };
    match inspect(&options) {
        Ok(status) => status.into(),
        // Whoever reads the output has seen enough: `inspect | head -1`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("inspect: standard output: {error}"));
            BAD_USE.into()
        }
    }
}

/// What to print of a body.
#[derive(Clone, Copy, Default, PartialEq)]
enum Format {
    #[default]
    Summary,
    Json,
    #[cfg(feature = "drift")]
    Drift,
}

/// What the arguments ask for.
#[derive(Default)]
struct Options {
    help: bool,
    format: Format,
    files: Vec<OsString>,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(arg) = args.next() {
            match arg.to_string_lossy().as_ref() {
                "-h" | "--help" => options.help = true,
                "--json" => options.set(Format::Json)?,
                #[cfg(feature = "drift")]
                "--drift" => options.set(Format::Drift)?,
                #[cfg(not(feature = "drift"))]
                "--drift" => return Err("--drift needs `cargo run --features drift`".to_owned()),
                "--" => options.files.extend(args.by_ref()),
                "-" => options.files.push(arg),
                option if option.starts_with('-') => {
                    return Err(format!("unknown option {option}"));
                }
                _ => options.files.push(arg),
            }
        }
        Ok(options)
    }

    fn set(&mut self, format: Format) -> Result<(), String> {
        if ![Format::default(), format].contains(&self.format) {
            return Err("one of --json and --drift".to_owned());
        }
        self.format = format;
        Ok(())
    }

    fn sources(&self) -> io::Result<Vec<Source>> {
        if self.files.is_empty() {
            return Source::bundled();
        }
        Ok(self.files.iter().map(Source::named).collect())
    }
}

/// A file to be read.
struct Source {
    /// As it is shown.
    name: String,
    path: PathBuf,
}

impl Source {
    fn named(file: &OsString) -> Self {
        Self {
            name: file.to_string_lossy().into_owned(),
            path: file.into(),
        }
    }

    /// The sample bodies, which are found from any working directory.
    fn bundled() -> io::Result<Vec<Self>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let mut names = fs::read_dir(&folder)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()?;
        names.retain(|name| name.ends_with(".json"));
        names.sort();
        let sources = names.into_iter().map(|name| Self {
            path: folder.join(&name),
            name: format!("tests/fixtures/{name}"),
        });
        Ok(sources.collect())
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        if self.path.as_os_str() == "-" {
            let mut content = Vec::new();
            io::stdin().read_to_end(&mut content)?;
            Ok(content)
        } else {
            fs::read(&self.path)
        }
    }
}

/// Reports on all bodies, and gives the exit status. Fails when standard output does.
fn inspect(options: &Options) -> io::Result<u8> {
    let mut out = BufWriter::new(io::stdout().lock());
    if options.help {
        out.write_all(USAGE.as_bytes())?;
        out.flush()?;
        return Ok(0);
    }
    let sources = match options.sources() {
        Ok(sources) => sources,
        Err(error) => {
            complain(format_args!("inspect: the sample bodies: {error}"));
            return Ok(BAD_USE);
        }
    };

    let mut status = 0;
    for source in &sources {
        match source.read() {
            Ok(content) => {
                for body in bodies(&content) {
                    if !report(&mut out, options.format, &source.name, &body)? {
                        status = status.max(BAD_BODY);
                    }
                }
            }
            Err(error) => {
                out.flush()?;
                complain(format_args!("{}: {error}", OneLine(&source.name)));
                status = BAD_USE;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

/// Reports on one body, and tells whether it is good.
fn report(
    out: &mut impl io::Write,
    format: Format,
    source: &str,
    body: &Body<'_>,
) -> io::Result<bool> {
    let result = from_slice(body.json);
    match (format, &result) {
        (Format::Json, _) => write_json(out, &Record::new(source, body.line, &result))?,
        (Format::Summary, Ok(webhook)) => writeln!(out, "{}", Summary(webhook))?,
        #[cfg(feature = "drift")]
        (Format::Drift, Ok(webhook)) => write_drift(out, source, body, webhook)?,
        (_, Err(_)) => {}
    }
    if let Err(error) = &result {
        // On a terminal, the complaint is to come after what was printed before it.
        out.flush()?;
        // The error counts lines from the start of the body.
        let line = body.line + error.line() - 1;
        complain(format_args!("{}:{line}: {error}", OneLine(source)));
    }
    Ok(result.is_ok())
}

/// Writes to standard error. That it may be closed is no reason to panic, as `eprintln!` would.
fn complain(message: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// A body in a file.
struct Body<'a> {
    /// The line of the file on which it starts, counted from 1.
    line: usize,
    json: &'a [u8],
}

/// Takes a file apart. It is looked at as bytes: a body in broken UTF-8 is to be reported, and must
/// not keep the others from being read.
fn bodies(content: &[u8]) -> Vec<Body<'_>> {
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

/// Whether the lines of a file that is not one JSON value are meant as a body each. If not, the file
/// is one broken body: the lines inside of a pretty-printed one are indented, or closing brackets.
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

/// What `--json` prints for a body: always all keys, in this order.
#[derive(Serialize)]
struct Record<'a> {
    source: &'a str,
    line: usize,
    ok: bool,
    kind: Option<String>,
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
        Self {
            source,
            line,
            ok: result.is_ok(),
            kind: error.map(|error| format!("{:?}", error.kind())),
            id: match result {
                Ok(webhook) => Some(webhook.id),
                Err(error) => error.id(),
            },
            event_type: match result {
                Ok(webhook) => Some(webhook.wire_name()),
                Err(error) => error.event_type().map(EventType::as_str),
            },
            variant: match result {
                Ok(webhook) => Some(webhook.event_type().variant_name()),
                Err(error) => error.event_type().map(EventType::variant_name),
            },
            company_id: event.and_then(Event::company_id),
            connection_id: event.and_then(Event::connection_id),
            error: error.map(Error::to_string),
            path: error.and_then(Error::path),
            event: webhook,
        }
    }
}

fn write_json(out: &mut impl io::Write, record: &Record<'_>) -> io::Result<()> {
    let mut json = serde_json::to_vec(record)?;
    // JSON that is kept as it came keeps its line breaks too. They are between its tokens, never in
    // a string, where JSON has them escaped.
    for byte in &mut json {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    json.push(b'\n');
    out.write_all(&json)
}

/// Prints what the body has that the models do not, a line each.
#[cfg(feature = "drift")]
fn write_drift(
    out: &mut impl io::Write,
    source: &str,
    body: &Body<'_>,
    webhook: &Webhook,
) -> io::Result<()> {
    for drift in codat_webhooks::drift(body.json).unwrap_or_default() {
        writeln!(
            out,
            "{}:{}\t{}\t{}\t{}\t{}",
            OneLine(source),
            body.line,
            OneLine(&webhook.wire_name()),
            OneLine(&drift.path),
            drift.kind,
            OneLine(drift.text.as_deref().unwrap_or("-")),
        )?;
    }
    Ok(())
}

/// One line on an event: id, type, company, and what happened, with tabs between them.
struct Summary<'a>(&'a Webhook);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Webhook { id, event, .. } = self.0;
        let company = match (event.company_name(), event.company_id()) {
            (Some(name), _) => name.to_owned(),
            (None, Some(id)) => id.to_string(),
            (None, None) => "-".to_owned(),
        };
        write!(
            f,
            "{id}\t{}\t{}\t{}",
            OneLine(&self.0.wire_name()),
            OneLine(&company),
            OneLine(&what_happened(event)),
        )
    }
}

/// A short phrase. Statuses are as they came; account numbers and balances stay out.
fn what_happened(event: &Event) -> String {
    match event {
        Event::CompanyCreated(_) => "company created".to_owned(),
        Event::CompanyDeleted(_) => "company deleted".to_owned(),
        Event::CompanyProductAdded(product) => format!("product {} added", product.product_id),
        Event::CompanyProductRemoved(product) => format!("product {} removed", product.product_id),

        Event::ConnectionCreated(event)
        | Event::ConnectionConnected(event)
        | Event::ConnectionDisconnected(event)
        | Event::ConnectionReconnected(event)
        | Event::ConnectionFailed(event)
        | Event::ConnectionDeleted(event) => connection(event),

        Event::ReadCompleted(read)
        | Event::ReadCompletedInitial(read)
        | Event::ReadCompletedSuccessful(read)
        | Event::ReadCompletedUnsuccessful(read)
        | Event::ReadCompletedSuccessfulInitial(read)
        | Event::ProductReadCompleted(_, read) => data_types(read),

        Event::WriteSuccessful(data_type, write) | Event::WriteUnsuccessful(data_type, write) => {
            written(data_type, write)
        }

        Event::ClientRateLimitReached(limit) | Event::ClientRateLimitReset(limit) => quota(limit),

        Event::BankFeedsSourceAccountConnected(event)
        | Event::BankFeedsSourceAccountDisconnected(event) => source_account(event),

        Event::ExpensesSyncSuccessful(sync) | Event::ExpensesSyncUnsuccessful(sync) => synced(sync),

        Event::ReportsCategorizedBankStatementGenerateSuccessful(report)
        | Event::ReportsCategorizedBankStatementGenerateUnsuccessful(report)
        | Event::ReportsCreditModelGenerateSuccessful(report)
        | Event::ReportsCreditModelGenerateUnsuccessful(report)
        | Event::ReportsSpendAnalysisGenerateSuccessful(report)
        | Event::ReportsSpendAnalysisGenerateUnsuccessful(report) => {
            let not = match event.outcome() {
                Some(Outcome::Successful) => "",
                _ => "not ",
            };
            format!("report {} {not}generated", report.id)
        }

        Event::AccountCategoriesUpdated(update) => match &update.modified_date {
            Some(date) => format!("account categories modified {date}"),
            None => "account categories modified".to_owned(),
        },

        Event::Unknown(unknown) => match &unknown.payload {
            Some(payload) => format!(
                "unknown event, payload of {}",
                count(payload.as_str().len(), "byte")
            ),
            None => "unknown event, no payload".to_owned(),
        },
        Event::Alert(alert) => alerted(alert),

        // `Event` grows; this example need not.
        _ => "no description".to_owned(),
    }
}

fn alerted(alert: &Alert) -> String {
    let status = match &alert.rule {
        Rule::DataConnectionStatusChanged(data) => data.new_status.as_ref().map(|s| s.as_str()),
        Rule::DataSyncStatusChangedToError(data) => {
            data.dataset_status.as_ref().map(|s| s.as_str())
        }
        Rule::PushOperationStatusChanged(data) => data.status.as_ref().map(|s| s.as_str()),
        Rule::SyncFailed(data) => data.failure_stage.as_deref(),
        _ => None,
    };
    words([
        Some("alert"),
        Some(alert.rule.rule_type().as_str()),
        alert.data_type().map(DataType::as_str),
        status,
    ])
}

fn connection(event: &ConnectionEvent) -> String {
    let connection = &event.connection;
    let status = words([
        Some(connection.status.as_str()),
        connection.platform_name.as_deref(),
    ]);
    let errors = connection.data_connection_errors.iter().flatten();
    let errors = errors.map(|error| {
        words([
            Some("error"),
            error.status_code.as_ref().map(|code| code.as_str()),
            error.status_text.as_deref(),
            error.status.as_ref().map(|status| status.as_str()),
        ])
    });
    let phrases: Vec<_> = iter::once(status).chain(errors).collect();
    phrases.join(", ")
}

fn data_types(read: &ReadCompleted) -> String {
    let statuses = read.data_types.iter();
    tally(
        "data type",
        statuses.map(|data_type| Some(data_type.status.as_ref()?.as_str())),
    )
}

fn written(data_type: &DataType, write: &Write) -> String {
    let record = write
        .record
        .as_ref()
        .and_then(|record| record.id.as_deref());
    let attachment = write.attachment_id.as_deref();
    words([
        Some(data_type.as_str()),
        Some(
            write
                .write_type
                .as_ref()
                .map_or("write", |write_type| write_type.as_str()),
        ),
        write.status.as_ref().map(|status| status.as_str()),
        record.map(|_| "record"),
        record,
        attachment.map(|_| "attachment"),
        attachment,
    ])
}

fn quota(limit: &RateLimit) -> String {
    let phrases: Vec<_> = [
        limit
            .daily_quota
            .map(|calls| format!("{calls} calls a day")),
        limit.quota_remaining.map(|calls| format!("{calls} left")),
        limit
            .expiry_date
            .as_ref()
            .map(|date| format!("resets {date}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if phrases.is_empty() {
        return "no numbers".to_owned();
    }
    phrases.join(", ")
}

fn source_account(event: &SourceAccountEvent) -> String {
    let account = &event.source_account;
    words([
        account
            .account_type
            .as_ref()
            .map(|account_type| account_type.as_str()),
        Some("source account"),
        account.status.as_ref().map(|status| status.as_str()),
    ])
}

fn synced(sync: &ExpensesSync) -> String {
    let Some(transactions) = &sync.transactions else {
        return format!("sync {}", sync.sync_id);
    };
    let statuses = transactions.iter();
    let tally = tally(
        "transaction",
        statuses.map(|transaction| Some(transaction.status.as_ref()?.as_str())),
    );
    format!("sync {}, {tally}", sync.sync_id)
}

/// `3 data types: 2 Complete, 1 FetchError`
fn tally<'a>(noun: &str, statuses: impl Iterator<Item = Option<&'a str>>) -> String {
    let mut counts = BTreeMap::<_, usize>::new();
    for status in statuses {
        *counts
            .entry(status.unwrap_or("without status"))
            .or_default() += 1;
    }
    let total = count(counts.values().sum(), noun);
    if counts.is_empty() {
        return total;
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(status, count)| format!("{count} {status}"))
        .collect();
    format!("{total}: {}", counts.join(", "))
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// What there is, as words.
fn words<const N: usize>(words: [Option<&str>; N]) -> String {
    let words: Vec<_> = words.into_iter().flatten().collect();
    words.join(" ")
}

/// Text with its control characters escaped, so that a line stays one line, and a tab stays between
/// columns.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                write!(f, "{}", c.escape_default())
            } else {
                write!(f, "{c}")
            }
        })
    }
}
