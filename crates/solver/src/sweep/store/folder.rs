//! The folder beside a result that holds what is finished of it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::Start;
use super::chunk::{Label, Rows, decode, encode};
use super::error::StoreError;
use super::manifest::{Manifest, differences};
use crate::table::Cell;
use crate::whole::{TEMPORARY, write_whole};

const MANIFEST: &str = "manifest.json";
const LOCK: &str = "lock";
const CHUNK: &str = "chunk-";

/// A folder of chunks that this run, and no other, works on.
pub(super) struct Folder {
    path: PathBuf,
    pub(super) manifest: Manifest,
    /// Held as long as the run lives; the system lets it go however that ends.
    lock: File,
}

impl Folder {
    /// Begins a sweep, or takes up what is there, as `start` says.
    pub(super) fn begin(path: &Path, manifest: Manifest, start: Start) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(files("make the folder", path))?;
        let thrown_away = start == Start::Fresh && path.join(MANIFEST).is_file();
        if !thrown_away {
            // Before a lock is put into a folder of somebody else.
            existing(path)?;
        }
        let lock = lock(path)?;
        if thrown_away {
            empty(path)?;
        }
        match (existing(path)?, start) {
            (Some(there), Start::Resume) => agree(path, &there, &manifest)?,
            (Some(_), _) => return Err(StoreError::Begun { folder: path.to_owned() }),
            (None, _) => {}
        }
        let text = manifest.text();
        write_whole(path.join(MANIFEST), text.as_bytes()).map_err(files("write", &path.join(MANIFEST)))?;
        Ok(Self { path: path.to_owned(), manifest, lock })
    }

    /// Opens a folder that is to be merged.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let foreign = |reason: &str| StoreError::Foreign { folder: path.to_owned(), reason: reason.to_owned() };
        if !path.is_dir() {
            return Err(foreign("there is no such folder"));
        }
        let manifest = existing(path)?.ok_or_else(|| foreign("it has no manifest.json"))?;
        let lock = lock(path)?;
        Ok(Self { path: path.to_owned(), manifest, lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where a result is put together before it takes its name.
    pub(super) fn temporary(&self) -> PathBuf {
        self.path.join(format!("assembled{TEMPORARY}"))
    }

    pub(super) fn chunk_path(&self, chunk: u64) -> PathBuf {
        self.path.join(chunk_name(chunk))
    }

    /// Stores a finished chunk: whole, or not at all.
    pub(super) fn write(&self, chunk: u64, rows: &[Vec<Cell>]) -> io::Result<()> {
        let bytes = encode(&label(&self.manifest, chunk), rows);
        write_whole(self.chunk_path(chunk), &bytes)
    }

    /// The numbers of the chunks that have a file, whole or not: what to look at, where most of very many are not there yet.
    pub(super) fn present(&self) -> io::Result<Vec<u64>> {
        let number = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_prefix(CHUNK)?.parse().ok();
        Ok(fs::read_dir(&self.path)?.flatten().filter_map(number).collect())
    }

    /// The rows of a chunk; none if it is not there, torn or changed.
    pub(super) fn read(&self, chunk: u64) -> Option<Rows> {
        decode(&label(&self.manifest, chunk), &fs::read(self.chunk_path(chunk)).ok()?)
    }

    /// Takes the folder away when its result has its name. It is renamed first: a kill then leaves either all of it or
    /// nothing that could be taken for a begun sweep.
    pub(super) fn retire(self) {
        let Self { path, lock, .. } = self;
        // An open file would hold the folder on some systems.
        drop(lock);
        let retired = retired(&path);
        sweep_away(&retired);
        if fs::rename(&path, &retired).is_ok() {
            sweep_away(&retired);
        }
    }
}

/// The name that a folder has while it is taken away.
fn retired(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".finished");
    name.into()
}

/// Removes what a kill left of a folder that was being taken away.
pub(super) fn clean(path: &Path) {
    sweep_away(&retired(path));
}

/// Removes a folder if it has nothing but files of this program. A rest that stays harms nobody.
fn sweep_away(path: &Path) {
    if path.is_dir() && empty(path).is_ok() {
        let _ = fs::remove_file(path.join(LOCK));
        let _ = fs::remove_dir(path);
    }
}

pub(super) fn chunk_name(chunk: u64) -> String {
    format!("{CHUNK}{chunk:08}")
}

pub(super) fn label(manifest: &Manifest, chunk: u64) -> Label<'_> {
    let range = manifest.plan.range(chunk);
    Label { plan: &manifest.plan_sha256, chunk, rows: range.end - range.start, columns: manifest.columns.len() as u64 }
}

/// An error with its place.
pub(super) fn files(action: &'static str, path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |e| StoreError::Files { action, path: path.to_owned(), reason: e.to_string() }
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join(LOCK);
    let file = File::create(&path).map_err(files("write", &path))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(StoreError::Busy { folder: folder.to_owned() }),
        // Some network file systems know no locks; the run is then as safe as its user is careful.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The manifest of a folder; none if nothing was begun in it.
fn existing(folder: &Path) -> Result<Option<Manifest>, StoreError> {
    let foreign = |reason: String| StoreError::Foreign { folder: folder.to_owned(), reason };
    match fs::read_to_string(folder.join(MANIFEST)) {
        Ok(text) => Manifest::read(&text).map(Some).map_err(foreign),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let entries = fs::read_dir(folder).map_err(files("read", folder))?;
            let names = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
            let other = |name: &String| name != LOCK && !name.ends_with(TEMPORARY);
            match names.into_iter().find(other) {
                Some(name) => Err(foreign(format!("it has no manifest.json, but `{name}`"))),
                None => Ok(None),
            }
        }
        Err(e) => Err(files("read", &folder.join(MANIFEST))(e)),
    }
}

/// Refuses to go on with another sweep.
fn agree(folder: &Path, there: &Manifest, here: &Manifest) -> Result<(), StoreError> {
    let mut found = differences(&there.plan, &here.plan);
    if there.shard != here.shard {
        found.push(format!("the shard is {} there, {} here", there.shard, here.shard));
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(StoreError::Different { folder: folder.to_owned(), differences: found })
}

/// Removes the files of this program, the manifest last and the lock not.
fn empty(folder: &Path) -> Result<(), StoreError> {
    let entries = fs::read_dir(folder).map_err(files("read", folder))?;
    let own = |name: &str| name.starts_with(CHUNK) || name.ends_with(TEMPORARY);
    let paths = entries.flatten().filter(|e| own(&e.file_name().to_string_lossy())).map(|e| e.path());
    for path in paths.chain([folder.join(MANIFEST)]) {
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(files("remove", &path)(e)),
            _ => {}
        }
    }
    Ok(())
}
