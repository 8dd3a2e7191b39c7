//! What a bucket of Thanos blocks is judged by. Pure.
