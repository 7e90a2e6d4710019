//! The endpoint in front of a queue: it decides which request reaches the queue, and what is answered.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use codat_webhooks::signature::{SignatureError, SignatureHeaders, Verified, Verifier};
use metrics::counter;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info_span, warn};

use crate::serve::REQUEST_TIMEOUT;
use crate::settings::{number, setting};

/// A place that takes verified deliveries.
pub trait Queue: Send + Sync + 'static {
    /// Takes a delivery. It is answered when this returns.
    fn put(&self, delivery: Verified<Bytes>) -> impl Future<Output = Outcome> + Send;

    /// Returns `true` if deliveries can be taken now.
    fn ready(&self) -> impl Future<Output = bool> + Send;
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    Duplicate,
    DeadLettered,
    Refused(SignatureError),
    Incomplete,
    TooSlow,
    TooLarge,
    /// The bodies that are being read fill the memory that is set aside for them.
    Busy,
    QueueFull,
    QueueAway,
}

impl Outcome {
    /// Returns the status of the response, and the reason as a label of the metrics.
    ///
    /// The response does not contain the reason, which would help someone who is guessing signatures.
    #[must_use]
    pub fn status(self) -> (StatusCode, &'static str) {
        match self {
            Self::Accepted => (StatusCode::ACCEPTED, "accepted"),
            Self::Duplicate => (StatusCode::ACCEPTED, "duplicate"),
            Self::DeadLettered => (StatusCode::ACCEPTED, "dead-lettered"),
            Self::Refused(error) => (
                StatusCode::UNAUTHORIZED,
                match error {
                    SignatureError::MissingHeader(_) => "unsigned",
                    SignatureError::MalformedHeader(_) => "malformed",
                    SignatureError::TimestampTooOld => "old",
                    SignatureError::TimestampInTheFuture => "future",
                    _ => "forged",
                },
            ),
            Self::Incomplete => (StatusCode::BAD_REQUEST, "incomplete"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "slow"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "large"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::QueueFull => (StatusCode::SERVICE_UNAVAILABLE, "full"),
            Self::QueueAway => (StatusCode::SERVICE_UNAVAILABLE, "away"),
        }
    }
}

/// The settings of the endpoint.
pub struct Settings {
    /// `CODAT_WEBHOOK_SECRETS`: one secret, or several separated by spaces.
    verifier: Verifier,
    /// `BODY_LIMIT`: the largest body, in bytes.
    body_limit: usize,
    /// `BODY_MEMORY`: how many bytes of bodies are read at the same time.
    body_memory: usize,
}

impl Settings {
    /// Reads the settings from the environment.
    ///
    /// # Errors
    ///
    /// Returns a line that names the setting.
    pub fn read(body_limit: usize) -> Result<Self, String> {
        let settings = Self {
            verifier: setting("CODAT_WEBHOOK_SECRETS", None)?,
            body_limit: number("BODY_LIMIT", body_limit, 1 << 28)?,
            body_memory: number("BODY_MEMORY", 1 << 26, 1 << 32)?,
        };
        if settings.body_memory < settings.body_limit {
            return Err("BODY_MEMORY: less than BODY_LIMIT".to_owned());
        }
        Ok(settings)
    }
}

struct Endpoint<Q> {
    settings: Settings,
    /// Has a permit for each KiB.
    memory: Semaphore,
    queue: Q,
}

/// Returns the routes of the endpoint.
pub fn router<Q: Queue>(settings: Settings, queue: Q) -> Router {
    let endpoint = Arc::new(Endpoint {
        memory: Semaphore::new(kibibytes(settings.body_memory) as usize),
        settings,
        queue,
    });
    Router::new()
        // A transformation in Codat's pipeline can turn POST into PUT.
        .route("/webhooks/codat", post(receive::<Q>).put(receive::<Q>))
        .route("/healthz", get(|| async { StatusCode::OK }))
        .route("/readyz", get(ready::<Q>))
        .with_state(endpoint)
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
    let span = info_span!("delivery", message_id = Empty, event_id = Empty, event_type = Empty);
    let (parts, body) = request.into_parts();
    let receive = endpoint.receive(&parts.headers, body).instrument(span.clone());
    let outcome = timeout(REQUEST_TIMEOUT, receive)
        .await
        .unwrap_or(Outcome::TooSlow);
    let (status, reason) = outcome.status();
    counter!("codat_deliveries_total", "answer" => status.as_u16().to_string(), "reason" => reason)
        .increment(1);
    span.in_scope(|| match outcome {
        Outcome::Accepted | Outcome::Duplicate | Outcome::DeadLettered => debug!(reason, "accepted"),
        // Scanners of the internet find every endpoint.
        Outcome::Refused(SignatureError::MissingHeader(_)) => debug!(reason, "refused"),
        _ => warn!(answer = status.as_u16(), reason, "refused"),
    });
    status
}

impl<Q: Queue> Endpoint<Q> {
    async fn receive(&self, headers: &HeaderMap, body: Body) -> Outcome {
        let signature = match SignatureHeaders::from_headers(headers) {
            Ok(signature) => signature,
            Err(error) => return Outcome::Refused(error),
        };
        let limit = self.settings.body_limit;
        let length = headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok())
            .unwrap_or(limit);
        if length > limit {
            return Outcome::TooLarge;
        }
        // Anyone can make up headers, so the bodies being read are bounded together.
        let memory = self.memory.acquire_many(kibibytes(length));
        let Ok(Ok(_memory)) = timeout(REQUEST_TIMEOUT / 2, memory).await else {
            return Outcome::Busy;
        };
        let body = match timeout(REQUEST_TIMEOUT / 2, to_bytes(body, limit)).await {
            Ok(Ok(body)) => body,
            Ok(Err(error)) if is_length_limit(&error) => return Outcome::TooLarge,
            Ok(Err(_)) => return Outcome::Incomplete,
            Err(_) => return Outcome::TooSlow,
        };
        match self.settings.verifier.verify(signature, body) {
            Ok(delivery) => {
                Span::current().record("message_id", delivery.message_id());
                self.queue.put(delivery).await
            }
            Err(error) => Outcome::Refused(error),
        }
    }
}

fn kibibytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX)
}

fn is_length_limit(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.to_string().contains("length limit"))
}
