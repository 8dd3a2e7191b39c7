//! Files that start the components: from [`Deployment`] to text, for one target each.
//!
//! The same section gives the same bytes: no date, no order by chance. A file says at its top what made it.

mod compose;
mod diff;
mod flags;
mod k8s;
mod shared;
mod systemd;
mod yaml;

pub use diff::{FileChange, thanos_change_diff, thanos_change_summary, thanos_changes, thanos_drift};

use crate::desired::thanos::Deployment;
use crate::model::thanos::{Target, ThanosSpec};

/// A file by its name in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    pub name: String,
    pub text: String,
}

/// What a file begins with that was rendered here, whatever the target; what does not was written by somebody else.
pub const MADE_BY: &str = "# Made by `es2s3 thanos render";

/// Every file of a target, in the order in which they are read best.
pub fn thanos_files(spec: &ThanosSpec, target: Target) -> Vec<RenderedFile> {
    let page = Page { deployment: Deployment::of(spec, target), spec, target };
    match target {
        Target::Flags => flags::files(&page),
        Target::Systemd => systemd::files(&page),
        Target::Compose => compose::files(&page),
        Target::K8s => k8s::files(&page),
    }
}

/// What all files of one call are made of.
struct Page<'a> {
    spec: &'a ThanosSpec,
    target: Target,
    deployment: Deployment,
}

impl Page<'_> {
    /// A file with its header; each note is one more line of it.
    fn file(&self, name: impl Into<String>, notes: &[&str], body: &str) -> RenderedFile {
        let mut text = format!(
            "{MADE_BY} --target {}` from `thanos:` of the configuration; it replaces changes by hand.\n",
            self.target.word()
        );
        for note in notes {
            text.push_str(&format!("# {note}\n"));
        }
        text.push_str(body);
        RenderedFile { name: name.into(), text }
    }
}
