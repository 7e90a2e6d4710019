//! Any text as a date and as an amount: the views agree with what chrono and the standard library
//! read.

#![no_main]

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Timelike, Utc};
use codat_webhooks::value::{Amount, Timestamp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, i64, u32, i32)| {
    let (text, seconds, nanos, offset) = input;
    let time = Timestamp::from(text);
    assert_eq!(time.as_str(), text);
    let json = serde_json::to_string(&time).expect("text");
    assert_eq!(
        serde_json::from_str::<Timestamp>(&json).expect("text"),
        time
    );

    // Four digits of a year are RFC 3339; other years are read in the form that chrono writes.
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let instant = rfc3339(text);
        let local = rfc3339(&format!("{text}Z"));
        assert_eq!(time.instant(), instant);
        assert_eq!(time.local(), local.map(|local| local.naive_utc()));
        if let Some(instant) = instant {
            assert_eq!(time.date(), Some(instant.date_naive()));
        }
    }
    assert_eq!(
        time.to_utc(),
        time.instant().map(|instant| instant.with_timezone(&Utc))
    );
    assert_eq!(
        time.assume_utc(),
        time.to_utc().or(time.local().map(|local| local.and_utc()))
    );
    // A text has one of the forms.
    assert!(time.instant().is_none() || time.local().is_none());
    if let Some(local) = time.local() {
        assert_eq!(time.date(), Some(local.date()));
    }
    if let (Some(date), None, None) = (time.date(), time.instant(), time.local()) {
        assert_eq!(Timestamp::from(date).date(), Some(date));
    }

    if let Some(utc) = DateTime::<Utc>::from_timestamp(seconds, nanos % 2_000_000_000) {
        if has_real_second(utc) {
            back(utc);
        } else {
            // chrono has leap seconds in any minute.
            assert_eq!(Timestamp::from(utc).to_utc(), None, "{utc}");
        }
    }
    // Codat's century, too, which random numbers would miss.
    if let Some(utc) =
        DateTime::<Utc>::from_timestamp(seconds % 4_102_444_800, nanos % 1_000_000_000)
    {
        back(utc);
        if let Some(offset) = FixedOffset::east_opt(offset % 86_400) {
            let there = utc.with_timezone(&offset);
            assert_eq!(Timestamp::from(there).instant(), Some(there));
        }
    }

    match text.parse::<Amount>() {
        Ok(amount) => {
            assert_eq!(amount.as_str(), text);
            assert_eq!(amount.to_string(), text);
            assert_eq!(amount.to_f64(), text.parse::<f64>().expect("a number"));
            let json = serde_json::to_string(&amount).expect("a number");
            assert_eq!(json, text);
            assert_eq!(
                serde_json::from_str::<Amount>(&json).expect("a number"),
                amount
            );
        }
        Err(_) => {
            let number = serde_json::from_str::<serde_json::Number>(text);
            assert!(number.is_err() || text.trim() != text, "{text:?}");
        }
    }
});

/// What chrono reads, without a minus sign that is not ASCII, and with second 60 at 23:59 UTC alone.
fn rfc3339(text: &str) -> Option<DateTime<FixedOffset>> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    (text.is_ascii() && has_real_second(instant.to_utc())).then_some(instant)
}

fn has_real_second(utc: DateTime<Utc>) -> bool {
    let is_leap_second = utc.nanosecond() >= 1_000_000_000;
    !is_leap_second || (utc.hour(), utc.minute()) == (23, 59)
}

fn back(utc: DateTime<Utc>) {
    let time = Timestamp::from(utc);
    assert_eq!(time.to_utc(), Some(utc), "{time}");
    let local: NaiveDateTime = utc.naive_utc();
    assert_eq!(Timestamp::from(local).local(), Some(local));
    let date: NaiveDate = local.date();
    assert_eq!(Timestamp::from(date).date(), Some(date));
}
