//! The process dies at every one of its writes, once with the write done and once without.

use futures_util::StreamExt as _;
use sandbox::faults::Cut;

use crate::support::scene::Ran;
use crate::world::{Small, ended, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_after_any_of_its_writes_is_made_good() {
    let writes = writes_of_an_undisturbed_run().await;
    futures_util::stream::iter(1..=writes).map(killed_after).buffer_unordered(4).collect::<Vec<()>>().await;
}

/// From that write on the process reaches nobody, and gives up on its own. Nearly all of it is waiting between tries.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_reaches_nobody_from_any_of_its_writes_on_is_made_good() {
    let writes = writes_of_an_undisturbed_run().await;
    futures_util::stream::iter(1..=writes).map(cut_off_at).buffer_unordered(48).collect::<Vec<()>>().await;
}

async fn writes_of_an_undisturbed_run() -> usize {
    let mut undisturbed = Small::new().await;
    let ran = undisturbed.apply().await;
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    let writes = undisturbed.sandbox.faults.writes().len();
    assert!(writes > 40, "{writes} writes: this world is too small to show much");
    undisturbed.converges("undisturbed").await;
    undisturbed.proves_all("undisturbed").await;
    writes
}

async fn killed_after(k: usize) {
    let small = Small::new().await;
    small.sandbox.faults.cut_after_write(k, Cut::After);
    let mut child = small.start();
    // The request after the cut one is only sent when the cut one is over.
    until(&format!("a request after write {k}"), || {
        let requests = small.sandbox.faults.requests();
        let cut = requests
            .iter()
            .enumerate()
            .filter(|(_, request)| request.is_write())
            .map(|(at, _)| at)
            .nth(k - 1);
        cut.is_some_and(|cut| requests.len() > cut + 1) || child.try_wait().is_ok_and(|ended| ended.is_some())
    })
    .await;
    child.kill().expect("killed");
    let ran = ended(child).await;
    is_made_good(small, k, &ran).await;
}

async fn cut_off_at(k: usize) {
    let small = Small::new().await;
    small.sandbox.faults.cut_after_write(k, Cut::Before);
    let ran = small.apply().await;
    assert_ne!(ran.code, 0, "cut off at write {k}\n{}", ran.stderr);
    is_made_good(small, k, &ran).await;
}

async fn is_made_good(mut small: Small, k: usize, ran: &Ran) {
    small.sandbox.faults.heal();
    let at = &small.sandbox.faults.writes()[k - 1];
    let case = format!("write {k}, {} {}\n{}", at.method, at.path, ran.stderr);
    small.converges(&case).await;
    if k.is_multiple_of(6) {
        small.proves_all(&case).await;
    }
}
