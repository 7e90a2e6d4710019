//! An HTTP server whose connections are bounded in number and in time.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tracing::{info, warn};

/// Codat waits 15 seconds for a response.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection may take to send the headers of a request, and how long it may be idle
/// before its next request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);

/// The same for a connection that is accepted while more than half of them are in use.
const SHORT_HEADER_TIMEOUT: Duration = Duration::from_millis(500);

/// How long a client may take to read what is written to it, before it has to read something.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a connection may live, and the same while more than half of them are in use. The request that
/// is under way then is answered.
const LIFE: Duration = Duration::from_mins(1);
const SHORT_LIFE: Duration = Duration::from_secs(5);

/// How many bytes of headers a connection may send.
const HEADER_BYTES: usize = 64 * 1024;

/// Listens on an address, which is the setting of this name.
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
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (life, header_timeout) = if open.available_permits() < connections / 2 {
            (SHORT_LIFE, SHORT_HEADER_TIMEOUT)
        } else {
            (LIFE, HEADER_TIMEOUT)
        };
        builder.header_read_timeout(header_timeout);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIMEOUT));
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let mut stopping = running.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            tokio::select! {
                _ = &mut connection => return,
                () = sleep(life) => {}
                _ = stopping.changed() => {}
            }
            connection.as_mut().graceful_shutdown();
            let _ = timeout(REQUEST_TIMEOUT, connection).await;
            drop(permit);
        });
    }
    info!("stopping");
    drop((listener, running));
    let all = u32::try_from(connections).unwrap_or(u32::MAX);
    let _ = open.acquire_many(all).await;
}

/// Returns a future that completes at SIGTERM or SIGINT.
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
