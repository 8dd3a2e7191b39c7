//! From plan, event and report to text. Pure: takes values, returns strings; `cli` prints them.
//!
//! Labels carry the meaning, colour only helps; an amount stands before a name; a reason could be read aloud.

mod doctor;
mod event;
mod failure;
mod foundation;
mod history;
mod infra;
mod log;
mod plan;
mod plan_markdown;
mod proof;
mod reports;
mod row;
mod schedule;
mod series;
mod status;
mod text;
mod thanos;
mod words;

pub use doctor::doctor;
pub use event::{event_line, event_line_on_terminal};
pub use failure::failure;
pub use foundation::{bootstrap, destroyed, destruction, foundation};
pub use history::{run, runs};
pub use log::{log_json, log_line};
pub use plan::{plan_human, plan_json, refusal, refusal_help};
pub use plan_markdown::plan_markdown;
pub use proof::{index_proof, snapshot_proof};
pub use reports::{hold, holds, outcome, restoration, restored, state};
pub use schedule::{Rule, Schedule};
pub use status::{Status, status};
pub use thanos::{
    FileChange, MADE_BY, RenderedFile, audit_html, audit_human, future_human, thanos_change_diff,
    thanos_change_summary, thanos_changes, thanos_drift, thanos_files,
};

/// How a text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    /// Columns; longer reasons are wrapped under their own column.
    pub width: usize,
    /// Every line, nothing folded.
    pub verbose: bool,
}

impl Style {
    /// As in a file or a pipe: nothing is wrapped.
    pub const PLAIN: Style = Style { color: false, width: usize::MAX, verbose: false };
}
