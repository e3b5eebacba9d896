//! Contact data in what people write: found by shapes, masked until a stay is confirmed.
//!
//! The rules, each with its rows in the tests:
//!
//! 1. A mail address, also with spaces around its signs, and `@` with a name behind it.
//! 2. The same in words: `name at example dot com`, `name (at) example [dot] com`, `name at gmail`.
//! 3. A web address: a scheme, `www`, or a name that ends in a known top-level domain, with its path; also in words.
//! 4. Seven or more digits in a row or parted by spaces, `-`, `.`, `/` or brackets, also as words (`zero six one …`).
//!    Dates are none.
//! 5. A name at a messenger: `WhatsApp: name`, `insta name_99`.
//!
//! What is read is a folded text: full-width, circled, mathematical and other scripts' digits and letters are the plain
//! ones, look-alikes of Cyrillic and Greek their Latin twins, invisible characters are gone. In doubt it is masked: a long
//! number costs a guest a question, an address costs the platform its reason. What is parted over several messages,
//! drawn, or told in riddles is not found.

mod digits;
mod fold;
mod names;
mod words;

use std::ops::Range;

use fold::Folded;

/// What stands in the place of contact data, however long that was.
pub const MASK: &str = "•••";

/// The text with all contact data masked; none where it has none.
pub fn mask(text: &str) -> Option<String> {
    let folded = Folded::of(text);
    let mut found = names::find(&folded);
    found.extend(digits::find(&folded));
    if found.is_empty() {
        return None;
    }
    found.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for range in joined(&found) {
        let original = folded.original(&range);
        masked.push_str(text.get(end..original.start).unwrap_or_default());
        masked.push_str(MASK);
        end = original.end;
    }
    masked.push_str(text.get(end..).unwrap_or_default());
    Some(masked)
}

/// Ranges in their order, those that meet as one.
fn joined(found: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range.clone()),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
