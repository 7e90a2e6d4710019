//! An endpoint for Codat's webhooks on AWS Lambda, behind API Gateway or a function URL.
//!
//! It verifies a delivery, hands its raw body to a queue, and answers 202 once the queue has it. Without
//! a queue of your own every delivery is answered with 503, and Codat delivers again: implement
//! [`Queue`] in place of [`NoQueue`].
//!
//! With SQS (`cargo add aws-config aws-sdk-sqs base64`):
//!
//! ```ignore
//! struct Sqs(aws_sdk_sqs::Client, String);
//!
//! impl Queue for Sqs {
//!     async fn put(&self, message_id: &str, body: &[u8]) -> Result<(), lambda_http::Error> {
//!         // In base64, because SQS refuses some characters. Without a message group: the order of
//!         // events is not guaranteed anyway.
//!         let body = BASE64_STANDARD.encode(body);
//!         let send = self.0.send_message().queue_url(&self.1).message_body(body);
//!         let id = MessageAttributeValue::builder().data_type("String").string_value(message_id);
//!         send.message_attributes("message_id", id.build()?).send().await?;
//!         Ok(())
//!     }
//! }
//! ```
//!
//! The consumer of the queue decodes the body, calls `codat_webhooks::from_slice`, drops the events
//! whose message id or event id it has seen, and matches. The queue needs a dead-letter queue for the
//! events whose work fails.

use std::process::ExitCode;

use codat_webhooks::signature::{SignatureHeaders, Verified, Verifier};
use settings::setting;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Error, Request, run, service_fn};
use tracing::{info, warn};

/// A queue that takes verified deliveries. The delivery is answered when `put` returns.
trait Queue: Sync {
    fn put(&self, message_id: &str, body: &[u8]) -> impl Future<Output = Result<(), Error>> + Send;
}

struct NoQueue;

impl Queue for NoQueue {
    async fn put(&self, _message_id: &str, _body: &[u8]) -> Result<(), Error> {
        Err("there is no queue: implement `Queue` for yours".into())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    init_logs("info");
    exit(serve(NoQueue).await.map_err(|error| error.to_string()))
}

async fn serve(queue: impl Queue) -> Result<(), Error> {
    let verifier: Verifier = setting("CODAT_WEBHOOK_SECRETS", None)?;
    let (verifier, queue) = (&verifier, &queue);
    run(service_fn(async move |request| {
        Ok::<_, Error>((receive(verifier, queue, request).await, ""))
    }))
    .await
}

/// Answers a request. The response says nothing that would help someone who is guessing signatures.
async fn receive(verifier: &Verifier, queue: &impl Queue, request: Request) -> StatusCode {
    // A transformation in Codat's pipeline can turn POST into PUT.
    if !matches!(*request.method(), Method::POST | Method::PUT) {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    let delivery = match verify(verifier, request) {
        Ok(delivery) => delivery,
        Err(reason) => {
            warn!(reason, "refused");
            return StatusCode::UNAUTHORIZED;
        }
    };
    let message_id = delivery.message_id();
    match queue.put(message_id, delivery.body()).await {
        Ok(()) => {
            info!(message_id, "accepted");
            StatusCode::ACCEPTED
        }
        Err(error) => {
            warn!(message_id, %error, "not accepted");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

fn verify(verifier: &Verifier, request: Request) -> Result<Verified<Vec<u8>>, String> {
    let (parts, body) = request.into_parts();
    let describe = |error: codat_webhooks::signature::SignatureError| error.to_string();
    let headers = SignatureHeaders::from_headers(&parts.headers).map_err(describe)?;
    // A body that the gateway encoded in base64 is decoded by now.
    let body = match body {
        Body::Text(text) => text.into_bytes(),
        Body::Binary(bytes) => bytes,
        _ => Vec::new(),
    };
    verifier.verify(headers, body).map_err(describe)
}

#[cfg(test)]
#[path = "../../tests/lambda.rs"]
mod tests;
