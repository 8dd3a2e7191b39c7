//! What a bucket does to its objects by itself: lifecycle rules, old versions.

use aws_sdk_s3::types::{BucketVersioningStatus, ExpirationStatus, LifecycleRule};

use super::error::told;
use super::{Reader, S3Error};
use crate::model::thanos::{Expiry, LifecycleFacts, StorageClass, Transition};

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

    /// Whether old versions are kept. A bucket where that was suspended keeps those that it has, and makes no new ones.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn versioned(&self) -> Result<bool, S3Error> {
        let asked = self.asked("s3:GetBucketVersioning", "");
        let got = self.client().get_bucket_versioning().bucket(self.bucket().as_str()).send().await;
        let status = got.map_err(|error| told(&error, &asked))?.status;
        Ok(status == Some(BucketVersioningStatus::Enabled))
    }
}

fn on(rule: &LifecycleRule) -> bool {
    rule.status() == &ExpirationStatus::Enabled
}

fn facts(rule: &LifecycleRule) -> LifecycleFacts {
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
    let filter = rule.filter();
    let of_filter = filter.and_then(|filter| filter.prefix().or(filter.and().and_then(|and| and.prefix())));
    #[expect(deprecated, reason = "rules that were made before filters carry their prefix here")]
    let prefix = of_filter.or(rule.prefix()).unwrap_or_default();
    let expiry = rule.expiration().and_then(|end| {
        let date = end.date().map(|date| Expiry::Date(date.to_string()));
        days(end.days()).map(Expiry::Days).or(date)
    });
    let transitions = rule.transitions().iter().filter_map(|to| {
        let class = StorageClass::of(to.storage_class()?.as_str());
        Some(Transition { to: class, days: days(to.days()) })
    });
    let old = rule.noncurrent_version_expiration().and_then(|old| old.noncurrent_days());
    let parts = rule.abort_incomplete_multipart_upload().and_then(|abort| abort.days_after_initiation());
    LifecycleFacts {
        id: rule.id().unwrap_or_default().to_owned(),
        prefix: prefix.to_owned(),
        expiry,
        transitions: transitions.collect(),
        old_versions_days: days(old),
        abort_parts_days: days(parts),
    }
}
