//! A webhook that is constructed survives being written and read, or cannot be written.

use codat_webhooks::legacy::{Alert, AlertHeader, Rule, RuleType};
use codat_webhooks::payload::{CompanyReference, Report, Write};
use codat_webhooks::value::{CompanyId, DataType, EventId, ReportId, ReportType};
use codat_webhooks::{Envelope, Event, EventType, Webhook, samples};

use crate::common::{COMPANY, ID, drift, read, write};

fn id() -> EventId {
    ID.parse().unwrap()
}

#[test]
fn the_date_of_every_event_survives() {
    let mut alerts = 0;
    for sample in samples::all() {
        for date in [
            "2026-03-01T10:20:30.1234567Z",
            "2026-03-01",
            "not a date",
            "",
        ] {
            let webhook =
                Webhook::new(id(), sample.webhook().event.clone()).with_generated_date(date);
            let written = write(&webhook);
            let again = read(&written);
            assert_eq!(again, webhook, "{}", sample.name());
            assert_eq!(again.generated_date.as_ref().unwrap(), date);
            assert_eq!(again.generated_at(), webhook.generated_at());
            let envelope = Envelope::from_str(&written).unwrap();
            assert_eq!(envelope.generated_date().unwrap(), date);
            let date_drift = drift(&again)
                .iter()
                .filter(|entry| entry.contains("generatedDate"))
                .count();
            assert_eq!(
                date_drift,
                usize::from(date.len() < 10 || date.starts_with('n')),
                "{}",
                sample.name()
            );
            alerts += usize::from(matches!(webhook.event, Event::Alert(_)));
        }
    }
    assert!(alerts > 60, "{alerts}");
}

#[test]
fn an_event_whose_type_cannot_be_written_is_an_error() {
    let company = CompanyReference::new(COMPANY.parse::<CompanyId>().unwrap());
    let report = || Box::new(Report::new(COMPANY.parse::<ReportId>().unwrap()));
    let request = || Box::new(Write::new("1", company.clone()));
    for (part, is_part) in [
        ("bills", true),
        ("new type", true),
        ("a-b", true),
        ("", false),
        (".", false),
        ("a.b", false),
        ("a\tb", false),
        ("a\u{85}", false),
    ] {
        let data_type = DataType::from(part);
        let report_type = ReportType::from(part);
        for event in [
            Event::WriteSuccessful(data_type.clone(), request()),
            Event::WriteUnsuccessful(data_type.clone(), request()),
            Event::ReportsGenerateSuccessful(report_type.clone(), report()),
            Event::ReportsGenerateUnsuccessful(report_type.clone(), report()),
        ] {
            let webhook = Webhook::new(id(), event);
            match serde_json::to_string(&webhook) {
                Ok(written) => {
                    assert!(is_part, "{part:?}");
                    assert_eq!(read(&written), webhook);
                }
                Err(error) => {
                    assert!(!is_part, "{part:?}");
                    assert!(
                        error.to_string().contains("empty or contains a dot"),
                        "{error}"
                    );
                }
            }
        }
    }
}

#[test]
fn an_alert_survives_under_every_rule_or_cannot_be_written() {
    for rule_type in RuleType::KNOWN {
        let sample = samples::all()
            .find(|sample| sample.event_type() == EventType::Alert(rule_type.clone()));
        let Event::Alert(alert) = sample.unwrap().into_webhook().event else {
            panic!()
        };
        for header in [
            "",
            "Something else",
            "AccountCategoriesUpdated",
            "company.created",
            rule_type.as_str(),
        ] {
            let alert = Alert::new(AlertHeader::new(header), alert.rule.clone());
            let webhook = Webhook::new(id(), Event::Alert(alert.into()))
                .with_generated_date("2026-03-01T10:20:30Z");
            let again = read(&write(&webhook));
            assert_eq!(again.event_type(), webhook.event_type(), "{header}");
            assert_eq!(again.generated_date, webhook.generated_date);
            let (Event::Alert(again), Event::Alert(alert)) = (again.event, webhook.event) else {
                panic!()
            };
            assert_eq!(again.rule, alert.rule, "{header}");
        }
    }
    // A rule that is an event, and a name that is that of a known rule.
    let RuleType::Other(name) = RuleType::from("Account Categories Updated") else {
        panic!()
    };
    let alert = Alert::new(
        AlertHeader::new("Account Categories Updated"),
        Rule::Other(name, None),
    );
    let webhook = Webhook::new(id(), Event::Alert(alert.into()));
    let error = serde_json::to_string(&webhook).unwrap_err().to_string();
    assert!(error.contains("Event::AccountCategoriesUpdated"), "{error}");
}
