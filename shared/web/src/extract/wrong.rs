//! What is wrong with an input, and where: from the decoder's and the validator's words to stable codes.

use domain::refusal::FieldError;
use serde_path_to_error::{Path, Segment};

/// Where the input stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Body,
    Query,
}

impl Place {
    fn pointer(self, segments: &[String]) -> String {
        match self {
            Self::Body => segments.iter().flat_map(|segment| ["/".to_owned(), escape(segment)]).collect(),
            Self::Query => format!("?{}", segments.join(".")),
        }
    }
}

/// RFC 6901, section 3.
fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// An input of the wrong shape. The decoder's message is only read for its kind: it quotes the input and names
/// types of the program.
pub(super) fn shape(path: &Path, message: &str, place: Place) -> FieldError {
    let mut segments: Vec<String> = path.iter().filter_map(segment).collect();
    let (code, detail) = match named(message) {
        Some((code, detail, field)) => {
            // The path leads to the object; where the field is there, it may or may not end in the field itself.
            if code == "missing_field" || segments.last().map(String::as_str) != Some(field) {
                segments.push(field.to_owned());
            }
            (code, detail.to_owned())
        }
        None => ("wrong_type", expected(message)),
    };
    FieldError { pointer: place.pointer(&segments), code, detail }
}

fn segment(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// The kinds of errors whose message names a field: `unknown field `x`, expected …`.
fn named(message: &str) -> Option<(&'static str, &'static str, &str)> {
    const KINDS: [(&str, &str, &str); 3] = [
        ("unknown field `", "unknown_field", "There is no such field here."),
        ("missing field `", "missing_field", "This is required."),
        ("duplicate field `", "duplicate_field", "This stands more than once."),
    ];
    let (prefix, code, detail) = KINDS.into_iter().find(|(prefix, ..)| message.starts_with(prefix))?;
    // A field's own name may have a backtick; what follows the last one is the decoder's.
    let rest = message.strip_prefix(prefix)?;
    let end = rest.find("`, expected").or_else(|| rest.find("`, there are")).or_else(|| rest.rfind('`'))?;
    Some((code, detail, rest.get(..end)?))
}

fn expected(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or(message);
    let Some((_, wanted)) = message.split_once("expected ") else {
        // A type of ours that refused its text says why in its own words; anything else is a number that is none.
        return if message.starts_with("invalid digit") || message.starts_with("number too") {
            "Expected a whole number in range.".to_owned()
        } else {
            sentence(message)
        };
    };
    let wanted = match wanted.split(' ').next().unwrap_or_default() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more, in range",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number in range",
        "f32" | "f64" => "a number",
        "struct" | "internally" | "adjacently" | "map" => "an object",
        _ if wanted.starts_with("a map") => "an object",
        _ if wanted.starts_with("a sequence") => "an array",
        _ => wanted,
    };
    format!("Expected {wanted}.")
}

fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => "The value is not usable.".to_owned(),
    }
}

/// The rules that a well-shaped input breaks.
pub(super) fn rules(report: &garde::Report, place: Place) -> Vec<FieldError> {
    let mut errors: Vec<_> = report
        .iter()
        .map(|(path, error)| FieldError {
            pointer: place.pointer(&segments(&path.to_string())),
            code: "invalid_value",
            detail: sentence(error.message()),
        })
        .collect();
    // The validator's order is its own affair.
    errors.sort_by(|left, right| left.pointer.cmp(&right.pointer));
    errors
}

/// `changes[0].price` as segments.
fn segments(path: &str) -> Vec<String> {
    path.split(['.', '['])
        .map(|part| part.trim_end_matches(']'))
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_types_and_inputs_do_not_show() {
        assert_eq!(
            expected("invalid type: string \"secret\", expected u32 at line 1 column 9"),
            "Expected a whole number, 0 or more, in range."
        );
        assert_eq!(
            expected("invalid type: null, expected struct CreateStay at line 1"),
            "Expected an object."
        );
        assert_eq!(expected("unknown currency at line 1 column 2"), "Unknown currency.");
        assert_eq!(expected("invalid digit found in string"), "Expected a whole number in range.");
    }

    #[test]
    fn a_validators_path_is_split() {
        assert_eq!(segments("changes[0].price"), ["changes", "0", "price"]);
        assert!(segments("").is_empty());
    }
}
