//! What is too long for one call goes by way of the state bucket, and leaves nothing there.

use sandbox::world::big::Size;
use serde_json::json;

use crate::Apart;
use crate::support::function::Function;
use crate::world::Small;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_long_is_fetched_and_removed() {
    let mut apart = Apart::new().await;
    apart.function.on_the_way(|mut event| {
        event["call"]["limit"] = json!(100);
        event
    });
    for arguments in [&["plan", "--format", "json"][..], &["prove", "app-2001.01.01"]] {
        apart.both(arguments).await;
        let last = apart.function.answers().pop().expect("an answer");
        assert_eq!((last["stored"].as_bool(), last["stdout"].as_str()), (Some(true), Some("")), "{last}");
        assert_eq!(apart.left().await, [""; 0]);
    }
    apart.run_to(0, &["apply", "--auto-approve"]).await;
    assert_eq!(apart.left().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_read_is_removed_all_the_same() {
    let apart = Apart::new().await;
    let bucket = apart.small.scene.state_bucket();
    let root = apart.small.scene.repository.clone();
    apart.function.on_the_way_back(|mut answer| {
        answer["stored"] = json!(true);
        answer
    });
    let ran = apart.run_to(1, &["plan"]).await;
    assert!(ran.stderr.contains("it is not there"), "{}", ran.stderr);
    // What a caller left who was killed, long ago and just now.
    let name = "0123456789abcdef0123456789abcdef";
    let now = jiff::Timestamp::now();
    let store = &apart.small.sandbox.store;
    let long_ago = now - jiff::SignedDuration::from_hours(25);
    store.put(
        &apart.small.scene.state_bucket_name(),
        &format!("{root}/answers/{name}"),
        b"old".to_vec(),
        long_ago,
    );
    store.put(&apart.small.scene.state_bucket_name(), &format!("{root}/asks/{name}"), b"new".to_vec(), now);
    apart.function.as_it_is();
    apart.function.on_the_way(|mut event| {
        event["call"]["limit"] = json!(100);
        event
    });
    apart.run_to(0, &["plan"]).await;
    assert_eq!(apart.left().await, [format!("{root}/asks/{name}")]);
    drop(bucket);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_many_thousand_indices_goes_there_and_back() {
    let mut small = Small::new().await;
    let size = Size { indices: 9_000, snapshots: 0 };
    drop(small.sandbox.world.clone().big(&small.scene.repository, size));
    for series in 0..size.series() {
        small.scene.policy(&Size::prefix(series), 398, 3000, "");
    }
    small.scene.extra.push("guards: { max_indices: 100000, max_share: 100% }".into());
    let function = Function::start(&small.scene, &small.scene.config(), &[]).await;
    small.scene.extra.push("access: lambda".into());
    let ran = function.run(&small.scene, &["plan", "--out", "large.plan", "--quiet"]).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let bytes = std::fs::metadata(small.scene.file("large.plan")).expect("saved").len();
    assert!(bytes > 5_000_000, "{bytes} bytes would go in one call");
    assert_eq!(function.answers()[0]["stored"], true);
    // Far too much for a guard at this place; that it arrived is what counts.
    let applied = function.run(&small.scene, &["apply", "large.plan", "--no-wait", "--quiet"]).await;
    let stored = function.sent().iter().filter(|event| event["stored"].is_string()).count();
    assert_eq!(stored, 1, "{}\n{}", applied.stdout, applied.stderr);
    let keys = small.scene.state_bucket().keys(&format!("{}/", small.scene.repository)).await;
    assert!(!keys.iter().any(|key| key.contains("/asks/") || key.contains("/answers/")), "{keys:?}");
}
