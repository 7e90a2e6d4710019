//! An HTTP server whose connections are bounded in number and in time.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tracing::{info, warn};

/// Codat waits 15 seconds for a response.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection may take to send the headers of a request, and how long it may be idle
/// before its next request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// The same for a connection that is accepted while more than half of them are in use.
const SHORT_HEADER_TIMEOUT: Duration = Duration::from_millis(500);

/// How many bytes of headers a connection may send.
const HEADER_BYTES: usize = 64 * 1024;

/// Listens on an address, which is the setting of this name.
///
/// # Errors
///
/// Returns a line that names the setting.
pub async fn listen(name: &str, address: SocketAddr) -> Result<TcpListener, String> {
    let describe = |error| format!("{name}: cannot listen on {address}: {error}");
    let listener = TcpListener::bind(address).await.map_err(describe)?;
    let address = listener.local_addr().map_err(describe)?;
    info!(%address, "listening ({name})");
    Ok(listener)
}

/// Serves until `stop` completes, then finishes the requests that have started.
///
/// At most `connections` are open. More wait in the backlog of the system until one is closed, which
/// happens to an idle one after 5 seconds, or half a second when there are many.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: usize,
    stop: impl Future<Output = ()>,
) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).max_buf_size(HEADER_BYTES);
    let open = Arc::new(Semaphore::new(connections));
    let graceful = GracefulShutdown::new();
    let (running, _) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accept = async {
            let permit = Arc::clone(&open).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        builder.header_read_timeout(if open.available_permits() < connections / 2 {
            SHORT_HEADER_TIMEOUT
        } else {
            HEADER_TIMEOUT
        });
        let service = TowerToHyperService::new(router.clone());
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
        let mut ended = running.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                _ = connection => {}
                _ = ended.changed() => {}
            }
            drop(permit);
        });
    }
    info!("stopping");
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(REQUEST_TIMEOUT) => warn!("connections are cut off"),
    }
    drop(running);
}

/// Returns a future that completes at SIGTERM or SIGINT.
///
/// # Errors
///
/// Returns an error if the signals cannot be received.
pub fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, String> {
    let receive = |kind| signal(kind).map_err(|error| format!("signals: {error}"));
    let mut terminate = receive(SignalKind::terminate())?;
    let mut interrupt = receive(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
