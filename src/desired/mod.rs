//! Placeholder of the module `desired`.
