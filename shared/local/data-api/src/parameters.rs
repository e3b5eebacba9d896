//! Parameters: each has a type of its own and is never inferred from where it stands.

use std::collections::HashMap;
use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut as _, BytesMut};
use jiff::civil::{Date, DateTime, Time};
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use crate::failure::Failure;
use crate::wire::{Double, SqlParameter, TypeHint, Value};

/// A value ready for the wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bound {
    Null,
    Boolean(bool),
    Long(i64),
    Double(f64),
    /// Read by the server as a literal of the parameter's type.
    Text(String),
    Blob(Vec<u8>),
}

impl Bound {
    /// The value as the server reads it from a literal of its type.
    pub(crate) fn literal(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Boolean(value) => Some(value.to_string()),
            Self::Long(value) => Some(value.to_string()),
            Self::Double(value) => Some(value.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Blob(bytes) => {
                Some(bytes.iter().fold("\\x".to_owned(), |hex, byte| format!("{hex}{byte:02x}")))
            }
        }
    }
}

/// The types and values of `$1`, `$2`, … in order.
#[derive(Debug)]
pub(crate) struct Parameters {
    pub(crate) types: Vec<Type>,
    pub(crate) values: Vec<Bound>,
}

/// Matches the given parameters with the names in the statement: each must be given once, none in vain.
pub(crate) fn bind(names: &[String], given: Vec<SqlParameter>) -> Result<Parameters, Failure> {
    let mut by_name = HashMap::with_capacity(given.len());
    for parameter in given {
        let name = parameter.name.clone();
        if by_name.insert(name.clone(), parameter).is_some() {
            return Err(Failure::bad_request(format!("Duplicate parameter: {name}")));
        }
    }
    let mut parameters =
        Parameters { types: Vec::with_capacity(names.len()), values: Vec::with_capacity(names.len()) };
    for name in names {
        let parameter = by_name.remove(name);
        let parameter =
            parameter.ok_or_else(|| Failure::bad_request(format!("Cannot find parameter: {name}")))?;
        let (ty, value) = convert(parameter)?;
        parameters.types.push(ty);
        parameters.values.push(value);
    }
    match by_name.into_keys().min() {
        // Whether the service minds is unverified; a name that is not in the SQL is a slip in any case.
        Some(name) => Err(Failure::bad_request(format!("Parameter isn't used in the SQL statement: {name}"))),
        None => Ok(parameters),
    }
}

fn convert(parameter: SqlParameter) -> Result<(Type, Bound), Failure> {
    let SqlParameter { name, value, type_hint } = parameter;
    let invalid = |what: &str| Failure::bad_request(format!("Invalid value for parameter {name}: {what}"));
    if let Some(hint) = type_hint {
        return match value {
            Value::Text(text) => hinted(hint, &text).map(|bound| (hint_type(hint), bound)).map_err(invalid),
            Value::Null(true) => Ok((hint_type(hint), Bound::Null)),
            _ => Err(invalid("a type hint needs a stringValue")),
        };
    }
    match value {
        // The service is said to type a bare NULL like a string; a cast or a hint suits every server.
        Value::Null(true) => Ok((Type::VARCHAR, Bound::Null)),
        Value::Null(false) => Err(invalid("isNull can only be true")),
        Value::Boolean(value) => Ok((Type::BOOL, Bound::Boolean(value))),
        Value::Long(value) => Ok((Type::INT8, Bound::Long(value))),
        Value::Double(Double::Number(value)) => Ok((Type::FLOAT8, Bound::Double(value))),
        Value::Double(Double::Text(text)) => match text.as_str() {
            "NaN" => Ok((Type::FLOAT8, Bound::Double(f64::NAN))),
            "Infinity" => Ok((Type::FLOAT8, Bound::Double(f64::INFINITY))),
            "-Infinity" => Ok((Type::FLOAT8, Bound::Double(f64::NEG_INFINITY))),
            _ => Err(invalid("not a double")),
        },
        Value::Text(text) => Ok((Type::VARCHAR, Bound::Text(text))),
        Value::Blob(text) => STANDARD
            .decode(text)
            .map(|bytes| (Type::BYTEA, Bound::Blob(bytes)))
            .map_err(|_| invalid("not base64")),
        Value::Array(_) => Err(Failure::bad_request("Array parameters are not supported.")),
    }
}

fn hint_type(hint: TypeHint) -> Type {
    match hint {
        TypeHint::Date => Type::DATE,
        TypeHint::Decimal => Type::NUMERIC,
        TypeHint::Json => Type::JSON,
        TypeHint::Time => Type::TIME,
        TypeHint::Timestamp => Type::TIMESTAMP,
        TypeHint::Uuid => Type::UUID,
    }
}

/// Checks the documented format of a hinted string.
fn hinted(hint: TypeHint, text: &str) -> Result<Bound, &'static str> {
    let (valid, format) = match hint {
        TypeHint::Date => (text.len() == 10 && text.parse::<Date>().is_ok(), "DATE is YYYY-MM-DD"),
        TypeHint::Time => (is_time(text), "TIME is HH:MM:SS[.FFF]"),
        TypeHint::Timestamp => (is_timestamp(text), "TIMESTAMP is YYYY-MM-DD HH:MM:SS[.FFF]"),
        TypeHint::Decimal => (is_decimal(text), "not a DECIMAL"),
        TypeHint::Json => (serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "not JSON"),
        TypeHint::Uuid => (text.len() == 36 && uuid::Uuid::parse_str(text).is_ok(), "not a UUID"),
    };
    if valid { Ok(Bound::Text(text.to_owned())) } else { Err(format) }
}

fn is_time(text: &str) -> bool {
    matches!(text.len(), 8 | 10..=12) && text.as_bytes()[2] == b':' && text.parse::<Time>().is_ok()
}

fn is_timestamp(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b' ') && is_time(&text[11..]) && text.parse::<DateTime>().is_ok()
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_is_number = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole.is_empty() || number(whole)) && number(fraction),
        None => number(mantissa),
    };
    mantissa_is_number && number(exponent)
}

impl ToSql for Bound {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Boolean(value) => out.put_u8(u8::from(*value)),
            Self::Long(value) => out.put_i64(*value),
            Self::Double(value) => out.put_f64(*value),
            Self::Text(text) => out.put_slice(text.as_bytes()),
            Self::Blob(bytes) => out.put_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        // `bind` made the type and the value together.
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        if matches!(self, Self::Text(_)) { Format::Text } else { Format::Binary }
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hinted_strings_have_the_documented_format_only() {
        let ok = |hint, text| hinted(hint, text).is_ok();
        assert!(ok(TypeHint::Timestamp, "2026-02-28 23:59:59.123"));
        assert!(ok(TypeHint::Timestamp, "2026-02-28 23:59:59"));
        for wrong in
            ["2026-02-28T23:59:59", "2026-02-28 23:59:59Z", "2026-02-28 23:59:59.123456", "2026-02-28", "é"]
        {
            assert!(!ok(TypeHint::Timestamp, wrong), "{wrong}");
        }
        assert!(
            ok(TypeHint::Date, "2026-02-28")
                && !ok(TypeHint::Date, "2026-02-30")
                && !ok(TypeHint::Date, "28.2.26")
        );
        assert!(ok(TypeHint::Time, "12:30:00.5") && !ok(TypeHint::Time, "12:30"));
        assert!(
            ok(TypeHint::Decimal, "-12.50") && ok(TypeHint::Decimal, "1e-3") && !ok(TypeHint::Decimal, "1,5")
        );
        assert!(!ok(TypeHint::Decimal, "") && !ok(TypeHint::Decimal, "NaN"));
        assert!(ok(TypeHint::Json, "[1]") && !ok(TypeHint::Json, "{"));
        assert!(!ok(TypeHint::Uuid, "0190c9a08d2e7f3a8b1c2d3e4f5a6b7c"));
    }
}
