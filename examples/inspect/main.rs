//! Reads webhook bodies from files and prints what happened in each.
//!
//! ```text
//! cargo run --example inspect --features samples                     # what is piped into it, or the sample bodies
//! cargo run --example inspect --features samples -- FILE...          # your own; `-` is standard input
//! cargo run --example inspect --features samples -- --json FILE...   # a JSON object for each body
//! cargo run --example inspect --features samples -- --drift FILE...  # what the crate does not model
//! ```
//!
//! A file holds one body, or JSON Lines. A body that cannot be read is reported on standard error as
//! `FILE:LINE: what is wrong`, and the others go on. The exit status is 0 on success, 1 if a body was
//! bad, and 2 if a file could not be read or the arguments are wrong.

mod bodies;
mod inspect;

use std::io::{self, IsTerminal, Read};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let is_piped = !io::stdin().is_terminal();
    let mut input: Box<dyn Read> = if is_piped || args.iter().any(|arg| arg == "-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(io::empty())
    };
    inspect::run(
        args,
        &mut input,
        &mut io::stdout().lock(),
        &mut io::stderr(),
        io::stdout().is_terminal(),
    )
    .into()
}
