//! Who may see the pages: somebody at this machine, by this machine's own names.

use serde_json::json;
use tests::System;

const PAGES: [&str; 6] =
    ["/_local/", "/_local/mail/", "/_local/ledger/", "/_local/assets/style.css", "/docs/", "/graphiql/"];

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_somebody_else_points_here_is_refused() {
    let system = System::start().await;
    for path in PAGES {
        system.call("GET", path).send().await.expect(200);
        system.call("GET", path).header("host", "localhost:9000").send().await.expect(200);
        system.call("GET", path).header("host", "rebound.example:9000").send().await.expect(403);
    }
    // What everybody may call is none of its business.
    system.call("GET", "/properties/").header("host", "rebound.example:9000").send().await.expect(200);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_places_page_cannot_move_the_clock() {
    let system = System::start().await;
    let before = system.now();
    let call = || system.call("POST", "/_local/clock/");
    for origin in ["https://example.com", "null", "http://127.0.0.1:1"] {
        call().header("origin", origin).json(json!({ "advance_seconds": 86_400 })).send().await.expect(403);
        let form = call()
            .header("origin", origin)
            .body("application/x-www-form-urlencoded", "advance_seconds=86400");
        form.send().await.expect(403);
    }
    // A form's other disguise: browsers send it without asking first.
    call().body("text/plain", "{\"advance_seconds\": 86400}").send().await.expect(400);
    assert!(system.now().duration_since(before).as_secs() < 3600);
    call().header("origin", system.url()).json(json!({ "advance_seconds": 1 })).send().await.expect(200);
    system.stop().await;
}
