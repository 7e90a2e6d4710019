//! Parses a body from standard input and handles the event.
//!
//! ```text
//! cargo run --example parse_and_match < body.json
//! ```

use std::io::Read;
use std::process::ExitCode;

use codat_webhooks::{Error, Event, from_slice};

fn handle(body: &[u8]) -> Result<(), Error> {
    let webhook = from_slice(body)?;
    match webhook.event {
        Event::ConnectionDisconnected(event) => {
            // A field that Codat adds is usable before this crate names it.
            let reason: Option<String> = event.connection.extra.parse("reason").unwrap_or_default();
            println!(
                "{} is {}, reason: {}",
                event.connection.id,
                event.connection.status,
                reason.as_deref().unwrap_or("none")
            );
        }
        Event::ReadCompleted(read) => {
            for dataset in read.failed() {
                println!("{} failed: {:?}", dataset.data_type, dataset.status);
            }
        }
        Event::WriteUnsuccessful(data_type, write) => {
            println!(
                "{data_type} {} was not written: {:?}",
                write.id, write.status
            );
        }
        // Ids, types and statuses, which are safe to log.
        other => println!("ignored: {other}"),
    }
    Ok(())
}

fn main() -> ExitCode {
    let mut body = Vec::new();
    if let Err(error) = std::io::stdin().read_to_end(&mut body) {
        eprintln!("standard input: {error}");
        return ExitCode::from(2);
    }
    match handle(&body) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
