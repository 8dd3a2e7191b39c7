//! Indices that somebody else looks after, or that are not as they should be: one small world each, with its line of the plan.

use sandbox::World;

use crate::support::scene::Ran;
use crate::world::{Small, elasticsearch, opensearch, said};

/// The second oldest of the small world is due. `change` makes it a case; then the plan has this one line for it, before and
/// after a run that leaves it alone and archives the two others.
async fn stays(world: World, policy: &str, change: impl AsyncFnOnce(&Small, &str), line: &str) -> Small {
    let small = Small::of(world, policy).await;
    let index = small.day("app-", 5);
    change(&small, &index).await;
    let wanted = line.replace("INDEX", &index);
    for others in ["2 archived", "nothing to do"] {
        let plan = small.plan().await;
        assert_eq!(line_of(&plan, &index), wanted, "{}", said(&plan));
        let apply = small.apply().await;
        assert!(apply.stdout.contains(others), "{}", said(&apply));
    }
    let left = [5, 2, 1, 0].map(|days| small.day("app-", days));
    assert_eq!(small.live(), left);
    assert_eq!(small.blocked(), Vec::<String>::new());
    small.scene.second_apply_does_nothing().await;
    small
}

/// The plan's line with this text in it, its columns one blank apart.
fn line_of(plan: &Ran, text: &str) -> String {
    let line = plan.stdout.lines().find(|line| line.contains(text));
    let line = line.unwrap_or_else(|| panic!("no line has {text}: {}", said(plan)));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ilm_or_ism_manages_is_left_alone() {
    let line = "= keep 1 index INDEX 1.1 KiB managed by ILM policy weekly; `managed: take` in its policy lets es2s3 decide \
                instead";
    for version in ["7.17.29", "8.15.3", "9.0.8"] {
        let ilm = async |small: &Small, index: &str| small.world().ilm(index, "weekly");
        stays(elasticsearch(version), "", ilm, line).await;
    }
    let line = line.replace("ILM", "ISM");
    for version in ["1.3.20", "2.19.4", "3.6.0"] {
        let ism = async |small: &Small, index: &str| small.world().ism(index, "weekly");
        stays(opensearch(version), "", ism, &line).await;
    }
    // Open Distro's plug-in, which AWS has on its last Elasticsearch.
    let ism = async |small: &Small, index: &str| small.world().ism(index, "weekly");
    stays(elasticsearch("7.10.2"), "", ism, &line).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_managed_goes_when_the_policy_takes_it() {
    for (world, is_ilm) in [(elasticsearch("8.15.3"), true), (opensearch("2.19.4"), false)] {
        let small = Small::of(world, "managed: take").await;
        let index = small.day("app-", 5);
        if is_ilm {
            small.world().ilm(&index, "weekly")
        } else {
            small.world().ism(&index, "weekly")
        }
        let apply = small.apply().await;
        assert!(apply.stdout.contains("3 archived"), "{}", said(&apply));
        assert!(!small.live().contains(&index));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_index_stays_until_it_is_opened() {
    let line =
        "! blocked 1 index INDEX closed: a closed index cannot be proven; open it or delete it by hand";
    for world in [elasticsearch("7.10.2"), elasticsearch("8.15.3"), opensearch("3.6.0")] {
        let close = async |small: &Small, index: &str| small.scene.domain.close(index).await;
        let small = stays(world, "", close, line).await;
        let open = format!("{}/_open", small.day("app-", 5));
        small.scene.domain.send(reqwest::Method::POST, &open, None).await;
        let apply = small.scene.run_to(0, &["apply", "--auto-approve"]).await;
        assert!(apply.stdout.contains("1 archived"), "{}", said(&apply));
    }
}

/// One red index makes a red cluster, and on a red cluster nothing goes.
#[tokio::test(flavor = "multi_thread")]
async fn a_red_index_stops_everything_that_would_delete() {
    for world in [elasticsearch("6.8.23"), elasticsearch("8.15.3"), opensearch("3.6.0")] {
        let small = Small::of(world, "proof: api").await;
        let index = small.day("app-", 5);
        small.world().red(&index);
        let plan = small.plan().await;
        let line = line_of(&plan, "! blocked");
        assert!(line.starts_with("! blocked 3 indices app-"), "{line}");
        assert!(
            line.ends_with("the cluster is red: nothing is deleted until every primary is back"),
            "{line}"
        );
        small.apply().await;
        assert_eq!(small.live().len(), 6);
        assert!(!small.written().iter().any(|write| write.contains("/app-")), "{:?}", small.written());
        small.scene.second_apply_does_nothing().await;
        small.world().change(&index, |index| index.health = sandbox::world::index::Health::Green);
        let apply = small.apply().await;
        assert!(apply.stdout.contains("3 archived"), "{}", said(&apply));
    }
}

/// Elasticsearch dates the backing indices of data streams from 7.11 on: they are archived like any other, but for the one
/// that takes the writes.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_stream_is_archived_up_to_its_write_index() {
    for version in ["7.17.29", "8.15.3", "9.0.8"] {
        let mut small = Small::serve(elasticsearch(version)).await;
        small.scene.policy("app-", 3, 70, "");
        let dates = [5, 4, 2, 1].map(|days| small.day("", days));
        small.world().dated_stream("app", &dates.each_ref().map(String::as_str));
        let backing = |at: usize| format!(".ds-app-{}-{:06}", dates[at], at + 1);
        small.apply().await;
        assert_eq!(small.live(), [backing(2), backing(3)]);

        small.scene.advance_days(20);
        small.world().clock().set(small.scene.now);
        let plan = small.plan().await;
        let write = format!("= keep 1 index {} 1.1 KiB takes the writes of data stream app", backing(3));
        assert_eq!(line_of(&plan, &backing(3)), write, "{}", said(&plan));
        small.apply().await;
        assert_eq!(small.live(), [backing(3)]);
        small.scene.second_apply_does_nothing().await;
    }
}

/// Elasticsearch 8.11 gave data streams a lifecycle of their own, which is a manager like ILM.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_stream_with_a_lifecycle_is_left_alone() {
    let mut small = Small::serve(elasticsearch("8.15.3")).await;
    small.scene.policy("app-", 3, 70, "");
    let dates = [5, 1].map(|days| small.day("", days));
    small.world().dated_stream("app", &dates.each_ref().map(String::as_str));
    small.world().stream_lifecycle("app");
    let plan = small.plan().await;
    let line = line_of(&plan, &format!(".ds-app-{}-000001", dates[0]));
    assert!(line.contains("managed by ILM policy the data stream's own lifecycle"), "{line}");
    small.apply().await;
    assert_eq!(small.live().len(), 2);
    small.scene.second_apply_does_nothing().await;
}

/// OpenSearch numbers the backing indices and no more: without a date there is no age, and the plan says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_stream_without_dates_is_left_alone_and_told() {
    for version in ["1.3.20", "2.11.1", "3.6.0"] {
        let mut small = Small::serve(opensearch(version)).await;
        small.scene.policy("app-", 3, 7, "");
        small.world().data_stream("app", 2);
        let plan = small.plan().await;
        let told = "2 indices start with the prefix app- but have no date es2s3 can read: .ds-app-000001, .ds-app-000002";
        assert!(plan.stdout.contains(told), "{}", said(&plan));
        small.apply().await;
        assert_eq!(small.live(), [".ds-app-000001", ".ds-app-000002"]);
        small.scene.second_apply_does_nothing().await;
    }
}

/// A mounted index has its data in S3 already, and the snapshot that it reads from stays when its time has come: OpenSearch
/// would refuse its deletion, Elasticsearch would carry it out.
#[tokio::test(flavor = "multi_thread")]
async fn a_mounted_index_is_kept_and_so_is_its_snapshot() {
    for world in [opensearch("2.11.1"), opensearch("3.6.0"), elasticsearch("7.17.29"), elasticsearch("9.0.8")]
    {
        let mut small = Small::of(world, "").await;
        small.scene.policy("mounted-app-", 3, 7, "");
        small.apply().await;
        let (index, repository) = (small.day("app-", 5), small.scene.repository.clone());
        let snapshots = small.scene.domain.snapshots(&repository).await;
        let backing = snapshots.iter().find(|name| name.starts_with(&index)).expect("a snapshot of that day");
        assert!(small.world().mount(&index, &repository, backing));

        let plan = small.plan().await;
        let line = format!(
            "= keep 1 index mounted-{index} 1.1 KiB mounted from snapshot {backing}: its data is in S3 already"
        );
        assert_eq!(line_of(&plan, "mounted-app-2"), line, "{}", said(&plan));
        small.scene.second_apply_does_nothing().await;

        small.scene.advance_days(8);
        small.world().clock().set(small.scene.now);
        let arguments = ["apply", "--auto-approve", "--only", "expire", "--allow-expire-share=100%"];
        let plan = small.scene.run(&["plan", "--allow-expire-share=100%", "--allow-delete-share=100%"]).await;
        let line = format!("! blocked 1 snapshot {backing} index mounted-{index} is mounted from it");
        assert_eq!(line_of(&plan, "1 snapshot"), line, "{}", said(&plan));
        let ran = small.scene.run_to(0, &arguments).await;
        assert_eq!(
            small.scene.domain.snapshots(&repository).await,
            std::slice::from_ref(backing),
            "{}",
            said(&ran)
        );
    }
}
