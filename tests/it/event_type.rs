//! [`EventType`]: every event type that Codat sends has its variant, its text, and a sample.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use codat_webhooks::event::{Outcome, ProductRead, ReadScope};
use codat_webhooks::legacy::{Alert, AlertHeader, Rule, RuleType, SyncData};
use codat_webhooks::value::{DataType, EventId, ReportType};
use codat_webhooks::{Envelope, Event, EventType, UnknownEvent, Webhook, from_str};

use crate::common::{ID, Json, assert_same, event, fixture, fixtures, read, round_trip, write};

/// The event types of Codat's documentation that have no variable part.
const DOCUMENTED: &str = "company.created company.deleted company.product.added \
    company.product.removed connection.created connection.connected connection.disconnected \
    connection.reconnected connection.failed connection.deleted read.completed \
    read.completed.initial read.completed.successful read.completed.unsuccessful \
    read.completed.successful.initial client.rateLimit.reached client.rateLimit.reset \
    bankFeeds.sourceAccount.connected bankFeeds.sourceAccount.disconnected \
    expenses.sync.successful expenses.sync.unsuccessful AccountCategoriesUpdated";

/// The data types that Codat can write.
const WRITABLE: &str = "bankAccounts bankTransactions billCreditNotes billPayments bills \
    chartOfAccounts creditNotes customers directCosts directIncomes invoices items journalEntries \
    journals payments purchaseOrders suppliers transfers";

/// The reports that Codat documents.
const REPORTS: &str = "categorizedBankStatement creditModel spendAnalysis";

const OUTCOMES: [&str; 2] = ["successful", "unsuccessful"];

/// `company.product.added` as a variant is called: `CompanyProductAdded`.
fn variant_of(event_type: &str) -> String {
    let capitalized = |part: &str| part[..1].to_uppercase() + &part[1..];
    event_type.split('.').map(capitalized).collect()
}

/// The names of all event types that Codat documents, but for those with a part of the client's.
fn documented() -> BTreeSet<String> {
    let writes = WRITABLE.split_whitespace();
    let writes = writes.flat_map(|name| OUTCOMES.map(|end| format!("{name}.write.{end}")));
    let reports = REPORTS.split_whitespace();
    let reports =
        reports.flat_map(|name| OUTCOMES.map(|end| format!("reports.{name}.generate.{end}")));
    let fixed = DOCUMENTED.split_whitespace().map(String::from);
    fixed.chain(writes).chain(reports).collect()
}

#[test]
fn known_returns_what_codat_documents_and_nothing_else() {
    let known: Vec<String> = EventType::known().map(|known| known.to_string()).collect();
    assert_same(
        "EventType::known() and the documented event types",
        known.iter().cloned(),
        documented(),
    );
    let distinct: BTreeSet<_> = known.iter().collect();
    assert_eq!(known.len(), distinct.len(), "no name is listed twice");
    let reports = ReportType::KNOWN.iter().map(ReportType::as_str);
    assert_same("ReportType::KNOWN", reports, REPORTS.split_whitespace());
    let writable = DataType::WRITABLE.iter().map(DataType::as_str);
    assert_same("DataType::WRITABLE", writable, WRITABLE.split_whitespace());
}

#[test]
fn every_documented_type_is_its_variant_and_its_name() {
    for name in DOCUMENTED.split_whitespace() {
        let event_type = EventType::from(name);
        assert_eq!(event_type.variant_name(), variant_of(name));
        assert!(event_type.is_known());
        assert_text(&event_type, name);
    }
}

/// Every conversion from a type to its text and back gives the same.
fn assert_text(event_type: &EventType, text: &str) {
    assert_eq!(event_type.name(), text);
    assert_eq!(event_type.to_string(), text);
    assert_eq!(event_type, text);
    assert_eq!(text, *event_type);
    assert_eq!(*event_type, EventType::from(text));
    assert_eq!(*event_type, EventType::from(text.to_owned()));
    assert_eq!(text.parse::<EventType>().unwrap(), *event_type);
    assert_eq!(serde_json::to_value(event_type).unwrap(), text);
    assert_eq!(
        serde_json::from_value::<EventType>(text.into()).unwrap(),
        *event_type
    );
    assert!(*event_type != format!("{text}.more").as_str());
}

#[test]
fn every_documented_type_and_family_has_a_sample_of_its_variant() {
    let mut seen = BTreeSet::new();
    for fixture in fixtures() {
        let webhook = from_str(&fixture.text).unwrap();
        let name = &*fixture.event_type();
        let variant = match name {
            _ if !fixture.is_known() && !fixture.is_alert() => "Unknown".to_owned(),
            _ if name.starts_with('@') => "Alert".to_owned(),
            _ if name.contains(".write.successful") => "WriteSuccessful".to_owned(),
            _ if name.contains(".write.unsuccessful") => "WriteUnsuccessful".to_owned(),
            _ if name.contains(".read.completed") => "ProductReadCompleted".to_owned(),
            _ if name.contains(".generate.successful") => "ReportsGenerateSuccessful".to_owned(),
            _ if name.contains(".generate.unsuccessful") => {
                "ReportsGenerateUnsuccessful".to_owned()
            }
            _ => variant_of(name),
        };
        let event_type = webhook.event_type();
        assert_eq!(event_type.variant_name(), variant, "{}", fixture.name);
        assert_eq!(
            event_type.is_known(),
            fixture.is_known(),
            "{}",
            fixture.name
        );
        assert_eq!(event_type, name);
        seen.insert(event_type.variant_name());
    }
    let known: Vec<EventType> = EventType::known().collect();
    let listed = known.iter().map(EventType::variant_name);
    let all = listed.chain(["ProductReadCompleted", "Alert", "Unknown"]);
    assert_same("the variants with a sample and all variants", seen, all);
}

#[test]
fn wire_name_is_the_text_that_was_sent() {
    for fixture in fixtures() {
        let webhook = read(&fixture.text);
        let body = fixture.tree();
        let keys = ["RuleType", "ruleType", "Type", "eventType", "type"];
        let keys = keys.iter().filter_map(|key| body.get(key));
        let sent = keys.map(Json::to_string).next().unwrap();
        let sent: String = serde_json::from_str(&sent).unwrap();
        assert_eq!(webhook.wire_name(), sent, "{}", fixture.name);
        let envelope = Envelope::from_str(&fixture.text).unwrap();
        assert_eq!(envelope.wire_name(), sent, "{}", fixture.name);
    }
}

#[test]
fn is_known_is_false_without_a_typed_payload() {
    for text in [
        "company.renamed",
        "",
        "@rules.Weekly digest is ready",
        "@rules.",
    ] {
        assert!(!EventType::from(text).is_known(), "{text}");
    }
    for rule in RuleType::KNOWN {
        assert!(EventType::Alert(rule.clone()).is_known(), "{rule}");
    }
    assert!(EventType::known().all(|known| known.is_known()));
}

/// A name is told from that of an alert, and survives being text, whatever it is.
#[test]
fn a_name_that_looks_like_that_of_an_alert_survives_text() {
    let reads = fixture("read.completed").json()["payload"].to_string();
    for (sent, variant) in [
        ("@rules.DataSyncCompleted", "Unknown"),
        ("@rules.", "Unknown"),
        ("@event.x", "Unknown"),
        ("@event.", "Unknown"),
        ("@event.@rules.x", "Unknown"),
        ("@event.@event.company.created", "Unknown"),
        ("@event.company.created", "Unknown"),
        ("@event.bills.write.successful", "Unknown"),
        ("@rules.x.read.completed", "ProductReadCompleted"),
        ("@rules.read.completed", "ProductReadCompleted"),
        ("@event.x.read.completed.initial", "ProductReadCompleted"),
    ] {
        let body = event(sent, &reads);
        let webhook = round_trip(&body);
        let event_type = webhook.event_type();
        assert_eq!(event_type.variant_name(), variant, "{sent}");
        assert_text(&event_type, &format!("@event.{sent}"));
        assert_ne!(event_type, sent);
        assert_eq!(webhook.wire_name(), sent);
        let envelope = Envelope::from_str(&body).unwrap();
        assert_eq!(envelope.event_type(), event_type);
        assert_eq!(envelope.wire_name(), sent);
    }
    for rule in [
        "DataSyncCompleted",
        "x.read.completed",
        "",
        "@rules.x",
        "@event.x",
    ] {
        let event_type = EventType::Alert(RuleType::from(rule));
        assert_text(&event_type, &format!("@rules.{rule}"));
        let body = format!(r#"{{"AlertId":"{ID}","RuleType":"{rule}"}}"#);
        let webhook = round_trip(&body);
        assert_eq!(webhook.event_type(), event_type);
        assert_eq!(webhook.wire_name(), rule);
    }
    // What looks like an event type of the table, and has no dot too many.
    for (text, plain) in [
        ("@event.company.created", "company.created"),
        ("@event.bills.write.successful", "bills.write.successful"),
    ] {
        assert_eq!(EventType::from(text), EventType::from(plain));
        assert_text(&EventType::from(text), plain);
    }
}

/// An alert constructed in code has a rule type of its own spelling, or the name of its rule.
#[test]
fn wire_name_of_a_constructed_alert_is_what_is_written() {
    let id: EventId = ID.parse().unwrap();
    for (spelling, wire) in [
        ("Sync Started", "Sync Started"),
        ("Sync Failed", "SyncStarted"),
    ] {
        let rule = Rule::SyncStarted(SyncData::new());
        let alert = Alert::new(AlertHeader::new(spelling), rule);
        let webhook = Webhook::new(id, Event::Alert(alert.into()));
        assert_eq!(webhook.wire_name(), wire);
        assert_eq!(read(&write(&webhook)).wire_name(), wire);
    }
}

#[test]
fn the_write_family_takes_any_data_type() {
    let others = [
        "bill",
        "loyaltyPoints",
        "commerce-giftCards",
        "größe",
        "two words",
    ];
    let names = DataType::KNOWN.iter().map(DataType::as_str).chain(others);
    for name in names {
        let data_type = DataType::from(name);
        for (text, event_type, outcome) in [
            (
                format!("{name}.write.successful"),
                EventType::WriteSuccessful(data_type.clone()),
                Outcome::Successful,
            ),
            (
                format!("{name}.write.unsuccessful"),
                EventType::WriteUnsuccessful(data_type.clone()),
                Outcome::Unsuccessful,
            ),
        ] {
            assert_text(&event_type, &text);
            assert_eq!(event_type.data_type(), Some(&data_type));
            assert_eq!(event_type.outcome(), Some(outcome));

            let body = fixture("invoices.write.successful")
                .text
                .replace("invoices.write.successful", &text);
            let event = from_str(&body).unwrap().event;
            assert_eq!(event.event_type(), event_type);
            assert_eq!(event.data_type(), Some(&data_type));
            assert_eq!(event.outcome(), Some(outcome));
        }
    }
}

#[test]
fn the_read_family_takes_any_product() {
    let scopes = [
        (ReadScope::All, "", None, false),
        (ReadScope::Initial, ".initial", None, true),
        (
            ReadScope::Successful,
            ".successful",
            Some(Outcome::Successful),
            false,
        ),
        (
            ReadScope::Unsuccessful,
            ".unsuccessful",
            Some(Outcome::Unsuccessful),
            false,
        ),
        (
            ReadScope::SuccessfulInitial,
            ".successful.initial",
            Some(Outcome::Successful),
            true,
        ),
    ];
    let products = [
        "lending",
        "@rules.x",
        "@rules",
        "my-product",
        "my product",
        "v1.2",
        ".",
        "x.read.completed",
        "x.write.successful",
        "read",
        "*",
        "ö",
    ];
    let reads = fixture("read.completed").json()["payload"].to_string();
    for product in products {
        for (scope, suffix, outcome, initial) in scopes {
            let read = ProductRead::new(product, scope).unwrap();
            assert_eq!(
                (
                    read.product(),
                    read.scope(),
                    read.outcome(),
                    read.is_initial()
                ),
                (product, scope, outcome, initial)
            );
            let event_type = EventType::ProductReadCompleted(read);
            assert_eq!(event_type.outcome(), outcome);
            let text = format!("{product}.read.completed{suffix}");
            // The name of an alert starts in this way.
            let mark = if product.starts_with("@rules") {
                "@event."
            } else {
                ""
            };
            assert_text(&event_type, &format!("{mark}{text}"));
            assert_eq!(round_trip(&event(&text, &reads)).event_type(), event_type);
        }
    }
    for product in ["", "\n", "a\u{7f}", "a\u{0}b"] {
        let error = ProductRead::new(product, ReadScope::All).unwrap_err();
        assert_eq!(
            error.to_string(),
            if product.is_empty() {
                "invalid event type: a part is empty"
            } else {
                "invalid event type: a part contains a control character"
            }
        );
        let text = format!("{product}.read.completed");
        assert_eq!(EventType::from(&*text).variant_name(), "Unknown");
    }
}

#[test]
fn the_report_family_takes_any_report() {
    let others = [
        "cashFlowForecast",
        "größe",
        "two words",
        "@rules",
        "CreditModel",
    ];
    let names = ReportType::KNOWN.iter().map(ReportType::as_str);
    for name in names.chain(others) {
        let report = ReportType::from(name);
        assert_eq!(report.as_str(), name);
        for (text, event_type, outcome) in [
            (
                format!("reports.{name}.generate.successful"),
                EventType::ReportsGenerateSuccessful(report.clone()),
                Outcome::Successful,
            ),
            (
                format!("reports.{name}.generate.unsuccessful"),
                EventType::ReportsGenerateUnsuccessful(report.clone()),
                Outcome::Unsuccessful,
            ),
        ] {
            assert_text(&event_type, &text);
            assert_eq!(event_type.outcome(), Some(outcome));
            assert!(UnknownEvent::new(&text).is_err());
            for spelling in [text.clone(), text.replacen("reports", "report", 1)] {
                let body = fixture("reports.cashFlowForecast.generate.successful")
                    .text
                    .replace("reports.cashFlowForecast.generate.successful", &spelling);
                let webhook = round_trip(&body);
                assert_eq!(webhook.event_type(), event_type);
                assert_eq!(webhook.wire_name(), spelling);
                assert_eq!(write(&webhook), body.trim());
                assert_eq!(webhook.event.as_report().unwrap().0, &report);
                assert!(webhook.event.company_id().is_some());
            }
        }
    }
    for text in [
        "reports..generate.successful",
        "reports.a.b.generate.successful",
        "report.a.b.generate.successful",
        "reports.a\n.generate.successful",
        "reports.a.generate",
        "reports.a.generate.failed",
        "reports.generate.successful",
        "Reports.a.generate.successful",
    ] {
        assert_eq!(EventType::from(text).variant_name(), "Unknown", "{text}");
        assert_text(&EventType::from(text), text);
    }
}

#[test]
fn any_other_text_is_an_unknown_type_that_keeps_it() {
    let unknown = [
        "",
        ".",
        "company",
        "Company.Created",
        "company.created ",
        "company.created.again",
        "write.successful",
        ".write.successful",
        "a.b.write.successful",
        "a\n.write.successful",
        "bills.write",
        "bills.write.Successful",
        ".read.completed",
        "x.read.completed.unsuccessful.initial",
        "x.read.completed.initial.successful",
        "accountCategoriesUpdated",
        "réunion.créée",
    ];
    for text in unknown {
        let event_type = EventType::from(text);
        assert!(!event_type.is_known(), "{text}");
        assert_eq!(event_type.variant_name(), "Unknown");
        assert_text(&event_type, text);

        let event = UnknownEvent::new(text).unwrap();
        assert_eq!(event.event_type, text);
        assert_eq!(Event::Unknown(event).event_type(), event_type);
    }
    for name in documented() {
        let error = UnknownEvent::new(&name).unwrap_err().to_string();
        assert_eq!(
            error,
            "invalid event type: the type has a variant of its own"
        );
    }
}

#[test]
fn both_spellings_of_report_are_the_same_event() {
    let documented = documented();
    let reports = documented
        .iter()
        .filter(|name| name.starts_with("reports."));
    for name in reports.map(String::as_str) {
        let singular = name.replacen("reports.", "report.", 1);
        let event_type = EventType::from(&*singular);
        assert_eq!(event_type, EventType::from(name));
        assert_eq!(event_type, *singular);
        assert_eq!(HashSet::from([event_type, EventType::from(name)]).len(), 1);

        let body = fixture("reports.creditModel.generate.successful")
            .text
            .replace("reports.creditModel.generate.successful", &singular);
        let webhook = from_str(&body).unwrap();
        assert_eq!(webhook.event_type(), EventType::from(name));
        assert_eq!(webhook.wire_name(), singular);
        assert_eq!(serde_json::to_string(&webhook).unwrap(), body.trim());

        let mut changed = webhook;
        changed.event = from_str(&fixture("company.deleted").text).unwrap().event;
        assert_eq!(
            changed.wire_name(),
            "company.deleted",
            "the spelling goes with its event"
        );
    }
}

#[test]
fn outcome_is_stated_by_the_end_of_the_text() {
    let outcomes = BTreeMap::from([
        ("connection.failed", None),
        ("read.completed", None),
        ("read.completed.initial", None),
        ("read.completed.successful", Some(Outcome::Successful)),
        (
            "read.completed.successful.initial",
            Some(Outcome::Successful),
        ),
        ("expenses.sync.unsuccessful", Some(Outcome::Unsuccessful)),
        (
            "report.creditModel.generate.unsuccessful",
            Some(Outcome::Unsuccessful),
        ),
        ("loans.offer.successful", Some(Outcome::Successful)),
        ("successful", None),
        ("loans.initial", None),
        // The name of a rule states none.
        ("@rules.Sync.successful", None),
        ("@rules.SyncCompleted", None),
    ]);
    for (text, outcome) in outcomes {
        assert_eq!(EventType::from(text).outcome(), outcome, "{text}");
    }
}

#[test]
fn event_types_and_rules_are_named_apart() {
    let known: Vec<EventType> = EventType::known().collect();
    for event_type in &known {
        assert!(event_type.is_known());
        assert_eq!(EventType::from(&*event_type.name()), *event_type);
    }
    for rule in RuleType::KNOWN {
        // No event is subscribed to by the name of a rule; an alert's own name has a mark.
        assert_eq!(EventType::from(rule.as_str()).variant_name(), "Unknown");
        let alert = EventType::Alert(rule.clone());
        assert_eq!(EventType::from(&*format!("@rules.{rule}")), alert);
        assert!(!known.contains(&alert));
    }
}
