//! Killed at each of its writes in turn, those to AWS once done and once not: the next run ends where an undisturbed one does.

use futures_util::StreamExt as _;
use jiff::SignedDuration;
use sandbox::faults::{Cut, Front, Nth, Request, Verdict};

use crate::world::{Place, lines};

const APPLY: [&str; 4] = ["apply", "--auto-approve", "--only", "infra"];
const BOOTSTRAP: [&str; 4] = ["bootstrap", "--auto-approve", "--ci", "github:acme/logs"];

/// Sandboxes at work at the same time; a program in each.
const AT_ONCE: usize = 3;

/// The writes that the command makes, and the ways to die at each. The renewals of a lease are no fixed number, so the last may be
/// those of another moment.
async fn deaths(place: &Place, arguments: &[&str]) -> Vec<(usize, Cut)> {
    place.sandbox.faults.forget();
    place.project.run_to(0, arguments).await;
    let writes = place.sandbox.faults.writes();
    assert!(writes.len() > 10, "{writes:?}");
    // Of the forty puts that race for one key to try the store, the first is as good as any.
    let mut raced = false;
    let mut worth_dying =
        |write: &Request| !write.path.contains("/race-") || !std::mem::replace(&mut raced, true);
    let moments: Vec<usize> =
        (1..).zip(&writes).filter(|(_, write)| worth_dying(write)).map(|(at, _)| at).collect();
    let both = |at: usize| match writes[at - 1].front {
        Front::Aws => vec![(at, Cut::Before), (at, Cut::After)],
        // The lease, the journal and the state have such plays of their own.
        _ if at.is_multiple_of(2) => vec![(at, Cut::Before)],
        _ => vec![(at, Cut::After)],
    };
    moments.into_iter().flat_map(both).collect()
}

/// Until the lease of the dead run is over.
fn later(place: &mut Place) {
    let now = place.project.now.expect("a time");
    place.project.now = Some(now + SignedDuration::from_mins(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_is_made_good_by_the_next() {
    let all = deaths(&Place::prepared("undisturbed").await, &APPLY).await;
    let deaths = all.into_iter().map(|(at, cut)| async move {
        let mut place = Place::prepared(&format!("dies-{at}")).await;
        place.dies_at_write(&APPLY, at, cut).await;
        later(&mut place);
        place.project.run_to(0, &APPLY).await;
        let left = lines(&place.project.run_to(0, &["plan", "--only", "infra"]).await);
        assert_eq!(left, Vec::<String>::new(), "write {at}, {cut:?}");
        assert_eq!(place.aws().lock().functions.len(), 1, "nothing is there twice");
    });
    futures_util::stream::iter(deaths).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bootstrap_is_made_good_by_the_next() {
    let all = deaths(&Place::empty("undisturbed").await, &BOOTSTRAP).await;
    let deaths = all.into_iter().map(|(at, cut)| async move {
        let mut place = Place::empty(&format!("begins-{at}")).await;
        place.dies_at_write(&BOOTSTRAP, at, cut).await;
        later(&mut place);
        place.project.run_to(0, &BOOTSTRAP).await;
        let again = place.project.run_to(0, &BOOTSTRAP).await.stdout;
        assert!(!again.contains("+ create") && !again.contains("~ "), "write {at}, {cut:?}: {again}");
        let account = place.aws().lock();
        assert_eq!((account.roles.len(), account.identity_providers.len()), (2, 1), "write {at}, {cut:?}");
    });
    futures_util::stream::iter(deaths).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

/// AWS did it, and nobody heard of it, with the process alive: the first call of every kind at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_of_every_write_is_found_done() {
    let known = Place::prepared("heard").await;
    known.sandbox.faults.forget();
    known.project.run_to(0, &APPLY).await;
    let place = Place::prepared("unheard").await;
    let faults = &place.sandbox.faults;
    faults.forget();
    let mut kinds: Vec<String> = known.sandbox.faults.writes().into_iter().map(|write| write.path).collect();
    kinds.retain(|path| path.contains(':') && !path.contains('/'));
    kinds.sort();
    kinds.dedup();
    for kind in &kinds {
        faults.rule(Front::Aws, "*", kind, Nth::Only(1), Verdict::CutAfter);
    }
    place.project.run_to(0, &APPLY).await;
    let lost = faults.writes().into_iter().filter(|write| write.status.is_none()).count();
    assert!(kinds.len() > 8 && lost == kinds.len(), "{lost} of {kinds:?}");
    assert_eq!(place.plan().await, Vec::<String>::new());
    assert_eq!(place.aws().lock().functions.len(), 1, "nothing is there twice");
}
