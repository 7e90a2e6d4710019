//! The program against a server of a few lines, which verifies what is posted.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use codat_webhooks::signature::{SignatureHeaders, Verifier};
use codat_webhooks::{Envelope, samples};

const SECRET: &str = "whsec_cXVheXNpZGUtYmlrZXMtd2ViaG9vay1rZXk=";

/// The bodies that were accepted, in their order.
type Accepted = Arc<Mutex<Vec<Vec<u8>>>>;

/// Starts a server that answers genuine deliveries with one status, and others with the other one.
fn serve(statuses: [u16; 2]) -> (String, Accepted) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhooks/codat", listener.local_addr().unwrap());
    let accepted = Accepted::default();
    let kept = Arc::clone(&accepted);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || while answer(stream.as_ref().unwrap(), statuses, &kept) {});
        }
    });
    (url, accepted)
}

fn answer(stream: &TcpStream, statuses: [u16; 2], accepted: &Accepted) -> bool {
    let mut reader = BufReader::new(stream);
    let mut headers = Vec::new();
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
        if let Some((name, value)) = line.split_once(": ") {
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        line.clear();
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let Some((_, length)) = length else {
        return false;
    };
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let verifier: Verifier = SECRET.parse().unwrap();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let result = SignatureHeaders::from_headers(headers)
        .and_then(|headers| verifier.verify(headers, body.clone()));
    let status = statuses[usize::from(result.is_err())];
    if result.is_ok() {
        accepted.lock().unwrap().push(body);
    }
    let mut stream = stream;
    let answer = format!("HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(answer.as_bytes()).is_ok()
}

/// Runs the program: status, standard output, standard error.
fn send(url: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_send"))
        .args(["--to", url])
        .args(arguments)
        .env("CODAT_WEBHOOK_SECRETS", SECRET)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn answers(out: &str, answer: &str) -> usize {
    let lines = out.lines().map(|line| line.split('\t').nth(2).unwrap());
    lines.filter(|found| *found == answer).count()
}

fn ids(accepted: &Accepted) -> HashSet<String> {
    let accepted = accepted.lock().unwrap();
    let id = |body: &Vec<u8>| Envelope::from_slice(body).unwrap().id().to_string();
    accepted.iter().map(id).collect()
}

#[test]
fn it_posts_every_sample_as_it_is_told_to() {
    let (url, accepted) = serve([202, 401]);
    let count = samples::all().count();
    assert!(count > 80);
    let (status, out, error) = send(&url, &["--all"]);
    assert_eq!((status, answers(&out, "202")), (Some(0), count), "{error}");
    assert_eq!(accepted.lock().unwrap().len(), count);
    for variant in ["unsigned", "stale", "forged"] {
        let (status, out, _) = send(&url, &["--all", "--as", variant]);
        assert_eq!((status, answers(&out, "401")), (Some(0), count));
    }
    for (variant, expected) in [("duplicate", 2), ("reordered", 1)] {
        let (status, out, _) = send(&url, &["read.completed", "--as", variant]);
        assert_eq!((status, answers(&out, "202")), (Some(0), expected));
    }
}

#[test]
fn repeated_events_have_ids_of_their_own() {
    let (url, accepted) = serve([202, 401]);
    let many = ["read.completed", "--repeat", "50", "--concurrency", "8"];
    let (status, out, summary) = send(&url, &many);
    assert_eq!((status, answers(&out, "202")), (Some(0), 50));
    assert!(summary.contains("answers: 50 x 202 in ") && summary.contains("latency: p50 "));
    assert_eq!(ids(&accepted).len(), 50);
    send(&url, &["read.completed", "--new-ids"]);
    assert_eq!(ids(&accepted).len(), 51);
}

#[test]
fn a_file_is_posted_byte_for_byte() {
    let (url, accepted) = serve([202, 401]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body");
    std::fs::write(&path, b"\xff\0").unwrap();
    let (status, ..) = send(&url, &["--file", path.to_str().unwrap()]);
    assert_eq!(status, Some(0));
    assert_eq!(*accepted.lock().unwrap(), [b"\xff\0"]);
}

#[test]
fn a_server_that_answers_otherwise_is_a_failure() {
    let (nothing, _) = serve([503, 503]);
    let (everything, _) = serve([200, 200]);
    assert_eq!(send(&nothing, &["read.completed"]).0, Some(1));
    let forged = ["read.completed", "--as", "forged"];
    assert_eq!(send(&everything, &forged).0, Some(1));
    let nobody = "http://127.0.0.1:1/";
    let (status, out, _) = send(nobody, &["read.completed"]);
    assert_eq!((status, answers(&out, "no connection")), (Some(1), 1));
}

#[test]
fn a_bad_argument_is_a_line() {
    let (url, _) = serve([202, 401]);
    for (arguments, line) in [
        (
            &["no.such.thing"][..],
            "error: no.such.thing: no such sample, see --list",
        ),
        (&["--file", "/nowhere"], "error: /nowhere: "),
    ] {
        let (status, _, error) = send(&url, arguments);
        assert_eq!(status, Some(2));
        assert!(error.starts_with(line) && error.lines().count() == 1);
    }
    let (status, list, _) = send(&url, &["--list"]);
    assert_eq!(
        (status, list.lines().count()),
        (Some(0), samples::all().count())
    );
}
