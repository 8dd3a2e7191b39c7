//! Every format of `state.json` that there ever was still loads, and a newer one is refused by name.

use es2s3::model::{Address, HoldReason, Live};
use es2s3::state::StateError;
use sandbox::faults::Verdict;

use crate::world::{World, noon, refuse};

const PLACE: &str = "s3://es2s3-state-test/logs/state.json";

async fn with_state(text: &str) -> World {
    let world = World::prepared().await;
    world.put("logs/state.json", text).await;
    world
}

#[tokio::test]
async fn format_1_loads_and_is_saved_with_all_that_it_holds() {
    let text = include_str!("state-1.json");
    let world = with_state(text).await;
    let mut lease = world.take("01KASA3QG0Z3M8Y3W0B5V6T7R9").await.unwrap();
    let state = lease.state().clone();
    assert_eq!((state.serial, state.owned.len(), state.holds.len()), (41, 1, 2));
    assert_eq!(state.protected, [Address::Index("app-2026.01.01".into())]);
    assert!(matches!(state.holds["app-2026.10.01"].reason, HoldReason::Restored { .. }));
    lease.change(|_| ()).await.unwrap();
    let saved = world.text("logs/state.json").unwrap();
    assert_eq!(saved.trim(), text.replace("\"serial\": 41", "\"serial\": 42").trim());
}

#[tokio::test]
async fn states_that_this_program_does_not_know_are_refused_in_words() {
    for (text, error) in [
        (include_str!("state-2.json"), "is of format 2; this es2s3 reads up to format 1: use a newer one"),
        (r#"{"format": 0}"#, "cannot be understood: there never was a format 0"),
        (r#"{"serial": 1}"#, "cannot be understood: missing field `format` at line 1 column 13"),
        // Written back, what is not known would be lost.
        (
            r#"{"format": 1, "serial": 1, "lineage": "L", "frozen": []}"#,
            "cannot be understood: unknown field `frozen`, expected one of `format`, `serial`, `lineage`, `owned`, `holds`, \
             `protected`, `last_run`, `waiting` at line 1 column 51",
        ),
        ("", "cannot be understood: EOF while parsing a value at line 1 column 0"),
    ] {
        let world = with_state(text).await;
        let read = world.store.read().await.unwrap_err();
        assert_eq!(read.to_string(), format!("{PLACE} {error}"));
        let taken = world.take("R1").await.unwrap_err();
        assert_eq!(taken, read);
        assert_eq!(world.text("logs/lock.json"), None);
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_not_absent() {
    let world = World::prepared().await;
    world.script("GET", "state.json", &[refuse(403, "AccessDenied")]);
    let Live::Unknown(unknown) = world.store.load().await else {
        panic!("a denied state was taken for another thing")
    };
    assert_eq!(unknown.missing.as_deref(), Some("s3:GetObject"));
    assert!(matches!(World::empty().await.store.load().await, Live::Absent));
}

#[tokio::test]
async fn a_read_whose_connection_is_cut_is_sent_again() {
    let world = World::prepared().await;
    world.script("GET", "state.json", &[Verdict::CutBefore]);
    assert_eq!(world.store.read().await.unwrap().state.serial, 1);
}

#[tokio::test]
async fn the_first_state_is_made_once() {
    let world = World::prepared().await;
    let (loaded, made) = world.store.create(es2s3::state::new_lineage(noon())).await.unwrap();
    assert!(!made);
    assert_eq!(loaded, world.store.read().await.unwrap());
}

#[tokio::test]
async fn a_save_whose_reply_was_lost_is_written_once() {
    let world = World::prepared().await;
    let mut lease = world.take("R1").await.unwrap();
    world.script("PUT", "state.json", &[Verdict::CutAfter]);
    lease.change(|state| state.protected.push("index/a".parse().unwrap())).await.unwrap();
    lease.change(|state| state.protected.push("index/b".parse().unwrap())).await.unwrap();
    assert_eq!((lease.state().serial, lease.state().protected.len()), (3, 2));
}

#[tokio::test]
async fn a_state_that_somebody_wrote_meanwhile_is_not_overwritten() {
    let world = World::prepared().await;
    let mut lease = world.take("R1").await.unwrap();
    let meddled = world.text("logs/state.json").unwrap().replace("\"serial\": 1", "\"serial\": 9");
    world.put("logs/state.json", &meddled).await;
    let saved = lease.change(|state| state.protected.clear()).await;
    assert!(matches!(saved, Err(StateError::Moved { .. })));
    assert_eq!((world.text("logs/state.json").unwrap(), lease.state().serial), (meddled, 1));
}
