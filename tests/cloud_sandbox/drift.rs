//! Every field of every kind, changed by hand: the plan has a line for it and no other, apply repairs it, and nothing is left.

use sandbox::aws::{Account, Function, LogGroup, Queue, Role, Rule, Thing};
use serde_json::{Value, json};

use crate::support::bucket::Bucket;
use crate::world::Place;

/// `update function/es2s3-x: memory, timeout`: every line of the AWS side that is not "as declared".
async fn changes(place: &Place) -> Vec<String> {
    let ran = place.project.run_to(0, &["plan", "--only", "infra", "--format", "json"]).await;
    let plan: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let change = |item: &Value| {
        let (change, address) = (&item["change"], item["address"].as_str().unwrap_or_default());
        let fields =
            change["fields"].as_array().into_iter().flatten().filter_map(|one| one["field"].as_str());
        let fields: Vec<&str> = fields.collect();
        let action = change["action"].as_str().filter(|action| *action != "keep")?;
        Some(format!("{action} {address}: {}", fields.join(", ")))
    };
    plan["objects"].as_array().expect("objects").iter().filter_map(change).collect()
}

/// A name behind `es2s3-<project>`, the field as a plan calls it, and the hand.
type Row<T> = (&'static str, &'static str, fn(&mut T));

/// Each row finds what the one before left in order.
async fn each<T>(kind: &str, rows: &[Row<T>], thing: for<'a> fn(&'a mut Account, &str) -> &'a mut T) {
    let place = Place::made(&format!("drift-{kind}")).await;
    for (suffix, field, hand) in rows {
        let name = format!("{}{suffix}", place.base());
        place.by_hand(|account| hand(thing(account, &name)));
        let shown = match kind {
            "log-group" => format!("/aws/lambda/{name}"),
            "permission" => format!("{}/{name}", place.base()),
            _ => name,
        };
        assert_eq!(changes(&place).await, [format!("update {kind}/{shown}: {field}")], "{suffix} {field}");
        place.project.run_to(0, &["apply", "--only", "infra", "--auto-approve"]).await;
    }
    assert_eq!(changes(&place).await, Vec::<String>::new());
}

fn set(thing: &mut serde_json::Map<String, Value>, name: &str, value: Value) {
    thing.insert(name.to_owned(), value);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_role() {
    let rows: [Row<Role>; 8] = [
        ("-function", "description", |role| role.description = "mine".into()),
        ("-function", "trust", |role| {
            role.trust = role.trust.replace("lambda.amazonaws.com", "ec2.amazonaws.com")
        }),
        ("-function", "boundary", |role| {
            role.boundary = Some("arn:aws:iam::aws:policy/ReadOnlyAccess".into())
        }),
        ("-function", "attached policies", |role| {
            role.attached.insert("arn:aws:iam::aws:policy/AdministratorAccess".into());
        }),
        ("-function", "policy run", |role| {
            let wider = role.policies["run"].replace("s3:GetObject", "s3:*");
            role.policies.insert("run".into(), wider);
        }),
        ("-function", "policy network", |role| drop(role.policies.remove("network"))),
        ("-function", "policy more", |role| {
            let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
            role.policies.insert("more".into(), policy.to_string());
        }),
        // Two at once are two fields of one line.
        ("-function", "description, attached policies", |role| {
            role.description = String::new();
            role.attached.insert("arn:aws:iam::aws:policy/AdministratorAccess".into());
        }),
    ];
    each("role", &rows, |account, name| account.roles.get_mut(name).expect("the role")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_log_group() {
    let rows: [Row<LogGroup>; 2] = [
        ("", "retention", |group| group.retention_days = None),
        ("", "retention", |group| group.retention_days = Some(1)),
    ];
    each("log-group", &rows, |account, name| {
        account.log_groups.get_mut(&format!("/aws/lambda/{name}")).expect("the group")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_queue() {
    let rows: [Row<Queue>; 4] = [
        ("-undelivered", "retention", |queue| {
            drop(queue.attributes.insert("MessageRetentionPeriod".into(), "86400".into()))
        }),
        ("-undelivered", "encryption", |queue| {
            drop(queue.attributes.insert("SqsManagedSseEnabled".into(), "false".into()))
        }),
        ("-undelivered", "policy", |queue| drop(queue.attributes.remove("Policy"))),
        ("-undelivered", "policy", |queue| {
            let wider = queue.attributes["Policy"].replace("events.amazonaws.com", "sns.amazonaws.com");
            queue.attributes.insert("Policy".into(), wider);
        }),
    ];
    each("queue", &rows, |account, name| account.queues.get_mut(name).expect("the queue")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_function() {
    let rows: [Row<Function>; 16] = [
        ("", "description", |function| set(&mut function.fields, "Description", "mine".into())),
        ("", "runtime", |function| set(&mut function.fields, "Runtime", "provided.al2".into())),
        ("", "handler", |function| set(&mut function.fields, "Handler", "other".into())),
        ("", "architecture", |function| set(&mut function.fields, "Architectures", json!(["arm64"]))),
        ("", "role", |function| {
            set(&mut function.fields, "Role", "arn:aws:iam::111122223333:role/other".into())
        }),
        ("", "memory", |function| set(&mut function.fields, "MemorySize", 1024.into())),
        ("", "timeout", |function| set(&mut function.fields, "Timeout", 3.into())),
        ("", "subnets", |function| function.fields["VpcConfig"]["SubnetIds"] = json!(["subnet-other"])),
        ("", "security groups", |function| function.fields["VpcConfig"]["SecurityGroupIds"] = json!([])),
        ("", "concurrency", |function| function.concurrency = None),
        ("", "concurrency", |function| function.concurrency = Some(10)),
        ("", "log group", |function| {
            set(&mut function.fields, "LoggingConfig", json!({"LogGroup": "/other"}))
        }),
        ("", "code", |function| set(&mut function.fields, "CodeSha256", "another".into())),
        ("", "environment ES2S3_STATE", |function| {
            function.fields["Environment"]["Variables"]["ES2S3_STATE"] = "s3://other/state".into();
        }),
        ("", "environment ES2S3_CONFIG_HASH", |function| {
            let variables = function.fields["Environment"]["Variables"].as_object_mut().expect("variables");
            variables.remove("ES2S3_CONFIG_HASH");
        }),
        ("", "environment ES2S3_OTHER", |function| {
            function.fields["Environment"]["Variables"]["ES2S3_OTHER"] = "1".into();
        }),
    ];
    each("function", &rows, |account, name| account.functions.get_mut(name).expect("the function")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_rule() {
    let rows: [Row<Rule>; 9] = [
        ("-run", "description", |rule| set(&mut rule.fields, "Description", "mine".into())),
        ("-run", "schedule", |rule| set(&mut rule.fields, "ScheduleExpression", "rate(1 day)".into())),
        ("-carry-on", "state", |rule| set(&mut rule.fields, "State", "DISABLED".into())),
        ("-run", "target", |rule| {
            rule.targets[0]["Arn"] = "arn:aws:lambda:us-east-1:111122223333:function:other".into()
        }),
        ("-run", "input", |rule| rule.targets[0]["Input"] = "{}".into()),
        ("-carry-on", "retries", |rule| rule.targets[0]["RetryPolicy"]["MaximumRetryAttempts"] = 0.into()),
        ("-run", "given up after", |rule| {
            rule.targets[0]["RetryPolicy"]["MaximumEventAgeInSeconds"] = 60.into()
        }),
        ("-run", "dead letters", |rule| {
            rule.targets[0].as_object_mut().expect("a target").remove("DeadLetterConfig");
        }),
        ("-run", "target, input, retries, given up after, dead letters", |rule| rule.targets.clear()),
    ];
    each("rule", &rows, |account, name| account.rules.get_mut(name).expect("the rule")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_permission() {
    let rows: [Row<Value>; 4] = [
        ("-run", "principal", |one| one["Principal"] = json!({"Service": "s3.amazonaws.com"})),
        ("-run", "action", |one| one["Action"] = "lambda:*".into()),
        ("-carry-on", "source", |one| drop(one.as_object_mut().expect("a statement").remove("Condition"))),
        ("-run", "source", |one| {
            one["Condition"]["ArnLike"]["AWS:SourceArn"] =
                "arn:aws:events:us-east-1:111122223333:rule/other".into();
        }),
    ];
    each("permission", &rows, |account, id| {
        let mut statements = account.functions.values_mut().flat_map(|function| &mut function.statements);
        statements.find(|one| one["Sid"] == *id).expect("the statement")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_alarm() {
    let rows: [Row<Thing>; 11] = [
        ("-errors", "description", |alarm| set(&mut alarm.fields, "AlarmDescription", "mine".into())),
        ("-errors", "metric", |alarm| set(&mut alarm.fields, "MetricName", "Duration".into())),
        ("-silence", "metric", |alarm| set(&mut alarm.fields, "Namespace", "other".into())),
        ("-silence", "dimensions", |alarm| set(&mut alarm.fields, "Dimensions", json!([]))),
        ("-errors", "statistic", |alarm| set(&mut alarm.fields, "Statistic", "Average".into())),
        ("-errors", "period", |alarm| set(&mut alarm.fields, "Period", 60.into())),
        ("-silence", "period", |alarm| set(&mut alarm.fields, "EvaluationPeriods", 2.into())),
        ("-errors", "threshold", |alarm| set(&mut alarm.fields, "Threshold", json!(5.0))),
        ("-errors", "comparison", |alarm| {
            set(&mut alarm.fields, "ComparisonOperator", "LessThanThreshold".into())
        }),
        ("-silence", "missing data", |alarm| set(&mut alarm.fields, "TreatMissingData", "ignore".into())),
        ("-errors", "tells", |alarm| {
            set(&mut alarm.fields, "AlarmActions", json!(["arn:aws:sns:us-east-1:111122223333:other"]));
        }),
    ];
    each("alarm", &rows, |account, name| account.alarms.get_mut(name).expect("the alarm")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_bucket() {
    let place = Place::made("drift-bucket").await;
    let bucket = Bucket::new(place.project.stage(), sandbox::BUCKET);
    let found = async |field: &str| {
        let expected = format!("update bucket/{}: {field}", sandbox::BUCKET);
        assert_eq!(changes(&place).await, [expected], "{field}");
        place.project.run_to(0, &["apply", "--only", "infra", "--auto-approve"]).await;
    };
    bucket.suspend_versioning().await;
    found("versioning").await;
    bucket.encrypt_with("arn:aws:kms:us-east-1:111122223333:key/1").await;
    assert_eq!(changes(&place).await, Vec::<String>::new(), "a key of one's own is more than is asked for");
    for open in 0..4 {
        bucket.open_to_the_public(open).await;
        found("public access").await;
    }
    bucket.lifecycle(&[]).await;
    found("lifecycle es2s3").await;
    assert_eq!(changes(&place).await, Vec::<String>::new());
}

/// What AWS cannot change: the line is there, and apply says that it is still so.
#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_cannot_be_changed_is_told_and_not_passed_over() {
    let place = Place::made("path").await;
    let role = format!("{}-function", place.base());
    place.by_hand(|account| account.roles.get_mut(&role).expect("the role").path = "/team/".into());
    assert_eq!(changes(&place).await, [format!("update role/{role}: path")]);
    let ran = place.project.run_to(6, &["apply", "--only", "infra", "--auto-approve"]).await;
    assert!(
        ran.stdout.contains("its path is /team/") || ran.stderr.contains("its path is /team/"),
        "{ran:?}"
    );
}

/// What somebody else keeps beside es2s3's own stays, through a repair as well.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_es2s3s_stays() {
    let place = Place::made("foreign").await;
    let name = place.base();
    place.by_hand(|account| {
        let function = account.functions.get_mut(&name).expect("the function");
        function.fields["Environment"]["Variables"]["DOMAIN_PASSWORD"] = "hunter2".into();
        function.fields["MemorySize"] = 1024.into();
        function.tags.insert("team".into(), "search".into());
        function.statements.push(json!({"Sid": "mine", "Effect": "Allow"}));
    });
    assert_eq!(changes(&place).await, [format!("update function/{name}: memory")]);
    let ran = place.project.run_to(0, &["apply", "--only", "infra", "--auto-approve"]).await;
    assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
    let account = place.aws().lock();
    let function = &account.functions[&name];
    assert_eq!(function.fields["Environment"]["Variables"]["DOMAIN_PASSWORD"], "hunter2");
    assert_eq!(function.tags["team"], "search");
    assert!(function.statements.iter().any(|statement| statement["Sid"] == "mine"));
}

/// Where no package is named the plan does not know what the code should be, and still that es2s3 did not upload it.
#[tokio::test(flavor = "multi_thread")]
async fn code_uploaded_by_hand_is_drift_without_a_package_at_hand() {
    let mut place = Place::made("code-by-hand").await;
    place.project.extra.retain(|line| !line.contains("package"));
    // Another configuration has another hash.
    let base = place.base();
    let hash = "environment ES2S3_CONFIG_HASH";
    assert_eq!(changes(&place).await, [format!("update function/{base}: {hash}")]);
    place.by_hand(|account| {
        let function = account.functions.get_mut(&base).expect("the function");
        set(&mut function.fields, "CodeSha256", "another".into());
    });
    assert_eq!(changes(&place).await, [format!("update function/{base}: uploaded by, {hash}")]);
}
