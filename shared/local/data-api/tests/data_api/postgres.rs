//! Starting, stopping, surviving.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use local_data_api::postgres::{Postgres, PostgresError, PostgresOptions, Sources};

use crate::support::{eventually, options, postgres};

/// A folder which the server's account can reach when the tests run as root.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn lasting(folder: &Path) -> PostgresOptions {
    PostgresOptions::lasting(folder)
}

/// The server's process, from the file it keeps in its data folder.
async fn server_pid(postgres: &Postgres) -> (u32, String) {
    let client = postgres.connect("postgres").await.unwrap();
    let folder: String = client.query_one("SHOW data_directory", &[]).await.unwrap().get(0);
    let pid = std::fs::read_to_string(Path::new(&folder).join("postmaster.pid")).unwrap();
    (pid.lines().next().unwrap().parse().unwrap(), folder)
}

/// A process that ended but was not waited for by its parent does not count.
fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

async fn count(postgres: &Postgres) -> i64 {
    let client = postgres.connect("postgres").await.unwrap();
    client.query_one("SELECT count(*) FROM t", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn data_lasts_over_a_stop_and_nothing_stays_behind() {
    let folder = folder();
    let first = Postgres::start(lasting(folder.path())).await.unwrap();
    first.execute("postgres", "CREATE TABLE t (id int); INSERT INTO t VALUES (1)").await.unwrap();
    let (pid, _) = server_pid(&first).await;
    assert!(is_alive(pid));
    first.stop().await;
    assert!(!is_alive(pid));
    let second = Postgres::start(lasting(folder.path())).await.unwrap();
    assert_eq!(count(&second).await, 1);
}

#[tokio::test]
async fn a_killed_servers_commits_survive() {
    let folder = folder();
    let first = Postgres::start(lasting(folder.path())).await.unwrap();
    first.execute("postgres", "CREATE TABLE t (id int)").await.unwrap();
    let client = first.connect("postgres").await.unwrap();
    assert_eq!(client.query_one("SHOW fsync", &[]).await.unwrap().get::<_, String>(0), "on");
    for id in 0..20_i32 {
        client.execute("INSERT INTO t VALUES ($1)", &[&id]).await.unwrap();
    }
    let (pid, _) = server_pid(&first).await;
    Command::new("/bin/sh").args(["-c", &format!("kill -9 {pid}")]).status().unwrap();
    drop(first);
    let second = Postgres::start(lasting(folder.path())).await.unwrap();
    assert_eq!(count(&second).await, 20);
}

#[tokio::test]
async fn a_server_left_by_a_killed_run_is_ended() {
    let folder = folder();
    let first = Postgres::start(lasting(folder.path())).await.unwrap();
    first.execute("postgres", "CREATE TABLE t (id int); INSERT INTO t VALUES (1)").await.unwrap();
    let (pid, _) = server_pid(&first).await;
    let parent = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let supervisor: u32 = parent.rsplit(") ").next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    // Both we and the supervisor are killed: the server is nobody's child any more.
    Command::new("/bin/sh").args(["-c", &format!("kill -9 {supervisor}")]).status().unwrap();
    drop(first);
    assert!(is_alive(pid));
    let second = Postgres::start(lasting(folder.path())).await.unwrap();
    assert!(!is_alive(pid));
    assert_eq!(count(&second).await, 1);
}

#[tokio::test]
async fn a_pid_of_a_stranger_is_left_alone() {
    let folder = folder();
    let first = Postgres::start(lasting(folder.path())).await.unwrap();
    let (_, cluster) = server_pid(&first).await;
    first.stop().await;
    // Under the server's own account, which may signal it.
    let owner = std::fs::metadata(&cluster).unwrap();
    let mut stranger = Command::new("sleep");
    stranger.arg("60").uid(owner.uid()).gid(owner.gid());
    let mut stranger = stranger.spawn().unwrap();
    std::fs::write(Path::new(&cluster).join("postmaster.pid"), format!("{}\n{cluster}\n", stranger.id()))
        .unwrap();
    let second = Postgres::start(lasting(folder.path())).await.unwrap();
    assert!(stranger.try_wait().unwrap().is_none(), "it still runs");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    drop(second);
}

#[tokio::test]
async fn a_folder_has_one_owner_at_a_time() {
    let folder = folder();
    let _first = Postgres::start(lasting(folder.path())).await.unwrap();
    let second = Postgres::start(lasting(folder.path())).await;
    assert!(matches!(second, Err(PostgresError::InUse(_))));
}

/// Below a folder of mode 0700, as `/root` is; for a tester who is not root it is an ordinary one.
#[tokio::test]
async fn a_folder_out_of_the_servers_reach_lasts_too() {
    let private = tempfile::tempdir().unwrap();
    std::fs::set_permissions(private.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let data_dir = private.path().join("data");
    let first = Postgres::start(lasting(&data_dir)).await.unwrap();
    first.execute("postgres", "CREATE TABLE t (id int); INSERT INTO t VALUES (1)").await.unwrap();
    first.stop().await;
    let second = Postgres::start(lasting(&data_dir)).await.unwrap();
    assert_eq!(count(&second).await, 1);
    second.stop().await;
    std::fs::remove_dir_all(&data_dir).unwrap();
    let anew = Postgres::start(lasting(&data_dir)).await.unwrap();
    anew.execute("postgres", "CREATE TABLE t (id int)").await.unwrap();
    let (_, cluster) = server_pid(&anew).await;
    anew.stop().await;
    std::fs::remove_dir_all(Path::new(&cluster).parent().unwrap()).unwrap();
}

#[tokio::test]
async fn a_given_url_is_used_and_left_running() {
    let given = postgres().url("postgres");
    let options = PostgresOptions::temporary().with_database_url(Some(given));
    let outer = Postgres::start(options).await.unwrap();
    assert!(outer.origin().contains("given"));
    outer.stop().await;
    postgres().execute("postgres", "SELECT 1").await.unwrap();
    let nowhere = PostgresOptions::temporary().with_database_url(Some("postgres://x@127.0.0.1:1/y".into()));
    assert!(matches!(Postgres::start(nowhere).await, Err(PostgresError::Sql(_))));
}

#[tokio::test]
async fn without_any_source_the_error_says_what_to_install() {
    let mut options = PostgresOptions::temporary();
    options.sources = Sources { system: false, fetch: false };
    let error = Postgres::start(options).await.unwrap_err().to_string();
    for hint in ["DATABASE_URL", "apt install postgresql", "pip"] {
        assert!(error.contains(hint), "{error}");
    }
}

#[tokio::test]
async fn a_server_listens_on_its_private_socket_only() {
    let client = postgres().connect("postgres").await.unwrap();
    let setting =
        async |name: &str| -> String { client.query_one(&format!("SHOW {name}"), &[]).await.unwrap().get(0) };
    assert_eq!(setting("listen_addresses").await, "");
    assert_eq!(setting("timezone").await, "UTC");
    let sockets = setting("unix_socket_directories").await;
    let mode = std::fs::metadata(&sockets).unwrap().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn a_temporary_cluster_is_removed() {
    let temporary = Postgres::start(PostgresOptions::temporary()).await.unwrap();
    let (pid, folder) = server_pid(&temporary).await;
    temporary.stop().await;
    eventually("it is gone", async || !is_alive(pid) && !Path::new(&folder).exists()).await;
}

#[tokio::test]
async fn an_ended_server_is_answered_as_unavailable() {
    let own = Postgres::start(PostgresOptions::temporary()).await.unwrap();
    let mut options = options();
    options.secrets[0].1 = own.url("postgres");
    let test = crate::support::Test::with(options).await;
    let run = || test.statement("SELECT 1").database("postgres").send();
    run().await.unwrap();
    own.stop().await;
    eventually("no server answers", async || {
        crate::support::problem(run().await).code == "DatabaseUnavailableException"
    })
    .await;
}

/// The extensions the schema uses, on a build that was fetched.
async fn works(options: PostgresOptions) {
    let fetched = Postgres::start(options).await.unwrap();
    let extensions = "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; CREATE EXTENSION cube;
                      CREATE EXTENSION earthdistance; CREATE EXTENSION citext; SELECT to_tsvector('english', 'beds')";
    fetched.execute("postgres", extensions).await.unwrap();
    fetched.stop().await;
}

#[tokio::test]
#[ignore = "downloads 14 MB"]
async fn a_build_is_fetched_once() {
    let cache = folder();
    let mut options = PostgresOptions::temporary();
    options.sources = Sources { system: false, fetch: true };
    options.cache_dir = Some(cache.path().to_owned());
    works(options.clone()).await;
    let again = Postgres::start(options).await.unwrap();
    assert!(again.origin().contains("18.6"), "{}", again.origin());
}
