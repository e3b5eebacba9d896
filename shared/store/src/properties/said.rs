//! What a change says of a value that may be absent.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a change says of a value that may be absent: nothing, that it is to be absent, or a new one.
///
/// In JSON a member that is absent, `null`, or the value; the field needs `#[serde(default)]`, and
/// `skip_serializing_if = "Said::is_nothing"` to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said<T> {
    /// It stays as it is.
    #[default]
    Nothing,
    /// It goes.
    Absent,
    /// It becomes this.
    Value(T),
}

impl<T> Said<T> {
    /// Whether it stays as it is.
    pub const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The new value.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Absent => None,
        }
    }

    /// The same said of what `change` makes of the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Said<U> {
        match self {
            Self::Nothing => Said::Nothing,
            Self::Absent => Said::Absent,
            Self::Value(value) => Said::Value(change(value)),
        }
    }

    /// This, or what was said `before` where this says nothing.
    #[must_use]
    pub fn or(self, before: Self) -> Self {
        if self.is_nothing() { before } else { self }
    }

    /// Does what is said.
    pub fn apply(self, field: &mut Option<T>) {
        match self {
            Self::Nothing => {}
            Self::Absent => *field = None,
            Self::Value(value) => *field = Some(value),
        }
    }
}

impl<T> From<Option<T>> for Said<T> {
    /// A value that is given is said; one that is not says nothing.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Said<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Absent, Self::Value))
    }
}

impl<T: Serialize> Serialize for Said<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Change {
        #[serde(default, skip_serializing_if = "Said::is_nothing")]
        price: Said<i64>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        for (text, said) in
            [("{}", Said::Nothing), (r#"{"price":null}"#, Said::Absent), (r#"{"price":7}"#, Said::Value(7))]
        {
            let change: Change = serde_json::from_str(text).unwrap();
            assert_eq!(change.price, said);
            assert_eq!(serde_json::to_string(&change).unwrap(), text);
        }
    }

    #[test]
    fn the_later_word_counts() {
        assert_eq!(Said::Nothing.or(Said::Value(1)), Said::Value(1));
        assert_eq!(Said::Absent.or(Said::Value(1)), Said::Absent);
        let mut field = Some(1);
        Said::Nothing.apply(&mut field);
        assert_eq!(field, Some(1));
        Said::Absent.apply(&mut field);
        assert_eq!(field, None);
        Said::Value(2).apply(&mut field);
        assert_eq!(field, Some(2));
    }
}
