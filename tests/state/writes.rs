//! Conditional writes when replies are lost, requests collide, and rights are missing.

use es2s3::clients::s3::{Condition, Deleted, Put, S3Error};
use sandbox::faults::Verdict;

use crate::world::{BUCKET, World, refuse};

fn written(put: &Put) -> bool {
    matches!(put, Put::Written { .. })
}

/// What happens to the attempts of one put, and whether it counts as written. A missing verdict lets the attempt through.
#[tokio::test]
async fn a_put_that_was_carried_out_unseen_counts_as_written() {
    let conflict = || refuse(409, "ConditionalRequestConflict");
    let broken = || refuse(500, "InternalError");
    for verdicts in [
        vec![],
        vec![Verdict::CutAfter],
        vec![Verdict::CutBefore],
        vec![Verdict::CutBefore, Verdict::CutAfter],
        vec![Verdict::CutAfter, broken()],
        vec![conflict(), conflict()],
        vec![conflict(), Verdict::CutAfter, conflict()],
        vec![refuse(503, "SlowDown")],
    ] {
        let world = World::prepared().await;
        let etag = world.put("k", "before").await;
        for (key, condition) in [("new", Condition::IfAbsent), ("k", Condition::IfMatch(etag))] {
            world.script("PUT", &format!("/{key}"), &verdicts);
            let put = world.writer().put(key, "of R1".into(), condition).await.unwrap();
            let Put::Written { etag } = put else { panic!("{key} refused after {verdicts:?}") };
            assert_eq!(world.text(key).as_deref(), Some("of R1"));
            let read = world.reader().get(key).await.unwrap().unwrap();
            assert_eq!(read.etag, etag, "the next If-Match must fit");
        }
    }
}

#[tokio::test]
async fn a_put_that_lost_its_race_is_refused_with_lost_replies_too() {
    for verdicts in [vec![], vec![Verdict::CutBefore], vec![Verdict::CutAfter]] {
        let world = World::prepared().await;
        world.put("k", "of R2").await;
        world.script("PUT", "/k", &verdicts);
        let put = world.writer().put("k", "of R1".into(), Condition::IfAbsent).await.unwrap();
        assert_eq!(put, Put::Refused);
        assert_eq!(world.text("k").as_deref(), Some("of R2"));
    }
}

#[tokio::test]
async fn a_refusal_of_the_first_attempt_is_believed_without_reading_back() {
    let world = World::prepared().await;
    world.put("k", "of R2").await;
    let put = world.writer().put("k", "of R1".into(), Condition::IfAbsent).await.unwrap();
    assert_eq!((put, world.count("GET", "/k")), (Put::Refused, 0));
}

#[tokio::test]
async fn if_match_on_a_key_that_is_gone_is_refused() {
    let world = World::prepared().await;
    let etag = world.put("k", "x").await;
    assert_eq!(world.writer().delete("k", &Condition::IfMatch(etag.clone())).await.unwrap(), Deleted::Gone);
    // AWS says 404, SeaweedFS 412.
    for verdicts in [vec![], vec![refuse(404, "NoSuchKey")], vec![refuse(412, "PreconditionFailed")]] {
        world.script("PUT", "/k", &verdicts);
        let put = world.writer().put("k", "y".into(), Condition::IfMatch(etag.clone())).await.unwrap();
        assert_eq!(put, Put::Refused);
    }
}

#[tokio::test]
async fn a_conflict_that_does_not_end_is_an_error_and_no_refusal() {
    let world = World::prepared().await;
    world.script("PUT", "/k", &vec![refuse(409, "ConditionalRequestConflict"); 20]);
    let put = world.writer().put("k", "x".into(), Condition::IfAbsent).await;
    assert!(matches!(put, Err(S3Error::Refused { .. })), "{put:?}");
    assert_eq!(world.text("k"), None);
}

#[tokio::test]
async fn a_delete_finds_nothing_or_its_own_version_or_leaves_it() {
    for verdicts in
        [vec![], vec![Verdict::CutAfter], vec![Verdict::CutBefore], vec![refuse(412, "PreconditionFailed")]]
    {
        let world = World::prepared().await;
        let first = world.put("k", "1").await;
        let second = world.put("k", "2").await;
        let stale = world.writer().delete("k", &Condition::IfMatch(first)).await.unwrap();
        assert_eq!((stale, world.text("k").is_some()), (Deleted::Refused, true));
        let lost = verdicts.first() == Some(&Verdict::CutAfter);
        world.script("DELETE", "/k", &verdicts);
        let deleted = world.writer().delete("k", &Condition::IfMatch(second)).await.unwrap();
        let gone = world.text("k").is_none();
        assert_eq!(deleted == Deleted::Gone, gone, "{verdicts:?}");
        assert!(gone || !lost);
        assert_eq!(world.writer().delete("none", &Condition::Always).await.unwrap(), Deleted::Gone);
    }
}

#[tokio::test]
async fn denied_is_never_absent() {
    let world = World::prepared().await;
    world.put("k", "x").await;
    for method in ["GET", "PUT", "DELETE", "HEAD"] {
        world.script(method, "/k", &[refuse(403, "AccessDenied")]);
    }
    let denied = |error: S3Error| error.missing_action().expect("an action that is missing");
    assert_eq!(denied(world.reader().get("k").await.unwrap_err()), "s3:GetObject");
    assert_eq!(denied(world.reader().head("k").await.unwrap_err()), "s3:GetObject");
    assert_eq!(
        denied(world.writer().put("k", vec![], Condition::IfAbsent).await.unwrap_err()),
        "s3:PutObject"
    );
    assert_eq!(denied(world.writer().delete("k", &Condition::Always).await.unwrap_err()), "s3:DeleteObject");
    world.script("GET", "list-type=2", &[refuse(403, "AccessDenied")]);
    assert_eq!(denied(world.reader().list("").await.unwrap_err()), "s3:ListBucket");
}

#[tokio::test]
async fn wrong_keys_and_a_wrong_clock_are_not_told_as_a_missing_permission() {
    let world = World::prepared().await;
    for code in ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"] {
        world.script("PUT", "/k", &[refuse(403, code)]);
        let error = world.writer().put("k", vec![], Condition::Always).await.unwrap_err();
        assert_eq!(error.missing_action(), None);
        assert_eq!(
            error.to_string(),
            format!("s3:PutObject on s3://{BUCKET}/k: {code}: a fault of this world")
        );
    }
}

#[tokio::test]
async fn a_missing_bucket_is_told_apart_from_a_missing_object() {
    let world = World::empty().await;
    let missing = S3Error::NoSuchBucket { bucket: BUCKET.into() };
    assert_eq!(world.reader().get("k").await, Err(missing.clone()));
    assert_eq!(world.reader().list("").await, Err(missing.clone()));
    assert_eq!(world.writer().put("k", vec![], Condition::IfAbsent).await, Err(missing));
    world.objects.create_bucket(BUCKET);
    assert_eq!(world.reader().get("k").await, Ok(None));
    assert_eq!(world.reader().head("k").await, Ok(None));
    assert!(written(&world.writer().put("k", vec![], Condition::IfAbsent).await.unwrap()));
}
