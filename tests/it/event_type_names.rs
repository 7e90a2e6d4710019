//! The name of an event type names no other one, in text and in a pattern.

use codat_webhooks::value::{DataType, ReportType};
use codat_webhooks::{Event, EventPattern, EventType, samples};

use crate::common::{COMPANY, ID, event, fixtures, read, write};

fn pattern(text: &str) -> EventPattern {
    text.parse().unwrap()
}

#[test]
fn only_reports_have_two_spellings() {
    let report = |name: &str| event(name, &format!(r#"{{"id":"{ID}"}}"#));
    for report_type in ReportType::KNOWN
        .iter()
        .cloned()
        .chain([ReportType::from("newReport")])
    {
        for outcome in ["successful", "unsuccessful"] {
            let names = ["reports", "report"]
                .map(|family| format!("{family}.{report_type}.generate.{outcome}"));
            for name in &names {
                let webhook = read(&report(name));
                assert_eq!(webhook.event.as_report().unwrap().0, &report_type);
                assert_eq!(webhook.wire_name(), &**name);
                assert_eq!(webhook.event_type().name(), names[0]);
                assert!(write(&webhook).contains(&format!(r#""eventType":"{name}""#)));
                for family in ["report.*", "reports.*", name] {
                    assert!(
                        pattern(family).matches(&webhook.event_type()),
                        "{family} {name}"
                    );
                }
            }
        }
    }

    // Everything else that starts with the word is what it says.
    let company = format!(r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"dataTypes":[],"id":"1"}}"#);
    for (one, other) in [
        ("reports.x.read.completed", "report.x.read.completed"),
        (
            "reports.read.completed.initial",
            "report.read.completed.initial",
        ),
        ("reports.write.successful", "report.write.successful"),
        ("reports.x.generate.started", "report.x.generate.started"),
        ("reports.generate.successful", "report.generate.successful"),
    ] {
        let [one, other] = [one, other].map(|name| read(&event(name, &company)));
        assert_ne!(one.event_type(), other.event_type());
        for webhook in [&one, &other] {
            let name = webhook.event_type().name().into_owned();
            assert_eq!(webhook.wire_name(), name);
            assert_eq!(EventType::from(&*name), webhook.event_type());
            assert!(pattern(&name).matches(&webhook.event_type()));
            let family = if name.starts_with("reports.") {
                "report.*"
            } else {
                "reports.*"
            };
            assert!(
                !pattern(family).matches(&webhook.event_type()),
                "{family} {name}"
            );
        }
        assert!(!pattern(&one.wire_name()).matches(&other.event_type()));
        assert!(!pattern(&other.wire_name()).matches(&one.event_type()));
    }
    let write = read(&event("report.write.successful", &company));
    assert_eq!(write.event.data_type(), Some(&DataType::from("report")));
}

#[test]
fn another_event_in_a_webhook_of_a_report_has_its_own_name() {
    let mut webhook = read(&event(
        "report.creditModel.generate.successful",
        &format!(r#"{{"id":"{ID}"}}"#),
    ));
    for sample in samples::all() {
        webhook.event = sample.webhook().event.clone();
        let again = read(&write(&webhook));
        assert_eq!(again.event, webhook.event, "{}", sample.name());
        if webhook.event.as_report().is_none() {
            assert_eq!(webhook.wire_name(), sample.webhook().wire_name());
        }
    }
}

/// Bodies whose event type has the form of a name in this crate.
fn confusing() -> Vec<String> {
    let company = format!(r#"{{"referenceCompany":{{"id":"{COMPANY}"}},"dataTypes":[],"id":"1"}}"#);
    let mut bodies: Vec<_> = [
        "@rules.DataSyncCompleted",
        "@rules.read.completed",
        "@rules.",
        "@rules",
        "@event.company.created",
        "@event.@rules.SyncFailed",
        "@event.@event.x",
        "@event.",
        "@rules.x.read.completed.initial",
        "@rules.bills.write.successful",
        "DataSyncCompleted",
        "AccountCategoriesUpdated",
        "",
    ]
    .iter()
    .map(|name| event(name, &company))
    .collect();
    for rule in [
        "read.completed",
        "company.created",
        "@rules.SyncFailed",
        "@event.x",
        "reports.creditModel.generate.successful",
        "report.x.generate.successful",
        "Data sync completed",
        "",
        "*",
    ] {
        bodies.push(format!(r#"{{"AlertId":"{ID}","RuleType":"{rule}"}}"#));
    }
    bodies
}

#[test]
fn a_name_is_read_as_the_type_that_it_is_the_name_of() {
    let bodies = fixtures().into_iter().map(|fixture| fixture.text);
    let webhooks: Vec<_> = bodies.chain(confusing()).map(|body| read(&body)).collect();
    for webhook in &webhooks {
        let event_type = webhook.event_type();
        let name = event_type.name().into_owned();
        assert_eq!(EventType::from(&*name), event_type, "{name}");
        assert_eq!(event_type.to_string(), name);
        assert!(event_type == *name);
        let json = serde_json::to_string(&event_type).unwrap();
        assert_eq!(
            serde_json::from_str::<EventType>(&json).unwrap(),
            event_type
        );

        let is_alert = matches!(webhook.event, Event::Alert(_));
        assert_eq!(name.starts_with("@rules."), is_alert, "{name}");
        assert_eq!(pattern("@rules.*").matches(&event_type), is_alert, "{name}");
        // What was sent is written back.
        let again = read(&write(webhook));
        assert_eq!(again, *webhook);
        assert_eq!(again.wire_name(), webhook.wire_name());
    }
    // Two types never have the same name.
    for one in &webhooks {
        for other in &webhooks {
            assert_eq!(
                one.event_type() == other.event_type(),
                one.event_type().name() == other.event_type().name()
            );
        }
    }
}
