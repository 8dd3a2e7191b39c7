//! The clock of each store is its own: marks in one go by it, and not by that of another which answered last.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by a panic")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use es2s3::clients::aws::Aws;
use jiff::{SignedDuration, Timestamp};

/// A store whose clock is behind by so many seconds, and which has every bucket.
fn store(behind: i64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its number"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(&stream, behind);
        }
    });
    url
}

fn answer(mut stream: &TcpStream, behind: i64) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    lines.find(|line| line.as_ref().is_ok_and(String::is_empty))?.ok()?;
    let date = Timestamp::now() - SignedDuration::from_secs(behind);
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
    let head = format!("HTTP/1.1 200 OK\r\nDate: {date}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()
}

async fn ask(store: &Aws) {
    store.s3().head_bucket().bucket("metrics").send().await.expect("an answer");
}

/// Within what an answer takes, and the second that a date is cut to.
fn is_about(skew: Option<i64>, seconds: i64) -> bool {
    skew.is_some_and(|skew| (seconds..seconds + 30).contains(&skew))
}

#[tokio::test]
async fn each_store_has_its_own_clock() {
    let credentials = Credentials::new("AKIAEXAMPLE", "secret", None, None, "test");
    let chain = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(store(0))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let state = Aws::from_chain(chain);
    let blocks = state.at(Some(&store(3_600)), "eu-central-1");
    assert_eq!(
        (state.clock_skew_seconds(), blocks.clock_skew_seconds()),
        (None, None),
        "nothing was asked yet"
    );
    ask(&blocks).await;
    assert_eq!(state.clock_skew_seconds(), None, "only the other store has answered");
    assert!(is_about(blocks.clock_skew_seconds(), 3_600), "{:?}", blocks.clock_skew_seconds());
    ask(&state).await;
    assert!(is_about(state.clock_skew_seconds(), 0), "{:?}", state.clock_skew_seconds());
    assert!(is_about(blocks.clock_skew_seconds(), 3_600), "{:?}", blocks.clock_skew_seconds());
    assert_eq!(state.requests(), 2, "requests are counted together");
}
