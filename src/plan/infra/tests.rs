//! What becomes of an object, by what is wanted and what is there.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::model::infra::{BucketSpec, LogGroupSpec, PermissionSpec, PublicAccess, Versioning};
use crate::model::{Owned, Unknown};

const OWNER: &str = "state/logs";

fn group(days: u32) -> Spec {
    Spec::LogGroup(LogGroupSpec { name: "g".into(), retention_days: Some(days) })
}

fn permission() -> Spec {
    Spec::Permission(PermissionSpec {
        function: "f".into(),
        id: "rule".into(),
        principal: "events.amazonaws.com".into(),
        source: None,
        action: "lambda:InvokeFunction".into(),
    })
}

fn bucket(holds_other: Option<&str>) -> BucketSpec {
    BucketSpec {
        name: "b".into(),
        region: "us-east-1".into(),
        encryption: None,
        public_access: PublicAccess::BLOCKED,
        versioning: Versioning::Enabled,
        policy: None,
        lifecycle: BTreeMap::new(),
        unoffered: BTreeSet::new(),
        holds_other: holds_other.map(str::to_owned),
    }
}

/// There, with this tag of es2s3's.
fn found(spec: Spec, mark: Option<&str>) -> Live<Found> {
    let tags = mark.map(|mark| (OWNER_TAG.to_owned(), mark.to_owned())).into_iter().collect();
    Live::Present(Found { arn: "arn".into(), spec, tags, obstacles: Vec::new() })
}

fn state_with(addresses: &[Address]) -> State {
    let owned = |address: &Address| {
        let one = Owned { id: "arn".into(), since: jiff::Timestamp::UNIX_EPOCH, run: "R".into() };
        (address.clone(), one)
    };
    State {
        format: 1,
        serial: 1,
        lineage: "L".into(),
        owned: addresses.iter().map(owned).collect(),
        holds: BTreeMap::new(),
        protected: Vec::new(),
        last_run: None,
        waiting: None,
    }
}

/// The line of one wanted object, in a word and its reason.
fn line(wanted: Spec, live: Live<Found>, listed: bool) -> String {
    let address = wanted.address();
    let observed = BTreeMap::from([(address.clone(), live)]);
    let state = state_with(if listed { std::slice::from_ref(&address) } else { &[] });
    let wanted = [WantedObject::new(wanted)];
    let sides =
        Sides { wanted: &wanted, observed: &observed, owner: OWNER, state: Some(&state), in_use: None };
    told(&sides.lines()[0].change)
}

fn told(change: &ObjectChange) -> String {
    match change {
        ObjectChange::Blocked { unknown } => format!("blocked: {}", unknown.why),
        ObjectChange::Update { fields, .. } | ObjectChange::Adopt { fields, .. } => {
            let names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
            format!("{} {}", change.verb(), names.join(", ")).trim_end().to_owned()
        }
        other => other.verb().to_owned(),
    }
}

#[test]
fn whose_an_object_is_decides_what_becomes_of_it() {
    let unread = || Live::Unknown(Unknown { why: "denied".into(), missing: None });
    let others =
        "blocked: it belongs to the configuration whose state is state/other; give this one another name";
    for (live, listed, expected) in [
        (Live::Absent, false, "create"),
        (unread(), false, "blocked: denied"),
        (unread(), true, "blocked: denied"),
        (found(group(90), Some(OWNER)), false, "keep"),
        (found(group(7), Some(OWNER)), false, "update retention"),
        (found(group(90), None), false, "adopt"),
        (found(group(7), None), false, "adopt retention"),
        // The tag was taken off by hand, and the state remembers.
        (found(group(90), None), true, "keep"),
        (found(group(90), Some("state/other")), false, others),
        (found(group(90), Some("state/other")), true, others),
    ] {
        assert_eq!(line(group(90), live.clone(), listed), expected, "{live:?}, listed {listed}");
    }
}

/// A bucket that serves others too keeps its settings; one that es2s3 may not even mark is its own when nobody else is in it.
#[test]
fn a_bucket_of_others_is_worked_in_and_left_as_it_is() {
    let open =
        |holds_other: Option<&str>| BucketSpec { versioning: Versioning::Never, ..bucket(holds_other) };
    let markless = BucketSpec { unoffered: BTreeSet::from(["tags".to_owned()]), ..open(None) };
    for (live, mark, expected) in [
        (open(None), None, "adopt versioning"),
        (open(Some("backups/")), None, "keep"),
        (open(Some("backups/")), Some(OWNER), "update versioning"),
        (open(None), Some("state/other"), "keep"),
        (markless, None, "update versioning"),
    ] {
        let live = found(Spec::Bucket(live), mark);
        assert_eq!(line(Spec::Bucket(bucket(None)), live.clone(), false), expected, "{live:?}");
    }
}

#[test]
fn what_needs_a_blocked_object_is_blocked_with_it() {
    let wanted = [WantedObject::new(group(90)), WantedObject::new(permission()).after([group(90).address()])];
    let observed = BTreeMap::from([
        (group(90).address(), found(group(90), Some("state/other"))),
        (permission().address(), Live::Absent),
    ]);
    let sides = Sides { wanted: &wanted, observed: &observed, owner: OWNER, state: None, in_use: None };
    assert_eq!(told(&sides.lines()[1].change), "blocked: it needs log-group/g, which is blocked");
}

#[test]
fn only_what_es2s3_made_is_removed() {
    let removal = |spec: Spec, live: Live<Found>, listed: bool| {
        let address = spec.address();
        let observed = BTreeMap::from([(address.clone(), live)]);
        let state = state_with(if listed { std::slice::from_ref(&address) } else { &[] });
        let sides =
            Sides { wanted: &[], observed: &observed, owner: OWNER, state: Some(&state), in_use: None };
        sides.removals_of([&address].into_iter()).first().map(|item| told(&item.change))
    };
    let gone = Some("remove".to_owned());
    let left = Some("blocked: it no longer bears the tag that es2s3 gave it, so it is left alone".to_owned());
    assert_eq!(removal(group(90), found(group(7), Some(OWNER)), true), gone);
    assert_eq!(removal(group(90), found(group(7), Some(OWNER)), false), gone);
    assert_eq!(removal(group(90), found(group(7), None), true), left);
    assert_eq!(removal(group(90), found(group(7), Some("state/other")), true), left);
    assert_eq!(removal(group(90), found(group(7), None), false), None, "never es2s3's");
    assert_eq!(removal(group(90), Live::Absent, true), None);
    assert_eq!(removal(permission(), found(permission(), None), true), gone);
    let bucket = Spec::Bucket(bucket(None));
    assert_eq!(removal(bucket.clone(), found(bucket, Some(OWNER)), true), None, "a bucket is let go of");
}

/// The domain would no longer read its snapshots.
#[test]
fn the_role_that_the_repository_goes_by_is_not_removed() {
    let address = group(90).address();
    let observed = BTreeMap::from([(address.clone(), found(group(90), Some(OWNER)))]);
    let state = state_with(std::slice::from_ref(&address));
    let removal = |in_use| {
        let sides = Sides { wanted: &[], observed: &observed, owner: OWNER, state: Some(&state), in_use };
        told(&sides.removals_of([&address].into_iter())[0].change)
    };
    assert!(removal(Some("arn")).starts_with("blocked: the registered repository goes by it"));
    assert_eq!(removal(Some("arn:another")), "remove");
}
