//! A real store that cannot keep a lease is refused before anything is written to it that would have to be believed.
//!
//! `s3s-fs` judges a condition and writes in two steps: right one after another, wrong in a race. Stores that ignore a condition
//! altogether are played in tests/state/bootstrap.rs.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

use std::process::{Command, Output};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

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

async fn bootstrap(url: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!(
        "account: \"111122223333\"\nregion: us-east-1\ninfrastructure: none\nvpc_id: vpc-0123456789abcdef0\n\
         security_group_id: sg-0123456789abcdef0\nbucket-name: logs-of-a-racy-store\nes_repo_name: logs\n\
         ES_ENDPOINT: http://127.0.0.1:9\nES_INDEX_PREFIX: app-\nsnapshot_retention: 365\nindex_retention: 30\n\
         state: {{ bucket: {BUCKET} }}\n"
    );
    std::fs::write(folder.path().join("app-config.yml"), config).expect("the configuration is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_es2s3"));
    command
        .args(["bootstrap", "--auto-approve"])
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_EC2_METADATA_DISABLED", "true");
    tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("es2s3 starts")
}

/// Ten stores, each asked once: one that got through would let two runs hold one lease.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_races_is_refused_each_time() {
    for _ in 0..10 {
        let (url, folder) = serve().await;
        let ran = bootstrap(&url).await;
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{}\n{said}", String::from_utf8_lossy(&ran.stdout));
        assert!(said.contains("does not honour conditional writes"), "{said}");
        assert!(!folder.path().join(BUCKET).join("logs/state.json").exists(), "no state is left");
    }
}
