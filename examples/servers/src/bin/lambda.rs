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
//!     async fn put(&self, message_id: &str, body: &[u8]) -> Result<(), lambda_runtime::Error> {
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

#[path = "../settings.rs"]
#[allow(dead_code)]
mod settings;

use std::process::ExitCode;

use base64::prelude::{BASE64_STANDARD, Engine};
use codat_webhooks::signature::{SignatureHeaders, Verifier};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use settings::setting;
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

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_ansi(false).init();
    match serve(NoQueue).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn serve(queue: impl Queue) -> Result<(), Error> {
    let verifier: Verifier = setting("CODAT_WEBHOOK_SECRETS", None)?;
    let (verifier, queue) = (&verifier, &queue);
    run(service_fn(async move |event: LambdaEvent<Value>| {
        let status = receive(verifier, queue, &event.payload).await;
        Ok::<Value, Error>(json!({ "statusCode": status, "body": "" }))
    }))
    .await
}

/// Answers a request as API Gateway and a function URL hand it over. The response says nothing that would help
/// someone who is guessing signatures.
async fn receive(verifier: &Verifier, queue: &impl Queue, request: &Value) -> u16 {
    let method = request.pointer("/requestContext/http/method");
    let method = method.unwrap_or(&request["httpMethod"]).as_str();
    // A transformation in Codat's pipeline can turn POST into PUT.
    if !matches!(method, Some("POST" | "PUT")) {
        return 405;
    }
    let text = request["body"].as_str().unwrap_or_default();
    let body = match request["isBase64Encoded"].as_bool() {
        Some(true) => BASE64_STANDARD.decode(text),
        _ => Ok(text.as_bytes().to_vec()),
    };
    let Ok(body) = body else {
        warn!("refused: the body is not in base64");
        return 400;
    };
    let headers = SignatureHeaders::from_headers(headers(request));
    let delivery = match headers.and_then(|headers| verifier.verify(headers, body)) {
        Ok(delivery) => delivery,
        Err(reason) => {
            warn!(%reason, "refused");
            return 401;
        }
    };
    let message_id = delivery.message_id();
    match queue.put(message_id, delivery.body()).await {
        Ok(()) => {
            info!(message_id, "accepted");
            202
        }
        Err(error) => {
            warn!(message_id, %error, "not accepted");
            503
        }
    }
}

/// Returns all values of each header, which a REST API hands over beside the last one of each.
fn headers(request: &Value) -> Vec<(&str, &str)> {
    let of = |name: &str| request[name].as_object().into_iter().flatten();
    let mut headers = Vec::new();
    for (name, values) in of("multiValueHeaders") {
        for value in values.as_array().into_iter().flatten() {
            headers.extend(value.as_str().map(|value| (name.as_str(), value)));
        }
    }
    if headers.is_empty() {
        let text = of("headers").filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        headers.extend(text);
    }
    headers
}

#[cfg(test)]
#[path = "../../tests/gateway/tests.rs"]
mod tests;
