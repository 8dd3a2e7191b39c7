//! Faults on the engine's front: what the client is told, and what was done all the same.

use super::client::{both, started, text, try_ask};
use crate::faults::{Cut, Front, Nth, Verdict};

#[tokio::test]
async fn a_lost_reply_leaves_the_index_deleted() {
    for world in both() {
        let sandbox = started(world.index("a", |_| {})).await;
        sandbox.faults.rule(Front::Elasticsearch, "DELETE", "/a*", Nth::Only(1), Verdict::CutAfter);
        assert_eq!(try_ask(&sandbox, "DELETE /a", &[]).await, None);
        assert_eq!(text(&sandbox, "GET /a").await.0, 404);
    }
}

#[tokio::test]
async fn a_dead_process_reaches_nobody_until_healed() {
    for (cut, left) in [(Cut::Before, 200), (Cut::After, 404)] {
        let [world, _] = both();
        let sandbox = started(world.index("a", |_| {}).index("b", |_| {})).await;
        sandbox.faults.cut_after_write(2, cut);
        assert_eq!(text(&sandbox, "PUT /a/_block/write").await.0, 200);
        assert_eq!(try_ask(&sandbox, "DELETE /a", &[]).await, None);
        assert_eq!(try_ask(&sandbox, "DELETE /b", &[]).await, None);
        assert_eq!(try_ask(&sandbox, "GET /b", &[]).await, None);
        sandbox.faults.heal();
        assert_eq!(text(&sandbox, "GET /a").await.0, left);
        assert_eq!(text(&sandbox, "GET /b").await.0, 200);
        let statuses: Vec<Option<u16>> =
            sandbox.faults.writes().iter().map(|request| request.status).collect();
        assert_eq!(statuses, [Some(200), None, None]);
    }
}

#[tokio::test]
async fn a_scripted_error_is_an_error_of_that_type_or_a_body_of_its_own() {
    let [world, _] = both();
    let sandbox = started(world).await;
    let refuse = |status, code: &str| Verdict::Refuse { status, code: code.to_owned() };
    sandbox.faults.script(
        Front::Elasticsearch,
        "GET",
        "/",
        &[refuse(429, "es_rejected_execution_exception")],
    );
    let (status, body) = text(&sandbox, "GET /").await;
    assert_eq!((status, body.contains("es_rejected_execution_exception")), (429, true));
    sandbox.faults.script(Front::Elasticsearch, "GET", "/", &[refuse(503, r#"{"own":1}"#)]);
    assert_eq!(text(&sandbox, "GET /").await, (503, r#"{"own":1}"#.to_owned()));
    assert_eq!(text(&sandbox, "GET /").await.0, 200);
}
