//! The README's walk, run as it stands there.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tests::System;
use tokio::process::Command;

/// Gives curl a witness: each call's status goes to a file, and each answer to the output as ever.
const WITNESS: &str = r#"
export NO_PROXY='*'
curl() { command curl --write-out '%{stderr}%{http_code} %{method} %{url_effective}\n' "$@" 2>> "$WITNESS"; }
"#;

/// The commands of the walk.
fn walk() -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).expect("a README");
    let section = readme.split("## A walk ").nth(1).expect("a walk in the README");
    let block = section.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("a block of commands").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_walks_from_registration_to_review() {
    let system = System::start().await;
    local::seed::demo(system.stack()).await.expect("the demonstration");
    system.settle().await;
    let walk = walk();
    let (first, rest) = walk.split_once('\n').expect("lines");
    assert_eq!(first, "api=http://127.0.0.1:9000");
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("calls");
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(format!("{WITNESS}api={}\n{rest}", system.url()));
    bash.env("WITNESS", &witness).stdin(Stdio::null()).kill_on_drop(true);
    let ended = tokio::time::timeout(Duration::from_mins(1), bash.output()).await;
    let calls = std::fs::read_to_string(&witness).unwrap_or_default();
    let output = ended.unwrap_or_else(|_| panic!("the walk does not end: {calls}")).expect("a shell");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}\n{calls}");
    assert_eq!(complained, "");
    assert!(calls.lines().count() > 20, "{calls}");
    for call in calls.lines() {
        assert!(call.starts_with('2'), "{call}\n{calls}\n{said}");
    }
    let end = said.rsplit_once("{\"items\":").map_or("", |(_, items)| items);
    assert!(end.contains("Woke up to seals."), "{said}");

    let guest = system.sign_in("zoe@example.org", "a-long-enough-secret").await;
    let of_guest = system.call("GET", &format!("/reviews/?user_id={}", guest.id)).send().await.expect(200);
    assert_eq!(of_guest.body["items"][0]["public_text"], "Careful guests.");
    let stays = guest.call("GET", "/bookings/").send().await.expect(200);
    let states: Vec<&Value> =
        stays.body["items"].as_array().unwrap().iter().map(|stay| &stay["state"]).collect();
    assert_eq!(json!(states), json!(["completed"]));
    system.settle().await;
    assert_eq!(system.dead_letters().await, 0);
    system.stop().await;
}
