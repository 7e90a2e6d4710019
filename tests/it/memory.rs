//! Reading allocates no more, and holds no more memory, than it promises.
//!
//! Where a list grows, the old block and the new one are counted both, as an allocator may have to
//! hold them.

#[allow(dead_code)]
#[path = "../benches/ways/mod.rs"]
mod ways;

use allocation_counter::{AllocationInfo, measure};
use codat_webhooks::{Envelope, from_str};

const ID: &str = "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11";
const COMPANY: &str = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40";

fn reading(body: &str) -> AllocationInfo {
    measure(|| drop(from_str(body).unwrap()))
}

/// The most memory that is held while a body is read, in its own sizes.
fn peak(body: &str) -> f64 {
    reading(body).bytes_max as f64 / body.len() as f64
}

fn body(event_type: &str, payload: &str) -> String {
    format!(r#"{{"id":"{ID}","eventType":"{event_type}","payload":{payload}}}"#)
}

#[test]
fn dispatch_costs_at_most_one_allocation() {
    for case in ways::cases().iter().chain(&ways::large()) {
        let (event, known) = (reading(&case.body), measure(|| (case.own)(&case.body)));
        assert!(
            event.count_total <= known.count_total + 1,
            "{}: {event:?} {known:?}",
            case.class
        );
    }
}

#[test]
fn the_envelope_allocates_nothing_but_the_parsers_stack() {
    for case in ways::cases().iter().chain(&ways::large()) {
        let envelope = measure(|| drop(Envelope::from_slice(case.body.as_bytes()).unwrap()));
        let payload = &case.body[case.body.find("\"payload\":{").unwrap() + 11..];
        let flat = !payload.contains(['{', '[']);
        assert!(
            envelope.count_total <= u64::from(!flat),
            "{}: {envelope:?}",
            case.class
        );
    }
    let unknown = body("new.event", "{}");
    assert_eq!(
        measure(|| drop(Envelope::from_str(&unknown).unwrap())).count_total,
        0
    );
}

#[test]
fn a_payload_that_comes_first_is_not_copied() {
    for case in ways::cases().iter().chain(&ways::large()) {
        let (first, last) = (reading(&case.payload_first), reading(&case.body));
        assert!(
            first.bytes_max <= last.bytes_max + 1024,
            "{}: {first:?} {last:?}",
            case.class
        );
    }
}

#[test]
fn a_large_body_takes_at_most_one_and_a_half_of_its_size() {
    for case in ways::large() {
        // A list of 100 or 10,000 may have grown to twice what it needs.
        let most = if case.class.contains("00 data types") {
            2.0
        } else {
            1.5
        };
        assert!(
            peak(&case.body) <= most,
            "{}: {}",
            case.class,
            peak(&case.body)
        );
    }
}

#[test]
fn an_unknown_event_takes_its_payload_once() {
    let text = format!("{{\"text\":\"{}\"}}", "x".repeat(100_000));
    let keys: Vec<_> = (0..100_000).map(|n| format!("\"key{n}\":{n}")).collect();
    let keys = format!("{{{}}}", keys.join(","));
    let deep = "[".repeat(500_000) + &"]".repeat(500_000);
    // The parser keeps a stack of the open brackets, which it doubles when it is full.
    for (payload, most) in [(text, 1.05), (keys, 1.05), (deep, 3.0)] {
        let unknown = body("new.event", &payload);
        assert!(peak(&unknown) <= most, "{}", peak(&unknown));
        let first = format!(r#"{{"payload":{payload},"eventType":"new.event","id":"{ID}"}}"#);
        assert!(peak(&first) <= most, "{}", peak(&first));
        let ignored = body(
            "company.created",
            &format!("{{\"id\":\"{ID}\",\"new\":{payload}}}"),
        );
        assert!(peak(&ignored) <= most, "{}", peak(&ignored));
    }
}

/// What a list takes that is made to take much: as many elements as fit, as empty as they may be.
#[test]
fn a_hostile_list_takes_a_bounded_multiple_of_its_size() {
    let list = |element: &str| format!("[{}]", vec![element; 100_000].join(","));
    let company = format!(r#""referenceCompany":{{"id":"{COMPANY}"}}"#);
    let connection = |errors: &str| {
        format!(
            r#"{{{company},"connection":{{"id":"{ID}","status":"","dataConnectionErrors":{errors}}}}}"#
        )
    };
    let reads = list(r#"{"dataType":""}"#);
    let transactions = list(r#"{"id":""}"#);
    let issues = list("{}");
    let cases = [
        (
            body(
                "read.completed",
                &format!(r#"{{{company},"dataTypes":{reads}}}"#),
            ),
            13.0,
        ),
        (
            body(
                "expenses.sync.successful",
                &format!(r#"{{{company},"syncId":"","transactions":{transactions}}}"#),
            ),
            15.0,
        ),
        // An element of two bytes is a struct of a dozen words.
        (
            body(
                "read.completed",
                &format!(r#"{{{company},"dataTypes":[{{"dataType":"","issues":{issues}}}]}}"#),
            ),
            100.0,
        ),
        (body("connection.failed", &connection(&issues)), 100.0),
    ];
    for (body, most) in cases {
        assert!(peak(&body) <= most, "{} of {}", peak(&body), body.len());
    }
}
