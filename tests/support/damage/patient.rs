//! A scene with two snapshots by hand, before anything is done to it, and the names of its objects.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Before, Damage, Thing};
use crate::support::bucket::Bucket;
use crate::support::scene::Scene;
use crate::support::stage::Stage;

pub struct Patient {
    pub scene: Scene,
    pub bucket: Bucket,
    pub world: Option<sandbox::World>,
    /// The due index and its UUID when `by-hand` was made.
    pub index: String,
    pub uuid: String,
    /// The one that stays.
    young: String,
    /// The catalogue before `by-hand`.
    pub earlier: Vec<u8>,
    /// The catalogue with `by-hand`, and where it is.
    pub catalogue: Value,
    generation: u64,
}

/// The id of the document that may be taken out again.
pub const DOCUMENT: &str = "known";

impl Patient {
    pub async fn new(stage: Stage, world: Option<sandbox::World>, damage: &Damage) -> Self {
        let mut scene = Scene::new(stage, &format!("damage-{}", damage.name));
        let prefix = format!("dmg-{}-", damage.name);
        scene.policy(&prefix, 30, 365, "");
        scene.extra.push("guards: { max_share: \"100%\" }".into());
        if let Before::Hashed(layout) = damage.before {
            scene.extra.push(format!("repository: {{ settings: {{ shard_path_type: {layout} }} }}"));
        }
        scene.run_to(0, &["bootstrap", "--auto-approve"]).await;
        scene.run_to(0, &["apply", "--auto-approve", "--only", "infra"]).await;
        let mut patient = Self {
            bucket: scene.snapshot_bucket(),
            world,
            index: scene.dated(&format!("{prefix}{{31}}")),
            uuid: String::new(),
            young: scene.dated(&format!("{prefix}{{1}}")),
            earlier: Vec::new(),
            catalogue: Value::Null,
            generation: 0,
            scene,
        };
        patient.take_snapshots(damage.before).await;
        patient
    }

    async fn take_snapshots(&mut self, before: Before) {
        self.scene.domain.create(&self.young, 1, 2).await;
        self.scene.domain.snapshot(&self.scene.repository, "first", &self.young).await;
        self.earlier = self.bucket.get(&format!("{}/index-0", self.scene.base_path())).await;
        if before == Before::Partial {
            self.snapshot_in_part().await;
        } else {
            self.make_index().await;
        }
        if before == Before::Frozen {
            self.scene.domain.send(Method::PUT, &format!("{}/_block/write", self.index), None).await;
        }
        if before == Before::TwoCopies {
            self.scene.domain.snapshot(&self.scene.repository, "elder", &self.index).await;
            self.generation += 1;
        }
        if before != Before::Partial {
            self.scene.domain.snapshot(&self.scene.repository, "by-hand", &self.index).await;
        }
        self.generation += 1;
        self.catalogue = serde_json::from_slice(&self.bucket.get(&self.key_at_root(Thing::Catalogue)).await)
            .expect("index-N");
        self.uuid = self.live_uuid().await.expect("the due index is live");
    }

    /// Two shards with documents in both, one of them under a known id.
    pub async fn make_index(&self) {
        self.scene.domain.create(&self.index, 2, 0).await;
        self.fill().await;
    }

    async fn fill(&self) {
        let document = json!({"message": "may go"});
        self.scene.domain.send(Method::PUT, &format!("{}/_doc/{DOCUMENT}", self.index), Some(document)).await;
        self.scene.domain.write(&self.index, 15).await;
    }

    /// A snapshot while primaries are missing: on a real engine they may live nowhere at first, the sandbox is told.
    async fn snapshot_in_part(&self) {
        let (domain, index) = (&self.scene.domain, &self.index);
        if let Some(world) = &self.world {
            self.make_index().await;
            world.partial_next_snapshot();
            return domain.snapshot(&self.scene.repository, "by-hand", index).await;
        }
        let nowhere = "index.routing.allocation.require._name";
        let settings = json!({"number_of_shards": 2, "number_of_replicas": 0, "refresh_interval": "-1", nowhere: "nowhere"});
        domain
            .send(
                Method::PUT,
                &format!("{index}?wait_for_active_shards=0"),
                Some(json!({"settings": settings})),
            )
            .await;
        let path = format!("_snapshot/{}/by-hand?wait_for_completion=true", self.scene.repository);
        let body = json!({"indices": index, "include_global_state": false, "partial": true});
        domain.send(Method::PUT, &path, Some(body)).await;
        domain.send(Method::PUT, &format!("{index}/_settings"), Some(json!({nowhere: null}))).await;
        domain
            .send(Method::GET, &format!("_cluster/health/{index}?wait_for_status=green&timeout=60s"), None)
            .await;
        self.fill().await;
    }

    pub async fn live_uuid(&self) -> Option<String> {
        let path = format!("{}?filter_path=*.settings.index.uuid", self.index);
        let (status, reply) = self.scene.domain.ask(Method::GET, &path, None).await;
        let uuid = reply[&self.index]["settings"]["index"]["uuid"].as_str();
        (status == 200).then(|| uuid.expect("a uuid").to_owned())
    }

    /// UUID of a snapshot.
    pub fn snapshot_uuid(&self, name: &str) -> &str {
        let snapshots = self.catalogue["snapshots"].as_array().expect("snapshots");
        let entry = snapshots.iter().find(|entry| entry["name"] == name).expect("the snapshot is listed");
        entry["uuid"].as_str().expect("its uuid")
    }

    fn index_id(&self, index: &str) -> &str {
        self.catalogue["indices"][index]["id"].as_str().expect("the repository's id of the index")
    }

    fn key_at_root(&self, thing: Thing) -> String {
        let base = self.scene.base_path();
        match thing {
            Thing::RootFile => format!("{base}/snap-{}.dat", self.snapshot_uuid("by-hand")),
            Thing::Catalogue => format!("{base}/index-{}", self.generation),
            Thing::Hint => format!("{base}/index.latest"),
            Thing::AnyMetadata => format!("{base}/indices/{}/meta-*.dat", self.index_id(&self.index)),
            Thing::LiveShard => format!("{} shard", self.index),
            Thing::SomeRootFile => format!("{base}/snap-"),
            Thing::Blob | Thing::ShardFile | Thing::ShardFolder | Thing::Metadata => {
                unreachable!("not at the root")
            }
        }
    }

    /// Where a thing is, as a line must name it.
    pub async fn key(&self, thing: Thing) -> String {
        match thing {
            Thing::Blob => self.largest_blob().await,
            Thing::ShardFile => {
                format!("{}snap-{}.dat", self.folder(&self.index, 0).await, self.snapshot_uuid("by-hand"))
            }
            Thing::ShardFolder => self.folder(&self.index, 0).await,
            Thing::Metadata => {
                let prefix =
                    format!("{}/indices/{}/meta-", self.scene.base_path(), self.index_id(&self.index));
                self.bucket.keys(&prefix).await.swap_remove(0)
            }
            _ => self.key_at_root(thing),
        }
    }

    /// `snap-<uuid>.dat` of the young index's shard, in snapshot `first`.
    pub async fn shard_file_of_first(&self) -> String {
        format!("{}snap-{}.dat", self.folder(&self.young, 0).await, self.snapshot_uuid("first"))
    }

    /// A shard's folder with its closing slash, wherever the layout puts it.
    pub async fn folder(&self, index: &str, shard: u32) -> String {
        let inside = format!("indices/{}/{shard}/", self.index_id(index));
        let keys = self.repository_keys().await;
        let key = keys.iter().find(|key| key.contains(&inside)).expect("the shard has objects");
        let at = key.find(&inside).expect("found above");
        key[..at + inside.len()].to_owned()
    }

    async fn largest_blob(&self) -> String {
        let mut largest = (0, String::new());
        for key in self.bucket.keys(&format!("{}__", self.folder(&self.index, 0).await)).await {
            largest = largest.max((self.bucket.get(&key).await.len(), key));
        }
        largest.1
    }

    /// Every key of this repository, also those that a hashed layout puts outside of its base path.
    pub async fn repository_keys(&self) -> Vec<String> {
        let mut keys = self.bucket.keys("").await;
        keys.retain(|key| key.contains(&self.scene.base_path()));
        keys
    }

    /// Evidence of what es2s3 deleted, from its manifest.
    pub async fn deleted_on(&self) -> Vec<Value> {
        let state = self.scene.state_bucket();
        let mut lines = Vec::new();
        for key in state.keys(&format!("{}/manifest/", self.scene.repository)).await {
            let text = String::from_utf8(state.get(&key).await).expect("text");
            lines.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line")));
        }
        lines
    }

    pub async fn clean_up(&self) {
        for index in [&self.index, &self.young] {
            self.scene.domain.ask(Method::DELETE, index, None).await;
        }
        let repository = format!("_snapshot/{}", self.scene.repository);
        self.scene.domain.ask(Method::DELETE, &repository, None).await;
        for key in self.repository_keys().await {
            self.bucket.delete(&key).await;
        }
        self.scene.state_bucket().remove().await;
    }
}
