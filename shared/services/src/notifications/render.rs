//! From a template and its values to a subject, a text and an HTML page.

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use super::catalogue;
use super::language::{Language, elided};

/// The longest subject, in characters; what is longer ends in an ellipsis.
const MAX_SUBJECT: usize = 150;
/// How the names of templates end that write HTML, whose values are escaped.
const HTML: &str = ".html";

/// The templates of all languages; each is read when it is first used.
#[derive(Debug)]
pub(super) struct Templates(Environment<'static>);

/// The words of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// Where a mail leads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Links<'a> {
    /// Its action.
    pub(super) action: &'a str,
    /// The page that stops mails of its kind; none for what must be told.
    pub(super) unsubscribe: Option<&'a str>,
}

/// What the blocks of a template came to.
struct Blocks {
    subject: String,
    paragraphs: Vec<String>,
    /// What may be printed and kept; in a text it is paragraphs, too.
    document: Option<String>,
    action: String,
}

impl Templates {
    pub(super) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_loader(|name| Ok(catalogue::source(name).map(str::to_owned)));
        // A name that a template uses and nobody gives is a defect, not an empty space.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(HTML) { AutoEscape::Html } else { AutoEscape::None }
        });
        environment.add_filter("elided", |after: &str, word: &str| elided(after, word));
        Self(environment)
    }

    /// Renders the template `name` in `language`. `before` stands in front of the body.
    pub(super) fn render(
        &self,
        language: Language,
        name: &str,
        values: &Value,
        before: Option<&str>,
        links: &Links<'_>,
    ) -> Result<Words, Error> {
        let text = self.blocks(language, name, "txt", values, before)?;
        let html = self.blocks(language, name, "html", values, before)?;
        let documents = text.document.iter().flat_map(|document| paragraphs(document));
        let plain_paragraphs: Vec<String> = text.paragraphs.iter().cloned().chain(documents).collect();
        // The blocks are rendered, and escaped where they must be: the layout takes them as they are.
        let paragraphs: Vec<Value> = html
            .paragraphs
            .iter()
            .map(|lines| Value::from_safe_string(lines.replace('\n', "<br>\n")))
            .collect();
        let footer = format!("{}/footer", language.tag());
        let (link, unsubscribe, stop) = (links.action, links.unsubscribe, language.unsubscribe());
        let page = self.0.get_template("layout.html")?.render(context! {
            language => language.tag(),
            subject => Value::from_safe_string(html.subject),
            paragraphs,
            document => html.document.map(Value::from_safe_string),
            action => Value::from_safe_string(html.action),
            link,
            unsubscribe,
            stop,
            footer => self.0.get_template(&footer)?.render(context! {})?,
        })?;
        let plain = self.0.get_template("layout.txt")?.render(context! {
            paragraphs => plain_paragraphs,
            action => text.action,
            colon => language.colon(),
            link,
            unsubscribe,
            stop,
            footer => self.0.get_template(&footer)?.render(context! {})?,
        })?;
        Ok(Words { subject: shorten(&text.subject), text: plain + "\n", html: page + "\n" })
    }

    fn blocks(
        &self,
        language: Language,
        name: &str,
        format: &str,
        values: &Value,
        before: Option<&str>,
    ) -> Result<Blocks, Error> {
        let folder = language.tag();
        let template = self.0.get_template(&format!("{folder}/{name}.{format}"))?;
        let stay = format!("{folder}/stay.{format}");
        let document = format!("{folder}/{name}_document.{format}");
        let mut rendered = template.render_captured(context! { stay, document, ..values.clone() })?;
        let mut block = |name: &str| rendered.with_state_mut(|state| state.render_block(name));
        let document = match block("document") {
            Err(error) if error.kind() == ErrorKind::UnknownBlock => None,
            document => Some(document?),
        };
        let body = block("body")?;
        Ok(Blocks {
            subject: one_line(&block("subject")?),
            paragraphs: before.map(str::to_owned).into_iter().chain(paragraphs(&body)).collect(),
            document,
            action: one_line(&block("action")?),
        })
    }
}

/// Text without line breaks and other control characters, with single spaces: it cannot end a line, or a header. Spaces
/// that no line breaks at stay what they are.
pub(super) fn one_line(text: &str) -> String {
    let stays = |character: char| matches!(character, '\u{a0}' | '\u{202f}');
    let breaks = |character: char| character.is_whitespace() && !stays(character) || character.is_control();
    let words: Vec<&str> = text.split(breaks).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn shorten(subject: &str) -> String {
    if subject.chars().count() <= MAX_SUBJECT {
        return subject.to_owned();
    }
    subject.chars().take(MAX_SUBJECT - 1).chain(['…']).collect()
}

/// The paragraphs of a body: lines that no empty line parts.
fn paragraphs(body: &str) -> Vec<String> {
    let mut found: Vec<Vec<&str>> = vec![Vec::new()];
    for line in body.lines().map(str::trim) {
        match (line.is_empty(), found.last_mut()) {
            (false, Some(open)) => open.push(line),
            _ => found.push(Vec::new()),
        }
    }
    found.into_iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(one_line(" a\r\nBcc: x@example.com\u{2028}\0b\t c "), "a Bcc: x@example.com b c");
        assert_eq!(one_line("1\u{202f}105,80\u{a0}€\n"), "1\u{202f}105,80\u{a0}€");
        assert_eq!(shorten(&"é".repeat(151)), format!("{}…", "é".repeat(149)));
        assert_eq!(shorten(&"é".repeat(150)), "é".repeat(150));
    }

    #[test]
    fn empty_lines_part_paragraphs() {
        assert_eq!(paragraphs("\n a \nb\n\n\n \nc\n"), ["a\nb", "c"]);
        assert!(paragraphs("\n\n").is_empty());
    }
}
