//! A private cluster: its folder, its server process, and the supervisor that outlives us.

use std::fs;
use std::io::{ErrorKind, Read as _, Seek as _};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::account::Account;
use super::build::{self, Build};
use super::fetch::hexadecimal;
use super::{PostgresError, PostgresOptions};

/// How long a server may take to recover from a crash, or to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the names of socket folders begin.
const SOCKETS: &str = "innkeep-pg-";

/// Runs the server as its child, so that it knows exactly which process to end, and ends it as soon as its
/// standard input closes: by us in order, or by the kernel when we die in whatever way.
/// $1 program, $2 data folder, $3 socket folder, $4 signal, $5 folder to remove at the end or empty; then settings.
const SUPERVISOR: &str = r#"
trap '' HUP INT TERM
program=$1 data=$2 sockets=$3 signal=$4 remove=$5
shift 5
exec 3<&0
"$program" -D "$data" -k "$sockets" "$@" 3<&- </dev/null &
server=$!
( cat <&3 >/dev/null; kill -s "$signal" "$server" ) &
watcher=$!
wait "$server"
status=$?
kill -s KILL "$watcher" 2>/dev/null
rm -rf "$sockets"
if [ -n "$remove" ]; then rm -rf "$remove"; fi
exit "$status"
"#;

/// A running server over a private folder.
#[derive(Debug)]
pub(super) struct Cluster {
    supervisor: Child,
    log: fs::File,
    pub(super) sockets: PathBuf,
    pub(super) origin: String,
    /// Held as long as the server is ours; the kernel frees it however we end.
    _lock: Option<fs::File>,
}

impl Cluster {
    /// Finds a build, makes the cluster if there is none, ends what an earlier run left, and starts the server.
    /// It may not accept connections yet. Blocks for some 100 ms, the first time for a second.
    pub(super) fn start(options: &PostgresOptions) -> Result<Self, PostgresError> {
        let account = Account::for_server()?;
        let place = Place::choose(options.data_dir.as_deref(), account)?;
        let wanted = place.major()?;
        let build = build::find(options.sources, wanted.as_deref(), account, options.cache_dir.as_deref());
        let build = match (build, wanted) {
            (Err(PostgresError::NotFound { .. }), Some(wanted)) => {
                return Err(PostgresError::OtherMajor { path: place.cluster(), wanted });
            }
            (build, _) => build?,
        };
        if place.major()?.is_none() {
            place.initialise(&build, account)?;
        }
        end_stale_server(&place.cluster(), account)?;
        place.run(&build, account, options.durable)
    }

    /// The end of the server's log if it has ended by itself.
    pub(super) fn failure(&mut self) -> Option<String> {
        let status = self.supervisor.try_wait().ok().flatten()?;
        let mut log = String::new();
        // By the open file: the supervisor of a temporary cluster has removed its folder by now.
        let _ = self.log.rewind().and_then(|()| self.log.read_to_string(&mut log));
        let lines: Vec<_> = log.lines().collect();
        Some(format!("{status}\n{}", lines[lines.len().saturating_sub(10)..].join("\n")))
    }

    /// Ends the server and waits until it is gone.
    pub(super) fn stop(&mut self) {
        drop(self.supervisor.stdin.take());
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.supervisor.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Ok(Some(_)) => return,
                Err(error) => return tracing::warn!(%error, "cannot wait for PostgreSQL"),
            }
        }
        tracing::warn!("PostgreSQL is still shutting down");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The folder which holds a cluster, its log and its lock.
struct Place {
    folder: PathBuf,
    temporary: Option<TempDir>,
    lock: Option<fs::File>,
}

impl Place {
    /// Below the data folder, or a temporary folder. A data folder which the server's account cannot reach is
    /// left alone: its cluster lives below `/var/lib` then, under a name made from the data folder's.
    fn choose(data_dir: Option<&Path>, account: Account) -> Result<Self, PostgresError> {
        let Some(data_dir) = data_dir else {
            let temporary = private_folder("innkeep-data-", account)?;
            return Ok(Self { folder: temporary.path().to_owned(), temporary: Some(temporary), lock: None });
        };
        fs::create_dir_all(data_dir).map_err(PostgresError::io(data_dir))?;
        let data_dir = data_dir.canonicalize().map_err(PostgresError::io(data_dir))?;
        let lock_path = data_dir.join("postgres.lock");
        let lock = fs::File::create(&lock_path).map_err(PostgresError::io(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(PostgresError::InUse(data_dir)),
            Err(fs::TryLockError::Error(error)) => return Err(PostgresError::io(&lock_path)(error)),
        }
        let folder =
            if account.can_reach(&data_dir) { data_dir.join("postgres") } else { elsewhere(&data_dir)? };
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).map_err(PostgresError::io(parent))?;
        }
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(PostgresError::io(&folder)(error));
            }
            _ => account.own(&folder)?,
        }
        Ok(Self { folder, temporary: None, lock: Some(lock) })
    }

    fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    /// The major version that wrote the cluster, if there is one.
    fn major(&self) -> Result<Option<String>, PostgresError> {
        let path = self.cluster().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(PostgresError::io(path)(error)),
        }
    }

    /// Runs `initdb` beside the cluster's place and renames, so that an interrupted run leaves no half cluster.
    fn initialise(&self, build: &Build, account: Account) -> Result<(), PostgresError> {
        let partial = self.folder.join("cluster.partial");
        let mut said = String::new();
        // Bytewise order is the same everywhere; the character classes need a UTF-8 locale, whose name varies.
        for ctype in ["C.UTF-8", "en_US.UTF-8", "C"] {
            if partial.exists() {
                fs::remove_dir_all(&partial).map_err(PostgresError::io(&partial))?;
            }
            let mut initdb = account.command(build.bin.join("initdb"));
            initdb.arg("--pgdata").arg(&partial).arg(format!("--lc-ctype={ctype}"));
            initdb.args(["--encoding=UTF8", "--locale=C", "--username=postgres"]);
            initdb.args(["--auth-local=trust", "--auth-host=reject"]);
            if self.temporary.is_some() {
                initdb.arg("--no-sync");
            }
            let output = initdb.output().map_err(PostgresError::io(build.bin.join("initdb")))?;
            if output.status.success() {
                return fs::rename(&partial, self.cluster()).map_err(PostgresError::io(self.cluster()));
            }
            said = String::from_utf8_lossy(&output.stderr).into_owned();
        }
        Err(PostgresError::Program { program: "initdb".to_owned(), output: said })
    }

    fn run(self, build: &Build, account: Account, durable: bool) -> Result<Cluster, PostgresError> {
        let temporary = self.temporary.is_some();
        let path = self.folder.join("server.log");
        let log = fs::OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path);
        let log = log.map_err(PostgresError::io(&path))?;
        let output = log.try_clone().map_err(PostgresError::io(&path))?;
        let errors = log.try_clone().map_err(PostgresError::io(&path))?;
        let sockets = private_folder(SOCKETS, account)?;
        let mut command = account.command("/bin/sh");
        command.args(["-c", SUPERVISOR, "supervisor"]).arg(build.bin.join("postgres")).arg(self.cluster());
        command.arg(sockets.path());
        // INT is the fast shutdown with a checkpoint; QUIT drops everything, as does the removal which follows.
        command.arg(if temporary { "QUIT" } else { "INT" });
        command.arg(if temporary { self.folder.as_os_str() } else { "".as_ref() });
        for setting in settings(durable) {
            command.arg("-c").arg(setting);
        }
        let supervisor = command.stdin(Stdio::piped()).stdout(output).stderr(errors).spawn();
        let supervisor = supervisor.map_err(PostgresError::io("/bin/sh"))?;
        let origin = if temporary {
            format!("{} (temporary)", build.origin)
        } else {
            format!("{}, data in {}", build.origin, self.cluster().display())
        };
        // From here on the supervisor removes them, even if we are killed.
        self.temporary.map(TempDir::keep);
        Ok(Cluster { supervisor, log, sockets: sockets.keep(), origin, _lock: self.lock })
    }
}

/// Where the cluster of a data folder lives that the server's account cannot reach. A note in the data folder
/// names it; a cluster without a note belonged to a data folder that was deleted, and goes too.
fn elsewhere(data_dir: &Path) -> Result<PathBuf, PostgresError> {
    let digest = Sha256::digest(data_dir.as_os_str().as_encoded_bytes());
    let folder = PathBuf::from("/var/lib/innkeep").join(format!("postgres-{}", &hexadecimal(&digest)[..12]));
    let note = data_dir.join("postgres.elsewhere");
    if !note.exists() && folder.exists() {
        fs::remove_dir_all(&folder).map_err(PostgresError::io(&folder))?;
    }
    fs::write(&note, folder.as_os_str().as_encoded_bytes()).map_err(PostgresError::io(&note))?;
    Ok(folder)
}

/// Nobody but a client with access to the private socket folder can connect: no TCP port is opened.
fn settings(durable: bool) -> Vec<&'static str> {
    let mut settings = vec![
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "max_connections=200",
        "timezone=UTC",
        "log_timezone=UTC",
        // Start, stop and crashes; a refused statement is the client's news.
        "log_min_messages=log",
        // Compiling costs more than the short statements of this system take.
        "jit=off",
    ];
    if !durable {
        settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
    }
    settings
}

/// A new folder of mode 0700, owned by `account`, short enough for a socket's path (107 bytes).
fn private_folder(prefix: &str, account: Account) -> Result<TempDir, PostgresError> {
    let usual = std::env::temp_dir();
    let parent =
        if account.can_reach(&usual) && usual.as_os_str().len() < 64 { usual } else { "/tmp".into() };
    let made = tempfile::Builder::new()
        .prefix(prefix)
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(&parent)
        .map_err(PostgresError::io(&parent))?;
    account.own(made.path())?;
    Ok(made)
}

/// Ends a server which an earlier run left over this cluster. We hold the folder's lock, so it is nobody's.
/// The server then recovers whatever it had acknowledged.
fn end_stale_server(cluster: &Path, account: Account) -> Result<(), PostgresError> {
    let pid_file = cluster.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&pid_file) else { return Ok(()) };
    remove_sockets(&text);
    let pid = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok());
    let Some(pid) = pid.filter(|pid| serves(*pid, cluster)) else {
        // The number belongs to nobody, or to a stranger by now: the server would take it for a living one.
        return fs::remove_file(&pid_file).map_err(PostgresError::io(&pid_file));
    };
    tracing::info!(pid, "ending the PostgreSQL which an earlier run left");
    let mut kill = account.command("/bin/sh");
    let kill = kill.args(["-c", "kill -s INT \"$1\"", "kill", &pid.to_string()]);
    kill.output().map_err(PostgresError::io("/bin/sh"))?;
    let deadline = Instant::now() + PATIENCE;
    while serves(pid, cluster) {
        if Instant::now() > deadline {
            return Err(PostgresError::NotStarted(format!("process {pid} of an earlier run does not end")));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Removes the socket folder named in the fifth line of a server's file, which its supervisor could not.
fn remove_sockets(pid_file: &str) {
    let Some(sockets) = pid_file.lines().nth(4).map(Path::new) else { return };
    let ours = sockets.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SOCKETS));
    if ours && let Err(error) = fs::remove_dir_all(sockets) {
        tracing::debug!(%error, "the socket folder of an earlier run is gone already");
    }
}

/// Whether process `pid` is a server over `cluster`: a server's working folder is its data folder.
fn serves(pid: u32, cluster: &Path) -> bool {
    if cfg!(target_os = "linux") {
        return fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == cluster);
    }
    let output = std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*cluster.to_string_lossy()))
}
