//! A real store that cannot keep a lease is refused before anything is written to it that would have to be believed.
//!
//! `s3s-fs` judges a condition and writes in two steps: right one after another, wrong in a race. Stores that ignore a condition
//! altogether are played in tests/state/bootstrap.rs; the real one is asked by tests/real/refused_stores.rs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod support;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

use support::unfit::{is_refused, store};

const BUCKET: &str = "state-of-a-racy-store";

/// The store over HTTP, and the folder that its buckets are folders of.
async fn serve() -> (String, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("a file system"));
    builder.set_auth(SimpleAuth::from_single("key", "secret"));
    let service = builder.build();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
            tokio::spawn(served);
        }
    });
    (url, folder)
}

/// Ten stores, each asked once: one that got through would let two runs hold one lease.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_races_is_refused_each_time() {
    for _ in 0..10 {
        let (url, folder) = serve().await;
        is_refused(&store(&url, "key", "secret"), BUCKET).await;
        assert!(folder.path().join(BUCKET).is_dir(), "it was asked of this store");
    }
}
