//! The endpoint in front of the inbox: it decides which request reaches it, and what is answered.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::EXPECT;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use codat_webhooks::signature::{SignatureError, SignatureHeaders, Verified, Verifier};
use futures_util::StreamExt;
use metrics::counter;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info_span, warn};

use crate::serve::REQUEST_TIMEOUT;
use crate::settings::{number, setting};
use crate::telemetry::Lines;

/// A place that takes verified deliveries.
pub trait Queue: Send + Sync + 'static {
    /// Takes a delivery. It is answered when this returns.
    fn put(&self, delivery: Verified<Bytes>) -> impl Future<Output = Outcome> + Send;

    /// Returns `true` if deliveries can be taken now.
    fn ready(&self) -> impl Future<Output = bool> + Send;
}

/// What became of a request: the status of the answer, and the reason for the log and the metrics. The
/// answer does not have the reason, which would help someone who is guessing signatures.
pub type Outcome = (u16, &'static str);

pub const ACCEPTED: Outcome = (202, "accepted");
pub const DUPLICATE: Outcome = (202, "duplicate");
/// The body could not be parsed. A retry would deliver the same bytes, so the delivery is accepted.
pub const DEAD_LETTERED: Outcome = (202, "dead-lettered");
const INCOMPLETE: Outcome = (400, "incomplete");
const TOO_SLOW: Outcome = (408, "slow");
const TOO_LARGE: Outcome = (413, "large");
/// The bodies that are being read fill the memory that is set aside for them.
const BUSY: Outcome = (503, "busy");
pub const FULL: Outcome = (503, "full");
/// The database is away.
pub const AWAY: Outcome = (503, "away");

/// Those that alerts look at. They are counted from 0 on, so that the first one is an increase.
const COUNTED: [Outcome; 6] = [
    (401, "forged"),
    (401, "old"),
    (401, "future"),
    BUSY,
    FULL,
    AWAY,
];

fn count((answer, reason): Outcome, more: u64) {
    let answer = answer.to_string();
    counter!("codat_deliveries_total", "answer" => answer, "reason" => reason).increment(more);
}

fn refused(error: SignatureError) -> Outcome {
    let reason = match error {
        SignatureError::MissingHeader(_) => "unsigned",
        SignatureError::MalformedHeader(_) => "malformed",
        SignatureError::TimestampTooOld => "old",
        SignatureError::TimestampInTheFuture => "future",
        _ => "forged",
    };
    (401, reason)
}

struct Settings {
    /// `CODAT_WEBHOOK_SECRETS`: one secret, or several separated by spaces.
    verifier: Verifier,
    /// `BODY_LIMIT`: the largest body, in bytes.
    body_limit: usize,
    /// `BODY_MEMORY`: how many bytes of bodies are read at the same time.
    body_memory: usize,
}

impl Settings {
    fn read() -> Result<Self, String> {
        let settings = Self {
            verifier: setting("CODAT_WEBHOOK_SECRETS", None)?,
            body_limit: number("BODY_LIMIT", 4 << 20, 1 << 28)?,
            body_memory: number("BODY_MEMORY", 1 << 26, 1 << 32)?,
        };
        if settings.body_memory < settings.body_limit {
            return Err("BODY_MEMORY: less than BODY_LIMIT".to_owned());
        }
        Ok(settings)
    }
}

/// A flood of forgeries does not hide the others.
static FORGED: Lines = Lines::new();
static REFUSED: Lines = Lines::new();

struct Endpoint<Q> {
    settings: Settings,
    /// Has a permit for each KiB.
    memory: Semaphore,
    queue: Arc<Q>,
}

/// Returns the routes of the endpoint.
///
/// An error is a line that names a setting.
pub fn router<Q: Queue>(queue: Arc<Q>) -> Result<Router, String> {
    let settings = Settings::read()?;
    for outcome in COUNTED {
        count(outcome, 0);
    }
    let endpoint = Arc::new(Endpoint {
        memory: Semaphore::new(kibibytes(settings.body_memory) as usize),
        settings,
        queue,
    });
    Ok(Router::new()
        // A transformation in Codat's pipeline can turn POST into PUT.
        .route("/webhooks/codat", post(receive::<Q>).put(receive::<Q>))
        .route("/healthz", get(|| async { StatusCode::OK }))
        .route("/readyz", get(ready::<Q>))
        .with_state(endpoint))
}

async fn ready<Q: Queue>(State(endpoint): State<Arc<Endpoint<Q>>>) -> StatusCode {
    match timeout(REQUEST_TIMEOUT, endpoint.queue.ready()).await {
        Ok(true) => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn receive<Q: Queue>(
    State(endpoint): State<Arc<Endpoint<Q>>>,
    request: Request,
) -> StatusCode {
    let span = info_span!(
        "delivery",
        message_id = Empty,
        event_id = Empty,
        event_type = Empty
    );
    let (parts, body) = request.into_parts();
    let receive = endpoint
        .receive(&parts.headers, body)
        .instrument(span.clone());
    let outcome = timeout(REQUEST_TIMEOUT, receive).await.unwrap_or(TOO_SLOW);
    let (answer, reason) = outcome;
    count(outcome, 1);
    if outcome == DUPLICATE {
        counter!("codat_duplicates_total").increment(1);
    }
    span.in_scope(|| match outcome {
        // Scanners of the internet find every endpoint.
        (202, _) | (_, "unsigned") => debug!(answer, reason, "answered"),
        (401, _) => FORGED.warn(|hidden| warn!(reason, hidden, "refused")),
        _ => REFUSED.warn(|hidden| warn!(answer, reason, hidden, "refused")),
    });
    StatusCode::from_u16(answer).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl<Q: Queue> Endpoint<Q> {
    async fn receive(&self, headers: &HeaderMap, body: Body) -> Outcome {
        let signature = match SignatureHeaders::from_headers(headers) {
            Ok(signature) => signature,
            Err(error) => return refused(error),
        };
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > 2 * self.settings.body_limit
            || headers.contains_key(EXPECT) && announced > self.settings.body_limit
        {
            return TOO_LARGE;
        }
        let (body, _memory) = match self.read(body).await {
            Ok(read) => read,
            Err(outcome) => return outcome,
        };
        let delivery = match self.settings.verifier.verify(signature, body) {
            Ok(delivery) => delivery,
            Err(error) => return refused(error),
        };
        let span = Span::current();
        span.record("message_id", delivery.message_id());
        if let Ok(envelope) = delivery.envelope() {
            span.record("event_id", envelope.id().to_string());
            // The text of an unknown event type could be anything.
            span.record("event_type", envelope.event_type().variant_name());
        }
        self.queue.put(delivery).await
    }

    /// Reads a body, and returns it with the memory that is set aside for it.
    ///
    /// Anyone can make up headers, so the bodies that are being read are bounded together: by what has
    /// arrived, not by what the headers announce.
    async fn read(&self, body: Body) -> Result<(Bytes, Option<SemaphorePermit<'_>>), Outcome> {
        let deadline = Instant::now() + REQUEST_TIMEOUT / 2;
        let mut chunks = body.into_data_stream();
        let mut memory: Option<SemaphorePermit> = None;
        let mut body = Vec::new();
        loop {
            let chunk = match timeout_at(deadline, chunks.next()).await {
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(_))) => return Err(INCOMPLETE),
                Ok(None) => return Ok((body.into(), memory)),
                Err(_) => return Err(TOO_SLOW),
            };
            let length = body.len() + chunk.len();
            if length > self.settings.body_limit {
                drop((body, memory));
                discard(chunks, self.settings.body_limit).await;
                return Err(TOO_LARGE);
            }
            let more = kibibytes(length) - kibibytes(body.len());
            match timeout_at(deadline, self.memory.acquire_many(more)).await {
                Ok(Ok(more)) => match &mut memory {
                    Some(memory) => memory.merge(more),
                    None => memory = Some(more),
                },
                _ => return Err(BUSY),
            }
            body.extend_from_slice(&chunk);
        }
    }
}

/// Reads the rest of a body that is not much too large: a client that is cut off in the middle of its
/// request does not see the answer.
async fn discard(mut chunks: BodyDataStream, most: usize) {
    let mut length = 0;
    let read = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            length += chunk.len();
            if length > most {
                break;
            }
        }
    };
    let _ = timeout(Duration::from_secs(2), read).await;
}

fn kibibytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX)
}
