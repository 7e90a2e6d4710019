//! Chooses the queue for a body by its event type, without parsing the payload.
//!
//! ```text
//! cargo run --example route < body.json
//! ```

use std::process::ExitCode;

use codat_webhooks::{Envelope, Error, EventType};

/// Returns the queue for an event type.
///
/// The lint warns when a new version of the crate has an event type that this function does not list.
#[warn(clippy::wildcard_enum_match_arm)]
fn queue(event_type: &EventType) -> &'static str {
    use EventType::*;
    match event_type {
        CompanyCreated | CompanyDeleted | CompanyProductAdded | CompanyProductRemoved => {
            "companies"
        }
        ConnectionCreated
        | ConnectionConnected
        | ConnectionDisconnected
        | ConnectionReconnected
        | ConnectionFailed
        | ConnectionDeleted => "connections",
        BankFeedsSourceAccountConnected | BankFeedsSourceAccountDisconnected => "connections",
        ReadCompleted
        | ReadCompletedInitial
        | ReadCompletedSuccessful
        | ReadCompletedUnsuccessful
        | ReadCompletedSuccessfulInitial
        | ProductReadCompleted(_)
        | AccountCategoriesUpdated => "data",
        WriteSuccessful(_) | WriteUnsuccessful(_) => "writes",
        ExpensesSyncSuccessful | ExpensesSyncUnsuccessful => "writes",
        ReportsGenerateSuccessful(_) | ReportsGenerateUnsuccessful(_) => "reports",
        ClientRateLimitReached | ClientRateLimitReset => "operations",
        Alert(_) => "legacy",
        Unknown(_) => "unknown",
        _ => "unknown",
    }
}

fn route(body: &str) -> Result<(), Error> {
    let envelope = Envelope::from_str(body)?;
    println!("{}: {}", envelope.id(), queue(&envelope.event_type()));
    Ok(())
}

fn main() -> ExitCode {
    let body = std::io::read_to_string(std::io::stdin());
    let result = body.map_err(|error| error.to_string());
    match result.and_then(|body| route(&body).map_err(|error| error.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
