//! What a bucket does to its objects by itself: lifecycle rules, old versions.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ExpirationStatus, LifecycleRule, LifecycleRuleAndOperator, LifecycleRuleFilter,
    NoncurrentVersionExpiration,
};

use super::error::told;
use super::{Reader, S3Error};
use crate::model::Bytes;
use crate::model::infra::Versioning;
use crate::model::thanos::{Expiry, LifecycleFacts, OldVersions, StorageClass, Transition};

impl Reader {
    /// The rules that are switched on.
    ///
    /// # Errors
    ///
    /// When they cannot be read; a bucket that never had one has none.
    pub async fn lifecycle(&self) -> Result<Vec<LifecycleFacts>, S3Error> {
        let asked = self.asked("s3:GetLifecycleConfiguration", "");
        let got =
            self.client().get_bucket_lifecycle_configuration().bucket(self.bucket().as_str()).send().await;
        match got.map_err(|error| told(&error, &asked)) {
            Ok(got) => Ok(got.rules().iter().filter(|rule| on(rule)).map(facts).collect()),
            Err(S3Error::Refused { code, .. }) if code == "NoSuchLifecycleConfiguration" => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Whether old versions are kept.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn versioning(&self) -> Result<Versioning, S3Error> {
        let asked = self.asked("s3:GetBucketVersioning", "");
        let got = self.client().get_bucket_versioning().bucket(self.bucket().as_str()).send().await;
        Ok(match got.map_err(|error| told(&error, &asked))?.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(_) => Versioning::Suspended,
            None => Versioning::Never,
        })
    }
}

impl Reader {
    /// What removed objects below `prefix` still take, counted among the first hundred thousand versions of all.
    ///
    /// # Errors
    ///
    /// When they cannot be listed.
    pub async fn old_versions(&self, prefix: &str) -> Result<OldVersions, S3Error> {
        const PAGES: u32 = 100;
        let asked = self.asked("s3:ListBucketVersions", prefix);
        let (mut old, mut key, mut version) = (OldVersions::default(), None, None);
        for _ in 0..PAGES {
            let list = self.client().list_object_versions().bucket(self.bucket().as_str()).prefix(prefix);
            let sent = list.set_key_marker(key.take()).set_version_id_marker(version.take()).send().await;
            let page = sent.map_err(|error| told(&error, &asked))?;
            count(&mut old, &page);
            if page.is_truncated != Some(true) {
                return Ok(old);
            }
            (key, version) = (page.next_key_marker, page.next_version_id_marker);
        }
        Ok(OldVersions { more: true, ..old })
    }
}

fn count(old: &mut OldVersions, page: &ListObjectVersionsOutput) {
    for version in page.versions().iter().filter(|version| version.is_latest() != Some(true)) {
        old.versions += 1;
        old.bytes += Bytes(version.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default());
    }
    old.delete_markers += page.delete_markers().len() as u64;
}

fn on(rule: &LifecycleRule) -> bool {
    rule.status() == &ExpirationStatus::Enabled
}

fn facts(rule: &LifecycleRule) -> LifecycleFacts {
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
    let filter = rule.filter();
    let expiry = rule.expiration().and_then(|end| {
        let date = end.date().map(|date| Expiry::Date(date.to_string()));
        days(end.days()).map(Expiry::Days).or(date)
    });
    let transitions = rule.transitions().iter().filter_map(|to| {
        let class = StorageClass::of(to.storage_class()?.as_str());
        Some(Transition { to: class, days: days(to.days()) })
    });
    let old = rule.noncurrent_version_expiration().and_then(ends_all);
    let parts = rule.abort_incomplete_multipart_upload().and_then(|abort| abort.days_after_initiation());
    LifecycleFacts {
        id: rule.id().unwrap_or_default().to_owned(),
        prefix: prefix_of_rule(rule).to_owned(),
        narrowed: filter.is_some_and(narrows),
        expiry,
        transitions: transitions.collect(),
        old_versions_days: days(old),
        abort_parts_days: days(parts),
    }
}

/// Where the objects lie that a lifecycle rule is about: the beginning of their keys.
pub(crate) fn prefix_of_rule(rule: &LifecycleRule) -> &str {
    let filter = rule.filter();
    let of_filter = filter.and_then(|filter| filter.prefix().or(filter.and().and_then(|and| and.prefix())));
    #[expect(deprecated, reason = "rules that were made before filters carry their prefix here")]
    let prefix = of_filter.or(rule.prefix());
    prefix.unwrap_or_default()
}

/// By a tag or a size.
fn narrows(filter: &LifecycleRuleFilter) -> bool {
    let both = |and: &LifecycleRuleAndOperator| {
        let sized = and.object_size_greater_than().is_some() || and.object_size_less_than().is_some();
        sized || !and.tags().is_empty()
    };
    filter.tag().is_some()
        || filter.object_size_greater_than().is_some()
        || filter.object_size_less_than().is_some()
        || filter.and().is_some_and(both)
}

/// Days, where each old version goes. Objects of blocks are written once: a rule that keeps the newest of the old ones keeps all.
fn ends_all(old: &NoncurrentVersionExpiration) -> Option<i32> {
    let keeps = old.newer_noncurrent_versions().is_some_and(|kept| kept > 0);
    old.noncurrent_days().filter(|_| !keeps)
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::{DeleteMarkerEntry, ObjectVersion, Tag};

    use super::*;

    fn rule(filter: LifecycleRuleFilter) -> LifecycleRule {
        let enabled = LifecycleRule::builder().status(ExpirationStatus::Enabled).filter(filter);
        enabled.build().expect("a rule")
    }

    #[test]
    fn a_rule_of_some_objects_is_told_from_one_of_all() {
        let filter = LifecycleRuleFilter::builder;
        let and = LifecycleRuleAndOperator::builder;
        let tag = Tag::builder().key("tier").value("cold").build().expect("a tag");
        for (why, filter, prefix, narrowed) in [
            ("of all", filter().build(), "", false),
            ("of a folder", filter().prefix("eu/").build(), "eu/", false),
            ("with a tag", filter().tag(tag.clone()).build(), "", true),
            ("of a size at least", filter().object_size_greater_than(131_072).build(), "", true),
            ("of a size at most", filter().object_size_less_than(1_000).build(), "", true),
            (
                "of a folder, with a tag",
                filter().and(and().prefix("eu/").tags(tag).build()).build(),
                "eu/",
                true,
            ),
            (
                "of a folder and a size",
                filter().and(and().prefix("eu/").object_size_less_than(9).build()).build(),
                "eu/",
                true,
            ),
        ] {
            let facts = facts(&rule(filter));
            assert_eq!((facts.prefix.as_str(), facts.narrowed), (prefix, narrowed), "{why}");
        }
    }

    #[test]
    fn what_is_there_is_no_old_version_and_a_mark_has_no_bytes() {
        let version = |latest, size| ObjectVersion::builder().key("k").is_latest(latest).size(size).build();
        let page = ListObjectVersionsOutput::builder()
            .versions(version(true, 1_000))
            .versions(version(false, 30))
            .versions(version(false, 4))
            .delete_markers(DeleteMarkerEntry::builder().key("gone").is_latest(true).build())
            .build();
        let mut old = OldVersions::default();
        count(&mut old, &page);
        assert_eq!(old, OldVersions { versions: 2, bytes: Bytes(34), delete_markers: 1, more: false });
    }

    #[test]
    fn a_rule_that_keeps_the_newest_old_version_ends_none_of_a_block() {
        let old = |kept: Option<i32>| {
            let ends = NoncurrentVersionExpiration::builder().noncurrent_days(7);
            ends.set_newer_noncurrent_versions(kept).build()
        };
        assert_eq!([None, Some(0), Some(1)].map(|kept| ends_all(&old(kept))), [Some(7), Some(7), None]);
    }
}
