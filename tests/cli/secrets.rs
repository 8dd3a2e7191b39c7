//! A secret is in requests to those whom it is for, and nowhere else: not in output, not in the journal, not in a saved plan.

use sandbox::rest::auth::Auth;
use serde_json::json;

use crate::world::Small;

const PASSWORD: &str = "correct-horse-battery";

/// Where the password is kept, as the configuration says it.
const PLACES: [&str; 3] = [
    "password_env: ES_PASSWORD",
    "password_from: \"secretsmanager:es2s3/logs\"",
    "password_from: \"ssm:/es2s3/logs\"",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_printed_or_kept() {
    for place in PLACES {
        none_is_printed_or_kept(place).await;
    }
}

async fn none_is_printed_or_kept(place: &str) {
    let mut small =
        Small::of(|world| world.auth(Auth::Basic { user: "es2s3".into(), password: PASSWORD.into() })).await;
    small.scene.extra.push(format!("domain: {{ auth: {{ type: basic, username: es2s3, {place} }} }}"));
    let run = async |password: &str, arguments: &[&str]| {
        let mut command = small.scene.command(arguments);
        command.env("ES_PASSWORD", password);
        {
            let mut account = small.sandbox.world.cloud().lock();
            let several = json!({"username": "es2s3", "password": password}).to_string();
            account.secrets.insert("es2s3/logs".into(), several);
            account.parameters.insert("/es2s3/logs".into(), password.to_owned());
        }
        let output =
            tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("ran");
        crate::support::scene::ran(&output)
    };
    let mut said = String::new();
    let plays: &[(&str, i32, &[&str])] = &[
        (PASSWORD, 0, &["plan", "--verbose", "--out", "saved.plan"]),
        (PASSWORD, 0, &["apply", "--auto-approve", "--format", "json"]),
        (PASSWORD, 0, &["status"]),
        (PASSWORD, 0, &["config", "show"]),
        (PASSWORD, 0, &["config", "show", "--format", "json"]),
        (PASSWORD, 0, &["state", "export"]),
        (PASSWORD, 0, &["history"]),
        // A wrong one is no better to print.
        ("wrong-horse-battery", 1, &["plan"]),
    ];
    for (password, code, arguments) in plays {
        let ran = run(password, arguments).await;
        assert_eq!(ran.code, *code, "es2s3 {arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
        said.push_str(&ran.stdout);
        said.push_str(&ran.stderr);
    }
    said.push_str(&std::fs::read_to_string(small.scene.file("saved.plan")).expect("the saved plan"));
    for key in small.scene.state_bucket().keys("").await {
        said.push_str(&String::from_utf8_lossy(&small.scene.state_bucket().get(&key).await));
    }
    let (_, kept) = place.split_once(": ").expect("a key and its value");
    assert!(
        said.contains(kept.trim_matches('"')) && said.contains("\"lineage\""),
        "the right places were looked at"
    );
    for secret in [PASSWORD, "wrong-horse-battery", small.scene.stage.secret_key.as_str()] {
        assert!(!said.contains(secret), "{secret:?} was printed or kept");
    }
    assert_ne!(small.scene.stage.secret_key, "", "there is a secret to look for");
}

/// A secret that cannot be had is told with what is missing, before anything else is done.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_cannot_be_read_says_why() {
    let mut small = Small::new().await;
    small.scene.extra.push(
        "domain: { auth: { type: basic, username: es2s3, password_from: \"secretsmanager:es2s3/logs\" } }"
            .into(),
    );
    let plan = async || small.scene.run_to(1, &["plan"]).await.stderr;
    let missing = plan().await;
    assert!(missing.contains("could not be read: the secret es2s3/logs does not exist"), "{missing}");
    small.sandbox.world.cloud().lock().secrets.insert("es2s3/logs".into(), "{\"pass\":\"word\"}".into());
    let other = plan().await;
    assert!(other.contains("it is a JSON object without `password`") && !other.contains("word\""), "{other}");
    small.sandbox.world.cloud().lock().denied.insert("secretsmanager:GetSecretValue".into());
    let denied = plan().await;
    assert!(denied.contains("secretsmanager:GetSecretValue on the secret es2s3/logs was denied"), "{denied}");
}
