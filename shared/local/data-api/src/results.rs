//! Results: each database type as the service returns it.

use std::error::Error;

use jiff::Span;
use jiff::civil::{Date, DateTime, Time, date};
use tokio_postgres::types::{FromSql, Kind, Type};
use tokio_postgres::{Column, Row};

use crate::failure::Failure;
use crate::numeric;
use crate::wire::{Array, DecimalReturnType, Field, LongReturnType, ResultSetOptions};

type Reason = Box<dyn Error + Sync + Send>;

/// Refuses a result before any row is read, if a column's type cannot be returned.
pub(crate) fn check(columns: &[Column]) -> Result<(), Failure> {
    match columns.iter().map(Column::type_).find(|ty| shape(ty).is_none()) {
        Some(ty) => Err(Failure::unsupported_result(format!(
            "The result contains the unsupported data type {}",
            ty.name()
        ))),
        None => Ok(()),
    }
}

/// The fields of a row.
pub(crate) fn fields(row: &Row, options: ResultSetOptions) -> Result<Vec<Field>, Failure> {
    let mut fields = Vec::with_capacity(row.len());
    for at in 0..row.len() {
        let field = row.try_get::<_, Option<Decoded>>(at).map_err(|error| {
            let reason = error.into_source().map_or_else(String::new, |reason| reason.to_string());
            Failure::unsupported_result(reason)
        })?;
        let field = field.map_or(Field::Null, |decoded| decoded.0);
        fields.push(apply(options, row.columns()[at].type_(), field));
    }
    Ok(fields)
}

fn apply(options: ResultSetOptions, ty: &Type, field: Field) -> Field {
    match field {
        Field::Long(value) if options.long_return_type == LongReturnType::String => {
            Field::Text(value.to_string())
        }
        Field::Text(text)
            if *ty == Type::NUMERIC && options.decimal_return_type == DecimalReturnType::DoubleOrLong =>
        {
            if let Ok(value) = text.parse() {
                Field::Long(value)
            } else {
                text.parse().map_or(Field::Text(text), Field::Double)
            }
        }
        field => field,
    }
}

/// How a type is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Boolean,
    Integer,
    Float,
    Text,
    Jsonb,
    Numeric,
    Date,
    Time,
    Timestamp,
    Uuid,
    Blob,
    /// Of what a plain value could be too, but no blob.
    Array,
}

/// `None` for what the service refuses: ranges, points, intervals, `"char"`, `char(n)`, `regtype`, records …
pub(crate) fn shape(ty: &Type) -> Option<Shape> {
    Some(match *ty {
        Type::BOOL => Shape::Boolean,
        Type::INT2 | Type::INT4 | Type::INT8 => Shape::Integer,
        Type::FLOAT4 | Type::FLOAT8 => Shape::Float,
        Type::TEXT | Type::VARCHAR | Type::JSON | Type::UNKNOWN | Type::VOID => Shape::Text,
        Type::JSONB => Shape::Jsonb,
        Type::NUMERIC => Shape::Numeric,
        Type::DATE => Shape::Date,
        Type::TIME => Shape::Time,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => Shape::Timestamp,
        Type::UUID => Shape::Uuid,
        Type::BYTEA => Shape::Blob,
        _ => match ty.kind() {
            Kind::Enum(_) => Shape::Text,
            Kind::Domain(inner) => shape(inner)?,
            Kind::Array(element) if !matches!(shape(element)?, Shape::Blob | Shape::Array) => Shape::Array,
            _ if ty.name() == "citext" => Shape::Text,
            _ => return None,
        },
    })
}

struct Decoded(Field);

impl<'a> FromSql<'a> for Decoded {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Reason> {
        decode(ty, raw).map(Self)
    }

    fn accepts(ty: &Type) -> bool {
        shape(ty).is_some()
    }
}

fn decode(ty: &Type, raw: &[u8]) -> Result<Field, Reason> {
    Ok(match shape(ty).ok_or("unsupported data type")? {
        Shape::Boolean => Field::Boolean(raw == [1]),
        Shape::Integer => Field::Long(integer(raw)?),
        Shape::Float => Field::Double(float(raw)?),
        Shape::Text => Field::Text(std::str::from_utf8(raw)?.to_owned()),
        // A version number, which is 1, stands before the text.
        Shape::Jsonb => Field::Text(std::str::from_utf8(raw.get(1..).unwrap_or_default())?.to_owned()),
        Shape::Numeric => Field::Text(numeric::decode(raw)?),
        Shape::Date => Field::Text(day(raw)?),
        Shape::Time => {
            Field::Text(clock(Time::midnight().checked_add(Span::new().microseconds(integer(raw)?))?))
        }
        Shape::Timestamp => Field::Text(instant(raw)?),
        Shape::Uuid => Field::Text(uuid::Uuid::from_slice(raw)?.to_string()),
        Shape::Blob => Field::Blob(raw.to_vec()),
        Shape::Array => Field::Array(array(ty, raw)?),
    })
}

/// A big-endian integer of 2, 4 or 8 bytes.
fn integer(raw: &[u8]) -> Result<i64, Reason> {
    Ok(match raw.len() {
        2 => i16::from_be_bytes(raw.try_into()?).into(),
        4 => i32::from_be_bytes(raw.try_into()?).into(),
        _ => i64::from_be_bytes(raw.try_into()?),
    })
}

fn float(raw: &[u8]) -> Result<f64, Reason> {
    Ok(match raw.len() {
        4 => f32::from_be_bytes(raw.try_into()?).into(),
        _ => f64::from_be_bytes(raw.try_into()?),
    })
}

/// PostgreSQL counts from here.
const EPOCH: Date = date(2000, 1, 1);

/// Days since the epoch; the extremes are the infinities.
fn day(raw: &[u8]) -> Result<String, Reason> {
    Ok(match i32::from_be_bytes(raw.try_into()?) {
        i32::MAX => "infinity".to_owned(),
        i32::MIN => "-infinity".to_owned(),
        days => EPOCH.checked_add(Span::new().try_days(days)?)?.to_string(),
    })
}

/// Microseconds since the epoch, in UTC; written without an offset.
fn instant(raw: &[u8]) -> Result<String, Reason> {
    Ok(match i64::from_be_bytes(raw.try_into()?) {
        i64::MAX => "infinity".to_owned(),
        i64::MIN => "-infinity".to_owned(),
        micros => {
            let days = Span::new().try_days(micros.div_euclid(86_400_000_000))?;
            let rest = Span::new().try_microseconds(micros.rem_euclid(86_400_000_000))?;
            let moment: DateTime = EPOCH.at(0, 0, 0, 0).checked_add(days)?.checked_add(rest)?;
            format!("{} {}", moment.date(), clock(moment.time()))
        }
    })
}

/// `HH:MM:SS[.ffffff]` without trailing zeros.
fn clock(time: Time) -> String {
    let text = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let micros = time.subsec_nanosecond() / 1_000;
    if micros == 0 { text } else { format!("{text}.{micros:06}").trim_end_matches('0').to_owned() }
}

/// Dimensions, flags, element type, then length and lower bound, then the elements.
fn array(ty: &Type, raw: &[u8]) -> Result<Array, Reason> {
    let mut reader = raw;
    let mut next = || -> Result<i32, Reason> {
        let (head, rest) = reader.split_at_checked(4).ok_or("truncated array")?;
        reader = rest;
        Ok(i32::from_be_bytes(head.try_into()?))
    };
    let (dimensions, _flags, _element) = (next()?, next()?, next()?);
    if dimensions > 1 {
        return Err("The result contains a multidimensional array".into());
    }
    let length = if dimensions == 0 {
        0
    } else {
        let length = next()?;
        let _lower_bound = next()?;
        length
    };
    let element = match ty.kind() {
        Kind::Array(element) => element,
        Kind::Domain(inner) => return array(inner, raw),
        _ => return Err("not an array".into()),
    };
    let mut fields = Vec::new();
    for _ in 0..length {
        let (head, rest) = reader.split_at_checked(4).ok_or("truncated array")?;
        let Ok(size) = usize::try_from(i32::from_be_bytes(head.try_into()?)) else {
            // A length of -1 is NULL.
            fields.push(Field::Null);
            reader = rest;
            continue;
        };
        let (value, rest) = rest.split_at_checked(size).ok_or("truncated array")?;
        fields.push(decode(element, value)?);
        reader = rest;
    }
    Ok(gather(shape(element), fields))
}

fn gather(shape: Option<Shape>, fields: Vec<Field>) -> Array {
    match shape {
        Some(Shape::Boolean) => Array::Booleans(each(fields, |field| match field {
            Field::Boolean(value) => Some(value),
            _ => None,
        })),
        Some(Shape::Integer) => Array::Longs(each(fields, |field| match field {
            Field::Long(value) => Some(value),
            _ => None,
        })),
        Some(Shape::Float) => Array::Doubles(each(fields, |field| match field {
            Field::Double(value) => Some(value),
            _ => None,
        })),
        _ => Array::Texts(each(fields, |field| match field {
            Field::Text(value) => Some(value),
            _ => None,
        })),
    }
}

fn each<T>(fields: Vec<Field>, value: impl Fn(Field) -> Option<T>) -> Vec<Option<T>> {
    fields.into_iter().map(value).collect()
}
