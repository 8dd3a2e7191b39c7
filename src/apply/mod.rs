//! Placeholder of the module `apply`.
