//! [`EventPattern`]: choosing events by type.

use codat_webhooks::legacy::RuleType;
use codat_webhooks::{EventPattern, EventType};

use crate::common::odd_spellings;

#[test]
fn a_star_stands_for_whole_parts() {
    let cases = [
        ("*", "company.created", true),
        ("*", "AccountCategoriesUpdated", true),
        ("*", "", true),
        ("read.completed", "read.completed", true),
        ("read.completed", "read.completed.initial", false),
        ("read.completed.*", "read.completed", false),
        (
            "read.completed.*",
            "read.completed.successful.initial",
            true,
        ),
        ("*.read.completed", "read.completed", false),
        ("*.read.completed", "lending.read.completed", true),
        ("*.read.completed", "my.own product.read.completed", true),
        ("connection.*", "connection.created", true),
        ("connection.*", "connection", false),
        ("connection.*", "connections.created", false),
        ("connection.*", "Connection.created", false),
        ("*.write.unsuccessful", "bills.write.unsuccessful", true),
        ("*.write.unsuccessful", "bills.write.successful", false),
        ("bills.write.*", "bills.write.successful", true),
        ("bills.write.*", "bill.write.successful", false),
        ("bankFeeds.*", "bankFeeds.sourceAccount.connected", true),
        ("*.*", "company.created", true),
        ("*.*", "company", false),
        ("*.*.*", "company.created", false),
        ("a.*.c.*.e", "a.b.c.d.e", true),
        ("a.*.c.*.e", "a.c.c.c.c.c.e", true),
        ("a.*.c.*.e", "a.b.c.e", false),
        ("a.*.c.*.e", "a.b.c.d.e.f", false),
        ("*.b", "b.b", true),
        ("*.b", "a..b", true),
        ("*.b.*", "b.b.b.a", true),
        ("*.read.completed", "read.read.completed", true),
        ("*.c.d", "a.c.c.d", true),
    ];
    for (pattern, text, matches) in cases {
        let pattern: EventPattern = pattern.parse().unwrap();
        assert_eq!(
            pattern.matches(&EventType::from(text)),
            matches,
            "{pattern} on {text:?}"
        );
    }
}

#[test]
fn a_type_matches_its_own_text_and_its_family() {
    for event_type in EventType::known() {
        let text = event_type.to_string();
        let exact: EventPattern = text.parse().unwrap();
        let others = EventType::known()
            .filter(|other| exact.matches(other))
            .count();
        assert_eq!((exact.matches(&event_type), others), (true, 1));
        let Some((family, last)) = text.rsplit_once('.') else {
            continue;
        };
        assert!(
            format!("{family}.*")
                .parse::<EventPattern>()
                .unwrap()
                .matches(&event_type)
        );
        assert!(
            format!("*.{last}")
                .parse::<EventPattern>()
                .unwrap()
                .matches(&event_type)
        );
    }
}

/// Of every report, whether it is listed or not.
#[test]
fn either_spelling_of_report_matches() {
    for report in ["creditModel", "fxInsights"] {
        for (last, other) in [
            ("successful", "unsuccessful"),
            ("unsuccessful", "successful"),
        ] {
            for spelling in ["report", "reports"] {
                let text = format!("{spelling}.{report}.generate.{last}");
                let event_type = EventType::from(&*text);
                for (pattern, matches) in [
                    (&*text, true),
                    (&text.replace("report.", "reports."), true),
                    (&text.replace("reports.", "report."), true),
                    ("reports.*", true),
                    ("report.*", true),
                    (&format!("reports.{report}.*"), true),
                    (&format!("report.{report}.*"), true),
                    (&format!("*.generate.{last}"), true),
                    (&format!("*.generate.{other}"), false),
                    ("report.spendAnalysis.*", false),
                    ("reports.spendAnalysis.*", false),
                    (&format!("reports.{}.*", report.to_lowercase()), false),
                ] {
                    let pattern: EventPattern = pattern.parse().unwrap();
                    assert_eq!(pattern.matches(&event_type), matches, "{pattern} on {text}");
                }
            }
        }
    }
}

#[test]
fn the_name_of_a_rule_matches_in_each_of_its_spellings() {
    for rule in RuleType::KNOWN {
        let event_type = EventType::Alert(rule.clone());
        for name in odd_spellings(rule.as_str()) {
            let pattern: EventPattern = format!("@rules.{name}").parse().unwrap();
            assert!(pattern.matches(&event_type), "{pattern}");
            for other in RuleType::KNOWN.iter().filter(|other| *other != rule) {
                assert!(
                    !pattern.matches(&EventType::Alert(other.clone())),
                    "{pattern}"
                );
            }
            // An event of that name is not an alert.
            let event = EventType::from(format!("@event.@rules.{name}").as_str());
            assert!(!pattern.matches(&event), "{pattern}");
        }
    }
    // The name of an unknown rule is compared as it was sent.
    let event_type = EventType::from("@rules.Not known");
    for (pattern, matches) in [("@rules.Not known", true), ("@rules.NotKnown", false)] {
        let pattern: EventPattern = pattern.parse().unwrap();
        assert_eq!(pattern.matches(&event_type), matches, "{pattern}");
    }
}

#[test]
fn a_bad_pattern_says_why() {
    let cases = [
        (
            "",
            "invalid pattern: it is empty; `*` matches every event type",
        ),
        (".", "invalid pattern: part 1 is empty"),
        ("a..b", "invalid pattern: part 2 is empty"),
        ("a.b.", "invalid pattern: part 3 is empty"),
        (
            "**",
            "invalid pattern: part 1 mixes `*` with text; `*` stands for whole parts",
        ),
        (
            "a.b*",
            "invalid pattern: part 2 mixes `*` with text; `*` stands for whole parts",
        ),
        (
            "a.b\n",
            "invalid pattern: part 2 contains a control character",
        ),
    ];
    for (pattern, message) in cases {
        assert_eq!(
            pattern.parse::<EventPattern>().unwrap_err().to_string(),
            message
        );
        assert!(serde_json::from_value::<EventPattern>(pattern.into()).is_err());
    }
}

#[test]
fn a_pattern_is_its_text() {
    for text in ["*", "connection.*", "my product.read.completed"] {
        let pattern: EventPattern = text.parse().unwrap();
        assert_eq!((pattern.as_str(), &*pattern.to_string()), (text, text));
        assert_eq!(serde_json::to_value(&pattern).unwrap(), text);
        assert_eq!(
            serde_json::from_value::<EventPattern>(text.into()).unwrap(),
            pattern
        );
    }
}

#[test]
fn many_stars_take_no_longer_than_the_product_of_the_lengths() {
    let pattern: EventPattern = format!("{}b", "*.a.".repeat(500)).parse().unwrap();
    let text = "a.".repeat(5_000) + "a";
    let start = std::time::Instant::now();
    assert!(!pattern.matches(&EventType::from(&*text)));
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
