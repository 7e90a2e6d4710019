//! `new` and the setters: `with_` and the name of the field.

use std::collections::{BTreeMap, BTreeSet};

use codat_webhooks::Event;
use codat_webhooks::legacy::{
    AccountCategories, AlertHeader, DataConnectionStatusChanged, Dataset, NewCompanySynchronized,
    PushOperation, RateLimitReached, RateLimitReset, SyncData,
};
use codat_webhooks::payload::{
    AccountInfo, Company, CompanyLinks, CompanyProduct, CompanyReference, Connection,
    ConnectionError, ConnectionEvent, DataTypeRead, ExpensesSync, ExpensesTransaction, Issue,
    IssueLinks, RateLimit, ReadCompleted, Report, RoutingInfo, SourceAccount, SourceAccountEvent,
    Write, WriteRecord,
};
use codat_webhooks::value::{CompanyId, ConnectionId};
use serde::de::DeserializeOwned;

use crate::common::declared;
use crate::common::{Fixture, assert_same, fixture, fixtures, named, read, type_of};

/// Returns the values of a struct in the samples.
fn values<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let mut values = Vec::new();
    for fixture in named().iter().filter(|fixture| fixture.is_known()) {
        let tree = fixture.tree();
        for place in fixture.places() {
            let value = tree.at(&place);
            if type_of(fixture, &place) == name && !value.is_null() {
                values.push(serde_json::from_str(&value.to_string()).unwrap());
            }
        }
    }
    values
}

/// Builds each value of a struct again, with `new` and the setters alone. Returns the fields that were set.
macro_rules! build {
    ($values:expr, $type:ident($($required:ident),*) { $($optional:ident: $setter:ident),* $(,)? } $($extra:ident)?) => {{
        let values: Vec<$type> = $values;
        #[allow(unused_mut)]
        let mut seen = BTreeSet::new();
        for value in &values {
            #[allow(unused_mut)]
            let mut built = $type::new($(value.$required.clone()),*);
            $(if let Some(field) = &value.$optional {
                let before = built.clone();
                built = built.$setter(field.clone());
                assert_ne!(built, before);
                seen.insert(format!("{}: {}", stringify!($optional), stringify!($setter)));
            })*
            $(built.$extra = value.$extra.clone();)?
            let name = stringify!($type);
            assert!(built == *value, "add each field of `{name}` to tests/it/setters.rs");
        }
        seen
    }};
}

/// The fields that were set, by their struct.
type Built = BTreeMap<&'static str, BTreeSet<String>>;

macro_rules! build_all {
    ($($type:ident($($required:ident),*) { $($fields:tt)* })+) => {
        [$((
            stringify!($type),
            build!(values(stringify!($type)), $type($($required),*) { $($fields)* } extra),
        ),)+]
    };
}

#[test]
fn every_struct_can_be_built_with_new_and_the_setters() {
    let mut built = Built::from(build_all! {
        Company(id) {
            name: with_name, description: with_description, redirect: with_redirect,
            last_sync: with_last_sync, created: with_created,
            created_by_user_name: with_created_by_user_name, products: with_products,
            tags: with_tags, reference_parent_company: with_reference_parent_company,
            reference_subsidiary_companies: with_reference_subsidiary_companies,
            owner_user_ids: with_owner_user_ids, data_connections: with_data_connections,
        }
        CompanyReference(id) {
            name: with_name, description: with_description, links: with_links, tags: with_tags,
        }
        CompanyLinks() { portal: with_portal }
        CompanyProduct(id, product_id) {
            name: with_name, description: with_description, product_name: with_product_name,
            products: with_products,
        }
        ConnectionEvent(reference_company, connection) {}
        Connection(id, status) {
            integration_id: with_integration_id, integration_key: with_integration_key,
            source_id: with_source_id, source_type: with_source_type,
            platform_name: with_platform_name, link_url: with_link_url, last_sync: with_last_sync,
            created: with_created, data_connection_errors: with_data_connection_errors,
            connection_info: with_connection_info,
        }
        ConnectionError() {
            status_code: with_status_code, status_text: with_status_text,
            error_message: with_error_message, errored_on_utc: with_errored_on_utc,
            status: with_status, resolved_on_utc: with_resolved_on_utc,
        }
        ReadCompleted(reference_company, data_types) { modified_from_date: with_modified_from_date }
        DataTypeRead(data_type) {
            connection_id: with_connection_id, records_modified: with_records_modified,
            status: with_status, issues: with_issues,
        }
        Issue() { issue_type: with_issue_type, message: with_message, links: with_links }
        IssueLinks() { logs: with_logs, portal: with_portal, read_more: with_read_more }
        RateLimit() {
            daily_quota: with_daily_quota, quota_remaining: with_quota_remaining,
            expiry_date: with_expiry_date,
        }
        SourceAccountEvent(source_account) {
            reference_company: with_reference_company, company_id: with_company_id,
            connection_id: with_connection_id,
        }
        SourceAccount(id) {
            account_name: with_account_name, account_type: with_account_type,
            account_number: with_account_number, sort_code: with_sort_code,
            routing_info: with_routing_info, currency: with_currency, balance: with_balance,
            account_info: with_account_info, modified_date: with_modified_date,
            status: with_status, feed_start_date: with_feed_start_date,
        }
        RoutingInfo() { bank_code: with_bank_code, routing_type: with_routing_type }
        AccountInfo() {
            description: with_description, nickname: with_nickname,
            account_open_date: with_account_open_date, available_balance: with_available_balance,
        }
        ExpensesSync(reference_company, sync_id) { transactions: with_transactions }
        ExpensesTransaction(id) { status: with_status, error_message: with_error_message }
        Report(id) { reference_company: with_reference_company }
        Write(id, reference_company) {
            write_type: with_write_type, connection_id: with_connection_id,
            requested_on_date: with_requested_on_date, completed_on_date: with_completed_on_date,
            status: with_status, record: with_record, attachment_id: with_attachment_id,
        }
        WriteRecord() { id: with_id }
        AccountCategories() {
            reference_company: with_reference_company, modified_date: with_modified_date,
        }
        DataConnectionStatusChanged() {
            data_connection_id: with_data_connection_id, new_status: with_new_status,
            old_status: with_old_status, platform_key: with_platform_key,
        }
        NewCompanySynchronized() { company_name: with_company_name, source_type: with_source_type }
        Dataset() {
            data_type: with_data_type, dataset_status: with_dataset_status,
            dataset_id: with_dataset_id,
        }
        PushOperation() {
            data_type: with_data_type, status: with_status,
            push_operation_key: with_push_operation_key,
            push_operation_guid: with_push_operation_guid,
        }
        SyncData() {
            sync_id: with_sync_id, sync_type: with_sync_type, failure_stage: with_failure_stage,
            sync_date_range_start_utc: with_sync_date_range_start_utc,
            sync_date_range_finish_utc: with_sync_date_range_finish_utc,
        }
        RateLimitReached() { daily_quota: with_daily_quota, expires_utc: with_expires_utc }
        RateLimitReset() {
            quota_remaining: with_quota_remaining, reset_reason: with_reset_reason,
            daily_quota: with_daily_quota, expires_utc: with_expires_utc,
        }
    });

    let headers = fixtures().into_iter().filter(Fixture::is_alert);
    let headers = headers.map(|fixture| match read(&fixture.text).event {
        Event::Alert(alert) => alert.header,
        Event::AccountCategoriesUpdated(event) => event.header.unwrap(),
        event => panic!("{event:?}"),
    });
    let header = build!(headers.collect(), AlertHeader(rule_type) {
        rule_id: with_rule_id, client_id: with_client_id, client_name: with_client_name,
        company_id: with_company_id, data_connection_id: with_data_connection_id,
        message: with_message,
    });
    built.insert("AlertHeader", header);

    // Every field of every struct was set.
    for (name, fields) in declared::objects() {
        let optional = fields.iter().filter(|field| !field.is_required);
        let optional = optional.map(|field| format!("{0}: with_{0}", field.name));
        let what = format!("what is set of `{name}` in tests/it/setters.rs, and its fields");
        let built = built.remove(&*name).unwrap_or_default();
        assert_same(&what, built, optional);
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
