//! The data side: credentials, domain, repository, bucket, state.

use super::{Check, Facts};
use crate::model::{Health, Live, counted};
use crate::plan::{Blocker, RepositoryChange};

/// As everywhere: beyond it nothing is archived, deleted or expired.
const CLOCK_TOLERANCE_SECONDS: u64 = 300;

pub(super) fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![configuration(facts), credentials(facts)];
    checks.extend(account(facts));
    checks.extend([
        region(facts),
        endpoint(facts),
        engine(facts),
        clock(facts),
        repository(facts),
        bucket(facts),
        catalogue(facts),
        state(facts),
        lock(facts),
        plan_rights(facts),
    ]);
    checks
}

fn configuration(facts: &Facts) -> Check {
    let policies = counted(facts.policies as u64, "policy", "policies");
    Check::ok("configuration", format!("{}: no fault, {policies}", facts.config_file))
}

fn credentials(facts: &Facts) -> Check {
    match &facts.credentials {
        Live::Present(()) => Check::ok("credentials", "the AWS chain gives some"),
        Live::Absent => Check::failed("credentials", "the AWS chain has none", SIGN_IN),
        Live::Unknown(unknown) => Check::failed("credentials", &unknown.why, SIGN_IN),
    }
}

const SIGN_IN: &str =
    "sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

fn account(facts: &Facts) -> Option<Check> {
    let check = "account";
    match &facts.caller {
        Live::Absent => None,
        Live::Present(caller) => Some(match caller.mismatch(&facts.account, &facts.config_file) {
            None => Check::ok(check, format!("{}, as {}", caller.account, caller.arn)),
            Some(why) => Check::failed(
                check,
                why,
                "choose the profile of that account (AWS_PROFILE), or correct `account`",
            ),
        }),
        Live::Unknown(unknown) => Some(Check::unread(check, unknown)),
    }
}

fn region(facts: &Facts) -> Check {
    let (wanted, bucket) = (&facts.region, &facts.place.bucket);
    match &facts.bucket {
        Live::Present(Some(found)) if found != wanted => Check::failed(
            "region",
            format!("bucket {bucket} is in {found}, and `region` says {wanted}"),
            "correct `region`, or take a bucket beside the domain",
        ),
        Live::Present(Some(_)) => Check::ok("region", format!("{wanted}, and the bucket is there too")),
        Live::Present(None) => Check::ok("region", format!("{wanted}; the store tells none")),
        Live::Absent | Live::Unknown(_) => {
            Check::unchecked("region", format!("{wanted}; bucket {bucket} does not tell its own"))
        }
    }
}

fn endpoint(facts: &Facts) -> Check {
    match &facts.unreached {
        None => Check::ok("endpoint", format!("{} answers", facts.endpoint)),
        Some((why, fix)) => {
            let fix = fix.clone().unwrap_or_else(|| "check `ES_ENDPOINT` and the way to it".into());
            Check::failed("endpoint", why, fix)
        }
    }
}

fn engine(facts: &Facts) -> Check {
    match &facts.cluster {
        Live::Present(cluster) if cluster.health == Health::Red => Check::failed(
            "engine",
            format!("{}, {}: a primary is missing", cluster.engine, cluster.health),
            "bring the primaries back: nothing is archived, deleted or expired until then",
        ),
        Live::Present(cluster) => {
            Check::ok("engine", format!("{}, cluster {}, {}", cluster.engine, cluster.name, cluster.health))
        }
        Live::Absent | Live::Unknown(_) if facts.unreached.is_some() => not_reached("engine"),
        Live::Absent => Check::unchecked("engine", "it was not asked"),
        Live::Unknown(unknown) => Check::unread("engine", unknown),
    }
}

fn not_reached(check: &'static str) -> Check {
    Check::unchecked(check, "the domain was not reached")
}

fn clock(facts: &Facts) -> Check {
    let Live::Present(cluster) = &facts.cluster else { return not_reached("clock") };
    match cluster.clock_skew_seconds {
        None => Check::unchecked("clock", "neither the domain nor the store told its time"),
        Some(seconds) if seconds.unsigned_abs() > CLOCK_TOLERANCE_SECONDS => {
            let side = if seconds > 0 { "ahead of" } else { "behind" };
            Check::failed(
                "clock",
                format!("this machine's is {} s {side} the domain's", seconds.unsigned_abs()),
                "set the clock (NTP): nothing is archived, deleted or expired beyond 300 s",
            )
        }
        Some(seconds) => Check::ok("clock", format!("{} s beside the domain's", seconds.unsigned_abs())),
    }
}

fn repository(facts: &Facts) -> Check {
    let check = "repository";
    let (name, place) = (&facts.place.repository, facts.place.url());
    match (&facts.repository, &facts.repository_change) {
        (Live::Unknown(_), _) if facts.unreached.is_some() => not_reached(check),
        (Live::Unknown(unknown), _) => Check::unread(check, unknown),
        (Live::Absent, _) => {
            Check::failed(check, format!("{name} is not registered"), "es2s3 apply registers it")
        }
        (Live::Present(_), RepositoryChange::Update { fields, .. }) => {
            let named: Vec<&str> = fields.iter().map(|change| change.field.as_str()).collect();
            Check::failed(
                check,
                format!("{name} at {place} differs in {}", named.join(", ")),
                "es2s3 plan shows the difference, es2s3 apply mends it",
            )
        }
        (Live::Present(_), RepositoryChange::Blocked { blocker }) => {
            Check::failed(check, blocked(blocker), "es2s3 plan tells more")
        }
        (Live::Present(_), RepositoryChange::Keep | RepositoryChange::Create { .. }) => {
            Check::ok(check, format!("{name} at {place}, as declared"))
        }
    }
}

fn blocked(blocker: &Blocker) -> String {
    match blocker {
        Blocker::Repository { why } => why.clone(),
        Blocker::Unread { what, unknown } => format!("{what} could not be read: {}", unknown.why),
        _ => "a plan would not change it now".into(),
    }
}

fn bucket(facts: &Facts) -> Check {
    let bucket = &facts.place.bucket;
    match &facts.bucket {
        Live::Present(_) => Check::ok("bucket", format!("{bucket} is there")),
        Live::Absent => {
            let fix = if facts.cloud.is_some() {
                "es2s3 apply makes it"
            } else {
                "make it, or correct `bucket-name`"
            };
            Check::failed("bucket", format!("{bucket} does not exist"), fix)
        }
        Live::Unknown(unknown) if unknown.missing.is_some() => Check::unread("bucket", unknown),
        Live::Unknown(unknown) => Check::failed(
            "bucket",
            &unknown.why,
            "check its name and its owner, and the way to S3: in a VPC a gateway endpoint",
        ),
    }
}

fn catalogue(facts: &Facts) -> Check {
    match &facts.catalogue {
        Live::Present(catalogue) => {
            Check::ok("catalogue", counted(catalogue.snapshots.len() as u64, "snapshot", "snapshots"))
        }
        Live::Absent => Check::ok("catalogue", "empty: nothing was ever written there"),
        Live::Unknown(_) if facts.unreached.is_some() => not_reached("catalogue"),
        Live::Unknown(unknown) if unknown.missing.is_some() => Check::unread("catalogue", unknown),
        Live::Unknown(unknown) => {
            Check::failed("catalogue", &unknown.why, "see docs/runbook.md: the catalogue cannot be read")
        }
    }
}

fn state(facts: &Facts) -> Check {
    match &facts.state {
        Live::Present(state) => Check::ok("state", format!("{}, serial {}", facts.state_place, state.serial)),
        Live::Absent => {
            Check::failed("state", format!("{} does not exist", facts.state_place), "es2s3 bootstrap")
        }
        Live::Unknown(unknown) if unknown.missing.is_some() => Check::unread("state", unknown),
        Live::Unknown(unknown) => Check::failed(
            "state",
            &unknown.why,
            "see docs/state-format.md; nothing is written before it is readable",
        ),
    }
}

/// A lease that is held is no fault: another run is at work. One that expired is of a run that died.
fn lock(facts: &Facts) -> Check {
    match &facts.lock {
        Live::Absent => Check::ok("lock", "free"),
        Live::Unknown(unknown) => Check::unread("lock", unknown),
        Live::Present(lock) => {
            let who = format!(
                "{} of {}@{}, run {}, until {}",
                lock.operation, lock.owner, lock.host, lock.run, lock.expires
            );
            if lock.expires > facts.now {
                Check::ok("lock", format!("held: {who}; an apply of now would end with exit 4"))
            } else {
                Check::failed("lock", format!("expired: {who}"), "es2s3 apply takes it over and carries on")
            }
        }
    }
}

fn plan_rights(facts: &Facts) -> Check {
    let check = "plan";
    let mut denied: Vec<&str> = facts.unread.iter().filter_map(|one| one.missing.as_deref()).collect();
    denied.sort_unstable();
    denied.dedup();
    if !denied.is_empty() {
        let denied = denied.join(", ");
        return Check::failed(check, format!("denied: {denied}"), format!("grant {denied}"));
    }
    match facts.unread.first() {
        None => Check::ok(check, "every read that a plan needs was answered"),
        Some(_) if facts.unreached.is_some() => not_reached(check),
        Some(unknown) => Check::unchecked(check, &unknown.why),
    }
}
