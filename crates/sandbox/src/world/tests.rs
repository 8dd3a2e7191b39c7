//! A snapshot comes, is shared, goes: what lies in the bucket at each step.

use serde_json::Value;

use super::{BUCKET, World};

fn keys(world: &World) -> Vec<String> {
    world.store().list(BUCKET, "").into_iter().map(|(key, _)| key).collect()
}

fn kinds(world: &World) -> Vec<(usize, &'static str)> {
    let keys = keys(world);
    let count = |pattern: &str| keys.iter().filter(|key| crate::glob::matches(pattern, key)).count();
    ["*/snap-*.dat", "*/__*", "logs/meta-*", "*/indices/*/meta-*", "*/index-*", "*/index.latest"]
        .map(|pattern| (count(pattern), pattern))
        .to_vec()
}

fn world(world: World) -> World {
    world.at("2026-11-23T05:00:00Z").repository("logs", "logs").index_of("a", 2, |_| {}).index("b", |_| {})
}

#[test]
fn a_second_snapshot_of_the_same_index_uploads_nothing() {
    for world in [world(World::opensearch()), world(World::elasticsearch("7.10.2"))] {
        let world = world.snapshot("logs", "one", &["a"]);
        let blobs = |world: &World| keys(world).iter().filter(|key| key.contains("/__")).count();
        assert_eq!(blobs(&world), 4);
        let world = world.snapshot("logs", "two", &["a", "b"]);
        assert_eq!(blobs(&world), 6);
        world.write("a", 5);
        assert!(world.take("logs", "three", &["a"], Value::Null));
        assert_eq!(blobs(&world), 10, "one more segment of each shard");
    }
}

#[test]
fn a_deleted_snapshot_leaves_nothing_that_the_others_do_not_need() {
    for world in [world(World::opensearch()), world(World::elasticsearch("7.10.2"))] {
        let world = world.snapshot("logs", "one", &["a"]);
        let before = kinds(&world);
        let world = world.snapshot("logs", "two", &["a", "b"]);
        assert_ne!(kinds(&world), before);
        world.lock().delete_snapshots("logs", &["two".to_owned()]).unwrap();
        assert_eq!(kinds(&world), before);
        world.lock().delete_snapshots("logs", &["one".to_owned()]).unwrap();
        assert_eq!(keys(&world), ["logs/index-3", "logs/index.latest"]);
        assert_eq!(
            world.store().get(BUCKET, "logs/index.latest").unwrap().bytes.as_ref(),
            3_u64.to_be_bytes()
        );
    }
}

#[test]
fn a_snapshot_holds_what_was_live_when_it_began() {
    let world = world(World::opensearch());
    world.looks_until_done(2);
    assert!(world.begin("logs", "one", &["b"], Value::Null));
    world.write("b", 1);
    world.lock().look(None);
    assert!(keys(&world).is_empty(), "it still runs");
    world.lock().look(None);
    let state = world.lock();
    let kept = state.archive("logs").unwrap().unwrap().named("one").unwrap().clone();
    assert_eq!(kept.images[0].shards[0].commit.max_seq_no, 11);
    assert_eq!(kept.images[0].shards[0].commit, state.indices["b"].shards[0].commit);
}

#[test]
fn hashed_folders_are_written_and_removed() {
    for (word, first) in [("HASHED_PREFIX", "logs/"), ("HASHED_INFIX", "logs/")] {
        let world = World::opensearch().index("a", |_| {});
        world.register("logs", BUCKET, "logs", &[("shard_path_type", word)]);
        assert!(world.take("logs", "one", &["a"], Value::Null));
        let shard_files = keys(&world).into_iter().filter(|key| key.contains("/0/")).collect::<Vec<_>>();
        assert_eq!(shard_files.len(), 4);
        assert!(shard_files.iter().all(|key| !key.starts_with("logs/indices")), "{shard_files:?}");
        assert!(keys(&world).iter().any(|key| key.starts_with("logs/snapshot_shard_paths/snapshot_path_")));
        world.lock().delete_snapshots("logs", &["one".to_owned()]).unwrap();
        assert!(keys(&world).iter().all(|key| key.starts_with(first) && !key.contains("/0/")));
    }
}

#[test]
fn a_repository_with_chunks_splits_its_blobs() {
    let world = World::elasticsearch("7.10.2").index("a", |index| index.fill(100));
    world.register("logs", BUCKET, "logs", &[("chunk_size", "1kb")]);
    assert!(world.take("logs", "one", &["a"], Value::Null));
    let parts: Vec<String> = keys(&world).into_iter().filter(|key| key.contains(".part")).collect();
    assert!(parts.len() >= 2, "{parts:?}");
    world.lock().delete_snapshots("logs", &["one".to_owned()]).unwrap();
    assert!(keys(&world).iter().all(|key| !key.contains(".part")));
}

#[test]
fn daily_indices_are_born_at_their_midnight() {
    let world = World::opensearch().at("2026-11-23T05:00:00Z").daily("logs-", 2, 0);
    let state = world.lock();
    let born: Vec<(&str, i64)> =
        state.indices.values().map(|index| (index.name.as_str(), index.created)).collect();
    let day = 86_400_000;
    let today = 1_795_392_000_000;
    assert_eq!(
        born,
        [("logs-2026.11.21", today - 2 * day), ("logs-2026.11.22", today - day), ("logs-2026.11.23", today)]
    );
}

#[test]
fn a_mounted_index_keeps_the_commit_of_its_snapshot() {
    let world = world(World::opensearch()).snapshot("logs", "one", &["b"]);
    assert!(world.mount("b", "logs", "one"));
    let state = world.lock();
    let (live, mounted) = (&state.indices["b"], &state.indices["mounted-b"]);
    assert_eq!(live.shards[0].commit, mounted.shards[0].commit);
    assert_ne!(live.uuid, mounted.uuid);
    assert!(mounted.is_mounted());
}

#[test]
fn a_failed_shard_makes_a_partial_snapshot() {
    let world = world(World::opensearch());
    world.partial_next_snapshot();
    assert!(world.take("logs", "one", &["a"], Value::Null));
    let state = world.lock();
    let root = state.archive("logs").unwrap().unwrap().named("one").unwrap().root.clone();
    assert_eq!((root.state.word(), root.shards_total, root.shards_successful), ("PARTIAL", 2, 1));
}

#[test]
fn a_big_world_is_made_with_one_catalogue() {
    let size = super::big::Size { indices: 2_000, snapshots: 400 };
    let world = World::opensearch().at("2026-11-23T05:00:00Z").repository("logs", "logs").big("logs", size);
    assert_eq!(world.lock().indices.len(), 2_000);
    let catalogues: Vec<String> = keys(&world).into_iter().filter(|key| key.contains("/index-")).collect();
    assert_eq!(catalogues, ["logs/index-0"]);
    let bytes = world.store().get(BUCKET, "logs/index-0").unwrap().bytes;
    let catalogue: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(catalogue["snapshots"].as_array().unwrap().len(), 400);
    assert!(world.lock().indices.contains_key("svc004-2026.11.23"));
    // The 400th snapshot is the 80th of the last of five series, the day before its live ones and 79 more.
    assert_eq!(
        catalogue["indices"]["svc004-2025.08.01"]["snapshots"][0],
        catalogue["snapshots"][399]["uuid"]
    );
}
