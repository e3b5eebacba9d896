//! `GET /messages/templates/{property_id}`, `PUT` and `DELETE …/{moment}`: what is written to guests by itself.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::conversation::{MAX_HOURS, Template};
use domain::ids::PropertyId;
use domain::invalid::Invalid;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::messages::{remove_template, templates};
use store::threads::templates::StoredTemplate;
use utoipa::ToSchema;
use web::{App, Caller, PathId, Problem, ValidJson};

use crate::dto::Moment;

/// What is written, and when.
#[derive(Debug, Deserialize, garde::Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "hours": 48, "text": "Hello {guest_name}, {property} is yours from {check_in}, {check_in_time}. The key is with us."
}))]
pub(crate) struct MessageTemplate {
    /// How many hours before the arrival or after the departure; it says nothing on confirmation.
    #[garde(range(min = 0, max = MAX_HOURS))]
    #[schema(minimum = 0, maximum = 336)]
    hours: u16,
    /// The words; at most ten of `{guest_name}`, `{property}`, `{check_in}`, `{check_in_time}`, `{check_out}` and
    /// `{check_out_time}` are filled in.
    #[garde(length(chars, min = 1, max = 2000))]
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

impl MessageTemplate {
    fn parse(self, moment: Moment) -> Result<Template, Problem> {
        let text = self.text.parse();
        let template = text.and_then(|text| Template::new(moment.into(), self.hours, text));
        template.map_err(|invalid: Invalid| invalid.refuse("/text").into())
    }
}

/// A template of a listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeptMessageTemplate)]
pub(crate) struct KeptTemplate {
    moment: Moment,
    /// How many hours before the arrival or after the departure.
    #[schema(maximum = 336)]
    hours: u16,
    /// The words, with variables.
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
    /// When it was set last.
    updated_at: Timestamp,
}

impl From<StoredTemplate> for KeptTemplate {
    fn from(stored: StoredTemplate) -> Self {
        let StoredTemplate { moment, hours, text, updated_at } = stored;
        Self { moment: moment.into(), hours, text, updated_at }
    }
}

/// The templates of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageTemplates {
    /// In the order of a stay.
    #[schema(max_items = 3)]
    items: Vec<KeptTemplate>,
}

/// What is written to the guests of your listing by itself.
#[utoipa::path(
    get, path = "/messages/templates/{property_id}", tag = "messages", operation_id = "list_message_templates",
    params(("property_id" = uuid::Uuid, Path, description = "The listing")),
    responses((status = 200, description = "The templates", body = MessageTemplates), web::Problems),
)]
pub(crate) async fn list_templates(
    State(app): State<App>,
    caller: Caller,
    PathId(property_id): PathId<PropertyId>,
) -> Result<Json<MessageTemplates>, Problem> {
    let kept = templates(app.ctx(), caller.user_id, property_id).await?;
    Ok(Json(MessageTemplates { items: kept.into_iter().map(Into::into).collect() }))
}

/// Let a message be written to each guest of your listing, once for each stay.
///
/// Stays that are booked follow, but for a confirmation that is past. What is overdue by then, as two days before an
/// arrival of tomorrow, goes out at once; what is too late, or of a stay that is cancelled, never.
#[utoipa::path(
    put, path = "/messages/templates/{property_id}/{moment}", tag = "messages", operation_id = "set_message_template",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("moment" = inline(Moment), Path, description = "When it goes out"),
    ),
    request_body = MessageTemplate,
    responses((status = 204, description = "It is set"), web::Problems),
)]
pub(crate) async fn set_template(
    State(app): State<App>,
    caller: Caller,
    PathId((property_id, moment)): PathId<(PropertyId, Moment)>,
    ValidJson(template): ValidJson<MessageTemplate>,
) -> Result<StatusCode, Problem> {
    let template = template.parse(moment)?;
    services::messages::set_template(app.ctx(), caller.user_id, property_id, &template).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let it be written no more.
#[utoipa::path(
    delete, path = "/messages/templates/{property_id}/{moment}", tag = "messages",
    operation_id = "delete_message_template",
    params(
        ("property_id" = uuid::Uuid, Path, description = "The listing"),
        ("moment" = inline(Moment), Path, description = "When it goes out"),
    ),
    responses((status = 204, description = "It is gone, and what was to be written by it"), web::Problems),
)]
pub(crate) async fn delete_template(
    State(app): State<App>,
    caller: Caller,
    PathId((property_id, moment)): PathId<(PropertyId, Moment)>,
) -> Result<StatusCode, Problem> {
    remove_template(app.ctx(), caller.user_id, property_id, moment.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
