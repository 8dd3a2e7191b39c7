//! A run whose lease is gone, or seems to be: it must stop before its next write, and must not stop for a lost reply.

use std::sync::Arc;
use std::time::Duration;

use es2s3::event::Events;
use es2s3::state::{Clock, StateError};
use sandbox::faults::Verdict;

use crate::world::{LEASE, World, noon, refuse};

/// A process that was suspended: it has not noticed that time went by.
fn stopped_clock() -> Clock {
    Arc::new(noon)
}

#[tokio::test]
async fn a_run_whose_lease_was_taken_over_learns_it_and_stops() {
    let world = World::prepared().await;
    let mut first = world.take_with("R1", stopped_clock(), Duration::ZERO, &Events::silent()).await.unwrap();
    world.pass(LEASE);
    let _heir = world.take("R2").await.unwrap();
    first.check().expect("it has not heard of its heir yet");
    let lost = first.renew().await.unwrap_err();
    assert_eq!(
        lost.to_string(),
        "run R1 lost its lease: run R2 of alice took it over; nothing more was written"
    );
    assert_eq!(first.check(), Err(lost.clone()));
    assert_eq!(first.change(|_| ()).await, Err(lost));
}

#[tokio::test]
async fn what_a_suspended_run_saves_after_its_heir_began_is_refused() {
    let world = World::prepared().await;
    let mut first = world.take_with("R1", stopped_clock(), Duration::ZERO, &Events::silent()).await.unwrap();
    world.pass(LEASE);
    let mut heir = world.take("R2").await.unwrap();
    let late = first.change(|state| state.protected.push("index/late".parse().unwrap())).await;
    assert!(matches!(late, Err(StateError::Moved { .. })), "{late:?}");
    heir.change(|state| state.protected.push("index/heir".parse().unwrap())).await.unwrap();
    assert_eq!(world.store.read().await.unwrap().state.protected, ["index/heir".parse().unwrap()]);
}

#[tokio::test]
async fn a_run_that_cannot_renew_stops_a_little_before_its_lease_ends() {
    let world = World::prepared().await;
    let mut first = world.take("R1").await.unwrap();
    world.script("PUT", "lock.json", &[refuse(403, "AccessDenied")]);
    let denied = first.renew().await.unwrap_err();
    assert!(
        matches!(denied, StateError::S3(_)),
        "a store that says no has not said that another holds it: {denied}"
    );
    world.pass(LEASE - Duration::from_secs(6));
    first.check().unwrap();
    world.pass(Duration::from_secs(1));
    let lost = first.check().unwrap_err();
    assert_eq!(
        lost.to_string(),
        "run R1 lost its lease: it could not be renewed before 2026-11-23T13:00:00Z; nothing more was written"
    );
    let writes = world.faults.writes().len();
    assert_eq!(first.change(|_| ()).await, Err(lost));
    assert_eq!(world.faults.writes().len(), writes, "nothing was sent");
}

#[tokio::test]
async fn a_release_leaves_the_heirs_lock_alone() {
    let world = World::prepared().await;
    let first = world.take_with("R1", stopped_clock(), Duration::ZERO, &Events::silent()).await.unwrap();
    world.pass(LEASE);
    let _heir = world.take("R2").await.unwrap();
    first.release().await.unwrap();
    assert_eq!(world.store.lock().await.unwrap().unwrap().run, "R2".into());
}

#[tokio::test]
async fn taking_survives_a_lost_reply() {
    let world = World::prepared().await;
    world.script("PUT", "lock.json", &[Verdict::CutAfter]);
    let first = world.take("R1").await.unwrap();
    first.renew().await.unwrap();
    first.release().await.unwrap();
    assert_eq!(world.text("logs/lock.json"), None);
}

/// The first attempt is written and not heard of, the second is denied, and so is reading back: the run cannot know.
async fn renew_unseen(world: &World, lease: &es2s3::state::Lease) {
    world.script("PUT", "lock.json", &[Verdict::CutAfter, refuse(403, "AccessDenied")]);
    world.script("GET", "lock.json", &[refuse(403, "AccessDenied")]);
    world.pass(Duration::from_secs(60));
    assert!(matches!(lease.renew().await, Err(StateError::S3(_))));
}

#[tokio::test]
async fn a_renewal_that_was_written_unseen_is_recognised_by_the_next_one() {
    let world = World::prepared().await;
    let first = world.take("R1").await.unwrap();
    renew_unseen(&world, &first).await;
    let until = first.renew().await.unwrap();
    assert_eq!(until, world.store.lock().await.unwrap().unwrap().expires);
    first.renew().await.unwrap();
    first.check().unwrap();
}

#[tokio::test]
async fn a_lease_whose_renewal_was_written_unseen_is_given_back() {
    let world = World::prepared().await;
    let first = world.take("R1").await.unwrap();
    renew_unseen(&world, &first).await;
    first.release().await.unwrap();
    assert_eq!(world.text("logs/lock.json"), None);
}
