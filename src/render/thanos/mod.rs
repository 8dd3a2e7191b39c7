//! The bucket of blocks for people: in a plan, as an audit of its own, and as a page with a picture.

mod audit;
mod deploy;
mod findings;
mod future;
mod page;
mod rows;
mod timeline;

pub use audit::audit_human;
pub use deploy::{
    FileChange, MADE_BY, RenderedFile, thanos_change_diff, thanos_change_summary, thanos_changes,
    thanos_drift, thanos_files,
};
pub use future::future_human;
pub use page::audit_html;
pub(super) use rows::{consequences, heading, rows, section};
