//! Files that are there whole or not at all: every write of a file passes here.
//!
//! The content is written beside its place, synced, renamed, and the folder is synced, so that neither a kill nor a power
//! cut leaves half a file, and what was there stays until all of the new is. What a kill leaves beside is swept away by
//! the next write of that file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use tempfile::{Builder, NamedTempFile};

/// Ends the name of what is not whole yet.
const PART: &str = ".part";
/// No write takes so long: a part that is older was left by a kill.
const PART_AGE_MAX: Duration = Duration::from_secs(3_600);

/// Who reads a file, and whether it replaces another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As the folder's other files, in the place of the present one and with its permissions.
    Shared,
    /// Its owner alone, and never in the place of another.
    PrivateNew,
}

/// Writes a file whole.
///
/// # Errors
///
/// When it cannot be written; what was there is there still.
pub fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    put_with(path, Manner::Shared, |to| Ok(to.write_all(bytes)?))
}

/// Writes a file whole with what `fill` writes.
///
/// # Errors
///
/// When `fill` fails or the file cannot be written; what was there is there still.
pub fn put_with<T>(
    path: &Path,
    manner: Manner,
    fill: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let doing = || format!("cannot write `{}`", path.display());
    // Behind a link the file itself is replaced.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let there = fs::metadata(&place).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        // A pipe or a terminal has no place to be renamed to.
        let mut to = File::options()
            .write(true)
            .open(&place)
            .with_context(doing)?;
        return fill(&mut to);
    }
    let part = part(&place, manner)
        .with_context(|| format!("cannot write in `{}`", folder(&place).display()))?;
    let mut to = BufWriter::new(part.as_file());
    let filled = fill(&mut to)?;
    to.flush().with_context(doing)?;
    drop(to);
    if let Some(there) = there {
        part.as_file()
            .set_permissions(there.permissions())
            .with_context(doing)?;
    }
    part.as_file().sync_all().with_context(doing)?;
    let persisted = match manner {
        Manner::Shared => part.persist(&place),
        Manner::PrivateNew => part.persist_noclobber(&place),
    };
    persisted.with_context(doing)?;
    sync_folder(&place);
    Ok(filled)
}

/// Renames a file that is synced already, for good.
///
/// # Errors
///
/// When it cannot be renamed.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder(to);
    Ok(())
}

/// Makes a file or a folder its owner's alone.
///
/// # Errors
///
/// When it is somebody else's.
pub fn keep_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = fs::metadata(path)?.permissions();
        let mode = permissions.mode() & if path.is_dir() { 0o700 } else { 0o600 };
        permissions.set_mode(mode);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

fn part(place: &Path, manner: Manner) -> io::Result<NamedTempFile> {
    let folder = folder(place);
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    sweep(&folder, &prefix);
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(PART);
    #[cfg(unix)]
    if manner == Manner::Shared {
        use std::os::unix::fs::PermissionsExt;
        // Less what the process's mask takes away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Removes what killed writes of the same file left.
fn sweep(folder: &Path, prefix: &str) {
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in listed {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let age = entry.metadata().and_then(|there| there.modified());
        let is_old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > PART_AGE_MAX));
        if name.starts_with(prefix) && name.ends_with(PART) && is_old {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn folder(place: &Path) -> PathBuf {
    let folder = place
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// Where a folder cannot be synced, a rename is as durable as that system makes it.
fn sync_folder(place: &Path) {
    let _ = File::open(folder(place)).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let listed = fs::read_dir(folder).unwrap();
        let name =
            |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        listed.map(name).collect()
    }

    #[test]
    fn what_fails_half_way_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.csv");
        put(&file, b"before").unwrap();
        let failed = put_with::<()>(&file, Manner::Shared, |to| {
            to.write_all(b"half")?;
            anyhow::bail!("the disk is full")
        });
        failed.unwrap_err();
        assert_eq!(fs::read(&file).unwrap(), b"before");
        assert_eq!(names(folder.path()), ["list.csv"]);
        put(&file, b"after").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"after");
        put_with(&file, Manner::PrivateNew, |_| Ok(())).unwrap_err();
        assert_eq!(fs::read(&file).unwrap(), b"after");
    }

    #[test]
    fn what_a_kill_left_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".list.csv.abc.part");
        let old = std::time::SystemTime::now() - 2 * PART_AGE_MAX;
        File::create(&left).unwrap().set_modified(old).unwrap();
        File::create(folder.path().join(".list.csv.new.part")).unwrap();
        put(&folder.path().join("list.csv"), b"").unwrap();
        let mut names = names(folder.path());
        names.sort();
        assert_eq!(names, [".list.csv.new.part", "list.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_its_owners_and_a_shared_one_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (private, shared) = (folder.path().join("a"), folder.path().join("b"));
        put_with(&private, Manner::PrivateNew, |_| Ok(())).unwrap();
        assert_eq!(mode(&private), 0o600);
        put(&shared, b"").unwrap();
        assert_eq!(mode(&shared) & 0o600, 0o600);
        fs::set_permissions(&shared, fs::Permissions::from_mode(0o640)).unwrap();
        let link = folder.path().join("c");
        std::os::unix::fs::symlink(&shared, &link).unwrap();
        put(&link, b"new").unwrap();
        assert_eq!(
            (mode(&shared), fs::read(&shared).unwrap()),
            (0o640, b"new".to_vec())
        );
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
