//! The bucket itself: its settings, uploads that nobody ended, and what is no block.

use super::super::decide::uploads_left;
use super::super::finding::{Check, Finding};
use super::Scene;
use super::objects::day;
use crate::model::infra::Versioning;
use crate::model::thanos::{Bucket, Expiry, LifecycleFacts, OF_MIMIR};
use crate::model::{Bytes, Live};

pub(super) fn check(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    settings(scene, findings);
    uploads(scene, findings);
    strangers(scene, findings);
}

fn settings(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    let bucket = &scene.inventory.bucket;
    let unread = [
        ("lifecycle", bucket.lifecycle.unknown()),
        ("versioning", bucket.versioning.unknown()),
        ("old versions", bucket.old.unknown()),
    ];
    for (what, unknown) in unread {
        let text = unknown.map(|unknown| format!("{what}: {}", unknown.why));
        findings.extend(text.map(|text| Finding::new(Check::BucketUnread, text)));
    }
    let Live::Present(rules) = &bucket.lifecycle else { return };
    let prefix = scene.spec.key_prefix();
    let meets = |rule: &&LifecycleFacts| rule.prefix.starts_with(&prefix) || prefix.starts_with(&rule.prefix);
    for rule in rules.iter().filter(meets).filter(|rule| meets_blocks(rule, &prefix)) {
        one_rule(rule, findings);
    }
    let whole: Vec<&LifecycleFacts> = rules.iter().filter(|rule| rule.covers(&prefix)).collect();
    if !whole.iter().any(|rule| rule.abort_parts_days.is_some()) {
        findings.push(Finding::new(Check::PartsKept, "the lifecycle has no rule for the parts of uploads"));
    }
    if bucket.keeps_old_for_ever(&prefix) {
        findings.push(old_versions(bucket));
    }
}

fn old_versions(bucket: &Bucket) -> Finding {
    let is = if bucket.versioning == Live::Present(Versioning::Suspended) { "suspended" } else { "on" };
    let mut text = format!("versioning is {is}, and no rule removes old versions");
    let old = bucket.old.present().copied().unwrap_or_default();
    if bucket.old.present().is_some() {
        let least = if old.more { "at least " } else { "" };
        text.push_str(&format!(
            ": {least}{} of them, and {} delete markers",
            old.versions, old.delete_markers
        ));
    }
    Finding::new(Check::VersionsKept, text).bytes(old.bytes)
}

/// Names of blocks begin with a digit from 0 to 7; a rule over another folder of the same prefix is no concern.
fn meets_blocks(rule: &LifecycleFacts, prefix: &str) -> bool {
    rule.prefix
        .strip_prefix(prefix)
        .is_none_or(|rest| rest.chars().next().is_none_or(|first| ('0'..='7').contains(&first)))
}

fn one_rule(rule: &LifecycleFacts, findings: &mut Vec<Finding>) {
    let name = named(rule);
    match &rule.expiry {
        Some(Expiry::Days(days)) => {
            let text = format!("{name} expires objects {days} days after their making");
            findings.push(Finding::new(Check::LifecycleExpires, text));
        }
        Some(Expiry::Date(date)) => {
            findings
                .push(Finding::new(Check::LifecycleExpires, format!("{name} expires all objects on {date}")));
        }
        None => {}
    }
    for to in &rule.transitions {
        let id = if to.to.is_cold() {
            Check::LifecycleCold
        } else if to.to.is_infrequent() {
            Check::LifecycleInfrequent
        } else {
            continue;
        };
        let after = to.days.map_or_else(String::new, |days| format!(" after {days} days"));
        findings.push(Finding::new(id, format!("{name} moves objects to {}{after}", to.to.word())));
    }
}

/// `rule tiers (of some objects, by tag or size)`.
fn named(rule: &LifecycleFacts) -> String {
    let name =
        if rule.id.is_empty() { "a rule without an id".to_owned() } else { format!("rule {}", rule.id) };
    if rule.narrowed { format!("{name} (of some objects, by tag or size)") } else { name }
}

fn uploads(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    match &scene.inventory.uploads {
        Live::Present(_) => {
            for (upload, begun) in uploads_left(scene.spec, scene.inventory, scene.now) {
                let text = format!("{} was begun on {}", upload.key, day(begun));
                findings.push(Finding::new(Check::UploadLeft, text).keys([upload.key.clone()]));
            }
        }
        Live::Absent => {}
        Live::Unknown(unknown) => {
            findings.push(Finding::new(Check::BucketUnread, format!("uploads: {}", unknown.why)));
        }
    }
}

fn strangers(scene: &Scene<'_>, findings: &mut Vec<Finding>) {
    for (name, pile) in &scene.inventory.misspelt {
        let text = format!("{name}/ has {} objects", pile.objects);
        findings.push(Finding::new(Check::MisspeltUlid, text).bytes(pile.bytes).keys([format!("{name}/")]));
    }
    let pile = &scene.inventory.debug_metas;
    if pile.objects > 0 {
        let more = if pile.more { "more than " } else { "" };
        let text = format!("{more}{} objects below debug/metas/", pile.objects);
        findings
            .push(Finding::new(Check::DebugMetas, text).bytes(pile.bytes).keys(["debug/metas/".to_owned()]));
    }
    for name in &scene.inventory.foreign {
        let is_mimir = OF_MIMIR.contains(&name.as_str());
        let id = if is_mimir { Check::MimirLayout } else { Check::Foreign };
        findings.push(Finding::new(id, name.clone()).bytes(Bytes(0)).keys([name.clone()]));
    }
}
