//! Requests as API Gateway and a function URL hand them over, with a signature of now.

use std::time::{Duration, SystemTime};

use codat_webhooks::signature::Secret;

use super::*;

const SECRET: &str = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=";
const BODY: &str = include_str!("body.json");

const RECORDINGS: [(&str, &str); 3] = [
    ("HTTP API", include_str!("api_gateway_http.json")),
    ("REST API", include_str!("api_gateway_rest.json")),
    ("function URL", include_str!("function_url.json")),
];

/// Keeps what it takes.
#[derive(Clone, Default)]
struct Kept(Arc<std::sync::Mutex<Deliveries>>);

/// Message ids and bodies.
type Deliveries = Vec<(String, Vec<u8>)>;

impl Kept {
    fn take(&self) -> Deliveries {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Queue for Kept {
    async fn put(&self, delivery: Verified<Bytes>) -> Outcome {
        let delivery = (delivery.message_id().to_owned(), delivery.body().to_vec());
        self.0.lock().unwrap().push(delivery);
        (StatusCode::ACCEPTED, "accepted")
    }
}

fn recordings() -> impl Iterator<Item = (&'static str, Value)> {
    RECORDINGS
        .map(|(name, text)| (name, serde_json::from_str(text).unwrap()))
        .into_iter()
}

/// Signs the body of a recording, which can be one that is not text.
fn sign(recording: &mut Value, body: &[u8], time: SystemTime) {
    let secret: Secret = SECRET.parse().unwrap();
    for (name, value) in secret.sign("msg_1", time, body) {
        recording["headers"][name] = json!(value);
        if recording.get("multiValueHeaders").is_some() {
            recording["multiValueHeaders"][name] = json!([value]);
        }
    }
}

async fn status<Q: Queue>(queue: Q, recording: &Value) -> u64 {
    let router = router(SECRET.parse().unwrap(), Arc::new(queue)).unwrap();
    let answer = answer(router, recording).await.unwrap();
    answer["statusCode"].as_u64().unwrap()
}

#[tokio::test]
async fn a_genuine_delivery_reaches_the_queue_byte_for_byte() {
    for (name, mut recording) in recordings() {
        let queue = Kept::default();
        sign(&mut recording, BODY.as_bytes(), SystemTime::now());
        assert_eq!(status(queue.clone(), &recording).await, 202, "{name}");
        let taken = queue.take();
        assert_eq!(taken, [("msg_1".to_owned(), BODY.into())], "{name}");
        codat_webhooks::from_slice(&taken[0].1).unwrap();
    }
}

#[tokio::test]
async fn a_body_that_is_not_text_comes_in_base64() {
    for (name, mut recording) in recordings() {
        let queue = Kept::default();
        sign(&mut recording, b"\xff\xfe", SystemTime::now());
        recording["body"] = json!("//4=");
        recording["isBase64Encoded"] = json!(true);
        assert_eq!(status(queue.clone(), &recording).await, 202, "{name}");
        let taken = queue.take();
        assert_eq!(
            taken,
            [("msg_1".to_owned(), b"\xff\xfe".to_vec())],
            "{name}"
        );
    }
}

#[tokio::test]
async fn nothing_else_reaches_the_queue() {
    let queue = Kept::default();
    for (name, recording) in recordings() {
        // As it was recorded: its signature is none of this secret's.
        assert_eq!(status(queue.clone(), &recording).await, 401, "{name}");

        let mut stale = recording.clone();
        let time = SystemTime::now() - Duration::from_mins(6);
        sign(&mut stale, BODY.as_bytes(), time);
        assert_eq!(status(queue.clone(), &stale).await, 401, "{name}");

        let mut changed = recording.clone();
        sign(&mut changed, BODY.as_bytes(), SystemTime::now());
        changed["body"] = json!(BODY.replace("6f1c", "6f1d"));
        changed["isBase64Encoded"] = json!(false);
        assert_eq!(status(queue.clone(), &changed).await, 401, "{name}");

        for body in [Value::Null, json!("")] {
            changed["body"] = body;
            assert_eq!(status(queue.clone(), &changed).await, 401, "{name}");
        }

        let mut read = recording.clone();
        sign(&mut read, BODY.as_bytes(), SystemTime::now());
        read["httpMethod"] = json!("GET");
        if let Some(http) = read["requestContext"].get_mut("http") {
            http["method"] = json!("GET");
        }
        assert_eq!(status(queue.clone(), &read).await, 405, "{name}");
    }
    assert!(queue.take().is_empty());
}

#[tokio::test]
async fn codat_keeps_what_the_queue_does_not_take() {
    for (name, mut recording) in recordings() {
        sign(&mut recording, BODY.as_bytes(), SystemTime::now());
        assert_eq!(status(NoQueue, &recording).await, 503, "{name}");
    }
}

#[tokio::test]
async fn a_signature_header_that_is_repeated_is_tried_whole() {
    let (_, mut recording) = recordings().find(|(name, _)| *name == "REST API").unwrap();
    sign(&mut recording, BODY.as_bytes(), SystemTime::now());
    let name = "webhook-signature";
    let genuine = recording["headers"][name].clone();
    let wrong = json!(format!("v1,{}=", "A".repeat(43)));
    for values in [[&genuine, &wrong], [&wrong, &genuine]] {
        recording["multiValueHeaders"][name] = json!(values);
        recording["headers"][name] = values[1].clone();
        assert_eq!(status(Kept::default(), &recording).await, 202);
    }
    recording["multiValueHeaders"][name] = json!([wrong, wrong]);
    recording["headers"][name] = wrong;
    assert_eq!(status(Kept::default(), &recording).await, 401);
}

#[tokio::test]
async fn a_body_that_is_not_in_base64_is_refused() {
    for (name, mut recording) in recordings() {
        sign(&mut recording, BODY.as_bytes(), SystemTime::now());
        recording["body"] = json!(BODY);
        recording["isBase64Encoded"] = json!(true);
        assert_eq!(status(Kept::default(), &recording).await, 400, "{name}");
    }
}
