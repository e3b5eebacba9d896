//! A session with the API that lasts as long as the import.

use std::time::Duration;

use anyhow::bail;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::http::{Answer, NoAnswer, Server};

/// How long before its end a token is no longer used.
const MARGIN: Duration = Duration::from_secs(30);

/// Who signs in.
pub(crate) struct Account {
    /// The address.
    pub email: String,
    /// The password; signs in again when a session ends.
    pub password: String,
}

/// A signed-in account.
pub(crate) struct Session {
    server: Server,
    account: Account,
    /// One at a time: a refresh token is good once, and spent twice it ends the session.
    tokens: Mutex<Tokens>,
}

struct Tokens {
    access: String,
    refresh: String,
    /// When the access token is no longer used.
    until: Instant,
}

/// The API's answer to signing in and to refreshing.
#[derive(Deserialize)]
struct Pair {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

impl Session {
    /// Signs in.
    pub(crate) async fn begin(server: Server, account: Account) -> anyhow::Result<Self> {
        let answer = match server.at_once().send(|| login(&server, &account)).await {
            Ok(answer) => answer,
            Err(NoAnswer::Stopped) => bail!("stopped before it began"),
            Err(NoAnswer::GaveUp(why)) => bail!("cannot sign in: {why}"),
        };
        if !answer.status.is_success() {
            let (code, detail) = answer.told();
            bail!("cannot sign in as {}: {code}: {detail}", account.email);
        }
        let tokens = Mutex::new(answer.json::<Pair>()?.into());
        Ok(Self { server, account, tokens })
    }

    /// Posts `body` to `path` with an idempotency key and a token that is good.
    ///
    /// A token that is refused all the same (the server's clock may have been moved, its keys changed) is replaced once.
    pub(crate) async fn post<T: Serialize + ?Sized>(
        &self,
        path: &str,
        key: &str,
        body: &T,
    ) -> Result<Answer, NoAnswer> {
        let mut refused: Option<String> = None;
        loop {
            let token = self.token(refused.as_deref()).await?;
            let answer = self
                .server
                .send(|| {
                    let request = self.server.post(path).bearer_auth(&token);
                    request.header("idempotency-key", key).json(body)
                })
                .await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            if refused.is_some() {
                return Err(NoAnswer::GaveUp(format!("a fresh token is refused: {}", answer.told().0)));
            }
            refused = Some(token);
        }
    }

    /// An access token that is not `refused`.
    async fn token(&self, refused: Option<&str>) -> Result<String, NoAnswer> {
        let mut tokens = self.tokens.lock().await;
        if tokens.until <= Instant::now() || refused == Some(tokens.access.as_str()) {
            *tokens = self.renewed(&tokens.refresh).await?;
        }
        Ok(tokens.access.clone())
    }

    /// A new pair: by the refresh token, or by the password when the session has ended.
    async fn renewed(&self, refresh: &str) -> Result<Tokens, NoAnswer> {
        let body = json!({ "refresh_token": refresh });
        let mut answer = self.server.send(|| self.server.post("/users/refresh/").json(&body)).await?;
        if !answer.status.is_success() {
            answer = self.server.send(|| login(&self.server, &self.account)).await?;
        }
        if !answer.status.is_success() {
            return Err(NoAnswer::GaveUp(format!("cannot sign in again: {}", answer.told().0)));
        }
        let pair: Pair = answer.json().map_err(|error| NoAnswer::GaveUp(format!("{error:#}")))?;
        Ok(pair.into())
    }
}

fn login(server: &Server, account: &Account) -> reqwest::RequestBuilder {
    let body = json!({ "email": account.email, "password": account.password });
    server.post("/users/login/").json(&body)
}

impl From<Pair> for Tokens {
    fn from(pair: Pair) -> Self {
        let lasts = Duration::from_secs(pair.expires_in).saturating_sub(MARGIN);
        Self { access: pair.access_token, refresh: pair.refresh_token, until: Instant::now() + lasts }
    }
}
