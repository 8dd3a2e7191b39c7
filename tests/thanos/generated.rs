//! The blocks that the sandbox makes, for the tour and for what is measured, are what a Compactor that keeps up leaves on any day.

use jiff::SignedDuration;
use sandbox::World;
use sandbox::store::Condition;

use crate::support::thanos::files::Files;
use crate::world::{BUCKET, Place, ids};

/// The Compactor's widest window, in days.
const FORTNIGHT: i64 = 14;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_day_nothing_waits_for_the_compactor() {
    let mut place = Place::with("generated", &Files::default()).await;
    let first = place.scene.now;
    for day in 0..FORTNIGHT {
        place.scene.now = first + SignedDuration::from_hours(24 * day);
        let world = World::opensearch();
        world.clock().set(place.scene.now);
        // Both replicas of a year.
        let world = world.blocks(BUCKET, 270);
        for (key, object) in world.store().list(BUCKET, "") {
            let key = format!("d{day}/{key}");
            let put = place.sandbox.world.store().put_object_if(BUCKET, &key, object, &Condition::Always);
            put.expect("the bucket is there");
        }
        place.more = format!(", labels: [cluster], replica_labels: [replica], prefix: d{day}");
        let found = ids(&place.audit().await);
        assert_eq!(found, ["parts-kept"], "{day} days on");
    }
}
