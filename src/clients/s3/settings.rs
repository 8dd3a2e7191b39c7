//! A bucket itself and its settings: made by `bootstrap`, read by `plan`.

use aws_sdk_s3::error::ProvideErrorMetadata;
use std::fmt;

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketVersioningStatus, ExpirationStatus, LifecycleRule as SdkRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};

use serde::Serialize;

use super::error::{Asked, told};
use super::{Reader, S3Error, Writer};

/// A setting that a state bucket should have. Not every store offers each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// Overwritten and deleted versions are kept, so that a state can be brought back.
    Versioning,
    /// Objects are encrypted at rest when the writer says nothing. AWS does so since January 2023.
    Encryption,
    /// No ACL and no policy can make the bucket public.
    PublicAccessBlock,
    /// Old versions go after thirty days: each renewal of a lease makes one.
    VersionExpiry,
}

/// One rule of a bucket's lifecycle: what S3 does to objects by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleRule {
    pub id: String,
    pub enabled: bool,
    /// Keys that begin so; empty for the whole bucket. Tags and sizes of a filter are not told.
    pub prefix: String,
    /// Days after which current objects are deleted.
    pub expires_after: Option<u32>,
    /// Days after which objects move, and the class they move to.
    pub transitions: Vec<(u32, String)>,
    /// Days after which overwritten versions are deleted.
    pub versions_expire_after: Option<u32>,
}

const VERSIONS_KEPT_DAYS: i32 = 30;

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Setting::Versioning => "versioning",
            Setting::Encryption => "encryption at rest",
            Setting::PublicAccessBlock => "public access block",
            Setting::VersionExpiry => "expiry of overwritten versions",
        })
    }
}

impl Setting {
    pub const ALL: [Setting; 4] =
        [Setting::Versioning, Setting::Encryption, Setting::PublicAccessBlock, Setting::VersionExpiry];

    fn read_action(self) -> &'static str {
        match self {
            Setting::Versioning => "s3:GetBucketVersioning",
            Setting::Encryption => "s3:GetEncryptionConfiguration",
            Setting::PublicAccessBlock => "s3:GetBucketPublicAccessBlock",
            Setting::VersionExpiry => "s3:GetLifecycleConfiguration",
        }
    }

    fn write_action(self) -> &'static str {
        match self {
            Setting::Versioning => "s3:PutBucketVersioning",
            Setting::Encryption => "s3:PutEncryptionConfiguration",
            Setting::PublicAccessBlock => "s3:PutBucketPublicAccessBlock",
            Setting::VersionExpiry => "s3:PutLifecycleConfiguration",
        }
    }
}

impl Reader {
    /// Whether the setting is as it should be.
    ///
    /// # Errors
    ///
    /// When it cannot be read; [`S3Error::Unsupported`] where the store has no such setting.
    pub async fn has(&self, setting: Setting) -> Result<bool, S3Error> {
        match setting {
            Setting::Versioning => self.versioned().await,
            Setting::Encryption => self.encrypted().await,
            Setting::PublicAccessBlock => self.blocks_public_access().await,
            Setting::VersionExpiry => Ok(self
                .lifecycle()
                .await?
                .iter()
                .any(|rule| rule.enabled && rule.versions_expire_after.is_some())),
        }
    }

    /// The bucket's lifecycle rules; none when it has no lifecycle.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub async fn lifecycle(&self) -> Result<Vec<LifecycleRule>, S3Error> {
        let get = self.client().get_bucket_lifecycle_configuration().bucket(self.bucket().as_str());
        match get.send().await {
            Ok(found) => Ok(found.rules.unwrap_or_default().into_iter().map(rule).collect()),
            Err(error) if error.code() == Some("NoSuchLifecycleConfiguration") => Ok(Vec::new()),
            Err(error) => Err(told(&error, &self.asked(Setting::VersionExpiry.read_action(), ""))),
        }
    }

    async fn versioned(&self) -> Result<bool, S3Error> {
        let get = self.client().get_bucket_versioning().bucket(self.bucket().as_str()).send().await;
        let found = get.map_err(|error| told(&error, &self.asked(Setting::Versioning.read_action(), "")))?;
        Ok(found.status() == Some(&BucketVersioningStatus::Enabled))
    }

    async fn encrypted(&self) -> Result<bool, S3Error> {
        match self.client().get_bucket_encryption().bucket(self.bucket().as_str()).send().await {
            Ok(found) => Ok(found.server_side_encryption_configuration.is_some()),
            Err(error) if error.code() == Some("ServerSideEncryptionConfigurationNotFoundError") => Ok(false),
            Err(error) => Err(told(&error, &self.asked(Setting::Encryption.read_action(), ""))),
        }
    }

    async fn blocks_public_access(&self) -> Result<bool, S3Error> {
        match self.client().get_public_access_block().bucket(self.bucket().as_str()).send().await {
            Ok(found) => Ok(found.public_access_block_configuration.is_some_and(|block| {
                [block.block_public_acls, block.ignore_public_acls, block.block_public_policy]
                    .into_iter()
                    .chain([block.restrict_public_buckets])
                    .all(|on| on == Some(true))
            })),
            Err(error) if error.code() == Some("NoSuchPublicAccessBlockConfiguration") => Ok(false),
            Err(error) => Err(told(&error, &self.asked(Setting::PublicAccessBlock.read_action(), ""))),
        }
    }
}

impl Writer {
    /// Sets what [`Reader::has`] asks for; the expiry for keys below `prefix` alone. A lifecycle that has rules already is
    /// replaced: ask before.
    ///
    /// # Errors
    ///
    /// As [`Reader::has`].
    pub async fn set(&self, setting: Setting, prefix: &str) -> Result<(), S3Error> {
        match setting {
            Setting::Versioning => self.enable_versioning().await,
            Setting::Encryption => self.encrypt().await,
            Setting::PublicAccessBlock => self.block_public_access().await,
            Setting::VersionExpiry => self.expire_versions(prefix).await,
        }
    }

    async fn enable_versioning(&self) -> Result<(), S3Error> {
        let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let put = self.reader().client().put_bucket_versioning().bucket(self.reader().bucket().as_str());
        let sent = put.versioning_configuration(on).send().await;
        sent.map(drop)
            .map_err(|error| told(&error, &self.reader().asked(Setting::Versioning.write_action(), "")))
    }

    async fn encrypt(&self) -> Result<(), S3Error> {
        let asked = self.reader().asked(Setting::Encryption.write_action(), "");
        let by_default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
        let by_default = built(&asked, by_default.build())?;
        let rule =
            ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(by_default).build();
        let rules = built(&asked, ServerSideEncryptionConfiguration::builder().rules(rule).build())?;
        let put = self.reader().client().put_bucket_encryption().bucket(self.reader().bucket().as_str());
        let sent = put.server_side_encryption_configuration(rules).send().await;
        sent.map(drop).map_err(|error| told(&error, &asked))
    }

    async fn block_public_access(&self) -> Result<(), S3Error> {
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let put = self.reader().client().put_public_access_block().bucket(self.reader().bucket().as_str());
        let sent = put.public_access_block_configuration(all).send().await;
        sent.map(drop).map_err(|error| {
            told(&error, &self.reader().asked(Setting::PublicAccessBlock.write_action(), ""))
        })
    }

    async fn expire_versions(&self, prefix: &str) -> Result<(), S3Error> {
        let asked = self.reader().asked(Setting::VersionExpiry.write_action(), "");
        let expiry = NoncurrentVersionExpiration::builder().noncurrent_days(VERSIONS_KEPT_DAYS).build();
        let rule = SdkRule::builder()
            .id("es2s3-versions")
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
            .noncurrent_version_expiration(expiry);
        let rule = built(&asked, rule.build())?;
        let rules = built(&asked, BucketLifecycleConfiguration::builder().rules(rule).build())?;
        let put = self
            .reader()
            .client()
            .put_bucket_lifecycle_configuration()
            .bucket(self.reader().bucket().as_str());
        let sent = put.lifecycle_configuration(rules).send().await;
        sent.map(drop).map_err(|error| told(&error, &asked))
    }
}

/// The SDK checks required fields at run time; all of them are set above.
fn built<T>(asked: &Asked<'_>, built: Result<T, aws_sdk_s3::error::BuildError>) -> Result<T, S3Error> {
    let (action, bucket, key) = (asked.action, asked.bucket.to_owned(), asked.key.to_owned());
    built.map_err(|error| S3Error::Refused {
        action,
        bucket,
        key,
        code: "BuildError".into(),
        why: error.to_string(),
    })
}

fn rule(rule: SdkRule) -> LifecycleRule {
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
    let prefix =
        rule.filter().and_then(|filter| filter.prefix().or(filter.and().and_then(|and| and.prefix())));
    #[expect(deprecated, reason = "rules that were made before filters carry their prefix here")]
    let prefix = prefix.or(rule.prefix()).unwrap_or_default().to_owned();
    let class = |to: &aws_sdk_s3::types::Transition| {
        Some((days(to.days())?, to.storage_class().map(|class| class.as_str().to_owned())?))
    };
    LifecycleRule {
        id: rule.id().unwrap_or_default().to_owned(),
        enabled: rule.status() == &ExpirationStatus::Enabled,
        prefix,
        expires_after: days(rule.expiration().and_then(|expiration| expiration.days())),
        transitions: rule.transitions().iter().filter_map(class).collect(),
        versions_expire_after: days(
            rule.noncurrent_version_expiration().and_then(|versions| versions.noncurrent_days()),
        ),
    }
}
