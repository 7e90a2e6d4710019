//! [`TagFilter`]: choosing events by a tag of their company.

use codat_webhooks::payload::Company;
use codat_webhooks::value::{CompanyId, Tags};
use codat_webhooks::{Event, TagFilter, from_str};

use crate::common::{COMPANY, fixture, fixtures, read};

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

#[test]
fn one_of_a_list_of_tag_filters_has_to_match() {
    let tags = [("region", "us"), ("team", "a"), ("tier", "1")];
    let id: CompanyId = COMPANY.parse().unwrap();
    let company = |tags: &[(&str, &str)]| {
        let tags: Tags = tags.iter().copied().collect();
        Event::CompanyCreated(Company::new(id).with_tags(tags).into())
    };
    let texts = ["region:us", "region:ca", "team:a", "tier:2"];
    // Every list of filters, with every set of tags.
    for filters in 0..1_u32 << texts.len() {
        let chosen = texts.iter().enumerate();
        let chosen = chosen.filter(|(index, _)| filters & (1 << index) != 0);
        let chosen: Vec<&str> = chosen.map(|(_, text)| *text).collect();
        // As a configuration has it.
        let filters: Vec<TagFilter> = serde_json::from_value(chosen.clone().into()).unwrap();
        assert_eq!(
            filters.iter().map(TagFilter::as_str).collect::<Vec<_>>(),
            chosen
        );
        for with in 0..1_u32 << tags.len() {
            let tags = tags.iter().enumerate();
            let tags = tags.filter(|(index, _)| with & (1 << index) != 0);
            let tags: Vec<_> = tags.map(|(_, tag)| *tag).collect();
            let has = |filter: &&str| {
                tags.iter()
                    .any(|(key, value)| format!("{key}:{value}") == **filter)
            };
            let event = company(&tags);
            assert_eq!(
                filters.iter().any(|filter| filter.matches(&event)),
                chosen.iter().any(has),
                "{filters:?} {tags:?}"
            );
        }
        let untagged = read(&fixture("client.rateLimit.reached").text).event;
        assert!(!filters.iter().any(|filter| filter.matches(&untagged)));
    }
}

/// The limit of 128 characters is Codat's to raise.
#[test]
fn a_tag_filter_of_any_length_is_accepted() {
    for letter in ["a", "ö", "家", "🪑"] {
        for count in [1, 126, 127, 500] {
            let value = letter.repeat(count);
            let filter: TagFilter = format!("k:{value}").parse().unwrap();
            let company = Company::new(COMPANY.parse::<CompanyId>().unwrap());
            let event = Event::CompanyCreated(company.with_tags([("k", value)]).into());
            assert!(filter.matches(&event));
        }
    }
}
