//! The running components against what is declared, against one another, and against the bucket.
//!
//! Who does not answer is told, and nothing is concluded from it.

mod flags;
mod querier;
mod seam;

use super::super::finding::{Check, Finding};
use super::Scene;
use crate::model::Live;
use crate::model::thanos::{Compactor, Component, Facts, Running, Version};

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    for running in scene.running {
        match &running.facts {
            Live::Present(facts) => one(scene, running, facts, findings),
            Live::Absent => {}
            Live::Unknown(unknown) => {
                let text = format!("{} {}", running.component.word(), unknown.why);
                findings.push(Finding::new(Check::ComponentUnanswered, text));
            }
        }
    }
    compactors(scene, findings);
    querier::check(scene, findings);
    seam::check(scene, findings);
}

fn of<'a>(scene: &'a Scene<'_>, component: Component) -> impl Iterator<Item = (&'a str, &'a Facts)> {
    let running = scene.running.iter().filter(move |running| running.component == component);
    running.filter_map(|running| Some((running.url.as_str(), running.facts.present()?)))
}

fn one(scene: &Scene<'_>, running: &Running, facts: &Facts, findings: &mut Vec<Finding>) {
    let (spec, word, url) = (scene.spec, running.component.word(), &running.url);
    if let Some(bucket) = facts.bucket.as_ref().filter(|bucket| **bucket != spec.bucket.as_str()) {
        let text = format!("{word} {url} works with bucket {bucket}, declared is {}", spec.bucket);
        findings.push(Finding::new(Check::BucketDrift, text));
    }
    if let Some(version) = facts.version.as_ref().filter(|version| is_another(version, spec.thanos_version)) {
        let declared = spec.thanos_version;
        let text = format!("{word} {url} runs {version}, declared is {declared}: rendered flags may not fit");
        findings.push(Finding::new(Check::VersionDrift, text));
    }
    if facts.halted {
        findings.push(Finding::new(Check::CompactorHalted, format!("{word} {url} has halted")));
    }
    flags::check(scene, running, facts, findings);
    if running.component == Component::Sidecar {
        sidecar(url, facts, findings);
    }
}

/// Flags come and go with minor versions, never with a patch. What is no version (`main`, a build of one's own) says nothing.
fn is_another(running: &str, declared: Version) -> bool {
    let release = running.split(['-', '+']).next().and_then(Version::parse);
    release.is_some_and(|Version(major, minor, _)| (major, minor) != (declared.0, declared.1))
}

fn sidecar(url: &str, facts: &Facts, findings: &mut Vec<Finding>) {
    if facts.bucket.is_none() {
        findings.push(Finding::new(Check::SidecarAlone, format!("Sidecar {url} has no bucket")));
    }
    if facts.failed_uploads > 0 {
        let text =
            format!("Sidecar {url} failed {} times to upload since it was started", facts.failed_uploads);
        findings.push(Finding::new(Check::UploadsFail, text));
    }
}

/// The Compactor is a singleton: two of them on one bucket overwrite each other's work. One that takes a part by labels is alone in it.
fn compactors(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let whole = |facts: &Facts| {
        let empty = |flag: &str| facts.flags.get(flag).is_none_or(String::is_empty);
        empty("selector.relabel-config") && empty("selector.relabel-config-file")
    };
    let on_it =
        |facts: &Facts| facts.bucket.as_deref().is_none_or(|bucket| bucket == scene.spec.bucket.as_str());
    let found: Vec<&str> = of(scene, Component::Compact)
        .filter(|(_, facts)| whole(facts) && on_it(facts))
        .map(|(url, _)| url)
        .collect();
    if found.len() > 1 {
        let text = format!("{} work on the same bucket", found.join(" and "));
        findings.push(Finding::new(Check::TwoCompactors, text));
    }
    if let Some(url) = found.first().filter(|_| scene.spec.compactor == Compactor::None) {
        findings
            .push(Finding::new(Check::CompactorUndeclared, format!("{url} answers, and none is declared")));
    }
}
