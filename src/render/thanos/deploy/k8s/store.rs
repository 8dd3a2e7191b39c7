//! The Store: answers from the bucket. Its disk holds headers of indices, and can be lost.

use super::pod::{DATA, OBJSTORE_MOUNT, Pod, container, stateful_set};
use super::{OBJSTORE, Page, RenderedFile, service, shared, yaml};
use crate::desired::thanos::Kind;

pub(super) fn file(page: &Page<'_>) -> RenderedFile {
    let name = Kind::Store.full_name();
    let stores = page.deployment.component(Kind::Store).into_iter();
    let containers = stores.map(|one| container(page, one, Vec::new(), &[OBJSTORE_MOUNT, (DATA, "/data")]));
    let pod = Pod {
        component: Kind::Store.word(),
        containers: containers.collect(),
        config_maps: vec![OBJSTORE],
        reads: shared::objstore_text(page),
        reaches_the_bucket: true,
    };
    let ports = [("grpc", 10_901), ("http", 10_902)];
    let objects =
        [service(page, &name, pod.component, true, &ports), stateful_set(page, &name, &pod, 1, "20Gi")];
    page.file("store.yaml", &["The Store Gateway: answers from the bucket."], &yaml::documents(&objects))
}
