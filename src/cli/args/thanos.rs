//! What `es2s3 thanos render` is told.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::model::thanos::Target;

#[derive(Debug, Clone, Args)]
pub struct RenderArgs {
    /// What starts the components.
    #[arg(long, value_enum)]
    pub target: Target,
    /// Write into this folder what differs there, and say what. Without it everything is printed.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write nothing: print the difference to the folder, and exit with 2 when there is one.
    #[arg(long, requires = "out")]
    pub check: bool,
}

impl ValueEnum for Target {
    fn value_variants<'a>() -> &'a [Self] {
        &Target::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Target::K8s => "manifests of Kubernetes",
            Target::Compose => "a project of Docker Compose",
            Target::Systemd => "units of systemd",
            Target::Flags => "bare flags, one a line",
        };
        Some(PossibleValue::new(self.word()).help(help))
    }
}
