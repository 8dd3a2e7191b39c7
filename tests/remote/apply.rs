//! Commands that write: the plan is shown and asked about here, and carried out there.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::scene::Ran;
use crate::world::{Small, ended, signal, until};
use crate::{Apart, alike};

/// Run ids, and the times at which things were done, are each run's own.
fn without_run(ran: &Ran) -> Ran {
    let bare =
        |text: &str| crate::support::normalize::normalize(text, jiff::civil::Date::constant(2026, 1, 1), &[]);
    Ran { stdout: bare(&ran.stdout), ..ran.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_leaves_the_same_world_and_says_the_same() {
    for arguments in
        [&["apply", "--auto-approve"][..], &["apply", "--auto-approve", "--only", "delete,expire"]]
    {
        let direct_world = Small::new().await;
        let apart = Apart::new().await;
        let direct = direct_world.scene.run(arguments).await;
        let through = apart.run(arguments).await;
        alike(arguments, &without_run(&direct), &without_run(&through));
        let live = |small: &Small| {
            small.sandbox.world.lock().indices.keys().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(live(&direct_world), live(&apart.small), "{arguments:?}");
        let manifest = |lines: std::collections::BTreeMap<String, Vec<Value>>| {
            lines.into_iter().map(|(index, lines)| (index, lines.len())).collect::<Vec<_>>()
        };
        assert_eq!(manifest(direct_world.manifest().await), manifest(apart.small.manifest().await));
        assert_eq!(apart.left().await, [""; 0]);
        assert!(!apart.small.is_locked().await);
        let again = apart.run_to(0, arguments).await;
        assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_stream_of_events_is_the_same() {
    let kinds = |ran: &Ran| -> Vec<String> {
        let event = |line: &str| {
            let event: Value = serde_json::from_str(line).expect("JSON");
            let field = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", field("event"), field("verb"), field("address"))
        };
        let lines = ran.stdout.lines().map(event);
        // How often a look is taken at what is under way is a matter of time.
        lines.filter(|line| !line.contains("progress") && !line.contains("renewed")).collect()
    };
    let arguments = ["apply", "--auto-approve", "--format", "json"];
    let direct_world = Small::new().await;
    let apart = Apart::new().await;
    let (direct, through) = (direct_world.scene.run(&arguments).await, apart.run(&arguments).await);
    assert_eq!((direct.code, through.code), (0, 0), "{}\n{}", direct.stderr, through.stderr);
    assert_eq!(kinds(&direct), kinds(&through));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_done_in_the_name_of_whoever_asked() {
    let apart = Apart::new().await;
    apart.run_to(0, &["apply", "--auto-approve"]).await;
    let restored = apart.small.due[0].clone();
    apart.run_to(0, &["restore", &restored, "--auto-approve"]).await;
    assert!(apart.small.is_live(&restored));
    let holds = apart.small.scene.run(&["holds", "--format", "json"]).await;
    assert!(holds.stdout.contains("alice@ci"), "{}", holds.stdout);
    let runs =
        apart.small.scene.state_bucket().keys(&format!("{}/runs/", apart.small.scene.repository)).await;
    let mut journals = String::new();
    for key in runs.iter().filter(|key| !key.ends_with("plan.json")) {
        journals += &String::from_utf8_lossy(&apart.small.scene.state_bucket().get(key).await);
    }
    assert!(journals.contains("alice@ci") && !journals.contains("unknown@"), "{journals}");
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_locks_and_stale_plans_end_as_they_do_here() {
    let mut apart = Apart::of(|world| world, &["guards: { max_indices: 1 }"], &[]).await;
    let refused = apart.both(&["apply", "--auto-approve"]).await;
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("--allow-delete-count"), "{}", refused.stderr);
    assert_eq!(apart.both(&["plan"]).await.code, 3);
    let without_a_yes = apart.both(&["apply", "--allow-delete-count=6"]).await;
    assert!(without_a_yes.stderr.contains("nobody is here to ask"), "{}", without_a_yes.stderr);

    let saved = ["plan", "--out", "saved.plan", "--allow-delete-count=6"];
    apart.run_to(0, &saved).await;
    apart.run_to(0, &["apply", "saved.plan"]).await;
    let stale = apart.both(&["apply", "saved.plan"]).await;
    assert_eq!(stale.code, 5, "{}", stale.stderr);

    let scene = &apart.small.scene;
    let lock = serde_json::json!({
        "owner": "bob", "host": "elsewhere", "run": "01K9ABCDEFGHJKMNPQRSTVWXYZ", "operation": "apply",
        "started": scene.now, "expires": scene.now + jiff::SignedDuration::from_hours(1), "fencing": 1,
    });
    let key = format!("{}/lock.json", scene.repository);
    scene.state_bucket().put(&key, lock.to_string().into_bytes()).await;
    drop(apart.small.sandbox.world.clone().index(&scene.dated("app-{7}"), |_| {}));
    let locked = apart.both(&["apply", "--auto-approve"]).await;
    assert_eq!(locked.code, 4, "{}", locked.stderr);
    assert!(locked.stderr.contains("bob"), "{}", locked.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_saved_plan_that_no_longer_fits_is_left_alone() {
    let apart = Apart::new().await;
    apart.run_to(0, &["plan", "--out", "saved.plan"]).await;
    let moved = apart.small.due[0].clone();
    apart.small.sandbox.world.lock().indices.remove(moved.as_str());
    drop(apart.small.sandbox.world.clone().index(&moved, |_| {}));
    let ran = apart.run_to(6, &["apply", "saved.plan"]).await;
    assert!(ran.stderr.contains(&moved), "{}", ran.stderr);
    assert!(apart.small.is_live(&moved));
    assert!(apart.small.due[1..].iter().all(|index| !apart.small.is_live(index)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_asks_here_and_only_for_what_was_shown() {
    let apart = Apart::new().await;
    apart.run_to(0, &["apply", "--auto-approve"]).await;
    let due = apart.small.due[0].clone();
    let asked = apart.run_to(1, &["restore", &due]).await;
    assert!(asked.stdout.contains(&due) && asked.stderr.contains("nobody is here to ask"), "{asked:?}");
    assert!(!apart.small.is_live(&due));
    // As if it had been asked and answered, and the world had moved meanwhile.
    let shown = asked.stdout.clone();
    let yes = move |shown: &str| {
        let shown = sha256(shown);
        move |mut event: Value| {
            event["call"]["step"] = serde_json::json!({"approved": {"shown": shown}});
            event["arguments"].as_array_mut().expect("a list").retain(|word| word != "--auto-approve");
            event
        }
    };
    apart.function.on_the_way(yes("something else"));
    let moved = apart.run_to(5, &["restore", &due, "--auto-approve"]).await;
    assert!(moved.stderr.contains("no longer so") && !apart.small.is_live(&due), "{}", moved.stderr);
    apart.function.on_the_way(yes(&shown));
    let back = apart.run_to(0, &["restore", &due, "--auto-approve"]).await;
    assert!(apart.small.is_live(&due));
    assert!(!back.stdout.contains(&shown), "it was shown before: {}", back.stdout);
}

fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Snapshots end when the test says so.
async fn slow() -> Apart {
    let apart = Apart::new().await;
    apart.small.sandbox.world.looks_until_done(1_000_000);
    apart
}

fn snapshot_runs(apart: &Apart) -> bool {
    let begun = format!("/_snapshot/{}/", apart.small.scene.repository);
    let writes = apart.small.sandbox.faults.writes();
    writes.iter().any(|write| write.method == "PUT" && write.path.starts_with(&begun))
}

fn snapshots_end(apart: &Apart) {
    apart.small.sandbox.world.looks_until_done(1);
    apart.small.sandbox.world.lock().end_all();
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_watching_and_not_the_run() {
    let apart = slow().await;
    let child = start(&apart);
    until("a snapshot", || snapshot_runs(&apart)).await;
    signal(&child, "INT");
    let ran = ended(child).await;
    assert_eq!(ran.code, 6, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("es2s3 logs --follow"), "{}", ran.stderr);
    snapshots_end(&apart);
    until("the function has gone on", || apart.small.due.iter().all(|index| !apart.small.is_live(index)))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_outlasts_the_function_is_carried_on_with() {
    let apart = slow().await;
    apart.function.ends_after(Duration::from_secs(3));
    let child = start(&apart);
    until("a run that waits", || apart.function.answers().iter().any(|answer| answer["exit"] == 6)).await;
    apart.function.as_it_is();
    snapshots_end(&apart);
    let ran = ended(child).await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("it carries on"), "{}", ran.stderr);
    assert!(apart.small.due.iter().all(|index| !apart.small.is_live(index)), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_approved_is_not_carried_on_with() {
    let apart = slow().await;
    apart.function.ends_after(Duration::from_secs(3));
    let chosen = apart.small.due[1].clone();
    let only = format!("index/{chosen}");
    let mut command =
        apart.function.command(&apart.small.scene, &["apply", "--auto-approve", "--only", &only]);
    let child = piped(&mut command).spawn().expect("es2s3 starts");
    until("a run that waits", || apart.function.answers().iter().any(|answer| answer["exit"] == 6)).await;
    apart.function.as_it_is();
    snapshots_end(&apart);
    let ran = ended(child).await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    let gone: Vec<_> = apart.small.due.iter().filter(|index| !apart.small.is_live(index)).collect();
    assert_eq!(gone, [&chosen], "{}", ran.stdout);
}

fn start(apart: &Apart) -> Child {
    let mut command = apart.function.command(&apart.small.scene, &["apply", "--auto-approve"]);
    piped(&mut command).spawn().expect("es2s3 starts")
}

fn piped(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped())
}
