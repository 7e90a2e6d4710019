//! Dates that cannot be, and ids that are none.

use codat_webhooks::value::{CompanyId, Timestamp};
use codat_webhooks::{Event, from_str};

use crate::common::{COMPANY, CONNECTION, ID, drift, event, fixtures, round_trip};

#[test]
fn second_60_is_a_leap_second_at_23_59_utc_only() {
    for (text, utc) in [
        ("2016-12-31T23:59:60Z", true),
        ("2016-12-31T23:59:60.25Z", true),
        ("2017-01-01T00:59:60+01:00", true),
        ("2016-12-31T18:59:60-05:00", true),
        ("2017-01-01T05:29:60+05:30", true),
        ("2016-12-31T23:58:60Z", false),
        ("2016-12-31T22:59:60Z", false),
        ("2016-12-31T12:00:60Z", false),
        ("2016-12-31T23:59:60+01:00", false),
        ("2016-12-31T23:59:60+00:01", false),
        ("2016-12-31T23:59:61Z", false),
        ("2016-12-31T23:59:99Z", false),
    ] {
        let date = Timestamp::from(text);
        assert_eq!(date.to_utc().is_some(), utc, "{text}");
        assert_eq!(date.instant().is_some(), utc, "{text}");
        assert_eq!(date.assume_utc().is_some(), utc, "{text}");
        assert_eq!(date.date().is_some(), utc, "{text}");
        assert_eq!(date, text);
    }
    assert!(Timestamp::from("2016-12-31T23:59:60").local().is_some());
    assert!(Timestamp::from("2016-12-31T23:58:60").local().is_none());
}

#[test]
fn a_date_is_ascii() {
    for (text, is_date) in [
        ("2025-03-14T09:26:53-05:00", true),
        ("2025-03-14T09:26:53\u{2212}05:00", false),
        ("2025\u{2212}03\u{2212}14T09:26:53Z", false),
        ("2025-03-14T09:26:53\u{ff0b}05:00", false),
        ("2025-03-14\u{a0}09:26:53Z", false),
        ("\u{ff12}025-03-14T09:26:53Z", false),
        ("\u{0662}025-03-14", false),
        ("\u{2212}2025-03-14T09:26:53Z", false),
    ] {
        let date = Timestamp::from(text);
        let views = [
            date.instant().is_some(),
            date.to_utc().is_some(),
            date.date().is_some(),
        ];
        assert_eq!(views, [is_date; 3], "{text}");
        // It is kept, and told.
        let body = event(
            "company.deleted",
            &format!(r#"{{"id":"{COMPANY}","lastSync":"{text}"}}"#),
        );
        let webhook = round_trip(&body);
        assert_eq!(
            drift(&webhook).is_empty(),
            is_date,
            "{text} {:?}",
            drift(&webhook)
        );
    }
}

const ZERO: &str = "00000000-0000-0000-0000-000000000000";

#[test]
fn an_id_of_zeros_is_written_back_but_is_no_company_and_no_connection() {
    let mut places = 0;
    for fixture in fixtures() {
        let plain = from_str(&fixture.text).unwrap();
        for (id, is_company) in [
            (plain.event.company_id().map(|id| id.to_string()), true),
            (plain.event.connection_id().map(|id| id.to_string()), false),
        ] {
            let Some(id) = id else { continue };
            // Every id of the event in every spelling that fixtures have.
            let body = fixture
                .text
                .replace(&id, ZERO)
                .replace(&id.to_uppercase(), ZERO);
            assert!(body.contains(ZERO), "{}", fixture.name);
            let webhook = round_trip(&body);
            let (company, connection) = (webhook.event.company_id(), webhook.event.connection_id());
            if is_company {
                assert_eq!(company, None, "{}", fixture.name);
                assert_eq!(connection, plain.event.connection_id(), "{}", fixture.name);
            } else {
                assert_eq!(connection, None, "{}", fixture.name);
                assert_eq!(company, plain.event.company_id(), "{}", fixture.name);
            }
            assert!(
                !webhook.event.to_string().contains(ZERO),
                "{}",
                fixture.name
            );
            assert_eq!(drift(&webhook), drift(&plain), "{}", fixture.name);
            places += 1;
        }
    }
    assert!(places > 120, "{places}");
}

#[test]
fn an_id_of_zeros_does_not_hide_the_one_beside_it() {
    let body = format!(
        r#"{{"AlertId":"{ID}","RuleType":"DataConnectionStatusChanged","CompanyId":"{COMPANY}","DataConnectionId":"{CONNECTION}","Data":{{"dataConnectionId":"{ZERO}"}}}}"#
    );
    assert_eq!(
        round_trip(&body).event.connection_id().unwrap().to_string(),
        CONNECTION
    );
    let swapped = body
        .replace(ZERO, "@")
        .replace(CONNECTION, ZERO)
        .replace('@', CONNECTION);
    assert_eq!(
        round_trip(&swapped)
            .event
            .connection_id()
            .unwrap()
            .to_string(),
        CONNECTION
    );

    let account = event(
        "bankFeeds.sourceAccount.connected",
        &format!(
            r#"{{"referenceCompany":{{"id":"{ZERO}"}},"companyId":"{COMPANY}","sourceAccount":{{"id":"1"}}}}"#
        ),
    );
    let webhook = round_trip(&account);
    assert_eq!(webhook.event.company_id().unwrap().to_string(), COMPANY);
    let Event::BankFeedsSourceAccountConnected(account) = webhook.event else {
        panic!()
    };
    assert_eq!(
        account.reference_company.unwrap().id,
        ZERO.parse::<CompanyId>().unwrap()
    );

    // In an unknown event, too.
    for payload in [
        format!(r#"{{"referenceCompany":{{"id":"{ZERO}"}},"companyId":"{COMPANY}"}}"#),
        format!(
            r#"{{"companyId":"{COMPANY}","connectionId":"{ZERO}","connection":{{"id":"{CONNECTION}"}}}}"#
        ),
    ] {
        let webhook = round_trip(&event("new.event", &payload));
        assert_eq!(
            webhook.event.company_id().unwrap().to_string(),
            COMPANY,
            "{payload}"
        );
        let connection = webhook.event.connection_id().map(|id| id.to_string());
        assert_eq!(
            connection.is_some(),
            payload.contains(CONNECTION),
            "{payload}"
        );
    }
}
