//! What a new password must be.

use std::fmt;
use std::sync::LazyLock;

use crate::invalid::Invalid;

/// A new password that passed the rules: 15 to 128 characters, at most 256 bytes, none that is guessed first.
///
/// The rules are those of NIST SP 800-63B-4, section 3.1.1.2: at least 15 characters where the password is the only
/// factor, each Unicode character counting as one, no rules of composition, no truncation, a list of common passwords
/// refused. It lets 8 suffice where a second factor is always asked for. Here the second factor is offered and may be
/// taken away again, so that every password may come to stand alone: 15 is the rule for all. It is a rule for new
/// passwords; those of older accounts go on until they are changed.
///
/// An upper bound keeps hashing affordable. The text is taken as it is: not trimmed, not normalised, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The fewest characters.
    pub const MIN_CHARACTERS: usize = 15;
    /// The most characters.
    pub const MAX_CHARACTERS: usize = 128;
    /// The most bytes in UTF-8.
    pub const MAX_BYTES: usize = 256;

    /// A new password, or why it may not be one: `too_short`, `too_long` or `common_password`.
    pub fn new(text: String) -> Result<Self, Invalid> {
        let characters = text.chars().count();
        if characters < Self::MIN_CHARACTERS {
            return Err(Invalid::new(
                "too_short",
                "Choose a password of at least 15 characters: several words are easy to keep in mind.",
            ));
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

/// Whether `text` is what is tried first: a short piece over and over, the service's own name drawn out, or nothing but
/// the most common passwords of public breaches, one after another.
fn is_common(text: &str) -> bool {
    let lower: Vec<char> = text.to_lowercase().chars().collect();
    repeats_a_piece(&lower) || is_strung_of_common(&lower)
}

/// Whether the text is one piece of up to [`LONGEST_PIECE`] characters again and again; the last one may be cut.
fn repeats_a_piece(text: &[char]) -> bool {
    (1..=LONGEST_PIECE).any(|length| text.iter().zip(text.iter().skip(length)).all(|(one, next)| one == next))
}

/// Whether the text can be cut into common passwords and runs of one character.
fn is_strung_of_common(text: &[char]) -> bool {
    // `reached[n]`: the first n characters can be.
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for end in 1..=text.len() {
        reached[end] = (0..end).any(|start| {
            let word = &text[start..end];
            reached[start] && (is_run(word) || is_listed(word))
        });
    }
    reached[text.len()]
}

fn is_run(word: &[char]) -> bool {
    word.len() >= SHORTEST_RUN && word.iter().all(|character| *character == word[0])
}

fn is_listed(word: &[char]) -> bool {
    let word: String = word.iter().collect();
    word == SERVICE || COMMON.binary_search(&word.as_str()).is_ok()
}

/// A piece of this many characters and fewer makes no password by being repeated.
const LONGEST_PIECE: usize = 7;
/// So many of one character add nothing.
const SHORTEST_RUN: usize = 3;
/// What everybody thinks of here.
const SERVICE: &str = "innkeep";

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
        assert_eq!(code("fourteen sìgns"), "too_short");
        assert_eq!(code("fifteen sìgns ü"), "ok");
        let long: String = ('\u{100}'..).take(128).collect();
        assert_eq!((long.len(), code(&long)), (256, "ok"));
        assert_eq!(code(&format!("{long}c")), "too_long");
        let wide: String = ('\u{4e00}'..).take(86).collect();
        assert_eq!((wide.len(), code(&wide)), (258, "too_long"));
    }

    #[test]
    fn what_is_guessed_first_is_refused_in_any_case() {
        for known in [
            "passwordpassword",
            "PassWord12345678",
            "aaaaaaaaaaaaaaaa",
            "üüüüüüüüüüüüüüü",
            "1q2w3e4r5t6y7u8i9o0p",
            "abc123abc123abc12",
            "innkeepinnkeepinnkeep",
            "innkeep12345678",
            "Qwertyuiop!!!!!",
        ] {
            assert_eq!(code(known), "common_password", "{known}");
        }
        for fine in
            ["correct-horse-battery-staple", "a-fine-long-password", "passwords of old", "innkeepers at sea"]
        {
            assert_eq!(code(fine), "ok", "{fine}");
        }
    }

    #[test]
    fn the_list_is_in_order_and_in_small_letters() {
        assert!(COMMON.is_sorted() && COMMON.len() > 8_000);
        for common in COMMON.iter() {
            assert!(common.chars().count() >= 8 && *common == common.to_lowercase(), "{common}");
        }
    }

    #[test]
    fn nothing_is_shown() {
        let password = Password::new("correct horse battery".to_owned()).unwrap();
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}
