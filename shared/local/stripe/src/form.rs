//! Form-encoded parameters with the provider's bracket notation, taken one by one so that what is left is unknown.

use std::collections::BTreeMap;

use crate::error::ApiError;

/// Free labels on an object.
pub(crate) type Metadata = BTreeMap<String, String>;

/// The parameters of one request.
#[derive(Debug)]
pub(crate) struct Form {
    fields: BTreeMap<String, String>,
}

/// Bounds on the instant of creation, in Unix seconds, both inclusive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Form {
    /// Reads a body or a query string; refuses a parameter that is given twice.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ApiError> {
        let mut fields = BTreeMap::new();
        let mut lengths: BTreeMap<String, usize> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            // `types[]=a&types[]=b` is a list: each entry gets a place of its own.
            let name = match name.strip_suffix("[]") {
                Some(list) => {
                    let place = lengths.entry(list.to_owned()).or_default();
                    *place += 1;
                    format!("{list}[#{place:06}]")
                }
                None => name.into_owned(),
            };
            if fields.insert(name.clone(), value.into_owned()).is_some() {
                return Err(ApiError::malformed(format!("Parameter given twice: {name}")));
            }
        }
        Ok(Self { fields })
    }

    /// The same text for the same parameters, whatever their order.
    pub(crate) fn canonical(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(&self.fields);
        text.finish()
    }

    /// An optional text; an empty one counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.fields.remove(name).filter(|value| !value.is_empty())
    }

    /// A text that must be there.
    pub(crate) fn require(&mut self, name: &str) -> Result<String, ApiError> {
        self.take(name).ok_or_else(|| {
            ApiError::parameter(name, "parameter_missing", format!("Missing required param: {name}."))
        })
    }

    /// An optional whole number.
    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.take(name) else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(ApiError::parameter(
                name,
                "parameter_invalid_integer",
                format!("Invalid integer: {text}"),
            )),
        }
    }

    /// An optional truth value.
    pub(crate) fn boolean(&mut self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.take(name).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => {
                Err(ApiError::parameter(name, "parameter_unknown", format!("Invalid boolean: {other}")))
            }
        }
    }

    /// Every `name[…]`, by what stands in the brackets.
    pub(crate) fn map(&mut self, name: &str) -> BTreeMap<String, String> {
        let prefix = format!("{name}[");
        let names: Vec<String> = self.fields.keys().filter(|key| key.starts_with(&prefix)).cloned().collect();
        names
            .into_iter()
            .filter_map(|key| {
                let value = self.fields.remove(&key)?;
                let inner = key.strip_prefix(&prefix)?.strip_suffix(']')?.to_owned();
                Some((inner, value))
            })
            .collect()
    }

    /// The entries of a list.
    pub(crate) fn list(&mut self, name: &str) -> Vec<String> {
        self.map(name).into_values().collect()
    }

    /// `metadata[…]`: at most 50 keys of 40 characters with values of 500.
    pub(crate) fn metadata(&mut self) -> Result<Metadata, ApiError> {
        let metadata = self.map("metadata");
        let fits = metadata.len() <= 50
            && metadata.iter().all(|(key, value)| {
                (1..=40).contains(&key.chars().count())
                    && !key.contains(['[', ']'])
                    && value.chars().count() <= 500
            });
        if fits {
            return Ok(metadata);
        }
        Err(ApiError::parameter(
            "metadata",
            "parameter_invalid_string_blank",
            "Metadata holds at most 50 keys of 40 characters, without brackets, with values of 500.",
        ))
    }

    /// `created` or `created[gt|gte|lt|lte]`.
    pub(crate) fn window(&mut self) -> Result<Window, ApiError> {
        if let Some(at) = self.integer("created")? {
            return Ok(Window { from: at, to: at });
        }
        let mut window = Window { from: i64::MIN, to: i64::MAX };
        if let Some(after) = self.integer("created[gt]")? {
            window.from = after.saturating_add(1);
        }
        if let Some(from) = self.integer("created[gte]")? {
            window.from = window.from.max(from);
        }
        if let Some(before) = self.integer("created[lt]")? {
            window.to = before.saturating_sub(1);
        }
        if let Some(to) = self.integer("created[lte]")? {
            window.to = window.to.min(to);
        }
        Ok(window)
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        match self.fields.into_keys().next() {
            None => Ok(()),
            Some(name) => {
                let message = format!("Received unknown parameter: {name}");
                Err(ApiError::parameter(&name, "parameter_unknown", message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_lists_and_leftovers_are_told_apart() {
        let mut form =
            Form::parse(b"metadata%5Bpayment_id%5D=p1&types[]=a&types[]=b&amount=5&typo=1").unwrap();
        assert_eq!(form.metadata().unwrap(), Metadata::from([("payment_id".into(), "p1".into())]));
        assert_eq!(form.list("types"), ["a", "b"]);
        assert_eq!(form.integer("amount").unwrap(), Some(5));
        assert_eq!(form.finish().unwrap_err().param.as_deref(), Some("typo"));
    }

    #[test]
    fn a_fraction_is_no_integer() {
        let mut form = Form::parse(b"amount=10.5").unwrap();
        assert_eq!(form.integer("amount").unwrap_err().code, Some("parameter_invalid_integer"));
    }

    #[test]
    fn order_does_not_matter_for_the_canonical_text() {
        let one = Form::parse(b"a=1&b=2&c[]=3&c[]=4").unwrap();
        let other = Form::parse(b"c[]=3&b=2&c[]=4&a=1").unwrap();
        assert_eq!(one.canonical(), other.canonical());
        let swapped = Form::parse(b"a=1&b=2&c[]=4&c[]=3").unwrap();
        assert_ne!(one.canonical(), swapped.canonical());
    }
}
