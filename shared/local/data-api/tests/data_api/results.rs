//! Results: each database type as the service returns it.

use aws_sdk_rdsdata::primitives::Blob;
use aws_sdk_rdsdata::types::{
    ArrayValue, DecimalReturnType, Field, LongReturnType, RecordsFormatType, ResultSetOptions,
};

use crate::support::{RESOURCE, SECRET, Test, long, problem};

#[tokio::test]
async fn each_type_comes_back_as_its_field() {
    let test = Test::new().await;
    let string = |text: &str| Field::StringValue(text.to_owned());
    let array = Field::ArrayValue;
    test.run("CREATE TYPE mood AS ENUM ('calm', 'wild')").await;
    test.run("CREATE DOMAIN positive AS int4 CHECK (VALUE > 0)").await;
    for (sql, expected) in [
        ("true", Field::BooleanValue(true)),
        ("1::int2", Field::LongValue(1)),
        ("-1::int4", Field::LongValue(-1)),
        ("9223372036854775807::int8", Field::LongValue(i64::MAX)),
        ("7::positive", Field::LongValue(7)),
        ("0.5::float4", Field::DoubleValue(0.5)),
        ("'-Infinity'::float8", Field::DoubleValue(f64::NEG_INFINITY)),
        ("'\\x00ff'::bytea", Field::BlobValue(Blob::new([0, 255]))),
        ("NULL::int4", Field::IsNull(true)),
        ("'a'::text", string("a")),
        ("'a'::varchar(3)", string("a")),
        ("'calm'::mood", string("calm")),
        ("12345.6700::numeric", string("12345.6700")),
        ("-0.00012::numeric", string("-0.00012")),
        ("100000000::numeric", string("100000000")),
        ("'NaN'::numeric", string("NaN")),
        ("'2026-02-28'::date", string("2026-02-28")),
        ("'infinity'::date", string("infinity")),
        ("'0044-03-15'::date", string("0044-03-15")),
        ("'12:30:00.5'::time", string("12:30:00.5")),
        ("'1999-12-31 23:59:59.999999'::timestamp", string("1999-12-31 23:59:59.999999")),
        ("'2026-07-01 12:00:00+02'::timestamptz", string("2026-07-01 10:00:00")),
        ("'0190C9A0-8D2E-7F3A-8B1C-2D3E4F5A6B7C'::uuid", string("0190c9a0-8d2e-7f3a-8b1c-2d3e4f5a6b7c")),
        ("'{\"b\": 1, \"a\":  2}'::json", string("{\"b\": 1, \"a\":  2}")),
        ("'{\"b\": 1, \"a\":  2}'::jsonb", string("{\"a\": 2, \"b\": 1}")),
        ("ARRAY['a', NULL]", array(ArrayValue::StringValues(vec![Some("a".into()), None]))),
        ("ARRAY[1, 2]", array(ArrayValue::LongValues(vec![Some(1), Some(2)]))),
        ("ARRAY[0.5::float8]", array(ArrayValue::DoubleValues(vec![Some(0.5)]))),
        ("ARRAY[true]", array(ArrayValue::BooleanValues(vec![Some(true)]))),
        ("ARRAY['2026-02-28'::date]", array(ArrayValue::StringValues(vec![Some("2026-02-28".into())]))),
        ("'{}'::text[]", array(ArrayValue::StringValues(vec![]))),
    ] {
        assert_eq!(test.value(&format!("SELECT {sql}")).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn odd_types_are_refused() {
    let test = Test::new().await;
    for sql in [
        "ARRAY[[1, 2], [3, 4]]",
        "point(1, 2)",
        "'int4'::regtype",
        "'a'::\"char\"",
        "'a'::char(3)",
        "daterange('2026-07-01', '2026-07-02')",
        "'1 day'::interval",
        "ROW(1, 2)",
        "ARRAY['\\x00'::bytea]",
    ] {
        test.error(&format!("SELECT {sql}")).await.is(400, "UnsupportedResultException");
    }
    assert_eq!(test.text("SELECT lower(daterange('2026-07-01', '2026-07-02'))").await, "2026-07-01");
}

#[tokio::test]
async fn records_and_counts_exclude_each_other() {
    let test = Test::new().await;
    let created = test.run("CREATE TABLE t (id int8 PRIMARY KEY, name text)").await;
    assert_eq!((created.number_of_records_updated(), created.records.is_none()), (0, true));
    let inserted = test.run("INSERT INTO t SELECT n, 'x' FROM generate_series(1, 3) AS n").await;
    assert_eq!((inserted.number_of_records_updated(), inserted.records.is_none()), (3, true));
    assert!(inserted.generated_fields().is_empty());
    let returning = test.run("UPDATE t SET name = 'y' WHERE id > 1 RETURNING id").await;
    assert_eq!((returning.number_of_records_updated(), returning.records().len()), (0, 2));
    let none = test.run("SELECT id FROM t WHERE id > 100").await;
    assert_eq!(none.records.as_deref(), Some(&[][..]));
}

#[tokio::test]
async fn a_result_can_be_one_json_string() {
    let test = Test::new().await;
    let call = |sql| test.statement(sql).format_records_as(RecordsFormatType::Json).send();
    let sql = "SELECT 1 AS b, 'x\"y' AS a, 1.50::numeric AS n, NULL::text AS z, true AS t, ARRAY[1] AS l";
    let output = call(sql).await.unwrap();
    assert_eq!(
        output.formatted_records(),
        Some(r#"[{"b":1,"a":"x\"y","n":"1.50","z":null,"t":true,"l":[1]}]"#)
    );
    assert!(output.records.is_none());
    test.run("CREATE TABLE t (id int8)").await;
    let inserted = call("INSERT INTO t VALUES (1) RETURNING id").await.unwrap();
    assert!(inserted.formatted_records().is_none(), "only SELECT is formatted");
    assert_eq!(inserted.records()[0][0], Field::LongValue(1));
}

#[tokio::test]
async fn numbers_can_be_asked_for_in_other_forms() {
    let test = Test::new().await;
    let options = ResultSetOptions::builder()
        .decimal_return_type(DecimalReturnType::DoubleOrLong)
        .long_return_type(LongReturnType::String)
        .build();
    let call = test.statement("SELECT 1.5::numeric, 7::int8, 2::numeric").result_set_options(options);
    let output = call.send().await.unwrap();
    assert_eq!(
        output.records()[0],
        [Field::DoubleValue(1.5), Field::StringValue("7".into()), Field::LongValue(2)]
    );
}

#[tokio::test]
async fn metadata_describes_the_columns() {
    let test = Test::new().await;
    test.run(
        "CREATE TABLE t (id int8 GENERATED ALWAYS AS IDENTITY, price numeric(10,2) NOT NULL, tags text[])",
    )
    .await;
    let call =
        test.statement("SELECT id AS number, price, tags, 1 AS one FROM t").include_result_metadata(true);
    let output = call.send().await.unwrap();
    let [id, price, tags, one] = output.column_metadata() else { panic!("four columns") };
    assert_eq!((id.label(), id.name(), id.type_name()), (Some("number"), Some("id"), Some("int8")));
    assert_eq!((id.table_name(), id.schema_name()), (Some("t"), Some("public")));
    assert_eq!((id.is_auto_increment(), id.is_signed(), id.r#type()), (true, true, -5));
    assert_eq!((price.r#type(), price.precision(), price.scale(), price.nullable()), (2, 10, 2, 0));
    assert_eq!((tags.r#type(), tags.array_base_column_type(), tags.nullable()), (2003, 12, 1));
    assert_eq!((one.type_name(), one.nullable(), one.table_name()), (Some("int4"), 2, Some("")));
    assert!(test.run("SELECT 1").await.column_metadata.is_none(), "only on demand");
}

#[tokio::test]
async fn database_errors_carry_the_servers_words() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8 CONSTRAINT t_is_unique PRIMARY KEY)").await;
    test.run("INSERT INTO t VALUES (1)").await;
    let duplicate = test.error("INSERT INTO t VALUES (1)").await;
    duplicate.is_state("23505");
    assert!(duplicate.message.starts_with("ERROR: duplicate key"), "{}", duplicate.message);
    assert!(
        duplicate.message.contains("\"t_is_unique\"")
            && duplicate.message.contains("\n  Detail: Key (id)=(1)")
    );
    let syntax = test.error("SELECT * FRM t").await;
    syntax.is_state("42601");
    assert!(syntax.message.contains("\n  Position: 10; SQLState"), "{}", syntax.message);
    test.error("SELECT 1/0").await.is_state("22012");
    let typed = test.statement("SELECT 1/0").send().await.unwrap_err().into_service_error();
    assert!(typed.is_database_error_exception(), "the SDK knows the type");
}

#[tokio::test]
async fn a_batch_runs_each_set_and_returns_no_rows() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id int8 PRIMARY KEY)").await;
    let call = |ids: &[i64]| {
        let call = test.client.batch_execute_statement().resource_arn(RESOURCE).secret_arn(SECRET);
        let call = call.database(&test.database).sql("INSERT INTO t VALUES (:id) RETURNING id");
        ids.iter().fold(call, |call, id| call.parameter_sets(vec![long("id", *id)])).send()
    };
    let output = call(&[1, 2, 3]).await.unwrap();
    assert_eq!(output.update_results().len(), 3);
    assert!(output.update_results()[0].generated_fields().is_empty());
    problem(call(&[4, 1, 5]).await).is_state("23505");
    assert_eq!(test.number("SELECT max(id) FROM t").await, 4, "without a transaction the sets before stay");
}
