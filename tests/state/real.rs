//! The same promises on real stores: SeaweedFS and versitygw, which `cargo xtask test` starts and names in `ES2S3_STACK`.

use std::sync::Arc;
use std::time::Duration;

use es2s3::clients::aws;
use es2s3::clients::s3::{Condition, Deleted, Put, Reader, Writer};
use es2s3::config::StateLocation;
use es2s3::event::Events;
use es2s3::state::bootstrap::bootstrap;
use es2s3::state::{Clock, Lease, Manifest, StateError, Store, new_run_id};
use futures_util::future::join_all;
use jiff::Timestamp;
use sandbox::clock;

use crate::manifest::line;
use crate::world::{Access, LEASE, aws as connect, claim};

#[derive(serde::Deserialize)]
struct Stack {
    engines: Vec<Server>,
}

#[derive(serde::Deserialize)]
struct Server {
    s3_server: String,
    s3_endpoint: String,
    region: String,
    access_key: String,
    secret_key: String,
}

/// A bucket and a name of their own on every store of the stack. Fails where there is none: it is never skipped.
async fn stores() -> Vec<(String, Store, Reader)> {
    let path = std::env::var("ES2S3_STACK").expect("ES2S3_STACK names stack.json: run `cargo xtask test`");
    let stack: Stack = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(stack.engines.len() >= 2, "both stores run");
    let mut places = Vec::new();
    for server in stack.engines {
        let aws = connect(&Access {
            url: &server.s3_endpoint,
            access_key: &server.access_key,
            secret_key: &server.secret_key,
            region: &server.region,
        });
        let unique = new_run_id(Timestamp::now()).to_string().to_lowercase();
        let bucket = format!("es2s3-state-{unique}");
        let maker = aws::Writer::new(aws::Reader::new(&aws).unwrap());
        maker.create_bucket(&bucket, &server.region).await.unwrap();
        let location = StateLocation { bucket: bucket.as_str().into(), name: "logs".into(), lease: LEASE };
        let reader = Reader::new(aws.s3(), location.bucket.clone());
        places.push((server.s3_server, Store::new(&aws, &location), reader));
    }
    places
}

async fn take(store: &Store, run: &str, clock: &clock::Clock) -> Result<Lease, StateError> {
    let clock = clock.clone();
    let clock: Clock = Arc::new(move || clock.now());
    Lease::take(store, claim(), run.into(), clock, Duration::ZERO, &Events::silent()).await
}

#[tokio::test]
#[ignore = "needs the real servers: cargo xtask test"]
async fn real_stores_keep_lease_state_and_manifest() {
    for (name, store, reader) in stores().await {
        let report = bootstrap(&store, Timestamp::now()).await.unwrap();
        assert!(report.state_made, "{name}: {report:?}");
        let again = bootstrap(&store, Timestamp::now()).await.unwrap();
        assert!(!again.state_made, "{name}: {again:?}");
        lease_of_one(&name, &store).await;
        answers_to_a_missing_key(&name, Writer::new(reader)).await;
        let manifest = Manifest::new(&store);
        let lines: Vec<_> = (0..4).map(|n| [line(&format!("i{n}"), "R", "2026-11-23T12:00:00Z")]).collect();
        for appended in join_all(lines.iter().map(|line| manifest.append(line))).await {
            appended.unwrap();
        }
        assert_eq!(manifest.read().await.unwrap().len(), 4, "{name}");
    }
}

async fn lease_of_one(name: &str, store: &Store) {
    let clock = clock::Clock::at(Timestamp::now());
    let runs: Vec<_> = (0..10).map(|run| format!("R{run}")).collect();
    let taken = join_all(runs.iter().map(|run| take(store, run, &clock))).await;
    assert_eq!(taken.iter().filter(|one| one.is_ok()).count(), 1, "{name}");
    clock.advance(LEASE.try_into().unwrap());
    let mut heirs = join_all(["H1", "H2", "H3"].map(|run| take(store, run, &clock))).await;
    heirs.retain(Result::is_ok);
    assert_eq!(heirs.len(), 1, "{name}");
    let mut heir = heirs.remove(0).unwrap();
    heir.change(|state| state.protected.push("index/a".parse().unwrap())).await.unwrap();
    heir.renew().await.unwrap();
    heir.release().await.unwrap();
    assert_eq!(store.lock().await.unwrap(), None, "{name}");
    assert_eq!(store.read().await.unwrap().state.serial, 3, "{name}");
}

async fn answers_to_a_missing_key(name: &str, writer: Writer) {
    let stale = || Condition::IfMatch("\"0123456789abcdef0123456789abcdef\"".into());
    assert_eq!(writer.put("none", b"x".to_vec(), stale()).await.unwrap(), Put::Refused, "{name}");
    assert_eq!(writer.delete("none", &stale()).await.unwrap(), Deleted::Gone, "{name}");
}
