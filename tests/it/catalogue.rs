//! Every event type that Codat sends is read into its variant, and converts to its text and back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use codat_webhooks::event::{Outcome, ProductRead, ReadScope, ReportName};
use codat_webhooks::value::DataType;
use codat_webhooks::{Event, EventType, UnknownEvent, from_str};

use crate::common::{
    COMPANY, CONNECTION, FAMILIES, Json, event, fixture, fixtures, read, round_trip, write,
};

/// The event types of Codat's documentation, but for the templated families.
const DOCUMENTED: [&str; 28] = [
    "company.created",
    "company.deleted",
    "company.product.added",
    "company.product.removed",
    "connection.created",
    "connection.connected",
    "connection.disconnected",
    "connection.reconnected",
    "connection.failed",
    "connection.deleted",
    "read.completed",
    "read.completed.initial",
    "read.completed.successful",
    "read.completed.unsuccessful",
    "read.completed.successful.initial",
    "client.rateLimit.reached",
    "client.rateLimit.reset",
    "bankFeeds.sourceAccount.connected",
    "bankFeeds.sourceAccount.disconnected",
    "expenses.sync.successful",
    "expenses.sync.unsuccessful",
    "reports.categorizedBankStatement.generate.successful",
    "reports.categorizedBankStatement.generate.unsuccessful",
    "reports.creditModel.generate.successful",
    "reports.creditModel.generate.unsuccessful",
    "reports.spendAnalysis.generate.successful",
    "reports.spendAnalysis.generate.unsuccessful",
    "AccountCategoriesUpdated",
];

const WRITABLE: &str = "bankAccounts bankTransactions billCreditNotes billPayments bills \
    chartOfAccounts creditNotes customers directCosts directIncomes invoices items journalEntries \
    journals payments purchaseOrders suppliers transfers";

/// `company.product.added` as a variant is called: `CompanyProductAdded`.
fn variant_of(event_type: &str) -> String {
    let event_type = match event_type.strip_prefix("report.") {
        Some(rest) => format!("reports.{rest}"),
        None => event_type.to_owned(),
    };
    event_type
        .split('.')
        .flat_map(|part| {
            part[..1]
                .to_uppercase()
                .chars()
                .chain(part[1..].chars())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_table_lists_what_codat_documents_and_nothing_else() {
    let known: Vec<String> = EventType::known().map(|known| known.to_string()).collect();
    let writes = WRITABLE.split_whitespace().flat_map(|data_type| {
        ["successful", "unsuccessful"].map(|outcome| format!("{data_type}.write.{outcome}"))
    });
    let documented: BTreeSet<_> = DOCUMENTED
        .map(String::from)
        .into_iter()
        .chain(writes)
        .collect();

    assert_eq!(known.iter().cloned().collect::<BTreeSet<_>>(), documented);
    assert_eq!(known.len(), documented.len(), "no name is listed twice");
}

#[test]
fn every_documented_type_is_its_variant_and_its_text() {
    for name in DOCUMENTED {
        let event_type = EventType::from(name);
        assert_eq!(event_type.variant_name(), variant_of(name));
        assert_eq!(format!("{event_type:?}"), variant_of(name));
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
fn every_documented_type_has_a_sample_that_is_read_into_its_variant() {
    let mut seen = BTreeSet::new();
    for fixture in fixtures() {
        let webhook = from_str(&fixture.text).unwrap();
        let name = &*fixture.event_type();
        let variant = match name {
            "company.renamed" | "platform.maintenance.announced" => "Unknown".to_owned(),
            _ if name.starts_with('@') => "Alert".to_owned(),
            _ if name.contains(".write.successful") => "WriteSuccessful".to_owned(),
            _ if name.contains(".write.unsuccessful") => "WriteUnsuccessful".to_owned(),
            _ if name.contains(".read.completed") => "ProductReadCompleted".to_owned(),
            _ if name.contains(".cashFlowForecast.") || name.contains(".fxInsights.") => {
                variant_of(name)
                    .replace("CashFlowForecast", "")
                    .replace("FxInsights", "")
            }
            _ => variant_of(name),
        };
        assert_eq!(
            webhook.event_type().variant_name(),
            variant,
            "{}",
            fixture.name
        );
        assert!(format!("{:?}", webhook.event).starts_with(&format!("{variant}(")));
        assert_eq!(webhook.wire_name(), name);
        assert_eq!(webhook.event_type(), name);
        seen.insert(variant);
    }
    for name in DOCUMENTED {
        assert!(seen.contains(&variant_of(name)), "no sample of {name}");
    }
    for family in FAMILIES {
        assert!(seen.contains(family), "no sample of {family}");
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
            assert_text(&event_type, &format!("{product}.read.completed{suffix}"));
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
fn the_report_family_takes_any_name() {
    for name in ["cashFlowForecast", "größe", "two words", "@rules"] {
        let parsed = EventType::from(&*format!("reports.{name}.generate.successful"));
        let EventType::ReportsGenerateSuccessful(report) = &parsed else {
            panic!("{parsed:?}");
        };
        assert_eq!(report.as_str(), name);
        assert_eq!(*report, ReportName::new(name).unwrap());
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
            for spelling in [text.clone(), text.replacen("reports", "report", 1)] {
                let body = fixture("reports.cashFlowForecast.generate.successful")
                    .text
                    .replace("reports.cashFlowForecast.generate.successful", &spelling);
                let webhook = round_trip(&body);
                assert_eq!(webhook.event_type(), event_type);
                assert_eq!(webhook.wire_name(), spelling);
                assert_eq!(write(&webhook), body.trim());
                assert!(webhook.event.company_id().is_some());
            }
        }
    }
    // A listed report has its own variant, and is not a name.
    for (name, problem) in [
        ("creditModel", "the type has a variant of its own"),
        ("", "a part is empty"),
        ("a.b", "a part contains a dot"),
        ("a\n", "a part contains a control character"),
    ] {
        let error = name.parse::<ReportName>().unwrap_err();
        assert_eq!(error.to_string(), format!("invalid event type: {problem}"));
    }
    for text in [
        "reports..generate.successful",
        "reports.a.b.generate.successful",
        "reports.a.generate",
        "reports.a.generate.failed",
        "reports.generate.successful",
    ] {
        assert_eq!(EventType::from(text).variant_name(), "Unknown", "{text}");
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
    for name in DOCUMENTED {
        let error = UnknownEvent::new(name).unwrap_err().to_string();
        assert_eq!(
            error,
            "invalid event type: the type has a variant of its own"
        );
    }
}

#[test]
fn both_spellings_of_report_are_the_same_event() {
    for name in DOCUMENTED
        .into_iter()
        .filter(|name| name.starts_with("reports."))
    {
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
fn an_outcome_is_part_of_the_type() {
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
    ]);
    for (text, outcome) in outcomes {
        assert_eq!(EventType::from(text).outcome(), outcome, "{text}");
    }
}

/// The text of a value.
fn text(json: Option<&Json>) -> Option<String> {
    json.and_then(|json| serde_json::from_str(&json.to_string()).ok())
}

#[test]
fn an_event_has_its_company_and_connection() {
    for fixture in fixtures() {
        if fixture.event_type().starts_with('@') {
            continue; // the module `legacy` covers alerts
        }
        let body = fixture.tree();
        let nothing = Json::Object(Vec::new());
        let payload = body.get("payload").unwrap_or(&nothing);
        let event = read(&fixture.text).event;

        let reference = payload.get("referenceCompany");
        let company = match &*fixture.event_type() {
            name if name.starts_with("company.") && fixture.is_known() => match payload.get("id") {
                Some(_) => payload,
                None => continue, // the module `leniency` covers it
            },
            _ => reference.unwrap_or(&nothing),
        };
        let id = text(company.get("id"))
            .or(text(payload.get("companyId")))
            .or(text(body.get("CompanyId")));
        assert_eq!(event.company_id().map(|id| id.to_string()), id, "{body}");
        assert_eq!(
            event.company_name().map(|name| name.into_owned()),
            text(company.get("name"))
        );
        assert_eq!(
            event
                .company_tags()
                .map(|tags| serde_json::to_string(&*tags).unwrap()),
            company
                .get("tags")
                .filter(|tags| matches!(tags, Json::Object(_)))
                .map(|tags| tags.canonical().to_string())
        );
        assert_eq!(
            event
                .reference_company()
                .map(|company| company.id.to_string()),
            text(reference.and_then(|company| company.get("id")))
        );

        if event.event_type().variant_name().contains("ReadCompleted") {
            continue;
        }
        let connection = payload.get("connection");
        let id = text(connection.and_then(|connection| connection.get("id")))
            .or(text(payload.get("connectionId")))
            .or(text(body.get("DataConnectionId")));
        assert_eq!(event.connection_id().map(|id| id.to_string()), id, "{body}");
    }
}

#[test]
fn an_unknown_event_has_its_company_and_connection_where_known_ones_have_them() {
    let reference =
        format!(r#"{{"id":"{COMPANY}","name":"Larkfield","tags":{{"region":"us"}},"new":1}}"#);
    for (payload, company, named, connection) in [
        (
            format!(r#"{{"referenceCompany":{reference}}}"#),
            true,
            true,
            false,
        ),
        (
            format!(r#"{{"companyId":"{COMPANY}"}}"#),
            true,
            false,
            false,
        ),
        (
            format!(r#"{{"connectionId":"{CONNECTION}"}}"#),
            false,
            false,
            true,
        ),
        (
            format!(
                r#"{{"connection":{{"status":7,"id":"{CONNECTION}"}},"companyId":"{COMPANY}"}}"#
            ),
            true,
            false,
            true,
        ),
        (
            format!(
                r#"{{"connectionId":7,"connection":{{"id":"{CONNECTION}"}},"referenceCompany":{reference},"companyId":"x"}}"#
            ),
            true,
            true,
            true,
        ),
        (
            format!(r#"{{"referenceCompany":{{"name":"x"}},"companyId":"{COMPANY}"}}"#),
            true,
            false,
            false,
        ),
        // Of two copies, neither is believed.
        (
            format!(r#"{{"companyId":"{CONNECTION}","companyId":"{COMPANY}"}}"#),
            false,
            false,
            false,
        ),
        (
            r#"{"companyId":"x","connection":[],"referenceCompany":7}"#.to_owned(),
            false,
            false,
            false,
        ),
        ("[]".to_owned(), false, false, false),
        ("null".to_owned(), false, false, false),
    ] {
        let event = round_trip(&event("new.event", &payload)).event;
        assert!(matches!(event, Event::Unknown(_)));
        let ids = (
            event.company_id().map(|id| id.to_string()),
            event.connection_id().map(|id| id.to_string()),
        );
        let expected = (
            company.then(|| COMPANY.to_owned()),
            connection.then(|| CONNECTION.to_owned()),
        );
        assert_eq!(ids, expected, "{payload}");
        assert_eq!(event.company_name().is_some(), named, "{payload}");
        assert_eq!(event.reference_company().is_some(), named, "{payload}");
        let region = event.company_tags();
        let region = region.as_ref().and_then(|tags| tags.get("region"));
        assert_eq!(region, named.then_some("us"), "{payload}");
    }
}

#[test]
fn a_read_has_the_connection_that_all_of_its_data_types_have() {
    let Event::ReadCompleted(mut read) = read(&fixture("read.completed").text).event else {
        panic!()
    };
    let first = read.data_types[0].connection_id.unwrap();
    read.data_types
        .iter_mut()
        .for_each(|read| read.connection_id = Some(first));
    assert_eq!(
        Event::ReadCompleted(read.clone()).connection_id(),
        Some(first)
    );
    read.data_types[1].connection_id = None;
    assert_eq!(Event::ReadCompleted(read.clone()).connection_id(), None);
    read.data_types.clear();
    assert_eq!(Event::ReadCompleted(read).connection_id(), None);
}
