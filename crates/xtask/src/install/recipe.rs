//! When an installation is complete: its file `COMPLETE` was written last and holds what the installation was
//! made from. A run that was cut short leaves none; a changed launcher or dependency makes the text differ.
//! Both install again.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::layout::{self, Layout};
use crate::tools::Tools;

const MARKER: &str = "COMPLETE";

/// The name of an installation's folder, and all that decides its content.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub(crate) name: String,
    pub(crate) ingredients: String,
}

/// Where an installation happens.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) tools: &'a Tools,
    pub(crate) folder: PathBuf,
    pub(crate) log: PathBuf,
}

impl Recipe {
    pub(crate) fn is_complete(&self, folder: &Path) -> bool {
        fs::read_to_string(folder.join(MARKER)).is_ok_and(|made_from| made_from == self.ingredients)
    }

    pub(crate) fn complete(&self, folder: &Path) -> Result<(), Failure> {
        layout::write_file(&folder.join(MARKER), &self.ingredients)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_counts_only_with_the_marker_of_this_very_recipe() {
        let folder = std::env::temp_dir().join(format!("xtask-recipe-{}", std::process::id()));
        let recipe = |ingredients: &str| Recipe { name: "x".into(), ingredients: ingredients.into() };
        assert!(!recipe("a").is_complete(&folder));
        recipe("a").complete(&folder).unwrap();
        assert!(recipe("a").is_complete(&folder));
        assert!(!recipe("b").is_complete(&folder));
        fs::remove_dir_all(&folder).unwrap();
    }
}
