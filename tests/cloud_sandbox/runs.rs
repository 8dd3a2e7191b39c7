//! The function, really run: by its rule, by hand, and what it leaves in its log.

use jiff::SignedDuration;
use serde_json::json;

use crate::world::Place;

const TO_THE_SCHEDULE: SignedDuration = SignedDuration::from_mins(15);

#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_archives_what_is_due_and_its_log_can_be_read() {
    let mut place = Place::made("fired").await;
    let (due, young) = (place.project.index(40), place.project.index(0));
    for index in [&due, &young] {
        place.project.domain.create(index, 1, 5).await;
    }
    let run = format!("{}-run", place.base());
    let fired = place.pass(TO_THE_SCHEDULE).await;
    let of_run: Vec<String> =
        fired.iter().filter(|one| one.rule == run).map(|one| one.at.to_string()).collect();
    assert_eq!(of_run.len(), 1, "{fired:?}");
    assert!(of_run[0].ends_with("T05:00:00Z"), "{of_run:?}");
    assert!(fired.iter().all(|one| one.undelivered.is_none()), "{fired:?}");
    assert!(!place.project.domain.exists(&due).await, "{:?}", place.log());
    assert!(place.project.domain.exists(&young).await);

    let log = place.project.run_to(0, &["logs"]).await.stdout;
    assert!(log.contains(&format!("archive index/{due}: copy in ")), "{log}");
    assert_eq!(place.project.run_to(0, &["logs", "--errors"]).await.stdout, "");
    let history = place.project.run_to(0, &["history"]).await.stdout;
    assert!(history.contains("apply"), "{history}");
    for line in ["START RequestId: ", "END RequestId: ", "REPORT RequestId: ", "SuccessfulRuns"] {
        assert!(place.log().iter().any(|text| text.contains(line)), "{line}: {:#?}", place.log());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_runs_at_once_by_hand_and_ends_as_the_run_ends() {
    let place = Place::made("by-hand").await;
    let (due, young) = (place.project.index(41), place.project.index(0));
    for index in [&due, &young] {
        place.project.domain.create(index, 1, 5).await;
    }
    let ran = place.project.run_to(0, &["run"]).await;
    assert!(
        ran.stdout.contains(&format!("archive index/{due}: copy in ")),
        "{} {:#?}",
        ran.stdout,
        place.log()
    );
    assert!(!place.project.domain.exists(&due).await);
    place.project.run_to(0, &["restore", &due, "--auto-approve"]).await;
    assert_eq!(place.project.domain.count(&due).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_rule_finds_nothing_to_carry_on_and_says_so() {
    let mut place = Place::made("carry-on").await;
    let fired = place.pass(SignedDuration::from_mins(5)).await;
    assert!(fired.is_empty(), "{fired:?}");
    let carry_on = format!("{}-carry-on", place.base());
    let fired = place.pass(SignedDuration::from_mins(31)).await;
    assert_eq!(fired.iter().filter(|one| one.rule == carry_on).count(), 2, "{fired:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_may_not_call_the_function_lies_in_the_queue_and_drift_tells_why() {
    let mut place = Place::made("undelivered").await;
    let (base, run) = (place.base(), format!("{}-run", place.base()));
    place.by_hand(|account| {
        let function = account.functions.get_mut(&base).expect("the function");
        function.statements.retain(|statement| statement["Sid"] != *run);
    });
    let fired = place.pass(TO_THE_SCHEDULE).await;
    let undelivered: Vec<_> = fired.iter().filter_map(|one| one.undelivered.clone()).collect();
    assert_eq!(undelivered, ["NO_PERMISSIONS"]);
    assert_eq!(place.aws().lock().queues[&format!("{base}-undelivered")].messages.len(), 1);
    let plan = place.plan().await;
    assert_eq!(plan, [format!("+ create permission {base}/{run}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_not_understood_are_refused_with_the_reason() {
    let place = Place::made("events").await;
    for (payload, why) in [
        (json!({}), "missing field `es2s3`"),
        (json!({"es2s3": 1, "do": "destroy"}), "unknown variant `destroy`"),
        (
            json!({"es2s3": 1, "do": "command", "arguments": ["destroy"]}),
            "the function does not take this command",
        ),
    ] {
        let invoked = place.aws().invoke(&place.base(), payload.to_string().into()).await.expect("called");
        let text = String::from_utf8_lossy(&invoked.payload).into_owned();
        assert!(text.contains(why), "{payload}: {text}");
    }
}

/// What Lambda says of a program that dies or takes too long, `es2s3 run` tells, and ends with an error.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_dies_is_told() {
    let place = Place::made("dies").await;
    let broken = crate::world::package("#!/bin/sh\necho 'out of luck' >&2\nexit 3\n");
    place.by_hand(|account| {
        account.functions.get_mut(&format!("es2s3-{}", place.project.name)).expect("the function").code =
            broken.into();
    });
    let ran = place.project.run_to(1, &["run"]).await;
    assert!(ran.stderr.contains("Runtime exited with error: exit status: 3"), "{}", ran.stderr);
    let log = place.project.run_to(0, &["logs", "--errors"]).await.stdout;
    assert!(log.contains("out of luck"), "{log}");
}

/// The checks of the AWS side, before and after somebody took something away.
#[tokio::test(flavor = "multi_thread")]
async fn doctor_and_status_know_the_schedule() {
    let mut place = Place::made("doctor").await;
    place.project.domain.create(&place.project.index(0), 1, 5).await;
    place.pass(TO_THE_SCHEDULE).await;
    let well = place.project.run_to(0, &["doctor"]).await.stdout;
    assert!(well.contains(&place.base()) && !well.contains("disabled"), "{well}");
    let from_function = "domain, state and snapshots can be read";
    assert!(well.contains(from_function), "{well}");
    let status = place.project.run_to(0, &["status"]).await.stdout;
    assert!(status.contains("05:00"), "{status}");
    let run = format!("{}-run", place.base());
    place.by_hand(|account| {
        account.rules.get_mut(&run).expect("the rule").fields.insert("State".into(), "DISABLED".into());
    });
    let ill = place.project.run_to(1, &["doctor"]).await.stdout;
    assert!(ill.contains(&run) && ill.contains("disabled"), "{ill}");

    // A configuration that the function cannot find.
    let base = place.base();
    place.by_hand(|account| {
        let function = account.functions.get_mut(&base).expect("the function");
        function.fields["Environment"]["Variables"]["ES2S3_CONFIG_HASH"] = "0".into();
    });
    let ill = place.project.run_to(1, &["doctor"]).await.stdout;
    assert!(!ill.contains(from_function) && ill.contains("config/0.yml does not exist"), "{ill}");
}

/// The guard on growth compares with the last run over the data: a merge that applies a shorter retention to the AWS side must not
/// make it look like an old one.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_of_the_aws_side_alone_is_no_run_to_compare_with() {
    let place = Place::made("compared").await;
    let last_run = || {
        let key = format!("{}/state.json", place.project.name);
        let bytes =
            place.sandbox.store.get(&format!("state-{}", place.project.name), &key).expect("a state").bytes;
        let state: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        state["last_run"].clone()
    };
    place.project.run_to(0, &["apply", "--auto-approve"]).await;
    let before = last_run();
    assert!(before.is_object(), "{before}");
    let base = place.base();
    place.by_hand(|account| {
        account.functions.get_mut(&base).expect("the function").fields["MemorySize"] = 1024.into();
    });
    let ran = place.project.run_to(0, &["apply", "--auto-approve", "--only", "infra"]).await;
    assert!(ran.stdout.contains("1 object of AWS"), "{}", ran.stdout);
    assert_eq!(last_run(), before);
}
