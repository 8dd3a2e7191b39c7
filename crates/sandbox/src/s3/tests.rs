//! The front as a real client meets it: the SDK that es2s3 itself uses, over loopback.

mod archive;
mod buckets;
mod conditional;
mod faults;
mod listing;
mod multipart;
mod reading;
mod signing;
mod world;
