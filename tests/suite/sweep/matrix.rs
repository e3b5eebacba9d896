//! Every operation by everybody: the committed table says what each of them meets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use tests::{Answer, System, operations};

use super::{send, with_query};
use crate::identity;
use crate::world::{World, tables};

/// Who asks. The first ones have nothing to do with the world's objects, and change nothing by asking.
const ROLES: [&str; 7] = ["nobody", "guest B", "host B", "co-host", "admin", "guest A", "host A"];

/// What somebody meets, in one word.
fn met(answer: &Answer) -> String {
    match (answer.status, answer.body["code"].as_str()) {
        (401, Some("unauthenticated")) => "who?".to_owned(),
        (403, Some("admin_only")) => "staff".to_owned(),
        (404, Some("not_found")) => "-".to_owned(),
        // It is theirs to ask, whatever the state of things says to it: a success, a conflict, a rule.
        (200..=299 | 400 | 409 | 412 | 422, _) => "yes".to_owned(),
        (status, code) => code.map_or_else(|| status.to_string(), str::to_owned),
    }
}

/// The table as it is written: one line for each operation.
fn table(met: &BTreeMap<String, Vec<String>>) -> String {
    let wide = |column: usize| {
        let cells = met.values().map(|cells| cells[column].len()).chain([ROLES[column].len()]);
        cells.max().unwrap_or_default() + 2
    };
    let mut text = format!("{:<26}", "operation");
    for (column, role) in ROLES.iter().enumerate() {
        let _ = write!(text, "{role:<0$}", wide(column));
    }
    for (operation, cells) in met {
        text.truncate(text.trim_end().len());
        let _ = write!(text, "\n{operation:<26}");
        for (column, cell) in cells.iter().enumerate() {
            let _ = write!(text, "{cell:<0$}", wide(column));
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_meets_what_the_table_says() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let guest_b = system.person("Bea Guest").await;
    let admin = identity::admin(&system, "Ann Admin").await;
    let cohost = system.person("Cor Cohost").await;
    let named = json!({ "user_id": cohost.id, "permissions": ["calendar"] });
    let path = format!("/properties/{}/cohosts/", world.property);
    world.host.call("POST", &path).json(named).send().await.expect(201);
    system.settle().await;
    let tokens = [
        None,
        Some(&guest_b.token),
        Some(&world.stranger.token),
        Some(&cohost.token),
        Some(&admin.token),
        Some(&world.guest.token),
        Some(&world.host.token),
    ];
    let mut all = operations(&world.document);
    // Whoever is erased asks for nothing more; that is tried elsewhere. What takes away comes last.
    all.retain(|operation| operation.id != "delete_me");
    all.sort_by_key(|operation| (operation.is_unsafe(), operation.method == "DELETE", operation.id.clone()));
    let mut cells: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (role, token) in ROLES.into_iter().zip(tokens) {
        for operation in &all {
            let path = with_query(&world, operation, &world.path(operation));
            let stranger = ["nobody", "guest B", "host B"].contains(&role) && operation.is_unsafe();
            // What everybody may write goes on for a while.
            system.settle().await;
            let before = if stranger { Some(tables(&system).await) } else { None };
            let answer = send(&world, operation, &path, token.map(String::as_str)).await;
            let said = met(&answer);
            // Whom nothing is there for changes nothing.
            if let Some(before) = before.filter(|_| ["who?", "staff", "-"].contains(&said.as_str())) {
                assert_eq!(tables(&system).await, before, "{} by {role}", operation.id);
            }
            cells.entry(operation.id.clone()).or_default().push(said);
        }
    }
    let text = table(&cells);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/sweep/matrix.txt");
    if std::env::var_os("UPDATE_SWEEP").is_some_and(|value| value == "1") {
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let differs: Vec<_> =
        text.lines().filter(|line| !committed.lines().any(|known| known == *line)).collect();
    assert!(
        text == committed,
        "tests/suite/sweep/matrix.txt says what everybody meets; these lines are new: {differs:#?}\nLook at each, \
         then UPDATE_SWEEP=1 cargo test --workspace matrix"
    );
    system.stop().await;
}

/// What only answers have is refused wherever something is written.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_what_only_answers_have() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let mut answered = BTreeSet::new();
    for schema in world.document["components"]["schemas"].as_object().unwrap().values() {
        answered.extend(schema["properties"].as_object().into_iter().flat_map(|all| all.keys().cloned()));
    }
    let kept =
        ["role", "host_id", "guest_id", "user_id", "version", "is_admin", "email_verified_at", "__proto__"];
    answered.extend(kept.map(str::to_owned));
    let (mut faults, mut tried) = (Vec::new(), 0);
    for operation in operations(&world.document) {
        let Some(schema) = operation.body_schema(&world.document) else { continue };
        let own = schema["properties"].as_object().unwrap().clone();
        let body = world.body(&operation).unwrap();
        let token = &world.owner(&operation).token;
        for name in answered.iter().filter(|name| !own.contains_key(*name)) {
            let mut body = body.clone();
            body[name] = json!("admin");
            let call = world.call(&operation, &world.path(&operation)).json(body);
            let call = if operation.is_public() { call } else { call.bearer(token) };
            let answer = call.send().await;
            tried += 1;
            let refused = answer.status == 422
                && answer.body["errors"][0]["code"] == "unknown_field"
                && answer.pointers() == [format!("/{name}")];
            // Who may not ask at all is told that first, and a signature is looked at before what it signs.
            if !refused && !matches!(answer.status, 403 | 404) && operation.id != "receive_stripe_event" {
                faults.push(format!("{} takes {name}: {} {:#}", operation.id, answer.status, answer.body));
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
    assert!(faults.is_empty(), "{faults:#?}");
    system.stop().await;
}
