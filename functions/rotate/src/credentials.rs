//! The two users that take turns.

use domain::random::{Entropy, hex};
use serde::Deserialize;

/// What the second user's name ends in.
const SECOND: &str = "_2";
/// 256 bits.
const PASSWORD_BYTES: usize = 32;

/// The form in which RDS keeps credentials. Not printable: it is a secret.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: String,
}

impl Credentials {
    /// Reads a secret; the parser's own words may quote it and are left out.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::json!({ "username": self.username, "password": self.password }).to_string()
    }

    /// The other user, with a new password.
    pub(crate) fn successor(&self, entropy: &dyn Entropy) -> Self {
        let username = match self.username.strip_suffix(SECOND) {
            Some(first) => first.to_owned(),
            None => format!("{}{SECOND}", self.username),
        };
        Self { username, password: hex::<PASSWORD_BYTES>(entropy) }
    }
}

#[cfg(test)]
mod tests {
    use platform::OsEntropy;

    use super::*;

    #[test]
    fn two_users_take_turns() {
        let first = Credentials::parse(r#"{"username": "app", "password": "p", "host": "h"}"#).unwrap();
        let second = first.successor(&OsEntropy);
        let third = second.successor(&OsEntropy);
        assert_eq!((second.username.as_str(), third.username.as_str()), ("app_2", "app"));
        assert_eq!(second.password.len(), 64);
        assert_ne!(second.password, third.password);
        assert_eq!(Credentials::parse(&second.to_json()).unwrap().password, second.password);
        assert!(Credentials::parse("\"p\"").is_none());
    }
}
