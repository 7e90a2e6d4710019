//! Any webhook that can be built, made of bytes, and what holds for it: looked at by a property test
//! and by a fuzzer.

use arbitrary::{Arbitrary, Result, Unstructured};
use codat_webhooks::legacy::{
    Alert, AlertHeader, DataConnectionStatusChanged, Dataset, NewCompanySynchronized, NoData,
    PushOperation, RateLimitReached, RateLimitReset, Rule, RuleType, SyncData,
};
use codat_webhooks::uuid::Uuid;
use codat_webhooks::*;

use super::entry_points;

type Source<'a> = Unstructured<'a>;

/// Sets the fields that may be missing.
macro_rules! fill {
    ($source:ident, $value:ident, $($field:ident: $make:expr),+ $(,)?) => {
        $($value.$field = maybe($source, $make)?;)+
    };
}

fn maybe<T>(
    source: &mut Source<'_>,
    make: impl FnOnce(&mut Source<'_>) -> Result<T>,
) -> Result<Option<T>> {
    source
        .arbitrary::<bool>()?
        .then(|| make(source))
        .transpose()
}

fn list<T>(source: &mut Source<'_>, make: impl Fn(&mut Source<'_>) -> Result<T>) -> Result<Vec<T>> {
    (0..source.int_in_range(0..=3)?)
        .map(|_| make(source))
        .collect()
}

fn any<T: for<'s> Arbitrary<'s>>(source: &mut Source<'_>) -> Result<T> {
    T::arbitrary(source)
}

fn text(source: &mut Source<'_>) -> Result<String> {
    const TEXTS: [&str; 8] = [
        "",
        "Larkfield",
        "é\u{fffd}\u{1f6b2}",
        "\"\\/\u{8}",
        "\n",
        "\0",
        "null",
        "\u{2028}",
    ];
    Ok(match source.int_in_range(0..=9)? {
        n @ 0..8 => TEXTS[n].to_owned(),
        _ => String::arbitrary(source)?,
    })
}

fn id<T: From<Uuid>>(source: &mut Source<'_>) -> Result<T> {
    Ok(Uuid::from_bytes(source.arbitrary()?).into())
}

/// A word of a vocabulary, or one that is not listed.
fn word<T: Clone + for<'t> From<&'t str>>(known: &[T]) -> impl Fn(&mut Source<'_>) -> Result<T> {
    |source| {
        Ok(if source.ratio(3, 4)? {
            source.choose(known)?.clone()
        } else {
            T::from(&text(source)?)
        })
    }
}

fn time(source: &mut Source<'_>) -> Result<Timestamp> {
    const TIMES: [&str; 6] = [
        "2026-11-02T08:15:00Z",
        "2026-11-02T08:15:00.1234567+05:30",
        "2026-11-02T08:15:00",
        "2026-11-02",
        "2026-02-30T25:61:61Z",
        "0001-01-01T00:00:00",
    ];
    Ok(match source.int_in_range(0..=6)? {
        n @ 0..6 => TIMES[n].into(),
        _ => text(source)?.into(),
    })
}

fn amount(source: &mut Source<'_>) -> Result<Amount> {
    let (minus, whole, cents, exponent): (bool, u64, Option<u8>, Option<i8>) =
        source.arbitrary()?;
    let mut digits = format!("{}{whole}", if minus { "-" } else { "" });
    if let Some(cents) = cents {
        digits += &format!(".{cents:03}");
    }
    if let Some(exponent) = exponent {
        digits += &format!("e{exponent}");
    }
    Ok(digits.parse().expect("a decimal number"))
}

/// JSON of any shape, but null, which is the same as nothing.
fn json(source: &mut Source<'_>) -> Result<RawJson> {
    fn value(source: &mut Source<'_>, depth: usize) -> Result<String> {
        let quoted = |text: String| serde_json::to_string(&text).expect("text");
        Ok(
            match source.int_in_range(0..=if depth < 4 { 5 } else { 3 })? {
                0 => quoted(text(source)?),
                1 => amount(source)?.to_string(),
                2 => "true".to_owned(),
                3 => "null".to_owned(),
                4 => format!(
                    "[{}]",
                    list(source, |source| value(source, depth + 1))?.join(" , ")
                ),
                _ => {
                    let field = |source: &mut Source<'_>| {
                        Ok(quoted(text(source)?) + ": " + &value(source, depth + 1)?)
                    };
                    format!("{{{}}}", list(source, field)?.join(",\n"))
                }
            },
        )
    }
    let json = value(source, 0)?;
    let json = if json == "null" { "{}" } else { &json };
    Ok(serde_json::from_str(json).expect("JSON"))
}

fn tags(source: &mut Source<'_>) -> Result<Tags> {
    Ok(list(source, |source| Ok((text(source)?, text(source)?)))?
        .into_iter()
        .collect())
}

fn company_reference(source: &mut Source<'_>) -> Result<CompanyReference> {
    let mut company = CompanyReference::new(id::<CompanyId>(source)?);
    fill!(source, company, name: text, description: text, links: |source| {
        let mut links = CompanyLinks::new();
        fill!(source, links, portal: text);
        Ok(links)
    }, tags: tags);
    Ok(company)
}

fn company(source: &mut Source<'_>) -> Result<Box<Company>> {
    let mut company = Company::new(id::<CompanyId>(source)?);
    fill!(source, company,
        name: text, description: text, redirect: text, last_sync: time, created: time,
        created_by_user_name: text, products: |source| list(source, text), tags: tags,
        reference_parent_company: company_reference,
        reference_subsidiary_companies: |source| list(source, company_reference),
        data_connections: |source| list(source, connection));
    Ok(company.into())
}

fn company_product(source: &mut Source<'_>) -> Result<Box<CompanyProduct>> {
    let mut product = CompanyProduct::new(id::<CompanyId>(source)?, text(source)?);
    fill!(source, product,
        name: text, description: text, product_name: text, products: |source| list(source, text));
    Ok(product.into())
}

fn connection(source: &mut Source<'_>) -> Result<Connection> {
    let status = word(ConnectionStatus::KNOWN)(source)?;
    let mut connection = Connection::new(id::<ConnectionId>(source)?, status);
    fill!(source, connection,
        integration_id: id, integration_key: text, source_id: id,
        source_type: word(SourceType::KNOWN), platform_name: text, link_url: text, last_sync: time,
        created: time, data_connection_errors: |source| list(source, connection_error),
        connection_info: json);
    Ok(connection)
}

fn connection_error(source: &mut Source<'_>) -> Result<ConnectionError> {
    let mut error = ConnectionError::new();
    fill!(source, error,
        status_code: |source| Ok(StatusCode::from(&*text(source)?)), status_text: text,
        error_message: text, errored_on_utc: time, status: word(ConnectionErrorStatus::KNOWN),
        resolved_on_utc: time);
    Ok(error)
}

fn connection_event(source: &mut Source<'_>) -> Result<Box<ConnectionEvent>> {
    Ok(ConnectionEvent::new(company_reference(source)?, connection(source)?).into())
}

fn read(source: &mut Source<'_>) -> Result<Box<ReadCompleted>> {
    let mut read = ReadCompleted::new(company_reference(source)?, list(source, data_type_read)?);
    fill!(source, read, modified_from_date: time);
    Ok(read.into())
}

fn data_type_read(source: &mut Source<'_>) -> Result<DataTypeRead> {
    let mut read = DataTypeRead::new(word(DataType::KNOWN)(source)?);
    fill!(source, read,
        connection_id: id, records_modified: any, status: word(DatasetStatus::KNOWN),
        issues: |source| list(source, issue));
    Ok(read)
}

fn issue(source: &mut Source<'_>) -> Result<Issue> {
    let mut issue = Issue::new();
    fill!(source, issue, issue_type: text, message: text, links: |source| {
        let mut links = IssueLinks::new();
        fill!(source, links, logs: text, portal: text, read_more: text);
        Ok(links)
    });
    Ok(issue)
}

fn rate_limit(source: &mut Source<'_>) -> Result<RateLimit> {
    let mut limit = RateLimit::new();
    fill!(source, limit,
        daily_quota: any, quota_remaining: any, expiry_date: time);
    Ok(limit)
}

fn source_account_event(source: &mut Source<'_>) -> Result<Box<SourceAccountEvent>> {
    let mut account = SourceAccount::new(text(source)?);
    fill!(source, account,
        account_name: text, account_type: word(AccountType::KNOWN), account_number: text,
        sort_code: text, routing_info: |source| {
            let mut info = RoutingInfo::new();
            fill!(source, info, bank_code: text, routing_type: word(RoutingType::KNOWN));
            Ok(info)
        },
        currency: text, balance: amount, account_info: |source| {
            let mut info = AccountInfo::new();
            fill!(source, info,
                description: text, nickname: text, account_open_date: time,
                available_balance: amount);
            Ok(info)
        },
        modified_date: time, status: word(SourceAccountStatus::KNOWN), feed_start_date: time);
    let mut event = SourceAccountEvent::new(account);
    fill!(source, event,
        reference_company: company_reference, company_id: id, connection_id: id);
    Ok(event.into())
}

fn expenses(source: &mut Source<'_>) -> Result<Box<ExpensesSync>> {
    let mut sync = ExpensesSync::new(company_reference(source)?, text(source)?);
    fill!(source, sync, transactions: |source| list(source, |source| {
        let mut transaction = ExpensesTransaction::new(text(source)?);
        fill!(source, transaction,
            status: word(ExpensesTransactionStatus::KNOWN), error_message: text);
        Ok(transaction)
    }));
    Ok(sync.into())
}

fn report(source: &mut Source<'_>) -> Result<Box<Report>> {
    let mut report = Report::new(id::<ReportId>(source)?);
    fill!(source, report, reference_company: company_reference);
    Ok(report.into())
}

fn write(source: &mut Source<'_>) -> Result<Box<Write>> {
    let mut write = Write::new(text(source)?, company_reference(source)?);
    fill!(source, write,
        write_type: word(WriteType::KNOWN), connection_id: id, status: word(WriteStatus::KNOWN),
        record: |source| {
            let mut record = WriteRecord::new();
            fill!(source, record, id: text);
            Ok(record)
        },
        attachment_id: text);
    Ok(write.into())
}

fn header(source: &mut Source<'_>, rule_type: &str) -> Result<AlertHeader> {
    let mut header = AlertHeader::new(rule_type);
    fill!(source, header,
        rule_id: id, client_id: id, client_name: text, company_id: id, data_connection_id: id,
        message: text);
    Ok(header)
}

fn dataset(source: &mut Source<'_>) -> Result<Dataset> {
    let mut data = Dataset::new();
    fill!(source, data,
        data_type: word(DataType::KNOWN), dataset_status: word(DatasetStatus::KNOWN),
        dataset_id: id);
    Ok(data)
}

fn push_operation(source: &mut Source<'_>) -> Result<PushOperation> {
    let mut data = PushOperation::new();
    fill!(source, data,
        data_type: word(DataType::KNOWN), status: word(WriteStatus::KNOWN),
        push_operation_key: id, push_operation_guid: id);
    Ok(data)
}

fn sync_data(source: &mut Source<'_>) -> Result<SyncData> {
    let mut data = SyncData::new();
    fill!(source, data,
        sync_id: id, sync_type: text, failure_stage: text, sync_date_range_start_utc: time,
        sync_date_range_finish_utc: time);
    Ok(data)
}

fn alert(source: &mut Source<'_>) -> Result<Box<Alert>> {
    let rule_type = if source.ratio(1, 16)? {
        RuleType::from("Account Categories Updated")
    } else {
        word(RuleType::KNOWN)(source)?
    };
    let rule = match &rule_type {
        RuleType::DataConnectionStatusChanged => Rule::DataConnectionStatusChanged({
            let mut data = DataConnectionStatusChanged::new();
            fill!(source, data,
                data_connection_id: id, new_status: word(ConnectionStatus::KNOWN),
                old_status: word(ConnectionStatus::KNOWN), platform_key: text);
            data
        }),
        RuleType::NewCompanySynchronized => Rule::NewCompanySynchronized({
            let mut data = NewCompanySynchronized::new();
            fill!(source, data, company_name: text, source_type: word(SourceType::KNOWN));
            data
        }),
        RuleType::DataSyncCompleted => Rule::DataSyncCompleted(dataset(source)?),
        RuleType::DatasetDataChanged => Rule::DatasetDataChanged(dataset(source)?),
        RuleType::DataSyncStatusChangedToError => {
            Rule::DataSyncStatusChangedToError(dataset(source)?)
        }
        RuleType::PushOperationStatusChanged => {
            Rule::PushOperationStatusChanged(push_operation(source)?)
        }
        RuleType::PushOperationTimedOut => Rule::PushOperationTimedOut(push_operation(source)?),
        RuleType::SyncCompleted => Rule::SyncCompleted(sync_data(source)?),
        RuleType::SyncFailed => Rule::SyncFailed(sync_data(source)?),
        RuleType::SyncStarted => Rule::SyncStarted(sync_data(source)?),
        RuleType::SyncConnectionDeleted => Rule::SyncConnectionDeleted(NoData::new()),
        RuleType::RateLimitReached => Rule::RateLimitReached({
            let mut data = RateLimitReached::new();
            fill!(source, data, daily_quota: any, expires_utc: time);
            data
        }),
        RuleType::RateLimitReset => Rule::RateLimitReset({
            let mut data = RateLimitReset::new();
            fill!(source, data,
                quota_remaining: any, reset_reason: text, daily_quota: any,
                expires_utc: time);
            data
        }),
        RuleType::Other(name) => Rule::Unknown(name.clone(), maybe(source, json)?),
        other => panic!("{other} is not built"),
    };
    Ok(Alert::new(header(source, rule_type.as_str())?, rule).into())
}

fn account_categories(source: &mut Source<'_>) -> Result<AccountCategoriesUpdated> {
    let mut event = AccountCategoriesUpdated::new();
    fill!(source, event, modified_date: time, alert: |source| {
        let name = source.choose(&["AccountCategoriesUpdated", "Account Categories Updated"])?;
        Ok(header(source, name)?.into())
    });
    Ok(event)
}

/// Any event type that events can have, with a text of any kind for those outside the table.
pub fn event_type(source: &mut Source<'_>) -> Result<EventType> {
    let known: Vec<EventType> = EventType::known().collect();
    Ok(match source.int_in_range(0..=9)? {
        0 => EventType::WriteSuccessful(word(DataType::KNOWN)(source)?),
        1 => EventType::WriteUnsuccessful(word(DataType::KNOWN)(source)?),
        2 => {
            let scope = *source.choose(&[
                ReadScope::All,
                ReadScope::Initial,
                ReadScope::Successful,
                ReadScope::Unsuccessful,
                ReadScope::SuccessfulInitial,
            ])?;
            let product = text(source)?;
            ProductRead::new(&product, scope)
                .map_or(EventType::ReadCompleted, EventType::ProductReadCompleted)
        }
        3 => EventType::from(&*text(source)?),
        4 => EventType::Alert(RuleType::SyncStarted),
        _ => source.choose(&known)?.clone(),
    })
}

/// Whether a body can carry the event: not if its text is that of another event.
fn is_carried(event: &Event) -> bool {
    if let Event::Alert(alert) = event {
        let rule = alert.rule.rule_type();
        return !["AccountCategoriesUpdated", "Account Categories Updated"]
            .contains(&rule.as_str());
    }
    event.data_type().is_none_or(|data_type| {
        let text = data_type.as_str();
        !text.is_empty() && !text.contains(|c: char| c == '.' || c.is_control())
    })
}

/// Any webhook.
pub fn webhook(source: &mut Source<'_>) -> Result<Webhook> {
    use EventType as Type;
    let event = match event_type(source)? {
        Type::CompanyCreated => Event::CompanyCreated(company(source)?),
        Type::CompanyDeleted => Event::CompanyDeleted(company(source)?),
        Type::CompanyProductAdded => Event::CompanyProductAdded(company_product(source)?),
        Type::CompanyProductRemoved => Event::CompanyProductRemoved(company_product(source)?),
        Type::ConnectionCreated => Event::ConnectionCreated(connection_event(source)?),
        Type::ConnectionConnected => Event::ConnectionConnected(connection_event(source)?),
        Type::ConnectionDisconnected => Event::ConnectionDisconnected(connection_event(source)?),
        Type::ConnectionReconnected => Event::ConnectionReconnected(connection_event(source)?),
        Type::ConnectionFailed => Event::ConnectionFailed(connection_event(source)?),
        Type::ConnectionDeleted => Event::ConnectionDeleted(connection_event(source)?),
        Type::ReadCompleted => Event::ReadCompleted(read(source)?),
        Type::ReadCompletedInitial => Event::ReadCompletedInitial(read(source)?),
        Type::ReadCompletedSuccessful => Event::ReadCompletedSuccessful(read(source)?),
        Type::ReadCompletedUnsuccessful => Event::ReadCompletedUnsuccessful(read(source)?),
        Type::ReadCompletedSuccessfulInitial => {
            Event::ReadCompletedSuccessfulInitial(read(source)?)
        }
        Type::ClientRateLimitReached => Event::ClientRateLimitReached(rate_limit(source)?),
        Type::ClientRateLimitReset => Event::ClientRateLimitReset(rate_limit(source)?),
        Type::BankFeedsSourceAccountConnected => {
            Event::BankFeedsSourceAccountConnected(source_account_event(source)?)
        }
        Type::BankFeedsSourceAccountDisconnected => {
            Event::BankFeedsSourceAccountDisconnected(source_account_event(source)?)
        }
        Type::ExpensesSyncSuccessful => Event::ExpensesSyncSuccessful(expenses(source)?),
        Type::ExpensesSyncUnsuccessful => Event::ExpensesSyncUnsuccessful(expenses(source)?),
        Type::ReportsCategorizedBankStatementGenerateSuccessful => {
            Event::ReportsCategorizedBankStatementGenerateSuccessful(report(source)?)
        }
        Type::ReportsCategorizedBankStatementGenerateUnsuccessful => {
            Event::ReportsCategorizedBankStatementGenerateUnsuccessful(report(source)?)
        }
        Type::ReportsCreditModelGenerateSuccessful => {
            Event::ReportsCreditModelGenerateSuccessful(report(source)?)
        }
        Type::ReportsCreditModelGenerateUnsuccessful => {
            Event::ReportsCreditModelGenerateUnsuccessful(report(source)?)
        }
        Type::ReportsSpendAnalysisGenerateSuccessful => {
            Event::ReportsSpendAnalysisGenerateSuccessful(report(source)?)
        }
        Type::ReportsSpendAnalysisGenerateUnsuccessful => {
            Event::ReportsSpendAnalysisGenerateUnsuccessful(report(source)?)
        }
        Type::AccountCategoriesUpdated => {
            Event::AccountCategoriesUpdated(account_categories(source)?)
        }
        Type::WriteSuccessful(data_type) => Event::WriteSuccessful(data_type, write(source)?),
        Type::WriteUnsuccessful(data_type) => Event::WriteUnsuccessful(data_type, write(source)?),
        Type::ProductReadCompleted(product) => Event::ProductReadCompleted(product, read(source)?),
        Type::Alert(_) => Event::Alert(alert(source)?),
        Type::Unknown(name) => {
            let mut unknown = UnknownEvent::new(&name).expect("a type that is unknown");
            unknown.payload = maybe(source, json)?;
            Event::Unknown(unknown)
        }
        other => panic!("{other} is not built"),
    };
    let mut webhook = Webhook::new(id::<EventId>(source)?, event);
    let is_alert = match &webhook.event {
        Event::Alert(_) => true,
        Event::AccountCategoriesUpdated(event) => event.alert.is_some(),
        _ => false,
    };
    // The legacy envelope has no place for it.
    if !is_alert {
        fill!(source, webhook, generated_date: time);
    }
    Ok(webhook)
}

/// It is written, if a body can carry it, and then read back equal at every entry point; what was written.
pub fn survives(webhook: &Webhook) -> Option<Vec<u8>> {
    let written = serde_json::to_vec(webhook);
    assert_eq!(written.is_ok(), is_carried(&webhook.event));
    let body = written.ok()?;
    let read = entry_points::read(&body).expect("what was written can be read");
    assert_eq!(read, *webhook);
    assert_eq!(serde_json::to_vec(&read).expect("written"), body);
    Some(body)
}
