//! Compares the crate with `OpenAPI` descriptions of Codat's webhooks. `USAGE` says how.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use conformance::{Side, compare, one_line};
use lexopt::{Arg, Parser};
use serde_json::Value;

/// The findings that have been looked at.
const ACCEPTED: &str = include_str!("../accepted.txt");

const USAGE: &str = "\
Usage: conformance DESCRIPTION...

Compares codat-webhooks with OpenAPI 3.1 descriptions, in JSON, of Codat's webhooks. Prints what
the descriptions have and the crate does not, then what only the crate has, a line each of event
type, path, kind and text. What accepted.txt lists is left out; a third list has the lines of
accepted.txt that are not true of these descriptions.

  -h, --help  print this

The exit status is 0 if the first list is empty, 1 if it is not, and 2 if the arguments are wrong
or a file cannot be used.
";

fn main() -> ExitCode {
    let (status, text) = match run() {
        Ok(result) => result,
        Err(problem) => {
            eprintln!("conformance: {}", one_line(&problem));
            return ExitCode::from(2);
        }
    };
    match io::stdout().write_all(text.as_bytes()) {
        // The reader of the output has seen enough: `conformance ... | head -1`.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => ExitCode::from(2),
        _ => status,
    }
}

fn run() -> Result<(ExitCode, String), String> {
    let mut descriptions = Vec::new();
    let mut args = Parser::from_env();
    while let Some(arg) = args.next().map_err(|error| error.to_string())? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => {
                return Ok((ExitCode::SUCCESS, USAGE.to_owned()));
            }
            Arg::Value(file) => descriptions.push(load(&file)?),
            other => return Err(other.unexpected().to_string()),
        }
    }
    if descriptions.is_empty() {
        return Err("no description given; see --help".to_owned());
    }
    let report = compare(&descriptions)?;
    let lines = ACCEPTED.lines().filter(|line| !line.starts_with('#'));
    let accepted: BTreeSet<String> = lines.map(str::to_owned).collect();
    let [described, only] = [Side::Descriptions, Side::Crate].map(|side| report.lines(side));
    let new = &described - &accepted;
    let mut text = list("New in the descriptions", &new);
    text += &list("Only in the crate", &(&only - &accepted));
    text += &list(
        "Accepted, but not found",
        &(&accepted - &(&described | &only)),
    );
    Ok((ExitCode::from(u8::from(!new.is_empty())), text))
}

fn list(heading: &str, lines: &BTreeSet<String>) -> String {
    let mut text = format!("# {heading}: {}\n", lines.len());
    for line in lines {
        text.extend([line, "\n"]);
    }
    text
}

fn load(file: &OsString) -> Result<(String, Value), String> {
    let name = file.to_string_lossy().into_owned();
    let content = fs::read(file).map_err(|error| format!("{name}: {error}"))?;
    let json = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content);
    match serde_json::from_slice(json) {
        Ok(description) => Ok((name, description)),
        Err(error) => Err(format!("{name}: not JSON: {error}")),
    }
}
