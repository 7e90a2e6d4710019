//! Choosing events by type and by tag.

use crate::common::fixtures;
use codat_webhooks::payload::Company;
use codat_webhooks::value::CompanyId;
use codat_webhooks::{Event, EventPattern, EventType, TagFilter, from_str};

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

#[test]
fn either_spelling_of_report_matches() {
    for spelling in ["report", "reports"] {
        let event_type = EventType::from(&*format!("{spelling}.creditModel.generate.successful"));
        for pattern in [
            "report.*",
            "reports.creditModel.*",
            "report.creditModel.generate.successful",
        ] {
            assert!(
                pattern
                    .parse::<EventPattern>()
                    .unwrap()
                    .matches(&event_type)
            );
        }
        assert!(
            !"report.spendAnalysis.*"
                .parse::<EventPattern>()
                .unwrap()
                .matches(&event_type)
        );
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

#[test]
fn a_tag_filter_matches_an_equal_tag() {
    let id: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse().unwrap();
    let mut company = Company::new(id);
    let event = |company: &Company| Event::CompanyCreated(company.clone().into());
    let filter = |text: &str| text.parse::<TagFilter>().unwrap();
    assert!(!filter("region:us").matches(&event(&company)), "no tags");

    company.tags = Some(
        [
            ("region", "us"),
            ("team", "a:b"),
            ("x:y", "z"),
            ("empty", ""),
        ]
        .into_iter()
        .collect(),
    );
    for text in ["region:us", "team:a:b", "x:y:z", "empty:"] {
        assert!(filter(text).matches(&event(&company)), "{text}");
        assert_eq!(
            (filter(text).as_str(), &*filter(text).to_string()),
            (text, text)
        );
        assert_eq!(serde_json::to_value(filter(text)).unwrap(), text);
        assert_eq!(
            serde_json::from_value::<TagFilter>(text.into()).unwrap(),
            filter(text)
        );
    }
    for text in [
        "region:US",
        "Region:us",
        "region:u",
        "region:us ",
        "region: us",
        "team:a",
        "us:region",
    ] {
        assert!(!filter(text).matches(&event(&company)), "{text}");
    }
    for (text, message) in [
        (
            "",
            "invalid tag filter: there is no `:` between key and value",
        ),
        (
            "region",
            "invalid tag filter: there is no `:` between key and value",
        ),
        (":us", "invalid tag filter: there is no key before the `:`"),
    ] {
        assert_eq!(text.parse::<TagFilter>().unwrap_err().to_string(), message);
    }
}

#[test]
fn a_tag_filter_finds_the_tags_of_any_event() {
    let mut matched = 0;
    for fixture in fixtures() {
        let event = from_str(&fixture.text).unwrap().event;
        let tags = event.company_tags();
        for (key, value) in tags.iter().flat_map(|tags| tags.iter()) {
            let filter: TagFilter = format!("{key}:{value}").parse().unwrap();
            assert!(filter.matches(&event));
            matched += 1;
        }
    }
    assert!(matched > 10, "{matched} tags");
}
