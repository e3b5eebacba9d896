//! Texts that were written for a web page.

use domain::listing::{Description, Title};
use domain::text::Prose;

use super::reason::Mend;

/// Tags that part lines.
const BREAKS: [&str; 13] = ["br", "p", "div", "ul", "ol", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"];
/// The longest stump of a tag that a text cut off at a fixed length ends in: `</strong`.
const LONGEST_STUMP: usize = 8;

/// What a listing is called, or the first of `fallbacks` that says something.
pub(super) fn title(raw: &str, fallbacks: [&str; 2], mended: &mut Vec<Mend>) -> Option<Title> {
    let cleaned = line(raw);
    if cleaned != one_spaced(raw) || raw.chars().any(char::is_control) {
        mended.push(Mend::TitleCleaned);
    }
    let short = shortened(&cleaned, 200);
    if short != cleaned {
        mended.push(Mend::TitleShortened);
    }
    if let Ok(title) = short.parse() {
        return Some(title);
    }
    mended.push(Mend::TitleMissing);
    fallbacks.into_iter().find_map(|text| shortened(&line(text), 200).parse().ok())
}

/// What a host says of it; `None` only when the domain refuses what was mended.
pub(super) fn description(raw: &str, mended: &mut Vec<Mend>) -> Option<Description> {
    let plain = plain(raw);
    if plain != raw.trim() {
        mended.push(Mend::DescriptionMarkup);
    }
    let printable = printable(&plain);
    if printable != plain {
        mended.push(Mend::DescriptionCleaned);
    }
    let short = shortened(&printable, 10_000);
    if short != printable {
        mended.push(Mend::DescriptionShortened);
    }
    short.parse().ok()
}

fn line(raw: &str) -> String {
    one_spaced(&printable(&plain(raw)))
}

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without the characters that the domain refuses.
fn printable(text: &str) -> String {
    let taken = |text: &str| text.parse::<Prose<0, { usize::MAX }>>().is_ok_and(|_| true);
    if taken(text) {
        return text.to_owned();
    }
    text.chars().filter(|character| taken(character.encode_utf8(&mut [0; 4]))).collect()
}

/// At most `max` characters, cut between words where there is a gap near the end, with an ellipsis.
fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max - 1).collect();
    let gap = head.rfind(char::is_whitespace).filter(|at| head.len() - at < 40);
    let end = gap.unwrap_or(head.len());
    format!("{}…", head.get(..end).unwrap_or(&head).trim_end())
}

/// HTML as plain text: line breaks for the tags that make them, no other tags, character references resolved.
///
/// A `<` that begins no tag stays: hosts write "<10 minutes to the metro".
pub(super) fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, from_mark)) = rest.find('<').map(|at| rest.split_at(at)) {
        text.push_str(before);
        let Some(tag) = tag(from_mark) else {
            text.push('<');
            rest = from_mark.get(1..).unwrap_or_default();
            continue;
        };
        let name = tag.trim_start_matches(['<', '/']).split(|c: char| !c.is_ascii_alphanumeric()).next();
        if name.is_some_and(|name| BREAKS.contains(&name.to_ascii_lowercase().as_str())) {
            text.push('\n');
        }
        rest = from_mark.get(tag.len()..).unwrap_or_default();
    }
    text.push_str(rest);
    tidy(&html_escape::decode_html_entities(&text))
}

/// The tag that `text` begins with: a letter after the mark, and an end before the next mark.
fn tag(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('<')?;
    let named = inside.strip_prefix('/').unwrap_or(inside);
    if inside.starts_with("!--") {
        return inside.find("-->").and_then(|end| text.get(..end + 4));
    }
    if !named.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    match inside.find(['<', '>']) {
        Some(end) if inside[end..].starts_with('>') => text.get(..end + 2),
        Some(_) => None,
        None => (text.len() <= LONGEST_STUMP
            && named.chars().all(|c| c.is_ascii_alphabetic() || " /".contains(c)))
        .then_some(text),
    }
}

/// One kind of line end, no spaces around lines, at most one empty line in a row.
fn tidy(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = Vec::new();
    for line in unified.trim().lines().map(str::trim) {
        if !(line.is_empty() && lines.last().is_some_and(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(raw: &str) -> (String, Vec<Mend>) {
        let mut mended = Vec::new();
        let title = title(raw, ["", "Entire loft"], &mut mended).unwrap();
        (title.as_str().to_owned(), mended)
    }

    #[test]
    fn markup_becomes_plain_text() {
        for (html, text) in [
            ("One<br />Two<br/>Three<BR>Four", "One\nTwo\nThree\nFour"),
            ("<b>The space</b><br /><br /><br />Big &amp; bright", "The space\n\nBig & bright"),
            ("<p>One</p><p>Two</p>", "One\n\nTwo"),
            ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
            ("<10-min walk<br />2 > 1", "<10-min walk\n2 > 1"),
            ("a <ten minute walk<br />to the park", "a <ten minute walk\nto the park"),
            ("<<<<br />", "<<<"),
            ("cut off at <br /", "cut off at"),
            ("cut off at </b", "cut off at"),
            ("cut off at <", "cut off at <"),
            ("a<!-- <b>no</b> -->b", "ab"),
            ("&lt;b&gt; caf&#233; &nbsp;&unknown; &", "<b> café \u{a0}&unknown; &"),
            ("one\r\ntwo\rthree  \n\n\n\nfour", "one\ntwo\nthree\n\nfour"),
            ("", ""),
        ] {
            assert_eq!(plain(html), text, "{html:?}");
        }
    }

    #[test]
    fn titles_keep_emoji_and_lose_what_no_line_takes() {
        assert_eq!(titled("Sunny loft 🌞 – naïve"), ("Sunny loft 🌞 – naïve".to_owned(), vec![]));
        assert_eq!(titled("  Two   spaces "), ("Two spaces".to_owned(), vec![]));
        assert_eq!(titled("Bed &amp; <b>more</b>"), ("Bed & more".to_owned(), vec![Mend::TitleCleaned]));
        assert_eq!(titled("One\ntwo\tthree\u{7}"), ("One two three".to_owned(), vec![Mend::TitleCleaned]));
        assert_eq!(titled("a\u{202e}b"), ("ab".to_owned(), vec![Mend::TitleCleaned]));
        assert_eq!(titled(" \u{0} ").1, vec![Mend::TitleCleaned, Mend::TitleMissing]);
        assert_eq!(titled(""), ("Entire loft".to_owned(), vec![Mend::TitleMissing]));
        assert_eq!(title("", ["", ""], &mut Vec::new()), None);
    }

    #[test]
    fn long_texts_are_cut_between_words() {
        let (short, mended) = titled(&"wörd ".repeat(60));
        assert_eq!(mended, [Mend::TitleShortened]);
        assert!(short.ends_with("wörd…") && short.chars().count() <= 200, "{short}");
        let (solid, _) = titled(&"ö".repeat(201));
        assert_eq!(solid, format!("{}…", "ö".repeat(199)));
        assert_eq!(titled(&"ö".repeat(200)).1, []);
    }

    #[test]
    fn descriptions_may_be_empty_and_are_bounded() {
        let mut mended = Vec::new();
        assert_eq!(description("", &mut mended).unwrap().as_str(), "");
        assert_eq!(description("Plain\ntext.", &mut mended).unwrap().as_str(), "Plain\ntext.");
        assert_eq!(mended, []);
        let long = format!("a\u{1}<br />{}", "b".repeat(10_001));
        let cut = description(&long, &mut mended).unwrap();
        assert_eq!(cut.as_str().chars().count(), 10_000);
        assert_eq!(mended, [Mend::DescriptionMarkup, Mend::DescriptionCleaned, Mend::DescriptionShortened]);
    }
}
