//! A bucket's settings as one object: what es2s3 keeps of them, and what stands in its way.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLocationConstraint,
    BucketVersioningStatus, CreateBucketConfiguration, ExpirationStatus, LifecycleRule as SdkRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
    TransitionDefaultMinimumObjectSize, VersioningConfiguration,
};

use super::error::{Asked, asked, there};
use super::{AwsError, Reader, Result, Writer};
use crate::clients::s3::prefix_of_rule;
use crate::model::infra::{
    BucketSpec, Document, Found, LifecycleRule, OWNER_TAG, PublicAccess, Spec, Versioning, partition,
};
use crate::model::thanos::LIFECYCLE_RULE;

/// What begins so is es2s3's own: statements of the policy, lifecycle rules.
const OWN: &str = "es2s3";

/// What must be known to judge a bucket.
#[derive(Debug, Clone)]
pub struct BucketScope<'a> {
    /// Twelve digits; a bucket of another account is not taken for ours. None where the store has no accounts.
    pub account: Option<&'a str>,
    /// es2s3's own folders in it, each with its slash: a rule that would take what lies there is an obstacle.
    pub own: Vec<&'a str>,
}

impl Reader {
    /// # Errors
    ///
    /// When the bucket or one of its settings cannot be read.
    pub async fn bucket(&self, name: &str, looked_for: BucketScope<'_>) -> Result<Option<Found>> {
        let thing = format!("bucket {name}");
        let asked_head = asked("s3:ListBucket", &thing);
        let head = self.s3.head_bucket().bucket(name);
        let head = head.set_expected_bucket_owner(looked_for.account.map(str::to_owned)).send().await;
        let head = match head.map_err(|error| asked_head.told(&error)) {
            Ok(head) => head,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(AwsError::Refused { code, .. }) if code == "NotFound" => return Ok(None),
            Err(error) => return Err(error),
        };
        let (encryption, public_access, versioning, policy, rules, tags) = tokio::try_join!(
            offered(self.encryption(name)),
            offered(self.public_access(name)),
            offered(self.versioning(name)),
            offered(self.bucket_policy(name)),
            offered(self.lifecycle_rules(name)),
            offered(self.bucket_tags(name)),
        )?;
        let unoffered = [
            ("encryption", encryption.is_none()),
            ("public access", public_access.is_none()),
            ("versioning", versioning.is_none()),
            ("policy", policy.is_none()),
            ("lifecycle", rules.is_none()),
            ("tags", tags.is_none()),
        ];
        let unoffered = unoffered.into_iter().filter(|(_, lacks)| *lacks).map(|(name, _)| name.to_owned());
        let (rules, tags) = (rules.unwrap_or_default(), tags.unwrap_or_default());
        let marked = tags.contains_key(OWNER_TAG);
        let holds_other = if marked { None } else { self.outside(name, &looked_for.own).await? };
        Ok(Some(Found {
            arn: format!("arn:{}:s3:::{name}", partition(self.signed.region())),
            spec: Spec::Bucket(BucketSpec {
                name: name.to_owned(),
                region: head.bucket_region.unwrap_or_else(|| "us-east-1".into()),
                encryption: encryption.flatten(),
                public_access: public_access.unwrap_or(PublicAccess::OPEN),
                versioning: versioning.unwrap_or(Versioning::Never),
                policy: policy.flatten().and_then(|policy| policy.only(|id| id.starts_with(OWN))),
                lifecycle: rules.iter().filter(|rule| own_rule(rule)).map(lifecycle).collect(),
                unoffered: unoffered.collect(),
                holds_other,
            }),
            obstacles: rules.iter().filter_map(|rule| obstacle(rule, &looked_for.own)).collect(),
            tags,
        }))
    }

    /// Something in the bucket that lies under none of these folders; a request for each level above them.
    async fn outside(&self, bucket: &str, own: &[&str]) -> Result<Option<String>> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:ListBucket", &thing);
        let mut levels = vec![String::new()];
        while let Some(level) = levels.pop() {
            let list = self.s3.list_objects_v2().bucket(bucket).prefix(&level).delimiter("/").max_keys(10);
            let page = list.send().await.map_err(|error| asked.told(&error))?;
            let folders = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
            let keys = page.contents().iter().filter_map(|object| object.key());
            for found in folders.chain(keys) {
                if own.iter().any(|own| found.starts_with(own)) {
                    continue;
                }
                if !own.iter().any(|own| own.starts_with(found)) {
                    return Ok(Some(found.to_owned()));
                }
                levels.push(found.to_owned());
            }
        }
        Ok(None)
    }

    /// Something that is in the bucket, be it an old version or the mark of a deleted object.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or the store knows no versions.
    pub async fn anything_in(&self, bucket: &str) -> Result<Option<String>> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:ListBucketVersions", &thing);
        let list = self.s3.list_object_versions().bucket(bucket).max_keys(1).send().await;
        let page = list.map_err(|error| asked.told(&error))?;
        let versions = page.versions().iter().filter_map(|version| version.key());
        let marks = page.delete_markers().iter().filter_map(|mark| mark.key());
        Ok(versions.chain(marks).next().map(str::to_owned))
    }

    async fn encryption(&self, bucket: &str) -> Result<Option<String>> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:GetEncryptionConfiguration", &thing);
        let got =
            self.s3.get_bucket_encryption().bucket(bucket).send().await.map_err(|error| asked.told(&error));
        let got = none_when(got, "ServerSideEncryptionConfigurationNotFoundError")?;
        let rules = got.and_then(|got| got.server_side_encryption_configuration).map(|found| found.rules);
        let first = rules.unwrap_or_default().into_iter().next();
        Ok(first.and_then(|rule| rule.apply_server_side_encryption_by_default).map(|by_default| {
            match by_default.kms_master_key_id {
                Some(key) => format!("{}:{key}", by_default.sse_algorithm.as_str()),
                None => by_default.sse_algorithm.as_str().to_owned(),
            }
        }))
    }

    async fn public_access(&self, bucket: &str) -> Result<PublicAccess> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:GetBucketPublicAccessBlock", &thing);
        let got = self.s3.get_public_access_block().bucket(bucket).send().await;
        let got = none_when(got.map_err(|error| asked.told(&error)), "NoSuchPublicAccessBlockConfiguration")?;
        let Some(block) = got.and_then(|got| got.public_access_block_configuration) else {
            return Ok(PublicAccess::OPEN);
        };
        Ok(PublicAccess {
            block_acls: block.block_public_acls == Some(true),
            ignore_acls: block.ignore_public_acls == Some(true),
            block_policy: block.block_public_policy == Some(true),
            restrict_buckets: block.restrict_public_buckets == Some(true),
        })
    }

    async fn versioning(&self, bucket: &str) -> Result<Versioning> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:GetBucketVersioning", &thing);
        let got = self.s3.get_bucket_versioning().bucket(bucket).send().await;
        Ok(match got.map_err(|error| asked.told(&error))?.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(_) => Versioning::Suspended,
            None => Versioning::Never,
        })
    }

    async fn bucket_policy(&self, bucket: &str) -> Result<Option<Document>> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:GetBucketPolicy", &thing);
        let got = self.s3.get_bucket_policy().bucket(bucket).send().await.map_err(|error| asked.told(&error));
        let Some(text) = none_when(got, "NoSuchBucketPolicy")?.and_then(|got| got.policy) else {
            return Ok(None);
        };
        Document::parse(&text).map(Some).map_err(|error| asked.garbled(error))
    }

    async fn lifecycle_rules(&self, bucket: &str) -> Result<Vec<SdkRule>> {
        Ok(self.lifecycle_whole(bucket).await?.0)
    }

    /// With the size below which nothing is moved to another class: a PUT that does not say it sets it back.
    async fn lifecycle_whole(
        &self,
        bucket: &str,
    ) -> Result<(Vec<SdkRule>, Option<TransitionDefaultMinimumObjectSize>)> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:GetLifecycleConfiguration", &thing);
        let got = self.s3.get_bucket_lifecycle_configuration().bucket(bucket).send().await;
        let got = none_when(got.map_err(|error| asked.told(&error)), "NoSuchLifecycleConfiguration")?;
        let whole =
            got.map(|got| (got.rules.unwrap_or_default(), got.transition_default_minimum_object_size));
        Ok(whole.unwrap_or_default())
    }

    async fn bucket_tags(&self, bucket: &str) -> Result<BTreeMap<String, String>> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:GetBucketTagging", &thing);
        let got =
            self.s3.get_bucket_tagging().bucket(bucket).send().await.map_err(|error| asked.told(&error));
        let got = none_when(got, "NoSuchTagSet")?;
        Ok(got.map(|got| super::tags::map(got.tag_set(), Tag::key, Tag::value)).unwrap_or_default())
    }
}

/// `None` where the store does not know the call: then there is no such setting.
async fn offered<T>(got: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    match got.await {
        Ok(got) => Ok(Some(got)),
        Err(AwsError::Refused { code, .. }) if matches!(code.as_str(), "NotImplemented" | "501") => Ok(None),
        Err(error) => Err(error),
    }
}

/// S3 has a code of its own for each setting that was never made.
fn none_when<T>(got: Result<T>, code: &str) -> Result<Option<T>> {
    match got {
        Ok(got) => Ok(Some(got)),
        Err(AwsError::Refused { code: told, .. }) if told == code => Ok(None),
        Err(error) => Err(error),
    }
}

/// Of the snapshots' bucket. Those of blocks are kept one by one, since each may be another configuration's.
fn own_rule(rule: &SdkRule) -> bool {
    rule.id().is_some_and(|id| id.starts_with(OWN) && !id.starts_with(LIFECYCLE_RULE))
}

fn lifecycle(rule: &SdkRule) -> (String, LifecycleRule) {
    let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
    let on = rule.status() == &ExpirationStatus::Enabled;
    let parts = rule.abort_incomplete_multipart_upload().and_then(|abort| abort.days_after_initiation());
    let old = rule.noncurrent_version_expiration().and_then(|old| old.noncurrent_days());
    let kept = LifecycleRule {
        prefix: prefix_of_rule(rule).to_owned(),
        abort_parts_days: days(parts).filter(|_| on),
        old_versions_days: days(old).filter(|_| on),
    };
    (rule.id().unwrap_or_default().to_owned(), kept)
}

/// A rule that would expire what es2s3 lives by, or move it where it cannot be read at once.
fn obstacle(rule: &SdkRule, own: &[&str]) -> Option<String> {
    let meets = |folder: &&&str| {
        folder.starts_with(prefix_of_rule(rule)) || prefix_of_rule(rule).starts_with(**folder)
    };
    let folder = own.iter().find(meets)?;
    if rule.status() != &ExpirationStatus::Enabled {
        return None;
    }
    let id = rule.id().unwrap_or("without an id");
    let takes = rule.expiration().is_some_and(|end| end.days().is_some() || end.date().is_some());
    if takes {
        return Some(format!(
            "its lifecycle rule {id} expires live objects below {folder}: restrict it to another prefix, or remove it"
        ));
    }
    // Intelligent tiering reads at once as long as its archive tiers are not asked for, which a lifecycle rule does not tell.
    let cold = |class: &str| matches!(class, "GLACIER" | "DEEP_ARCHIVE");
    let moves =
        rule.transitions().iter().find_map(|to| to.storage_class().filter(|class| cold(class.as_str())));
    moves.map(|class| {
        format!(
            "its lifecycle rule {id} moves objects below {folder} to {}, from where nothing reads them at once",
            class.as_str()
        )
    })
}

impl Writer {
    /// # Errors
    ///
    /// [`AwsError::Exists`] when it is there; another account may have it.
    pub async fn create_bucket(&self, name: &str, region: &str) -> Result<()> {
        let thing = format!("bucket {name}");
        let asked = asked("s3:CreateBucket", &thing);
        let place = (region != "us-east-1").then(|| {
            let place = BucketLocationConstraint::from(region);
            CreateBucketConfiguration::builder().location_constraint(place).build()
        });
        let create = self.reader.s3.create_bucket().bucket(name).set_create_bucket_configuration(place);
        create.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused, and when anything is in it, old versions included. S3 refuses that by itself; SeaweedFS 4 does not, and
    /// removes the bucket with all that it holds. So it is looked at first.
    pub async fn delete_bucket(&self, name: &str) -> Result<()> {
        let thing = format!("bucket {name}");
        let asked = asked("s3:DeleteBucket", &thing);
        if let Some(key) = there(self.reader.anything_in(name).await)?.flatten() {
            return Err(asked.refused(409, "BucketNotEmpty", &format!("it holds {key}")));
        }
        let sent = self.reader.s3.delete_bucket().bucket(name).send().await;
        there(sent.map(drop).map_err(|error| asked.told(&error))).map(drop)
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn set_encryption(&self, bucket: &str) -> Result<()> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:PutEncryptionConfiguration", &thing);
        let by_default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256);
        let by_default = by_default.build().map_err(|error| asked.garbled(error))?;
        let rule =
            ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(by_default).build();
        let rules = ServerSideEncryptionConfiguration::builder().rules(rule).build();
        let rules = rules.map_err(|error| asked.garbled(error))?;
        let put = self.reader.s3.put_bucket_encryption().bucket(bucket);
        let sent = put.server_side_encryption_configuration(rules).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn block_public_access(&self, bucket: &str) -> Result<()> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:PutBucketPublicAccessBlock", &thing);
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let put = self.reader.s3.put_public_access_block().bucket(bucket);
        let sent = put.public_access_block_configuration(all).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// # Errors
    ///
    /// When it is refused.
    pub async fn enable_versioning(&self, bucket: &str) -> Result<()> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:PutBucketVersioning", &thing);
        let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let put = self.reader.s3.put_bucket_versioning().bucket(bucket).versioning_configuration(on);
        put.send().await.map(drop).map_err(|error| asked.told(&error))
    }

    /// Puts es2s3's own statements beside those of others.
    ///
    /// # Errors
    ///
    /// When the policy cannot be read or written.
    pub async fn set_own_statements(&self, bucket: &str, own: &Document) -> Result<()> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:PutBucketPolicy", &thing);
        let live = self.reader.bucket_policy(bucket).await?;
        let foreign = |one: &&serde_json::Value| !one["Sid"].as_str().is_some_and(|id| id.starts_with(OWN));
        let mut statements: Vec<_> =
            live.iter().flat_map(Document::statements).filter(foreign).cloned().collect();
        statements.extend(own.statements().into_iter().cloned());
        let policy = live.as_ref().unwrap_or(own).with_statements(statements);
        let sent = self.reader.s3.put_bucket_policy().bucket(bucket).policy(policy.text()).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// Puts es2s3's own lifecycle rules beside those of others; what it set before is gone.
    ///
    /// # Errors
    ///
    /// When the rules cannot be read or written.
    pub async fn set_own_lifecycle(&self, bucket: &str, own: &BTreeMap<String, LifecycleRule>) -> Result<()> {
        self.put_lifecycle(bucket, own, own_rule).await
    }

    /// Puts these rules beside all others, in place of those with the same ids.
    ///
    /// # Errors
    ///
    /// As [`Self::set_own_lifecycle`].
    pub async fn put_lifecycle_rules(
        &self,
        bucket: &str,
        own: &BTreeMap<String, LifecycleRule>,
    ) -> Result<()> {
        self.put_lifecycle(bucket, own, |rule| rule.id().is_some_and(|id| own.contains_key(id))).await
    }

    async fn put_lifecycle(
        &self,
        bucket: &str,
        own: &BTreeMap<String, LifecycleRule>,
        goes: impl Fn(&SdkRule) -> bool,
    ) -> Result<()> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:PutLifecycleConfiguration", &thing);
        let (mut rules, least) = self.reader.lifecycle_whole(bucket).await?;
        rules.retain(|rule| !goes(rule));
        for (id, rule) in own {
            rules.push(sdk_rule(id, rule, &asked)?);
        }
        let rules = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build();
        let rules = rules.map_err(|error| asked.garbled(error))?;
        let put = self.reader.s3.put_bucket_lifecycle_configuration().bucket(bucket);
        let put = put.set_transition_default_minimum_object_size(least);
        let sent = put.lifecycle_configuration(rules).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }

    /// Adds tags to those that are there: S3 knows only how to put all of them.
    ///
    /// # Errors
    ///
    /// When they cannot be read or written.
    pub async fn tag_bucket(&self, bucket: &str, tags: &BTreeMap<String, String>) -> Result<()> {
        let thing = format!("bucket {bucket}");
        let asked = asked("s3:PutBucketTagging", &thing);
        let mut all = self.reader.bucket_tags(bucket).await?;
        all.extend(tags.clone());
        let all: std::result::Result<Vec<Tag>, _> =
            all.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let all = all.map_err(|error| asked.garbled(error))?;
        let tagging =
            Tagging::builder().set_tag_set(Some(all)).build().map_err(|error| asked.garbled(error))?;
        let sent = self.reader.s3.put_bucket_tagging().bucket(bucket).tagging(tagging).send().await;
        sent.map(drop).map_err(|error| asked.told(&error))
    }
}

fn sdk_rule(id: &str, rule: &LifecycleRule, asked: &Asked<'_>) -> Result<SdkRule> {
    let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
    let parts = rule
        .abort_parts_days
        .map(|after| AbortIncompleteMultipartUpload::builder().days_after_initiation(days(after)).build());
    let old = rule
        .old_versions_days
        .map(|after| NoncurrentVersionExpiration::builder().noncurrent_days(days(after)).build());
    SdkRule::builder()
        .id(id)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(&rule.prefix).build())
        .set_abort_incomplete_multipart_upload(parts)
        .set_noncurrent_version_expiration(old)
        .build()
        .map_err(|error| asked.garbled(error))
}
