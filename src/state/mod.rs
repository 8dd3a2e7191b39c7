//! Placeholder of the module `state`.
