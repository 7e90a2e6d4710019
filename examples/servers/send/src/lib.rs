//! Deliveries as Codat would post them, and forgeries, to try a server with.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use clap::ValueEnum;
use codat_webhooks::signature::Secret;

/// What a client posts.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

/// What is sent for a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variant {
    /// A delivery signed now.
    Genuine,
    /// Without a signature.
    Unsigned,
    /// Signed six minutes ago.
    Stale,
    /// With the signature of another body.
    Forged,
    /// A genuine delivery twice, as after a response that was lost.
    Duplicate,
    /// Genuine deliveries in a random order.
    Reordered,
}

impl Variant {
    /// Returns `true` if a server must accept it.
    pub fn is_genuine(self) -> bool {
        !matches!(self, Self::Unsigned | Self::Stale | Self::Forged)
    }

    /// Creates the delivery of a body.
    pub fn delivery(self, secret: &Secret, message_id: &str, body: Bytes) -> Delivery {
        let now = SystemTime::now();
        match self {
            Self::Unsigned => Delivery {
                headers: Vec::new(),
                body,
            },
            Self::Stale => Delivery::signed(secret, message_id, now - Duration::from_mins(6), body),
            Self::Forged => {
                let other = Delivery::signed(secret, message_id, now, Bytes::from_static(b"{}"));
                Delivery { body, ..other }
            }
            Self::Genuine | Self::Duplicate | Self::Reordered => {
                Delivery::signed(secret, message_id, now, body)
            }
        }
    }
}

impl Delivery {
    /// Creates a delivery that is signed at the given time.
    pub fn signed(
        secret: &Secret,
        message_id: &str,
        time: SystemTime,
        body: impl Into<Bytes>,
    ) -> Self {
        let body = body.into();
        let headers = secret.sign(message_id, time, &body);
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
        request = request.header("content-type", "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        // Read to its end, so that the connection can be used again.
        response.bytes().await?;
        Ok(status)
    }
}

/// Returns a client that goes where it is sent, without a proxy or redirects.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(15))
        .build()
}
