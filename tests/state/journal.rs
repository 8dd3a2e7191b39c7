//! Intents before, outcomes after; what a run that died leaves behind.

use es2s3::model::Address;
use es2s3::state::{Deed, Entry, Journal, Settled, StateError, Step};
use sandbox::faults::Verdict;

use crate::world::{World, noon};

fn freeze(index: &str) -> (Address, Deed) {
    (Address::Index(index.into()), Deed::Freeze { index: index.into(), uuid: "uuid".into() })
}

async fn begin(world: &World, run: &str) -> Journal {
    Journal::begin(&world.store, &run.into(), "apply", "alice@ci", noon()).await.unwrap()
}

async fn intend(journal: &mut Journal, index: &str) -> Step {
    let (address, deed) = freeze(index);
    journal.intend(&address, deed, noon()).await.unwrap()
}

fn end() -> Entry {
    Entry::End { at: noon(), exit: 0, done: 1, skipped: 0, failed: 0, pending: 0 }
}

#[tokio::test]
async fn a_run_is_read_back_as_it_was_written() {
    let world = World::prepared().await;
    let mut journal = begin(&world, "R1").await;
    let step = intend(&mut journal, "a").await;
    journal.conclude(step, Settled::Done, "frozen", noon());
    journal.end(end()).await.unwrap();
    let (address, deed) = freeze("a");
    let record = world.store.run(&"R1".into()).await.unwrap();
    assert_eq!(
        record.entries,
        [
            Entry::Begin { at: noon(), operation: "apply".into(), by: "alice@ci".into() },
            Entry::Intent { step: Step(1), address, deed, at: noon() },
            Entry::Outcome { step: Step(1), result: Settled::Done, note: "frozen".into(), at: noon() },
            end(),
        ]
    );
    assert!(record.ended());
    assert!(world.store.open_runs(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_intent_is_durable_before_its_deed() {
    let world = World::prepared().await;
    let mut journal = begin(&world, "R1").await;
    intend(&mut journal, "a").await;
    assert!(world.text("logs/runs/R1/journal/000002.json").unwrap().contains("\"intent\""));
    // Neither can it be written: then there must be no step to carry out.
    world.script("PUT", "journal/000003", &[crate::world::refuse(403, "AccessDenied")]);
    let (address, deed) = freeze("b");
    assert!(journal.intend(&address, deed, noon()).await.is_err());
}

#[tokio::test]
async fn a_run_that_died_leaves_its_open_intents() {
    let world = World::prepared().await;
    let mut journal = begin(&world, "R1").await;
    let first = intend(&mut journal, "a").await;
    journal.conclude(first, Settled::Done, "", noon());
    intend(&mut journal, "b").await;
    drop(journal);
    let open = world.store.open_runs(10).await.unwrap();
    let (address, deed) = freeze("b");
    assert_eq!(open.iter().map(|run| (run.run.as_str(), run.last_object)).collect::<Vec<_>>(), [("R1", 3)]);
    assert_eq!(open[0].open, [(Step(2), address, deed)]);

    let recovered = Entry::Recovered { at: noon(), by: "R2".into(), notes: vec![] };
    world.store.close_run(&open[0], &[recovered]).await.unwrap();
    assert!(world.store.open_runs(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_entry_whose_reply_was_lost_is_written_once() {
    let world = World::prepared().await;
    let mut journal = begin(&world, "R1").await;
    world.script("PUT", "journal/000002", &[Verdict::CutAfter]);
    intend(&mut journal, "a").await;
    intend(&mut journal, "b").await;
    assert_eq!(world.store.run(&"R1".into()).await.unwrap().entries.len(), 3);
}

#[tokio::test]
async fn two_processes_cannot_write_one_run() {
    let world = World::prepared().await;
    let _first = begin(&world, "R1").await;
    let second = Journal::begin(&world.store, &"R1".into(), "apply", "bob@ci", noon()).await;
    assert!(matches!(second, Err(StateError::Moved { .. })));
}

#[tokio::test]
async fn a_journal_of_a_thousand_steps_keeps_its_order_and_costs_one_put_a_step() {
    let world = World::prepared().await;
    let mut journal = begin(&world, "R1").await;
    let before = world.count("PUT", "journal");
    for step in 0..1005 {
        intend(&mut journal, &format!("i{step}")).await;
    }
    assert_eq!(world.count("PUT", "journal") - before, 1005);
    let record = world.store.run(&"R1".into()).await.unwrap();
    let steps: Vec<_> = record
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Intent { step, .. } => Some(step.0),
            _ => None,
        })
        .collect();
    assert_eq!(steps, (1..=1005).collect::<Vec<_>>());
}

#[tokio::test]
async fn runs_that_ended_are_passed_over_by_their_last_object() {
    let world = World::prepared().await;
    for run in ["R1", "R2", "R3"] {
        let mut journal = begin(&world, run).await;
        for index in ["a", "b", "c"] {
            let step = intend(&mut journal, index).await;
            journal.conclude(step, Settled::Done, "", noon());
        }
        journal.end(end()).await.unwrap();
    }
    let before = world.count("GET", "/journal/");
    assert!(world.store.open_runs(10).await.unwrap().is_empty());
    assert_eq!(world.count("GET", "/journal/") - before, 3);
    assert_eq!(world.store.runs().await.unwrap(), ["R3".into(), "R2".into(), "R1".into()]);
}
