//! What somebody else made, owns or forbids: adopted in a line of its own, blocked with the reason, never taken for absent.

use aws_sdk_s3::types::{ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter};
use sandbox::faults::{Front, Nth, Verdict};

use crate::support::bucket::Bucket;
use crate::world::{Place, lines};

fn expires(prefix: &str) -> LifecycleRule {
    LifecycleRule::builder()
        .id("cleanup")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
        .expiration(LifecycleExpiration::builder().days(30).build())
        .build()
        .expect("a rule")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_unmarked_is_adopted_with_what_differs() {
    let place = Place::made("adopt").await;
    let base = place.base();
    // Another state, which knows of nothing: as if all of it had been made by hand.
    place.by_hand(|account| {
        account.functions.get_mut(&base).expect("the function").tags.clear();
        account.alarms.get_mut(&format!("{base}-errors")).expect("the alarm").tags.clear();
        account.functions.get_mut(&base).expect("the function").fields["MemorySize"] = 1024.into();
    });
    let state = format!("state-{}", place.project.name);
    let key = format!("{}/state.json", place.project.name);
    assert!(place.sandbox.store.remove(&state, &key), "{key}");
    place.project.run_to(0, &["bootstrap", "--auto-approve"]).await;
    let plan = place.plan().await;
    assert_eq!(
        plan,
        [
            format!(
                "~ adopt function {base} it is there; from now on es2s3's, and changed in memory: 1024 MiB → 256 MiB"
            ),
            format!("~ adopt alarm {base}-errors it is there and as declared; from now on es2s3's"),
        ]
    );
    place.project.run_to(0, &["apply", "--auto-approve", "--only", "infra"]).await;
    assert_eq!(place.plan().await, Vec::<String>::new());
    assert_eq!(place.aws().lock().functions.len(), 1, "never a second one");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_owners_mark_blocks_the_thing_and_what_needs_it() {
    let place = Place::made("owned").await;
    let base = place.base();
    place.by_hand(|account| {
        let function = account.functions.get_mut(&base).expect("the function");
        function.tags.insert("es2s3".into(), "state-other/logs".into());
        function.fields["MemorySize"] = 1024.into();
    });
    let plan = place.plan().await;
    assert_eq!(plan.len(), 1, "{plan:#?}");
    assert!(
        plan[0].starts_with(&format!(
            "! blocked function {base} it belongs to the configuration whose state is state-other/logs"
        )),
        "{plan:?}"
    );
    place.project.run(&["apply", "--auto-approve", "--only", "infra"]).await;
    let account = place.aws().lock();
    assert_eq!(account.functions[&base].fields["MemorySize"], 1024, "it was left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifecycle_rule_that_would_take_live_blobs_blocks_the_bucket() {
    let place = Place::made("blobs").await;
    let bucket = Bucket::new(place.project.stage(), sandbox::BUCKET);
    let blobs = format!("snapshots/{}/indices/", place.project.name);
    for (prefix, blocked) in [("", true), ("snapshots/", true), (blobs.as_str(), true), ("uploads/", false)] {
        bucket.lifecycle(&[expires(prefix)]).await;
        let plan = place.plan().await;
        let line =
            plan.iter().find(|line| line.contains(&format!("bucket {}", sandbox::BUCKET))).expect("a line");
        assert_eq!(
            line.contains("its lifecycle rule cleanup expires live objects"),
            blocked,
            "{prefix}: {line}"
        );
    }
    // The harmless rule stays beside es2s3's own.
    place.project.run_to(0, &["apply", "--auto-approve", "--only", "infra"]).await;
    assert_eq!(place.plan().await, Vec::<String>::new());
    assert_eq!(bucket.rule_ids().await, ["cleanup", "es2s3"]);
}

/// Each read of a plan, the line that it leaves unknown, and nothing made because of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_denied_read_is_unknown_with_the_missing_action_and_never_an_absence() {
    let place = Place::made("denied").await;
    let base = place.base();
    for (action, kind, name) in [
        ("iam:GetRole", "role", format!("{base}-function")),
        ("iam:ListRolePolicies", "role", format!("{base}-function")),
        ("iam:GetRolePolicy", "role", format!("{base}-function")),
        ("iam:ListAttachedRolePolicies", "role", format!("{base}-function")),
        ("lambda:GetFunction", "function", base.clone()),
        ("lambda:GetPolicy", "permission", format!("{base}/{base}-run")),
        ("events:DescribeRule", "rule", format!("{base}-run")),
        ("events:ListTargetsByRule", "rule", format!("{base}-run")),
        ("events:ListTagsForResource", "rule", format!("{base}-run")),
        ("logs:DescribeLogGroups", "log-group", format!("/aws/lambda/{base}")),
        ("logs:ListTagsForResource", "log-group", format!("/aws/lambda/{base}")),
        ("sqs:GetQueueUrl", "queue", format!("{base}-undelivered")),
        ("sqs:GetQueueAttributes", "queue", format!("{base}-undelivered")),
        ("sqs:ListQueueTags", "queue", format!("{base}-undelivered")),
        ("cloudwatch:DescribeAlarms", "alarm", format!("{base}-errors")),
        ("cloudwatch:ListTagsForResource", "alarm", format!("{base}-errors")),
    ] {
        place.by_hand(|account| drop(account.denied.replace(action.into())));
        let plan = place.plan().await;
        place.by_hand(|account| account.denied.clear());
        let line = plan.iter().find(|line| line.starts_with(&format!("! blocked {kind} {name} ")));
        let line = line.unwrap_or_else(|| panic!("{action}: no line for {name} in {plan:#?}"));
        assert!(line.contains(&format!("(lacks {action})")), "{action}: {line}");
        assert!(plan.iter().all(|line| line.starts_with("! ")), "{action}: {plan:#?}");
    }
    assert_eq!(place.plan().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_read_of_a_bucket_setting_is_unknown_too() {
    let place = Place::made("settings").await;
    for (query, action) in [
        ("encryption", "s3:GetEncryptionConfiguration"),
        ("publicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("versioning", "s3:GetBucketVersioning"),
        ("policy", "s3:GetBucketPolicy"),
        ("lifecycle", "s3:GetLifecycleConfiguration"),
        ("tagging", "s3:GetBucketTagging"),
    ] {
        let verdict = Verdict::Refuse { status: 403, code: "AccessDenied".into() };
        let path = format!("/{}*{query}*", sandbox::BUCKET);
        place.sandbox.faults.rule(Front::S3, "GET", &path, Nth::All, verdict);
        let plan = place.plan().await;
        place.sandbox.faults.clear();
        let line = plan.iter().find(|line| line.contains(&format!("bucket {}", sandbox::BUCKET)));
        let line = line.unwrap_or_else(|| panic!("{query}: {plan:#?}"));
        assert!(
            line.starts_with("! blocked") && line.contains(&format!("(lacks {action})")),
            "{query}: {line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_throttled_is_asked_again() {
    let place = Place::made("throttled").await;
    let faults = &place.sandbox.faults;
    for (action, status, code) in [
        ("iam:GetRole", 400, "Throttling: Rate exceeded"),
        ("lambda:GetFunction", 429, "TooManyRequestsException: Rate Exceeded."),
        ("sqs:GetQueueUrl", 400, "RequestThrottled: Rate exceeded"),
        ("cloudwatch:DescribeAlarms", 400, "Throttling: Rate exceeded"),
        ("events:DescribeRule", 400, "ThrottlingException: Rate exceeded"),
        ("logs:DescribeLogGroups", 400, "ThrottlingException: Rate exceeded"),
        ("ec2:DescribeSubnets", 503, "RequestLimitExceeded: Request limit exceeded."),
    ] {
        faults.rule(Front::Aws, "*", action, Nth::Only(1), Verdict::Refuse { status, code: code.into() });
    }
    assert_eq!(place.plan().await, Vec::<String>::new());
    let refused =
        place.requests().into_iter().filter(|request| request.status.is_some_and(|status| status >= 400));
    let refused: Vec<String> = refused.map(|request| request.path).collect();
    assert!(refused.iter().any(|path| path == "iam:GetRole"), "{refused:?}");
}

/// A write that AWS refuses is told with its action; what does not need it is made, and a second apply makes the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_denied_write_fails_its_line_and_a_second_apply_mends_it() {
    let place = Place::prepared("forbidden").await;
    for (action, status, code) in [
        ("lambda:CreateFunction", 403, "AccessDeniedException: is not authorized to perform: iam:PassRole"),
        ("sqs:CreateQueue", 400, "AccessDeniedException: is not authorized"),
    ] {
        let refuse = Verdict::Refuse { status, code: code.into() };
        place.sandbox.faults.rule(Front::Aws, "*", action, Nth::All, refuse);
    }
    let ran = place.project.run_to(6, &["apply", "--auto-approve", "--only", "infra"]).await;
    let said = format!("{}{}", ran.stdout, ran.stderr);
    for words in ["iam:PassRole", "sqs:CreateQueue"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(place.aws().lock().log_groups.len(), 1, "what needs neither is made");
    place.sandbox.faults.clear();
    place.project.run_to(0, &["apply", "--auto-approve", "--only", "infra"]).await;
    assert_eq!(place.plan().await, Vec::<String>::new());
}

/// Named by the configuration, else the domain's own, else the VPC's private ones with a way to S3.
#[tokio::test(flavor = "multi_thread")]
async fn the_function_stands_where_the_domain_does() {
    let mut place = Place::prepared("where").await;
    place.project.extra.push("domain: { name: logs }".into());
    let vpc = place.project.vpc().to_owned();
    let function = place.base();
    let line = async |place: &Place| {
        let ran = place.project.run(&["plan", "--only", "infra", "--format", "json"]).await;
        let plan: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let objects = plan["objects"].as_array().expect("objects");
        let found = objects.iter().find(|item| item["address"] == format!("function/{function}"));
        found.expect("the function")["change"].clone()
    };
    // No such domain: the VPC's own.
    let change = line(&place).await;
    let subnets = change["spec"]["subnets"].as_array().expect("subnets").clone();
    assert_eq!((change["action"].as_str(), subnets.len()), (Some("create"), 1), "{change}");
    let domain = |vpc: &str| {
        serde_json::json!({"DomainName": "logs", "ARN": "arn:aws:es:us-east-1:111122223333:domain/logs",
            "VPCOptions": {"VPCId": vpc, "SubnetIds": ["subnet-of-domain"], "SecurityGroupIds": []}})
    };
    place.by_hand(|account| drop(account.domains.insert("logs".into(), domain(&vpc))));
    assert_eq!(line(&place).await["spec"]["subnets"], serde_json::json!(["subnet-of-domain"]));
    place.by_hand(|account| drop(account.domains.insert("logs".into(), domain("vpc-other"))));
    let why = line(&place).await["unknown"]["why"].to_string();
    assert!(why.contains("the domain logs is in vpc-other, and `vpc_id` says"), "{why}");
    place.by_hand(|account| drop(account.denied.replace("es:DescribeDomain".into())));
    assert_eq!(line(&place).await["unknown"]["missing"], "es:DescribeDomain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vpc_without_a_way_to_s3_blocks_the_function_and_says_why_for_each_subnet() {
    let place = Place::prepared("no-way").await;
    place.by_hand(|account| account.network.endpoints.clear());
    let plan = place.plan().await;
    let line = plan.iter().find(|line| line.starts_with("! blocked function")).expect("a line");
    assert!(line.contains("no route to S3: it needs a gateway endpoint"), "{line}");
    assert!(plan.iter().any(|line| line.starts_with("! blocked rule")), "what needs it: {plan:#?}");
}

/// What Lambda would refuse in the middle of an apply is known before its first write.
#[tokio::test(flavor = "multi_thread")]
async fn a_place_where_the_function_cannot_stand_is_told_before_anything_is_made() {
    type ByHand = fn(&mut sandbox::aws::Account);
    let cases: [(&str, ByHand, &str); 3] = [
        (
            "elsewhere",
            |account| {
                for group in &mut account.network.security_groups {
                    group["vpcId"] = "vpc-0fedcba9876543210".into();
                }
            },
            "is in vpc-0fedcba9876543210, and `vpc_id` says",
        ),
        (
            "crowded",
            |account| {
                for subnet in &mut account.network.subnets {
                    subnet["availableIpAddressCount"] = 3.into();
                }
            },
            "too few free addresses",
        ),
        ("small", |account| account.concurrency = 10, "ask AWS for a higher quota of concurrent executions"),
    ];
    for (name, by_hand, why) in cases {
        let place = Place::prepared(name).await;
        place.by_hand(by_hand);
        let ran = place.project.run_to(0, &["plan", "--only", "infra"]).await;
        let line = lines(&ran).into_iter().find(|line| line.contains("blocked function")).expect("a line");
        assert!(line.contains(why), "{why}: {line}");
    }
}
