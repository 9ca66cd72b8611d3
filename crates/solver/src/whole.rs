//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the name of a file ends in while it is written.
pub(crate) const TEMPORARY: &str = ".tmp";

/// Writes a file under another name (`F.tmp`), brings it to the disk and renames it. A disk that fills up, or a kill, leaves
/// what was there before. What a link points at takes the content, not the link; to what is no file, such as a device, it
/// is written as it is.
///
/// # Errors
/// What the system says.
pub fn write_whole(path: impl AsRef<Path>, content: &[u8]) -> io::Result<()> {
    let path = path.as_ref();
    let target = match fs::metadata(path) {
        Ok(there) if !there.is_file() => return fs::write(path, content),
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_owned(),
    };
    let mut name = target.as_os_str().to_owned();
    name.push(TEMPORARY);
    let temporary = PathBuf::from(name);
    let written = File::create(&temporary).and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()));
    let written = written.and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // The room it took may be what is missing.
        let _ = fs::remove_file(&temporary);
    }
    written
}
