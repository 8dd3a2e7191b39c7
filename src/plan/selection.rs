//! `--only` and `--exclude`: which lines a run may carry out. What is left out is shown and never done.
//!
//! Called by `plan` before the snapshots are named and the amounts are guarded, so both see what is selected.

use super::infra::ObjectItem;
use super::input::Selection;
use super::thanos::ThanosPlan;
use super::types::{
    Blocker, Decision, IndexItem, RepositoryChange, RepositoryItem, SnapshotDecision, SnapshotItem,
};
use crate::model::{Address, AddressPattern, Missing};

impl Selection {
    /// Whether any object of the AWS side could be selected; if not, none is read, and no right over it is needed.
    pub fn may_take_objects(&self) -> bool {
        let excluded = self.exclude.iter().any(|pattern| matches!(pattern, AddressPattern::Infra));
        let named = |pattern: &AddressPattern| match pattern {
            AddressPattern::Infra => true,
            AddressPattern::Data | AddressPattern::Thanos | AddressPattern::Verb(_) => false,
            AddressPattern::Glob { kind, .. } => !is_of_data(kind),
        };
        !excluded && (self.only.is_empty() || self.only.iter().any(named))
    }

    /// Whether a line that hangs on the domain could be selected; if not, the domain is left out.
    pub fn may_take_the_domain(&self) -> bool {
        let excluded = |wanted: &str| {
            let whole = |pattern: &AddressPattern| matches!(pattern, AddressPattern::Glob { kind, name } if kind == wanted && name == "*");
            self.exclude.iter().any(whole)
        };
        let named = |pattern: &AddressPattern| match pattern {
            AddressPattern::Infra => !excluded("repository"),
            AddressPattern::Data => true,
            AddressPattern::Verb(verb) => !matches!(verb.as_str(), "mark" | "purge"),
            AddressPattern::Thanos => false,
            AddressPattern::Glob { kind, .. } => {
                matches!(kind.as_str(), "repository" | "index" | "snapshot")
            }
        };
        self.only.is_empty() || self.only.iter().any(named)
    }

    /// Whether any index or snapshot could be selected.
    pub fn may_take_data(&self) -> bool {
        let named = |pattern: &AddressPattern| match pattern {
            AddressPattern::Infra | AddressPattern::Thanos => false,
            AddressPattern::Data | AddressPattern::Verb(_) => true,
            AddressPattern::Glob { kind, .. } => matches!(kind.as_str(), "index" | "snapshot"),
        };
        let excluded = self.exclude.iter().any(|pattern| matches!(pattern, AddressPattern::Data));
        !excluded && (self.only.is_empty() || self.only.iter().any(named))
    }

    /// Whether anything in the bucket of blocks could be selected; if not, it is not listed.
    pub fn may_take_thanos(&self) -> bool {
        let named = |pattern: &AddressPattern| match pattern {
            AddressPattern::Infra => false,
            AddressPattern::Data | AddressPattern::Thanos => true,
            AddressPattern::Verb(verb) => matches!(verb.as_str(), "mark" | "purge" | "delete"),
            AddressPattern::Glob { kind, .. } => matches!(kind.as_str(), "block" | "thanos"),
        };
        let whole =
            |pattern: &AddressPattern| matches!(pattern, AddressPattern::Thanos | AddressPattern::Data);
        !self.exclude.iter().any(whole) && (self.only.is_empty() || self.only.iter().any(named))
    }

    /// The AWS side alone, where the domain is out of reach: `infra` without the repository, which is registered in the domain.
    #[must_use]
    pub fn without_the_repository(mut self) -> Self {
        let only_infra = !self.only.is_empty()
            && self.only.iter().all(|pattern| match pattern {
                AddressPattern::Infra => true,
                AddressPattern::Data | AddressPattern::Thanos | AddressPattern::Verb(_) => false,
                AddressPattern::Glob { kind, .. } => !is_of_data(kind),
            });
        if only_infra {
            self.exclude.push(AddressPattern::Glob { kind: "repository".into(), name: "*".into() });
        }
        self
    }

    fn is_everything(&self) -> bool {
        self.only.is_empty() && self.exclude.is_empty()
    }

    pub(super) fn takes(&self, address: &Address, verb: &str) -> bool {
        let covered =
            |patterns: &[crate::model::AddressPattern]| patterns.iter().any(|p| p.covers(address, verb));
        (self.only.is_empty() || covered(&self.only)) && !covered(&self.exclude)
    }

    pub(super) fn mark_repository(&self, item: &mut RepositoryItem) {
        item.selected = self.takes(&Address::Repository(item.spec.name.to_string()), item.change.verb());
    }

    pub(super) fn mark_objects(&self, items: &mut [ObjectItem]) {
        for item in items {
            item.selected = self.takes(&item.address, item.change.verb());
        }
    }

    /// An address is built for each line only when there is something to compare it with.
    pub(super) fn mark_indices(&self, items: &mut [IndexItem]) {
        if self.is_everything() {
            return;
        }
        for item in items {
            item.selected = self.takes(&Address::Index(item.name.to_string()), item.decision.verb());
        }
    }

    pub(super) fn mark_thanos(&self, plan: &mut ThanosPlan) {
        for item in &mut plan.items {
            item.selected = self.takes(&item.address, item.action.verb());
        }
    }

    pub(super) fn mark_snapshots(&self, items: &mut [SnapshotItem]) {
        for item in items {
            item.selected = self.takes(&Address::Snapshot(item.name.to_string()), item.decision.verb());
        }
    }
}

/// Kinds that are no object of the AWS side.
fn is_of_data(kind: &str) -> bool {
    matches!(kind, "repository" | "index" | "snapshot" | "block" | "thanos")
}

impl RepositoryChange {
    /// The word for this line, in the output and in selections.
    pub fn verb(&self) -> &'static str {
        match self {
            RepositoryChange::Keep => "keep",
            RepositoryChange::Create { .. } => "create",
            RepositoryChange::Update { .. } => "update",
            RepositoryChange::Blocked { .. } => "blocked",
        }
    }
}

impl Decision {
    /// The word for this line, in the output and in selections.
    pub fn verb(&self) -> &'static str {
        match self {
            Decision::Keep { .. } => "keep",
            Decision::Archive { .. } => "archive",
            Decision::Delete { .. } => "delete",
            Decision::Held { .. } => "held",
            Decision::Blocked { .. } => "blocked",
        }
    }

    /// Whether the index leaves the domain once the line is carried out.
    pub fn removes(&self) -> bool {
        matches!(self, Decision::Archive { .. } | Decision::Delete { .. })
    }

    /// The clause that its copy lacks, where one was found wanting.
    pub(super) fn missing(&self) -> Option<&Missing> {
        match self {
            Decision::Archive { stale, .. } => stale.as_ref(),
            Decision::Blocked { blocker: Blocker::Proof { missing } } => Some(missing),
            Decision::Keep { .. }
            | Decision::Delete { .. }
            | Decision::Held { .. }
            | Decision::Blocked { .. } => None,
        }
    }
}

impl SnapshotDecision {
    /// The word for this line, in the output and in selections.
    pub fn verb(&self) -> &'static str {
        match self {
            SnapshotDecision::Expire { .. } => "expire",
            SnapshotDecision::Held { .. } => "held",
            SnapshotDecision::Blocked { .. } => "blocked",
            SnapshotDecision::Keep { .. } => "keep",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_left_out_where_nothing_of_it_is_selected() {
        let patterns = |words: &str| -> Vec<AddressPattern> {
            words.split(' ').filter(|word| !word.is_empty()).map(|word| word.parse().unwrap()).collect()
        };
        for (only, exclude, in_domain, apart) in [
            ("", "", true, true),
            ("data", "", true, true),
            ("infra", "", true, false),
            ("infra", "repository/*", false, false),
            ("infra", "repository/logs", true, false),
            ("function/* role/*", "", false, false),
            ("infra expire", "", true, true),
            ("infra repository/logs", "", true, true),
        ] {
            let selection = Selection { only: patterns(only), exclude: patterns(exclude) };
            assert_eq!(selection.may_take_the_domain(), in_domain, "{only} without {exclude}");
            let from_apart = selection.without_the_repository().may_take_the_domain();
            assert_eq!(from_apart, apart, "{only} without {exclude}, from where it is out of reach");
        }
    }
}
