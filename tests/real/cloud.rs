//! The AWS side on an emulator that really runs the function, in front of a real OpenSearch and a real S3: made, fired, drifted,
//! repaired, without one click.

use std::time::Duration;

use crate::support::cloud::{Project, real_cloud};
use crate::support::cloud_plays;
use crate::support::refusals::unlike_aws;
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
    cloud_plays::made(&project("made").await).await;
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
    cloud_plays::drift(&project("drift").await).await;
}

/// From an account with nothing in it back to one with nothing but what holds data; and the roles of CI come and go with it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn what_was_made_can_be_removed_and_data_stays() {
    cloud_plays::destroyed(&project("destroyed").await).await;
}

/// Where the emulator is not as AWS is, it says so here.
const DIFFERENCES: &[&str] = &[
    "iam CreateRole RoleName=broken&AssumeRolePolicyDocument=nonsense: 200 instead of 400 MalformedPolicyDocument",
    "events AWSEvents.ListTargetsByRule {\"Rule\":\"nobody\"}: 200 instead of 400 ResourceNotFoundException",
    "es GET /2021-01-01/opensearch/domain/nobody: 404 ResourceNotFoundException instead of 409 ResourceNotFoundException",
    r#"lambda POST /2015-03-31/functions {"FunctionName":"orphan","Role":"{role}nobody","Runtime":"provided.al2023","Handler":"bootstrap","Code":{"ZipFile":"{zip}"}}: 201 instead of 400 InvalidParameterValueException"#,
    r#"events AWSEvents.DeleteRule {"Name":"busy"}: 200 instead of 400 ValidationException"#,
    r#"events AWSEvents.RemoveTargets {"Rule":"nobody","Ids":["one"]}: 200 instead of 400 ResourceNotFoundException"#,
];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn the_emulator_refuses_as_aws_does_but_for_what_is_known() {
    assert_eq!(unlike_aws(&real_cloud()).await, DIFFERENCES);
}
