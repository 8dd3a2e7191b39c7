//! Who may ask, and by whose clock.

use aws_sdk_s3::primitives::ByteStream;
use jiff::SignedDuration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::world::{BUCKET, Came, SECRET, World, came, refused};

#[tokio::test]
async fn a_wrong_secret_or_key_is_refused_and_writes_nothing() {
    let world = World::start().await;
    let cases = [("test", "wrong", "SignatureDoesNotMatch"), ("other", SECRET, "InvalidAccessKeyId")];
    for (access_key, secret, code) in cases {
        let client = world.client_with(access_key, secret);
        let put =
            client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"x")).send().await;
        assert_eq!(came(&put), refused(403, code));
    }
    assert_eq!(world.text("k"), None);
}

#[tokio::test]
async fn without_keys_every_client_is_let_in() {
    let world = World::start_with(None).await;
    let client = world.client_with("any", "thing");
    let put = client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"x")).send().await;
    assert_eq!(came(&put), Came::Done);
}

#[tokio::test]
async fn an_unsigned_request_is_refused() {
    let world = World::start().await;
    let answer = plain_get(&world).await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(answer.contains("<Code>AccessDenied</Code>"), "{answer}");
}

#[tokio::test]
async fn answers_bear_the_date_of_the_world() {
    let world = World::start().await;
    world.clock.advance(SignedDuration::from_hours(25));
    let answer = plain_get(&world).await;
    assert!(answer.contains("date: Thu, 02 May 2024 13:00:00 GMT\r\n"), "{answer}");
    // The client's own clock is years away from that, and it is let in all the same.
    world.put("k", "x").await;
    let modified = world.store.get(BUCKET, "k").unwrap().last_modified;
    assert_eq!(modified.to_string(), "2024-05-02T13:00:00Z");
}

/// The answer to a request that no SDK would send, as text.
async fn plain_get(world: &World) -> String {
    let mut stream = TcpStream::connect(world.endpoint.trim_start_matches("http://")).await.unwrap();
    let request = format!("GET /{BUCKET}/k HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
