//! Every code that the sources can answer stands in the table of problems, with the status that it is answered with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::root;

/// How a refusal is made: the text before its arguments, and which of them is the code.
const MAKERS: [(&str, usize); 6] = [
    ("Refusal::conflict(", 0),
    ("Refusal::rule(", 0),
    ("Refusal::new(", 1),
    ("Problem::new(", 1),
    ("Problem::unauthenticated(", 0),
    ("Failure::unauthenticated(", 0),
];
/// The same, in the files that define what is made.
const OWN_MAKER: (&str, usize) = ("Self::new(", 1);
/// Codes that are answered with a second status, and why.
const SECOND_STATUS: [(&str, u16); 2] = [
    // At sign-in it is who calls that is not proved; while a factor is set up it is a field of the body.
    ("invalid_totp", 422),
    // A bearer token that is not believed is 401; a token from a mail is a field of the body.
    ("invalid_token", 422),
];

#[test]
fn every_problem_code_has_its_page() {
    let found = codes();
    assert!(found.len() > 40, "the sources were not read: {found:?}");
    let mut wrong = BTreeSet::new();
    for (code, places) in &found {
        let Some(kind) = web::problem::find(code) else {
            wrong.insert(format!("{code} is not in the table (shared/web/src/problem/table.rs): {places:?}"));
            continue;
        };
        for (place, status) in places {
            let status = status.unwrap_or(kind.status);
            if status != kind.status && !SECOND_STATUS.contains(&(code.as_str(), status)) {
                wrong.insert(format!("{code} is {} in the table and {status} in {place}", kind.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_page_is_of_a_code_that_nothing_answers() {
    let found = codes();
    let stale: Vec<_> = web::problem::PROBLEMS
        .iter()
        .map(|kind| kind.code)
        .filter(|code| !found.contains_key(*code))
        .collect();
    assert!(stale.is_empty(), "nothing answers {stale:?}");
}

/// The codes of all sources, each with the files that make it and the status where the maker names it.
fn codes() -> BTreeMap<String, BTreeSet<(String, Option<u16>)>> {
    let mut found = BTreeMap::new();
    for folder in ["shared/domain/src", "shared/services/src", "shared/web/src", "functions"] {
        visit(&root().join(folder), &mut |file| {
            let text = std::fs::read_to_string(file).unwrap();
            let place = file.strip_prefix(root()).unwrap().display().to_string();
            for (code, status) in codes_of(&without_tests(&text)) {
                found.entry(code).or_insert_with(BTreeSet::new).insert((place.clone(), status));
            }
        });
    }
    found
}

fn visit(folder: &Path, see: &mut dyn FnMut(&Path)) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() {
            if name != "tests" {
                visit(&entry, see);
            }
        } else if entry.extension().is_some_and(|ending| ending == "rs") && name != "tests.rs" {
            see(&entry);
        }
    }
}

/// Comments and what stands behind `#[cfg(test)]` at the end of a file are not read.
fn without_tests(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The codes of one source. Where a maker is given a variable, every call of the file whose first argument looks like
/// a code counts: that is how a local closure makes several refusals.
fn codes_of(text: &str) -> BTreeSet<(String, Option<u16>)> {
    let mut found = BTreeSet::new();
    let mut by_variable = false;
    let defines = ["impl Problem {", "for Problem {", "for Refusal {"].iter().any(|head| text.contains(head));
    for (maker, at) in MAKERS.into_iter().chain(defines.then_some(OWN_MAKER)) {
        for (start, _) in text.match_indices(maker) {
            let arguments = arguments(&text[start + maker.len()..]);
            let Some(code) = arguments.get(at) else { continue };
            match literal(code) {
                Some(code) => _ = found.insert((code.to_owned(), status(maker, &arguments[0]))),
                None => by_variable = true,
            }
        }
    }
    if by_variable {
        for (start, _) in text.match_indices('(') {
            let called = text[..start].ends_with(|one: char| one.is_alphanumeric() || one == '_');
            let arguments = arguments(&text[start + 1..]);
            let code = arguments.first().filter(|_| arguments.len() > 1).and_then(|first| literal(first));
            if let Some(code) = code.filter(|_| called && !text[..start].ends_with("Invalid::new")) {
                let known = found.iter().any(|(known, _): &(String, _)| known == code);
                if !known {
                    found.insert((code.to_owned(), None));
                }
            }
        }
    }
    found
}

/// The status of a maker whose first argument may name it.
fn status(maker: &str, first: &str) -> Option<u16> {
    match maker {
        "Refusal::conflict(" => Some(409),
        "Refusal::rule(" | "Invalid::new(" => Some(422),
        "Problem::unauthenticated(" | "Failure::unauthenticated(" => Some(401),
        _ => match first.rsplit("::").next()? {
            "Conflict" | "CONFLICT" => Some(409),
            "Rule" | "UNPROCESSABLE_ENTITY" => Some(422),
            "Forbidden" | "FORBIDDEN" => Some(403),
            "Unauthenticated" | "UNAUTHORIZED" => Some(401),
            "TooMany" | "TOO_MANY_REQUESTS" => Some(429),
            "Precondition" | "PRECONDITION_FAILED" => Some(412),
            "Gone" | "GONE" => Some(410),
            "BAD_REQUEST" => Some(400),
            "NOT_FOUND" => Some(404),
            "METHOD_NOT_ALLOWED" => Some(405),
            "PAYLOAD_TOO_LARGE" => Some(413),
            "UNSUPPORTED_MEDIA_TYPE" => Some(415),
            "PRECONDITION_REQUIRED" => Some(428),
            "INTERNAL_SERVER_ERROR" => Some(500),
            "SERVICE_UNAVAILABLE" => Some(503),
            _ => None,
        },
    }
}

/// The arguments of a call, from behind its opening parenthesis.
fn arguments(text: &str) -> Vec<String> {
    let (mut all, mut one, mut depth, mut quoted, mut escaped) =
        (Vec::new(), String::new(), 0_u32, false, false);
    for character in text.chars() {
        if quoted {
            one.push(character);
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '"' => quoted = true,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => {
                all.push(one.trim().to_owned());
                return all;
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(std::mem::take(&mut one).trim().to_owned());
                continue;
            }
            _ => {}
        }
        one.push(character);
    }
    all
}

/// A text in quotes that looks like a code.
fn literal(argument: &str) -> Option<&str> {
    let inner = argument.strip_prefix('"')?.strip_suffix('"')?;
    let code = !inner.is_empty()
        && inner.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    code.then_some(inner)
}

#[test]
fn a_source_is_read_as_meant() {
    let text = r#"
        return Err(Refusal::conflict("too_early", detail));
        let refuse = |code, detail| Err(Refusal::rule(code, "/promo_code", detail));
        return refuse("promo_expired", format!("It held until {until}, (sic)."));
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            "A, b.",
        )
    "#;
    let found = codes_of(text);
    let expected = [("payload_too_large", Some(413)), ("promo_expired", None), ("too_early", Some(409))];
    assert_eq!(found, expected.map(|(code, status)| (code.to_owned(), status)).into());
}
