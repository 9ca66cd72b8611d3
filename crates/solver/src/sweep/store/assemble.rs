//! Puts the chunks together, in their order, one in memory.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::chunk::Rows;
use super::error::StoreError;
use super::folder::{Folder, files};
use super::manifest::differences;
use super::output::{Kind, Output};
use super::shard::Shard;
use super::summary::{Summary, Tally};
use super::{Place, Stored};
use crate::error::Result;
use crate::stop_flag::StopFlag;
use crate::table::Table;

/// Where a result goes: a name that can be taken.
pub(super) struct Target {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

impl Target {
    /// Refuses what could not be written, before any work.
    pub(super) fn new(path: &Path) -> Result<Self, StoreError> {
        let kind = Kind::of(path)?;
        let refuse = |reason: String| Err(StoreError::Files { action: "write", path: path.to_owned(), reason });
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty() && !f.is_dir()) {
            return refuse(format!("there is no folder `{}`", folder.display()));
        }
        match fs::metadata(path) {
            // A rename would put a file in the place of a device.
            Ok(there) if !there.is_file() => refuse("it is there, and not a file".to_owned()),
            // What a link points at takes the result, not the link.
            Ok(_) if path.is_symlink() => Ok(Self { path: fs::canonicalize(path).map_err(files("read", path))?, kind }),
            _ => Ok(Self { path: path.to_owned(), kind }),
        }
    }

    /// The name with something after it.
    pub(super) fn with(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    }
}

/// What a reader wants, beside the file.
pub(super) struct Wish<'a> {
    /// Rows that are kept to be shown, at most.
    pub(super) sample: u64,
    /// Whether to stop, asked between chunks.
    pub(super) cancelled: &'a dyn Fn() -> bool,
}

/// Why chunks were not put together.
#[derive(Debug)]
pub(super) enum Halt {
    /// A chunk is not there, or damaged.
    Chunk,
    Io(io::Error),
    Cancelled,
}

/// The rows of a chunk, from any folder that has it whole.
fn read(folders: &[Folder], chunk: u64) -> Option<Rows> {
    folders.iter().find_map(|f| f.read(chunk))
}

/// Streams the chunks of a shard past a visitor, one in memory, and counts their rows.
pub(super) fn stream(
    folders: &[Folder],
    shard: Shard,
    wish: &Wish<'_>,
    mut each: impl FnMut(&Rows) -> io::Result<()>,
) -> Result<(Summary, Table), Halt> {
    let manifest = &folders.first().ok_or(Halt::Chunk)?.manifest;
    let mut tally = Tally::new(manifest.points_of(shard), wish.sample);
    for chunk in (0..shard.count(manifest.chunks)).map(|k| shard.chunk(k)) {
        if (wish.cancelled)() {
            return Err(Halt::Cancelled);
        }
        let rows = read(folders, chunk).ok_or(Halt::Chunk)?;
        for row in &rows {
            tally.row(&manifest.columns, manifest.varied, row);
        }
        each(&rows).map_err(Halt::Io)?;
    }
    Ok(tally.finish(&manifest.columns, &manifest.notes))
}

/// Writes all chunks, in order.
pub(super) fn assemble<W: Write + Send>(
    folders: &[Folder],
    kind: Kind,
    to: W,
    wish: &Wish<'_>,
) -> Result<(Summary, Table), Halt> {
    let manifest = &folders.first().ok_or(Halt::Chunk)?.manifest;
    let mut output = Output::new(kind, to, manifest).map_err(Halt::Io)?;
    let (summary, table) = stream(folders, Shard::WHOLE, wish, |rows| output.rows(rows))?;
    output.finish().map_err(Halt::Io)?;
    Ok((summary, table))
}

/// Assembles under another name, brings the file to the disk, and gives it its name.
pub(super) fn assemble_at(
    folders: &[Folder],
    target: &Target,
    temporary: &Path,
    wish: &Wish<'_>,
) -> Result<Stored, Halt> {
    let attempt = || {
        let mut file = BufWriter::new(File::create(temporary).map_err(Halt::Io)?);
        let (summary, table) = assemble(folders, target.kind, &mut file, wish)?;
        let file = file.into_inner().map_err(|e| Halt::Io(e.into_error()))?;
        file.sync_all().and_then(|()| fs::rename(temporary, &target.path)).map_err(Halt::Io)?;
        // The new name must be on the disk before the chunks go. Not every system can open a folder.
        let beside = target.path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = File::open(beside) {
            let _ = folder.sync_all();
        }
        Ok(Stored { summary, table, place: Place::File(target.path.clone()) })
    };
    let stored = attempt();
    if stored.is_err() {
        let _ = fs::remove_file(temporary);
    }
    stored
}

/// Puts the chunks of shards together. The result has the bytes that one run of the whole sweep would have given. The
/// folders stay as they are. Setting `stop` stops it between two chunks, with nothing written.
///
/// # Errors
/// [`StoreError`]: an unknown ending, a folder that is not that of a sweep, folders of different sweeps, chunks that are
/// not there or damaged, a file that cannot be written.
pub fn merge<P: AsRef<Path>>(
    folders: &[P],
    path: impl AsRef<Path>,
    sample: u64,
    stop: Option<&StopFlag>,
) -> Result<Stored, StoreError> {
    let target = Target::new(path.as_ref())?;
    // By whatever names: the lock on the first would be found by the second, and taken for that of another run.
    let places: Vec<Option<PathBuf>> = folders.iter().map(|f| f.as_ref().canonicalize().ok()).collect();
    if let Some((_, twice)) =
        folders.iter().enumerate().find(|(i, _)| places[*i].is_some() && places[..*i].contains(&places[*i]))
    {
        return Err(StoreError::Twice { folder: twice.as_ref().to_owned() });
    }
    let folders: Vec<Folder> = folders.iter().map(|f| Folder::open(f.as_ref())).collect::<Result<_, _>>()?;
    let Some((first, rest)) = folders.split_first() else {
        let reason = "no folder was given".to_owned();
        return Err(StoreError::Foreign { folder: PathBuf::new(), reason });
    };
    for other in rest {
        let differences = differences(&first.manifest.plan, &other.manifest.plan);
        if !differences.is_empty() {
            return Err(StoreError::Unlike { first: first.path().into(), other: other.path().into(), differences });
        }
    }
    let temporary = target.with(".merging");
    let cancelled = || stop.is_some_and(StopFlag::is_set);
    assemble_at(&folders, &target, &temporary, &Wish { sample, cancelled: &cancelled }).map_err(|halt| match halt {
        Halt::Io(e) => files("write", &temporary)(e),
        Halt::Cancelled => StoreError::MergeStopped { path: target.path.clone() },
        Halt::Chunk => missing(&folders),
    })
}

/// Says which chunks are not there, and which shards would bring them.
pub(super) fn missing(folders: &[Folder]) -> StoreError {
    let Some(Folder { manifest, .. }) = folders.first() else { return StoreError::Incomplete };
    let of = manifest.shard.of();
    let present: HashSet<u64> = folders.iter().flat_map(|f| f.present().unwrap_or_default()).collect();
    // Of very many chunks, those that are not there are counted and not kept.
    let (mut gone, mut runs, mut shards) = (0, Vec::<Range<u64>>::new(), BTreeSet::new());
    for chunk in (0..manifest.chunks).filter(|c| !present.contains(c) || read(folders, *c).is_none()) {
        gone += 1;
        if let Some(run) = runs.last_mut().filter(|run| run.end == chunk) {
            run.end += 1;
        } else if runs.len() <= NAMED {
            runs.push(chunk..chunk + 1);
        }
        if shards.len() <= NAMED {
            shards.insert(chunk % of + 1);
        }
    }
    let help = if of == 1 {
        "go on with `--resume`, which solves them".to_owned()
    } else {
        let more = if shards.len() > NAMED { ", ..." } else { "" };
        let shards = shards.iter().take(NAMED).map(|i| format!("{i}/{of}")).collect::<Vec<_>>();
        format!("they belong to shard {}{more}; give its folder, or run it with `--resume`", shards.join(", "))
    };
    StoreError::Missing { missing: gone, chunks: manifest.chunks, which: ranges(&runs), help }
}

/// Ranges that are named of many.
const NAMED: usize = 8;

/// `0, 3..7, 9`.
fn ranges(runs: &[Range<u64>]) -> String {
    let named = runs.iter().take(NAMED).map(|run| match (run.start, run.end - 1) {
        (first, last) if first == last => first.to_string(),
        (first, last) => format!("{first}..{last}"),
    });
    let more = if runs.len() > NAMED { ", ..." } else { "" };
    format!("{}{more}", named.collect::<Vec<_>>().join(", "))
}
