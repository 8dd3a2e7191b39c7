//! Bootstrap in front of a store that cannot keep a lease, with nothing else of AWS and no domain.

use std::process::Command;

use super::bucket::Bucket;
use super::scene::{Ran, ran};
use super::stage::Stage;

/// The address of a store and the keys to it.
pub fn store(url: &str, key: &str, secret: &str) -> Stage {
    Stage {
        name: "unfit".into(),
        domain: "http://127.0.0.1:9".into(),
        s3: url.into(),
        region: "us-east-1".into(),
        access_key: key.into(),
        secret_key: secret.into(),
        buckets: vec!["logs-of-an-unfit-store".into()],
    }
}

async fn bootstrap(store: &Stage, state: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!(
        "account: \"111122223333\"\nregion: {}\ninfrastructure: none\nvpc_id: vpc-0123456789abcdef0\n\
         security_group_id: sg-0123456789abcdef0\nbucket-name: {}\nes_repo_name: logs\nES_ENDPOINT: {}\n\
         ES_INDEX_PREFIX: app-\nsnapshot_retention: 365\nindex_retention: 30\nstate: {{ bucket: {state} }}\n",
        store.region, store.buckets[0], store.domain
    );
    std::fs::write(folder.path().join("app-config.yml"), config).expect("the configuration is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_es2s3"));
    command
        .args(["bootstrap", "--auto-approve"])
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_ACCESS_KEY_ID", &store.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &store.secret_key)
        .env("AWS_REGION", &store.region)
        .env("AWS_ENDPOINT_URL", &store.s3)
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let output = tokio::task::spawn_blocking(move || command.output());
    ran(&output.await.expect("joined").expect("es2s3 starts"))
}

/// Asks for a state in this bucket: it is refused, and the bucket holds nothing that could be taken for a state. Gives what was said.
pub async fn is_refused(store: &Stage, state: &str) -> String {
    let ran = bootstrap(store, state).await;
    assert_eq!(ran.code, 1, "{}\n{}", ran.stdout, ran.stderr);
    let reason = format!("the store behind bucket {state} does not honour conditional writes: ");
    assert!(ran.stderr.contains(&reason), "{}", ran.stderr);
    assert!(!ran.stdout.contains("state made") && !ran.stdout.contains("ready"), "{}", ran.stdout);
    assert_eq!(Bucket::new(store, state).keys("").await, Vec::<String>::new(), "{}", ran.stderr);
    ran.stderr
}
