//! A statement and its named parameters.

use aws_sdk_rdsdata::types::{Field, SqlParameter};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

/// One SQL statement with its parameters, all of them bound by name.
///
/// The Data API types a parameter by the value that carries it and never infers: text arrives as `varchar`, whole
/// numbers as `int8`. So the SQL casts: `:id::uuid`, `:now::timestamptz`, `:guests::int4`, `:body::jsonb`.
#[derive(Clone, Debug)]
pub struct Statement {
    sql: &'static str,
    parameters: Vec<SqlParameter>,
    idempotent: bool,
}

impl Statement {
    /// A statement without parameters yet.
    pub const fn new(sql: &'static str) -> Self {
        Self { sql, parameters: Vec::new(), idempotent: false }
    }

    /// Declares that running the statement twice has the effect of running it once.
    ///
    /// Only such a statement is sent again after a time-out, when nobody knows whether it took effect.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Binds text; `None` is SQL's NULL.
    #[must_use]
    pub fn text<'a>(self, name: &str, value: impl Into<Option<&'a str>>) -> Self {
        let field = value.into().map_or(Field::IsNull(true), |text| Field::StringValue(text.to_owned()));
        self.bind(name, field)
    }

    /// Binds an id of any kind.
    #[must_use]
    pub fn uuid(self, name: &str, value: impl Into<Uuid>) -> Self {
        self.bind(name, Field::StringValue(value.into().to_string()))
    }

    /// Binds an id or NULL.
    #[must_use]
    pub fn uuid_opt(self, name: &str, value: Option<impl Into<Uuid>>) -> Self {
        let field = value.map_or(Field::IsNull(true), |id| Field::StringValue(id.into().to_string()));
        self.bind(name, field)
    }

    /// Binds a whole number.
    #[must_use]
    pub fn int(self, name: &str, value: impl Into<Option<i64>>) -> Self {
        self.bind(name, value.into().map_or(Field::IsNull(true), Field::LongValue))
    }

    /// Binds a truth value.
    #[must_use]
    pub fn boolean(self, name: &str, value: impl Into<Option<bool>>) -> Self {
        self.bind(name, value.into().map_or(Field::IsNull(true), Field::BooleanValue))
    }

    /// Binds a calendar date; cast it with `::date`.
    #[must_use]
    pub fn date(self, name: &str, value: impl Into<Option<Date>>) -> Self {
        self.bind(name, value.into().map_or(Field::IsNull(true), |date| Field::StringValue(date.to_string())))
    }

    /// Binds an instant; cast it with `::timestamptz`. It is written in UTC with its zone.
    #[must_use]
    pub fn instant(self, name: &str, value: impl Into<Option<Timestamp>>) -> Self {
        self.bind(name, value.into().map_or(Field::IsNull(true), |at| Field::StringValue(at.to_string())))
    }

    /// Binds a document; cast it with `::jsonb`. Lists of parameters travel this way too, since arrays cannot.
    ///
    /// # Errors
    /// When the value does not serialise, which for the types used here means a map with keys that are not text.
    pub fn json(self, name: &str, value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(value)?;
        Ok(self.bind(name, Field::StringValue(text)))
    }

    pub(super) const fn sql(&self) -> &'static str {
        self.sql
    }

    pub(super) fn parameters(&self) -> &[SqlParameter] {
        &self.parameters
    }

    pub(super) const fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    fn bind(mut self, name: &str, field: Field) -> Self {
        self.parameters.push(SqlParameter::builder().name(name).value(field).build());
        self
    }
}
