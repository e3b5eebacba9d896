//! Accounts: registration, proof of the address, signing in, the profile.

mod admin;
mod email_change;
mod login;
mod logout;
mod mfa;
mod password_reset;
mod privacy;
mod profile;
mod refresh;
mod register;
mod sessions;
mod verify;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{SessionId, UserId};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use store::limits::LimitTable;
use store::sessions::SessionTable;
use store::users::StoredRole;
use uuid::Uuid;

pub use admin::{audit_page, judge};
pub use email_change::{ask_email_change, confirm_email_change};
pub use login::{Credential, login};
pub use logout::{logout, logout_everywhere};
pub use mfa::{NewFactor, begin_mfa, confirm_mfa, remove_mfa};
pub use password_reset::{confirm_reset, request_reset};
pub use privacy::{erase, export};
pub use profile::{change_profile, own_profile, public_profile, public_profiles};
pub use refresh::refresh;
pub use register::{Registration, register};
pub use sessions::{end_session, sessions};
pub use verify::verify_email;

use crate::tokens::{AccessClaims, Role, SigningKey};
use crate::{Ctx, Failure};

/// How long an access token is good.
pub const ACCESS_TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// How long a session lives without being used.
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What issuing tokens needs: the key, and who says them to whom.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// The key that signs.
    pub key: Arc<SigningKey>,
    /// The `iss` of each token.
    pub issuer: String,
    /// The `aud` of each token.
    pub audience: String,
    /// Where refresh tokens are kept.
    pub sessions: SessionTable,
    /// How often sign-ins are tried; without it nobody counts.
    pub limits: Option<LimitTable>,
}

/// What a successful sign-in or refresh hands out.
#[derive(Clone)]
pub struct TokenPair {
    /// A signed JWT for the `Authorization` header.
    pub access_token: String,
    /// How long it is good, in seconds.
    pub expires_in: i64,
    /// Good once, for the next pair.
    pub refresh_token: String,
}

/// Shows nothing of the tokens.
impl std::fmt::Debug for TokenPair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TokenPair").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

impl Issuer {
    fn pair(
        &self,
        ctx: &Ctx,
        user_id: UserId,
        role: StoredRole,
        session_id: SessionId,
        refresh_token: String,
    ) -> Result<TokenPair, Failure> {
        let now = ctx.now();
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: user_id,
            exp: later(now, ACCESS_TOKEN_LIFE).as_second(),
            iat: now.as_second(),
            jti: ctx.new_id(),
            sid: session_id,
            role: match role {
                StoredRole::Member => Role::Member,
                StoredRole::Admin => Role::Admin,
            },
        };
        let access_token = self.key.sign(&claims).map_err(Failure::internal)?;
        Ok(TokenPair { access_token, expires_in: ACCESS_TOKEN_LIFE.as_secs(), refresh_token })
    }
}

/// A refresh token: the session's id and 32 unpredictable bytes, in base64url.
struct RefreshToken {
    session_id: SessionId,
    secret: [u8; 32],
}

impl RefreshToken {
    fn new(ctx: &Ctx, session_id: SessionId) -> Self {
        let mut secret = [0; 32];
        ctx.entropy.fill(&mut secret);
        Self { session_id, secret }
    }

    /// `None` for a text that was never handed out.
    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, secret) = bytes.split_first_chunk::<16>()?;
        Some(Self { session_id: Uuid::from_bytes(*id).into(), secret: secret.try_into().ok()? })
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode([self.session_id.as_uuid().as_bytes().as_slice(), &self.secret].concat())
    }

    fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }
}

/// The digest under which a token from a mail is kept.
pub fn mail_token_digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// An instant past the end of time is the end of time.
fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn invalid_credentials() -> Failure {
    Failure::unauthenticated("invalid_credentials", "The address or the password is not right.")
}

fn invalid_refresh_token() -> Failure {
    Failure::unauthenticated("invalid_refresh_token", "Sign in again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_survives_its_text() {
        let token = RefreshToken { session_id: Uuid::from_u128(5).into(), secret: [9; 32] };
        let parsed = RefreshToken::parse(&token.text()).unwrap();
        assert_eq!(parsed.session_id, token.session_id);
        assert_eq!(parsed.digest(), token.digest());
        for bad in ["", "a", "!!!!", &token.text()[1..], &format!("{}A", token.text())] {
            assert!(RefreshToken::parse(bad).is_none(), "{bad}");
        }
    }
}
