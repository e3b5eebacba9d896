//! Parameters: matched by name, typed and never inferred.

use aws_sdk_rdsdata::primitives::Blob;
use aws_sdk_rdsdata::types::{ArrayValue, Field, SqlParameter, TypeHint};

use crate::support::{Test, hinted, long, null, parameter, problem, text};

async fn typed(test: &Test, value: SqlParameter) -> String {
    let output = test.statement("SELECT pg_typeof(:x)::text").parameters(value).send().await.unwrap();
    output.records()[0][0].as_string_value().unwrap().clone()
}

#[tokio::test]
async fn each_kind_of_value_has_its_type() {
    let test = Test::new().await;
    let cases = [
        (text("x", "a"), "character varying"),
        (long("x", 1), "bigint"),
        (parameter("x", Field::DoubleValue(1.5)), "double precision"),
        (parameter("x", Field::BooleanValue(true)), "boolean"),
        (parameter("x", Field::BlobValue(Blob::new([1, 2]))), "bytea"),
        (null("x"), "character varying"),
        (hinted("x", "2026-07-01", TypeHint::Date), "date"),
        (hinted("x", "12:30:00", TypeHint::Time), "time without time zone"),
        (hinted("x", "2026-07-01 12:30:00.123", TypeHint::Timestamp), "timestamp without time zone"),
        (hinted("x", "12.50", TypeHint::Decimal), "numeric"),
        (hinted("x", "{\"a\": 1}", TypeHint::Json), "json"),
        (hinted("x", "0190c9a0-8d2e-7f3a-8b1c-2d3e4f5a6b7c", TypeHint::Uuid), "uuid"),
    ];
    for (value, expected) in cases {
        assert_eq!(typed(&test, value).await, expected);
    }
    let null_uuid =
        SqlParameter::builder().name("x").value(Field::IsNull(true)).type_hint(TypeHint::Uuid).build();
    assert_eq!(typed(&test, null_uuid).await, "uuid");
}

#[tokio::test]
async fn values_arrive_as_they_were_sent() {
    let test = Test::new().await;
    for value in [
        Field::StringValue("it's 日本 \\ \u{1F600}".to_owned()),
        Field::LongValue(i64::MIN),
        Field::DoubleValue(0.1),
        Field::DoubleValue(f64::INFINITY),
        Field::BooleanValue(false),
        Field::BlobValue(Blob::new([0, 255, 10])),
        Field::IsNull(true),
    ] {
        let output =
            test.statement("SELECT :x").parameters(parameter("x", value.clone())).send().await.unwrap();
        assert_eq!(output.records()[0][0], value);
    }
}

#[tokio::test]
async fn types_are_not_inferred() {
    let test = Test::new().await;
    test.run("CREATE TABLE t (id uuid, n int4, doc jsonb, day date, price numeric)").await;
    let uuid = "0190c9a0-8d2e-7f3a-8b1c-2d3e4f5a6b7c";
    let fails = async |sql: &str, value: SqlParameter, state: &str| {
        problem(test.statement(sql).parameters(value).send().await).is_state(state);
    };
    fails("SELECT 1 FROM t WHERE id = :x", text("x", uuid), "42883").await;
    fails("SELECT day + :x FROM t", long("x", 1), "42883").await;
    fails("INSERT INTO t (doc) VALUES (:x)", text("x", "{}"), "42804").await;
    fails("INSERT INTO t (price) VALUES (:x)", text("x", "1"), "42804").await;
    fails("INSERT INTO t (day) VALUES (:x)", text("x", "2026-07-01"), "42804").await;
    fails("INSERT INTO t (n) VALUES (:x)", text("x", "1"), "42804").await;
    fails("INSERT INTO t (n) VALUES (:x)", null("x"), "42804").await;
    fails("SELECT 1 FROM t LIMIT :x", text("x", "1"), "42804").await;
}

#[tokio::test]
async fn casts_and_hints_bring_each_type_in() {
    let test = Test::new().await;
    test.run(
        "CREATE TABLE t (id uuid, n int4, doc jsonb, day date, price numeric, at timestamptz, tags text[])",
    )
    .await;
    test.statement(
        "INSERT INTO t VALUES (:id::uuid, :n::int4, :doc::jsonb, :day, :price, :now::timestamptz,
                               string_to_array(:tags, ',')) -- :comment",
    )
    .parameters(text("id", "0190c9a0-8d2e-7f3a-8b1c-2d3e4f5a6b7c"))
    .parameters(long("n", 7))
    .parameters(text("doc", "{\"a\":[1]}"))
    .parameters(hinted("day", "2026-07-01", TypeHint::Date))
    .parameters(hinted("price", "12.50", TypeHint::Decimal))
    .parameters(text("now", "2026-07-01T12:00:00+02:00"))
    .parameters(text("tags", "a,b"))
    .send()
    .await
    .unwrap();
    let row = test.run("SELECT * FROM t").await.records()[0].clone();
    let texts: Vec<_> =
        row.iter().filter_map(|field| field.as_string_value().ok()).map(String::as_str).collect();
    assert_eq!(
        texts,
        [
            "0190c9a0-8d2e-7f3a-8b1c-2d3e4f5a6b7c",
            "{\"a\": [1]}",
            "2026-07-01",
            "12.50",
            "2026-07-01 10:00:00"
        ]
    );
    assert_eq!(row[6], Field::ArrayValue(ArrayValue::StringValues(vec![Some("a".into()), Some("b".into())])));
}

#[tokio::test]
async fn many_rows_come_as_one_json_parameter() {
    let test = Test::new().await;
    let output = test
        .statement("SELECT sum(r.n)::int8, max(r.d)::text FROM jsonb_to_recordset(:rows::jsonb) AS r(n int8, d date)")
        .parameters(text("rows", r#"[{"n": 1, "d": "2026-07-01"}, {"n": 2, "d": "2026-07-02"}]"#))
        .send()
        .await
        .unwrap();
    assert_eq!(output.records()[0], [Field::LongValue(3), Field::StringValue("2026-07-02".into())]);
}

#[tokio::test]
async fn names_and_parameters_must_match() {
    let test = Test::new().await;
    let call = || test.statement("SELECT :a, :b");
    problem(call().parameters(long("a", 1)).send().await).is_bad_request("Cannot find parameter: b");
    let duplicate = call().parameters(long("a", 1)).parameters(long("b", 1)).parameters(long("a", 2));
    problem(duplicate.send().await).is_bad_request("Duplicate parameter: a");
    let unused = call().parameters(long("a", 1)).parameters(long("b", 1)).parameters(long("c", 2));
    problem(unused.send().await).is_bad_request("c");
}

#[tokio::test]
async fn ill_formed_values_are_refused() {
    let test = Test::new().await;
    let call = |value| test.statement("SELECT :x").parameters(value).send();
    let array = Field::ArrayValue(ArrayValue::LongValues(vec![Some(1)]));
    problem(call(parameter("x", array)).await).is_bad_request("Array parameters are not supported");
    problem(call(hinted("x", "2026-07-01T12:00:00Z", TypeHint::Timestamp)).await).is_bad_request("TIMESTAMP");
    problem(call(hinted("x", "x", TypeHint::Uuid)).await).is_bad_request("UUID");
    let hinted_long =
        SqlParameter::builder().name("x").value(Field::LongValue(1)).type_hint(TypeHint::Decimal).build();
    problem(call(hinted_long).await).is_bad_request("type hint");
}
