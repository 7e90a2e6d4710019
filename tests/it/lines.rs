//! Every text that is made for a log is one short line, whatever was sent.

use codat_webhooks::{Envelope, from_str};

use crate::common::{COMPANY, CONNECTION, ID, event, read};

/// Texts that would break a line or turn its direction, and a long one.
fn odd_texts() -> Vec<String> {
    let odd = ('\u{202a}'..='\u{202e}')
        .chain('\u{2066}'..='\u{2069}')
        .chain([
            '\u{200e}', '\u{200f}', '\u{61c}', '\u{2028}', '\u{2029}', '\u{85}',
        ])
        .chain(('\0'..' ').chain(['\u{7f}']));
    let odd = odd.map(|c| format!("a{c}b"));
    let digits = "2025-03-14T09:26:53.".to_owned() + &"1".repeat(100_000);
    odd.chain(["x".repeat(100_000), digits.clone(), digits + "Z"])
        .collect()
}

#[track_caller]
fn assert_line(line: &str, what: &str) {
    assert!(line.len() < 2_000, "{what}: {} bytes", line.len());
    let odd = line.chars().find(|c| {
        c.is_control() || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    });
    assert_eq!(odd, None, "{what}: {}", line.escape_default());
}

/// A body for each text that an event shows: with `@` in its place, in a JSON string.
fn bodies() -> Vec<String> {
    let company = format!(r#""referenceCompany":{{"id":"{COMPANY}","name":"@"}}"#);
    let payloads = [
        (
            "company.created",
            format!(r#"{{"id":"{COMPANY}","name":"@","tags":{{"@":"@"}},"lastSync":"@"}}"#),
        ),
        (
            "company.product.added",
            format!(r#"{{"id":"{COMPANY}","productId":"@","productName":"@"}}"#),
        ),
        (
            "connection.failed",
            format!(
                r#"{{{company},"connection":{{"id":"{CONNECTION}","status":"@","dataConnectionErrors":[{{"statusCode":"@","status":"@","erroredOnUtc":"@"}}]}}}}"#
            ),
        ),
        (
            "read.completed",
            format!(
                r#"{{{company},"modifiedFromDate":"@","dataTypes":[{{"dataType":"@","status":"@","issues":[{{"type":"@"}}]}}]}}"#
            ),
        ),
        (
            "@.read.completed",
            format!(r#"{{{company},"dataTypes":[]}}"#),
        ),
        (
            "@.write.successful",
            format!(r#"{{{company},"id":"@","status":"@","type":"@","completedOnDate":"@"}}"#),
        ),
        (
            "client.rateLimit.reached",
            r#"{"dailyQuota":1,"expiryDate":"@"}"#.to_owned(),
        ),
        (
            "client.rateLimit.reset",
            r#"{"quotaRemaining":1,"expiryDate":"@"}"#.to_owned(),
        ),
        (
            "bankFeeds.sourceAccount.connected",
            r#"{"sourceAccount":{"id":"@","status":"@","accountType":"@","feedStartDate":"@"}}"#
                .to_owned(),
        ),
        (
            "expenses.sync.successful",
            format!(r#"{{{company},"syncId":"@","transactions":[{{"id":"@","status":"@"}}]}}"#),
        ),
        (
            "reports.@.generate.successful",
            format!(r#"{{"id":"{ID}"}}"#),
        ),
        (
            "AccountCategoriesUpdated",
            r#"{"modifiedDate":"@"}"#.to_owned(),
        ),
        ("@", "{}".to_owned()),
    ];
    let mut bodies: Vec<_> = payloads
        .iter()
        .map(|(name, payload)| event(name, payload))
        .collect();
    for (rule, data) in [
        (
            "DataConnectionStatusChanged",
            r#"{"newStatus":"@","oldStatus":"@"}"#,
        ),
        (
            "PushOperationStatusChanged",
            r#"{"dataType":"@","status":"@"}"#,
        ),
        (
            "DataSyncStatusChangedToError",
            r#"{"dataType":"@","datasetStatus":"@"}"#,
        ),
        ("AccountCategoriesUpdated", r#"{"modifiedDate":"@"}"#),
        ("ClientRateLimitReached", r#"{"ExpiresUtc":"@"}"#),
        ("@", r#"{"@":"@"}"#),
    ] {
        bodies.push(format!(
            r#"{{"AlertId":"{ID}","RuleType":"{rule}","generatedDate":"@","Data":{data}}}"#
        ));
    }
    bodies
}

#[test]
fn a_log_line_is_short_and_one_line_whatever_it_shows() {
    let mut lines = 0;
    for text in odd_texts() {
        let json = serde_json::to_string(&text).unwrap();
        let json = &json[1..json.len() - 1];
        for template in bodies() {
            // An identifier of a product cannot have a control character; it is an unknown event then.
            let webhook = read(&template.replace('@', json));
            assert_line(&webhook.event.to_string(), &template);
            for drift in webhook.drift() {
                assert_line(&drift.to_string(), &template);
            }
            lines += 1;
        }
    }
    assert!(lines > 900, "{lines}");
}

#[test]
fn an_error_and_a_path_are_short_and_one_line_whatever_they_show() {
    for text in odd_texts() {
        let json = serde_json::to_string(&text).unwrap();
        let json = &json[1..json.len() - 1];
        for template in [
            // The event type and the keys are text of the sender.
            format!(r#"{{"id":"{ID}","eventType":"@.write.successful","payload":{{"@":"@"}}}}"#),
            format!(
                r#"{{"id":"{ID}","eventType":"reports.@.generate.successful","payload":{{"id":"@"}}}}"#
            ),
            format!(r#"{{"AlertId":"@","RuleType":"@","{ID}":1}}"#),
            r#"{"id":"@","eventType":"@","payload":{}}"#.to_owned(),
            r#"{"@":"@"}"#.to_owned(),
            r#"["@""#.to_owned(),
        ] {
            let body = template.replace('@', json);
            // A product's name with a control character makes an unknown event.
            if let Err(error) = from_str(&body) {
                assert_line(&error.to_string(), &template);
                assert_line(&format!("{error:?}"), &template);
            }
            if let Err(error) = Envelope::from_str(&body) {
                assert_line(&error.to_string(), &template);
            }
        }
        let webhook = read(&format!(
            r#"{{"id":"{ID}","eventType":"company.deleted","{json}":1,"payload":{{"id":"{COMPANY}","{json}":1,"tags":{{"{json}":1}}}}}}"#
        ));
        for drift in webhook.drift() {
            assert_line(&drift.path, "a path");
        }
        let error = webhook.extra.parse::<bool>(&text).unwrap_err();
        assert_line(&error.to_string(), "an extra field");
        assert_eq!(error.name(), text);
    }
    // It is escaped, not dropped: a reader of the log sees that something was there.
    let webhook = read(&format!(
        r#"{{"id":"{ID}","eventType":"company.renamed","a\u202eb":1}}"#
    ));
    let paths: Vec<_> = webhook
        .drift()
        .into_iter()
        .map(|drift| drift.path)
        .collect();
    assert_eq!(paths, [r"a\u{202e}b", "eventType"]);
}
