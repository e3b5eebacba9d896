//! Text from outside: trimmed, bounded, without control characters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::invalid::Invalid;

/// One line of `MIN` to `MAX` characters (Unicode scalar values), without spaces around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MIN: usize, const MAX: usize>(String);

/// Text of several lines, of `MIN` to `MAX` characters; lines end in `\n`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prose<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Line<MIN, MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> Prose<MIN, MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> FromStr for Line<MIN, MAX> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        refuse_characters(text, |character| breaks_line(character) || is_unprintable(character))?;
        refuse_length(text, MIN, MAX)?;
        Ok(Self(text.to_owned()))
    }
}

impl<const MIN: usize, const MAX: usize> FromStr for Prose<MIN, MAX> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().replace("\r\n", "\n").replace('\r', "\n");
        refuse_characters(&text, is_unprintable)?;
        refuse_length(&text, MIN, MAX)?;
        Ok(Self(text))
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Line<MIN, MAX> {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Prose<MIN, MAX> {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl<const MIN: usize, const MAX: usize> From<Line<MIN, MAX>> for String {
    fn from(line: Line<MIN, MAX>) -> Self {
        line.0
    }
}

impl<const MIN: usize, const MAX: usize> From<Prose<MIN, MAX>> for String {
    fn from(prose: Prose<MIN, MAX>) -> Self {
        prose.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Line<MIN, MAX> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Prose<MIN, MAX> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Characters that end a line or indent it (Unicode's mandatory breaks, and the tab).
fn breaks_line(character: char) -> bool {
    matches!(character, '\n' | '\t' | '\u{2028}' | '\u{2029}')
}

/// Characters that no reader sees but a terminal, a mail or a database stumbles over.
///
/// Control characters, the overrides of writing direction (they make text read as something else), and the
/// characters that Unicode reserves for a program's inner use.
fn is_unprintable(character: char) -> bool {
    let control = character.is_control() && !breaks_line(character);
    let reserved = matches!(u32::from(character) & 0xFFFF, 0xFFFE | 0xFFFF);
    control
        || reserved
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FDD0}'..='\u{FDEF}')
}

fn refuse_characters(text: &str, forbidden: impl Fn(char) -> bool) -> Result<(), Invalid> {
    match text.chars().find(|character| forbidden(*character)) {
        Some(character) => {
            let detail = format!("Remove the character U+{:04X}.", u32::from(character));
            Err(Invalid::new("forbidden_character", detail))
        }
        None => Ok(()),
    }
}

fn refuse_length(text: &str, min: usize, max: usize) -> Result<(), Invalid> {
    let length = text.chars().count();
    if length < min {
        return Err(Invalid::new("too_short", format!("Write at least {min} characters, not {length}.")));
    }
    if length > max {
        return Err(Invalid::new("too_long", format!("Write at most {max} characters, not {length}.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Short = Line<1, 5>;
    type Long = Prose<0, 20>;

    fn code<T>(result: Result<T, Invalid>) -> &'static str {
        result.err().map_or("ok", |error| error.code)
    }

    #[test]
    fn a_line_is_trimmed_and_counted_in_characters() {
        assert_eq!("  Zürich\u{2003}".trim().parse::<Line<1, 6>>().unwrap().as_str(), "Zürich");
        assert_eq!("  né ".parse::<Short>().unwrap().as_str(), "né");
        assert_eq!(code("   ".parse::<Short>()), "too_short");
        assert_eq!(code("ééééé".parse::<Short>()), "ok");
        assert_eq!(code("éééééé".parse::<Short>()), "too_long");
    }

    #[test]
    fn control_characters_are_refused() {
        for bad in ["a\0b", "a\u{7}b", "a\u{85}b", "a\u{202E}b", "a\u{FFFF}b", "a\u{1FFFE}b", "a\u{FDD0}b"] {
            assert_eq!(code(bad.parse::<Short>()), "forbidden_character", "{bad:?}");
            assert_eq!(code(bad.parse::<Long>()), "forbidden_character", "{bad:?}");
        }
        for breaking in ["a\nb", "a\tb", "a\u{2028}b"] {
            assert_eq!(code(breaking.parse::<Short>()), "forbidden_character", "{breaking:?}");
            assert_eq!(code(breaking.parse::<Long>()), "ok", "{breaking:?}");
        }
    }

    #[test]
    fn prose_knows_one_line_ending() {
        assert_eq!("a\r\nb\rc\n".parse::<Long>().unwrap().as_str(), "a\nb\nc");
        assert_eq!("".parse::<Long>().unwrap().as_str(), "");
    }

    #[test]
    fn json_is_checked_too() {
        assert_eq!(serde_json::from_str::<Short>("\" ab \"").unwrap().as_str(), "ab");
        assert!(serde_json::from_str::<Short>("\"\"").is_err());
        assert_eq!(serde_json::to_string(&"ab".parse::<Short>().unwrap()).unwrap(), "\"ab\"");
    }
}
