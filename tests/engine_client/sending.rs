//! The transport against a server that is slow, cut off, throttled, redirecting, skewed, compressed or not to be trusted.

use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use es2s3::clients::engine::{Credentials, EngineError, Request, Secret, Transport, replies::anything};
use es2s3::event::{Event, Events};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::server::{Answer, Server, domain, hear, quick};

async fn get(client: &Transport) -> Result<(), EngineError> {
    client.send(&Request::get("/x"), anything).await
}

async fn post(client: &Transport) -> Result<(), EngineError> {
    client.send(&Request::post("/x"), anything).await
}

#[tokio::test]
async fn a_compressed_reply_is_read_as_it_comes() {
    let server = Server::start(|_, _| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let rows: Vec<u32> = (0..50_000).collect();
        gzip.write_all(serde_json::to_string(&rows).unwrap().as_bytes()).unwrap();
        Answer::Reply {
            status: 200,
            headers: vec![("content-encoding", "gzip".into())],
            body: gzip.finish().unwrap(),
        }
    });
    let sum = |reply: &mut dyn std::io::Read| {
        let rows: Vec<u64> = serde_json::from_reader(reply)?;
        Ok(rows.iter().sum::<u64>())
    };
    assert_eq!(server.client().send(&Request::get("/x"), sum).await, Ok(50_000 * 49_999 / 2));
    let heard = server.heard();
    assert!(heard[0].header("accept-encoding").unwrap().contains("gzip"));
    assert!(heard[0].header("user-agent").unwrap().starts_with("es2s3/"));
}

#[tokio::test]
async fn what_was_turned_away_is_sent_again_and_each_repeat_is_told() {
    let server = Server::start(|at, _| match at {
        0 => Answer::json(429, "").with("retry-after", "0"),
        1 => Answer::json(503, "").with("retry-after", "Mon, 23 Nov 2099 05:00:00 GMT"),
        2 => Answer::json(502, "<html>"),
        _ => Answer::ok("{}"),
    });
    let (client, told) = server.client_with(Credentials::None);
    assert_eq!(get(&client).await, Ok(()));
    assert_eq!(client.requests(), 4);
    let waits: Vec<(String, u64)> = told
        .all()
        .into_iter()
        .map(|event| match event {
            Event::Retrying { what, why, after_ms } => {
                assert_eq!(what, "GET /x");
                (why, after_ms)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(waits[0], ("GET /x answered 429: too many requests".into(), 0));
    // A wish for years is cut to the longest pause.
    assert_eq!(waits[1].1, quick().longest.as_millis() as u64);
    assert_eq!(waits.len(), 3);
}

/// A repeat is a write of its own: between two tries the lease may be lost.
#[tokio::test]
async fn a_write_is_sent_while_the_gate_is_open_and_not_again_once_it_is_shut() {
    let open = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let shut = open.clone();
    let server = Server::start(move |_, _| {
        shut.store(false, std::sync::atomic::Ordering::SeqCst);
        Answer::json(503, "")
    });
    let gate = move || match open.load(std::sync::atomic::Ordering::SeqCst) {
        true => Ok(()),
        false => Err("the lease is lost".to_owned()),
    };
    let client = server.client().gated(Arc::new(gate));
    let write = Request::put("/x").repeatable();
    // What came of the try that was sent is told, not that the next one was not.
    let first = client.send(&write, anything).await;
    assert!(matches!(first, Err(EngineError::Unavailable { .. })), "{first:?}");
    let second = client.send(&write, anything).await;
    assert!(
        matches!(&second, Err(EngineError::NotSent { why, .. }) if why == "the lease is lost"),
        "{second:?}"
    );
    assert_eq!(server.heard().len(), 1);
    // Reading needs no lease.
    assert!(matches!(get(&client).await, Err(EngineError::Unavailable { .. })));
    assert_eq!(server.heard().len(), 6);
}

#[tokio::test]
async fn tries_are_bounded() {
    let server = Server::start(|_, _| Answer::json(503, ""));
    let client = server.client();
    assert!(matches!(get(&client).await, Err(EngineError::Unavailable { status: 503, .. })));
    assert_eq!(server.heard().len(), 5);
}

#[tokio::test]
async fn a_write_that_is_sent_once_is_repeated_only_when_it_was_turned_away() {
    for (status, sent) in [(429, 5), (503, 1), (502, 1), (500, 1), (400, 1)] {
        let server = Server::start(move |_, _| Answer::json(status, ""));
        assert!(post(&server.client()).await.is_err());
        assert_eq!(server.heard().len(), sent, "{status}");
    }
}

#[tokio::test]
async fn a_lost_reply_is_asked_for_again_only_where_that_is_harmless() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"acknow".to_vec();
    for lost in [Vec::new(), half] {
        let cut = lost.clone();
        let server =
            Server::start(move |at, _| if at == 0 { Answer::Cut(cut.clone()) } else { Answer::ok("{}") });
        assert_eq!(get(&server.client()).await, Ok(()));
        assert_eq!(server.heard().len(), 2);

        let cut = lost.clone();
        let server = Server::start(move |_, _| Answer::Cut(cut.clone()));
        let error = post(&server.client()).await.unwrap_err();
        assert!(matches!(error, EngineError::Cut { .. }) && error.may_have_happened(), "{error:?}");
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn silence_ends_with_the_timeout_and_is_not_repeated() {
    let server = Server::start(|_, _| Answer::Silence);
    let mut domain = domain(server.url.clone());
    domain.timeout = Duration::from_millis(200);
    let client = Transport::new(&domain, Credentials::None, Events::silent()).unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(matches!(error, EngineError::TimedOut { .. }) && error.may_have_happened(), "{error:?}");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn nobody_listening_is_told_with_the_place() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{free}").parse().unwrap();
    let client = Transport::new(&domain(endpoint), Credentials::None, Events::silent())
        .unwrap()
        .with_patience(quick());
    let error = post(&client).await.unwrap_err();
    assert!(matches!(error, EngineError::Unreachable { .. }) && !error.may_have_happened(), "{error:?}");
    assert!(error.to_string().contains(&free.to_string()));
    // Nothing was sent, so even this was tried again.
    assert_eq!(client.requests(), 5);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::start(|_, _| {
        Answer::json(302, "").with("location", "https://elsewhere.example/login?t=s3cr3t")
    });
    let error = get(&server.client()).await.unwrap_err();
    assert!(error.to_string().ends_with("it points to https://elsewhere.example/login"), "{error}");
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn the_clocks_are_compared_by_the_date_of_the_reply() {
    let ahead = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(10);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&ahead).unwrap();
    let server = Server::start(move |at, _| match at {
        0 => Answer::ok("{}"),
        _ => Answer::ok("{}").with("date", date.clone()),
    });
    let client = server.client();
    get(&client).await.unwrap();
    assert_eq!(client.clock_skew_seconds(), None);
    get(&client).await.unwrap();
    let skew = client.clock_skew_seconds().unwrap();
    assert!((600..630).contains(&skew), "{skew}");
}

/// A bare engine tells no time; the store does, whatever else it says.
#[tokio::test]
async fn the_store_tells_the_time_as_well() {
    let ahead = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(10);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&ahead).unwrap();
    let server = Server::start(move |_, _| {
        Answer::json(404, "<Error><Code>NoSuchKey</Code></Error>").with("date", date.clone())
    });
    let keys = aws_credential_types::Credentials::new("AKID", "secret", None, None, "test");
    let chain = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-central-1"))
        .endpoint_url(server.url.as_str())
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(keys))
        .build();
    let aws = es2s3::clients::aws::Aws::from_chain(chain);
    assert_eq!(aws.clock_skew_seconds(), None);
    let bucket = es2s3::clients::s3::Reader::new(aws.s3(), "b".into());
    assert_eq!(bucket.get("k").await, Ok(None));
    let skew = aws.clock_skew_seconds().unwrap();
    assert!((600..630).contains(&skew), "{skew}");
}

#[tokio::test]
async fn garbage_is_not_an_empty_answer() {
    for body in ["", "<html>", "{\"a\":", "[] []"] {
        let server = Server::start(move |_, _| Answer::ok(body));
        let error =
            server.client().send(&Request::get("/x"), es2s3::clients::engine::replies::cat::indices).await;
        assert!(matches!(error, Err(EngineError::Garbled { .. })), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn a_line_that_is_too_long_is_not_sent() {
    let server = Server::start(|_, _| Answer::ok("{}"));
    let request = Request::get(format!("/{}", "x".repeat(4090)));
    let error = server.client().send(&request, anything).await.unwrap_err();
    assert!(matches!(error, EngineError::LineTooLong { .. }));
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn credentials_go_out_in_their_header() {
    let server = Server::start(|_, _| Answer::ok("{}"));
    let secret = |text: &str| Secret::new(text.into());
    for (credentials, expected) in [
        (
            Credentials::Basic { username: "es2s3".into(), password: secret("p:w").into() },
            Some("Basic ZXMyczM6cDp3"),
        ),
        (Credentials::ApiKey(secret("a2V5").into()), Some("ApiKey a2V5")),
        (Credentials::None, None),
    ] {
        get(&server.client_with(credentials).0).await.unwrap();
        assert_eq!(server.heard().last().unwrap().header("authorization"), expected);
    }
    let keys = aws_credential_types::Credentials::new("AKID", "secret", None, None, "test");
    let provider = aws_credential_types::provider::SharedCredentialsProvider::new(keys);
    get(&server.client_with(Credentials::Sigv4 { provider, region: "eu-central-1".into() }).0).await.unwrap();
    let signed = server.heard().last().unwrap().header("authorization").unwrap().to_owned();
    assert!(signed.contains("/eu-central-1/es/aws4_request"), "{signed}");
}

#[test]
fn a_serverless_collection_is_refused_before_anything_is_sent() {
    let endpoint = "https://x.eu-central-1.aoss.amazonaws.com".parse().unwrap();
    let refused =
        Transport::new(&domain(endpoint), Credentials::None, Events::silent()).map(drop).unwrap_err();
    assert!(refused.contains("serverless"), "{refused}");
}

const TLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine_client/tls");

/// A server with the certificate of `tls/authority.pem`; answers every request with `{}`.
fn trusted_server() -> url::Url {
    let certificate = CertificateDer::from_pem_file(format!("{TLS}/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(format!("{TLS}/server.key")).unwrap();
    let config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key);
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut reader = BufReader::new(rustls::StreamOwned::new(connection, stream));
            if hear(&mut reader).is_some() {
                let _ = reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
            }
        }
    });
    url
}

#[tokio::test]
async fn only_the_authority_in_ca_file_is_trusted() {
    let url = trusted_server();
    let with = |ca_file: Option<&str>| {
        let mut domain = domain(url.clone());
        domain.ca_file = ca_file.map(|file| format!("{TLS}/{file}"));
        Transport::new(&domain, Credentials::None, Events::silent()).unwrap()
    };
    assert_eq!(get(&with(Some("authority.pem"))).await, Ok(()));
    for wrong in [Some("another_authority.pem"), None] {
        let error = get(&with(wrong)).await.unwrap_err();
        assert!(matches!(error, EngineError::Tls { .. }), "{wrong:?}: {error:?}");
        assert!(error.hint().unwrap().contains("ca_file"));
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_apart_from_none() {
    let server = Server::start(|_, _| Answer::ok("{}"));
    let mut url = server.url.clone();
    url.set_scheme("https").unwrap();
    let client = Transport::new(&domain(url), Credentials::None, Events::silent()).unwrap();
    assert!(matches!(get(&client).await, Err(EngineError::Tls { .. })));
}

#[test]
fn a_ca_file_that_is_none_is_told_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("ca.pem");
    std::fs::write(&empty, "not a certificate").unwrap();
    for path in [empty.display().to_string(), "/nowhere/ca.pem".into()] {
        let mut domain = domain("https://127.0.0.1".parse().unwrap());
        domain.ca_file = Some(path.clone());
        let refused = Transport::new(&domain, Credentials::None, Events::silent()).map(drop).unwrap_err();
        assert!(refused.contains(&path), "{refused}");
    }
}
