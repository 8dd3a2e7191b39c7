//! Making an object, or bringing one that is there to what is wanted; one match over the kinds.

use super::{Cloud, WorkError};
use crate::clients::aws::AwsError;
use crate::event::Events;
use crate::model::Address;
use crate::model::infra::{
    AlarmSpec, BucketSpec, Found, Kind, LogGroupSpec, OidcProviderSpec, PermissionSpec, PublicAccess,
    QueueSpec, RuleSpec, Spec, Versioning,
};

impl Cloud {
    /// `found` is what is there; nothing when it is to be made.
    pub(super) async fn make(
        &self,
        spec: &Spec,
        found: Option<&Found>,
        events: &Events,
    ) -> Result<(), WorkError> {
        match spec {
            Spec::Bucket(one) => self.bucket(one, found).await?,
            Spec::OidcProvider(one) => self.oidc_provider(one, found).await?,
            Spec::Role(one) => self.role(one, found).await?,
            Spec::SecurityRole(one) => self.security_role(one).await?,
            Spec::RoleMapping(one) => self.map(one).await?,
            Spec::LogGroup(one) => self.log_group(one, found).await?,
            Spec::Queue(one) => self.queue(one, found).await?,
            Spec::Function(one) => self.function(one, found, events).await?,
            Spec::Rule(one) => self.rule(one, found).await?,
            Spec::Permission(one) => self.permission(one, found).await?,
            Spec::Alarm(one) => self.alarm(one, found).await?,
        }
        Ok(())
    }

    /// Private and encrypted before anything else is said about it. Only what differs is sent.
    async fn bucket(&self, wanted: &BucketSpec, found: Option<&Found>) -> Result<(), AwsError> {
        let name = &wanted.name;
        // What a new bucket has by itself, and what the store does not offer, is not sent.
        let new = match found {
            Some(_) => None,
            None => self.new_bucket(wanted).await?,
        };
        let live = match found.or(new.as_ref()).map(|found| &found.spec) {
            Some(Spec::Bucket(live)) => Some(live),
            _ => None,
        };
        let offers = |setting: &str| live.is_none_or(|live| !live.unoffered.contains(setting));
        let differs = |setting: &str, same: &dyn Fn(&BucketSpec) -> bool| {
            offers(setting) && live.is_none_or(|live| !same(live))
        };
        // What one setting is refused for does not hold back the others.
        let mut sent = Vec::new();
        if wanted.public_access == PublicAccess::BLOCKED
            && differs("public access", &|live| live.public_access == PublicAccess::BLOCKED)
        {
            sent.push(self.writer.block_public_access(name).await);
        }
        let encrypted = |live: &BucketSpec| {
            let with_a_key = live.encryption.as_deref().is_some_and(|live| live.starts_with("aws:kms"));
            with_a_key || live.encryption == wanted.encryption
        };
        if differs("encryption", &encrypted) {
            sent.push(self.writer.set_encryption(name).await);
        }
        if wanted.versioning == Versioning::Enabled
            && differs("versioning", &|live| live.versioning == Versioning::Enabled)
        {
            sent.push(self.writer.enable_versioning(name).await);
        }
        if let Some(policy) = &wanted.policy
            && differs("policy", &|live| {
                live.policy.as_ref().is_some_and(|live| live.meaning() == policy.meaning())
            })
        {
            sent.push(self.writer.set_own_statements(name, policy).await);
        }
        if differs("lifecycle", &|live| live.lifecycle == wanted.lifecycle) {
            sent.push(self.writer.set_own_lifecycle(name, &wanted.lifecycle).await);
        }
        if offers("tags") {
            sent.push(self.writer.tag_bucket(name, &self.tags).await);
        }
        sent.into_iter().collect()
    }

    /// One that another run made in the same moment is as good.
    async fn new_bucket(&self, wanted: &BucketSpec) -> Result<Option<Found>, AwsError> {
        let address = Address::Aws(Kind::Bucket, wanted.name.clone());
        match self.writer.create_bucket(&wanted.name, &wanted.region).await {
            Ok(()) | Err(AwsError::Exists { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(self.look(&address).await.present().cloned())
    }

    async fn oidc_provider(&self, wanted: &OidcProviderSpec, found: Option<&Found>) -> Result<(), AwsError> {
        let Some(found) = found else { return self.writer.create_oidc_provider(wanted).await };
        for audience in &wanted.audiences {
            self.writer.add_oidc_audience(&found.arn, audience).await?;
        }
        Ok(())
    }

    async fn log_group(&self, wanted: &LogGroupSpec, found: Option<&Found>) -> Result<(), AwsError> {
        match found {
            None => self.writer.create_log_group(&wanted.name, &self.tags).await?,
            Some(found) => self.writer.tag_log_group(&found.arn, &self.tags).await?,
        }
        self.writer.set_log_retention(&wanted.name, wanted.retention_days).await
    }

    async fn queue(&self, wanted: &QueueSpec, found: Option<&Found>) -> Result<(), AwsError> {
        match found {
            None => self.writer.create_queue(wanted, &self.tags).await,
            Some(_) => self.writer.configure_queue(wanted, &self.tags).await,
        }
    }

    async fn rule(&self, wanted: &RuleSpec, found: Option<&Found>) -> Result<(), AwsError> {
        let tags = found.is_none().then_some(&self.tags);
        let arn = self.writer.put_rule(wanted, tags).await?;
        if let Some(target) = &wanted.target {
            self.writer.put_target(&wanted.name, target).await?;
        }
        if found.is_some() { self.writer.tag_rule(&arn, &self.tags).await } else { Ok(()) }
    }

    /// A statement cannot be changed, only put anew.
    async fn permission(&self, wanted: &PermissionSpec, found: Option<&Found>) -> Result<(), AwsError> {
        if found.is_some() {
            self.writer.remove_permission(&wanted.function, &wanted.id).await?;
        }
        self.writer.add_permission(wanted).await
    }

    async fn alarm(&self, wanted: &AlarmSpec, found: Option<&Found>) -> Result<(), AwsError> {
        self.writer.put_alarm(wanted, &self.tags).await?;
        match found {
            Some(found) => self.writer.tag_alarm(&found.arn, &self.tags).await,
            None => Ok(()),
        }
    }
}
