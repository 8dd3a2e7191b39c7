//! Placeholder of the module `proof`.
