//! Merges that wait for the Compactor.

use super::super::compactor::Jobs;
use super::super::finding::{Check, Finding};
use super::super::play::{rules, streamed};
use super::Scene;
use crate::model::Bytes;
use crate::model::thanos::{Compactor, SETTLED_SECONDS};

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    if scene.spec.compactor == Compactor::None {
        return;
    }
    let (rules, before) = (rules(scene.spec), scene.now.saturating_sub(SETTLED_SECONDS));
    for stream in streamed(scene.view, scene.spec) {
        let jobs = stream.there_before(before, scene.now).backlog(&rules, scene.now);
        if jobs.merges > 0 {
            findings.push(
                Finding::new(Check::CompactorBehind, words(&stream.labels, jobs)).bytes(Bytes(jobs.largest)),
            );
        }
    }
}

/// `cluster="eu": 3 merges of 21 blocks; the largest is of 4.0 GiB`.
fn words(labels: &str, jobs: Jobs) -> String {
    let merges = if jobs.merges == 1 { "1 merge".to_owned() } else { format!("{} merges", jobs.merges) };
    format!("{labels}: {merges} of {} blocks; the largest is of {}", jobs.merged, Bytes(jobs.largest))
}
