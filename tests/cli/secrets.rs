//! A secret is in requests to those whom it is for, and nowhere else: not in output, not in the journal, not in a saved plan.

use sandbox::rest::auth::Auth;

use crate::world::Small;

const PASSWORD: &str = "correct-horse-battery";

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_printed_or_kept() {
    let mut small =
        Small::of(|world| world.auth(Auth::Basic { user: "es2s3".into(), password: PASSWORD.into() })).await;
    small
        .scene
        .extra
        .push("domain: { auth: { type: basic, username: es2s3, password_env: ES_PASSWORD } }".into());
    let run = async |password: &str, arguments: &[&str]| {
        let mut command = small.scene.command(arguments);
        command.env("ES_PASSWORD", password);
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
    assert!(said.contains("ES_PASSWORD") && said.contains("\"lineage\""), "the right places were looked at");
    for secret in [PASSWORD, "wrong-horse-battery", small.scene.stage.secret_key.as_str()] {
        assert!(!said.contains(secret), "{secret:?} was printed or kept");
    }
    assert_ne!(small.scene.stage.secret_key, "", "there is a secret to look for");
}
