//! A small world with something of everything due, and what must hold in it whatever happened.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Child;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use sandbox::faults::{Front, Request};
use sandbox::{Sandbox, World};
use serde_json::{Value, json};

use crate::support::scene::{Ran, Scene};
use crate::support::stage::Stage;

/// Two policies, twelve daily indices, six of them due: one of those is proven by a snapshot made by hand, and one snapshot
/// of es2s3's own is past its retention.
pub struct Small {
    pub sandbox: Sandbox,
    pub scene: Scene,
    pub due: Vec<String>,
    pub kept: Vec<String>,
    pub proven: String,
    pub expiring: String,
}

impl Small {
    pub async fn new() -> Self {
        Self::of(|world| world).await
    }

    /// The same in a world that differs.
    pub async fn of(change: impl FnOnce(World) -> World) -> Self {
        let sandbox = Sandbox::start(change(World::opensearch())).await.expect("the sandbox starts");
        let stage = Stage {
            name: "sandbox".into(),
            domain: sandbox.domain_url.clone(),
            s3: sandbox.s3_url.clone(),
            region: "us-east-1".into(),
            access_key: sandbox.access_key.clone(),
            secret_key: sandbox.secret_key.clone(),
            buckets: vec!["logs-sandbox".into()],
        };
        let mut scene = Scene::new(stage, "crash");
        scene.policy("app-", 3, 7, "");
        scene.policy("web-", 3, 7, "");
        let mut small = Self {
            sandbox,
            scene,
            due: Vec::new(),
            kept: Vec::new(),
            proven: String::new(),
            expiring: String::new(),
        };
        small.prepare_account();
        small.fill();
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

    fn fill(&mut self) {
        let (world, repository) = (&self.sandbox.world, &self.scene.repository);
        let day = |policy: &str, days: u32| self.scene.dated(&format!("{policy}{{{days}}}"));
        world.register(repository, "logs-sandbox", &self.scene.base_path(), &[]);
        for name in ["app-", "web-"] {
            for days in [6, 5, 4, 2, 1, 0] {
                drop(world.clone().index(&day(name, days), |_| {}));
                if days > 3 { &mut self.due } else { &mut self.kept }.push(day(name, days));
            }
        }
        drop(world.clone().index(&day("app-", 20), |_| {}));
        let marks = json!({"es2s3": {"policy": "app", "day": "2026-01-01", "run": "R", "bytes": 1}});
        let (now, began) = (world.clock().now(), self.scene.now - SignedDuration::from_hours(24 * 9));
        self.expiring = format!("app-2026.01.01-s{}-0123abcd", began.strftime("%Y%m%d"));
        world.clock().set(began);
        assert!(world.take(repository, &self.expiring, &[&day("app-", 20)], marks));
        world.clock().set(now);
        world.lock().indices.remove(&day("app-", 20));
        self.proven = day("web-", 6);
        assert!(world.take(repository, "by-hand", &[&self.proven], Value::Null));
    }

    /// Time passes until any lease that a dead run left has expired.
    pub fn past_the_lease(&mut self) {
        self.scene.now += SignedDuration::from_mins(3);
    }

    pub async fn apply(&self) -> Ran {
        self.scene.run(&["apply", "--auto-approve"]).await
    }

    pub fn start(&self) -> Child {
        use std::process::Stdio;
        let mut command = self.scene.command(&["apply", "--auto-approve"]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("es2s3 starts")
    }

    /// Requests to the engine with this method on this path, queries left aside.
    pub fn asked(&self, method: &str, path: &str) -> Vec<Request> {
        let here = |request: &Request| {
            request.front == Front::Elasticsearch
                && request.method == method
                && request.path.split('?').next() == Some(path)
        };
        self.sandbox.faults.requests().into_iter().filter(here).collect()
    }

    pub fn is_live(&self, index: &str) -> bool {
        self.sandbox.world.lock().indices.contains_key(index)
    }

    pub fn blocked(&self) -> Vec<String> {
        let state = self.sandbox.world.lock();
        let blocked = state.indices.iter().filter(|(_, index)| index.is_write_blocked());
        blocked.map(|(name, _)| name.to_string()).collect()
    }

    /// Lines of the manifest by index name.
    pub async fn manifest(&self) -> BTreeMap<String, Vec<Value>> {
        let bucket = self.scene.state_bucket();
        let mut lines: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for key in bucket.keys(&format!("{}/manifest/", self.scene.repository)).await {
            for line in String::from_utf8(bucket.get(&key).await).expect("text").lines() {
                let line: Value = serde_json::from_str(line).expect("a line of the manifest");
                lines.entry(line["index"].as_str().expect("a name").to_owned()).or_default().push(line);
            }
        }
        lines
    }

    pub async fn is_locked(&self) -> bool {
        !self.scene.state_bucket().keys(&format!("{}/lock.json", self.scene.repository)).await.is_empty()
    }

    /// Nothing is lost at this moment, whatever the run before did: all that is not due is there, and what is not there is in
    /// the manifest or in an intent of a journal, with a snapshot that stands.
    pub fn nothing_is_lost(&self, case: &str) {
        for index in &self.kept {
            assert!(self.is_live(index), "{case}: {index} is not due and gone");
        }
        let mut state = self.sandbox.world.lock();
        state.look(None);
        let archive = state.archive(&self.scene.repository).expect("registered").expect("an archive");
        for index in &self.due {
            assert!(
                state.indices.contains_key(index)
                    || archive.kept.values().any(|kept| kept.images.iter().any(|image| image.name == *index)),
                "{case}: {index} is gone and in no snapshot"
            );
        }
    }

    /// Applies until there is nothing to do, and looks at everything then.
    pub async fn converges(&mut self, case: &str) {
        self.nothing_is_lost(case);
        for _ in 0..2 {
            self.past_the_lease();
            let ran = self.apply().await;
            assert!(matches!(ran.code, 0 | 6), "{case}: {}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
            if ran.code == 0 {
                break;
            }
        }
        self.sandbox.faults.forget();
        let last = self.apply().await;
        assert_eq!(last.code, 0, "{case}: {}\n{}", last.stdout, last.stderr);
        assert!(last.stdout.contains("nothing to do"), "{case}: {}\n{}", last.stdout, last.stderr);
        assert_eq!(self.sandbox.faults.writes(), [], "{case}: the last apply wrote");
        self.is_settled(case).await;
    }

    async fn is_settled(&self, case: &str) {
        self.nothing_is_lost(case);
        let live: BTreeSet<String> =
            self.sandbox.world.lock().indices.keys().map(ToString::to_string).collect();
        let kept: BTreeSet<String> = self.kept.iter().cloned().collect();
        assert_eq!(live, kept, "{case}: live indices");
        assert_eq!(self.blocked(), Vec::<String>::new(), "{case}: blocked indices");
        assert!(!self.is_locked().await, "{case}: the lock is still there");
        let manifest = self.manifest().await;
        let once: Vec<(String, usize)> =
            manifest.iter().map(|(index, lines)| (index.clone(), lines.len())).collect();
        let wanted: Vec<(String, usize)> =
            self.due.iter().cloned().collect::<BTreeSet<_>>().into_iter().map(|i| (i, 1)).collect();
        assert_eq!(once, wanted, "{case}: the manifest");
        let snapshots = self.scene.domain.snapshots(&self.scene.repository).await;
        assert!(!snapshots.contains(&self.expiring), "{case}: {} is not expired", self.expiring);
    }
}

impl Small {
    /// Every index that is gone is proven by the program itself, from the snapshot that its line names.
    pub async fn proves_all(&self, case: &str) {
        let manifest = self.manifest().await;
        let mut names = vec!["prove".to_owned()];
        names.extend(
            manifest
                .values()
                .map(|lines| lines[0]["evidence"]["snapshot"].as_str().expect("named").to_owned()),
        );
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let proven = self.scene.run(&names).await;
        assert_eq!(proven.code, 0, "{case}: {}\n{}", proven.stdout, proven.stderr);
    }
}

/// Waits for a condition, and says which when it does not come about.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < give_up, "waited 30 s for: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Sends a signal by its name: `STOP`, `CONT`, `INT`.
pub fn signal(child: &Child, name: &str) {
    let sent = std::process::Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success(), "kill -{name}");
}

/// Waits for the end of a process.
pub async fn ended(child: Child) -> Ran {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await.expect("joined");
    crate::support::scene::ran(&output.expect("its output"))
}
