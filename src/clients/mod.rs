//! Placeholder of the module `clients`.
