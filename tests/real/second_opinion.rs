//! moto, an emulator of AWS by other people than ministack's: whether it understands what es2s3 asks, keeps what es2s3 makes, and
//! refuses what AWS refuses.
//!
//! Where it is not as AWS is, `second_opinion.json` says so, with the reason. A difference that is not on that list fails here, and
//! so does an entry that no longer occurs.

use std::collections::BTreeSet;

use reqwest::Method;
use sandbox::{Sandbox, World};
use serde::Deserialize;

use crate::support::cloud::{Cloud, Project, second_cloud};
use crate::support::cloud_plays;
use crate::support::refusals::unlike_aws;
use crate::support::stage::Stage;

/// What es2s3 or a request met that on AWS it would not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Difference {
    at: At,
    seen: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum At {
    Bootstrap,
    Apply,
    Plan,
    Destroy,
    /// A setting of a bucket, asked for without es2s3.
    Setting,
    /// A request that AWS answers in another way.
    Refusal,
}

#[derive(Debug, Deserialize)]
struct Expected {
    #[serde(flatten)]
    difference: Difference,
    why: String,
}

fn expected(among: &[At]) -> Vec<Expected> {
    let all: Vec<Expected> =
        serde_json::from_str(include_str!("second_opinion.json")).expect("the list of differences");
    all.into_iter().filter(|one| among.contains(&one.difference.at)).collect()
}

/// What is on one side alone, in words.
fn verdict(expected: &[Expected], seen: &BTreeSet<Difference>) -> Vec<String> {
    let listed: BTreeSet<Difference> = expected.iter().map(|one| one.difference.clone()).collect();
    let new = seen.difference(&listed).map(|one| format!("not on the list: {:?}: {}", one.at, one.seen));
    let gone = listed.difference(seen).map(|one| format!("occurs no longer: {:?}: {}", one.at, one.seen));
    let bare = expected.iter().filter(|one| one.why.trim().is_empty());
    let bare = bare.map(|one| format!("without a reason: {:?}: {}", one.difference.at, one.difference.seen));
    new.chain(gone).chain(bare).collect()
}

fn agrees(among: &[At], seen: impl IntoIterator<Item = Difference>) {
    let faults = verdict(&expected(among), &seen.into_iter().collect());
    assert!(faults.is_empty(), "second_opinion.json:\n{}", faults.join("\n"));
}

/// The domain is the sandbox; AWS is moto.
struct Place {
    _domain: Sandbox,
    project: Project,
}

impl Place {
    /// With S3 on moto as well.
    async fn whole(name: &str) -> Self {
        let bucket = format!("snapshots-{name}-{:x}", std::process::id());
        let domain = Sandbox::start(World::opensearch()).await.expect("the sandbox starts");
        // The engine looks whether its bucket is there, in a store of its own.
        domain.store.create_bucket(&bucket);
        Self::of(domain, second_cloud(), name, bucket).await
    }

    /// With S3 in the sandbox, and a state in it: what cannot be read of a bucket on moto is in the way of nothing else.
    async fn beside_s3(name: &str) -> Self {
        let domain = Sandbox::start(World::opensearch()).await.expect("the sandbox starts");
        let cloud = Cloud {
            s3_endpoint: domain.s3_url.clone(),
            access_key: Some(domain.access_key.clone()),
            secret_key: domain.secret_key.clone(),
            ..second_cloud()
        };
        let place = Self::of(domain, cloud, name, sandbox::BUCKET.into()).await;
        place.project.run_to(0, &["bootstrap", "--auto-approve"]).await;
        place
    }

    async fn of(domain: Sandbox, cloud: Cloud, name: &str, bucket: String) -> Self {
        let stage = Stage {
            name: "sandbox".into(),
            domain: domain.domain_url.clone(),
            s3: cloud.s3_endpoint.clone(),
            region: cloud.region.clone(),
            access_key: cloud.key().to_owned(),
            secret_key: cloud.secret_key.clone(),
            buckets: vec![bucket],
        };
        let mut project = Project::new(stage, cloud, name).await;
        // moto runs no function.
        project.run_to(0, &["package", "--executable", "/bin/true", "--out", "es2s3.zip"]).await;
        project.extra.push("function: { package: es2s3.zip }".into());
        Self { _domain: domain, project }
    }

    /// Lines that would not be there if all had gone as it should, the project's name marked.
    fn differences(&self, at: At, text: &str, wrong: impl Fn(&str) -> bool) -> Vec<Difference> {
        let squeezed = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        squeezed.filter(|line| wrong(line)).map(|line| Difference { at, seen: self.marked(&line) }).collect()
    }

    /// Without the project's name, and without what an SDK says of an answer that it cannot read.
    fn marked(&self, line: &str) -> String {
        const GARBLED: &str = "the answer cannot be understood";
        let told = line.split_once(GARBLED).map(|(before, _)| format!("{before}{GARBLED}"));
        told.as_deref().unwrap_or(line).replace(&self.project.name, "<name>")
    }

    /// What a bucket was told to be, as moto tells it to others.
    async fn settings(&self, bucket: &str, wanted: &[(&str, &str)]) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (setting, wanted) in wanted {
            let path = format!("{bucket}?{setting}");
            let (_, told) = self.project.cloud.send("s3", Method::GET, &path, &[], String::new()).await;
            let told = told.lines().last().unwrap_or_default().replace(NAMESPACE, "");
            let wanted = wanted.replace("{name}", &self.project.name);
            if told != wanted {
                let seen = format!("{bucket} {setting}: {told} instead of {wanted}");
                let seen = seen.replace(&self.project.name, "<name>");
                differences.push(Difference { at: At::Setting, seen });
            }
        }
        differences
    }
}

const NAMESPACE: &str = r#" xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#;

/// What both buckets have.
const SETTINGS: [(&str, &str); 4] = [
    ("versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
    (
        "encryption",
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
         </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
    ),
    (
        "publicAccessBlock",
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>\
         <BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
    ),
    (
        "tagging",
        "<Tagging><TagSet><Tag><Key>es2s3</Key><Value>state-{name}/{name}</Value></Tag></TagSet></Tagging>",
    ),
];

const LIFECYCLE_OF_SNAPSHOTS: (&str, &str) = (
    "lifecycle",
    "<LifecycleConfiguration><Rule><ID>es2s3</ID><Filter><Prefix>snapshots/{name}/</Prefix></Filter><Status>Enabled</Status>\
     <NoncurrentVersionExpiration><NoncurrentDays>14</NoncurrentDays></NoncurrentVersionExpiration>\
     <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>\
     </Rule></LifecycleConfiguration>",
);

const LIFECYCLE_OF_STATE: (&str, &str) = (
    "lifecycle",
    "<LifecycleConfiguration><Rule><ID>es2s3-state</ID><Filter><Prefix/></Filter><Status>Enabled</Status>\
     <NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>\
     <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>\
     </Rule></LifecycleConfiguration>",
);

/// A line of a plan about something that is not as declared.
fn is_a_step(line: &str) -> bool {
    ["+ ", "~ ", "- ", "! "].iter().any(|mark| line.starts_with(mark))
}

/// S3 and all: bootstrap, apply, what is there then, and its removal.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn what_es2s3_makes_is_there_as_declared_but_for_what_is_known() {
    let place = Place::whole("second").await;
    let project = &place.project;
    let bootstrap = project.run_to(0, &["bootstrap", "--auto-approve"]).await.stdout;
    assert!(bootstrap.contains("state made"), "{bootstrap}");
    let mut seen = place.differences(At::Bootstrap, &bootstrap, |line| line.contains("not all of them"));

    let apply = project.run(&["apply", "--auto-approve"]).await;
    let (planned, outcome) = apply.stdout.split_once("Nothing was written.").expect("a plan first");
    for kind in ["bucket", "role", "log-group", "function", "queue", "rule", "permission", "alarm"] {
        assert!(planned.contains(&format!("+ create    {kind} ")), "{kind}:\n{planned}");
    }
    seen.extend(place.differences(At::Apply, outcome, is_a_step));

    let plan = project.run(&["plan"]).await.stdout;
    seen.extend(place.differences(At::Plan, &plan, is_a_step));
    assert!(plan.contains(" 10 objects of AWS "), "all others are as declared:\n{plan}");

    let destroy = project.run(&["destroy", "--auto-approve"]).await;
    seen.extend(place.differences(At::Destroy, &destroy.stderr, |line| line.starts_with("error: ")));

    let of_snapshots = SETTINGS.iter().chain([&LIFECYCLE_OF_SNAPSHOTS]).copied().collect::<Vec<_>>();
    seen.extend(place.settings(project.bucket(), &of_snapshots).await);
    let of_state = SETTINGS.iter().chain([&LIFECYCLE_OF_STATE]).copied().collect::<Vec<_>>();
    seen.extend(place.settings(&format!("state-{}", project.name), &of_state).await);
    agrees(&[At::Bootstrap, At::Apply, At::Plan, At::Destroy, At::Setting], seen);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn all_of_it_is_made_and_a_second_apply_does_nothing() {
    cloud_plays::made(&Place::beside_s3("made").await.project).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn drift_by_hand_is_a_line_and_is_repaired() {
    cloud_plays::drift(&Place::beside_s3("drift").await.project).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn what_was_made_can_be_removed_and_data_stays() {
    cloud_plays::destroyed(&Place::beside_s3("destroyed").await.project).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn it_refuses_as_aws_does_but_for_what_is_known() {
    let unlike = unlike_aws(&second_cloud()).await;
    agrees(&[At::Refusal], unlike.into_iter().map(|seen| Difference { at: At::Refusal, seen }));
}

#[test]
fn a_new_difference_and_one_that_is_gone_are_both_told() {
    let difference = |seen: &str| Difference { at: At::Plan, seen: seen.into() };
    let listed = |seen: &str, why: &str| Expected { difference: difference(seen), why: why.into() };
    let list = [listed("drops tags", "it has none"), listed("knows no alarm", " ")];
    let seen = |all: &[&str]| all.iter().map(|seen| difference(seen)).collect();
    assert_eq!(verdict(&list[..1], &seen(&["drops tags"])), Vec::<String>::new());
    assert_eq!(
        verdict(&list, &seen(&["drops tags", "forgets rules"])),
        [
            "not on the list: Plan: forgets rules",
            "occurs no longer: Plan: knows no alarm",
            "without a reason: Plan: knows no alarm",
        ]
    );
}
