//! Everything that is done with a webhook takes time that is linear in its size.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use codat_webhooks::value::{Extra, RawJson, Tags};
use codat_webhooks::{Envelope, Webhook, from_str};

use crate::common::{COMPANY, CONNECTION, ID, event, hash, read, write};

/// Sixteen times the size takes sixteen times the time, and 256 times if it is quadratic. The tests beside
/// this one interrupt a long run, and seldom a short one.
const SMALL: usize = 250;
const TIMES: usize = 16;
const MOST: u32 = 64;

/// The best of several runs: a busy machine makes a run slower, never faster.
fn best(run: &dyn Fn()) -> Duration {
    let time = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..2).map(|_| time()).min().unwrap()
}

#[track_caller]
fn assert_linear(name: &str, small: &dyn Fn(), large: &dyn Fn()) {
    let (mut small_time, mut large_time) = (best(small), best(large));
    for attempt in 0..20 {
        // Sixteen million steps, the square of the number of parts, would take longer.
        if large_time < MOST * small_time || large_time < Duration::from_millis(5) {
            return;
        }
        // A machine that is busy now may be less so later, and lets a thread that has slept go first.
        thread::sleep(attempt * Duration::from_millis(20));
        small_time = small_time.min(best(small));
        large_time = large_time.min(best(large));
    }
    panic!("{name}: {small_time:?}, {large_time:?}");
}

/// Joins texts for the numbers from 0.
fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().join(",")
}

/// Bodies with a number of parts of some kind.
type Body = fn(usize) -> String;

const BODIES: &[(&str, Body)] = &[
    ("a company whose id is inside another field", |n| {
        let fields = each(n, |n| format!(r#""key{n:06}":{n}"#));
        event(
            "company.created",
            &format!(r#"{{"referenceCompany":{{"id":"{COMPANY}"}},{fields}}}"#),
        )
    }),
    ("a company whose id is inside a large field", |n| {
        let fields = each(n, |n| format!(r#""key{n:06}":{n}"#));
        event(
            "company.created",
            &format!(r#"{{"referenceCompany":{{{fields},"id":"{COMPANY}"}}}}"#),
        )
    }),
    ("unknown fields in the payload", |n| {
        let fields = each(n, |n| format!(r#""key{n:06}":"x""#));
        event(
            "company.created",
            &format!(r#"{{"id":"{COMPANY}",{fields}}}"#),
        )
    }),
    ("unknown fields in the envelope", |n| {
        let fields = each(n, |n| format!(r#""key{n:06}":"x""#));
        format!(
            r#"{{"id":"{ID}","eventType":"company.deleted","payload":{{"id":"{COMPANY}"}},{fields}}}"#
        )
    }),
    (
        "unknown fields in an object that is spelled otherwise",
        |n| {
            let fields = each(n, |n| format!(r#""key{n:06}":"x""#));
            format!(
                r#"{{"alertId":"{ID}","ruleType":"SyncFailed","clientName":"a",{fields},"data":{{"SyncId":"{ID}",{fields}}}}}"#
            )
        },
    ),
    ("an unknown field repeated", |n| {
        let fields = each(n, |n| format!(r#""a":{n}"#));
        event(
            "company.created",
            &format!(r#"{{"id":"{COMPANY}",{fields}}}"#),
        )
    }),
    ("a field repeated", |n| {
        let fields = each(n, |_| r#""name":"a""#.to_owned());
        event(
            "company.created",
            &format!(r#"{{"id":"{COMPANY}",{fields}}}"#),
        )
    }),
    ("tags", |n| {
        // In no order.
        let tags = each(n, |n| format!(r#""{}":"x""#, n * 7_919 % 100_003));
        event(
            "company.created",
            &format!(r#"{{"id":"{COMPANY}","tags":{{{tags}}}}}"#),
        )
    }),
    ("tags that do not fit", |n| {
        let tags = each(n, |n| {
            format!(r#""{}":{n},"{}":"x""#, n * 7_919 % 100_003, n / 2)
        });
        event(
            "company.created",
            &format!(r#"{{"id":"{COMPANY}","tags":{{{tags}}}}}"#),
        )
    }),
    ("companies with an unknown field each", |n| {
        let companies = each(n, |n| {
            format!(r#"{{"id":"{COMPANY}","name":"x","new{n}":1}}"#)
        });
        event(
            "company.created",
            &format!(r#"{{"id":"{COMPANY}","referenceSubsidiaryCompanies":[{companies}]}}"#),
        )
    }),
    ("data types with statuses of their own", |n| {
        let data_types = each(n, |n| {
            format!(r#"{{"connectionId":"{CONNECTION}","dataType":"t{n}","status":"S{n}"}}"#)
        });
        event(
            "read.completed",
            &format!(r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"dataTypes":[{data_types}]}}"#),
        )
    }),
    ("issues", |n| {
        let issues = each(n, |n| {
            format!(r#"{{"type":"warning.{n}","message":"x","new":1,"links":{{"logs":7}}}}"#)
        });
        event(
            "read.completed",
            &format!(
                r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"dataTypes":[{{"dataType":"bills","issues":[{issues}]}}]}}"#
            ),
        )
    }),
    ("errors of a connection", |n| {
        let errors = each(n, |n| {
            format!(r#"{{"statusCode":"{n}","status":"S{n}","erroredOnUtc":"x"}}"#)
        });
        event(
            "connection.failed",
            &format!(
                r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"connection":{{"id":"{CONNECTION}","status":"Linked","dataConnectionErrors":[{errors}]}}}}"#
            ),
        )
    }),
    ("transactions", |n| {
        let transactions = each(n, |n| format!(r#"{{"id":"{n}","status":"S{n}"}}"#));
        event(
            "expenses.sync.successful",
            &format!(
                r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"syncId":"1","transactions":[{transactions}]}}"#
            ),
        )
    }),
    ("an unknown event", |n| {
        let fields = each(n, |n| format!(r#""key{n:06}":{{"id":{n}}}"#));
        event(
            "company.new",
            &format!(
                r#"{{{fields},"companyId":"{COMPANY}","connection":{{"id":"{CONNECTION}"}}}}"#
            ),
        )
    }),
    ("an unknown alert", |n| {
        let fields = each(n, |n| format!(r#""key{n:06}":{n}"#));
        format!(r#"{{"AlertId":"{ID}","RuleType":"Weekly digest","Data":{{{fields}}},{fields}}}"#)
    }),
    ("an alert with a long name", |n| {
        format!(
            r#"{{"AlertId":"{ID}","RuleType":"{}"}}"#,
            "Data-sync ".repeat(n)
        )
    }),
    ("a long event type", |n| {
        event(&format!("{}renamed", "a.".repeat(4 * n)), r#"{"x":1}"#)
    }),
    ("a long path", |n| {
        let deep = "[".repeat(8 * n) + &"]".repeat(8 * n);
        event(
            "company.created",
            &format!(r#"{{"id":"{COMPANY}","new":{deep},"name":{deep}}}"#),
        )
    }),
    ("a long text", |n| {
        let text = r"\u00e9\n\ud83d\ude00".repeat(n);
        event(
            "company.created",
            &format!(
                r#"{{"id":"{COMPANY}","name":"{text}","lastSync":"2025-03-14T09:26:53.{}Z"}}"#,
                "1".repeat(20 * n)
            ),
        )
    }),
];

/// What is done with a body, and with the webhook that is read from it.
type Act = fn(&str, &Webhook, &Webhook);

const ACTS: &[(&str, Act)] = &[
    ("reading", |body, _, _| drop(black_box(from_str(body)))),
    ("reading the envelope", |body, _, _| {
        drop(black_box(Envelope::from_str(body)))
    }),
    ("Deserialize", |body, _, _| {
        drop(black_box(serde_json::from_str::<Webhook>(body)))
    }),
    ("writing", |_, webhook, _| drop(black_box(write(webhook)))),
    ("to_value", |_, webhook, _| {
        drop(black_box(serde_json::to_value(webhook)))
    }),
    ("drift", |_, webhook, _| drop(black_box(webhook.drift()))),
    ("Display", |_, webhook, _| {
        drop(black_box(webhook.event.to_string()))
    }),
    ("Debug", |_, webhook, _| {
        drop(black_box(format!("{webhook:?}")))
    }),
    ("==", |_, webhook, other| {
        assert!(black_box(webhook == other))
    }),
    ("a hash", |_, webhook, _| {
        black_box(hash(webhook));
    }),
    ("a clone", |_, webhook, _| drop(black_box(webhook.clone()))),
    ("the accessors", |_, webhook, _| {
        let event = &webhook.event;
        black_box((
            event.event_type().outcome(),
            event.company_id(),
            event.connection_id(),
        ));
        black_box((
            event.reference_company(),
            event.company_name(),
            event.company_tags(),
        ));
    }),
];

#[test]
fn each_act_on_each_body_takes_linear_time() {
    for (name, body) in BODIES {
        let [small, large] = [SMALL, TIMES * SMALL].map(|count| {
            let text = body(count);
            let webhook = read(&text);
            assert_eq!(read(&write(&webhook)), webhook, "{name}");
            let copy = webhook.clone();
            (text, webhook, copy)
        });
        for (act_name, act) in ACTS {
            assert_linear(
                &format!("{act_name}, {name}"),
                &|| act(&small.0, &small.1, &small.2),
                &|| act(&large.0, &large.1, &large.2),
            );
        }
    }
}

#[test]
fn an_error_takes_linear_time() {
    for (name, body) in BODIES {
        let [small, large] = [SMALL, TIMES * SMALL].map(body);
        for (cut, what) in [(1, "cut off"), (3, "cut off earlier")] {
            let [small, large] = [&small, &large].map(|body| {
                let end = body.len() - cut;
                body.get(..end).map(str::to_owned).unwrap_or_default()
            });
            assert!(from_str(&large).is_err());
            assert_linear(
                &format!("{name}, {what}"),
                &|| drop(black_box(from_str(&small))),
                &|| drop(black_box(from_str(&large))),
            );
        }
        // Without the id of the company, of the alert.
        let [small, large] =
            [&small, &large].map(|body| body.replace(COMPANY, "7").replace(ID, "7"));
        assert!(from_str(&large).is_err(), "{name}");
        assert_linear(
            &format!("{name}, without ids"),
            &|| {
                drop(black_box(
                    from_str(&small).map_err(|error| error.to_string()),
                ))
            },
            &|| {
                drop(black_box(
                    from_str(&large).map_err(|error| error.to_string()),
                ))
            },
        );
    }
}

#[test]
fn values_that_are_constructed_grow_in_linear_time() {
    let value: RawJson = "1".parse().unwrap();
    let names = |count: usize| (0..count).map(|n| format!("key{}", n * 7_919 % 100_003));
    // New names, and names that are there.
    let extra = |count| {
        let mut extra: Extra = names(count).map(|name| (name, value.clone())).collect();
        extra.extend(names(count).map(|name| (name, value.clone())));
        extra.extend(names(count).map(|name| (name + "x", value.clone())));
        assert_eq!(extra.len(), 2 * count);
    };
    assert_linear("Extra::extend", &|| extra(SMALL), &|| extra(TIMES * SMALL));
    let tags = |count| {
        let mut tags: Tags = names(count).map(|name| (name, "a")).collect();
        tags.extend(names(count).map(|name| (name, "b")));
        tags.extend(names(count).map(|name| (name + "x", "a")));
        assert_eq!(tags.len(), 2 * count);
        assert_eq!(tags.get("key0"), Some("b"));
    };
    assert_linear("Tags::extend", &|| tags(SMALL), &|| tags(TIMES * SMALL));
}
