//! Removing an object that es2s3 made and nothing asks for any more.

use super::{Cloud, WorkError};
use crate::clients::aws::AwsError;
use crate::model::infra::Spec;

impl Cloud {
    /// A bucket goes only when nothing is in it, old versions included. An identity provider is the account's.
    pub(super) async fn remove(&self, before: &Spec) -> Result<(), WorkError> {
        match before {
            Spec::Bucket(one) => self.writer.delete_bucket(&one.name).await?,
            Spec::OidcProvider(one) => {
                return Err(AwsError::Refused {
                    action: "iam:DeleteOpenIDConnectProvider",
                    thing: format!("identity provider {}", one.host),
                    code: "not done".into(),
                    why: "others in the account may go by it".into(),
                }
                .into());
            }
            Spec::Role(one) => self.remove_role(one).await?,
            Spec::SecurityRole(one) => self.remove_security_role(&one.name).await?,
            Spec::RoleMapping(one) => self.unmap(one).await?,
            Spec::LogGroup(one) => self.writer.delete_log_group(&one.name).await?,
            Spec::Queue(one) => self.writer.delete_queue(&one.name).await?,
            Spec::Function(one) => self.writer.delete_function(&one.name).await?,
            Spec::Rule(one) => self.writer.delete_rule(&one.name).await?,
            Spec::Permission(one) => self.writer.remove_permission(&one.function, &one.id).await?,
            Spec::Alarm(one) => self.writer.delete_alarm(&one.name).await?,
        }
        Ok(())
    }
}
