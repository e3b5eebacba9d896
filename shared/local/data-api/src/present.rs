//! From rows to the body of an answer.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use tokio_postgres::Column;

use crate::failure::Failure;
use crate::service::{JSON_BYTES, RESPONSE_BYTES};
use crate::session::{Outcome, Session, too_large};
use crate::wire::{Bare, ExecuteStatementResponse, Field, ResultSetOptions};
use crate::{metadata, results};

/// How a caller wants a result.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presentation {
    pub(crate) options: ResultSetOptions,
    pub(crate) as_json: bool,
    pub(crate) metadata: bool,
}

/// Encodes a result; asks the catalog for its columns' origin if the caller wants metadata.
pub(crate) async fn present(
    session: &Session,
    outcome: &Outcome,
    shown: Presentation,
) -> Result<Vec<u8>, Failure> {
    let mut response = ExecuteStatementResponse::default();
    let columns = outcome.columns();
    if columns.is_empty() {
        response.number_of_records_updated = outcome.affected;
    } else {
        let rows = outcome.rows.iter().map(|row| results::fields(row, shown.options));
        let records = rows.collect::<Result<Vec<_>, _>>()?;
        if shown.as_json {
            response.formatted_records = Some(as_json(columns, &records)?);
        } else {
            response.records = Some(records);
        }
        if shown.metadata {
            response.column_metadata = Some(metadata::describe(&session.client, columns).await?);
        }
    }
    let body = encode(&response)?;
    let limit = if shown.as_json { JSON_BYTES } else { RESPONSE_BYTES };
    if body.len() > limit { Err(too_large()) } else { Ok(body) }
}

pub(crate) fn encode(response: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(response).map_err(|error| Failure::internal(error.to_string()))
}

/// One object for each row, its members in the order of the columns.
fn as_json(columns: &[Column], records: &[Vec<Field>]) -> Result<String, Failure> {
    struct Record<'a>(&'a [Column], &'a [Field]);

    impl Serialize for Record<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(self.0.len()))?;
            for (column, field) in self.0.iter().zip(self.1) {
                map.serialize_entry(column.name(), &Bare(field))?;
            }
            map.end()
        }
    }

    let records: Vec<_> = records.iter().map(|fields| Record(columns, fields)).collect();
    serde_json::to_string(&records).map_err(|error| Failure::internal(error.to_string()))
}
