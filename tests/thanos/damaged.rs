//! Each damage gives its one finding, and a sound bucket gives none.

use crate::support::thanos::damages::ALL;
use crate::support::thanos::files::Files;
use crate::world::{Place, ids, sound};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_damage_gives_its_finding_and_no_other() {
    let mut place = Place::with("damages", &Files::default()).await;
    let files = Files::of(&sound(place.scene.now));
    place.put("sound/", &files);
    place.more = ", labels: [cluster], prefix: sound".into();
    let before = ids(&place.audit().await);
    assert_eq!(before, ["parts-kept"], "the sound bucket");
    let mut wrong = Vec::new();
    for (number, damage) in ALL.iter().enumerate() {
        let mut damaged = files.clone();
        let at = damaged.blocks(0)[0].clone();
        (damage.strike)(&mut damaged, &at);
        let prefix = format!("d{number:02}");
        place.put(&format!("{prefix}/"), &damaged);
        place.more = format!(", labels: [cluster], prefix: {prefix}");
        let audit = place.audit().await;
        let mut found = ids(&audit);
        found.retain(|id| id != "parts-kept");
        let mut wanted = vec![damage.finding];
        wanted.extend(damage.also);
        found.sort();
        wanted.sort();
        if found != wanted {
            wrong.push(format!("{}: wanted {wanted:?}, found {found:?}\n{}", damage.name, audit["findings"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
