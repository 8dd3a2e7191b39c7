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

/// What it knows itself may be as old as a third of the lease; before a delete it asks.
#[tokio::test]
async fn a_run_that_asks_the_store_learns_of_its_heir_at_once() {
    let world = World::prepared().await;
    let first = world.take_with("R1", stopped_clock(), Duration::ZERO, &Events::silent()).await.unwrap();
    first.confirm().await.unwrap();
    world.script("GET", "lock.json", &[refuse(403, "AccessDenied")]);
    assert!(matches!(first.confirm().await, Err(StateError::S3(_))), "not confirmed, and not lost either");
    first.check_for_deed().unwrap();
    world.pass(LEASE);
    let _heir = world.take("R2").await.unwrap();
    first.check_for_deed().expect("it has not heard of its heir yet");
    assert!(matches!(first.confirm().await, Err(StateError::LeaseLost { .. })));
    assert!(matches!(first.check(), Err(StateError::LeaseLost { .. })));
    assert!(first.gate()().is_err());
}

/// An engine may begin half a minute later what it was told.
#[tokio::test]
async fn nothing_is_sent_to_the_domain_in_the_last_half_minute_of_a_lease() {
    let world = World::prepared().await;
    let first = world.take("R1").await.unwrap();
    world.pass(LEASE - Duration::from_secs(31));
    first.check_for_deed().unwrap();
    assert_eq!(first.gate()(), Ok(()));
    world.pass(Duration::from_secs(1));
    assert!(matches!(first.check_for_deed(), Err(StateError::LeaseLost { .. })));
    assert!(first.gate()().is_err());
    first.check().expect("there is time to write down what was done");
}

/// A clock that is set back makes the lease seem to last; the time that really went by counts as well.
#[tokio::test]
async fn a_clock_that_goes_back_does_not_lengthen_a_lease() {
    let mut world = World::prepared().await;
    world.shorten_the_lease(Duration::from_secs(5));
    // Nobody answers a renewal any more.
    let first = world.take("R1").await.unwrap();
    world.faults.rule(
        sandbox::faults::Front::S3,
        "PUT",
        "*lock.json*",
        sandbox::faults::Nth::All,
        refuse(403, "AccessDenied"),
    );
    world.clock.advance(jiff::SignedDuration::from_hours(-1));
    first.check().unwrap();
    let give_up = std::time::Instant::now() + Duration::from_secs(20);
    while first.check().is_ok() {
        assert!(std::time::Instant::now() < give_up, "the lease of five seconds never ends");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
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
