//! Who the AWS credentials belong to.

use serde::{Deserialize, Serialize};

/// What STS says of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Twelve digits.
    pub account: String,
    /// `arn:aws:sts::630216610805:assumed-role/ci/session`.
    pub arn: String,
}

impl Caller {
    /// Why nothing may be written with these credentials, when `account` of the configuration is another one than theirs.
    pub fn mismatch(&self, account: &str, config_file: &str) -> Option<String> {
        (self.account != account).then(|| {
            format!(
                "the credentials belong to account {} ({}), {config_file} says {account}",
                self.account, self.arn
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_accounts_are_named() {
        let caller =
            Caller { account: "111122223333".into(), arn: "arn:aws:iam::111122223333:user/a".into() };
        assert_eq!(caller.mismatch("111122223333", "app-config.yml"), None);
        assert_eq!(
            caller.mismatch("444455556666", "app-config.yml").as_deref(),
            Some(
                "the credentials belong to account 111122223333 (arn:aws:iam::111122223333:user/a), app-config.yml says 444455556666"
            )
        );
    }
}
