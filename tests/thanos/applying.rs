//! What a run does to a bucket, and that a second one does nothing.

use aws_sdk_s3::types::{
    ExpirationStatus, LifecycleRule, LifecycleRuleFilter, Transition, TransitionStorageClass,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::bucket::Bucket;
use crate::support::thanos::files::{Block, DAY, Files};
use crate::world::{BUCKET, Place, sound};

/// A prepared place over sixteen days of samples, of which the raw ones are kept fourteen days.
async fn prepared(name: &str) -> (Place, Files) {
    let mut place = Place::with(name, &Files::default()).await;
    let files = Files::of(&sound(place.scene.now));
    place.put("", &files);
    place.retention = "{ raw: 14d, 5m: 90d }".into();
    place.run(0, &["bootstrap", "--auto-approve"]).await;
    (place, files)
}

fn marks(place: &Place) -> Vec<String> {
    let keys = place.keys("");
    keys.iter().filter_map(|key| key.strip_suffix("/deletion-mark.json")).map(str::to_owned).collect()
}

fn verbs(plan: &Value) -> Vec<(String, String)> {
    let items = plan["items"].as_array().expect("items");
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    items.iter().map(|item| (word(&item["action"]["action"]), word(&item["address"]))).collect()
}

async fn second_apply_does_nothing(place: &mut Place) {
    let before = place.keys("");
    let ran = place.run(0, &["apply", "--only", "thanos", "--auto-approve", "-q"]).await;
    assert!(ran.stdout.contains("Plan: nothing to do"), "{}", ran.stdout);
    assert_eq!(place.keys(""), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_past_its_retention_is_marked_the_way_thanos_does_it() {
    let (mut place, files) = prepared("marks").await;
    let raw = files.blocks(0);
    let ran = place.run(0, &["apply", "--only", "thanos", "--auto-approve", "-q"]).await;
    assert!(ran.stdout.contains("Applied: 1 block marked"), "{}", ran.stdout);
    assert_eq!(marks(&place), [raw[0].as_str()]);
    let store = place.sandbox.world.store();
    let mark = store.get(BUCKET, &format!("{}/deletion-mark.json", raw[0])).expect("the mark");
    let text = String::from_utf8(mark.bytes.to_vec()).unwrap();
    let time = place.scene.now.as_second();
    let within = |seconds: i64| (time..time + 60).contains(&seconds);
    let said: Value = serde_json::from_str(&text).unwrap();
    assert!(within(said["deletion_time"].as_i64().unwrap()), "{text}");
    assert_eq!((said["id"].as_str(), said["version"].as_u64()), (Some(raw[0].as_str()), Some(1)));
    assert!(said["details"].as_str().unwrap().starts_with("es2s3: raw samples are kept 14d"), "{text}");
    second_apply_does_nothing(&mut place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_longer_retention_takes_the_marks_away_that_a_retention_put() {
    let (mut place, files) = prepared("unmarks").await;
    let raw = files.blocks(0);
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    // One by Thanos's own retention, one by hand.
    let mark = |id: &str, details: &str| {
        let time = place.scene.now.as_second();
        json!({"id": id, "version": 1, "details": details, "deletion_time": time}).to_string()
    };
    let mut more = Files::default();
    more.put(
        &format!("{}/deletion-mark.json", raw[1]),
        mark(&raw[1], "block exceeding retention of 1209600"),
    );
    more.put(&format!("{}/deletion-mark.json", raw[2]), mark(&raw[2], "broken, Anna"));
    place.put("", &more);
    place.retention = "{ raw: 30d, 5m: 90d }".into();
    let plan = place.plan().await;
    let unmark = |block: &String| ("unmark".to_owned(), format!("block/{block}"));
    assert_eq!(verbs(&plan), [unmark(&raw[0]), unmark(&raw[1])]);
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert_eq!(marks(&place), [raw[2].as_str()]);
    second_apply_does_nothing(&mut place).await;
}

/// A plan may wait for its approval until the Compactor is about to delete.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mark_whose_delay_is_all_but_over_is_not_taken_away_any_more() {
    let (mut place, files) = prepared("late").await;
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    place.retention = "{ raw: 30d, 5m: 90d }".into();
    place.scene.now += SignedDuration::from_hours(24);
    place.run(0, &["plan", "--only", "thanos", "--out", "saved"]).await;
    place.scene.now += SignedDuration::from_mins(23 * 60 + 5);
    let ran = place.run(6, &["apply", "saved"]).await;
    assert!(ran.stderr.contains("nothing is to be done with it any more"), "{}", ran.stderr);
    assert_eq!(marks(&place), [files.blocks(0)[0].as_str()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_coarser_copy_yet_is_withheld() {
    let (mut place, files) = prepared("withheld").await;
    let (raw, coarse) = (files.blocks(0), files.blocks(300_000));
    for key in place.keys(&coarse[0]) {
        place.sandbox.world.store().remove(BUCKET, &key);
    }
    let plan = place.plan().await;
    assert_eq!(verbs(&plan), [("withheld".into(), format!("block/{}", raw[0]))]);
    assert_eq!(plan["items"][0]["action"]["why"], "not_downsampled");
    second_apply_does_nothing(&mut place).await;
    assert!(marks(&place).is_empty());
    // Somebody said that none is to be made.
    let mut more = Files::default();
    let mark =
        json!({"id": raw[0], "version": 1, "no_downsample_time": 1, "reason": "manual", "details": ""});
    more.put_json(&format!("{}/no-downsample-mark.json", raw[0]), &mark);
    place.put("", &more);
    assert_eq!(verbs(&place.plan().await), [("mark".into(), format!("block/{}", raw[0]))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_that_was_made_within_two_days_is_left_alone() {
    let (mut place, _) = prepared("young").await;
    let now = place.scene.now.as_millisecond();
    // Old samples, uploaded late.
    let mut late = Block::raw("late", now - 40 * DAY, now - 39 * DAY);
    late.id = crate::support::thanos::files::id(now - DAY, 1);
    late.sources = vec![late.id];
    place.put("", &Files::of(&[late.clone()]));
    // Made long ago, and copied here an hour ago under the name that it had.
    let copied = Block::raw("copied", now - 40 * DAY, now - 39 * DAY);
    place.put_at(
        "",
        &Files::of(std::slice::from_ref(&copied)),
        place.scene.now - SignedDuration::from_hours(1),
    );
    let plan = place.plan().await;
    for block in [&late, &copied] {
        let address = format!("block/{}", block.id);
        let item = plan["items"].as_array().unwrap().iter().find(|item| item["address"] == address);
        assert_eq!(item.expect("its line")["action"]["why"], "young", "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_that_was_copied_anew_since_the_plan_is_left_alone() {
    let (mut place, files) = prepared("anew").await;
    place.run(0, &["plan", "--only", "thanos", "--out", "saved"]).await;
    let mut again = Files::default();
    let key = format!("{}/meta.json", files.blocks(0)[0]);
    again.put(&key, files.0[&key].clone());
    let saved = place.scene.now;
    place.put_at("", &again, saved);
    let ran = place.run(6, &["apply", "saved"]).await;
    assert!(ran.stderr.contains("the plan says mark, now it would be blocked"), "{}", ran.stderr);
    assert!(marks(&place).is_empty());
}

/// Raw samples are kept no longer than those of 5m, and still those of 1h can be made of 5m alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_wanted_later_is_wanted_of_each_step_on_the_way() {
    let (mut place, files) = prepared("steps").await;
    let (raw, coarse) = (files.blocks(0), files.blocks(300_000));
    place.retention = "{ raw: 14d, 5m: 14d, 1h: 0d }".into();
    let line = |verb: &str, block: &str| (verb.to_owned(), format!("block/{block}"));
    let mut expected = [line("mark", &raw[0]), line("withheld", &coarse[0])];
    expected.sort_by(|a, b| a.1.cmp(&b.1));
    assert_eq!(verbs(&place.plan().await), expected, "of raw there is 5m, of 5m there is no 1h");
    for key in place.keys(&coarse[0]) {
        place.sandbox.world.store().remove(BUCKET, &key);
    }
    assert_eq!(verbs(&place.plan().await), [line("withheld", &raw[0])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_damaged_or_about_to_go_is_none() {
    let (mut place, files) = prepared("copies").await;
    let (raw, coarse) = (files.blocks(0), files.blocks(300_000));
    let withheld = [("withheld".to_owned(), format!("block/{}", raw[0]))];
    let index = format!("{}/index", coarse[0]);
    place.sandbox.world.store().remove(BUCKET, &index);
    assert_eq!(verbs(&place.plan().await), withheld, "without an index");
    let mut back = Files::default();
    back.put(&index, files.0[&index].clone());
    place.put("", &back);
    assert_eq!(verbs(&place.plan().await)[0].0, "mark");
    let key = format!("{}/deletion-mark.json", coarse[0]);
    for (why, said) in [("by hand", mark_by_hand(&place, &coarse[0])), ("by what says nothing", "?".into())] {
        let mut mark = Files::default();
        mark.put(&key, said);
        place.put("", &mark);
        assert_eq!(verbs(&place.plan().await), withheld, "marked {why}");
    }
}

fn mark_by_hand(place: &Place, block: &str) -> String {
    let time = place.scene.now.as_second();
    json!({"id": block, "version": 1, "details": "Anna", "deletion_time": time}).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_retention_does_is_told_by_stream_and_resolution() {
    let (mut place, _) = prepared("streams").await;
    let now = place.scene.now.as_millisecond();
    let old = |cluster: &str, days: i64| Block::raw(cluster, now - days * DAY, now - (days - 1) * DAY);
    place.put("", &Files::of(&[old("us", 40), old("us", 39), old("asia", 40)]));
    place.retention = "{ raw: 14d, 5m: 14d, 1h: 14d }".into();
    let plan = place.plan().await;
    let effects: Vec<(&str, &str, u64)> = plan["effects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap();
            (text("resolution"), text("stream"), one["marked"]["count"].as_u64().unwrap())
        })
        .collect();
    assert!(effects.contains(&("raw", r#"cluster="asia""#, 1)), "{effects:?}");
    assert!(effects.contains(&("raw", r#"cluster="us""#, 2)), "{effects:?}");
    let shown = place.run(0, &["plan", "--only", "thanos"]).await.stdout;
    assert!(shown.contains("    cluster=\"us\": 2 blocks of "), "{shown}");
    let each = place.run(0, &["plan", "--only", "thanos", "--verbose"]).await.stdout;
    assert!(each.contains("cluster=\"asia\", kept until "), "{each}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_would_mark_most_blocks_is_refused_until_the_amount_is_named() {
    let (mut place, files) = prepared("guard").await;
    place.retention = "{ raw: 2d, 5m: 2d, 1h: 2d }".into();
    let ran = place.run(3, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert!(ran.stderr.contains("guard max_block_share allows 50 %"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--allow-mark-share="), "{}", ran.stderr);
    assert!(marks(&place).is_empty());
    place.run(0, &["apply", "--only", "thanos", "--auto-approve", "--allow-mark-share=99%"]).await;
    assert!(marks(&place).len() > files.blocks(300_000).len());
    second_apply_does_nothing(&mut place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_thanos_never_cleans_is_removed_and_what_is_young_is_not() {
    let (mut place, files) = prepared("purges").await;
    place.retention = "{}".into();
    let raw = files.blocks(0);
    let ghost = crate::support::thanos::files::id(place.scene.now.as_millisecond() - 90 * DAY, 9).to_string();
    let young = crate::support::thanos::files::id(place.scene.now.as_millisecond() - 80 * DAY, 9).to_string();
    let mark = |id: &str| json!({"id": id, "version": 1, "deletion_time": 1_700_000_000}).to_string();
    let mut old = Files::default();
    old.put(&format!("{ghost}/deletion-mark.json"), mark(&ghost));
    old.put(&format!("{ghost}/"), "");
    for block in &raw {
        old.put(&format!("debug/metas/{block}.json"), "{}");
    }
    place.put("", &old);
    let mut fresh = Files::default();
    fresh.put(&format!("{young}/deletion-mark.json"), mark(&young));
    place.put_at("", &fresh, place.scene.now - SignedDuration::from_hours(2));
    let ran = place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert!(ran.stdout.contains("Applied: 2 purged"), "{}", ran.stdout);
    let left = place.keys("");
    let expected: Vec<&String> = files.0.keys().collect();
    let others: Vec<&String> = left.iter().filter(|key| !key.starts_with(&young)).collect();
    assert_eq!(others, expected);
    assert!(left.iter().any(|key| key.starts_with(&young)));
    second_apply_does_nothing(&mut place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn something_foreign_below_debug_metas_stops_the_purge() {
    let (mut place, _) = prepared("strangers").await;
    place.retention = "{}".into();
    let mut old = Files::default();
    old.put("debug/metas/runbook.md", "how to");
    place.put("", &old);
    let ran = place.run(6, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert!(ran.stdout.contains("debug/metas/runbook.md is no copy of a meta.json"), "{}", ran.stdout);
    assert!(place.keys("").contains(&"debug/metas/runbook.md".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_compactor_es2s3_deletes_what_its_mark_has_condemned() {
    let (mut place, files) = prepared("deletes").await;
    place.more = ", compactor: none".into();
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    let raw = files.blocks(0);
    assert_eq!(marks(&place), [raw[0].as_str()]);
    second_apply_does_nothing(&mut place).await;
    place.scene.now += SignedDuration::from_hours(49);
    let plan = place.plan().await;
    assert_eq!(verbs(&plan)[0], ("delete".into(), format!("block/{}", raw[0])));
    place.run(0, &["apply", "--only", &format!("block/{}", raw[0]), "--auto-approve"]).await;
    assert!(place.keys(&raw[0]).is_empty());
    let left = place.keys("").len();
    assert_eq!(left, files.0.len() - 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_that_changed_since_the_plan_is_left_alone_and_named() {
    let (mut place, files) = prepared("moved").await;
    let raw = files.blocks(0);
    place.run(0, &["plan", "--only", "thanos", "--out", "saved"]).await;
    let mut changed = files.clone();
    changed.say(&raw[0], |meta| meta["maxTime"] = (meta["maxTime"].as_i64().unwrap() + 10 * DAY).into());
    place.put("", &changed);
    let ran = place.run(6, &["apply", "saved"]).await;
    assert!(ran.stderr.contains("nothing is to be done with it any more"), "{}", ran.stderr);
    assert!(marks(&place).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_that_was_cut_is_carried_on() {
    let (mut place, files) = prepared("cut").await;
    place.more = ", compactor: none".into();
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    place.scene.now += SignedDuration::from_hours(49);
    // A run died behind its first delete.
    let raw = files.blocks(0);
    place.sandbox.world.store().remove(BUCKET, &format!("{}/meta.json", raw[0]));
    assert_eq!(verbs(&place.plan().await)[0], ("delete".into(), format!("block/{}", raw[0])));
    place.run(0, &["apply", "--only", &format!("block/{}", raw[0]), "--auto-approve"]).await;
    assert!(place.keys(&raw[0]).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_nobody_ended_is_ended() {
    let (mut place, files) = prepared("uploads").await;
    place.scene.now = place.today;
    place.retention = "{}".into();
    let key = format!("{}/chunks/000002", files.blocks(0)[0]);
    let uploads = Uploads::of(&place);
    // Two of the same object: the uploader tried again.
    let (first, second) = (uploads.begin(&key).await, uploads.begin(&key).await);
    assert!(verbs(&place.plan().await).is_empty(), "begun within two days");
    place.scene.now += SignedDuration::from_hours(72);
    let line = |id: &String| ("abort_upload".to_owned(), format!("thanos/upload/{key}/{id}"));
    assert_eq!(verbs(&place.plan().await), [line(&first), line(&second)]);
    place.run(0, &["plan", "--only", "thanos", "--out", "saved"]).await;
    place.run(0, &["apply", "saved"]).await;
    assert!(uploads.ids().await.is_empty());
    second_apply_does_nothing(&mut place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_do_in_the_same_bucket_is_theirs() {
    let (mut place, _) = prepared("shared").await;
    place.retention = "{}".into();
    place.scene.infrastructure = "managed";
    let mut others = Files::default();
    others.put("debug/metas/01ARZ3NDEKTSV4RRFFQ69G5FAV.json", "{}");
    others.put("debug/dumps/heap.gz", "x");
    place.put("", &others);
    // No rule over all of the bucket: what lies beside Thanos's old copies is somebody's.
    assert_eq!(verbs(&place.plan().await), [("purge_debug_metas".into(), "thanos/debug-metas".into())]);
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    assert!(place.keys("debug/") == ["debug/dumps/heap.gz"], "{:?}", place.keys("debug/"));
    place.sandbox.world.store().remove(BUCKET, "debug/dumps/heap.gz");
    let mut others = Files::default();
    others.put("backups/2026/db.dump", "x");
    place.put("", &others);
    let uploads = Uploads::of(&place);
    let theirs = uploads.begin("backups/2026/large.dump").await;
    place.scene.now += SignedDuration::from_hours(24 * 30);
    // No rule over all of the bucket, and no end of an upload that is none of a block.
    assert!(verbs(&place.plan().await).is_empty());
    second_apply_does_nothing(&mut place).await;
    assert_eq!(uploads.ids().await, [theirs]);
    // Below a prefix of their own the blocks get their rule.
    let files = Files::of(&sound(place.scene.now));
    place.put("eu/", &files);
    place.more = ", prefix: eu".into();
    assert_eq!(verbs(&place.plan().await), [("set_lifecycle".into(), "thanos/lifecycle".into())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bucket_gets_a_rule_for_what_no_listing_shows() {
    let (mut place, _) = prepared("rules").await;
    place.retention = "{}".into();
    place.scene.infrastructure = "managed";
    assert_eq!(verbs(&place.plan().await), [("set_lifecycle".into(), "thanos/lifecycle".into())]);
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    let bucket = Bucket::new(&place.scene.stage, BUCKET);
    assert_eq!(bucket.rule_ids().await, ["es2s3-thanos"]);
    second_apply_does_nothing(&mut place).await;
}

/// Two configurations over one bucket, and somebody's rule and setting beside them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_prefix_of_a_bucket_has_a_rule_of_its_own_and_others_keep_theirs() {
    let (mut place, files) = prepared("prefixes").await;
    place.retention = "{}".into();
    place.scene.infrastructure = "managed";
    let bucket = Bucket::new(&place.scene.stage, BUCKET);
    bucket.lifecycle(&[tiers()]).await;
    bucket.transitions_from_any_size().await;
    for (prefix, rules) in
        [("eu", &["es2s3-thanos/eu", "tiers"][..]), ("us", &["es2s3-thanos/eu", "es2s3-thanos/us", "tiers"])]
    {
        place.put(&format!("{prefix}/"), &files);
        place.more = format!(", prefix: {prefix}");
        place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
        assert_eq!(bucket.rule_ids().await, rules);
        assert_eq!(bucket.transitions_from().await, "varies_by_storage_class");
        second_apply_does_nothing(&mut place).await;
    }
}

/// A rule of somebody's over a folder of theirs.
fn tiers() -> LifecycleRule {
    let transition = Transition::builder().days(30).storage_class(TransitionStorageClass::StandardIa).build();
    let filter = LifecycleRuleFilter::builder().prefix("exports/").build();
    let rule = LifecycleRule::builder().id("tiers").status(ExpirationStatus::Enabled).filter(filter);
    rule.transitions(transition).build().expect("a rule")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_kept_versions_once_gets_a_rule_for_them() {
    let (mut place, _) = prepared("versions").await;
    place.retention = "{}".into();
    place.scene.infrastructure = "managed";
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    Bucket::new(&place.scene.stage, BUCKET).suspend_versioning().await;
    let shown = place.run(0, &["plan", "--only", "thanos"]).await;
    assert!(shown.stdout.contains("old versions go after 14 days"), "{}", shown.stdout);
    let audit = place.run(0, &["thanos", "audit"]).await;
    let counted =
        "versioning is suspended, and no rule removes old versions: 0 of them, and 0 delete markers";
    assert!(audit.stdout.contains(counted), "{}", audit.stdout);
    place.run(0, &["apply", "--only", "thanos", "--auto-approve"]).await;
    second_apply_does_nothing(&mut place).await;
}

/// Uploads in parts, as an uploader begins and forgets them.
struct Uploads {
    client: aws_sdk_s3::Client,
}

impl Uploads {
    fn of(place: &Place) -> Self {
        let stage = &place.scene.stage;
        let keys =
            aws_sdk_s3::config::Credentials::new(&stage.access_key, &stage.secret_key, None, None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(stage.region.clone()))
            .endpoint_url(&stage.s3)
            .force_path_style(true)
            .credentials_provider(keys)
            .build();
        Self { client: aws_sdk_s3::Client::from_conf(config) }
    }

    async fn begin(&self, key: &str) -> String {
        let begun =
            self.client.create_multipart_upload().bucket(BUCKET).key(key).send().await.expect("begun");
        begun.upload_id.expect("its id")
    }

    async fn ids(&self) -> Vec<String> {
        let listed = self.client.list_multipart_uploads().bucket(BUCKET).send().await.expect("listed");
        listed.uploads.unwrap_or_default().into_iter().filter_map(|upload| upload.upload_id).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_day_shows_what_is_gone_and_what_is_lost_by_then() {
    let (mut place, files) = prepared("future").await;
    // The second oldest has no 5m copy, and is neither to be made coarser nor to be merged.
    for key in place.keys(&files.blocks(300_000)[1]) {
        place.sandbox.world.store().remove(BUCKET, &key);
    }
    let kept_raw = files.blocks(0)[1].clone();
    for kind in ["downsample", "compact"] {
        let time = format!("no_{kind}_time");
        let mark = json!({"id": kept_raw, "version": 1, time: 1, "reason": "manual"}).to_string();
        let key = format!("{kept_raw}/no-{kind}-mark.json");
        place.sandbox.world.store().put(BUCKET, &key, mark.into_bytes(), place.scene.now);
    }
    let then = (place.scene.now + SignedDuration::from_hours(24 * 6)).strftime("%Y-%m-%d").to_string();
    let ran = place.run(0, &["plan", "--at", &then, "--format", "json", "-q"]).await;
    let future: Value = serde_json::from_str(&ran.stdout).expect("one document");
    let lost = future["lost"].as_array().unwrap();
    assert_eq!((lost.len(), &lost[0]["resolution"], &lost[0]["coarser"]), (1, &"raw".into(), &"5m".into()));
    let meta = files.meta(&kept_raw);
    assert_eq!(lost[0]["spans"], json!([[meta["minTime"], meta["maxTime"]]]));
    let shown = place.run(0, &["plan", "--at", &then]).await;
    assert!(shown.stdout.contains("will go before a 5m copy is made"), "{}", shown.stdout);
    assert!(shown.stdout.contains("  5m: 6 blocks of 11.2 KiB now, "), "{}", shown.stdout);
    let plan = place.run(0, &["plan", "--only", "thanos", "--format", "json", "-q"]).await;
    let plan: Value = serde_json::from_str(&plan.stdout).expect("one document");
    let shared = place.run(0, &["plan", "--only", "thanos", "--format", "markdown"]).await;
    assert!(shared.stdout.contains("\n- lost: raw of cluster="), "{}", shared.stdout);
    // A plan tells it too, and besides that a stream which is over is never made coarser at its end.
    let never = &plan["thanos"]["never"][0]["spans"];
    assert_eq!((&never[0], never.as_array().map(Vec::len)), (&lost[0]["spans"][0], Some(2)));
    for (day, says) in [("2020-01-01", "lies in the past"), ("2099-01-01", "more than five years ahead")] {
        let refused = place.run(1, &["plan", "--at", day]).await;
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_tells_how_rendered_files_differ_and_no_apply_touches_them() {
    let (mut place, _) = prepared("rendered").await;
    place.retention = "{}".into();
    let folder = place.scene.file("deploy").display().to_string();
    place.more = format!(", rendered: {{ target: flags, folder: \"{folder}\" }}");
    let shown = place.run(0, &["plan", "--only", "thanos"]).await;
    assert!(shown.stdout.contains("objstore.yml (new)"), "{}", shown.stdout);
    let render = ["thanos", "render", "--target", "flags", "--out", &folder];
    place.run(0, &render).await;
    let shown = place.run(0, &["plan", "--only", "thanos"]).await;
    assert!(!shown.stdout.contains("Rendered for"), "{}", shown.stdout);
    place.more.push_str(", delete_delay: 60h");
    let shown = place.run(0, &["plan", "--only", "thanos", "--verbose"]).await;
    assert!(shown.stdout.contains("(changed)"), "{}", shown.stdout);
    assert!(shown.stdout.contains("+--delete-delay=2d12h"), "{}", shown.stdout);
    place.run(0, &["apply", "--only", "thanos", "--auto-approve", "-q"]).await;
    let again = place.run(0, &["plan", "--only", "thanos", "--format", "json", "-q"]).await;
    let again: Value = serde_json::from_str(&again.stdout).expect("one document");
    assert!(!again["thanos"]["rendered"]["present"].as_array().unwrap().is_empty(), "{again}");
    place.run(0, &render).await;
    let shown = place.run(0, &["plan", "--only", "thanos"]).await;
    assert!(!shown.stdout.contains("Rendered for"), "{}", shown.stdout);
}
