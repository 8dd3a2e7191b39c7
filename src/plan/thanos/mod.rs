//! What a bucket of Thanos blocks is judged by. Pure. So far the floors of the retentions; the audit of the layout comes next.

mod floors;

pub use floors::{Floor, broken};
