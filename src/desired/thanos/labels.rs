//! The external labels of one Prometheus. Their values are its own affair: a variable of its environment each.

use crate::model::thanos::ThanosSpec;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalLabel {
    pub name: String,
    /// Replicas of one Prometheus differ in it.
    pub replica: bool,
}

impl ExternalLabel {
    /// The variable that holds the value: `LABEL_CLUSTER` of `cluster`. No label takes the place of `PATH`.
    pub fn variable(&self) -> String {
        format!("LABEL_{}", self.name.to_ascii_uppercase())
    }
}

/// The declared ones, each once. Thanos refuses a Prometheus without any, so there is one even where none is declared.
pub(super) fn external(spec: &ThanosSpec) -> Vec<ExternalLabel> {
    let mut labels: Vec<ExternalLabel> = Vec::new();
    for name in spec.labels.iter().chain(&spec.replica_labels) {
        if labels.iter().all(|known| known.name != *name) {
            labels.push(ExternalLabel { name: name.clone(), replica: spec.replica_labels.contains(name) });
        }
    }
    if labels.is_empty() {
        labels.push(ExternalLabel { name: "cluster".into(), replica: false });
    }
    labels
}
