//! What a new password must be.

use std::fmt;

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

/// Whether `text` is one character over and over, or one of the passwords that every published list begins with.
fn is_common(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    if characters.all(|character| Some(character) == first) {
        return true;
    }
    let lower = text.to_lowercase();
    COMMON.contains(&lower.as_str())
}

/// Those of 8 characters and more.
const COMMON: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "12345678910",
    "0123456789",
    "0987654321",
    "987654321",
    "87654321",
    "123123123",
    "12341234",
    "11112222",
    "12344321",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "1qaz2wsx3edc",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "qwertyui",
    "qwertyuiop",
    "qwerty12",
    "qwerty123",
    "qwerty1234",
    "qwerty12345",
    "qwer1234",
    "qwertyuiop123",
    "asdfghjk",
    "asdfghjkl",
    "asdf1234",
    "zxcvbnm1",
    "zxcvbnm123",
    "zaq12wsx",
    "password",
    "password1",
    "password12",
    "password123",
    "password1234",
    "password!",
    "password1!",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "p@ssw0rd1",
    "p@ssw0rd123",
    "pa55word",
    "pass1234",
    "pass12345",
    "abcd1234",
    "abc12345",
    "abcdefgh",
    "abcdefg1",
    "a1b2c3d4",
    "aa123456",
    "aa12345678",
    "a12345678",
    "a123456789",
    "admin123",
    "admin1234",
    "administrator",
    "iloveyou",
    "iloveyou1",
    "sunshine",
    "sunshine1",
    "princess",
    "princess1",
    "football",
    "football1",
    "baseball",
    "baseball1",
    "superman",
    "superman1",
    "letmein1",
    "letmein123",
    "welcome1",
    "welcome123",
    "michelle",
    "jennifer",
    "trustno1",
    "starwars",
    "whatever",
    "changeme",
    "changeme1",
    "changeme123",
    "computer",
    "internet",
    "master123",
    "monkey123",
    "dragon123",
    "shadow123",
    "liverpool",
    "charlie1",
    "corvette",
    "mercedes",
    "samsung1",
    "test1234",
    "testtest",
    "secret123",
    "default1",
    "guest1234",
    "login123",
    "user1234",
    "hello123",
    "freedom1",
    "blink182",
];

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
        for common in COMMON {
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
