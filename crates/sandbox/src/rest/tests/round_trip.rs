//! An index is written, kept, removed, and comes back.

use serde_json::{Value, json};

use super::client::{ask, both, done, started, text};
use crate::{BUCKET, Sandbox};

const SNAPSHOT: &str =
    r#"{"indices":"facts-1","include_global_state":false,"partial":false,"metadata":{"es2s3":{"format":1}}}"#;

async fn with_documents(sandbox: &Sandbox) {
    done(
        sandbox,
        r#"PUT /facts-1 {"settings":{"number_of_shards":2,"number_of_replicas":0},"aliases":{"facts":{}}}"#,
    )
    .await;
    for _ in 0..5 {
        done(sandbox, r#"POST /facts-1/_doc {"message":"x"}"#).await;
    }
}

async fn commit(sandbox: &Sandbox, index: &str) -> Value {
    let stats = done(
        sandbox,
        &format!("GET /{index}/_stats/docs?level=shards&filter_path=indices.*.shards.*.commit"),
    )
    .await;
    stats["indices"][index]["shards"]["0"][0]["commit"].clone()
}

#[tokio::test]
async fn a_snapshot_is_made_listed_restored_and_removed() {
    for world in both() {
        let sandbox = started(world).await;
        with_documents(&sandbox).await;
        done(&sandbox, "PUT /facts-1/_block/write").await;
        let made =
            done(&sandbox, &format!("PUT /_snapshot/facts/one?wait_for_completion=true {SNAPSHOT}")).await;
        assert_eq!(made["snapshot"]["shards"], json!({"total": 2, "failed": 0, "successful": 2}));
        assert_eq!(made["snapshot"]["start_time"], "2026-11-23T05:00:00.000Z");
        let brief = done(&sandbox, "GET /_snapshot/facts/_all?verbose=false").await;
        let keys: Vec<&String> = brief["snapshots"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["snapshot", "uuid", "indices", "data_streams", "state"]);
        let (status, again) = ask(&sandbox, &format!("PUT /_snapshot/facts/one {SNAPSHOT}")).await;
        assert_eq!((status, &again["error"]["type"]), (400, &json!("invalid_snapshot_name_exception")));
        let before = commit(&sandbox, "facts-1").await;
        let (status, _) = ask(&sandbox, "POST /_snapshot/facts/one/_restore").await;
        assert_eq!(status, 500, "an open index is in the way");
        done(&sandbox, "DELETE /facts-1").await;
        done(&sandbox, r#"POST /_snapshot/facts/one/_restore {"rename_pattern":"(.+)","rename_replacement":"restored-$1","include_aliases":false}"#).await;
        let restored = done(&sandbox, "GET /restored-facts-1?flat_settings=true").await;
        let settings = &restored["restored-facts-1"]["settings"];
        assert_eq!(settings["index.blocks.write"], "true");
        assert_eq!(settings["index.provided_name"], "facts-1");
        assert_eq!(restored["restored-facts-1"]["aliases"], json!({}));
        assert_eq!(done(&sandbox, "GET /restored-facts-1/_count").await["count"], 5);
        let after = commit(&sandbox, "restored-facts-1").await;
        assert_ne!(after["user_data"]["history_uuid"], before["user_data"]["history_uuid"]);
        assert_eq!(after["user_data"]["max_seq_no"], before["user_data"]["max_seq_no"]);
        done(&sandbox, "DELETE /_snapshot/facts/one").await;
        let left: Vec<String> = sandbox.store.list(BUCKET, "").into_iter().map(|(key, _)| key).collect();
        assert_eq!(left, ["facts/fixed/index-1", "facts/fixed/index.latest"]);
    }
}

#[tokio::test]
async fn a_running_snapshot_holds_its_indices_and_ends_when_looked_at() {
    for world in both() {
        let sandbox = started(world).await;
        with_documents(&sandbox).await;
        sandbox.world.looks_until_done(2);
        done(&sandbox, &format!("PUT /_snapshot/facts/one {SNAPSHOT}")).await;
        let (status, refused) = ask(&sandbox, "DELETE /facts-1").await;
        assert_eq!((status, &refused["error"]["type"]), (400, &json!("snapshot_in_progress_exception")));
        assert_eq!(text(&sandbox, "POST /facts-1/_close").await.0, 400);
        assert_eq!(text(&sandbox, "DELETE /_snapshot/facts").await.0, 500);
        let running = done(&sandbox, "GET /_snapshot/facts/_current").await;
        assert_eq!(running["snapshots"][0]["state"], "IN_PROGRESS");
        assert_eq!(running["snapshots"][0]["end_time_in_millis"], 0);
        assert_eq!(done(&sandbox, "GET /_snapshot/facts/one").await["snapshots"][0]["state"], "SUCCESS");
        assert_eq!(done(&sandbox, "GET /_snapshot/facts/_current").await, json!({"snapshots": []}));
        let status = done(&sandbox, "GET /_snapshot/facts/one/_status").await;
        assert_eq!(status["snapshots"][0]["shards_stats"]["done"], 2);
        done(&sandbox, "DELETE /facts-1").await;
    }
}

#[tokio::test]
async fn the_snapshot_holds_the_live_commit_and_a_write_moves_it() {
    for world in both() {
        let sandbox = started(world).await;
        with_documents(&sandbox).await;
        done(&sandbox, &format!("PUT /_snapshot/facts/one?wait_for_completion=true {SNAPSHOT}")).await;
        let at_snapshot = commit(&sandbox, "facts-1").await;
        assert_eq!(at_snapshot["generation"], 3, "a snapshot flushes first");
        done(&sandbox, "POST /facts-1/_flush").await;
        assert_eq!(commit(&sandbox, "facts-1").await, at_snapshot, "there is nothing to flush");
        done(
            &sandbox,
            r#"POST /_bulk {"index":{"_index":"facts-1"}}
{"message":"x"}
"#,
        )
        .await;
        assert_eq!(commit(&sandbox, "facts-1").await["id"], at_snapshot["id"], "not committed yet");
        done(&sandbox, "POST /facts-1/_flush?force=true").await;
        assert_ne!(commit(&sandbox, "facts-1").await["id"], at_snapshot["id"]);
    }
}
