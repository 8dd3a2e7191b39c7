//! The client's own calls on real engines: each read and write once, the refusals that only an engine can give, and what a second
//! request meets.

use std::collections::BTreeMap;
use std::time::Duration;

use es2s3::clients::engine::{Credentials, EngineError, Reader, Request, Transport, Writer, replies};
use es2s3::config::{Auth, Domain as Endpoint};
use es2s3::event::Events;
use es2s3::model::{
    Bytes, Distribution, IndexName, Live, Marks, RepositoryName, RepositorySettings, RepositorySpec,
    SnapshotName, SnapshotState,
};
use es2s3::observe::engine::engine as observe;
use serde_json::json;

use crate::support::domain::Domain;
use crate::support::stage::{Stage, real_stages};

const INDEX: &str = "eng-app-2026.01.01";
const CLOSED: &str = "eng-closed-2026.01.01";
const REPOSITORY: &str = "eng-client";
const SNAPSHOT: &str = "eng-app-2026.01.01";

fn transport(stage: &Stage) -> Transport {
    let endpoint = Endpoint {
        name: None,
        endpoint: stage.domain.parse().expect("an address"),
        auth: Auth::None,
        ca_file: None,
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(60),
    };
    Transport::new(&endpoint, Credentials::None, Events::silent()).expect("a client")
}

fn spec(bucket: &str) -> RepositorySpec {
    RepositorySpec {
        name: REPOSITORY.into(),
        bucket: bucket.into(),
        base_path: "eng/client".into(),
        base_path_set: true,
        region: "us-east-1".into(),
        role_arn: None,
        settings: BTreeMap::new(),
    }
}

async fn clean(domain: &Domain) {
    for index in [INDEX, CLOSED, "eng-restored"] {
        domain.ask(reqwest::Method::DELETE, &format!("{index}?ignore_unavailable=true"), None).await;
    }
    domain.ask(reqwest::Method::DELETE, &format!("_snapshot/{REPOSITORY}/{SNAPSHOT}"), None).await;
    domain.ask(reqwest::Method::DELETE, &format!("_snapshot/{REPOSITORY}"), None).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn the_client_speaks_to_real_engines() {
    for stage in real_stages() {
        let domain = Domain::new(&stage.domain);
        clean(&domain).await;
        domain.create(INDEX, 2, 7).await;
        domain.create(CLOSED, 1, 3).await;
        domain.alias("eng-read", INDEX, true).await;
        domain.send(reqwest::Method::POST, &format!("{CLOSED}/_close"), None).await;
        let reader = Reader::new(transport(&stage));
        let root = reader.root().await.expect("a root");
        let writer = Writer::new(transport(&stage), root.engine);
        unregistered(&reader).await;
        let settings = settings(&stage, root.engine.distribution);
        registered(&reader, &writer, &settings).await;
        observed(&stage, &reader).await;
        commits(&reader).await;
        blocked(&reader, &writer).await;
        archived_and_restored(&reader, &writer).await;
        refused(&stage).await;
        clean(&domain).await;
    }
}

fn settings(stage: &Stage, distribution: Distribution) -> RepositorySettings {
    let mut settings: RepositorySettings =
        [("bucket", stage.buckets[0].as_str()), ("base_path", "eng/client"), ("region", "us-east-1")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
    if distribution == Distribution::OpenSearch {
        settings.insert("shard_path_type".into(), "FIXED".into());
    }
    settings
}

fn name() -> RepositoryName {
    REPOSITORY.into()
}

async fn unregistered(reader: &Reader) {
    assert_eq!(reader.repository(&name()).await, Live::Absent);
    let running = reader.running(&name()).await;
    assert!(matches!(running, Err(EngineError::RepositoryMissing { .. })), "{running:?}");
    let snapshot = reader.snapshot(&name(), &SNAPSHOT.into()).await;
    assert!(snapshot.unknown().is_some(), "of an unregistered repository nothing is known: {snapshot:?}");
}

async fn registered(reader: &Reader, writer: &Writer, settings: &RepositorySettings) {
    let mut wrong = settings.clone();
    wrong.insert("bucket".into(), "eng-no-such-bucket".into());
    let error = writer.put_repository(&name(), &wrong).await.expect_err("no such bucket");
    assert!(matches!(error, EngineError::RepositoryNotVerified { .. }), "{error:?}");
    let live = reader.repository(&name()).await;
    assert_eq!(live.present().map(|live| &live.settings), Some(&wrong), "registered all the same");
    let error = writer.verify_repository(&name()).await.expect_err("no such bucket");
    assert!(matches!(error, EngineError::RepositoryNotVerified { .. }), "{error:?}");
    writer.put_repository(&name(), settings).await.expect("registered");
    assert_eq!(writer.verify_repository(&name()).await, Ok(1));
    assert_eq!(reader.running(&name()).await, Ok(Vec::new()));
}

async fn observed(stage: &Stage, reader: &Reader) {
    let before = reader.requests();
    let seen = observe(reader, &spec(&stage.buckets[0]), &Events::silent()).await;
    assert!(reader.requests() - before <= 9);
    let indices = seen.indices.present().expect("indices");
    let of = |name: &str| indices.iter().find(|index| index.name.as_str() == name).expect("the index");
    let (open, closed) = (of(INDEX), of(CLOSED));
    assert_eq!((open.open, open.primaries, open.replicas, open.docs), (true, 2, 0, Some(7)));
    assert_eq!(open.aliases.len(), 1);
    assert_eq!((open.aliases[0].name.as_str(), open.aliases[0].write), ("eng-read", Some(true)));
    assert!(open.bytes.is_some_and(|bytes| bytes > Bytes(0)) && open.created.is_some());
    assert_eq!((closed.open, closed.docs, closed.bytes, closed.primaries), (false, None, None, 1));
    assert_eq!((open.managed.as_ref(), open.mount.as_ref()), (None, None));
    let live = reader.index_uuids(&[INDEX.into(), CLOSED.into(), "eng-none".into()]).await.expect("uuids");
    assert_eq!(live.len(), 2);
    assert_eq!((&live[INDEX], &live[CLOSED]), (&open.uuid, &closed.uuid));
    assert_eq!(reader.index_uuids(&["eng-none".into()]).await, Ok(BTreeMap::new()));
    assert_eq!(reader.index_uuids(&["eng-read".into()]).await, Ok(BTreeMap::new()), "an alias is no index");
    assert!(seen.cluster.present().is_some_and(|cluster| !cluster.uuid.is_empty()));
}

async fn commits(reader: &Reader) {
    let names = [INDEX, CLOSED, "eng-none"].map(IndexName::from);
    let stats = reader.shard_stats(&names).await.expect("stats");
    let shards: Vec<_> = stats.iter().map(|shard| (shard.index.as_str(), shard.shard)).collect();
    assert_eq!(shards, [(INDEX, 0), (INDEX, 1), (CLOSED, 0)]);
    for shard in &stats {
        assert_eq!(shard.commit_id_base64.len(), 24);
        assert_eq!(shard.max_seq_no, shard.local_checkpoint);
        assert!(shard.primary && shard.generation > 0 && shard.history_uuid.len() == 22);
    }
    assert_eq!(stats.iter().map(|shard| shard.docs).sum::<u64>(), 10);
    assert_eq!(reader.shard_stats(&names[2..]).await, Ok(Vec::new()));
}

async fn blocked(reader: &Reader, writer: &Writer) {
    let index = IndexName::from(INDEX);
    let is_blocked =
        async || reader.index_facts(std::slice::from_ref(&index)).await.expect("facts")[INDEX].write_blocked;
    assert!(!is_blocked().await);
    writer.add_write_block(&index).await.expect("blocked");
    assert!(is_blocked().await);
    writer.add_write_block(&index).await.expect("blocked already");
    writer.remove_write_block(&index).await.expect("unblocked");
    writer.remove_write_block(&index).await.expect("unblocked already");
    assert!(!is_blocked().await);
    let missing = writer.add_write_block(&"eng-none".into()).await;
    assert!(missing.as_ref().is_err_and(EngineError::is_index_missing), "{missing:?}");
}

async fn archived_and_restored(reader: &Reader, writer: &Writer) {
    let (repository, snapshot, index) = (name(), SnapshotName::from(SNAPSHOT), IndexName::from(INDEX));
    let day = "2026-01-01".parse().expect("a day");
    let marks = Marks { policy: "eng-app".into(), day, run: "R1".into(), bytes: Bytes(7) };
    let both = [index.clone(), CLOSED.into()];
    assert_eq!(reader.snapshot_progress(&repository, &snapshot).await, Ok(None));
    writer.create_snapshot(&repository, &snapshot, &both, &marks).await.expect("begun");
    let again = writer.create_snapshot(&repository, &snapshot, &both, &marks).await;
    assert!(matches!(again, Err(EngineError::SnapshotNameTaken { .. })), "{again:?}");
    let info = finished(reader, &repository, &snapshot).await;
    assert_eq!((info.shards_total, info.shards_successful, info.marks), (3, 3, Some(marks)));
    let many =
        reader.snapshot_info(&repository, &[snapshot.clone(), "eng-none".into()]).await.expect("one of two");
    assert_eq!(many.len(), 1);

    let there = writer.restore(&repository, &snapshot, &index, None).await;
    assert!(matches!(there, Err(EngineError::RestoreConflict { .. })), "{there:?}");
    let none = writer.restore(&repository, &"eng-none".into(), &index, None).await;
    assert!(matches!(none, Err(EngineError::SnapshotMissing { .. })), "{none:?}");
    let rename = es2s3::clients::engine::Rename { from: index.clone(), to: "eng-restored".into() };
    assert_eq!(reader.restored(&rename.to).await, Ok(None));
    writer.restore(&repository, &snapshot, &index, Some(&rename)).await.expect("begun");
    loop {
        match reader.restored(&rename.to).await.expect("a look") {
            Some(restored) if restored.whole => break assert_eq!(restored.docs, Some(7)),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn finished(
    reader: &Reader,
    repository: &RepositoryName,
    snapshot: &SnapshotName,
) -> es2s3::model::SnapshotInfo {
    loop {
        let progress =
            reader.snapshot_progress(repository, snapshot).await.expect("a look").expect("a snapshot");
        if progress.state != SnapshotState::InProgress {
            return reader.snapshot(repository, snapshot).await.present().expect("the snapshot").clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What no call of the client would send.
async fn refused(stage: &Stage) {
    let transport = transport(stage);
    let ask = async |request: Request| transport.send(&request, replies::anything).await;
    let no_route = ask(Request::get("/_plugins/_nothing/at/all/x")).await;
    assert!(no_route.as_ref().is_err_and(EngineError::is_no_such_route), "{no_route:?}");
    let missing =
        ask(Request::delete("/eng-none").query("expand_wildcards=none&allow_no_indices=false")).await;
    assert!(missing.as_ref().is_err_and(EngineError::is_index_missing), "{missing:?}");
    let pattern = ask(Request::delete("/eng-*").query("expand_wildcards=none&allow_no_indices=false")).await;
    assert!(pattern.as_ref().is_err_and(EngineError::is_index_missing), "{pattern:?}");
    let garbled = ask(Request::put("/_snapshot/eng-garbled").body(json!({"type": 7}))).await;
    assert!(matches!(garbled, Err(EngineError::Refused { .. })), "{garbled:?}");
}
