//! Removing an object that es2s3 made and nothing asks for any more.

use super::Cloud;
use crate::clients::aws::AwsError;
use crate::model::infra::Spec;

impl Cloud {
    /// A bucket is never removed here: it may hold the only copy of something.
    pub(super) async fn remove(&self, before: &Spec) -> Result<(), AwsError> {
        match before {
            Spec::Bucket(one) => Err(AwsError::Refused {
                action: "s3:DeleteBucket",
                thing: format!("bucket {}", one.name),
                code: "not done".into(),
                why: "a bucket is not removed by a plan".into(),
            }),
            Spec::Role(one) => self.remove_role(one).await,
            Spec::LogGroup(one) => self.writer.delete_log_group(&one.name).await,
            Spec::Queue(one) => self.writer.delete_queue(&one.name).await,
            Spec::Function(one) => self.writer.delete_function(&one.name).await,
            Spec::Rule(one) => self.writer.delete_rule(&one.name).await,
            Spec::Permission(one) => self.writer.remove_permission(&one.function, &one.id).await,
            Spec::Alarm(one) => self.writer.delete_alarm(&one.name).await,
        }
    }
}
