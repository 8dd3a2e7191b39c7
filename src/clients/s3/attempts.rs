//! When a write is tried again, how long after, and whether an earlier attempt may have been carried out unseen.

use std::time::Duration;

use super::S3Error;
use crate::clients::retry;

/// How one attempt to write failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The store judged the condition and it does not hold.
    Refused,
    /// Nothing was written, and the same request may do later: 409 `ConditionalRequestConflict`, a clock to correct.
    Again(S3Error),
    /// It may have been written: the reply was lost, or the server broke down.
    Unseen(S3Error),
    /// Nothing was written, and nothing will be.
    Final(S3Error),
}

/// What to do after a fault.
#[derive(Debug)]
pub(super) enum Next {
    Retry(Duration),
    /// Refused. With `doubt`, what stands in the way may be our own earlier attempt.
    Refused {
        doubt: bool,
    },
    GiveUp {
        doubt: bool,
        error: S3Error,
    },
}

/// The attempts of one write.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    made: u32,
    doubt: bool,
}

/// Attempts in all: six seconds of pauses at the most, so that a lease of a minute still has time for the next renewal.
const MOST: u32 = 6;

impl Attempts {
    pub(super) fn after(&mut self, fault: Fault) -> Next {
        self.made += 1;
        let error = match fault {
            Fault::Refused => return Next::Refused { doubt: self.doubt },
            Fault::Final(error) => return Next::GiveUp { doubt: self.doubt, error },
            Fault::Again(error) => error,
            Fault::Unseen(error) => {
                self.doubt = true;
                error
            }
        };
        if self.made < MOST {
            Next::Retry(retry::pause(self.made + 1))
        } else {
            Next::GiveUp { doubt: self.doubt, error }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> S3Error {
        S3Error::Unreachable {
            action: "s3:PutObject",
            bucket: "b".into(),
            key: "k".into(),
            why: "cut".into(),
        }
    }

    #[test]
    fn a_refusal_is_in_doubt_only_after_an_unseen_attempt() {
        let mut attempts = Attempts::default();
        assert!(matches!(attempts.after(Fault::Again(lost())), Next::Retry(_)));
        assert!(matches!(attempts.after(Fault::Refused), Next::Refused { doubt: false }));
        assert!(matches!(attempts.after(Fault::Unseen(lost())), Next::Retry(_)));
        assert!(matches!(attempts.after(Fault::Refused), Next::Refused { doubt: true }));
    }

    #[test]
    fn attempts_are_bounded() {
        let mut attempts = Attempts::default();
        for _ in 1..MOST {
            assert!(matches!(attempts.after(Fault::Again(lost())), Next::Retry(_)));
        }
        assert!(matches!(attempts.after(Fault::Again(lost())), Next::GiveUp { doubt: false, .. }));
    }
}
