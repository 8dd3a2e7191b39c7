//! A real store that ignores conditions: s3rver takes every put, whatever it was asked to look at before. The one that races is in
//! tests/refused_stores.rs.

use crate::support::cloud::heedless_store;
use crate::support::unfit::is_refused;

/// Ten states are asked for: one that was given would let two runs hold one lease.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real servers: cargo xtask test"]
async fn a_store_that_ignores_conditions_is_refused_each_time() {
    let store = heedless_store();
    for round in 0..10 {
        let said = is_refused(&store, &format!("state-{:x}-{round}", std::process::id())).await;
        assert!(said.contains("a second put with If-None-Match: * was accepted"), "{said}");
    }
}
