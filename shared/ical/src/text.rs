//! From bytes to unfolded lines, and whether their parts nest.

use crate::error::Unreadable;
use crate::read::MAX_EVENTS;

/// Parts stand this deep in each other at most; three levels are usual.
const MAX_DEPTH: usize = 8;

/// The text, unfolded, one line each.
///
/// Unfolded before it is decoded: who folds by octets cuts characters in two. What is neither UTF-8 nor marked as UTF-16 is
/// read as Latin-1: of texts nothing is used, and names and dates are ASCII in all of them.
pub(crate) fn lines(bytes: &[u8]) -> String {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => narrow(rest),
        [0xFF, 0xFE, rest @ ..] => narrow(wide(rest, u16::from_le_bytes).as_bytes()),
        [0xFE, 0xFF, rest @ ..] => narrow(wide(rest, u16::from_be_bytes).as_bytes()),
        _ => narrow(bytes),
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks(2).filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn narrow(bytes: &[u8]) -> String {
    String::from_utf8(unfold(bytes))
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}

/// Ends lines with LF alone, and joins those that go on in the next (RFC 5545, 3.1).
fn unfold(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\r' if after.first() == Some(&b'\n') => {}
            b'\r' | b'\n' => match after.first() {
                Some(b' ' | b'\t') => rest = &after[1..],
                _ => out.push(b'\n'),
            },
            _ => out.push(*byte),
        }
    }
    out
}

/// Checks that the text is one calendar or more, whole, and nothing else.
pub(crate) fn check(text: &str) -> Result<(), Unreadable> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let first = lines.peek().ok_or(Unreadable::Empty)?;
    if !matches!(part(first), Some(Part::Begin(name)) if name.eq_ignore_ascii_case("VCALENDAR")) {
        return Err(Unreadable::NotACalendar);
    }
    let (mut open, mut events): (Vec<&str>, usize) = (Vec::new(), 0);
    while let Some(line) = lines.next() {
        match part(line) {
            Some(Part::Begin(name)) => {
                let outermost = name.eq_ignore_ascii_case("VCALENDAR");
                if outermost != open.is_empty() || open.len() >= MAX_DEPTH {
                    return Err(Unreadable::Malformed);
                }
                events += usize::from(name.eq_ignore_ascii_case("VEVENT"));
                open.push(name);
            }
            Some(Part::End(name)) => match open.pop() {
                Some(last) if last.eq_ignore_ascii_case(name) => {}
                // A last line that was cut off itself.
                Some(_) if lines.peek().is_none() => return Err(Unreadable::Truncated),
                _ => return Err(Unreadable::Malformed),
            },
            None if open.is_empty() => return Err(Unreadable::Malformed),
            None if is_unknown_rule(line) => return Err(Unreadable::UnsupportedRecurrence),
            None => {}
        }
    }
    if !open.is_empty() {
        return Err(Unreadable::Truncated);
    }
    if events > MAX_EVENTS {
        return Err(Unreadable::TooManyEvents);
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'t> {
    Begin(&'t str),
    End(&'t str),
}

fn part(line: &str) -> Option<Part<'_>> {
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    if name.eq_ignore_ascii_case("BEGIN") {
        Some(Part::Begin(value))
    } else if name.eq_ignore_ascii_case("END") {
        Some(Part::End(value))
    } else {
        None
    }
}

/// Whether a line is a rule with a part that the parser would leave out, and so make another rule of it.
fn is_unknown_rule(line: &str) -> bool {
    let name = line.split([':', ';']).next().unwrap_or_default().trim();
    if !name.eq_ignore_ascii_case("RRULE") {
        return false;
    }
    let parts = line.split_once(':').map_or("", |(_, value)| value).to_ascii_uppercase();
    let is_known = |part: &str| match part.trim().split_once('=') {
        Some(("FREQ", often)) => ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].contains(&often),
        Some(("UNTIL", until)) => until.len() >= 8 && until.bytes().take(8).all(|byte| byte.is_ascii_digit()),
        Some(("COUNT" | "INTERVAL", number)) => number.parse::<u16>().is_ok_and(|number| number > 0),
        Some(_) => true,
        None => part.trim().is_empty(),
    };
    !parts.contains("FREQ=") || !parts.split(';').all(is_known)
}
