//! One run at a time: taking, waiting, taking over, giving back.

use std::time::Duration;

use es2s3::event::{Event, Events};
use es2s3::state::{LockFile, StateError, Store};
use futures_util::future::join_all;
use tokio::sync::mpsc;

use crate::stripping_proxy::{YEARS_AGO, serve};
use crate::world::{Access, LEASE, World, aws, holder, location};

fn lock_file(world: &World) -> LockFile {
    serde_json::from_str(&world.text("logs/lock.json").expect("lock.json is there")).unwrap()
}

#[tokio::test]
async fn of_two_runs_the_second_is_told_who_holds_the_lease() {
    let world = World::prepared().await;
    let first = world.take("R1").await.unwrap();
    let second = world.take("R2").await;
    assert_eq!(
        second.as_ref().unwrap_err().to_string(),
        "run R1 of alice on ci holds the lease until 2026-11-23T13:00:00Z (apply)"
    );
    assert_eq!(holder(second), "R1".into());
    first.release().await.unwrap();
    assert_eq!(world.text("logs/lock.json"), None);
    world.take("R2").await.unwrap();
}

#[tokio::test]
async fn before_bootstrap_there_is_nothing_to_lock() {
    let world = World::empty().await;
    assert!(matches!(world.take("R1").await, Err(StateError::NotPrepared { .. })));
    assert_eq!(world.count("PUT", ""), 0);
}

#[tokio::test]
async fn of_twenty_runs_at_once_one_gets_the_lease() {
    let world = World::prepared().await;
    let runs: Vec<_> = (0..20).map(|run| format!("R{run}")).collect();
    let taken = join_all(runs.iter().map(|run| world.take(run))).await;
    assert_eq!(taken.iter().filter(|one| one.is_ok()).count(), 1);
    assert!(taken.iter().all(|one| one.is_ok() || matches!(one, Err(StateError::Locked(_)))));
}

#[tokio::test]
async fn a_lease_is_taken_over_when_it_has_expired_and_not_a_second_before() {
    let world = World::prepared().await;
    let _died = world.take("R1").await.unwrap();
    world.pass(LEASE - Duration::from_secs(1));
    assert_eq!(holder(world.take("R2").await), "R1".into());
    world.pass(Duration::from_secs(1));
    let heir = world.take("R2").await.unwrap();
    assert_eq!((heir.run(), lock_file(&world).run), ("R2".into(), "R2".into()));
}

#[tokio::test]
async fn of_twenty_heirs_one_wins() {
    let world = World::prepared().await;
    let _died = world.take("R0").await.unwrap();
    world.pass(LEASE);
    let heirs: Vec<_> = (1..=20).map(|run| format!("R{run}")).collect();
    let taken = join_all(heirs.iter().map(|run| world.take(run))).await;
    let won: Vec<_> = taken.iter().filter_map(|one| Some(one.as_ref().ok()?.run())).collect();
    assert_eq!(won, [lock_file(&world).run]);
}

#[tokio::test]
async fn a_renewed_lease_is_not_taken_over() {
    let world = World::prepared().await;
    let first = world.take("R1").await.unwrap();
    world.pass(LEASE / 2);
    assert_eq!(first.renew().await.unwrap(), first.until());
    world.pass(LEASE / 2 + Duration::from_secs(60));
    assert_eq!(holder(world.take("R2").await), "R1".into());
    first.check().unwrap();
}

#[tokio::test]
async fn the_lock_file_carries_the_serial_that_the_run_began_with() {
    let world = World::prepared().await;
    let mut first = world.take("R1").await.unwrap();
    assert_eq!((lock_file(&world).fencing, first.state().serial), (1, 1));
    first.change(|state| state.protected.push("index/a".parse().unwrap())).await.unwrap();
    first.release().await.unwrap();
    let second = world.take("R2").await.unwrap();
    assert_eq!((lock_file(&world).fencing, second.state().serial), (2, 2));
}

#[tokio::test]
async fn an_heir_raises_the_serial_before_it_does_anything() {
    let world = World::prepared().await;
    let _died = world.take("R1").await.unwrap();
    world.pass(LEASE);
    let heir = world.take("R2").await.unwrap();
    assert_eq!((lock_file(&world).fencing, heir.state().serial), (2, 2));
}

#[tokio::test]
async fn who_waits_gets_the_lease_when_it_is_given_back() {
    let world = World::prepared().await;
    let first = world.take("R1").await.unwrap();
    let (told, mut waits) = mpsc::unbounded_channel();
    let events = Events::silent().with(move |event| {
        if let Event::Notice { text } = event {
            told.send(text.clone()).unwrap();
        }
    });
    let patience = Duration::from_secs(60);
    let second = world.take_with("R2", world.clock(), patience, &events);
    let first_gives_back = async {
        let text = waits.recv().await.unwrap();
        first.release().await.unwrap();
        text
    };
    let (second, text) = tokio::join!(second, first_gives_back);
    assert!(text.starts_with("waiting: run R1 of alice on ci"), "{text}");
    assert_eq!(second.unwrap().run(), "R2".into());
}

#[tokio::test]
async fn a_lock_is_broken_only_under_the_name_of_its_run() {
    let world = World::prepared().await;
    assert!(!world.store.unlock(&"R1".into()).await.unwrap());
    let first = world.take("R1").await.unwrap();
    assert_eq!(holder(world.store.unlock(&"R7".into()).await), "R1".into());
    assert!(world.store.unlock(&"R1".into()).await.unwrap());
    assert_eq!(world.store.lock().await.unwrap(), None);
    let lost = first.renew().await.unwrap_err();
    assert_eq!(
        lost.to_string(),
        "run R1 lost its lease: it was removed by another; nothing more was written"
    );
}

/// By a clock that is ahead of everybody's every lease has expired.
#[tokio::test]
async fn a_lease_is_not_taken_over_by_a_clock_that_the_store_does_not_confirm() {
    let mut world = World::prepared().await;
    let _holder = world.take("R1").await.unwrap();
    world.pass(LEASE);
    let url = serve(&world.url, YEARS_AGO).await;
    let through = aws(&Access { url: &url, access_key: "a", secret_key: "s", region: "eu-central-1" });
    let direct = std::mem::replace(&mut world.store, Store::new(&through, &location()));
    let refused = world.take("R2").await.unwrap_err();
    assert!(matches!(refused, StateError::WrongClock { .. }), "{refused}");
    assert_eq!(lock_file(&world).run, "R1".into());
    world.store = direct;
    world.take("R2").await.unwrap();
}

/// Who breaks a lease may be wrong about its run: what that one saves afterwards is refused.
#[tokio::test]
async fn a_broken_lease_fences_the_run_that_is_alive_after_all() {
    let world = World::prepared().await;
    let mut alive = world.take("R1").await.unwrap();
    assert_eq!(holder(world.store.break_lease(&"R7".into()).await), "R1".into());
    assert!(world.store.break_lease(&"R1".into()).await.unwrap());
    assert!(!world.store.break_lease(&"R1".into()).await.unwrap());
    alive.check().expect("it has not heard of it yet");
    let late = alive.change(|state| state.protected.push("index/late".parse().unwrap())).await;
    assert!(matches!(late, Err(StateError::Moved { .. })), "{late:?}");
    let next = world.take("R2").await.unwrap();
    assert_eq!((next.state().serial, next.found().0), (2, 2));
}

#[tokio::test]
async fn an_heir_knows_the_serial_that_it_found() {
    let world = World::prepared().await;
    let _died = world.take("R1").await.unwrap();
    world.pass(LEASE);
    let heir = world.take("R2").await.unwrap();
    let (serial, lineage) = heir.found();
    assert_eq!((serial, heir.state().serial, lineage), (1, 2, heir.state().lineage.as_str()));
}

#[tokio::test]
async fn a_lease_that_was_taken_although_the_state_cannot_be_read_is_given_back() {
    let world = World::prepared().await;
    world.script(
        "GET",
        "state.json",
        &[sandbox::faults::Verdict::Proceed, crate::world::refuse(403, "AccessDenied")],
    );
    assert!(matches!(world.take("R1").await, Err(StateError::S3(_))));
    assert_eq!(world.text("logs/lock.json"), None);
}
