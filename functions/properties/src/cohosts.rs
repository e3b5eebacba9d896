//! `GET` and `POST /properties/{property_id}/cohosts`, `DELETE …/cohosts/{user_id}`: who helps with a listing.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::cohost::Permission;
use domain::ids::{PropertyId, UserId};
use garde::Validate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::cohosts::{dismiss, list, name};
use store::cohosts::Cohost;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{App, Caller, PathId, Problem, ValidJson};

/// What a co-host may do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CohostPermission)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PermissionDto {
    /// Prices and rules of single nights, blocked nights, promotions.
    Calendar,
    /// Words, photos, terms; on and off the market.
    Listing,
    /// Its bookings: seeing, accepting, declining, changing, cancelling them, arrivals and departures.
    Bookings,
}

impl From<PermissionDto> for Permission {
    fn from(dto: PermissionDto) -> Self {
        match dto {
            PermissionDto::Calendar => Self::Calendar,
            PermissionDto::Listing => Self::Listing,
            PermissionDto::Bookings => Self::Bookings,
        }
    }
}

impl From<Permission> for PermissionDto {
    fn from(permission: Permission) -> Self {
        match permission {
            Permission::Calendar => Self::Calendar,
            Permission::Listing => Self::Listing,
            Permission::Bookings => Self::Bookings,
        }
    }
}

/// Who is to help, and with what.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": "0199b2a0-5a7c-7c3e-8f70-2f1f6a3c9d10", "permissions": ["calendar", "bookings"]}))]
pub(crate) struct NewCohost {
    /// The account.
    #[garde(skip)]
    user_id: Uuid,
    /// All that they may do; what is not named is taken away.
    #[garde(length(min = 1, max = 3))]
    #[schema(min_items = 1, max_items = 3)]
    permissions: Vec<PermissionDto>,
}

/// Somebody who helps with a listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cohost)]
pub(crate) struct CohostDto {
    /// The account.
    user_id: Uuid,
    /// The first word of the name.
    #[schema(max_length = 100)]
    name: String,
    /// What they may do.
    #[schema(max_items = 3)]
    permissions: Vec<PermissionDto>,
    /// Since when.
    created_at: Timestamp,
}

/// Who helps with a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cohosts {
    /// The first one named comes first.
    #[schema(max_items = 20)]
    items: Vec<CohostDto>,
}

impl From<Vec<Cohost>> for Cohosts {
    fn from(cohosts: Vec<Cohost>) -> Self {
        let items = cohosts.into_iter().map(|cohost| CohostDto {
            user_id: cohost.user_id.into(),
            name: cohost.name,
            permissions: cohost.permissions.into_iter().map(Into::into).collect(),
            created_at: cohost.created_at,
        });
        Self { items: items.collect() }
    }
}

/// The co-hosts of your listing.
#[utoipa::path(
    get, path = "/properties/{property_id}/cohosts", tag = "properties", operation_id = "list_cohosts",
    params(("property_id" = Uuid, Path, description = "The listing")),
    responses((status = 200, description = "The co-hosts", body = Cohosts), web::Problems),
)]
pub(crate) async fn list_cohosts(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<Json<Cohosts>, Problem> {
    Ok(Json(list(app.ctx(), caller.user_id, property_id).await?.into()))
}

/// Name a co-host.
///
/// Named again they have the new permissions. Money, the listing's end and its co-hosts stay the host's alone. It is on
/// record.
#[utoipa::path(
    post, path = "/properties/{property_id}/cohosts", tag = "properties", operation_id = "name_cohost",
    params(("property_id" = Uuid, Path, description = "The listing")),
    request_body = NewCohost,
    responses((status = 201, description = "The co-hosts", body = Cohosts), web::Problems),
)]
pub(crate) async fn name_cohost(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
    ValidJson(input): ValidJson<NewCohost>,
) -> Result<impl IntoResponse, Problem> {
    let permissions: Vec<Permission> = input.permissions.into_iter().map(Into::into).collect();
    let cohosts = name(app.ctx(), caller.user_id, property_id, input.user_id.into(), &permissions).await?;
    Ok((StatusCode::CREATED, Json(Cohosts::from(cohosts))))
}

/// Dismiss a co-host. A co-host may go by themselves.
#[utoipa::path(
    delete, path = "/properties/{property_id}/cohosts/{user_id}", tag = "properties", operation_id = "dismiss_cohost",
    params(
        ("property_id" = Uuid, Path, description = "The listing"),
        ("user_id" = Uuid, Path, description = "The co-host"),
    ),
    responses((status = 204, description = "They help no more"), web::Problems),
)]
pub(crate) async fn dismiss_cohost(
    State(app): State<App>,
    caller: Caller,
    PathId((property_id, user_id)): PathId<(PropertyId, UserId)>,
) -> Result<StatusCode, Problem> {
    dismiss(app.ctx(), caller.user_id, property_id, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
