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

use std::collections::HashMap;
use std::process::ExitCode;

use base64::prelude::{BASE64_STANDARD, Engine};
use codat_webhooks::signature::{SignatureError, SignatureHeaders, Verified, Verifier};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::Deserialize;
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

/// What API Gateway and a function URL hand over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    headers: Option<HashMap<String, String>>,
    /// All values of each header, from a REST API.
    multi_value_headers: Option<HashMap<String, Vec<String>>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    http_method: Option<String>,
    request_context: Context,
}

#[derive(Deserialize)]
struct Context {
    http: Option<Http>,
}

#[derive(Deserialize)]
struct Http {
    method: String,
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
    run(service_fn(async move |event: LambdaEvent<Request>| {
        let status = receive(verifier, queue, event.payload).await;
        Ok::<Value, Error>(json!({ "statusCode": status, "body": "" }))
    }))
    .await
}

/// Answers a request. The response says nothing that would help someone who is guessing signatures.
async fn receive(verifier: &Verifier, queue: &impl Queue, request: Request) -> u16 {
    let http = request.request_context.http.as_ref();
    let method = http
        .map(|http| &http.method)
        .or(request.http_method.as_ref());
    // A transformation in Codat's pipeline can turn POST into PUT.
    if !method.is_some_and(|method| ["POST", "PUT"].contains(&method.as_str())) {
        return 405;
    }
    let text = request.body.as_deref().unwrap_or_default();
    let body = match request.is_base64_encoded {
        true => BASE64_STANDARD.decode(text),
        false => Ok(text.as_bytes().to_vec()),
    };
    let Ok(body) = body else {
        warn!("refused: the body is not in base64");
        return 400;
    };
    let delivery = match verify(verifier, &request, body) {
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

fn verify(
    verifier: &Verifier,
    request: &Request,
    body: Vec<u8>,
) -> Result<Verified<Vec<u8>>, SignatureError> {
    let one = request.headers.iter().flatten();
    let all = request.multi_value_headers.iter().flatten();
    let mut headers: Vec<(&str, &str)> = all
        .flat_map(|(name, values)| values.iter().map(move |value| (&**name, &**value)))
        .collect();
    if headers.is_empty() {
        headers = one.map(|(name, value)| (&**name, &**value)).collect();
    }
    verifier.verify(SignatureHeaders::from_headers(headers)?, body)
}

#[cfg(test)]
#[path = "../../tests/gateway/tests.rs"]
mod tests;
