//! Compares the crate with an OpenAPI description of Codat's webhooks.
//!
//! ```text
//! cargo run --example conformance -- Codat-Platform.json Webhooks.json
//! ```
//!
//! Builds bodies from the schema of every webhook in the descriptions, reads each with the crate, and
//! prints what the crate does not model: event types, fields, values and misfits. Two lists follow that
//! need no action: what only the crate has, and the fields that it requires although the description
//! does not. Each line holds event type, path, kind and text, separated by tabs; headings start with `#`.
//!
//! The exit status is 0 if everything is modelled, 1 if something is not, and 2 if the arguments are
//! wrong or a file cannot be used.

mod bodies;
mod compare;
mod place;
mod probe;
mod report;
mod schema;

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let status = report::run(std::env::args_os().skip(1), &mut out, &mut io::stderr());
    match status.and_then(|status| out.flush().map(|()| status)) {
        Ok(status) => status.into(),
        // The reader of the output has seen enough: `conformance ... | head -1`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => report::BAD_USE.into(),
    }
}
