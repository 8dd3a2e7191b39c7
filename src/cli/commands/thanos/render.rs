//! `es2s3 thanos render`: the files that start Thanos's components, printed, written or compared. Needs no network.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::cli::args::{Format, Global, RenderArgs};
use crate::cli::function;
use crate::cli::output::Output;
use crate::error::{Exit, Failure};
use crate::model::thanos::{Change, FileDrift, RenderedTo, Target, ThanosSpec};
use crate::model::{Live, Unknown};
use crate::render::{self, FileChange, MADE_BY, RenderedFile};

pub(in crate::cli) fn run(global: &Global, args: &RenderArgs, output: &Output) -> Result<Exit, Failure> {
    let config = super::super::validate::load(global, output)?;
    let spec = config.thanos.as_ref().ok_or_else(super::undeclared)?;
    let files = render::thanos_files(spec, args.target);
    let Some(folder) = &args.out else {
        print(output, args.target, files)?;
        return Ok(Exit::Done);
    };
    let found = found(folder, &files)?;
    let changes = render::thanos_changes(files, found);
    if args.check {
        return compare(output, &changes);
    }
    write(folder, &changes)?;
    tell(output, &changes, render::thanos_change_summary(&changes))?;
    Ok(Exit::Done)
}

/// What differs in the declared folder; `Absent` where none is declared, and in the function, which has no checkout. A folder that is
/// not there lacks every file.
pub(in crate::cli) fn drift(spec: Option<&ThanosSpec>) -> Live<Vec<FileDrift>> {
    if function::is_here() {
        return Live::Absent;
    }
    let declared = spec.and_then(|spec| Some((spec, spec.rendered.as_ref()?)));
    let Some((spec, RenderedTo { target, folder })) = declared else { return Live::Absent };
    let files = render::thanos_files(spec, *target);
    match found(Path::new(folder), &files) {
        Ok(found) => Live::Present(render::thanos_drift(&render::thanos_changes(files, found))),
        Err(failure) => Live::Unknown(Unknown::because(failure.to_string())),
    }
}

fn print(output: &Output, target: Target, files: Vec<RenderedFile>) -> Result<(), Failure> {
    if output.format == Format::Json {
        let map: Map<String, Value> = files.into_iter().map(|file| (file.name, file.text.into())).collect();
        output.result(&super::super::json(&map)?);
        return Ok(());
    }
    // Documents of Kubernetes stay apart, so that all of it can be sent to kubectl.
    let apart = if target == Target::K8s { "---\n" } else { "" };
    for RenderedFile { name, text } in files {
        output.result(&format!("{apart}# file: {name}\n{text}"));
    }
    Ok(())
}

fn compare(output: &Output, changes: &[FileChange]) -> Result<Exit, Failure> {
    let same = changes.iter().all(|one| one.change == Change::Same);
    let diff = render::thanos_change_diff(changes);
    tell(output, changes, if same { render::thanos_change_summary(changes) } else { diff })?;
    Ok(if same { Exit::Done } else { Exit::Changes })
}

fn tell(output: &Output, changes: &[FileChange], text: String) -> Result<(), Failure> {
    match output.format {
        Format::Human | Format::Markdown => output.result(&text),
        Format::Json => {
            let diff = render::thanos_change_diff(changes);
            output.result(&super::super::json(&json!({ "files": changes, "diff": diff }))?);
        }
    }
    Ok(())
}

fn write(folder: &Path, changes: &[FileChange]) -> Result<(), Failure> {
    let could_not = |path: &Path, error: &std::io::Error| {
        Failure::new(format!("could not write {}: {error}", path.display()))
    };
    std::fs::create_dir_all(folder).map_err(|error| could_not(folder, &error))?;
    for one in changes {
        if matches!(one.change, Change::New | Change::Changed) {
            let path = folder.join(&one.name);
            std::fs::write(&path, &one.after).map_err(|error| could_not(&path, &error))?;
        }
    }
    Ok(())
}

/// What es2s3 made in the folder, and what bears the name of a file that is rendered now.
fn found(folder: &Path, files: &[RenderedFile]) -> Result<BTreeMap<String, String>, Failure> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Failure::new(format!("could not read {}: {error}", path.display()))
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let Some(name) = path.file_name().and_then(std::ffi::OsStr::to_str) else { continue };
        let wanted = files.iter().find(|file| file.name == name);
        let own = path.is_file() && begins_as_ours(&path).map_err(|error| unreadable(&path, &error))?;
        if wanted.is_none() && !own {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        if wanted.is_some_and(|file| !own && !text.is_empty() && file.text != text) {
            return Err(Failure::new(format!("{} was not made by es2s3 and is left alone", path.display()))
                .help("choose another folder with --out, or move the file away"));
        }
        found.insert(name.to_owned(), text);
    }
    Ok(found)
}

/// Only the first bytes are read: the folder may hold anything.
fn begins_as_ours(path: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(MADE_BY.len() as u64).read_to_end(&mut start)?;
    Ok(start == MADE_BY.as_bytes())
}
