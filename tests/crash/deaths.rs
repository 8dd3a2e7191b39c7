//! The process dies at every one of its writes, once with the write done and once without.

use futures_util::StreamExt as _;
use sandbox::faults::Cut;

use crate::world::{Small, ended, until};

/// Worlds at once: most of a case is waiting for the program.
const AT_ONCE: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_after_any_of_its_writes_is_made_good() {
    die_at_every_write(Cut::After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_before_any_of_its_writes_is_made_good() {
    die_at_every_write(Cut::Before).await;
}

async fn die_at_every_write(cut: Cut) {
    let mut undisturbed = Small::new().await;
    let ran = undisturbed.apply().await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    let writes = undisturbed.sandbox.faults.writes().len();
    assert!(writes > 40, "{writes} writes: this world is too small to show much");
    undisturbed.converges("undisturbed").await;
    futures_util::stream::iter(1..=writes)
        .map(|k| die_at(k, cut))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
}

async fn die_at(k: usize, cut: Cut) {
    let mut small = Small::new().await;
    small.sandbox.faults.cut_after_write(k, cut);
    let mut child = small.start();
    // The request after the cut one is only sent when the cut one is over.
    until(&format!("a request after write {k}"), || {
        let requests = small.sandbox.faults.requests();
        let last = requests
            .iter()
            .enumerate()
            .filter(|(_, request)| request.is_write())
            .map(|(at, _)| at)
            .nth(k - 1);
        last.is_some_and(|last| requests.len() > last + 1)
            || child.try_wait().is_ok_and(|ended| ended.is_some())
    })
    .await;
    child.kill().expect("killed");
    let ran = ended(child).await;
    small.sandbox.faults.heal();
    let writes = small.sandbox.faults.writes();
    let at = &writes[k - 1];
    small.converges(&format!("cut {cut:?} write {k}, {} {}\n{}", at.method, at.path, ran.stderr)).await;
}
