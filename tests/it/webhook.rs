//! [`Webhook::generated_at`].

use codat_webhooks::chrono::{DateTime, Utc};
use codat_webhooks::value::EventId;
use codat_webhooks::{Event, UnknownEvent, Webhook};

use crate::common::{ID, fixtures, read, round_trip, write};

fn webhook() -> Webhook {
    let id: EventId = ID.parse().unwrap();
    let event = UnknownEvent::new("company.renamed").unwrap();
    Webhook::new(id, Event::Unknown(event))
}

#[test]
fn generated_at_is_the_date_as_utc() {
    let instant: DateTime<Utc> = "2026-11-02T08:15:00.25Z".parse().unwrap();
    assert_eq!(webhook().generated_at(), None);
    for (text, expected) in [
        ("2026-11-02T08:15:00.25Z", Some(instant)),
        ("2026-11-02T10:15:00.25+02:00", Some(instant)),
        // Documented as UTC.
        ("2026-11-02T08:15:00.25", Some(instant)),
        ("2026-11-02 08:15:00.25", Some(instant)),
        ("2026-11-02", None),
        ("2026-11-02T23:59:99Z", None),
        ("soon", None),
    ] {
        let webhook = webhook().with_generated_date(text);
        assert_eq!(webhook.generated_at(), expected, "{text}");
        assert_eq!(
            round_trip(&write(&webhook)).generated_at(),
            expected,
            "{text}"
        );
    }
    for fixture in fixtures() {
        let webhook = read(&fixture.text);
        let date = webhook.generated_date.as_ref();
        let date = date.and_then(|date| date.assume_utc());
        assert_eq!(webhook.generated_at(), date, "{}", fixture.name);
        assert_eq!(
            date.is_some(),
            fixture.text.contains("generatedDate"),
            "{}",
            fixture.name
        );
    }
}
