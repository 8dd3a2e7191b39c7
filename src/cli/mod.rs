//! Placeholder of the module `cli`.
