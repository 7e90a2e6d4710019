//! The values in payloads: vocabularies, dates, amounts, ids, tags.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;
use std::hash::Hash;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use codat_webhooks::payload::{
    AccountType, ConnectionErrorStatus, ConnectionStatus, DatasetStatus, ExpensesTransactionStatus,
    RoutingType, SourceAccountStatus, SourceType, WriteStatus, WriteType,
};
use codat_webhooks::value::{
    Amount, CompanyId, DataType, ErrorCode, RawJson, ReportType, Tags, Timestamp,
};
use codat_webhooks::{Event, from_str};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::common::{COMPANY, event, fixture, hash, round_trip, write};

/// A vocabulary has the documented values, and keeps any other text.
macro_rules! assert_vocabulary {
    ($type:ident, $documented:literal) => {{
        let documented: Vec<&str> = $documented.split_whitespace().collect();
        let known: Vec<&str> = $type::KNOWN.iter().map($type::as_str).collect();
        assert_eq!(known, documented, stringify!($type));

        for text in &documented {
            let value = $type::from(*text);
            assert!($type::KNOWN.contains(&value) && !matches!(value, $type::Other(_)));
            assert_text(&value, text);
        }
        let upper = documented[0].to_uppercase();
        for text in [
            "",
            "NotHeardOfYet",
            "with \"quotes\" and\nlines",
            "größe",
            &*upper,
        ] {
            let value = $type::from(text);
            assert_text(&value, text);
            let $type::Other(other) = value else {
                panic!("{text}");
            };
            assert!(other == text && other == *text);
            assert!(other != "NotHeardOf" && other != *"NotHeardOf");
            assert_eq!((other.as_str(), other.as_ref()), (text, text));
            assert_eq!(format!("[{other:>9}]"), format!("[{text:>9}]"));
            assert_eq!(format!("{other:?}"), format!("{text:?}"));
            let $type::Other(next) = $type::from(format!("{text}.")) else {
                panic!("{text}.");
            };
            assert!(other < next && other == other.clone());
            assert_ne!(hash(&other), hash(&next));
        }
    }};
}

fn assert_text<T>(value: &T, text: &str)
where
    T: Clone + Debug + Eq + Hash + Ord + ToString + PartialEq<str> + Serialize + DeserializeOwned,
    T: for<'a> From<&'a str> + From<String> + std::str::FromStr<Err: Debug>,
    str: PartialEq<T>,
    for<'a> &'a str: PartialEq<T>,
{
    assert_eq!(value.to_string(), text);
    let other: &str = &format!("{text}.");
    assert!(*value == *text && *value != *other);
    assert!(*text == *value && *other != *value);
    assert!(text == *value && other != *value);
    assert_eq!(*value, T::from(text.to_owned()));
    assert_eq!(text.parse::<T>().unwrap(), *value);
    let json = serde_json::to_string(text).unwrap();
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
    assert_eq!(
        serde_json::from_reader::<_, T>(json.as_bytes()).unwrap(),
        *value
    );
    assert_eq!(
        HashSet::from([value.clone()]),
        HashSet::from([T::from(text)])
    );
    let error = serde_json::from_str::<T>("7").err().unwrap();
    assert!(error.to_string().contains("expected a string"), "{error}");
}

#[test]
fn every_vocabulary_is_the_documented_one_and_open() {
    assert_vocabulary!(ConnectionStatus, "PendingAuth Linked Unlinked Deauthorized");
    assert_vocabulary!(
        SourceType,
        "Accounting Banking BankFeed Commerce Expense Other Unknown"
    );
    assert_vocabulary!(ConnectionErrorStatus, "Active Resolved");
    assert_vocabulary!(
        DatasetStatus,
        "Initial Queued Fetching MapQueued Mapping Complete FetchError MapError InternalError
         ProcessingQueued Processing ProcessingError ValidationQueued Validating ValidationError
         AuthError Cancelled NotSupported RateLimitError PermissionsError PrerequisiteNotMet"
    );
    assert_vocabulary!(WriteType, "Create Update Delete UploadAttachment");
    assert_vocabulary!(WriteStatus, "Pending Failed Success TimedOut");
    assert_vocabulary!(AccountType, "checking savings loan creditCard prepaidCard");
    assert_vocabulary!(
        RoutingType,
        "rtn aba swift bsb iban nz2 trno sortcode blz ifsc bankcode apca clabe"
    );
    assert_vocabulary!(
        SourceAccountStatus,
        "pending connected connecting disconnected unknown"
    );
    assert_vocabulary!(
        ExpensesTransactionStatus,
        "Unknown PushError Completed Failed Pending"
    );
    assert_vocabulary!(
        DataType,
        "accountTransactions balanceSheet bankAccounts bankTransactions billCreditNotes
         billPayments bills cashFlowStatement chartOfAccounts company creditNotes customers
         directCosts directIncomes invoices itemReceipts items journalEntries journals
         paymentMethods payments profitAndLoss purchaseOrders salesOrders suppliers taxRates
         trackingCategories transfers banking-accountBalances banking-accounts
         banking-transactionCategories banking-transactions commerce-companyInfo
         commerce-customers commerce-disputes commerce-locations commerce-orders
         commerce-paymentMethods commerce-payments commerce-productCategories commerce-products
         commerce-taxComponents commerce-transactions"
    );
}

#[test]
fn a_report_type_is_a_vocabulary() {
    assert_vocabulary!(
        ReportType,
        "categorizedBankStatement creditModel spendAnalysis"
    );
}

fn utc(text: &str) -> Option<DateTime<Utc>> {
    Some(text.parse().unwrap())
}

fn local(text: &str) -> Option<NaiveDateTime> {
    Some(text.parse().unwrap())
}

fn date(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

#[test]
fn every_form_of_date_has_its_view_and_no_other() {
    // text, instant in UTC, offset in minutes, local
    let instants = [
        ("2025-11-15T06:00:00Z", "2025-11-15T06:00:00Z", 0),
        ("2025-11-15T01:00:00-05:00", "2025-11-15T06:00:00Z", -300),
        ("2025-11-15T23:30:00+05:45", "2025-11-15T17:45:00Z", 345),
        (
            "2025-10-27T10:22:43.6464237Z",
            "2025-10-27T10:22:43.6464237Z",
            0,
        ),
        (
            "2025-10-27T10:22:43.123456789Z",
            "2025-10-27T10:22:43.123456789Z",
            0,
        ),
        (
            "2025-10-27T10:22:43.1234567891234Z",
            "2025-10-27T10:22:43.123456789Z",
            0,
        ),
        ("2025-10-27T10:22:43.00Z", "2025-10-27T10:22:43Z", 0),
        (
            "2025-10-27T10:22:43.15033Z",
            "2025-10-27T10:22:43.15033Z",
            0,
        ),
        ("2025-05-03 10:00:23+00:00", "2025-05-03T10:00:23Z", 0),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", 0),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z", 0),
    ];
    for (text, instant, minutes) in instants {
        let timestamp = Timestamp::from(text);
        assert_eq!(timestamp.to_utc(), utc(instant), "{text}");
        assert_eq!(timestamp.assume_utc(), utc(instant));
        assert_eq!(
            timestamp.instant().unwrap().offset().local_minus_utc(),
            minutes * 60
        );
        assert_eq!(timestamp.local(), None, "an instant is not local");
        assert_eq!(
            timestamp.date(),
            date(&text[..10]),
            "the date as it is written"
        );
    }

    for text in [
        "2025-11-15T01:00:00",
        "2025-11-15T01:00:00.5",
        "2025-11-15 01:00:00.1234567",
    ] {
        let timestamp = Timestamp::from(text);
        assert_eq!(timestamp.local(), local(&text.replace(' ', "T")), "{text}");
        assert_eq!(
            (timestamp.instant(), timestamp.to_utc()),
            (None, None),
            "never an instant"
        );
        assert_eq!(
            timestamp.assume_utc(),
            timestamp.local().map(|local| local.and_utc())
        );
        assert_eq!(timestamp.date(), date("2025-11-15"));
    }

    let timestamp = Timestamp::from("2025-05-06");
    assert_eq!(timestamp.date(), date("2025-05-06"));
    assert_eq!(
        (
            timestamp.instant(),
            timestamp.local(),
            timestamp.assume_utc()
        ),
        (None, None, None)
    );

    let none = [
        "",
        "today",
        "2025",
        "2025-13-01",
        "2025-02-29",
        "2025-1-1",
        " 2025-01-01",
        "2025-01-01 ",
        "2025-09-01T23:59:99Z",
        "2025-09-01T24:00:00Z",
        "2025-09-01T12:60:00Z",
        "2025-09-01T",
        "2025-09-01T12:00Z",
        "2025-09-01T12:00:00.Z",
        "2025-09-01T12:00:00,5Z",
        "2025-09-01T12:00:00+2:00",
        "2025-09-01T12:00:00+24:00",
        "2025-09-01T12:00:00ZZ",
        "Z",
        "+12345-1-1T1:2:3Z",
        "+2024-01-01",
        "+12345-01-01T00:00:00 ",
        "2025-09-01T12:00:00 Z",
        "١٢٣٤-01-01",
        "2025-09-01Z",
        "2025-09-01T00:00:00Z\n",
    ];
    for text in none {
        let timestamp = Timestamp::from(text);
        assert_eq!(timestamp.instant(), None, "{text:?}");
        assert_eq!(timestamp.local(), None, "{text:?}");
        assert_eq!(timestamp.date(), None, "{text:?}");
        assert_eq!(timestamp.assume_utc(), None, "{text:?}");
        assert_eq!(timestamp.as_str(), text);
    }
}

#[test]
fn any_text_of_a_date_is_kept() {
    for text in [
        "2025-09-01T23:59:99Z",
        "0001-01-01T00:00:00",
        "",
        "tomorrow",
        "2025-05-06",
    ] {
        let body = fixture("client.rateLimit.reset")
            .json()
            .as_object_mut()
            .map(|body| {
                body["payload"]["expiryDate"] = text.into();
                body["generatedDate"] = text.into();
                serde_json::to_string(body).unwrap()
            })
            .unwrap();
        assert_eq!(text.parse::<Timestamp>().unwrap(), text);
        let webhook = from_str(&body).unwrap();
        let Event::ClientRateLimitReset(limit) = &webhook.event else {
            panic!()
        };
        assert_eq!(limit.expiry_date.as_ref().unwrap(), text);
        assert_eq!(webhook.generated_date.as_ref().unwrap(), text);
        let written = serde_json::to_string(&webhook).unwrap();
        assert_eq!(written.matches(&format!("Date\":\"{text}\"")).count(), 2);
    }
}

#[test]
fn a_timestamp_has_text_of_any_length() {
    for length in (0..70).chain([255, 256, 257, 1000]) {
        for filler in ["0", "é", "\u{1f6b2}"] {
            let text = "2025-09-01T".to_owned() + &filler.repeat(length);
            for text in [&*text, &text[11..]] {
                let timestamp = Timestamp::from(text);
                assert_eq!(timestamp.as_str(), text);
                assert_eq!(timestamp, Timestamp::from(text.to_owned()));
                assert_eq!(hash(&timestamp), hash(&timestamp.clone()));
                let json = serde_json::to_string(text).unwrap();
                assert_eq!(serde_json::to_string(&timestamp).unwrap(), json);
                let read: Timestamp = serde_json::from_str(&json).unwrap();
                assert_eq!(read, timestamp);
                assert_ne!(Timestamp::from(format!("{text}0")), timestamp);
            }
        }
    }
}

#[test]
fn a_timestamp_is_made_from_chronos_types_and_gives_them_back() {
    let instants = [
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        utc("2025-11-15T06:00:00Z").unwrap(),
        utc("2025-11-15T06:00:00.000000001Z").unwrap(),
        utc("2016-12-31T23:59:60.5Z").unwrap(),
    ];
    for instant in instants {
        assert_eq!(
            Timestamp::from(instant).to_utc(),
            Some(instant),
            "{instant}"
        );
        let local = instant.naive_utc();
        assert_eq!(Timestamp::from(local).local(), Some(local), "{local}");
        assert_eq!(Timestamp::from(local.date()).date(), Some(local.date()));
    }
    assert_eq!(Timestamp::from(instants[2]), "2025-11-15T06:00:00Z");

    // At both ends of chrono's years, an offset may lead out of them.
    for (instant, seconds) in [
        (DateTime::<Utc>::MAX_UTC, 3600),
        (DateTime::<Utc>::MIN_UTC, -3600),
    ] {
        let offset = FixedOffset::east_opt(seconds).unwrap();
        let timestamp = Timestamp::from(instant.with_timezone(&offset));
        assert_eq!(timestamp.to_utc(), Some(instant));
    }
    for text in [
        "+262142-12-31T23:59:59+23:59",
        "+262142-12-31T23:59:59-00:01",
        "-262143-01-01T00:00:00-23:59",
        "-262143-01-01T00:00:00+00:01",
        "+262143-01-01T00:00:00+23:59",
        "-262144-12-31T23:59:00-23:59",
    ] {
        let timestamp = Timestamp::from(text);
        let _ = (
            timestamp.date(),
            timestamp.local(),
            timestamp.to_utc(),
            timestamp.assume_utc(),
        );
        if let Some(instant) = timestamp.instant() {
            assert_eq!(Timestamp::from(instant).instant(), Some(instant), "{text}");
        }
    }

    for seconds in [0, 19_800, -18_000, 3_661, -1] {
        let offset = FixedOffset::east_opt(seconds).unwrap();
        let instant = instants[2].with_timezone(&offset);
        assert_eq!(Timestamp::from(instant).instant(), Some(instant));
    }
    let offset = FixedOffset::west_opt(18_000).unwrap();
    assert_eq!(
        Timestamp::from(instants[2].with_timezone(&offset)),
        "2025-11-15T01:00:00-05:00"
    );
}

/// Anything else is an error that does not quote it.
fn assert_refused<T: DeserializeOwned + Debug>(expected: &str, cases: &[(&str, &str)]) {
    for (json, found) in cases {
        let error = serde_json::from_str::<T>(json).unwrap_err();
        let message = format!("expected {expected}, found {found}");
        assert_eq!(error.to_string(), message, "{json}");
    }
}

#[test]
fn an_amount_is_exact() {
    let amounts = [
        "0",
        "-0",
        "0.10",
        "99.99",
        "12345678901234567.89",
        "-0.05",
        "1e3",
        "1E-2",
        "1e999",
        &"9".repeat(400),
    ];
    for text in amounts {
        let amount: Amount = serde_json::from_str(text).unwrap();
        assert_eq!(amount.as_str(), text);
        assert_eq!(amount.to_string(), text);
        assert_eq!(serde_json::to_string(&amount).unwrap(), text);
        assert_eq!(text.parse::<Amount>().unwrap(), amount);
        assert!(amount.to_f64() == text.parse::<f64>().unwrap());

        let account =
            format!(r#"{{"id":"a","balance":{text},"accountInfo":{{"availableBalance":{text}}}}}"#);
        let body = event(
            "bankFeeds.sourceAccount.connected",
            &format!(r#"{{"sourceAccount":{account}}}"#),
        );
        assert_eq!(write(&round_trip(&body)), body);
    }
    for text in [
        "", "ten", "01", "1.", ".5", "+1", "0x1", "1 ", " 1", "NaN", "Infinity", "\"1\"", "null",
        "[1]",
    ] {
        assert!(text.parse::<Amount>().is_err(), "{text}");
    }
    assert_refused::<Amount>(
        "a decimal number",
        &[
            ("\"1.5\"", "a string"),
            ("null", "null"),
            ("true", "a boolean"),
            ("false", "a boolean"),
            ("[1]", "an array"),
            ("{}", "an object"),
        ],
    );
    assert_eq!(Amount::from(-12_i64), "-12".parse().unwrap());
    let amount: Amount = "-1234.50".parse().unwrap();
    assert_eq!(
        format!("[{amount:.1}] [{amount:>10}] [{amount:010}]"),
        "[-1234.50] [  -1234.50] [-001234.50]"
    );
    assert_eq!(Amount::from(u64::MAX).as_str(), "18446744073709551615");
    assert_eq!(format!("{amount:?}"), "Amount(-1234.50)");
    assert_eq!(hash(&amount), hash(&amount.clone()));
    assert_ne!(hash(&amount), hash(&Amount::from(1)));
    assert_ne!(amount, Amount::from(1));
}

#[test]
fn an_error_code_is_a_string_or_a_number() {
    for (json, text) in [
        ("\"403\"", "403"),
        ("403", "403"),
        ("403.0", "403.0"),
        ("\"\\u0034\"", "4"),
        ("\"\"", ""),
    ] {
        let code: ErrorCode = serde_json::from_str(json).unwrap();
        assert_eq!((code.as_str(), &*code.to_string()), (text, text));
        let written = serde_json::to_string(&code).unwrap();
        assert_eq!(
            written.starts_with('"'),
            json.starts_with('"'),
            "written as it was sent"
        );
        assert_eq!(serde_json::from_str::<ErrorCode>(&written).unwrap(), code);
    }
    assert_eq!(
        serde_json::from_str::<ErrorCode>("403").unwrap(),
        ErrorCode::from("403")
    );
    assert_eq!(ErrorCode::from("403"), "403");
    assert_eq!(ErrorCode::from("403".to_owned()), ErrorCode::from("403"));
    assert_eq!("403".parse::<ErrorCode>().unwrap(), "403");
    // Text is written as a string, a number as a number.
    let number = ErrorCode::from(Amount::from(403));
    assert_eq!(serde_json::to_string(&number).unwrap(), "403");
    let text = serde_json::to_string(&ErrorCode::from("403")).unwrap();
    assert_eq!(text, "\"403\"");
    let code = ErrorCode::from("403");
    assert!(code == *"403" && code != *"404" && code != "404");
    assert!(code != ErrorCode::from("404").clone());
    let number: ErrorCode = serde_json::from_str("403").unwrap();
    assert_eq!(hash(&number), hash(&code));
    assert_ne!(hash(&number), hash(&ErrorCode::from("404")));
    assert_refused::<ErrorCode>(
        "a string or a number",
        &[
            ("null", "null"),
            ("true", "a boolean"),
            ("[]", "an array"),
            ("{}", "an object"),
        ],
    );
}

#[test]
fn an_id_is_a_uuid_in_any_of_its_forms() {
    let text = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40";
    let id: CompanyId = text.parse().unwrap();
    for form in [text.to_owned(), text.to_uppercase(), text.replace('-', "")] {
        assert_eq!(
            serde_json::from_value::<CompanyId>(form.into()).unwrap(),
            id
        );
    }
    assert_eq!(id.to_string(), text);
    assert_eq!(serde_json::to_value(id).unwrap(), text);
    assert_eq!(CompanyId::from(*id.as_uuid()), id);
    assert_eq!(uuid::Uuid::from(id), *id.as_uuid());
    assert_eq!(CompanyId::new(*id.as_uuid()), id);
    assert!(id == *id.as_uuid() && id != uuid::Uuid::nil());
    assert_eq!(format!("{id:?}"), format!("CompanyId({text})"));
    assert!("6f1c2a5e".parse::<CompanyId>().is_err());
    for json in ["[1,2]", "7", "\"6f1c2a5e\"", "\"\""] {
        let error = serde_json::from_str::<CompanyId>(json).unwrap_err();
        assert!(error.to_string().contains("expected a UUID"), "{error}");
    }
}

#[test]
fn tags_are_sorted_and_found_by_their_keys() {
    let tags: Tags = serde_json::from_str(r#"{"team":"risk","Region":"us","":""}"#).unwrap();
    assert_eq!(
        tags.iter().collect::<Vec<_>>(),
        [("", ""), ("Region", "us"), ("team", "risk")]
    );
    assert_eq!(
        (tags.get("region"), tags.get("team"), tags.len()),
        (None, Some("risk"), 3)
    );
    assert_eq!(
        tags,
        [("team", "risk"), ("", ""), ("Region", "us")]
            .into_iter()
            .collect()
    );
    assert!(tags.extra.is_empty());
    assert!(serde_json::from_str::<Tags>("[]").is_err());

    let mut tags = Tags::default();
    assert!(tags.is_empty());
    assert_eq!(tags.insert("team", "risk"), None);
    assert_eq!(tags.insert("team", "sales"), Some("risk".to_owned()));
    tags.extend([("region", "us")]);
    assert!(!tags.is_empty());
    assert_eq!(
        tags.iter().collect::<Vec<_>>(),
        [("region", "us"), ("team", "sales")]
    );
}

#[test]
fn a_tag_that_is_not_a_string_or_is_repeated_is_extra() {
    let text = r#"{"team":1,"a":"1","region":null,"b":"2","a":"3","c":{"x":"y"},"\ud800":"4"}"#;
    // A key that is not Unicode makes the object unreadable.
    assert!(serde_json::from_str::<Tags>(text).is_err());
    let text = text.replace(r#","\ud800":"4""#, r#","d":"\ud800""#);
    let tags: Tags = serde_json::from_str(&text).unwrap();
    assert_eq!(tags.iter().collect::<Vec<_>>(), [("b", "2")]);
    let extra: Vec<_> = tags
        .extra
        .iter()
        .map(|(key, value)| (key, value.as_str()))
        .collect();
    assert_eq!(
        extra,
        [
            ("team", "1"),
            ("a", "\"1\""),
            ("region", "null"),
            ("a", "\"3\""),
            ("c", r#"{"x":"y"}"#),
            ("d", r#""\ud800""#),
        ]
    );

    let body = event(
        "company.created",
        &format!(r#"{{"id":"{COMPANY}","tags":{text}}}"#),
    );
    let webhook = round_trip(&body);
    let company = webhook.event.company_tags().unwrap();
    assert_eq!(*company, tags);
    let drift = webhook.drift();
    assert_eq!(drift.len(), 6, "{drift:?}");
    for drift in drift {
        // The key is the client's own text.
        assert_eq!(drift.to_string(), "misfit at payload.tags");
    }

    let mut set = tags;
    set.insert("a", "4");
    let written = serde_json::to_string(&set).unwrap();
    assert_eq!(
        written, r#"{"a":"4","b":"2","team":1,"region":null,"c":{"x":"y"},"d":"\ud800"}"#,
        "a tag that is set replaces the raw values of its key"
    );
}

#[test]
fn raw_json_is_its_text() {
    let text = r#"{"region":"eu", "seats":12.50}"#;
    let json: RawJson = serde_json::from_str(text).unwrap();
    assert_eq!((json.as_str(), &*json.to_string()), (text, text));
    assert_eq!(format!("{json:?}"), format!("RawJson({text})"));
    assert_eq!(json.parse::<Value>().unwrap()["region"], "eu");
    assert!(json.parse::<Vec<Value>>().is_err());
    assert_eq!(RawJson::from(Box::<RawValue>::from(json.clone())), json);

    let other: RawJson = serde_json::from_str(r#"{"region":"eu","seats":12.50}"#).unwrap();
    assert_ne!(other, json);
    assert_eq!(hash(&json), hash(&json.clone()));
    assert_ne!(hash(&other), hash(&json));
}

#[test]
fn raw_json_is_made_from_any_value() {
    assert_eq!(RawJson::new("a \"b\"").unwrap().as_str(), r#""a \"b\"""#);
    assert_eq!(
        RawJson::new(&["eu", "us"]).unwrap().as_str(),
        r#"["eu","us"]"#
    );
    assert_eq!(RawJson::new(&None::<u8>).unwrap().as_str(), "null");
    // Digits and order are kept.
    let raw: RawJson = r#"{"b":1.50,"a":[]}"#.parse().unwrap();
    assert_eq!(RawJson::new(&raw).unwrap(), raw);
    let amount: Amount = "0.10".parse().unwrap();
    assert_eq!(RawJson::new(&amount).unwrap().as_str(), "0.10");
    assert!(RawJson::new(&BTreeMap::from([([1], 2)])).is_err());
}
