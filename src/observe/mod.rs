//! Placeholder of the module `observe`.
