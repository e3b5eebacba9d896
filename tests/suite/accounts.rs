//! Accounts over HTTP.

use serde_json::json;
use tests::System;

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_answered_alike_whether_or_not_the_address_is_taken() {
    let system = System::start().await;
    let body =
        json!({ "email": "Ada@example.test", "password": "a-fine-long-password", "name": "Ada Lovelace" });
    let first = system.call("POST", "/users/").json(body.clone()).send().await.expect(202);
    system.settle().await;
    let token = system.mailed_token("ada@example.test").await;
    system.call("POST", "/users/verify/").json(json!({ "token": token })).send().await.expect(204);
    let again = system.call("POST", "/users").json(body).send().await.expect(202);
    assert_eq!(first.body, again.body);
    system.settle().await;
    let mails = system.mails("ada@example.test").await;
    assert_eq!(mails.len(), 2, "{mails:#?}");
    assert!(!mails[1]["text"].as_str().unwrap().contains("token="), "the owner is told, not let in again");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_a_mail_is_good_once() {
    let system = System::start().await;
    let body = json!({ "email": "bo@example.test", "password": "a-fine-long-password", "name": "Bo" });
    system.call("POST", "/users/").json(body).send().await.expect(202);
    system.settle().await;
    let login = json!({ "email": "bo@example.test", "password": "a-fine-long-password" });
    system.call("POST", "/users/login/").json(login.clone()).send().await.refused(403, "email_not_verified");
    let wrong = json!({ "email": "bo@example.test", "password": "not-the-password" });
    system.call("POST", "/users/login/").json(wrong).send().await.refused(401, "invalid_credentials");
    let token = json!({ "token": system.mailed_token("bo@example.test").await });
    system.call("POST", "/users/verify/").json(token.clone()).send().await.expect(204);
    let second = system.call("POST", "/users/verify/").json(token).send().await.refused(422, "invalid_token");
    assert_eq!(second.pointers(), ["/token"]);
    system.call("POST", "/users/login/").json(login).send().await.expect(200);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_token_lapses() {
    let system = System::start().await;
    let body = json!({ "email": "cy@example.test", "password": "a-fine-long-password", "name": "Cy" });
    system.call("POST", "/users/").json(body).send().await.expect(202);
    system.settle().await;
    let token = json!({ "token": system.mailed_token("cy@example.test").await });
    system.advance(24 * 3600 + 1).await;
    system.call("POST", "/users/verify/").json(token).send().await.refused(422, "invalid_token");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spent_refresh_token_ends_its_family() {
    let system = System::start().await;
    let person = system.person("Dee").await;
    let refresh =
        |token: &str| system.call("POST", "/users/refresh/").json(json!({ "refresh_token": token })).send();
    let next = refresh(&person.refresh_token).await.expect(200).text("refresh_token");
    assert_ne!(next, person.refresh_token);
    refresh(&person.refresh_token).await.refused(401, "invalid_refresh_token");
    refresh(&next).await.refused(401, "invalid_refresh_token");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_parallel_refreshes_one_wins() {
    let system = System::start().await;
    let person = system.person("Eve").await;
    let body = json!({ "refresh_token": person.refresh_token });
    let calls = (0..50).map(|_| system.call("POST", "/users/refresh/").json(body.clone()).send());
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| [200, 401].contains(&answer.status)));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_lapses_and_a_forged_one_is_not_believed() {
    let system = System::start().await;
    let person = system.person("Fay").await;
    person.call("GET", "/users/me/").send().await.expect(200);
    let forged = format!("{}x", person.token);
    system.call("GET", "/users/me/").bearer(&forged).send().await.refused(401, "invalid_token");
    system.call("GET", "/users/me/").send().await.expect(401);
    system.advance(15 * 60 + 31).await;
    person.call("GET", "/users/me/").send().await.expect(401);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_every_session_and_the_old_password() {
    let system = System::start().await;
    let person = system.person("Gil").await;
    let ask =
        |email: &str| system.call("POST", "/users/password-reset/").json(json!({ "email": email })).send();
    let known = ask(&person.email).await.expect(202);
    let unknown = ask("nobody@example.test").await.expect(202);
    assert_eq!(known.body, unknown.body);
    system.settle().await;
    let confirm =
        json!({ "token": system.mailed_token(&person.email).await, "password": "another-long-password" });
    // Sessions are compared by the instant of the reset.
    system.advance(1).await;
    system.call("POST", "/users/password-reset/confirm/").json(confirm).send().await.expect(204);
    let refresh = json!({ "refresh_token": person.refresh_token });
    system.call("POST", "/users/refresh/").json(refresh).send().await.expect(401);
    let old = json!({ "email": person.email, "password": "a-fine-long-password" });
    system.call("POST", "/users/login/").json(old).send().await.refused(401, "invalid_credentials");
    system.sign_in(&person.email, "another-long-password").await;
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_sees_the_first_name_only() {
    let system = System::start().await;
    let person = system.person("Hal Incognito").await;
    let seen = system.call("GET", &format!("/users/{}/", person.id)).send().await.expect(200);
    assert_eq!(seen.body["name"], "Hal");
    assert!(!seen.body.to_string().contains("example.test"));
    let own = person.call("GET", &format!("/users/{}/", person.id)).send().await.expect(200);
    assert_eq!(own.body["name"], "Hal Incognito");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_changed_at_the_version_that_was_read() {
    let system = System::start().await;
    let person = system.person("Ida").await;
    let read = person.call("GET", "/users/me/").send().await.expect(200);
    let change = |tag: &str, name: &str| {
        person.call("PATCH", "/users/me/").header("if-match", tag).json(json!({ "name": name })).send()
    };
    let tag = read.header("etag").to_owned();
    assert_eq!(change(&tag, "Ida B").await.expect(200).body["name"], "Ida B");
    change(&tag, "Ida C").await.refused(412, "precondition_failed");
    let zone = person
        .call("PATCH", "/users/me/")
        .json(json!({ "time_zone": "Mars/Phobos", "name": "" }))
        .send()
        .await;
    assert_eq!(zone.expect(422).pointers(), ["/name"]);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_keys_are_served() {
    let system = System::start().await;
    let keys = system.call("GET", "/.well-known/jwks.json").send().await.expect(200);
    assert_eq!(keys.body["keys"][0]["crv"], "Ed25519");
    assert!(keys.body["keys"][0].get("d").is_none(), "the private half stays at home");
    system.stop().await;
}

/// An account from before a rule: its short password and its weaker hash let it in, and the hash is made anew.
#[tokio::test(flavor = "multi_thread")]
async fn older_accounts_sign_in_and_their_hashes_are_made_anew() {
    // Of "a-fine-long-password" with 1 MiB and one pass.
    const WEAK: &str =
        "$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$wlf0cYRHQ0twwM655aO+70mcYWsSxuigkGBCzfiL9zM";
    let system = System::start().await;
    let person = system.person("Old").await;
    let plant = format!("UPDATE users SET password_hash = '{WEAK}' WHERE id = '{}' RETURNING ''", person.id);
    system.try_sql(&plant).await.unwrap();
    let hash = || async {
        let read = format!("SELECT password_hash FROM users WHERE id = '{}'", person.id);
        system.sql(&read).await.remove(0).unwrap()
    };
    let wrong = json!({ "email": person.email, "password": "a-fine-wrong-password" });
    system.call("POST", "/users/login/").json(wrong).send().await.refused(401, "invalid_credentials");
    assert_eq!(hash().await, WEAK, "by the right password alone");
    person.again().await;
    let new = hash().await;
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    person.again().await;
    assert_eq!(hash().await, new, "once");
    system.stop().await;
}

/// NIST SP 800-63B-4: 15 characters where the password stands alone, and no rule of composition.
#[tokio::test(flavor = "multi_thread")]
async fn new_passwords_have_fifteen_characters() {
    let system = System::start().await;
    let register = |password: &str| {
        let body = json!({ "email": "ned@example.test", "password": password, "name": "Ned" });
        system.call("POST", "/users/").json(body).send()
    };
    for (password, code) in [
        ("Sh0rt&C0mplex!", "too_short"),
        ("vierzehn zeich", "too_short"),
        ("passwordpassword", "common_password"),
        ("aaaaaaaaaaaaaaaaaaaa", "common_password"),
    ] {
        let answer = register(password).await.expect(422);
        assert_eq!(
            (answer.pointers(), &answer.body["errors"][0]["code"]),
            (vec!["/password".to_owned()], &json!(code))
        );
    }
    register("fünfzehn zeiche").await.expect(202);
    let person = system.person("Olga").await;
    let email = json!({ "email": person.email });
    system.call("POST", "/users/password-reset/").json(email).send().await.expect(202);
    system.settle().await;
    let token = system.mailed_token(&person.email).await;
    let confirm = |password: &str| {
        let body = json!({ "token": token, "password": password });
        system.call("POST", "/users/password-reset/confirm/").json(body).send()
    };
    confirm("Sh0rt&C0mplex!").await.expect(422);
    confirm("four words make one").await.expect(204);
    system.stop().await;
}
