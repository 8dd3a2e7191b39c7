//! Scripted faults: what the client is told, and what was done all the same.

use aws_sdk_s3::primitives::ByteStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::world::{BUCKET, Came, World, came, refused};
use crate::faults::{Front, Verdict};

async fn put(world: &World) -> Came {
    let put = world.client.put_object().bucket(BUCKET).key("lock").body(ByteStream::from_static(b"x"));
    came(&put.send().await)
}

#[tokio::test]
async fn a_refusal_reaches_the_client_with_status_and_code_and_writes_nothing() {
    for (status, code) in [(503, "SlowDown"), (409, "ConditionalRequestConflict"), (500, "InternalError")] {
        let world = World::start().await;
        let refuse = Verdict::Refuse { status, code: code.to_owned() };
        world.faults.script(Front::S3, "PUT", "lock", &[refuse]);
        assert_eq!(put(&world).await, refused(status, code));
        assert_eq!(world.text("lock"), None);
        assert_eq!(put(&world).await, Came::Done);
    }
}

#[tokio::test]
async fn a_connection_cut_before_the_write_leaves_nothing() {
    let world = World::start().await;
    world.faults.script(Front::S3, "PUT", "lock", &[Verdict::CutBefore]);
    assert_eq!(put(&world).await, Came::NoAnswer);
    assert_eq!(world.text("lock"), None);
}

#[tokio::test]
async fn a_connection_cut_after_the_write_leaves_it_done() {
    let world = World::start().await;
    world.faults.script(Front::S3, "PUT", "lock", &[Verdict::CutAfter]);
    assert_eq!(put(&world).await, Came::NoAnswer);
    assert_eq!(world.text("lock").as_deref(), Some("x"));
}

#[tokio::test]
async fn every_request_is_logged_the_refused_ones_too() {
    let world = World::start().await;
    world.faults.script(Front::S3, "PUT", "lock", &[Verdict::CutBefore]);
    put(&world).await;
    put(&world).await;
    let log: Vec<_> = world.faults.requests().into_iter().map(|one| (one.method, one.path)).collect();
    let expected = ("PUT".to_owned(), "/logs/lock?x-id=PutObject".to_owned());
    assert_eq!(log, [expected.clone(), expected]);
}

#[tokio::test]
async fn a_dropped_server_answers_no_more() {
    let mut world = World::start().await;
    assert_eq!(put(&world).await, Came::Done);
    world.served.abort();
    assert!((&mut world.served).await.unwrap_err().is_cancelled());
    let get = world.client.get_object().bucket(BUCKET).key("lock").send().await;
    assert_eq!(came(&get), Came::NoAnswer);
}

#[tokio::test]
async fn a_request_under_way_is_answered_when_the_server_is_dropped() {
    let mut world = World::start_with(None).await;
    let mut stream = TcpStream::connect(world.endpoint.trim_start_matches("http://")).await.unwrap();
    let head = format!("PUT /{BUCKET}/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    while world.faults.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    world.served.abort();
    assert!((&mut world.served).await.unwrap_err().is_cancelled());
    stream.write_all(b"late").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(world.text("k").as_deref(), Some("late"));
}
