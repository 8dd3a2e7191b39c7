//! The examples at the end of each command's `--help`. Text only.

pub const PLAN: &str = "Examples:
  es2s3 plan                               all policies of app-config.yml
  es2s3 plan --only 'index/app-2026.*'     these indices alone
  es2s3 plan --only expire --verbose       each snapshot past its retention, and what is lost with it
  es2s3 plan --out today.plan              save it; `es2s3 apply today.plan` carries out exactly this
  es2s3 plan --detailed-exitcode           in CI: 0 nothing to do, 2 something, 3 refused, 1 an error
  es2s3 plan --format markdown             for a comment on a pull request
  es2s3 plan --at 2027-03-01               the bucket of Thanos as it will be on that day

With `access: lambda` in app-config.yml it is made by the function, where the domain is out of reach from here.";

pub const APPLY: &str = "Examples:
  es2s3 apply                              plan, ask, carry out
  es2s3 apply today.plan                   what was saved and read, without a question
  es2s3 apply --auto-approve               in CI and on a schedule
  es2s3 apply --exclude expire             all but the end of old snapshots
  es2s3 apply --allow-delete-count=5000    a first run over a long backlog, as its refusal prints it

Ctrl-C stops between two items and leaves all sound; the next apply goes on. With `access: lambda` it ends the watching,
and the run goes on in the function: es2s3 logs --follow.";

pub const PROVE: &str = "Examples:
  es2s3 prove app-2026.10.20               a live index: is there a whole copy of it, and in which snapshot
  es2s3 prove app-2026.10.20-s20261120-0123abcd
                                           a snapshot: each index in it

Exit code 0: all are proven.";

pub const RESTORE: &str = "Examples:
  es2s3 restore app-2026.10.20             under its own name
  es2s3 restore app-2026.10.20 --rename 'restored-{}'
  es2s3 restore --run 01K9ZJ6Q4T8M2V5X7N3B1C0D9E --hold 30d
  es2s3 restore --policy app --from 2026-10-01 --to 2026-10-07

What comes back is held: no run deletes it again before the hold ends.";

pub const HOLD: &str = "Examples:
  es2s3 hold app-2026.10.20 --note 'incident 42' --for 30d
  es2s3 hold app-2026.10.20                until es2s3 unhold

The snapshots of an index that is held and no longer live are kept as well.";

pub const UNHOLD: &str = "Example:
  es2s3 unhold app-2026.10.20              from the next run on it has no more protection than its age";

pub const STATUS: &str = "Example:
  es2s3 status --format json               for a monitor: `overdue` lists what should be gone";

pub const DOCTOR: &str = "Examples:
  es2s3 doctor                             credentials, domain, buckets, state, function, schedule
  es2s3 doctor --format json               `checks[]`, each with its outcome and its fix

Exit code 0: none failed; what could not be checked is no failure.";

pub const HISTORY: &str = "Examples:
  es2s3 history                            the last 20 runs
  es2s3 history 01K9ZJ6Q4T8M2V5X7N3B1C0D9E one run: each step, and the proof behind each deletion";

pub const BOOTSTRAP: &str = "Examples:
  es2s3 bootstrap                          look, tell, ask
  es2s3 bootstrap --auto-approve           in CI; a second one changes nothing
  es2s3 bootstrap --ci github:acme/logs    two roles for that repository: pull requests plan, the environment
                                           `production` applies
  es2s3 bootstrap --ci github:acme/logs --print    the same as JSON, for another team to make";

pub const DESTROY: &str = "Examples:
  es2s3 destroy                            look, tell, ask; then function, rules, roles, alarms, queue and log go
  es2s3 destroy --bucket es2s3-state-630216610805-us-west-2
                                           that bucket too, if nothing is in it

What stays: snapshots, their bucket, the registered repository, the state. `es2s3 apply` makes the rest again.";

pub const UNLOCK: &str = "Example:
  es2s3 state unlock 01K9ZJ6Q4T8M2V5X7N3B1C0D9E

A lease ends by itself after some minutes without renewal. Unlock only what is surely dead: a run that still lives notices
and stops before its next deed.";

pub const FORGET: &str = "Example:
  es2s3 state forget repository/logs       es2s3 no longer counts it as its own; the repository stays";

pub const PACKAGE: &str = "Examples:
  cargo build --profile small && target/small/es2s3 package
  es2s3 package --executable target/aarch64-unknown-linux-gnu/small/es2s3

The same program gives the same zip. Name it in app-config.yml: `function: { package: es2s3.zip }`.";

pub const RUN: &str = "Example:
  es2s3 run                                what the schedule would do at five o'clock, now";

pub const LOGS: &str = "Examples:
  es2s3 logs --since 2h
  es2s3 logs --follow
  es2s3 logs --errors --since 7d
  es2s3 logs --run 01K9ZJ6Q4T8M2V5X7N3B1C0D9E --format json";

pub const THANOS_AUDIT: &str = "Examples:
  es2s3 thanos audit                      the bucket by stream, and what is wrong with it
  es2s3 thanos audit --verbose            every finding by itself
  es2s3 thanos audit --format json        for programs
  es2s3 thanos audit --html audit.html    a page with a picture of what time is covered";

pub const THANOS_RENDER: &str = "Examples:
  es2s3 thanos render --target k8s | kubectl apply -f -
  es2s3 thanos render --target systemd --out thanos/           write what differs there
  es2s3 thanos render --target systemd --out thanos/ --check   in CI: 0 the same, 2 it differs, 1 an error
  es2s3 thanos render --target flags --format json             an object of name and text

No secret is in any file. Each flag's reason: docs/thanos-render.md.";
