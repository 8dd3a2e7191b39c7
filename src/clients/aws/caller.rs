//! Who the credentials belong to.

use super::error::asked;
use super::{Reader, Result};
use crate::model::Caller;

impl Reader {
    /// Asked of STS, which refuses no valid credentials.
    ///
    /// # Errors
    ///
    /// When there are no credentials, or they are refused.
    pub async fn caller(&self) -> Result<Caller> {
        let asked = asked("sts:GetCallerIdentity", "the caller");
        let found = self.sts.get_caller_identity().send().await.map_err(|error| asked.told(&error))?;
        let account = found.account.ok_or_else(|| asked.garbled("no account is in it"))?;
        Ok(Caller { account, arn: found.arn.unwrap_or_default() })
    }
}
