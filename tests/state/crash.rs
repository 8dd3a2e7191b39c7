//! A run that dies at any of its writes, before it or after it: the next run finds what it left, and nothing is lost or twice.

use std::time::Duration;

use es2s3::model::Address;
use es2s3::state::{Deed, Entry, Journal, Lease, Manifest, ManifestLine, Settled, StateError};
use futures_util::future::join_all;
use sandbox::faults::Cut;

use crate::manifest::line;
use crate::world::{LEASE, World, noon};

/// Lock, first entry, intent, manifest, state, end, unlock.
const WRITES: usize = 7;

fn deleted() -> ManifestLine {
    line("a", "R1", "2026-11-23T12:00:00Z")
}

fn end() -> Entry {
    Entry::End { at: noon(), exit: 0, done: 1, skipped: 0, failed: 0, pending: 0 }
}

/// A run that deletes one index. `gone` is the domain: set when the delete was sent.
async fn run(world: &World, gone: &mut bool) -> Result<(), StateError> {
    let mut lease = world.take("R1").await?;
    let mut journal = Journal::begin(&world.store, &"R1".into(), "apply", "alice@ci", noon()).await?;
    let deed = Deed::DeleteIndex { line: Box::new(deleted()) };
    let step = journal.intend(&Address::Index("a".into()), deed, noon()).await?;
    *gone = true;
    journal.conclude(step, Settled::Done, "", noon());
    Manifest::new(&world.store).append(&[deleted()]).await?;
    lease.change(|state| state.protected.push("index/of-R1".parse().unwrap())).await?;
    journal.end(end()).await?;
    lease.release().await
}

/// What the next run does first: looks at the domain for every open intent, and writes down what it finds.
async fn recover(lease: &Lease, gone: bool) -> Result<(), StateError> {
    for run in lease.store().open_runs(10).await? {
        let mut lines = lease.store().run(&run.run).await?.deleted_lines();
        for (_, _, deed) in &run.open {
            if let (Deed::DeleteIndex { line }, true) = (deed, gone) {
                lines.push((**line).clone());
            }
        }
        Manifest::new(lease.store()).append(&lines).await?;
        let recovered = Entry::Recovered { at: noon(), by: lease.run(), notes: vec![] };
        lease.store().close_run(&run, &[recovered]).await?;
    }
    Ok(())
}

async fn dies_at(write: usize, cut: Cut) {
    let case = format!("write {write}, cut {cut:?}");
    let world = World::prepared().await;
    let mut gone = false;
    world.faults.cut_after_write(write, cut);
    assert!(run(&world, &mut gone).await.is_err(), "{case}: the run noticed nothing");
    world.faults.heal();
    world.pass(LEASE + Duration::from_secs(1));

    let next = world.take("R2").await.expect(&case);
    recover(&next, gone).await.expect(&case);
    let lines = Manifest::new(&world.store).read().await.expect(&case);
    assert_eq!(lines, if gone { vec![deleted()] } else { vec![] }, "{case}");
    assert!(world.store.open_runs(10).await.expect(&case).is_empty(), "{case}");
    let saved = next.state().protected.len();
    let state_was_written = write > 5 || (write == 5 && cut == Cut::After);
    assert_eq!(saved, usize::from(state_was_written), "{case}");
    next.release().await.expect(&case);
    assert_eq!(world.text("logs/lock.json"), None, "{case}");
}

#[tokio::test]
async fn a_run_that_is_left_alone_writes_as_often_as_the_cases_below_assume() {
    let world = World::prepared().await;
    world.faults.forget();
    run(&world, &mut false).await.unwrap();
    assert_eq!(world.faults.writes().len(), WRITES);
}

#[tokio::test]
async fn whatever_write_a_run_dies_at_the_next_one_makes_up_for_it() {
    join_all((1..=WRITES).flat_map(|write| [dies_at(write, Cut::Before), dies_at(write, Cut::After)])).await;
}
