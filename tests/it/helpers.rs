//! What a handler asks of the payloads, filters and families, and how it builds its own events.

use std::collections::BTreeSet;

use codat_webhooks::event::Outcome;
use codat_webhooks::legacy::{
    AccountCategories, AlertHeader, DataConnectionStatusChanged, Dataset, NewCompanySynchronized,
    PushOperation, RateLimitReached, RateLimitReset, RuleType, SyncData,
};
use codat_webhooks::payload::{
    AccountInfo, Company, CompanyLinks, CompanyProduct, CompanyReference, Connection,
    ConnectionError, ConnectionEvent, DataTypeRead, DatasetStatus, ExpensesSync,
    ExpensesTransaction, Issue, IssueLinks, RateLimit, ReadCompleted, Report, RoutingInfo,
    SourceAccount, SourceAccountEvent, Write, WriteRecord,
};
use codat_webhooks::value::{CompanyId, ConnectionId, EventId, PushOperationKey, ReportId};
use codat_webhooks::{Event, EventPattern, EventType, TagFilter, UnknownEvent, Webhook, samples};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::common::{
    COMPANY, CONNECTION, FAILURES, ID, event, fixture, fixtures, read, round_trip, write,
};

#[test]
fn a_status_is_a_failure_complete_or_neither() {
    let [mut failures, mut complete] = [BTreeSet::new(), BTreeSet::new()];
    let unlisted = [
        "Error",
        "Success",
        "Routing",
        "RoutingError",
        "complete",
        "fetchError",
        "",
    ];
    let unlisted = unlisted.map(DatasetStatus::from);
    for status in DatasetStatus::KNOWN.iter().chain(&unlisted) {
        if status.is_error() {
            failures.insert(status.as_str());
        }
        if status.is_complete() {
            complete.insert(status.as_str());
        }
    }
    assert_eq!(failures, BTreeSet::from(FAILURES));
    assert_eq!(complete, BTreeSet::from(["Complete"]));
}

#[test]
fn a_read_has_its_failed_its_modified_and_its_connections_data_types() {
    let other = "77777777-1f2e-4d5c-8b6a-970e1f3c5d24";
    let known = DatasetStatus::KNOWN
        .iter()
        .map(|status| Some(status.as_str()));
    let mut elements = Vec::new();
    for status in known.chain([Some("Error"), None]) {
        for modified in [None, Some(true), Some(false)] {
            for connection in [Some(CONNECTION), None, Some(other)] {
                elements.push((status, modified, connection));
            }
        }
    }
    let json = elements
        .iter()
        .enumerate()
        .map(|(index, (status, modified, connection))| {
            json!({
                "dataType": index.to_string(), "status": status, "recordsModified": modified,
                "connectionId": connection,
            })
        });
    let payload = json!({
        "referenceCompany": {"id": COMPANY}, "dataTypes": json.collect::<Vec<_>>(),
    });
    let read: ReadCompleted = serde_json::from_value(payload).unwrap();

    type Element<'a> = (Option<&'a str>, Option<bool>, Option<&'a str>);
    let expected = |is_in: &dyn Fn(&Element<'_>) -> bool| -> Vec<usize> {
        let indexes = 0..elements.len();
        indexes.filter(|index| is_in(&elements[*index])).collect()
    };
    fn found<'a>(data_types: impl Iterator<Item = &'a DataTypeRead>) -> Vec<usize> {
        data_types
            .map(|read| read.data_type.as_str().parse().unwrap())
            .collect()
    }
    let failed = expected(&|(status, ..)| status.is_some_and(|status| FAILURES.contains(&status)));
    assert_eq!(found(read.failed()), failed);
    assert_eq!(
        found(read.modified()),
        expected(&|(_, modified, _)| *modified == Some(true))
    );
    for id in [CONNECTION, other, COMPANY] {
        let connection: ConnectionId = id.parse().unwrap();
        let expected = expected(&|(.., connection)| *connection == Some(id));
        assert_eq!(found(read.by_connection(connection)), expected);
        assert_eq!(expected.is_empty(), id == COMPANY);
    }
}

#[test]
fn the_key_of_a_push_operation_is_the_id_as_a_uuid() {
    let key = "d3c9b8a7-1f2e-4d5c-8b6a-970e1f3c5d24";
    let company = CompanyReference::new(COMPANY.parse::<CompanyId>().unwrap());
    let of = |id: &str| Write::new(id, company.clone()).push_operation_key();
    let simple = key.replace('-', "");
    for id in [
        key.to_owned(),
        key.to_uppercase(),
        simple.clone(),
        format!("{{{key}}}"),
    ] {
        assert_eq!(
            of(&id).unwrap(),
            key.parse::<PushOperationKey>().unwrap(),
            "{id}"
        );
    }
    for id in [
        "",
        "7",
        "BILL-20417",
        &key[1..],
        &format!("{key}0"),
        &format!(" {key}"),
    ] {
        assert_eq!(of(id), None, "{id}");
    }
    let mut found = 0;
    for fixture in fixtures() {
        if let Event::WriteSuccessful(_, payload) = read(&fixture.text).event {
            let key = payload.push_operation_key();
            let is_uuid = payload.id.len() == 36;
            assert_eq!(
                key.map(|key| key.to_string()),
                is_uuid.then(|| payload.id.to_lowercase())
            );
            found += 1;
        }
    }
    assert!(found > 5, "{found} writes");
}

#[test]
fn any_tag_filter_matches_and_none_is_all() {
    let tags = [("region", "us"), ("team", "a"), ("tier", "1")];
    let id: CompanyId = COMPANY.parse().unwrap();
    let company = |tags: &[(&str, &str)]| {
        let tags: codat_webhooks::value::Tags = tags.iter().copied().collect();
        Event::CompanyCreated(Company::new(id).with_tags(tags).into())
    };
    let texts = ["region:us", "region:ca", "team:a", "tier:2"];
    // Every set of filters, with every set of tags.
    for filters in 0..1_u32 << texts.len() {
        let chosen = texts.iter().enumerate();
        let chosen = chosen.filter(|(index, _)| filters & (1 << index) != 0);
        let chosen: Vec<TagFilter> = chosen.map(|(_, text)| text.parse().unwrap()).collect();
        let filters = TagFilters::new(chosen.clone()).unwrap();
        assert_eq!(filters.as_slice(), chosen);
        for with in 0..1_u32 << tags.len() {
            let tags = tags.iter().enumerate();
            let tags = tags.filter(|(index, _)| with & (1 << index) != 0);
            let tags: Vec<_> = tags.map(|(_, tag)| *tag).collect();
            let has = |filter: &TagFilter| {
                tags.iter()
                    .any(|(key, value)| format!("{key}:{value}") == filter.as_str())
            };
            assert_eq!(
                filters.matches(&company(&tags)),
                chosen.is_empty() || chosen.iter().any(has),
                "{filters:?} {tags:?}"
            );
        }
        let untagged = read(&fixture("client.rateLimit.reached").text).event;
        assert_eq!(filters.matches(&untagged), chosen.is_empty());
    }
    assert_eq!(TagFilters::default(), TagFilters::new([]).unwrap());
}

#[test]
fn a_consumer_has_at_most_ten_tag_filters_of_128_characters() {
    let filters = |count: usize| {
        let filters = (0..count).map(|index| format!("key:{index}").parse().unwrap());
        TagFilters::new(filters)
    };
    assert_eq!(TagFilters::MAX, 10);
    for count in [0, 1, 9, 10] {
        let filters = filters(count).unwrap();
        assert_eq!(filters.as_slice().len(), count);
        // In a configuration file, they are a list.
        let list = serde_json::to_value(&filters).unwrap();
        assert_eq!(list.as_array().map(Vec::len), Some(count));
        assert_eq!(serde_json::from_value::<TagFilters>(list).unwrap(), filters);
        assert_eq!(
            TagFilters::try_from(filters.as_slice().to_vec()).unwrap(),
            filters
        );
    }
    for count in [11, 12, 100] {
        let error = filters(count).unwrap_err();
        let list: Vec<_> = (0..count).map(|index| format!("key:{index}")).collect();
        let refused = serde_json::from_value::<TagFilters>(list.into()).unwrap_err();
        assert_eq!(refused.to_string(), error.to_string());
        assert_eq!(
            error.to_string(),
            format!("{count} tag filters, but Codat allows at most 10")
        );
    }

    for letter in ["a", "ö", "家", "🪑"] {
        let of = |count: usize| format!("k:{}", letter.repeat(count - 2));
        assert_eq!(of(128).parse::<TagFilter>().unwrap().as_str(), of(128));
        for count in [129, 500] {
            let error = of(count).parse::<TagFilter>().unwrap_err();
            let message = format!(
                "invalid tag filter: {count} characters are more than the 128 that Codat allows"
            );
            assert_eq!(error.to_string(), message);
        }
    }
}

#[test]
fn a_report_that_is_not_listed_is_a_report_under_its_name() {
    let sample = fixture("reports.creditModel.generate.successful").json();
    for (outcome, last, other) in [
        (Outcome::Successful, "successful", "unsuccessful"),
        (Outcome::Unsuccessful, "unsuccessful", "successful"),
    ] {
        for spelling in ["report", "reports"] {
            let text = format!("{spelling}.fxInsights.generate.{last}");
            let webhook = round_trip(&event(&text, &sample["payload"].to_string()));
            assert_eq!(webhook.wire_name(), text);
            let (name, report) = match webhook.event.clone() {
                Event::ReportsGenerateSuccessful(name, report) => {
                    assert_eq!(outcome, Outcome::Successful);
                    (name, report)
                }
                Event::ReportsGenerateUnsuccessful(name, report) => {
                    assert_eq!(outcome, Outcome::Unsuccessful);
                    (name, report)
                }
                event => panic!("{event:?}"),
            };
            assert_eq!(
                (name.as_str(), &*name.to_string()),
                ("fxInsights", "fxInsights")
            );
            assert_eq!(report.id.to_string(), sample["payload"]["id"]);

            let event_type = webhook.event_type();
            for (pattern, matches) in [
                (&*text, true),
                (&text.replace("report.", "reports."), true),
                (&text.replace("reports.", "report."), true),
                ("reports.*", true),
                ("report.*", true),
                ("reports.fxInsights.*", true),
                (&format!("*.generate.{last}"), true),
                (&format!("*.generate.{other}"), false),
                ("reports.creditModel.*", false),
                ("reports.fxinsights.*", false),
            ] {
                let pattern: EventPattern = pattern.parse().unwrap();
                assert_eq!(pattern.matches(&event_type), matches, "{pattern} on {text}");
            }
            assert!(UnknownEvent::new(&text).is_err());
        }
    }
    let name = ReportName::new("fxInsights").unwrap();
    let report = Report::new(ID.parse::<ReportId>().unwrap());
    let built = Event::ReportsGenerateUnsuccessful(name, report.into());
    let webhook = Webhook::new(ID.parse::<EventId>().unwrap(), built);
    assert_eq!(
        webhook.wire_name(),
        "reports.fxInsights.generate.unsuccessful"
    );
    assert_eq!(read(&write(&webhook)), webhook);

    // A report that is listed has a variant of its own.
    let mut listed = BTreeSet::new();
    for known in EventType::known() {
        let text = known.to_string();
        if let Some(rest) = text.strip_prefix("reports.") {
            let name = rest.split('.').next().unwrap();
            assert!(ReportName::new(name).is_err(), "{name}");
            assert!(ReportName::new(&name.to_lowercase()).is_ok());
            listed.insert(name.to_owned());
        }
    }
    assert_eq!(listed.len(), 3);
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

/// Returns the values at the places in the samples that have the shape, of events whose type begins
/// so.
fn values<T: DeserializeOwned>(event_type: &str, shape: &str) -> Vec<T> {
    let mut values = Vec::new();
    for fixture in fixtures() {
        let is_type = fixture.event_type().starts_with(event_type);
        if !is_type || !fixture.is_known() {
            continue;
        }
        let tree = fixture.tree();
        for place in fixture.places() {
            let value = tree.at(&place);
            if place.shape() == shape && !value.is_null() {
                values.extend(serde_json::from_str::<T>(&value.to_string()));
            }
        }
    }
    assert!(!values.is_empty(), "no {shape}");
    values
}

/// Builds each value again: with `new` and the setters alone.
macro_rules! built_again {
    ($($values:expr => $type:ident($($required:ident),*) $($optional:ident/$setter:ident)* $(+ $extra:ident)?;)+) => {$({
        let values: Vec<$type> = $values;
        let fields: &[&str] = &[$(stringify!($optional)),*];
        #[allow(unused_mut)]
        let mut seen = BTreeSet::new();
        for value in &values {
            #[allow(unused_mut)]
            let mut built = $type::new($(value.$required.clone()),*);
            $(if let Some(field) = &value.$optional {
                let before = built.clone();
                built = built.$setter(field.clone());
                assert_ne!(built, before);
                seen.insert(stringify!($optional));
            })*
            $(built.$extra = value.$extra.clone();)?
            assert_eq!(built, *value);
        }
        let seen: Vec<&str> = seen.into_iter().collect();
        let mut fields = fields.to_vec();
        fields.sort_unstable();
        assert_eq!(seen, fields, "{}", stringify!($type));
    })+};
}

#[test]
fn every_payload_can_be_built_with_new_and_the_setters() {
    let company = json!({"referenceCompany": {"id": COMPANY}, "modifiedDate": "2025-02-19"});
    let categories = vec![serde_json::from_value(company).unwrap()];
    let headers = fixtures().into_iter().filter(|fixture| fixture.is_alert());
    let headers = headers.map(|fixture| match read(&fixture.text).event {
        Event::Alert(alert) => alert.header,
        Event::AccountCategoriesUpdated(event) => event.header.unwrap(),
        event => panic!("{event:?}"),
    });
    built_again! {
            values("company.created", "payload") => Company(id) name/with_name description/with_description redirect/with_redirect last_sync/with_last_sync created/with_created created_by_user_name/with_created_by_user_name products/with_products tags/with_tags reference_parent_company/with_reference_parent_company reference_subsidiary_companies/with_reference_subsidiary_companies owner_user_ids/with_owner_user_ids data_connections/with_data_connections + extra;
            values("", "payload.referenceCompany") => CompanyReference(id) name/with_name description/with_description links/with_links tags/with_tags + extra;
            values("", "payload.referenceCompany.links") => CompanyLinks() portal/with_portal + extra;
            values("company.product.", "payload") => CompanyProduct(id, product_id) name/with_name description/with_description product_name/with_product_name products/with_products + extra;
            values("connection.", "payload") => ConnectionEvent(reference_company, connection) + extra;
            values("connection.", "payload.connection") => Connection(id, status) integration_id/with_integration_id integration_key/with_integration_key source_id/with_source_id source_type/with_source_type platform_name/with_platform_name link_url/with_link_url last_sync/with_last_sync created/with_created data_connection_errors/with_data_connection_errors connection_info/with_connection_info + extra;
            values("", "payload.connection.dataConnectionErrors[]") => ConnectionError() status_code/with_status_code status_text/with_status_text error_message/with_error_message errored_on_utc/with_errored_on_utc status/with_status resolved_on_utc/with_resolved_on_utc + extra;
            values("read.", "payload") => ReadCompleted(reference_company, data_types)
    modified_from_date/with_modified_from_date + extra;
            values("", "payload.dataTypes[]") => DataTypeRead(data_type) connection_id/with_connection_id records_modified/with_records_modified status/with_status issues/with_issues + extra;
            values("", "payload.dataTypes[].issues[]") => Issue() issue_type/with_issue_type message/with_message links/with_links + extra;
            values("", "payload.dataTypes[].issues[].links") => IssueLinks() logs/with_logs portal/with_portal read_more/with_read_more + extra;
            values("client.", "payload") => RateLimit() daily_quota/with_daily_quota quota_remaining/with_quota_remaining expiry_date/with_expiry_date + extra;
            values("bankFeeds.", "payload") => SourceAccountEvent(source_account) reference_company/with_reference_company company_id/with_company_id connection_id/with_connection_id + extra;
            values("", "payload.sourceAccount") => SourceAccount(id) account_name/with_account_name account_type/with_account_type account_number/with_account_number sort_code/with_sort_code routing_info/with_routing_info currency/with_currency balance/with_balance account_info/with_account_info modified_date/with_modified_date status/with_status feed_start_date/with_feed_start_date + extra;
            values("", "payload.sourceAccount.routingInfo") => RoutingInfo() bank_code/with_bank_code routing_type/with_routing_type + extra;
            values("", "payload.sourceAccount.accountInfo") => AccountInfo() description/with_description nickname/with_nickname account_open_date/with_account_open_date available_balance/with_available_balance + extra;
            values("expenses.", "payload") => ExpensesSync(reference_company, sync_id)
    transactions/with_transactions + extra;
            values("", "payload.transactions[]") => ExpensesTransaction(id) status/with_status error_message/with_error_message + extra;
            values("report", "payload") => Report(id) reference_company/with_reference_company + extra;
            values("bills.", "payload") => Write(id, reference_company) write_type/with_write_type connection_id/with_connection_id requested_on_date/with_requested_on_date completed_on_date/with_completed_on_date status/with_status record/with_record attachment_id/with_attachment_id + extra;
            values("", "payload.record") => WriteRecord() id/with_id + extra;
            categories => AccountCategories() reference_company/with_reference_company modified_date/with_modified_date + extra;
            headers.collect() => AlertHeader(rule_type) rule_id/with_rule_id client_id/with_client_id client_name/with_client_name company_id/with_company_id data_connection_id/with_data_connection_id message/with_message;
            values("@rules.DataConnection", "Data") => DataConnectionStatusChanged()
    data_connection_id/with_data_connection_id new_status/with_new_status old_status/with_old_status platform_key/with_platform_key + extra;
            values("@rules.New", "Data") => NewCompanySynchronized() company_name/with_company_name source_type/with_source_type + extra;
            values("@rules.DataSync", "Data") => Dataset() data_type/with_data_type dataset_status/with_dataset_status dataset_id/with_dataset_id + extra;
            values("@rules.Push", "Data") => PushOperation() data_type/with_data_type status/with_status push_operation_key/with_push_operation_key push_operation_guid/with_push_operation_guid + extra;
            values("@rules.Sync", "Data") => SyncData() sync_id/with_sync_id sync_type/with_sync_type failure_stage/with_failure_stage sync_date_range_start_utc/with_sync_date_range_start_utc sync_date_range_finish_utc/with_sync_date_range_finish_utc + extra;
            values("@rules.ClientRateLimitReached", "Data") => RateLimitReached() daily_quota/with_daily_quota expires_utc/with_expires_utc + extra;
            values("@rules.ClientRateLimitReset", "Data") => RateLimitReset() quota_remaining/with_quota_remaining reset_reason/with_reset_reason daily_quota/with_daily_quota expires_utc/with_expires_utc + extra;
        }
}

#[test]
fn a_payload_is_built_in_one_expression() {
    fn payload<T: DeserializeOwned>(name: &str) -> T {
        serde_json::from_value(fixture(name).json()["payload"].clone()).unwrap()
    }
    let id = |text: &str| text.parse::<CompanyId>().unwrap();

    let product = CompanyProduct::new(
        id("7698265c-8429-4440-8591-55aa1ea8c6db"),
        "harvest-advance",
    )
    .with_name("Greenfinch Garden Supply")
    .with_description("Seeds and tools by post")
    .with_product_name("Harvest Advance")
    .with_products(["bookkeeper-sync", "harvest-advance"].map(String::from));
    assert_eq!(product, payload::<CompanyProduct>("company.product.added"));

    let write = Write::new(
        "303a09e3-f56e-40d2-8cdb-17647aa44c93",
        CompanyReference::new(id("396250b6-a20c-4783-9f2a-aa4abb655a8b"))
            .with_name("Wrenfield Wholesale Foods")
            .with_description("Cash and carry")
            .with_links(CompanyLinks::new().with_portal(
                "https://portal.example.com/companies/396250b6-a20c-4783-9f2a-aa4abb655a8b/summary",
            ))
            .with_tags([("vip", "yes"), ("region", "Midlands")]),
    )
    .with_write_type("UploadAttachment")
    .with_connection_id(
        "fc136552-f6d4-44a5-99cf-653d37675f59"
            .parse::<ConnectionId>()
            .unwrap(),
    )
    .with_requested_on_date("2025-06-24T10:48:02.1147905Z")
    .with_completed_on_date("2025-06-24T10:48:14Z")
    .with_status("Success")
    .with_record(WriteRecord::new().with_id("BILL-20417"))
    .with_attachment_id("att_9fK2-0031");
    assert_eq!(write, payload::<Write>("bills.write.successful"));

    let limit = RateLimit::new()
        .with_daily_quota(7500)
        .with_quota_remaining(0)
        .with_expiry_date("2025-11-05T00:00:00Z");
    assert_eq!(limit, payload::<RateLimit>("client.rateLimit.reached"));
}

#[test]
fn the_samples_are_the_fixtures() {
    let folder: Vec<_> = fixtures()
        .into_iter()
        .map(|fixture| (fixture.name, fixture.text.trim_end().to_owned()))
        .collect();
    let all: Vec<_> = samples::all()
        .map(|sample| (sample.name().to_owned(), sample.json().to_owned()))
        .collect();
    assert_eq!(all, folder);
    for (sample, fixture) in samples::all().zip(fixtures()) {
        assert_eq!(*sample.webhook(), read(&fixture.text));
        assert_eq!(sample.event_type(), fixture.event_type().as_str());
        let form = fixture.name.find('@').map(|at| &fixture.name[at + 1..]);
        assert_eq!(sample.form(), form);
        assert_eq!(sample.clone().into_webhook(), *sample.webhook());
    }
}

#[test]
fn every_event_type_has_its_samples() {
    let all: Vec<samples::Sample> = samples::all().collect();
    let mut listed = 0;
    for event_type in all
        .iter()
        .map(samples::Sample::event_type)
        .collect::<BTreeSet<_>>()
    {
        let of: Vec<_> = samples::of(&event_type).collect();
        let own: Vec<_> = all
            .iter()
            .filter(|sample| sample.event_type() == event_type)
            .cloned()
            .collect();
        assert_eq!(of, own);
        listed += of.len();
    }
    assert_eq!(listed, all.len());

    let mut made = 0;
    let chosen = [
        "größe.write.successful",
        "two \"words\".write.unsuccessful",
        "your-product.read.completed",
        "your.own product.read.completed.initial",
        "your-product.read.completed.successful",
        "your-product.read.completed.unsuccessful",
        "your-product.read.completed.successful.initial",
        "reports.yours.generate.successful",
        "reports.yours.generate.unsuccessful",
    ];
    for event_type in EventType::known().chain(chosen.map(EventType::from)) {
        let of: Vec<_> = samples::of(&event_type).collect();
        assert!(!of.is_empty(), "{event_type}");
        for sample in &of {
            assert_eq!(sample.event_type(), event_type);
            assert_eq!(*sample.webhook(), read(sample.json()));
        }
        if !all.contains(&of[0]) {
            assert_eq!(of.len(), 1);
            assert_eq!(
                (of[0].name(), of[0].form()),
                (&*event_type.to_string(), None)
            );
            assert_eq!(of[0].webhook().wire_name(), event_type.as_str());
            made += 1;
        }
    }
    assert!(made > 20, "{made} made");

    for none in [
        "company.archived",
        "",
        "reports.a.b.generate.successful",
        "@rules.New rule",
    ] {
        assert_eq!(samples::of(&none.into()).count(), 0, "{none}");
    }
}
