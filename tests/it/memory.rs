//! Reading allocates no more, and holds no more memory, than it promises.
//!
//! Where a list grows, the old block and the new one are both counted, as an allocator may have to
//! hold them.

use std::time::{Duration, Instant};

use allocation_counter::{AllocationInfo, measure};
use codat_webhooks::{Envelope, Event, Webhook, from_str};

use crate::common::{COMPANY, CONNECTION, ID, classes, event};

fn reading(body: &str) -> AllocationInfo {
    measure(|| drop(from_str(body).unwrap()))
}

/// The most memory that is held while a body is read, in its own sizes.
fn peak(body: &str) -> f64 {
    reading(body).bytes_max as f64 / body.len() as f64
}

/// The allocations of the reader that knew no unknown fields and no misfits.
const MOST: [(&str, u64); 12] = [
    ("company", 53),
    ("product", 9),
    ("connection", 9),
    ("connection with errors", 30),
    ("read", 34),
    ("product read", 7),
    ("write", 15),
    ("rate limit", 2),
    ("source account", 21),
    ("expenses", 14),
    ("report", 3),
    ("account categories", 2),
];

#[cfg(target_pointer_width = "64")]
#[test]
fn an_event_is_small() {
    let (event, webhook) = (size_of::<Event>(), size_of::<Webhook>());
    assert!(event <= 40, "an `Event` takes {event} bytes");
    assert!(webhook <= 96, "a `Webhook` takes {webhook} bytes");
    assert_eq!(size_of::<Option<Event>>(), event);
}

#[test]
fn no_class_of_events_takes_more_allocations_than_it_did() {
    let cases = classes::cases();
    for (class, most) in MOST {
        let case = cases.iter().find(|case| case.class == class).unwrap();
        let taken = reading(&case.body).count_total;
        println!("{class}: {taken} of {most}");
        assert!(taken <= most, "{class}: {taken}");
    }
    assert_eq!(cases.len(), MOST.len());
}

#[test]
fn the_envelope_allocates_nothing_but_the_parsers_stack() {
    for case in classes::cases().iter().chain(&classes::large()) {
        let envelope = measure(|| drop(Envelope::from_slice(case.body.as_bytes()).unwrap()));
        let payload = &case.body[case.body.find("\"payload\":{").unwrap() + 11..];
        let flat = !payload.contains(['{', '[']);
        assert!(
            envelope.count_total <= u64::from(!flat),
            "{}: {envelope:?}",
            case.class
        );
    }
    let unknown = event("new.event", "{}");
    assert_eq!(
        measure(|| drop(Envelope::from_str(&unknown).unwrap())).count_total,
        0
    );
}

#[test]
fn a_payload_that_comes_first_is_not_copied() {
    for case in classes::cases().iter().chain(&classes::large()) {
        let (first, last) = (reading(&case.payload_first), reading(&case.body));
        assert!(
            first.bytes_max <= last.bytes_max + 1024,
            "{}: {first:?} {last:?}",
            case.class
        );
    }
}

#[test]
fn a_large_body_takes_a_small_multiple_of_its_size() {
    // While a list grows by a quarter, the old block and the new one are there.
    let most = [
        ("40 data types with issues", 1.5),
        ("100 data types", 1.3),
        ("10,000 data types", 1.3),
        ("2,000 transactions", 2.2),
    ];
    let cases = classes::large();
    for (class, most) in most {
        let case = cases.iter().find(|case| case.class == class).unwrap();
        println!("{class}: {:.2}", peak(&case.body));
        assert!(peak(&case.body) <= most, "{class}: {}", peak(&case.body));
    }
    assert_eq!(cases.len(), most.len());
}

/// JSON texts of about 100 kB.
fn texts() -> Vec<String> {
    let numbers: Vec<_> = (0..15_000).map(|n| n.to_string()).collect();
    let keys: Vec<_> = (0..6_000).map(|n| format!("\"key{n}\":{n}")).collect();
    vec![
        format!("\"{}\"", "x".repeat(100_000)),
        format!("\"{}\"", "\\u00e9".repeat(16_000)),
        format!("[{}]", numbers.join(",")),
        format!("{{{}}}", keys.join(",")),
        format!("[{}]", vec!["{}"; 33_000].join(",")),
    ]
}

#[test]
fn an_unknown_field_or_a_misfit_takes_at_most_its_text_twice() {
    let payload = |name: &str, parent: &str, tag: &str, text: &str| {
        let parent = format!(r#"{{"id":"{COMPANY}","links":{parent}}}"#);
        event(
            "company.created",
            &format!(
                r#"{{"id":"{ID}","name":{name},"referenceParentCompany":{parent},"tags":{{"a":{tag}}},"new":{text}}}"#
            ),
        )
    };
    let small = reading(&payload("7", "[]", "7", "7")).bytes_max;
    let mut most = 0.0_f64;
    for text in texts() {
        let top = event("company.created", &format!(r#"{{"id":"{ID}"}}"#));
        let top = top.replacen('{', &format!("{{\"new\":{text},"), 1);
        let nested = format!("[{text}]");
        for body in [
            payload("7", "[]", "7", &text),
            payload(&nested, "[]", "7", "7"),
            payload("7", &nested, "7", "7"),
            payload("7", "[]", &nested, "7"),
            top,
        ] {
            let taken = reading(&body).bytes_max.saturating_sub(small) as f64;
            most = most.max(taken / text.len() as f64);
        }
    }
    // In the data of an alert.
    let alert = |text: &str| {
        format!(
            r#"{{"AlertId":"{ID}","RuleType":"SyncFailed","Data":{{"syncId":{text},"new":"","syncType":"a"}}}}"#
        )
    };
    let small = reading(&alert("7")).bytes_max;
    for text in texts() {
        let nested = format!("[{text}]");
        for body in [alert(&nested), alert("7").replace("\"\"", &text)] {
            let taken = reading(&body).bytes_max.saturating_sub(small) as f64;
            most = most.max(taken / text.len() as f64);
        }
    }
    println!("at most {most:.4} of its text");
    assert!(most <= 2.001, "{most}");
}

#[test]
fn an_unknown_event_takes_its_payload_once() {
    let deep = "[".repeat(500_000) + &"]".repeat(500_000);
    // The parser keeps a stack of the open brackets, which it doubles when it is full.
    let deep = [(deep, 3.0)];
    for (payload, most) in texts().into_iter().map(|text| (text, 1.05)).chain(deep) {
        let unknown = event("new.event", &payload);
        assert!(peak(&unknown) <= most, "{}", peak(&unknown));
        let first = format!(r#"{{"payload":{payload},"eventType":"new.event","id":"{ID}"}}"#);
        assert!(peak(&first) <= most, "{}", peak(&first));
    }
}

/// Repeats a part, with commas, to about so many bytes.
fn repeat(part: &str, bytes: usize) -> String {
    vec![part; bytes / (part.len() + 1)].join(",")
}

/// Members with keys of their own, to about so many bytes.
fn members(value: &str, bytes: usize) -> String {
    let members = (0..bytes / (value.len() + 13)).map(|n| format!("\"key{n:07}\":{value}"));
    members.collect::<Vec<_>>().join(",")
}

fn company(fields: &str) -> String {
    event(
        "company.created",
        &format!(r#"{{"id":"{COMPANY}",{fields}}}"#),
    )
}

fn reads(data_types: &str) -> String {
    event(
        "read.completed",
        &format!(r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"dataTypes":[{data_types}]}}"#),
    )
}

fn issues(issues: &str) -> String {
    reads(&format!(r#"{{"dataType":"","issues":[{issues}]}}"#))
}

fn errors(errors: &str) -> String {
    event(
        "connection.failed",
        &format!(
            r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"connection":{{"id":"{CONNECTION}","status":"","dataConnectionErrors":[{errors}]}}}}"#
        ),
    )
}

fn transactions(transactions: &str) -> String {
    event(
        "expenses.sync.successful",
        &format!(
            r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"syncId":"","transactions":[{transactions}]}}"#
        ),
    )
}

/// A body that is made to take much, of about so many bytes.
type Hostile = fn(usize) -> String;

/// The most memory that a hostile body takes, in its own sizes.
///
/// An element of two bytes is a struct of a dozen words, and an unknown field is a name and a value
/// of two words each beside their text: these bounds are what the structs make them.
const HOSTILE: &[(&str, f64, Hostile)] = &[
    // Lists of elements that are as empty as they may be.
    ("issues of {}", 100.0, |n| issues(&repeat("{}", n))),
    ("errors of {}", 120.0, |n| errors(&repeat("{}", n))),
    ("data types", 15.0, |n| {
        reads(&repeat(r#"{"dataType":""}"#, n))
    }),
    ("transactions", 18.0, |n| {
        transactions(&repeat(r#"{"id":""}"#, n))
    }),
    ("products", 18.0, |n| {
        company(&format!(r#""products":[{}]"#, repeat("\"\"", n)))
    }),
    // Elements that lack what they require: a misfit, and an error.
    ("transactions of {}", 1.1, |n| {
        transactions(&repeat("{}", n))
    }),
    ("data types of {}", 0.1, |n| reads(&repeat("{}", n))),
    ("a broken element at the end", 18.0, |n| {
        transactions(&(repeat(r#"{"id":""}"#, n) + ",{}"))
    }),
    // Objects of many keys.
    ("100,000 keys in the payload", 3.0, |n| {
        company(&members(&"1".repeat(30), n))
    }),
    ("tiny keys in the payload", 15.0, |n| {
        company(&repeat(r#""a":1"#, n))
    }),
    ("tiny keys in the envelope", 15.0, |n| {
        company("\"name\":\"\"").replacen('{', &format!("{{{},", repeat(r#""a":1"#, n)), 1)
    }),
    ("tiny keys in an alert", 15.0, |n| {
        format!(
            r#"{{"AlertId":"{ID}","RuleType":"x",{}}}"#,
            repeat(r#""a":1"#, n)
        )
    }),
    ("tiny keys in an alert's data", 21.0, |n| {
        let data = repeat(r#""a":1"#, n);
        format!(r#"{{"AlertId":"{ID}","RuleType":"SyncFailed","Data":{{{data}}}}}"#)
    }),
    ("tiny keys in an unknown payload", 1.1, |n| {
        event("new.event", &format!("{{{}}}", repeat(r#""a":1"#, n)))
    }),
    ("tags", 7.0, |n| {
        company(&format!(r#""tags":{{{}}}"#, members("\"\"", n)))
    }),
    ("repeated tags", 14.0, |n| {
        company(&format!(r#""tags":{{{}}}"#, repeat(r#""a":"""#, n)))
    }),
    ("tags that are numbers", 15.0, |n| {
        company(&format!(r#""tags":{{{}}}"#, repeat(r#""a":1"#, n)))
    }),
    // Objects that each have an unknown field, or nothing but misfits.
    ("an unknown field each", 48.0, |n| {
        issues(&repeat(r#"{"a":1}"#, n))
    }),
    ("misfits", 14.0, |n| {
        issues(&repeat(r#"{"type":1,"message":1,"links":1}"#, n))
    }),
    ("one misfit each", 34.0, |n| {
        issues(&repeat(r#"{"type":1}"#, n))
    }),
    ("misfit errors", 8.0, |n| {
        let error = r#"{"statusCode":[],"statusText":1,"errorMessage":1,"erroredOnUtc":1,"status":1,"resolvedOnUtc":1}"#;
        errors(&repeat(error, n))
    }),
    ("repeated fields", 11.0, |n| {
        issues(&repeat(
            r#"{"type":"","type":"","message":"","message":""}"#,
            n,
        ))
    }),
    ("one field, repeated", 9.0, |n| {
        company(&repeat(r#""name":"""#, n))
    }),
    ("one required field, repeated", 11.0, |n| {
        company(&repeat(r#""id":"""#, n))
    }),
    ("the event type, repeated", 6.5, |n| {
        company("\"name\":\"\"").replacen('{', &format!("{{{},", repeat(r#""eventType":"""#, n)), 1)
    }),
    // Brackets.
    // The parser still holds its stack when the text is copied.
    ("a deep unknown field", 1.6, |n| {
        company(&format!(
            r#""new":{}{}"#,
            "[".repeat(n / 2),
            "]".repeat(n / 2)
        ))
    }),
    ("a deep misfit", 1.4, |n| {
        company(&format!(
            r#""name":{}{}"#,
            "[".repeat(n / 2),
            "]".repeat(n / 2)
        ))
    }),
    ("a deep list", 2.6, |n| {
        issues(&format!("{}{}", "[".repeat(n / 2), "]".repeat(n / 2)))
    }),
    ("open brackets", 2.6, |n| issues(&"[".repeat(n))),
    ("a long text", 1.1, |n| {
        company(&format!(r#""name":"{}""#, "x".repeat(n)))
    }),
];

/// Returns what reading takes, in bytes and in time, whether it ends in an event or in an error.
fn cost(body: &str) -> (u64, Duration) {
    let mut taken = Duration::ZERO;
    let info = measure(|| {
        let start = Instant::now();
        drop(from_str(body));
        taken = start.elapsed();
    });
    (info.bytes_max, taken)
}

fn assert_linear(size: usize) {
    for (name, most, hostile) in HOSTILE {
        let (small, large) = (hostile(size), hostile(2 * size));
        let ((small_peak, mut small_time), (large_peak, mut large_time)) =
            (cost(&small), cost(&large));
        let times = large_peak as f64 / large.len() as f64;
        let grown = large_peak as f64 / small_peak as f64;
        println!("{name}: {times:.1}, {grown:.2} {small_time:?} {large_time:?}");
        assert!(times <= *most, "{name}: {times:.1}");
        assert!(grown <= 2.5, "{name}: {grown:.2}");

        // Quadratic work on so many elements takes seconds; a pause of a busy machine does not.
        let pause = Duration::from_millis(500);
        for _ in 0..5 {
            if large_time < 3 * small_time + pause {
                break;
            }
            small_time = small_time.min(cost(&small).1);
            large_time = large_time.min(cost(&large).1);
        }
        assert!(
            large_time < 3 * small_time + pause,
            "{name}: {small_time:?}, {large_time:?}"
        );
    }
}

#[test]
fn a_hostile_body_takes_memory_and_time_that_are_linear_in_its_size() {
    assert_linear(250_000);
}

#[test]
#[ignore = "takes a minute without optimizations"]
fn a_hostile_body_of_5_and_of_10_mb_takes_memory_and_time_that_are_linear_in_its_size() {
    assert_linear(5_000_000);
}
