//! Descriptions as they are written: paragraphs, with code between backticks.

use maud::{Markup, html};

/// Paragraphs, parted by empty lines.
pub(super) fn prose(text: &str) -> Markup {
    html! { @for paragraph in text.split("\n\n") { p { (line(paragraph)) } } }
}

/// One paragraph's words.
pub(super) fn line(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
