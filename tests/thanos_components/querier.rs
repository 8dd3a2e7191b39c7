//! Whom a Querier knows, against who is declared.

use es2s3::model::thanos::Component;

use super::world::{hold, known};

#[test]
fn a_querier_knows_each_store() {
    hold(&[
        (
            "it cannot ask the Store",
            |world| world.known(2).error = Some("connection refused".into()),
            &[
                "store-failing: Querier http://query:10902 cannot ask store 10.0.0.3:10901: connection refused",
            ],
        ),
        (
            "no Store",
            |world| drop(world.facts("query").stores.pop()),
            &["store-unknown: Querier http://query:10902 does not know Store http://store:10902"],
        ),
        (
            "another Store, by its port",
            |world| world.known(2).address = "10.0.0.3:19091".into(),
            &["store-unknown: Querier http://query:10902 does not know Store http://store:10902"],
        ),
        (
            "one of two with the same port",
            |world| world.run(Component::Store, "http://store-2:10902"),
            &[
                "store-unknown: Querier http://query:10902 knows 1 Store where http://store:10902 and http://store-2:10902 are declared",
            ],
        ),
        (
            "one of two, and which one",
            |world| {
                world.run(Component::Store, "http://store-2:10902");
                world.known(2).address = "store-2:10901".into();
            },
            &["store-unknown: Querier http://query:10902 does not know Store http://store:10902"],
        ),
        (
            "two of two",
            |world| {
                world.run(Component::Store, "http://store-2:10902");
                let second = known("store", "10.0.0.4:10901", "", 400);
                world.facts("query").stores.push(second);
            },
            &[],
        ),
        (
            "a name that may stand for several, or for a proxy in front of any",
            |world| {
                world.run(Component::Store, "http://store-2:10902");
                world.known(2).address = "thanos-store.monitoring.svc:443".into();
            },
            &[],
        ),
        (
            "another Querier, through which all is found",
            |world| world.facts("query").stores = vec![known("query", "10.0.0.8:10901", "cluster=eu", 400)],
            &[],
        ),
    ]);
}

#[test]
fn a_querier_knows_each_sidecar() {
    hold(&[
        (
            "one of two Sidecars",
            |world| drop(world.facts("query").stores.remove(1)),
            &[
                "sidecar-unknown: Querier http://query:10902 knows 1 Sidecar where http://sidecar-a:10902 and http://sidecar-b:10902 are declared",
            ],
        ),
        (
            "one of two Sidecars, and which one",
            |world| {
                world.facts("query").stores.remove(1);
                world.known(0).address = "sidecar-a:10901".into();
            },
            &["sidecar-unknown: Querier http://query:10902 does not know Sidecar http://sidecar-b:10902"],
        ),
        (
            "one Sidecar more than are declared",
            |world| {
                let more = known("sidecar", "10.0.0.5:10901", "cluster=us,replica=a", 1);
                world.facts("query").stores.push(more);
            },
            &[],
        ),
    ]);
}
