//! What the staff does to accounts, and the log of what was done.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use domain::ids::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::Failure;
use store::audit::Judgement;
use uuid::Uuid;
use web::dto::ReasonDto;
use web::{AdminCaller, App, Page, Paging, PathId, Problem, ValidJson, ValidQuery};

/// Suspend an account.
///
/// Nobody signs in with it any more, no session goes on, and access tokens that are out are refused: by what changes
/// something at once, by reads within ten seconds. Done again it stays as it is.
#[utoipa::path(
    post, path = "/users/{user_id}/suspend", tag = "users", operation_id = "suspend_user",
    params(("user_id" = Uuid, Path, description = "The account")),
    request_body = ReasonDto,
    responses((status = 204, description = "It is suspended"), web::Problems),
)]
pub(crate) async fn suspend_user(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    PathId(user_id): PathId<UserId>,
    ValidJson(because): ValidJson<ReasonDto>,
) -> Result<StatusCode, Problem> {
    services::users::judge(app.ctx(), caller.user_id, user_id, Judgement::Suspend, &because.reason).await?;
    app.end_tokens(user_id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Restore a suspended account.
#[utoipa::path(
    post, path = "/users/{user_id}/restore", tag = "users", operation_id = "restore_user",
    params(("user_id" = Uuid, Path, description = "The account")),
    request_body = ReasonDto,
    responses((status = 204, description = "It is as it was"), web::Problems),
)]
pub(crate) async fn restore_user(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    PathId(user_id): PathId<UserId>,
    ValidJson(because): ValidJson<ReasonDto>,
) -> Result<StatusCode, Problem> {
    services::users::judge(app.ctx(), caller.user_id, user_id, Judgement::Restore, &because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which entries of the log.
#[derive(Debug, Deserialize, garde::Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Those about this account or thing.
    #[garde(skip)]
    subject_id: Option<Uuid>,
    /// How many at most.
    #[garde(range(min = 1, max = 100))]
    #[serde(default = "fifty")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: u32,
    /// From `next_cursor`.
    #[garde(inner(length(bytes, max = 1024)))]
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

const fn fifty() -> u32 {
    50
}

/// One entry of the log. It seals the one before it: `hash` is over the entry and the hash before.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct AuditEntry {
    /// Its place in the log, from 1 on without gaps.
    #[schema(minimum = 1)]
    seq: i64,
    /// When it was done.
    at: Timestamp,
    /// Who did it; absent for an operator or the system.
    actor_id: Option<Uuid>,
    /// What was done.
    #[schema(example = "user_suspended")]
    action: String,
    /// To what kind of thing.
    #[schema(max_length = 64, example = "user")]
    subject_kind: String,
    /// To which.
    subject_id: Uuid,
    /// The reason that was given.
    reason: Option<String>,
    /// SHA-256, in hexadecimal digits.
    #[schema(
        min_length = 64,
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    hash: String,
}

/// The audit log.
///
/// Newest first. Where the chain of hashes does not hold, the answer is 500 and the log of the function says where.
#[utoipa::path(
    get, path = "/users/audit", tag = "users", operation_id = "list_audit_entries",
    params(AuditQuery),
    responses(
        (status = 200, description = "A page of the log", body = Page<AuditEntry>, headers(("Link" = String))),
        web::Problems,
    ),
)]
pub(crate) async fn list_audit_entries(
    State(app): State<App>,
    AdminCaller(caller): AdminCaller,
    uri: Uri,
    ValidQuery(query): ValidQuery<AuditQuery>,
) -> Result<Response, Problem> {
    let filters = (caller.user_id, query.subject_id);
    let (paging, before) =
        Paging::open(&app, ("/users/audit", &filters), query.limit, query.cursor.as_deref()).await?;
    let (texts, broken) =
        services::users::audit_page(app.ctx(), query.subject_id, before, paging.rows()).await?;
    if let Some(seq) = broken {
        return Err(Failure::internal(format!("the audit log's chain is broken at {seq}")).into());
    }
    let entries = texts
        .iter()
        .map(|text| serde_json::from_str(text))
        .collect::<Result<Vec<AuditEntry>, _>>()
        .map_err(Failure::internal)?;
    let page: Page<AuditEntry> = paging.page(entries, |entry| entry.seq)?;
    Ok(page.respond(&uri))
}
