//! `includeResultMetadata`: columns in JDBC's terms.

use std::collections::HashMap;

use tokio_postgres::types::{Kind, Type};
use tokio_postgres::{Client, Column};

use crate::results::{Shape, shape};
use crate::wire::ColumnMetadata;

/// Where a column comes from.
struct Origin {
    schema: String,
    table: String,
    column: String,
    not_null: bool,
    auto_increment: bool,
}

const ORIGINS: &str = "\
    SELECT c.oid, a.attnum, n.nspname::text, c.relname::text, a.attname::text, a.attnotnull, \
           a.attidentity <> '' OR COALESCE(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) \
      FROM pg_class c \
      JOIN pg_namespace n ON n.oid = c.relnamespace \
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
     WHERE c.oid = ANY ($1)";

/// Describes a result's columns; asks the catalog where they come from.
pub(crate) async fn describe(
    client: &Client,
    columns: &[Column],
) -> Result<Vec<ColumnMetadata>, tokio_postgres::Error> {
    let tables: Vec<u32> = columns.iter().filter_map(Column::table_oid).collect();
    let mut origins = HashMap::new();
    if !tables.is_empty() {
        for row in client.query_typed(ORIGINS, &[(&tables, Type::OID_ARRAY)]).await? {
            let origin = Origin {
                schema: row.try_get(2)?,
                table: row.try_get(3)?,
                column: row.try_get(4)?,
                not_null: row.try_get(5)?,
                auto_increment: row.try_get(6)?,
            };
            origins.insert((row.try_get::<_, u32>(0)?, row.try_get::<_, i16>(1)?), origin);
        }
    }
    Ok(columns
        .iter()
        .map(|column| {
            let origin = column.table_oid().zip(column.column_id()).and_then(|place| origins.get(&place));
            one(column, origin)
        })
        .collect())
}

fn one(column: &Column, origin: Option<&Origin>) -> ColumnMetadata {
    let ty = column.type_();
    let type_code = jdbc(ty);
    let (precision, scale) = size(ty, column.type_modifier());
    ColumnMetadata {
        array_base_column_type: if let Kind::Array(element) = ty.kind() { jdbc(element) } else { 0 },
        is_auto_increment: origin.is_some_and(|origin| origin.auto_increment),
        is_case_sensitive: matches!(shape(ty), Some(Shape::Text)) && ty.name() != "citext",
        is_currency: false,
        is_signed: matches!(type_code, 2 | 4 | 5 | 7 | 8 | -5),
        label: column.name().to_owned(),
        name: origin.map_or_else(|| column.name().to_owned(), |origin| origin.column.clone()),
        nullable: origin.map_or(2, |origin| i32::from(!origin.not_null)),
        precision,
        scale,
        schema_name: origin.map_or_else(String::new, |origin| origin.schema.clone()),
        table_name: origin.map_or_else(String::new, |origin| origin.table.clone()),
        type_code,
        type_name: ty.name().to_owned(),
    }
}

/// The constant of `java.sql.Types` which the driver reports.
fn jdbc(ty: &Type) -> i32 {
    match *ty {
        Type::BOOL => -7,
        Type::INT2 => 5,
        Type::INT4 => 4,
        Type::INT8 => -5,
        Type::FLOAT4 => 7,
        Type::FLOAT8 => 8,
        Type::NUMERIC => 2,
        Type::TEXT | Type::VARCHAR => 12,
        Type::DATE => 91,
        Type::TIME => 92,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => 93,
        Type::BYTEA => -2,
        _ => match ty.kind() {
            Kind::Array(_) => 2003,
            Kind::Enum(_) => 12,
            _ => 1111,
        },
    }
}

/// Precision and scale; a declared `numeric(p, s)` or `varchar(n)` is in the type's modifier, which counts four
/// bytes of header.
fn size(ty: &Type, modifier: i32) -> (i32, i32) {
    let declared = modifier - 4;
    match *ty {
        Type::BOOL => (1, 0),
        Type::INT2 => (5, 0),
        Type::INT4 => (10, 0),
        Type::INT8 => (19, 0),
        Type::FLOAT4 => (8, 8),
        Type::FLOAT8 => (17, 17),
        Type::NUMERIC if modifier >= 4 => (declared >> 16, declared & 0xFFFF),
        Type::NUMERIC => (0, 0),
        Type::VARCHAR if modifier >= 4 => (declared, 0),
        Type::DATE => (13, 0),
        Type::TIME => (15, 6),
        Type::TIMESTAMP => (29, 6),
        Type::TIMESTAMPTZ => (35, 6),
        _ => (i32::MAX, 0),
    }
}
