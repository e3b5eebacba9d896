//! The account a server runs under: `initdb` and `postgres` refuse root.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::PostgresError;

/// The user id, group id, and whether they differ from this process's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
    other: bool,
}

impl Account {
    /// This process's own account, or `postgres`, else `nobody`, when it is root.
    pub(super) fn for_server() -> Result<Self, PostgresError> {
        // A file that was just made tells the effective ids without any unsafe call.
        let probe = tempfile::tempfile().and_then(|file| file.metadata());
        let probe = probe.map_err(PostgresError::io(std::env::temp_dir()))?;
        if probe.uid() != 0 {
            return Ok(Self { uid: probe.uid(), gid: probe.gid(), other: false });
        }
        let passwd = std::fs::read_to_string("/etc/passwd").map_err(PostgresError::io("/etc/passwd"))?;
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| find(&passwd, name))
            .map(|(uid, gid)| Self { uid, gid, other: true })
            .ok_or(PostgresError::NoAccount)
    }

    /// A command that will run under this account, outside this process's group, so that a Ctrl-C in the
    /// terminal reaches only us and we end the server in order.
    pub(super) fn command(self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").process_group(0);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        if self.other {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Hands `path` to this account.
    pub(super) fn own(self, path: &Path) -> Result<(), PostgresError> {
        if self.other {
            chown(path, Some(self.uid), Some(self.gid)).map_err(PostgresError::io(path))
        } else {
            Ok(())
        }
    }

    /// Whether this account can walk down to `path`; a data folder below `/root` (mode 0700) is not reachable
    /// for anybody else.
    pub(super) fn can_reach(self, path: &Path) -> bool {
        path.ancestors().filter(|ancestor| ancestor.exists()).all(|ancestor| {
            ancestor.metadata().is_ok_and(|meta| {
                let search = if meta.uid() == self.uid {
                    0o100
                } else if meta.gid() == self.gid {
                    0o010
                } else {
                    0o001
                };
                meta.mode() & search != 0
            })
        })
    }
}

/// The uid and gid of `name` in the text of a passwd file.
fn find(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = passwd
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| if fields.next() == Some(name) { Some(fields) } else { None })?;
    Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\npostgres-old:x:7:8::/:/bin/sh\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(find(passwd, "postgres"), Some((101, 104)));
        assert_eq!(find(passwd, "nobody"), None);
    }

    #[test]
    fn a_private_parent_is_not_reachable_for_another_account() {
        let parent = tempfile::tempdir().unwrap();
        let child = parent.path().join("child");
        std::fs::create_dir(&child).unwrap();
        std::fs::set_permissions(parent.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let stranger = Account { uid: 65_531, gid: 65_531, other: true };
        assert!(!stranger.can_reach(&child));
        std::fs::set_permissions(parent.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
        assert!(stranger.can_reach(&child));
    }
}
