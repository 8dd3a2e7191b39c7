//! Exit codes, the same for every command, and the error that carries one to `main`.
//!
//! Called by `cli` only: nothing below it names an exit code.

/// How the process ends. Documented in `docs/exit-codes.md`; stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing to do, or done.
    Done = 0,
    /// An error; nothing beyond what was reported has happened.
    Error = 1,
    /// `plan --detailed-exitcode` found changes.
    Changes = 2,
    /// A guard refused the amount.
    Refused = 3,
    /// Another run holds the lease.
    Locked = 4,
    /// A saved plan no longer fits the world at all.
    Stale = 5,
    /// Some items were carried out, others not.
    Partial = 6,
}
