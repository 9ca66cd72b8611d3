//! What can go wrong with the files of a sweep.

use std::path::PathBuf;

use thiserror::Error;

/// A sweep that could not be stored, taken up again or put together. What was stored before is unharmed.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The name of the result says no format.
    #[error("unknown file format of `{}`; expected a name that ends in .parquet or .csv", path.display())]
    Ending {
        /// The file.
        path: PathBuf,
    },
    /// A file or folder could not be used.
    #[error("cannot {action} `{}`: {reason}", path.display())]
    Files {
        /// What was to be done.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A chunk could not be stored: the disk is full, the folder is gone.
    #[error(
        "cannot write `{}`: {reason}\n  {stored} of {chunks} chunks are stored and unharmed; mend this and go on with \
         `--resume`", path.display()
    )]
    Stopped {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
        /// Chunks that are stored.
        stored: u64,
        /// Chunks of the sweep or of its shard.
        chunks: u64,
    },
    /// The folder of chunks went away during the run.
    #[error("the folder `{}` is gone, and what was stored in it; the sweep has to begin anew", folder.display())]
    Vanished {
        /// The folder.
        folder: PathBuf,
    },
    /// There is a begun sweep where a new one was to begin.
    #[error(
        "`{}` holds a sweep that was begun; go on with it (`--resume`) or throw it away \
         (`--fresh`)", folder.display()
    )]
    Begun {
        /// Its folder.
        folder: PathBuf,
    },
    /// The begun sweep is another one.
    #[error(
        "`{}` holds another sweep:\n  {}\n  ask for the same, or throw it away (`--fresh`)",
        folder.display(), differences.join("\n  ")
    )]
    Different {
        /// Its folder.
        folder: PathBuf,
        /// What differs, each with what it is there and what was asked for.
        differences: Vec<String>,
    },
    /// A file that no sweep wrote, where the result shall go that is asked to be gone on with.
    #[error(
        "`{}` is there, and it is not the result of a sweep (or its notes are damaged); `--resume` does not write over it: \
         take another name, or move it away", path.display()
    )]
    NotAResult {
        /// The file.
        path: PathBuf,
    },
    /// The whole result of another sweep, where one is asked to be gone on with.
    #[error(
        "`{}` is the result of another sweep:\n  {}\n  ask for the same, take another name, or leave `--resume` out, which \
         replaces the file", path.display(), differences.join("\n  ")
    )]
    OtherResult {
        /// The file.
        path: PathBuf,
        /// The notes that differ, each with what it is there and here.
        differences: Vec<String>,
    },
    /// Folders of different sweeps, which do not make a whole.
    #[error(
        "`{}` and `{}` hold different sweeps:\n  {}", first.display(), other.display(),
        differences.join("\n  ").replace(" there, ", " in the first, ").replace(" here", " in the second")
    )]
    Unlike {
        /// The first folder.
        first: PathBuf,
        /// One that does not fit.
        other: PathBuf,
        /// What differs.
        differences: Vec<String>,
    },
    /// A folder that is given more than once.
    #[error("the folder `{}` is given twice; give each part once", folder.display())]
    Twice {
        /// The folder.
        folder: PathBuf,
    },
    /// A folder that is not that of a sweep.
    #[error("`{}` is not the folder of a begun sweep: {reason}", folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Two runs at one folder.
    #[error("another run is at work in `{}`; wait for it, or stop it", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// Stopped on request.
    #[error(
        "stopped; {stored} of {chunks} chunks are stored in `{}`; the same command with `--resume` goes on",
        folder.display()
    )]
    Cancelled {
        /// The folder.
        folder: PathBuf,
        /// Chunks that are stored.
        stored: u64,
        /// Chunks of the sweep or of its shard.
        chunks: u64,
    },
    /// A merge that was stopped on request.
    #[error("stopped; `{}` is not written, and the parts are as they were", path.display())]
    MergeStopped {
        /// The result.
        path: PathBuf,
    },
    /// Parts that do not make a whole.
    #[error("{missing} of {chunks} chunks are not there or damaged: {which}; {help}")]
    Missing {
        /// How many.
        missing: u64,
        /// How many there should be.
        chunks: u64,
        /// Which, as ranges of numbers.
        which: String,
        /// How to get them.
        help: String,
    },
    /// A shard that is none.
    #[error("the shard is {found}, expected i/n with 1 <= i <= n, such as 2/4")]
    Shard {
        /// The shard as given.
        found: String,
    },
    /// A number of chunk that the plan does not have.
    #[error("chunk {chunk} of a plan of {chunks} chunks, which are numbered from 0")]
    Chunk {
        /// The chunk as given.
        chunk: u64,
        /// How many there are.
        chunks: u64,
    },
    /// A plan without the values of all parameters and species of its own model, or with another number of points than its
    /// design has.
    #[error("the plan is not whole: a value of a parameter or species is not there, or the number of points is wrong")]
    Incomplete,
    /// A model that its text does not give again, so that no plan could be taken up later.
    #[error("the model `{model}` is not the same after it was written as text and read again; please report this")]
    ModelAsText {
        /// The model.
        model: String,
    },
    /// A design that does not survive as text, as that with a name that holds a sign of the text form.
    #[error("the design `{design}` cannot be stored: written as text and read back it is another one")]
    DesignAsText {
        /// The design.
        design: String,
    },
}
