//! The bucket of blocks for people: in a plan, as an audit of its own, and as a page with a picture.

mod audit;
mod consequences;
mod deploy;
mod findings;
mod future;
mod page;
mod rows;
mod timeline;

pub use audit::audit_human;
pub(super) use consequences::consequences;
pub use deploy::{
    FileChange, MADE_BY, RenderedFile, thanos_change_diff, thanos_change_summary, thanos_changes,
    thanos_drift, thanos_files,
};
pub(super) use findings::summary;
pub use future::future_human;
pub use page::audit_html;
pub(super) use rows::{heading, rows, section};
