//! One flag a line: the programs read such a file themselves, `thanos compact @compact.flags`.

use super::{Page, RenderedFile, shared};
use crate::desired::thanos::{Component, Kind};

pub(super) fn files(page: &Page<'_>) -> Vec<RenderedFile> {
    let components = page.deployment.components.iter().map(|component| flags(page, component));
    let mut files: Vec<RenderedFile> = components.collect();
    files.push(shared::objstore(page));
    files.extend(shared::endpoints(page));
    files.push(shared::labels_fragment(page));
    files
}

fn flags(page: &Page<'_>, component: &Component) -> RenderedFile {
    let name = format!("{}.flags", component.kind.word());
    let start = match component.kind {
        Kind::Prometheus => format!("Start it in this folder: prometheus @{name}"),
        kind @ (Kind::Sidecar | Kind::Store | Kind::Querier) => {
            format!("Start it in this folder: thanos {} @{name}", kind.word())
        }
        Kind::Compactor => {
            format!("Start it in this folder, and never twice for one bucket: thanos compact @{name}")
        }
    };
    let body: String = component.flags.iter().map(|flag| format!("{flag}\n")).collect();
    page.file(name, &[&start], &body)
}
