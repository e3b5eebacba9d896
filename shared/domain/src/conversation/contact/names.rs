//! Names by which somebody is reached: at a mail service, on the web, at a messenger.

use std::ops::Range;

use super::fold::{Folded, Word};
use super::words::{is_at, is_dot, is_ending, is_network, is_plain_ending, is_provider, is_told_ending};

pub(super) fn find(text: &Folded) -> Vec<Range<usize>> {
    let words = text.words();
    let mut found = Vec::new();
    for at in (0..text.len()).filter(|at| text.at(*at) == '@') {
        found.extend(by_sign(text, at));
    }
    for index in 0..words.len() {
        found.extend(link(text, &words, index));
        found.extend(domain(text, &words, index));
        found.extend(told_domain(text, &words, index));
        found.extend(told_address(text, &words, index));
        found.extend(at_network(text, &words, index));
    }
    found
}

fn is_local(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '_' | '%' | '+' | '-')
}

/// An address by its `@`, or a name behind one.
fn by_sign(text: &Folded, at: usize) -> Option<Range<usize>> {
    let right = at + 1 + usize::from(text.at(at + 1) == ' ');
    let mut end = right;
    while is_local(text.at(end)) {
        end += 1;
    }
    let name_end = (right..end).rev().find(|index| text.at(*index).is_alphanumeric()).map(|last| last + 1)?;
    let attached = right == at + 1 && text.at(right).is_alphabetic();
    let dotted = (right..name_end).any(|index| text.at(index) == '.') || dot_follows(text, name_end);
    if !attached && !dotted {
        return None;
    }
    // A name at a network stands alone; an address may have a space before its sign.
    let start = if dotted { local_before(text, at) } else { local_start(text, at) };
    Some(start..name_end)
}

/// Whether a name goes on after a space: `example . com`, `example dot com`.
fn dot_follows(text: &Folded, end: usize) -> bool {
    let mut next = end;
    while matches!(text.at(next), ' ' | '(' | '[') && next < end + 2 {
        next += 1;
    }
    text.at(next) == '.' && next > end
        || text.words().iter().any(|word| word.start == next && is_dot(&word.text))
}

/// Where the local part begins that ends here, at most one space away.
fn local_before(text: &Folded, end: usize) -> usize {
    let spaced = end - usize::from(end > 0 && text.before(end) == ' ');
    let start = local_start(text, spaced);
    if start == spaced { end } else { start }
}

/// Where the local part begins that ends here.
fn local_start(text: &Folded, end: usize) -> usize {
    let mut start = end;
    while start > 0 && is_local(text.before(start)) {
        start -= 1;
    }
    start
}

/// The end of everything that hangs on an address.
fn path_end(text: &Folded, end: usize) -> usize {
    if !matches!(text.at(end), '/' | ':' | '?' | '#') {
        return end;
    }
    (end..=text.len()).find(|at| text.at(*at) == ' ').unwrap_or(end)
}

/// `http://…`, `www.…`.
fn link(text: &Folded, words: &[Word], index: usize) -> Option<Range<usize>> {
    let word = words.get(index)?;
    let scheme =
        matches!(word.text.as_str(), "http" | "https" | "hxxp" | "hxxps") && text.at(word.end) == ':';
    let web = word.text == "www" && matches!(text.at(word.end), '.' | '/');
    if !scheme && !web {
        return None;
    }
    let end = (word.end..=text.len()).find(|at| text.at(*at) == ' ')?;
    Some(word.start..end)
}

/// What parts two words of a name: a dot, alone, in brackets or between spaces. Whether it stands alone.
fn dot_between(text: &Folded, left: &Word, right: &Word) -> Option<bool> {
    let between: String = (left.end..right.start).map(|at| text.at(at)).collect();
    match between.as_str() {
        "." => Some(true),
        " ." | ". " | " . " | "(.)" | "[.]" | "{.}" | " (.) " | " [.] " => Some(false),
        _ => None,
    }
}

/// A name that ends in a known ending: `example.com`, `t.me/name`, `example [.] com`.
fn domain(text: &Folded, words: &[Word], index: usize) -> Option<Range<usize>> {
    let first = words.get(index)?;
    let mut last = index;
    let (mut labels, mut tight) = (1, true);
    while let Some((left, right)) = words.get(last).zip(words.get(last + 1)) {
        let Some(alone) = dot_between(text, left, right) else { break };
        // A full stop and its space end a sentence, unless what follows can end nothing else.
        if !alone && (!is_plain_ending(&right.text) || text.at(left.end) == '.') {
            break;
        }
        tight &= alone;
        labels += 1;
        last += 1;
    }
    let end = words.get(last)?;
    let hangs = matches!(text.at(end.end), '/') && text.at(end.end + 1).is_alphanumeric();
    let known = is_plain_ending(&end.text) || is_ending(&end.text) && tight && (hangs || labels > 2);
    if labels < 2 || !known || first.text.bytes().all(|byte| byte.is_ascii_digit()) && labels == 2 {
        return None;
    }
    let start = before_at(text, words, index).unwrap_or_else(|| local_start(text, first.start));
    Some(start..path_end(text, end.end))
}

/// `example dot com`, with what stands before it.
fn told_domain(text: &Folded, words: &[Word], index: usize) -> Option<Range<usize>> {
    let (dot, name) = (words.get(index)?, index.checked_sub(1)?);
    if !is_dot(&dot.text) {
        return None;
    }
    let ending = words.get(index + 1)?;
    let before = before_at(text, words, name);
    let sure =
        is_told_ending(&ending.text) || is_ending(&ending.text) && (before.is_some() || bracketed(text, dot));
    if !sure {
        return None;
    }
    Some(before.unwrap_or(words.get(name)?.start)..ending.end)
}

/// Where an address begins whose domain begins with the word: after `at` and the local part before it.
fn before_at(text: &Folded, words: &[Word], domain: usize) -> Option<usize> {
    let (local, at) = (words.get(domain.checked_sub(2)?)?, words.get(domain - 1)?);
    let near = |left: &Word, right: &Word| right.start - left.end <= 3;
    let name = words.get(domain)?;
    if !is_at(&at.text) || !near(local, at) || !near(at, name) {
        return None;
    }
    Some(local_start(text, local.start))
}

fn bracketed(text: &Folded, word: &Word) -> bool {
    matches!(text.before(word.start), '(' | '[' | '{' | '<' | '*')
        && matches!(text.at(word.end), ')' | ']' | '}' | '>' | '*')
}

/// `name at gmail`, `name (at) example`.
fn told_address(text: &Folded, words: &[Word], index: usize) -> Option<Range<usize>> {
    let at = words.get(index)?;
    if !is_at(&at.text) {
        return None;
    }
    let name = words.get(index + 1)?;
    if !bracketed(text, at) && !is_provider(&name.text) {
        return None;
    }
    let start = before_at(text, words, index + 1)?;
    let ending =
        words.get(index + 2).filter(|ending| is_plain_ending(&ending.text) && ending.start <= name.end + 3);
    Some(start..ending.unwrap_or(name).end)
}

/// `WhatsApp: name`, `insta is name_99`.
fn at_network(text: &Folded, words: &[Word], index: usize) -> Option<Range<usize>> {
    let network = words.get(index)?;
    if !is_network(&network.text) {
        return None;
    }
    let mut next = index + 1;
    while words
        .get(next)
        .is_some_and(|word| matches!(word.text.as_str(), "is" | "id" | "name" | "user" | "handle"))
    {
        next += 1;
    }
    let name = words.get(next)?;
    let last = words.get(next - 1)?;
    let said = (last.end..name.start).any(|at| matches!(text.at(at), ':' | '='));
    let looks = name.text.contains('_')
        || name.text.bytes().any(|byte| byte.is_ascii_digit())
            && name.text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !said && !looks || name.start > last.end + 4 {
        return None;
    }
    Some(name.start..name.end)
}
