//! The endpoint on AWS Lambda, behind API Gateway or a function URL.
//!
//! Without a queue of your own every delivery is answered with 503, and Codat delivers again: implement
//! [`Queue`] in place of [`NoQueue`]. Its consumer calls `codat_webhooks::from_slice`, drops the events whose
//! message id or event id it has seen, and matches. It needs a dead-letter queue for the events whose work
//! fails.

#[path = "../endpoint.rs"]
mod endpoint;
#[path = "../settings.rs"]
mod settings;

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
    let answer = async |event: LambdaEvent<Value>| answer(router.clone(), &event.payload).await;
    run(service_fn(answer)).await
}

async fn answer(router: Router, event: &Value) -> Result<Value, Error> {
    let status = receive(router, event).await;
    let status = status.unwrap_or(StatusCode::BAD_REQUEST).as_u16();
    Ok(json!({ "statusCode": status, "body": "" }))
}

/// Passes on the request that API Gateway or a function URL hands over, or returns `None` if it cannot be one.
async fn receive(router: Router, event: &Value) -> Option<StatusCode> {
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
            let values = value.as_array().into_iter().flatten().chain([value]);
            for value in values.filter_map(Value::as_str) {
                request = request.header(name, value);
            }
        }
    }
    let request = request.body(Body::from(body)).ok()?;
    let Ok(response) = router.oneshot(request).await;
    Some(response.status())
}

#[cfg(test)]
#[path = "../../tests/gateway/tests.rs"]
mod tests;
