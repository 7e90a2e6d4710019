//! Receives Codat's webhooks, keeps them in a database, and handles each event once.
//!
//! | answer | reason |
//! |---|---|
//! | 202 | it is in the inbox: new, a duplicate, or a dead letter because it could not be parsed |
//! | 401 | it is not signed by Codat, or too long ago |
//! | 400, 408, 413 | the body is cut off, too slow, too large |
//! | 503 | the inbox is full, the database is away, or too much memory is in use: Codat delivers again |
//!
//! ```sh
//! CODAT_WEBHOOK_SECRETS=whsec_… cargo run
//! ```

mod database;
mod dead;
mod endpoint;
mod handler;
mod inbox;
mod keeper;
mod receive;
mod serve;
mod settings;
mod sql;
mod telemetry;
mod worker;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout_at;
use tracing::{info, warn};

use crate::database::Database;
use crate::dead::Dead;
use crate::inbox::Inbox;
use crate::serve::{listen, serve, stop_signal};
use crate::settings::{number, optional, seconds, setting};
use crate::telemetry::{init_logs, serve_metrics};
use crate::worker::{Phase, Worker};

/// Receives Codat's webhooks and handles each event once. The settings are environment variables.
#[derive(Parser)]
struct Arguments {
    /// Without a command: `receive` and `work` in one process.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Receive deliveries and store them.
    Receive,
    /// Handle the events that are stored.
    Work,
    /// See the dead letters, and retry them.
    #[command(subcommand)]
    Dead(Dead),
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let is_dead = matches!(command, Some(Command::Dead(_)));
    init_logs(if is_dead { "off" } else { "info" });
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    let result = runtime.block_on(async {
        match command {
            None => run(true, true).await,
            Some(Command::Receive) => run(true, false).await,
            Some(Command::Work) => run(false, true).await,
            Some(Command::Dead(command)) => match command.run().await {
                // The reader of its output has seen enough.
                Err(error) if error.to_string().contains("Broken pipe") => Ok(()),
                result => result.map_err(|error| error.to_string()),
            },
        }
    });
    // A handler that blocks its thread does not hold this up.
    runtime.shutdown_background();
    result.map_or_else(|line| fail(&line), |()| ExitCode::SUCCESS)
}

fn fail(line: &str) -> ExitCode {
    eprintln!("error: {}", line.replace('\n', " "));
    ExitCode::from(2)
}

async fn run(receives: bool, works: bool) -> Result<(), String> {
    let grace = seconds("GRACE_SECONDS", 10, 3600)?;
    let workers = u32::try_from(number("WORKERS", 4, 256)?).unwrap_or(1);
    let database = Database::read(if works { 6 + workers } else { 8 }, true)?;
    let inbox = Arc::new(Inbox::read(database)?);
    let (phase, is_phase) = watch::channel(Phase::Work);
    let worker = Arc::new(Worker::read(Arc::clone(&inbox), is_phase.clone())?);
    let metrics = optional("METRICS_LISTEN")?;
    let address: SocketAddr = setting("LISTEN", Some("127.0.0.1:8080"))?;
    let connections = number("CONNECTIONS", 512, 100_000)?;
    serve_metrics(metrics).await?;
    let router = receives.then(|| endpoint::router(Arc::clone(&inbox)));
    let router = router.transpose()?;
    let stop = stop_signal()?;

    if let Err(error) = inbox.database.migrate().await {
        warn!(%error, "the database is away");
    }
    tokio::spawn(async move { inbox.keep().await });
    let mut tasks = JoinSet::new();
    if let Some(router) = router {
        let listener = listen("LISTEN", address).await?;
        let mut is_phase = is_phase;
        let stopped = async move { drop(is_phase.wait_for(|phase| *phase > Phase::Work).await) };
        tasks.spawn(serve(listener, router, connections, stopped));
    }
    if works {
        tasks.spawn(worker.run(workers));
    }

    stop.await;
    phase.send_replace(Phase::Finish);
    // What is in hand after most of the time is put back in the rest of it.
    let end = tokio::time::Instant::now() + grace;
    let all = tasks.join_all();
    tokio::pin!(all);
    if timeout_at(end - grace / 5, &mut all).await.is_err() {
        phase.send_replace(Phase::Stop);
        if timeout_at(end, all).await.is_err() {
            warn!("what hangs is cut off");
        }
    }
    info!("stopped");
    Ok(())
}
