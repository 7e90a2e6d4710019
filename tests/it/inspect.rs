//! What `examples/inspect` promises, by running it.

#[path = "../../examples/inspect/bodies.rs"]
mod bodies;
#[path = "../../examples/inspect/inspect.rs"]
mod example;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::common::{canonical, fixture, fixtures};
use codat_webhooks::{from_slice, from_str};
use serde_json::Value;
use serde_json::value::RawValue;

const KEYS: [&str; 12] = [
    "source",
    "line",
    "ok",
    "kind",
    "id",
    "event_type",
    "variant",
    "company_id",
    "connection_id",
    "error",
    "path",
    "event",
];

/// Where the files for the tests are.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// A known event whose payload does not fit, at `payload.id`.
const MISFIT: &str = r#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.created","payload":{"id":7}}"#;

#[derive(Debug)]
struct Outcome {
    status: u8,
    out: String,
    err: String,
}

impl Outcome {
    fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }

    fn records(&self) -> Vec<Record> {
        self.out.lines().map(Record::of).collect()
    }
}

/// What `--json` prints for a body.
struct Record {
    fields: Value,
    /// The event as it is written, with the digits of its numbers.
    event: String,
}

impl Record {
    /// Reads a line that has exactly the keys, in their order.
    fn of(line: &str) -> Self {
        let raw: BTreeMap<&str, &RawValue> = serde_json::from_str(line).unwrap();
        let fields = KEYS.map(|key| format!("{key:?}:{}", raw[key]));
        assert_eq!(line, format!("{{{}}}", fields.join(",")));
        Self {
            fields: serde_json::from_str(line).unwrap(),
            event: raw["event"].to_string(),
        }
    }

    fn is(&self, key: &str, expected: impl Into<Value>) {
        assert_eq!(self.fields[key], expected.into(), "{}", self.fields);
    }
}

/// Runs the example. A file is given by its name in the folder.
fn inspect(args: &[&str], input: &[u8]) -> Outcome {
    run(args, input, false)
}

fn run(args: &[&str], mut input: &[u8], aligned: bool) -> Outcome {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = args.iter().map(|arg| (*arg).into());
    let status = example::run(args, &mut input, &mut out, &mut err, aligned);
    Outcome {
        status,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

/// Writes a file for one test, and returns its path.
fn file(name: &str, content: impl AsRef<[u8]>) -> &'static str {
    let path = Path::new(FOLDER).join(name);
    fs::write(&path, content).unwrap();
    path.into_os_string().into_string().unwrap().leak()
}

/// A good body on one line, and its id.
fn good() -> (String, String) {
    let text = fixture("invoices.write.successful").text;
    let id = from_str(&text).unwrap().id.to_string();
    (text.trim().to_owned(), id)
}

/// The same over several lines.
fn pretty(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn without_a_file_it_reads_the_fixtures() {
    let run = inspect(&[], b"");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_eq!(run.lines().len(), fixtures().len());

    for (line, fixture) in run.lines().iter().zip(fixtures()) {
        let webhook = from_str(&fixture.text).unwrap();
        let columns: Vec<_> = line.split('\t').collect();
        let [id, event_type, company, phrase] = columns[..] else {
            panic!("{line}");
        };
        assert_eq!(id, webhook.id.to_string());
        assert_eq!(event_type, webhook.wire_name());
        match (webhook.event.company_name(), webhook.event.company_id()) {
            (Some(name), _) => assert_eq!(company, name),
            (None, Some(id)) => assert_eq!(company, id.to_string()),
            (None, None) => assert_eq!(company, "-"),
        }
        let line = webhook.event.to_string();
        let details = line.split_once(": ").map_or("-", |(_, details)| details);
        assert_eq!(phrase, details, "{line}");
    }
}

#[test]
fn json_has_all_of_the_event() {
    let run = inspect(&["--json"], b"");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_eq!(run.lines().len(), fixtures().len());

    for (record, fixture) in run.records().iter().zip(fixtures()) {
        let webhook = from_str(&fixture.text).unwrap();
        record.is("source", format!("tests/fixtures/{}.json", fixture.name));
        record.is("line", 1);
        record.is("ok", true);
        record.is("kind", Value::Null);
        record.is("id", webhook.id.to_string());
        record.is("event_type", &*webhook.wire_name());
        record.is("variant", webhook.event_type().variant_name());
        record.is(
            "company_id",
            webhook.event.company_id().map(|id| id.to_string()),
        );
        record.is(
            "connection_id",
            webhook.event.connection_id().map(|id| id.to_string()),
        );
        record.is("error", Value::Null);
        record.is("path", Value::Null);
        assert_eq!(canonical(&record.event), canonical(&fixture.text));
    }
}

/// The lines of a file with an error of each kind, and the place of each body and whether it is good.
fn mixed() -> (Vec<u8>, Vec<(usize, Vec<u8>)>) {
    let (good, _) = good();
    let lines: Vec<&[u8]> = vec![
        good.as_bytes(),
        b"",
        MISFIT.as_bytes(),
        b" \t ",
        br#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","event"#,
        b"{\"name\":\"Caf\xe9\"}",
        b"[1, 2]",
        good.as_bytes(),
    ];
    let bodies = (1..)
        .zip(&lines)
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(number, line)| (number, line.to_vec()))
        .collect();
    (lines.join(&b"\r\n"[..]), bodies)
}

#[test]
fn bad_lines_are_reported_and_the_others_go_on() {
    let (content, bodies) = mixed();
    let name = file("mixed.jsonl", content);
    let run = inspect(&[name], b"");
    assert_eq!(run.status, 1);

    let (_, id) = good();
    let lines = run.lines();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.starts_with(&id)), "{lines:?}");

    let errors: String = bodies
        .iter()
        .filter_map(|(number, body)| Some((number, from_slice(body).err()?)))
        .map(|(number, error)| format!("{name}:{number}: {error}\n"))
        .collect();
    assert_eq!(run.err, errors);
    assert!(errors.contains("mixed.jsonl:3: payload does not fit: "));
    assert!(errors.contains(" at payload.id, line 1 "));
}

#[test]
fn bad_lines_are_records_too() {
    let (content, bodies) = mixed();
    let name = file("mixed-json.jsonl", content);
    let run = inspect(&["--json", name], b"");
    assert_eq!(run.status, 1);
    assert_eq!(run.err, inspect(&[name], b"").err);

    let records = run.records();
    assert_eq!(records.len(), bodies.len());
    for (record, (number, body)) in records.iter().zip(&bodies) {
        record.is("source", name);
        record.is("line", *number);
        record.is("ok", from_slice(body).is_ok());
        if let Err(error) = from_slice(body) {
            record.is("kind", error.kind().as_str());
            record.is("error", error.to_string());
            record.is("event", Value::Null);
        }
    }

    let kinds: Vec<_> = records
        .iter()
        .map(|record| &record.fields["kind"])
        .collect();
    let (json, none) = (Value::from("json"), Value::Null);
    assert_eq!(
        kinds,
        [
            &none,
            &"payload".into(),
            &json,
            &json,
            &"envelope".into(),
            &none
        ]
    );
    let misfit = &records[1];
    misfit.is("id", "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11");
    misfit.is("event_type", "company.created");
    misfit.is("variant", "CompanyCreated");
    misfit.is("company_id", Value::Null);
    misfit.is("connection_id", Value::Null);
    misfit.is("path", "payload.id");
}

#[test]
fn one_body_may_take_many_lines() {
    let (body, id) = good();
    let body = pretty(&body);
    for (name, content) in [
        ("pretty.json", body.clone()),
        ("pretty-crlf.json", body.replace('\n', "\r\n")),
        ("unindented.json", body.replace("  ", "")),
    ] {
        let run = inspect(&[file(name, content)], b"");
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{name}");
        assert_eq!(run.lines().len(), 1, "{name}");
        assert!(run.out.starts_with(&id), "{name}");
    }
}

#[test]
fn an_error_in_a_body_of_many_lines_has_the_line_of_the_file() {
    let body = r#"{
  "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
  "eventType": "company.created",
  "payload": {
    "id": 7
  }
}"#;
    let name = file("pretty-misfit.json", format!("\n \r\n{body}\n"));
    let run = inspect(&["--json", name], b"");

    let error = from_str(body).unwrap_err();
    assert_eq!((run.status, error.line()), (1, 5));
    assert_eq!(run.err, format!("{name}:7: {error}\n"));
    run.records()[0].is("line", 3);
    run.records()[0].is("path", "payload.id");
}

/// What a file is taken for: the lines on which bodies start, and whether each is good.
#[test]
fn one_body_is_told_from_json_lines() {
    let (good, _) = good();
    let pretty = pretty(&good);
    let cases = [
        ("", vec![(1, false)]),
        ("\n  \r\n\t\n", vec![(1, false)]),
        ("{", vec![(1, false)]),
        ("GOOD", vec![(1, true)]),
        ("\r\n  GOOD\n\n", vec![(2, true)]),
        ("GOOD\nGOOD", vec![(1, true), (2, true)]),
        ("GOOD\r\n\r\nGOOD\r\n", vec![(1, true), (3, true)]),
        // One line that is JSON is enough, and two that might be.
        ("GOOD\nnonsense", vec![(1, true), (2, false)]),
        ("nonsense\n\nGOOD", vec![(1, false), (3, true)]),
        ("null\n{", vec![(1, false), (2, false)]),
        ("{\n{", vec![(1, false), (2, false)]),
        ("GOOD\n  GOOD", vec![(1, true), (2, true)]),
        // Indented lines, and brackets, are of one body.
        ("{\n  {}\n  {}\n", vec![(1, false)]),
        ("[\n\t{},\n\t{}\n", vec![(1, false)]),
        ("  GOOD\n  GOOD", vec![(1, false)]),
        ("PRETTY", vec![(1, true)]),
        ("PRETTY}", vec![(1, false)]),
        ("\nPRETTY,", vec![(2, false)]),
        // One JSON value, though a line of it is one too.
        ("[\n1\n]", vec![(1, false)]),
    ];
    for (content, bodies) in cases {
        let content = content.replace("GOOD", &good).replace("PRETTY", &pretty);
        let run = inspect(&["--json", "-"], content.as_bytes());
        let found: Vec<_> = run
            .records()
            .iter()
            .map(|record| {
                let line = record.fields["line"].as_u64().unwrap();
                (line, record.fields["ok"] == true)
            })
            .collect();
        assert_eq!(found, bodies, "{content}");
        let all_good = bodies.iter().all(|(_, good)| *good);
        assert_eq!(run.status, u8::from(!all_good), "{content}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_body() {
    let (good, id) = good();
    for body in [good.clone(), pretty(&good), format!("\n{good}\n")] {
        let run = inspect(&["-"], format!("\u{feff}{body}").as_bytes());
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{body}");
        assert_eq!(run.lines().len(), 1, "{body}");
        assert!(run.out.starts_with(&id), "{body}");
    }
    // The first line alone shows that it is JSON Lines.
    let run = inspect(&["-"], format!("\u{feff}{good}\nnonsense").as_bytes());
    assert_eq!((run.status, run.lines().len()), (1, 1));
    assert!(run.err.starts_with("-:2: "), "{}", run.err);
}

#[test]
fn standard_input_stands_among_fixtures() {
    let (good, _) = good();
    let name = file("beside-input.json", MISFIT);
    let run = inspect(&["--json", name, "-"], good.as_bytes());
    assert_eq!(run.status, 1);
    let [first, second] = &run.records()[..] else {
        panic!("{run:?}");
    };
    first.is("source", name);
    second.is("source", "-");
    assert_eq!(canonical(&second.event), canonical(&good));
}

#[test]
fn a_file_that_cannot_be_read_is_worse_than_a_bad_body() {
    let (good, id) = good();
    let (good, bad) = (file("beside-missing.json", good), file("bad.json", MISFIT));
    for json in [&[][..], &["--json"]] {
        let files = ["missing\n.json", bad, good];
        let run = inspect(&[json, &files].concat(), b"");
        assert_eq!(run.status, 2, "{run:?}");
        assert_eq!(run.lines().len(), 1 + json.len(), "{run:?}");
        assert!(run.lines().last().unwrap().contains(&id), "{run:?}");

        let errors: Vec<_> = run.err.lines().collect();
        assert_eq!(errors.len(), 2, "{run:?}");
        assert!(errors[0].starts_with(r"missing\n.json: "), "{run:?}");
        assert!(errors[1].starts_with(&format!("{bad}:1: ")), "{run:?}");
    }
}

#[cfg(unix)] // elsewhere no file can have such a name
#[test]
fn a_report_is_one_line_whatever_the_file_is_called() {
    let name = file("bad\n\u{1b}.json", MISFIT);
    let run = inspect(&[name], b"");
    assert_eq!(run.err.lines().count(), 1, "{run:?}");
    assert!(run.err.contains(r"bad\n\u{1b}.json:1: "), "{run:?}");
}

#[test]
fn bad_usage_is_told_from_a_wish_for_help() {
    for args in [&["--jsno"][..], &["-x"], &["--json", "bad.json", "--all"]] {
        let run = inspect(args, b"");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(args[args.len() - 1]), "{run:?}");
        assert!(run.err.contains("Usage: "), "{run:?}");
    }
    for arg in ["-h", "--help"] {
        let run = inspect(&[arg], b"");
        assert_eq!((run.status, run.err.as_str()), (0, ""));
        assert!(run.out.starts_with("Usage: "), "{run:?}");
    }
}

#[test]
fn drift_is_a_line_for_each_thing_that_is_new() {
    let (good, _) = good();
    let paused = fixture("connection.connected")
        .text
        .replacen("\"Linked\"", "\"Pau\\tsed\"", 1);
    let name = file("drift.jsonl", format!("{good}\n{paused}{MISFIT}\n"));
    let run = inspect(&["--drift", name], b"");
    let line = format!(
        "{name}:2\tconnection.connected\tpayload.connection.status\tundocumented value\tPau\\tsed\n"
    );
    assert_eq!((run.status, run.out.as_str()), (1, &*line));
    assert!(run.err.starts_with(&format!("{name}:3: ")), "{run:?}");

    let run = inspect(&["--drift", "--json"], b"");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
}

#[test]
fn two_hyphens_end_the_options() {
    let run = inspect(&["--", "--json"], b"");
    assert_eq!((run.status, &*run.out), (2, ""), "{run:?}");
    assert!(run.err.starts_with("--json: "), "{run:?}");
}

#[test]
fn a_body_is_one_line_whatever_its_texts_are() {
    let bodies = r#"
        {"id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11", "eventType": "company.created", "payload":
            {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40", "name": "One\nTwo\r\tThree\u001b[1m\u2028"}}
        ---
        {"id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11", "eventType": "new\nand\ttold", "payload": {
            "amount": 1.50,
            "text": "\n"
        }}
        ---
        {"id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11", "eventType": "company.product.added", "payload":
            {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40", "productId": "a\nb"}}"#;
    let bodies: Vec<_> = bodies.split("---").collect();
    for newline in ["\n", "\r\n", "\r"] {
        for body in &bodies {
            let body = body.replace('\n', newline);
            for args in [&["-"][..], &["--json", "-"]] {
                let run = inspect(args, body.as_bytes());
                assert_eq!((run.status, run.err.as_str()), (0, ""), "{body}");
                let line = run.out.strip_suffix('\n').unwrap();
                assert!(!line.contains(['\n', '\r', '\u{1b}']), "{line:?}");
                if args.len() == 1 {
                    assert_eq!(line.split('\t').count(), 4, "{line:?}");
                    assert!(!line.contains('\u{2028}'), "{line:?}");
                } else {
                    // The line breaks that go are not those in texts, and digits stay.
                    assert_eq!(canonical(&Record::of(line).event), canonical(&body));
                }
            }
        }
    }

    let run = inspect(&["-"], bodies[0].as_bytes());
    assert!(
        run.out.contains(r"One\nTwo\r\tThree\u{1b}[1m\u{2028}"),
        "{run:?}"
    );
}

/// A stream that others write to as well.
struct Shared<'s>(&'s RefCell<Vec<u8>>);

impl Write for Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn errors_are_printed_after_the_lines_before_them() {
    let (good, id) = good();
    let name = file("in-order.jsonl", format!("{good}\n{MISFIT}\n{good}\n"));
    for aligned in [false, true] {
        let both = RefCell::default();
        let args = [name, "missing.json", name].map(Into::into);
        let status = example::run(
            args,
            &mut io::empty(),
            &mut Shared(&both),
            &mut Shared(&both),
            aligned,
        );
        assert_eq!(status, 2);

        let text = String::from_utf8(both.take()).unwrap();
        let starts = [&*id, name, &*id, "missing.json", &*id, name, &*id];
        assert_eq!(text.lines().count(), starts.len(), "{text}");
        for (line, start) in text.lines().zip(starts) {
            assert!(line.starts_with(start), "{text}");
        }
    }
}

#[test]
fn columns_are_aligned_on_a_terminal() {
    let aligned = run(&[], b"", true);
    let lines = aligned.lines();
    assert_eq!(lines.len(), fixtures().len());
    assert!(!aligned.out.contains('\t'));
    let tabbed = inspect(&[], b"");
    let starts: Vec<_> = lines
        .iter()
        .zip(tabbed.lines())
        .map(|(line, tabbed)| {
            let event_type = tabbed.split('\t').nth(1).unwrap();
            line.find(event_type).unwrap()
        })
        .collect();
    assert!(starts.iter().all(|start| *start == starts[0]), "{starts:?}");
}

/// A stream whose reader is gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_standard_output_is_no_error() {
    let mut err = Vec::new();
    let status = example::run([], &mut io::empty(), &mut Closed, &mut err, false);
    assert_eq!((status, &*err), (0, &b""[..]));
}
