//! A sweep that is stored as it goes.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::assemble::{Halt, Target, Wish, assemble_at, missing, stream};
use super::error::StoreError;
use super::finished;
use super::folder::{Folder, clean, files};
use super::manifest::{Manifest, unlike_notes};
use super::output::{There, there};
use super::plan::{Plan, Prepared};
use super::shard::Shard;
use super::summary::row_failed;
use super::work::{Watch, solve_range};
use super::{Place, Start, StoreOptions, Stored};
use crate::error::Result;
use crate::many::ManyOptions;
use crate::problem::Problem;
use crate::sweep::Design;

/// Solves a problem at every point of a design and writes the result to a file, `.parquet` or `.csv`.
///
/// Finished chunks of points are kept in a folder beside the file (`F.parts`) until all are there; then they are put
/// together, the file gets its name, and the folder goes. So a run that ends in any way at any moment loses
/// only the chunks it was at, [`Start::Resume`] goes on with the rest, and memory does not grow with the number of points.
/// The bytes of the file do not depend on threads, on lanes or on how often the run was stopped. A shard leaves its folder
/// for [`merge`](super::merge).
///
/// # Errors
/// What [`sweep_design`](crate::sweep_design) refuses, and [`StoreError`](super::StoreError); never a point.
pub fn sweep_to_file(
    problem: &Problem,
    design: &Design,
    path: impl AsRef<Path>,
    options: &StoreOptions,
) -> Result<Stored> {
    let many = ManyOptions { threads: options.threads, lanes: options.lanes };
    many.check()?;
    let target = Target::new(path.as_ref())?;
    let plan = Plan::new(problem, design, options)?;
    let mut prepared = plan.prepare()?;
    prepared.solve.stop.clone_from(&options.solve.stop);
    let manifest = Manifest::new(plan, &prepared, options.shard);
    let beside = parts(&target, options.shard);
    clean(&beside);
    let begun = beside.is_dir();
    if options.start == Start::Resume && options.shard == Shard::WHOLE && is_whole(&target, &manifest, begun, options)?
    {
        let read = finished::read(&target, &manifest, options.sample);
        let (summary, table) = read.map_err(files("read", &target.path))?;
        return Ok(Stored { summary, table, place: Place::Already(target.path) });
    }
    if options.shard.count(manifest.chunks) == 0
        && let Some(notice) = &options.notice
    {
        notice(&format!("shard {} has no points: the sweep has {} chunks", options.shard, manifest.chunks));
    }
    let folder = Folder::begin(&beside, manifest, options.start)?;
    let (stored, _) = many.on_threads(|| work(&prepared, folder, &target, options))??;
    Ok(stored)
}

/// Whether a sweep that shall go on is there whole. A result of the same sweep that is damaged is told and solved again; a
/// file of anything else is not written over.
fn is_whole(target: &Target, manifest: &Manifest, begun: bool, options: &StoreOptions) -> Result<bool, StoreError> {
    let path = target.path.clone();
    match there(&path, target.kind).map_err(files("read", &path))? {
        There::Nothing => Ok(false),
        There::Foreign => Err(StoreError::NotAResult { path }),
        // It was to be replaced by the begun sweep from the start, or was put together from it just before a kill.
        There::Result { .. } if begun => Ok(false),
        There::Result { plan, notes, .. } if plan != manifest.plan_sha256 => {
            Err(StoreError::OtherResult { path, differences: unlike_notes(&notes, &manifest.notes) })
        }
        There::Result { broken: Some(what), .. } => {
            if let Some(notice) = &options.notice {
                notice(&format!("`{}` is damaged: {what}; it is solved again", path.display()));
            }
            Ok(false)
        }
        There::Result { broken: None, .. } => Ok(true),
    }
}

/// The folder of a sweep to a file.
fn parts(target: &Target, shard: Shard) -> PathBuf {
    target.with(&format!("{}.parts", shard.suffix()))
}

/// Solves what is missing and puts everything together; also gives the most chunks that were in memory at once.
fn work(
    prepared: &Prepared,
    folder: Folder,
    target: &Target,
    options: &StoreOptions,
) -> Result<(Stored, usize), StoreError> {
    let manifest = &folder.manifest;
    let shard = options.shard;
    let chunks = shard.count(manifest.chunks);
    let watch = Watch::new(manifest.points_of(shard), options);
    let solver = Chunks { prepared, folder: &folder, watch: &watch, alive: Alive::default() };
    let present = folder.present().map_err(files("read", folder.path()))?;
    let own = |chunk: &u64| *chunk < manifest.chunks && shard.has(*chunk);
    let finished: HashSet<u64> =
        present.into_par_iter().filter(|c| own(c) && !watch.is_stopped() && solver.is_stored(*c)).collect();
    let stored = AtomicU64::new(finished.len() as u64);
    let stopped = |path: PathBuf, e: &io::Error| {
        if !folder.path().is_dir() {
            return StoreError::Vanished { folder: folder.path().to_owned() };
        }
        StoreError::Stopped { path, reason: e.to_string(), stored: stored.load(Ordering::Relaxed), chunks }
    };
    // No list of chunks: a large design has hundreds of millions, and whoever stops it does not wait for them.
    let halt =
        (0..chunks).into_par_iter().map(|k| shard.chunk(k)).filter(|c| !finished.contains(c)).find_map_any(|chunk| {
            match solver.solve(chunk) {
                Ok(true) => {
                    stored.fetch_add(1, Ordering::Relaxed);
                    None
                }
                Ok(false) => Some(None),
                Err(e) => Some(Some((folder.chunk_path(chunk), e))),
            }
        });
    let cancelled = || {
        let stored = stored.load(Ordering::Relaxed);
        StoreError::Cancelled { folder: folder.path().to_owned(), stored, chunks }
    };
    match halt {
        None => {}
        Some(None) => return Err(cancelled()),
        Some(Some((path, e))) => return Err(stopped(path, &e)),
    }
    let peak = solver.alive.peak();
    let wish = Wish { sample: options.sample, cancelled: &|| watch.is_stopped() };
    let folders = std::slice::from_ref(&folder);
    let temporary = folder.temporary();
    let outcome = if shard == Shard::WHOLE {
        assemble_at(folders, target, &temporary, &wish)
    } else {
        stream(folders, shard, &wish, |_| Ok(())).map(|(summary, table)| Stored {
            summary,
            table,
            place: Place::Parts(folder.path().to_owned()),
        })
    };
    let done = outcome.map_err(|halt| match halt {
        Halt::Cancelled => cancelled(),
        Halt::Io(e) => stopped(temporary, &e),
        Halt::Chunk => missing(folders),
    })?;
    if shard == Shard::WHOLE {
        folder.retire();
    }
    Ok((done, peak))
}

/// Solves and stores chunks, each on one thread.
struct Chunks<'a> {
    prepared: &'a Prepared,
    folder: &'a Folder,
    watch: &'a Watch,
    alive: Alive,
}

impl Chunks<'_> {
    /// Whether a chunk is there whole; its points are then told as done.
    fn is_stored(&self, chunk: u64) -> bool {
        let Some(rows) = self.folder.read(chunk) else { return false };
        self.watch.add(rows.len() as u64, rows.iter().filter(|r| row_failed(r)).count() as u64);
        true
    }

    /// Whether a chunk was solved and stored, and not cancelled.
    fn solve(&self, chunk: u64) -> io::Result<bool> {
        if self.watch.is_stopped() {
            return Ok(false);
        }
        let _one = self.alive.one();
        let range = self.folder.manifest.plan.range(chunk);
        let Some(rows) = solve_range(self.prepared, range, self.watch) else { return Ok(false) };
        let rows: Vec<_> = rows.iter().map(|row| self.prepared.layout.cells(row)).collect();
        self.folder.write(chunk, &rows).map(|()| true)
    }
}

/// Counts chunks in memory.
#[derive(Default)]
struct Alive {
    now: AtomicUsize,
    peak: AtomicUsize,
}

struct One<'a>(&'a Alive);

impl Alive {
    fn one(&self) -> One<'_> {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(now, Ordering::Relaxed);
        One(self)
    }

    fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }
}

impl Drop for One<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
