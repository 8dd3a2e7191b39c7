//! `access: lambda` against a function that really runs: the zip on an emulator of Lambda, a real OpenSearch behind it.

use crate::support::cloud::{Project, real_cloud};
use crate::support::stage::real_stages;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn from_outside_the_vpc_everything_works_as_from_inside() {
    let opensearch =
        real_stages().into_iter().find(|stage| stage.name == "opensearch").expect("OpenSearch runs");
    let mut project = Project::new(opensearch, real_cloud(), "remote").await;
    project.run_to(0, &["bootstrap", "--auto-approve"]).await;
    project.extra.push("access: lambda".into());
    let (due, young) = (project.index(40), project.index(0));
    project.domain.create(&due, 1, 5).await;
    project.domain.create(&young, 1, 5).await;

    // Before there is a function its making is the one thing that can be done, and it needs no domain.
    let missing = project.run_to(1, &["plan"]).await;
    assert!(missing.stderr.contains("es2s3 apply --only infra"), "{}", missing.stderr);
    let first = project.run_to(0, &["apply", "--only", "infra", "--auto-approve"]).await;
    assert!(first.stdout.contains("domain left out"), "{}", first.stdout);

    let plan = project.run_to(2, &["plan", "--detailed-exitcode", "--out", "saved.plan"]).await;
    for words in ["= keep", "+ create    repository", "archive", &due] {
        assert!(plan.stdout.contains(words), "{words}:\n{}", plan.stdout);
    }
    *project.extra.last_mut().expect("access") = "access: direct".into();
    let direct = project.run_to(2, &["plan", "--detailed-exitcode"]).await;
    *project.extra.last_mut().expect("access") = "access: lambda".into();
    let bare = |text: &str| {
        // The requests of a cold and of a warm connection are not the same; nor is the minute.
        text.lines()
            .filter(|line| !line.starts_with("es2s3 ") && !line.starts_with("read "))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(bare(&direct.stdout), bare(&plan.stdout));

    let applied = project.run_to(0, &["apply", "saved.plan"]).await;
    assert!(!project.domain.exists(&due).await, "{}\n{}", applied.stdout, applied.stderr);
    let nothing = project.run_to(0, &["plan", "--detailed-exitcode"]).await;
    assert!(nothing.stdout.contains("nothing to do"), "{}", nothing.stdout);
    project.run_to(0, &["status"]).await;
    let snapshot = project.domain.snapshots(&project.name).await.pop().expect("a snapshot");
    let proof = project.run_to(0, &["prove", &snapshot]).await;
    assert!(proof.stdout.contains(&due), "{}", proof.stdout);
    let restored = project.run_to(0, &["restore", &due, "--auto-approve"]).await;
    assert_eq!(project.domain.count(&due).await, 5, "{}", restored.stdout);

    // Both halves in one apply: the function is changed from here, and then does its part by the configuration that it was given.
    project.domain.delete(&due).await;
    let next = project.index(41);
    project.domain.create(&next, 1, 5).await;
    project.extra.push("function: { memory: 512 }".into());
    let both = project.run_to(0, &["apply", "--auto-approve"]).await;
    assert!(both.stdout.contains("memory: 256 MiB → 512 MiB"), "{}", both.stdout);
    assert!(!project.domain.exists(&next).await, "{}\n{}", both.stdout, both.stderr);
    let nothing = project.run_to(0, &["plan", "--detailed-exitcode"]).await;
    assert!(nothing.stdout.contains("nothing to do"), "{}", nothing.stdout);
    let left = project.run_to(0, &["status"]).await;
    assert!(left.stdout.contains("schedule"), "{}", left.stdout);
    project.domain.delete(&young).await;
}
