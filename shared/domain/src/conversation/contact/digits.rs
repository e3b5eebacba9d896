//! Numbers long enough to be called.

use std::ops::Range;

use super::fold::Folded;
use super::words::digits_of;

/// The fewest digits of a number that is called: local ones have seven.
const FEWEST: usize = 7;
/// The most signs between two digits of one number.
const MOST_BETWEEN: usize = 3;

pub(super) fn find(text: &Folded) -> Vec<Range<usize>> {
    let dates = dates(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if let Some(date) = dates.iter().find(|date| date.contains(&at)) {
            at = date.end;
            continue;
        }
        let begins = is_digit(text, at) || text.at(at) == '+' || text.at(at) == '(' && is_digit(text, at + 1);
        if !begins {
            at += 1;
            continue;
        }
        let (end, count) = run(text, at, &dates);
        if count >= FEWEST {
            found.push(at..end);
        }
        at = end.max(at + 1);
    }
    found.extend(told(text));
    found
}

/// An `o` beside a digit is meant as one.
fn is_digit(text: &Folded, at: usize) -> bool {
    let by_digit = || text.before(at).is_ascii_digit() || text.at(at + 1).is_ascii_digit();
    text.at(at).is_ascii_digit() || text.at(at) == 'o' && by_digit()
}

/// The end of a number that begins here, and its digits.
fn run(text: &Folded, start: usize, dates: &[Range<usize>]) -> (usize, usize) {
    let (mut at, mut end, mut count, mut between) = (start, start, 0, 0);
    while at < text.len() && !dates.iter().any(|date| date.contains(&at)) {
        if is_digit(text, at) {
            (count, between, end) = (count + 1, 0, at + 1);
        } else if at == start
            || matches!(text.at(at), ' ' | '-' | '.' | '/' | '(' | ')' | '+') && between < MOST_BETWEEN
        {
            between += 1;
        } else {
            break;
        }
        at += 1;
    }
    (end, count)
}

/// What is a date and so no part of a number: `2027-05-01`, `1.5.2027`, `05/01/2027`.
fn dates(text: &Folded) -> Vec<Range<usize>> {
    let number = |start: usize| {
        let mut end = start;
        while end < start + 5 && text.at(end).is_ascii_digit() {
            end += 1;
        }
        let value = (start..end).fold(0, |sum, at| sum * 10 + text.at(at).to_digit(10).unwrap_or(0));
        (end, value)
    };
    let is_small = |length: usize, value: u32| (1..=2).contains(&length) && (1..=31).contains(&value);
    let is_year = |length: usize, value: u32| length == 4 && (1900..2200).contains(&value);
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        at += 1;
        if !text.at(start).is_ascii_digit() || text.before(start).is_ascii_digit() {
            continue;
        }
        let (first_end, first) = number(start);
        let sign = text.at(first_end);
        if !matches!(sign, '-' | '.' | '/') {
            continue;
        }
        let (second_end, second) = number(first_end + 1);
        let (end, third) = number(second_end + 1);
        let lengths = (first_end - start, second_end - first_end - 1, end.saturating_sub(second_end + 1));
        let in_order = is_year(lengths.0, first) && is_small(lengths.2, third);
        let backwards = is_small(lengths.0, first) && is_year(lengths.2, third);
        let behind = end + usize::from(matches!(text.at(end), '-' | '.' | '/'));
        let alone = !text.at(behind).is_ascii_digit();
        if text.at(second_end) == sign && is_small(lengths.1, second) && (in_order || backwards) && alone {
            found.push(start..end);
            at = end;
        }
    }
    found
}

/// Numbers whose digits, or some of them, are words.
fn told(text: &Folded) -> Vec<Range<usize>> {
    let words = text.words();
    let mut found = Vec::new();
    let mut run: Option<(Range<usize>, usize, bool)> = None;
    for word in &words {
        let digits = digits_of(&word.text);
        let follows = run.as_ref().is_some_and(|(range, ..)| {
            (range.end..word.start).all(|at| matches!(text.at(at), ' ' | '-' | ',' | '.' | '/'))
        });
        run = match (digits, run.take()) {
            (Some((more, named)), Some((range, count, any_named))) if follows => {
                Some((range.start..word.end, count + more, any_named || named))
            }
            (digits, before) => {
                found.extend(before.filter(|(_, count, names)| *names && *count >= FEWEST).map(|run| run.0));
                digits.map(|(count, named)| (word.start..word.end, count, named))
            }
        };
    }
    found.extend(run.filter(|(_, count, names)| *names && *count >= FEWEST).map(|run| run.0));
    found
}
