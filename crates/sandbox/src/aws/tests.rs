//! What the tests of single calls cannot show from outside.
