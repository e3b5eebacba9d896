//! People with accounts.

use serde_json::json;

use crate::answer::Call;
use crate::system::System;

/// The password of everybody.
const PASSWORD: &str = "a-fine-long-password";

/// Somebody who is signed in.
#[derive(Debug)]
pub struct Person<'s> {
    system: &'s System,
    /// The account.
    pub id: String,
    /// The address.
    pub email: String,
    /// The present access token.
    pub token: String,
    /// The present refresh token.
    pub refresh_token: String,
}

impl std::fmt::Debug for System {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("System").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl System {
    /// Somebody who has registered, proved the address and signed in, all over HTTP.
    pub async fn person(&self, name: &str) -> Person<'_> {
        let email = format!("{}@example.test", name.to_lowercase().replace(' ', "."));
        let registration = json!({ "email": email, "password": PASSWORD, "name": name });
        self.call("POST", "/users/").json(registration).send().await.expect(202);
        self.settle().await;
        let token = self.mailed_token(&email).await;
        self.call("POST", "/users/verify/").json(json!({ "token": token })).send().await.expect(204);
        self.sign_in(&email, PASSWORD).await
    }

    /// Somebody who signs in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Person<'_> {
        let login = json!({ "email": email, "password": password });
        let pair = self.call("POST", "/users/login/").json(login).send().await.expect(200);
        let token = pair.text("access_token");
        let me = self.call("GET", "/users/me/").bearer(&token).send().await.expect(200);
        Person {
            system: self,
            id: me.text("id"),
            email: email.to_owned(),
            token,
            refresh_token: pair.text("refresh_token"),
        }
    }

    /// A host whom the payment provider can pay.
    pub async fn host(&self, name: &str) -> Person<'_> {
        let host = self.person(name).await;
        host.onboard().await;
        host
    }

    /// The token of the last mail to an address.
    ///
    /// # Panics
    /// When there is none.
    pub async fn mailed_token(&self, email: &str) -> String {
        let mails = self.mails(email).await;
        let text = mails.last().and_then(|mail| mail["text"].as_str()).expect("a mail").to_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("token="));
        line.unwrap_or_else(|| panic!("no token in {text}")).trim().to_owned()
    }
}

impl Person<'_> {
    /// A call by this person.
    pub fn call(&self, method: &str, path: &str) -> Call {
        self.system.call(method, path).bearer(&self.token)
    }

    /// The system that this person uses.
    pub fn system(&self) -> &System {
        self.system
    }

    /// Completes the payment provider's onboarding.
    pub async fn onboard(&self) {
        let account = self.call("POST", "/payments/onboarding/").once().json(json!({})).send().await;
        let link = account.text("url");
        let page = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        assert!(page.get(link).send().await.expect("the provider's page").status().is_success());
        self.system.settle().await;
        let state = self.call("GET", "/payments/onboarding/").send().await.expect(200);
        assert_eq!(state.body["state"], "enabled");
    }
}

impl<'s> Person<'s> {
    /// The same person after a new sign-in: access tokens lapse when the clock moves.
    pub async fn again(&self) -> Person<'s> {
        self.system.sign_in(&self.email, PASSWORD).await
    }
}
