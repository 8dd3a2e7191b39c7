//! Lines of a log group, page by page.

use jiff::Timestamp;

use super::error::asked;
use super::{Reader, Result};

/// One line as CloudWatch keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Unique in the group: a page may bring a line again.
    pub id: String,
    /// Milliseconds since 1970, UTC.
    pub at_ms: i64,
    pub text: String,
}

impl LogLine {
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.at_ms).unwrap_or_default()
    }
}

/// A page of lines; `next` asks for the one after it.
#[derive(Debug, Clone, Default)]
pub struct LogPage {
    pub lines: Vec<LogLine>,
    pub next: Option<String>,
}

impl Reader {
    /// Lines since `from_ms`, the oldest first, across all streams of the group. `pattern` is CloudWatch's own.
    ///
    /// # Errors
    ///
    /// When the group is not there or cannot be read.
    pub async fn log_lines(
        &self,
        group: &str,
        from_ms: i64,
        pattern: Option<&str>,
        after: Option<String>,
    ) -> Result<LogPage> {
        let thing = format!("log group {group}");
        let asked = asked("logs:FilterLogEvents", &thing);
        let filter = self.logs.filter_log_events().log_group_name(group).start_time(from_ms);
        let filter = filter.set_filter_pattern(pattern.map(str::to_owned)).set_next_token(after);
        let page = filter.send().await.map_err(|error| asked.told(&error))?;
        let lines = page.events.unwrap_or_default().into_iter().map(|event| {
            let at_ms = event.timestamp.unwrap_or_default();
            let text = event.message.unwrap_or_default().trim_end().to_owned();
            // An emulator may give no id; then a line is known by all that is known of it.
            let named = || format!("{} {at_ms} {text}", event.log_stream_name.as_deref().unwrap_or_default());
            LogLine { id: event.event_id.clone().unwrap_or_else(named), at_ms, text }
        });
        Ok(LogPage { lines: lines.collect(), next: page.next_token })
    }
}
