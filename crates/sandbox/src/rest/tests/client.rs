//! A served world and the plainest of clients.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Sandbox, World};

pub(super) async fn started(world: World) -> Sandbox {
    Sandbox::start(world).await.unwrap()
}

/// Both engines, empty, at five in the morning of 23 November 2026, with a repository `facts`.
pub(super) fn both() -> [World; 2] {
    [World::opensearch(), World::elasticsearch("7.10.2")]
        .map(|world| world.at("2026-11-23T05:00:00Z").repository("facts", "facts/fixed"))
}

/// `PUT /x {"a":1}`: method, path and perhaps a body. `None` when the connection ended without an answer.
pub(super) async fn try_ask(
    sandbox: &Sandbox,
    request: &str,
    headers: &[(&str, &str)],
) -> Option<(u16, String)> {
    let (head, body) = exchange(sandbox, request, headers).await?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, body))
}

/// The head of the answer to a GET: status line and headers.
pub(super) async fn head(sandbox: &Sandbox, path: &str) -> String {
    exchange(sandbox, &format!("GET {path}"), &[]).await.expect("an answer").0
}

async fn exchange(sandbox: &Sandbox, request: &str, headers: &[(&str, &str)]) -> Option<(String, String)> {
    let mut words = request.splitn(3, ' ');
    let (method, path, body) =
        (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or_default());
    let address = sandbox.domain_url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{more}\r\n"
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.to_owned(), body.to_owned()))
}

pub(super) async fn text(sandbox: &Sandbox, request: &str) -> (u16, String) {
    try_ask(sandbox, request, &[]).await.expect("an answer")
}

pub(super) async fn ask(sandbox: &Sandbox, request: &str) -> (u16, Value) {
    let (status, body) = text(sandbox, request).await;
    (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("not JSON: {body}")))
}

/// The answer of a request that must succeed.
pub(super) async fn done(sandbox: &Sandbox, request: &str) -> Value {
    let (status, body) = ask(sandbox, request).await;
    assert_eq!(status, 200, "{request} answered {body}");
    body
}
