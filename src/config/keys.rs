//! Every key of the file, once: what it holds, what it means and what stands in for it.
//!
//! Unknown keys are found by these tables, the JSON Schema and the key tables of `docs/config.md` are made from them, and
//! `help:` lines quote them.

/// One key.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub form: Form,
    /// A fragment that could be read aloud.
    pub doc: &'static str,
    /// What stands in for it, in words; empty when nothing does.
    pub default: &'static str,
}

/// What a key holds.
#[derive(Debug)]
pub enum Form {
    Value(Kind),
    Section(&'static [Key]),
    /// A list of sections.
    List(&'static [Key]),
    /// Names of the file's own choice, each with a text.
    Map,
    /// A list of single values.
    Values(Kind),
    /// The same, or one value alone.
    OneOrMore(Kind),
}

/// Kinds of values; [`super::schema`] knows the JSON Schema of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Account,
    VpcId,
    SecurityGroupId,
    Bucket,
    Text,
    Endpoint,
    Prefix,
    Days,
    Region,
    RoleArn,
    PolicyArn,
    TopicArn,
    RolePath,
    FunctionName,
    SubnetId,
    Mebibytes,
    LogDays,
    ObjectPrefix,
    EnvironmentName,
    SecretPlace,
    Duration,
    Size,
    Share,
    Count,
    Price,
    Boolean,
    TimeZone,
    Schedule,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A duration in Prometheus's grammar; `0d` is for ever.
    Kept,
    LabelName,
    Version,
    Namespace,
}

impl Kind {
    /// A value that is right, as it is written in the file.
    pub fn example(self) -> &'static str {
        match self {
            Kind::Account => "\"630216610805\"",
            Kind::VpcId => "vpc-0a1b2c3d4e5f67890",
            Kind::SecurityGroupId => "sg-0a1b2c3d4e5f67890",
            Kind::Bucket => "my-es-snapshots",
            Kind::Text => "logs",
            Kind::Endpoint => "https://search-logs-abc123.us-west-2.es.amazonaws.com",
            Kind::Prefix => "app-",
            Kind::Days => "30",
            Kind::Region => "us-west-2",
            Kind::RoleArn => "arn:aws:iam::630216610805:role/es-snapshots",
            Kind::PolicyArn => "arn:aws:iam::630216610805:policy/boundary",
            Kind::TopicArn => "arn:aws:sns:us-west-2:630216610805:on-call",
            Kind::RolePath => "/logs/",
            Kind::FunctionName => "es2s3-logs",
            Kind::SubnetId => "subnet-0a1b2c3d4e5f67890",
            Kind::Mebibytes => "256",
            Kind::LogDays => "90",
            Kind::ObjectPrefix => "snapshots/logs",
            Kind::EnvironmentName => "ES_PASSWORD",
            Kind::SecretPlace => "secretsmanager:es2s3/logs",
            Kind::Duration => "30s",
            Kind::Size => "10TiB",
            Kind::Share => "50%",
            Kind::Count => "500",
            Kind::Price => "0.023",
            Kind::Boolean => "true",
            Kind::TimeZone => "Europe/Berlin",
            Kind::Schedule => "cron(0 5 * * ? *)",
            Kind::Kept => "90d",
            Kind::LabelName => "cluster",
            Kind::Version => "0.42.0",
            Kind::Namespace => "monitoring",
            Kind::Choice(words) => words.first().copied().unwrap_or_default(),
        }
    }
}

const fn value(name: &'static str, kind: Kind, doc: &'static str, default: &'static str) -> Key {
    Key { name, form: Form::Value(kind), doc, default }
}

const fn section(name: &'static str, keys: &'static [Key], doc: &'static str) -> Key {
    Key { name, form: Form::Section(keys), doc, default: "" }
}

/// The level of the file itself. The first nine alone are a complete configuration.
pub const TOP: &[Key] = &[
    value("account", Kind::Account, "the AWS account, 12 digits, in quotes", ""),
    value("vpc_id", Kind::VpcId, "the VPC that the domain is in", ""),
    value("security_group_id", Kind::SecurityGroupId, "the security group that may reach the domain", ""),
    value("bucket-name", Kind::Bucket, "the S3 bucket that holds the snapshots", ""),
    value("es_repo_name", Kind::Text, "the snapshot repository's name in the domain", ""),
    value("ES_ENDPOINT", Kind::Endpoint, "the domain's URL: scheme, host and port", ""),
    value("ES_INDEX_PREFIX", Kind::Prefix, "the start of the index names, up to the date", ""),
    value("snapshot_retention", Kind::Days, "days that a snapshot is kept in S3, from its start", ""),
    value(
        "index_retention",
        Kind::Days,
        "days that an index stays searchable, from the end of its period",
        "",
    ),
    value("region", Kind::Region, "the domain's AWS region", "the endpoint's region, else us-east-1"),
    value(
        "access",
        Kind::Choice(&["direct", "lambda", "auto"]),
        "how the domain is reached: from here, through the function, or whichever way answers",
        "direct",
    ),
    section("domain", DOMAIN, "how to talk to the search engine"),
    section("repository", REPOSITORY, "the snapshot repository"),
    Key {
        name: "policies",
        form: Form::List(POLICY),
        doc: "retention by prefix, in place of `ES_INDEX_PREFIX`; `index_retention` and `snapshot_retention` above are their defaults",
        default: "one policy of the nine keys",
    },
    section("guards", GUARDS, "limits on what one run may delete from the domain"),
    value("proof", Kind::Choice(PROOF), "how much must be proven before an index goes", "full"),
    value("schedule", Kind::Schedule, "when the scheduled run happens, in UTC", "cron(0 5 * * ? *)"),
    value(
        "infrastructure",
        Kind::Choice(&["managed", "none"]),
        "whether the AWS side is es2s3's: bucket settings, roles, function, schedule, alarms",
        "managed",
    ),
    section("function", FUNCTION, "the function that the schedule runs"),
    section("roles", ROLES, "what all IAM roles have in common"),
    section("alarms", ALARMS, "who is told when runs fail or stay away"),
    section("state", STATE, "where es2s3 keeps its state, lock and journal"),
    section("thanos", THANOS, "the bucket of Prometheus's metrics, kept by Thanos"),
    section("prices", PRICES, "US dollars, for the amounts in a plan"),
    Key { name: "tags", form: Form::Map, doc: "tags of every AWS object that es2s3 makes", default: "none" },
    value("restored_hold", Kind::Days, "days that a restored index is held", "14"),
    value("time_zone", Kind::TimeZone, "the zone of local times in output; ages always count in UTC", "UTC"),
];

const PROOF: &[&str] = &["full", "api"];

pub(super) const DOMAIN: &[Key] = &[
    value("endpoint", Kind::Endpoint, "`ES_ENDPOINT` by its modern name", ""),
    value("name", Kind::Text, "the domain's name in AWS", "from the endpoint"),
    section("auth", AUTH, "who es2s3 is to the domain"),
    value(
        "ca_file",
        Kind::Text,
        "a PEM file with the authority of the domain's certificate",
        "the system's authorities",
    ),
    value("connect_timeout", Kind::Duration, "for one connection, 100ms to 1m", "5s"),
    value("timeout", Kind::Duration, "for one request and its reply, 1s to 15m", "60s"),
];

pub(super) const AUTH: &[Key] = &[
    value(
        "type",
        Kind::Choice(&["sigv4", "basic", "api_key", "none"]),
        "how requests are authenticated",
        "sigv4 for amazonaws.com, else none",
    ),
    value("username", Kind::Text, "the user of `basic`", ""),
    value(
        "password_env",
        Kind::EnvironmentName,
        "the environment variable that holds the password of `basic`",
        "",
    ),
    value(
        "password_from",
        Kind::SecretPlace,
        "the secret of Secrets Manager, or the parameter of SSM, that holds the password of `basic`",
        "",
    ),
    value("key_env", Kind::EnvironmentName, "the environment variable that holds the key of `api_key`", ""),
    value("key_from", Kind::SecretPlace, "the secret or the parameter that holds the key of `api_key`", ""),
];

pub(super) const REPOSITORY: &[Key] = &[
    value("name", Kind::Text, "`es_repo_name` by its modern name", ""),
    value("bucket", Kind::Bucket, "`bucket-name` by its modern name", ""),
    value("base_path", Kind::ObjectPrefix, "where in the bucket a new repository is put", "snapshots/<name>"),
    value("region", Kind::Region, "the bucket's region", "the domain's"),
    value("role_arn", Kind::RoleArn, "the role that an AWS domain writes snapshots with", "none"),
    Key {
        name: "settings",
        form: Form::Map,
        doc: "further settings, sent to the engine as they are",
        default: "none",
    },
];

pub(super) const POLICY: &[Key] = &[
    value(
        "name",
        Kind::Text,
        "the policy's name, which its snapshots carry",
        "the prefix without its last separator",
    ),
    value("prefix", Kind::Prefix, "the start of the index names, up to the date", ""),
    value("index_retention", Kind::Days, "days that an index stays searchable", "the top level's"),
    value("snapshot_retention", Kind::Days, "days that a snapshot is kept in S3", "the top level's"),
    value("proof", Kind::Choice(PROOF), "how much must be proven before an index goes", "the top level's"),
    value("freeze", Kind::Boolean, "block writes before the snapshot", "true"),
    value(
        "age_from",
        Kind::Choice(&["youngest", "name"]),
        "which dates an index's age is taken from",
        "youngest",
    ),
    value(
        "managed",
        Kind::Choice(&["leave", "take"]),
        "what to do with indices that ILM or ISM manages",
        "leave",
    ),
    value(
        "expire_last_copy",
        Kind::Boolean,
        "whether an expired snapshot may go that is the last copy of an index",
        "true",
    ),
];

pub(super) const GUARDS: &[Key] = &[
    value("max_indices", Kind::Count, "indices that one run may delete", "500"),
    value("max_bytes", Kind::Size, "bytes of primaries that one run may delete", "10TiB"),
    value("max_share", Kind::Share, "share of a series that one run may delete", "50%"),
    value("min_remaining", Kind::Count, "indices of a series that always stay", "1"),
    value("max_snapshots", Kind::Count, "snapshots that one run may expire", "500"),
    value("max_snapshot_share", Kind::Share, "share of a series' snapshots that one run may expire", "50%"),
    value("max_block_share", Kind::Share, "share of the blocks of Thanos that one run may mark", "50%"),
    value(
        "max_growth",
        Kind::Count,
        "times the last run's deletions that a changed configuration may delete",
        "2",
    ),
];

pub(super) const FUNCTION: &[Key] = &[
    value("name", Kind::FunctionName, "its name", "es2s3-<state name>"),
    value("architecture", Kind::Choice(&["x86_64", "arm64"]), "its processor", "x86_64"),
    value("memory", Kind::Mebibytes, "its memory in MiB", "256"),
    value("timeout", Kind::Duration, "for one invocation, 1m to 15m", "15m"),
    Key {
        name: "subnets",
        form: Form::Values(Kind::SubnetId),
        doc: "the subnets that it stands in",
        default: "the domain's own, else the private ones of the VPC",
    },
    value("package", Kind::Text, "a zip made by `es2s3 package`", "this program itself, where it fits"),
    value("log_retention", Kind::LogDays, "days that its log is kept", "90"),
];

pub(super) const ROLES: &[Key] = &[
    value("path", Kind::RolePath, "the path of all roles", "/"),
    value("boundary", Kind::PolicyArn, "the permissions boundary of all roles", "none"),
    value(
        "mapping",
        Kind::Choice(&["planned", "by_hand"]),
        "who gives roles their rights inside a domain with fine-grained access control",
        "planned",
    ),
    Key {
        name: "mapped",
        form: Form::Values(Kind::RoleArn),
        doc: "ARNs of further roles that get these rights, such as CI's",
        default: "the function's alone",
    },
];

pub(super) const ALARMS: &[Key] = &[
    value("topic", Kind::TopicArn, "the SNS topic that is told", "none"),
    value("no_success", Kind::Duration, "how long without a run that ended well, 1h to 7d", "26h"),
];

pub(super) const STATE: &[Key] = &[
    value("bucket", Kind::Bucket, "the bucket of the state", "es2s3-state-<account>-<region>"),
    value("name", Kind::ObjectPrefix, "the prefix in it", "the repository's name"),
    value("lease", Kind::Duration, "how long a run that died keeps others out, 5s to 1h", "2m"),
];

pub(super) const PRICES: &[Key] = &[
    value("domain_gib_month", Kind::Price, "one GiB-month of the domain's storage", "0.122"),
    value("s3_gib_month", Kind::Price, "one GiB-month in S3 Standard", "0.023"),
    value("s3_put_thousand", Kind::Price, "a thousand PUT or LIST requests", "0.005"),
    value("s3_get_thousand", Kind::Price, "a thousand GET requests", "0.0004"),
    section("classes", CLASSES, "one GiB-month in S3's other classes, for blocks that lie there"),
];

const CLASSES: &[Key] = &[
    value("standard_ia", Kind::Price, "Standard-IA", "0.0125"),
    value("onezone_ia", Kind::Price, "One Zone-IA", "0.01"),
    value("glacier_ir", Kind::Price, "Glacier Instant Retrieval", "0.004"),
    value("glacier", Kind::Price, "Glacier Flexible Retrieval", "0.0036"),
    value("deep_archive", Kind::Price, "Glacier Deep Archive", "0.00099"),
    value("reduced_redundancy", Kind::Price, "Reduced Redundancy", "0.024"),
];

pub(super) const THANOS: &[Key] = &[
    value("bucket", Kind::Bucket, "the S3 bucket that holds the blocks", ""),
    value("prefix", Kind::ObjectPrefix, "where in the bucket they lie", "the top"),
    value("region", Kind::Region, "the bucket's region", "the top level's"),
    value("endpoint", Kind::Endpoint, "the URL of another store than Amazon's", "Amazon's"),
    section("retention", KEPT, "how long samples are kept, from the end of their block; `0d` is for ever"),
    value("delete_delay", Kind::Kept, "from the mark to the deletion of a block", "48h"),
    value(
        "compactor",
        Kind::Choice(&["thanos", "none"]),
        "who deletes what is marked: Thanos's Compactor, or, where none runs, es2s3",
        "thanos",
    ),
    Key {
        name: "labels",
        form: Form::Values(Kind::LabelName),
        doc: "external labels that every block must have",
        default: "none",
    },
    Key {
        name: "replica_labels",
        form: Form::Values(Kind::LabelName),
        doc: "external labels in which the replicas of one Prometheus differ",
        default: "none",
    },
    value(
        "merge_replicas",
        Kind::Boolean,
        "let the Compactor merge replicas into one stream, for good; the Querier does it for each query anyway",
        "false",
    ),
    value("gap", Kind::Kept, "the longest pause in a stream that is no gap", "5m"),
    section("components", COMPONENTS, "where the running components answer over HTTP"),
    value("prometheus_version", Kind::Version, "the Prometheus that runs, for what is rendered", "3.9.0"),
    value("thanos_version", Kind::Version, "the Thanos that runs, for what is rendered", "0.42.0"),
    value("local_retention", Kind::Kept, "how long Prometheus itself keeps samples", "15d"),
    value("namespace", Kind::Namespace, "the namespace of the Kubernetes objects", "monitoring"),
    section(
        "rendered",
        RENDERED,
        "where `es2s3 thanos render --out` has put its files: a plan tells how they differ",
    ),
    value(
        "role_arn",
        Kind::RoleArn,
        "the role that the components reach the bucket with",
        "that of their surroundings",
    ),
];

const RENDERED: &[Key] = &[
    value("target", Kind::Choice(&["k8s", "compose", "systemd", "flags"]), "what they are for", ""),
    value("folder", Kind::Text, "the folder, from where es2s3 is started", ""),
];

const KEPT: &[Key] = &[
    value("raw", Kind::Kept, "samples as they came", "0d"),
    value("5m", Kind::Kept, "one aggregate for each five minutes", "0d"),
    value("1h", Kind::Kept, "one aggregate for each hour", "0d"),
];

const COMPONENTS: &[Key] = &[
    places("compact", "of the Compactor"),
    places("query", "of the Querier"),
    places("store", "of the Store Gateway"),
    places("sidecar", "of the Sidecars"),
];

const fn places(name: &'static str, doc: &'static str) -> Key {
    Key { name, form: Form::OneOrMore(Kind::Endpoint), doc, default: "not looked at" }
}

/// The key of a name in one level.
pub(super) fn find(keys: &'static [Key], name: &str) -> Option<&'static Key> {
    keys.iter().find(|key| key.name == name)
}
