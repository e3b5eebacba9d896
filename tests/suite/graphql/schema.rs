//! The schema as it is committed.

/// `UPDATE_GRAPHQL=1 cargo test --workspace the_schema_file` rewrites the file.
#[test]
fn the_schema_file_is_the_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions/graphql/schema.graphql");
    let sdl = graphql::sdl();
    if std::env::var_os("UPDATE_GRAPHQL").is_some() {
        std::fs::write(path, &sdl).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == sdl, "functions/graphql/schema.graphql is not the schema; see this test's comment");
}
