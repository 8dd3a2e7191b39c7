//! Everything from nothing to nothing.

use sandbox::faults::Request;

use crate::support::cloud_plays;
use crate::support::refusals::unlike_aws;
use crate::world::{Place, lines};

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_is_made_and_a_second_apply_does_nothing() {
    cloud_plays::made(&Place::prepared("made").await.project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_by_hand_is_a_line_and_is_repaired() {
    cloud_plays::drift(&Place::prepared("drift").await.project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_fifteen_objects_takes_forty_requests_at_most_and_writes_nothing() {
    let place = Place::made("frugal").await;
    place.sandbox.faults.forget();
    assert_eq!(place.plan().await, Vec::<String>::new());
    let requests = place.requests();
    let paths: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
    assert!(requests.len() <= 40, "{}: {paths:#?}", requests.len());
    let writes: Vec<&Request> = requests.iter().filter(|request| request.is_write()).collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_can_be_removed_and_data_stays() {
    cloud_plays::destroyed(&Place::prepared("removed").await.project).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_as_aws_does() {
    let unlike = unlike_aws(&Place::empty("refusals").await.project.cloud).await;
    assert_eq!(unlike, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn destroy_leaves_the_account_as_it_was_but_for_buckets() {
    let place = Place::made("destroyed").await;
    place.project.run_to(0, &["destroy", "--auto-approve"]).await;
    let account = place.aws().lock();
    let left = [
        account.roles.len(),
        account.functions.len(),
        account.rules.len(),
        account.log_groups.len(),
        account.queues.len(),
        account.alarms.len(),
    ];
    assert_eq!(left, [0; 6]);
    assert!(place.sandbox.store.has_bucket(sandbox::BUCKET));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_sees_late_is_waited_for_and_said() {
    let place = Place::prepared("late").await;
    place.by_hand(|account| {
        account.slowness.role = 2;
        account.slowness.function = 2;
    });
    let ran = place.project.run_to(0, &["apply", "--auto-approve", "--format", "json"]).await;
    for why in ["cannot be assumed", "Lambda is setting it up"] {
        assert!(ran.stdout.contains(why), "{why}: {}", ran.stdout);
    }
    assert_eq!(lines(&place.project.run_to(0, &["plan"]).await), Vec::<String>::new());
}
