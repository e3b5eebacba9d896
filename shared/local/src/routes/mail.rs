//! `/_local/mail`: what was sent.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use local_aws::ses::{Mail, MailQuery};
use serde::Deserialize;

use super::LocalError;
use crate::stack::Handles;

/// Which mails; all of them if nothing is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only mails to this address.
    to: Option<String>,
}

/// `GET`: the mails, oldest first.
pub(super) async fn list(
    State(handles): State<Arc<Handles>>,
    Query(which): Query<Which>,
) -> Result<Json<Vec<Mail>>, LocalError> {
    let query = MailQuery { recipient: which.to, ..MailQuery::default() };
    Ok(Json(handles.services.ses.list(query).await?))
}
