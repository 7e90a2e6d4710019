//! JSON that is kept raw is checked to be JSON, and kept byte for byte: the behaviours that parsers
//! of JSON are commonly tested for, in an unknown payload, an unknown field and a misfit.

use codat_webhooks::{ErrorKind, Event, from_slice};

use crate::common::{ID, entry_points, fixture};

/// Must be read.
const ACCEPTED: &[&[u8]] = &[
    // Arrays
    b"[[]   ]",
    b"[\"\"]",
    b"[]",
    b"[\"a\"]",
    b"[false]",
    b"[null, 1, \"1\", {}]",
    b"[null]",
    b"[1\n]",
    b" [1]",
    b"[1,null,null,null,2]",
    b"[2] ",
    // Numbers
    b"[123e65]",
    b"[0e+1]",
    b"[0e1]",
    b"[ 4]",
    b"[-0.00000000000000000000000000000000000000000000000000000000000000000000001]",
    b"[20e1]",
    b"[-0]",
    b"[-123]",
    b"[-1]",
    b"[-0e0]",
    b"[1E22]",
    b"[1E-2]",
    b"[1E+2]",
    b"[123e45]",
    b"[123.456e78]",
    b"[1e-2]",
    b"[1e+2]",
    b"[123]",
    b"[123.456789]",
    // Objects
    b"{\"asd\":\"sdf\", \"dfg\":\"fgh\"}",
    b"{\"asd\":\"sdf\"}",
    b"{\"a\":\"b\",\"a\":\"c\"}",
    b"{\"a\":\"b\",\"a\":\"b\"}",
    b"{}",
    b"{\"\":0}",
    b"{\"foo\\u0000bar\": 42}",
    b"{ \"min\": -1.0e+28, \"max\": 1.0e+28 }",
    b"{\"x\":[{\"key\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}], \"key\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
    b"{\"a\":[]}",
    b"{\"title\":\"\\u041f\\u043e\\u043b\"}",
    b"{\n\"a\": \"b\"\n}",
    // Escapes
    b"[\"\\u0060\\u012a\\u12AB\"]",
    b"[\"\\uD801\\udc37\"]",
    b"[\"\\ud83d\\ude39\\ud83d\\udc8d\"]",
    b"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
    b"[\"\\\\u0000\"]",
    b"[\"\\\"\"]",
    b"[\"\\\\a\"]",
    b"[\"\\\\n\"]",
    b"[\"\\u0012\"]",
    b"[\"\\uFFFF\"]",
    b"[\"\\uDBFF\\uDFFF\"]",
    b"[\"new\\u00A0line\"]",
    b"[\"\\u0000\"]",
    b"[\"\\u002c\"]",
    b"[\"\\uD834\\uDd1e\"]",
    b"[\"\\u0821\"]",
    b"[\"\\u0123\"]",
    b"[\"\\u0061\\u30af\\u30EA\\u30b9\"]",
    b"[\"new\\u000Aline\"]",
    b"[\"\\uA66D\"]",
    b"[\"\\u005C\"]",
    b"[\"\\u0022\"]",
    b"[\"\\uDBFF\\uDFFE\"]",
    b"[\"\\uD83F\\uDFFE\"]",
    b"[\"\\u200B\"]",
    b"[\"\\u2064\"]",
    b"[\"\\uFDD0\"]",
    b"[\"\\uFFFE\"]",
    // Texts
    b"[\"a/*b*/c/*d//e\"]",
    b"[\"asd\"]",
    b"[ \"asd\"]",
    b"[\"\xf4\x8f\xbf\xbf\"]",
    b"[\"\xef\xbf\xbf\"]",
    b"[\"\xcf\x80\"]",
    b"[\"\xf0\x9b\xbf\xbf\"]",
    b"[\"asd \"]",
    b"\" \"",
    b"[\"\xe2\x80\xa8\"]",
    b"[\"\xe2\x80\xa9\"]",
    b"[\"\x7f\"]",
    b"[\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\"]",
    b"[\"\xe2\x82\xac\xf0\x9d\x84\x9e\"]",
    b"[\"a\x7fa\"]",
    // Whole values
    b"false",
    b"42",
    b"-0.1",
    b"null",
    b"\"asd\"",
    b"true",
    b"\"\"",
    b"[\"a\"]\n",
    b"[true]",
    b" [] ",
];

/// Must not be read.
const REFUSED: &[&[u8]] = &[
    // Arrays
    b"[1 true]",
    b"[a\xe5]",
    b"[\"\": 1]",
    b"[\"\"],",
    b"[,1]",
    b"[1,,2]",
    b"[\"x\",,]",
    b"[\"x\"]]",
    b"[\"\",]",
    b"[\"x\"",
    b"[x",
    b"[3[4]]",
    b"[\xff]",
    b"[1:2]",
    b"[,]",
    b"[-]",
    b"[   , \"\"]",
    b"[\"a\",\n4\n,1,",
    b"[1,]",
    b"[1,,]",
    b"[\"\x0ba\"\x0c]",
    b"[*]",
    b"[\"\"",
    b"[1,",
    b"[1,\n1\n,1",
    b"[{}",
    // Words
    b"[fals]",
    b"[nul]",
    b"[tru]",
    // Numbers
    b"123\x00",
    b"[++1234]",
    b"[+1]",
    b"[+Inf]",
    b"[-01]",
    b"[-1.0.]",
    b"[-2.]",
    b"[-NaN]",
    b"[.-1]",
    b"[.2e-3]",
    b"[0.1.2]",
    b"[0.3e+]",
    b"[0.3e]",
    b"[0.e1]",
    b"[0E+]",
    b"[0E]",
    b"[0e+]",
    b"[0e]",
    b"[1.0e+]",
    b"[1.0e-]",
    b"[1.0e]",
    b"[1 000.0]",
    b"[1eE2]",
    b"[2.e+3]",
    b"[2.e-3]",
    b"[2.e3]",
    b"[9.e+]",
    b"[Inf]",
    b"[NaN]",
    b"[\xef\xbc\x91]",
    b"[1+2]",
    b"[0x1]",
    b"[0x42]",
    b"[Infinity]",
    b"[0e+-1]",
    b"[-123.123foo]",
    b"[123\xe5]",
    b"[1e1\xe5]",
    b"[0\xe5]\n",
    b"[-Infinity]",
    b"[-foo]",
    b"[- 1]",
    b"[-012]",
    b"[-.123]",
    b"[-1x]",
    b"[1ea]",
    b"[1e\xe5]",
    b"[1.]",
    b"[.123]",
    b"[1.2a-3]",
    b"[1.8011670033376514H-308]",
    b"[012]",
    // Objects
    b"[\"x\", truth]",
    b"{[: \"x\"}\n",
    b"{\"x\", null}",
    b"{\"x\"::\"b\"}",
    b"{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}",
    b"{\"a\":\"a\" 123}",
    b"{key: 'value'}",
    b"{\"\xb9\":\"0\",}",
    b"{\"a\" b}",
    b"{:\"b\"}",
    b"{\"a\" \"b\"}",
    b"{\"a\":",
    b"{\"a\"",
    b"{1:1}",
    b"{9999E9999:1}",
    b"{null:null,null:null}",
    b"{\"id\":0,,,,,}",
    b"{'a':0}",
    b"{\"id\":0,}",
    b"{\"a\":\"b\"}/**/",
    b"{\"a\":\"b\"}/**//",
    b"{\"a\":\"b\"}//",
    b"{\"a\":\"b\"}/",
    b"{\"a\":\"b\",,\"c\":\"d\"}",
    b"{a: \"b\"}",
    b"{\"a\":\"a",
    b"{ \"foo\" : \"bar\", \"a\" }",
    b"{\"a\":\"b\"}#",
    // Texts
    b" ",
    b"[\"\\uD800\\\"]",
    b"[\"\\uD800\\u\"]",
    b"[\"\\uD800\\u1\"]",
    b"[\"\\uD800\\u1x\"]",
    b"[\xc3\xa9]",
    b"[\"\\\x00\"]",
    b"[\"\\x00\"]",
    b"[\"\\\\\\\"]",
    b"[\"\\\t\"]",
    b"[\"\\\xf0\x9f\x8c\x80\"]",
    b"[\"\\\"]",
    b"[\"\\u00A\"]",
    b"[\"\\uD834\\uDd\"]",
    b"[\"\\uD800\\uD800\\x\"]",
    b"[\"\\u\xe5\"]",
    b"[\"\\a\"]",
    b"[\"\\uqqqq\"]",
    b"[\"\\\xe5\"]",
    b"[\\u0020\"asd\"]",
    b"[\\n]",
    b"\"",
    b"['single quote']",
    b"abc",
    b"[\"\\",
    b"[\"a\x00a\"]",
    b"[\"new\nline\"]",
    b"[\"\t\"]",
    b"\"\\UA66D\"",
    b"\"\"x",
    // Structures
    b"\xe2\x81\xa0",
    b"<.>",
    b"[<null>]",
    b"[1]x",
    b"[1]]",
    b"[\"asd]",
    b"a\xc3\xa5",
    b"[True]",
    b"1]",
    b"{\"x\": true,",
    b"[][]",
    b"]",
    b"\xef\xbb{}",
    b"\xe5",
    b"[",
    b"",
    b"[\x00]",
    b"2@",
    b"{}}",
    b"{\"\":",
    b"{\"a\":/*comment*/\"b\"}",
    b"{\"a\": true} \"x\"",
    b"['",
    b"[,",
    b"[{",
    b"[\"a",
    b"[\"a\"",
    b"{",
    b"{]",
    b"{,",
    b"{[",
    b"{\"a",
    b"{'a'",
    b"[\"\\{[\"\\{[\"\\{[\"\\{",
    b"\xe9",
    b"*",
    b"{\"a\":\"b\"}#{}",
    b"[\\u000A\"\"]",
    b"[1",
    b"[ false, nul",
    b"[ true, fals",
    b"[ false, tru",
    b"{\"asd\":\"asd\"",
    b"\xc3\xa5",
    b"[\xe2\x81\xa0]",
    b"\xef\xbb\xbf",
    b"[\x0c]",
];

/// A parser may read them or not.
const EITHER: &[&[u8]] = &[
    // Numbers
    b"[123.456e-789]",
    b"[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999969999999006]",
    b"[-1e+9999]",
    b"[1.5e+9999]",
    b"[-123123e100000]",
    b"[123123e100000]",
    b"[123e-10000000]",
    b"[-123123123123123123123123123123]",
    b"[100000000000000000000]",
    b"[-237462374673276894279832749832423479823246327846]",
    // Lone halves of pairs
    b"{\"\\uDFAA\":0}",
    b"[\"\\uDADA\"]",
    b"[\"\\uD888\\u1234\"]",
    b"[\"\\uD800\\n\"]",
    b"[\"\\uDd1ea\"]",
    b"[\"\\uD800\\uD800\\n\"]",
    b"[\"\\ud800\"]",
    b"[\"\\ud800abc\"]",
    b"[\"\\uDd1e\\uD834\"]",
    b"[\"\\uDFAA\"]",
    // Not UTF-8
    b"[\"\xe6\x97\xa5\xd1\x88\xfa\"]",
    b"[\"\xff\"]",
    b"[\"\xf4\xbf\xbf\xbf\"]",
    b"[\"\xc0\xaf\"]",
    b"[\"\xfc\x83\xbf\xbf\xbf\xbf\"]",
    b"[\"\xfc\x80\x80\x80\x80\x80\"]",
    b"[\"\xe0\xff\"]",
    b"[\"\xed\xa0\x80\"]",
    b"[\"\xe9\"]",
    b"[\"\x81\"]",
    b"\xff\xfe[\x00\"\x00\xe9\x00\"\x00]\x00",
    b"\x00[\x00\"\x00\xe9\x00\"\x00]",
    b"[\x00\"\x00\xe9\x00\"\x00]\x00",
    // A byte order mark
    b"\xef\xbb\xbf{}",
];

fn refused() -> Vec<Vec<u8>> {
    let deep = ["[".repeat(100_000), "[{\"\":".repeat(50_000)];
    let listed = REFUSED.iter().map(|case| case.to_vec());
    listed.chain(deep.map(String::into_bytes)).collect()
}

fn either() -> Vec<Vec<u8>> {
    let deep = "[".repeat(500) + &"]".repeat(500);
    let listed = EITHER.iter().map(|case| case.to_vec());
    listed.chain([deep.into_bytes()]).collect()
}

/// Returns the kind of error at every entry point, or `None` for an event.
fn kind(body: &[u8]) -> Option<ErrorKind> {
    entry_points::read(body).err().map(|error| error.kind())
}

#[test]
fn a_case_by_itself_is_never_an_event() {
    for case in ACCEPTED {
        assert_eq!(
            kind(case),
            Some(ErrorKind::Envelope),
            "{}",
            case.escape_ascii()
        );
    }
    for case in refused() {
        assert_eq!(
            kind(&case),
            Some(ErrorKind::Json),
            "{}",
            case.escape_ascii()
        );
    }
    for case in either() {
        let kind = kind(&case);
        assert!(kind.is_some(), "{}", case.escape_ascii());
        if std::str::from_utf8(&case).is_err() {
            assert_eq!(kind, Some(ErrorKind::Json), "{}", case.escape_ascii());
        }
    }
}

/// A body of an event with the case as its payload.
fn event(event_type: &str, case: &[u8]) -> Vec<u8> {
    let before = format!(r#"{{"id":"{ID}","eventType":"{event_type}","payload":"#);
    [before.as_bytes(), case, b"}"].concat()
}

/// Returns bodies with the case in an unknown field, first and last of the envelope and of the payload,
/// and in place of an optional date of both.
fn extra(case: &[u8]) -> [Vec<u8>; 6] {
    let text = fixture("read.completed").text;
    let text = text.trim();
    let last = text.len() - 1;
    let payload = text.find(r#""payload":{"#).unwrap() + r#""payload":{"#.len();
    let put = |at: usize, before: &[u8], after: &[u8]| {
        let (start, end) = text.as_bytes().split_at(at);
        [start, before, case, after, end].concat()
    };
    let replace = |key: &str| {
        let start = text.find(key).unwrap() + key.len();
        let end = start + 1 + text[start + 1..].find('"').unwrap() + 1;
        [&text.as_bytes()[..start], case, &text.as_bytes()[end..]].concat()
    };
    [
        put(1, b"\"extra\":", b","),
        put(last, b",\"extra\":", b""),
        put(payload, b"\"extra\":", b","),
        put(last - 1, b",\"extra\":", b""),
        replace("\"generatedDate\":"),
        replace("\"modifiedFromDate\":"),
    ]
}

#[test]
fn a_case_inside_of_an_event_is_kept_or_refused() {
    for case in ACCEPTED {
        let Event::Unknown(unknown) = from_slice(&event("company.renamed", case)).unwrap().event
        else {
            panic!("it is not known");
        };
        let kept = unknown.payload.unwrap();
        assert_eq!(kept.as_str().as_bytes(), case.trim_ascii());
        // None of them is a company: least of all an array.
        let known = event("company.created", case);
        assert_eq!(kind(&known), Some(ErrorKind::Payload));
        for body in extra(case) {
            assert_eq!(kind(&body), None, "{}", body.escape_ascii());
            let webhook = from_slice(&body).unwrap();
            let Event::ReadCompleted(read) = &webhook.event else {
                panic!("{}", body.escape_ascii());
            };
            let kept: Vec<_> = webhook.extra.iter().chain(&read.extra).collect();
            let date = read
                .modified_from_date
                .iter()
                .chain(&webhook.generated_date);
            match &kept[..] {
                [(_, raw)] => assert_eq!(raw.as_str().as_bytes(), case.trim_ascii()),
                // A text is a date, and null is none.
                [] if date.clone().count() == 2 => assert!(case.contains(&b'"')),
                [] => assert_eq!(*case, b"null"),
                _ => panic!("{kept:?}"),
            }
        }
    }
    for case in refused() {
        assert_eq!(
            kind(&event("company.renamed", &case)),
            Some(ErrorKind::Json),
            "{}",
            case.escape_ascii()
        );
        for body in extra(&case) {
            assert_eq!(
                kind(&body),
                Some(ErrorKind::Json),
                "{}",
                body.escape_ascii()
            );
        }
    }
    for case in either() {
        let is_read = kind(&event("company.renamed", &case)).is_none();
        assert!(!is_read || std::str::from_utf8(&case).is_ok());
        for body in extra(&case) {
            assert_eq!(kind(&body).is_none(), is_read, "{}", body.escape_ascii());
        }
    }
}
