//! Names and ARNs: all that is deterministic, so that a plan can speak of an object before it is made.

use crate::config::Config;
use crate::model::infra::partition;

/// Names of everything that es2s3 makes for one configuration.
#[derive(Debug, Clone)]
pub struct Names {
    partition: &'static str,
    region: String,
    account: String,
    /// `es2s3-<state name>`, with what AWS takes in every kind of name.
    pub base: String,
    pub function: String,
    role_path: String,
}

impl Names {
    pub fn of(config: &Config) -> Self {
        let base = format!("es2s3-{}", plain(&config.state.name));
        Self {
            partition: partition(&config.region),
            region: config.region.clone(),
            account: config.account.clone(),
            function: config.function.name.clone().unwrap_or_else(|| base.clone()),
            role_path: config.roles.path.clone(),
            base,
        }
    }

    pub fn partition(&self) -> &'static str {
        self.partition
    }

    pub fn function_role(&self) -> String {
        format!("{}-function", self.base)
    }

    pub fn repository_role(&self) -> String {
        format!("{}-repository", self.base)
    }

    /// The role that CI plans with.
    pub fn ci_plan_role(&self) -> String {
        format!("{}-ci-plan", self.base)
    }

    /// The role that CI applies with.
    pub fn ci_apply_role(&self) -> String {
        format!("{}-ci-apply", self.base)
    }

    pub fn log_group(&self) -> String {
        format!("/aws/lambda/{}", self.function)
    }

    pub fn queue(&self) -> String {
        format!("{}-undelivered", self.base)
    }

    /// The rule of the configured schedule.
    pub fn run_rule(&self) -> String {
        format!("{}-run", self.base)
    }

    /// The rule that carries on a run that waits for its snapshots.
    pub fn carry_on_rule(&self) -> String {
        format!("{}-carry-on", self.base)
    }

    pub fn bucket_arn(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.partition)
    }

    pub fn role_arn(&self, role: &str) -> String {
        format!("arn:{}:iam::{}:role{}{role}", self.partition, self.account, self.role_path)
    }

    pub fn oidc_provider_arn(&self, host: &str) -> String {
        format!("arn:{}:iam::{}:oidc-provider/{host}", self.partition, self.account)
    }

    /// All that a listing call of a service looks over: `("logs", "log-group:*")`.
    pub fn all_of(&self, service: &str, things: &str) -> String {
        self.regional(service, things)
    }

    pub fn function_arn(&self) -> String {
        self.regional("lambda", &format!("function:{}", self.function))
    }

    pub fn log_group_arn(&self) -> String {
        self.regional("logs", &format!("log-group:{}", self.log_group()))
    }

    pub fn queue_arn(&self) -> String {
        self.regional("sqs", &self.queue())
    }

    pub fn rule_arn(&self, rule: &str) -> String {
        self.regional("events", &format!("rule/{rule}"))
    }

    pub fn alarm_arn(&self, alarm: &str) -> String {
        self.regional("cloudwatch", &format!("alarm:{alarm}"))
    }

    pub fn domain_arn(&self, domain: &str) -> String {
        self.regional("es", &format!("domain/{domain}"))
    }

    /// EC2 objects: `subnet/subnet-1`.
    pub fn ec2_arn(&self, object: &str) -> String {
        self.regional("ec2", object)
    }

    fn regional(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition, self.region, self.account)
    }
}

/// Letters, digits and hyphens: what every service takes in a name.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect()
}
