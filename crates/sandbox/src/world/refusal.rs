//! Why the engine does not do what it is asked, without words: the REST front says it in the engine's dialect.

/// One reason a request fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// By name or alias.
    IndexMissing(String),
    /// All of an expression, or an index that a snapshot does not hold.
    NoneOf(Vec<String>),
    NotInSnapshot(String),
    IndexExists {
        name: String,
        uuid: String,
    },
    IndexClosed {
        name: String,
        uuid: String,
    },
    InvalidIndexName {
        name: String,
        why: String,
    },
    Blocked {
        index: String,
        block: &'static str,
    },
    /// `verb` is what was asked: delete, close.
    BeingSnapshotted {
        verb: &'static str,
        indices: Vec<(String, String)>,
    },
    RepositoryMissing(String),
    RepositoryType {
        repository: String,
        kind: String,
    },
    RepositoryWithoutBucket(String),
    RepositoryInUse,
    /// The bucket is not there; `base_path` for the engine that names it.
    NotVerified {
        repository: String,
        base_path: String,
        bucket: String,
    },
    NotReadable {
        repository: String,
        base_path: String,
        bucket: String,
    },
    /// Another cluster wrote a catalogue of a later generation.
    RepositoryMoved {
        repository: String,
        known: i64,
        found: i64,
    },
    RepositoryDisabled(String),
    SnapshotMissing {
        repository: String,
        snapshot: String,
    },
    SnapshotName {
        repository: String,
        snapshot: String,
        why: &'static str,
    },
    NoPrimaries {
        repository: String,
        snapshot: String,
        uuid: String,
        indices: Vec<String>,
    },
    /// Before 7.9 one operation on snapshots runs at a time; the text says what was asked.
    SnapshotRuns {
        repository: String,
        snapshot: String,
        why: &'static str,
    },
    SnapshotsMounted {
        repository: String,
        snapshots: Vec<String>,
    },
    /// A restore; the text comes with its own `[repository:snapshot]`.
    Restore(String),
    IllegalArgument(String),
    Validation(String),
    Parse(String),
    /// The security plug-in says no in a shape of its own.
    Security {
        status: u16,
        word: &'static str,
        message: String,
    },
}

pub type Outcome<T> = Result<T, Refusal>;
