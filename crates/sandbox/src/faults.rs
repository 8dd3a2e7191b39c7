//! Faults that a test scripts, and the log of every request: both fronts ask here before they do anything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Which server of the world a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    Elasticsearch,
    S3,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Proceed,
    /// Answer this without doing anything.
    Refuse {
        status: u16,
        code: String,
    },
    /// Close the connection without doing anything.
    CutBefore,
    /// Do it, then close the connection without an answer.
    CutAfter,
}

/// A handle on the script and the log; clones share both.
#[derive(Clone, Default)]
pub struct Faults {
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    rules: Vec<Rule>,
    log: Vec<Request>,
}

struct Rule {
    front: Front,
    method: String,
    path_part: String,
    verdicts: Vec<Verdict>,
}

/// One request as it came in, refused or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub front: Front,
    pub method: String,
    /// With its query.
    pub path: String,
}

impl Faults {
    /// The next requests with this method and this text in their path meet `verdicts`, one each.
    pub fn script(&self, front: Front, method: &str, path_part: &str, verdicts: &[Verdict]) {
        let mut verdicts = verdicts.to_vec();
        verdicts.reverse();
        let rule = Rule { front, method: method.to_owned(), path_part: path_part.to_owned(), verdicts };
        self.lock().rules.push(rule);
    }

    /// Logs a request and says what becomes of it.
    pub fn before(&self, front: Front, method: &str, path: &str) -> Verdict {
        let mut script = self.lock();
        script.log.push(Request { front, method: method.to_owned(), path: path.to_owned() });
        let applies =
            |rule: &&mut Rule| rule.front == front && rule.method == method && path.contains(&rule.path_part);
        script
            .rules
            .iter_mut()
            .filter(applies)
            .find_map(|rule| rule.verdicts.pop())
            .unwrap_or(Verdict::Proceed)
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.lock().log.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
