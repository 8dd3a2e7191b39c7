//! The tree to a [`Config`]: every key read by its rule, every default filled in, and what must fit together checked.
//!
//! Called by `parse`. Nothing here stops at a fault: all sections are read before one of them is missed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::diagnostic::Diagnostic;
use super::infrastructure;
use super::keys::TOP;
use super::node::{Node, Value};
use super::policies;
use super::read::{Field, Reader, Section};
use super::rules;
use super::source::Span;
use super::{Access, Config, Domain, Schedule, StateLocation};
use crate::model::{BucketName, ClassPrices, Days, Guards, Prices, RepositorySpec};

const DEFAULT_SCHEDULE: &str = "cron(0 5 * * ? *)";
const DEFAULT_REGION: &str = "us-east-1";
const DEFAULT_HOLD_DAYS: u32 = 14;

/// `None` after a fault; the reader has it.
pub(super) fn config(reader: &mut Reader<'_>, root: &Node) -> Option<Config> {
    if !matches!(root.value, Value::Mapping(_)) {
        let fault = Diagnostic::error("wrong-type", "the file must be a group of keys")
            .at(reader.source, root.span, "no key stands here")
            .help("`es2s3 init` writes a commented configuration to start from");
        reader.fault(fault);
        return None;
    }
    let top = reader.level(root, TOP, "");
    let domain_section = reader.section(&top, "domain");
    let repository_section = reader.section(&top, "repository");
    let account = reader.value(&top, "account", rules::account);
    let account = reader.required(&top, "account", account);
    let vpc_id = reader.value(&top, "vpc_id", rules::vpc_id);
    let vpc_id = reader.required(&top, "vpc_id", vpc_id);
    let security_group_id = reader.value(&top, "security_group_id", rules::security_group_id);
    let security_group_id = reader.required(&top, "security_group_id", security_group_id);
    let endpoint = reader.either(&top, "ES_ENDPOINT", &domain_section, "endpoint", rules::endpoint);
    let region = region(reader, &top, &endpoint);
    let repository = repository(reader, &top, &repository_section, region.as_deref());
    let domain = domain(reader, &top, &domain_section, endpoint);
    let schedule = reader.value(&top, "schedule", rules::schedule);
    let policies = policies::policies(reader, &top, &schedule);
    let guards = guards(reader, &top);
    let infrastructure = reader.value(&top, "infrastructure", rules::infrastructure).or(|| true);
    let function = infrastructure::function(reader, &top);
    let roles = infrastructure::roles(reader, &top);
    let alarms = infrastructure::alarms(reader, &top);
    let state = state(reader, &top, account.as_deref(), region.as_deref(), repository.as_ref());
    let thanos = super::thanos::thanos(reader, &top, region.as_deref());
    let prices = prices(reader, &top);
    let tags = tags(reader, &top);
    let hold = reader.value(&top, "restored_hold", rules::days).or(|| Days(DEFAULT_HOLD_DAYS));
    let time_zone = reader.value(&top, "time_zone", rules::time_zone).or(|| "UTC".to_owned());
    let access = reader.value(&top, "access", rules::access).or(|| Access::Direct);
    Some(Config {
        account: account?,
        region: region?,
        access: access?,
        vpc_id: vpc_id?,
        security_group_id: security_group_id?,
        domain: domain?,
        repository: repository?,
        policies: policies?,
        guards: guards?,
        schedule: Schedule {
            expression: schedule
                .optional()?
                .map_or_else(|| DEFAULT_SCHEDULE.to_owned(), |schedule| schedule.text),
        },
        infrastructure: infrastructure?,
        function: function?,
        roles: roles?,
        alarms: alarms?,
        state: state?,
        thanos: thanos?,
        prices: prices?,
        tags: tags?,
        restored_hold_days: hold?.0,
        time_zone: time_zone?,
    })
}

/// `region:`, else the endpoint's, else a default that is worth a note. Two that differ are a fault.
fn region(reader: &mut Reader<'_>, top: &Section<'_>, endpoint: &Field<url::Url>) -> Option<String> {
    let found =
        endpoint.given().and_then(|(url, span)| Some((rules::endpoint_region(url)?.to_owned(), span)));
    match (reader.value(top, "region", rules::region), found) {
        (Field::Faulty, _) => None,
        (Field::Given(region, span), Some((found, endpoint))) if region != found => {
            let fault = Diagnostic::error(
                "region-mismatch",
                format!("region is {region}, and the domain is in {found}"),
            )
            .at(reader.source, span, format!("write `{found}`, or delete the key"))
            .at(reader.source, endpoint, "the domain");
            reader.fault(fault);
            None
        }
        (Field::Given(region, _), _) => Some(region),
        (Field::Absent, Some((found, _))) => Some(found),
        (Field::Absent, None) => {
            if let Some((_, span)) = endpoint.given() {
                let note =
                    Diagnostic::note("region-default", format!("the region is taken to be {DEFAULT_REGION}"))
                        .at(reader.source, span, "this host names none")
                        .help(format!("write `region: {DEFAULT_REGION}`, or the bucket's own, to say so"));
                reader.note(note);
            }
            Some(DEFAULT_REGION.to_owned())
        }
    }
}

fn domain(
    reader: &mut Reader<'_>,
    top: &Section<'_>,
    section: &Section<'_>,
    endpoint: Field<url::Url>,
) -> Option<Domain> {
    let endpoint = reader.required(top, "ES_ENDPOINT", endpoint);
    let auth = super::auth::auth(reader, section, endpoint.as_ref());
    let name = reader.value(section, "name", rules::domain_label).optional();
    let ca_file = reader.value(section, "ca_file", rules::path).optional();
    let seconds = |seconds| move || Duration::from_secs(seconds);
    let connect_timeout =
        reader.value(section, "connect_timeout", rules::duration("100ms", "1m")).or(seconds(5));
    let timeout = reader.value(section, "timeout", rules::duration("1s", "15m")).or(seconds(60));
    Some(Domain {
        endpoint: endpoint?,
        name: name?,
        auth: auth?,
        ca_file: ca_file?,
        connect_timeout: connect_timeout?,
        timeout: timeout?,
    })
}

fn repository(
    reader: &mut Reader<'_>,
    top: &Section<'_>,
    section: &Section<'_>,
    region: Option<&str>,
) -> Option<RepositorySpec> {
    let bucket = reader.either(top, "bucket-name", section, "bucket", rules::bucket);
    let bucket = reader.required(top, "bucket-name", bucket);
    let name = reader.either(top, "es_repo_name", section, "name", rules::repository_name);
    let name = reader.required(top, "es_repo_name", name);
    let base_path = reader.value(section, "base_path", rules::object_prefix).optional();
    let bucket_region = reader.value(section, "region", rules::region).optional();
    let role_arn = reader.value(section, "role_arn", rules::role_arn).optional();
    let settings = reader.map(section, "settings", rules::setting_name, rules::setting).or(BTreeMap::new);
    let (name, base_path) = (name?, base_path?);
    Some(RepositorySpec {
        base_path_set: base_path.is_some(),
        base_path: base_path.unwrap_or_else(|| format!("snapshots/{name}")),
        bucket: bucket?,
        region: match bucket_region? {
            Some(region) => region,
            None => region?.to_owned(),
        },
        role_arn: role_arn?,
        settings: settings?,
        name,
    })
}

fn guards(reader: &mut Reader<'_>, top: &Section<'_>) -> Option<Guards> {
    let section = reader.section(top, "guards");
    let default = Guards::default();
    let max_indices = reader.value(&section, "max_indices", rules::count).or(|| default.max_indices);
    let max_bytes = reader.value(&section, "max_bytes", rules::bytes).or(|| default.max_bytes);
    let max_share_percent =
        reader.value(&section, "max_share", rules::share).or(|| default.max_share_percent);
    let min_remaining = reader.value(&section, "min_remaining", rules::count).or(|| default.min_remaining);
    let max_snapshots = reader.value(&section, "max_snapshots", rules::count).or(|| default.max_snapshots);
    let max_snapshot_share_percent =
        reader.value(&section, "max_snapshot_share", rules::share).or(|| default.max_snapshot_share_percent);
    let max_block_share_percent =
        reader.value(&section, "max_block_share", rules::share).or(|| default.max_block_share_percent);
    let max_growth = reader.value(&section, "max_growth", rules::count).or(|| u64::from(default.max_growth));
    Some(Guards {
        max_indices: max_indices?,
        max_bytes: max_bytes?,
        max_share_percent: max_share_percent?,
        min_remaining: min_remaining?,
        max_snapshots: max_snapshots?,
        max_snapshot_share_percent: max_snapshot_share_percent?,
        max_block_share_percent: max_block_share_percent?,
        max_growth: u32::try_from(max_growth?).unwrap_or(u32::MAX),
    })
}

fn state(
    reader: &mut Reader<'_>,
    top: &Section<'_>,
    account: Option<&str>,
    region: Option<&str>,
    repository: Option<&RepositorySpec>,
) -> Option<StateLocation> {
    let section = reader.section(top, "state");
    let bucket = reader.value(&section, "bucket", rules::bucket);
    let place = bucket.given().map(|(_, span)| span);
    let bucket = bucket.optional();
    let name = reader.value(&section, "name", rules::object_prefix).optional();
    let lease = reader.value(&section, "lease", rules::duration("5s", "1h")).or(|| super::DEFAULT_LEASE);
    let bucket = match bucket? {
        Some(bucket) => bucket,
        None => BucketName::new(format!("es2s3-state-{}-{}", account?, region?)),
    };
    let repository = repository?;
    let name = name?.unwrap_or_else(|| repository.name.to_string());
    if let Some(span) = place.filter(|_| bucket == repository.bucket && nested(&name, &repository.base_path))
    {
        state_in_repository(reader, span, &name, &repository.base_path);
        return None;
    }
    Some(StateLocation { bucket, name, lease: lease? })
}

/// Whether one of two prefixes lies within the other.
fn nested(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| format!("{inner}/").starts_with(&format!("{outer}/"));
    within(one, other) || within(other, one)
}

fn state_in_repository(reader: &mut Reader<'_>, span: Span, name: &str, base_path: &str) {
    let fault =
        Diagnostic::error("state-in-repository", "the state would lie within the snapshot repository")
            .at(reader.source, span, format!("`{name}` and `{base_path}` overlap in this bucket"))
            .help("only the engine may write there: set another `state.bucket`, or a `state.name` beside it");
    reader.fault(fault);
}

fn prices(reader: &mut Reader<'_>, top: &Section<'_>) -> Option<Prices> {
    let section = reader.section(top, "prices");
    let default = Prices::default();
    let domain_gib_month =
        reader.value(&section, "domain_gib_month", rules::price).or(|| default.domain_gib_month);
    let s3_gib_month = reader.value(&section, "s3_gib_month", rules::price).or(|| default.s3_gib_month);
    let s3_put_thousand =
        reader.value(&section, "s3_put_thousand", rules::price).or(|| default.s3_put_thousand);
    let s3_get_thousand =
        reader.value(&section, "s3_get_thousand", rules::price).or(|| default.s3_get_thousand);
    let classes = class_prices(reader, &section);
    Some(Prices {
        domain_gib_month: domain_gib_month?,
        s3_gib_month: s3_gib_month?,
        s3_put_thousand: s3_put_thousand?,
        s3_get_thousand: s3_get_thousand?,
        classes: classes?,
    })
}

fn class_prices(reader: &mut Reader<'_>, prices: &Section<'_>) -> Option<ClassPrices> {
    let section = reader.section(prices, "classes");
    let default = ClassPrices::default();
    let mut price = |key, usual: f64| reader.value(&section, key, rules::price).or(|| usual);
    let standard_ia = price("standard_ia", default.standard_ia);
    let onezone_ia = price("onezone_ia", default.onezone_ia);
    let glacier_ir = price("glacier_ir", default.glacier_ir);
    let glacier = price("glacier", default.glacier);
    let deep_archive = price("deep_archive", default.deep_archive);
    let reduced_redundancy = price("reduced_redundancy", default.reduced_redundancy);
    Some(ClassPrices {
        standard_ia: standard_ia?,
        onezone_ia: onezone_ia?,
        glacier_ir: glacier_ir?,
        glacier: glacier?,
        deep_archive: deep_archive?,
        reduced_redundancy: reduced_redundancy?,
    })
}

/// At most 50, S3's and IAM's limit.
fn tags(reader: &mut Reader<'_>, top: &Section<'_>) -> Option<BTreeMap<String, String>> {
    let tags = reader.map(top, "tags", rules::tag_key, rules::tag_value);
    if let Some((map, span)) = tags.given()
        && map.len() > 50
    {
        let message = format!("tags has {} entries, and AWS takes 50", map.len());
        let fault = Diagnostic::error("tag-count", message).at(reader.source, span, "");
        reader.fault(fault);
        return None;
    }
    tags.or(BTreeMap::new)
}
