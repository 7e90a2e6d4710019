//! Crates that stand between a value and `serde_json` pass its text on.

use codat_webhooks::Webhook;
use codat_webhooks::payload::SourceAccountEvent;
use serde::Serialize;

use crate::values::{Any, text, values};
use crate::wrappers::Field;

#[test]
fn what_passes_on_to_serde_json_writes_and_reads_the_same_text() {
    for value in &values() {
        let field = Field {
            note: 7,
            value: value.clone(),
        };
        let own = text(&field);

        let mut bytes = Vec::new();
        let serializer = &mut serde_json::Serializer::new(&mut bytes);
        let mut track = serde_path_to_error::Track::new();
        field
            .serialize(serde_path_to_error::Serializer::new(serializer, &mut track))
            .unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), own);
        let deserializer = &mut serde_json::Deserializer::from_str(&own);
        let read = value.while_reading(|| serde_path_to_error::deserialize(deserializer));
        let read: Field<Any> = read.unwrap();
        assert_eq!(read.value, *value);
        assert_eq!(text(&read), own);

        // An erased value, and an erased serializer.
        let erased: &dyn erased_serde::Serialize = &field;
        assert_eq!(serde_json::to_string(erased).unwrap(), own);
        let mut bytes = Vec::new();
        let serializer = &mut serde_json::Serializer::new(&mut bytes);
        let mut serializer = <dyn erased_serde::Serializer>::erase(serializer);
        erased.erased_serialize(&mut serializer).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), own);
        let deserializer = &mut serde_json::Deserializer::from_str(&own);
        let mut deserializer = <dyn erased_serde::Deserializer<'_>>::erase(deserializer);
        let read = value.while_reading(|| erased_serde::deserialize(&mut deserializer));
        let read: Field<Any> = read.unwrap();
        assert_eq!(read.value, *value);
        assert_eq!(text(&read), own);
    }
}

#[test]
fn the_path_of_an_error_is_that_of_the_event_in_the_consumers_type() {
    let deserializer = &mut serde_json::Deserializer::from_str(
        r#"{"note":1,"value":{"id":"7d1e9a52-3c0b-4f6e-8a41-5b9c2e7f1d30","eventType":"company.deleted","payload":{}}}"#,
    );
    let error = serde_path_to_error::deserialize::<_, Field<Webhook>>(deserializer)
        .err()
        .unwrap();
    assert_eq!(error.path().to_string(), "value");
    assert!(error.to_string().contains("payload.id"), "{error}");

    let deserializer =
        &mut serde_json::Deserializer::from_str(r#"{"note":1,"value":{"sourceAccount":{}}}"#);
    let error = serde_path_to_error::deserialize::<_, Field<SourceAccountEvent>>(deserializer)
        .err()
        .unwrap();
    assert_eq!(error.path().to_string(), "value");
    assert!(error.to_string().contains("sourceAccount.id"), "{error}");
}
