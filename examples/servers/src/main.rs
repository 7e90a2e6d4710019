//! Receives Codat's webhooks, keeps them in a database, and handles each event once.

mod claim;
mod database;
mod endpoint;
mod handler;
mod inbox;
mod serve;
mod settings;
mod sql;
mod telemetry;
mod worker;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::exit;
use std::sync::Arc;

use axum::routing::get;
use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::database::Database;
use crate::inbox::Inbox;
use crate::serve::serve;
use crate::settings::{number, setting};
use crate::worker::Worker;

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

#[derive(Subcommand)]
enum Dead {
    /// Print a line for each dead letter: message id, bytes, failed attempts, reason.
    List,
    /// Print the body of a dead letter.
    Show { id: String },
    /// Put a dead letter, or all of them, back into the queue.
    Retry {
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

impl Dead {
    async fn run(self) -> Result<(), AnyError> {
        let database = Database::read(1, false)?;
        let missing = |id: &str| format!("{id}: no such dead letter");
        let mut out = io::stdout().lock();
        match self {
            Self::List => {
                let rows: Vec<(String, i64, i64, String)> =
                    database.fetch(database.query(sql::LIST)).await?;
                for (id, bytes, attempts, reason) in rows {
                    writeln!(out, "{id}\t{bytes}\t{attempts}\t{reason}")?;
                }
            }
            Self::Show { id } => {
                let show = database.query(sql::SHOW).bind(&id);
                let mut rows: Vec<(Vec<u8>,)> = database.fetch(show).await?;
                let (body,) = rows.pop().ok_or_else(|| missing(&id))?;
                out.write_all(&[&body, &b"\n"[..]].concat())?;
            }
            Self::Retry { id, .. } => {
                let retry = database.query(sql::RETRY).bind(&id);
                let rows: Vec<(String,)> = database.fetch(retry).await?;
                for (id,) in &rows {
                    writeln!(out, "{id}\tback in the queue")?;
                }
                if let (Some(id), true) = (id, rows.is_empty()) {
                    return Err(missing(&id).into());
                }
            }
        }
        Ok(())
    }
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() {
    let result = match Arguments::parse().command {
        None => run(true, true).await,
        Some(Command::Receive) => run(true, false).await,
        Some(Command::Work) => run(false, true).await,
        Some(Command::Dead(command)) => command.run().await,
    };
    if let Err(error) = result {
        let kind = error.downcast_ref().map(io::Error::kind);
        // The reader of the output may have seen enough.
        if kind != Some(io::ErrorKind::BrokenPipe) {
            eprintln!("error: {}", error.to_string().replace('\n', " "));
            exit(2);
        }
    }
    // By this it does not wait for a handler that blocks its thread.
    exit(0);
}

async fn run(receives: bool, works: bool) -> Result<(), AnyError> {
    telemetry::init_logs();
    let workers = number("WORKERS", 4, 256)?;
    let connections = number("CONNECTIONS", 512, 100_000)?;
    let address: SocketAddr = setting("LISTEN", "127.0.0.1:8080")?;
    let database = Database::read(if works { 6 + workers } else { 8 }, true)?;
    let stop = CancellationToken::new();
    let worker = Arc::new(Worker::read(database.clone(), stop.clone())?);
    let inbox = Arc::new(Inbox::read(database.clone())?);
    telemetry::serve_metrics()?;
    let mut terminate = signal(SignalKind::terminate())?;

    tokio::spawn(Arc::clone(&inbox).keep());
    let mut tasks = JoinSet::new();
    if receives {
        let verifier = setting("CODAT_WEBHOOK_SECRETS", "")?;
        let router = endpoint::router(verifier, Arc::clone(&inbox))?;
        let router = router.route("/readyz", get(async move || inbox.ready()));
        let listener = TcpListener::bind(address).await;
        let cannot = |error| format!("LISTEN: cannot listen on {address}: {error}");
        let listener = listener.map_err(cannot)?;
        if let Err(error) = database.migrate().await {
            warn!(%error, "the database is away");
        }
        info!(address = %listener.local_addr()?, "listening");
        tasks.spawn(serve(listener, router, connections, stop.clone()));
    }
    for number in (0..workers).filter(|_| works) {
        let worker = Arc::clone(&worker);
        // On a thread of its own, which a handler may block.
        tasks.spawn_blocking(move || Handle::current().block_on(worker.work(number)));
    }

    tokio::select! {
        _ = terminate.recv() => {}
        _ = ctrl_c() => {}
    }
    info!("stopping");
    stop.cancel();
    if timeout(worker.grace, tasks.join_all()).await.is_err() {
        warn!("what hangs is cut off");
    }
    info!("stopped");
    Ok(())
}
