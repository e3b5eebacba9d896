//! Second factors and recovery codes.

use jiff::Timestamp;
use serde_json::json;
use services::totp::Secret;
use tests::{Person, System};

use super::{PASSWORD, sign_in};

/// An authenticator.
struct Authenticator(Secret);

impl Authenticator {
    /// Of the secret that a person was given.
    fn of(text: &str) -> Self {
        let digit = |letter: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
        let bits: Vec<bool> = text
            .chars()
            .flat_map(|letter| (0..5).rev().map(move |bit| digit(letter) >> bit & 1 == 1))
            .collect();
        let bytes: Vec<u8> = bits
            .chunks(8)
            .map(|byte| byte.iter().fold(0, |value, bit| value << 1 | u8::from(*bit)))
            .collect();
        Self(Secret::new(bytes.try_into().unwrap()))
    }

    fn code(&self, now: Timestamp) -> String {
        self.0.code(now.as_second() / 30)
    }
}

async fn enabled(person: &Person<'_>) -> (Authenticator, Vec<String>) {
    let begun = person.call("POST", "/users/me/mfa/").send().await.expect(200);
    let authenticator = Authenticator::of(&begun.text("secret"));
    assert!(begun.text("otpauth_uri").contains(&begun.text("secret")));
    let code = json!({ "code": authenticator.code(person.system().now()) });
    let confirmed = person.call("POST", "/users/me/mfa/confirm/").json(code).send().await.expect(200);
    let codes = confirmed.body["recovery_codes"].as_array().unwrap();
    (authenticator, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_after_the_right_password_and_each_code_is_good_once() {
    let system = System::start().await;
    let person = system.person("Uma").await;
    person
        .call("POST", "/users/me/mfa/confirm/")
        .json(json!({ "code": "123456" }))
        .send()
        .await
        .refused(409, "mfa_not_begun");
    // Not asked for before it is confirmed, and no wrong code confirms it.
    person.call("POST", "/users/me/mfa/").send().await.expect(200);
    sign_in(&system, &person.email, PASSWORD, None).await.expect(200);
    let (authenticator, _) = enabled(&person).await;
    let me = person.call("GET", "/users/me/").send().await.expect(200);
    assert_eq!(me.body["mfa_enabled"], true);
    person.call("POST", "/users/me/mfa/").send().await.refused(409, "mfa_enabled");
    sign_in(&system, &person.email, PASSWORD, None).await.refused(401, "mfa_required");
    sign_in(&system, &person.email, "not-the-password", None).await.refused(401, "invalid_credentials");
    sign_in(&system, &person.email, PASSWORD, Some("000000x")).await.refused(401, "invalid_totp");
    // The code that confirmed it is spent.
    let spent = authenticator.code(system.now());
    sign_in(&system, &person.email, PASSWORD, Some(&spent)).await.refused(401, "invalid_totp");
    system.advance(30).await;
    let code = authenticator.code(system.now());
    // Many hands, one winner.
    let attempts = (0..20).map(|_| sign_in(&system, &person.email, PASSWORD, Some(&code)));
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status != 200)
            .all(|answer| answer.body["code"] == "invalid_totp")
    );
    // It is not good again in the next step, to which clocks may be behind.
    system.advance(30).await;
    sign_in(&system, &person.email, PASSWORD, Some(&code)).await.refused(401, "invalid_totp");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_are_good_once_and_go_with_the_factor() {
    let system = System::start().await;
    let person = system.person("Vic").await;
    let (_, codes) = enabled(&person).await;
    assert_eq!(codes.len(), 10);
    let typed = codes[0].to_uppercase().replace('-', " ");
    sign_in(&system, &person.email, PASSWORD, Some(&typed)).await.expect(200);
    sign_in(&system, &person.email, PASSWORD, Some(&codes[0])).await.refused(401, "invalid_totp");
    let attempts = (0..20).map(|_| sign_in(&system, &person.email, PASSWORD, Some(&codes[1])));
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    person.call("DELETE", "/users/me/mfa/").send().await.expect(204);
    person.call("DELETE", "/users/me/mfa/").send().await.expect(204);
    sign_in(&system, &person.email, PASSWORD, None).await.expect(200);
    let (_, fresh) = enabled(&person).await;
    sign_in(&system, &person.email, PASSWORD, Some(&codes[2])).await.refused(401, "invalid_totp");
    sign_in(&system, &person.email, PASSWORD, Some(&fresh[2])).await.expect(200);
    // Nothing of it lies in the clear.
    let kept = system.sql("SELECT string_agg(encode(digest, 'escape'), ' ') FROM recovery_codes").await;
    assert!(!kept[0].as_deref().unwrap().contains(&fresh[3]));
    system.stop().await;
}

/// A new password by mail does not take the second factor away.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_keeps_the_second_factor() {
    let system = System::start().await;
    let person = system.person("Wes").await;
    let (authenticator, _) = enabled(&person).await;
    system
        .call("POST", "/users/password-reset/")
        .json(json!({ "email": person.email }))
        .send()
        .await
        .expect(202);
    system.settle().await;
    let confirm =
        json!({ "token": system.mailed_token(&person.email).await, "password": "another-long-password" });
    system.call("POST", "/users/password-reset/confirm/").json(confirm).send().await.expect(204);
    sign_in(&system, &person.email, "another-long-password", None).await.refused(401, "mfa_required");
    system.advance(30).await;
    let code = authenticator.code(system.now());
    sign_in(&system, &person.email, "another-long-password", Some(&code)).await.expect(200);
    system.stop().await;
}
