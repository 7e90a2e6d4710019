//! The endpoint on AWS Lambda, behind API Gateway or a function URL.
//!
//! Without a queue of your own every delivery is answered with 503, and Codat delivers again: implement
//! [`Queue`] in place of [`NoQueue`]. Its consumer calls `codat_webhooks::from_slice`, drops the events whose
//! message id or event id it has seen, and matches. It needs a dead-letter queue for the events whose work
//! fails.

#[path = "../endpoint.rs"]
mod endpoint;
#[path = "../settings.rs"]
#[allow(dead_code)]
mod settings;

use std::slice;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use base64::prelude::{BASE64_STANDARD, Engine};
use codat_webhooks::signature::Verified;
use endpoint::{AWAY, Outcome, Queue, router};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use settings::setting;
use tower::ServiceExt;

struct NoQueue;

impl Queue for NoQueue {
    async fn put(&self, _delivery: Verified<Bytes>) -> Outcome {
        AWAY
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_ansi(false).init();
    let router = router(setting("CODAT_WEBHOOK_SECRETS", "")?, Arc::new(NoQueue))?;
    run(service_fn(async |event: LambdaEvent<Value>| {
        let status = receive(router.clone(), &event.payload).await.as_u16();
        Ok::<Value, Error>(json!({ "statusCode": status, "body": "" }))
    }))
    .await
}

async fn receive(router: Router, event: &Value) -> StatusCode {
    let Some(request) = request(event) else {
        return StatusCode::BAD_REQUEST;
    };
    let Ok(response) = router.oneshot(request).await;
    response.status()
}

/// Returns the request that API Gateway or a function URL hands over, or `None` if it cannot be one.
fn request(event: &Value) -> Option<Request<Body>> {
    let method = event.pointer("/requestContext/http/method");
    let method = method.unwrap_or(&event["httpMethod"]).as_str()?;
    let body = event["body"].as_str().unwrap_or_default();
    let body = match event["isBase64Encoded"].as_bool() {
        Some(true) => BASE64_STANDARD.decode(body).ok()?,
        _ => body.into(),
    };
    let mut request = Request::builder().method(method).uri("/webhooks/codat");
    // A REST API hands over all values of each header beside the last one of each.
    for headers in ["headers", "multiValueHeaders"] {
        for (name, value) in event[headers].as_object().into_iter().flatten() {
            let values = value
                .as_array()
                .map_or(slice::from_ref(value), Vec::as_slice);
            for value in values.iter().filter_map(Value::as_str) {
                request = request.header(name, value);
            }
        }
    }
    request.body(body.into()).ok()
}

#[cfg(test)]
#[path = "../../tests/gateway/tests.rs"]
mod tests;
