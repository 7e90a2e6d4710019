//! Logs and metrics.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusBuilder;
use tracing::error;
use tracing_subscriber::EnvFilter;

use crate::serve;

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Logs to standard error, at the level of `RUST_LOG` or else the given one.
///
/// A panic is logged with its place in the code and without its message, which may contain customer
/// data.
pub fn init_logs(level: &str) {
    let levels = std::env::var("RUST_LOG").unwrap_or_else(|_| level.to_owned());
    // Its lines are not bounded, and what they say is logged here.
    let filter = EnvFilter::new(format!("sqlx=off,{levels}"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, ToString::to_string);
        error!(%place, "panic");
        PANIC.set(Some(place));
    }));
}

/// Returns the place of the last panic on this thread.
pub fn take_panic() -> Option<String> {
    PANIC.take()
}

/// Log lines of one kind, of which a flood is cut short.
pub struct Lines(Mutex<Option<(Instant, u64)>>);

impl Lines {
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Writes a line, with how many were left out before it: at most ten in ten seconds are written.
    pub fn warn(&self, write: impl FnOnce(u64)) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let (start, count, hidden) = match *state {
            Some((start, count)) if now - start < Duration::from_secs(10) => (start, count, 0),
            before => (
                now,
                0,
                before.map_or(0, |(_, count)| count.saturating_sub(10)),
            ),
        };
        *state = Some((start, count + 1));
        drop(state);
        if count < 10 {
            write(hidden);
        }
    }
}

/// Serves the metrics at `/metrics` of an address of their own, if there is one.
pub async fn serve_metrics(address: Option<SocketAddr>) -> Result<(), String> {
    let Some(address) = address else {
        return Ok(());
    };
    let listener = serve::listen("METRICS_LISTEN", address).await?;
    let metrics = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.01, 0.1, 1.0, 10.0, 100.0])
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| format!("metrics: {error}"))?;
    let upkeep = metrics.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    let router = Router::new().route("/metrics", get(async move || metrics.render()));
    tokio::spawn(async move { serve::serve(listener, router, 16, std::future::pending()).await });
    Ok(())
}
