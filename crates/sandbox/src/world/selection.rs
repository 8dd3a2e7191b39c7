//! Which indices an expression means: names, aliases, data streams, `*`, exclusions, and the three options.

use std::collections::BTreeSet;

use super::refusal::{Outcome, Refusal};
use super::state::State;
use crate::glob;

/// `ignore_unavailable`, `allow_no_indices` and `expand_wildcards`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub ignore_unavailable: bool,
    pub allow_none: bool,
    pub open: bool,
    pub closed: bool,
    pub hidden: bool,
    /// False for what cannot be done to an alias, such as deleting.
    pub aliases: bool,
}

impl Options {
    /// What most reads begin with: wildcards mean open indices.
    pub const OPEN: Self = Self {
        ignore_unavailable: false,
        allow_none: true,
        open: true,
        closed: false,
        hidden: false,
        aliases: true,
    };
    /// Wildcards mean closed indices too.
    pub const OPEN_AND_CLOSED: Self = Self { closed: true, ..Self::OPEN };
    /// For what is done to indices, never to aliases.
    pub const CONCRETE: Self = Self { aliases: false, ..Self::OPEN_AND_CLOSED };

    /// With what the request says of `expand_wildcards`, a comma list.
    pub fn expanding(mut self, words: &str) -> Self {
        let has = |word: &str| words.split(',').any(|one| one == word || (one == "all" && word != "none"));
        (self.open, self.closed, self.hidden) = (has("open"), has("closed"), has("hidden"));
        self
    }
}

impl State {
    /// The names that `expression` means, sorted.
    ///
    /// # Errors
    /// An exact name that is missing, unless ignored; nothing at all, unless that is allowed.
    pub fn select(&self, expression: &str, options: Options) -> Outcome<Vec<String>> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut wild = false;
        for part in expression.split(',').filter(|part| !part.is_empty()) {
            match part.strip_prefix('-') {
                Some(excluded) if wild => names.retain(|name| !glob::matches(excluded, name)),
                _ if part == "_all" || part.contains('*') => {
                    wild = true;
                    names.extend(self.matching(if part == "_all" { "*" } else { part }, options));
                }
                _ => names.extend(self.exact(part, options)?),
            }
        }
        if names.is_empty() && !options.allow_none {
            return Err(Refusal::NoneOf(expression.split(',').map(str::to_owned).collect()));
        }
        Ok(names.into_iter().collect())
    }

    fn matching(&self, pattern: &str, options: Options) -> Vec<String> {
        let shown = |name: &str, hidden: bool| {
            options.hidden || !hidden || (name.starts_with('.') && pattern.starts_with('.'))
        };
        self.indices
            .values()
            .filter(|index| if index.open { options.open } else { options.closed })
            .filter(|index| {
                let named = |name: &String| glob::matches(pattern, name);
                (named(&index.name) && shown(&index.name, index.is_hidden()))
                    || (options.aliases && index.aliases.keys().any(named))
                    || index.data_stream.as_ref().is_some_and(named)
            })
            .map(|index| index.name.clone())
            .collect()
    }

    fn exact(&self, name: &str, options: Options) -> Outcome<Vec<String>> {
        if name.starts_with('_') {
            let why = "must not start with '_'.".to_owned();
            return Err(Refusal::InvalidIndexName { name: name.to_owned(), why });
        }
        if self.indices.contains_key(name) {
            return Ok(vec![name.to_owned()]);
        }
        let behind: Vec<String> = self
            .indices
            .values()
            .filter(|index| {
                (options.aliases && index.aliases.contains_key(name))
                    || index.data_stream.as_deref() == Some(name)
            })
            .map(|index| index.name.clone())
            .collect();
        match behind.is_empty() && !options.ignore_unavailable {
            true => Err(Refusal::IndexMissing(name.to_owned())),
            false => Ok(behind),
        }
    }
}
