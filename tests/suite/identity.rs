//! Second factors, sessions, other addresses, limits, what is held of people, and what the staff does.

mod attacks;
mod canaries;
mod cohosts;
mod limits;
mod mfa;
mod privacy;
mod staff;

use serde_json::json;
use tests::{Answer, Person, System};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "a-fine-long-password";

/// An attempt to sign in.
pub(crate) async fn sign_in(system: &System, email: &str, password: &str, totp: Option<&str>) -> Answer {
    let body = match totp {
        Some(code) => json!({ "email": email, "password": password, "totp": code }),
        None => json!({ "email": email, "password": password }),
    };
    system.call("POST", "/users/login/").json(body).send().await
}

/// An account that is a member of the staff, signed in.
pub(crate) async fn admin<'s>(system: &'s System, name: &str) -> Person<'s> {
    let person = system.person(name).await;
    let env = platform::Env::from_map(system.handles().variables.clone());
    let made = local::operator::grant_admin(&env, &person.email).await;
    assert!(made.expect("an answer"), "there is such an account");
    person.again().await
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_one_by_one() {
    let system = System::start().await;
    let first = system.person("Nia").await;
    let stranger = system.person("Otto").await;
    system.advance(1).await;
    let second = first.again().await;
    let listed = second.call("GET", "/users/me/sessions/").send().await.expect(200);
    let items = listed.body["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 2, "{items:#?}");
    assert_eq!((&items[0]["current"], &items[1]["current"]), (&json!(true), &json!(false)));
    let path = format!("/users/me/sessions/{}/", items[1]["id"].as_str().unwrap());
    stranger.call("DELETE", &path).send().await.refused(404, "not_found");
    second.call("DELETE", &path).send().await.expect(204);
    second.call("DELETE", &path).send().await.refused(404, "not_found");
    let refresh =
        |token: &str| system.call("POST", "/users/refresh/").json(json!({ "refresh_token": token })).send();
    refresh(&first.refresh_token).await.refused(401, "invalid_refresh_token");
    refresh(&second.refresh_token).await.expect(200);
    // Signing out everywhere leaves none.
    second.call("POST", "/users/logout/").json(json!({ "all": true })).send().await.expect(204);
    system.advance(1).await;
    let third = first.again().await;
    let listed = third.call("GET", "/users/me/sessions/").send().await.expect(200);
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_is_taken_when_its_mail_is_answered() {
    let system = System::start().await;
    let person = system.person("Pia").await;
    let other = system.person("Quinn").await;
    let ask = |email: &str| person.call("POST", "/users/me/email/").json(json!({ "email": email })).send();
    ask("first@example.test").await.expect(202);
    system.settle().await;
    let stale = system.mailed_token("first@example.test").await;
    ask("Pia.New@example.test").await.expect(202);
    system.settle().await;
    // The answer does not say that this one has an account.
    ask(&other.email).await.expect(202);
    system.settle().await;
    ask("Pia.New@example.test").await.expect(202);
    system.settle().await;
    let me = person.call("GET", "/users/me/").send().await.expect(200);
    assert_eq!(me.body["email"], person.email.as_str());
    assert_eq!(me.body["pending_email"], "Pia.New@example.test");
    let told = system.mails(&person.email).await;
    assert!(told.iter().any(|mail| mail["subject"] == "Another address was asked for"));
    let confirm = |token: String| {
        system.call("POST", "/users/me/email/confirm/").json(json!({ "token": token })).send()
    };
    // A token is for the last wish alone.
    confirm(stale).await.refused(422, "invalid_token");
    confirm(system.mailed_token(&other.email).await).await.refused(422, "invalid_token");
    let token = system.mailed_token("Pia.New@example.test").await;
    confirm(token.clone()).await.expect(204);
    confirm(token).await.refused(422, "invalid_token");
    sign_in(&system, &person.email, PASSWORD, None).await.refused(401, "invalid_credentials");
    sign_in(&system, "pia.new@example.test", PASSWORD, None).await.expect(200);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_somebody_took_meanwhile_is_not_taken_twice() {
    let system = System::start().await;
    let person = system.person("Rhea").await;
    let body = json!({ "email": "wanted@example.test" });
    person.call("POST", "/users/me/email/").json(body).send().await.expect(202);
    system.settle().await;
    let token = system.mailed_token("wanted@example.test").await;
    let registration = json!({ "email": "wanted@example.test", "password": PASSWORD, "name": "Sid" });
    system.call("POST", "/users/").json(registration).send().await.expect(202);
    let confirm = json!({ "token": token });
    let answer = system.call("POST", "/users/me/email/confirm/").json(confirm).send().await;
    answer.refused(409, "email_taken");
    system.stop().await;
}

/// What a thief of an access token must not do asks for a sign-in of a moment ago; a refresh makes no such session.
#[tokio::test(flavor = "multi_thread")]
async fn grave_changes_ask_for_a_fresh_sign_in() {
    let system = System::start().await;
    let person = system.person("Tess").await;
    system.advance(15 * 60 + 1).await;
    let body = json!({ "refresh_token": person.refresh_token });
    let pair = system.call("POST", "/users/refresh/").json(body).send().await.expect(200);
    let token = pair.text("access_token");
    let calls = [
        ("POST", "/users/me/mfa/", None),
        ("DELETE", "/users/me/mfa/", None),
        ("DELETE", "/users/me/", None),
        ("POST", "/users/me/email/", Some(json!({ "email": "x@example.test" }))),
    ];
    for (method, path, body) in &calls {
        let call = system.call(method, path).bearer(&token);
        let call = if let Some(body) = body { call.json(body.clone()) } else { call };
        call.send().await.refused(403, "sign_in_again");
    }
    let fresh = person.again().await;
    fresh.call("POST", "/users/me/mfa/").send().await.expect(200);
    system.stop().await;
}
