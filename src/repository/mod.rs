//! Placeholder of the module `repository`.
