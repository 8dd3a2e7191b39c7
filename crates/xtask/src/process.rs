//! Servers: started in a process group of their own, known by process id *and* start time, ended by SIGKILL.
//!
//! A process id alone may be somebody else's by the time it is used; with the start time from
//! `/proc/<pid>/stat` it names one process for ever. SIGKILL because nothing of a test server's data is kept,
//! and SeaweedFS takes 8 s over a SIGTERM.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::failure::{Context, Failure};
use crate::{layout, run};

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(100);
/// How long the kernel may take over a SIGKILL.
const END_LIMIT: Duration = Duration::from_secs(10);

/// How a server is started.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, String)>,
    /// The working folder; made before.
    pub(crate) home: PathBuf,
    pub(crate) log: PathBuf,
}

/// What becomes of a server when this program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// It stays, until `stack down`.
    Standing,
    /// It ends with this program, however that ends: a shell holds the other end of a pipe and kills the
    /// server when the pipe closes.
    Leashed,
}

/// Which process it is: the leader of the group that was started for one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) pid: u32,
    /// Clock ticks after boot, field 22 of `/proc/<pid>/stat`.
    pub(crate) started: u64,
    pub(crate) log: PathBuf,
}

/// A server that this program started. Dropping it does nothing to a standing one; a leashed one loses its
/// leash.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) identity: Identity,
    /// Holds the leash's end of the pipe, and lets the kernel forget the process once it has ended.
    child: Child,
}

/// Waits for the server or for the pipe on its standard input to close, whichever comes first.
const LEASH: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{ cat <&3 >/dev/null; kill -KILL "$server"; } 2>/dev/null &
keeper=$!
exec 3<&-
wait "$server"
code=$?
kill -KILL "$keeper" 2>/dev/null
exit "$code"
"#;

impl Launch {
    pub(crate) fn start(&self, life: Life) -> Result<Server, Failure> {
        let mut command = self.command(life);
        if let Some(folder) = self.log.parent() {
            layout::make_folder(folder)?;
        }
        let log = File::create(&self.log).context(format!("cannot write {}", self.log.display()))?;
        let errors = log.try_clone().context("cannot share the log file")?;
        command.envs(self.environment.iter().map(|(key, value)| (*key, value.as_str())));
        command.current_dir(&self.home).stdout(log).stderr(errors).process_group(0);
        let child = command.spawn().context(format!("cannot start {}", self.name))?;
        let stat = Stat::of(child.id()).context(format!(
            "{} ended at once; see {}",
            self.name,
            self.log.display()
        ))?;
        let identity = Identity {
            name: self.name.to_owned(),
            pid: child.id(),
            started: stat.started,
            log: self.log.clone(),
        };
        Ok(Server { identity, child })
    }

    fn command(&self, life: Life) -> Command {
        match life {
            Life::Standing => {
                let mut command = Command::new(&self.program);
                command.args(&self.arguments).stdin(Stdio::null());
                command
            }
            Life::Leashed => {
                let mut command = Command::new("sh");
                command
                    .args(["-c", LEASH, "leash"])
                    .arg(&self.program)
                    .args(&self.arguments)
                    .stdin(Stdio::piped());
                command
            }
        }
    }
}

impl Server {
    /// Waits until `answers` says so.
    ///
    /// # Errors
    /// When the server ends before, or `limit` passes; with the end of its log.
    pub(crate) fn wait_until(&mut self, limit: Duration, answers: impl Fn() -> bool) -> Result<(), Failure> {
        let deadline = Instant::now() + limit;
        while !answers() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failure(&format!("ended with {status}")));
            }
            if Instant::now() > deadline {
                return Err(self.failure(&format!("does not answer after {} s", limit.as_secs())));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn failure(&self, what: &str) -> Failure {
        let Identity { name, log, .. } = &self.identity;
        Failure::new(format!("{name} {what}; the end of {}:\n{}", log.display(), run::tail(log)))
    }
}

impl Identity {
    /// Whether this very process still runs.
    pub(crate) fn runs(&self) -> bool {
        Stat::of(self.pid).is_some_and(|stat| stat.started == self.started && !stat.ended)
    }

    /// Ends the process and its group; true when there was something to end.
    ///
    /// # Errors
    /// When it still runs 10 s after SIGKILL.
    pub(crate) fn end(&self) -> Result<bool, Failure> {
        if !self.runs() {
            return Ok(false);
        }
        // The shell's own `kill`: the program of that name is missing from small images.
        let kill = format!("kill -KILL -{}", self.pid);
        let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
        let deadline = Instant::now() + END_LIMIT;
        while self.runs() {
            if Instant::now() > deadline {
                return Err(Failure::new(format!("{} (process {}) does not end", self.name, self.pid)));
            }
            thread::sleep(POLL);
        }
        Ok(true)
    }
}

/// What `/proc/<pid>/stat` says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Clock ticks that it ran, in its own code and in the kernel's, all threads together.
    pub(crate) ran: u64,
    started: u64,
    /// A zombie or dead: it runs no more, only its parent has not asked yet.
    ended: bool,
}

impl Stat {
    pub(crate) fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?)
    }

    /// The second field is the program's name in parentheses and may hold anything, so fields count from its
    /// end.
    fn parse(stat: &str) -> Option<Self> {
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let ended = matches!(fields.next()?, "Z" | "X");
        let mut number = |skipped| fields.nth(skipped)?.parse::<u64>().ok();
        let ran = number(10)? + number(0)?;
        Some(Self { ran, started: number(6)?, ended })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch(name: &'static str, script: &str) -> Launch {
        Launch {
            name,
            program: "sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: Vec::new(),
            home: std::env::temp_dir(),
            log: std::env::temp_dir().join(format!("xtask-{name}-{}.log", std::process::id())),
        }
    }

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 0 0 0 0 12 30 0 0 20 0 1 0 4711 0 0";
        assert_eq!(Stat::parse(stat), Some(Stat { ran: 42, started: 4711, ended: false }));
    }

    #[test]
    fn a_process_that_only_shares_the_number_is_left_alone() {
        let mine = Stat::of(std::process::id()).unwrap();
        let other = Identity {
            name: "other".into(),
            pid: std::process::id(),
            started: mine.started + 1,
            log: PathBuf::new(),
        };
        assert!(!other.end().unwrap());
    }

    #[test]
    fn ending_a_server_ends_its_children_too() {
        let server = launch("group", "sleep 600 & echo $! ; wait").start(Life::Standing).unwrap();
        let child = loop {
            let said = fs::read_to_string(&server.identity.log).unwrap();
            if let Ok(pid) = said.trim().parse::<u32>() {
                break pid;
            }
        };
        assert!(server.identity.end().unwrap());
        while Stat::of(child).is_some_and(|stat| !stat.ended) {}
        assert!(!server.identity.end().unwrap());
        fs::remove_file(&server.identity.log).unwrap();
    }

    #[test]
    fn a_leashed_server_ends_when_the_pipe_closes() {
        let mut server = launch("leash", "sleep 600").start(Life::Leashed).unwrap();
        assert!(server.identity.runs());
        drop(server.child.stdin.take());
        server.child.wait().unwrap();
        assert!(!server.identity.runs());
        fs::remove_file(&server.identity.log).unwrap();
    }

    #[test]
    fn a_server_that_ends_early_is_reported_with_its_log() {
        let mut server = launch("early", "echo no such luck; exit 4").start(Life::Standing).unwrap();
        let failure = server.wait_until(Duration::from_secs(20), || false).unwrap_err();
        assert!(failure.to_string().contains("no such luck"), "{failure}");
        fs::remove_file(&server.identity.log).unwrap();
    }
}
