//! Logs and metrics.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, io, panic};

use metrics_exporter_prometheus::PrometheusBuilder;
use tracing::{Level, error};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};

use crate::settings::setting;

/// Logs to standard error, at the level of `RUST_LOG`.
///
/// Of the warnings at one place in the code, ten are written in ten seconds: a flood of requests is not one
/// of lines. A panic is logged with its place, and without its message, which may contain customer data.
pub fn init_logs() {
    let levels = env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned());
    // What sqlx says is logged where it is called.
    let levels = EnvFilter::new(format!("sqlx=off,{levels}"));
    let written = Mutex::new(HashMap::new());
    let bound = dynamic_filter_fn(move |line, _| {
        let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let (start, count) = written.entry(line.callsite()).or_insert((now, 0));
        if now - *start > Duration::from_secs(10) {
            (*start, *count) = (now, 0);
        }
        *count += 1;
        *count <= 10 || *line.level() != Level::WARN
    });
    let log = fmt::layer().with_writer(io::stderr).with_filter(bound);
    tracing_subscriber::registry().with(levels).with(log).init();
    panic::set_hook(Box::new(|panic| {
        error!(place = panic.location().map(display), "panic");
    }));
}

/// Serves the metrics at the address of the setting `METRICS_LISTEN`, if there is one.
pub fn serve_metrics() -> Result<(), String> {
    if env::var_os("METRICS_LISTEN").is_none() {
        return Ok(());
    }
    let address: SocketAddr = setting("METRICS_LISTEN", "")?;
    PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.01, 0.1, 1.0, 10.0, 100.0])
        .and_then(|builder| builder.with_http_listener(address).install())
        .map_err(|error| format!("METRICS_LISTEN: {error}"))
}
