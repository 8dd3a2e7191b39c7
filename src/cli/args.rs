//! The command line as types. Parsing only: no command does anything here.

mod thanos;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::thanos::RenderArgs;
use super::examples;
use crate::config::units::{parse_bytes, parse_duration, parse_share};
use crate::model::infra::Ci;
use crate::model::{AddressPattern, Bytes};
use crate::plan::Selection;

/// Log retention with proof: plan, apply, prove, restore.
///
/// Old indices of Elasticsearch or OpenSearch are snapshotted to S3, verified blob by blob, and only then deleted.
#[derive(Debug, Parser)]
#[command(name = "es2s3", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:
  es2s3 init                       write a commented app-config.yml
  es2s3 plan                       show what would change; writes nothing
  es2s3 plan --out plans/today     save the plan, to apply exactly this one
  es2s3 apply                      plan, ask, carry out
  es2s3 prove app-2026.10.20       is its copy in S3 whole? clause by clause
  es2s3 restore app-2026.10.20     bring it back

Exit codes: 0 done or nothing to do, 1 error, 2 changes (plan --detailed-exitcode), 3 a guard refused,
4 locked, 5 the plan is stale, 6 applied in part.")]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The configuration file.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        default_value = "app-config.yml",
        env = "ES2S3_CONFIG"
    )]
    pub config: PathBuf,
    /// A profile of the AWS configuration, for all but the function's own credentials. Without it the chain goes by `AWS_PROFILE`.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The region that is meant. The configuration says it, or the domain's endpoint: with another one nothing is read.
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// How results are written to standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Colour: on a terminal, always, or never. `NO_COLOR` is honoured.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// No progress on standard error; errors are still shown.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented app-config.yml.
    Init {
        /// Overwrite a file that is there.
        #[arg(long)]
        force: bool,
    },
    /// Check the configuration and tell every fault in it.
    Validate,
    /// Print the JSON Schema of the configuration.
    Schema,
    /// Look at the configuration as es2s3 understands it.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Show the difference between what is wanted and what is there. Writes nothing.
    #[command(after_help = examples::PLAN)]
    Plan(PlanArgs),
    /// Carry out a plan: the one saved in PLANFILE, or a fresh one after asking.
    #[command(after_help = examples::APPLY)]
    Apply(ApplyArgs),
    /// Show a saved plan.
    Show { planfile: PathBuf },
    /// Verify the copy of an index, or a whole snapshot, and print the evidence.
    #[command(after_help = examples::PROVE)]
    Prove {
        /// Index or snapshot names.
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Bring deleted indices back from their snapshots and hold them.
    #[command(after_help = examples::RESTORE)]
    Restore(RestoreArgs),
    /// Keep indices from being deleted until released.
    #[command(after_help = examples::HOLD)]
    Hold {
        #[arg(required = true, value_name = "INDEX")]
        indices: Vec<String>,
        /// Why; shown in every plan.
        #[arg(long, default_value = "")]
        note: String,
        /// How long, for example `14d`. Without it: until `es2s3 unhold`.
        #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
        r#for: Option<std::time::Duration>,
    },
    /// Release holds.
    #[command(after_help = examples::UNHOLD)]
    Unhold {
        #[arg(required = true, value_name = "INDEX")]
        indices: Vec<String>,
    },
    /// List the holds.
    Holds,
    /// How the domain, the repository and the last runs are, and what is overdue.
    #[command(after_help = examples::STATUS)]
    Status,
    /// Check all that es2s3 leans on, with a fix for each failure. Writes nothing.
    #[command(after_help = examples::DOCTOR)]
    Doctor,
    /// The runs so far, or one run in full: its journal and what it deleted.
    #[command(after_help = examples::HISTORY)]
    History {
        #[arg(value_name = "RUN")]
        run: Option<String>,
        /// At most so many runs.
        #[arg(long, default_value_t = 20)]
        last: usize,
    },
    /// Prepare the account: the state bucket, the proof that it honours conditional writes, and roles for CI.
    #[command(after_help = examples::BOOTSTRAP)]
    Bootstrap(BootstrapArgs),
    /// Remove what es2s3 made on the AWS side. Buckets, snapshots and the registered repository stay.
    #[command(after_help = examples::DESTROY)]
    Destroy(DestroyArgs),
    /// Pack this program as the zip that the scheduled function runs.
    #[command(after_help = examples::PACKAGE)]
    Package {
        /// Where to write it.
        #[arg(long, value_name = "FILE", default_value = "es2s3.zip")]
        out: PathBuf,
        /// Another program than this one, for example one built for arm64.
        #[arg(long, value_name = "FILE")]
        executable: Option<PathBuf>,
    },
    /// The scheduled run, now: call the function, follow its log, end with its exit code.
    #[command(after_help = examples::RUN)]
    Run,
    /// What the function wrote.
    #[command(after_help = examples::LOGS)]
    Logs(LogsArgs),
    /// The bucket of Prometheus's metrics: look at it alone.
    #[command(subcommand)]
    Thanos(ThanosCommand),
    /// Look at the state and its lock, or mend them.
    #[command(subcommand)]
    State(StateCommand),
    /// Print a completion script for a shell.
    Completions { shell: clap_complete::Shell },
    /// Print the manual page (roff).
    Man,
}

impl Command {
    /// Whether its events are its result: in JSON they are a stream on standard output.
    pub fn writes(&self) -> bool {
        matches!(self, Self::Apply(_) | Self::Restore(_) | Self::Destroy(_))
    }

    /// What its plan is made by, for those that begin with one.
    pub fn selection(&self) -> Option<(OverrideArgs, SelectionArgs)> {
        match self {
            Self::Plan(args) => Some((args.overrides.clone(), args.selection.clone())),
            Self::Apply(args) => Some((args.overrides.clone(), args.selection.clone())),
            Self::Status => Some((OverrideArgs::default(), SelectionArgs::default())),
            _ => None,
        }
    }

    /// Whether it reads or writes the domain, so that `access` counts.
    pub fn needs_the_domain(&self) -> bool {
        match self {
            Self::Plan(PlanArgs { at: Some(_), .. }) => false,
            Self::Plan(PlanArgs { selection, .. }) => selection.takes_the_domain(),
            Self::Apply(ApplyArgs { selection, planfile, .. }) => {
                planfile.is_some() || selection.takes_the_domain()
            }
            Self::Prove { .. } | Self::Restore(_) | Self::Status => true,
            _ => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the resolved configuration, defaults filled in.
    Show,
}

#[derive(Debug, Subcommand)]
pub enum ThanosCommand {
    /// Every finding about the layout of the bucket, and a table by stream. Writes nothing.
    #[command(after_help = examples::THANOS_AUDIT)]
    Audit(AuditArgs),
    /// The files that start Prometheus, Sidecar, Store, Querier and Compactor as the configuration says. Needs no network.
    #[command(after_help = examples::THANOS_RENDER)]
    Render(RenderArgs),
}

#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// Every finding, nothing folded.
    #[arg(short, long)]
    pub verbose: bool,
    /// Exit with 2 when there is a finding that is an error or a warning.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Write the audit as a page of HTML, with a picture of what time is covered.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Print the state: owned things, holds, the last run, the lock.
    Show,
    /// Remove a lock whose owner is gone. Give the run id that `state show` prints.
    #[command(after_help = examples::UNLOCK)]
    Unlock {
        #[arg(value_name = "RUN")]
        run: String,
    },
    /// Write state, manifest and journal to standard output as JSON lines.
    Export,
    /// Forget an address: es2s3 no longer owns it. The thing itself is left alone.
    #[command(after_help = examples::FORGET)]
    Forget {
        #[arg(value_name = "ADDRESS")]
        address: crate::model::Address,
    },
}

/// Which items take part.
#[derive(Debug, Clone, Default, Args)]
pub struct SelectionArgs {
    /// Only these: `data`, `infra`, `archive`, `delete`, `expire`, or an address such as `index/app-*`.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    pub only: Vec<AddressPattern>,
    /// All but these.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    pub exclude: Vec<AddressPattern>,
}

impl SelectionArgs {
    /// Not `infra` alone, which is carried out without the domain where that is out of reach.
    fn takes_the_domain(&self) -> bool {
        Selection::from(self).without_the_repository().may_take_the_domain()
    }
}

/// Amounts that a guard would refuse; each names how much.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Guard overrides")]
pub struct OverrideArgs {
    /// Allow so many indices to be deleted in this run.
    #[arg(long, value_name = "COUNT")]
    pub allow_delete_count: Option<u64>,
    /// Allow so much to be deleted in this run, for example `1.2TiB`.
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub allow_delete_bytes: Option<Bytes>,
    /// Allow this share of a series to be deleted in this run, for example `96%`.
    #[arg(long, value_name = "PERCENT", value_parser = parse_share)]
    pub allow_delete_share: Option<u8>,
    /// Allow so many snapshots to expire in this run.
    #[arg(long, value_name = "COUNT")]
    pub allow_expire_count: Option<u64>,
    /// Allow this share of a series' snapshots to expire in this run, for example `96%`.
    #[arg(long, value_name = "PERCENT", value_parser = parse_share)]
    pub allow_expire_share: Option<u8>,
    /// Allow this share of the blocks of Thanos to be marked for deletion in this run, for example `60%`.
    #[arg(long, value_name = "PERCENT", value_parser = parse_share)]
    pub allow_mark_share: Option<u8>,
}

#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Save the plan to FILE, for `es2s3 apply FILE`.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there is something to do.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Every line, nothing folded.
    #[arg(short, long)]
    pub verbose: bool,
    /// The bucket of blocks on this day, UTC, five years ahead at most, as the Compactor and the retentions will have left it; nothing else is planned.
    #[arg(long, value_name = "DATE", conflicts_with_all = ["out", "detailed_exitcode", "only", "exclude"])]
    pub at: Option<jiff::civil::Date>,
}

#[derive(Debug, Clone, Args)]
pub struct BootstrapArgs {
    /// Roles for a CI system as well, one that may plan and one that may apply: `github:OWNER/REPO[@ENVIRONMENT]` or
    /// `gitlab:[HOST:]GROUP/PROJECT[@BRANCH]`.
    #[arg(long, value_name = "REPOSITORY")]
    pub ci: Option<Ci>,
    /// Print what would be made as JSON, for whoever may make it; asks nobody and needs no credentials.
    #[arg(long, conflicts_with = "auto_approve")]
    pub print: bool,
    /// Do not ask.
    #[arg(long)]
    pub auto_approve: bool,
}

#[derive(Debug, Clone, Args)]
pub struct DestroyArgs {
    /// Remove this bucket too, if nothing is in it any more; may be given twice.
    #[arg(long, value_name = "NAME")]
    pub bucket: Vec<String>,
    /// Do not ask.
    #[arg(long)]
    pub auto_approve: bool,
    /// Wait so long for another run's lease to end.
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    pub lock_timeout: Option<std::time::Duration>,
}

#[derive(Debug, Clone, Args)]
pub struct ApplyArgs {
    /// A plan saved by `es2s3 plan --out`. Giving it is the approval.
    pub planfile: Option<PathBuf>,
    #[command(flatten)]
    pub selection: SelectionArgs,
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Do not ask.
    #[arg(long)]
    pub auto_approve: bool,
    /// Begin snapshots and leave their verification to the next run.
    #[arg(long)]
    pub no_wait: bool,
    /// Wait so long for another run's lease to end.
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    pub lock_timeout: Option<std::time::Duration>,
}

#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// Indices to bring back.
    #[arg(value_name = "INDEX", required_unless_present_any = ["run", "policy"], conflicts_with_all = ["run", "policy"])]
    pub indices: Vec<String>,
    /// Everything that this run deleted.
    #[arg(long, value_name = "RUN_ID", conflicts_with = "policy")]
    pub run: Option<String>,
    /// Everything of this policy whose period touches --from … --to.
    #[arg(long, requires = "from", requires = "to")]
    pub policy: Option<String>,
    /// First day, UTC.
    #[arg(long, value_name = "DATE")]
    pub from: Option<jiff::civil::Date>,
    /// Last day, UTC.
    #[arg(long, value_name = "DATE")]
    pub to: Option<jiff::civil::Date>,
    /// Name of the restored index; `{}` stands for the original name, for example `restored-{}`.
    #[arg(long, value_name = "PATTERN")]
    pub rename: Option<String>,
    /// How long the hold on them lasts, for example `30d`. Default: `restored_hold` of the configuration.
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    pub hold: Option<std::time::Duration>,
    /// Do not ask.
    #[arg(long)]
    pub auto_approve: bool,
}

#[derive(Debug, Clone, Args)]
pub struct LogsArgs {
    /// Go on until Ctrl-C.
    #[arg(short, long)]
    pub follow: bool,
    /// How far back.
    #[arg(long, value_parser = parse_duration, value_name = "DURATION", default_value = "24h")]
    pub since: std::time::Duration,
    /// The lines of one run alone.
    #[arg(long, value_name = "RUN_ID")]
    pub run: Option<String>,
    /// What failed, was skipped, or is no event of es2s3's at all.
    #[arg(long)]
    pub errors: bool,
}
