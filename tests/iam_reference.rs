//! `docs/iam.md` is what the code grants: every role and every policy that `desired::infra` makes for nine keys on AWS, each
//! statement with the reason for it. `BLESS=1` rewrites the page, for a reader to judge in the diff.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what the page cannot say is a failure of the test"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use es2s3::config::{Config, parse};
use es2s3::desired::config_hash;
use es2s3::desired::infra::{Names, block_reads, block_writes, foundation, objects, remote, secret};
use es2s3::model::Live;
use es2s3::model::infra::{Document, PermissionSpec, RoleSpec, Spec, Surroundings};
use serde_json::Value;

const NINE_KEYS: &str = r#"account: "630216610805"
vpc_id: vpc-0a1b2c3d4e5f67890
security_group_id: sg-0a1b2c3d4e5f67890
bucket-name: my-es-snapshots
es_repo_name: logs
ES_ENDPOINT: https://vpc-logs-abc123.us-west-2.es.amazonaws.com
ES_INDEX_PREFIX: app-
snapshot_retention: 365
index_retention: 30
"#;

/// Why each statement is there, by its policy and its `Sid`. A statement without a line here fails, and so does a line without a
/// statement.
const WHY: &[(&str, &str, &str)] = &[
    (
        "es2s3-logs-repository trust",
        "Service",
        "the domain borrows the role to write snapshots, for this account alone",
    ),
    (
        "es2s3-logs-repository snapshots",
        "List",
        "the engine lists its repository; below the repository's path and nowhere else",
    ),
    (
        "es2s3-logs-repository snapshots",
        "Blobs",
        "the engine writes a snapshot, reads it for a restore, and removes the blobs of one that expired",
    ),
    ("es2s3-logs-function trust", "Service", "Lambda runs the function by this role, for this account alone"),
    (
        "es2s3-logs-function network",
        "Describe",
        "Lambda looks at the interfaces that it puts into the VPC; AWS takes no resource for these calls",
    ),
    (
        "es2s3-logs-function network",
        "Interfaces",
        "Lambda puts interfaces into the subnets and takes them away; under one security group only",
    ),
    (
        "es2s3-logs-function run",
        "DomainReads",
        "a plan reads indices, settings, statistics and snapshots; by path this cannot be told from a search",
    ),
    (
        "es2s3-logs-function run",
        "DomainDeletes",
        "an index that is proven, and a snapshot that expired; which ones, only the code decides",
    ),
    (
        "es2s3-logs-function run",
        "DomainPuts",
        "a snapshot begins; a write block is taken back by the index's settings, and on engines before 7.9 set by them",
    ),
    (
        "es2s3-logs-function run",
        "DomainPosts",
        "a restore; the repository itself cannot be registered with it",
    ),
    (
        "es2s3-logs-function run",
        "ListBlobs",
        "the proof asks whether each blob is there, of its length and readable at once",
    ),
    (
        "es2s3-logs-function run",
        "ReadBlobs",
        "the proof reads the catalogue and the metadata; nothing here writes in the snapshot bucket",
    ),
    (
        "es2s3-logs-function run",
        "Registration",
        "the repository under this one name, for callers who do not reach the domain",
    ),
    (
        "es2s3-logs-function run",
        "PassRepositoryRole",
        "registering names the role that the domain writes with: this one and no other",
    ),
    ("a caller", "CallFunction", "worth an apply on the data side: see the threat model"),
    (
        "blocks",
        "ListBlocks",
        "names and sizes of all objects and of their old versions, uploads that nobody ended, and what the bucket does by itself",
    ),
    ("blocks", "ReadBlocks", "what blocks say of themselves, and their marks; never samples"),
    ("blocks", "MarkBlocks", "a deletion mark; the Compactor deletes the block"),
    (
        "blocks",
        "PurgeBlocks",
        "marks that a longer retention takes away, what is left of blocks, and copies that nothing reads; all of a block only where `compactor: none` is declared",
    ),
    ("blocks", "EndUploads", "an upload in parts that nobody ended in two days"),
    ("blocks", "BlockRules", "es2s3's own lifecycle rule, beside those of others"),
    ("the domain's secret", "DomainSecret", "the password or the key of the domain, and no other secret"),
    ("a caller", "FollowLog", "what the function does, while it does it; without it the end alone is seen"),
    ("a caller", "Exchange", "what is too long for one call, put there and removed by the caller"),
    ("es2s3-logs-function run", "ListState", "journals of runs that did not end, and months of the manifest"),
    (
        "es2s3-logs-function run",
        "State",
        "lease, state, journal, manifest; a lease is given back by deleting its object",
    ),
    ("es2s3-logs-function run", "Log", "its own log group, which it cannot make or remove"),
    (
        "es2s3-logs-ci-plan trust",
        "Ci",
        "a pull request's workflow of this one repository plans; nobody else's token will do",
    ),
    (
        "es2s3-logs-ci-plan plan",
        "DomainReads",
        "as the function's: a plan reads indices, settings, statistics, snapshots",
    ),
    ("es2s3-logs-ci-plan plan", "ListBlobs", "as the function's: the proof asks whether each blob is there"),
    (
        "es2s3-logs-ci-plan plan",
        "ReadBlobs",
        "as the function's: the proof reads the catalogue and the metadata",
    ),
    ("es2s3-logs-ci-plan plan", "ListState", "the manifest of what was deleted, month by month"),
    (
        "es2s3-logs-ci-plan plan",
        "ReadState",
        "holds and what es2s3 owns; a plan takes no lease and writes nothing",
    ),
    (
        "es2s3-logs-ci-plan plan",
        "Domain",
        "in which subnets the domain stands, for the function to stand there too",
    ),
    ("es2s3-logs-ci-plan plan", "SnapshotBucket", "the settings of the bucket, field by field"),
    ("es2s3-logs-ci-plan plan", "Roles", "the two roles and what they may, to show drift"),
    ("es2s3-logs-ci-plan plan", "Function", "the function and who may invoke it; never invoking it"),
    ("es2s3-logs-ci-plan plan", "LogGroups", "AWS finds a log group only by listing"),
    ("es2s3-logs-ci-plan plan", "Log", "its tags; `es2s3 logs` reads what the runs said"),
    ("es2s3-logs-ci-plan plan", "Rules", "both rules and what they start"),
    ("es2s3-logs-ci-plan plan", "Queue", "the queue of undelivered events"),
    ("es2s3-logs-ci-plan plan", "AllAlarms", "AWS decides over a listing by all alarms, also of one by name"),
    ("es2s3-logs-ci-plan plan", "Alarms", "their tags"),
    (
        "es2s3-logs-ci-plan plan",
        "Network",
        "private subnets with a way to S3, the VPC of the security group, the quota; AWS takes no resource for these calls",
    ),
    (
        "es2s3-logs-ci-apply trust",
        "Ci",
        "a workflow of this one repository, from the environment that its reviewers guard",
    ),
    ("es2s3-logs-ci-apply data", "DomainDeletes", "as the function's: what is proven, and what expired"),
    ("es2s3-logs-ci-apply data", "DomainPuts", "as the function's: a snapshot, a write block"),
    (
        "es2s3-logs-ci-apply data",
        "DomainPosts",
        "as the function's: a restore, and the check of a repository",
    ),
    (
        "es2s3-logs-ci-apply data",
        "Registration",
        "the repository itself, which the function cannot point elsewhere",
    ),
    (
        "es2s3-logs-ci-apply data",
        "PassRepositoryRole",
        "the domain takes its role only from who may pass it; its trust names the domain's service alone",
    ),
    ("es2s3-logs-ci-apply data", "WriteState", "lease, state, journal, manifest, plans as applied"),
    (
        "es2s3-logs-ci-apply infrastructure",
        "SetUpSnapshotBucket",
        "the bucket's settings; no object of it is written or deleted",
    ),
    (
        "es2s3-logs-ci-apply infrastructure",
        "GrantRoles",
        "what the two roles may. Whoever may write this may have it: set `roles.boundary`, and nothing beyond it can be granted",
    ),
    ("es2s3-logs-ci-apply infrastructure", "KeepRoles", "their trust, description and tags; removing them"),
    (
        "es2s3-logs-ci-apply infrastructure",
        "PassFunctionRole",
        "Lambda takes the function's role only from who may pass it, and only to Lambda",
    ),
    (
        "es2s3-logs-ci-apply infrastructure",
        "MakeFunction",
        "the function, its settings, who may invoke it; `es2s3 run`",
    ),
    ("es2s3-logs-ci-apply infrastructure", "MakeLog", "its log group and how long it is kept"),
    (
        "es2s3-logs-ci-apply infrastructure",
        "FunctionsNetwork",
        "Lambda asks for these in the name of whoever puts a function into a VPC; AWS takes no resource for them",
    ),
    ("es2s3-logs-ci-apply infrastructure", "MakeRules", "both rules and their targets"),
    ("es2s3-logs-ci-apply infrastructure", "MakeQueue", "the queue of undelivered events"),
    ("es2s3-logs-ci-apply infrastructure", "MakeAlarms", "both alarms"),
    (
        "bucket es2s3-state-630216610805-us-west-2",
        "es2s3-tls-only",
        "nobody reads or writes the state without TLS",
    ),
    (
        "bucket my-es-snapshots",
        "es2s3-tls-only",
        "nobody reads or writes a blob without TLS, whatever else allows it",
    ),
    (
        "queue es2s3-logs-undelivered",
        "Undelivered",
        "EventBridge leaves what it could not deliver, from these two rules alone",
    ),
];

/// The only calls that AWS lets nobody restrict to a resource.
const WITHOUT_RESOURCE: &[&str] = &[
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "lambda:GetAccountSettings",
];

fn config(text: &str) -> Config {
    parse("app-config.yml", text.as_bytes())
        .unwrap_or_else(|faults| panic!("{}", faults.render(false, 110)))
        .config
}

fn granted(config: &Config) -> Vec<Spec> {
    let around = Surroundings {
        subnets: Live::Present(vec!["subnet-0a1b2c3d4e5f67890".into()]),
        package: Live::Absent,
        misplaced: None,
        fine_grained: Live::Absent,
        quota: None,
        plain_http: false,
    };
    let ci = "github:acme/logs".parse().expect("a repository");
    let applied = objects(config, &config_hash(config), &around);
    let bootstrapped = foundation(config, Some(&ci), false);
    applied.into_iter().chain(bootstrapped).map(|wanted| wanted.spec).collect()
}

fn roles(specs: &[Spec]) -> Vec<&RoleSpec> {
    specs.iter().filter_map(|spec| if let Spec::Role(role) = spec { Some(role) } else { None }).collect()
}

#[test]
fn the_page_is_what_the_code_grants() {
    let mut page = Page::default();
    page.begin();
    let specs = granted(&config(NINE_KEYS));
    for role in roles(&specs) {
        page.role(role);
    }
    page.things(&specs);
    page.apart(&config(&format!("{NINE_KEYS}access: lambda\n")), &specs);
    page.text.push_str(
        "\n## With `password_from` or `key_from`\n\nThe function's role, and that of CI which applies:\n",
    );
    page.password("secretsmanager:es2s3/logs", "A secret of Secrets Manager");
    page.password("ssm:/es2s3/logs", "A parameter of SSM");
    page.text.push_str(
        "\n## With `thanos`\n\nThe function's role and that of CI which applies have both, that of CI which plans the first:\n",
    );
    page.blocks();
    let unused: Vec<_> = WHY.iter().filter(|(policy, id, _)| !page.told.contains(&(*policy, *id))).collect();
    assert!(unused.is_empty(), "no statement is behind {unused:?}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/iam.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &page.text).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_else(|_| "(no such file)\n".to_owned());
    assert!(
        expected == page.text,
        "docs/iam.md\n--- expected\n{expected}--- actual\n{}\nBLESS=1 rewrites",
        page.text
    );
}

#[test]
fn no_role_has_a_wildcard_where_aws_can_name_a_thing() {
    let specs = granted(&config(NINE_KEYS));
    for role in roles(&specs) {
        for statement in role.policies.values().flat_map(Document::statements) {
            let actions = texts(&statement["Action"]);
            assert!(actions.iter().all(|action| !action.contains('*')), "{}: {statement}", role.name);
            let named = texts(&statement["Resource"]).iter().all(|resource| resource != "*");
            let must = actions.iter().any(|action| !WITHOUT_RESOURCE.contains(&action.as_str()));
            assert!(named || !must, "{}: {statement}", role.name);
        }
    }
}

#[test]
fn a_domain_that_aws_does_not_run_is_in_no_grant() {
    let elsewhere = NINE_KEYS.replace("vpc-logs-abc123.us-west-2.es.amazonaws.com", "logs.example.com");
    let specs = granted(&config(&elsewhere));
    let roles = roles(&specs);
    let names: Vec<_> = roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["es2s3-logs-function", "es2s3-logs-ci-plan", "es2s3-logs-ci-apply"]);
    for statement in roles.iter().flat_map(|role| role.policies.values()).flat_map(Document::statements) {
        assert!(texts(&statement["Action"]).iter().all(|action| !action.starts_with("es:")), "{statement}");
    }
}

fn statements(role: &RoleSpec) -> Vec<Value> {
    role.policies.values().flat_map(Document::statements).cloned().collect()
}

#[derive(Default)]
struct Page {
    text: String,
    told: BTreeSet<(&'static str, &'static str)>,
}

impl Page {
    fn begin(&mut self) {
        self.text.push_str(
            "# What may do what\n\n<!-- made by `BLESS=1 cargo test --test iam_reference` -->\n\n\
             Every role and every policy that `es2s3 apply` makes, and `es2s3 bootstrap --ci github:acme/logs`, for these nine keys:\n\n\
             ```yaml\n",
        );
        self.text.push_str(NINE_KEYS);
        self.text.push_str(
            "```\n\nFor a domain that AWS does not run (another host than `….amazonaws.com`) there is no `es2s3-logs-repository`, and nothing of\n\
             `es:`. With `repository.role_arn` there is no `es2s3-logs-repository`. In China and GovCloud each ARN begins with that\n\
             partition. `roles.path` and `roles.boundary` are those of every role. What these rights add up to is in\n\
             [threat-model.md](threat-model.md); how CI comes by them is in [ci.md](ci.md#what-the-roles-need).\n",
        );
    }

    fn role(&mut self, role: &RoleSpec) {
        let attached = if role.attached.is_empty() { "none" } else { "some" };
        assert_eq!(attached, "none", "{} has managed policies, of which the page says nothing", role.name);
        let _ = write!(
            self.text,
            "\n## Role `{}`\n\nPath `{}`; {}. No managed policy is attached.\n",
            role.name, role.path, role.description
        );
        self.table("Trust", &format!("{} trust", role.name), &role.trust);
        for (policy, document) in &role.policies {
            if role.name.ends_with("-ci-apply") && policy == "plan" {
                self.text.push_str("\n### Policy `plan`\n\nThe same as that of the role which plans.\n");
                continue;
            }
            self.table(&format!("Policy `{policy}`"), &format!("{} {policy}", role.name), document);
        }
    }

    fn things(&mut self, specs: &[Spec]) {
        self.text.push_str("\n## Policies of things\n");
        for spec in specs {
            let policy = match spec {
                Spec::Bucket(bucket) => bucket.policy.as_ref(),
                Spec::Queue(queue) => queue.policy.as_ref(),
                _ => None,
            };
            if let Some(policy) = policy {
                let title = format!("{} `{}`", spec.kind(), spec.name());
                self.table(&title, &format!("{} {}", spec.kind(), spec.name()), policy);
            }
        }
        self.text.push_str(
            "\n### Who may invoke the function\n\nStatements of the function's own policy, one for each rule: each rule may start it, and only from this account.\n\n\
             | Sid | Who | Actions | From |\n| --- | --- | --- | --- |\n",
        );
        for spec in specs {
            if let Spec::Permission(permission) = spec {
                self.permission(permission);
            }
        }
    }

    /// What there is besides where callers go through the function.
    fn apart(&mut self, config: &Config, direct: &[Spec]) {
        self.text.push_str(
            "\n## With `access: lambda` or `auto`\n\nThe function's role may do this besides, under `run`:\n\n\
             | Sid | Does | Who | Actions | On | When | Why |\n| --- | --- | --- | --- | --- | --- | --- |\n",
        );
        let functions = |role: &&RoleSpec| role.name.ends_with("-function");
        let known: Vec<Value> = roles(direct).into_iter().filter(functions).flat_map(statements).collect();
        let specs = granted(config);
        for role in roles(&specs).into_iter().filter(functions) {
            let more: Vec<Value> = statements(role).into_iter().filter(|one| !known.contains(one)).collect();
            for statement in more {
                self.statement(&format!("{} run", role.name), &statement);
            }
        }
        let caller = Document::new(remote(config, &Names::of(config)));
        self.table("A caller outside of the VPC", "a caller", &caller);
        self.text.push_str(
            "\nBeside these a caller reads the state, and what applies also writes it. Of CI's two roles the one that applies has them.\n",
        );
    }

    /// What whoever speaks to a domain with a password may do besides.
    fn password(&mut self, from: &str, title: &str) {
        let auth =
            format!("domain: {{ auth: {{ type: basic, username: es2s3, password_from: \"{from}\" }} }}\n");
        let config = config(&format!("{NINE_KEYS}{auth}"));
        let statement = secret(&config, &Names::of(&config)).expect("a statement");
        self.table(title, "the domain's secret", &Document::new([statement]));
    }

    /// What whoever looks at the bucket of blocks, or works in it, may do besides.
    fn blocks(&mut self) {
        let config = config(&format!("{NINE_KEYS}thanos: {{ bucket: my-metrics }}\n"));
        let names = Names::of(&config);
        self.table("To look at the blocks", "blocks", &Document::new(block_reads(&config, &names)));
        self.table("To mark and to purge", "blocks", &Document::new(block_writes(&config, &names)));
    }

    fn permission(&mut self, one: &PermissionSpec) {
        let source = one.source.as_deref().expect("a rule is named");
        let _ = writeln!(self.text, "| `{}` | `{}` | `{}` | `{source}` |", one.id, one.principal, one.action);
    }

    fn table(&mut self, title: &str, policy: &str, document: &Document) {
        let _ = write!(
            self.text,
            "\n### {title}\n\n| Sid | Does | Who | Actions | On | When | Why |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        );
        for statement in document.statements() {
            self.statement(policy, statement);
        }
    }

    fn statement(&mut self, policy: &str, statement: &Value) {
        let known = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];
        for field in statement.as_object().expect("a statement").keys() {
            assert!(known.contains(&field.as_str()), "{policy}: the page says nothing of {field}");
        }
        let id = statement["Sid"].as_str().expect("every statement has a Sid");
        let line = WHY.iter().find(|(of, sid, _)| (*of, *sid) == (policy, id));
        let (of, sid, why) = line.unwrap_or_else(|| panic!("WHY has no line for {policy}, {id}"));
        self.told.insert((of, sid));
        let does = statement["Effect"].as_str().unwrap().to_lowercase();
        let _ = writeln!(
            self.text,
            "| `{id}` | {does} | {} | {} | {} | {} | {why} |",
            who(&statement["Principal"]),
            code(texts(&statement["Action"])),
            code(texts(&statement["Resource"])),
            when(&statement["Condition"]),
        );
    }
}

fn who(principal: &Value) -> String {
    match principal {
        Value::Null => String::new(),
        Value::String(all) => code([all.clone()]),
        one => code(one.as_object().unwrap().values().flat_map(texts)),
    }
}

fn when(condition: &Value) -> String {
    let operators = condition.as_object().into_iter().flatten();
    let each = operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| format!("`{key}` {operator} {}", code(texts(values))))
    });
    each.collect::<Vec<_>>().join("<br>and ")
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(many) => many.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn code(texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join("<br>")
}
