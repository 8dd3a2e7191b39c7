//! Faults that a test scripts, and the log of every request: both fronts ask here before they do anything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which server of the world a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    Elasticsearch,
    S3,
    /// Everything of AWS but S3. The path of a request is its action: `iam:GetRole`.
    Aws,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Proceed,
    /// Answer this without doing anything.
    Refuse {
        status: u16,
        /// An error code on the S3 front, and on that of AWS, where `Code: message` brings words of its own; the reply's whole
        /// body on the engine's when it begins with `{`, else the type of an error.
        code: String,
    },
    /// Close the connection without doing anything.
    CutBefore,
    /// Do it, then close the connection without an answer.
    CutAfter,
    /// Do it after this long.
    Delay(Duration),
}

/// Where the connection to a dying process is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The write is not done.
    Before,
    /// The write is done, and nobody hears of it.
    After,
}

/// Which of the matching requests a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nth {
    All,
    /// Counted from 1.
    Only(usize),
}

/// A standing rule. Both the method and the path, query included, may hold `*` for anything.
#[derive(Clone, Debug)]
pub struct Rule {
    pub front: Front,
    pub method: String,
    pub path: String,
    pub nth: Nth,
    pub verdict: Verdict,
}

/// A handle on the script and the log; clones share both.
#[derive(Clone, Default)]
pub struct Faults {
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    queues: Vec<Queue>,
    rules: Vec<(Rule, usize)>,
    log: Vec<Request>,
    death: Death,
}

/// The view of a process that dies at one of its writes: from then on it reaches nobody.
#[derive(Default)]
enum Death {
    #[default]
    Alive,
    /// So many writes still go through.
    After(usize, Cut),
    Dead,
}

struct Queue {
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
    /// With its query; on the front of AWS the action.
    pub path: String,
    /// `None` while it is under way, and for good when the connection was cut.
    pub status: Option<u16>,
}

/// How AWS names the calls that change nothing.
const READS: [&str; 5] = ["Get", "List", "Describe", "Filter", "Simulate"];

impl Request {
    /// S3: PUT, POST, DELETE. The engine: the same, a restore or a flush too. AWS: what its action does not call a read.
    pub fn is_write(&self) -> bool {
        match self.front {
            Front::Elasticsearch | Front::S3 => matches!(self.method.as_str(), "PUT" | "POST" | "DELETE"),
            Front::Aws => {
                let (_, action) = self.path.split_once(':').unwrap_or_default();
                !READS.iter().any(|read| action.starts_with(read))
            }
        }
    }
}

/// A logged request, to say later how it was answered.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(usize);

impl Faults {
    /// The next requests with this method and this text in their path meet `verdicts`, one each.
    pub fn script(&self, front: Front, method: &str, path_part: &str, verdicts: &[Verdict]) {
        let mut verdicts = verdicts.to_vec();
        verdicts.reverse();
        let queue = Queue { front, method: method.to_owned(), path_part: path_part.to_owned(), verdicts };
        self.lock().queues.push(queue);
    }

    /// Adds a standing rule; of several that match, the first that was added holds.
    pub fn rule(&self, front: Front, method: &str, path: &str, nth: Nth, verdict: Verdict) {
        let rule = Rule { front, method: method.to_owned(), path: path.to_owned(), nth, verdict };
        self.lock().rules.push((rule, 0));
    }

    /// Cuts the connection at the `k`th write from now on, counted from 1 over both fronts, and every request after it.
    pub fn cut_after_write(&self, k: usize, cut: Cut) {
        self.lock().death = Death::After(k, cut);
    }

    /// Ends the cutting; rules stay.
    pub fn heal(&self) {
        self.lock().death = Death::Alive;
    }

    /// Drops every rule, and heals.
    pub fn clear(&self) {
        let mut script = self.lock();
        script.queues.clear();
        script.rules.clear();
        script.death = Death::Alive;
    }

    /// Logs a request and says what becomes of it.
    pub fn enter(&self, front: Front, method: &str, path: &str) -> (Ticket, Verdict) {
        let mut script = self.lock();
        let request = Request { front, method: method.to_owned(), path: path.to_owned(), status: None };
        let verdict = script.verdict(&request);
        script.log.push(request);
        (Ticket(script.log.len() - 1), verdict)
    }

    /// Notes how a request was answered.
    pub fn answered(&self, ticket: Ticket, status: u16) {
        if let Some(request) = self.lock().log.get_mut(ticket.0) {
            request.status = Some(status);
        }
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.lock().log.clone()
    }

    /// Those of them that write.
    pub fn writes(&self) -> Vec<Request> {
        self.requests().into_iter().filter(Request::is_write).collect()
    }

    /// Forgets the log.
    pub fn forget(&self) {
        self.lock().log.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Script {
    fn verdict(&mut self, request: &Request) -> Verdict {
        if let Some(verdict) = self.death.verdict(request) {
            return verdict;
        }
        self.queued(request).or_else(|| self.ruled(request)).unwrap_or(Verdict::Proceed)
    }

    fn queued(&mut self, request: &Request) -> Option<Verdict> {
        let applies = |queue: &&mut Queue| {
            queue.front == request.front
                && queue.method == request.method
                && request.path.contains(&queue.path_part)
        };
        self.queues.iter_mut().filter(applies).find_map(|queue| queue.verdicts.pop())
    }

    /// Every matching rule counts the request, the first whose turn it is decides.
    fn ruled(&mut self, request: &Request) -> Option<Verdict> {
        let mut decided = None;
        for (rule, seen) in self.rules.iter_mut().filter(|(rule, _)| rule.matches(request)) {
            *seen += 1;
            if decided.is_none() && rule.nth.is_turn(*seen) {
                decided = Some(rule.verdict.clone());
            }
        }
        decided
    }
}

impl Death {
    fn verdict(&mut self, request: &Request) -> Option<Verdict> {
        match self {
            Self::Alive => None,
            Self::Dead => Some(Verdict::CutBefore),
            Self::After(..) if !request.is_write() => None,
            Self::After(left, _) if *left > 1 => {
                *left -= 1;
                None
            }
            Self::After(_, cut) => {
                let verdict = if *cut == Cut::Before { Verdict::CutBefore } else { Verdict::CutAfter };
                *self = Self::Dead;
                Some(verdict)
            }
        }
    }
}

impl Rule {
    fn matches(&self, request: &Request) -> bool {
        self.front == request.front
            && crate::glob::matches(&self.method, &request.method)
            && crate::glob::matches(&self.path, &request.path)
    }
}

impl Nth {
    fn is_turn(self, seen: usize) -> bool {
        match self {
            Self::All => true,
            Self::Only(turn) => turn == seen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(faults: &Faults, front: Front, method: &str, path: &str) -> Verdict {
        faults.enter(front, method, path).1
    }

    #[test]
    fn a_rule_is_for_one_match_or_for_all() {
        let faults = Faults::default();
        faults.rule(Front::Elasticsearch, "PUT", "/_snapshot/*", Nth::Only(2), Verdict::CutAfter);
        faults.rule(Front::Elasticsearch, "*", "/*/_stats*", Nth::All, Verdict::CutBefore);
        let ask = |method, path| verdict(&faults, Front::Elasticsearch, method, path);
        assert_eq!(ask("PUT", "/_snapshot/r/a"), Verdict::Proceed);
        assert_eq!(ask("GET", "/_snapshot/r/a"), Verdict::Proceed);
        assert_eq!(ask("PUT", "/_snapshot/r/a"), Verdict::CutAfter);
        assert_eq!(ask("PUT", "/_snapshot/r/a"), Verdict::Proceed);
        for path in ["/x/_stats?level=shards", "/y/_stats"] {
            assert_eq!(ask("GET", path), Verdict::CutBefore);
        }
        assert_eq!(verdict(&faults, Front::S3, "GET", "/y/_stats"), Verdict::Proceed);
    }

    #[test]
    fn a_process_dies_at_a_write_and_stays_dead_until_healed() {
        for (cut, at_death) in [(Cut::Before, Verdict::CutBefore), (Cut::After, Verdict::CutAfter)] {
            let faults = Faults::default();
            faults.cut_after_write(2, cut);
            assert_eq!(verdict(&faults, Front::S3, "PUT", "/b/k"), Verdict::Proceed);
            assert_eq!(verdict(&faults, Front::S3, "GET", "/b/k"), Verdict::Proceed);
            assert_eq!(verdict(&faults, Front::Elasticsearch, "DELETE", "/i"), at_death);
            assert_eq!(verdict(&faults, Front::S3, "GET", "/b/k"), Verdict::CutBefore);
            assert_eq!(verdict(&faults, Front::S3, "PUT", "/b/k"), Verdict::CutBefore);
            faults.heal();
            assert_eq!(verdict(&faults, Front::S3, "PUT", "/b/k"), Verdict::Proceed);
        }
    }

    #[test]
    fn the_log_has_every_request_and_what_came_of_it() {
        let faults = Faults::default();
        let (ticket, _) = faults.enter(Front::S3, "PUT", "/b/k");
        faults.enter(Front::Elasticsearch, "GET", "/");
        faults.answered(ticket, 412);
        let statuses: Vec<_> = faults.requests().iter().map(|request| request.status).collect();
        assert_eq!(statuses, [Some(412), None]);
        assert_eq!(faults.writes().len(), 1);
    }
}
