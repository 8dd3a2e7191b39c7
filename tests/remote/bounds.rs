//! What a caller may not do, and what is said where the two ends do not fit.

use serde_json::json;

use crate::Apart;

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_one_line_and_nothing_is_written() {
    let apart = Apart::new().await;
    apart.function.on_the_way(|mut event| {
        event["call"]["version"] = json!("0.0.1");
        event
    });
    for arguments in
        [&["plan"][..], &["apply", "--auto-approve"], &["restore", "a", "--auto-approve"], &["status"]]
    {
        let ran = apart.run_to(1, arguments).await;
        assert_eq!(ran.stdout, "", "{arguments:?}");
        let line = ran.stderr.lines().find(|line| line.starts_with("error: ")).expect("an error");
        assert!(line.contains("0.0.1") && ran.stderr.contains("es2s3 apply --only infra"), "{}", ran.stderr);
    }
    apart.function.on_the_way(|event| event);
    apart.function.on_the_way_back(|mut answer| {
        answer["es2s3"] = json!("9.9.9");
        answer
    });
    let ran = apart.run_to(1, &["plan"]).await;
    assert!(ran.stderr.contains("the function is es2s3 9.9.9"), "{}", ran.stderr);
    let written = apart.small.sandbox.faults.writes();
    assert!(written.iter().all(|write| write.path.contains("/config/")), "{written:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_days_are_taken_and_another_place_is_not() {
    let mut apart = Apart::new().await;
    let policies = apart.small.scene.policies.clone();
    // `app-` keeps its indices for five days in place of three.
    apart.small.scene.policies[0] = policies[0].replace("index_retention: 3", "index_retention: 5");
    assert_ne!(apart.small.scene.policies, policies);
    apart.both(&["plan"]).await;
    let applied = apart.run_to(0, &["apply", "--auto-approve"]).await;
    let spared = apart.small.scene.dated("app-{5}");
    assert!(apart.small.is_live(&spared), "{}", applied.stdout);
    assert!(!apart.small.is_live(&apart.small.scene.dated("app-{6}")), "{}", applied.stdout);

    let changes: &[(&str, &str, &str)] = &[
        ("ES_ENDPOINT", "http://127.0.0.1:1", "its domain is"),
        ("es_repo_name", "other", "its repository is"),
        ("bucket-name", "other-bucket", "its snapshot bucket is"),
        ("account", "\"999988887777\"", "its account is"),
    ];
    for (key, value, words) in changes {
        for arguments in [&["plan"][..], &["prove", "by-hand"], &["apply", "--auto-approve"]] {
            let text = apart.small.scene.config();
            let line = text.lines().find(|line| line.starts_with(&format!("{key}:"))).expect("the key");
            let state = format!("state: {{ bucket: {} }}", apart.small.scene.state_bucket_name());
            let named = format!(
                "state: {{ bucket: {}, name: {} }}",
                apart.small.scene.state_bucket_name(),
                apart.small.scene.repository
            );
            let other = text.replace(line, &format!("{key}: {value}")).replace(&state, &named);
            let mut all = vec!["-c", "other.yml"];
            all.extend(arguments);
            let mut command = apart.function.command(&apart.small.scene, &all);
            std::fs::write(apart.small.scene.file("other.yml"), other).expect("written");
            let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
            let ran = crate::support::scene::ran(&output.expect("es2s3 starts"));
            assert_eq!(ran.code, 1, "{key} {arguments:?}: {}\n{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains(words), "{key} {arguments:?}: {}", ran.stderr);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_writes_goes_by_a_configuration_of_the_state() {
    let apart = Apart::new().await;
    let text = apart.small.scene.config();
    apart.function.on_the_way(move |mut event| {
        event["call"]["config"] = json!({"text": text});
        event["call"]["step"] = json!("whole");
        event
    });
    let ran = apart.run_to(1, &["restore", "a", "--auto-approve"]).await;
    assert!(ran.stderr.contains("kept in the state"), "{}", ran.stderr);

    // Under a hash that it has not.
    let apart = Apart::new().await;
    let scene = &apart.small.scene;
    let forged = scene.config().replace("index_retention: 3", "index_retention: 1");
    let hash = "0".repeat(64);
    let key = format!("{}/config/{hash}.yml", scene.repository);
    scene.state_bucket().put(&key, forged.into_bytes()).await;
    apart.function.on_the_way(move |mut event| {
        event["call"]["config"] = json!({"hash": hash});
        event
    });
    let ran = apart.run_to(1, &["apply", "--auto-approve"]).await;
    assert!(ran.stderr.contains("is not the one that was applied"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_missing_or_busy_is_told_apart() {
    let apart = Apart::new().await;
    let mut command = apart.function.command(&apart.small.scene, &["plan"]);
    command.env("AWS_ENDPOINT_URL_LAMBDA", format!("{}/nowhere", apart.function.url));
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
    let ran = crate::support::scene::ran(&output.expect("es2s3 starts"));
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("does not exist") && ran.stderr.contains("es2s3 apply --only infra"),
        "{}",
        ran.stderr
    );

    apart.function.is_busy_for(2);
    let waited = apart.run_to(0, &["plan"]).await;
    assert!(waited.stderr.contains("at work for somebody else"), "{}", waited.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_need_no_domain_ask_no_function() {
    let apart = Apart::new().await;
    let kept = apart.small.kept[0].clone();
    for arguments in [
        &["hold", &kept][..],
        &["holds"],
        &["unhold", &kept],
        &["history"],
        &["state", "show"],
        &["config", "show"],
    ] {
        apart.run_to(0, arguments).await;
    }
    let infra = apart.run_to(0, &["plan", "--only", "infra"]).await;
    assert!(infra.stdout.contains("domain left out"), "{}", infra.stdout);
    apart.run_to(0, &["apply", "--only", "infra", "--auto-approve"]).await;
    assert_eq!(apart.function.sent().len(), 0);
    let engine = |request: &sandbox::faults::Request| request.front == sandbox::faults::Front::Elasticsearch;
    assert_eq!(apart.small.sandbox.faults.requests().into_iter().filter(engine).count(), 0);
}
