//! The command: its output, its complaints and its exit status.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, from_str, json};

const DESCRIPTION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/description.json");

/// Runs the command and returns its exit status, output and complaints.
fn run(args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    let output = command.args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap();
    (status, text(output.stdout), text(output.stderr))
}

fn file(name: &str, content: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_exit_status_says_whether_there_is_anything_new() {
    let (status, out, err) = run(&[DESCRIPTION]);
    assert_eq!((status, &*err), (0, ""));
    assert!(
        out.starts_with("# New in the descriptions: 0\n# Only in the crate: "),
        "{out}"
    );

    let mut description: Value = from_str(&fs::read_to_string(DESCRIPTION).unwrap()).unwrap();
    description["components"]["schemas"]["Company"]["properties"]["nick\nname"] = json!({});
    let (status, out, err) = run(&[&file("extended.json", &description.to_string())]);
    assert_eq!((status, &*err), (1, ""));
    let expected = "# New in the descriptions: 1\n\
                    company.*\tpayload.nick\\nname\tunknown field\t-\n# Only in the crate: ";
    assert!(out.starts_with(expected), "{out}");
    for line in out.lines().filter(|line| !line.starts_with("# ")) {
        assert_eq!(line.split('\t').count(), 4, "{line}");
    }
}

#[test]
fn what_is_accepted_is_left_out_and_checked() {
    let deprecated = "@rules.DataSyncCompleted\t-\tdeprecated\t-\n";
    let (_, out, _) = run(&[DESCRIPTION]);
    assert!(!out.contains(deprecated), "{out}");

    let mut description: Value = from_str(&fs::read_to_string(DESCRIPTION).unwrap()).unwrap();
    description["webhooks"]["DataSyncCompleted"]["post"]["deprecated"] = false.into();
    let (_, out, _) = run(&[&file("restored.json", &description.to_string())]);
    let (_, gone) = out.split_once("# Accepted, but not found: ").unwrap();
    assert!(gone.contains(deprecated), "{out}");
}

#[test]
fn bad_use_is_one_line() {
    let broken = file("broken.json", "openapi: 3.1.0\n");
    let empty = file("empty.json", "[]");
    let never = json!({"webhooks": {"a": {"$ref": "#/webhooks/a"}}});
    let never = file("never.json", &never.to_string());
    let nothing = json!({"webhooks": {"a": {"get": {}}}});
    let nothing = file("nothing.json", &nothing.to_string());
    let cases: [(&[&str], &str); 7] = [
        (&[], "no description given"),
        (&["--json", DESCRIPTION], "'--json'"),
        (&["--", "--help"], "--help: "),
        (&[&broken], "not JSON"),
        (&[DESCRIPTION, &empty], "empty.json: describes no webhooks"),
        (&[&never], "webhook a: references lead nowhere"),
        (&[&nothing], "webhook a: has no request body"),
    ];
    for (args, problem) in cases {
        let (status, out, err) = run(args);
        assert_eq!((status, &*out), (2, ""), "{args:?}");
        assert!(
            err.starts_with("conformance: ") && err.contains(problem),
            "{err}"
        );
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    let (status, out, err) = run(&["--help"]);
    assert_eq!((status, &*err), (0, ""));
    assert!(out.starts_with("Usage: conformance"));
}
