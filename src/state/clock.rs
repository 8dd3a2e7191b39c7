//! The time, as a value that is passed in: the system's in production, a moved one in tests.

use std::sync::Arc;

use jiff::Timestamp;

/// Gives the time whenever asked.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
