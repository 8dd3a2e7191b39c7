//! stub
use crate::{cli::TestOptions, failure::Failure, layout::Layout};
pub(crate) fn run(_l: &Layout, _o: &TestOptions) -> Result<(), Failure> {
    Err(Failure::new("later"))
}
