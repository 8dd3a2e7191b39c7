//! Names as types, so that an index name can never stand where a snapshot name is wanted.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(Arc<str>);

        impl $type {
            pub fn new(name: impl Into<Arc<str>>) -> Self {
                Self(name.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $type {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }

        impl From<String> for $type {
            fn from(name: String) -> Self {
                Self::new(name)
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// An index name, exactly as the engine spells it. Never a pattern.
    IndexName
}
name! {
    /// The 22 url-safe base64 characters that tell an index from a later one of the same name.
    IndexUuid
}
name! {
    /// A snapshot's name, unique within its repository.
    SnapshotName
}
name! {
    /// The 22 characters that name a snapshot's blobs: `snap-<uuid>.dat`.
    SnapshotUuid
}
name! {
    /// A snapshot repository as the engine knows it.
    RepositoryName
}
name! {
    /// An S3 bucket.
    BucketName
}
name! {
    /// A policy of `app-config.yml`; for the nine-key form its prefix without the trailing separator.
    PolicyName
}
name! {
    /// One run of `apply`, `restore` or the schedule: a ULID in upper case, so that runs sort by time.
    RunId
}
