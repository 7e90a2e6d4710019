//! Deliveries as Codat would post them, and what a client makes of them.

use std::time::SystemTime;

use axum::body::Bytes;
use codat_webhooks::signature::Secret;

/// What a client posts.
#[derive(Clone)]
pub struct Delivery {
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Delivery {
    /// Creates the delivery of a body that is signed at the given time.
    pub fn signed(secret: &Secret, id: &str, time: SystemTime, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let headers = secret.sign(id, time, &body);
        let headers = headers.map(|(name, value)| (name.to_owned(), value));
        Self {
            headers: headers.into(),
            body,
        }
    }

    /// Posts it, and returns the status of the response.
    pub async fn send(
        &self,
        client: &reqwest::Client,
        method: reqwest::Method,
        url: &str,
    ) -> reqwest::Result<u16> {
        let mut request = client.request(method, url).body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        response.bytes().await?;
        Ok(status)
    }
}
