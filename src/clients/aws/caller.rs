//! Who the credentials belong to.

use super::error::asked;
use super::{Reader, Result};

impl Reader {
    /// The account of the caller, twelve digits, and its ARN.
    ///
    /// # Errors
    ///
    /// When there are no credentials, or they are refused.
    pub async fn caller(&self) -> Result<(String, String)> {
        let asked = asked("sts:GetCallerIdentity", "the caller");
        let found = self.sts.get_caller_identity().send().await.map_err(|error| asked.told(&error))?;
        let account = found.account.ok_or_else(|| asked.garbled("no account is in it"))?;
        Ok((account, found.arn.unwrap_or_default()))
    }
}
