//! The JSON of the five operations, as the service's model names it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};

/// The target of every operation.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Target {
    pub(crate) resource_arn: Option<String>,
    pub(crate) secret_arn: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) transaction_id: Option<String>,
}

/// `POST /Execute`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ExecuteStatement {
    pub(crate) resource_arn: Option<String>,
    pub(crate) secret_arn: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) transaction_id: Option<String>,
    pub(crate) sql: String,
    pub(crate) parameters: Option<Vec<SqlParameter>>,
    pub(crate) include_result_metadata: Option<bool>,
    pub(crate) continue_after_timeout: Option<bool>,
    pub(crate) result_set_options: Option<ResultSetOptions>,
    pub(crate) format_records_as: Option<FormatRecordsAs>,
}

/// `POST /BatchExecute`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct BatchExecuteStatement {
    pub(crate) resource_arn: Option<String>,
    pub(crate) secret_arn: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) transaction_id: Option<String>,
    pub(crate) sql: String,
    pub(crate) parameter_sets: Option<Vec<Vec<SqlParameter>>>,
}

/// Takes the target out of a request. The members are written out above instead of flattened, which would parse
/// every request twice.
macro_rules! take_target {
    ($($request:ty),*) => {
        $(impl $request {
            pub(crate) fn take_target(&mut self) -> Target {
                Target {
                    resource_arn: self.resource_arn.take(),
                    secret_arn: self.secret_arn.take(),
                    database: self.database.take(),
                    schema: self.schema.take(),
                    transaction_id: self.transaction_id.take(),
                }
            }
        })*
    };
}

take_target!(ExecuteStatement, BatchExecuteStatement);

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum FormatRecordsAs {
    None,
    Json,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ResultSetOptions {
    pub(crate) decimal_return_type: DecimalReturnType,
    pub(crate) long_return_type: LongReturnType,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DecimalReturnType {
    #[default]
    String,
    DoubleOrLong,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum LongReturnType {
    #[default]
    Long,
    String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SqlParameter {
    #[serde(default)]
    pub(crate) name: String,
    pub(crate) value: Value,
    pub(crate) type_hint: Option<TypeHint>,
}

/// A parameter's value; exactly one member may be set.
#[derive(Debug, Clone, Deserialize)]
pub(crate) enum Value {
    #[serde(rename = "isNull")]
    Null(bool),
    #[serde(rename = "booleanValue")]
    Boolean(bool),
    #[serde(rename = "longValue")]
    Long(i64),
    #[serde(rename = "doubleValue")]
    Double(Double),
    #[serde(rename = "stringValue")]
    Text(String),
    /// In base64.
    #[serde(rename = "blobValue")]
    Blob(String),
    /// Known in order to be refused.
    #[serde(rename = "arrayValue")]
    Array(serde::de::IgnoredAny),
}

/// JSON has no NaN and no infinities: the protocol writes them as strings.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Double {
    Number(f64),
    Text(String),
}

#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum TypeHint {
    Date,
    Decimal,
    Json,
    Time,
    Timestamp,
    Uuid,
}

/// One value of a result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Field {
    Null,
    Boolean(bool),
    Long(i64),
    Double(f64),
    Text(String),
    Blob(Vec<u8>),
    Array(Array),
}

/// The elements of a one-dimensional array, of which some may be NULL.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Array {
    Booleans(Vec<Option<bool>>),
    Longs(Vec<Option<i64>>),
    Doubles(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Null => map.serialize_entry("isNull", &true)?,
            Self::Boolean(value) => map.serialize_entry("booleanValue", value)?,
            Self::Long(value) => map.serialize_entry("longValue", value)?,
            Self::Double(value) => map.serialize_entry("doubleValue", &Number(*value))?,
            Self::Text(value) => map.serialize_entry("stringValue", value)?,
            Self::Blob(value) => map.serialize_entry("blobValue", &STANDARD.encode(value))?,
            Self::Array(array) => map.serialize_entry("arrayValue", array)?,
        }
        map.end()
    }
}

impl Serialize for Array {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Booleans(values) => map.serialize_entry("booleanValues", values)?,
            Self::Longs(values) => map.serialize_entry("longValues", values)?,
            Self::Doubles(values) => {
                map.serialize_entry("doubleValues", &numbers(values))?;
            }
            Self::Texts(values) => map.serialize_entry("stringValues", values)?,
        }
        map.end()
    }
}

fn numbers(values: &[Option<f64>]) -> Vec<Option<Number>> {
    values.iter().map(|value| value.map(Number)).collect()
}

/// A float in JSON, or its name where JSON has none.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_finite() => serializer.serialize_f64(value),
            value if value.is_nan() => serializer.serialize_str("NaN"),
            value if value > 0.0 => serializer.serialize_str("Infinity"),
            _ => serializer.serialize_str("-Infinity"),
        }
    }
}

/// A value as `formatRecordsAs=JSON` writes it: bare instead of in a union.
pub(crate) struct Bare<'a>(pub(crate) &'a Field);

impl Serialize for Bare<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Field::Null => serializer.serialize_unit(),
            Field::Boolean(value) => serializer.serialize_bool(*value),
            Field::Long(value) => serializer.serialize_i64(*value),
            Field::Double(value) => Number(*value).serialize(serializer),
            Field::Text(value) => serializer.serialize_str(value),
            Field::Blob(value) => serializer.serialize_str(&STANDARD.encode(value)),
            Field::Array(Array::Booleans(values)) => values.serialize(serializer),
            Field::Array(Array::Longs(values)) => values.serialize(serializer),
            Field::Array(Array::Doubles(values)) => numbers(values).serialize(serializer),
            Field::Array(Array::Texts(values)) => values.serialize(serializer),
        }
    }
}

/// The answer to `POST /Execute`. `generatedFields` stays empty: PostgreSQL has RETURNING.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExecuteStatementResponse {
    pub(crate) generated_fields: [(); 0],
    pub(crate) number_of_records_updated: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) records: Option<Vec<Vec<Field>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) formatted_records: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column_metadata: Option<Vec<ColumnMetadata>>,
}

/// The answer to `POST /BatchExecute`: one empty result for each parameter set.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchExecuteStatementResponse {
    pub(crate) update_results: Vec<UpdateResult>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateResult {
    pub(crate) generated_fields: [(); 0],
}

/// The answer to `POST /BeginTransaction`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BeginTransactionResponse {
    pub(crate) transaction_id: String,
}

/// The answer to `POST /CommitTransaction` and `/RollbackTransaction`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransactionStatus {
    pub(crate) transaction_status: &'static str,
}

/// What is known of a column, in JDBC's terms.
#[expect(clippy::struct_excessive_bools, reason = "the members of the service's model")]
#[derive(Debug, Clone, Default, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ColumnMetadata {
    pub(crate) array_base_column_type: i32,
    pub(crate) is_auto_increment: bool,
    pub(crate) is_case_sensitive: bool,
    pub(crate) is_currency: bool,
    pub(crate) is_signed: bool,
    pub(crate) label: String,
    pub(crate) name: String,
    /// 0 not null, 1 nullable, 2 unknown.
    pub(crate) nullable: i32,
    pub(crate) precision: i32,
    pub(crate) scale: i32,
    pub(crate) schema_name: String,
    pub(crate) table_name: String,
    /// A constant of `java.sql.Types`.
    #[serde(rename = "type")]
    pub(crate) type_code: i32,
    pub(crate) type_name: String,
}
