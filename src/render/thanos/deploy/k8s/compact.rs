//! The Compactor: one pod, never two.

use super::pod::{DATA, OBJSTORE_MOUNT, Pod, container, stateful_set};
use super::{OBJSTORE, Page, RenderedFile, service, shared, yaml};
use crate::desired::thanos::Kind;

/// None where nobody compacts.
pub(super) fn file(page: &Page<'_>) -> Option<RenderedFile> {
    let name = Kind::Compactor.full_name();
    let compactor = page.deployment.component(Kind::Compactor)?;
    let pod = Pod {
        component: Kind::Compactor.word(),
        containers: vec![container(page, compactor, Vec::new(), &[OBJSTORE_MOUNT, (DATA, "/data")])],
        config_maps: vec![OBJSTORE],
        reads: shared::objstore_text(page),
        reaches_the_bucket: true,
    };
    let objects = [
        service(page, &name, pod.component, true, &[("http", 10_902)]),
        stateful_set(page, &name, &pod, 1, "100Gi"),
    ];
    let notes = [
        "The Compactor: one pod, never two, and none elsewhere for this bucket: two make overlapping blocks, and halt.",
        "Its disk needs room for the blocks of two weeks of the largest stream, twice.",
    ];
    Some(page.file("compact.yaml", &notes, &yaml::documents(&objects)))
}
