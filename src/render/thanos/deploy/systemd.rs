//! Units of systemd, and the files that they read.

use super::{Page, RenderedFile, shared};
use crate::desired::thanos::{Component, Kind};

/// Of the external labels; without it Prometheus does not start, so that no block goes out without its name.
const LABELS: &str = "/etc/prometheus/external-labels.env";
/// Of the credentials, where the machine has no role.
const CREDENTIALS: &str = "/etc/thanos/aws.env";

pub(super) fn files(page: &Page<'_>) -> Vec<RenderedFile> {
    let units = page.deployment.components.iter().map(|component| unit(page, component));
    let mut files: Vec<RenderedFile> = units.collect();
    files.push(shared::objstore(page));
    files.extend(shared::endpoints(page));
    files.push(shared::labels_fragment(page));
    files
}

fn unit(page: &Page<'_>, component: &Component) -> RenderedFile {
    let kind = component.kind;
    let name = format!("{}.service", kind.full_name());
    let place = format!("To be put into /etc/systemd/system; {}", beside(kind));
    let labels = format!(
        "{LABELS} must set, for this Prometheus: {}.",
        shared::variables(&page.deployment.external_labels)
    );
    let mut notes = vec![place.as_str()];
    match kind {
        Kind::Prometheus => notes.push(&labels),
        Kind::Compactor => notes
            .push("On one machine alone: two compactors on one bucket make overlapping blocks, and halt."),
        Kind::Sidecar | Kind::Store | Kind::Querier => {}
    }
    let body = format!("{}\n{}\n{INSTALL}", head(page, kind), service(page, kind));
    page.file(name, &notes, &body)
}

fn beside(kind: Kind) -> &'static str {
    match kind {
        Kind::Prometheus => {
            "prometheus.yml belongs into /etc/prometheus, with what external-labels.yml says."
        }
        Kind::Sidecar | Kind::Store | Kind::Compactor => "objstore.yml belongs into /etc/thanos.",
        Kind::Querier => "what its flags name belongs into /etc/thanos.",
    }
}

const INSTALL: &str = "[Install]\nWantedBy=multi-user.target\n";

fn head(page: &Page<'_>, kind: Kind) -> String {
    let bucket = &page.spec.bucket;
    let what = match kind {
        Kind::Prometheus => "Prometheus".to_owned(),
        Kind::Sidecar => format!("Thanos Sidecar: ships blocks of Prometheus to bucket {bucket}"),
        Kind::Store => format!("Thanos Store: answers from bucket {bucket}"),
        Kind::Querier => "Thanos Querier: answers from Sidecars and Stores".to_owned(),
        Kind::Compactor => format!("Thanos Compactor: compacts, downsamples and deletes in bucket {bucket}"),
    };
    let after = if kind == Kind::Sidecar {
        "network-online.target prometheus.service"
    } else {
        "network-online.target"
    };
    format!("[Unit]\nDescription={what}\nWants=network-online.target\nAfter={after}\n")
}

fn service(page: &Page<'_>, kind: Kind) -> String {
    let mut text = format!("[Service]\nExecStart={}\n", command(page, kind));
    text.push_str(owner(kind));
    match kind {
        Kind::Prometheus => text.push_str(&format!("EnvironmentFile={LABELS}\n")),
        Kind::Sidecar | Kind::Store | Kind::Compactor => {
            text.push_str(&format!("EnvironmentFile=-{CREDENTIALS}\n"));
        }
        Kind::Querier => {}
    }
    text.push_str(
        "Restart=on-failure\nRestartSec=5s\nTimeoutStopSec=2min 30s\nLimitNOFILE=65536\nNoNewPrivileges=yes\nProtectSystem=strict\n\
         ProtectHome=yes\nPrivateTmp=yes\nPrivateDevices=yes\n",
    );
    text
}

fn command(page: &Page<'_>, kind: Kind) -> String {
    let program = if kind == Kind::Prometheus { "prometheus \\\n    " } else { "thanos " };
    format!("{program}{}", shared::arguments(page, kind).join(" \\\n    "))
}

/// The Sidecar writes its file into Prometheus's folder: they are one user. The others need none of their own.
fn owner(kind: Kind) -> &'static str {
    match kind {
        Kind::Prometheus | Kind::Sidecar => "User=prometheus\nGroup=prometheus\nStateDirectory=prometheus\n",
        Kind::Store => "DynamicUser=yes\nStateDirectory=thanos-store\n",
        Kind::Querier => "DynamicUser=yes\n",
        Kind::Compactor => "DynamicUser=yes\nStateDirectory=thanos-compact\n",
    }
}
