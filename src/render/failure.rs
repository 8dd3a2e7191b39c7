//! An error on standard error: what is wrong, then what to do.

use super::text::{Tint, tinted};
use crate::error::{Exit, Failure};

/// `error: …`, each help on a line of its own, and the exit code where it says more than "error".
pub fn failure(failure: &Failure, color: bool) -> String {
    let mut text = format!("{}: {}", tinted("error", Tint::Remove, color), failure.message);
    for help in &failure.help {
        text.push_str(&format!("\n  {}: {help}", tinted("help", Tint::Strong, color)));
    }
    match failure.exit {
        Exit::Refused => text.push_str("\nexit 3: nothing was written"),
        Exit::Locked => text.push_str("\nexit 4: nothing was written"),
        Exit::Stale => text.push_str("\nexit 5: nothing was written"),
        Exit::Done | Exit::Error | Exit::Changes | Exit::Partial => {}
    }
    text
}
