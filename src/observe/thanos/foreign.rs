//! What lies in the bucket and is no block: names at the top, and the legacy copies below `debug/metas/`.

use crate::clients::s3::{Level, Reader, S3Error};
use crate::model::thanos::{OF_MIMIR, Pile};

/// What is in it is looked at.
const DEBUG: &str = "debug/";
/// Thanos's own.
const METAS: &str = "debug/metas/";
/// Foreign names that are kept.
pub(super) const NAMES: usize = 1_000;
/// Pages of `debug/metas/` that are counted: a hundred thousand objects say as much as millions do.
const COUNTED: u32 = 100;

/// What comes behind all names of blocks.
pub(super) struct Beyond {
    /// Those that say whose bucket it is come first.
    pub names: Vec<String>,
    pub debug_metas: Pile,
}

/// Names of blocks begin with 0 to 7, so that a listing from `8` on, folder by folder, shows the rest in a page. What means something is
/// asked for by its name where the page does not show all.
pub(super) async fn beyond(reader: &Reader, prefix: &str) -> Result<Beyond, S3Error> {
    let level = reader.level_after(prefix, &format!("{prefix}8"), 1).await?;
    // A store may answer with what lies before the key as well.
    let mut names: Vec<String> = names(&level, prefix, "").filter(|name| name.as_str() >= "8").collect();
    let has_debug = names.iter().any(|name| name == DEBUG);
    let debug_metas = if has_debug || level.more { count(reader, prefix).await? } else { Pile::default() };
    if has_debug {
        names.retain(|name| name != DEBUG);
        names.extend(beside_metas(reader, prefix).await?);
    }
    if level.more {
        for name in OF_MIMIR {
            if !names.iter().any(|known| known == name) && is_there(reader, prefix, name).await? {
                names.push(name.to_owned());
            }
        }
    }
    names.sort_by_key(|name| !OF_MIMIR.contains(&name.as_str()));
    Ok(Beyond { names, debug_metas })
}

/// What others keep in the folder in which Thanos once had its copies.
async fn beside_metas(reader: &Reader, prefix: &str) -> Result<Vec<String>, S3Error> {
    let folder = format!("{prefix}{DEBUG}");
    let level = reader.level_after(&folder, &folder, 1).await?;
    Ok(names(&level, prefix, DEBUG).filter(|name| name != METAS).collect())
}

/// Below the prefix, of what lies right in `folder`; a folder's own with its slash.
fn names<'a>(level: &'a Level, prefix: &'a str, folder: &'a str) -> impl Iterator<Item = String> + 'a {
    let objects = level.objects.iter().filter_map(move |object| object.key.strip_prefix(prefix));
    level.folders.iter().map(move |name| format!("{folder}{name}/")).chain(objects.map(str::to_owned))
}

/// An object by that name, or a folder with something in it.
async fn is_there(reader: &Reader, prefix: &str, name: &str) -> Result<bool, S3Error> {
    let key = format!("{prefix}{name}");
    // Behind the name without its last letter, so that an object of that very name is shown.
    let before = key.get(..key.len() - 1).unwrap_or(prefix);
    let page = reader.page_after(&key, before).await?;
    Ok(page.lines.iter().any(|line| line.key == key || name.ends_with('/')))
}

async fn count(reader: &Reader, prefix: &str) -> Result<Pile, S3Error> {
    let folder = format!("{prefix}{METAS}");
    let (mut pile, mut after) = (Pile::default(), folder.clone());
    for _ in 0..COUNTED {
        let page = reader.page_after(&folder, &after).await?;
        for line in &page.lines {
            pile.add(line.size, line.last_modified.map_or(0, |at| at.as_second()));
        }
        let Some(last) = page.lines.last().filter(|_| page.more) else { return Ok(pile) };
        after.clone_from(&last.key);
    }
    pile.more = true;
    Ok(pile)
}
