//! A store that does not know a condition: everything passes, and the header that carries it is misspelt on its way.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// What is not honoured: requests that hold the text `only`, their header `header`.
#[derive(Clone, Copy)]
pub struct Ignores {
    pub header: &'static str,
    pub only: &'static str,
}

/// A store that honours everything, and whose clock stands in 2019.
pub const YEARS_AGO: Ignores = Ignores { header: "date", only: "nothing" };

/// Serves in front of `upstream` (`http://host:port`, signatures not looked at) and gives its own URL.
pub async fn serve(upstream: &str, ignores: Ignores) -> String {
    let upstream = upstream.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&upstream).await.unwrap();
            let ((from_client, to_client), (from_server, to_server)) =
                (client.into_split(), server.into_split());
            tokio::spawn(pass(from_client, to_server, move |bytes| misspell(bytes, ignores)));
            tokio::spawn(pass(from_server, to_client, move |bytes| set_date(bytes, ignores)));
        }
    });
    url
}

/// A request of these tests is smaller than one read, so a header is never cut in two.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, change: impl Fn(&mut [u8])) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let bytes = &mut buffer[..read];
        change(bytes);
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

fn find(bytes: &[u8], what: &str) -> Option<usize> {
    bytes.windows(what.len()).position(|part| part == what.as_bytes())
}

/// A reply of the store `YEARS_AGO`: in place and of the same length.
fn set_date(bytes: &mut [u8], ignores: Ignores) {
    if ignores.header == YEARS_AGO.header
        && let Some(at) = find(bytes, "\ndate: ")
    {
        bytes[at + 7..at + 36].copy_from_slice(b"Sat, 23 Nov 2019 12:00:00 GMT");
    }
}

/// In place and of the same length, so that nothing else of the request changes.
fn misspell(bytes: &mut [u8], Ignores { header, only }: Ignores) {
    let name = format!("\n{header}:");
    if find(bytes, only).is_none() {
        return;
    }
    if let Some(at) = find(bytes, &name) {
        bytes[at + 1] = b'z';
    }
}
