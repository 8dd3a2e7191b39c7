//! The AWS side on an emulator that really runs the function, in front of a real OpenSearch and a real S3: made, fired, drifted,
//! repaired, without one click.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::cloud::{Project, real_cloud};
use crate::support::stage::real_stages;

/// A rule of the emulator fires within a minute of its time; a run takes seconds.
const A_TICK: Duration = Duration::from_secs(150);

async fn project(name: &str) -> Project {
    let opensearch =
        real_stages().into_iter().find(|stage| stage.name == "opensearch").expect("OpenSearch runs");
    let project = Project::new(opensearch, real_cloud(), name).await;
    project.run_to(0, &["bootstrap", "--auto-approve"]).await;
    project
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn all_of_it_is_made_and_a_second_apply_does_nothing() {
    let project = project("made").await;
    project.domain.create(&project.index(0), 1, 3).await;
    let plan = project.run_to(2, &["plan", "--detailed-exitcode"]).await;
    for line in ["+ create    role", "+ create    function", "+ create    rule", "+ create    repository"] {
        assert!(plan.stdout.contains(line), "{line}:\n{}", plan.stdout);
    }
    project.run_to(0, &["apply", "--auto-approve"]).await;
    project.run_to(0, &["plan", "--detailed-exitcode"]).await;
    let again = project.run_to(0, &["apply", "--auto-approve"]).await;
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    project.domain.delete(&project.index(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn the_schedule_archives_what_is_due_and_its_log_can_be_read() {
    let mut project = project("fired").await;
    project.extra.push("schedule: rate(1 minute)".into());
    let (due, young) = (project.index(40), project.index(0));
    project.domain.create(&due, 1, 5).await;
    project.domain.create(&young, 1, 5).await;
    project.run_to(0, &["apply", "--auto-approve", "--only", "infra"]).await;
    project.until_gone(&due, A_TICK).await;
    assert!(project.domain.exists(&young).await);
    let history = project.run_to(0, &["history"]).await.stdout;
    assert!(history.contains("apply"), "{history}");
    let log = project.run_to(0, &["logs"]).await.stdout;
    assert!(log.contains(&format!("archive index/{due}: copy in ")), "{log}");
    assert_eq!(project.run_to(0, &["logs", "--errors"]).await.stdout, "");

    // The same at once, by hand: its lines are those of the log.
    let next = project.index(41);
    project.domain.create(&next, 1, 5).await;
    let ran = project.run(&["run"]).await;
    assert!(matches!(ran.code, 0 | 4), "{}\n{}", ran.stdout, ran.stderr);
    project.until_gone(&next, A_TICK).await;
    let back = project.run_to(0, &["restore", &due, "--auto-approve"]).await;
    assert_eq!(project.domain.count(&due).await, 5, "{}", back.stdout);
    for index in [due, young] {
        project.domain.delete(&index).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn drift_by_hand_is_a_line_and_is_repaired() {
    let project = project("drift").await;
    project.run_to(0, &["apply", "--auto-approve"]).await;
    let (cloud, function) = (&project.cloud, format!("es2s3-{}", project.name));
    let path = format!("2015-03-31/functions/{function}/configuration");
    let (status, _) = cloud.lambda(Method::PUT, &path, json!({"MemorySize": 1024})).await;
    assert_eq!(status, 200);
    let group = format!("/aws/lambda/{function}");
    let retention = json!({"logGroupName": group, "retentionInDays": 1});
    cloud.json("logs", "Logs_20140328.PutRetentionPolicy", retention).await;
    cloud.json("events", "AWSEvents.DisableRule", json!({"Name": format!("{function}-run")})).await;

    let plan = project.run_to(2, &["plan", "--detailed-exitcode"]).await.stdout;
    for words in ["memory: 1024", "retention", "~ change    rule"] {
        assert!(plan.contains(words), "{words}:\n{plan}");
    }
    project.run_to(0, &["apply", "--auto-approve"]).await;
    project.run_to(0, &["plan", "--detailed-exitcode"]).await;
}

/// From an account with nothing in it back to one with nothing but what holds data; and the roles of CI come and go with it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn what_was_made_can_be_removed_and_data_stays() {
    let project = project("destroyed").await;
    // The provider is the account's: another project may have made it.
    let made = project.run_to(0, &["bootstrap", "--ci", "github:acme/logs", "--auto-approve"]).await.stdout;
    for line in ["oidc-provider token.actions", "repo:acme/logs:environment:production", "for CI: "] {
        assert!(made.contains(line), "{line}:\n{made}");
    }
    let again = project.run_to(0, &["bootstrap", "--ci", "github:acme/logs", "--auto-approve"]).await.stdout;
    assert!(!again.contains("+ create") && !again.contains("for CI"), "{again}");
    let (due, young) = (project.index(40), project.index(0));
    for index in [&due, &young] {
        project.domain.create(index, 1, 5).await;
    }
    project.run_to(0, &["apply", "--auto-approve"]).await;
    let plan = project.run_to(0, &["plan", "--detailed-exitcode"]).await.stdout;
    assert!(!plan.contains("ci-plan"), "the roles of CI are not the plan's to remove:\n{plan}");

    let destroyed = project.run_to(0, &["destroy", "--auto-approve"]).await.stdout;
    for kind in ["role", "function", "rule", "permission", "queue", "log-group", "alarm"] {
        assert!(destroyed.contains(&format!("- remove    {kind}")), "{kind}:\n{destroyed}");
    }
    assert!(destroyed.contains("ci-plan") && destroyed.contains("ci-apply"), "{destroyed}");
    assert!(destroyed.contains("it holds the snapshots"), "{destroyed}");
    let nothing = project.run_to(0, &["destroy", "--auto-approve"]).await.stdout;
    assert!(nothing.contains("nothing to remove"), "{nothing}");
    // SeaweedFS would remove a bucket with all that is in it.
    let held = project.run_to(1, &["destroy", "--bucket", "logs-opensearch", "--auto-approve"]).await.stderr;
    assert!(held.contains("is not empty") || held.contains("does not bear es2s3's tag"), "{held}");

    project.run_to(0, &["restore", &due, "--auto-approve"]).await;
    assert_eq!(project.domain.count(&due).await, 5, "the copy outlived the destroy");
    for index in [due, young] {
        project.domain.delete(&index).await;
    }
}
