//! Lines of the AWS side.

use serde::{Deserialize, Serialize};

use crate::model::infra::Spec;
use crate::model::{Address, Unknown};
use crate::plan::types::FieldChange;

/// One object with what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectItem {
    pub address: Address,
    pub change: ObjectChange,
    /// What must be there first.
    pub needs: Vec<Address>,
    /// Whether `--only` and `--exclude` leave it in.
    pub selected: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ObjectChange {
    /// As wanted.
    Keep {
        arn: String,
    },
    Create {
        spec: Box<Spec>,
    },
    /// `fields` is what differs, never empty.
    Update {
        arn: String,
        spec: Box<Spec>,
        before: Box<Spec>,
        fields: Vec<FieldChange>,
    },
    /// Somebody else made it, under the name that es2s3 would give it; from now on it is es2s3's. `fields` may be empty.
    Adopt {
        arn: String,
        spec: Box<Spec>,
        before: Box<Spec>,
        fields: Vec<FieldChange>,
    },
    /// es2s3 made it, and nothing asks for it any more.
    Remove {
        arn: String,
        before: Box<Spec>,
    },
    Blocked {
        unknown: Unknown,
    },
}

impl ObjectChange {
    /// The word of its line.
    pub fn verb(&self) -> &'static str {
        match self {
            ObjectChange::Keep { .. } => "keep",
            ObjectChange::Create { .. } => "create",
            ObjectChange::Update { .. } => "update",
            ObjectChange::Adopt { .. } => "adopt",
            ObjectChange::Remove { .. } => "remove",
            ObjectChange::Blocked { .. } => "blocked",
        }
    }

    /// Whether carrying it out writes.
    pub fn writes(&self) -> bool {
        !matches!(self, ObjectChange::Keep { .. } | ObjectChange::Blocked { .. })
    }
}
