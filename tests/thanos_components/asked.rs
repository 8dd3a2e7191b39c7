//! What is asked of each kind of component, of a server with a few pages on loopback, and what is lost with a page that is not there.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use es2s3::model::Live;
use es2s3::model::thanos::{Components, Facts, Running};
use es2s3::observe::thanos::components;

use super::world::labels;

type Pages = &'static [(&'static str, &'static str)];

const METRICS: (&str, &str) = (
    "/metrics",
    "thanos_build_info{goversion=\"go1.26.8\",version=\"0.42.0\"} 1\nthanos_compact_halted 1\n\
     thanos_objstore_bucket_operations_total{bucket=\"metrics\",operation=\"get\"} 3\n",
);
const FLAGS: (&str, &str) = ("/api/v1/status/flags", r#"{"status":"success","data":{"delete-delay":"2d"}}"#);
const BUILD: (&str, &str) = (
    "/api/v1/status/buildinfo",
    r#"{"status":"success","data":{"version":"0.42.0","goVersion":"go1.26.8"}}"#,
);
const STORES: (&str, &str) = (
    "/api/v1/stores",
    r#"{"status":"success","data":{"sidecar":[{"name":"10.0.0.1:10901","lastError":null,"labelSets":[{"cluster":"eu"}],"minTime":1,"maxTime":2}]}}"#,
);

/// Where these pages are; each other is answered with 404.
fn serve(pages: Pages) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its number"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, pages));
        }
    });
    url
}

fn answer(stream: TcpStream, pages: Pages) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let line = lines.next()?.ok()?;
    lines.map_while(Result::ok).find(String::is_empty);
    let page = pages.iter().find(|(path, _)| line.split(' ').nth(1) == Some(path));
    let (status, body) = page.map_or(("404 Not Found", "no such page"), |(_, body)| ("200 OK", body));
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    (&stream).write_all(format!("{head}{body}").as_bytes()).ok()
}

/// Asks one component, declared under this key.
async fn ask(key: &str, url: &str) -> Running {
    let mut declared = Components::default();
    let places = match key {
        "compact" => &mut declared.compact,
        "store" => &mut declared.store,
        "query" => &mut declared.query,
        _ => &mut declared.sidecar,
    };
    places.push(url.to_owned());
    components(&declared).await.remove(0)
}

/// In a few words: build, bucket, halt, number of flags, labels of the first store.
fn told(facts: &Facts) -> String {
    let Facts { version, bucket, halted, flags, stores, .. } = facts;
    let known = stores.first().is_some_and(|store| store.label_sets == [labels("cluster=eu")]);
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    format!("{} {} halted={halted} flags={} known={known}", word(version), word(bucket), flags.len())
}

#[tokio::test]
async fn each_kind_is_asked_for_what_it_has() {
    let all: Pages = &[METRICS, FLAGS, BUILD, STORES];
    for (key, pages, expected) in [
        ("compact", all, "0.42.0 metrics halted=true flags=1 known=false"),
        ("store", all, "0.42.0 metrics halted=true flags=1 known=false"),
        ("sidecar", &[METRICS], "0.42.0 metrics halted=true flags=0 known=false"),
        ("query", all, "0.42.0 - halted=false flags=1 known=true"),
        // The build of a Querier is worth a note, and its page no more than that.
        ("query", &[FLAGS, STORES], "- - halted=false flags=1 known=true"),
    ] {
        let running = ask(key, &serve(pages)).await;
        let Live::Present(facts) = &running.facts else { panic!("{key}: {:?}", running.facts) };
        assert_eq!(told(facts), expected, "{key}");
    }
}

#[tokio::test]
async fn who_lacks_a_page_has_not_answered() {
    const GARBAGE: (&str, &str) = ("/api/v1/stores", "<html>");
    for (key, pages, expected) in [
        ("compact", &[FLAGS] as Pages, "/metrics: answered 404 Not Found"),
        ("store", &[METRICS], "/api/v1/status/flags: answered 404 Not Found"),
        ("query", &[FLAGS, BUILD], "/api/v1/stores: answered 404 Not Found"),
        (
            "query",
            &[FLAGS, GARBAGE],
            "/api/v1/stores is no answer of Thanos: expected value at line 1 column 1",
        ),
    ] {
        let url = serve(pages);
        let running = ask(key, &url).await;
        let unknown = running.facts.unknown().unwrap_or_else(|| panic!("{key} has answered"));
        assert_eq!(unknown.why, format!("{url}{expected}"), "{key}");
    }
}
