//! The grants alone suffice, and none of them is too much: the program run by callers who have nothing but the policies that
//! `bootstrap --ci` prints and the function's role, on an emulator that judges by IAM.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use sandbox::{Sandbox, World};
use serde_json::{Value, json};

use crate::support::bucket::Bucket;
use crate::support::cloud::{Cloud, Project, guarded_cloud};
use crate::support::scene::{Ran, ran};
use crate::support::stage::Stage;

/// Statements of CI's roles that the emulator cannot show to be needed, each with the reason.
const NOT_JUDGED: [(&str, &str); 3] = [
    ("PassFunctionRole", "it does not ask for iam:PassRole"),
    ("FunctionsNetwork", "it does not look at the network in the caller's name"),
    ("KeepRoles", "a role is tagged in its making; changed, described or removed it is by other plays"),
];

/// The same of the function's role.
const NOT_JUDGED_OF_THE_FUNCTION: [(&str, &str); 3] = [
    ("Log", "what the function prints is written by Lambda itself, in the role's name on AWS alone"),
    (
        "Describe",
        "interfaces in the VPC are Lambda's to make in the role's name, and the emulator makes none",
    ),
    ("Interfaces", "the same"),
];

/// An account of the emulator, a domain without rights of its own, and the root's keys.
struct Account {
    domain: Sandbox,
    project: Project,
    iam: aws_sdk_iam::Client,
    sts: aws_sdk_sts::Client,
}

/// Somebody who may do what a role's policies say.
struct Caller {
    name: String,
    key: String,
    secret: String,
    token: String,
}

impl Account {
    async fn new(name: &str) -> Self {
        let domain = Sandbox::start(World::opensearch()).await.expect("the sandbox starts");
        let cloud = guarded_cloud();
        let stage = Stage {
            name: "sandbox".into(),
            domain: domain.domain_url.clone(),
            s3: cloud.s3_endpoint.clone(),
            region: cloud.region.clone(),
            access_key: cloud.key().to_owned(),
            secret_key: cloud.secret_key.clone(),
            buckets: vec![format!("snapshots-{name}-{:x}", std::process::id())],
        };
        // The engine looks whether its bucket is there, in a store of its own.
        domain.store.create_bucket(&stage.buckets[0]);
        let root = root(&cloud);
        let (iam, sts) = (aws_sdk_iam::Client::new(&root), aws_sdk_sts::Client::new(&root));
        let mut project = Project::new(stage, cloud, name).await;
        // What the function would run is not what is looked at here.
        project.run_to(0, &["package", "--executable", "/bin/true", "--out", "es2s3.zip"]).await;
        project.extra.push("function: { package: es2s3.zip }".into());
        Self { domain, project, iam, sts }
    }

    /// What a role is granted, policy by policy, as `bootstrap --ci --print` shows it.
    async fn granted(&self, role: &str) -> Vec<(String, Value)> {
        let printed = self.project.run_to(0, &["bootstrap", "--ci", "github:acme/logs", "--print"]).await;
        let printed: Value = serde_json::from_str(&printed.stdout).expect("one document");
        let objects = printed["objects"].as_array().expect("a list").clone();
        let wanted = |one: &&Value| one["name"].as_str().is_some_and(|name| name.ends_with(role));
        let role = objects.iter().find(wanted).expect("the role");
        let policies = role["policies"].as_object().expect("policies").clone();
        policies.into_iter().collect()
    }

    /// What a role that was made really has.
    async fn policies(&self, role: &str) -> Vec<(String, Value)> {
        let names =
            self.iam.list_role_policies().role_name(role).send().await.expect("policies").policy_names;
        let mut policies = Vec::new();
        for name in names {
            let got = self.iam.get_role_policy().role_name(role).policy_name(&name).send().await;
            let text = got.expect("a policy").policy_document;
            let text = percent_encoding::percent_decode_str(&text).decode_utf8().expect("text");
            policies.push((name, serde_json::from_str(&text).expect("a document")));
        }
        policies
    }

    /// An index that is due, with its copy where the emulator's S3 has it: the engine of this place writes into a store of its own.
    async fn due(&self, days: i64) -> String {
        let (index, project) = (self.project.index(days), &self.project);
        drop(self.domain.world.clone().index(&index, |_| {}));
        assert!(self.domain.world.take(&project.name, &format!("by-hand-{days}"), &[&index], Value::Null));
        let bucket = Bucket::new(project.stage(), project.bucket());
        for (key, object) in self.domain.store.list(project.bucket(), "") {
            bucket.put(&key, object.bytes.to_vec()).await;
        }
        index
    }

    /// A session of a role with these policies.
    async fn caller(&self, name: &str, policies: &[(String, Value)]) -> Caller {
        let name = format!("{}-{name}", self.project.name);
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{}:root", self.project.cloud.account) },
            "Action": "sts:AssumeRole",
        }] });
        let make = self.iam.create_role().role_name(&name).assume_role_policy_document(trust.to_string());
        let arn = make.send().await.expect("a role").role.expect("in the answer").arn;
        self.grant(&name, policies).await;
        let session = self.sts.assume_role().role_arn(arn).role_session_name("test").send().await;
        let keys = session.expect("a session").credentials.expect("in the answer");
        Caller { name, key: keys.access_key_id, secret: keys.secret_access_key, token: keys.session_token }
    }

    async fn grant(&self, role: &str, policies: &[(String, Value)]) {
        for (policy, document) in policies {
            let put = self.iam.put_role_policy().role_name(role).policy_name(policy);
            put.policy_document(as_judged_there(document).to_string()).send().await.expect("a policy");
        }
    }

    async fn run_as(&self, caller: &Caller, arguments: &[&str]) -> Ran {
        let mut command = self.project.command(arguments);
        command.env("AWS_ACCESS_KEY_ID", &caller.key).env("AWS_SECRET_ACCESS_KEY", &caller.secret);
        command.env("AWS_SESSION_TOKEN", &caller.token);
        let output = tokio::task::spawn_blocking(move || command.output());
        ran(&output.await.expect("joined").expect("es2s3 starts"))
    }

    async fn run_as_to(&self, code: i32, caller: &Caller, arguments: &[&str]) -> Ran {
        let ran = self.run_as(caller, arguments).await;
        assert_eq!(ran.code, code, "{} {arguments:?}\n{}\n{}", caller.name, ran.stdout, ran.stderr);
        ran
    }
}

fn root(cloud: &Cloud) -> SdkConfig {
    let keys = Credentials::new(cloud.key(), &cloud.secret_key, None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(cloud.region.clone()))
        .endpoint_url(&cloud.endpoint)
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build()
}

/// Statements of which the emulator judges the actions alone: it does not know what such a call is about, and takes it for `*`.
const BY_ACTION: [&str; 7] =
    ["Rules", "MakeRules", "Alarms", "AllAlarms", "MakeAlarms", "LogGroups", "MakeFunction"];

fn as_judged_there(document: &Value) -> Value {
    let mut document = document.clone();
    for statement in document["Statement"].as_array_mut().expect("statements") {
        if BY_ACTION.iter().any(|id| statement["Sid"] == *id) {
            statement["Resource"] = json!("*");
        }
    }
    document
}

/// The policies with one statement taken out, and its name; once for each statement.
fn each_taken_out(policies: &[(String, Value)]) -> Vec<(String, Vec<(String, Value)>)> {
    let mut taken = Vec::new();
    for (at, (policy, document)) in policies.iter().enumerate() {
        for statement in document["Statement"].as_array().expect("statements") {
            let all = document["Statement"].as_array().expect("statements");
            let mut rest: Vec<Value> = all.iter().filter(|one| *one != statement).cloned().collect();
            if rest.is_empty() {
                // A policy may not be empty, and this right everybody has.
                rest.push(json!({ "Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*" }));
            }
            let mut less = policies.to_vec();
            less[at] = (policy.clone(), json!({ "Version": "2012-10-17", "Statement": rest }));
            taken.push((statement["Sid"].as_str().expect("a name").to_owned(), less));
        }
    }
    taken
}

fn is_judged(statement: &str, not: &[(&str, &str)]) -> bool {
    not.iter().all(|(name, _)| *name != statement)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn whoever_plans_can_read_all_of_it_and_write_nothing() {
    let account = Account::new("plans").await;
    account.project.run_to(0, &["bootstrap", "--auto-approve"]).await;
    account.project.run_to(0, &["apply", "--auto-approve"]).await;
    let policies = account.granted("ci-plan").await;
    let planner = account.caller("planner", &policies).await;
    let plan = account.run_as_to(0, &planner, &["plan", "--detailed-exitcode"]).await;
    assert!(plan.stdout.contains("nothing to do") && !plan.stdout.contains("blocked"), "{}", plan.stdout);

    for (statement, less) in each_taken_out(&policies) {
        account.grant(&planner.name, &less).await;
        let plan = account.run_as(&planner, &["plan", "--detailed-exitcode"]).await;
        let needed = plan.code != 0 || plan.stdout.contains("blocked");
        assert_eq!(
            needed,
            is_judged(&statement, &NOT_JUDGED),
            "without {statement}:\n{}\n{}",
            plan.stdout,
            plan.stderr
        );
    }
    account.grant(&planner.name, &policies).await;

    // Something to do, and no way to do it.
    account.project.run_to(0, &["destroy", "--auto-approve"]).await;
    account.run_as_to(2, &planner, &["plan", "--detailed-exitcode"]).await;
    let refused = account.run_as_to(1, &planner, &["apply", "--auto-approve"]).await;
    assert!(refused.stderr.contains("s3:PutObject"), "{}", refused.stderr);
    account.run_as_to(2, &planner, &["plan", "--detailed-exitcode"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn whoever_applies_can_make_all_of_it_and_needs_each_statement() {
    let account = Account::new("applies").await;
    account.project.run_to(0, &["bootstrap", "--auto-approve"]).await;
    let policies = account.granted("ci-apply").await;
    let applier = account.caller("applier", &policies).await;
    let own: Vec<(String, Value)> = policies.iter().filter(|(name, _)| name != "plan").cloned().collect();
    let all_but_one = each_taken_out(&own);

    // The bucket stays when all else is removed, so it is in the first apply alone that it is made.
    let (of_bucket, others): (Vec<_>, Vec<_>) =
        all_but_one.into_iter().partition(|(statement, _)| statement == "SetUpSnapshotBucket");
    account.grant(&applier.name, &of_bucket[0].1).await;
    account.run_as_to(6, &applier, &["apply", "--auto-approve"]).await;
    account.grant(&applier.name, &own).await;
    account.run_as_to(0, &applier, &["apply", "--auto-approve"]).await;
    let plan = account.run_as_to(0, &applier, &["plan", "--detailed-exitcode"]).await;
    assert!(plan.stdout.contains("nothing to do"), "{}", plan.stdout);

    for (statement, less) in others {
        account.project.run_to(0, &["destroy", "--auto-approve"]).await;
        account.grant(&applier.name, &less).await;
        let ran = account.run_as(&applier, &["apply", "--auto-approve"]).await;
        let said = format!("without {statement}:\n{}\n{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code != 0, is_judged(&statement, &NOT_JUDGED), "{said}");
        account.grant(&applier.name, &own).await;
        account.run_as_to(0, &applier, &["apply", "--auto-approve"]).await;
    }
}

/// The scheduled run without Lambda: a session with the policies of the function's role, over indices that are due.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn the_functions_role_suffices_for_its_run_and_needs_each_statement() {
    const RUN: [&str; 4] = ["apply", "--auto-approve", "--only", "data"];
    let account = Account::new("runs").await;
    account.project.run_to(0, &["bootstrap", "--auto-approve"]).await;
    account.project.run_to(0, &["apply", "--auto-approve"]).await;
    for days in 0..4 {
        drop(account.domain.world.clone().index(&account.project.index(days), |_| {}));
    }
    let policies = account.policies(&format!("es2s3-{}-function", account.project.name)).await;
    let function = account.caller("runner", &policies).await;
    let first = account.due(40).await;
    account.run_as_to(0, &function, &RUN).await;
    assert!(!account.project.domain.exists(&first).await, "archived");

    for (turn, (statement, less)) in (41..).zip(each_taken_out(&policies)) {
        let index = account.due(turn).await;
        account.grant(&function.name, &less).await;
        let ran = account.run_as(&function, &RUN).await;
        let said = format!("without {statement}:\n{}\n{}", ran.stdout, ran.stderr);
        assert_eq!(
            account.project.domain.exists(&index).await,
            is_judged(&statement, &NOT_JUDGED_OF_THE_FUNCTION),
            "{said}"
        );
        account.grant(&function.name, &policies).await;
        account.run_as_to(0, &function, &RUN).await;
        assert!(!account.project.domain.exists(&index).await, "{index} after {statement}");
    }
    let again = account.run_as_to(0, &function, &RUN).await;
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
}
