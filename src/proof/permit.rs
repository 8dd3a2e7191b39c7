//! The permission to delete one index, which only the verifier can give.

use crate::model::{Evidence, IndexName, IndexUuid};

/// Permission to delete exactly one index, given by [`Verifier::permit`](super::Verifier::permit) and by nothing else.
///
/// It cannot be built, copied or read from a file. Whoever deletes an index takes one by value:
///
/// ```
/// use es2s3::model::Evidence;
/// use es2s3::proof::DeletePermit;
///
/// fn spend(permit: DeletePermit) -> Evidence { permit.evidence().clone() }
/// ```
///
/// The same with one more line, which makes a permit out of evidence, does not compile:
///
/// ```compile_fail,E0451
/// use es2s3::model::Evidence;
/// use es2s3::proof::DeletePermit;
///
/// fn spend(permit: DeletePermit) -> Evidence { permit.evidence().clone() }
/// fn forge(evidence: Evidence) -> DeletePermit { DeletePermit { evidence } }
/// ```
#[derive(Debug)]
#[must_use]
pub struct DeletePermit {
    evidence: Evidence,
}

impl DeletePermit {
    /// For the verifier alone, after every clause of the level held.
    pub(super) fn issue(evidence: Evidence) -> Self {
        Self { evidence }
    }

    /// The one index that may be deleted.
    pub fn index(&self) -> &IndexName {
        &self.evidence.index
    }

    /// The UUID it must still have.
    pub fn uuid(&self) -> &IndexUuid {
        &self.evidence.uuid
    }

    /// What was seen, for the manifest.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}
