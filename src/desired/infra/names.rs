//! Names and ARNs: all that is deterministic, so that a plan can speak of an object before it is made.

use crate::config::Config;

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

/// AWS, China, GovCloud and the isolated ones are told apart by the region's first letters.
pub fn partition(region: &str) -> &'static str {
    const OTHERS: [(&str, &str); 6] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
    ];
    OTHERS.into_iter().find(|(start, _)| region.starts_with(start)).map_or("aws", |(_, partition)| partition)
}

/// Letters, digits and hyphens: what every service takes in a name.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_region_is_in_its_partition() {
        for (region, found) in [
            ("eu-central-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
        ] {
            assert_eq!(partition(region), found, "{region}");
        }
    }
}
