//! The endpoint in front of the inbox: it decides which request reaches it, and what is answered.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use codat_webhooks::signature::{SignatureError, SignatureHeaders, Verified, Verifier};
use futures_util::StreamExt;
use metrics::counter;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use tracing::{Span, debug, instrument, warn};

use crate::settings::number;

/// How long the body of a request may take. Codat waits 15 seconds for a response.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// A place that takes verified deliveries.
pub trait Queue: Send + Sync + 'static {
    /// Takes a delivery. It is answered when this returns, which must be within 5 seconds.
    fn put(&self, delivery: Verified<Bytes>) -> impl Future<Output = Outcome> + Send;
}

/// What became of a request: the status of the answer, and the reason for the log and the metrics. The
/// answer does not have the reason, which would help someone who is guessing signatures.
pub type Outcome = (StatusCode, &'static str);

const TOO_LARGE: Outcome = (StatusCode::PAYLOAD_TOO_LARGE, "large");
/// The bodies that are being read fill the memory that is set aside for them.
const BUSY: Outcome = (StatusCode::SERVICE_UNAVAILABLE, "busy");
/// The queue is away.
pub const AWAY: Outcome = (StatusCode::SERVICE_UNAVAILABLE, "away");

fn refused(error: SignatureError) -> Outcome {
    let reason = match error {
        SignatureError::MissingHeader(_) => "unsigned",
        SignatureError::MalformedHeader(_) => "malformed",
        SignatureError::TimestampTooOld => "old",
        SignatureError::TimestampInTheFuture => "future",
        _ => "forged",
    };
    (StatusCode::UNAUTHORIZED, reason)
}

struct Endpoint<Q> {
    queue: Arc<Q>,
    verifier: Verifier,
    /// `BODY_LIMIT`: the largest body, in bytes.
    body_limit: usize,
    /// `BODY_MEMORY`: has a permit for each byte of the bodies that are read at the same time.
    memory: Semaphore,
}

/// Returns the routes of the endpoint.
///
/// An error is a line that names a setting.
pub fn router<Q: Queue>(verifier: Verifier, queue: Arc<Q>) -> Result<Router, String> {
    let body_limit = number("BODY_LIMIT", 4 << 20, 1 << 28)?;
    let memory = number("BODY_MEMORY", 1 << 26, 1 << 32)?;
    if memory < body_limit {
        return Err("BODY_MEMORY: less than BODY_LIMIT".to_owned());
    }
    let endpoint = Endpoint {
        queue,
        verifier,
        body_limit,
        memory: Semaphore::new(memory),
    };
    Ok(Router::new()
        // A transformation in Codat's pipeline can turn POST into PUT.
        .route("/webhooks/codat", post(receive::<Q>).put(receive::<Q>))
        .route("/healthz", get(|| async { StatusCode::OK }))
        .with_state(Arc::new(endpoint)))
}

#[instrument(name = "delivery", skip_all, fields(message_id))]
async fn receive<Q: Queue>(
    State(endpoint): State<Arc<Endpoint<Q>>>,
    request: Request,
) -> StatusCode {
    let outcome = endpoint.receive(request).await;
    let (answer, reason) = outcome.unwrap_or_else(|refusal| refusal);
    let label = answer.as_str().to_owned();
    counter!("codat_deliveries_total", "answer" => label, "reason" => reason).increment(1);
    match (answer, reason) {
        // Scanners of the internet find every endpoint.
        (StatusCode::ACCEPTED, _) | (_, "unsigned") => debug!(%answer, reason, "answered"),
        // By itself, so that a flood of forgeries does not hide the others.
        (StatusCode::UNAUTHORIZED, _) => warn!(reason, "refused"),
        _ => warn!(%answer, reason, "refused"),
    }
    answer
}

impl<Q: Queue> Endpoint<Q> {
    async fn receive(&self, request: Request) -> Result<Outcome, Outcome> {
        let (parts, body) = request.into_parts();
        let signature = SignatureHeaders::from_headers(&parts.headers).map_err(refused)?;
        let read = timeout(BODY_TIMEOUT, self.read(body)).await;
        let (body, _memory) = read.map_err(|_| (StatusCode::REQUEST_TIMEOUT, "slow"))??;
        let delivery = self.verifier.verify(signature, body).map_err(refused)?;
        Span::current().record("message_id", delivery.message_id());
        Ok(self.queue.put(delivery).await)
    }

    /// Reads a body, and returns it with the memory that is set aside for it.
    ///
    /// Anyone can make up headers, so the bodies that are being read are bounded together: by what has
    /// arrived, not by what the headers announce.
    async fn read(&self, body: Body) -> Result<(Bytes, SemaphorePermit<'_>), Outcome> {
        // The rest of a body that is not much too large is read: a client that is cut off in the middle of
        // its request does not see the answer.
        let most = 2 * self.body_limit;
        if body.size_hint().lower() > most as u64 {
            return Err(TOO_LARGE);
        }
        let mut chunks = body.into_data_stream();
        let mut memory = self.memory.acquire_many(0).await.map_err(|_| BUSY)?;
        let mut body = Vec::new();
        let mut length = 0;
        while length <= most
            && let Some(chunk) = chunks.next().await
        {
            let chunk = chunk.map_err(|_| (StatusCode::BAD_REQUEST, "incomplete"))?;
            length += chunk.len();
            if length <= self.body_limit {
                let bytes = u32::try_from(chunk.len()).map_err(|_| TOO_LARGE)?;
                let more = timeout(BODY_TIMEOUT / 2, self.memory.acquire_many(bytes)).await;
                memory.merge(more.map_err(|_| BUSY)?.map_err(|_| BUSY)?);
                body.extend_from_slice(&chunk);
            }
        }
        if length > self.body_limit {
            return Err(TOO_LARGE);
        }
        Ok((body.into(), memory))
    }
}
