//! What happens alike on the sandbox and on an emulator of AWS. Each begins with a state and nothing else.

use reqwest::Method;
use serde_json::json;

use super::cloud::Project;

/// Everything is planned, made, and found as declared.
pub async fn made(project: &Project) {
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

/// Three services changed through their APIs.
pub async fn drift(project: &Project) {
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
pub async fn destroyed(project: &Project) {
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
    let held = project.run_to(1, &["destroy", "--bucket", project.bucket(), "--auto-approve"]).await.stderr;
    assert!(held.contains("is not empty") || held.contains("does not bear es2s3's tag"), "{held}");

    project.run_to(0, &["restore", &due, "--auto-approve"]).await;
    assert_eq!(project.domain.count(&due).await, 5, "the copy outlived the destroy");
    for index in [due, young] {
        project.domain.delete(&index).await;
    }
}
