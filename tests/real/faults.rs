//! What no emulator does by itself: AWS, S3 and the engine busy, slow to know, cut off. The real servers behind a proxy.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use sandbox::faults::{Cut, Faults, Front, Nth, Request, Verdict};

use crate::support::cloud::{Project, real_cloud};
use crate::support::faulty::Faulty;
use crate::support::scene::{Ran, Scene};
use crate::support::stage::{Stage, real_stages};

const APPLY: [&str; 4] = ["apply", "--auto-approve", "--only", "infra"];

fn opensearch() -> Stage {
    real_stages().into_iter().find(|stage| stage.name == "opensearch").expect("OpenSearch runs")
}

/// A project whose every request goes through proxies, with a state and nothing else.
async fn project(name: &str) -> (Faulty, Project) {
    let mut faulty = Faulty::new();
    let stage = faulty.stage(opensearch()).await;
    let cloud = faulty.cloud(real_cloud()).await;
    let mut project = Project::new(stage, cloud, name).await;
    // What the function would run is not what is looked at here.
    project.run_to(0, &["package", "--executable", "/bin/true", "--out", "es2s3.zip"]).await;
    project.extra.push("function: { package: es2s3.zip }".into());
    project.lease = Some("10s");
    project.run_to(0, &["bootstrap", "--auto-approve"]).await;
    faulty.faults.forget();
    (faulty, project)
}

fn said(ran: &Ran) -> String {
    format!("exit {}\n{}\n{}", ran.code, ran.stdout, ran.stderr)
}

/// Nothing left to do, and a second apply does nothing.
async fn is_as_declared(project: &Project, what: &str) {
    let plan = project.run(&["plan", "--only", "infra", "--detailed-exitcode"]).await;
    assert_eq!(plan.code, 0, "{what}: {}", said(&plan));
    let again = project.run_to(0, &APPLY).await;
    assert!(again.stdout.contains("nothing to do"), "{what}: {}", said(&again));
}

fn refuse(status: u16, code: &str) -> Verdict {
    Verdict::Refuse { status, code: code.into() }
}

/// Front, method, path or action, how often, status, code. Each passes by itself.
const PASSING: [(Front, &str, &str, usize, u16, &str); 13] = [
    (Front::Aws, "*", "iam:CreateRole", 1, 400, "Throttling: Rate exceeded"),
    (Front::Aws, "*", "iam:PutRolePolicy", 1, 409, "ConcurrentModification: The request was rejected"),
    (
        Front::Aws,
        "*",
        "lambda:CreateFunction",
        2,
        400,
        "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.",
    ),
    (
        Front::Aws,
        "*",
        "lambda:PutFunctionConcurrency",
        1,
        409,
        "ResourceConflictException: The operation cannot be performed at this time. An update is in progress for resource",
    ),
    (Front::Aws, "*", "lambda:AddPermission", 1, 429, "TooManyRequestsException: Rate Exceeded."),
    (Front::Aws, "*", "events:PutRule", 1, 400, "ConcurrentModificationException: The rule is being changed"),
    (
        Front::Aws,
        "*",
        "events:PutTargets",
        1,
        400,
        "ConcurrentModificationException: The rule is being changed",
    ),
    (Front::Aws, "*", "logs:CreateLogGroup", 1, 400, "ThrottlingException: Rate exceeded"),
    (Front::Aws, "*", "sqs:CreateQueue", 1, 400, "RequestThrottled: Request is throttled."),
    (Front::Aws, "*", "cloudwatch:PutMetricAlarm", 1, 400, "Throttling: Rate exceeded"),
    (Front::S3, "PUT", "*/lock.json*", 1, 409, "ConditionalRequestConflict"),
    (Front::S3, "PUT", "*/runs/*", 1, 503, "SlowDown"),
    (Front::S3, "PUT", "*versioning*", 1, 503, "SlowDown"),
];

fn let_all_pass_by(faults: &Faults) {
    for (front, method, path, times, status, code) in PASSING {
        for time in 1..=times {
            faults.rule(front, method, path, Nth::Only(time), refuse(status, code));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn what_passes_by_itself_is_waited_for_and_told() {
    let (faulty, project) = project("passing").await;
    let_all_pass_by(&faulty.faults);
    let ran = project.run(&APPLY).await;
    assert_eq!(ran.code, 0, "{}", said(&ran));
    for words in ["cannot be assumed by Lambda", "An update is in progress", "The rule is being changed"] {
        assert!(ran.stderr.contains(words), "{words}: {}", said(&ran));
    }
    let met: BTreeSet<u16> = faulty.faults.requests().iter().filter_map(|request| request.status).collect();
    assert!(met.contains(&409) && met.contains(&429) && met.contains(&503), "{met:?}");
    faulty.faults.clear();
    is_as_declared(&project, "passing").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn a_role_that_may_not_be_passed_is_named_and_all_else_is_made() {
    let (faulty, project) = project("passrole").await;
    let denied = refuse(
        403,
        "AccessDeniedException: User: alice is not authorized to perform: iam:PassRole on resource: the role",
    );
    faulty.faults.rule(Front::Aws, "*", "lambda:CreateFunction", Nth::All, denied);
    let ran = project.run_to(6, &APPLY).await;
    assert!(said(&ran).contains("iam:PassRole"), "{}", said(&ran));
    let role = format!("iam GetRole RoleName=es2s3-{}-function", project.name);
    assert_eq!(project.cloud.fault(&role).await.0, 200, "what does not need the function");
    faulty.faults.clear();
    project.run_to(0, &APPLY).await;
    is_as_declared(&project, "passrole").await;
}

/// The writes of an undisturbed apply, each kind once: action of AWS, or method and setting of S3.
fn kinds(faults: &Faults) -> Vec<(usize, String)> {
    let mut seen = BTreeSet::new();
    let kind = |write: &Request| match write.front {
        Front::Aws => write.path.clone(),
        _ => format!("{} {}", write.method, setting(&write.path)),
    };
    let writes = faults.writes();
    let kinds = writes.iter().enumerate().map(|(at, write)| (at + 1, kind(write)));
    kinds.filter(|(_, kind)| seen.insert(kind.clone())).collect()
}

/// `?encryption`, `lock.json`, or `journal` where the names behind it are a run's own.
fn setting(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if let Some(setting) =
        query.split(['&', '=']).next().filter(|query| !query.is_empty() && *query != "x-id")
    {
        return format!("?{setting}");
    }
    let file = path.rsplit('/').find(|part| !part.contains(|c: char| c.is_ascii_digit()));
    file.unwrap_or("a bucket").to_owned()
}

/// AWS did it, and nobody heard of it: the first call of every kind at once, with the process alive.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn a_lost_reply_of_every_write_leaves_nothing_that_the_next_apply_does_not_mend() {
    let (known, undisturbed) = project("heard").await;
    undisturbed.run_to(0, &APPLY).await;
    let (faulty, project) = project("unheard").await;
    let kinds = kinds(&known.faults);
    for (_, kind) in &kinds {
        match kind.split_once(' ') {
            None => faulty.faults.rule(Front::Aws, "*", kind, Nth::Only(1), Verdict::CutAfter),
            Some((method, setting)) => {
                let path = format!("*{setting}*");
                faulty.faults.rule(Front::S3, method, &path, Nth::Only(1), Verdict::CutAfter);
            }
        }
    }
    let ran = project.run(&APPLY).await;
    assert!(matches!(ran.code, 0 | 6), "{}", said(&ran));
    let unheard: Vec<Request> =
        faulty.faults.writes().into_iter().filter(|write| write.status.is_none()).collect();
    let of_aws = kinds.iter().filter(|(_, kind)| !kind.contains(' ')).count();
    let lost = unheard.iter().filter(|write| write.front == Front::Aws).count();
    assert!(of_aws > 8 && lost == of_aws, "{lost} of {kinds:#?}");
    faulty.faults.clear();
    project.run_to(0, &APPLY).await;
    is_as_declared(&project, "unheard").await;
}

/// At the first write of every kind, done or not, the process is gone.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn killed_at_a_write_of_every_kind_the_next_apply_makes_it_good() {
    let (known, undisturbed) = project("lives").await;
    undisturbed.run_to(0, &APPLY).await;
    let kinds = kinds(&known.faults);
    assert!(kinds.len() > 15, "{kinds:?}");
    let deaths = kinds.iter().enumerate().map(|(turn, (at, kind))| async move {
        let (faulty, mut project) = project(&format!("dies-{at}")).await;
        let cut = if turn % 2 == 0 { Cut::After } else { Cut::Before };
        killed_at(&faulty.faults, &project, *at, cut).await;
        // Until the lease of the dead run is over.
        project.now = Some(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(30));
        let ran = project.run(&APPLY).await;
        assert_eq!(ran.code, 0, "{kind} {cut:?}: {}", said(&ran));
        is_as_declared(&project, kind).await;
    });
    futures_util::stream::iter(deaths).buffer_unordered(2).collect::<Vec<()>>().await;
}

async fn killed_at(faults: &Faults, project: &Project, at: usize, cut: Cut) {
    faults.cut_after_write(at, cut);
    let mut child =
        project.command(&APPLY).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("es2s3 starts");
    let give_up = Instant::now() + Duration::from_secs(60);
    while faults.writes().len() < at {
        let made = faults.writes().len();
        assert!(Instant::now() < give_up, "it made {made} of {at} writes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    faults.heal();
}

/// A run over indices and snapshots with each kind of write to the engine disturbed once.
async fn data_side(name: &str, disturb: impl Fn(&Faults)) {
    let mut faulty = Faulty::new();
    let mut scene = Scene::new(faulty.stage(opensearch()).await, name);
    let prefix = format!("{name}-");
    scene.policy(&prefix, 30, 60, "");
    let (due, young) = ([40, 41, 42], [1, 2, 3, 4]);
    for days in due.iter().chain(&young) {
        scene.domain.create(&scene.dated(&format!("{prefix}{{{days}}}")), 1, 5).await;
    }
    scene.run_to(0, &["bootstrap", "--auto-approve"]).await;
    disturb(&faulty.faults);
    settled(&mut scene, &faulty.faults).await;
    for days in due {
        let index = scene.dated(&format!("{prefix}{{{days}}}"));
        assert!(!scene.domain.exists(&index).await, "{index} was archived");
    }
    let first = scene.domain.snapshots(&scene.repository).await;
    for snapshot in &first {
        scene.run_to(0, &["prove", snapshot]).await;
    }
    for days in young {
        assert!(scene.domain.exists(&scene.dated(&format!("{prefix}{{{days}}}"))).await);
    }
    // And once more for the snapshots.
    scene.advance_days(100);
    faulty.faults.clear();
    disturb(&faulty.faults);
    settled(&mut scene, &faulty.faults).await;
    let left = scene.domain.snapshots(&scene.repository).await;
    assert!(!left.is_empty() && first.iter().all(|one| !left.contains(one)), "{first:?}, then {left:?}");
    scene.leave_nothing().await;
}

/// One run in which the faults are met, then as many as it takes without; the last does nothing.
async fn settled(scene: &mut Scene, faults: &Faults) {
    const RUN: [&str; 4] =
        ["apply", "--auto-approve", "--allow-delete-share=100%", "--allow-expire-share=100%"];
    let ran = scene.run(&RUN).await;
    assert!(matches!(ran.code, 0 | 1 | 6), "{}", said(&ran));
    faults.clear();
    scene.now += jiff::SignedDuration::from_mins(3);
    scene.run_to(0, &RUN).await;
    let again = scene.run_to(0, &RUN).await;
    assert!(again.stdout.contains("nothing to do"), "{}", said(&again));
}

/// Writes to the engine as a run makes them.
const TO_THE_ENGINE: [(&str, &str); 5] = [
    ("PUT", "/_snapshot/*"),
    ("PUT", "/_snapshot/*/*"),
    ("PUT", "/*/_block/write*"),
    ("DELETE", "/faults-*"),
    ("DELETE", "/_snapshot/*/*"),
];

fn each_meets(verdict: Verdict) -> impl Fn(&Faults) {
    move |faults| {
        for (method, path) in TO_THE_ENGINE {
            faults.rule(Front::Elasticsearch, method, path, Nth::Only(1), verdict.clone());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn an_engine_that_is_busy_or_cut_off_loses_no_index() {
    for (name, verdict) in [
        ("faults-unheard", Verdict::CutAfter),
        ("faults-undone", Verdict::CutBefore),
        ("faults-busy", refuse(429, "es_rejected_execution_exception")),
        ("faults-away", refuse(503, "cluster_block_exception")),
    ] {
        data_side(name, each_meets(verdict)).await;
    }
}
