//! IAM's simulation: what a principal may do, without doing it.

use aws_sdk_iam::types::PolicyEvaluationDecisionType;

use super::error::asked;
use super::{Reader, Result};
use crate::model::Caller;

impl Reader {
    /// The ARN that a caller's policies hang on: the role behind a session, with its path. `None` for root and for sessions of
    /// a federated user, which IAM does not simulate.
    ///
    /// # Errors
    ///
    /// When the role cannot be read.
    pub async fn principal(&self, caller: &Caller) -> Result<Option<String>> {
        let Some((_, rest)) = caller.arn.split_once(":assumed-role/") else {
            return Ok(caller.arn.contains(":user/").then(|| caller.arn.clone()));
        };
        let name = rest.split('/').next().unwrap_or_default();
        let thing = format!("role {name}");
        let asked = asked("iam:GetRole", &thing);
        let got = self.iam.get_role().role_name(name).send().await.map_err(|error| asked.told(&error))?;
        Ok(got.role.map(|role| role.arn))
    }

    /// Those of these actions on one resource that are not allowed.
    ///
    /// # Errors
    ///
    /// When IAM does not tell.
    pub async fn denied(&self, principal: &str, actions: &[&str], resource: &str) -> Result<Vec<String>> {
        let asked = asked("iam:SimulatePrincipalPolicy", principal);
        let simulate = self.iam.simulate_principal_policy().policy_source_arn(principal);
        let actions = actions.iter().map(|action| (*action).to_owned()).collect();
        let simulate = simulate.set_action_names(Some(actions)).resource_arns(resource);
        let told = simulate.send().await.map_err(|error| asked.told(&error))?;
        let denied = told
            .evaluation_results()
            .iter()
            .filter(|result| result.eval_decision != PolicyEvaluationDecisionType::Allowed);
        Ok(denied.map(|result| result.eval_action_name.clone()).collect())
    }
}
