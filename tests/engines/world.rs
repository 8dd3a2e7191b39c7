//! A small world of any engine: six daily indices, three of them due, and an account that is prepared.

use sandbox::engine::{Engine, Kind};
use sandbox::faults::Front;
use sandbox::{Sandbox, World};
use serde_json::{Value, json};

use crate::support::scene::{Ran, Scene};
use crate::support::stage::Stage;

pub struct Small {
    pub sandbox: Sandbox,
    pub scene: Scene,
}

pub fn opensearch(version: &str) -> World {
    World::of(Engine::new(Kind::OpenSearch, version))
}

pub fn elasticsearch(version: &str) -> World {
    World::of(Engine::new(Kind::Elasticsearch, version))
}

impl Small {
    /// Serves the world as it is, with a prepared account and no policy yet.
    pub async fn serve(world: World) -> Self {
        let sandbox = Sandbox::start(world).await.expect("the sandbox starts");
        let stage = Stage {
            name: "sandbox".into(),
            domain: sandbox.domain_url.clone(),
            s3: sandbox.s3_url.clone(),
            region: "us-east-1".into(),
            access_key: sandbox.access_key.clone(),
            secret_key: sandbox.secret_key.clone(),
            buckets: vec![sandbox::BUCKET.into()],
        };
        let small = Self { scene: Scene::new(stage, "engines"), sandbox };
        small.prepare_account();
        small
    }

    /// `app-` six days back, to be kept for three; the oldest has two shards. `more` is the policy's, as `proof: api`.
    pub async fn of(world: World, more: &str) -> Self {
        let mut small = Self::serve(world).await;
        small.scene.policy("app-", 3, 7, more);
        for days in [6, 5, 4, 2, 1, 0] {
            let shards = if days == 6 { 2 } else { 1 };
            drop(small.world().clone().index_of(&small.day("app-", days), shards, |_| {}));
        }
        small
    }

    /// What `es2s3 bootstrap` leaves.
    fn prepare_account(&self) {
        let bucket = self.scene.state_bucket_name();
        self.sandbox.store.create_bucket(&bucket);
        let state = json!({"format": 1, "serial": 1, "lineage": "L"});
        let key = format!("{}/state.json", self.scene.repository);
        self.sandbox.store.put(&bucket, &key, state.to_string().into_bytes(), self.scene.now);
    }

    pub fn world(&self) -> &World {
        &self.sandbox.world
    }

    pub fn day(&self, prefix: &str, days: u32) -> String {
        self.scene.dated(&format!("{prefix}{{{days}}}"))
    }

    pub async fn plan(&self) -> Ran {
        self.scene.run_to(0, &["plan"]).await
    }

    pub async fn apply(&self) -> Ran {
        self.scene.run_to(0, &["apply", "--auto-approve"]).await
    }

    /// Names of the live indices.
    pub fn live(&self) -> Vec<String> {
        self.world().lock().indices.keys().cloned().collect()
    }

    /// Names of the live indices that take no writes.
    pub fn blocked(&self) -> Vec<String> {
        let state = self.world().lock();
        let blocked = state.indices.values().filter(|index| index.is_write_blocked());
        blocked.map(|index| index.name.clone()).collect()
    }

    /// Everything that the program wrote to the domain so far: method, and path without its query.
    pub fn written(&self) -> Vec<String> {
        let writes = self.sandbox.faults.writes().into_iter();
        let writes = writes.filter(|write| write.front == Front::Elasticsearch);
        writes.map(|write| format!("{} {}", write.method, without_query(&write.path))).collect()
    }

    /// The settings that the repository is registered with: `bucket base_path`, sorted.
    pub fn registered(&self) -> String {
        let state = self.world().lock();
        let repository = state.repositories.get(&self.scene.repository).expect("registered");
        let mut names: Vec<&str> = repository.settings.keys().map(String::as_str).collect();
        names.sort_unstable();
        names.join(" ")
    }

    /// The lines of the manifest: what was deleted, and on which evidence.
    pub fn manifest(&self) -> Vec<Value> {
        let bucket = self.scene.state_bucket_name();
        let listed = self.sandbox.store.list(&bucket, &format!("{}/manifest/", self.scene.repository));
        let texts =
            listed.into_iter().map(|(_, object)| String::from_utf8(object.bytes.to_vec()).expect("text"));
        let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        lines.map(|line| serde_json::from_str(&line).expect("a line of the manifest")).collect()
    }

    /// The newest `index-N`, as it lies in the bucket.
    pub fn catalogue(&self) -> Value {
        let prefix = format!("{}/index-", self.scene.base_path());
        let listed = self.sandbox.store.list(sandbox::BUCKET, &prefix);
        let (key, _) = listed.last().expect("a catalogue");
        let object = self.sandbox.store.get(sandbox::BUCKET, key).expect("its bytes");
        serde_json::from_slice(&object.bytes).expect("a catalogue is JSON")
    }
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

pub fn said(ran: &Ran) -> String {
    format!("exit {}\n{}\n{}", ran.code, ran.stdout, ran.stderr)
}

pub fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
