//! The CI system that may plan and apply, as `es2s3 bootstrap --ci` names it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A repository of a CI system, and what in it may apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ci {
    pub system: CiSystem,
    /// `owner/repository`; GitLab's groups may nest.
    pub project: String,
    /// What may apply: GitHub's environment, GitLab's protected branch.
    pub applies_from: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CiSystem {
    GitHub,
    /// Its host: `gitlab.com`, or one's own.
    GitLab(String),
}

/// Why a word names no CI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0}; write github:OWNER/REPO, github:OWNER/REPO@ENVIRONMENT, gitlab:GROUP/PROJECT@BRANCH, or gitlab:HOST:GROUP/PROJECT"
)]
pub struct BadCi(String);

const GITHUB: &str = "token.actions.githubusercontent.com";
const GITLAB: &str = "gitlab.com";
/// For whom GitHub's tokens are made out when a workflow asks for credentials of AWS.
const STS: &str = "sts.amazonaws.com";

impl Ci {
    /// The host whose tokens AWS is to believe.
    pub fn issuer(&self) -> &str {
        match &self.system {
            CiSystem::GitHub => GITHUB,
            CiSystem::GitLab(host) => host,
        }
    }

    /// For whom its tokens are made out. In China STS has another name and the token still says this one.
    pub fn audience(&self) -> String {
        match &self.system {
            CiSystem::GitHub => STS.to_owned(),
            CiSystem::GitLab(host) => format!("https://{host}"),
        }
    }

    /// The subject of tokens that may plan, with `*` where any branch will do.
    ///
    /// GitHub gives pull requests one subject; GitLab gives a merge request the subject of its branch.
    pub fn plans_as(&self) -> String {
        match &self.system {
            CiSystem::GitHub => format!("repo:{}:pull_request", self.project),
            CiSystem::GitLab(_) => format!("project_path:{}:ref_type:branch:ref:*", self.project),
        }
    }

    /// The one subject of tokens that may apply.
    pub fn applies_as(&self) -> String {
        let from = &self.applies_from;
        match &self.system {
            CiSystem::GitHub => format!("repo:{}:environment:{from}", self.project),
            CiSystem::GitLab(_) => format!("project_path:{}:ref_type:branch:ref:{from}", self.project),
        }
    }
}

impl fmt::Display for Ci {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.system {
            CiSystem::GitHub => write!(f, "github:{}@{}", self.project, self.applies_from),
            CiSystem::GitLab(host) if host == GITLAB => {
                write!(f, "gitlab:{}@{}", self.project, self.applies_from)
            }
            CiSystem::GitLab(host) => write!(f, "gitlab:{host}:{}@{}", self.project, self.applies_from),
        }
    }
}

impl FromStr for Ci {
    type Err = BadCi;

    fn from_str(text: &str) -> Result<Self, BadCi> {
        let (system, rest) =
            text.split_once(':').ok_or_else(|| BadCi(format!("`{text}` names no CI system")))?;
        let (system, rest, default) = match system {
            "github" => (CiSystem::GitHub, rest, "production"),
            "gitlab" => {
                let (host, rest) = rest.split_once(':').unwrap_or((GITLAB, rest));
                (CiSystem::GitLab(host_name(host)?), rest, "main")
            }
            other => return Err(BadCi(format!("`{other}` is no CI system that es2s3 knows"))),
        };
        let (project, from) = rest.split_once('@').unwrap_or((rest, default));
        let exact = system != CiSystem::GitHub || project.matches('/').count() == 1;
        let parts = || project.split('/');
        if !exact || parts().count() < 2 || !parts().all(is_name) {
            return Err(BadCi(format!("`{project}` is no repository")));
        }
        // A star would be a pattern in the role's trust.
        if from.is_empty() || !from.split('/').all(is_name) {
            return Err(BadCi(format!("`{from}` is no environment or branch")));
        }
        Ok(Self { system, project: project.to_owned(), applies_from: from.to_owned() })
    }
}

fn host_name(host: &str) -> Result<String, BadCi> {
    let plain = host.contains('.') && host.split('.').all(|label| !label.is_empty() && is_name(label));
    if plain { Ok(host.to_owned()) } else { Err(BadCi(format!("`{host}` is no host name"))) }
}

/// What GitHub and GitLab take in names of owners, projects and branches, without what a policy would read as a pattern.
fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_who_may_plan_and_who_may_apply() {
        let subjects = |text: &str| {
            let ci: Ci = text.parse().expect(text);
            (ci.to_string(), ci.issuer().to_owned(), ci.audience(), ci.plans_as(), ci.applies_as())
        };
        let (spelt, issuer, audience, plans, applies) = subjects("github:acme/logs");
        assert_eq!(spelt, "github:acme/logs@production");
        assert_eq!((issuer.as_str(), audience.as_str()), (GITHUB, "sts.amazonaws.com"));
        assert_eq!(plans, "repo:acme/logs:pull_request");
        assert_eq!(applies, "repo:acme/logs:environment:production");
        let (spelt, issuer, audience, plans, applies) =
            subjects("gitlab:git.acme.com:ops/infra/logs@release");
        assert_eq!(spelt, "gitlab:git.acme.com:ops/infra/logs@release");
        assert_eq!((issuer.as_str(), audience.as_str()), ("git.acme.com", "https://git.acme.com"));
        assert_eq!(plans, "project_path:ops/infra/logs:ref_type:branch:ref:*");
        assert_eq!(applies, "project_path:ops/infra/logs:ref_type:branch:ref:release");
        assert_eq!(subjects("gitlab:acme/logs").0, "gitlab:acme/logs@main");
    }

    #[test]
    fn what_would_let_others_in_is_refused() {
        for (text, why) in [
            ("acme/logs", "names no CI system"),
            ("jenkins:acme/logs", "no CI system that es2s3 knows"),
            ("github:acme", "no repository"),
            ("github:acme/logs/more", "no repository"),
            ("github:acme/*", "no repository"),
            ("github:*/logs", "no repository"),
            ("github:/logs", "no repository"),
            ("github:acme/logs@*", "no environment or branch"),
            ("github:acme/logs@", "no environment or branch"),
            ("gitlab:acme/logs@feature/*", "no environment or branch"),
            ("gitlab:https://gitlab.com/acme/logs", "no host name"),
            ("gitlab:localhost:acme/logs", "no host name"),
        ] {
            let said = text.parse::<Ci>().expect_err(text).to_string();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
