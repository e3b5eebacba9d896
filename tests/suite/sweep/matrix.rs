//! Every operation by everybody: the committed table says what each of them meets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use tests::{Answer, Dates, Person, System, operations};

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

/// The tokens of somebody like each role, to be erased. Those like guest A and host A have a stay to come, and so may not
/// go.
async fn leaving(world: &World<'_>, admin: &Person<'_>) -> [Option<String>; 7] {
    let system = world.system;
    let guest = system.person("Gone Guest").await;
    let host = system.host("Gone Host").await;
    host.lists(|_| {}).await;
    let cohost = system.person("Gone Cohost").await;
    let named = json!({ "user_id": cohost.id, "permissions": ["bookings"] });
    let path = format!("/properties/{}/cohosts/", world.property);
    world.host.call("POST", &path).json(named).send().await.expect(201);
    let staff = identity::admin(system, "Gone Admin").await;
    assert_ne!(staff.id, admin.id);
    let (letting, staying) = (system.host("Letting Host").await, system.person("Staying Guest").await);
    let home = letting.lists(|_| {}).await;
    staying.stays(&home, Dates::in_days(&staying, 50, 2)).await;
    [None, Some(guest), Some(host), Some(cohost), Some(staff), Some(staying), Some(letting)]
        .map(|person| person.map(|person| person.token))
}

/// Takes back what the staff did to guest A and to the listing, and answers guest A's new token.
async fn pardon(world: &World<'_>, admin: &Person<'_>) -> String {
    let reason = json!({ "reason": "It was a test." });
    for path in
        [format!("/users/{}/restore/", world.guest.id), format!("/properties/{}/relist/", world.property)]
    {
        admin.call("POST", &path).json(reason.clone()).send().await.expect(204);
    }
    world.host.call("POST", &format!("/properties/{}/publish/", world.property)).send().await.expect(200);
    world.system.advance(1).await;
    world.guest.again().await.token
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_meets_what_the_table_says() {
    let system = System::start().await;
    let world = World::make(&system).await;
    let guest_b = system.person("Bea Guest").await;
    let admin = identity::admin(&system, "Ann Admin").await;
    let cohost = system.person("Cor Cohost").await;
    let named = json!({ "user_id": cohost.id, "permissions": ["calendar", "bookings"] });
    let path = format!("/properties/{}/cohosts/", world.property);
    world.host.call("POST", &path).json(named).send().await.expect(201);
    system.settle().await;
    let all = [
        None,
        Some(&guest_b),
        Some(&world.stranger),
        Some(&cohost),
        Some(&admin),
        Some(&world.guest),
        Some(&world.host),
    ];
    let mut tokens = all.map(|person| person.map(|person| person.token.clone()));
    let leaving = leaving(&world, &admin).await;
    let mut all = operations(&world.document);
    // What takes away comes last.
    all.sort_by_key(|operation| (operation.is_unsafe(), operation.method == "DELETE", operation.id.clone()));
    let mut cells: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (place, role) in ROLES.into_iter().enumerate() {
        for operation in &all {
            // Whoever is erased asks for nothing more, so somebody like them goes.
            let token = if operation.id == "delete_me" { &leaving[place] } else { &tokens[place] };
            let path = with_query(&world, operation, &world.path(operation));
            let stranger = ["nobody", "guest B", "host B"].contains(&role) && operation.is_unsafe();
            // What everybody may write goes on for a while.
            system.settle().await;
            let before = if stranger { Some(tables(&system).await) } else { None };
            let answer = send(&world, operation, &path, token.as_deref()).await;
            let said = met(&answer);
            // Whom nothing is there for changes nothing.
            if let Some(before) = before.filter(|_| ["who?", "staff", "-"].contains(&said.as_str())) {
                assert_eq!(tables(&system).await, before, "{} by {role}", operation.id);
            }
            cells.entry(operation.id.clone()).or_default().push(said);
        }
        if role == "admin" {
            tokens[5] = Some(pardon(&world, &admin).await);
        }
    }
    assert_eq!(cells.len(), operations(&world.document).len(), "every operation has its row");
    for gone in leaving[1..5].iter().flatten() {
        let me = system.call("GET", "/users/me/").bearer(gone).send().await;
        assert!([401, 404].contains(&me.status), "{} {:#}", me.status, me.body);
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
