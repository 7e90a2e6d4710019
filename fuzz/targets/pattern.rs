//! Any text as an event type, a pattern and a tag filter.

#![no_main]

use codat_webhooks::payload::Company;
use codat_webhooks::uuid::Uuid;
use codat_webhooks::{Event, EventPattern, EventType, TagFilter};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (pattern, text) = input;
    let event_type = EventType::from(text);
    let name = event_type.name();
    assert_eq!(event_type, *text);
    assert_eq!(EventType::from(&*name), event_type);
    assert_eq!(event_type.to_string(), name);
    let json = serde_json::to_string(&event_type).expect("text");
    let read: EventType = serde_json::from_str(&json).expect("text");
    assert_eq!(read, event_type);
    if let EventType::Unknown(unknown) = &event_type {
        let mark = ["@rules.", "@event."]
            .iter()
            .any(|mark| unknown.as_str().starts_with(mark));
        let mark = if mark { "@event." } else { "" };
        assert_eq!(name, format!("{mark}{unknown}"));
    }

    if let Ok(parsed) = pattern.parse::<EventPattern>() {
        assert_eq!(parsed.to_string(), pattern);
        let parts: Vec<_> = pattern.split('.').collect();
        let naive = |name: &str| matches(&parts, &name.split('.').collect::<Vec<_>>());
        // The events of reports have two spellings, of which either matches.
        let other = match event_type {
            EventType::ReportsGenerateSuccessful(_) | EventType::ReportsGenerateUnsuccessful(_) => {
                name.replacen("reports.", "report.", 1)
            }
            _ => name.to_string(),
        };
        assert_eq!(
            parsed.matches(&event_type),
            naive(&name) || naive(&other),
            "{pattern:?} {name:?}"
        );
    } else {
        // Nothing that can be the type of an event is refused for its letters.
        let starred = pattern
            .split('.')
            .any(|part| part.contains('*') && part != "*");
        let empty = pattern.split('.').any(str::is_empty);
        assert!(
            starred || empty || pattern.contains(char::is_control),
            "{pattern:?}"
        );
    }

    if let Ok(filter) = pattern.parse::<TagFilter>() {
        assert_eq!(filter.to_string(), pattern);
        let mut company = Company::new(Uuid::nil());
        let (key, value) = text.split_once(':').unwrap_or((text, ""));
        company.tags = Some([(key, value)].into_iter().collect());
        let matched = filter.matches(&Event::CompanyCreated(company.into()));
        assert_eq!(matched, format!("{key}:{value}") == pattern);
    } else {
        let has_key = pattern
            .split_once(':')
            .is_some_and(|(key, _)| !key.is_empty());
        assert!(!has_key, "{pattern:?}");
    }
});

/// `*` is one part or more. Of each start of the pattern, which starts of the name it matches.
fn matches(pattern: &[&str], name: &[&str]) -> bool {
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; name.len() + 1];
        for (at, text) in name.iter().enumerate() {
            next[at + 1] = match *part {
                "*" => reached[at] || next[at],
                literal => reached[at] && literal == *text,
            };
        }
        reached = next;
    }
    reached[name.len()]
}
