//! Commands that only read, in all formats.

use sandbox::rest::auth::Auth;

use crate::support::function::Function;
use crate::world::Small;
use crate::{Apart, alike};

#[tokio::test(flavor = "multi_thread")]
async fn every_reading_command_says_the_same_in_every_format() {
    let mut apart = Apart::new().await;
    let (proven, missing) = (apart.small.proven.clone(), "app-2001.01.01");
    let commands: &[(&[&str], i32)] = &[
        (&["plan"], 0),
        (&["plan", "--verbose"], 0),
        (&["plan", "--detailed-exitcode"], 2),
        (&["plan", "--only", "data"], 0),
        (&["plan", "--only", "expire", "--exclude", "index/web-*"], 0),
        (&["plan", "--color", "always"], 0),
        (&["plan", "--quiet"], 0),
        (&["status"], 0),
        (&["prove", &proven], 0),
        (&["prove", "by-hand"], 0),
        (&["prove", missing], 1),
    ];
    for (arguments, code) in commands {
        for format in ["human", "json", "markdown"] {
            let mut all = arguments.to_vec();
            all.extend(["--format", format]);
            assert_eq!(apart.both(&all).await.code, *code, "{all:?}");
        }
    }
    assert!(apart.small.sandbox.faults.writes().iter().all(|write| write.path.contains("/config/")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_the_same_file() {
    let mut apart = Apart::new().await;
    let direct = apart.direct(&["plan", "--out", "direct.plan"]).await;
    let through = apart.run_to(0, &["plan", "--out", "through.plan"]).await;
    assert_eq!(direct.stdout, through.stdout);
    assert!(through.stderr.contains("es2s3 apply through.plan"), "{}", through.stderr);
    let file = |name: &str| std::fs::read_to_string(apart.small.scene.file(name)).expect(name);
    assert_eq!(file("direct.plan"), file("through.plan"));
    let nowhere = apart.run_to(1, &["plan", "--out", "no-such-folder/a.plan"]).await;
    assert!(
        nowhere.stderr.contains("could not save the plan to no-such-folder/a.plan"),
        "{}",
        nowhere.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_domains_secret_is_the_functions_alone() {
    let auth = Auth::Basic { user: "es2s3".into(), password: "correct-horse".into() };
    let line = "domain: { auth: { type: basic, username: es2s3, password_env: ES_PASSWORD } }";
    let apart = Apart::of(|world| world.auth(auth), &[line], &[("ES_PASSWORD", "correct-horse")]).await;
    for arguments in [&["plan"][..], &["status"], &["prove", "by-hand"], &["apply", "--auto-approve"]] {
        let ran = apart.run_to(0, arguments).await;
        assert!(!ran.stdout.is_empty() && !(ran.stdout + &ran.stderr).contains("correct-horse"));
    }
    assert!(!apart.function.sent().iter().any(|event| event.to_string().contains("correct-horse")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_side_is_read_here_and_stands_in_the_same_plan() {
    let mut small = Small::new().await;
    small.scene.extra.push("function: { subnets: [subnet-0a1b2c3d4e5f67890] }".into());
    let managed = |small: &Small| small.scene.config().replace("infrastructure: none\n", "");
    let function = Function::start(&small.scene, &managed(&small), &[]).await;
    // Every service but S3 knows nothing: each object is to be made.
    let empty = format!("{}/empty", function.url);
    for service in ["STS", "IAM", "EVENTBRIDGE", "EC2", "SQS", "CLOUDWATCH", "OPENSEARCH"] {
        let variable: &'static str = format!("AWS_ENDPOINT_URL_{service}").leak();
        small.scene.environment.push((variable, empty.clone().leak()));
    }
    small.scene.environment.push(("AWS_ENDPOINT_URL_LAMBDA", function.url.clone().leak()));
    small.scene.environment.push(("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", function.url.clone().leak()));
    for arguments in [&["plan"][..], &["plan", "--format", "json"], &["status"], &["plan", "--only", "data"]]
    {
        let mut all = vec!["-c", "managed.yml"];
        all.extend(arguments);
        let mut ran = Vec::new();
        for access in ["direct", "lambda"] {
            let mut command = small.scene.command(&all);
            let config = format!("{}access: {access}\n", managed(&small));
            std::fs::write(small.scene.file("managed.yml"), config).expect("written");
            let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
            ran.push(crate::support::scene::ran(&output.expect("es2s3 starts")));
        }
        alike(&all, &ran[0], &ran[1]);
        let with_aws = arguments[0] == "plan" && !arguments.contains(&"data");
        assert_eq!(ran[1].stdout.contains("es2s3-crash"), with_aws, "{}", ran[1].stdout);
    }
    let given = |event: &serde_json::Value| event["call"]["given"]["observed"].is_object();
    assert_eq!(
        function.sent().iter().filter(|event| given(event)).count(),
        3,
        "not where only data is planned"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_asks_the_function_only_where_the_domain_does_not_answer() {
    let mut apart = Apart::new().await;
    *apart.small.scene.extra.last_mut().expect("access") = "access: auto".into();
    let reached = apart.run_to(0, &["plan"]).await;
    assert_eq!(apart.function.sent().len(), 0, "the domain answers from here");
    assert!(!reached.stderr.contains("asking the function"), "{}", reached.stderr);

    // A domain that says no is reached: its no is the error, and no function is asked.
    let locked = Auth::Basic { user: "a".into(), password: "b".into() };
    let closed = Apart::of(|world| world.auth(locked), &[], &[]).await;
    let mut closed = closed;
    *closed.small.scene.extra.last_mut().expect("access") = "access: auto".into();
    let refused = closed.run_to(1, &["plan"]).await;
    assert!(refused.stderr.contains("401"), "{}", refused.stderr);
    assert_eq!(closed.function.sent().len(), 0);

    // Nobody listens there, from here and, in this play, from the function.
    let mut gone = Apart::new().await;
    gone.small.scene.stage.domain = "http://127.0.0.1:9".into();
    *gone.small.scene.extra.last_mut().expect("access") = "access: auto".into();
    let function = Function::start(&gone.small.scene, &gone.small.scene.config(), &[]).await;
    let asked = function.run(&gone.small.scene, &["plan"]).await;
    assert!(asked.stderr.contains("the domain is not reached from here"), "{}", asked.stderr);
    assert_eq!(function.sent().len(), 1, "{}", asked.stderr);
    assert_eq!(asked.code, 1, "it is not reached from there either: {}", asked.stdout);
}
