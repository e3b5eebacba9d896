//! What a new password must be.

use std::fmt;
use std::sync::LazyLock;

use crate::invalid::Invalid;

/// A new password that passed the rules: 8 to 128 characters, at most 256 bytes, none of the best known.
///
/// The rules follow NIST SP 800-63B: at least 8 characters, each Unicode character counts as one, no rules of
/// composition, no truncation, a list of common passwords refused. (Its fourth revision asks for 15 where the password
/// is the only factor; here 8 suffice, as OWASP's verification standard has it, since a second factor is offered.)
/// An upper bound keeps hashing affordable. The text is taken as it is: not trimmed, not normalised, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The fewest characters.
    pub const MIN_CHARACTERS: usize = 8;
    /// The most characters.
    pub const MAX_CHARACTERS: usize = 128;
    /// The most bytes in UTF-8.
    pub const MAX_BYTES: usize = 256;

    /// A new password, or why it may not be one: `too_short`, `too_long` or `common_password`.
    pub fn new(text: String) -> Result<Self, Invalid> {
        let characters = text.chars().count();
        if characters < Self::MIN_CHARACTERS {
            return Err(Invalid::new("too_short", "Choose a password of at least 8 characters."));
        }
        if characters > Self::MAX_CHARACTERS || text.len() > Self::MAX_BYTES {
            return Err(Invalid::new(
                "too_long",
                "Choose a password of at most 128 characters and 256 bytes.",
            ));
        }
        if is_common(&text) {
            return Err(Invalid::new(
                "common_password",
                "Choose another password: this one is guessed first.",
            ));
        }
        Ok(Self(text))
    }

    /// The text, for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Shows nothing of the password.
impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// Whether `text` is one character over and over, or one of the most common passwords of public breaches.
fn is_common(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    if characters.all(|character| Some(character) == first) {
        return true;
    }
    let lower = text.to_lowercase();
    COMMON.binary_search(&lower.as_str()).is_ok()
}

/// In order, so that one is found by halves; the file says where it is from.
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        Password::new(text.to_owned()).err().map_or("ok", |error| error.code)
    }

    #[test]
    fn length_is_counted_in_characters_and_bounded_in_bytes() {
        assert_eq!(code("a fox ü"), "too_short");
        assert_eq!(code("a fox üé"), "ok");
        assert_eq!(code(&"ab".repeat(64)), "ok");
        assert_eq!(code(&format!("{}c", "ab".repeat(64))), "too_long");
        assert_eq!(code(&"ab€".repeat(42)), "ok");
        assert_eq!(code(&"€uro".repeat(32)), "ok");
        assert_eq!(code(&"€uro€€€€".repeat(16)), "too_long");
    }

    #[test]
    fn the_best_known_are_refused_in_any_case() {
        for known in ["password", "PassWord1", "12345678", "aaaaaaaa", "üüüüüüüüü", "Qwertyuiop"] {
            assert_eq!(code(known), "common_password", "{known}");
        }
        assert_eq!(code("correct-horse-battery-staple"), "ok");
    }

    #[test]
    fn the_list_holds_nothing_that_another_rule_refuses() {
        assert!(COMMON.is_sorted() && COMMON.len() > 8_000);
        for common in COMMON.iter() {
            assert!(
                common.chars().count() >= Password::MIN_CHARACTERS && *common == common.to_lowercase(),
                "{common}"
            );
        }
    }

    #[test]
    fn nothing_is_shown() {
        assert_eq!(format!("{:?}", Password::new("correct horse".to_owned()).unwrap()), "Password(…)");
    }
}
