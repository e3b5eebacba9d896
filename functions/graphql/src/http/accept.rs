//! In which of the two forms a client wants its answer.

use http::HeaderMap;
use http::header::ACCEPT;

/// The form of an answer, when all of it or a part went well. They differ in their names alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `application/json`.
    Json,
    /// `application/graphql-response+json`.
    Graphql,
}

impl Form {
    /// The media type with its charset.
    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
        }
    }

    const fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Graphql => "application/graphql-response+json",
        }
    }

    /// The form that the header `Accept` likes best (RFC 9110, section 12.5.1): by quality, then as they are listed, GraphQL's
    /// own where one range takes both and without the header; `None` where neither is acceptable.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let texts: Vec<&str> =
            headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        let ranges: Vec<Range<'_>> =
            texts.iter().flat_map(|text| text.split(',')).filter_map(Range::parse).collect();
        if ranges.is_empty() {
            return Some(Self::Graphql);
        }
        let mut best: Option<(f32, usize, Self)> = None;
        for form in [Self::Graphql, Self::Json] {
            let matching = ranges.iter().enumerate().filter(|(_, range)| range.precision(form.media()) > 0);
            // The most precise range decides on a form, the first of equals.
            let Some((place, range)) =
                matching.max_by_key(|(place, range)| (range.precision(form.media()), usize::MAX - place))
            else {
                continue;
            };
            let better = best.is_none_or(|(quality, before, _)| {
                range.quality > quality || (range.quality >= quality && place < before)
            });
            if range.quality > 0.0 && better {
                best = Some((range.quality, place, form));
            }
        }
        best.map(|(_, _, form)| form)
    }
}

struct Range<'a> {
    name: &'a str,
    quality: f32,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let parameter = |part: &'a str| part.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        let quality = parts
            .filter_map(parameter)
            .find(|(name, _)| name.eq_ignore_ascii_case("q"))
            .map_or(1.0, |(_, value)| value.parse().unwrap_or(0.0));
        Some(Self { name, quality })
    }

    fn precision(&self, media: &str) -> u8 {
        match self.name {
            name if name.eq_ignore_ascii_case(media) => 3,
            name if name.eq_ignore_ascii_case("application/*") => 2,
            "*/*" | "*" => 1,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(accept: &str) -> Option<Form> {
        Form::accepted(&HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]))
    }

    #[test]
    fn quality_decides_then_the_order_then_our_own_form() {
        for json in [
            "application/json",
            "application/json, */*;q=0.8",
            "application/json, application/graphql-response+json",
        ] {
            assert_eq!(form(json), Some(Form::Json), "{json}");
        }
        for graphql in [
            "*/*",
            "application/*",
            "application/graphql-response+json",
            "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
            "application/json;q=0.9, application/graphql-response+json",
            "application/graphql-response+json, application/json;q=0.9",
            "application/json;q=0, */*",
            "text/html, Application/GraphQL-Response+JSON",
        ] {
            assert_eq!(form(graphql), Some(Form::Graphql), "{graphql}");
        }
        for neither in ["text/html", "application/xml, text/*", "application/*;q=0"] {
            assert_eq!(form(neither), None, "{neither}");
        }
        assert_eq!(Form::accepted(&HeaderMap::new()), Some(Form::Graphql));
    }
}
