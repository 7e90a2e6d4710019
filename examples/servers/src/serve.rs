//! An HTTP server whose connections are bounded in number and in time.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How long a connection may take to send the headers of a request, and how long it may be idle before
/// its next request. A tenth of it while more than half of the connections are in use.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a client may take to read what is written to it, before it has to read something.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);

/// Serves until it is stopped, then finishes the requests that have started.
///
/// At most so many connections are open. More wait in the backlog of the system until one is closed. While
/// more than half of them are in use, a new one serves a single request: nobody can keep all of them.
pub async fn serve(listener: TcpListener, router: Router, most: usize, stop: CancellationToken) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).max_buf_size(64 * 1024);
    let open = Arc::new(Semaphore::new(most));
    let running = GracefulShutdown::new();
    let accept = async || {
        let permit = Arc::clone(&open).acquire_owned().await;
        (permit, listener.accept().await)
    };
    while let Some((permit, accepted)) = stop.run_until_cancelled(accept()).await {
        let mut stream = match accepted {
            Ok((stream, _)) => TimeoutStream::new(stream),
            Err(error) => {
                warn!(%error, "cannot accept a connection");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        stream.set_write_timeout(Some(WRITE_TIMEOUT));
        let is_busy = open.available_permits() < most / 2;
        builder.header_read_timeout(HEADER_TIMEOUT / if is_busy { 10 } else { 1 });
        builder.keep_alive(!is_busy);
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = running.watch(connection);
        tokio::spawn(async move {
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    running.shutdown().await;
}
